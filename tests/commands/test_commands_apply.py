"""`apply` on a copy of the example monorepo."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from cicdpack.cli.app import run
from cicdpack.commands.apply import ApplyRequest, NothingRendered, Prepared, SharedFile, carry_out, prepare
from cicdpack.commands.names import UnusableName
from cicdpack.commands.parameters import CloudsDiffer, NoWorkspaceHost
from cicdpack.commands.repository import AmbiguousProject, NoRepository, UnknownProject
from cicdpack.errors import CicdpackError
from cicdpack.planning.changes import effect_of

if TYPE_CHECKING:
    from tests.commands.conftest import Monorepo

STAGING = "https://adb-1111111111111111.1.azuredatabricks.net"
PROD = "https://adb-2222222222222222.2.azuredatabricks.net"
BAKED = (
    '        echo -e "  staging:\\n    workspace:\\n      host: https://adb-5.5.azuredatabricks.net\\n\\n  prod:\\n'
    '    workspace:\\n      host: https://adb-6.6.azuredatabricks.net\\n" >> x\n'
)


def planned(root: Path, *projects: str, **settings: str) -> Prepared:
    return prepare(ApplyRequest(projects=projects, repo=root, settings=settings))


def effects(prepared: Prepared) -> dict[str, str]:
    """What happens to each file but the records below `.cicdpack`."""
    return {
        change.path: effect_of(change) for change in prepared.plan.changes if not change.path.startswith(".cicdpack/")
    }


def tree(root: Path) -> dict[str, tuple[bytes, int, int]]:
    """Content, mode and mtime of every file."""
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_both_projects_get_pipelines_and_targets(monorepo: Monorepo) -> None:
    """Two pipelines a project, and three targets merged into each `databricks.yml`."""
    prepared = planned(monorepo(), "fraud-detector", "churn-model")

    assert effects(prepared) == {
        ".azure/devops-pipelines/churn-model-bundle-cicd.yml": "create",
        ".azure/devops-pipelines/churn-model-tests-ci.yml": "create",
        ".azure/devops-pipelines/fraud-detector-bundle-cicd.yml": "create",
        ".azure/devops-pipelines/fraud-detector-tests-ci.yml": "create",
        "churn_model/databricks.yml": "merge",
        "fraud_detector/databricks.yml": "merge",
    }


def test_the_targets_are_what_the_project_needs(monorepo: Monorepo) -> None:
    """Hosts from the parameters; a catalog for each target only where the project declares the variable."""
    root = monorepo()
    carry_out(planned(root, "fraud-detector", "churn-model"))

    plain = yaml.safe_load((root / "fraud_detector/databricks.yml").read_text())
    catalogs = yaml.safe_load((root / "churn_model/databricks.yml").read_text())
    hosts = json.loads((root / "cicd_params.json").read_text())
    assert list(plain["targets"]) == ["dev", "staging", "prod", "test"]
    assert plain["targets"]["prod"]["workspace"]["host"] == hosts["input_databricks_prod_workspace_host"]
    assert plain["targets"]["test"]["workspace"]["host"] == hosts["input_databricks_staging_workspace_host"]
    assert "variables" not in plain["targets"]["prod"]
    assert catalogs["targets"]["prod"]["variables"]["catalog_name"] == "prod"
    assert catalogs["targets"]["test"]["variables"]["catalog_name"] == "test"


def test_what_was_there_is_kept(monorepo: Monorepo) -> None:
    """Every line of the project's own `databricks.yml` is still there, in order, comments and all."""
    root = monorepo()
    before = (root / "churn_model/databricks.yml").read_text().split("\n")

    carry_out(planned(root, "churn-model"))

    after = iter((root / "churn_model/databricks.yml").read_text().split("\n"))
    assert all(line in after for line in before if line)


def test_the_second_run_writes_nothing(monorepo: Monorepo) -> None:
    """After an apply there is nothing to do, and doing it touches no file, mtimes included."""
    root = monorepo()
    carry_out(planned(root, "fraud-detector", "churn-model"))
    before = tree(root)

    again = planned(root, "fraud-detector", "churn-model")
    carry_out(again)

    assert set(effects(again).values()) == {"keep"}
    assert tree(root) == before


def test_planning_writes_nothing(monorepo: Monorepo) -> None:
    """A plan that nobody commits leaves the repository as it was."""
    root = monorepo()
    before = tree(root)

    planned(root, "fraud-detector", "churn-model")

    assert tree(root) == before


