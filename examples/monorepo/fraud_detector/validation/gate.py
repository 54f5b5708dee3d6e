"""May a new model take over? Figures of its quality on held-out transactions, and the conditions they must meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MIN_RECALL = 0.6
"""Share of the fraud that must be caught at the alert threshold; below it the chargebacks cost more than the model saves."""

MAX_RECALL_LOSS = 0.02
"""How much recall a new model may lose against the one in use: about the noise between two months of data."""


@dataclass(frozen=True)
class Quality:
    """Quality at one threshold, on `size` transactions."""

    precision: float
    recall: float
    size: int


def quality(probabilities: Sequence[float], labels: Sequence[bool], *, threshold: float = 0.5) -> Quality:
    """Precision and recall of the alerts at `threshold`. Without an alert the precision is 1: none was wrong."""
    if len(probabilities) != len(labels):
        raise ValueError(f"{len(probabilities)} probabilities, but {len(labels)} labels")
    alerts = [p >= threshold for p in probabilities]
    caught = sum(alert and label for alert, label in zip(alerts, labels))
    raised, fraud = sum(alerts), sum(labels)
    return Quality(
        precision=caught / raised if raised else 1.0,
        recall=caught / fraud if fraud else 1.0,
        size=len(labels),
    )


def objections(candidate: Quality, champion: Quality | None) -> tuple[str, ...]:
    """Why `candidate` must not replace `champion` (None: nothing is in use yet). Empty: it may."""
    found = []
    if candidate.recall < MIN_RECALL:
        found.append(f"recall {candidate.recall:.2f} is below {MIN_RECALL:.2f}")
    if champion and candidate.recall < champion.recall - MAX_RECALL_LOSS:
        found.append(f"recall {candidate.recall:.2f} is worse than the {champion.recall:.2f} of the model in use")
    if champion and candidate.size < champion.size / 2:
        found.append(f"measured on {candidate.size} transactions only; the model in use was on {champion.size}")
    return tuple(found)
