"""Where a value comes from: a walk backwards through the expressions of one function.

Moves, casts and the fields of literals are followed without a word. A call or operator between
leaves its name: whether what comes out of it is still what went in, facts tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from soundcheck.boundaries.callees import Called
from soundcheck.boundaries.conditions import Condition
from soundcheck.boundaries.kinds import Kinds
from soundcheck.boundaries.operations import NO_PARAM, Origin
from soundcheck.boundaries.reading import Reading
from soundcheck.boundaries.scopes import Binding, Fields
from soundcheck.syntax import items as it
from soundcheck.syntax.show import show_expr
from soundcheck.types.ty import Pointer, Unknown

# An operand that comes from more places than this, or on longer ways, comes from anywhere.
_MOST = 12
_DEEPEST = 40
_SCALING = frozenset({"*", "/", "<<", ">>", "%", "&"})
_COMPARING = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||"})
_NO_TYPE = ("", "")
_FRESH_MACROS = frozenset({"vec", "format", "concat"})


class _Way(NamedTuple):
    """How a walk came to an expression.

    ``fields`` are those still to be taken of its value, the outermost first. ``locals`` are the
    bindings that were passed, each with the fields that were taken of it.
    """

    fields: Fields = ()
    owner: int = -1
    field: str = ""
    type: tuple[str, str] = _NO_TYPE
    steps: tuple[str, ...] = ()
    locals: tuple[tuple[Binding, Fields], ...] = ()
    is_offset: bool = False
    pointee: str = ""
    is_packed: bool = False
    depth: int = 0

    def past(self, step: str) -> _Way:
        """On, with a step behind it."""
        return self._replace(steps=(*self.steps, step)) if step else self


class Origins:
    """The origins of the values of one function that was read."""

    def __init__(self, reading: Reading, kinds: Kinds) -> None:
        self._reading = reading
        self._kinds = kinds

    def of(self, expr: it.Expr, conditions: Sequence[Condition] = ()) -> tuple[Origin, ...]:
        """The origins of an operand that is used under some conditions."""
        found: dict[Origin, None] = {}
        for origin, way in self._follow(expr, _Way()):
            if origin.kind == "constant" and way.is_offset:
                continue
            checks = _checks(conditions, way.locals, origin)
            found[_with(origin, way, checks)] = None
            if len(found) >= _MOST:
                return (*found, Origin("unknown", "", expr.start))
        return tuple(found)

    def _follow(self, expr: it.Expr | None, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        if expr is None or way.depth > _DEEPEST:
            yield self._end("unknown", "", expr, way)
            return
        pointee = self._kinds.pointee_of(expr)
        if pointee is not None:
            way = way._replace(pointee=self._kinds.show(pointee))
        way = way._replace(depth=way.depth + 1)
        match expr:
            case it.PathExpr():
                yield from self._path(expr, way)
            case it.Lit():
                yield self._end("constant", expr.text, expr, way)
            case it.Field():
                yield from self._field(expr, way)
            case it.Index():
                yield from self._follow(expr.base, way)
            case it.Cast():
                # The type before a cast is the value's own.
                yield from self._follow(expr.operand, way._replace(type=_NO_TYPE))
            case it.Try():
                yield from self._follow(expr.operand, way)
            case it.Unary():
                yield from self._unary(expr, way)
            case it.Ref():
                yield from self._borrow(expr, expr.operand, way, is_mut=expr.is_mut)
            case it.Binary():
                yield from self._binary(expr, way)
            case it.MethodCall():
                yield from self._method(expr, way)
            case it.Call():
                yield from self._call(expr, way)
            case it.Block():
                yield from self._follow(expr.tail, way)
            case it.If():
                for _, body in expr.branches:
                    yield from self._branch(body, way)
                if expr.orelse is not None:
                    yield from self._branch(expr.orelse, way)
            case it.Match():
                for arm in expr.arms:
                    yield from self._branch(arm.body, way)
            case it.StructLit():
                yield from self._literal(expr, way)
            case it.Tuple():
                yield from self._parts(expr, expr.parts, way)
            case it.Array() | it.Repeat() | it.Closure():
                yield self._end("fresh", "", expr, way)
            case it.Range():
                for part in (expr.low, expr.high):
                    if part is not None:
                        yield from self._follow(part, way.past(".."))
            case it.MacroCall():
                yield from self._macro(expr, way)
            case it.Jump():
                return
            case _:
                yield self._end("unknown", "", expr, way)

    def _branch(self, body: it.Expr, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        if not isinstance(body, it.Block) or body.tail is not None:
            yield from self._follow(body, way)

    def _end(
        self,
        kind: str,
        name: str,
        expr: it.Expr | None,
        way: _Way,
        param: int = NO_PARAM,
        target: int = -1,
    ) -> tuple[Origin, _Way]:
        if kind == "fresh" and not name and way.locals:
            name = way.locals[-1][0].name
        ty = way.type if way.type[0] else self._type(expr)
        at = -1 if expr is None else expr.start
        return Origin(kind, name, at, param, target, way.owner, way.field, *ty), way

    def _type(self, expr: it.Expr | None) -> tuple[str, str]:
        return self._kinds.of(expr), self._kinds.path_of(expr)

    # -- names ---------------------------------------------------------------------------------

    def _path(self, expr: it.PathExpr, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        local = self._reading.uses.get(id(expr))
        if local is not None:
            yield from self._local(local, expr, way)
            return
        name = expr.path.name
        found = self._reading.callings.value_of(expr.path)
        if found is not None:
            kind = "static" if found.kind == "static" else "constant"
            shown = ".".join((found.path, *way.fields))
            yield self._end(kind, shown, expr, way, target=found.index)
        elif name.isupper() or (name[:1].isupper() and len(expr.path.segments) > 1):
            yield self._end("constant", name, expr, way)
        else:
            yield self._end("unknown", name, expr, way)

    def _local(self, local: Binding, expr: it.PathExpr, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        key = (local, way.fields)
        if key in way.locals:
            return  # A loop: what it adds was added.
        way = way._replace(locals=(*way.locals, key))
        if local.param != NO_PARAM:
            name = ".".join((local.name, *way.fields))
            yield self._end("parameter", name, expr, way, local.param)
        elif not local.sources:
            yield self._end("fresh", local.name, expr, way)
        for source in local.sources:
            if source.expr is None:
                if local.param == NO_PARAM:
                    kind = "closure" if local.is_closure else "unknown"
                    yield self._end(kind, local.name, expr, way)
                continue
            rest = _rest(way.fields, source.part)
            if rest is None:
                continue
            onward = way.past(source.step)._replace(
                fields=(*source.taken, *rest), is_offset=way.is_offset or source.is_offset
            )
            yield from self._follow(source.expr, onward)

    def _field(self, expr: it.Field, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        if not way.field:
            owner = self._kinds.owner_of(expr)
            if owner >= 0:
                way = way._replace(owner=owner, field=expr.name)
        if not way.type[0]:
            way = way._replace(type=self._type(expr))
        onward = way._replace(fields=(expr.name, *way.fields))
        yield from self._follow(expr.base, onward)

    def _unary(self, expr: it.Unary, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        if expr.op == "*" and isinstance(self._reading.type_of(expr.operand), Pointer):
            yield self._end("memory", show_expr(expr.operand), expr, way)
        else:
            yield from self._follow(expr.operand, way)

    def _borrow(
        self, expr: it.Expr, place: it.Expr, way: _Way, *, is_mut: bool
    ) -> Iterator[tuple[Origin, _Way]]:
        """``&place``: a place behind a reference or pointer leads on, any other is one here."""
        if not way.steps and self._kinds.is_misplaced(place):
            way = way._replace(is_packed=True)
        if isinstance(place, it.Unary) and place.op == "*":
            behind = self._reading.type_of(place.operand)
            if way.fields and isinstance(behind, Pointer | Unknown):
                # What is taken of it was read there.
                kind = "memory" if isinstance(behind, Pointer) else "unknown"
                yield self._end(kind, show_expr(place.operand), expr, way)
                return
            yield from self._follow(place.operand, way)  # `&*p` is `p` again.
            return
        root = place
        fields: list[str] = []
        while isinstance(root, it.Field | it.Index):
            if isinstance(root, it.Field):
                fields.append(root.name)
            root = root.base
        local = self._reading.uses.get(id(root))
        param = NO_PARAM if local is None else local.param
        target = -1
        if isinstance(root, it.PathExpr) and local is None:
            found = self._reading.callings.value_of(root.path)
            if found is not None and found.kind == "static":
                name = ".".join((found.path, *reversed(fields)))
                yield self._end("static", name, expr, self._of_place(place, way), -2, found.index)
                return
        if isinstance(root, it.Unary) and isinstance(self._reading.type_of(root.operand), Pointer):
            yield from self._follow(root.operand, way)  # `&(*p).field` is as good as `p` is.
            return
        shown = f"&{'mut ' if is_mut else ''}{show_expr(place)}"
        yield self._end("borrow", shown, expr, self._of_place(place, way), param, target)

    def _of_place(self, place: it.Expr, way: _Way) -> _Way:
        way = way._replace(type=("reference", ""))
        if isinstance(place, it.Field) and not way.field:
            owner = self._kinds.owner_of(place)
            if owner >= 0:
                return way._replace(owner=owner, field=place.name)
        return way

    # -- operators and literals ----------------------------------------------------------------

    def _binary(self, expr: it.Binary, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        if expr.op in _COMPARING:
            yield self._end("constant", expr.op, expr, way)
            return
        if expr.op in ("%", "&"):
            for operand in expr.operands:
                yield from self._follow(operand, way.past(expr.op))
            return
        base = -1
        if expr.op not in _SCALING:
            base = self._base_of(expr.operands)
        for index, operand in enumerate(expr.operands):
            onward = way if index == base else way._replace(is_offset=True)
            yield from self._follow(operand, onward)

    def _base_of(self, operands: Sequence[it.Expr]) -> int:
        """Which of some summands is the address: the first that is no literal and no product."""
        for index, operand in enumerate(operands):
            inner = operand
            while isinstance(inner, it.Cast):
                inner = inner.operand
            is_scaled = isinstance(inner, it.Binary) and inner.op in _SCALING
            if not isinstance(inner, it.Lit) and not is_scaled:
                return index
        return 0

    def _literal(self, expr: it.StructLit, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        if not way.fields:
            yield self._end("fresh", expr.path.name, expr, way)
            return
        for name, value in expr.fields:
            if name == way.fields[0]:
                yield from self._follow(value, way._replace(fields=way.fields[1:]))
                return
        if expr.base is not None:
            yield from self._follow(expr.base, way)

    def _parts(
        self, expr: it.Expr, parts: Sequence[it.Expr], way: _Way
    ) -> Iterator[tuple[Origin, _Way]]:
        """The parts of a tuple, or of what a constructor makes: the one that is taken, or all."""
        first = way.fields[0] if way.fields else ""
        if first.isdigit() and int(first) < len(parts):
            yield from self._follow(parts[int(first)], way._replace(fields=way.fields[1:]))
            return
        if not parts:
            yield self._end("constant", "", expr, way)
        for part in parts:
            yield from self._follow(part, way)

    def _macro(self, expr: it.MacroCall, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        name = expr.path.name
        if name in ("addr_of", "addr_of_mut") and expr.args:
            is_mut = name == "addr_of_mut"
            yield from self._borrow(expr, expr.args[0], way, is_mut=is_mut)
        elif expr.body is not None and expr.body.tail is not None:
            yield from self._follow(expr.body.tail, way)
        elif expr.text and name.endswith("asm"):
            yield self._end("assembly", name, expr, way)
        elif name in _FRESH_MACROS:
            yield self._end("fresh", f"{name}!", expr, way)
        else:
            yield self._end("unknown", f"{name}!", expr, way)

    # -- calls ---------------------------------------------------------------------------------

    def _method(self, expr: it.MethodCall, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        called = self._reading.callings.of(expr)
        onward = way.past(called.name)
        before = onward._replace(fields=(), owner=-1, field="", type=_NO_TYPE)
        yield from self._follow(expr.receiver, before)
        yield from self._arguments(expr.args, called.name, way, is_offset=True)
        yield from self._made(expr, called, way)

    def _call(self, expr: it.Call, way: _Way) -> Iterator[tuple[Origin, _Way]]:
        called = self._reading.callings.of(expr)
        if called.is_constructor:
            yield from self._parts(expr, expr.args, way)
            return
        yield from self._arguments(expr.args, called.name, way, is_offset=False)
        yield from self._made(expr, called, way)

    def _arguments(
        self, args: Sequence[it.Expr], name: str, way: _Way, *, is_offset: bool
    ) -> Iterator[tuple[Origin, _Way]]:
        for arg in args:
            if isinstance(arg, it.Closure):
                continue
            onward = way.past(f"{name}()")._replace(
                fields=(),
                owner=-1,
                field="",
                type=_NO_TYPE,
                pointee="",
                is_offset=way.is_offset or is_offset,
            )
            yield from self._follow(arg, onward)

    def _made(
        self, expr: it.Call | it.MethodCall, called: Called, way: _Way
    ) -> Iterator[tuple[Origin, _Way]]:
        """The call itself, where nothing else tells of it: the nearest, and those of our own."""
        target = called.trait_method or called.target
        has_input = isinstance(expr, it.MethodCall) or bool(expr.args)
        if way.steps and has_input and (target is None or self._kinds.is_stub(target)):
            return
        index = -1 if target is None else target.index
        if called.trait_method is not None:
            yield self._end("dispatch", called.trait_method.path, expr, way, target=index)
            return
        yield self._end("call", called.name, expr, way, target=index)


def _rest(fields: Fields, part: Fields) -> Fields | None:
    """What is still to be taken of a value that was stored in a part; ``None`` for another part."""
    if fields[: len(part)] == part:
        return fields[len(part) :]
    return () if part[: len(fields)] == fields else None


def _checks(
    conditions: Sequence[Condition],
    passed: Sequence[tuple[Binding, Fields]],
    origin: Origin,
) -> tuple[str, ...]:
    found: set[str] = set()
    for condition in conditions:
        value = condition.value
        if isinstance(value, int):
            if origin.target == value:
                found.add(condition.text)
            continue
        for local, fields in passed:
            if local is value and _overlap(fields, condition.fields):
                found.add(condition.text)
    return tuple(sorted(found))


def _overlap(one: Fields, other: Fields) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _with(origin: Origin, way: _Way, checks: tuple[str, ...]) -> Origin:
    return Origin(
        origin.kind,
        origin.name,
        origin.at,
        origin.param,
        origin.target,
        origin.owner,
        origin.field,
        origin.type,
        origin.type_path,
        way.steps,
        checks,
        way.is_offset,
        way.pointee,
        way.is_packed,
    )
