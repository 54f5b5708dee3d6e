"""Cases recorded from whole template folders that the Databricks CLI was run on.

`docs/render-deviations.md` is the table of what is different on purpose; `DEVIATIONS` is its other half.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.conftest import DEFAULT_VECTORS, vectors_folder
from tests.conformance.harness import TEXT_THRESHOLD
from tests.conformance.tree_cases import FILE, Outcome, expected_outcome, load_cases, run_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEVIATIONS = {
    "success err": "half-written",
    "dup a & a.tmpl": "same-path",
    "file/dir collide": "file-and-folder",
    "empty file in dir": "names-no-file",
    "empty file name": "names-no-file",
    "empty file .tmpl": "names-no-file",
    "empty file name out exists": "names-no-file",
    ".tmpl literal": "names-no-file",
}
"""Title of a case -> the rule by which ours refuses before it writes. Each rule has a row in the document."""

RULES = frozenset(DEVIATIONS.values()) | {"git-folder", "nul-in-name", "skip-in-folder-name", "null-property"}
"""Rules that refuse; whatever refuses, nothing was written, which `run_case` makes sure of."""

DOCUMENT = Path(__file__).parents[2] / "docs" / "render-deviations.md"


@dataclass(frozen=True)
class Run:
    """A case, what the CLI did and what ours did."""

    case: dict[str, Any]
    expected: Outcome
    got: Outcome

    @property
    def deviation(self) -> str | None:
        """The rule by which ours refuses what the CLI does by halves, or to no good effect; None if they agree."""
        expected, got = self.expected, self.got
        if got.rc == 0:
            return None
        if expected.rc and expected.tree != got.tree:
            return got.refused or "half-written"
        is_same = (expected.rc, expected.stderr) == (got.rc, got.stderr)
        return got.refused if got.refused in RULES and not is_same else None

    def differences(self) -> str:
        names = ("rc", "stderr", "outputs", "out_dirs", "out_files", "out_is_file")
        pairs = [(name, getattr(self.expected, name), getattr(self.got, name)) for name in names]
        lines = [f"  {name}: expected {expected!r}, got {got!r}" for name, expected, got in pairs if expected != got]
        return "\n".join((self.case["title"], *lines))


@dataclass
class Runs:
    """All runs of a folder, each done once."""

    folder: Path
    base: Path
    done: dict[str, Run] = field(default_factory=dict)

    def of(self, case: dict[str, Any]) -> Run:
        key = case["title"] + str(case["id"])
        if key not in self.done:
            base = self.base / str(case["id"])
            base.mkdir()
            self.done[key] = Run(case, expected_outcome(case), run_case(case, base))
        return self.done[key]

    def __iter__(self) -> Iterator[Run]:
        return (self.of(case) for case in numbered(self.folder))


def numbered(folder: Path) -> list[dict[str, Any]]:
    return [{**case, "id": number} for number, case in enumerate(load_cases(folder))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the test of one case all cases of the folder in use."""
    if "case" in metafunc.fixturenames:
        cases = numbered(vectors_folder(metafunc.config))
        metafunc.parametrize("case", [pytest.param(case, id=f"{case['id']}-{case['title']}") for case in cases])


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    if os.name == "nt":
        pytest.skip("modes and links are those of POSIX")
    return Runs(vectors_folder(request.config), tmp_path_factory.mktemp("trees"))


def test_tree_comes_out_as_recorded(runs: Runs, case: dict[str, Any]) -> None:
    """Exit status, outputs, folders, bytes and modes are the CLI's, or the case is refused by a documented rule."""
    run = runs.of(case)

    if run.deviation is not None:
        assert run.got.outputs is None
        return

    assert (run.got.rc, run.got.outputs, run.got.tree) == (
        run.expected.rc,
        run.expected.outputs,
        run.expected.tree,
    ), run.differences()


def test_texts_come_out_as_recorded(runs: Runs, report_line: Callable[[str], None]) -> None:
    """What is printed is the CLI's text, but for deviations, up to the threshold."""
    all_runs = list(runs)
    if not all_runs:
        pytest.skip("no trees in this folder")

    agreeing = [run for run in all_runs if run.deviation is None]
    inexact = [run for run in agreeing if run.got.stderr != run.expected.stderr]

    exact = len(agreeing) - len(inexact)
    report_line(
        f"{FILE}: {len(all_runs)} cases, {counts(agreeing)}, texts {exact}/{len(agreeing)}, "
        f"deviations {len(all_runs) - len(agreeing)}, skipped 0"
    )
    assert exact >= TEXT_THRESHOLD * len(agreeing), "\n".join(run.differences() for run in inexact)


def counts(agreeing: list[Run]) -> str:
    """Say how many outputs are exact and how many errors are raised, of how many."""
    good = [run for run in agreeing if run.expected.rc == 0]
    bad = [run for run in agreeing if run.expected.rc]
    exact = sum(
        (run.got.rc, run.got.outputs, run.got.tree) == (0, run.expected.outputs, run.expected.tree) for run in good
    )
    return f"outputs {exact}/{len(good)}, errors raised {sum(run.got.rc for run in bad)}/{len(bad)}"


def test_deviations_are_those_of_the_table(runs: Runs) -> None:
    """In the vectors of this repository exactly the listed cases deviate, each by its rule."""
    if runs.folder != DEFAULT_VECTORS:
        pytest.skip("the table lists the cases of this repository")

    deviations = {run.case["title"]: run.deviation for run in runs if run.deviation is not None}

    assert deviations == DEVIATIONS


def test_document_has_a_row_for_each_rule() -> None:
    """Every rule by which a case may deviate is explained in the document."""
    rows = set(re.findall(r"^\| `([a-z_-]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))

    assert rows == RULES
