"""The types that are written in one item: of its parameters and locals, and of what values become.

Nothing is inferred: what is written nowhere is not known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from soundcheck.syntax import items as it
from soundcheck.syntax.visit import walk_own

# A name may stand for a name, and that for another; no program needs more of it.
_MOST_NAMES = 4


class Named(NamedTuple):
    """What a name stands for from an offset on: its type, or the value that it is made of."""

    start: int
    type: it.Type | None
    value: it.Expr | None


class Written(NamedTuple):
    """What is known by name, and the types that expressions have to have, by their place."""

    names: Mapping[str, list[Named]]
    places: Mapping[tuple[int, int], it.Type]

    def wanted(self, expr: it.Node) -> it.Type | None:
        """The type that a ``let``, a result or a static wants of an expression."""
        return self.places.get((expr.start, expr.end))

    def type_of(self, expr: it.Expr) -> it.Type | None:
        """The type of a name, a cast or a literal, and of a tuple without that of its parts."""
        for _ in range(_MOST_NAMES):
            if isinstance(expr, it.PathExpr) and len(expr.path.segments) == 1:
                known = self.names.get(expr.path.name, ())
                named = next((one for one in reversed(known) if one.start <= expr.start), None)
                if named is None or named.type is not None or named.value is None:
                    return None if named is None else named.type
                expr = named.value
            elif isinstance(expr, it.Block) and expr.tail is not None:
                expr = expr.tail
            else:
                break
        if isinstance(expr, it.Cast):
            return expr.type
        if isinstance(expr, it.Lit) and expr.kind == "int":
            return it.PathType(it.Path((it.Segment("u32"),)))
        if isinstance(expr, it.Tuple):
            return it.TupleType(tuple(it.InferType() for _ in expr.parts))
        if isinstance(expr, it.Binary):
            found = (self.type_of(part) for part in expr.operands)
            return next((ty for ty in found if ty is not None), None)
        return None


def read_written(item: it.AnyItem) -> Written:
    """What is written of types in an item's own body."""
    names: dict[str, list[Named]] = defaultdict(list)
    places: dict[tuple[int, int], it.Type] = {}
    if isinstance(item, it.Function):
        for param in item.params:
            if isinstance(param.pat, it.BindPat):
                names[param.pat.name].append(Named(-1, param.type, None))
        if item.ret is not None and item.body is not None and item.body.tail is not None:
            _want(places, item.body.tail, item.ret)
    elif isinstance(item, it.Static) and item.type is not None and item.value is not None:
        _want(places, item.value, item.type)
    for node in walk_own(item):
        if not isinstance(node, it.Let):
            continue
        if node.type is not None and node.value is not None:
            _want(places, node.value, node.type)
        if isinstance(node.pat, it.BindPat):
            names[node.pat.name].append(Named(node.end, node.type, node.value))
    return Written(names, places)


def _want(places: dict[tuple[int, int], it.Type], value: it.Expr, ty: it.Type) -> None:
    """Note the type that an expression has to have, or what is its value in turn."""
    while isinstance(value, it.Block) and value.tail is not None:
        value = value.tail
    places[value.start, value.end] = ty


# -- types -------------------------------------------------------------------------------------


def parts_of(ty: it.Type | None) -> Iterator[it.Type]:
    """A type and the types in it; ``Fn`` sugar and bounds are left out."""
    if ty is None:
        return
    yield ty
    if isinstance(ty, it.PathType):
        for segment in ty.path.segments:
            for arg in segment.args:
                yield from parts_of(arg)
    elif isinstance(ty, it.RefType | it.PtrType | it.SliceType | it.ArrayType):
        yield from parts_of(ty.inner)
    elif isinstance(ty, it.TupleType):
        for part in ty.parts:
            yield from parts_of(part)


def lifetimes_in(ty: it.Type | None) -> set[str]:
    """The named lifetimes in a type, but for ``'static``."""
    names = {
        part.name if isinstance(part, it.LifetimeType) else part.lifetime
        for part in parts_of(ty)
        if isinstance(part, it.LifetimeType | it.RefType)
    }
    return names - {"", "_", "static"}


def names_in(ty: it.Type | None) -> set[str]:
    """The last names of the paths in a type."""
    return {part.path.name for part in parts_of(ty) if isinstance(part, it.PathType)}
