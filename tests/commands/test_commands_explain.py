"""Where parameters come from, and where they go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.entries import Entry
from cicdpack.bundle.bundle import Bundle
from cicdpack.cli.app import run
from cicdpack.commands.explain import ExplainRequest, explain
from cicdpack.commands.uses import find_uses
from tests.commands.small import PIPELINE_TEMPLATE, RECEIPT, applied, repository

if TYPE_CHECKING:
    from pathlib import Path

    from cicdpack.commands.explain import Explanation
    from tests.commands.conftest import Monorepo

SCHEMA = "databricks_template_schema.json"


def explained(root: Path, **settings: str) -> Explanation:
    return explain(ExplainRequest(project="alpha", repo=root, settings=settings))


def origins(report: Explanation) -> dict[str, tuple[str, str | None, int | None]]:
    places = {item.name: (item.origin, item.location) for item in report.parameters}
    return {
        name: (origin, place.path if place else None, place.line if place else None)
        for name, (origin, place) in places.items()
    }


def test_each_origin_is_named_with_its_line(tmp_path: Path) -> None:
    """The schema, both parameter files, the project itself."""
    root = repository(tmp_path / "repo")
    (root / "cicd_params.json").write_text('{\n  "input_cloud": "aws"\n}\n')
    (root / "alpha" / "project_params.json").write_text('{\n\n  "input_minutes": 5}\n')

    report = explained(root)

    assert origins(report) == {
        "input_project_name": ("project", "alpha/databricks.yml", None),
        "input_project_folder": ("project", "alpha/databricks.yml", None),
        "input_cloud": ("repository file", "cicd_params.json", 2),
        "input_cicd_platform": ("default", SCHEMA, 1),
        "input_minutes": ("project file", "alpha/project_params.json", 3),
    }
    assert [item.value for item in report.parameters] == ["alpha", "alpha", "aws", "azure_devops", 5]


def test_a_setting_counts_now_and_later(tmp_path: Path) -> None:
    """What was set on an earlier run is told from what is set on this one."""
    root = repository(tmp_path / "repo")
    applied(root, settings={"input_minutes": "7"})

    kept = origins(explained(root))["input_minutes"]
    now = origins(explained(root, input_minutes="9"))["input_minutes"]

    assert kept == ("receipt", RECEIPT, None)
    assert now == ("--set", None, None)


def test_an_older_deploy_workflow_gives_hosts(monorepo: Monorepo) -> None:
    """And a CLI version that cannot deploy is replaced by cicdpack, which says so; a legacy name has its line."""
    root = monorepo(
        input_databricks_staging_workspace_host=None,
        input_databricks_prod_workspace_host=None,
        input_test_catalog_name=None,
        test_catalog_name="qa",
        input_cli_version="v0.236.0",
    )
    workflow = ".azure/devops-pipelines/deploy-cicd.yml"
    (root / workflow).parent.mkdir(parents=True)
    target = r"{}:\n    workspace:\n      host: https://{}.example.com\n"
    (root / workflow).write_text(target.format("staging", "s") + target.format("prod", "p"))

    report = explain(ExplainRequest(project="churn_model", repo=root))

    known = origins(report)
    assert known["input_databricks_staging_workspace_host"] == ("deploy workflow", workflow, None)
    assert known["input_cli_version"][0] == "raised"
    assert known["input_test_catalog_name"] == ("repository file", "cicd_params.json", 1)
    assert {problem.rule for problem in report.problems} == {"cli-cannot-deploy", "legacy-parameter"}


def test_uses_are_named_by_file_and_line(tmp_path: Path) -> None:
    """A use in a file's name has no line; a parameter that nobody uses is listed."""
    report = explained(repository(tmp_path / "repo"))

    uses = {item.name: [(use.path, use.line) for use in item.uses] for item in report.parameters}
    assert uses["input_minutes"] == [(PIPELINE_TEMPLATE, 8)]
    assert (PIPELINE_TEMPLATE, 1) in uses["input_project_name"]
    assert ("template/.azure/{{.input_project_name}}.sh.tmpl", None) in uses["input_project_name"]
    assert report.unused == ("input_cloud", "input_cicd_platform")


