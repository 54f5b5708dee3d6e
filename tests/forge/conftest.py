"""One fake server for each test, and nobody else to talk to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forge.fake_forge import FakeForge

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeForge]:
    """A fake of all three platforms on the loopback interface."""
    monkeypatch.setenv("NO_PROXY", "*")
    forge = FakeForge()
    yield forge
    forge.close()
