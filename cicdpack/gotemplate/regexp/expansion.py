"""The replacement of `replace_all_string`: text with `$1`, `${1}`, `$name`, `${name}` and `$$`.

A name without braces is as long as it can be: `$1x` is the group `1x`, not group 1 and an x. A group that is not there
is the empty text. A dollar that begins none of these stands for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cicdpack.gotemplate.regexp.machine import Slots

    Piece: TypeAlias = str | list[int]
    """Text as it is, or the groups of which the first that took part is put in."""


def parse_replacement(template: str, names: Sequence[str]) -> list[Piece]:
    """Read a replacement; `names` has the name or "" of each group, the whole match first."""
    pieces: list[Piece] = []
    start = 0
    while (dollar := template.find("$", start)) >= 0:
        if template.startswith("$", dollar + 1):
            pieces.append(template[start : dollar + 1])
            start = dollar + 2
            continue
        name, end = _name(template, dollar + 1)
        if name:
            pieces += [template[start:dollar], _groups(name, names)]
        else:
            pieces.append(template[start : dollar + 1])
        start = end
    pieces.append(template[start:])
    return pieces


def expand(pieces: list[Piece], text: str, slots: Slots, spend: Callable[[int], None]) -> str:
    """The replacement for one match in `text`; `spend` is told of its length as it grows."""
    out: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
        else:
            group = next((group for group in piece if slots[2 * group] >= 0), None)
            out.append("" if group is None else text[slots[2 * group] : slots[2 * group + 1]])
        spend(1 + (len(out[-1]) >> 3))
    return "".join(out)


def _name(template: str, start: int) -> tuple[str, int]:
    """The name that begins after a dollar, and where the text after it begins; "" where there is none."""
    begin = end = start + template.startswith("{", start)
    while end < len(template) and _is_name_letter(template[end]):
        end += 1
    if begin == start:
        return template[begin:end], end
    if begin < end and template.startswith("}", end):
        return template[begin:end], end + 1
    return "", start


def _is_name_letter(character: str) -> bool:
    """Letters (category L), digits (category Nd) and the underscore, as in Go's `unicode` package."""
    return character == "_" or character.isalpha() or character.isdecimal()


def _groups(name: str, names: Sequence[str]) -> list[int]:
    """The groups that a name stands for. A number with a leading zero is a name, and no group has such a name."""
    if name.isascii() and name.isdecimal() and (len(name) == 1 or name[0] != "0"):
        group = int(name) if len(name) <= 8 else len(names)
        return [group] if group < len(names) else []
    return [group for group, other in enumerate(names) if other == name]
