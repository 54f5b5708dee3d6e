"""Many projects in one repository: `apply --all` beside a plain loop and copier's API, `status --check` by size."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import material
from benchmarks.case import Case, Peer
from benchmarks.goals import MaxSeconds, Within
from benchmarks.measure import CannotRunError, Cost, Subject
from benchmarks.processes import ROOT, in_process, process
from benchmarks.targets import fresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench import Bench

SAMPLE = 10
"""Copier's API, at a third of a second for a project, renders every tenth project only; its time is scaled."""


def cases(bench: Bench) -> Iterator[Case]:
    """200 projects at two sizes, written for the first time; 100 and 1,000 projects, looked at."""
    projects = 10 if bench.quick else 200
    for count, runs in ((2, 7),) if bench.quick else ((2, 7), (12, 3)):
        yield _apply_all(bench, bench.folder / f"fleet-{count}", projects, count, bench.runs(runs))
    yield from _status(bench)


def _apply_all(bench: Bench, work: Path, projects: int, count: int, runs: int) -> Case:
    fleet = [material.project(number) for number in range(1, projects + 1)]
    material.write_bundle_source(work / "source", count)
    material.write_copier_template(work / "copier", count)
    material.write_repository(work / "repo", fleet)
    return Case(
        name=f"`apply --all`, {projects:,} projects, {count} files each",
        ours=_ours(bench, work, count, fleet),
        peers=(
            Peer(subject=_plain_loop(bench, work), goal=Within(times=3)),
            bench.peer("copier API", lambda: _copier(bench, work, count, fleet)),
        ),
        runs=runs,
    )


def _ours(bench: Bench, work: Path, count: int, fleet: list[dict[str, str]]) -> Subject:
    target = work / "target"

    def prepare() -> None:
        _fresh(bench, work, target)

    return process(
        "cicdpack",
        [bench.cicdpack, "apply", "--all", "--repo", target],
        home=bench.home,
        prepare=prepare,
        check=lambda: _expect(target, count, fleet),
    )


def _plain_loop(bench: Bench, work: Path) -> Subject:
    """It writes what ours wrote, receipts and all, from one file that holds them; ours has run before."""
    payload, target = work / "payload.json", work / "looped"

    def prepare() -> None:
        if not payload.exists():
            payload.write_text(json.dumps(_written(work / "repo", work / "target")), encoding="utf-8")
        _fresh(bench, work, target)

    script = ROOT / "benchmarks" / "workers" / "plain_write.py"
    return process(
        "a loop: hash, write, fsync", [bench.python, "-I", script, payload, target], home=bench.home, prepare=prepare
    )


def _written(before: Path, after: Path) -> dict[str, str]:
    """Path -> text of each file that is new or different; the archive, which the repository keeps, is not text."""
    found = sorted(path for path in after.rglob("*") if path.is_file() and path.suffix != ".gz")
    texts = {path.relative_to(after): path.read_text(encoding="utf-8") for path in found}
    return {
        path.as_posix(): text
        for path, text in texts.items()
        if not (before / path).exists() or (before / path).read_text(encoding="utf-8") != text
    }


def _copier(bench: Bench, work: Path, count: int, fleet: list[dict[str, str]]) -> Subject:
    """One process, copier imported once, a tenth of the projects: processor seconds, times ten."""
    sample, target = len(fleet) // SAMPLE, work / "copied"
    subject = in_process(
        f"copier API, in process ({sample} projects, scaled)",
        bench.peers.python,
        "benchmarks.workers.copier_fleet",
        str(sample),
        work / "copier",
        target,
        home=bench.home,
        check=lambda: _expect(target, count, fleet[:sample]),
    )

    def run() -> Cost:
        return Cost(seconds=subject.run().seconds * SAMPLE)

    return replace(subject, run=run)


def _status(bench: Bench) -> Iterator[Case]:
    """A repository of a tenth of the projects beside one with all, both as `apply --all` left them."""
    small, large = (6, 60) if bench.quick else (100, 1_000)
    tenth, whole = (_status_of(bench, projects) for projects in (small, large))
    yield Case(
        name=f"`status --check`, {small:,} projects",
        ours=tenth,
        goals=(MaxSeconds(seconds=0.003 * small),),
        runs=bench.runs(9),
    )
    yield Case(
        name=f"`status --check`, {large:,} projects",
        ours=whole,
        peers=(Peer(subject=tenth, goal=Within(times=12.5)),),
        goals=(MaxSeconds(seconds=0.003 * large),),
        runs=bench.runs(5),
    )


def _status_of(bench: Bench, projects: int) -> Subject:
    work = bench.folder / f"status-{projects}"
    target = work / "target"

    def prepare() -> None:
        if target.exists():
            return
        material.write_bundle_source(work / "source", 2)
        material.write_repository(work / "repo", [material.project(number) for number in range(1, projects + 1)])
        _fresh(bench, work, target)
        bench.run("apply", "--all", "--repo", target)

    return process(
        f"{projects:,} projects",
        [bench.cicdpack, "status", "--check", "--repo", target],
        home=bench.home,
        prepare=prepare,
    )


def _fresh(bench: Bench, work: Path, target: Path) -> None:
    """A copy of the repository that nothing was applied to, with the archive in it."""
    archive = work / "cicd.tar.gz"
    if not archive.exists():
        bench.build(work / "source", archive)
    fresh(target, work / "repo")
    shutil.copy(archive, target)


def _expect(root: Path, count: int, fleet: list[dict[str, str]]) -> None:
    problem = material.check_output(root, count, fleet)
    if problem:
        raise CannotRunError(problem)