def test_an_edited_pipeline_is_a_conflict_and_nothing_is_written(monorepo: Monorepo) -> None:
    """Without knowledge of what was applied, a file that differs stops everything."""
    root = monorepo()
    carry_out(planned(root, "fraud-detector"))
    shutil.rmtree(root / ".cicdpack")
    pipeline = root / ".azure/devops-pipelines/fraud-detector-tests-ci.yml"
    pipeline.write_text(pipeline.read_text() + "# mine\n")

    prepared = planned(root, "fraud-detector", "churn-model")

    assert [conflict.path for conflict in prepared.conflicts] == [".azure/devops-pipelines/fraud-detector-tests-ci.yml"]
    with pytest.raises(ValueError, match="conflict"):
        carry_out(prepared)
    assert not (root / ".azure/devops-pipelines/churn-model-tests-ci.yml").exists()


@pytest.mark.parametrize("typed", ["fraud_detector", "fraud_detector/", "./fraud_detector"])
def test_a_project_may_be_named_by_its_folder(typed: str, monorepo: Monorepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder serves as well as `bundle.name`, as the shell completes it."""
    root = monorepo()
    monkeypatch.chdir(root)

    (project,) = planned(root, typed).projects

    assert (project.name, project.folder) == ("fraud-detector", "fraud_detector")


def test_the_repository_is_found_from_below(monorepo: Monorepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside a project's folder the nearest parent with `cicd_params.json` is the repository."""
    root = monorepo()
    monkeypatch.chdir(root / "churn_model/resources")

    prepared = prepare(ApplyRequest(projects=("fraud-detector",), settings={}))

    assert prepared.root.samefile(root)


def test_the_folder_is_a_fact(monorepo: Monorepo) -> None:
    """A project that lives deeper keeps its place: targets are merged there, path filters point there."""
    root = monorepo()
    (root / "ml").mkdir()
    (root / "fraud_detector").rename(root / "ml/fraud_detector")

    prepared = planned(root, "fraud-detector")

    assert "ml/fraud_detector/databricks.yml" in effects(prepared)
    carry_out(prepared)
    pipeline = yaml.safe_load((root / ".azure/devops-pipelines/fraud-detector-tests-ci.yml").read_text())
    assert "ml/fraud_detector" in pipeline["pr"]["paths"]["include"]


def test_repositories_without_cicd_params_are_none(tmp_path: Path) -> None:
    """A folder without the parameters is refused, with the file that is missing."""
    with pytest.raises(NoRepository, match=r"cicd_params\.json"):
        planned(tmp_path, "x")


def test_unknown_projects_are_refused_with_a_suggestion(monorepo: Monorepo) -> None:
    """A typo gets the name that was meant."""
    with pytest.raises(UnknownProject, match="`fraud-detectr`") as caught:
        planned(monorepo(), "fraud-detectr")

    assert caught.value.hint == "did you mean `fraud-detector`?"


def test_clouds_that_differ_are_refused(monorepo: Monorepo) -> None:
    """The repository's cloud and the project's have to be one; both files are named."""
    root = monorepo()
    parameters = root / "churn_model/project_params.json"
    parameters.write_text(parameters.read_text().replace("azure", "aws"))

    with pytest.raises(CloudsDiffer) as caught:
        planned(root, "churn-model")

    assert (
        str(caught.value)
        == "cicd_params.json: `input_cloud` is `azure`, but churn_model/project_params.json says `aws`"
    )


def test_a_missing_host_is_refused(monorepo: Monorepo) -> None:
    """No placeholder is ever rendered for a workspace that nobody named."""
    with pytest.raises(NoWorkspaceHost) as caught:
        planned(monorepo(input_databricks_prod_workspace_host=None), "fraud-detector")

    assert "--set input_databricks_prod_workspace_host=https://..." in (caught.value.hint or "")


def test_hosts_are_read_from_an_older_deploy_workflow(monorepo: Monorepo) -> None:
    """Where the parameters name no hosts, those baked into `deploy-cicd.yml` serve."""
    root = monorepo(input_databricks_prod_workspace_host=None, input_databricks_staging_workspace_host=None)
    workflow = root / ".azure/devops-pipelines/deploy-cicd.yml"
    workflow.parent.mkdir(parents=True, exist_ok=True)
    workflow.write_text(BAKED)

    carry_out(planned(root, "fraud-detector"))

    targets = yaml.safe_load((root / "fraud_detector/databricks.yml").read_text())["targets"]
    assert targets["staging"]["workspace"]["host"] == "https://adb-5.5.azuredatabricks.net"
    assert targets["prod"]["workspace"]["host"] == "https://adb-6.6.azuredatabricks.net"


def test_hosts_are_read_from_the_targets_that_are_there(monorepo: Monorepo) -> None:
    """Where nobody else names them, what is deployed stays where it is; a deploy workflow counts more."""
    root = monorepo()
    carry_out(planned(root, "fraud-detector"))
    shutil.rmtree(root / ".cicdpack")
    before = (root / "fraud_detector/databricks.yml").read_bytes()
    parameters = json.loads((root / "cicd_params.json").read_text())
    (root / "cicd_params.json").write_text(json.dumps({k: v for k, v in parameters.items() if "host" not in k}))

    prepared = planned(root, "fraud-detector")

    assert not prepared.conflicts
    carry_out(prepared)
    assert (root / "fraud_detector/databricks.yml").read_bytes() == before
    (root / ".azure/devops-pipelines/deploy-cicd.yml").write_text(BAKED)
    assert [change.path for change in planned(root, "fraud-detector").writes] == ["fraud_detector/databricks.yml"]


def test_settings_win_over_everything(monorepo: Monorepo) -> None:
    """`--set` is the last word."""
    root = monorepo()

    carry_out(
        planned(root, "fraud-detector", input_databricks_prod_workspace_host="https://adb-9.9.azuredatabricks.net")
    )

    targets = yaml.safe_load((root / "fraud_detector/databricks.yml").read_text())["targets"]
    assert targets["prod"]["workspace"]["host"] == "https://adb-9.9.azuredatabricks.net"


def test_a_known_bad_cli_is_bumped_and_said(monorepo: Monorepo) -> None:
    """The pin that every older repository carries cannot deploy: the bundle's default is rendered, with a warning."""
    root = monorepo(input_cli_version="v0.236.0")

    prepared = planned(root, "fraud-detector")

    (problem,) = [problem for problem in prepared.projects[0].problems if problem.rule == "cli-cannot-deploy"]
    assert problem.severity == "warning"
    carry_out(prepared)
    assert "v0.236.0" not in (root / ".azure/devops-pipelines/fraud-detector-bundle-cicd.yml").read_text()


def test_a_known_bad_cli_is_rendered_when_asked_for(monorepo: Monorepo) -> None:
    """`--set input_cli_version` takes the responsibility."""
    root = monorepo()

    prepared = planned(root, "fraud-detector", input_cli_version="v0.236.0")
    carry_out(prepared)

    assert not [problem for problem in prepared.projects[0].problems if problem.rule == "cli-cannot-deploy"]
    assert "v0.236.0" in (root / ".azure/devops-pipelines/fraud-detector-bundle-cicd.yml").read_text()


def test_unknown_parameters_in_files_are_warned_of(monorepo: Monorepo) -> None:
    """Real repositories carry `input_docker_image`: they are told, and the rest goes on."""
    prepared = planned(monorepo(input_docker_image="x", input_clod="y"), "fraud-detector")

    messages = {str(problem): problem.hint for problem in prepared.projects[0].problems}
    assert any("input_docker_image" in message for message in messages)
    assert any("input_clod" in message and hint == "did you mean `input_cloud`?" for message, hint in messages.items())


def test_unknown_settings_are_refused(monorepo: Monorepo) -> None:
    """What is typed on the command line is meant: a typo there stops the run."""
    with pytest.raises(CicdpackError, match="input_clod") as caught:
        planned(monorepo(), "fraud-detector", input_clod="aws")

    assert caught.value.hint == "did you mean `input_cloud`?"


def test_legacy_catalog_names_are_understood(monorepo: Monorepo) -> None:
    """What MLOps Stacks writes without `input_` is the user's choice all the same."""
    root = monorepo(
        prod_catalog_name="prd_cat",
        input_prod_catalog_name=None,
        input_staging_catalog_name=None,
        input_test_catalog_name=None,
    )

    carry_out(planned(root, "churn-model"))

    targets = yaml.safe_load((root / "churn_model/databricks.yml").read_text())["targets"]
    assert targets["prod"]["variables"]["catalog_name"] == "prd_cat"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Fraud-Detector", "is also that of the project in `fraud_detector`"),
        ("fraud_detector", "gives the same folder `fraud_detector`"),
        ("---", "leaves nothing for a folder name"),
        ("éé", "leaves nothing for a folder name"),
    ],
)
def test_names_that_clash_are_refused(name: str, reason: str, monorepo: Monorepo) -> None:
    """A name must leave a folder of its own and pipeline files of its own, on every file system."""
    root = monorepo()
    shutil.copytree(root / "fraud_detector", root / "other")
    path = root / "other/databricks.yml"
    path.write_text(path.read_text().replace("name: fraud-detector", f"name: '{name}'"))

    with pytest.raises(UnusableName, match=reason):
        planned(root, "other")


