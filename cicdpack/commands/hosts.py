"""Workspace hosts out of a repository's older `deploy-cicd.yml`, which has them baked into a shell step.

Text in, hosts out: the files are read by the caller. That step writes three targets in one `echo -e` with literal
`\\n`: first the staging target, then prod, then test; in older versions the keys are catalog names, so that only
their order tells them apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack._values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

DEPLOY_WORKFLOWS = (
    ".azure/devops-pipelines/deploy-cicd.yml",
    ".github/workflows/deploy-cicd.yml",
    ".gitlab/pipelines/deploy-cicd.yml",
)
"""Where MLOps Stacks puts the workflow, by platform."""

_GAP = r"(?:\\n|\s)+"
_TARGET = re.compile(
    rf"(?P<key>[A-Za-z0-9_-]+):{_GAP}workspace:{_GAP}host:\s*(?P<host>https://[A-Za-z0-9.-]+)(?=[\\\s\"'/?]|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BakedHosts:
    """The hosts that a workflow names, as `https://...` without a path, and the file they were read from."""

    staging: str
    prod: str
    source: str


def find_baked_hosts(workflows: Mapping[str, str]) -> BakedHosts | None:
    """Return the hosts of the first workflow (path -> text) that bakes in both, or None."""
    for source, text in workflows.items():
        targets = {match["key"]: match["host"] for match in reversed(list(_TARGET.finditer(text)))}
        in_order = list(reversed(targets.values()))
        staging, prod = targets.get("staging"), targets.get("prod")
        if not (staging and prod) and len(in_order) >= 2:
            staging, prod = in_order[0], in_order[1]
        if staging and prod:
            return BakedHosts(staging=staging, prod=prod, source=source)
    return None
