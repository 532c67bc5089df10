"""The only place where tree-sitter is called: bytes in, a tree out, and what could not be read."""

import re
from functools import cache
from typing import Any, NamedTuple

import tree_sitter_rust
from tree_sitter import Language, Node, Parser, Range, Tree

from soundcheck.finding import Gap
from soundcheck.source import LineIndex, SourceFile, Span
from soundcheck.syntax.repair import lost_spans, outermost_errors, repair

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_LONE_CARRIAGE_RETURN = re.compile(rb"\r(?!\n)")
_SPACED_INNER_ATTRIBUTE = re.compile(rb"#!([ \t]+)\[")


@cache
def rust_language() -> Language:
    """The grammar."""
    return Language(tree_sitter_rust.language())


@cache
def _parser() -> Parser:
    return Parser(rust_language())


def parse_bytes(data: bytes) -> Tree:
    """The tree of a whole file."""
    parser = _parser()
    parser.included_ranges = []
    return parser.parse(data)


def parse_part(text: bytes, start: int) -> Tree:
    """The tree of a text whose first byte stands at the offset ``start`` of its file.

    Offsets of the nodes are those of the file; their rows and columns mean nothing.
    """
    parser = _parser()
    end = start + len(text)
    parser.included_ranges = [Range((0, start), (0, end), start, end)]
    return parser.parse(lambda offset, _point: text[offset - start :])


def parse_strictly(text: bytes, start: int) -> Tree | None:
    """Like ``parse_part``, but ``None`` for a text with an error in it, which it tells early.

    Recovering from errors is what takes the grammar long.
    """
    parser = _parser()
    end = start + len(text)
    parser.included_ranges = [Range((0, start), (0, end), start, end)]
    try:
        tree = parser.parse(
            lambda offset, _point: text[offset - start :],
            progress_callback=lambda _offset, has_error: has_error,
        )
    except ValueError:
        parser.reset()
        return None
    return None if tree.root_node.has_error else tree


class ParsedFile(NamedTuple):
    """One file and its tree.

    ``data`` is as long as the file, with what the grammar cannot read rewritten or blanked; names
    and attributes are best read from ``source.data``, at the same offsets. ``verbatim`` holds
    where the nodes start that had to be rewritten to be read and that syn keeps as mere tokens.
    ``macros`` remembers how the tokens at an offset were read, for ``macros.read_macro``.
    """

    source: SourceFile
    data: bytes
    root: Node
    verbatim: frozenset[int]
    gaps: tuple[Gap, ...]
    macros: dict[int, Any]


def read_file(source: SourceFile) -> ParsedFile:
    """The tree of any bytes at all; what is not Rust in it is a gap."""
    encoding = foreign_encoding(source.data)
    if encoding is not None:
        what, at = encoding
        gap = Gap("not-utf8", what, _span(source, at, at + 1))
        return ParsedFile(source, b"", parse_bytes(b"").root_node, frozenset(), (gap,), {})
    data = _plain_head(source.data)
    tree = parse_bytes(data)
    verbatim: frozenset[int] = frozenset()
    gaps = _odd_bytes(source)
    if tree.root_node.has_error:
        data, tree, verbatim = repair(data, tree, parse_bytes)
        gaps += _unparsed(source, tree.root_node)
    return ParsedFile(source, data, tree.root_node, verbatim, gaps, {})


def foreign_encoding(data: bytes) -> tuple[str, int] | None:
    """What the bytes look like if they are not UTF-8, and the offset of the first that is not."""
    if data.isascii() and b"\0" not in data:
        return None
    for mark, name in ((b"\xff\xfe", "UTF-16, little-endian"), (b"\xfe\xff", "UTF-16, big-endian")):
        if data.startswith(mark):
            return f"not UTF-8: it looks like {name}", 0
    head = data[:512]
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if max(odd, even) * 4 > len(head):
        name = "UTF-16, little-endian" if odd > even else "UTF-16, big-endian"
        return f"not UTF-8: it looks like {name} without a byte order mark", 0
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8: it looks like {_eight_bit_name(data)}", error.start
    return None


def _eight_bit_name(data: bytes) -> str:
    broken = data.decode("utf-8", "replace")
    if any(char > "\x7f" and char != "\N{REPLACEMENT CHARACTER}" for char in broken):
        return "UTF-8 with broken sequences"
    if any(0x80 <= byte < 0xA0 for byte in data):
        return "Windows-1252"
    return "Latin-1"


def _plain_head(data: bytes) -> bytes:
    """Without a byte order mark, and with a first line that the grammar does not misread.

    The grammar takes ``#! [attribute]`` for a shebang, and wants a line end after a shebang.
    """
    if data.startswith(BYTE_ORDER_MARK):
        data = b"   " + data[3:]
    start = 3 if data.startswith(b"   #!") else 0
    if not data.startswith(b"#!", start) or data.startswith(b"#![", start):
        return data
    attribute = _SPACED_INNER_ATTRIBUTE.match(data, start)
    if attribute:
        return data[:start] + b"#![" + attribute[1] + data[attribute.end() :]
    end = data.find(b"\n", start)
    return b" " * (len(data) if end < 0 else end) + (b"" if end < 0 else data[end:])


def _odd_bytes(source: SourceFile) -> tuple[Gap, ...]:
    gaps: list[Gap] = []
    nul = source.data.find(b"\0")
    if nul >= 0:
        gaps.append(Gap("odd-byte", "a NUL byte", _span(source, nul, nul + 1)))
    if b"\r" in source.data:
        lone = _LONE_CARRIAGE_RETURN.search(source.data)
        if lone:
            what = "a carriage return without a line feed"
            gaps.append(Gap("odd-byte", what, _span(source, *lone.span())))
    return tuple(gaps)


def _unparsed(source: SourceFile, root: Node) -> tuple[Gap, ...]:
    spans: list[tuple[int, int, str]] = []
    for error in outermost_errors(root):
        what = f"missing `{error.type}`" if error.is_missing else "text that is not understood"
        for start, end in lost_spans(error):
            lost = source.data[start:end]
            start += (len(lost) - len(lost.lstrip())) % (len(lost) or 1)
            if spans and what == spans[-1][2] and b"\n" not in source.data[spans[-1][1] : start]:
                start = spans.pop()[0]  # one gap a line is enough
            spans.append((start, end, what))
    index = LineIndex(source.data)
    return tuple(
        Gap("unparsed", what, Span(source.path, index.line_of(start), start, end))
        for start, end, what in spans
    )


def _span(source: SourceFile, start: int, end: int) -> Span:
    line = source.data.count(b"\n", 0, start) + 1
    return Span(source.path, line, start, min(end, len(source.data)))
