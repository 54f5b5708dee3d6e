import math

import pytest
from training.features import FEATURES, feature_row

PURCHASE = {"amount": 20, "hour": 14, "distance_km": 3, "purchases_last_hour": 1, "known_merchant": True}


def test_row_has_one_number_for_each_feature():
    row = feature_row(PURCHASE)

    assert len(row) == len(FEATURES)
    assert row[0] == pytest.approx(math.log(21))


@pytest.mark.parametrize(("hour", "expected"), [(0, 1.0), (5, 1.0), (6, 0.0), (23, 0.0)])
def test_night_ends_at_six(hour, expected):
    assert feature_row({**PURCHASE, "hour": hour})[FEATURES.index("at_night")] == expected


def test_first_purchase_with_a_card_has_no_distance():
    assert feature_row({**PURCHASE, "distance_km": None})[FEATURES.index("log_distance")] == 0.0


@pytest.mark.parametrize("change", [{"amount": -1}, {"hour": 24}, {"hour": -1}])
def test_impossible_transactions_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        feature_row({**PURCHASE, **change})
