"""Odd but legal names of projects: on every platform they give valid YAML that says what was meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

PLATFORMS = ("azure_devops", "github_actions", "github_actions_for_github_enterprise_servers", "gitlab")
NAMES = (
    *("fraud-detector", "a'b", "a''b", "'ab'", "a&b", "&ab", "a#b", "#ab", "ünï", "yes", "null", "1e3", "0x1"),
    *("@ab", "a%b", "a,b", "-ab", "!ab", "[ab]", "~ab", "2024-01-01"),
)
"""What the schema lets through and every file system takes as a file's name."""


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


def read(files: dict[str, str]) -> dict[str, Any]:
    return {path: yaml.load(text, Loader=yaml.BaseLoader) for path, text in files.items()}


def settings(name: str, platform: str) -> dict[str, str]:
    return {"input_project_name": name, "input_project_folder": "ml/odd", "input_cicd_platform": platform}


def values(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from values(item)
    elif isinstance(value, list):
        for item in value:
            yield from values(item)
    else:
        yield value


def covered(pattern: str, path: str) -> bool:
    """As path filters read it: `*` is any text without a slash, and nothing else means anything here."""
    parts = [re.escape(part) for part in pattern.split("*")]
    return re.fullmatch("[^/]*".join(parts), path) is not None


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_file_is_yaml_and_finds_itself(renderer: Any, name: str, platform: str) -> None:
    """Each path filter that names a pipeline finds the file; YAML reads every file, as text for text."""
    files = read(renderer.files(**settings(name, platform)))

    assert files
    assert all(f"/{name}-" in path for path in files)
    filters = {
        text
        for value in files.values()
        for text in values(value)
        if re.match(r"\.(github|gitlab|azure)/", text) and name not in text
    }
    for pattern in filters:
        assert any(covered(pattern, path) for path in files), pattern


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_but_the_name_changes(renderer: Any, name: str, platform: str) -> None:
    """A file has the same keys and the same values but for those that hold the name, whatever the name is."""

    def shape(given: str) -> list[list[str]]:
        files = read(renderer.files(**settings(given, platform)))
        return [list(values(value)) for value in files.values()]

    ordinary, odd = shape("zzz"), shape(name)

    assert [len(file) for file in ordinary] == [len(file) for file in odd]
    for one, other in zip(ordinary, odd, strict=True):
        for left, right in zip(one, other, strict=True):
            assert left == right or "zzz" in left, right


def test_gitlab_includes_name_the_files(renderer: Any, name: str) -> None:
    """The root includes the triggers file; its jobs have the project's name, and each starts a file that is there."""
    files = renderer.files(**settings(name, "gitlab"))
    overlays = renderer.overlays(**settings(name, "gitlab"))
    triggers = f".gitlab/pipelines/{name}-triggers-cicd.yml"

    assert yaml.safe_load(overlays[".gitlab-ci.yml"]) == {"include": [{"local": triggers}]}
    jobs = yaml.safe_load(files[triggers])
    assert list(jobs) == [f"{name}:test", f"{name}:deploy-staging", f"{name}:deploy-prod"]
    started = [item["local"] for job in jobs.values() for item in job["trigger"]["include"]]
    assert {triggers, *started} == files.keys()


@pytest.mark.parametrize("platform", PLATFORMS[1:3])
def test_github_shows_the_name(renderer: Any, name: str, platform: str) -> None:
    """A workflow's name is a text with the project's name in it."""
    for text in renderer.files(**settings(name, platform)).values():
        assert name in yaml.safe_load(text)["name"]
