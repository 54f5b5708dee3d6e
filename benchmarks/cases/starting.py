"""How long it takes until cicdpack does anything: interpreter, imports, `--version`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.case import Case, Peer
from benchmarks.goals import AtMostMore, Within
from benchmarks.processes import process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench
    from benchmarks.measure import Subject


def cases(bench: Bench) -> Iterator[Case]:
    """Everything beside an interpreter that does nothing."""
    bare = process("python -c pass", [bench.python, "-c", "pass"], home=bench.home)

    def version_of(name: str) -> Subject:
        return process(f"{name} --version", [bench.peers.tool(name), "--version"], home=bench.home)

    yield Case(
        name="`cicdpack --version`",
        ours=process("cicdpack", [bench.cicdpack, "--version"], home=bench.home),
        peers=(
            Peer(subject=bare, goal=Within(times=2.5)),
            bench.peer("copier --version", partial(version_of, "copier")),
            bench.peer("cookiecutter --version", partial(version_of, "cookiecutter")),
        ),
        runs=bench.runs(31),
    )
    yield Case(
        name="`cicdpack --help`",
        ours=process("cicdpack", [bench.cicdpack, "--help"], home=bench.home),
        peers=(Peer(subject=bare),),
        runs=bench.runs(15),
    )
    yield Case(
        name="import the engine",
        ours=process("engine", [bench.python, "-c", "import cicdpack.gotemplate.template"], home=bench.home),
        peers=(Peer(subject=bare, goal=AtMostMore(seconds=0.025)),),
        runs=bench.runs(31),
    )
