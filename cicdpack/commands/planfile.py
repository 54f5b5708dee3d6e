"""`plan` and `apply --plan`: a plan written to a file, reviewed, and carried out as it is, or not at all.

The file holds every byte to be written and the digest of everything that was looked at: the files of the plan, and what
it was made from (parameters, `databricks.yml`, the bundle). If any of that is not what it was, nothing is written.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from cicdpack import __version__
from cicdpack._values import dataclass
from cicdpack.commands.bundles import ARCHIVE_NAME
from cicdpack.commands.repository import PROJECT_FILE, PROJECT_PARAMETERS, REPOSITORY_PARAMETERS, open_repository
from cicdpack.disk.commit import commit
from cicdpack.disk.files import read_file, replace_file
from cicdpack.disk.snapshot import snapshot
from cicdpack.errors import EXIT_NO, CicdpackError
from cicdpack.planning.changes import Absent, Blocked, Change, Create, Delete, Keep, Plan, Present, Update, effect_of
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cicdpack.commands.apply import Prepared
    from cicdpack.planning.changes import State

FORMAT = 1
"""The one format there is. A reader refuses newer ones."""

MAX_PLAN_BYTES = 256 << 20
"""256 MiB: plans hold what they write; 200 projects with twelve files take some 10 MB."""


class PlanInConflict(CicdpackError):
    """A plan with conflicts is no plan yet."""

    exit_code = EXIT_NO

    def __init__(self, conflicts: int) -> None:
        super().__init__(
            f"{conflicts} file{'s are' if conflicts != 1 else ' is'} in conflict: there is no plan to write",
            hint="settle that first, or choose with `--on-conflict ours` or `theirs`",
        )


class UnusablePlan(CicdpackError):
    """A file that is no plan, or not one that this version can carry out."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason, location=Location(path=str(path)), hint="make it anew with `cicdpack plan`")


class StalePlan(CicdpackError):
    """Something is not what it was when the plan was made."""

    exit_code = EXIT_NO

    def __init__(self, changed: tuple[str, ...]) -> None:
        listed = ", ".join(f"`{path}`" for path in changed[:5]) + (" and others" if len(changed) > 5 else "")
        super().__init__(
            f"{listed} changed since the plan was made; nothing was written",
            hint="make the plan anew with `cicdpack plan`, and review it again",
        )
        self.changed = changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a plan file did: the repository, the projects with their folders, and each path with its effect."""

    root: Path
    projects: tuple[str, ...]
    folders: tuple[str, ...]
    writes: tuple[Change, ...]


def write_plan(prepared: Prepared, path: Path, *, bundle: Path | None = None) -> None:
    """Write a plan to a file. Raises `PlanInConflict`; `bundle` is the archive where that was named."""
    if prepared.conflicts:
        raise PlanInConflict(len(prepared.conflicts))
    if prepared.plan.marks:
        raise PlanInConflict(prepared.plan.marks)
    inputs = [REPOSITORY_PARAMETERS, *([] if bundle is not None else [ARCHIVE_NAME])]
    for project in prepared.projects:
        inputs += [f"{project.folder}/{PROJECT_PARAMETERS}", f"{project.folder}/{PROJECT_FILE}"]
    seen = snapshot(prepared.root, [item.removeprefix("./") for item in inputs])
    document: dict[str, object] = {
        "format": FORMAT,
        "tool": __version__,
        "bundle": {"name": prepared.bundle, "version": prepared.version, "digest": f"sha256:{prepared.digest}"},
        "projects": [project.name for project in prepared.projects],
        "inputs": {item: _state(state) for item, state in seen.items()},
        "changes": [_change(change) for change in prepared.plan.changes],
    }
    document["seal"] = _seal(document)
    replace_file(path, [(json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()])


def carry_out_plan(path: Path, *, repo: Path | None = None) -> Carried:
    """Write exactly what a plan file says, all of it or nothing. Raises `UnusablePlan` and `StalePlan`."""
    document = _read(path)
    root = open_repository(repo).root
    try:
        inputs: Mapping[str, Any] = document["inputs"]
        items: list[Mapping[str, Any]] = document["changes"]
        before = {**inputs, **{item["path"]: item["before"] for item in items}}
        found = snapshot(root, before)
        changed = tuple(sorted(name for name, state in found.items() if _state(state) != before[name]))
        if changed:
            raise StalePlan(changed)
        plan = Plan(changes=tuple(_planned(item, found[item["path"]]) for item in items))
        projects = tuple(str(name) for name in document["projects"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UnusablePlan(path, "it is no plan as `cicdpack plan` writes them") from None
    commit(root, plan)
    folders = tuple(name.removesuffix(f"/{PROJECT_FILE}") for name in inputs if name.endswith(f"/{PROJECT_FILE}"))
    return Carried(root=root, projects=projects, folders=folders, writes=plan.writes)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(read_file(path, limit=MAX_PLAN_BYTES))
    except (ValueError, RecursionError):
        raise UnusablePlan(path, "it is no plan: no JSON") from None
    if not isinstance(document, dict) or "format" not in document:
        raise UnusablePlan(path, "it is no plan: `format` is missing")
    if document["format"] != FORMAT:
        raise UnusablePlan(path, f"`format` is {document['format']}, and this cicdpack reads {FORMAT}")
    if document.get("seal") != _seal(document):
        raise UnusablePlan(path, "it was edited: its seal does not match what it says")
    return document


def _seal(document: Mapping[str, object]) -> str:
    rest = {key: value for key, value in document.items() if key != "seal"}
    return f"sha256:{hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()}"


def _state(state: State) -> object:
    match state:
        case Absent():
            return None
        case Present():
            return {"sha256": hashlib.sha256(state.data).hexdigest(), "executable": state.executable}
        case Blocked():
            return {"blocked": state.what}


def _change(change: Change) -> dict[str, object]:
    before = change.current if isinstance(change, Keep) else getattr(change, "before", Absent())
    document: dict[str, object] = {"path": change.path, "effect": effect_of(change), "before": _state(before)}
    after = getattr(change, "after", None)
    if isinstance(after, Present):
        document["after"] = {"executable": after.executable, **_content(after.data)}
    return document


def _content(data: bytes) -> dict[str, str]:
    """Text as text, so that it can be reviewed; anything else in base64."""
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _planned(item: Mapping[str, Any], state: State) -> Change:
    path, after = item["path"], item.get("after")
    if after is None:
        if item["effect"] == "delete" and isinstance(state, Present):
            return Delete(path=path, before=state)
        return Keep(path=path, current=state)
    data = after["text"].encode() if "text" in after else base64.b64decode(after["base64"], validate=True)
    new = Present(data=data, executable=after["executable"] is True)
    return Update(path=path, before=state, after=new) if isinstance(state, Present) else Create(path=path, after=new)
