"""Workspace hosts read from a `deploy-cicd.yml` that bakes them in, or from a project's targets."""

from __future__ import annotations

import pytest

from cicdpack.commands.hosts import find_baked_hosts, hosts_of_targets

AZURE_STEP = (
    "    - script: |\n"
    '        echo -e "  staging:\\n    workspace:\\n      host: https://adb-1.2.azuredatabricks.net\\n\\n  prod:\\n'
    "    workspace:\\n      host: https://adb-3.4.azuredatabricks.net\\n\\n  test:\\n    workspace:\\n"
    '      host: https://adb-1.2.azuredatabricks.net" >> "$(PROJECT_NAME_ALPHA)\\databricks.yml"\n'
)
CATALOG_KEYS = AZURE_STEP.replace("staging:", "stg_cat:").replace("prod:", "prd_cat:").replace("test:", "tst_cat:")
REORDERED = AZURE_STEP.replace("staging:", "X:").replace("prod:", "staging:").replace("X:", "prod:")


@pytest.mark.parametrize(
    ("text", "staging", "prod"),
    [
        (AZURE_STEP, "https://adb-1.2.azuredatabricks.net", "https://adb-3.4.azuredatabricks.net"),
        (CATALOG_KEYS, "https://adb-1.2.azuredatabricks.net", "https://adb-3.4.azuredatabricks.net"),
        (REORDERED, "https://adb-3.4.azuredatabricks.net", "https://adb-1.2.azuredatabricks.net"),
        (
            (
                "staging:\n    workspace:\n      host: https://a.cloud.databricks.com/?o=1\n  prod:\n"
                "    workspace:\n      host: https://b.cloud.databricks.com\n"
            ),
            "https://a.cloud.databricks.com",
            "https://b.cloud.databricks.com",
        ),
    ],
    ids=["targets by name", "targets by order", "names win over order", "real newlines, a query cut off"],
)
def test_hosts_are_found(text: str, staging: str, prod: str) -> None:
    """Staging and prod come out by target name where there is one, else by the order in which they stand."""
    hosts = find_baked_hosts({".azure/devops-pipelines/deploy-cicd.yml": text})

    assert hosts is not None
    assert (hosts.staging, hosts.prod) == (staging, prod)
    assert hosts.source == ".azure/devops-pipelines/deploy-cicd.yml"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "trigger: none\n",
        "  staging:\\n    workspace:\\n      host: https://a.b\\n",
        "staging:\n  host: https://a.b\n",
        AZURE_STEP.replace("adb-3.4", "adb-xxxx.xx"),
        AZURE_STEP.replace("adb-1.2.azuredatabricks.net", "your-staging-workspace.cloud.databricks.com"),
    ],
)
def test_no_hosts_is_said(text: str) -> None:
    """One host alone, none, or what MLOps Stacks writes where nobody named one, is not enough to deploy anywhere."""
    assert find_baked_hosts({"x": text}) is None


@pytest.mark.parametrize(
    ("workspace", "host"),
    [
        ({"host": "https://a.b"}, "https://a.b"),
        ({"host": "https://a.b/"}, "https://a.b/"),
        ({"host": "https://adb-xxxx.xx.azuredatabricks.net"}, None),
        ({"host": "https://your-prod-workspace.gcp.databricks.com"}, None),
        ({"host": "${var.host}"}, None),
        ({"host": None}, None),
        (None, None),
        ("x", None),
    ],
)
def test_hosts_of_targets(workspace: object, host: str | None) -> None:
    """A plain host counts; a variable, nothing, or a placeholder is nobody's workspace."""
    found = hosts_of_targets({"staging": None, "prod": {"workspace": workspace}, "dev": {"workspace": {"host": "x"}}})

    assert found == ({} if host is None else {"prod": host})
