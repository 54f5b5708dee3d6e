"""Linters over the renderings of every combination: each distinct file once."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Reads every scalar as text."""
PLATFORMS = ("azure_devops", "github_actions", "github_actions_for_github_enterprise_servers", "gitlab")
YAMLLINT = """
extends: default
rules:
  line-length: disable
  document-start: disable
  truthy: {check-keys: false}
  comments: {min-spaces-from-content: 1}
"""


def tool(name: str) -> str | None:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


@pytest.fixture(scope="module")
def distinct(renderer: Any, repo_renderer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of all combinations, below a folder per platform; the same content is kept once."""
    from itertools import product

    root = tmp_path_factory.mktemp("distinct")
    seen: set[tuple[str, str]] = set()
    for platform, cloud, store, auth in product(
        PLATFORMS,
        ("azure", "aws", "gcp"),
        ("no", "yes"),
        ("auto", "azure-client-secret", "oauth-m2m", "pat", "federation"),
    ):
        settings = {
            "input_cicd_platform": platform,
            "input_cloud": cloud,
            "input_include_feature_store": store,
            "input_auth": auth,
        }
        for path, text in {**renderer.files(**settings), **renderer.overlays(**settings)}.items():
            if (path, text) not in seen:
                seen.add((path, text))
                place = root / platform / f"{len(seen):03}" / path
                place.parent.mkdir(parents=True)
                place.write_text(text, encoding="utf-8")
    for platform, source, token in product(PLATFORMS, ("requirements", "pyz"), ("app", "workflow_token")):
        files = repo_renderer.files(
            input_cicd_platform=platform,
            input_install_from=source,
            input_github_token=token,
            input_pyz_sha256="a" * 64,
        )
        for path, text in files.items():
            place = root / platform / f"{source}-{token}" / path
            place.parent.mkdir(parents=True)
            place.write_text(text, encoding="utf-8")
    assert len(seen) > 60
    return root


def files_of(root: Path, fragment: str) -> list[Path]:
    found = [path for path in sorted(root.rglob("*.yml")) if fragment in path.as_posix()]
    assert found, fragment
    return found


def test_text_is_clean(distinct: Path) -> None:
    """No trailing blanks, no tabs, no runs of empty lines, one line feed at the end."""
    for path in files_of(distinct, ""):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[ \t]+$|\t|\n\n\n", text, re.MULTILINE), path
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path


def test_versions_are_texts(distinct: Path) -> None:
    """What looks like a number to YAML is quoted: no version loses its zero."""

    def scalars(node: Any) -> Iterator[object]:
        if isinstance(node, dict):
            for value in node.values():
                yield from scalars(value)
        elif isinstance(node, list):
            for value in node:
                yield from scalars(value)
        else:
            yield node

    for path in files_of(distinct, ""):
        assert not any(
            isinstance(each, float)
            for each in scalars(
                yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            )
        )


@pytest.mark.skipif(tool("yamllint") is None, reason="yamllint is not installed")
def test_yamllint(distinct: Path) -> None:
    """Yamllint has nothing to say."""
    command = [str(tool("yamllint")), "--strict", "-d", YAMLLINT, *map(str, files_of(distinct, ""))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(tool("check-jsonschema") is None, reason="check-jsonschema is not installed")
@pytest.mark.parametrize(
    ("fragment", "options"),
    [
        ("/.github/", ["--builtin-schema", "vendor.github-workflows"]),
        ("/.github/", ["--builtin-schema", "custom.github-workflows-require-timeout"]),
        ("/.gitlab/", ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ],
    ids=["github", "github-timeouts", "gitlab"],
)
def test_schemas(distinct: Path, fragment: str, options: list[str]) -> None:
    """Workflows and pipelines fit their platform's schema."""
    command = [str(tool("check-jsonschema")), *options, *map(str, files_of(distinct, fragment))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def widened(node: Any) -> Any:
    """Let texts stand for booleans and numbers, as Azure does; the schema says otherwise."""
    if isinstance(node, list):
        return [widened(each) for each in node]
    if not isinstance(node, dict):
        return node
    out = {key: widened(value) for key, value in node.items()}
    kinds = out.get("type")
    names = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    if {"boolean", "integer", "number"} & {name for name in names if isinstance(name, str)}:
        out["type"] = sorted({*names, "string"})
    return out


def test_azure_schema(distinct: Path) -> None:
    """Azure pipelines fit the schema, with scalars read as texts."""
    checker = pytest.importorskip("check_jsonschema")
    jsonschema = pytest.importorskip("jsonschema")
    vendored = Path(checker.__file__).parent / "builtin_schemas" / "vendor" / "azure-pipelines.json"
    schema = widened(json.loads(vendored.read_text(encoding="utf-8")))
    validator = jsonschema.validators.validator_for(schema)(schema)

    for path in files_of(distinct, "/.azure/"):
        value = yaml.load(path.read_text(encoding="utf-8"), LOADER)
        faults = [f"{list(error.absolute_path)}: {error.message[:200]}" for error in validator.iter_errors(value)]
        assert not faults, f"{path}: {faults}"


def scripts_of(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from scripts_of(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in {"bash", "run", "inlineScript"} and isinstance(value, str):
                yield value
            elif key in {"script", "before_script"} and isinstance(value, list):
                yield "\n".join(value)
            else:
                yield from scripts_of(value)


@pytest.mark.skipif(tool("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck(distinct: Path, tmp_path: Path) -> None:
    """Shellcheck has nothing to say about any script."""
    texts = {
        script
        for path in files_of(distinct, "/.")
        for script in scripts_of(yaml.load(path.read_text(encoding="utf-8"), LOADER))
    }
    assert len(texts) > 10
    for number, script in enumerate(sorted(texts)):
        (tmp_path / f"{number}.sh").write_text(script + "\n", encoding="utf-8")

    command = [str(tool("shellcheck")), "--shell", "bash", *map(str, sorted(tmp_path.glob("*.sh")))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(tool("zizmor") is None, reason="zizmor is not installed")
def test_zizmor(distinct: Path) -> None:
    """zizmor, offline and pedantic, finds nothing in any workflow."""
    command = [str(tool("zizmor")), "--offline", "--no-progress", "--persona", "pedantic", "--format", "plain"]
    done = subprocess.run(
        [*command, *map(str, files_of(distinct, "/.github/"))],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )

    assert done.returncode == 0, done.stdout + done.stderr
