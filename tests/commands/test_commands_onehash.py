"""One hash: what a machine can vary under `cicdpack build` leaves no trace in the archive.

Each variation also runs a control, which packs the same files with Python's own `tarfile` as a quick script would, and
has to move: a variation that reaches nothing would prove nothing. `reprotest`, Debian's tool for this question, asks
it once more where it is installed.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.disk.conftest import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "bundle_src" / "cicd"

SCHEMA = '{"properties": {"input_project_name": {"type": "string", "default": "sample", "description": "d"}}}\n'
SMALL: Mapping[str, str] = {
    "cicdpack.toml": '[bundle]\nname = "small"\nversion = "1.2.3"\n[files]\nexecutable = ["*.sh"]\n',
    "databricks_template_schema.json": SCHEMA,
    "library/names.tmpl": "{{ define `x` }}{{ end }}\n",
    "docs/B.md": "b\n",
    "docs/a.md": "a\n",
    "docs/\u00e9.md": "e\n",
    "docs/long/" + "n" * 120 + ".md": "long\n",
    "run.sh": "#!/bin/sh\n",
    "template/{{.input_project_name}}.txt.tmpl": "{{ .input_project_name }}\n",
}

CONTROL = """\
import gzip, io, locale, os, sys, tarfile, time
locale.setlocale(locale.LC_ALL, "")
facts = [os.getcwd(), os.path.expanduser("~"), time.tzname, locale.setlocale(locale.LC_ALL), list({"a", "b", "c", "d"}),
         os.environ.get("SOURCE_DATE_EPOCH"), [sorted(names) and names for _, _, names in os.walk("cicd")]]
with gzip.GzipFile("out.tar.gz", "wb", mtime=0) as frame, tarfile.open(fileobj=frame, mode="w") as tar:
    tar.add("cicd")
    info = tarfile.TarInfo("built.txt")
    body = repr(facts).encode("ascii", "backslashreplace") * 50
    info.size = len(body)
    tar.addfile(info, io.BytesIO(body))
"""

OTHER_LISTINGS = """\
import os
listdir, scandir = os.listdir, os.scandir
class Listing(list):
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def __iter__(self): return self
    def __next__(self):
        if not self: raise StopIteration
        return self.pop()
    def close(self): pass
os.listdir = lambda *path: list(reversed(listdir(*path)))
os.scandir = lambda *path: Listing(sorted(scandir(*path), key=lambda item: item.name[::-1]))
"""

OTHER_ZLIB = """\
import zlib
stock = zlib.compressobj
zlib.compressobj = lambda level=-1, *more: stock(1, *more)
zlib.compress = lambda data, *more, **named: b"no two libraries agree"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """How one machine differs from the next. `site` is Python code that runs first; `prepare` changes the source."""

    environment: Mapping[str, str] = field(default_factory=dict)
    umask: int = 0o022
    folder: str = "work"
    site: str = ""
    backwards: bool = False
    prepare: Callable[[Path], None] = lambda _source: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """SHA-256 of what was built and of what the control packed."""

    archive: str
    control: str


def made(root: Path, machine: Machine, files: Mapping[str, bytes]) -> Outcome:
    """Write the source as this machine would have it, build it, and pack it with the control."""
    work = root / machine.folder
    work.mkdir(parents=True)
    before = os.umask(machine.umask)
    try:
        for path in sorted(files, reverse=machine.backwards):
            target = work / "cicd" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files[path])
    finally:
        os.umask(before)
    stamp(work / "cicd", 1_700_000_000)
    machine.prepare(work / "cicd")
    return outcome(work, machine, ["build", "cicd", "-o", "out.tar.gz"])


def stamp(folder: Path, seconds: int) -> None:
    """Set the times of a folder and of all below it."""
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (seconds, seconds))


def outcome(work: Path, machine: Machine, arguments: list[str]) -> Outcome:
    return Outcome(
        archive=digest(work, machine, ["-m", "cicdpack", *arguments]),
        control=digest(work, machine, ["-c", CONTROL]),
    )


def digest(work: Path, machine: Machine, arguments: list[str]) -> str:
    """Run Python on this machine, with no more of the test's own environment than it needs, and hash the output."""
    site = work / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(machine.site)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{site}{os.pathsep}{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "1",
        "HOME": "/",
        "LC_ALL": "C",
        "TZ": "UTC",
    }
    command = f"umask {machine.umask:03o}; exec {shlex.join([sys.executable, *arguments])}"
    subprocess.run(["sh", "-c", command], cwd=work, env={**environment, **machine.environment}, check=True)
    return hashlib.sha256((work / "out.tar.gz").read_bytes()).hexdigest()


def small() -> dict[str, bytes]:
    return {path: text.encode() for path, text in SMALL.items()}


def owned_by_another(source: Path) -> None:
    for path in (*source.rglob("*"), source):
        os.chown(path, 12345, 23456)


def executable(source: Path) -> None:
    for path in source.rglob("*"):
        path.chmod(0o777)


