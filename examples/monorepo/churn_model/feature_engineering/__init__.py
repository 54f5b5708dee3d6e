"""From what happened to an account to what the model knows of it."""
