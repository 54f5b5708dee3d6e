"""The only rooms that touch files: read, snapshot, commit. Knows nothing of bundles or templates."""
