"""Three-way merges of pipelines by structure: both sides' changes, with our comments, or no text at all."""

from __future__ import annotations

from typing import Any

import pytest

from cicdpack.yamledit import load, merge3

pytestmark = pytest.mark.usefixtures("parser")

GITHUB = """\
# Written by cicdpack
name: churn-model tests
on:
  pull_request:
    branches: [main]
env:
  CLI: v0.236.0
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4

      # The interpreter of the cluster.
      - uses: actions/setup-python@v4
        with:
          python-version: "3.10"

      - name: Install
        run: |
          pip install -r requirements.txt

      - run: pytest
"""

AZURE = """\
trigger: none
pool:
  vmImage: ubuntu-22.04
variables:
- group: staging
- name: cli
  value: v0.236.0
stages:
- stage: tests
  jobs:
  - job: unit
    steps:
    - checkout: self
    - task: UsePythonVersion@0
      inputs:
        versionSpec: '3.10'
    - script: pip install -r requirements.txt
      displayName: Install
    - script: pytest
      displayName: Test
- stage: deploy
  jobs:
  - deployment: staging
    environment: staging
    strategy:
      runOnce:
        deploy:
          steps:
          - script: databricks bundle deploy -t staging
            displayName: Deploy
"""

GITLAB = """\
image: python:3.10
stages: [test, deploy]
.auth: &auth
  variables:
    HOST: https://h
test:
  <<: *auth
  stage: test
  script:
    - pip install -r requirements.txt
    - pytest
deploy:
  stage: deploy
  script:
    - !reference [.setup, script]
    - databricks bundle deploy
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
"""

Edit = tuple[str, str]

INSTALL = "      - name: Install\n        run: |\n          pip install -r requirements.txt\n\n"

MERGES: dict[str, tuple[str, list[Edit], list[Edit]]] = {
    "an added step and a bumped version": (
        GITHUB,
        [("      - run: pytest\n", "      - name: Lint  # ours\n        run: ruff check\n\n      - run: pytest\n")],
        [("checkout@v4", "checkout@v5"), ("setup-python@v4", "setup-python@v5"), ("run: pytest", "run: pytest -q")],
    ),
    "a step added on each side, next to each other": (
        GITHUB,
        [("      - run: pytest\n", "      - run: pytest\n      - name: Ours\n        run: a\n")],
        [("      - run: pytest\n", "      - run: pytest\n\n      # Theirs.\n      - name: Theirs\n        run: b\n")],
    ),
    "a bump on our side, a change beside it on theirs": (
        GITHUB,
        [("setup-python@v4", "setup-python@v5  # by the bot")],
        [('python-version: "3.10"', 'python-version: "3.12"\n          cache: pip')],
    ),
    "a step taken out on theirs, one added on ours": (
        GITHUB,
        [("      - run: pytest\n", "      - run: pytest\n      - uses: a/b@v1\n")],
        [("      - name: Install\n        run: |\n          pip install -r requirements.txt\n\n", "")],
    ),
    "a step taken out on ours, others changed on theirs": (
        GITHUB,
        [("      - name: Install\n        run: |\n          pip install -r requirements.txt\n\n", "")],
        [("v0.236.0", "v0.240.0"), ("checkout@v4", "checkout@v5")],
    ),
    "a script grows while a comment is written above it": (
        GITHUB,
        [("      - name: Install\n", "      # Ours.\n      - name: Install  # here\n")],
        [("requirements.txt\n", "requirements.txt\n          pip install -r test-requirements.txt\n")],
    ),
    "a value that changes its shape": (
        GITHUB,
        [("run: pytest", "run: pytest -x")],
        [
            ("    runs-on: ubuntu-latest\n", "    runs-on:\n      - self-hosted\n      - linux\n"),
            ("[main]", "[main, dev]"),
        ],
    ),
    "a job, a key and a comment added": (
        GITHUB,
        [("  unit:\n", "  unit:\n    timeout-minutes: 10\n")],
        [
            ("  CLI: v0.236.0\n", "  CLI: v0.236.0\n  # The workspace.\n  HOST: https://h\n"),
            ("      - run: pytest\n", "      - run: pytest\n  deploy:\n    needs: unit\n    runs-on: x\n"),
        ],
    ),
    "Azure: jobs, tasks and variables by name": (
        AZURE,
        [
            ("  - job: unit\n", "  - job: unit\n    timeoutInMinutes: 10  # ours\n"),
            ("- group: staging\n", "- group: staging\n- group: ours\n"),
            ("    - script: pytest\n", "    - script: ruff check\n      displayName: Lint\n    - script: pytest\n"),
        ],
        [
            ("UsePythonVersion@0", "UsePythonVersion@1"),
            ("'3.10'", "'3.12'"),
            ("v0.236.0", "v0.240.0"),
            ("-t staging\n", "-t staging --auto-approve\n"),
            ("script: pytest\n", "script: pytest -q\n"),
        ],
    ),
    "Azure: a stage added at the end and one between": (
        AZURE,
        [("vmImage: ubuntu-22.04", "name: own")],
        [
            ("- stage: deploy\n", "- stage: between\n  jobs: []\n- stage: deploy\n"),
            ("displayName: Deploy\n", "displayName: Deploy\n- stage: last\n  jobs: []\n"),
        ],
    ),
    "steps that theirs moved": (
        GITHUB,
        [("checkout@v4", "checkout@v5"), ("run: pytest\n", "run: pytest\n      - name: Ours\n        run: a\n")],
        [(INSTALL, ""), ("      # The interpreter", INSTALL + "      # The interpreter")],
    ),
    "GitLab: jobs by key": (
        GITLAB,
        [("    - pytest\n", "    - pytest -x\n")],
        [
            ("python:3.10", "python:3.12"),
            ("    - databricks bundle deploy\n", "    - databricks bundle deploy -t prod\n"),
        ],
    ),
}


