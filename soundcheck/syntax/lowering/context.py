"""What every part of lowering needs at hand: the file's bytes, its gaps, and how deep it stands."""

from collections.abc import Callable

from tree_sitter import Node

from soundcheck.finding import Gap
from soundcheck.source import LineIndex, Span
from soundcheck.syntax.items import AnyItem, Expr, Opaque
from soundcheck.syntax.parser import ParsedFile

# Code that people write nests a few dozen deep; what goes beyond this is generated or hostile.
DEEPEST = 110


class Lowering:
    """The lowering of one file under way.

    ``lower_items`` reads the items among a list of sibling nodes, ``lower_macro`` a macro call in
    a body; they are handed in so that expressions need not know what else there is.
    """

    __slots__ = ("data", "depth", "gaps", "lines", "lower_items", "lower_macro", "parsed", "source")

    def __init__(
        self,
        parsed: ParsedFile,
        lower_items: Callable[["Lowering", list[Node]], tuple[AnyItem, ...]],
        lower_macro: Callable[["Lowering", Node], Expr],
    ) -> None:
        self.parsed = parsed
        self.data = parsed.data
        self.source = parsed.source.data
        self.lines = LineIndex(self.source)
        self.gaps: list[Gap] = []
        self.depth = 0
        self.lower_items = lower_items
        self.lower_macro = lower_macro

    def text(self, node: Node) -> str:
        """The text of a node, as repaired."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def span(self, start: int, end: int) -> Span:
        """The place of a byte range."""
        return Span(self.parsed.source.path, self.lines.line_of(start), start, end)

    def gap(self, kind: str, what: str, start: int, end: int) -> None:
        """Note something that was not understood."""
        self.gaps.append(Gap(kind, what, self.span(start, end)))

    def opaque(self, node: Node, why: str) -> Opaque:
        """An expression that stays closed to us, with its gap."""
        self.gap("opaque", why, node.start_byte, node.end_byte)
        return Opaque(node.start_byte, node.end_byte, why)
