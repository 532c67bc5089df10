"""What stands under formulas of its own in bodies."""

from __future__ import annotations

from collections.abc import Iterator

from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg
from soundcheck.syntax.visit import walk

Guard = tuple[int, int, Cfg]
"""Where a statement or arm stands, and its formula as written."""


def guards_in(item: it.AnyItem) -> Iterator[Guard]:
    """The statements and arms that stand under formulas, in an item and in those inside it."""
    for node in walk(item):
        yield from guards_of(node)


def guards_of(node: it.Node) -> list[Guard]:
    """The formulas of a statement, or those of the arms of a ``match``."""
    if isinstance(node, (it.ExprStmt, it.Let)):
        return [] if node.cfg is None else [(node.start, node.end, node.cfg)]
    if isinstance(node, it.Match):
        return [(arm.body.start, arm.body.end, arm.cfg) for arm in node.arms if arm.cfg is not None]
    return []
