import pytest
from validation.ranking import auc, objections


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([0.1, 0.2, 0.8, 0.9], 1.0),
        ([0.9, 0.8, 0.2, 0.1], 0.0),
        ([0.5, 0.5, 0.5, 0.5], 0.5),
        ([0.1, 0.8, 0.2, 0.9], 0.75),
        ([0.1, 0.5, 0.5, 0.9], 0.875),
    ],
)
def test_auc(scores, expected):
    assert auc(scores, [False, False, True, True]) == expected


def test_auc_equals_the_share_of_pairs_in_order():
    scores = [0.3, 0.7, 0.7, 0.1, 0.9, 0.3, 0.5]
    closed = [False, True, False, False, True, True, False]

    pairs = [(a > b) + (a == b) / 2 for a, x in zip(scores, closed) for b, y in zip(scores, closed) if x and not y]

    assert auc(scores, closed) == pytest.approx(sum(pairs) / len(pairs))


@pytest.mark.parametrize(("scores", "closed"), [([0.1], [True, False]), ([0.1, 0.2], [True, True])])
def test_auc_needs_both_kinds_and_one_label_each(scores, closed):
    with pytest.raises(ValueError, match=r"labels|both|stayed"):
        auc(scores, closed)


@pytest.mark.parametrize(
    ("candidate", "champion", "count"),
    [(0.7, None, 0), (0.6, None, 1), (0.7, 0.7, 0), (0.695, 0.7, 0), (0.7, 0.75, 1), (0.6, 0.75, 2)],
)
def test_objections(candidate, champion, count):
    assert len(objections(candidate, champion)) == count
