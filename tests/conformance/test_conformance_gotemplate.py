"""Cases recorded from Go's `text/template` with the helper functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.harness import TEXT_THRESHOLD

if TYPE_CHECKING:
    from tests.conformance.harness import Results

FILE = "gotemplate.jsonl"


def test_outputs_and_errors_come_out_as_recorded(results: Results, category: str) -> None:
    """Every output of the category is exact, and every error is raised."""
    cases = results.of(category)

    wrong = [case for case in cases if not case.output_is_exact]

    assert cases
    assert not wrong, "\n".join(case.describe() for case in wrong)


def test_error_texts_come_out_as_recorded(results: Results) -> None:
    """The texts of errors reach the threshold, for Go's and the CLI's alike."""
    counts = results.counts()

    texts = {name: counts[name] for name in ("Go texts", "CLI texts") if name in counts}

    assert all(right >= TEXT_THRESHOLD * total for right, total in texts.values()), results.summary()
