"""`python -m benchmarks`: arguments -> a table on standard output, everything measured in `.cache/bench.json`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import peers, report
from benchmarks.bench import Bench
from benchmarks.case import Row, measure
from benchmarks.cases import GROUPS
from benchmarks.measure import CannotRunError
from benchmarks.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

CACHE = ROOT / ".cache"


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a smoke test: small, one run each")
    size.add_argument("--full", action="store_true", help="also 20,000 files and 100 MB")
    parser.add_argument("--only", action="append", choices=GROUPS, metavar="GROUP", help=f"one of {', '.join(GROUPS)}")
    parser.add_argument("--runs", type=_count, metavar="N", help="at most N runs of each; default: as many as it needs")
    parser.add_argument("--no-peers", action="store_true", help="install and measure no peers from the package index")
    parser.add_argument("--json", type=Path, default=CACHE / "bench.json", metavar="FILE", help="default: %(default)s")
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("at least one run is needed")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and report. Exit code 1 when a run of ours failed; a goal that was missed is no failure."""
    options = arguments().parse_args(argv)
    others = peers.without() if options.no_peers else peers.install(CACHE / "bench-peers")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="cicdpack-bench-") as folder:
        home = Path(folder, "home")
        home.mkdir()
        bench = Bench(
            folder=Path(folder), home=home, peers=others, quick=options.quick, full=options.full, most=options.runs
        )
        for group in options.only or GROUPS:
            rows += _measure(group, bench)
    about = report.machine()
    print(f"{', '.join(f'{name}: {value}' for name, value in about.items())}\n")
    print(report.table(rows), end="")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report.as_json(rows, about), indent=1) + "\n", encoding="utf-8")
    return 1 if any(row.failed for row in rows) else 0


def _measure(group: str, bench: Bench) -> list[Row]:
    rows: list[Row] = []
    try:
        for case in GROUPS[group](bench):
            print(f"{case.name} ...", file=sys.stderr)
            rows += measure(case)
    except CannotRunError as error:
        rows.append(Row(case=f"group {group}", failed=str(error)))
    return rows


if __name__ == "__main__":
    sys.exit(main())
