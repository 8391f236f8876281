"""The keys of a manifest, read into the model."""
