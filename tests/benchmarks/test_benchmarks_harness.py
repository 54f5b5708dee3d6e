"""The harness around the arithmetic: processes, workers, peers, material, table, command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import __main__ as command
from benchmarks import material, peers, report, revisions
from benchmarks.bench import Bench
from benchmarks.case import Row
from benchmarks.goals import MIB, Verdict
from benchmarks.measure import CannotRunError, Cost, Series
from benchmarks.processes import ROOT, environment, in_process, process, run_once

PYTHON = Path(sys.executable)


def test_process_is_measured(tmp_path: Path) -> None:
    """A run gives seconds and the peak of the process itself, which holds 64 MiB more than an empty one."""
    small = process("small", [PYTHON, "-c", "pass"], home=tmp_path).run()
    large = process("large", [PYTHON, "-c", "b'x' * (64 << 20)"], home=tmp_path).run()

    assert small.seconds > 0
    assert small.peak is not None
    assert large.peak is not None
    assert 60 * MIB < large.peak - small.peak < 80 * MIB


def test_harness_does_not_count_as_the_peak_of_what_it_starts(tmp_path: Path) -> None:
    """Memory that the harness holds is not handed on to the process that is measured."""
    held = bytearray(128 * MIB)

    cost = process("small", [PYTHON, "-c", "pass"], home=tmp_path).run()

    assert len(held) == 128 * MIB
    assert cost.peak is not None
    assert cost.peak < 64 * MIB


def test_process_that_fails_says_why(tmp_path: Path) -> None:
    """The last line of its standard error is the reason."""
    script = "import sys; print('result'); sys.stderr.write('first\\n'); sys.exit('no such thing')"
    failing = process("failing", [PYTHON, "-c", script], home=tmp_path)

    with pytest.raises(CannotRunError, match=r"`python[0-9.]*` exited with 1: no such thing"):
        failing.run()


def test_command_that_does_not_exist(tmp_path: Path) -> None:
    """It is an error of the subject, not of the harness."""
    with pytest.raises(CannotRunError, match="No such file"):
        run_once([tmp_path / "nothing"], cwd=tmp_path, env=environment(tmp_path), log=tmp_path / "log")


def test_worker_measures_in_its_own_process(tmp_path: Path) -> None:
    """One process serves all runs of its case and ends when it is closed."""
    material.write_data(tmp_path / "files", 3, 100)
    worker = in_process("tarfile", PYTHON, "benchmarks.workers.pack", "tarfile", tmp_path / "files", home=tmp_path)

    costs = [worker.run(), worker.run()]
    worker.close()
    worker.close()

    assert all(cost.seconds > 0 and cost.peak is None for cost in costs)


def test_worker_that_dies_says_why(tmp_path: Path) -> None:
    """The reason is the last line of its standard error."""
    worker = in_process("broken", PYTHON, "benchmarks.workers.no_such_module", home=tmp_path)

    with pytest.raises(CannotRunError, match=r"No module named .*no_such_module"):
        worker.run()
    worker.close()


@pytest.mark.parametrize("tool", ["cicdpack", "tarfile"])
@pytest.mark.parametrize("work", ["pack", "unpack"])
def test_archive_workers_run(tool: str, work: str, tmp_path: Path) -> None:
    """The workers for our archives and the standard library's do their work."""
    material.write_data(tmp_path / "files", 3, 100)
    worker = in_process(tool, PYTHON, f"benchmarks.workers.{work}", tool, tmp_path / "files", home=tmp_path)

    cost = worker.run()
    worker.close()

    assert cost.seconds > 0


def test_engine_renders_what_the_other_tools_render(tmp_path: Path) -> None:
    """The worker for the engine compares its output with what all tools have to produce before it is measured."""
    worker = in_process("engine", PYTHON, "benchmarks.workers.engine", "2", home=tmp_path)

    cost = worker.run()
    worker.close()

    assert cost.seconds > 0


@pytest.mark.parametrize("language", [material.GO, material.JINJA, material.COOKIECUTTER])
def test_every_mark_is_translated(language: material.Language) -> None:
    """A template has the size of a real pipeline, and none of our own marks is left in it."""
    text = material.template(7, language)

    assert 3_000 < len(text) < 4_000
    assert "<<" not in text
    assert text.count("input_project_name") == 7


