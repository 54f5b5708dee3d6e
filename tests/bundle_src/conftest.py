"""Renderings of the bundles in `bundle_src`, by the project's own engine, each combination once."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.entries import Entry
from cicdpack.bundle.binding import Layer, bind
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.render import render

if TYPE_CHECKING:
    from cicdpack.bundle.rendering import Rendering

SOURCES = Path(__file__).resolve().parents[2] / "bundle_src"

PLATFORMS = ("azure_devops", "github_actions", "github_actions_for_github_enterprise_servers", "gitlab")
CLOUDS = ("azure", "aws", "gcp")
AUTHS = ("auto", "azure-client-secret", "oauth-m2m", "pat", "federation")
PROJECT = {
    "input_project_name": "fraud-detector",
    "input_root_dir": "my-monorepo",
    "input_databricks_staging_workspace_host": "https://staging.example.com/",
    "input_databricks_prod_workspace_host": "https://prod.example.com/?o=42",
}


@dataclass(frozen=True)
class Combination:
    """One choice of platform, cloud, feature store and way to sign in."""

    platform: str
    cloud: str
    feature_store: str
    auth: str

    @property
    def settings(self) -> dict[str, str]:
        return {
            "input_cicd_platform": self.platform,
            "input_cloud": self.cloud,
            "input_include_feature_store": self.feature_store,
            "input_auth": self.auth,
        }

    def __str__(self) -> str:
        store = "feature_store" if self.feature_store == "yes" else "plain"
        return f"{self.platform}-{self.cloud}-{store}-{self.auth}"


COMBINATIONS = tuple(
    Combination(platform, cloud, store, auth)
    for platform, cloud, store, auth in itertools.product(PLATFORMS, CLOUDS, ("no", "yes"), AUTHS)
    if not (platform.endswith("enterprise_servers") and (cloud, store) != ("azure", "yes"))
)
"""What the facts are checked on; the linters see the combinations of Enterprise Server that are left out here, too."""


@dataclass
class Renderer:
    """Renders a bundle with settings over the given ones; asked twice for the same, it answers from memory."""

    bundle: Bundle
    given: dict[str, str]
    _cache: dict[tuple[tuple[str, str], ...], Rendering] = field(default_factory=dict)

    def __call__(self, **settings: str) -> Rendering:
        values = {**self.given, **settings}
        key = tuple(sorted(values.items()))
        if key not in self._cache:
            bound = bind(self.bundle, (Layer(origin="the test", values=values),))
            self._cache[key] = render(self.bundle, bound.values)
        return self._cache[key]

    def files(self, **settings: str) -> dict[str, str]:
        return {file.path: file.data.decode() for file in self(**settings).files}

    def overlays(self, **settings: str) -> dict[str, str]:
        return {overlay.path: overlay.text for overlay in self(**settings).overlays}


def read_bundle(name: str) -> Bundle:
    root = SOURCES / name
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    return Bundle.from_entries(Entry(path=path.relative_to(root).as_posix(), data=path.read_bytes()) for path in paths)


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """Renders the pipelines of a project."""
    return Renderer(read_bundle("cicd"), PROJECT)


@pytest.fixture(scope="session")
def repo_renderer() -> Renderer:
    """Renders the workflow that sets up projects."""
    return Renderer(read_bundle("repo"), {})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "combination" in metafunc.fixturenames:
        prefix = getattr(metafunc.module, "PLATFORM_PREFIX", "")
        chosen = [one for one in COMBINATIONS if one.platform.startswith(prefix)]
        assert chosen, prefix
        metafunc.parametrize("combination", chosen, ids=str)
