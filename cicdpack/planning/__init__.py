"""Desired x base x current -> plan. Knows nothing of templates or of the disk."""
