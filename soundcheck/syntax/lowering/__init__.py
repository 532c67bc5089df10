"""Lowering: the tree of one file becomes its ``ItemTree``, and the nodes stay behind."""

from functools import cache

from soundcheck.syntax.items import ItemTree
from soundcheck.syntax.lowering.attributes import Head
from soundcheck.syntax.lowering.blocks import CONTROL
from soundcheck.syntax.lowering.context import Lowering
from soundcheck.syntax.lowering.declarations import lower_items
from soundcheck.syntax.lowering.expressions import VALUES, Lower
from soundcheck.syntax.lowering.macro_calls import lower_macro_expr
from soundcheck.syntax.parser import ParsedFile, rust_language


def lower(parsed: ParsedFile) -> ItemTree:
    """The ``ItemTree`` of a parsed file, with the gaps of its parse and those met here."""
    cx = Lowering(parsed, _expressions(), lower_items)
    head = Head()
    head.take_inner(cx, parsed.root)
    items = lower_items(cx, parsed.root.children)
    gaps = sorted((*parsed.gaps, *cx.gaps), key=lambda gap: (gap.at.start, gap.at.end, gap.kind))
    return ItemTree(
        parsed.source.path,
        tuple(head.attributes),
        head.doc,
        head.cfg,
        items,
        cx.lines.starts,
        tuple(gaps),
    )


@cache
def _expressions() -> dict[int, Lower]:
    """How to lower each kind of expression, by the grammar's number for it."""
    table = {**VALUES, **CONTROL, "macro_invocation": lower_macro_expr}
    language = rust_language()
    kinds: dict[int, Lower] = {65535: table["ERROR"]}
    for number in range(language.node_kind_count):
        name = language.node_kind_for_id(number)
        if name in table and language.node_kind_is_named(number):
            kinds[number] = table[name]
    return kinds
