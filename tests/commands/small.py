"""A bundle of three small files in as many versions as a test needs, and a repository with two projects."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from cicdpack.archive.canonical import encode
from cicdpack.archive.entries import Entry
from cicdpack.bundle.packing import with_manifest
from cicdpack.commands.apply import ApplyRequest, Prepared, carry_out, prepare
from cicdpack.planning.changes import effect_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMA = {
    "properties": {
        "input_project_name": {"type": "string", "description": "name", "order": 1},
        "input_project_folder": {"type": "string", "description": "folder", "default": "x", "order": 2},
        "input_cloud": {"type": "string", "default": "azure", "description": "cloud", "order": 3},
        "input_cicd_platform": {"type": "string", "default": "azure_devops", "description": "platform", "order": 4},
        "input_minutes": {"type": "integer", "default": 60, "description": "minutes", "order": 5},
    }
}

PIPELINE = """\
# CI of {{ .input_project_name }}
trigger: none

jobs:
  - job: test
    displayName: Test
    pool: {vmImage: ubuntu-24.04}
    timeoutInMinutes: {{ .input_minutes }}
    steps:
      - checkout: self
      - bash: make lint
        displayName: Lint
      - bash: make test
        displayName: Test
"""

SCRIPT = "#!/bin/sh\n# one\necho one\n# two\necho two\n# three\necho three\n"

OVERLAY = """\
targets:
  staging:
    workspace:
      host: https://staging
  prod:
    workspace:
      host: https://prod
"""

CI = ".azure/devops-pipelines/alpha-ci.yml"
SH = ".azure/alpha.sh"
DATABRICKS = "alpha/databricks.yml"
RECEIPT = ".cicdpack/receipts/alpha.json"

TEMPLATES = {
    "template/.azure/devops-pipelines/{{.input_project_name}}-ci.yml.tmpl": PIPELINE,
    "template/.azure/{{.input_project_name}}.sh.tmpl": SCRIPT,
    "merge/{{.input_project_folder}}/databricks.yml.tmpl": OVERLAY,
}
PIPELINE_TEMPLATE, SCRIPT_TEMPLATE, OVERLAY_TEMPLATE = TEMPLATES


def bundle(version: str = "1.0.0", files: Mapping[str, str | None] | None = None, history: str = "") -> bytes:
    """Return an archive; `files` replaces templates, None leaves one out."""
    contents: dict[str, str | None] = {
        "databricks_template_schema.json": json.dumps(SCHEMA),
        "cicdpack.toml": f'[bundle]\nname = "small"\nversion = "{version}"\n{history}',
        **TEMPLATES,
        **(files or {}),
    }
    entries = [Entry(path=path, data=text.encode()) for path, text in contents.items() if text is not None]
    return encode(with_manifest(entries))


def repository(root: Path, *projects: str) -> Path:
    """Make a repository with the first bundle and the projects (`alpha` and `beta`)."""
    root.mkdir()
    (root / "cicd_params.json").write_text('{"input_cicd_platform": "azure_devops"}\n')
    (root / "cicd.tar.gz").write_bytes(bundle())
    for name in projects or ("alpha", "beta"):
        (root / name).mkdir(parents=True)
        (root / name / "databricks.yml").write_text(f"bundle:\n  name: {name.rpartition('/')[2]}\n# mine\n")
        (root / name / "project_params.json").write_text("{}\n")
    return root


__all__ = ["ApplyRequest", "applied", "bundle", "carry_out", "planned", "prepare", "repository"]


def planned(root: Path, *projects: str, **options: object) -> Prepared:
    settings = options.pop("settings", {})
    return prepare(ApplyRequest(projects=projects or ("alpha",), repo=root, settings=settings, **options))  # type: ignore[arg-type]


def applied(root: Path, *projects: str, **options: object) -> Prepared:
    prepared = planned(root, *projects, **options)
    carry_out(prepared)
    return prepared


def effects(prepared: Prepared) -> dict[str, str]:
    """What happens to each file but the records, those left out that are simply as wanted."""
    return {
        change.path: effect_of(change)
        for change in prepared.plan.changes
        if not change.path.startswith(".cicdpack/") and (effect_of(change) != "keep" or said(change))
    }


def note(prepared: Prepared, path: str) -> str:
    """What is said of one file."""
    (change,) = [change for change in prepared.plan.changes if change.path == path]
    return said(change)


def said(change: object) -> str:
    return str(getattr(change, "reason", "") or getattr(change, "summary", ""))


def tree(root: Path) -> dict[str, tuple[bytes, int, int]]:
    """Content, mode and mtime of every file."""
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def git(root: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def committed(root: Path) -> Path:
    """Make a folder a git repository with one commit."""
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "as it was")
    return root
