"""The pin table: what it holds, and that every version finds its own checksum."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cicdpack.bundle.errors import BundleError

PINS = Path(__file__).resolve().parents[2] / "bundle_src" / "cicd" / "library" / "pins.tmpl"
PLATFORMS = ("azure_devops", "github_actions", "gitlab")


def pins() -> dict[str, str]:
    found = dict(
        re.findall(r"^\{\{ define `(pin_[^`]*)` \}\}(.*)\{\{ end \}\}$", PINS.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert found
    return found


def cli_versions() -> list[str]:
    return sorted({name.split("_")[3] for name in pins() if name.startswith("pin_databricks_cli_")})


def test_every_pin_is_of_its_kind() -> None:
    """A pin is a SHA-256, an action at a commit, or an image at a digest; each version has both architectures."""
    kinds = {
        "pin_databricks_cli_": r"[0-9a-f]{64}",
        "pin_actions_": r"actions/[a-z-]+@[0-9a-f]{40} # v[0-9.]+",
        "pin_image_": r"[a-z0-9./-]+:[a-z0-9.-]+@sha256:[0-9a-f]{64}",
    }
    for name, text in pins().items():
        (pattern,) = (pattern for prefix, pattern in kinds.items() if name.startswith(prefix))
        assert re.fullmatch(pattern, text), name
    for version in cli_versions():
        assert {f"pin_databricks_cli_{version}_linux_{arch}" for arch in ("amd64", "arm64")} <= set(pins())


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("version", cli_versions())
def test_versions_find_their_checksums(renderer: Any, platform: str, version: str) -> None:
    """Each version in the table is installed with its own checksums, everywhere."""
    files = renderer.files(input_cicd_platform=platform, input_cli_version=version)
    text = "".join(files.values())

    for arch in ("amd64", "arm64"):
        found = set(re.findall(rf"CLI_SHA256_{arch.upper()}: '(.*)'", text))
        assert found == {pins()[f"pin_databricks_cli_{version}_linux_{arch}"]}
    assert set(re.findall(r"CLI_VERSION: '(.*)'", text)) == {version}


@pytest.mark.parametrize(("version", "strict"), [("v0.236.0", False), ("v0.299.2", True), ("v1.12.1", True)])
def test_old_versions_do_not_know_strict(renderer: Any, version: str, strict: bool) -> None:
    """`validate --strict` is asked of the versions that have it, unless a parameter says no."""
    for wish, expected in (("yes", strict), ("no", False)):
        files = renderer.files(
            input_cicd_platform="azure_devops", input_cli_version=version, input_validate_strict=wish
        )
        assert all(("--strict" in text) is expected for text in files.values())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_unknown_version_needs_a_checksum(renderer: Any, platform: str) -> None:
    """A version without a checksum is refused, with the parameter to give and the file to look up."""
    with pytest.raises(
        BundleError, match=r"`input_cli_sha256` to the SHA-256 of databricks_cli_9\.8\.7_linux_amd64\.zip"
    ):
        renderer(input_cicd_platform=platform, input_cli_version="v9.8.7")


def test_the_refusal_offers_every_good_version(renderer: Any) -> None:
    """The versions to choose from are those of the table, but for the one that can no longer deploy."""
    with pytest.raises(BundleError) as refusal:
        renderer(input_cli_version="v9.8.7")

    offered = set(re.findall(r"v\d+\.\d+\.\d+", str(refusal.value)))
    assert offered == {*cli_versions(), "v9.8.7"} - {"v0.236.0"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_given_checksum_stands_alone(renderer: Any, platform: str) -> None:
    """With one architecture's checksum given the other has none, so a runner of that kind stops."""
    text = "".join(
        renderer.files(input_cicd_platform=platform, input_cli_version="v9.8.7", input_cli_sha256="a" * 64).values()
    )

    assert f"CLI_SHA256_AMD64: '{'a' * 64}'" in text
    assert "CLI_SHA256_ARM64: ''" in text


def test_another_python_needs_an_image(renderer: Any) -> None:
    """Only Python 3.12's image is pinned; for another one GitLab needs to be told."""
    with pytest.raises(BundleError, match="input_gitlab_image"):
        renderer(input_cicd_platform="gitlab", input_python_version="3.11")
