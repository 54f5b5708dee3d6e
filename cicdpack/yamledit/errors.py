"""The one error of this room: a YAML text that cannot be read, or cannot be edited without a risk."""

from __future__ import annotations

from cicdpack.errors import CicdpackError


class YamlEditError(CicdpackError):
    """A YAML text was refused: broken, ambiguous or too large, or an edit of it that would not be safe."""
