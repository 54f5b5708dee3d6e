"""`build` from folders and commits, and what `build --check` says of an archive that is stale."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.canonical import read
from cicdpack.cli.app import run
from cicdpack.cli.show.units import age
from tests.disk.conftest import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

SCHEMA = '{"properties": {"input_project_name": {"type": "string", "default": "sample", "description": "d"}}}\n'
DEPLOY = """\
name: {{ .input_project_name }}
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
"""
WORKFLOW = DEPLOY + "    - run: %s\n"
SMALL: Mapping[str, str] = {
    "cicdpack.toml": '[bundle]\nname = "small"\nversion = "1.2.3"\n',
    "databricks_template_schema.json": SCHEMA,
    "library/names.tmpl": "{{ define `x` }}{{ end }}\n",
    "template/.github/workflows/{{.input_project_name}}-ci.yml.tmpl": WORKFLOW % "make",
}


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty repository, as the working folder."""
    folder = tmp_path / "clone"
    folder.mkdir()
    made = Repository(folder)
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("config", "core.autocrlf", "false")
    monkeypatch.chdir(folder)
    return made


def small(folder: str = "src") -> dict[str, str | bytes]:
    return {f"{folder}/{path}": text for path, text in SMALL.items()}


def written(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a source of one's own."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def members(archive: Path) -> dict[str, tuple[bytes, bool]]:
    """Return content and executable bit of the members, without the manifest."""
    entries = read([archive.read_bytes()]).entries
    return {entry.path: (entry.data, entry.executable) for entry in entries if entry.path != "cicdpack.json"}


def built(*arguments: str) -> bytes:
    """Build an archive and return its bytes."""
    assert run(["build", *arguments]) == 0
    return Path(arguments[arguments.index("-o") + 1]).read_bytes()


# From a commit.


@needs_git
def test_a_commit_and_a_clean_checkout_give_the_same_bytes(repository: Repository) -> None:
    """A source folder inside a repository, the top of one, and the commit of either."""
    repository.commit("one", small())

    from_folder = built("src", "-o", "a.tar.gz")

    assert built("src", "--ref", "HEAD", "-o", "b.tar.gz") == from_folder
    assert built("./src/../src", "--ref", "main", "-o", "c.tar.gz") == from_folder
    os.chdir("src")
    assert built(".", "--ref", "HEAD", "-o", "../d.tar.gz") == from_folder
    assert built("--ref", "HEAD", "-o", "../e.tar.gz") == from_folder


@needs_git
def test_nothing_of_the_working_folder_leaks_in(repository: Repository) -> None:
    """Edits, new and deleted files, rules, attributes, filters and modes outside of the commit do not count."""
    repository.commit("one", small())
    expected = built("src", "-o", "a.tar.gz")
    source = repository.folder / "src"
    (source / "cicdpack.toml").write_text("this is no TOML\n")
    (source / ".cicdpackignore").write_text("library/\n")
    (source / "library/names.tmpl").write_bytes(b"edited\r\n")
    (source / "library/.DS_Store").write_bytes(b"junk")
    (source / "library/link").symlink_to("names.tmpl")
    (source / "template/.github/workflows/{{.input_project_name}}-ci.yml.tmpl").unlink()
    (repository.folder / ".gitattributes").write_text("* text eol=crlf\n")
    repository.git("config", "core.autocrlf", "true")
    repository.git("add", "src/.cicdpackignore")

    assert built("src", "--ref", "HEAD", "-o", "b.tar.gz") == expected
    shutil.rmtree(source)
    assert built("src", "--ref", "HEAD", "-o", "c.tar.gz") == expected


@needs_git
def test_a_clone_with_other_line_ends(repository: Repository, tmp_path: Path) -> None:
    """In a clone with CRLF in its files the folder is refused, with a way out, and the commit gives the same bytes."""
    repository.commit("one", small())
    expected = built("src", "-o", "a.tar.gz")
    repository.git("-c", "core.autocrlf=true", "clone", "--quiet", ".", str(tmp_path / "other"))
    other = tmp_path / "other" / "src"

    assert run(["build", str(other), "-o", str(tmp_path / "b.tar.gz")]) == 2
    assert not (tmp_path / "b.tar.gz").exists()
    assert built(str(other), "--ref", "HEAD", "-o", str(tmp_path / "c.tar.gz")) == expected


@needs_git
def test_the_bit_is_a_matter_of_rules(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """Rules decide what is executable, git's mode does not; where it says more than they do, there is a warning."""
    files = small() | {"src/run.sh": "#!/bin/sh\n", "src/tool": "#!/bin/sh\n"}
    files["src/cicdpack.toml"] = '[files]\nexecutable = ["*.sh"]\n'
    repository.commit("one", files)
    repository.git("update-index", "--chmod=+x", "src/tool")
    repository.commit_index("modes")

    built("src", "--ref", "HEAD", "-o", "a.tar.gz")

    found = members(Path("a.tar.gz"))
    assert (found["run.sh"][1], found["tool"][1]) == (True, False)
    assert "warning: tool: executable in git, but packed as a plain file" in capsys.readouterr().out
    assert built("src", "-o", "b.tar.gz") == Path("a.tar.gz").read_bytes()


@needs_git
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["src", "--ref", "nowhere"], "error: revision `nowhere` names no commit here"),
        (["src", "--ref", "--exec=x"], "error: revision `--exec=x` names no commit here"),
        (["lib", "--ref", "HEAD"], "error: `HEAD:lib` is no bundle source: no `cicdpack.toml` in it"),
        (["--ref", "HEAD"], "error: `HEAD:bundle_src/cicd` is no bundle source"),
        (["/", "--ref", "HEAD"], "error: `/` is in no git repository, so `HEAD` means nothing"),
    ],
)
def test_what_no_commit_holds(
    arguments: list[str], message: str, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error says what was looked for, and where."""
    repository.commit("one", small() | {"lib/x": ""})

    code = run(["build", *arguments])

    error = capsys.readouterr().err
    assert (code, error[: len(message)]) == (2, message)
    assert "\nhint: " in error


# From a folder.


def test_what_is_left_out_is_not_looked_at(tmp_path: Path) -> None:
    """Links, pipes, unreadable and huge files that the rules exclude are no error, in folders and by name."""
    rules = '[files]\ninclude = ["*.tmpl", "*.json", "tools/"]\nexclude = ["tools/cache/", "*.lnk"]\n'
    source = written(tmp_path / "s", {**SMALL, "cicdpack.toml": rules, ".cicdpackignore": "tools/*.fifo\n"})
    (source / "tools/cache").mkdir(parents=True)
    (source / "tools/cache/link").symlink_to("/etc")
    (source / "tools/a.lnk").symlink_to("nowhere")
    (source / "elsewhere").symlink_to("/")
    (source / "cicdpack.json").symlink_to("nowhere")
    os.mkfifo(source / "tools/b.fifo")
    with (source / "huge.bin").open("wb") as huge:
        huge.truncate(10**12)

    assert run(["build", str(source), "-o", str(tmp_path / "a.tar.gz")]) == 0
    assert members(tmp_path / "a.tar.gz").keys() == SMALL.keys()


def test_only_mapped_folders_are_read(tmp_path: Path) -> None:
    """With `[map]` the rest of a repository may be as it likes."""
    files = {path.replace("template/", "pipelines/"): text for path, text in SMALL.items()}
    files["cicdpack.toml"] = '[map]\n"library" = "library"\n"template" = "pipelines"\n'
    source = written(tmp_path / "s", files | {"pipelines/x/a": "1"})
    (source / "other").mkdir()
    (source / "other/link").symlink_to("/")
    schema = source / "schema"
    schema.mkdir()
    shutil.move(source / "databricks_template_schema.json", schema)
    (source / "cicdpack.toml").write_text((source / "cicdpack.toml").read_text() + '"." = "schema"\n')

    assert run(["build", str(source), "-o", str(tmp_path / "a.tar.gz")]) == 0
    assert members(tmp_path / "a.tar.gz").keys() == {*SMALL, "template/x/a"}


def test_an_unpacked_archive_can_be_built_again(tmp_path: Path) -> None:
    """`[map]` rules speak of the source; in an unpacked archive, where they find nothing, everything counts."""
    files = {f"src/{path}": text for path, text in SMALL.items() if path != "cicdpack.toml"}
    source = written(tmp_path / "s", files | {"cicdpack.toml": '[map]\n"." = "src"\n'})
    run(["build", str(source), "-o", str(tmp_path / "a.tar.gz")])
    unpacked = {path: data for path, (data, _) in members(tmp_path / "a.tar.gz").items()}

    again = written(tmp_path / "again", unpacked)

    assert run(["build", str(again), "-o", str(tmp_path / "b.tar.gz")]) == 0
    assert (tmp_path / "b.tar.gz").read_bytes() == (tmp_path / "a.tar.gz").read_bytes()


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("library/.DS_Store", b"", "left behind by an editor or a file manager"),
        ("library/._a.tmpl", b"", "left behind by an editor or a file manager"),
        ("library/Thumbs.db", b"", "left behind by an editor or a file manager"),
        ("library/.a.tmpl.swp", b"", "left behind by an editor or a file manager"),
        ("library/a.tmpl~", b"", "left behind by an editor or a file manager"),
        ("library/a.tmpl", b"one\r\ntwo\r\n", "a text file with CRLF line ends"),
        ("library/aux.tmpl", b"", "reserves for a device"),
        ("library/a?.tmpl", b"", "Windows forbids"),
        ("library/a\x1b.tmpl", b"", "holds a control character"),
        ("library/NAMES.tmpl", b"", "nothing but case"),
        ("library/" + "e\u0301.tmpl", b"", "composed form"),
    ],
    ids=ascii,
)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot hold such names")
def test_what_cannot_be_packed(
    path: str, content: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One error with the path, one hint, nothing written; with an ignore rule for it the source is packed."""
    source = written(tmp_path / "s", {**SMALL, path: content})

    code = run(["build", str(source), "-o", str(tmp_path / "a.tar.gz")])

    error = capsys.readouterr().err
    name = path.rpartition("/")[2]
    assert code == 2
    assert error.startswith("error: library/")
    assert message in error
    assert error.count("\n") == 2
    assert not (tmp_path / "a.tar.gz").exists()
    (source / ".cicdpackignore").write_text(f"{name.replace('?', '[?]')}\n", encoding="utf-8", newline="\n")
    assert run(["build", str(source), "-o", str(tmp_path / "a.tar.gz")]) == 0


def test_links_and_special_files_are_named_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every one is told with its path and its kind; none is followed or read."""
    source = written(tmp_path / "s", SMALL)
    (source / "library/file-link").symlink_to("names.tmpl")
    (source / "library/dead").symlink_to("nowhere")
    (source / "template/folder-link").symlink_to("/etc")
    os.mkfifo(source / "library/pipe")

    code = run(["build", str(source), "-o", str(tmp_path / "a.tar.gz")])

    error = capsys.readouterr().err
    assert code == 2
    for path, kind in (
        ("library/file-link", "a symbolic link"),
        ("library/dead", "a symbolic link"),
        ("template/folder-link", "a symbolic link"),
        ("library/pipe", "a named pipe"),
    ):
        assert f"{path}: is {kind}" in error
    assert error.splitlines()[-1].startswith("hint: pack a plain file instead, or list it under `exclude`")


def test_a_long_path_is_worth_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that Windows may not hold below a checkout is packed, and told."""
    path = "docs/" + "d" * 100 + "/" + "f" * 98 + ".txt"
    source = written(tmp_path / "s", {**SMALL, path: ""})

    assert run(["build", str(source), "-o", str(tmp_path / "a.tar.gz")]) == 0
    assert f"warning: {path}: a path of 208 bytes may not fit below a checkout on Windows" in capsys.readouterr().out


# Is it up to date?


FLOWS = ("bundle-ci", "bundle-cd-prod", "bundle-cd-staging", "run-tests")


def flow(name: str, target: str) -> str:
    return f"{DEPLOY}    - run: databricks bundle deploy -t {target} # {name}\n"


def place_of(name: str) -> str:
    return "template/{{.input_root_dir}}/.github/workflows/{{.input_project_name}}-" + name + ".yml.tmpl"


STACK = "template/{{.input_root_dir}}/cicd.tar.gz"
TOML = """\
[bundle]
name = "stack-cicd"
version = "0.4.0"

[files]
include = ["*.json", "library/", "template/update_layout.tmpl", "{{.input_project_name}}-*.tmpl"]

[map]
"." = "cicd"
"template/.github/workflows" = "template/{{.input_root_dir}}/.github/workflows"
"""


@pytest.fixture
def stack(repository: Repository, tmp_path: Path) -> Repository:
    """A repository of stacks: workflows in one place, their archive in another, packed by GNU tar, once."""
    catalog = "{{ .input_prod_catalog_name }}"
    properties = {
        name: {"type": "string", "default": "a-b", "description": "d"}
        for name in ("input_project_name", "input_prod_catalog_name")
    }
    repository.commit("stack: first version", {
        "databricks_template_schema.json": "{}",
        "cicd/databricks_template_schema.json": json.dumps({"properties": properties}) + "\n",
        "cicd/library/names.tmpl": "{{ define `x` }}{{ end }}\n",
        "cicd/template/update_layout.tmpl": "{{ skip `nothing` }}\n",
        "library/names.tmpl": "{{ define `other` }}{{ end }}\n",
        "template/{{.input_root_dir}}/.github/workflows/deploy-cicd.yml.tmpl": "name: deploy\n",
        "template/{{.input_root_dir}}/README.md.tmpl": "text\r\n",
        **{place_of(name): flow(name, catalog) for name in FLOWS[:3]},
        place_of("run-tests"): DEPLOY + "    - run: pytest\n",
    })  # fmt: skip
    packed = tmp_path / "packed"
    shutil.copytree(repository.folder / "cicd", packed / "cicd")
    target = packed / "cicd/template/.github/workflows"
    target.mkdir(parents=True)
    for name in FLOWS:
        shutil.copy(repository.folder / place_of(name), target)
    subprocess.run(["tar", "-czf", str(repository.folder / STACK), "cicd"], cwd=packed, check=True)
    repository.commit("stack: regenerate the archive")
    for name in FLOWS[:3]:
        (repository.folder / place_of(name)).write_text(flow(name, "prod"))
    repository.commit("workflows: deploy to the target, not the catalog")
    repository.commit("readme: other words", {"template/{{.input_root_dir}}/README.md.tmpl": "words\n"})
    (repository.folder / "cicdpack.toml").write_text(TOML)
    return repository


@needs_git
@pytest.mark.skipif(shutil.which("tar") is None, reason="needs tar")
def test_exactly_the_stale_members_of_another_tools_archive(
    stack: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sources in one place, the archive in another: three stale members, each with its lines and its commit."""
    code = run(["build", "--check", "-o", STACK])

    lines = capsys.readouterr().out.splitlines()
    short = stack.git("rev-parse", "--short", "HEAD~1")
    assert code == 1
    assert lines[0] == f"{STACK} is stale: 3 of 9 members differ from ."
    named = [line for line in lines if line.startswith("  ") and not line.startswith("   ")]
    assert named == [
        "  changed template/.github/workflows/{{.input_project_name}}-" + name + ".yml.tmpl"
        for name in ("bundle-cd-prod", "bundle-cd-staging", "bundle-ci")
    ]
    at = lines.index(named[0])
    assert lines[at + 1] == (
        "           -    - run: databricks bundle deploy -t {{ .input_prod_catalog_name }} # bundle-cd-prod"
    )
    assert lines[at + 2] == "           +    - run: databricks bundle deploy -t prod # bundle-cd-prod"
    assert lines[at + 3].startswith(f"           since {short} (")
    assert lines[at + 3].endswith(") workflows: deploy to the target, not the catalog")
    assert lines[-3].startswith(f"{STACK} was last committed in ")
    assert lines[-3].endswith(": stack: regenerate the archive")
    assert lines[-2].startswith(f"{STACK} is not canonical: the tar is in a gzip frame of another tool")
    assert lines[-1] == "hint: `cicdpack build` and commit the archive with the sources"


@needs_git
@pytest.mark.skipif(shutil.which("tar") is None, reason="needs tar")
def test_verify_and_diff_name_the_same_members(stack: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """`verify --source` says no, and compares nevertheless; a commit before the change has no stale member."""
    assert run(["verify", STACK, "--source", ".", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    run(["diff", STACK, ".", "--name-only"])
    names = capsys.readouterr().out.splitlines()

    assert not report["canonical"]
    assert [one["path"] for one in report["differences"]] == [name for name in names if name != "cicdpack.toml"]
    assert len(report["differences"]) == 3
    stack.git("checkout", "--quiet", "HEAD~2", "--", "template")
    assert run(["verify", STACK, "--source", ".", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"] == []


@needs_git
@pytest.mark.skipif(shutil.which("tar") is None, reason="needs tar")
def test_after_a_build_the_stack_is_up_to_date(stack: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """The archive that is built is canonical, and the check is content."""
    assert run(["build", "-o", STACK]) == 0
    assert run(["build", "--check", "-o", STACK]) == 0
    assert run(["verify", STACK, "--source", "."]) == 0
    assert "deploy-cicd" not in "".join(members(Path(STACK)))


@needs_git
def test_each_member_has_its_own_commits(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """Commits since the archive's own, newest first, three at most; edits that are not committed; JSON has them all."""
    repository.commit("one", small())
    built("src", "-o", "cicd.tar.gz")
    repository.commit("archive")
    for number in range(5):
        repository.commit(f"names: {number}", {"src/library/names.tmpl": f"{{{{/* {number} */}}}}\n"})
    repository.commit("library: new", {"src/library/new.tmpl": "{{/* new */}}\n"})
    (repository.folder / "src/library/edited.tmpl").write_text("{{/* edited */}}\n")
    capsys.readouterr()

    assert run(["build", "src", "--check"]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "cicd.tar.gz is stale: 3 of 7 members differ from src"
    assert lines[lines.index("  added   library/edited.tmpl") + 1] == "           since an edit that is not committed"
    assert lines[lines.index("  added   library/new.tmpl") + 1].endswith(") library: new")
    at = next(number for number, line in enumerate(lines) if "names: 4" in line)
    assert lines[at + 1].endswith("names: 3")
    assert lines[at + 3] == "           … 2 older commits"
    run(["build", "src", "--check", "--json"])
    report = json.loads(capsys.readouterr().out)
    commits = {one["path"]: [commit["subject"] for commit in one["commits"]] for one in report["differences"]}
    assert commits["library/names.tmpl"] == [f"names: {number}" for number in (4, 3, 2, 1, 0)]
    assert report["history"]["last_committed"]["subject"] == "archive"


@needs_git
def test_what_git_cannot_tell(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive that is not in git, and a clone that is too shallow to know, are said to be so."""
    repository.commit("one", small())
    built("src", "-o", "cicd.tar.gz")
    names = repository.folder / "src/library/names.tmpl"
    names.write_text("{{/* edited */}}\n")
    capsys.readouterr()
    assert run(["build", "src", "--check"]) == 1
    assert "cicd.tar.gz is not in git: nothing is known of when it was built" in capsys.readouterr().out

    repository.commit("two")
    repository.commit("three", {"src/library/names.tmpl": "{{/* more */}}\n"})
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    assert run(["build", "src", "--check"]) == 1
    assert "this clone is shallow: the history that would tell since when is missing" in capsys.readouterr().out


@needs_git
def test_a_commit_can_be_checked(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check --ref` compares with the commit: edits in the folder make nothing stale."""
    repository.commit("one", small())
    built("src", "-o", "cicd.tar.gz")
    repository.commit("archive")
    (repository.folder / "src/library/names.tmpl").write_text("{{/* edited */}}\n")

    assert run(["build", "src", "--check"]) == 1
    assert run(["build", "src", "--check", "--ref", "HEAD"]) == 0
    assert "cicd.tar.gz is up to date with HEAD:src (5 members)" in capsys.readouterr().out


def test_outside_of_git_the_members_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a repository the check does the same, without commits."""
    source = written(tmp_path / "s", SMALL)
    archive = str(tmp_path / "a.tar.gz")
    built(str(source), "-o", archive)
    (source / "library/names.tmpl").unlink()
    capsys.readouterr()

    assert run(["build", str(source), "--check", "-o", archive]) == 1
    out = capsys.readouterr().out
    assert "  removed library/names.tmpl\n\nhint: " in out


def test_a_bundle_with_errors_is_checked_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What would stop a build is told beside what is stale; either alone is a no."""
    source = written(tmp_path / "s", SMALL)
    archive = str(tmp_path / "a.tar.gz")
    built(str(source), "-o", archive)
    (source / "template/.github/workflows/{{.input_project_name}}-ci.yml.tmpl").write_text("{{ .unknown }}\n")
    capsys.readouterr()

    assert run(["build", str(source), "--check", "-o", archive]) == 1
    out = capsys.readouterr().out
    assert "error: " in out
    assert "a.tar.gz is stale: 1 of 5 members differs from" in out
    assert run(["build", str(source), "-o", archive]) == 1


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-03-01T12:00:00+00:00", "just now"),
        ("2026-03-01T11:59:00Z", "1 minute ago"),
        ("2026-03-01T15:30:00+05:30", "2 hours ago"),
        ("2026-02-28T12:00:00+00:00", "yesterday"),
        ("2026-02-27T11:00:00+00:00", "2 days ago"),
        ("2025-12-01T12:00:00+00:00", "3 months ago"),
        ("2024-01-01T12:00:00+00:00", "2 years ago"),
        ("2027-01-01T12:00:00+00:00", "just now"),
    ],
)
def test_ages(date: str, expected: str) -> None:
    """The largest whole unit; a date to come, from a clock that is wrong, is now."""
    assert age(date, datetime(2026, 3, 1, 12, tzinfo=timezone.utc)) == expected
