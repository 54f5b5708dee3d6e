"""Cases of `trees.json`: a template folder is written, rendered as `databricks bundle init` would, and looked at."""

from __future__ import annotations

import base64
import json
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from cicdpack.archive.entries import Tree, TreeFile
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.errors import BundleError
from cicdpack.bundle.host import Host
from cicdpack.bundle.render import initialise
from cicdpack.bundle.rendering import check_output
from cicdpack.bundle.schema_checks import EMULATED_CLI_VERSION
from cicdpack.disk.new_tree import write_new_tree
from cicdpack.disk.paths import UnreadableFileError
from cicdpack.disk.tree import read_template_tree
from cicdpack.errors import CicdpackError
from tests.conformance.harness import check_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cicdpack.bundle.rendering import Occupation, Rendering

FILE = "trees.json"

_KEYS = frozenset(
    {
        *("title", "schema", "config", "files_b64", "empty_dirs", "modes", "links", "pre", "umask", "env"),
        *("rc", "stderr", "outputs", "out_dirs", "out_files", "out_is_file"),
    }
)

HOST_VALUES = {"DATABRICKS_HOST": "workspace_host", "ORACLE_USER": "user_name", "ORACLE_CATALOG": "default_catalog"}
"""Environment of a case -> the `--set` that supplies the same fact."""

FIXED_HOST_VALUES = {"warehouse_id": "wh123"}
"""What the judge's workspace answered in every case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What can be seen after a run: status (1: any error), stderr (`$B` is the case's folder), the output folder."""

    rc: int
    stderr: str
    outputs: list[str] | None
    out_dirs: Mapping[str, str]
    out_files: Mapping[str, list[str]]
    out_is_file: bool
    refused: str | None = field(default=None, compare=False)
    """The rule of ours that refused to write."""

    @property
    def tree(self) -> tuple[Mapping[str, str], Mapping[str, list[str]], bool]:
        return self.out_dirs, self.out_files, self.out_is_file


def expected_outcome(case: Mapping[str, Any]) -> Outcome:
    """Return what the Databricks CLI did."""
    return Outcome(
        rc=1 if case["rc"] else 0,
        **{key: case[key] for key in ("stderr", "outputs", "out_dirs", "out_files", "out_is_file")},
    )


def run_case(case: Mapping[str, Any], base: Path) -> Outcome:
    """Write a case below `base`, render it and return what is there then."""
    _write_template(case, base / "t")
    config = None
    if case["config"] is not None:
        config = base / "c.json"
        config.write_bytes(case["config"].encode("utf-8", "surrogateescape"))
    out = base / "out"
    _write_existing(case["pre"], out)
    before = _look_around(out)
    lines: list[str] = []
    rendering: Rendering | None = None
    refused: str | None = None
    try:
        bundle = Bundle.from_tree(
            _read(base / "t"),
            root=str(base / "t"),
            cli_version=case["env"].get("ORACLE_VERSION", EMULATED_CLI_VERSION),
        )
        rendering = initialise(
            bundle,
            None if config is None else config.read_bytes(),
            config_source="" if config is None else str(config),
            host=_host(case["env"]),
            say=lines.append,
            at_terminal="ORACLE_TTY" in case["env"],
        )
        check_output(rendering, lambda path: _look(out, path), root=str(out))
        with _umask(int(case["umask"], 8)):
            _write(rendering, out)
        lines += rendering.messages
    except BundleError as error:
        lines.append(f"Error: {error.cli_text or error}")
        refused = error.rule
    except UnreadableFileError as error:
        lines.append(f"Error: {_reader_text(error)}")
    except CicdpackError as error:
        lines.append(f"Error: {error}")
    failed = bool(lines) and lines[-1].startswith("Error: ")
    assert not failed or _look_around(out) == before, "a run that fails writes nothing"
    return Outcome(
        rc=1 if failed else 0,
        stderr="".join(f"{line}\n" for line in lines).replace(str(base), "$B"),
        outputs=None if failed or rendering is None or not rendering.outputs else list(rendering.outputs),
        refused=refused,
        **_look_around(out),
    )


def _write_template(case: Mapping[str, Any], root: Path) -> None:
    root.mkdir()
    files = {path: base64.b64decode(data) for path, data in case["files_b64"].items()}
    if case["schema"] is not None:
        files["databricks_template_schema.json"] = case["schema"].encode("utf-8", "surrogateescape")
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    for path in case["empty_dirs"]:
        (root / path).mkdir(parents=True, exist_ok=True)
    for path, target in case["links"].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)
    for path, mode in case["modes"].items():
        (root / path).chmod(int(mode, 8))


def _write_existing(existing: Mapping[str, str | None], out: Path) -> None:
    for path, text in existing.items():
        if text is None:
            (out / path).mkdir(parents=True)
        else:
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_text(text)


def _read(root: Path) -> Tree:
    """Read a template folder whole."""
    return read_template_tree(root, within=[path.name for path in root.iterdir()])


def _reader_text(error: UnreadableFileError) -> str:
    """Say it as the CLI does: paths are relative to `template/`, and the library is read by a glob."""
    if error.path.startswith("library/") and error.reason.endswith("no such file or directory"):
        return f"template: pattern matches no files: `{error.path}`"
    return error.reason.removeprefix("cannot be read: ").replace("open template/", "open ")


def _host(env: Mapping[str, str]) -> Host:
    settings = {HOST_VALUES[name]: value for name, value in env.items() if name in HOST_VALUES}
    return Host.from_settings({**FIXED_HOST_VALUES, **settings})


def _look(out: Path, path: str) -> Occupation:
    try:
        (out / path).lstat()
    except FileNotFoundError:
        return "free"
    except NotADirectoryError:
        return "below a file"
    return "taken"


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def _write(rendering: Rendering, out: Path) -> None:
    files = tuple(TreeFile(path=file.path, data=file.data, mode=file.mode) for file in rendering.files)
    write_new_tree(out, Tree(files=files, folders=rendering.folders))


def _look_around(out: Path) -> dict[str, Any]:
    folders: dict[str, str] = {}
    files: dict[str, list[str]] = {}
    for path in sorted(out.rglob("*")):
        mode = oct(stat.S_IMODE(path.lstat().st_mode))
        name = path.relative_to(out).as_posix()
        if path.is_dir():
            folders[name] = mode
        else:
            files[name] = [mode, base64.b64encode(path.read_bytes()).decode()]
    return {"out_dirs": folders, "out_files": files, "out_is_file": out.is_file()}


def load_cases(folder: Path) -> list[dict[str, Any]]:
    """Return the cases of a folder of vectors, none if it has no such file; fail if they cannot be used."""
    if FILE not in check_folder(folder):
        return []
    try:
        cases: list[dict[str, Any]] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        missing = {key for case in cases for key in _KEYS - case.keys()}
    except (ValueError, TypeError, AttributeError) as error:
        raise pytest.UsageError(f"cannot read vectors {folder / FILE}: {error!r}") from error
    if missing or not cases:
        raise pytest.UsageError(f"cannot read vectors {folder / FILE}: without {sorted(missing) or 'cases'}")
    return cases
