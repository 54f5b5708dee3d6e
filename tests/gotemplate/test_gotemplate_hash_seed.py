"""Another seed of Python's hashes changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROGRAM = """
from random import Random
from tests.gotemplate.random_templates import random_template
from tests.gotemplate.test_gotemplate_properties import outcome
random = Random(7)
for _ in range(150):
    print(ascii(outcome(random_template(random))))
print(ascii(outcome("{{ map (pair `b` 1) (pair `a` 2) }}{{ (url `?b=1&a=2`).Query }}")))
print(ascii(outcome("{{ uper .s }}")), ascii(outcome("{{ .lits }}")))
"""


def render_with(seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_outcomes_do_not_depend_on_the_hash_seed() -> None:
    """Outputs, line maps, errors and hints are the same in interpreters with different hash seeds."""
    first, second = render_with("1"), render_with("2")

    assert first.count("\n") == 152
    assert first == second
