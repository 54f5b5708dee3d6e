"""The judge, built once for all tests that compare with real Go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.judge.judge import Judge


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Return the judge; without a `go` the test is skipped."""
    from tests.judge.judge import build

    return build(tmp_path_factory.mktemp("judge"))
