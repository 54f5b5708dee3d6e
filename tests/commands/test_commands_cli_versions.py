"""Pins of the Databricks CLI that cannot work."""

from __future__ import annotations

import pytest

from cicdpack.commands.cli_versions import is_known_bad, minimum_cli_version


@pytest.mark.parametrize(
    "version",
    [
        "v0.236.0",
        "0.236.0",
        "v0.18.0",
        "v0.236.0-dev+abc",
        " v0.200.2 ",
        "v0.210.3",
        "v0.237.0",
        "v0.283.0",
        "v0.297.1",
    ],
)
def test_versions_without_the_new_key_are_bad(version: str) -> None:
    """Every version from before the repair is refused: all before v0.210, and what each minor after it had before."""
    assert is_known_bad(version)


@pytest.mark.parametrize(
    "version",
    ["v0.210.4", "v0.216.1", "v0.236.1", "v0.266.1", "v0.296.1", "v0.297.2", "v0.298.0", "v1.0.0", "v1.13.0"],
)
def test_repaired_and_later_versions_are_not(version: str) -> None:
    """A minor version's patch release repairs it, an old one's too; from v0.298 on none was ever broken."""
    assert not is_known_bad(version)


@pytest.mark.parametrize("version", ["latest", "", "v1", "0.236"])
def test_what_is_no_version_is_not(version: str) -> None:
    """A typo is somebody else's finding."""
    assert not is_known_bad(version)


def test_the_minimum_is_itself_good() -> None:
    """The bump that is proposed at the least works."""
    assert not is_known_bad(minimum_cli_version())
