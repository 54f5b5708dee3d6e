"""What the model sees of a transaction. Training and scoring both come through here, so they cannot disagree."""

from __future__ import annotations

import math
from collections.abc import Mapping

FEATURES = ("log_amount", "at_night", "log_distance", "purchases_last_hour", "unknown_merchant")
"""The order of the numbers in a feature row, and so of a model's weights."""


def feature_row(transaction: Mapping[str, object]) -> tuple[float, ...]:
    """The features of one transaction, in the order of `FEATURES`.

    A missing distance (first purchase with a card) counts as zero: nothing is known against it.
    Raises `ValueError` for an amount below zero or an hour outside 0 to 23: refunds do not belong here.
    """
    amount = _number(transaction["amount"])
    hour = int(_number(transaction["hour"]))
    if amount < 0:
        raise ValueError(f"amount must not be negative: {amount}")
    if not 0 <= hour <= 23:
        raise ValueError(f"hour must be from 0 to 23: {hour}")
    return (
        math.log1p(amount),
        1.0 if hour < 6 else 0.0,
        math.log1p(_number(transaction.get("distance_km") or 0)),
        _number(transaction["purchases_last_hour"]),
        0.0 if transaction["known_merchant"] else 1.0,
    )


def _number(value: object) -> float:
    # Spark hands decimals over as `decimal.Decimal`.
    return float(value)  # type: ignore[arg-type]
