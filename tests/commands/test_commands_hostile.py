"""Every hostile archive through every verb that reads archives: refused by name, on one line, with nothing written."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.canonical import encode, read
from cicdpack.archive.entries import Entry
from cicdpack.archive.refusals import KINDS
from cicdpack.cli.app import run
from tests.archive.hostile import DEFLATED, FILE_CASES, HOSTILE, TAR_CASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "monorepo"
VERBS = ("verify", "inspect", "textconv", "diff", "diff-after", "render", "apply", "build-check")

BOMBS = frozenset(["size-bomb", "entries-bomb", "long-name-chain", "pax-300000-records", "empty-members"])
"""Cases that take long to make or to read: they run in processes of their own, with limits."""

MEMORY = 300 * 1000 * 1000
"""Bytes of a process that reads an archive."""

SECONDS = 5
"""Seconds of processor time of such a process."""


@pytest.fixture(scope="module")
def good(archive: Path) -> Mapping[str, bytes]:
    """The members of the shipped bundle."""
    return {entry.path: entry.data for entry in read([archive.read_bytes()]).entries}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, archive: Path) -> Path:
    """A repository with the good archive in it; nothing may be written there."""
    root = tmp_path_factory.mktemp("hostile") / "repo"
    shutil.copytree(EXAMPLE, root)
    shutil.copy(archive, root / "good.tar.gz")
    return root


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def arguments(verb: str, archive: Path, place: Path) -> list[str]:
    """Return the command line with which a verb reads an archive."""
    other = str(place / "good.tar.gz")
    return {
        "verify": ["verify", str(archive)],
        "inspect": ["inspect", str(archive)],
        "textconv": ["inspect", "--textconv", str(archive)],
        "diff": ["diff", str(archive), other],
        "diff-after": ["diff", other, str(archive), "--json"],
        "render": ["render", str(archive), "--output-dir", str(place / "out")],
        "apply": ["apply", "fraud-detector", "--repo", str(place), "--bundle", str(archive)],
        "build-check": ["build", "--check", str(ROOT / "bundle_src" / "cicd"), "-o", str(archive)],
    }[verb]


def seen(root: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of change of everything below a folder."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            status = os.lstat(os.path.join(folder, name))
            found[os.path.join(folder, name)] = (status.st_size, status.st_mtime_ns)
    return found


def opened_kind(name: str) -> str:
    """Return the kind of the refusal by readers that take other tools' archives."""
    if name in FILE_CASES:
        return FILE_CASES[name].opened_kind or FILE_CASES[name].kind
    return TAR_CASES[name].kind


def words_of(kind: str) -> str:
    """Return the words of a refusal up to what varies."""
    return KINDS[kind].predicate.partition("{")[0].strip()


