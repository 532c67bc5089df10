"""Names of which a body takes no more than the address, and those that it reads or writes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from soundcheck.syntax import items as it
from soundcheck.syntax.inline_assembly import ASSEMBLY, read_assembly
from soundcheck.syntax.visit import children, own_of

_MACROS = frozenset({"addr_of", "addr_of_mut"})
# Methods of raw pointers, and functions, by which one comes to what they point to.
_ACCESSES = frozenset(
    {"as_mut", "as_mut_unchecked", "as_ref", "as_ref_unchecked", "copy", "copy_from",
     "copy_nonoverlapping", "copy_to", "drop_in_place", "from_raw_parts", "from_raw_parts_mut",
     "read", "read_unaligned", "read_volatile", "replace", "swap", "write", "write_bytes",
     "write_unaligned", "write_volatile"}
)  # fmt: skip


def mentions_in(item: it.AnyItem, names: Collection[str]) -> Iterator[tuple[str, bool]]:
    """The mentions of some names in an item's own body, and whether each is for the address alone.

    They come in no order.

    A pointer that a local holds is followed as far as the body, and what is done with one that is
    handed on is the receiver's matter.
    """
    if not any(one.path.name in names for one in own_of(item, it.PathExpr)):
        return
    found: list[tuple[str, bool, str]] = []
    followed: set[str] = set()
    stack: list[tuple[it.Node, bool, str]] = [(item, False, "")]
    while stack:
        node, is_followed, local = stack.pop()
        if isinstance(node, it.PathExpr):
            if node.path.name in names:
                found.append((node.path.name, False, ""))
            elif is_followed:
                followed.add(node.path.name)
            continue
        place = _addressed(node)
        if place is not None:
            name, rest = _name_of(place)
            if name in names:
                found.append((name, not is_followed, local))
                stack.extend((part, False, "") for part in rest)
                continue
        if isinstance(node, it.MacroCall) and node.path.name in ASSEMBLY:
            stack.extend((part, False, "") for part in node.args if not _is_symbol(node, part))
            found += [
                (part.path.name, True, "")
                for part in node.args
                if isinstance(part, it.PathExpr) and _is_symbol(node, part)
            ]
            continue
        if isinstance(node, it.Let):
            bound = node.pat.name if isinstance(node.pat, it.BindPat) else ""
            stack.extend((part, False, bound) for part in children(node))
            continue
        keeps = _keeps_pointer(node)
        for part in children(node):
            if isinstance(part, it.Item):
                continue
            goes_on = any(part is one for one in _receivers(node))
            through = goes_on and (_follows(node) or (keeps and is_followed))
            stack.append((part, through, local if goes_on and keeps else ""))
    for name, is_address, local in found:
        if name in names:
            yield name, is_address and local not in followed


def _is_symbol(call: it.MacroCall, part: it.Expr) -> bool:
    """Whether an operand of assembly is a symbol, and no value."""
    return any(
        operand.kind == "sym" and operand.start <= part.start and part.end <= operand.end
        for operand in read_assembly(call).operands
    )


def _addressed(node: it.Node) -> it.Expr | None:
    """The place of which a raw pointer is taken."""
    if isinstance(node, it.Ref) and node.is_raw:
        return node.operand
    if isinstance(node, it.MacroCall) and node.path.name in _MACROS and node.args:
        return node.args[0]
    return None


def _name_of(place: it.Expr) -> tuple[str, list[it.Node]]:
    """The name of a place, and what its indices hold."""
    rest: list[it.Node] = []
    while isinstance(place, it.Field | it.Index):
        if isinstance(place, it.Index):
            rest.append(place.index)
        place = place.base
    return (place.path.name, rest) if isinstance(place, it.PathExpr) else ("", rest)


def _receivers(node: it.Node) -> tuple[it.Node, ...]:
    """What a piece of a body takes a pointer from, if it takes one."""
    if isinstance(node, it.MethodCall):
        return (node.receiver,)
    if isinstance(node, it.Cast | it.Unary):
        return (node.operand,)
    if isinstance(node, it.Block):
        return () if node.tail is None else (node.tail,)
    return node.args if isinstance(node, it.Call) else ()


def _keeps_pointer(node: it.Node) -> bool:
    """Whether a pointer that goes in comes out again, if only moved."""
    if isinstance(node, it.MethodCall):
        return node.name not in _ACCESSES
    return isinstance(node, it.Cast | it.Block)


def _follows(node: it.Node) -> bool:
    """Whether what a pointer points to is read, written or borrowed."""
    if isinstance(node, it.MethodCall):
        return node.name in _ACCESSES
    if isinstance(node, it.Call):
        return isinstance(node.func, it.PathExpr) and node.func.path.name in _ACCESSES
    return isinstance(node, it.Unary) and node.op == "*"