@pytest.mark.parametrize(
    ("cloud", "feature_store", "there", "gone"),
    [
        ("azure", "yes", ("ARM_TENANT_ID", "write_feature_table_job"), ("DATABRICKS_TOKEN",)),
        ("aws", "no", ("DATABRICKS_TOKEN",), ("ARM_TENANT_ID", "write_feature_table_job")),
    ],
)
def test_reference_rendering(cloud: str, feature_store: str, there: tuple[str, ...], gone: tuple[str, ...]) -> None:
    """What every tool has to produce is YAML and follows the conditions."""
    parameters = {**material.PARAMETERS, "input_cloud": cloud, "input_include_feature_store": feature_store}

    text = material.rendered(1, parameters)

    assert "<<" not in text
    assert all(word in text for word in there)
    assert not any(word in text for word in gone)
    assert [stage["stage"] for stage in yaml.safe_load(text)["stages"]] == ["unit_tests_1", "integration_test_1"]


def test_output_is_checked(tmp_path: Path) -> None:
    """A tool that renders too little or something else is not measured."""
    folder = tmp_path / material.FOLDER
    folder.mkdir(parents=True)
    for number in (1, 2):
        (folder / material.file_name(number)).write_text(material.rendered(number), encoding="utf-8")

    assert material.check_output(tmp_path, 2) is None
    assert material.check_output(tmp_path, 3) == "rendered 2 files, 2 of them of the 3 expected"
    (folder / material.file_name(2)).write_text("something: else\n", encoding="utf-8")
    assert material.check_output(tmp_path, 2) == "rendered something else as `fraud-detector-00002.yml`"


def test_output_of_a_fleet_is_checked(tmp_path: Path) -> None:
    """Each project has its own files; one project less is noticed, and so is a release too old."""
    fleet = [material.project(number) for number in (1, 2)]
    folder = tmp_path / material.FOLDER
    folder.mkdir(parents=True)
    for parameters in fleet:
        name = material.file_name(1, parameters["input_project_name"])
        (folder / name).write_text(material.rendered(1, parameters), encoding="utf-8")

    assert material.check_output(tmp_path, 1, fleet) is None
    assert material.check_output(tmp_path, 1, fleet[:1]) == "rendered 2 files, 1 of them of the 1 expected"
    problem = material.check_output(tmp_path, 1, fleet, updated=1)
    assert problem == "rendered something else as `project-0001-00001.yml`"


@pytest.mark.parametrize("language", [material.GO, material.JINJA, material.COOKIECUTTER])
def test_second_release_changes_three_lines_of_the_files_it_names(language: material.Language) -> None:
    """Files up to the number given are new, the others are as they were."""

    def changed(number: int) -> int:
        old, new = (material.template(number, language, updated).splitlines() for updated in (0, 7))
        return sum(before != after for before, after in zip(old, new, strict=True))

    assert [changed(number) for number in (1, 7, 8)] == [3, 3, 0]


def test_loop_writes_what_it_is_given(tmp_path: Path) -> None:
    """The floor of `apply --all` does the whole work: every file, with its bytes, in its folder."""
    payload = tmp_path / "payload.json"
    payload.write_text(json.dumps({"a/b/c.yml": "x: ä\n", "d.txt": ""}), encoding="utf-8")
    script = ROOT / "benchmarks" / "workers" / "plain_write.py"

    process("loop", [PYTHON, "-I", script, payload, tmp_path / "out"], home=tmp_path).run()

    assert (tmp_path / "out" / "a" / "b" / "c.yml").read_bytes() == "x: ä\n".encode()
    assert (tmp_path / "out" / "d.txt").read_bytes() == b""


def test_releases_are_commits_with_tags(tmp_path: Path) -> None:
    """A template has one commit for each release; nothing to commit is an error that says so."""
    template, home = tmp_path / "template", tmp_path / "home"
    home.mkdir()
    for tag, updated in (("1.0.0", 0), ("2.0.0", 1)):
        material.write_copier_template(template, 2, updated)
        revisions.commit(template, home=home, tag=tag)

    command = ["git", "diff", "--numstat", "1.0.0", "2.0.0"]
    changes = subprocess.run(command, cwd=template, capture_output=True, text=True, check=True).stdout.splitlines()

    assert [line.split("\t")[:2] for line in changes] == [["3", "3"]]
    with pytest.raises(CannotRunError, match="`git` exited with 1"):
        revisions.commit(template, home=home, tag="3.0.0")


