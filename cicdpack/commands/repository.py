"""The target repository as facts: where it is, its parameters, its projects. Reads files, writes none."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.bundle.binding import Layer
from cicdpack.commands.hosts import DEPLOY_WORKFLOWS, BakedHosts, find_baked_hosts
from cicdpack.disk.files import read_file
from cicdpack.disk.project import find_upwards, list_projects
from cicdpack.errors import CicdpackError
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY_PARAMETERS = "cicd_params.json"
"""Marks the root of a target repository and holds the parameters that all its projects share (MLOps Stacks)."""

PROJECT_PARAMETERS = "project_params.json"
PROJECT_FILE = "databricks.yml"

MAX_PARAMETERS_BYTES = 1 << 20
"""1 MiB: real parameter files have under 1 kB."""

MAX_PROJECT_FILE_BYTES = 4 << 20
"""4 MiB: a `databricks.yml` of that size would hold some hundred thousand lines."""


class NoRepository(CicdpackError):
    """No parent folder is a target repository."""

    def __init__(self, start: Path) -> None:
        super().__init__(
            f"no `{REPOSITORY_PARAMETERS}` in `{start}` or a folder above it",
            hint="run cicdpack inside a repository that MLOps Stacks made with CICD_Only, or pass `--repo DIR`",
        )
        self.start = start


class UnknownProject(CicdpackError):
    """No project has the name or folder asked for."""

    def __init__(self, wanted: str, known: tuple[str, ...]) -> None:
        import difflib

        close = difflib.get_close_matches(wanted, known, n=1)
        if close:
            hint = f"did you mean `{close[0]}`?"
        elif known:
            hint = "the projects here are " + ", ".join(f"`{name}`" for name in known[:10])
        else:
            hint = (
                f"a project is a folder with `{PROJECT_FILE}` and `{PROJECT_PARAMETERS}`:"
                " MLOps Stacks makes one with Project_Only"
            )
        super().__init__(f"no project `{wanted}` in this repository", hint=hint)
        self.wanted = wanted
        self.known = known


class AmbiguousProject(CicdpackError):
    """Several projects have the name asked for."""

    def __init__(self, wanted: str, folders: tuple[str, ...]) -> None:
        listed = ", ".join(f"`{folder}`" for folder in folders)
        super().__init__(
            f"`{wanted}` is the name of {len(folders)} projects: {listed}",
            hint=f"give each project a `bundle.name` of its own in its `{PROJECT_FILE}`",
        )
        self.wanted = wanted
        self.folders = folders


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder with `databricks.yml` and `project_params.json`.

    `name` is `bundle.name` as written; `folder` its POSIX path from the root; `declares_catalog` whether
    `variables.catalog_name` stands in its `databricks.yml`; `targets` are those that stand there, by name.
    """

    name: str
    folder: str
    parameters: Layer
    declares_catalog: bool
    targets: Mapping[str, object]

    @property
    def file_path(self) -> str:
        """The POSIX path of its `databricks.yml`, from the root."""
        return f"{self.folder}/{PROJECT_FILE}"

    @property
    def parameters_path(self) -> str:
        """The POSIX path of the project's parameters, from the root."""
        return f"{self.folder}/{PROJECT_PARAMETERS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A folder with `cicd_params.json`, what that says, and the hosts that an older deploy workflow bakes in."""

    root: Path
    parameters: Layer
    baked_hosts: BakedHosts | None


def open_repository(given: Path | None) -> Repository:
    """Find the repository: `given`, else the nearest parent of the working folder with `cicd_params.json`."""
    root = given if given is not None else find_upwards(Path.cwd(), REPOSITORY_PARAMETERS)
    if root is None or not (root / REPOSITORY_PARAMETERS).is_file():
        raise NoRepository(given or Path.cwd())
    data = read_file(root / REPOSITORY_PARAMETERS, limit=MAX_PARAMETERS_BYTES)
    return Repository(
        root=root,
        parameters=Layer.from_json(data, origin=REPOSITORY_PARAMETERS, source=REPOSITORY_PARAMETERS),
        baked_hosts=find_baked_hosts(_deploy_workflows(root)),
    )