def assert_refused(
    archive: Path, place: Path, kind: str, capsys: pytest.CaptureFixture[str], verbs: tuple[str, ...] = VERBS
) -> None:
    """Run the verbs on an archive; each has to refuse it by the same name."""
    before = seen(place.parent)
    for verb in verbs:
        code = run(arguments(verb, archive, place))

        captured = capsys.readouterr()
        lines = captured.err.splitlines()
        assert (verb, code, captured.out) == (verb, 2, "")
        assert len(lines) == 2, captured.err
        assert lines[0].startswith(f"error: {archive}: ")
        assert words_of(kind) in lines[0]
        assert lines[1] == f"hint: {KINDS[kind].hint}"
    assert seen(place.parent) == before


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - BOMBS))
def test_every_verb_refuses_it(
    name: str, good: Mapping[str, bytes], place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line that names the archive and what is wrong with it, one with a hint, exit code 2, no file touched."""
    archive = tmp_path / "cicd.tar.gz"
    archive.write_bytes(HOSTILE[name](good))

    assert_refused(archive, place, opened_kind(name), capsys)


@pytest.mark.parametrize("name", sorted(DEFLATED.keys() - BOMBS))
def test_every_verb_refuses_it_deflated(
    name: str, good: Mapping[str, bytes], place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The frame of another tool, which is harmless in itself, opens no way around."""
    archive = tmp_path / "cicd.tar.gz"
    archive.write_bytes(DEFLATED[name](good))

    kind = TAR_CASES[name].foreign_kind or TAR_CASES[name].kind
    assert_refused(archive, place, kind, capsys, ("verify", "inspect", "apply"))


def limited(*arguments: str, seconds: int = SECONDS) -> subprocess.CompletedProcess[str]:
    """Run cicdpack as a process that is stopped when it takes too much; address space counts, not what is touched."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY, 2 * MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    return subprocess.run(
        [sys.executable, "-m", "cicdpack", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )


def bombs() -> Iterator[tuple[str, str, str]]:
    """Yield name, frame and verb: each bomb in each frame, the verbs in turn."""
    frames = [(name, frame) for name in sorted(BOMBS) for frame in ("stored", "deflated")]
    for number, (name, frame) in enumerate(frames):
        if frame == "stored" or name in DEFLATED:
            yield name, frame, VERBS[number % len(VERBS)]


@pytest.mark.skipif(sys.platform != "linux", reason="limits of processes as on Linux")
@pytest.mark.parametrize(("name", "frame", "verb"), list(bombs()))
def test_a_bomb_costs_little(
    name: str, frame: str, verb: str, good: Mapping[str, bytes], place: Path, tmp_path: Path
) -> None:
    """A bomb is refused by name within the limits of time and memory, through the whole program."""
    kind = opened_kind(name) if frame == "stored" else TAR_CASES[name].foreign_kind or TAR_CASES[name].kind
    archive = tmp_path / "cicd.tar.gz"
    archive.write_bytes((HOSTILE if frame == "stored" else DEFLATED)[name](good))
    before = seen(place.parent)

    done = limited(*arguments(verb, archive, place))

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 2
    assert words_of(kind) in done.stderr
    assert seen(place.parent) == before


def with_file(good: Mapping[str, bytes], path: str, text: str) -> bytes:
    """Return the good bundle as an archive, without its manifest, with one more file."""
    files = {name: data for name, data in good.items() if name != "cicdpack.json"} | {path: text.encode()}
    return encode(Entry(path=name, data=data) for name, data in files.items())


RENDERED_NAMES = {
    "../../evil": "goes up a folder",
    ".azure/../../evil": "goes up a folder",
    "/tmp/evil": "is absolute",
    ".git/hooks/post-checkout": "goes into `.git`",
    ".GIT/config": "goes into `.git`",
    "git~1/config": "goes into `.git`",
    "..\\..\\evil": "holds a backslash",
    "C:evil": "begins with a drive letter",
    "aux.yml": "reserves for a device",
    "a.yml:evil": "holds a colon",
    "a\x1b[2Jb": "holds a control character",
    "a\nb": "holds a control character",
    "a\x00b": "holds a NUL",
    "\u202etxt.exe": "turns the direction of text",
    "evil.": "ends with a dot",
    "n" * 300: "more than 255 bytes",
    "-rf": "begins with a dash",
}


def naming(good: Mapping[str, bytes], name: str) -> bytes:
    """Return the good bundle with one more template, whose name renders to `name`."""
    quoted = "".join(f"\\u{ord(char):04x}" for char in name)
    library = '{{ define `evil` }}{{ "' + quoted + '" }}{{ end }}\n'
    return with_file({**good, "library/evil.tmpl": library.encode()}, "template/{{ template `evil` . }}", "evil\n")


@pytest.mark.parametrize("name", RENDERED_NAMES, ids=ascii)
def test_a_name_that_a_template_renders_is_held_to_the_same_rules(
    name: str, good: Mapping[str, bytes], place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A parameter or a template cannot lead a file out of the repository, into git's folder or to a device."""
    archive = tmp_path / "cicd.tar.gz"
    archive.write_bytes(naming(good, name))
    before = seen(place.parent)

    for more in ([], ["--dry-run"]):
        code = run([*arguments("apply", archive, place), *more])

        captured = capsys.readouterr()
        assert (code, captured.out) == (2, "")
        assert RENDERED_NAMES[name] in captured.err
        assert len(captured.err.splitlines()) == 2
    assert seen(place.parent) == before


@pytest.mark.parametrize("name", ["../../evil", "a/../../../evil", "/tmp/evil", "a\x00b"], ids=ascii)
def test_render_stays_in_its_folder(
    name: str, good: Mapping[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`render` writes below its output folder, as the Databricks CLI would, or nothing at all."""
    archive, config = tmp_path / "cicd.tar.gz", tmp_path / "c.json"
    archive.write_bytes(naming(good, name))
    config.write_text(json.dumps({"input_project_name": "sample"}))
    before = seen(tmp_path)

    code = run(["render", str(archive), "--config-file", str(config), "--output-dir", str(tmp_path / "a" / "b")])

    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    written = [path for path in seen(tmp_path).keys() - before.keys() if not path.startswith(str(tmp_path / "a"))]
    assert written == []
    assert (code, captured.out) == (2, "") or (tmp_path / "a" / "b" / "tmp" / "evil").is_file()


TEMPLATE_BOMBS = {
    "recursion": "{{ define `r` }}{{ template `r` . }}{{ end }}{{ template `r` . }}",
    "mutual-recursion": (
        "{{ define `a` }}{{ template `b` . }}{{ end }}{{ define `b` }}{{ template `a` . }}{{ end }}{{ template `a` . }}"
    ),
    "nested-ranges": "{{ range 1000000000 }}{{ range 1000000000 }}{{ end }}{{ end }}",
    "output": "{{ range 100000000 }}0123456789012345678901234567890123456789{{ end }}",
    "doubling": ("{{ $s := `0123456789` }}{{ range 60 }}{{ $s = printf `%s%s` $s $s }}{{ end }}{{ $s }}"),
    "width": "{{ printf `%999999999d` 1 }}",
    "regexp": "{{ $r := regexp `(a*)*(a*)*b` }}{{ $r.MatchString (printf `%0100000d` 0) }}",
    "nesting": "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
}
DISARMED = frozenset(["regexp", "width"])
"""What is no bomb here: Go matches in linear time and caps widths, and so does cicdpack."""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of processes as on Linux")
@pytest.mark.parametrize("name", sorted(TEMPLATE_BOMBS))
def test_a_template_bomb_ends_soon(name: str, good: Mapping[str, bytes], place: Path, tmp_path: Path) -> None:
    """Endless recursion, 10^18 steps, gigabytes of output: an error within limits, through `apply` and `render`."""
    archive, config = tmp_path / "cicd.tar.gz", tmp_path / "c.json"
    archive.write_bytes(with_file(good, "template/bomb.txt.tmpl", TEMPLATE_BOMBS[name]))
    config.write_text(json.dumps({"input_project_name": "sample"}))
    before = seen(place.parent)

    applied = limited(*arguments("apply", archive, place), "--dry-run", seconds=30)
    rendered = limited(
        "render", str(archive), "--config-file", str(config), "--output-dir", str(tmp_path / "out"), seconds=30
    )

    for done in (applied, rendered):
        assert "Traceback" not in done.stderr
        if name in DISARMED:
            assert done.returncode == 0, done.stderr
        else:
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.startswith("error: template/bomb.txt.tmpl:1:")
    assert (tmp_path / "out").exists() == (name in DISARMED)
    assert seen(place.parent) == before
