"""Pipelines of the shape that MLOps Stacks writes, in words of our own: its file names, jobs, secrets and slips.

Values stand as upstream's templates have them: `{{ .input_... }}`, the folder as a definition, `${{ }}` in backquotes.
"""

from __future__ import annotations

FOLDER = "{{ template `project_name_alphanumeric_underscore` . }}"

_SECRETS = """\
{i}ARM_TENANT_ID: {o}{side}_AZURE_SP_TENANT_ID{c}
{i}ARM_CLIENT_ID: {o}{side}_AZURE_SP_APPLICATION_ID{c}
{i}ARM_CLIENT_SECRET: {o}{side}_AZURE_SP_CLIENT_SECRET{c}
"""


def _azure_secrets(indent: int, side: str) -> str:
    return _SECRETS.format(i=" " * indent, o="$(", side=side, c=")")


def _github_secrets(indent: int, side: str) -> str:
    return _SECRETS.format(i=" " * indent, o="{{`${{ secrets.", side=side, c=" }}`}}")


_AZURE_SET_UP = """\
          - checkout: self
          - script: curl -fsSL https://example.com/{{ .input_cli_version }}/install.sh | sh
            displayName: Get the CLI
"""


def _azure_call(verb: str, target: str, side: str) -> str:
    return f"""\
          - script: databricks bundle {verb} -t {target}
            workingDirectory: $(workingDirectory)
            displayName: {verb} {target}
            env:
{_azure_secrets(14, side)}"""


def _azure_stage(name: str, condition: str, *calls: str) -> str:
    return f"""\
  - stage: {name}
    condition: {condition}
    jobs:
      - job: {name}
        pool:
          vmImage: ubuntu-latest
        steps:
{_AZURE_SET_UP}{"".join(calls)}"""


_AZURE_VARIABLES = f"""
variables:
  - name: workingDirectory
    value: {FOLDER}
  - group: {{{{ .input_root_dir }}}} variable group
"""
_ON_PUSH = "eq(variables['Build.SourceBranch'], 'refs/heads/{{ .input_BRANCH_branch }}')"

AZURE = {
    "tests-ci": f"""\
# Tests of {{{{ .input_project_name }}}}, for requests to {{{{ .input_default_branch }}}}
trigger: none
pr:
  branches:
    include:
      - {{{{ .input_default_branch }}}}
{_AZURE_VARIABLES}
stages:
  - stage: Unit
    jobs:
      - job: Unit
        pool:
          vmImage: ubuntu-latest
        steps:
          - task: UsePythonVersion@0
            inputs:
              versionSpec: '3.10'
          - script: pip install -r $(workingDirectory)/requirements.txt -r test-requirements.txt
            displayName: Get what tests need
          - script: pytest
            workingDirectory: $(workingDirectory)
            displayName: Run them
{_azure_stage("Integration", "succeeded()", _azure_call("deploy", "test", "STAGING"))}""",
    "bundle-cicd": f"""\
# Validation and deployment of {{{{ .input_project_name }}}}
trigger:
  branches:
    include:
      - {{{{ .input_default_branch }}}}
      - {{{{ .input_release_branch }}}}
  paths:
    include:
      - {FOLDER}/*
{_AZURE_VARIABLES}
stages:
{
        _azure_stage(
            "BundleCI",
            "eq(variables['Build.Reason'], 'PullRequest')",
            _azure_call("validate", "{{ .input_staging_catalog_name }}", "STAGING"),
            _azure_call("validate", "{{ .input_prod_catalog_name }}", "PROD"),
        )
    }{
        _azure_stage(
            "StagingBundleCD",
            _ON_PUSH.replace("BRANCH", "default"),
            _azure_call("deploy", "{{ .input_staging_catalog_name }}", "STAGING"),
        )
    }{
        _azure_stage(
            "prodBundleCD",
            _ON_PUSH.replace("BRANCH", "release"),
            _azure_call("deploy", "{{ .input_prod_catalog_name }}", "PROD"),
        )
    }""",
}


def _github(title: str, events: str, side: str, jobs: str) -> str:
    return f"""\
# {title} of {{{{ .input_project_name }}}}
name: {title} of {{{{ .input_project_name }}}}
on:
  workflow_dispatch:
{events}
defaults:
  run:
    working-directory: ./{FOLDER}/

env:
{_github_secrets(2, side)}
jobs:
{jobs}"""