def edited(text: str, edits: list[Edit]) -> str:
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def comments(text: str) -> list[str]:
    return [line[line.index("#") :] for line in text.splitlines() if "# " in line]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("case", MERGES)
def test_both_sides_changes_come_together(case: str, newline: str) -> None:
    """Applying theirs to ours equals applying both edits to the base, whoever is ours; our line breaks stay."""
    base, our_edits, their_edits = MERGES[case]
    ours, theirs = edited(base, our_edits), edited(base, their_edits)

    there = merge3(base.encode(), ours.replace("\n", newline).encode(), theirs.encode(), source="x")
    back = merge3(base.encode(), theirs.encode(), ours.encode(), source="x")

    assert there.conflicts == back.conflicts == ()
    assert there.text is not None
    assert back.text is not None
    assert there.text.count(b"\n") == there.text.count(newline.encode())
    values: list[Any] = [load(text, source="x", tags=("!reference",)).value for text in (there.text, back.text)]
    assert values[0] == values[1] or "next to each other" in case
    assert set(comments(ours)) <= set(comments(there.text.decode().replace("\r", "")))


def test_exact_text_of_a_merge() -> None:
    """Our comments, quotes and blank lines stay; theirs' new parts bring their own."""
    _, ours, theirs = MERGES["a job, a key and a comment added"]

    result = merge3(GITHUB.encode(), edited(GITHUB, ours).encode(), edited(GITHUB, theirs).encode(), source="x")

    assert result.text is not None
    assert result.text.decode() == edited(GITHUB, [*ours, *theirs])


IDLE = {
    "nothing changed": ([], []),
    "only ours changed": ([("checkout@v4", "checkout@v5"), ("# Written by", "# Edited after")], []),
    "both made the same change": ([("checkout@v4", "checkout@v5  # x")], [("checkout@v4", "checkout@v5")]),
    "theirs changed comments and style only": ([], [("# Written by", "# By"), ('"3.10"', "'3.10'")]),
    "both added the same step": (
        [("      - run: pytest\n", "      - run: pytest\n      - {run: a}\n")],
        [("      - run: pytest\n", "      - run: pytest\n      - run: a\n")],
    ),
    "both took the same step out": ([("\n      - run: pytest\n", "")], [("\n      - run: pytest\n", "")]),
}


@pytest.mark.parametrize("case", IDLE)
def test_ours_stays_as_it_is(case: str) -> None:
    """Where theirs brings nothing that ours lacks, not a byte changes."""
    our_edits, their_edits = IDLE[case]
    ours = edited(GITHUB, our_edits).encode()

    result = merge3(GITHUB.encode(), ours, edited(GITHUB, their_edits).encode(), source="x")

    assert result.text == ours


STEPS = ("jobs", "unit", "steps")
UNIT = "  unit:\n"

