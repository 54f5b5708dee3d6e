"""Repositories that MLOps Stacks made, on each platform, moved over as their owners do it: by the command line."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cicdpack.bundle.rendering import RenderedFile
from cicdpack.cli.app import run
from cicdpack.validate.rendering import check_pipeline
from tests.commands import upstream
from tests.commands.small import committed, tree
from tests.commands.upstream import CATALOGS, DATABRICKS, FOLDER, NAME, PLATFORMS, PROD, STAGING, path_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="file names with a backslash")

GITHUB = ("github_actions", "github_actions_for_github_enterprise_servers")
WITH_ARCHIVE = ("azure_devops", *GITHUB)
SHAPES = {"apart": {}, "apart, catalogs": {"catalogs": True}, "together": {"together": True}} | {
    "together, catalogs": {"together": True, "catalogs": True}
}
HOSTS = {"input_databricks_staging_workspace_host": STAGING, "input_databricks_prod_workspace_host": PROD}
EDITS = {
    "azure_devops": ("bundle-cicd", "      - release\n", "      - release\n      - hotfix\n"),
    **dict.fromkeys(GITHUB, ("run-tests", "test\n", "test\n      - name: Mine\n        run: make mine\n")),
}
"""What an owner adds, by platform: the pipeline, the last text of this kind, what it becomes."""


@dataclass(frozen=True)
class Owner:
    """Somebody with a repository, who types commands and reads what they print."""

    root: Path
    platform: str
    capsys: pytest.CaptureFixture[str]

    def types(self, verb: str, *arguments: str) -> tuple[int, str]:
        """Type a verb for the project; return the exit code, and what stands on the screen."""
        return self.types_for((NAME,), verb, *arguments)

    def types_for(self, names: tuple[str, ...], verb: str, *arguments: str) -> tuple[int, str]:
        """Type a verb for any projects."""
        self.capsys.readouterr()
        code = run([verb, *names, "--repo", str(self.root), *arguments])
        shown = self.capsys.readouterr()
        return code, shown.out + shown.err

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def pipeline(self, kind: str) -> str:
        return self.text(path_of(self.platform, kind))

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, encoding="utf-8")

    def edit(self, kind: str, old: str, new: str) -> None:
        """Edit the last place in a pipeline where a text stands."""
        before, _, after = self.pipeline(kind).rpartition(old)
        assert before, old
        self.write(path_of(self.platform, kind), before + new + after)

    def say(self, **parameters: str) -> None:
        """Write parameters into `cicd_params.json`."""
        self.write("cicd_params.json", json.dumps({**json.loads(self.text("cicd_params.json")), **parameters}))

    @property
    def targets(self) -> dict[str, Any]:
        return yaml.safe_load(self.text(DATABRICKS))["targets"]  # type: ignore[no-any-return]

    def moves_over(self) -> str:
        """Adopt and apply; on GitLab there is nothing to adopt. Return what `apply` printed."""
        code, _ = self.types("adopt")
        assert code == (self.platform == "gitlab")
        code, shown = self.types("apply", *(("--on-conflict", "theirs") if self.platform == "gitlab" else ()))
        assert code == 0, shown
        return shown


@pytest.fixture
def owners(tmp_path: Path, archive: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Make owners of committed repositories, who have put the shipped bundle in the place of the old archive."""

    def make(platform: str, **shape: Any) -> Owner:
        root = committed(upstream.repository(tmp_path / "repo", platform, **shape))
        shutil.copy(archive, root / "cicd.tar.gz")
        owner = Owner(root, platform, capsys)
        if not PLATFORMS[platform].deploys and not shape.get("together"):
            owner.say(**HOSTS)
        return owner

    return make


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_repository_moves_over(owners: Any, platform: str, shape: dict[str, bool]) -> None:
    """Pipelines are replaced, one set of targets is there, what lay around is gone, and there is nothing left to do."""
    owner = owners(platform, **shape)
    had = owner.targets

    shown = owner.moves_over()

    for path in upstream.pipelines(platform):
        data = (owner.root / path).read_bytes()
        assert b"mlops-cicd" in data
        assert not list(check_pipeline(RenderedFile(path=path, data=data, source=path)))
        assert b"v0.236.0" not in data
    assert list(owner.targets) == ["dev", "staging", "prod", "test"]
    assert owner.text(DATABRICKS).count("  staging:") == 1
    for name, host in (("staging", STAGING), ("prod", PROD), ("test", STAGING)):
        assert owner.targets[name]["workspace"]["host"] == host
        catalog = {"catalog_name": CATALOGS[f"{name}_catalog_name"]} if shape.get("catalogs") else None
        assert owner.targets[name].get("variables") == catalog
        if name in had and name != "test":
            assert owner.targets[name] == had[name]
    assert owner.text(DATABRICKS).startswith(upstream.databricks(together=False, catalogs=False)[:40])
    assert "# yours" in owner.text(DATABRICKS)
    assert not [path for path in owner.root.rglob("*") if "\\" in path.name or "my_mlops_project" in path.name]
    for line in ("`test_catalog_name` is read as `input_test_catalog_name`", "`v1.12.1` is rendered instead"):
        assert line in shown
    before = tree(owner.root)
    assert owner.types("apply", "--check")[0] == 0
    assert owner.types("apply")[0] == 0
    assert tree(owner.root) == before
    assert owner.types("status", "--check")[0] == 0


