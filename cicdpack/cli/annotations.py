"""Findings -> the lines by which a CI platform shows them at the file they are about.

GitHub Actions and Azure Pipelines read commands from a job's log; GitLab has none. What a command ends at, or would
begin another one with, is escaped by the platform's own rules, so that a file name or a value cannot issue commands.
Sources: docs.github.com "Workflow commands", learn.microsoft.com "Logging commands".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.cli.joblog import platform_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cicdpack.problems import Problem

_GITHUB_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_AZURE_TYPES = {"error": "error", "warning": "warning"}


def annotation_lines(problems: Iterable[Problem], environment: Mapping[str, str]) -> Iterator[str]:
    """Return a line for each finding, in the syntax of the platform that runs us; none where no platform does."""
    platform = platform_of(environment)
    if platform == "github":
        yield from map(_github, problems)
    elif platform == "azure":
        yield from (_azure(problem) for problem in problems if problem.severity in _AZURE_TYPES)


def _github(problem: Problem) -> str:
    properties = {"title": problem.rule}
    if problem.location is not None:
        properties = {"file": problem.location.path, **_numbers(problem, "line", "col"), **properties}
    listed = ",".join(f"{name}={_escape(value, ':,')}" for name, value in properties.items())
    return f"::{_GITHUB_LEVELS[problem.severity]} {listed}::{_escape(_text(problem))}"


def _azure(problem: Problem) -> str:
    properties = {"type": _AZURE_TYPES[problem.severity]}
    if problem.location is not None:
        properties |= {"sourcepath": problem.location.path, **_numbers(problem, "linenumber", "columnnumber")}
    properties["code"] = problem.rule
    listed = ";".join(f"{name}={_escape(value, ';]', mark='%AZP')}" for name, value in properties.items())
    return f"##vso[task.logissue {listed}]{_escape(_text(problem), mark='%AZP')}"


def azure_command(name: str, data: str) -> str:
    """Return the line that has Azure's agent do something that needs no properties."""
    return f"##vso[{name}]{_escape(data, mark='%AZP')}"


def _numbers(problem: Problem, line: str, column: str) -> dict[str, str]:
    place = problem.location
    numbers = {line: place.line, column: place.column} if place is not None else {}
    return {name: str(number) for name, number in numbers.items() if number is not None}


def _text(problem: Problem) -> str:
    return f"{problem.message}\nhint: {problem.hint}" if problem.hint else problem.message


def _escape(text: str, more: str = "", *, mark: str = "%") -> str:
    """Write line ends and `more` as `%` and two hexadecimal digits; Azure has a longer mark for the percent sign."""
    escapes = {ord(char): f"%{ord(char):02X}" for char in f"\r\n{more}"}
    escapes[ord("%")] = f"{mark}25"
    return text.translate(escapes)
