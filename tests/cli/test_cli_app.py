"""The command line: exit codes, what goes where, and errors as a user sees them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cicdpack import __version__
from cicdpack.cli.app import VERBS, program, run

if TYPE_CHECKING:
    import typer

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "monorepo"


@pytest.fixture
def repo(tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example monorepo with the bundle source and its archive in it, as the working folder."""
    root = tmp_path / "repo"
    shutil.copytree(EXAMPLE, root)
    shutil.copytree(ROOT / "bundle_src" / "cicd", root / "bundle_src" / "cicd")
    shutil.copy(archive, root / "cicd.tar.gz")
    monkeypatch.chdir(root)
    monkeypatch.setenv("NO_COLOR", "1")
    return root


def called(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run cicdpack as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "cicdpack", *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version_is_printed_without_importing_the_command_line(option: str) -> None:
    """The quick answer needs neither Typer nor Rich nor YAML."""
    code = (
        "import sys; sys.argv = ['cicdpack', sys.argv[1]]\n"
        "from cicdpack.__main__ import main\n"
        "main()\n"
        "print(sorted({'typer', 'rich', 'yaml', 'pathspec', 'dataclasses'} & sys.modules.keys()))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, option],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"cicdpack {__version__}\n[]\n"


NO_EXTRAS = {"rich", "http", "socket", "asyncio", "pathspec", "tomllib", "tomli", "dataclasses"}
"""What no verb on a pipe needs: colours, networks, patterns of ignore files that speak of nothing here, TOML."""

WRITING = {"cicdpack.disk.commit", "cicdpack.disk.recovery"}
OTHER_TOOLS = {"cicdpack.archive.foreigntar", "cicdpack.archive.inflate", "cicdpack.archive.notes"}
RENDERING = {"yaml", "cicdpack.gotemplate.exec", "cicdpack.yamledit.document", "cicdpack.validate.rendering"}


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        ("apply fraud-detector --dry-run", NO_EXTRAS | WRITING | OTHER_TOOLS | {"cicdpack.commands.sources"}),
        ("apply fraud-detector", NO_EXTRAS | OTHER_TOOLS | {"cicdpack.commands.sources", "cicdpack.validate.matrix"}),
        ("verify cicd.tar.gz", RENDERING | WRITING | OTHER_TOOLS | {"rich", "http", "socket", "cicdpack.forge"}),
        ("build", {"rich", "http", "socket", "asyncio", "cicdpack.planning.plan"} | WRITING),
        ("--help", RENDERING | WRITING | {"cicdpack.bundle", "cicdpack.commands", "cicdpack.archive"}),
    ],
)
def test_commands_import_only_what_they_use(arguments: str, unwanted: set[str], repo: Path) -> None:
    """Each verb, on a pipe, leaves out what only others need."""
    assert run(["build"]) == 0
    code = (
        "import json, sys\n"
        "from cicdpack.cli.app import run\n"
        f"run({arguments.split()!r})\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        cwd=repo,
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = json.loads(done.stderr.splitlines()[-1])
    assert "cicdpack.cli.app" in loaded
    assert sorted(unwanted & set(loaded)) == []


def test_build_check_verify_and_apply(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The main job, verb by verb, with exit code 0 each."""
    (repo / "cicd.tar.gz").unlink()
    assert run(["build"]) == 0
    built = capsys.readouterr().out
    content = built.split("content  sha256:")[1][:64]

    assert run(["build"]) == 0
    assert capsys.readouterr().out.startswith("unchanged cicd.tar.gz")
    assert run(["build", "--check"]) == 0
    assert "up to date" in capsys.readouterr().out
    assert run(["verify", "cicd.tar.gz", "--source", "bundle_src/cicd", "--sha256", content]) == 0
    assert "as expected" in capsys.readouterr().out
    assert run(["apply", "fraud-detector", "churn-model"]) == 0
    assert "applied 6 changes" in capsys.readouterr().out
    assert run(["apply", "fraud-detector", "churn-model"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "fraud-detector is up to date (bundle 1.0.0)",
        "churn-model is up to date (bundle 1.0.0)",
    ]


def test_a_stale_archive_is_no(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`build --check` names the members that differ, shows how, and writes nothing."""
    before = (repo / "cicd.tar.gz").read_bytes()
    names = repo / "bundle_src/cicd/library/names.tmpl"
    names.write_text(names.read_text() + "{{/* one more line */}}\n")
    (repo / "bundle_src/cicd/library/new.tmpl").write_text("{{define `new`}}{{end}}\n")
    capsys.readouterr()

    code = run(["build", "--check"])

    out = capsys.readouterr().out
    assert code == 1
    assert "cicd.tar.gz is stale: 2 of" in out
    assert "  changed library/names.tmpl" in out
    assert "+{{/* one more line */}}" in out
    assert "  added   library/new.tmpl" in out
    assert out.splitlines()[-1] == "hint: `cicdpack build` and commit the archive with the sources"
    assert (repo / "cicd.tar.gz").read_bytes() == before


def test_a_missing_archive_is_no(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is something to build: exit 1."""
    (repo / "cicd.tar.gz").unlink()

    assert run(["build", "--check"]) == 1
    assert "cicd.tar.gz is missing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["apply", "fraud-detector", "--dry-run"], 0),
        (["apply", "fraud-detector", "--check"], 1),
        (["apply", "fraud-detector"], 0),
    ],
)
def test_exit_codes_of_apply(arguments: list[str], code: int, repo: Path) -> None:
    """A dry run is 0 whatever it would do; a check is 1 where there is something to do."""

    assert run(arguments) == code
    assert (repo / ".azure/devops-pipelines/fraud-detector-tests-ci.yml").exists() == (len(arguments) == 2)


def test_check_after_apply_is_yes(repo: Path) -> None:
    """With nothing left to do a check exits 0."""
    run(["apply", "fraud-detector"])

    assert run(["apply", "fraud-detector", "--check"]) == 0


def test_a_conflict_is_no_and_shows_the_diff(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is in the way is shown line by line, nothing is written, the exit code says no."""
    path = repo / ".azure/devops-pipelines/fraud-detector-tests-ci.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine: true\n")
    capsys.readouterr()

    code = run(["apply", "fraud-detector"])

    out = capsys.readouterr().out
    assert code == 1
    assert "conflict " in out
    assert "-mine: true" in out
    assert "nothing was written: 1 file in conflict" in out
    assert path.read_text() == "mine: true\n"
    assert not (repo / ".azure/devops-pipelines/fraud-detector-bundle-cicd.yml").exists()


def test_json_is_one_document_on_stdout(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every report can be read by a machine; nothing else is on stdout."""
    run(["build", "--json"])
    built = json.loads(capsys.readouterr().out)
    run(["build", "--check", "--json"])
    checked = json.loads(capsys.readouterr().out)
    run(["verify", "cicd.tar.gz", "--json"])
    verified = json.loads(capsys.readouterr().out)
    run(["apply", "fraud-detector", "--dry-run", "--json"])
    planned = json.loads(capsys.readouterr().out)

    assert built["content_digest"] == verified["content_digest"] == planned["content_digest"]
    assert checked["fresh"] is True
    assert planned["applied"] is False
    assert [change["effect"] for change in planned["projects"][0]["changes"]] == ["create", "create", "merge"]


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["aply"], "error: no such command 'aply'", "hint: `cicdpack --help` shows what there is"),
        (["apply"], "error: no project is named", "hint: name one, give a pattern"),
        (["build", "--frobnicate"], "error: no such option", "hint: `cicdpack build --help` shows what there is"),
        (["apply", "x", "--set", "novalue"], "error: `--set novalue` is no NAME=VALUE", "hint: as in"),
        (["verify", "nowhere.tar.gz"], "error: ", "nowhere.tar.gz"),
        (["verify", "cicd.tar.gz", "--sha256", "abc"], "error: `abc` is no SHA-256 digest", "hint: "),
        (["build", "nowhere"], "error: `nowhere` is no bundle source", "hint: "),
        (["apply", "fraud-detectr"], "error: no project `fraud-detectr`", "hint: did you mean `fraud-detector`?"),
    ],
)
def test_errors_are_two_lines_and_exit_2(
    arguments: list[str], message: str, hint: str, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was found and what to do next, on stderr; never a traceback."""
    capsys.readouterr()

    code = run(arguments)

    captured = capsys.readouterr()
    assert code == 2
    assert captured.out == ""
    assert captured.err.startswith(message)
    assert hint in captured.err
    assert "Traceback" not in captured.err


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What no user can act on exits 3 and shows where it happened."""

    def broken(_request: object) -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr("cicdpack.commands.verify.verify", broken)

    assert run(["verify", "x"]) == 3
    error = capsys.readouterr().err
    assert "RuntimeError: surprise" in error
    assert "this is a bug in cicdpack" in error


def test_an_interrupt_exits_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C is no bug."""

    def interrupted(_request: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cicdpack.commands.verify.verify", interrupted)

    assert run(["verify", "x"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error(repo: Path) -> None:
    """`cicdpack ... | head -1` ends quietly."""
    command = f"{sys.executable} -m cicdpack apply fraud-detector --dry-run --diff | head -1; exit ${{PIPESTATUS[0]}}"

    done = subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=repo,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert done.returncode in {0, 1, 141}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "command",
    [
        "status",
        "status --json",
        "inspect cicd.tar.gz",
        "apply --all --dry-run",
        "verify cicd.tar.gz",
        "--version status",
    ],
)
def test_output_that_gets_nowhere_is_one_error(command: str, unbuffered: str, repo: Path) -> None:
    """A full disk behind stdout is nobody's bug: exit 2, without a traceback, whenever it comes up."""
    done = subprocess.run(
        f"{sys.executable} -m cicdpack {command} > /dev/full",
        shell=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered},
        cwd=repo,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: the output cannot be written: no space left on device",
        "hint: make room, or send it to another place",
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_error_after_lost_output_is_what_counts(repo: Path) -> None:
    """What was printed before is lost; the error, its exit code and nothing else remain."""
    (repo / "churn_model/databricks.yml").write_text("a: [\n")
    command = f"{sys.executable} -m cicdpack adopt fraud_detector churn_model > /dev/full"

    done = subprocess.run(
        command,
        shell=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=repo,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_without_arguments_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A first look shows every verb."""
    assert run([]) == 0
    out = capsys.readouterr().out
    assert all(f"  {verb} " in out for verb in ("build", "verify", "render", "apply"))


def test_help_of_a_process() -> None:
    """The entry point of the module works as a process of its own."""
    done = called("--help")

    assert done.returncode == 0
    assert done.stdout.startswith("Usage: cicdpack ")


def names_in(app: typer.Typer) -> list[str]:
    """The names of verbs and of groups of verbs."""
    verbs = [str(command.name) for command in app.registered_commands]
    return sorted([*verbs, *(str(group.name) for group in app.registered_groups)])


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_found_by_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The verb that is called is the only one that is worked out; its help is what the whole command line would say."""
    assert names_in(program([verb, "--help"])) == [verb]

    assert run([verb, "--help"]) == 0
    alone = capsys.readouterr().out
    program([])([verb, "--help"], prog_name="cicdpack", standalone_mode=False)

    assert alone == capsys.readouterr().out
    assert alone.startswith(f"Usage: cicdpack {verb} ")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["aply"], ["-V", "apply"]])
def test_other_calls_see_every_verb(arguments: list[str]) -> None:
    """Help, slips and options of the whole program need all of them."""
    assert names_in(program(arguments)) == sorted(VERBS)


def test_findings_are_annotated_where_a_platform_reads_them(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On GitHub Actions a warning stands at its file, on stderr, and so does an error; elsewhere neither is there."""
    parameters = repo / "cicd_params.json"
    parameters.write_text(json.dumps({**json.loads(parameters.read_text()), "input_cli_version": "v0.236.0"}))
    run(["apply", "fraud-detector", "--dry-run"])
    assert "::" not in capsys.readouterr().err.replace("https://", "")

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run(["apply", "fraud-detector", "--dry-run"])
    assert "::warning file=cicd_params.json,title=cli-cannot-deploy::" in capsys.readouterr().err
    run(["apply", "nobody"])
    assert "::error title=error::no project `nobody`" in capsys.readouterr().err