@pytest.mark.parametrize("platform", EDITS)
def test_what_was_edited_stays(owners: Any, platform: str) -> None:
    """It is shown by `adopt`, merged by `apply`, and reported from then on."""
    owner = owners(platform)
    kind, old, new = EDITS[platform]
    owner.edit(kind, old, new)

    code, shown = owner.types("adopt")
    assert code == 0
    assert all(f"+{line}" in shown for line in new.splitlines()[1:])
    code, shown = owner.types("apply")

    assert code == 0, shown
    assert "the bundle's changes merged with yours" in shown
    added = new.splitlines()[-1].strip()
    assert added in owner.pipeline(kind)
    assert "v1.12.1" in owner.pipeline(kind)
    path = path_of(platform, kind)
    assert not list(check_pipeline(RenderedFile(path=path, data=owner.pipeline(kind).encode(), source=path)))
    assert "edited here" in owner.types("apply", "--check")[1]


@pytest.mark.parametrize("mode", ["fail", "ours"])
@pytest.mark.parametrize(
    ("platform", "kind", "old", "new", "reason"),
    [
        (
            "azure_devops",
            "tests-ci",
            "  - stage: Integration\n",
            "  - stage: Mine\n    jobs:\n      - job: Mine\n        pool: {vmImage: x}\n  - stage: Integration\n",
            "",
        ),
        (
            "github_actions",
            "bundle-ci",
            "-t prod\n",
            "-t prod\n  mine:\n    runs-on: x\n    needs: staging\n    steps:\n      - run: x\n",
            "merged, it does not work: `mine` waits for `staging`, which is not there",
        ),
    ],
    ids=["jobs in place of stages", "a job is gone that another waits for"],
)
def test_what_cannot_be_merged_is_a_conflict(
    owners: Any, platform: str, kind: str, old: str, new: str, reason: str, mode: str
) -> None:
    """Where the old pipeline has another shape, no mixture of both is ever written."""
    owner = owners(platform)
    owner.edit(kind, old, new)
    edited = owner.pipeline(kind)
    owner.types("adopt")

    code, shown = owner.types("apply", "--on-conflict", mode)

    assert code == (mode == "fail")
    assert owner.pipeline(kind) == edited
    if mode == "fail":
        assert "edited here and changed in the bundle" in shown
        assert reason in shown


@pytest.mark.parametrize("platform", PLATFORMS)
def test_status_says_where_to_begin(owners: Any, platform: str) -> None:
    """Pipelines that nothing is known of are adopted first; without any, a project is simply set up."""
    owner = owners(platform)

    assert f"pipelines without a receipt: `cicdpack adopt {NAME}`" in owner.types("status")[1]
    for path in owner.root.glob(f".*/*/{NAME}-*.yml"):
        path.unlink()
    shown = owner.types("status")[1]
    assert f"`cicdpack apply {NAME}`" in shown
    assert "adopt" not in shown


