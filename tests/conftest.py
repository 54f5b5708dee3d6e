"""What tests of several rooms share: the shipped bundle, built once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cicdpack.commands.build import BuildRequest, build

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session", autouse=True)
def _in_no_job() -> Iterator[None]:
    """Take away what a CI platform says of the job that runs the tests: output differs there."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "TF_BUILD", "AGENT_TEMPDIRECTORY"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped bundle, built once."""
    path = tmp_path_factory.mktemp("bundle") / "cicd.tar.gz"
    build(BuildRequest(source=ROOT / "bundle_src" / "cicd", output=path))
    return path