MACHINES = {
    "umask-077": Machine(umask=0o077),
    "umask-002": Machine(umask=0o002),
    "other-times": Machine(prepare=lambda source: stamp(source, 1_800_000_000)),
    "other-owner": Machine(prepare=owned_by_another),
    "all-executable": Machine(prepare=executable),
    "other-order": Machine(site=OTHER_LISTINGS, backwards=True),
    "locale": Machine(environment={"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}),
    "no-utf-8": Machine(environment={"PYTHONUTF8": "0", "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "ascii"}),
    "time-zone": Machine(environment={"TZ": "Asia/Tokyo"}),
    "hash-seed": Machine(environment={"PYTHONHASHSEED": "4711"}),
    "folder": Machine(folder="another/place with spaces/work"),
    "home": Machine(environment={"HOME": "/nonexistent"}),
    "source-date-epoch": Machine(environment={"SOURCE_DATE_EPOCH": "1"}),
    "other-zlib": Machine(site=OTHER_ZLIB),
}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The small source on a machine like any other."""
    return made(tmp_path_factory.mktemp("machine"), Machine(), small())


def test_the_same_machine_again(reference: Outcome, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without a variation, and in the same folder, the control does not move: it is the variations that move it."""
    root = tmp_path_factory.mktemp("machine")
    first = made(root, Machine(), small())
    shutil.rmtree(root)

    assert made(root, Machine(), small()) == first
    assert first.archive == reference.archive


@pytest.mark.parametrize("name", MACHINES)
def test_another_machine(name: str, reference: Outcome, tmp_path: Path) -> None:
    """The archive stays, the control moves."""
    if name == "other-owner" and os.geteuid() != 0:
        pytest.skip("only root can give files away")
    same = made(tmp_path / "one", Machine(), small())
    shutil.rmtree(tmp_path / "one")

    other = made(tmp_path / "one", MACHINES[name], small())

    assert other.archive == same.archive == reference.archive
    assert other.control != same.control


def test_the_shipped_bundle_on_the_strangest_machine(tmp_path: Path) -> None:
    """Everything at once, on the bundle that is shipped."""
    files = {path.relative_to(SHIPPED).as_posix(): path.read_bytes() for path in SHIPPED.rglob("*") if path.is_file()}
    strange = replace(
        MACHINES["other-order"],
        umask=0o077,
        folder="else where/work",
        environment={"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "1", "PYTHONHASHSEED": "4711"},
        site=OTHER_LISTINGS + OTHER_ZLIB,
        prepare=lambda source: stamp(source, 1_800_000_000),
    )

    assert made(tmp_path / "b", strange, files).archive == made(tmp_path / "a", Machine(), files).archive


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_clone_with_other_line_ends(reference: Outcome, tmp_path: Path) -> None:
    """From a commit the archive is the same in a clone whose files have CRLF; the control packs those files."""
    (tmp_path / "origin").mkdir()
    origin = Repository(tmp_path / "origin")
    origin.git("init", "--quiet")
    origin.git("config", "core.autocrlf", "false")
    origin.commit("one", {f"cicd/{path}": data for path, data in small().items()})
    for name, setting in (("lf", "false"), ("crlf", "true")):
        origin.git("-c", f"core.autocrlf={setting}", "clone", "--quiet", ".", str(tmp_path / name / "work"))
        stamp(tmp_path / name / "work" / "cicd", 1_700_000_000)

    crlf, lf = (
        outcome(tmp_path / name / "work", Machine(), ["build", "cicd", "--ref", "HEAD", "-o", "out.tar.gz"])
        for name in ("crlf", "lf")
    )

    assert b"\r\n" in (tmp_path / "crlf" / "work" / "cicd" / "docs" / "a.md").read_bytes()
    assert crlf.archive == lf.archive == reference.archive
    assert crlf.control != lf.control


VARIATIONS = "+environment,+exec_path,+fileordering,+home,+locales,+time,+timezone,+umask,+aslr,+build_path"


@pytest.mark.skipif(
    shutil.which("reprotest") is None, reason="reprotest is not installed (Debian: apt install reprotest)"
)
def test_reprotest(tmp_path: Path) -> None:
    """Debian's tool varies what it can on this machine, and finds the archive reproducible."""
    source = tmp_path / "tree" / "cicd"
    for path, data in small().items():
        target = source / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    build = f"PYTHONPATH={shlex.quote(str(ROOT))} {shlex.quote(sys.executable)} -m cicdpack build cicd -o out.tar.gz"

    done = reprotest(tmp_path / "tree", build)
    # A new file has the umask of the day: that varies on every machine, the order of files on few.
    control = reprotest(tmp_path / "tree", "cat cicd/cicdpack.toml > new && tar -czf out.tar.gz new")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Reproduction successful" in done.stdout + done.stderr
    assert control.returncode == 1, control.stdout + control.stderr


def reprotest(tree: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Build a tree twice under all variations that need neither FUSE nor other locales than there are."""
    lacking = [
        variation
        for variation, tool in (("fileordering", "disorderfs"), ("time", "faketime"))
        if shutil.which(tool) is None or (variation == "fileordering" and not Path("/dev/fuse").exists())
    ]
    wanted = ",".join(one for one in VARIATIONS.split(",") if one.removeprefix("+") not in lacking)
    options = ["--no-diffoscope", "--min-cpus", "1", f"--variations={wanted}"]
    return subprocess.run(
        ["reprotest", *options, "-c", command, ".", "out.tar.gz", "--", "null"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
