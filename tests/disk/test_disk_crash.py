"""Real deaths: processes that leave through `os._exit` in the middle of a commit, and a machine of random histories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cicdpack.disk.commit import commit
from cicdpack.disk.recovery import recover
from cicdpack.disk.snapshot import snapshot
from cicdpack.planning.changes import Absent, Create, Delete, Plan, Present, Update
from tests.disk.disk_faults import FaultyOs, Killed

if TYPE_CHECKING:
    from cicdpack.planning.changes import Change

SCRIPT = """
import os, sys
from pathlib import Path

from cicdpack.disk import commit as writing, folder
from cicdpack.planning.changes import Create, Delete, Plan, Present, Update
from tests.disk.disk_faults import FaultyOs

base, count = Path(sys.argv[1]), 0
plan = Plan(changes=(
    Update(path="a", before=Present(data=b"old a"), after=Present(data=b"new a")),
    Delete(path="b/c", before=Present(data=b"old c")),
    Create(path="d/e", after=Present(data=b"new e")),
))
while True:
    root = base / str(count)
    (root / "b").mkdir(parents=True)
    (root / "a").write_bytes(b"old a")
    (root / "b/c").write_bytes(b"old c")
    child = os.fork()
    if not child:
        folder.os = writing.os = FaultyOs(count, die=lambda: os._exit(9))
        writing.commit(root, plan)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == 0:
        break
    count += 1
print(count)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_processes_that_die_at_each_step(tmp_path: Path) -> None:
    """After `os._exit` at any step that changes the disk, the next run finds all old or all new, and no lock held."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env=environment,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )

    count = int(done.stdout)
    assert count > 25
    seen = set()
    for step in range(count):
        root = tmp_path / str(step)
        recover(root)
        found = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        assert found in ({"a": b"old a", "b/c": b"old c"}, {"a": b"new a", "d/e": b"new e"})
        assert {p.name for p in root.iterdir()} == {path.split("/")[0] for path in found}
        seen.add("d/e" in found)
    assert seen == {True, False}


PATHS = ("a", "b/c", "b/d", "e/f/g", ".cicdpack/receipts/x.json")
CONTENTS = (b"", b"one\n", b"two\n", b"three\n" * 100)


class History(RuleBasedStateMachine):
    """A user and the tool take turns on one folder; `files` is what must be there, by the promises of `commit`.

    After a death in the middle of a plan, `old` and `new` are the two states that may be found, until `recover`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="cicdpack-history-"))
        self.files: dict[str, bytes] = {}
        self.cut_off: Plan | None = None
        self.edits: dict[str, bytes | None] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @initialize(files=st.dictionaries(st.sampled_from(PATHS), st.sampled_from(CONTENTS)))
    def start(self, files: dict[str, bytes]) -> None:
        for path, data in files.items():
            self.edit(path, data)

    @rule(path=st.sampled_from(PATHS), data=st.sampled_from(CONTENTS))
    def edit(self, path: str, data: bytes) -> None:
        if self.cut_off is not None:
            data = b"edited after a crash " + data
            self.edits[path] = data
        else:
            self.files[path] = data
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(data)

    @rule(path=st.sampled_from(PATHS))
    def delete(self, path: str) -> None:
        if self.cut_off is None and self.files.pop(path, None) is not None:
            (self.root / path).unlink()

    def plan(self, wanted: dict[str, bytes | None]) -> Plan:
        changes: list[Change] = []
        for path, state in snapshot(self.root, sorted(wanted)).items():
            data = wanted[path]
            if isinstance(state, Absent) and data is not None:
                changes.append(Create(path=path, after=Present(data=data)))
            elif isinstance(state, Present) and data is None:
                changes.append(Delete(path=path, before=state))
            elif isinstance(state, Present) and data is not None:
                changes.append(Update(path=path, before=state, after=Present(data=data)))
        return Plan(changes=tuple(changes))

    @rule(
        wanted=st.dictionaries(st.sampled_from(PATHS), st.sampled_from((*CONTENTS, None)), min_size=1),
        death=st.integers(min_value=0, max_value=120),
    )
    def apply(self, wanted: dict[str, bytes | None], death: int) -> None:
        self.repair()
        plan = self.plan(wanted)
        try:
            with pytest.MonkeyPatch.context() as patch:
                FaultyOs(death).install(patch)
                commit(self.root, plan)
        except Killed:
            self.cut_off = plan
        else:
            self.files = self.after(plan)

    def after(self, plan: Plan) -> dict[str, bytes]:
        files = dict(self.files)
        for change in plan.writes:
            if isinstance(change, Delete):
                del files[change.path]
            else:
                files[change.path] = change.after.data
        return files

    @rule()
    def repair(self) -> None:
        recover(self.root)
        if self.cut_off is not None:
            edits = {path: data for path, data in self.edits.items() if data is not None}
            found = self.found()
            assert found in (self.files | edits, self.after(self.cut_off) | edits)
            self.files = found
            self.cut_off, self.edits = None, {}
        assert not (self.root / ".cicdpack/journal.stage").exists()

    @rule(death=st.integers(min_value=0, max_value=30))
    def repair_and_die(self, death: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            FaultyOs(death).install(patch)
            try:
                recover(self.root)
            except Killed:
                return
        self.repair()

    def found(self) -> dict[str, bytes]:
        """All files; an old file with an unknown edit in it may stay beside, which no history here can bring about."""
        return {p.relative_to(self.root).as_posix(): p.read_bytes() for p in self.root.rglob("*") if p.is_file()}

    @invariant()
    def each_file_is_wholly_old_or_new(self) -> None:
        if self.cut_off is None:
            assert self.found() == self.files
            return
        new = self.after(self.cut_off)
        for path in PATHS:
            now = (self.root / path).read_bytes() if (self.root / path).exists() else None
            if path in self.edits:
                assert now == self.edits[path]
            else:
                assert now in (self.files.get(path), new.get(path))


History.TestCase.settings = settings(
    max_examples=120, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHistory = History.TestCase
