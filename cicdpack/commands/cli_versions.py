"""Which Databricks CLI versions cannot deploy, and what to pin instead."""

from __future__ import annotations

import re

PATCHED_MINORS = range(210, 298)
"""Minor versions of 0.x that were repaired by a patch release in April 2026; later ones never were broken.

Every version before them, and every one of them that is older than its patch, fails each `bundle deploy` that downloads
Terraform since 2026-04-18: the key that signs it expired. Source: databricks/cli issues 5018 and 5022.
"""

FIRST_GOOD_PATCH = {210: 4, 297: 2}
"""The patch that repaired a minor version, where it is known not to be the first. MLOps Stacks pins v0.236.0."""

_VERSION = re.compile(r"v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:[-+].*)?")


def is_known_bad(version: str) -> bool:
    """Whether a pin such as `v0.236.0` is a version that is known to fail; what is no version is not."""
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        return False
    major, minor, patch = map(int, match.groups())
    if major > 0 or minor >= PATCHED_MINORS.stop:
        return False
    return minor < PATCHED_MINORS.start or patch < FIRST_GOOD_PATCH.get(minor, 1)


def minimum_cli_version() -> str:
    """Return the version next to that of MLOps Stacks that works, as the parameter writes it: `v0.236.1`."""
    return "v0.236.1"
