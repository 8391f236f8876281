"""Text with places, and the notebook of what is wrong with it."""
