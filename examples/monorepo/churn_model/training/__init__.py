"""From features of accounts and the day they were closed to a model, with the standard library only."""
