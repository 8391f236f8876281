"""What the model is turned into. Targets never import each other."""
