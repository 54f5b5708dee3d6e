"""Bundle or rendering -> problems. Knows nothing of planning, the disk or the command line."""
