"""Entries <-> canonical tar.gz bytes, and the refusal of everything hostile. Knows nothing of templates."""
