"""Copies of the example monorepo with the built archive in them, as an ops team has it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from cicdpack.commands.build import BuildRequest, build

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "monorepo"

Monorepo: TypeAlias = Callable[..., Path]


@pytest.fixture
def monorepo(tmp_path: Path, archive: Path) -> Monorepo:
    """Make a copy of the example with the archive in it; keyword arguments change `cicd_params.json`, None removes."""

    def make(**parameters: object) -> Path:
        root = tmp_path / "repo"
        shutil.copytree(EXAMPLE, root)
        shutil.copy(archive, root / "cicd.tar.gz")
        if parameters:
            path = root / "cicd_params.json"
            merged = {**json.loads(path.read_text()), **parameters}
            path.write_text(json.dumps({name: value for name, value in merged.items() if value is not None}))
        return root

    return make


@pytest.fixture(scope="session")
def bundles(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The shipped bundle, and one of a higher version whose pipelines differ."""
    source = tmp_path_factory.mktemp("bumped") / "cicd"
    shutil.copytree(ROOT / "bundle_src" / "cicd", source)
    config = source / "cicdpack.toml"
    config.write_text(config.read_text().replace('version = "1.0.0"', 'version = "1.1.0"', 1))
    for path in (source / "template").rglob("{{.input_project_name}}*.yml.tmpl"):
        path.write_text(path.read_text() + "# The next version.\n")
    bumped = source.parent / "cicd.tar.gz"
    build(BuildRequest(source=source, output=bumped))
    return archive, bumped
