import pytest
from training.model import ChurnModel, train

CLOSING = [(0.0, 3.0, 40.0), (1.0, 2.0, 25.0), (0.0, 1.0, 60.0)]
STAYING = [(12.0, 0.0, 1.0), (20.0, 1.0, 2.0), (9.0, 0.0, 4.0), (15.0, 0.0, 1.0)]
ROWS = CLOSING + STAYING
CLOSED = [True] * len(CLOSING) + [False] * len(STAYING)


def test_closing_accounts_score_above_staying_ones():
    model = train(ROWS, CLOSED)

    assert min(map(model.probability, CLOSING)) > 0.5 > max(map(model.probability, STAYING))


def test_reasons_add_up_to_the_verdict():
    model = train(ROWS, CLOSED)

    assert sum(model.reasons(CLOSING[0])) > 0 > sum(model.reasons(STAYING[0]))


def test_constant_feature_says_nothing():
    model = train([(*row, 5.0) for row in ROWS], CLOSED)

    assert model.reasons((10.0, 1.0, 10.0, 5.0))[-1] == pytest.approx(0.0)


def test_all_features_constant():
    model = train([(1.0,)] * 4, [True, False, False, False])

    assert model.probability((1.0,)) == pytest.approx(0.25)


def test_survives_json():
    model = train(ROWS, CLOSED)

    assert ChurnModel.from_json(model.to_json()) == model


def test_extreme_rows_give_probabilities():
    model = train(ROWS, CLOSED)

    assert 0.0 <= model.probability((1e9, -1e9, 1e9)) <= 1.0


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="accounts that stayed"):
        train(CLOSING, [True] * len(CLOSING))


def test_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="expected 3 features, got 1"):
        train(ROWS, CLOSED).probability((1.0,))
