"""Stands for the Databricks CLI on a machine: checks every call as the CLI and the workspaces would, and records it.

It fails on a target that databricks.yml does not have, on a variable without a value, on credentials that are unset or
of two sides, on a workspace that does not know who calls, on a job that is not there, on a target that was not deployed
before or is locked, on a model that still has versions, and where a terminal would be asked. With `--strict` a warning
fails. Runs alone, on any Python with PyYAML.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import yaml

CREDENTIALS = {
    "azure-client-secret": ("ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"),
    "azure-cli": ("AZURE_CONFIG_DIR",),
    "oauth-m2m": ("DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET"),
    "pat": ("DATABRICKS_TOKEN",),
    "github-oidc": ("DATABRICKS_CLIENT_ID", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    "azure-devops-oidc": ("DATABRICKS_CLIENT_ID", "SYSTEM_ACCESSTOKEN", "SYSTEM_OIDCREQUESTURI"),
    "env-oidc": ("DATABRICKS_CLIENT_ID", "DATABRICKS_OIDC_TOKEN"),
}
"""The variables that each DATABRICKS_AUTH_TYPE reads. Those of one side begin with its name, as in `staging:secret`."""


def fail(reason: str) -> NoReturn:
    sys.exit(f"Error: {reason}")


def identity() -> str:
    """Return the side that the credentials belong to."""
    kind = os.environ.get("DATABRICKS_AUTH_TYPE", "")
    if kind not in CREDENTIALS:
        fail(f"DATABRICKS_AUTH_TYPE is {kind!r}")
    values = {name: os.environ.get(name, "") for name in CREDENTIALS[kind]}
    unset = [name for name, value in values.items() if not value or value.startswith("$")]
    if unset:
        fail(f"{kind}: {', '.join(unset)} not set")
    sides = {value.partition(":")[0] for value in values.values() if ":" in value} - {"platform", "https"}
    if len(sides) != 1:
        fail(f"{kind}: credentials of {sorted(sides)}")
    return sides.pop()


def configuration() -> dict[str, Any]:
    """Read databricks.yml and the resources that it includes."""
    bundle: dict[str, Any] = yaml.safe_load(Path("databricks.yml").read_text(encoding="utf-8"))
    jobs = bundle.setdefault("resources", {}).setdefault("jobs", {})
    for name in bundle.get("include", []):
        jobs.update(yaml.safe_load(Path(name).read_text(encoding="utf-8"))["resources"].get("jobs", {}))
    return bundle


def nulls(value: object, path: str = "") -> list[str]:
    """Name the keys without a value: the CLI warns of each."""
    if value is None:
        return [path]
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in nulls(item, f"{path}.{key}".lstrip("."))]
    return []


def variables(bundle: dict[str, Any], target: dict[str, Any]) -> dict[str, str]:
    """Give every declared variable its value: by the environment, the target, or its default."""
    given = {}
    for name, declared in bundle.get("variables", {}).items():
        value = os.environ.get(f"BUNDLE_VAR_{name}") or target.get("variables", {}).get(name) or declared.get("default")
        if value is None:
            fail(f"no value assigned to required variable {name}")
        given[name] = str(value)
    return given


class Deployment:
    """What a side has deployed to a target: a file with the models' versions and their stages, and perhaps a lock."""

    def __init__(self, key: str) -> None:
        self.path = Path(os.environ["DEPLOYED"]) / key.replace("/", "%")
        self.lock = self.path.with_name(f"{self.path.name}.lock")

    @property
    def versions(self) -> dict[str, dict[str, str]]:
        """Model -> version -> stage; a model of Unity Catalog has three parts in its name and no stages."""
        value: dict[str, dict[str, str]] = json.loads(self.path.read_text(encoding="utf-8"))
        return value

    def write(self, versions: dict[str, dict[str, str]]) -> None:
        """Keep what is deployed."""
        self.path.write_text(json.dumps(versions), encoding="utf-8")

    def destroy(self, options: set[str]) -> None:
        """Delete everything, as long as no model has versions that stand in the way."""
        if "--auto-approve" not in options:
            fail("this would ask, and there is no terminal")
        if self.lock.exists() and "--force-lock" not in options:
            fail("deploy lock acquired by somebody; use --force-lock")
        if not self.path.exists():
            return
        for model, versions in self.versions.items():
            if [stage for stage in versions.values() if stage not in ("None", "Archived")]:
                fail(f"{model} is not empty: it has {len(versions)} model versions")
        self.path.unlink()
        self.lock.unlink(missing_ok=True)