def test_two_projects_of_one_name_are_refused(monorepo: Monorepo) -> None:
    """A name that two folders claim is no name; both are listed."""
    root = monorepo()
    shutil.copytree(root / "fraud_detector", root / "other")

    with pytest.raises(AmbiguousProject, match="`fraud_detector`, `other`"):
        planned(root, "fraud-detector")


@pytest.mark.parametrize("name", ['x"; touch pwned; echo "', "$(touch pwned)", "a/b/c", "..\\..\\x", "a\tb", "#{x}"])
def test_hostile_names_write_nothing(name: str, monorepo: Monorepo) -> None:
    """A name that is more than a name is refused before anything is rendered into a file."""
    root = monorepo()
    path = root / "fraud_detector/databricks.yml"
    path.write_text(path.read_text().replace("name: fraud-detector", f"name: {json.dumps(name)}"))
    before = tree(root)

    with pytest.raises(CicdpackError):
        planned(root, "fraud_detector")

    assert tree(root) == before
    assert not list(root.rglob("pwned"))


def test_a_linked_folder_on_the_way_is_a_conflict(monorepo: Monorepo, tmp_path: Path) -> None:
    """Nothing is written through a link that leads out of the repository."""
    root = monorepo()
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(root / ".azure", ignore_errors=True)
    (root / ".azure").symlink_to(outside)

    prepared = planned(root, "fraud-detector")

    assert {conflict.path for conflict in prepared.conflicts} == {
        ".azure/devops-pipelines/fraud-detector-bundle-cicd.yml",
        ".azure/devops-pipelines/fraud-detector-tests-ci.yml",
    }
    assert all("symbolic link" in conflict.reason for conflict in prepared.conflicts)
    assert not list(outside.iterdir())