CONFLICTS: dict[str, tuple[str, list[Edit], list[Edit], tuple[object, ...], str]] = {
    "two bumps": (
        GITHUB, [("checkout@v4", "checkout@v5")], [("checkout@v4", "checkout@v6")], (*STEPS, 0, "uses"), "x:12:15",
    ),
    "taken out here, changed there": (
        GITHUB, [("env:\n  CLI: v0.236.0\n", "")], [("v0.236.0", "v0.240.0")], ("env",), "x:2:1",
    ),
    "changed here, taken out there": (
        GITHUB, [("v0.236.0", "v0.240.0")], [("env:\n  CLI: v0.236.0\n", "")], ("env",), "x:7:3",
    ),
    "a step changed here, taken out there": (
        GITHUB, [("pip install", "uv add")], [(INSTALL, "")], (*STEPS, 2), "x:19:9",
    ),
    "two versions of one line": (
        GITLAB, [("- pytest", "- pytest -x")], [("- pytest", "- pytest -q")], ("test", "script", 1), "x:11:7",
    ),
    "two versions of one new key": (
        GITHUB, [(UNIT, UNIT + "    timeout-minutes: 1\n")], [(UNIT, UNIT + "    timeout-minutes: 2\n")],
        ("jobs", "unit", "timeout-minutes"), "x:10:22",
    ),
    "two lists in flow style": (
        GITHUB, [("[main]", "[trunk]")], [("[main]", "[master]")], ("on", "pull_request", "branches"), "x:5:15",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CONFLICTS)
def test_conflict(case: str) -> None:
    """Where both sides changed one value there is no text, and the value is named with its place in ours."""
    base, our_edits, their_edits, path, location = CONFLICTS[case]

    result = merge3(base.encode(), edited(base, our_edits).encode(), edited(base, their_edits).encode(), source="x")

    assert result.text is None
    assert [(conflict.path, str(conflict.location)) for conflict in result.conflicts] == [(path, location)]


@pytest.mark.parametrize(
    "theirs",
    [
        b"a: [", b"", b"- a", b"a: 1\n---\nb: 1\n", b"\xff", b"k: &k []\nl: [*k\n",
        b"k:\n- name: a\n- name: b\n- name: c\n  x: &x 1\n  y: *y\n",
    ],
)  # fmt: skip
def test_gives_up_without_an_error(theirs: bytes) -> None:
    """Texts that do not merge by structure give no text and no conflict: the caller merges by lines."""
    base = b"k:\n- name: a\n- name: b\n"

    result = merge3(base, base + b"z: 1\n", theirs, source="x")

    assert result.text is None


def test_comment_behind_a_pin_moves_with_it() -> None:
    """The version that explains a pinned hash is the hash's, unless somebody wrote another comment there."""
    base = b"steps:\n- uses: a/b@111  # v1\n- uses: c/d@111  # v1\n"
    ours = b"steps:\n- uses: a/b@111  # v1\n- uses: c/d@111  # ours\n"
    theirs = b"steps:\n- uses: a/b@222  # v2\n- uses: c/d@222  # v2\n"

    result = merge3(base, ours, theirs, source="x")

    assert result.text == b"steps:\n- uses: a/b@222  # v2\n- uses: c/d@222  # ours\n"


@pytest.mark.parametrize("ours", [b"- name: b  # why\n", b"# why\n- name: b\n", b"- name: b\n  # why\n"])
def test_comment_of_ours_is_never_cut_away(ours: bytes) -> None:
    """A step that theirs took out stays for a person to decide on, when somebody commented it."""
    head = b"k:\n- name: a\n"

    result = merge3(head + b"- name: b\n", head + ours, head, source="x")

    assert result == merge3(b"", b"[", b"", source="x")
    assert result.text is None


def test_ours_keeps_its_missing_last_line_break() -> None:
    """A file that ends without a line break still does."""
    result = merge3(b"a: 1\nb: 2\n", b"a: 1\nb: 3", b"a: 2\nb: 2\nc: 4\n", source="x")

    assert result.text == b"a: 2\nb: 3\nc: 4"


def test_indentation_follows_ours() -> None:
    """Theirs' new steps take the indentation that ours has, their inner one kept."""
    ours = b"steps:\n    - name: a\n      run: x # ours\n"

    result = merge3(
        b"steps:\n- name: a\n  run: x\n",
        ours,
        b"steps:\n- name: a\n  run: x\n- name: b\n  run: |\n    one\n\n      two\n",
        source="x",
    )

    assert result.text is not None
    assert result.text.decode() == ours.decode() + "    - name: b\n      run: |\n        one\n\n          two\n"