def _deploy_workflows(root: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name in DEPLOY_WORKFLOWS:
        path = root / name
        if path.is_file():
            texts[name] = read_file(path, limit=MAX_PARAMETERS_BYTES).decode("utf-8", "replace")
    return texts


def find_project(repository: Repository, wanted: str, names: Mapping[str, str]) -> Project:
    """Find a project by its `bundle.name`, or by its folder, from the root or as a path from the working folder.

    `names` is what `project_names` says of the repository.
    """
    by_name = tuple(folder for folder, name in names.items() if name == wanted)
    if len(by_name) > 1:
        raise AmbiguousProject(wanted, by_name)
    folder = by_name[0] if by_name else _folder(repository, wanted)
    if folder not in names:
        raise UnknownProject(wanted, tuple(sorted(name or folder for folder, name in names.items())))
    return load_project(repository, folder)


def _folder(repository: Repository, wanted: str) -> str:
    """Read what was typed as a folder: below the root, or relative to the working folder (shell completion)."""
    typed = PurePosixPath(wanted.replace("\\", "/")).as_posix().lstrip("/")
    if (repository.root / typed / PROJECT_FILE).is_file():
        return typed
    try:
        return Path(wanted).resolve().relative_to(repository.root.resolve()).as_posix()
    except (ValueError, OSError):
        return typed


def project_names(repository: Repository) -> dict[str, str]:
    """Return folder -> `bundle.name` for every project, in folder order; empty where a file does not say it."""
    from cicdpack.yamledit.peeking import peek

    names: dict[str, str] = {}
    for found in map(str, list_projects(repository.root)):
        folder = _as_git_has_it(repository.root, found)
        source = f"{folder}/{PROJECT_FILE}"
        text = read_file(repository.root / source, limit=MAX_PROJECT_FILE_BYTES)
        names[folder] = peek(text, ("bundle", "name"), source=source) or ""
    return names


def _as_git_has_it(root: Path, folder: str) -> str:
    """Return a folder's name in form NFC where the file system takes both forms for the same.

    macOS may list what it stores in form NFD, and git there commits NFC (`core.precomposeUnicode`): pipelines rendered
    on one system must not differ from those rendered on another. Where the forms are two names, the name is what it is.
    """
    if folder.isascii():
        return folder
    import unicodedata

    composed = unicodedata.normalize("NFC", folder)
    try:
        return composed if (root / composed).samefile(root / folder) else folder
    except OSError:
        return folder


def load_project(repository: Repository, folder: str) -> Project:
    """Read the project in a folder (POSIX, from the root)."""
    from cicdpack.yamledit.loading import load

    source = f"{folder}/{PROJECT_FILE}"
    loaded = load(read_file(repository.root / source, limit=MAX_PROJECT_FILE_BYTES), source=source)
    document = loaded.value if isinstance(loaded.value, dict) else {}
    bundle = document.get("bundle")
    name = bundle.get("name") if isinstance(bundle, dict) else None
    if not isinstance(name, str) or not name:
        raise CicdpackError(
            "no `bundle.name` in it, expected the project's name",
            location=Location(path=source),
            hint="a project's `databricks.yml` begins with `bundle:` and its `name:`",
        )
    variables, targets = document.get("variables"), document.get("targets")
    parameters = f"{folder}/{PROJECT_PARAMETERS}"
    return Project(
        name=name,
        folder=folder,
        parameters=Layer.from_json(
            read_file(repository.root / parameters, limit=MAX_PARAMETERS_BYTES), origin=parameters, source=parameters
        ),
        declares_catalog=isinstance(variables, dict) and "catalog_name" in variables,
        targets=targets if isinstance(targets, dict) else {},
    )
