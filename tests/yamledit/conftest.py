"""Both parsers: PyYAML's C one and its pure Python one give the same positions, so every test may ask for either."""

from __future__ import annotations

import pytest
import yaml


@pytest.fixture(params=["c", "pure"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test once with each parser; the C one is skipped where PyYAML was built without it."""
    name = str(request.param)
    if name == "c" and not hasattr(yaml, "CSafeLoader"):
        pytest.skip("PyYAML was built without libyaml")
    if name == "pure":
        monkeypatch.setattr("cicdpack.yamledit.nodes._loader_class", lambda: yaml.SafeLoader)
    return name
