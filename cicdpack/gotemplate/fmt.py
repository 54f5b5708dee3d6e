"""Go's package `fmt`: `Sprint`, `Sprintln` and `Sprintf` for the values of `values`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.gotemplate.limits import MAX_WIDTH, Budget
from cicdpack.gotemplate.printer import Printer
from cicdpack.gotemplate.values import Byte, Int, go_type
from cicdpack.gotemplate.verbs import Flags

if TYPE_CHECKING:
    from collections.abc import Sequence


def sprint(args: Sequence[object], budget: Budget | None = None) -> str:
    """Print operands in their default form, with a space between two that are both no strings."""
    printer = Printer(budget or Budget())
    previous_is_string = True
    for index, arg in enumerate(args):
        is_string = type(arg) is str
        if index and not is_string and not previous_is_string:
            printer.write(" ")
        printer.print_arg(arg, "v")
        previous_is_string = is_string
    return "".join(printer.parts)


def sprintln(args: Sequence[object], budget: Budget | None = None) -> str:
    """Print operands in their default form, with spaces between all and a newline at the end."""
    printer = Printer(budget or Budget())
    for index, arg in enumerate(args):
        if index:
            printer.write(" ")
        printer.print_arg(arg, "v")
    printer.write("\n")
    return "".join(printer.parts)


def sprintf(template: str, args: Sequence[object], budget: Budget | None = None) -> str:
    """Print by a format string."""
    printer = FormatPrinter(budget or Budget())
    printer.print_format(template, args)
    return "".join(printer.parts)


class FormatPrinter(Printer):
    """Prints by a format string: `arg_num` is the next operand, as far as the format is read."""

    __slots__ = ("arg_num", "good_arg_num", "reordered")

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.arg_num = 0
        self.reordered = False
        self.good_arg_num = False

    def print_format(self, template: str, args: Sequence[object]) -> None:
        """Print a format string with its operands."""
        at, end = 0, len(template)
        self.arg_num = 0
        self.reordered = False
        after_index = False
        while at < end:
            self.good_arg_num = True
            percent = template.find("%", at)
            if percent < 0:
                percent = end
            if percent > at:
                self.write(template[at:percent])
            if percent >= end:
                break
            self.flags = flags = Flags()
            at = self.read_flags(template, percent + 1)
            at, after_index = self.read_index(template, at, len(args))
            at, after_index = self.read_width(template, at, args, after_index)
            if at + 1 < end and template[at : at + 1] == ".":
                at, after_index = self.read_precision(template, at + 1, args, after_index)
            if not after_index:
                at, after_index = self.read_index(template, at, len(args))
            if at >= end:
                self.write("%!(NOVERB)")
                break
            verb = template[at]
            at += 1
            self.print_verb(verb, args, flags)
        if not self.reordered and self.arg_num < len(args):
            self.print_extra(args[self.arg_num :])

    def print_verb(self, verb: str, args: Sequence[object], flags: Flags) -> None:
        """Print the next operand with a verb, whose flags have been read."""
        if verb == "%":
            self.write("%")
        elif not self.good_arg_num:
            self.write(f"%!{verb}(BADINDEX)")
        elif self.arg_num >= len(args):
            self.write(f"%!{verb}(MISSING)")
        else:
            if verb in "vw":
                flags.sharp_v, flags.sharp = flags.sharp, False
                flags.plus_v, flags.plus = flags.plus, False
            arg = args[self.arg_num]
            self.arg_num += 1
            self.print_arg(arg, verb)

    def print_extra(self, args: Sequence[object]) -> None:
        """Print operands that no verb took."""
        self.flags = Flags()
        self.write("%!(EXTRA ")
        for index, arg in enumerate(args):
            if index:
                self.write(", ")
            if arg is None:
                self.write("<nil>")
            else:
                self.write(go_type(arg) + "=")
                self.print_arg(arg, "v")
        self.write(")")

    def read_flags(self, template: str, at: int) -> int:
        """Read the flags at `at`; return where they end."""
        flags = self.flags
        while at < len(template):
            char = template[at]
            if char == "#":
                flags.sharp = True
            elif char == "0":
                flags.zero = True
            elif char == "+":
                flags.plus = True
            elif char == "-":
                flags.minus = True
            elif char == " ":
                flags.space = True
            else:
                break
            at += 1
        return at

    def read_index(self, template: str, at: int, count: int) -> tuple[int, bool]:
        """Read `[n]`, if it is there; return where it ends and whether it chose an operand."""
        if template[at : at + 1] != "[":
            return at, False
        self.reordered = True
        close = template.find("]", at)
        if close < 0:
            self.good_arg_num = False
            return at + 1, False
        number, end = read_number(template, at + 1, close)
        if number is None or end != close or not 1 <= number <= count:
            self.good_arg_num = False
            return close + 1, False
        self.arg_num = number - 1
        return close + 1, True

    def read_width(self, template: str, at: int, args: Sequence[object], after_index: bool) -> tuple[int, bool]:  # noqa: FBT001
        """Read a width, a number or `*`."""
        flags = self.flags
        if template[at : at + 1] == "*":
            width = self.star(args)
            if width is None:
                self.write("%!(BADWIDTH)")
            elif width < 0:
                flags.minus, flags.zero = True, False
            flags.width = None if width is None else abs(width)
            return at + 1, False
        flags.width, end = read_number(template, at, len(template))
        if after_index and end > at:
            # A number may not follow an index: %[3]2d.
            self.good_arg_num = False
        return end, after_index

    def read_precision(self, template: str, at: int, args: Sequence[object], after_index: bool) -> tuple[int, bool]:  # noqa: FBT001
        """Read what follows the dot, a number, `*` or nothing."""
        if after_index:
            self.good_arg_num = False
        at, after_index = self.read_index(template, at, len(args))
        if template[at : at + 1] == "*":
            precision = self.star(args)
            if precision is None:
                self.write("%!(BADPREC)")
            elif precision < 0:
                precision = None
                # Go calls a negative precision absent, and bad as well.
                self.write("%!(BADPREC)")
            self.flags.precision = precision
            return at + 1, False
        number, end = read_number(template, at, len(template))
        self.flags.precision = 0 if number is None else number
        return end, after_index

    def star(self, args: Sequence[object]) -> int | None:
        """Take an operand as width or precision; `None` if it is not an integer of reasonable size."""
        if self.arg_num >= len(args):
            return None
        value = args[self.arg_num]
        self.arg_num += 1
        if type(value) in {int, Int, Byte} and abs(value) <= MAX_WIDTH:  # type: ignore[arg-type]
            return int(value)  # type: ignore[call-overload, no-any-return]
        return None


def read_number(template: str, start: int, end: int) -> tuple[int | None, int]:
    """Read decimal digits; return the number, or `None` if there is none or it is too large, and where it ends."""
    at = start
    while at < end and "0" <= template[at] <= "9":
        at += 1
    if at == start:
        return None, start
    digits = template[start:at].lstrip("0")
    # Go looks at the size before it takes the last digit in, so ten times the limit passes.
    if len(digits) > len(str(MAX_WIDTH)) + 1 or int(digits[:-1] or "0") > MAX_WIDTH:
        return None, end
    return int(digits or "0"), at
