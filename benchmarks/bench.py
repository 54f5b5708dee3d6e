"""What all cases share: where they may write, how often they run, how large they are, where the tools are."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.case import Missing, Peer
from benchmarks.measure import CannotRunError
from benchmarks.processes import environment, run_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.goals import PeerGoal
    from benchmarks.measure import Subject
    from benchmarks.peers import Peers


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`folder` is ours to fill, `home` the home of what is measured; `quick`: a smoke test; `full`: large cases too.

    `most` caps the runs of every case, where there is no time for more.
    """

    folder: Path
    home: Path
    peers: Peers
    quick: bool = False
    full: bool = False
    most: int | None = None

    @property
    def python(self) -> Path:
        """The Python that cicdpack runs on."""
        return Path(sys.executable)

    @property
    def cicdpack(self) -> Path:
        """The installed command."""
        return Path(sys.executable).with_name("cicdpack")

    @property
    def large(self) -> int:
        """How many files a large template has."""
        return 60 if self.quick else 1_000

    def runs(self, wanted: int) -> int:
        """How many runs to take where `wanted` would be good; one is enough to see that it runs."""
        return 1 if self.quick else min(wanted, self.most or wanted)

    def peer(self, name: str, make: Callable[[], Subject], goal: PeerGoal | None = None) -> Peer | Missing:
        """A peer; `make` may raise `CannotRunError` to say that it is not here."""
        try:
            return Peer(subject=make(), goal=goal)
        except CannotRunError as error:
            return Missing(name=name, reason=str(error))

    def build(self, source: Path, archive: Path) -> None:
        """Build an archive, unmeasured. Raises `CannotRunError`."""
        self.run("build", source, "-o", archive)

    def run(self, *arguments: str | Path) -> None:
        """Run cicdpack, unmeasured, to make what is measured later. Raises `CannotRunError`."""
        run_once(
            [self.cicdpack, *arguments], cwd=self.home, env=environment(self.home), log=self.home / "preparing.log"
        )
