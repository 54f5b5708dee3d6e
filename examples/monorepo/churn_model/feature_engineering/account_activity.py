"""The features of an account on a day, from the events before that day: nothing later may leak in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

WINDOW = timedelta(days=30)
"""How far back activity counts. The label looks as far ahead, see `closed_within`."""

FEATURES = ("logins", "tickets", "days_since_login", "trend")
"""Columns of the feature table beside its key, `account_id` and `as_of`."""


@dataclass(frozen=True)
class Event:
    """Something that happened to an account: `kind` is `login` or `ticket`; others are ignored."""

    day: date
    kind: str


def activity(events: Iterable[Event], *, as_of: date) -> dict[str, float]:
    """The features of one account at the start of `as_of`.

    `trend` is the share of the logins of the window that fall into its later half: 0.5 is steady, below is fading,
    and an account without a login has 0. `days_since_login` stops at twice the window.
    """
    past = [event for event in events if event.day < as_of]
    recent = [event for event in past if event.day >= as_of - WINDOW]
    logins = [event.day for event in recent if event.kind == "login"]
    late = [day for day in logins if day >= as_of - WINDOW / 2]
    last = max((event.day for event in past if event.kind == "login"), default=date.min)
    return {
        "logins": float(len(logins)),
        "tickets": float(sum(event.kind == "ticket" for event in recent)),
        "days_since_login": float(min((as_of - last).days, 2 * WINDOW.days)),
        "trend": len(late) / len(logins) if logins else 0.0,
    }


def closed_within(closed: date | None, *, as_of: date) -> bool:
    """The label: was the account closed in the window that starts with `as_of`?"""
    return closed is not None and as_of <= closed < as_of + WINDOW
