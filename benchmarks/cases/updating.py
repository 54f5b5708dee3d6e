"""A newer template arrives: `apply` again, beside `copier update` and `cruft update`, nothing edited by hand.

584 of 1,000 files change, by three lines each. The peers' templates are git repositories with a tag for each release,
and their targets are git repositories with one clean commit, for they work on nothing else.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from benchmarks import material
from benchmarks.case import Case
from benchmarks.goals import Faster
from benchmarks.measure import CannotRunError, Subject
from benchmarks.processes import environment, process, run_once
from benchmarks.revisions import commit, git
from benchmarks.targets import fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.bench import Bench

FIRST, SECOND = "1.0.0", "2.0.0"

Command: TypeAlias = "list[str | Path]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`updated` of `count` files change; all of it is written below `work`."""

    work: Path
    count: int
    updated: int
    runs: int

    def expect(self, root: Path) -> None:
        """Raise `CannotRunError` where `root` does not hold what the second release renders."""
        problem = material.check_output(root, self.count, updated=self.updated)
        if problem:
            raise CannotRunError(problem)


def cases(bench: Bench) -> Iterator[Case]:
    """12 files, 7 of them changed; 1,000 files, 584 of them."""
    small = Size(work=bench.folder / "update-12", count=12, updated=7, runs=9)
    yield _update(bench, small, None, None)
    if not bench.quick:
        large = Size(work=bench.folder / "update-1000", count=1_000, updated=584, runs=3)
        yield _update(bench, large, Faster(times=10), Faster(times=5))


def _update(bench: Bench, size: Size, beside_copier: Faster | None, beside_cruft: Faster | None) -> Case:
    return Case(
        name=f"update, {size.updated} of {size.count:,} files changed",
        ours=_ours(bench, size),
        peers=(
            bench.peer("copier update", partial(_copier, bench, size), beside_copier),
            bench.peer("cruft update", partial(_cruft, bench, size), beside_cruft),
        ),
        runs=bench.runs(size.runs),
    )


def _ours(bench: Bench, size: Size) -> Subject:
    """The first release is applied once; each run finds a copy of that and the archive of the second release."""
    applied, target, archive = size.work / "applied", size.work / "target", size.work / "second.tar.gz"

    def prepare() -> None:
        if not applied.exists():
            material.write_repository(applied)
            for release, updated in ((applied / "cicd.tar.gz", 0), (archive, size.updated)):
                source = size.work / f"source-{updated}"
                material.write_bundle_source(source, size.count, updated)
                bench.build(source, release)
            bench.run("apply", "--all", "--repo", applied)
        fresh(target, applied)
        shutil.copy(archive, target / "cicd.tar.gz")

    return process(
        "cicdpack",
        [bench.cicdpack, "apply", "--all", "--repo", target],
        home=bench.home,
        prepare=prepare,
        check=lambda: size.expect(target),
    )


def _copier(bench: Bench, size: Size) -> Subject:
    copier, template, made = bench.peers.tool("copier"), size.work / "copier", size.work / "copied"
    answers = size.work / "answers.yml"
    options: Command = ["--defaults", "--quiet", "--vcs-ref", FIRST, "--data-file", answers]
    target = size.work / "copied-target"

    def prepare() -> None:
        if not made.exists():
            _release(bench, size, material.write_copier_template, template)
            material.write_answers(answers)
            _create(bench, [copier, "copy", *options, template, made], made)
        _fresh_clone(bench, made, target)

    return process(
        "copier update",
        [copier, "update", "--defaults", "--quiet", target],
        home=bench.home,
        prepare=prepare,
        check=lambda: size.expect(target),
    )


def _cruft(bench: Bench, size: Size) -> Subject:
    cruft, template, made = bench.peers.tool("cruft"), size.work / "cookiecutter", size.work / "crufted" / "out"
    create: Command = [cruft, "create", "--no-input", "--checkout", FIRST, "--output-dir", made.parent, template]
    target = size.work / "crufted-target"

    def prepare() -> None:
        if not made.exists():
            _release(bench, size, material.write_cookiecutter_template, template)
            made.parent.mkdir()
            _create(bench, create, made)
        _fresh_clone(bench, made, target)

    return process(
        "cruft update",
        [cruft, "update", "--skip-apply-ask", "--project-dir", target],
        home=bench.home,
        prepare=prepare,
        check=lambda: size.expect(target),
    )


def _release(bench: Bench, size: Size, write: Callable[[Path, int, int], None], template: Path) -> None:
    """Commit both releases of a template, and tag them."""
    for tag, updated in ((FIRST, 0), (SECOND, size.updated)):
        write(template, size.count, updated)
        commit(template, home=bench.home, tag=tag)


def _create(bench: Bench, command: Command, made: Path) -> None:
    """Render the first release, and commit what it made."""
    run_once(command, cwd=bench.home, env=environment(bench.home), log=bench.home / "preparing.log")
    commit(made, home=bench.home, tag="made")


def _fresh_clone(bench: Bench, made: Path, target: Path) -> None:
    """A copy whose index knows the copied files, so that no peer is measured finding out that nothing has changed."""
    fresh(target, made)
    git("update-index", "-q", "--refresh", home=bench.home, cwd=target)
