"""Source text made fit for a terminal: one line of code, and where under it to draw.

Audited code is not trusted. A control character could drive the terminal, a bidirectional
override could show other code than the compiler reads, so both are shown as what they are.
"""

from unicodedata import category, east_asian_width

import msgspec

from soundcheck.render.places import Indexes
from soundcheck.source import Span

_TAB = "    "
_CUT = "…"
_LEAST_WIDTH = 20
_BOM = b"\xef\xbb\xbf"


class Excerpt(msgspec.Struct, frozen=True, gc=False):
    """One line of code as shown, and the span in it, in terminal cells from the left.

    ``continues`` tells that the span goes on below the line.
    """

    line: int
    text: str
    offset: int
    length: int
    continues: bool


def show_text(text: str) -> str:
    """Text without anything that a terminal would obey: control characters become pictures."""
    return text if text.isprintable() else "".join(map(_show, text))


def count_cells(shown: str) -> int:
    """How many terminal cells a text takes, once it went through ``show_text``."""
    return len(shown) if shown.isascii() else sum(map(_cells, shown))


def excerpt(indexes: Indexes, at: Span, width: int) -> Excerpt | None:
    """The first line of a span, cut to ``width`` cells around it; nothing without its source."""
    index = indexes.get(at.path)
    if index is None:
        return None
    line = index.line_of(at.start)
    first = index.start_of(line)
    code = index.bytes_of(line)
    bom = len(_BOM) if line == 1 and code.startswith(_BOM) else 0
    start = min(max(at.start - first, bom), len(code))
    end = min(max(at.end - first, start), len(code))
    before, marked, after = (
        part.decode("utf-8", "replace") for part in (code[bom:start], code[start:end], code[end:])
    )
    continues = index.line_of(max(at.end - 1, at.start)) > line
    return _cut(line, (before, marked, after), max(width, _LEAST_WIDTH), continues=continues)


def _show(character: str) -> str:
    if character == "\t":
        return _TAB
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return character if character.isprintable() else f"\\u{{{code:x}}}"


def _cells(character: str) -> int:
    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1


def _cut(line: int, parts: tuple[str, str, str], width: int, *, continues: bool) -> Excerpt:
    """The line, and of a line that is too long the part around the span."""
    before, marked, after = parts
    # No character takes less than a cell but combining ones, so that more can never be shown.
    left = list(map(show_text, before[-width:]))
    middle = list(map(show_text, marked[:width]))
    right = list(map(show_text, after[:width]))
    cut_left, cut_middle = len(before) > width, len(marked) > width
    cut_right = len(after) > width
    room = width - sum(map(count_cells, middle))
    if cut_left or cut_middle or cut_right or room < sum(map(count_cells, left + right)):
        room = width - 2 * len(_CUT)
        fitting = _fit(middle, room)
        room -= sum(map(count_cells, fitting))
        cut_middle = cut_middle or len(fitting) < len(middle)
        wanted_right = [] if cut_middle else right
        half = min(room // 2, sum(map(count_cells, wanted_right)))
        kept_left = _fit(left[::-1], room - half)[::-1]
        room -= sum(map(count_cells, kept_left))
        kept_right = _fit(wanted_right, room)
        cut_left = cut_left or len(kept_left) < len(left)
        cut_right = cut_right or len(kept_right) < len(right) or cut_middle
        left, middle, right = kept_left, fitting, kept_right
    prefix = (_CUT if cut_left else "") + "".join(left)
    text = prefix + "".join(middle) + "".join(right) + (_CUT if cut_right else "")
    length = max(sum(map(count_cells, middle)), 1)
    return Excerpt(line, text.rstrip(), count_cells(prefix), length, continues)


def _fit(units: list[str], room: int) -> list[str]:
    """As many of the first units as fit into ``room`` cells."""
    for number, unit in enumerate(units):
        room -= count_cells(unit)
        if room < 0:
            return units[:number]
    return units
