"""`apply` as people run it: a process, from the archive to files on disk, beside copier and cookiecutter."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

from benchmarks import material
from benchmarks.case import Case
from benchmarks.goals import Faster
from benchmarks.measure import CannotRunError, Subject
from benchmarks.processes import ROOT, process
from benchmarks.targets import fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.bench import Bench

PROJECT = material.PARAMETERS["input_project_name"]


def cases(bench: Bench) -> Iterator[Case]:
    """The first run at two sizes, a run with nothing to do, and the shipped bundle on the example repository."""
    for count, runs, times in ((12, 15, 6), (bench.large, 5, 10)):
        work = bench.folder / f"apply-{count}"
        _write(work, count)
        yield Case(
            name=f"`apply` one project, {count:,} files",
            ours=_apply(bench, work, work / "repo", partial(_expect, count=count)),
            peers=(
                bench.peer("copier copy", partial(_copier, bench, work, count), Faster(times=times)),
                bench.peer("cookiecutter", partial(_cookiecutter, bench, work, count)),
            ),
            runs=bench.runs(runs),
        )
        yield Case(
            name=f"`apply` again, {count:,} files, nothing to do", ours=_again(bench, work), runs=bench.runs(runs)
        )
    yield Case(
        name="`apply` the shipped bundle to one project",
        ours=_apply(bench, bench.folder / "shipped", ROOT / "examples" / "monorepo", _any_output),
        runs=bench.runs(15),
    )


def _write(work: Path, count: int) -> None:
    material.write_bundle_source(work / "source", count)
    material.write_copier_template(work / "copier", count)
    material.write_cookiecutter_template(work / "cookiecutter", count)
    material.write_repository(work / "repo")


def _expect(root: Path, count: int) -> None:
    problem = material.check_output(root, count)
    if problem:
        raise CannotRunError(problem)


def _any_output(root: Path) -> None:
    if not any((root / material.FOLDER).glob("*.yml")):
        raise CannotRunError("rendered nothing")


def _apply(bench: Bench, work: Path, pristine: Path, check: Callable[[Path], None]) -> Subject:
    """Each run works on a fresh copy of the repository, with the archive in it."""
    archive, target = work / "cicd.tar.gz", work / "target"

    def prepare() -> None:
        if not archive.exists():
            work.mkdir(exist_ok=True)
            source = work / "source"
            bench.build(source if source.exists() else ROOT / "bundle_src" / "cicd", archive)
        fresh(target, pristine)
        shutil.copy(archive, target)

    return process(
        "cicdpack",
        [bench.cicdpack, "apply", PROJECT, "--repo", target],
        home=bench.home,
        prepare=prepare,
        check=lambda: check(target),
    )


def _again(bench: Bench, work: Path) -> Subject:
    """The repository as the first case left it."""
    return process("cicdpack", [bench.cicdpack, "apply", PROJECT, "--repo", work / "target"], home=bench.home)


def _copier(bench: Bench, work: Path, count: int) -> Subject:
    target, answers = work / "copied", work / "answers.yml"
    material.write_answers(answers)
    return process(
        "copier copy",
        [bench.peers.tool("copier"), "copy", "--defaults", "--quiet", "--data-file", answers, work / "copier", target],
        home=bench.home,
        prepare=lambda: fresh(target),
        check=lambda: _expect(target, count),
    )


def _cookiecutter(bench: Bench, work: Path, count: int) -> Subject:
    target = work / "cooked"
    return process(
        "cookiecutter",
        [bench.peers.tool("cookiecutter"), "--no-input", "--output-dir", target, work / "cookiecutter"],
        home=bench.home,
        prepare=lambda: fresh(target),
        check=lambda: _expect(target / "out", count),
    )
