"""How well a model ranks: the customer team calls the accounts at the top of the list, so the order is what counts."""

from __future__ import annotations

from collections.abc import Sequence

MIN_AUC = 0.65
"""A list that is barely better than chance is not worth a phone call."""

MAX_AUC_LOSS = 0.01
"""How much worse than the version in use a new one may rank: about the noise between two months of data."""


def auc(scores: Sequence[float], closed: Sequence[bool]) -> float:
    """How often an account that was closed scores above one that stayed; a tie counts half. 0.5 is chance.

    Takes n log n time for n accounts. Raises `ValueError` when one of the classes is missing.
    """
    if len(scores) != len(closed):
        raise ValueError(f"{len(scores)} scores, but {len(closed)} labels")
    positives = sum(closed)
    negatives = len(closed) - positives
    if not positives or not negatives:
        raise ValueError("the ranking needs accounts that were closed and accounts that stayed")
    order = sorted(range(len(scores)), key=scores.__getitem__)
    rank_sum, start = 0.0, 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        # Equal scores share the mean of their ranks, which count from 1.
        rank_sum += sum(closed[i] for i in order[start:end]) * (start + 1 + end) / 2
        start = end
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def objections(candidate: float, champion: float | None) -> tuple[str, ...]:
    """Why a version with AUC `candidate` must not replace the one in use (None: nothing is in use). Empty: it may."""
    found = []
    if candidate < MIN_AUC:
        found.append(f"AUC {candidate:.3f} is below {MIN_AUC:.3f}")
    if champion is not None and candidate < champion - MAX_AUC_LOSS:
        found.append(f"AUC {candidate:.3f} is worse than the {champion:.3f} of the version in use")
    return tuple(found)
