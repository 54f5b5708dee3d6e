"""The README: every command in it is run, and prints what the README says it prints."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.console import CONSOLE, check_steps, expect

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ELSEWHERE = "$ make test"
"""The one command that is not run here: it is what runs this."""


def steps() -> list[tuple[str, list[str]]]:
    """Return each command of the README with the output that stands below it; `…` alone stands for left out lines."""
    found: list[tuple[str, list[str]]] = []
    for block in CONSOLE.findall(README):
        for line in block.splitlines():
            if line.startswith("$ ") and not (found and found[-1][0] == "$ make demo" and found[-1][1]):
                found.append((line, []))
            else:
                found[-1][1].append(line)
        if found[-1][0] == "$ make demo":
            found[-1] = ("$ make demo ", found[-1][1])
    return [(command.strip(), output) for command, output in found]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example monorepo, committed, with the bundle source in it."""
    root = tmp_path_factory.mktemp("readme") / "monorepo"
    shutil.copytree(ROOT / "examples" / "monorepo", root)
    shutil.copytree(ROOT / "bundle_src", root / "bundle_src")
    for command in (
        ["git", "init", "--quiet", "--initial-branch=main"],
        ["git", "add", "--all"],
        ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", "x"],
    ):
        subprocess.run(command, cwd=root, check=True)
    return root


def test_there_are_commands_to_run() -> None:
    """The loader finds what it is for: the two commands and the next steps."""
    commands = [command for command, _ in steps()]

    assert commands[:2] == ["$ make demo", ELSEWHERE]
    assert len(commands) >= 7


def test_the_demo_prints_what_the_readme_shows(environment: dict[str, str]) -> None:
    """`make demo` runs examples/demo.sh; its output is the one in the README."""
    lines = dict(steps())["$ make demo"]

    done = subprocess.run(
        [ROOT / "examples" / "demo.sh"], env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stderr
    assert lines
    expect(done.stdout, lines)


def test_the_demo_target_runs_the_demo() -> None:
    """The Makefile has both targets, and `demo` is that script."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert re.search(r"^demo: .*\n\t.* examples/demo\.sh$", makefile, re.MULTILINE)
    assert re.search(r"^test: .*\n\t\$\(BIN\)/python -m pytest\b", makefile, re.MULTILINE)


def test_every_other_command_does_what_the_readme_shows(environment: dict[str, str], repository: Path) -> None:
    """The next steps run one after another in a copy of the example, and print what stands below them."""
    check_steps(steps()[2:], repository, environment)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)", README))))
def test_links_lead_somewhere(link: str) -> None:
    """Every relative link of the README names a file or folder of the repository."""
    assert (ROOT / link).exists()
