"""What update bots change, told from what people change."""

from __future__ import annotations

import pytest

from cicdpack.planning.pins import only_pins_differ

HASHES = ("0" * 40, "1" * 40)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"      - uses: actions/checkout@{HASHES[0]}  # v4.1.0", f"      - uses: actions/checkout@{HASHES[1]}  # v5"),
        ("  uses: org/repo/.github/workflows/x.yml@v1", "  uses: org/repo/.github/workflows/x.yml@v2.0.1"),
        ("    image: python:3.11", "    image: python:3.12-slim"),
        ("image: reg.io/a/b@sha256:" + "a" * 64, "image: reg.io/a/b@sha256:" + "b" * 64),
        ("      - task: UsePythonVersion@0", "      - task: UsePythonVersion@1"),
        ("          python-version: '3.11'", "          python-version: '3.12'"),
        ("  CLI_VERSION: v1.2.3", "  CLI_VERSION: v1.3.0"),
        ("      pip install pytest==8.1.0 ruff==0.1", "      pip install pytest==8.2.0 ruff==0.2"),
    ],
)
def test_bumps_are_recognised(before: str, after: str) -> None:
    """On any checkout: a line that differs in its pin alone."""
    rest = "jobs:\n{}\nlast: true\n"

    assert only_pins_differ(rest.format(before).encode(), rest.format(after).encode())
    assert only_pins_differ(rest.format(before).encode(), rest.format(after).replace("\n", "\r\n").encode())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - uses: actions/checkout@v4", "  - uses: evil/checkout@v4"),
        ("  image: python:3.11", "  image: other:3.11"),
        ("  - bash: make test", "  - bash: make all"),
        ("  timeout: 30", "  timeout: 60"),
        ("  a: 1", "  a: 1\n  version: 2"),
        ("  version: 1.0", "  version: latest; rm -rf /"),
        ("  - uses: a/b@v1", "  - uses: a/b@v2 && curl x"),
        ("same", "same"),
    ],
)
def test_edits_are_no_bumps(before: str, after: str) -> None:
    """Anything beside the pin makes it an edit; so does a line more or less."""
    assert not only_pins_differ(before.encode(), after.encode())
