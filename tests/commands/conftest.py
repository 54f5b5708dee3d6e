"""Copies of the example monorepo with the built archive in them, as an ops team has it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

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
