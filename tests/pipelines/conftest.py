"""The example monorepo with pipelines applied, a machine beside it, and what administrators have stored."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cicdpack.commands.apply import ApplyRequest, carry_out, prepare
from tests.pipelines.machine import CLI_VERSION, Machine, Ran, cli_sha256
from tests.pipelines.model import Event, Vault
from tests.pipelines.readers import READERS

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "monorepo"
PLATFORMS = tuple(READERS)
SIDES = ("staging", "prod")
SECRETS = (
    "AZURE_SP_TENANT_ID",
    "AZURE_SP_APPLICATION_ID",
    "AZURE_SP_CLIENT_SECRET",
    "DATABRICKS_CLIENT_ID",
    "DATABRICKS_CLIENT_SECRET",
    "WORKSPACE_TOKEN",
)

SECRET = re.compile("(?:staging|prod):[A-Z]")
"""What the value of a secret begins with: its side, and its name."""


def secrets_of(side: str) -> dict[str, str]:
    """Everything that some way to sign in reads for one side; each value names it."""
    shared = {name: f"{side}:{name}" for name in ("SP_CLIENT_ID", "SP_CLIENT_SECRET")}
    return {**{f"{side.upper()}_{name}": f"{side}:{name}" for name in SECRETS}, **shared}


def vault_of(platform: str) -> Vault:
    """What the guide says to store: prod's secrets for prod's environment or group alone."""
    scoped = {side: secrets_of(side) for side in SIDES}
    if platform == "azure_devops":
        return Vault(
            scoped={f"my-monorepo {side}": values for side, values in scoped.items()},
            connections={f"databricks-{side}": f"{side}:SIGNED_IN" for side in SIDES},
        )
    return Vault(scoped=scoped, shared={} if platform == "gitlab" else secrets_of("staging"))


@dataclass
class Repo:
    """A repository of a platform with its pipelines, checked out on a machine."""

    platform: str
    machine: Machine
    vault: Vault

    def happens(self, event: Event) -> list[Ran]:
        """Run every job that an event starts."""
        reader = READERS[self.platform]
        root = self.machine.checkout
        return self.machine.run(list(reader(root, event, self.vault, self.machine.places)))


Make = Callable[..., Repo]


@pytest.fixture(scope="session")
def applied(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Apply the shipped bundle to the example for a platform; once for each choice of parameters."""
    made: dict[str, Path] = {}

    def make(platform: str, **parameters: str) -> Path:
        given = {
            "input_cicd_platform": platform,
            "input_cli_version": CLI_VERSION,
            "input_cli_sha256": cli_sha256(),
            **parameters,
        }
        key = json.dumps(given, sort_keys=True)
        if key not in made:
            root = tmp_path_factory.mktemp("applied") / "repo"
            shutil.copytree(EXAMPLE, root)
            shutil.copy(archive, root / "cicd.tar.gz")
            path = root / "cicd_params.json"
            path.write_text(json.dumps({**json.loads(path.read_text()), **given}), encoding="utf-8")
            if "input_cloud" in parameters:
                for project in ("fraud_detector", "churn_model"):
                    file = root / project / "project_params.json"
                    file.write_text(json.dumps({**json.loads(file.read_text()), "input_cloud": given["input_cloud"]}))
            carry_out(prepare(ApplyRequest(projects=("fraud-detector", "churn-model"), repo=root, settings={})))
            made[key] = root
        return made[key]

    return make


@pytest.fixture
def make(tmp_path: Path, applied: Callable[..., Path]) -> Iterator[Make]:
    """Make a repository of a platform; its parameters may be given. No secret may ever be in a log."""
    if shutil.which("bash") is None:
        pytest.skip("the steps are bash scripts")
    made: list[Repo] = []

    def repo(platform: str, fail_on: str = "", **parameters: str) -> Repo:
        root = tmp_path / f"repo-{len(made)}"
        shutil.copytree(applied(platform, **parameters), root)
        params = json.loads((root / "cicd_params.json").read_text())
        workspaces = {side: params[f"input_databricks_{side}_workspace_host"] for side in SIDES}
        machine = Machine(tmp_path / f"machine-{len(made)}", root, workspaces, fail_on=fail_on)
        made.append(Repo(platform, machine, vault_of(platform)))
        return made[-1]

    yield repo
    for each in made:
        assert not SECRET.search(each.machine.log)
