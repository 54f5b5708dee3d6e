"""Findings as commands of a CI platform."""

from __future__ import annotations

import pytest

from cicdpack.cli.annotations import annotation_lines
from cicdpack.problems import Location, Problem

GITHUB = {"GITHUB_ACTIONS": "true"}
AZURE = {"TF_BUILD": "True"}
PLACE = Location(path="a.yml", line=3, column=7)


@pytest.mark.parametrize(
    ("problem", "environment", "line"),
    [
        (
            Problem(rule="yaml", message="broken", location=PLACE, hint="mend it"),
            GITHUB,
            "::error file=a.yml,line=3,col=7,title=yaml::broken%0Ahint: mend it",
        ),
        (Problem(rule="r", message="m", severity="note"), GITHUB, "::notice title=r::m"),
        (
            Problem(rule="yaml", message="broken", severity="warning", location=PLACE),
            AZURE,
            "##vso[task.logissue type=warning;sourcepath=a.yml;linenumber=3;columnnumber=7;code=yaml]broken",
        ),
        (Problem(rule="r", message="m"), AZURE, "##vso[task.logissue type=error;code=r]m"),
    ],
)
def test_each_platform_has_its_syntax(problem: Problem, environment: dict[str, str], line: str) -> None:
    """Level, place, rule and message stand where the platform looks for them."""
    assert list(annotation_lines([problem], environment)) == [line]


@pytest.mark.parametrize(
    ("environment", "severity"), [({}, "error"), ({"GITLAB_CI": "true"}, "error"), ({"TF_BUILD": "True"}, "note")]
)
def test_nothing_is_printed_where_nobody_reads_it(environment: dict[str, str], severity: str) -> None:
    """Outside of the two platforms, and for notes on Azure, which knows none, there are no lines."""
    problem = Problem(rule="r", message="m", severity=severity)  # type: ignore[arg-type]

    assert list(annotation_lines([problem], environment)) == []


@pytest.mark.parametrize("environment", [GITHUB, AZURE])
def test_texts_cannot_issue_commands(environment: dict[str, str]) -> None:
    """A path or a message that looks like a command stays data: no new line, no end of the properties."""
    hostile = "x\n::set-output name=a::b\r\n##vso[task.setvariable variable=PATH]y,;]::z"

    (line,) = annotation_lines([Problem(rule="r", message=hostile, location=Location(path=hostile))], environment)

    assert "\n" not in line
    assert "\r" not in line
    if environment is GITHUB:
        assert line.count("::") == 2 + hostile.count("::")
        path = "x%0A%3A%3Aset-output name=a%3A%3Ab%0D%0A##vso[task.setvariable variable=PATH]y%2C;]%3A%3Az"
        assert line.split("::")[1] == f"error file={path},title=r"
    else:
        assert line.split("]")[0].endswith("%5Dy,%3B%5D::z;code=r")


def test_percent_signs_come_back() -> None:
    """An escape in the text is not taken for one of ours."""
    (github,) = annotation_lines([Problem(rule="r", message="100%0A")], GITHUB)
    (azure,) = annotation_lines([Problem(rule="r", message="100%0A")], AZURE)

    assert github.endswith("::100%250A")
    assert azure.endswith("]100%AZP250A")
