"""Problems and errors -> lines: the place and the message first, the excerpt under it, the hint last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._shell import command
from cicdpack.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cicdpack.cli.console import Line
    from cicdpack.errors import CicdpackError

STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


def error_lines(error: CicdpackError) -> Iterator[Line]:
    """Return the lines of one error; a message of several lines is indented, so that none passes for one of ours."""
    first, *others = str(error).split("\n")
    yield (("error:", STYLES["error"]), " ", first)
    yield from (f"  {line}" for line in others)
    if error.excerpt:
        yield from error.excerpt.splitlines()
    if error.hint:
        yield hint_line(error.hint)


def problem_lines(problems: Iterable[Problem]) -> Iterator[Line]:
    """Return the lines of findings, in their order."""
    for problem in problems:
        yield ((f"{problem.severity}:", STYLES[problem.severity]), f" {problem} ", (f"[{problem.rule}]", "dim"))
        if problem.hint:
            yield hint_line(problem.hint)


def as_problem(error: CicdpackError) -> Problem:
    """Return an error as a finding, for whoever lists both."""
    return Problem(rule="error", message=error.message, location=error.location, hint=error.hint)


def hint_line(hint: str) -> Line:
    """Return the line that says what to do next."""
    return (("hint:", "bold cyan"), f" {hint}")


def no_archive_line(project: str) -> Line:
    """Return the line about pipelines that nobody can adopt: on GitLab, they came with the project."""
    replacing = command("cicdpack apply", project, options="--on-conflict theirs")
    return hint_line(
        "MLOps Stacks had GitLab's pipelines in no archive, so nothing tells what you edited:"
        f" `{replacing}` replaces what git has, `markers` puts both sides into files"
    )


def problem_json(problem: Problem) -> dict[str, object]:
    """Return one finding as a JSON value."""
    place = problem.location
    return {
        "severity": problem.severity,
        "rule": problem.rule,
        "message": problem.message,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "hint": problem.hint,
    }
