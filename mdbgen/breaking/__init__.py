"""What a change of a manifest does to clients that keep to the old one. Reads only the model."""
