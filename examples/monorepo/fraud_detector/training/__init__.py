"""From settled transactions to a model: features and logistic regression, with the standard library only."""