@pytest.mark.parametrize("platform", PLATFORMS)
def test_apply_alone_says_what_to_do(owners: Any, platform: str) -> None:
    """Nobody knows what made the files: nothing is written, and the way on is named; `theirs` ends it."""
    owner = owners(platform, together=True)
    before = tree(owner.root)

    code, shown = owner.types("apply")

    assert (code, tree(owner.root)) == (1, before)
    if platform == "gitlab":
        assert "MLOps Stacks had GitLab's pipelines in no archive" in shown
    else:
        assert f"hint: `cicdpack adopt {NAME}` finds the archive" in shown
    assert owner.types("apply", "--on-conflict", "theirs")[0] == 0
    assert owner.types("apply", "--check")[0] == 0


def test_many_projects_are_no_list_of_commands(owners: Any) -> None:
    """With several new projects, the hint names none of them."""
    owner = owners("github_actions")
    shutil.copytree(owner.root / FOLDER, owner.root / "other")
    owner.write("other/databricks.yml", owner.text(DATABRICKS).replace(NAME, "other"))
    for path, text in upstream.pipelines("github_actions", name="other").items():
        owner.write(path, text)

    code, shown = owner.types("apply", "other")

    assert code == 1
    assert "hint: `cicdpack adopt PROJECT` finds the archive" in shown


def test_all_projects_are_adopted_in_one_go(owners: Any) -> None:
    """Each gets its receipt, with the same bundles kept; one without pipelines is told; again is no news."""
    owner = owners("github_actions")
    for name in ("other", "new-one"):
        folder = name.replace("-", "_")
        shutil.copytree(owner.root / FOLDER, owner.root / folder)
        owner.write(f"{folder}/databricks.yml", owner.text(DATABRICKS).replace(NAME, name))
    for path, text in upstream.pipelines("github_actions", name="other").items():
        owner.write(path, text)

    code, shown = owner.types_for((), "adopt", "--all")

    assert code == 0, shown
    assert shown.count("adopted 4 files. next: `cicdpack apply") == 2
    assert "there are no pipelines of `new-one` to adopt" in shown
    receipts = sorted(path.stem for path in (owner.root / ".cicdpack/receipts").iterdir())
    assert receipts == sorted((FOLDER, "other"))
    assert len(list((owner.root / ".cicdpack/bundles").iterdir())) == 2  # what made the files, what the overlays are of
    before = tree(owner.root)
    assert owner.types_for((NAME, "other"), "adopt")[1].count("has a receipt already") == 2
    assert tree(owner.root) == before
    assert owner.types_for(("new-one",), "adopt")[0] == 2


@pytest.mark.parametrize("platform", [name for name, platform in PLATFORMS.items() if platform.stray])
def test_strays_go_and_are_shown_first(owners: Any, platform: str) -> None:
    """What the deploy workflow wrote in place of `databricks.yml`, with its contents; another project's stays."""
    owner = owners(platform)
    stray = str(PLATFORMS[platform].stray)
    owner.write("beta\\databricks.yml", upstream.targets())

    _, planned = owner.types("adopt", "--dry-run")
    assert (owner.root / stray).exists()
    _, shown = owner.types("adopt")

    assert shown == planned.replace("4 changes to make; nothing was written\n", shown.splitlines()[-1] + "\n")
    assert shown.lstrip().startswith(f"delete   {stray}   left by a slip in an older deploy workflow")
    assert f"-      host: {STAGING}" in shown
    assert [path.name for path in owner.root.iterdir() if "\\" in path.name] == ["beta\\databricks.yml"]


def test_strays_go_although_there_is_a_receipt(owners: Any) -> None:
    """Who did without `adopt` can still have them removed."""
    owner = owners("github_actions")
    owner.types("apply", "--on-conflict", "theirs")
    assert (owner.root / "\\databricks.yml").exists()

    code, shown = owner.types("adopt")

    assert code == 0
    assert "has a receipt already" in shown
    assert not (owner.root / "\\databricks.yml").exists()


def test_strays_of_gitlab_go_once_the_project_is_moved(owners: Any) -> None:
    """Pipelines of a project that nobody has: removed by `adopt`, which is content then."""
    owner = owners("gitlab")
    owner.types("apply", "--on-conflict", "theirs")

    code, shown = owner.types("adopt")

    assert code == 0
    for path in upstream.pipelines("gitlab", name="my_mlops_project"):
        assert f"delete   {path}   a pipeline of `my_mlops_project`, which is no project here" in shown
        assert not (owner.root / path).exists()


