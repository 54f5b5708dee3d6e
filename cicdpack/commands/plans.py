"""The types of a plan, handed on to whoever shows one."""

from cicdpack.planning.changes import (
    Absent,
    Blocked,
    Change,
    Conflict,
    Create,
    Delete,
    Effect,
    Keep,
    Merge,
    Plan,
    Present,
    Update,
    effect_of,
)
from cicdpack.planning.textmerge import Hunk

__all__ = [
    "Absent",
    "Blocked",
    "Change",
    "Conflict",
    "Create",
    "Delete",
    "Effect",
    "Hunk",
    "Keep",
    "Merge",
    "Plan",
    "Present",
    "Update",
    "effect_of",
]
