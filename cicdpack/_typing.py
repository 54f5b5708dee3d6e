"""What `typing` offers only from Python 3.11 on, without the start-up cost of a package for it."""

from __future__ import annotations

import sys
from typing import NoReturn

if sys.version_info >= (3, 11):
    from typing import assert_never
else:

    def assert_never(value: NoReturn) -> NoReturn:
        """Close a `match` over a union: a type checker proves that nothing is left, a run that gets here is a bug."""
        raise AssertionError(f"unreachable: {value!r}")


__all__ = ["assert_never"]