def test_pipelines_of_a_real_project_are_no_strays(owners: Any) -> None:
    """Somebody may have called a project as upstream calls one that nobody named."""
    owner = owners("gitlab")
    shutil.copytree(owner.root / FOLDER, owner.root / "my_mlops_project")
    owner.write("my_mlops_project/databricks.yml", owner.text(DATABRICKS).replace(NAME, "my_mlops_project"))

    _, shown = owner.types("adopt")

    assert "delete" not in shown
    assert (owner.root / path_of("gitlab", "bundle-ci", "my_mlops_project")).exists()


def test_the_adoption_as_json(owners: Any) -> None:
    """All that the text says."""
    owner = owners("azure_devops")

    code, shown = owner.types("adopt", "--json")

    report = json.loads(shown)
    assert (code, report["done"]) == (0, True)
    (report,) = report["projects"]
    assert report["left"] == 0
    assert report["source"].startswith("cicd.tar.gz of commit ")
    assert report["removed"] == [PLATFORMS["azure_devops"].stray]
    assert {file["path"]: file["likeness"] for file in report["files"]} == dict.fromkeys(
        upstream.pipelines("azure_devops"), "equal"
    )


@pytest.mark.parametrize("platform", WITH_ARCHIVE)
def test_the_old_archive_can_be_named(owners: Any, platform: str, tmp_path: Path) -> None:
    """Where git does not have it; without it, the files are like nothing that the new one renders."""
    owner = owners(platform, together=True)
    shutil.rmtree(owner.root / ".git")
    old = tmp_path / "old.tar.gz"
    old.write_bytes(upstream.archive())

    code, shown = owner.types("adopt")
    assert code == 1
    assert "`--bundle FILE` names the archive that made them" in shown
    assert "like nothing that is rendered; compared with cicd.tar.gz: bundle 1.0.0" in shown
    code, shown = owner.types("adopt", "--bundle", str(old))

    assert code == 0
    assert shown.count("as rendered") == len(PLATFORMS[platform].pipelines)
    assert owner.types("apply")[0] == 0
    assert owner.types("apply", "--check")[0] == 0


def test_catalogs_of_targets_are_no_edits(owners: Any) -> None:
    """The workflow lost the catalogs' names on their way to the pipelines; the targets have the right ones."""
    owner = owners("github_actions", together=True, catalogs=True)

    _, shown = owner.types("adopt")

    assert f"adopt    {DATABRICKS}   6 values there\n" in shown


def test_a_target_that_gets_a_path_is_told(owners: Any) -> None:
    """The target `test` had none of its own: what is deployed stays, and only its owner can take it away."""
    owner = owners("github_actions", together=True)

    shown = owner.moves_over()

    assert "the target `test` gets a `root_path` of its own" in shown
    assert "`databricks bundle destroy -t test`" in shown
    assert "deployment-moves" not in owner.types("apply", "--check")[1]


@pytest.mark.parametrize(
    ("host", "strict", "is_told"), [("host:", "yes", True), ("host: https://a.b", "yes", False), ("host:", "no", False)]
)
def test_an_empty_host_is_told(owners: Any, host: str, strict: str, is_told: bool) -> None:
    """As upstream leaves it, the first validation would fail: said before, and once."""
    owner = owners("azure_devops", together=True)
    owner.write(DATABRICKS, owner.text(DATABRICKS).replace("host:\n", f"{host}\n", 1))
    owner.say(input_validate_strict=strict)

    shown = owner.moves_over()

    assert ("the `host` of the target `dev` is empty" in shown) is is_told
    assert "empty-host" not in owner.types("apply")[1]


def test_a_fixed_identity_is_told(owners: Any) -> None:
    """For a project that was deployed, it makes new deployments beside the old."""
    owner = owners("azure_devops", together=True)
    owner.say(input_deployment_identity="fixed", input_run_as_staging="1-1", input_run_as_prod="2-2")

    _, shown = owner.types("apply", "--dry-run")

    for target in ("staging", "prod"):
        assert f"the target `{target}` gets a `root_path` of its own" in shown
    assert "leave `input_deployment_identity` at `deployer`" in shown


