"""What a manifest means. Data only: it imports nothing but the ground."""
