"""What every part of lowering needs at hand: the file's bytes, its gaps, and how deep it stands."""

import re
from collections.abc import Callable

from tree_sitter import Node

from soundcheck.finding import Gap
from soundcheck.source import LineIndex, Span
from soundcheck.syntax.items import AnyItem, Expr, Opaque
from soundcheck.syntax.macros import MacroTree, Part
from soundcheck.syntax.parser import ParsedFile

# Code that people write nests a few dozen deep; what goes beyond this is generated or hostile.
DEEPEST = 110

COMMENTS = frozenset({"line_comment", "block_comment"})
_WORD = re.compile(rb"(?:r#)?\w+")


def first_named(node: Node) -> Node | None:
    """The first named child of a node, if it has any."""
    return node.named_child(0) if node.named_child_count else None


def _decode(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")


class Lowering:
    """The lowering of one file under way.

    ``table`` tells how to lower each kind of expression, ``lower_items`` reads the items among a
    list of sibling nodes; they are handed in so that expressions need not know what else there is.
    """

    __slots__ = (
        "_chars",
        "_written",
        "data",
        "depth",
        "gaps",
        "inner",
        "is_repaired",
        "lines",
        "lower_items",
        "names",
        "parsed",
        "parts",
        "source",
        "table",
    )

    def __init__(
        self,
        parsed: ParsedFile,
        table: dict[int, Callable[["Lowering", Node], Expr]],
        lower_items: Callable[["Lowering", list[Node]], tuple[AnyItem, ...]],
    ) -> None:
        self.parsed = parsed
        self.data = parsed.data
        # How many items and `include!`s were met: whether a body held any, a function tells.
        self.inner = 0
        self.source = parsed.source.data
        self.is_repaired = self.data != self.source
        # A byte a character: cutting these is much quicker than decoding every name by itself.
        self._written = self.source.decode("latin-1")
        self._chars = self.data.decode("latin-1") if self.is_repaired else self._written
        self.lines = LineIndex(self.source)
        self.gaps: list[Gap] = []
        self.depth = 0
        self.names: dict[int, str] = {}
        self.parts: dict[int, Part] = {}
        self.table = table
        self.lower_items = lower_items

    def adopt(self, tree: MacroTree) -> None:
        """Take note of what in a macro's tree reads otherwise than the file."""
        self.names.update(tree.names)
        for part in tree.parts:
            self.parts[part.start] = part

    def name(self, node: Node) -> str:
        """The name that a node is, without the mark of a raw one."""
        start = node.start_byte
        text = self._chars[start : node.end_byte]
        if self.names and start in self.names:
            return self.names[start]
        if self.is_repaired:
            written = _WORD.match(self.source, start)
            # A repair may have put a shorter name in the place of what is a word to the grammar.
            if written is not None and not written[0].startswith(text.encode("latin-1")):
                text = written[0].decode("latin-1")
        if text.startswith("r#"):
            text = text[2:]
        return text if text.isascii() else _decode(text)

    def text(self, node: Node) -> str:
        """The text of a node, as it stands in the file."""
        text = self._written[node.start_byte : node.end_byte]
        return text if text.isascii() else _decode(text)

    def words_blanked(self, start: int, end: int) -> list[str]:
        """The words of a range, and right before it, that a repair blanked: ``safe``, ``auto``."""
        if not self.is_repaired:
            return []
        while start > 0 and self.data[start - 1] in b" \t\r\n":
            start -= 1
        if self.data[start:end] == self.source[start:end]:
            return []
        return [
            match[0].decode("utf-8", "replace")
            for match in _WORD.finditer(self.source, start, end)
            if self.data[match.start() : match.end()].isspace()
        ]

    def is_written(self, word: bytes, start: int) -> bool:
        """Whether a word stands in the file, where a repair may have put another."""
        return self.source.startswith(word, start)

    def span(self, start: int, end: int) -> Span:
        """The place of a byte range."""
        return Span(self.parsed.source.path, self.lines.line_of(start), start, end)

    def gap(self, kind: str, what: str, start: int, end: int) -> None:
        """Note something that was not understood."""
        end = min(end, len(self.source))
        self.gaps.append(Gap(kind, what, self.span(start, end)))

    def opaque(self, node: Node, why: str, kind: str = "opaque") -> Opaque:
        """An expression that stays closed to us, with its gap.

        Of broken code the parse, or the reading of the macro, has told already.
        """
        if not node.has_error:
            self.gap(kind, why, node.start_byte, node.end_byte)
        return Opaque(node.start_byte, node.end_byte, why)