def test_unknown_names_come_with_a_guess(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From both files, with their lines."""
    root = repository(tmp_path / "repo")
    (root / "cicd_params.json").write_text('{\n  "input_minuts": 5\n}\n')
    (root / "alpha" / "project_params.json").write_text('{"zzz": 5}\n')

    assert run(["params", "explain", "alpha", "--repo", str(root)]) == 0

    shown = capsys.readouterr().out
    assert "warning: cicd_params.json:2:3: the bundle has no parameter `input_minuts`" in shown
    assert "did you mean `input_minutes`?" in shown
    assert "alpha/project_params.json:1:2: the bundle has no parameter `zzz`" in shown
    assert "5 parameters, 2 of them unused: `input_cloud`, `input_cicd_platform`" in shown


def test_the_report_as_text_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same facts for people and for programs."""
    root = repository(tmp_path / "repo")

    assert run(["params", "explain", "alpha", "--repo", str(root), "--set", "input_minutes=9"]) == 0
    text = capsys.readouterr().out
    assert run(["params", "explain", "alpha", "--repo", str(root), "--set", "input_minutes=9", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)

    assert f"input_minutes = 9\n  from  `--set`\n  used  {PIPELINE_TEMPLATE}:8\n" in text
    assert report["parameters"][-1] == {
        "name": "input_minutes",
        "value": 9,
        "origin": "--set",
        "location": None,
        "uses": [{"path": PIPELINE_TEMPLATE, "line": 8}],
    }
    assert report["unused"] == ["input_cloud", "input_cicd_platform"]


def test_a_wrong_value_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As for `apply`: with file and line."""
    root = repository(tmp_path / "repo")
    (root / "cicd_params.json").write_text('{"input_minutes": "many"}')

    assert run(["params", "explain", "alpha", "--repo", str(root)]) == 2

    assert "cicd_params.json:1:2: `input_minutes` is `many`, expected a whole number" in capsys.readouterr().err


def test_every_parameter_of_the_shipped_bundle_but_one_is_used(monorepo: Monorepo) -> None:
    """Definitions get them in objects and variables, which counts; one is there for older repositories only."""
    report = explain(ExplainRequest(project="churn_model", repo=monorepo()))

    assert report.unused == ("cloud_specific_node_type_id",)


@pytest.mark.parametrize(
    ("template", "lines"),
    [
        ("{{.a}}", [1]),
        ("\n{{if .a}}\n{{.a}}{{else}}\n{{.a}}{{end}}", [2, 3, 4]),
        ("{{range $.list}}\n{{$.a}}{{end}}", [2]),
        ("{{with $}}\n{{.a}}{{end}}", [2]),
        ("{{with .list}}{{else}}\n{{.a}}{{end}}", [2]),
        ("{{$x := .a}}\n{{printf `%s` (upper .a)}}", [1, 2]),
        ("{{(map (pair `p` .)).p.a}}", [1]),
        ("{{$p := .}}\n{{$p.a}}{{.p.a}}", [2]),
        ("{{index . `a`}}", [1]),
        ("{{skip `{{.a}}*`}}", [1]),
        ("{{template `t` .}}{{define `t`}}\n{{.a}}{{end}}", [2]),
        ("{{range .list}}{{.a}}{{end}}", []),
        ("{{with .list}}{{.a}}{{end}}", []),
        ("{{/* .a */}}{{`{{.a}}`}} .a", []),
        ("{{.ab}}{{$a := 1}}{{$a}}", []),
    ],
)
def test_what_counts_as_a_use(template: str, lines: list[int]) -> None:
    """Fields of the parameters, whatever they are reached by; not what only looks alike."""
    schema = b'{"properties": {"a": {"type": "string", "default": "1", "description": "a"}}}'
    entries = [Entry(path=SCHEMA, data=schema), Entry(path="template/f.tmpl", data=template.encode())]

    uses = find_uses(Bundle.from_entries(entries))

    assert [(use.path, use.line) for use in uses["a"]] == [("template/f.tmpl", line) for line in lines]


def test_defaults_libraries_and_deep_nesting_count() -> None:
    """A default that is made from another parameter, a definition, and more nesting than Python has calls."""
    first = '{"properties": {"a": {"type": "string", "default": "1", "description": "a"},\n'
    second = '"b": {"type": "string", "default": "{{.a}}", "description": "b"}}}'
    deep = "{{if 1}}" * 3000 + "{{.b}}" + "{{end}}" * 3000
    entries = [
        Entry(path=SCHEMA, data=(first + second).encode()),
        Entry(path="library/l.tmpl", data=b"{{define `d`}}\n\n{{.a}}{{end}}"),
        Entry(path="template/f.tmpl", data=deep.encode()),
    ]

    uses = find_uses(Bundle.from_entries(entries))

    assert [(use.path, use.line) for use in uses["a"]] == [(SCHEMA, 2), ("library/l.tmpl", 3)]
    assert [(use.path, use.line) for use in uses["b"]] == [("template/f.tmpl", 1)]
