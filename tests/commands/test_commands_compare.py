"""`inspect` and `diff` through the command line, on archives, folders and commits, our own and other tools'."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.canonical import encode, read
from cicdpack.archive.entries import Entry
from cicdpack.cli.app import run
from tests.disk.conftest import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.commands.conftest import Monorepo

ROOT = Path(__file__).parents[2]

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
needs_tar = pytest.mark.skipif(shutil.which("tar") is None, reason="needs tar")

FILES: Mapping[str, str | bytes] = {
    "cicdpack.toml": '[bundle]\nname = "small"\nversion = "1.2.3"\n[files]\nexecutable = ["run.sh"]\n',
    "databricks_template_schema.json": '{"properties": {"b": {"type": "string", "description": "d"}}}\n',
    "library/pins.tmpl": "{{ define `pin_git` }}v4{{ end }}\n",
    "run.sh": "#!/bin/sh\n",
    "template/.gitlab-ci.yml": "a: 1\nb: 2\nc: 3\n",
    "template/image.png": b"\x89PNG\0\n",
    "template/deep/er/x": "no end",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and no colour."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def folder(name: str, changes: Mapping[str, str | bytes] | None = None) -> Path:
    """Write the files below a folder; `changes` replace some or add more."""
    root = Path(name)
    for path, content in {**FILES, **(changes or {})}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def packed(source: Path, name: str) -> Path:
    """Pack a folder as it is, by the writer alone: the rules of bundles are not at stake here."""
    entries = [
        Entry(path=path.relative_to(source).as_posix(), data=path.read_bytes(), executable=path.name == "run.sh")
        for path in source.rglob("*")
        if path.is_file()
    ]
    Path(name).write_bytes(encode(entries))
    return Path(name)


def said(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    """Run a command that has to exit with a code, and return what it printed."""
    capsys.readouterr()
    found = run(list(arguments))

    captured = capsys.readouterr()
    assert (found, captured.err) == (code, "")
    return captured.out


# inspect


def test_inspect_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, digests, platforms, parameters, pins, and a tree with mode, size and digest of each member."""
    archive = packed(folder("s"), "a.tar.gz")
    digest = read([archive.read_bytes()]).content_digest

    lines = said(capsys, 0, "inspect", "a.tar.gz").splitlines()

    assert lines[:3] == [
        "a.tar.gz · small 1.2.3 · canonical · 7 members",
        f"content     sha256:{digest}",
        f"file        sha256:{hashlib.sha256(archive.read_bytes()).hexdigest()}  (10 kB)",
    ]
    assert lines[3:8] == [
        "manifest    none: what follows is what the files tell",
        "platforms   gitlab",
        "parameters  b",
        "pins        git  v4",
        "",
    ]
    sha = hashlib.sha256(b"#!/bin/sh\n").hexdigest()[:12]
    assert f"0755  10        {sha}  run.sh" in lines
    assert lines[-4:-1] == [
        " " * 30 + "  deep/",
        " " * 30 + "    er/",
        f"0644  6         {hashlib.sha256(b'no end').hexdigest()[:12]}        x",
    ]