def fill(text: str, given: dict[str, str]) -> str:
    """Put the values of variables in."""
    for key, value in given.items():
        text = text.replace(f"${{var.{key}}}", value)
    return text


def models(bundle: dict[str, Any], given: dict[str, str]) -> dict[str, dict[str, dict[str, str]]]:
    """Name the models that a deployment makes, as `bundle summary` shows them."""
    found: dict[str, dict[str, dict[str, str]]] = {"registered_models": {}, "models": {}}
    for kind, named in found.items():
        for key, model in bundle["resources"].get(kind, {}).items():
            parts = [model[part] for part in ("catalog_name", "schema_name", "name") if part in model]
            named[key] = {"name": fill(model["name"], given), "id": fill(".".join(parts), given)}
    return found


def bundle_command(verb: str, rest: list[str]) -> None:
    """Carry out `bundle VERB [JOB] [--strict] [--auto-approve] [--force-lock] -t TARGET`."""
    options = {each for each in rest if each.startswith("--")}
    name = rest[rest.index("--target" if "--target" in rest else "-t") + 1]
    bundle = configuration()
    if name not in bundle["targets"]:
        fail(f"{name}: no such target. Available targets: {', '.join(bundle['targets'])}")
    target = bundle["targets"][name]
    side, given = identity(), variables(bundle, target)
    host = target["workspace"]["host"]
    if json.loads(os.environ["WORKSPACES"]).get(side) != host:
        fail(f"403: {side} is no user of {host}")
    path = fill(target["workspace"].get("root_path", "the deployer's").replace("${bundle.target}", name), given)
    deployment, job = Deployment(f"{side}@{name} {path}"), rest[0] if verb == "run" else ""
    named = models(bundle, given)
    if verb == "summary":
        print(json.dumps({"resources": named if deployment.path.exists() else {}}))
        return
    is_to_fail = os.environ.get("FAIL_ON") == f"{verb} {job}".strip()
    record(
        project=bundle["bundle"]["name"],
        side=side,
        auth=os.environ["DATABRICKS_AUTH_TYPE"],
        target=name,
        verb=verb,
        job=job,
        path=path,
        variables=given,
        options=sorted(options),
    )
    if verb == "validate" and "--strict" in options and nulls(bundle):
        fail(f"{len(nulls(bundle))} warning(s): {', '.join(nulls(bundle))} is null")
    if verb == "deploy":
        deployment.write({model["id"]: {} for kind in named.values() for model in kind.values()})
        if is_to_fail:
            deployment.lock.touch()
    elif verb == "run":
        if job not in bundle["resources"]["jobs"]:
            fail(f"no such resource: {job}")
        if not deployment.path.exists():
            fail(f"{name} is not deployed")
        if job == "model_training_job":
            deployment.write({model: {"1": "Production"} for model in deployment.versions})
    elif verb == "destroy":
        deployment.destroy(options)
    if is_to_fail:
        fail(f"{verb} fails, as the test wants it")


def record(**call: object) -> None:
    """Write a call down."""
    with Path(os.environ["CALLS"]).open("a", encoding="utf-8") as calls:
        calls.write(json.dumps(call) + "\n")


def model_command(command: str, verb: str, rest: list[str]) -> None:
    """Carry out what lists, archives and deletes versions: `model-versions` and `model-registry`."""
    identity()
    name = rest[1].removeprefix("name='").rstrip("'") if verb == "search-model-versions" else rest[0]
    for path in Path(os.environ["DEPLOYED"]).iterdir():
        deployment = Deployment(path.name)
        if path.name.endswith(".lock") or name not in deployment.versions:
            continue
        versions = deployment.versions
        if (command, verb) == ("model-versions", "list"):
            print(json.dumps([{"version": int(number)} for number in versions[name]]))
        elif (command, verb) == ("model-versions", "delete"):
            del versions[name][rest[1]]
        elif (command, verb) == ("model-registry", "search-model-versions"):
            print(json.dumps([{"version": number, "current_stage": at} for number, at in versions[name].items()]))
        elif (command, verb) == ("model-registry", "transition-stage"):
            versions[name][rest[1]] = rest[2]
        else:
            fail(f"unknown command {command} {verb}")
        deployment.write(versions)
        return
    fail(f"{name} does not exist")


def main(arguments: list[str]) -> None:
    """Carry out one call."""
    command, verb, *rest = arguments
    if command == "bundle" and verb in ("validate", "deploy", "run", "destroy", "summary"):
        bundle_command(verb, rest)
    else:
        model_command(command, verb, rest)


if __name__ == "__main__":
    main(sys.argv[1:])
