"""Rows -> a Markdown table to read and JSON to compare with; both name the machine."""

from __future__ import annotations

import datetime as dt
import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.goals import MIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from benchmarks.case import Row
    from benchmarks.measure import Series

HEADERS = ("case", "ours", "peak", "beside", "theirs", "peak", "ratio", "n", "goal", "measured", "met")


def machine() -> dict[str, str]:
    """What the figures depend on: processor, cores, memory, system, Python; and the day."""
    return {
        "date": dt.datetime.now(dt.timezone.utc).date().isoformat(),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, padded so that it can be read as it stands."""
    cells = [HEADERS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADERS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"


def as_json(rows: Iterable[Row], about: Mapping[str, str]) -> dict[str, object]:
    """Everything that was measured, each run's seconds and bytes included."""
    return {"format": 1, "machine": dict(about), "rows": [asdict(row) for row in rows]}


def _cells(row: Row) -> tuple[str, ...]:
    verdict = row.verdict
    if row.failed:
        return (row.case, f"failed: {row.failed}", *("" for _ in HEADERS[2:]))
    return (
        row.case,
        _time(row.ours),
        _peak(row.ours),
        row.peer or "",
        f"skipped: {row.skipped}" if row.skipped else _time(row.theirs),
        _peak(row.theirs),
        "" if row.ratio is None else f"{row.ratio:.2f}",
        str(len(row.ours.costs)) if row.ours else "",
        verdict.goal if verdict else "",
        verdict.measured if verdict else "",
        "" if verdict is None else "yes" if verdict.met else "**no**",
    )


def _time(series: Series | None) -> str:
    """Median and, in brackets, minimum."""
    return "" if series is None else f"{_milliseconds(series.median)} ({_milliseconds(series.minimum)}) ms"


def _milliseconds(seconds: float) -> str:
    value = seconds * 1e3
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _peak(series: Series | None) -> str:
    return f"{series.peak / MIB:.0f} MiB" if series and series.peak is not None else ""


def _processor() -> str:
    """The processor's name; Linux has it in a file, other systems in `platform`."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
