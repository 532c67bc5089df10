"""What the local names of a function stand for: each binding with the expressions that set it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.boundaries.operations import NO_PARAM
from soundcheck.syntax import items as it

Fields = tuple[str, ...]


class Source(NamedTuple):
    """One expression that a local is set by; none for a parameter.

    ``part`` are the fields of the local that are set, ``taken`` those of the value that are taken.
    ``step`` is what lies between, if it is more than a move. ``is_offset`` tells ``x += source``.
    """

    expr: it.Expr | None
    part: Fields = ()
    taken: Fields = ()
    step: str = ""
    is_offset: bool = False


class Binding:
    """One local: the name that a pattern binds, in its scope."""

    __slots__ = ("at", "is_closure", "name", "param", "sources")

    def __init__(self, name: str, at: int, param: int = NO_PARAM) -> None:
        self.name = name
        self.at = at
        self.param = param
        self.is_closure = False
        self.sources: list[Source] = []


class Scopes:
    """The scopes at one point of a walk, the innermost last."""

    def __init__(self) -> None:
        self._scopes: list[dict[str, Binding]] = [{}]

    def push(self) -> None:
        """Enter a scope."""
        self._scopes.append({})

    def pop(self) -> None:
        """Leave the innermost scope."""
        self._scopes.pop()

    def find(self, name: str) -> Binding | None:
        """The binding that a name stands for."""
        for scope in reversed(self._scopes):
            found = scope.get(name)
            if found is not None:
                return found
        return None

    def of(self, expr: it.Node) -> Binding | None:
        """The binding that an expression names."""
        if isinstance(expr, it.PathExpr) and len(expr.path.segments) == 1:
            return self.find(expr.path.segments[0].name) if expr.path.qself is None else None
        return None

    def bind(self, pat: it.Pat, source: Source, param: int = NO_PARAM) -> list[Binding]:
        """Bind the names of a pattern that is held against a source."""
        made = []
        for one, taken in _names(pat, source.taken):
            binding = Binding(one.name, one.start, param)
            binding.sources.append(source._replace(taken=taken))
            self._scopes[-1][one.name] = binding
            made.append(binding)
        return made

    def declare(self, binding: Binding) -> None:
        """Bind a name."""
        self._scopes[-1][binding.name] = binding


def _names(pat: it.Pat, taken: Fields) -> Iterator[tuple[it.BindPat, Fields]]:
    """The names in a pattern, each with the fields that lead to what it is bound to.

    What a variant holds has a number, as a field has; a slice's elements are all alike.
    """
    match pat:
        case it.BindPat():
            if pat.inner is not None:
                yield from _names(pat.inner, taken)
            if not pat.name[:1].isupper():
                yield pat, taken
        case it.TuplePat(kind="tuple") | it.TupleStructPat():
            for index, part in enumerate(pat.parts):
                if isinstance(part, it.RestPat):
                    return
                yield from _names(part, (*taken, str(index)))
        case it.TuplePat():
            for part in pat.parts:
                yield from _names(part, taken)
        case it.StructPat():
            for name, part in pat.fields:
                yield from _names(part, (*taken, name))
        case it.RefPat():
            yield from _names(pat.inner, taken)
