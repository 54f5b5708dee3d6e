"""Pieces of work that are measured inside a process. Each is a module to be started with `python -m`, see `serve`."""
