"""An archive of the shape that MLOps Stacks ships, with pipelines of our own, and a repository that it was deployed in.

The shape: `cicd/` on top, a schema without folder and hosts, no overlays and no manifest, plain tar. The repository has
the parameters that CICD_Only writes, the legacy names and the old CLI version among them, hosts in `deploy-cicd.yml`.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

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

TESTS = """\
# Unit tests of {{ .input_project_name }}
trigger:
  branches:
    include:
      - {{ .input_default_branch }}
pool:
  vmImage: ubuntu-latest
steps:
  - script: pip install -r {{ template `folder` . }}/requirements.txt
    displayName: Install
  - script: pytest
    displayName: Test
"""
BUNDLE = """\
# Deployment of {{ .input_project_name }} with {{ .input_cli_version }}
trigger:
  branches:
    include: [{{ .input_default_branch }}, {{ .input_release_branch }}]
pool:
  vmImage: ubuntu-latest
steps:
  - script: curl -fsSL install.sh | sh -s {{ .input_cli_version }}
    displayName: Install CLI
  - script: databricks bundle validate -t {{ .input_staging_catalog_name }}
    displayName: Validate
  - script: databricks bundle deploy -t {{ .input_staging_catalog_name }}
    displayName: Deploy
"""
FOLDER = "template/.azure/devops-pipelines"
MEMBERS = {
    "databricks_template_schema.json": json.dumps(SCHEMA),
    "library/template_variables.tmpl": "{{ define `folder` }}{{ .input_project_name }}{{ end }}",
    "template/update_layout.tmpl": "{{ skip `update_layout` }}",
    FOLDER + "/{{.input_project_name}}-tests-ci.yml.tmpl": TESTS,
    FOLDER + "/{{.input_project_name}}-bundle-cicd.yml.tmpl": BUNDLE,
}
TESTS_CI = ".azure/devops-pipelines/alpha-tests-ci.yml"
BUNDLE_CICD = ".azure/devops-pipelines/alpha-bundle-cicd.yml"
DATABRICKS = "alpha/databricks.yml"
PARAMETERS = {
    "input_root_dir": "monorepo",
    "input_cloud": "azure",
    "input_cicd_platform": "azure_devops",
    "input_default_branch": "main",
    "input_release_branch": "release",
    "cloud_specific_node_type_id": "v0.236.0",
    "input_cli_version": "v0.236.0",
    "test_catalog_name": "qa",
    "staging_catalog_name": "stage",
    "prod_catalog_name": "live",
    "input_docker_image": "image:latest",
}
TARGET = r"{}:\n    workspace:\n      host: https://{}.azuredatabricks.net\n"
STRAY = "alpha\\databricks.yml"
STRAY_TEXT = "  staging:\n    workspace:\n      host: https://s.azuredatabricks.net\n"
PROJECT = "bundle:\n  name: alpha\n\ntargets:\n  dev:\n    default: true\n    workspace:\n      host:"


def archive() -> bytes:
    """Pack it as `tar -czf` does: with times and owners."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, text in MEMBERS.items():
            member = tarfile.TarInfo(f"cicd/{path}")
            member.size, member.mtime, member.uname = len(text), 1_735_800_000, "runner"
            tar.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(packed.getvalue(), mtime=1_735_800_000)


def deployed() -> dict[str, str]:
    """What its deploy workflow rendered: names without their prefix were lost, so that the defaults held."""
    given = {**DEFAULTS, **{name: value for name, value in PARAMETERS.items() if name in DEFAULTS}}
    given["input_project_name"] = "alpha"
    texts = {TESTS_CI: TESTS, BUNDLE_CICD: BUNDLE}
    for path in texts:
        for name, value in given.items():
            texts[path] = texts[path].replace("{{ ." + name + " }}", value)
        texts[path] = texts[path].replace("{{ template `folder` . }}", "alpha")
    return texts


def repository(root: Path) -> Path:
    """Make the repository as a deploy left it, the stray file included."""
    workflow = TARGET.format("staging", "s") + TARGET.format("prod", "p")
    texts = {
        "cicd_params.json": json.dumps(PARAMETERS, indent=2),
        DATABRICKS: PROJECT,
        "alpha/project_params.json": '{"input_cloud": "azure", "input_include_feature_store": "no"}',
        ".azure/devops-pipelines/deploy-cicd.yml": f"steps:\n  - script: |\n      echo -e '{workflow}'\n",
        STRAY: STRAY_TEXT,
        **deployed(),
    }
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "cicd.tar.gz").write_bytes(archive())
    return root
