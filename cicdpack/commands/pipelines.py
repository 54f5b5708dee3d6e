"""The pipelines of a project as MLOps Stacks names them, `<folder>/<name>-<kind>.yml`, whatever is in them."""

from __future__ import annotations

GITLAB = ".gitlab/pipelines"

KINDS = {
    ".azure/devops-pipelines": ("tests-ci", "bundle-cicd"),
    ".github/workflows": ("run-tests", "bundle-ci", "bundle-cd-staging", "bundle-cd-prod"),
    GITLAB: ("triggers-cicd", "bundle-ci", "bundle-cd-staging", "bundle-cd-prod"),
}
"""Folder of a platform -> the kinds of pipeline there."""


def pipelines_of(name: str, folder: str | None = None) -> dict[str, str]:
    """Return path -> kind of a project's pipelines: of all platforms, or of the one with that folder."""
    folders = KINDS if folder is None else (folder,)
    return {f"{place}/{name}-{kind}.yml": kind for place in folders for kind in KINDS[place]}
