"""Repositories of the shape that MLOps Stacks makes, for each platform, in words of our own.

The archive: `cicd/` on top, plain tar, a schema without folder and hosts, no overlays, no manifest, nothing for GitLab.
The repository has the parameters that upstream writes, the legacy names and the old CLI version among them. Its project
was made apart (Project_Only; the deploy workflow then wrote pipelines, and its targets into a stray file), or together
with the CI/CD (CICD_and_Project: the targets are in `databricks.yml`).
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.commands.upstream_pipelines import AZURE, GITHUB, GITLAB

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME, FOLDER = "credit-risk", "credit_risk"
DATABRICKS = f"{FOLDER}/databricks.yml"
STAGING, PROD = "https://adb-1.1.azuredatabricks.net", "https://adb-2.2.azuredatabricks.net"
PLACEHOLDER = "https://adb-xxxx.xx.azuredatabricks.net"
"""What upstream writes where nobody said which workspace: it does not ask for hosts when a project is made apart."""

CATALOGS = {"test_catalog_name": "qa", "staging_catalog_name": "stage", "prod_catalog_name": "live"}

DEFAULTS = {
    "input_root_dir": "monorepo",
    "input_cloud": "azure",
    "input_cicd_platform": "github_actions",
    "input_default_branch": "main",
    "input_release_branch": "release",
    "input_cli_version": "v0.236.0",
    "input_staging_catalog_name": "staging",
    "input_prod_catalog_name": "prod",
    "input_test_catalog_name": "test",
    "input_project_name": "my_mlops_project",
    "input_include_feature_store": "no",
}
SCHEMA = {
    "properties": {
        name: {"type": "string", "default": default, "description": name, "order": order}
        for order, (name, default) in enumerate(DEFAULTS.items(), 1)
    }
}
NAMES = """\
{{ define `project_name_alphanumeric_underscore` -}}
{{ (regexp `-`).ReplaceAllString .input_project_name `_` }}
{{- end }}
"""
LAYOUT = """\
{{ if eq .input_cicd_platform `azure_devops` }}{{ skip `.github` }}{{ end }}
{{ if not (eq .input_cicd_platform `azure_devops`) }}{{ skip `.azure` }}{{ end }}
{{ if eq .input_cicd_platform `gitlab` }}{{ skip `.github` }}{{ end }}
{{ skip `update_layout` }}
"""


@dataclass(frozen=True)
class Platform:
    """Where pipelines and the deploy workflow are, and what that wrote in place of `databricks.yml`."""

    folder: str
    pipelines: Mapping[str, str]
    deploys: bool = True
    stray: str | None = None


PLATFORMS = {
    "azure_devops": Platform(".azure/devops-pipelines", AZURE, stray=f"{FOLDER}\\databricks.yml"),
    "github_actions": Platform(".github/workflows", GITHUB, stray="\\databricks.yml"),
    "github_actions_for_github_enterprise_servers": Platform(".github/workflows", GITHUB, stray="\\databricks.yml"),
    "gitlab": Platform(".gitlab/pipelines", GITLAB, deploys=False),
}


def archive() -> bytes:
    """Pack it as `tar -czf` does: with times and owners."""
    members = {
        "databricks_template_schema.json": json.dumps(SCHEMA),
        "library/template_variables.tmpl": NAMES,
        "template/update_layout.tmpl": LAYOUT,
    }
    for name in ("azure_devops", "github_actions"):
        platform = PLATFORMS[name]
        for kind, text in platform.pipelines.items():
            members[f"template/{platform.folder}/{{{{.input_project_name}}}}-{kind}.yml.tmpl"] = text
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, text in members.items():
            member = tarfile.TarInfo(f"cicd/{path}")
            member.size, member.mtime, member.uname = len(text.encode()), 1_735_800_000, "runner"
            tar.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(packed.getvalue(), mtime=1_735_800_000)


def parameters(platform: str) -> dict[str, str]:
    """Return `cicd_params.json` as upstream writes it: a CLI version for a node type, catalogs without `input_`."""
    return {
        "input_root_dir": "monorepo",
        "input_cloud": "azure",
        "input_cicd_platform": platform,
        "input_default_branch": "main",
        "input_release_branch": "release",
        "cloud_specific_node_type_id": "v0.236.0",
        "input_cli_version": "v0.236.0",
        **CATALOGS,
        "input_docker_image": "databricksfieldeng/mlopsstacks:latest",
    }


def path_of(platform: str, kind: str, name: str = NAME) -> str:
    """Return where a pipeline is: `kind` is `tests-ci`, `bundle-cd-prod` and so on."""
    return f"{PLATFORMS[platform].folder}/{name}-{kind}.yml"


def pipelines(platform: str, hosts: tuple[str, str] = (STAGING, PROD), name: str = NAME) -> dict[str, str]:
    """Return what was rendered: names without their prefix were lost, so that the defaults held."""
    given = {**DEFAULTS, "input_cicd_platform": platform, "input_project_name": name}
    given["input_databricks_staging_workspace_host"], given["input_databricks_prod_workspace_host"] = hosts
    given["input_docker_image"] = "databricksfieldeng/mlopsstacks:latest"
    texts = {}
    for kind, text in PLATFORMS[platform].pipelines.items():
        for key, value in given.items():
            text = text.replace("{{ ." + key + " }}", value)
        text = text.replace("{{ template `project_name_alphanumeric_underscore` . }}", name.replace("-", "_"))
        texts[path_of(platform, kind, name)] = text.replace("{{`", "").replace("`}}", "")
    return texts


def targets(*, catalogs: bool = False) -> str:
    """Return the targets as upstream writes them, below `targets:`."""
    text = ""
    for target, host in (("staging", STAGING), ("prod", PROD), ("test", STAGING)):
        catalog = f"    variables:\n      catalog_name: {CATALOGS[f'{target}_catalog_name']}\n" if catalogs else ""
        text += f"\n  {target}:\n{catalog}    workspace:\n      host: {host}\n"
    return text


def databricks(*, together: bool, catalogs: bool) -> str:
    """Return `databricks.yml`: made apart, it ends in the middle of a line."""
    declared = "\n  catalog_name:\n    description: Where the model goes" if catalogs else ""
    catalog = "\n    variables:\n      catalog_name: dev" if catalogs else ""
    return (
        f"# The bundle\nbundle:\n  name: {NAME}\n\n"
        f"variables:\n  model_name:\n    default: ${{bundle.target}}-model{declared}\n\n"
        "include:\n  - ./resources/model-workflow-resource.yml\n\n"
        f"targets:\n  dev:\n    mode: development\n    default: true{catalog}\n"
        "    workspace:\n      # yours\n      host:"
    ) + (f"\n{targets(catalogs=catalogs)}" if together else "")


def deploy_workflow(platform: str) -> str:
    """Return the workflow that sets up projects, with the hosts in a step that appends targets to a wrong file."""
    echoed = targets().replace("\n", "\\n")
    return f'jobs:\n  deploy:\n    steps:\n      - run: |\n          echo -e "{echoed}" >> "$FOLDER\\databricks.yml"\n'


def repository(root: Path, platform: str = "azure_devops", *, together: bool = False, catalogs: bool = False) -> Path:
    """Make the repository as upstream and its deploy workflow left it; GitLab has no such workflow."""
    kind = PLATFORMS[platform]
    asked = together or kind.deploys
    texts = {
        "cicd_params.json": json.dumps(parameters(platform), indent=2),
        DATABRICKS: databricks(together=together, catalogs=catalogs),
        f"{FOLDER}/project_params.json": '{"input_cloud": "azure", "input_include_feature_store": "no"}',
        **pipelines(platform, (STAGING, PROD) if asked else (PLACEHOLDER, PLACEHOLDER)),
    }
    if kind.deploys:
        texts[f"{kind.folder}/deploy-cicd.yml"] = deploy_workflow(platform)
    elif not together:
        texts |= pipelines(platform, name="my_mlops_project")
    if kind.stray and not together:
        texts[kind.stray] = targets()
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root / "cicd.tar.gz").write_bytes(archive())
    return root
