"""Reports, errors and findings -> stdout and stderr, and the exit codes that go with them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cicdpack.cli.console import drop_output, stderr, stdout, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from cicdpack.cli.console import Line
    from cicdpack.errors import CicdpackError
    from cicdpack.problems import Problem

EXIT_OK = 0
EXIT_BUG = 3
EXIT_INTERRUPTED = 130
"""As a shell reports a process that SIGINT ended: 128 + 2."""

EXIT_BROKEN_PIPE = 141
"""As a shell reports a process that SIGPIPE ended: 128 + 13."""


def now() -> datetime:
    """Return the time: ages of commits are shown, and nothing else asks for it."""
    from datetime import datetime, timezone

    return datetime.now(tz=timezone.utc)


def print_report(report: Mapping[str, object] | Iterable[Line]) -> None:
    """Print a result: JSON values as one document, text line by line."""
    if isinstance(report, dict):
        import json

        stdout().print_json(json.dumps(report, indent=2, ensure_ascii=True))
    else:
        stdout().print(report)


def annotate(problems: Iterable[Problem]) -> None:
    """Show findings at their files, where a CI platform reads such lines; on stderr, so that results stay alone."""
    from cicdpack.cli.annotations import annotation_lines

    for line in annotation_lines(problems, os.environ):
        sys.stderr.write(visible(line) + "\n")


def settle_earlier_run(repo: Path | None) -> None:
    """Finish or undo what a killed run left half done, before anything is written, and say so."""
    from cicdpack.commands.apply import finish_earlier_run

    if finish_earlier_run(repo):
        stderr().print(["an earlier run was cut off: what it had begun was put in order first"])


def _flush_output() -> None:
    """Let results come before what is said of them; if they get nowhere, what is said counts."""
    try:
        sys.stdout.flush()
    except OSError:
        drop_output()


def print_error(error: CicdpackError) -> int:
    """Print an error with its findings and return its exit code."""
    from cicdpack.cli.show.problems import as_problem, error_lines, problem_lines

    _flush_output()
    findings: tuple[Problem, ...] = getattr(error, "findings", ())
    screen = stderr()
    screen.print(problem_lines(findings))
    screen.print(error_lines(error))
    annotate(findings or (as_problem(error),))
    return error.exit_code


def print_bug() -> int:
    """Print the traceback of the exception at hand and return the exit code of bugs."""
    import traceback

    from cicdpack import __version__

    _flush_output()
    screen = stderr()
    screen.print(traceback.format_exc().splitlines())
    screen.print([f"this is a bug in cicdpack {__version__}: please report it with the lines above"])
    return EXIT_BUG
