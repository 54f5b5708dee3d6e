"""What a CI platform would obey in a log, and that user text is never that."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cicdpack.cli.app import run
from cicdpack.cli.console import Screen
from cicdpack.cli.joblog import gaps, json_without_commands, platform_of, without_commands
from tests.commands.small import SCRIPT, SH, repository

ROOT = Path(__file__).parents[2]
PLATFORMS = [{"GITHUB_ACTIONS": "true"}, {"TF_BUILD": "True"}]
SET_VARIABLE = "##vso[task.setvariable variable=FOO]bar"

COMMANDS = [
    (SET_VARIABLE, "## vso[task.setvariable variable=FOO]bar"),
    ("+key: '##VSO[task.complete]'", "+key: '## VSO[task.complete]'"),
    ("###vso[a.b]##vso[c.d]", "### vso[a.b]## vso[c.d]"),
    ("a ##[add-mask]b", "a ## [add-mask]b"),
    ("::error::hi", ": :error::hi"),
    ("  \t\u00a0::stop-commands::x", "  \t\u00a0: :stop-commands::x"),
    (":::error::hi", ": ::error::hi"),
    ("    ::add-mask::##[x]", "    : :add-mask::## [x]"),
]

TEXTS = [
    "",
    "## heading",
    "##",
    "# [link]",
    "#[x]",
    "##vs[o]",
    "+::error::hi",
    "a::b",
    "fraud::detector: conflict",
    ": :",
    "https://host:443",
    "[[::1]:80]",
]


@pytest.fixture(params=PLATFORMS, ids=["github", "azure"])
def job(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a job."""
    monkeypatch.setenv("NO_COLOR", "1")
    for name, value in request.param.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("text", "shown"), COMMANDS)
def test_a_command_becomes_text(text: str, shown: str) -> None:
    """One space, and it can be read but not obeyed; doing it twice changes nothing more."""
    assert without_commands(text) == shown
    assert without_commands(shown) == shown
    assert len(shown) == len(text) + len(gaps(text))


@pytest.mark.parametrize("text", TEXTS)
def test_other_text_is_left_alone(text: str) -> None:
    """Headings, times, addresses: only what begins a command is touched."""
    assert without_commands(text) == text
    assert gaps(text) == []


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize(("text", "shown"), COMMANDS)
@pytest.mark.usefixtures("job")
def test_a_screen_in_a_job_shows_text(text: str, shown: str, color: bool) -> None:
    """Also where the command is pieced together from two parts of a line, or has no colour before it."""
    stream = io.StringIO()

    Screen(stream, color=color).print([text, (text[:2], text[2:])])

    expected = shown.expandtabs() if color else shown
    assert stream.getvalue() == f"{expected}\n{expected}\n"


def test_a_styled_part_gets_its_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """In colour, the space is inside of what is styled."""
    monkeypatch.setenv("TF_BUILD", "True")
    stream = io.StringIO()

    Screen(stream, color=True).print([(("+##vso[a.b]", "green"),)])

    assert "##vso" not in stream.getvalue()
    assert "vso[a.b]" in stream.getvalue()


@pytest.mark.parametrize(("text", "_shown"), COMMANDS)
def test_elsewhere_lines_are_what_they_are(text: str, _shown: str) -> None:
    """Nobody obeys a terminal, so a diff is shown to the byte."""
    stream = io.StringIO()

    Screen(stream, color=False).print([text])

    assert stream.getvalue() == f"{text}\n"


@pytest.mark.parametrize(
    ("environment", "platform"),
    [
        ({"GITHUB_ACTIONS": "true"}, "github"),
        ({"TF_BUILD": "True"}, "azure"),
        ({"TF_BUILD": "true"}, "azure"),
        ({"GITHUB_ACTIONS": "", "TF_BUILD": "false", "GITLAB_CI": "true"}, None),
        ({}, None),
    ],
)
def test_platforms_say_who_they_are(environment: dict[str, str], platform: str | None) -> None:
    """By the variables that each sets in all jobs."""
    assert platform_of(environment) == platform


@pytest.mark.parametrize("text", ["##vso[a.b]c", "\\##[x]", "###", "####", "\\\\##", "#"])
def test_json_keeps_its_value(text: str) -> None:
    """The number signs are escaped, the value is the same."""
    document = json_without_commands(json.dumps({"a": text}))

    assert "##" not in document
    assert json.loads(document) == {"a": text}


@pytest.mark.usefixtures("job")
def test_no_user_text_is_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project's name, a key, a value in dispute, an argument: as text, in diffs, in errors and as JSON."""
    root = repository(tmp_path / "repo")
    (root / "beta/databricks.yml").write_text(f'bundle:\n  name: "x\\n::error::hi {SET_VARIABLE}"\n')
    (root / "cicd_params.json").write_text(json.dumps({SET_VARIABLE: "x", "::error::a": "x"}))
    monkeypatch.chdir(root)
    assert run(["apply", "alpha"]) == 0
    (root / SH).write_text(SCRIPT.replace("echo two", f"::error::hi\n {SET_VARIABLE}"))
    lines = []
    for arguments in (
        ["status", "--diff"],
        ["status", "--json"],
        ["apply", "alpha", "--diff", "--restore"],
        ["apply", SET_VARIABLE],
        ["apply", "x\n::error::hi"],
        ["deploy", "--base", "main", "--", SET_VARIABLE],
        ["diff", "alpha"],
        [SET_VARIABLE],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "cicdpack", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
        )
        assert "this is a bug" not in done.stderr
        lines += [*done.stdout.splitlines(), *done.stderr.splitlines()]

    ours = ("##vso[task.logissue type=", "::error title=", "::warning file=", "::error file=", "::warning title=")
    found = [line for line in lines if without_commands(line) != line and not line.startswith(ours)]
    assert found == []
    assert any("## vso[task.setvariable variable=FOO]bar" in line for line in lines)
    assert any(line.strip().startswith(": :error::hi") for line in lines)


@pytest.mark.usefixtures("job")
def test_a_bug_in_a_job_is_text_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A traceback may quote what users wrote."""

    def broken(_request: object) -> None:
        raise RuntimeError(f"x\n::error::hi {SET_VARIABLE}")

    monkeypatch.setattr("cicdpack.commands.verify.verify", broken)

    assert run(["verify", "x"]) == 3
    error = capsys.readouterr().err
    assert ": :error::hi ## vso[" in error
    assert SET_VARIABLE not in error
