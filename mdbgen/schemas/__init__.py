"""The subset of JSON Schema, all of it: its keywords, its types, what an editor is told."""
