import pytest
from validation.gate import Quality, objections, quality


def test_quality_at_a_threshold():
    figures = quality([0.9, 0.8, 0.4, 0.1], [True, False, True, False], threshold=0.5)

    assert figures == Quality(precision=0.5, recall=0.5, size=4)


def test_no_alert_is_no_false_alert():
    assert quality([0.1, 0.2], [False, False]) == Quality(precision=1.0, recall=1.0, size=2)


def test_lengths_must_fit():
    with pytest.raises(ValueError, match="2 probabilities, but 1 labels"):
        quality([0.1, 0.2], [True])


def test_good_first_model_passes():
    assert objections(Quality(precision=0.2, recall=0.7, size=100), None) == ()


@pytest.mark.parametrize(
    ("recall", "size", "reason"),
    [(0.5, 1000, "below 0.60"), (0.7, 1000, "worse than the 0.80"), (0.8, 100, "measured on 100")],
)
def test_worse_model_is_stopped(recall, size, reason):
    found = objections(
        Quality(precision=0.3, recall=recall, size=size),
        Quality(precision=0.3, recall=0.8, size=1000),
    )

    assert any(reason in objection for objection in found)


def test_noise_is_not_an_objection():
    champion = Quality(precision=0.3, recall=0.80, size=1000)

    assert objections(Quality(precision=0.3, recall=0.79, size=900), champion) == ()
