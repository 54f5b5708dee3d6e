"""What tests of several rooms share: the shipped bundle, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cicdpack.commands.build import BuildRequest, build

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped bundle, built once."""
    path = tmp_path_factory.mktemp("bundle") / "cicd.tar.gz"
    build(BuildRequest(source=ROOT / "bundle_src" / "cicd", output=path))
    return path
