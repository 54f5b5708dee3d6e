import pytest
from training.model import FraudModel, train

HARMLESS = [(2.0, 0.0), (2.5, 0.0), (3.0, 0.0), (3.5, 1.0)]
FRAUD = [(6.0, 1.0), (6.5, 1.0)]
ROWS = HARMLESS + FRAUD
LABELS = [False] * len(HARMLESS) + [True] * len(FRAUD)


def test_fraud_scores_above_harmless():
    model = train(ROWS, LABELS)

    assert min(map(model.probability, FRAUD)) > max(map(model.probability, HARMLESS))


def test_same_data_gives_same_model():
    assert train(ROWS, LABELS, steps=20) == train(ROWS, LABELS, steps=20)


def test_constant_feature_is_harmless():
    model = train([(*row, 7.0) for row in ROWS], LABELS)

    assert model.probability((6.5, 1.0, 7.0)) > 0.5


def test_survives_json():
    model = train(ROWS, LABELS, steps=5)

    assert FraudModel.from_json(model.to_json()) == model


def test_extreme_rows_give_probabilities():
    model = train(ROWS, LABELS)

    assert model.probability((1e6, 1.0)) == pytest.approx(1.0)
    assert model.probability((-1e6, 0.0)) == pytest.approx(0.0)


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="both kinds"):
        train(HARMLESS, [False] * len(HARMLESS))


def test_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="expected 2 features, got 3"):
        train(ROWS, LABELS, steps=1).probability((1.0, 2.0, 3.0))
