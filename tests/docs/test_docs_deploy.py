"""The guide to `deploy`: its commands for the workflow that sets up projects; and the links of every page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pipelines.deploying import repo_files

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "deploy.md").read_text(encoding="utf-8")
EXAMPLE = Path(__file__).parents[2] / "examples" / "monorepo"


@pytest.mark.parametrize("platform", ["azure_devops", "github_actions", "gitlab"])
def test_the_workflow_is_written_and_written_again(platform: str, tmp_path: Path, environment: dict[str, str]) -> None:
    """The block that writes it works once, and again for a new version; what is written is what the bundle renders."""
    (block,) = (text for text in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL) if "cicdpack render" in text)
    root = tmp_path / "my-monorepo"
    shutil.copytree(EXAMPLE, root)
    path = root / "cicd_params.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "input_cicd_platform": platform}))
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)

    for _ in range(2):
        done = subprocess.run(
            ["bash", "-ec", block], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        subprocess.run(["git", "add", "--all"], cwd=root, check=True)

    (name,) = (name for name in repo_files(platform) if name.endswith("deploy-cicd.yml"))
    assert (root / name).read_bytes() == repo_files(platform)[name]


LINKS = [
    (page.name, link)
    for page in sorted(DOCS.glob("*.md"))
    for link in sorted(set(re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8"))))
]


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_links_lead_somewhere(page: str, link: str) -> None:
    """Every relative link of a page names a file, and a heading of it."""
    path, _, anchor = link.partition("#")
    headings = re.findall(r"^#+ (.*)$", (DOCS / (path or page)).read_text(encoding="utf-8"), re.MULTILINE)

    slugs = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in headings}
    assert not anchor or anchor in slugs
