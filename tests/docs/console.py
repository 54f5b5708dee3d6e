"""Console blocks of a page: the commands in them, and whether what is printed is what the page shows."""

from __future__ import annotations

import re

CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARIES = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}…|index [0-9a-f]{7}\.\.[0-9a-f]{7}|commit [0-9a-f]{7}|· [0-9]+ kB|· [0-9]+ members"
)
"""Digests and sizes change with every edit of the bundle, so only their form is compared."""


def steps(text: str) -> list[tuple[str, list[str]]]:
    """Return each command with the output that stands below it; `…` alone stands for lines that are left out."""
    found: list[tuple[str, list[str]]] = []
    for block in CONSOLE.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line, []))
            else:
                found[-1][1].append(line)
    return found


def expect(output: str, lines: list[str]) -> None:
    """Assert that the lines stand in the output, in order and next to each other but where `…` stands."""
    printed = [VARIES.sub("#", line) for line in output.splitlines()]
    at, may_skip = 0, True
    for line in (VARIES.sub("#", line) for line in lines):
        if line.strip() == "…":
            may_skip = True
            continue
        assert line in printed[at:] if may_skip else printed[at : at + 1] == [line], (
            f"{line!r} is not printed:\n{output}"
        )
        at = printed.index(line, at) + 1
        may_skip = False