def test_lock_has_a_hash_for_every_peer() -> None:
    """Peers are installed from hashes, and every tool that is named is locked."""
    lock = peers.LOCK.read_text(encoding="utf-8")
    named = {
        line
        for line in peers.LOCK.with_suffix(".in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    requirements = [block for block in lock.replace("\\\n", " ").splitlines() if "==" in block.split("#")[0]]

    assert named == {"cookiecutter", "copier", "cruft", "jinja2", "repro-tarfile"}
    assert named <= {line.split("==")[0] for line in requirements}
    assert all("--hash=sha256:" in line for line in requirements)


def test_peers_that_cannot_be_installed_are_skipped_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a network the benchmarks still run; each row of a peer says why it is empty."""

    def refuse(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, stdout="", stderr="resolving\nno network\n")

    monkeypatch.setattr("benchmarks.peers.subprocess.run", refuse)

    found = peers.install(tmp_path / "peers")

    with pytest.raises(CannotRunError, match="peers cannot be installed: no network"):
        found.tool("copier")


def test_peers_are_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same lock and the same Python: nothing is installed again."""
    commands: list[list[str]] = []

    def accept(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        (tmp_path / "peers" / "bin").mkdir(parents=True, exist_ok=True)
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, stdout="", stderr="")

    monkeypatch.setattr("benchmarks.peers.subprocess.run", accept)

    peers.install(tmp_path / "peers")
    peers.install(tmp_path / "peers")

    assert len(commands) == 2
    assert "--require-hashes" in commands[1]


def test_peer_that_is_not_there(tmp_path: Path) -> None:
    """An environment without the command is a reason too, and so is the wish to leave peers out."""
    with pytest.raises(CannotRunError, match="`copier` is not in"):
        peers.Peers(folder=tmp_path).tool("copier")
    with pytest.raises(CannotRunError, match="left out with --no-peers"):
        _ = peers.without().python


def test_table() -> None:
    """One line for each row; median and minimum in milliseconds, a goal that was missed stands out."""
    ours = Series(name="ours", costs=(Cost(seconds=0.0021, peak=30 * MIB), Cost(seconds=0.0023, peak=30 * MIB)))
    theirs = Series(name="copier", costs=(Cost(seconds=0.5), Cost(seconds=0.7)))
    rows = [
        Row(
            case="a",
            ours=ours,
            peer="copier",
            theirs=theirs,
            ratio=271.2,
            verdict=Verdict(goal="g", measured="m", met=False),
        ),
        Row(case="b", ours=ours, peer="jinja2", skipped="no network"),
        Row(case="c", failed="exit 3"),
    ]

    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in report.table(rows).splitlines()]

    assert lines[0] == list(report.HEADERS)
    assert lines[2] == [
        *("a", "2.20 (2.10) ms", "30 MiB", "copier", "600 (500) ms", "", "271.20", "2", "g", "m", "**no**"),
    ]
    assert lines[3][3:5] == ["jinja2", "skipped: no network"]
    assert lines[4][:2] == ["c", "failed: exit 3"]
    assert len({len(line) for line in report.table(rows).splitlines()}) == 1


def test_json_names_the_machine_and_every_run() -> None:
    """Whoever compares two files needs to know where they are from."""
    row = Row(case="a", ours=Series(name="ours", costs=(Cost(seconds=1.5, peak=2),)))

    written = json.loads(json.dumps(report.as_json([row], report.machine())))

    assert set(written["machine"]) == {"date", "processor", "cores", "system", "python"}
    assert written["rows"][0]["ours"]["costs"] == [{"seconds": 1.5, "peak": 2, "processor": None}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "nothing"], "invalid choice: 'nothing'"),
        (["--quick", "--full"], "not allowed with argument"),
        (["--runs", "0"], "at least one run is needed"),
        (["--runs", "some"], "at least one run is needed"),
        (["surplus"], "unrecognized arguments: surplus"),
    ],
)
def test_wrong_arguments(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Usage errors exit with 2 before anything is measured."""
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)

    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("quick", "most", "runs"), [(False, None, 9), (False, 4, 4), (False, 12, 9), (True, None, 1), (True, 4, 1)]
)
def test_runs_of_a_case(quick: bool, most: int | None, runs: int, tmp_path: Path) -> None:
    """As many as a case needs, fewer for a smoke test or where there is no time, never more."""
    bench = Bench(folder=tmp_path, home=tmp_path, peers=peers.without(), quick=quick, most=most)

    assert bench.runs(9) == runs


def test_failed_run_of_ours_is_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missed goal is news, a run of ours that fails is an error; the table and the JSON are written all the same."""

    def broken(_: object) -> Any:
        raise CannotRunError("the archive cannot be built")

    monkeypatch.setattr(command, "GROUPS", {"start": broken})

    code = command.main(["--no-peers", "--json", str(tmp_path / "sub" / "bench.json")])

    assert code == 1
    assert "failed: the archive cannot be built" in capsys.readouterr().out
    assert json.loads((tmp_path / "sub" / "bench.json").read_text(encoding="utf-8"))["format"] == 1
