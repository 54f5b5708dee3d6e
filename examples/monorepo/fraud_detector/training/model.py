"""Logistic regression, small enough to read: standardised features, full-batch gradient descent, no randomness."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

Row = Sequence[float]


@dataclass(frozen=True)
class FraudModel:
    """A trained model. `means` and `scales` belong to it: a row is standardised before it is weighed."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def probability(self, row: Row) -> float:
        """How likely the transaction is fraud, between 0 and 1."""
        if len(row) != len(self.weights):
            raise ValueError(f"expected {len(self.weights)} features, got {len(row)}")
        standardised = ((x - mean) / scale for x, mean, scale in zip(row, self.means, self.scales))
        return _sigmoid(self.bias + sum(w * x for w, x in zip(self.weights, standardised)))

    def to_json(self) -> str:
        """The model as text; `from_json` gives back an equal one."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> FraudModel:
        """The model that `to_json` wrote."""
        data = json.loads(text)
        return cls(
            means=tuple(data["means"]),
            scales=tuple(data["scales"]),
            weights=tuple(data["weights"]),
            bias=data["bias"],
        )


def train(rows: Sequence[Row], labels: Sequence[bool], *, steps: int = 400, rate: float = 0.5) -> FraudModel:
    """Fit a model to rows of equal length. The same input gives the same model.

    Fraud is rare, so each class weighs as much as the other: the probabilities rank transactions, they are not
    frequencies. Raises `ValueError` when one of the classes is missing.
    """
    positives = sum(labels)
    negatives = len(labels) - positives
    if not positives or not negatives:
        raise ValueError("training needs transactions of both kinds")
    means, scales = _moments(rows)
    data = [[(x - mean) / scale for x, mean, scale in zip(row, means, scales)] for row in rows]
    importance = [0.5 / positives if label else 0.5 / negatives for label in labels]
    weights = [0.0] * len(means)
    bias = 0.0
    for _ in range(steps):
        slope, slope_bias = [0.0] * len(weights), 0.0
        for row, label, weight in zip(data, labels, importance):
            error = weight * (_sigmoid(bias + sum(w * x for w, x in zip(weights, row))) - label)
            slope_bias += error
            for i, x in enumerate(row):
                slope[i] += error * x
        weights = [w - rate * s for w, s in zip(weights, slope)]
        bias -= rate * slope_bias
    return FraudModel(means=means, scales=scales, weights=tuple(weights), bias=bias)


def _moments(rows: Sequence[Row]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each column; a constant column gets 1, so that it becomes zero, not an error."""
    columns = list(zip(*rows))
    means = tuple(math.fsum(column) / len(column) for column in columns)
    scales = tuple(
        math.sqrt(math.fsum((x - mean) ** 2 for x in column) / len(column)) or 1.0
        for column, mean in zip(columns, means)
    )
    return means, scales


def _sigmoid(x: float) -> float:
    # Two forms of the same function: neither ever raises e to a large power.
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))
