"""``asyncapi.json``."""
