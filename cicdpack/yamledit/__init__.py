"""YAML text + wanted values -> YAML text with every other byte kept. Knows nothing of bundles or files."""