def test_targets_that_are_named_after_catalogs_are_not_doubled(owners: Any) -> None:
    """MLOps Stacks of 2024 wrote such: a second set would deploy all twice. Renamed, as the page says, they move."""
    owner = owners("azure_devops", together=True)
    text = owner.text(DATABRICKS)
    for key, catalog in CATALOGS.items():
        text = text.replace(f"  {key.partition('_')[0]}:\n", f"  {catalog}:\n")
    owner.write(DATABRICKS, text)
    owner.types("adopt")
    before = tree(owner.root)

    code, shown = owner.types("apply", "--on-conflict", "theirs")

    assert (code, tree(owner.root)) == (1, before)
    assert f"error: {DATABRICKS}: the targets `stage`, `live`, `qa` are named after catalogs" in shown
    for key, catalog in CATALOGS.items():
        new = f"  {key.partition('_')[0]}:\n    variables: {{catalog_name: {catalog}}}\n"
        text = text.replace(f"  {catalog}:\n", new)
    owner.write(DATABRICKS, text.replace("variables:\n", "variables:\n  catalog_name:\n    description: d\n", 1))
    assert owner.types("apply")[0] == 0
    assert list(owner.targets) == ["dev", "staging", "prod", "test"]


def test_a_catalog_may_be_called_as_a_target(owners: Any) -> None:
    """Who has one catalog `dev` for everything but prod, has no old targets by that."""
    owner = owners("azure_devops", catalogs=True)
    owner.say(test_catalog_name="dev", staging_catalog_name="dev", prod_catalog_name="prod")

    owner.moves_over()

    assert list(owner.targets) == ["dev", "staging", "prod", "test"]
    assert owner.targets["staging"]["variables"] == {"catalog_name": "dev"}


def test_gitlab_needs_hosts_where_none_are_named(owners: Any) -> None:
    """A project that was made apart has placeholders; the error names the parameter and where it belongs."""
    owner = owners("gitlab")
    owner.say(input_databricks_prod_workspace_host="")

    code, shown = owner.types("apply")

    assert code == 2
    assert "`input_databricks_prod_workspace_host` is not set" in shown
    assert 'hint: add `"input_databricks_prod_workspace_host": "https://..."` to cicd_params.json' in shown


def test_the_old_archive_has_nothing_for_gitlab(owners: Any) -> None:
    """Before it is replaced, there is nothing to compare with, and nothing to apply: both say so."""
    owner = owners("gitlab")
    (owner.root / "cicd.tar.gz").write_bytes(upstream.archive())

    for verb, error in (("adopt", "renders no file for its platform"), ("apply", f"renders no file for `{NAME}`")):
        code, shown = owner.types(verb)
        assert code == 2
        assert error in shown


def test_what_changes_in_gitlab_itself_is_told_once(owners: Any) -> None:
    """The setting that named the triggers file, and environments whose variables the new jobs do not see."""
    owner = owners("gitlab")

    shown = owner.moves_over()

    assert "(Settings, CI/CD, General pipelines) names it, empty that" in shown
    for parameter, old in (("test", "dev"), ("staging", "stage"), ("prod", "production")):
        assert f'write `"input_environment_{parameter}": "{old}"` into cicd_params.json' in shown
    assert "gitlab-" not in owner.types("apply", "--check")[1]


def test_environments_of_gitlab_can_stay(owners: Any) -> None:
    """With the parameters that the warnings name, the jobs see the variables that they saw."""
    owner = owners("gitlab")
    owner.say(input_environment_test="dev", input_environment_staging="stage", input_environment_prod="production")

    shown = owner.moves_over()

    assert "gitlab-environment" not in shown
    assert yaml.safe_load(owner.pipeline("bundle-cd-prod"))["deploy_prod"]["environment"] == {"name": "production"}
    assert yaml.safe_load(owner.pipeline("bundle-cd-staging"))["deploy_staging"]["environment"] == {"name": "stage"}
    assert yaml.safe_load(owner.pipeline("bundle-ci"))[".databricks"]["environment"]["name"] == "dev"


def test_a_root_pipeline_of_gitlab_is_extended(owners: Any) -> None:
    """What somebody wrote into `.gitlab-ci.yml` stays, the old include is not doubled."""
    owner = owners("gitlab")
    triggers = path_of("gitlab", "triggers-cicd")
    owner.write(".gitlab-ci.yml", f"# mine\ninclude:\n  - local: {triggers}\n\nlint:\n  script: [make lint]\n")

    owner.moves_over()

    text = owner.text(".gitlab-ci.yml")
    assert text.startswith("# mine\n")
    assert yaml.safe_load(text) == {"include": [{"local": triggers}], "lint": {"script": ["make lint"]}}
