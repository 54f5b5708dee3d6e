"""Gaussian naive Bayes: one bell curve for each feature and class. Small, quick, and each verdict can be explained."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

Row = Sequence[float]

SMOOTHING = 1e-3
"""Added to each variance, as a share of the largest one: a feature that never varies must not divide by zero."""


@dataclass(frozen=True)
class Curve:
    """The bell curve of one feature within one class."""

    mean: float
    variance: float

    def log_density(self, x: float) -> float:
        """Natural logarithm of the density at `x`."""
        return -0.5 * (math.log(2 * math.pi * self.variance) + (x - self.mean) ** 2 / self.variance)


@dataclass(frozen=True)
class ChurnModel:
    """A trained model: how common closing is, and how each feature is spread among accounts that close or stay."""

    prior: float
    closing: tuple[Curve, ...]
    staying: tuple[Curve, ...]

    def probability(self, row: Row) -> float:
        """How likely the account is closed within the window, between 0 and 1."""
        evidence = math.log(self.prior / (1 - self.prior)) + math.fsum(self.reasons(row))
        # Beyond 700 the exponential leaves the range of a float; the probability is 0 or 1 long before.
        return 1 / (1 + math.exp(-max(-700.0, min(700.0, evidence))))

    def reasons(self, row: Row) -> tuple[float, ...]:
        """What each feature says: positive speaks for closing, negative for staying."""
        if len(row) != len(self.closing):
            raise ValueError(f"expected {len(self.closing)} features, got {len(row)}")
        return tuple(
            closing.log_density(x) - staying.log_density(x)
            for x, closing, staying in zip(row, self.closing, self.staying)
        )

    def to_json(self) -> str:
        """The model as text; `from_json` gives back an equal one."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> ChurnModel:
        """The model that `to_json` wrote."""
        data = json.loads(text)
        return cls(
            prior=data["prior"],
            closing=tuple(Curve(**curve) for curve in data["closing"]),
            staying=tuple(Curve(**curve) for curve in data["staying"]),
        )


def train(rows: Sequence[Row], closed: Sequence[bool]) -> ChurnModel:
    """Fit a model to rows of equal length. Raises `ValueError` when no account was closed, or all were."""
    closing = [row for row, was_closed in zip(rows, closed) if was_closed]
    staying = [row for row, was_closed in zip(rows, closed) if not was_closed]
    if not closing or not staying:
        raise ValueError("training needs accounts that were closed and accounts that stayed")
    floor = SMOOTHING * max(_variance(column) for column in zip(*rows)) or SMOOTHING
    return ChurnModel(prior=len(closing) / len(rows), closing=_curves(closing, floor), staying=_curves(staying, floor))


def _curves(rows: Sequence[Row], floor: float) -> tuple[Curve, ...]:
    return tuple(Curve(math.fsum(column) / len(column), _variance(column) + floor) for column in zip(*rows))


def _variance(column: Sequence[float]) -> float:
    mean = math.fsum(column) / len(column)
    return math.fsum((x - mean) ** 2 for x in column) / len(column)
