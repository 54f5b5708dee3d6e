"""Pins of the Databricks CLI that cannot work."""

from __future__ import annotations

import pytest

from cicdpack.commands.cli_versions import is_known_bad, minimum_cli_version


@pytest.mark.parametrize("version", ["v0.236.0", "0.236.0", "v0.18.0", "v0.236.0-dev+abc", " v0.200.2 "])
def test_versions_below_the_new_key_are_bad(version: str) -> None:
    """Every version older than the first with the new signing key is refused."""
    assert is_known_bad(version)


@pytest.mark.parametrize("version", ["v0.236.1", "v0.237.0", "v1.0.0", "v1.13.0", "latest", "", "v1", "0.236"])
def test_others_are_not(version: str) -> None:
    """Newer versions and what is no version at all pass: a typo is somebody else's finding."""
    assert not is_known_bad(version)


def test_the_minimum_is_itself_good() -> None:
    """The bump that is proposed at the least works."""
    assert minimum_cli_version() == "v0.236.1"
    assert not is_known_bad(minimum_cli_version())