def test_a_bundle_without_the_platform_is_an_error(monorepo: Monorepo, tmp_path: Path) -> None:
    """Zero files rendered is never success."""
    source = tmp_path / "source"
    shutil.copytree(Path(__file__).parents[2] / "bundle_src/cicd", source)
    shutil.rmtree(source / "template/.azure")
    (source / "template/.azure").mkdir()
    root = monorepo()
    archive = _encoded(source)

    with pytest.raises(NothingRendered, match="`azure_devops`"):
        prepare(ApplyRequest(projects=("fraud-detector",), repo=root, bundle=archive, settings={}))


def test_one_file_for_two_projects_is_an_error(monorepo: Monorepo, tmp_path: Path) -> None:
    """A file name without the project's name in it would be written twice."""
    source = tmp_path / "source"
    shutil.copytree(Path(__file__).parents[2] / "bundle_src/cicd", source)
    (source / "template/.azure/shared.txt").write_text("x\n")

    with pytest.raises(SharedFile, match=r"\.azure/shared\.txt"):
        prepare(
            ApplyRequest(
                projects=("fraud-detector", "churn-model"), repo=monorepo(), bundle=_encoded(source), settings={}
            )
        )


def _encoded(source: Path) -> Path:
    """Pack a folder without the checks of `build`, which would refuse what these tests are about."""
    from cicdpack.archive.canonical import encode
    from cicdpack.commands.sources import load_source

    archive = source.parent / "other.tar.gz"
    archive.write_bytes(encode(load_source(source).entries))
    return archive


def test_a_killed_run_is_put_in_order_by_the_next(monorepo: Monorepo) -> None:
    """A process that dies between two files leaves a journal; the next apply ends with everything in place."""
    root = monorepo()
    script = (
        "import os, sys\n"
        "from cicdpack.commands import apply\n"
        "from pathlib import Path\n"
        "calls = 0\n"
        "real = os.replace\n"
        "def dying(*args, **kwargs):\n"
        "    global calls\n"
        "    calls += 1\n"
        "    if calls == 4:\n"
        "        os._exit(9)\n"
        "    return real(*args, **kwargs)\n"
        "os.replace = dying\n"
        "names = ('fraud-detector', 'churn-model')\n"
        "request = apply.ApplyRequest(projects=names, repo=Path(sys.argv[1]), settings={})\n"
        "apply.carry_out(apply.prepare(request))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    died = subprocess.run([sys.executable, "-c", script, str(root)], env=environment, check=False)
    assert died.returncode == 9

    from cicdpack.commands.apply import finish_earlier_run

    assert finish_earlier_run(root)
    carry_out(planned(root, "fraud-detector", "churn-model"))
    assert set(effects(planned(root, "fraud-detector", "churn-model")).values()) == {"keep"}
    assert not list(root.rglob(".cicdpack-*"))
    assert not list(root.glob(".cicdpack/journal*"))


def test_a_platform_by_default_is_told(monorepo: Monorepo, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that was spelt wrong does not decide in silence which platform a repository is on."""
    root = monorepo(input_cicd_platform=None, input_cicd_platfrom="azure_devops")

    assert run(["apply", "fraud-detector", "--repo", str(root), "--dry-run"]) == 0

    shown = "".join(capsys.readouterr())
    assert "did you mean `input_cicd_platform`?" in shown
    assert "`input_cicd_platform` is not set: the pipelines are for `github_actions`, the bundle's default" in shown
