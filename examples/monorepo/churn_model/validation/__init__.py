"""How well a model ranks accounts, and whether that is good enough to use it."""
