"""Workspace hosts that a repository of MLOps Stacks holds: in its `deploy-cicd.yml`, or in a project's targets.

Text and values in, hosts out: the files are read by the caller. The workflow has them baked into a shell step that
writes three targets in one `echo -e` with literal `\\n`: first staging, then prod, then test; in older versions the
keys are catalog names, so that only their order tells them apart.
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

PLACEHOLDER = re.compile(
    r"https://(adb-xxxx\.xx\.azuredatabricks\.net|your-(staging|prod)-workspace\.(cloud|gcp)\.databricks\.com)/?"
)
"""What MLOps Stacks writes where nobody named a workspace: by cloud, in its `library/template_variables.tmpl`."""

_HOST = re.compile(r"https://[A-Za-z0-9.-]+/?")
_GAP = r"(?:\\n|\s)+"
_TARGET = rf"(?P<key>[A-Za-z0-9_-]+):{_GAP}workspace:{_GAP}host:\s*(?P<host>https://[A-Za-z0-9.-]+)(?=[\\\s\"'/?]|$)"


@dataclass(frozen=True, slots=True, kw_only=True)
class BakedHosts:
    """The hosts that a workflow names, as `https://...` without a path, and the file they were read from."""

    staging: str
    prod: str
    source: str


def find_baked_hosts(workflows: Mapping[str, str]) -> BakedHosts | None:
    """Return the hosts of the first workflow (path -> text) that bakes in both, or None."""
    for source, text in workflows.items():
        targets = {match["key"]: match["host"] for match in reversed(list(re.finditer(_TARGET, text)))}
        in_order = list(reversed(targets.values()))
        staging, prod = targets.get("staging"), targets.get("prod")
        if not (staging and prod) and len(in_order) >= 2:
            staging, prod = in_order[0], in_order[1]
        if staging and prod and not (PLACEHOLDER.fullmatch(staging) or PLACEHOLDER.fullmatch(prod)):
            return BakedHosts(staging=staging, prod=prod, source=source)
    return None


def hosts_of_targets(targets: Mapping[str, object]) -> dict[str, str]:
    """Return the hosts that the targets `staging` and `prod` name, by target; what is no plain host is left out."""
    found: dict[str, str] = {}
    for name in ("staging", "prod"):
        target = targets.get(name)
        workspace = target.get("workspace") if isinstance(target, dict) else None
        host = workspace.get("host") if isinstance(workspace, dict) else None
        if isinstance(host, str) and _HOST.fullmatch(host) and not PLACEHOLDER.fullmatch(host):
            found[name] = host
    return found
