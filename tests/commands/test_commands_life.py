"""A repository's life: apply, edits, deletions, newer bundles, apply again, in any order."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cicdpack.commands.accept import AcceptRequest, CannotAccept, accept
from cicdpack.commands.status import StatusRequest, status
from tests.commands.small import (
    CI,
    DATABRICKS,
    OVERLAY,
    OVERLAY_TEMPLATE,
    PIPELINE,
    PIPELINE_TEMPLATE,
    SCRIPT,
    SCRIPT_TEMPLATE,
    SH,
    applied,
    bundle,
    carry_out,
    effects,
    planned,
    repository,
    tree,
)

FILES = (SH, CI)
ANCHORS = {
    SH: ("echo one\n", "echo two\n", "echo three\n"),
    CI: ("trigger: none\n", "        displayName: Lint\n", "      - checkout: self\n"),
}
SCRIPTS = (SCRIPT, SCRIPT.replace("echo two", "echo zwei"), SCRIPT + "echo four\n", None)
PIPELINES = (PIPELINE, PIPELINE.replace("make lint", "make lint-all"), PIPELINE + "      - bash: make docs\n")
OVERLAYS = (OVERLAY, OVERLAY.replace("https://prod", "https://prod2"), OVERLAY + "  qa:\n    workspace: {host: q}\n")


class Life(RuleBasedStateMachine):
    """What people and bundles do to one project."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.root = repository(self.folder / "repo", "alpha")
        self.version = 0
        self.tokens: dict[str, list[str]] = {}
        self.is_settled = False

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(script=st.sampled_from(SCRIPTS), pipeline=st.sampled_from(PIPELINES), overlay=st.sampled_from(OVERLAYS))
    def the_bundle_moves_on(self, script: str | None, pipeline: str, overlay: str) -> None:
        self.version += 1
        files = {SCRIPT_TEMPLATE: script, PIPELINE_TEMPLATE: pipeline, OVERLAY_TEMPLATE: overlay}
        (self.root / "cicd.tar.gz").write_bytes(bundle(f"1.{self.version}.0", files))
        self.is_settled = False

    @rule(path=st.sampled_from(FILES), place=st.integers(0, 2), crlf=st.booleans())
    def somebody_edits(self, path: str, place: int, crlf: bool) -> None:
        file = self.root / path
        if not file.exists():
            return
        text = file.read_bytes().decode()
        plain = text.replace("\r\n", "\n")
        anchor = ANCHORS[path][place]
        if anchor not in plain:
            return
        token = f"# token {path.count('/')}-{len(self.tokens.get(path, ()))}-{self.version}"
        plain = plain.replace(anchor, f"{anchor}{token}\n", 1)
        file.write_bytes((plain.replace("\n", "\r\n") if crlf else plain).encode())
        self.tokens.setdefault(path, []).append(token)
        self.is_settled = False

    @rule(value=st.sampled_from(["https://mine", "https://other"]))
    def somebody_edits_a_value(self, value: str) -> None:
        file = self.root / DATABRICKS
        text = file.read_text()
        if "https://staging" in text:
            file.write_text(text.replace("https://staging", value))
            self.tokens.setdefault(DATABRICKS, []).append(value)
            self.is_settled = False

    @rule(path=st.sampled_from(FILES))
    def somebody_deletes(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)
        self.tokens.pop(path, None)
        self.is_settled = False

    @rule(path=st.sampled_from((*FILES, DATABRICKS)))
    def somebody_accepts(self, path: str) -> None:
        try:
            accept(AcceptRequest(project="alpha", paths=(path,), reason="meant", repo=self.root))
        except CannotAccept:
            return

    @rule(mode=st.sampled_from(["fail", "ours"]))
    def the_bundle_is_applied(self, mode: str) -> None:
        before = tree(self.root)
        prepared = planned(self.root, on_conflict=mode)
        if prepared.conflicts:
            assert tree(self.root) == before
            return
        carry_out(prepared)
        self.is_settled = True

    @precondition(lambda self: self.is_settled)
    @rule()
    def it_is_applied_again(self) -> None:
        before = tree(self.root)
        prepared = applied(self.root)
        assert not prepared.plan.writes
        assert tree(self.root) == before

    @invariant()
    def no_edit_is_lost(self) -> None:
        for path, tokens in self.tokens.items():
            text = (self.root / path).read_text()
            assert all(token in text for token in tokens)

    @invariant()
    def the_status_agrees_with_the_plan(self) -> None:
        (project,) = status(StatusRequest(repo=self.root)).projects
        prepared = planned(self.root)
        if prepared.conflicts:
            assert project.state in {"conflict", "not set up"}
        elif project.state == "current":
            assert not prepared.plan.writes
            assert not effects(prepared)
        elif project.state in {"edited", "missing", "accepted", "bumped"}:
            assert not prepared.writes
            assert effects(prepared)
        else:
            assert project.state in {"not set up", "outdated"}
            assert prepared.plan.writes


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
