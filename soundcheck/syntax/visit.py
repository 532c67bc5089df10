"""From a piece of a body or an item to the pieces directly inside it, for every kind of piece.

Expressions, statements and items are visited, in order of writing; patterns, types and
attributes hold none of them and are not. Of an item macro that mixes items with other code, the
items come first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from soundcheck.syntax import items as it

T = TypeVar("T", bound=it.Node)

_NONE: Sequence[it.Node] = ()


def children(node: it.Node) -> Sequence[it.Node]:
    """The expressions, statements and items directly inside ``node``."""
    inside = _CHILDREN.get(type(node))
    return inside(node) if inside is not None else _NONE


def walk(node: it.Node) -> Iterator[it.Node]:
    """``node`` and everything inside it, what comes first in the file first."""
    table = _CHILDREN
    stack: list[it.Node] = [node]
    while stack:
        node = stack.pop()
        yield node
        inside = table.get(type(node))
        if inside is not None:
            stack.extend(reversed(inside(node)))


def walk_own(item: it.Node) -> Sequence[it.Node]:
    """``item`` and everything in its own body: the items inside it, and what is in them, are not.

    What comes first in the file comes first.
    """
    return _own(item).nodes


def own_of(item: it.Node, *kinds: type[T]) -> list[T]:
    """Those of ``walk_own`` that are of some kinds; kind by kind where there are several.

    Asking whether a body holds what a check is about costs less than walking through it.
    """
    own = _own(item)
    if own.by_kind is None:
        own.by_kind = {}
        for node in own.nodes:
            own.by_kind.setdefault(type(node), []).append(node)
    found: list[T] = []
    for kind in kinds:
        found.extend(own.by_kind.get(kind, ()))  # type: ignore[arg-type]
    return found


def _own(item: it.Node) -> _Own:
    known = _OWN.get(id(item))
    if known is not None and known.item is item:
        return known
    table = _CHILDREN
    found: list[it.Node] = []
    stack = [item]
    while stack:
        node = stack.pop()
        found.append(node)
        inside = table.get(type(node))
        if inside is not None:
            stack.extend([one for one in reversed(inside(node)) if not isinstance(one, it.Item)])
    if len(_OWN) >= _MOST_OWN:
        _OWN.clear()
    known = _OWN[id(item)] = _Own(item, found)
    return known


class _Own:
    """What is in the own body of an item, in order, and by kind where somebody asked."""

    __slots__ = ("by_kind", "item", "nodes")

    def __init__(self, item: it.Node, nodes: Sequence[it.Node]) -> None:
        self.item = item
        self.nodes = nodes
        self.by_kind: dict[type, list[it.Node]] | None = None


# What was walked last, by the identity of items: many checks walk the same bodies.
_OWN: dict[int, _Own] = {}
_MOST_OWN = 100_000


def nearest(node: it.Node, kinds: frozenset[type]) -> list[it.Node]:
    """What is inside ``node`` and of one of ``kinds``, unless inside another of them; in order."""
    table = _CHILDREN
    found: list[it.Node] = []
    stack = list(children(node))
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind in kinds:
            found.append(node)
            continue
        inside = table.get(kind)
        if inside is not None:
            stack.extend(inside(node))
    found.sort(key=_start)
    return found


def _start(node: it.Node) -> int:
    return node.start


# One function a class: a table of them is several times faster than looking fields up by name.


def _block(n: it.Block) -> Sequence[it.Node]:
    return (*n.stmts, n.tail) if n.tail is not None else n.stmts


def _present(*nodes: it.Node | None) -> Sequence[it.Node]:
    return [node for node in nodes if node is not None]


def _if(n: it.If) -> Sequence[it.Node]:
    parts = [part for branch in n.branches for part in branch]
    if n.orelse is not None:
        parts.append(n.orelse)
    return parts


def _match(n: it.Match) -> Sequence[it.Node]:
    parts: list[it.Node] = [n.scrutinee]
    for arm in n.arms:
        if arm.guard is not None:
            parts.append(arm.guard)
        parts.append(arm.body)
    return parts


def _struct_literal(n: it.StructLit) -> Sequence[it.Node]:
    parts = [value for _, value in n.fields]
    if n.base is not None:
        parts.append(n.base)
    return parts


def _macro_definition(n: it.MacroDef) -> Sequence[it.Node]:
    parts: list[it.Node] = []
    for arm in n.arms:
        parts.extend(arm.items)
        if arm.body is not None:
            parts.append(arm.body)
    return parts


_CHILDREN: dict[type, Callable[..., Sequence[it.Node]]] = {
    it.Call: lambda n: (n.func, *n.args),
    it.MethodCall: lambda n: (n.receiver, *n.args),
    it.Field: lambda n: (n.base,),
    it.Index: lambda n: (n.base, n.index),
    it.Unary: lambda n: (n.operand,),
    it.Ref: lambda n: (n.operand,),
    it.Cast: lambda n: (n.operand,),
    it.Binary: lambda n: n.operands,
    it.Assign: lambda n: (n.target, n.value),
    it.Range: lambda n: _present(n.low, n.high),
    it.Tuple: lambda n: n.parts,
    it.Array: lambda n: n.parts,
    it.Repeat: lambda n: (n.value, n.count),
    it.StructLit: _struct_literal,
    it.Closure: lambda n: (n.body,),
    it.Block: _block,
    it.If: _if,
    it.LetCond: lambda n: (n.value,),
    it.Match: _match,
    it.While: lambda n: (n.cond, n.body),
    it.Loop: lambda n: (n.body,),
    it.For: lambda n: (n.iterable, n.body),
    it.Jump: lambda n: _present(n.value),
    it.Try: lambda n: (n.operand,),
    it.Await: lambda n: (n.operand,),
    it.MacroCall: lambda n: (*n.args, n.body) if n.body is not None else n.args,
    it.Let: lambda n: _present(n.value, n.orelse),
    it.ExprStmt: lambda n: (n.expr,),
    it.ItemStmt: lambda n: (n.item,),
    it.Function: lambda n: _present(n.body),
    it.Static: lambda n: _present(n.value),
    it.Adt: lambda n: _present(*(variant.discriminant for variant in n.variants)),
    it.Trait: lambda n: n.items,
    it.Impl: lambda n: n.items,
    it.Module: lambda n: n.items,
    it.ForeignMod: lambda n: n.items,
    it.MacroDef: _macro_definition,
    it.MacroItem: lambda n: (*n.items, n.body) if n.body is not None else n.items,
}