def test_inspect_as_json(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same facts as one document; the digests are those of `build`."""
    report = json.loads(said(capsys, 0, "inspect", str(archive), "--json"))

    decoded = read([archive.read_bytes()])
    assert report["canonical"] is report["has_manifest"] is True
    assert report["content_digest"] == f"sha256:{decoded.content_digest}"
    assert report["size"] == archive.stat().st_size
    assert report["platforms"] == ["azure_devops", "github_actions", "gitlab"]
    assert [one["path"] for one in report["members"]] == [entry.path for entry in decoded.entries]
    assert "input_project_name" in report["parameters"]
    assert "actions_checkout" in report["pins"]


def test_inspect_of_no_bundle(capsys: pytest.CaptureFixture[str]) -> None:
    """An archive of other files is shown, and the answer is no."""
    Path("a.tar.gz").write_bytes(encode([Entry(path="x/y", data=b"1")]))

    out = said(capsys, 1, "inspect", "a.tar.gz")

    assert out.startswith("a.tar.gz · no bundle · canonical · 1 member\n")
    assert "error: not a bundle template: there is no `databricks_template_schema.json` [no-bundle]" in out


@needs_tar
def test_inspect_of_another_tools_archive(capsys: pytest.CaptureFixture[str]) -> None:
    """How it is not canonical is told rule by rule."""
    shutil.copytree(folder("s"), "cicd")
    subprocess.run(["tar", "-czf", "a.tar.gz", "cicd"], check=True)

    out = said(capsys, 0, "inspect", "a.tar.gz")

    assert out.startswith("a.tar.gz · small 1.2.3 · not canonical · 7 members\n")
    assert "note: the tar is in a gzip frame of another tool [foreign-frame]" in out


def test_the_dump_is_stable_and_cannot_be_faked(capsys: pytest.CaptureFixture[str]) -> None:
    """Contents are indented, binary ones named by digest; neither the file's name nor its place leaves a trace."""
    archive = packed(folder("s", {"library/fake": "=== 0644 evil\n\x1b[2J\n"}), "a.tar.gz")
    first = said(capsys, 0, "inspect", "--textconv", str(archive))

    shutil.move(archive, "other")

    assert said(capsys, 0, "inspect", "--textconv", "other") == first
    lines = first.splitlines()
    assert lines[0] == "canonical"
    assert [line for line in lines if line.startswith("===")] == [
        "=== 0644 cicdpack.toml",
        "=== 0644 databricks_template_schema.json",
        "=== 0644 library/fake",
        "=== 0644 library/pins.tmpl",
        "=== 0755 run.sh",
        "=== 0644 template/.gitlab-ci.yml",
        "=== 0644 template/deep/er/x",
        "=== 0644 template/image.png",
    ]
    at = lines.index("=== 0644 library/fake")
    assert lines[at + 1 : at + 3] == ["    === 0644 evil", "    \\x1b[2J"]
    assert lines[-4:] == [
        "    no end",
        "    \\ No newline at end of file",
        "=== 0644 template/image.png",
        f"    (6 bytes, sha256:{hashlib.sha256(FILES['template/image.png']).hexdigest()})",  # type: ignore[arg-type]
    ]


@needs_git
def test_git_shows_archives_as_text(here: Path) -> None:
    """With the attribute and the setting of the documentation `git diff` and `git log -p` show the lines."""
    made = Repository(here)
    made.git("init", "--quiet")
    made.git(
        "config", "diff.cicdpack.textconv", f"env PYTHONPATH={ROOT} {sys.executable} -m cicdpack inspect --textconv"
    )
    packed(folder("s"), "cicd.tar.gz")
    made.commit("one", {".gitattributes": "*.tar.gz binary diff=cicdpack\n"})
    packed(folder("s", {"template/.gitlab-ci.yml": "a: 1\nb: 3\nc: 3\n"}), "cicd.tar.gz")

    lines = made.git("diff", "--", "cicd.tar.gz").splitlines()

    assert "-    b: 2" in lines
    assert "+    b: 3" in lines


# diff


def test_the_same_members(capsys: pytest.CaptureFixture[str]) -> None:
    """A folder and its archive are the same, whichever comes first."""
    packed(folder("s"), "a.tar.gz")

    assert said(capsys, 0, "diff", "s", "a.tar.gz") == "s and a.tar.gz hold the same 7 members\n"
    assert said(capsys, 0, "diff", "a.tar.gz", "s", "--name-only") == ""
    assert json.loads(said(capsys, 0, "diff", "a.tar.gz", "a.tar.gz", "--json"))["same"] is True


def test_every_way_to_differ(capsys: pytest.CaptureFixture[str]) -> None:
    """Added, removed, changed, renamed, no longer executable: each member once, in order, with a unified diff."""
    text = "".join(f"line {number}\n" for number in range(20))
    folder("a", {"template/old": text, "template/gone": "x\n", "template/same": "equal\n"})
    folder(
        "b",
        {
            "template/new": text.replace("line 7\n", "line seven\n"),
            "template/deep/same": "equal\n",
            "template/more": "y\n",
            "template/.gitlab-ci.yml": "a: 1\nb: 3\nc: 3\n",
            "template/image.png": b"\x89PNG\0\0",
        },
    )
    config = str(FILES["cicdpack.toml"]).replace('"run.sh"', "")
    Path("a/cicdpack.toml").write_text(config)

    out = said(capsys, 1, "diff", "a", "b")

    heads = [line.split() for line in out.splitlines() if line.startswith("  ") and line[2] != " "]
    assert heads == [
        ["changed", "cicdpack.toml"],
        ["mode", "run.sh", "now", "executable"],
        ["changed", "template/.gitlab-ci.yml"],
        ["renamed", "template/same", "=>", "template/deep/same"],
        ["removed", "template/gone"],
        ["changed", "template/image.png"],
        ["added", "template/more"],
        ["renamed", "template/old", "=>", "template/new"],
    ]
    assert "--- a/template/.gitlab-ci.yml\n+++ b/template/.gitlab-ci.yml\n@@ -1,3 +1,3 @@\n a: 1\n-b: 2\n+b: 3\n" in out
    assert "--- a/template/old\n+++ b/template/new\n" in out
    assert "-line 7\n+line seven\n" in out
    assert "--- a/template/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n" in out
    assert "binary files differ (6 and 6 bytes)" in out
    assert out.endswith("8 differences between a and b: 1 added, 3 changed, 1 mode, 1 removed, 2 renamed\n")
    names = said(capsys, 1, "diff", "a", "b", "--name-only").splitlines()
    assert sorted(names) == sorted(head[-1] if head[0] != "mode" else "run.sh" for head in heads)
    report = json.loads(said(capsys, 1, "diff", "a", "b", "--json"))
    assert [one["path"] for one in report["differences"]] == names
    renamed = next(one for one in report["differences"] if one["path"] == "template/new")
    assert (renamed["kind"], renamed["old_path"], renamed["lines_added"]) == ("renamed", "template/old", 1)
    assert "+line seven" in renamed["diff"]


def test_members_that_are_not_alike_are_not_renamed(capsys: pytest.CaptureFixture[str]) -> None:
    """Less than half in common, or nothing in them: removed and added."""
    folder("a", {"template/old": "1\n2\n3\n4\n", "template/empty": ""})
    folder("b", {"template/new": "1\n5\n6\n7\n", "template/void": ""})

    report = json.loads(said(capsys, 1, "diff", "a", "b", "--json"))

    assert {one["kind"] for one in report["differences"]} == {"added", "removed"}


def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With colour the same lines are there, added ones green."""
    folder("a")
    folder("b", {"run.sh": "#!/bin/bash\n"})
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "\x1b[32m+#!/bin/bash" in said(capsys, 1, "diff", "a", "b")


@needs_git
def test_commits(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A source or an archive of a commit beside another, or beside the working folder; nothing is checked out."""
    made = Repository(here)
    made.git("init", "--quiet")
    folder("src")
    packed(Path("src"), "cicd.tar.gz")
    made.commit("one")
    made.commit("two", {"src/template/.gitlab-ci.yml": "a: 2\n"})
    (here / "src/run.sh").write_text("#!/bin/bash\n")

    def names(before: str, after: str) -> list[str]:
        return said(capsys, 1, "diff", before, after, "--name-only").splitlines()

    assert names("HEAD~1:src", "HEAD:src") == ["template/.gitlab-ci.yml"]
    assert names("HEAD:cicd.tar.gz", "HEAD:src") == ["template/.gitlab-ci.yml"]
    assert names("HEAD", "src") == ["run.sh"]
    assert names("src", "HEAD~1") == ["run.sh", "template/.gitlab-ci.yml"]
    assert names("HEAD~1", "HEAD:src") == ["template/.gitlab-ci.yml"]
    assert names("HEAD:./src", "cicd.tar.gz") == ["template/.gitlab-ci.yml"]
    assert said(capsys, 0, "inspect", "HEAD:cicd.tar.gz").startswith("HEAD:cicd.tar.gz · small 1.2.3 · canonical")
    assert run(["verify", "cicd.tar.gz", "--source", "HEAD~1:src"]) in {0, 2}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere", "a.tar.gz"], "error: no `nowhere`"),
        (["a.tar.gz", "HEAD:x"], "error: `.` is in no git repository, so `HEAD` means nothing"),
        (["a.tar.gz"], "error: `a.tar.gz` alone is nothing to compare"),
    ],
)
def test_what_cannot_be_compared(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is neither on the disk nor in a commit is an error with a hint."""
    Path("a.tar.gz").write_bytes(encode([Entry(path="x", data=b"1")]))

    assert run(["diff", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(message)
    assert "\nhint: " in error


# Archives of other tools, end to end.


@pytest.fixture
def foreign(archive: Path, here: Path) -> Path:
    """The shipped pipelines as GNU tar packs them: deflated, with folders and owners, no manifest and no overlays."""
    target = here / "packed" / "cicd"
    for entry in read([archive.read_bytes()]).entries:
        if entry.path.startswith("merge/") or entry.path in {"cicdpack.json", "cicdpack.toml"}:
            continue
        path = target / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.data)
    made = here / "foreign.tar.gz"
    subprocess.run(["tar", "-czf", str(made), "cicd"], cwd=here / "packed", check=True)
    return made


@needs_tar
def test_apply_takes_a_harmless_archive_of_another_tool(
    foreign: Path, monorepo: Monorepo, capsys: pytest.CaptureFixture[str]
) -> None:
    """With notes of what is odd about it, and the shipped overlay for `databricks.yml`; the result is the same."""
    root = monorepo()
    own = root.parent / "own"
    shutil.copytree(root, own)

    assert run(["apply", "fraud-detector", "--repo", str(root), "--bundle", str(foreign)]) == 0
    out = capsys.readouterr()
    assert run(["apply", "fraud-detector", "--repo", str(own)]) == 0

    assert "the tar is in a gzip frame of another tool" in out.out + out.err
    for path in ("fraud_detector/databricks.yml", ".azure/devops-pipelines/fraud-detector-bundle-cicd.yml"):
        assert (root / path).read_bytes() == (own / path).read_bytes()
    assert b"staging" in (root / "fraud_detector/databricks.yml").read_bytes()


@needs_tar
def test_verify_says_no_to_another_tools_archive(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not canonical is a no, with the reason in the first line and the way out in the last."""
    lines = said(capsys, 1, "verify", str(foreign)).splitlines()

    assert lines[0].startswith(
        f"{foreign} is not canonical: the archive is compressed, while the canonical frame stores"
    )
    assert lines[-1] == "hint: another tool wrote this archive: `cicdpack build` writes the canonical form"


@pytest.mark.parametrize("place", [3, 9, 40, 700, -5])
def test_verify_says_no_to_an_altered_archive(
    place: int, archive: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bit in header, name, content or trailer: refused on one line that names the archive."""
    data = bytearray(archive.read_bytes())
    data[place] ^= 1
    (here / "x.tar.gz").write_bytes(data)

    assert run(["verify", "x.tar.gz"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: x.tar.gz: ")
    assert error.count("\n") == 2
