"""Entries + parameters -> rendering. Knows nothing of planning or of the disk."""
