"""What the commands tell."""
