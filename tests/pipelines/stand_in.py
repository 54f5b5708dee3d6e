"""Stands for the Databricks CLI on a machine: checks every call as the CLI and the workspaces would, and records it.

It fails on a target that databricks.yml does not have, on a variable without a value, on credentials that are unset or
of two sides, on a workspace that does not know who calls, on a job that is not there, on a target that was not deployed
before, and where a terminal would be asked. With `--strict` a warning fails. Runs alone, on any Python with PyYAML.
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


def main(arguments: list[str]) -> None:
    """Carry out `bundle VERB [JOB] [--strict] [--auto-approve] -t TARGET`."""
    command, verb, *rest = arguments
    if command != "bundle" or verb not in ("validate", "deploy", "run", "destroy"):
        fail(f"unknown command {command} {verb}")
    options = {each for each in rest if each.startswith("--")}
    name = rest[rest.index("-t") + 1]
    bundle = configuration()
    if name not in bundle["targets"]:
        fail(f"{name}: no such target. Available targets: {', '.join(bundle['targets'])}")
    target = bundle["targets"][name]
    side, given = identity(), variables(bundle, target)
    host = target["workspace"]["host"]
    if json.loads(os.environ["WORKSPACES"]).get(side) != host:
        fail(f"403: {side} is no user of {host}")
    warnings = nulls(bundle)
    if verb == "validate" and "--strict" in options and warnings:
        fail(f"{len(warnings)} warning(s): {', '.join(warnings)} is null")
    path = target["workspace"].get("root_path", "the deployer's").replace("${bundle.target}", name)
    for key, value in given.items():
        path = path.replace(f"${{var.{key}}}", value)
    deployed = Path(os.environ["DEPLOYED"]) / f"{side}@{name} {path}".replace("/", "%")
    call = {"side": side, "target": name, "verb": verb, "job": "", "path": path, "variables": given}
    if verb == "deploy":
        deployed.write_text(verb, encoding="utf-8")
    elif verb == "run":
        call["job"] = rest[0]
        if call["job"] not in bundle["resources"]["jobs"]:
            fail(f"no such resource: {call['job']}")
        if not deployed.exists():
            fail(f"{name} is not deployed")
    elif verb == "destroy":
        if "--auto-approve" not in options:
            fail("this would ask, and there is no terminal")
        deployed.unlink(missing_ok=True)
    call["options"] = sorted(options)
    call["auth"] = os.environ["DATABRICKS_AUTH_TYPE"]
    with Path(os.environ["CALLS"]).open("a", encoding="utf-8") as calls:
        calls.write(json.dumps(call) + "\n")
    if os.environ.get("FAIL_ON") == f"{verb} {call['job']}".strip():
        fail(f"{verb} fails, as the test wants it")


if __name__ == "__main__":
    main(sys.argv[1:])
