"""Render a template for N projects with copier's API: `python -m benchmarks.workers.copier_fleet N TEMPLATE FOLDER`.

In the peers' Python. Copier is imported once, and each run renders into a folder that is emptied before its clock runs.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.material import project
from benchmarks.targets import fresh
from benchmarks.workers.serve import serve

if __name__ == "__main__":
    count, template, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    # By name, so that a type checker does not look for it in our own environment.
    copier = import_module("copier")
    projects = [project(number) for number in range(1, count + 1)]

    def work() -> None:
        """One call for each project, as a script around copier does it."""
        for data in projects:
            copier.run_copy(template, folder, data=data, defaults=True, overwrite=True, quiet=True)

    serve(work, prepare=lambda: fresh(Path(folder)))