_GITHUB_SET_UP = """\
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
      - uses: databricks/setup-cli@{{ .input_cli_version }}
"""


def _github_job(name: str, *calls: str) -> str:
    steps = "".join(f"      - name: {call}\n        run: databricks bundle {call}\n" for call in calls)
    return f"  {name}:\n    concurrency: {{{{ .input_project_name }}}}-{name}\n{_GITHUB_SET_UP}{steps}"


_ON_REQUEST = f"  pull_request:\n    paths:\n      - '{FOLDER}/**'\n"
_ON_BRANCH = "  push:\n    branches:\n      - {{ .input_BRANCH_branch }}\n"

GITHUB = {
    "run-tests": _github(
        "Tests",
        _ON_REQUEST,
        "STAGING",
        """\
  unit_tests:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
      - uses: actions/setup-python@v4
        with:
          python-version: 3.10
      - name: Get what tests need
        run: pip install -r requirements.txt -r ../test-requirements.txt
      - name: Run them
        run: pytest
"""
        + _github_job("integration_test", "deploy -t test", "run model_training_job -t test"),
    ),
    "bundle-ci": _github(
        "Validation",
        _ON_REQUEST,
        "STAGING",
        _github_job("staging", "validate -t {{ .input_staging_catalog_name }}")
        + _github_job("prod", "validate -t {{ .input_prod_catalog_name }}"),
    ),
    "bundle-cd-staging": _github(
        "Staging",
        _ON_BRANCH.replace("BRANCH", "default"),
        "STAGING",
        _github_job("staging", "deploy -t {{ .input_staging_catalog_name }}"),
    ),
    "bundle-cd-prod": _github(
        "Production",
        _ON_BRANCH.replace("BRANCH", "release"),
        "PROD",
        _github_job("prod", "deploy -t {{ .input_prod_catalog_name }}"),
    ),
}


def _gitlab_trigger(name: str, file: str, rule: str) -> str:
    return f"""
{name}:
  stage: triggers
  trigger:
    include:
      - local: .gitlab/pipelines/{{{{ .input_project_name }}}}-{file}.yml
    strategy: depend
  rules:
    - if: {rule}
"""


def _gitlab_job(name: str, stage: str, environment: str, host: str, *calls: str) -> str:
    lines = "".join(f"    - databricks bundle {call}\n" for call in calls)
    return f"""
{name}:
  stage: {stage}
  environment: {environment}
  variables:
    DATABRICKS_HOST: {host}
    DATABRICKS_CLIENT_ID: "${{SP_CLIENT_ID}}"
    DATABRICKS_CLIENT_SECRET: "${{SP_CLIENT_SECRET}}"
  script:
    - cd {FOLDER}
{lines}  rules:
    - when: on_success
"""


_IMAGE = "image: {{ .input_docker_image }}\n"
STAGING_HOST = "{{ .input_databricks_staging_workspace_host }}"
PROD_HOST = "{{ .input_databricks_prod_workspace_host }}"

GITLAB = {
    "triggers-cicd": "# When {{ .input_project_name }} is tested and deployed\nstages:\n  - triggers\n\n"
    + _IMAGE
    + _gitlab_trigger("trigger_ci", "bundle-ci", "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME == 'main'")
    + _gitlab_trigger("trigger_cd_stage", "bundle-cd-staging", "$CI_COMMIT_BRANCH == 'main'")
    + _gitlab_trigger("trigger_cd_production", "bundle-cd-prod", "$CI_COMMIT_BRANCH == 'release'"),
    "bundle-ci": _IMAGE
    + "\nunit-test:\n  stage: test\n  script:\n    - pytest\n  rules:\n    - when: on_success\n"
    + _gitlab_job("integration-test", "test", "dev", STAGING_HOST, "deploy -t test", "run model_training_job -t test"),
    "bundle-cd-staging": _IMAGE
    + _gitlab_job("deploy-stage", "deploy", "stage", STAGING_HOST, "deploy -t {{ .input_staging_catalog_name }}"),
    "bundle-cd-prod": _IMAGE
    + _gitlab_job("deploy-production", "deploy", "production", PROD_HOST, "deploy -t {{ .input_prod_catalog_name }}"),
}
