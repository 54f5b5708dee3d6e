"""The workflow that sets up projects: its files, and a start of it by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cicdpack.archive.entries import Entry
from cicdpack.bundle.binding import Layer, bind
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.render import render
from tests.pipelines.model import Event, Vault
from tests.pipelines.readers import READERS

if TYPE_CHECKING:
    from tests.pipelines.machine import Machine, Ran

SOURCE = Path(__file__).parents[2] / "bundle_src" / "repo"


def repo_files(platform: str, **settings: str) -> dict[str, bytes]:
    """Render the workflow, and on GitLab the root's pipeline that includes it."""
    paths = sorted(path for path in SOURCE.rglob("*") if path.is_file())
    bundle = Bundle.from_entries(
        Entry(path=path.relative_to(SOURCE).as_posix(), data=path.read_bytes()) for path in paths
    )
    bound = bind(bundle, (Layer(origin="the test", values={"input_cicd_platform": platform, **settings}),))
    rendering = render(bundle, bound.values)
    included = {overlay.path: overlay.text.encode() for overlay in rendering.overlays}
    return {**{file.path: file.data for file in rendering.files}, **included}


def start(machine: Machine, platform: str, name: str, *, token: str, branch: str = "main") -> list[Ran]:
    """Start the workflow by hand with a project's name; `token` is the one that pushes, wherever it is kept."""
    vault = Vault(shared={"WORKFLOW_TOKEN": token, "GITLAB_TOKEN": token}, job_token=token)
    event = Event(kind="manual", branch=branch, pipeline="deploy-cicd.yml", inputs={"project_name": name})
    return machine.run(list(READERS[platform](machine.checkout, event, vault, machine.places)))
