"""`--vectors DIR` runs the same checks on another folder; the counts are printed at the end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.harness import Results

DEFAULT_VECTORS = Path(__file__).parent / "vectors"

LINES = pytest.StashKey[list[str]]()
RESULTS = pytest.StashKey["dict[str, Results]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--vectors", metavar="DIR", type=Path, help="folder of conformance vectors", default=None)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LINES] = []
    config.stash[RESULTS] = {}


def vectors_folder(config: pytest.Config) -> Path:
    """Return the folder asked for. The option is unknown where pytest was started above this folder."""
    chosen = config.getoption("vectors", default=None)
    return chosen if isinstance(chosen, Path) else DEFAULT_VECTORS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that asks for a category of its file all categories that the file has."""
    if "category" not in metafunc.fixturenames:
        return
    from tests.conformance.harness import load

    cases = load(vectors_folder(metafunc.config), metafunc.module.FILE)
    metafunc.parametrize("category", sorted({case.category for case in cases}))


@pytest.fixture
def vectors(request: pytest.FixtureRequest) -> Path:
    """Return the folder of vectors."""
    return vectors_folder(request.config)


@pytest.fixture
def report_line(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that adds a line to the summary at the end."""
    return request.config.stash[LINES].append


@pytest.fixture
def results(request: pytest.FixtureRequest) -> Results:
    """Return the results of all cases of the module's file, run once."""
    from tests.conformance.harness import load, run

    known = request.config.stash[RESULTS]
    file = request.module.FILE
    if file not in known:
        cases = load(vectors_folder(request.config), file)
        if not cases:
            pytest.skip(f"no {file} in this folder")
        known[file] = run(file, cases)
        request.config.stash[LINES].append(known[file].summary())
    return known[file]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the counts of a worker process to the one that prints."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["conformance"] = session.config.stash[LINES]


class WorkerCounts:
    """Collects the counts of worker processes."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        for line in getattr(node, "workeroutput", {}).get("conformance", ()):
            if line not in self.lines:
                self.lines.append(line)


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.pluginmanager.register(WorkerCounts(session.config.stash[LINES]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print for each file how many outputs and texts came out as recorded."""
    lines = config.stash[LINES]
    if lines:
        terminalreporter.section("conformance")
        for line in sorted(lines):
            terminalreporter.line(line)
