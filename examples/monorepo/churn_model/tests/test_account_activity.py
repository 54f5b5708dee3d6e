from datetime import date, timedelta

import pytest
from feature_engineering.account_activity import FEATURES, Event, activity, closed_within

TODAY = date(2026, 3, 31)


def login(days_ago):
    return Event(TODAY - timedelta(days=days_ago), "login")


def test_features_of_an_active_account():
    events = [login(1), login(10), login(20), Event(TODAY - timedelta(days=3), "ticket")]

    features = activity(events, as_of=TODAY)

    assert features == {"logins": 3.0, "tickets": 1.0, "days_since_login": 1.0, "trend": pytest.approx(2 / 3)}
    assert tuple(features) == FEATURES


@pytest.mark.parametrize("days_ago", [0, -1])
def test_nothing_leaks_from_the_day_itself_or_later(days_ago):
    assert activity([login(days_ago)], as_of=TODAY) == activity([], as_of=TODAY)


@pytest.mark.parametrize(("days_ago", "logins"), [(30, 1.0), (31, 0.0)])
def test_window_is_thirty_days(days_ago, logins):
    features = activity([login(days_ago)], as_of=TODAY)

    assert (features["logins"], features["days_since_login"]) == (logins, float(days_ago))


def test_account_without_events():
    assert activity([], as_of=TODAY) == {"logins": 0.0, "tickets": 0.0, "days_since_login": 60.0, "trend": 0.0}


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        (None, False),
        (TODAY - timedelta(days=1), False),
        (TODAY, True),
        (TODAY + timedelta(days=29), True),
        (TODAY + timedelta(days=30), False),
    ],
)
def test_label_looks_thirty_days_ahead(closed, expected):
    assert closed_within(closed, as_of=TODAY) is expected
