"""What is wrong with a rendered pipeline."""

from __future__ import annotations

import textwrap

import pytest

from cicdpack.bundle.rendering import RenderedFile, Rendering
from cicdpack.problems import Location
from cicdpack.validate.rendering import check_pipeline, check_rendering, is_pipeline

AZURE = ".azure/devops-pipelines/p.yml"
GITHUB = ".github/workflows/p.yml"
GOOD_AZURE = """
    jobs:
      - job: a
        pool: {vmImage: ubuntu-24.04}
        timeoutInMinutes: 5
        steps:
          - script: databricks bundle deploy -t staging
"""
GOOD_GITHUB = """
    on: push
    jobs:
      a:
        runs-on: ubuntu-24.04
        timeout-minutes: 5
        steps:
          - uses: actions/setup-python@v6
            with: {python-version: "3.12"}
          - run: databricks bundle validate --strict --target prod
"""


def found(path: str, text: str) -> list[tuple[str, int | None]]:
    file = RenderedFile(path=path, data=textwrap.dedent(text).encode(), source="template/p.yml.tmpl")
    return [
        (problem.rule, problem.location.line if problem.location else None)
        for problem in check_rendering(Rendering(files=(file,)))
    ]


@pytest.mark.parametrize(
    ("path", "text"), [(AZURE, GOOD_AZURE), (GITHUB, GOOD_GITHUB), (".gitlab/p.yml", "a: {script: [x]}")]
)
def test_good_pipelines_have_no_problems(path: str, text: str) -> None:
    """What is right is not talked about."""
    assert found(path, text) == []


@pytest.mark.parametrize(
    ("path", "text", "problems"),
    [
        (AZURE, "a: [\n", [("yaml", 2)]),
        (AZURE, "- a\n", [("yaml", None)]),
        (AZURE, "a: 1\na: 2\n", [("yaml", 2)]),
        (GITHUB, GOOD_GITHUB.replace('"3.12"', "3.10"), [("version-as-number", 9)]),
        (AZURE, "steps:\n  - inputs: {versionSpec: 3.10}\n", [("version-as-number", 2)]),
        (AZURE, GOOD_AZURE.replace("staging", "stg_cat"), [("unknown-target", 7)]),
        (GITHUB, GOOD_GITHUB.replace("--target prod", '--target="prd"'), [("unknown-target", 10)]),
        (AZURE, GOOD_AZURE.replace("pool", "pol"), [("job-without-machine", 3)]),
        (
            AZURE,
            "stages:\n  - stage: s\n    jobs:\n      - deployment: d\n",
            [("job-without-machine", 4), ("job-without-limit", 4)],
        ),
        (GITHUB, GOOD_GITHUB.replace("timeout-minutes", "timeout"), [("job-without-limit", 4)]),
        (AZURE, GOOD_AZURE + "    steps:\n      - script: x\n", [("several-roots", 8)]),
        (GITHUB, GOOD_GITHUB.replace("timeout-m", "needs: [a, b]\n        timeout-m"), [("unknown-need", 6)]),
        (AZURE, GOOD_AZURE.replace("pool", "dependsOn: b\n        pool"), [("unknown-need", 4)]),
        (AZURE, "stages:\n  - stage: s\n  - stage: t\n    dependsOn:\n      - s\n      - r\n", [("unknown-need", 4)]),
    ],
    ids=[
        "not YAML",
        "no mapping",
        "a key twice",
        "version as a float",
        "version as a float in flow style",
        "target that is a catalog",
        "target with an equals sign",
        "job without a pool",
        "deployment in a stage without pool and limit",
        "job without a limit",
        "jobs and steps beside each other",
        "job that waits for none",
        "job of Azure that waits for none",
        "stage that waits for none",
    ],
)
def test_each_fault_has_its_rule_and_line(path: str, text: str, problems: list[tuple[str, int | None]]) -> None:
    """A fault is named by its rule, at the line of the file that was rendered from the template."""
    assert found(path, text) == problems


@pytest.mark.parametrize(
    "text",
    [
        "stages:\n  - stage: s\n    dependsOn: []\n  - stage: t\n    dependsOn: s\n",
        "stages:\n  - nothing\n  - template: more.yml\n  - stage: t\n    dependsOn: other\n",
        "stages:\n  - ${{ if eq(1, 1) }}:\n      - stage: s\n  - stage: t\n    dependsOn: s\n",
    ],
    ids=["known ones", "a template", "an expression"],
)
def test_what_may_be_waited_for(text: str) -> None:
    """Stages that are there, and any where a template or an expression may bring it."""
    assert found(AZURE, text) == []


def test_reusable_workflow_calls_need_no_machine() -> None:
    """A job that only calls another workflow runs on that one's machines."""
    assert found(GITHUB, "jobs:\n  a:\n    uses: ./.github/workflows/b.yml\n") == []


def test_the_place_is_in_the_template() -> None:
    """A finding points to the template that wrote the line, and its message names the rendered file."""
    file = RenderedFile(path=AZURE, data=b"a: [\n", source="template/p.yml.tmpl")

    (problem,) = check_pipeline(file)

    assert problem.location == Location(path="template/p.yml.tmpl", line=2)
    assert problem.message.endswith(f"({AZURE}, line 2)")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (AZURE, True),
        (GITHUB, True),
        (".gitlab/pipelines/x.yaml", True),
        (".github/README.md", False),
        (".github/workflows/x.sh", False),
        ("docs/x.yml", False),
    ],
)
def test_what_is_a_pipeline(path: str, expected: bool) -> None:
    """Only YAML files in the folders that platforms read are looked at."""
    assert is_pipeline(path) is expected
