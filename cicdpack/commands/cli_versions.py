"""Which Databricks CLI versions cannot deploy, and what to pin instead."""

from __future__ import annotations

import re

MINIMUM_CLI_VERSION = (0, 236, 1)
"""Versions below fail every `bundle deploy` that downloads Terraform since 2026-04-18: the key that signs it expired.

Source: databricks/cli issue 5022. MLOps Stacks pins v0.236.0, one below.
"""

_VERSION = re.compile(r"v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:[-+].*)?")


def is_known_bad(version: str) -> bool:
    """Whether a pin such as `v0.236.0` is a version that is known to fail; what is no version is not."""
    match = _VERSION.fullmatch(version.strip())
    return match is not None and tuple(int(part) for part in match.groups()) < MINIMUM_CLI_VERSION


def minimum_cli_version() -> str:
    """Return the oldest version that works, as the parameter writes it: `v0.236.1`."""
    return "v" + ".".join(str(part) for part in MINIMUM_CLI_VERSION)
