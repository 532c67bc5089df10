"""The arguments of a macro one by one, where all together are no Rust.

A type or a pattern among them is kept as such, the name before a value dropped, and so is what
assembly writes before an operand; a piece that nothing can be made of is lost.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from soundcheck.syntax.macros.tokens import COMMENTS, Tokens, is_foreign
from soundcheck.syntax.parser import parse_part, parse_strictly

SEPARATORS = frozenset({",", ";", "=>"})
# How many commas a type may hold.
_MOST_ARGUMENTS = 12
# More pieces than this are a table, not arguments.
_MOST_PIECES = 2_000
# A shorter block holds no code that would be worth a look.
_LEAST_BLOCK = 6
# After this many that were lost, and not fewer than were read, the rest is not looked at.
_MOST_LOST = 6

# What stands before an operand of assembly: `name = in(reg)`, `sym`, `const`.
_OPERAND = re.compile(
    rb"(?:\w+\s*=\s*)?(?:(?:in|out|inout|lateout|inlateout)\s*\([^)]*\)|(?:sym|const|label)\b)"
)
# What macros write before a value: `name:`, `"key":`, and the `@tag` of a rule meant for itself.
# How tracing tells what to show of a field: `?value`, `name = %value`.
_SIGIL = re.compile(rb"(?:[\w.]+\s*=\s*)?[?%](?=\s*[\w&(*])")
_NAME = re.compile(rb'(?:\w+|"[^"\\]*")\s*:(?!:)')
_TOKEN = re.compile(rb"\w+|[^\w\s()\[\]{}]+")
_TAG = re.compile(rb"@\s*\w*")
# What patterns and types have in them that are no expressions too.
_ONLY_PATTERN = re.compile(rb"@|\.\.|\||\b(?:ref|mut|box)\b")
_ONLY_TYPE = re.compile(rb"<|'|\*\s*(?:const|mut)\b|\b(?:dyn|impl|fn|mut)\b|^\s*!\s*$")
_TYPE_HEAD = b"let _: "
_PATTERN_HEAD = b"let "


class Part(NamedTuple):
    """A part that is no expression and stands as a literal in the tree of the arguments.

    ``kind`` is ``type`` or ``pattern``; where its node could not be had, ``node`` is none. With
    ``is_guarded`` the next argument is the guard of a pattern.
    """

    start: int
    kind: str
    node: Node | None
    is_guarded: bool = False


class _Piece(NamedTuple):
    """One piece: its ends, and where a word ``if`` stands in it, or -1."""

    start: int
    end: int
    guard: int


def separate(work: Tokens, tokens: Node) -> None:
    """Put one comma between any two pieces, whatever separates them."""
    for part in tokens.children[1:-1]:
        if part.type in SEPARATORS:
            work.blank(part.start_byte, part.end_byte)
    end = -1
    for piece in _pieces(tokens):
        if work.is_blank(piece.start, piece.end):
            continue
        if end >= 0 and end < piece.start:
            work.put(end, b",")
        end = piece.end


def read_pieces(work: Tokens, tokens: Node) -> tuple[list[Part], list[tuple[int, int]]]:
    """Leave expressions between commas, literals for the rest: the parts, and what is lost."""
    parts: list[Part] = []
    lost: list[tuple[int, int]] = []
    pieces = list(_pieces(tokens))
    if len(pieces) > _MOST_PIECES:
        return parts, [(work.base, work.end)]
    i = 0
    while i < len(pieces):
        piece = pieces[i]
        i += 1
        _drop_head(work, piece, _OPERAND)
        _drop_head(work, piece, _TAG)
        _drop_head(work, piece, _SIGIL)
        text = work.cut(piece.start, piece.end)
        if not text.strip():
            _stand_in(work, piece.start, piece.end)
            parts.append(Part(piece.start, "", None))
            continue
        behind = _end_of_type(work, pieces, i - 1)
        if behind:
            start, i = piece.start, behind
            end = pieces[behind - 1].end
            parts.append(Part(start, "type", _type(work.cut(start, end), start)))
            _stand_in(work, start, end)
            continue
        if _is_expression(text):
            continue
        name = _NAME.match(text)
        if name is not None and _is_expression(text[name.end() :]):
            work.blank(piece.start, piece.start + name.end())
            continue
        guarded = piece.guard >= 0 and _is_pattern(work.cut(piece.start, piece.guard))
        if guarded and _is_expression(work.cut(piece.guard + 2, piece.end)):
            work.blank(piece.start, piece.guard + 2)
            continue
        node = _type(text, piece.start)
        if node is not None:
            parts.append(Part(piece.start, "type", node))
        elif _is_pattern(text):
            parts.append(Part(piece.start, "pattern", None))
        elif _TOKEN.fullmatch(text):  # a keyword or a mark: there is nothing to lose
            parts.append(Part(piece.start, "", None))
        else:
            parts.append(Part(piece.start, "", None))
            lost.append((piece.start, piece.end))
            if len(lost) > _MOST_LOST and 2 * len(lost) > i:
                return [], [(work.base, work.end)]
        _stand_in(work, piece.start, piece.end)
    separate(work, tokens)
    return parts, lost


def leave_blocks(work: Tokens, tokens: Node) -> list[tuple[int, int]]:
    """Leave the blocks of Rust among tokens that are none; what is lost, or all where none is."""
    lost: list[tuple[int, int]] = []
    position = work.base + 1
    for part in tokens.children[1:-1]:
        start, end = part.start_byte, part.end_byte
        if part.type != "token_tree" or part.children[0].type != "{" or end - start < _LEAST_BLOCK:
            continue
        text = work.cut(start, end)
        if is_foreign(text) or parse_strictly(text, 0) is None:
            continue
        lost.append((position, start))
        position = end
    if not lost:
        return [(work.base, work.end)]
    lost.append((position, work.end - 1))
    telling = [(start, end) for start, end in lost if work.cut(start, end).strip()]
    for start, end in lost:
        work.blank(start, end)
    return telling


def read_match(work: Tokens, tokens: Node) -> list[Part]:
    """Leave a literal for the pattern of ``matches!``, and a comma before its guard."""
    pieces = list(_pieces(tokens))
    if len(pieces) < 2 or pieces[1].start < len(_PATTERN_HEAD):
        return []
    _, end, guard = pieces[1]
    start = pieces[1].start
    pattern = work.cut(start, guard if guard >= 0 else end)
    node = parse_part(_PATTERN_HEAD + pattern + b" = 0;", start - len(_PATTERN_HEAD)).root_node
    declaration = node.named_child(0)
    if node.has_error or declaration is None:
        return []
    _stand_in(work, start, guard if guard >= 0 else end)
    if guard >= 0:
        work.put(guard, b", ")
    return [Part(start, "pattern", declaration.child_by_field_name("pattern"), guard >= 0)]


def _drop_head(work: Tokens, piece: _Piece, head: re.Pattern[bytes]) -> None:
    match = head.match(work.cut(piece.start, piece.end))
    if match is not None:
        work.blank(piece.start, piece.start + match.end())


def _stand_in(work: Tokens, start: int, end: int) -> None:
    work.blank(start, end)
    work.put(start, b"0")


def _end_of_type(work: Tokens, pieces: list[_Piece], i: int) -> int:
    """The index behind the pieces that make up a type with commas from ``i`` on; 0 for no type."""
    start = pieces[i].start
    text = work.cut(start, pieces[i].end)
    if not _is_open(text):
        return 0
    for behind in range(i + 2, min(i + _MOST_ARGUMENTS, len(pieces)) + 1):
        text = work.cut(start, pieces[behind - 1].end)
        if not _is_open(text):
            return behind if _type(text, start) is not None else 0
    return 0


def _is_open(text: bytes) -> bool:
    return text.count(b"<") > text.count(b">") - text.count(b"->") - text.count(b"=>")


# A failing parse takes as long as a thousand that succeed on as short a text: first a cheap look.


def _is_expression(text: bytes) -> bool:
    return not is_foreign(text) and parse_strictly(text + b";", 0) is not None


def _is_pattern(text: bytes) -> bool:
    if _ONLY_PATTERN.search(text) is None or is_foreign(text):
        return False
    return parse_strictly(_PATTERN_HEAD + text + b" = 0;", 0) is not None


def _type(text: bytes, start: int) -> Node | None:
    """The node of a type that begins at an offset of the file."""
    if start < len(_TYPE_HEAD) or _ONLY_TYPE.search(text) is None or is_foreign(text):
        return None
    tree = parse_strictly(_TYPE_HEAD + text + b";", start - len(_TYPE_HEAD))
    declaration = None if tree is None else tree.root_node.named_child(0)
    return None if declaration is None else declaration.child_by_field_name("type")


def _pieces(tokens: Node) -> Iterator[_Piece]:
    """The parts between separators; behind a block after an arrow, none is needed."""
    start = last = guard = -1
    is_arm = False
    for part in tokens.children[1:-1]:
        kind = part.type
        if kind in SEPARATORS:
            if start >= 0:
                yield _Piece(start, last, guard)
            start = guard = -1
            is_arm = kind == "=>"
            continue
        if kind in COMMENTS:
            continue
        if start < 0:
            start = part.start_byte
            if is_arm and kind == "token_tree" and part.children[0].type == "{":
                yield _Piece(start, part.end_byte, -1)
                start = -1
                is_arm = False
                continue
        elif part.end_byte - part.start_byte == 2 and part.text == b"if":
            guard = part.start_byte
        last = part.end_byte
    if start >= 0:
        yield _Piece(start, last, guard)
