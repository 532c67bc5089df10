"""Lowering: the tree of one file becomes its ``ItemTree``, and the nodes stay behind."""

from soundcheck.syntax.items import Attribute, ItemTree
from soundcheck.syntax.lowering.attributes import cfg_of, inner_doc_text
from soundcheck.syntax.lowering.context import Lowering
from soundcheck.syntax.lowering.declarations import lower_items
from soundcheck.syntax.lowering.expressions import lower_attribute
from soundcheck.syntax.lowering.macro_calls import lower_macro_expr
from soundcheck.syntax.parser import ParsedFile


def lower(parsed: ParsedFile) -> ItemTree:
    """The ``ItemTree`` of a parsed file, with the gaps of its parse and those met here."""
    cx = Lowering(parsed, lower_items, lower_macro_expr)
    nodes = parsed.root.children
    attributes: list[Attribute] = []
    docs: list[str] = []
    for node in nodes:
        if node.type == "inner_attribute_item":
            attributes.extend(lower_attribute(cx, node))
        elif node.type in ("line_comment", "block_comment"):
            text = inner_doc_text(cx.data, node)
            if text is not None:
                docs.append(text)
    items = lower_items(cx, nodes)
    gaps = sorted((*parsed.gaps, *cx.gaps), key=lambda gap: (gap.at.start, gap.at.end, gap.kind))
    return ItemTree(
        parsed.source.path,
        tuple(attributes),
        "\n".join(docs),
        cfg_of(tuple(attributes)),
        items,
        cx.lines.starts,
        tuple(gaps),
    )
