"""Bodies to scripts: what is called in which order, and when each value that matters is dropped.

The rules of the Reference are followed: temporaries live to the end of their statement, unless a
``let`` extends them; those of a scrutinee live as long as the whole ``match``, ``while let`` or
``for``; those of an ``if let`` and of a block's tail end earlier from edition 2024 on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from soundcheck.calls.linking import TypedBody, World
from soundcheck.calls.sites import WRITTEN, BodyId, CallSite
from soundcheck.calls.symbols import ASSEMBLY
from soundcheck.contexts.carriers import Carriers
from soundcheck.contexts.places import Places
from soundcheck.contexts.scripts import (
    Access,
    AnyOp,
    Assembly,
    Branch,
    Call,
    Exit,
    Loop,
    Release,
    Script,
    Suspend,
)
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import walk
from soundcheck.types.ty import UNKNOWN, Never, Reference, Ty, Unknown

Values = tuple[int, ...]

_DROPPERS = {"core::mem::drop": "drop", "core::mem::forget": "forgotten"}
_NOTHING: Values = ()


class Words:
    """The texts that steps of one file name by index."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def index(self, text: str) -> int:
        """The index of a text; -1 for none."""
        return self._known.setdefault(text, len(self._known)) if text else -1

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts in order of their indices."""
        return tuple(self._known)


class _Frame(NamedTuple):
    """What lives as long as a block, a statement or an arm does; ``names`` hold values."""

    values: list[int]
    names: dict[str, Values]


_Snapshot = list[_Frame]


def _nothing() -> None:
    """The arm that does nothing."""


def _merged(before: _Snapshot, ends: Sequence[_Snapshot]) -> _Snapshot:
    """What lives where, after one of several ends: what only some of them moved on may live."""
    if not ends:
        return before
    homes: dict[int, int] = {}
    for end in ends:
        for depth, frame in enumerate(end):
            homes.update(dict.fromkeys(frame.values, depth))
    for depth, frame in enumerate(before):
        for value in frame.values:
            homes.setdefault(value, depth)
    merged = [_Frame([], {}) for _ in before]
    for value in sorted(homes):
        merged[homes[value]].values.append(value)
    for depth, frame in enumerate(merged):
        for end in ends:
            for name, values in end[depth].names.items():
                known = frame.names.get(name, _NOTHING)
                frame.names[name] = tuple(dict.fromkeys((*known, *values)))
    return merged


class Lowering:
    """The lowering of one body, closures in it included."""

    def __init__(
        self, world: World, carriers: Carriers, words: Words, body: TypedBody, edition: str
    ) -> None:
        self.scripts: list[Script] = []
        self._world = world
        self._carriers = carriers
        self._words = words
        self._body = body
        self._places = Places(world, body)
        self._is_2024 = edition >= "2024"
        self._id = BodyId(body.owner.index)
        self._written, self._implied = _index_sites(body)
        self._next = 0
        self._made: dict[tuple[int, int], Values] = {}
        self._enter_body()

    def _enter_body(self) -> None:
        self._ops: list[AnyOp] = []
        self._frames: list[_Frame] = []
        self._loops: list[tuple[int, str]] = []
        self._returned: list[int] = []

    # -- bodies --------------------------------------------------------------------------------

    def lower(self) -> None:
        """Lower the body itself; closures and async blocks in it become scripts of their own."""
        item = self._body.owner.item
        is_async = isinstance(item, it.Function) and item.is_async
        if isinstance(item, it.Function):
            if item.receiver:
                self._places.locals.add("self")
                self._places.aliases["self"] = "param self"
            for index, param in enumerate(item.params):
                self._declare(param.pat)
                if isinstance(param.pat, it.BindPat):
                    self._places.aliases[param.pat.name] = f"param {index}"
        self._lower_root(self._body.root, is_async=is_async)

    def _lower_root(self, root: it.Expr, *, is_async: bool) -> None:
        self._push()
        values = self._take(root)
        self._returned.extend(values)
        self._pop(root.end, "scope", kept=values)
        returned = tuple(dict.fromkeys(self._returned))
        self.scripts.append(Script(self._id, tuple(self._ops), returned, is_async))

    def _lower_inner(self, start: int, root: it.Expr, *, is_async: bool) -> None:
        """Lower the body of a closure or async block as a script of its own."""
        outer = (self._id, self._ops, self._frames, self._loops, self._returned)
        self._id = BodyId(self._body.owner.index, start)
        self._enter_body()
        self._lower_root(root, is_async=is_async)
        self._id, self._ops, self._frames, self._loops, self._returned = outer

    # -- frames --------------------------------------------------------------------------------

    def _push(self) -> None:
        self._frames.append(_Frame([], {}))

    def _pop(self, at: int, why: str, kept: Values = _NOTHING) -> None:
        """Leave a frame: what lives in it ends, the latest first, but for what moves out."""
        for value in reversed(self._frames.pop().values):
            if value not in kept:
                self._ops.append(Release(at, value, why))

    def _own(self, values: Values, depth: int = -1) -> None:
        """Let values live as long as a frame does, wherever they lived before."""
        for value in values:
            self._disown(value)
            self._frames[depth].values.append(value)

    def _disown(self, value: int) -> None:
        for frame in self._frames:
            if value in frame.values:
                frame.values.remove(value)

    def _end(self, values: Values, at: int, why: str) -> None:
        for value in values:
            self._disown(value)
            self._ops.append(Release(at, value, why))

    def _held(self, name: str) -> tuple[_Frame, Values] | None:
        """The values that a local holds, and the frame it is declared in."""
        for frame in reversed(self._frames):
            if name in frame.names:
                return frame, frame.names[name]
        return None

    def _apart(self, run: Callable[[], object]) -> tuple[AnyOp, ...]:
        """What a piece of code does, as a script of its own."""
        outer, self._ops = self._ops, []
        run()
        ops, self._ops = tuple(self._ops), outer
        return ops

    def _branch(self, at: int, runs: Sequence[Callable[[], object]]) -> None:
        """Lower code of which one piece or another runs, each from what holds before them all."""
        before = self._snapshot()
        arms: list[tuple[AnyOp, ...]] = []
        ends: list[_Snapshot] = []
        for run in runs:
            self._restore(before)
            arms.append(self._apart(run))
            ends.append(self._snapshot())
        self._restore(_merged(before, ends))
        if any(arms):
            self._ops.append(Branch(at, tuple(arms)))

    def _snapshot(self) -> _Snapshot:
        return [_Frame(list(frame.values), dict(frame.names)) for frame in self._frames]

    def _restore(self, snapshot: _Snapshot) -> None:
        for frame, known in zip(self._frames, snapshot, strict=True):
            frame.values[:] = known.values
            frame.names.clear()
            frame.names.update(known.names)

    def _leave(self, at: int, kind: str, kept: Values = _NOTHING, down_to: int = 0) -> Exit:
        alive = [v for frame in self._frames[down_to:] for v in frame.values if v not in kept]
        return Exit(at, kind, tuple(reversed(alive)))

    # -- patterns ------------------------------------------------------------------------------

    def _declare(self, pat: it.Pat) -> list[str]:
        """Note the names that a pattern binds: none of them is a static any more."""
        names = list(_names_in(pat))
        for name in names:
            self._places.locals.add(name)
            self._places.aliases.pop(name, None)
        return names

    def _bind(self, pat: it.Pat, values: Values) -> None:
        """Let the names of a pattern hold values, for as long as the innermost frame does."""
        names = self._declare(pat)
        for name in names:
            self._frames[-1].names[name] = _NOTHING
        if not values:
            return
        if names and not _only_borrows(pat):
            self._own(values)
            self._frames[-1].names[names[0]] = values

    def _alias(self, pat: it.Pat, value: it.Expr | None) -> None:
        """Let a name that is bound to a reference stand for the place that it refers to."""
        if not isinstance(pat, it.BindPat) or value is None:
            return
        if isinstance(value, it.Ref) or isinstance(self._places.type_of(value), Reference):
            place = self._name(value)
            if place:
                self._places.aliases[pat.name] = place

    # -- statements ----------------------------------------------------------------------------

    def _block(self, block: it.Block) -> Values:
        if block.kind in ("async", "gen"):
            inner = it.Block(block.start, block.end, block.stmts, block.tail)
            self._lower_inner(block.start, inner, is_async=True)
            return _NOTHING
        self._push()
        for stmt in block.stmts:
            self._statement(stmt)
        values = self._tail(block) if block.tail is not None else _NOTHING
        self._pop(block.end, "scope", kept=values)
        self._imply(block.end, block.end)
        return values

    def _tail(self, block: it.Block) -> Values:
        assert block.tail is not None
        self._push()
        values = self._take(block.tail)
        if self._is_2024 or len(self._frames) < 3:
            self._pop(block.end, "statement", kept=values)
            return values
        # Up to 2021 the temporaries of a tail outlive the block's locals.
        frame = self._frames.pop()
        self._frames[-2].values.extend(v for v in frame.values if v not in values)
        return values

    def _statement(self, stmt: it.Stmt) -> None:
        if isinstance(stmt, it.ItemStmt):
            return
        if isinstance(stmt, it.Let):
            self._let(stmt)
        else:
            self._push()
            values = self._eval(stmt.expr)
            self._own(values)
            self._pop(stmt.end, "statement")
        self._imply(stmt.end, stmt.end)

    def _let(self, let: it.Let) -> None:
        if let.value is None:
            self._bind(let.pat, _NOTHING)
            return
        self._push()
        is_wild = isinstance(let.pat, it.WildPat)
        values = self._eval(let.value) if is_wild else self._take(let.value)
        extended = self._extended(let.value)
        temporaries = tuple(v for v in self._frames[-1].values if v not in (*values, *extended))
        if is_wild and not isinstance(let.value, it.PathExpr):
            self._end(values, let.end, "unbound")
        self._end(tuple(reversed(temporaries)), let.end, "statement")
        frame = self._frames.pop()
        left = tuple(v for v in frame.values if v not in values)
        if let.orelse is not None:
            orelse = let.orelse
            self._branch(orelse.start, (lambda: self._block(orelse), _nothing))
        self._frames[-1].values.extend(left)
        self._bind(let.pat, values)
        self._alias(let.pat, let.value)

    def _extended(self, expr: it.Expr) -> Values:
        """The temporaries of an initializer that live as long as what the ``let`` declares."""
        match expr:
            case it.Ref(operand=operand):
                base: it.Expr = operand
                while isinstance(base, it.Field | it.Index | it.Unary):
                    base = base.operand if isinstance(base, it.Unary) else base.base
                found = self._made.get((base.start, base.end), _NOTHING)
                return (*found, *self._extended(operand))
            case it.Tuple(parts=parts):
                return tuple(v for part in parts for v in self._extended(part))
            case it.StructLit(fields=fields):
                return tuple(v for _, part in fields for v in self._extended(part))
            case it.Block(tail=tail) if tail is not None:
                return self._extended(tail)
            case it.Cast(operand=operand):
                return self._extended(operand)
            case _:
                return _NOTHING

    # -- expressions ---------------------------------------------------------------------------

    def _take(self, expr: it.Expr) -> Values:
        """Evaluate an expression whose value is moved out of it, out of a local if it is one."""
        if isinstance(expr, it.PathExpr) and len(expr.path.segments) == 1:
            held = self._held(expr.path.name)
            if held is not None and held[1]:
                frame, values = held
                frame.names[expr.path.name] = _NOTHING
                return values
        return self._eval(expr)

    def _eval(self, expr: it.Expr, how: str = "value") -> Values:
        """Emit what an expression does; the values that its own value holds."""
        lower = _LOWERINGS.get(type(expr))
        values = _NOTHING if lower is None else lower(self, expr, how)
        self._imply(expr.start, expr.end)
        if values:
            self._made[(expr.start, expr.end)] = values
        is_call = isinstance(expr, it.Call | it.MethodCall | it.MacroCall)
        if is_call and isinstance(self._places.type_of(expr), Never):
            self._ops.append(self._leave(expr.start, "never"))
        return values

    def _imply(self, start: int, end: int, on: it.Expr | None = None) -> None:
        """Emit the calls that the language makes by itself at a place, on the value of ``on``."""
        sites = self._implied.pop((self._id, start, end), ())
        place = self._words.index(self._name(on)) if sites and on is not None else -1
        for site in sites:
            self._ops.append(Call(start, end, site.kind, place))

    def _path(self, expr: it.PathExpr, how: str) -> Values:
        static = self._places.static_of(expr.path)
        if static is not None:
            place = self._words.index(static.path)
            self._ops.append(Access(expr.start, expr.end, place, how))
        return _NOTHING

    def _within(self, expr: it.Field | it.Index, how: str) -> Values:
        self._eval(expr.base, how)
        self._imply(expr.start, expr.end, expr.base)
        if isinstance(expr, it.Index):
            self._eval(expr.index)
        return _NOTHING

    def _unary(self, expr: it.Unary, how: str) -> Values:
        self._eval(expr.operand, how if expr.op == "*" else "read")
        self._imply(expr.start, expr.end, expr.operand)
        return _NOTHING

    def _ref(self, expr: it.Ref, how: str) -> Values:
        del how
        self._own(self._eval(expr.operand, "address" if expr.is_raw else "borrow"))
        return _NOTHING

    def _through(self, expr: it.Cast, how: str) -> Values:
        return self._eval(expr.operand, how)

    def _several(self, expr: it.Node, how: str) -> Values:
        """Evaluate parts that are moved into one value."""
        del how
        parts: list[it.Expr] = []
        match expr:
            case it.Tuple() | it.Array():
                parts = list(expr.parts)
            case it.Repeat():
                parts = [expr.value, expr.count]
            case it.StructLit():
                parts = [value for _, value in expr.fields]
                parts += [expr.base] if expr.base is not None else []
            case it.Range():
                parts = [one for one in (expr.low, expr.high) if one is not None]
        return tuple(v for part in parts for v in self._take(part))

    def _binary(self, expr: it.Binary, how: str) -> Values:
        del how
        first, *others = expr.operands
        is_lazy = expr.op in ("&&", "||")
        self._operand(first, is_lazy=is_lazy)
        for operand in others:
            if is_lazy and not _has_let(operand):
                ops = self._apart(partial(self._operand, operand, is_lazy=True))
                if ops:
                    self._ops.append(Branch(operand.start, (ops, ())))
            else:
                self._run(operand)
        return _NOTHING

    def _operand(self, expr: it.Expr, *, is_lazy: bool) -> None:
        """Evaluate an operand; those of ``&&`` and ``||`` end their temporaries by themselves."""
        if not is_lazy or _has_let(expr):
            self._run(expr)
            return
        self._push()
        self._run(expr)
        self._pop(expr.end, "statement")

    def _run(self, expr: it.Expr) -> None:
        """Evaluate an expression whose value is a temporary."""
        self._own(self._eval(expr, "read"))

    def _assign(self, expr: it.Assign, how: str) -> Values:
        del how
        values = self._take(expr.value)
        target = expr.target
        if isinstance(target, it.PathExpr) and len(target.path.segments) == 1:
            name = target.path.name
            held = self._held(name)
            if held is not None and not expr.op:
                frame, old = held
                self._end(old, expr.start, "assigned")
                frame.names[name] = values
                self._own(values, self._frames.index(frame))
                return _NOTHING
        self._eval(target, "write")
        self._end(values, expr.end, "moved")
        return _NOTHING

    def _closure(self, expr: it.Closure, how: str) -> Values:
        del how
        for pat, _ in expr.params:
            self._declare(pat)
        self._lower_inner(expr.start, expr.body, is_async=expr.is_async)
        if not expr.is_move:
            return _NOTHING
        names = {node.path.name for node in walk(expr.body) if isinstance(node, it.PathExpr)}
        captured: list[int] = []
        for name in sorted(names):
            held = self._held(name)
            if held is not None and held[1]:
                held[0].names[name] = _NOTHING
                captured.extend(held[1])
        return tuple(captured)

    def _if(self, expr: it.If, how: str) -> Values:
        del how
        values: list[int] = []
        self._if_from(expr, 0, values)
        return tuple(dict.fromkeys(values))

    def _if_from(self, expr: it.If, index: int, values: list[int]) -> None:
        """Lower the branches of an ``if`` from one on; later ones lie in the ``else`` of it."""
        if index == len(expr.branches):
            if expr.orelse is not None:
                values.extend(self._take(expr.orelse))
            return
        condition, body = expr.branches[index]
        self._push()
        self._own(self._eval(condition, "read"))
        has_let = _has_let(condition)
        if not has_let:
            self._pop(condition.end, "statement")
        alive = tuple(self._frames[-1].values) if has_let else _NOTHING
        ends = self._is_2024 and has_let

        def then() -> None:
            values.extend(self._take(body))
            if ends:
                self._end_all(alive, body.end)

        def otherwise() -> None:
            if ends:
                self._end_all(alive, body.end)
            self._if_from(expr, index + 1, values)

        self._branch(expr.start, (then, otherwise))
        if has_let:
            frame = self._frames.pop()
            if not ends:
                self._frames[-1].values.extend(frame.values)

    def _end_all(self, values: Values, at: int) -> None:
        self._ops.extend(Release(at, value, "statement") for value in reversed(values))

    def _condition(self, expr: it.LetCond, how: str) -> Values:
        del how
        values = self._take(expr.value)
        self._own(values)
        self._bind(expr.pat, values)
        self._alias(expr.pat, expr.value)
        return _NOTHING

    def _match(self, expr: it.Match, how: str) -> Values:
        del how
        values = self._take(expr.scrutinee)
        self._own(values)
        result: list[int] = []
        self._branch(expr.start, [partial(self._arm, arm, values, result) for arm in expr.arms])
        self._own(values)
        return tuple(dict.fromkeys(result))

    def _arm(self, arm: it.Arm, values: Values, result: list[int]) -> None:
        self._push()
        self._bind(arm.pat, values)
        if arm.guard is not None:
            self._own(self._eval(arm.guard, "read"))
        found = self._take(arm.body)
        result.extend(found)
        self._pop(arm.body.end, "scope", kept=found)

    def _while(self, expr: it.While, how: str) -> Values:
        del how

        def body() -> None:
            self._push()
            self._own(self._eval(expr.cond, "read"))
            if not _has_let(expr.cond):
                self._pop(expr.cond.end, "statement")
                self._push()
            stop = self._leave(expr.cond.end, "break", down_to=self._loops[-1][0])
            self._branch(
                expr.start,
                (lambda: self._own(self._block(expr.body)), lambda: self._ops.append(stop)),
            )
            self._pop(expr.body.end, "statement")

        self._repeat(expr.start, expr.label, body, forever=False)
        return _NOTHING

    def _loop(self, expr: it.Loop, how: str) -> Values:
        del how
        self._repeat(expr.start, expr.label, lambda: self._block(expr.body), forever=True)
        return _NOTHING

    def _for(self, expr: it.For, how: str) -> Values:
        del how
        self._push()
        self._own(self._eval(expr.iterable, "read"))

        def body() -> None:
            self._push()
            self._bind(expr.pat, _NOTHING)
            self._own(self._block(expr.body))
            self._pop(expr.body.end, "scope")

        self._repeat(expr.start, expr.label, body, forever=False)
        self._pop(expr.end, "statement")
        return _NOTHING

    def _repeat(self, at: int, label: str, body: Callable[[], object], *, forever: bool) -> None:
        self._loops.append((len(self._frames), label))
        before = self._snapshot()
        ops = self._apart(body)
        self._restore(_merged(before, [before, self._snapshot()]))
        self._loops.pop()
        if ops or forever:
            self._ops.append(Loop(at, ops, forever))

    def _jump(self, expr: it.Jump, how: str) -> Values:
        del how
        values = _NOTHING if expr.value is None else self._take(expr.value)
        if expr.kind in ("break", "continue") and self._loops:
            depths = range(len(self._loops) - 1, -1, -1)
            wanted = [i for i in depths if not expr.label or self._loops[i][1] == expr.label]
            index = wanted[0] if wanted else len(self._loops) - 1
            leave = self._leave(expr.start, expr.kind, values, self._loops[index][0])
            depth = len(self._loops) - 1 - index
            self._ops.append(Exit(leave.start, leave.kind, leave.released, depth))
        elif expr.kind in ("return", "become"):
            self._returned.extend(values)
            self._ops.append(self._leave(expr.start, "return", values))
        return _NOTHING

    def _try(self, expr: it.Try, how: str) -> Values:
        values = self._take(expr.operand) if how == "value" else self._eval(expr.operand, how)
        self._ops.append(self._leave(expr.end - 1, "?", values))
        return values

    def _await(self, expr: it.Await, how: str) -> Values:
        del how
        values = self._take(expr.operand)
        self._ops.append(Suspend(expr.start, expr.end))
        return values

    # -- calls ---------------------------------------------------------------------------------

    def _method(self, expr: it.MethodCall, how: str) -> Values:
        del how
        site = self._written.get((self._id, expr.start, expr.end, "method"))
        by_value = self._takes_self(site)
        given = self._take(expr.receiver) if by_value else self._eval(expr.receiver, "borrow")
        inner = given if by_value else _NOTHING
        if not by_value:
            self._own(given)
        values = tuple(v for arg in expr.args for v in self._take(arg))
        ty = self._places.receiver(expr.receiver, site)
        place = self._name(expr.receiver)
        self._imply(expr.start, expr.end, expr.receiver)
        return self._called(expr, site, "method", place, ty, (*inner, *values))

    def _takes_self(self, site: CallSite | None) -> bool:
        if site is None or not site.callees:
            return site is None or site.resolution == "external"
        item = self._world.defmap.defs[site.callees[0].owner].item
        return isinstance(item, it.Function) and item.receiver in ("self", "mut self")

    def _call(self, expr: it.Call, how: str) -> Values:
        del how
        kind = "path" if isinstance(expr.func, it.PathExpr) else "value"
        site = self._written.get((self._id, expr.start, expr.end, kind))
        if site is None and kind == "path":
            site = self._written.get((self._id, expr.start, expr.end, "value"))
            kind = "path" if site is None else "value"
        if not isinstance(expr.func, it.PathExpr):
            self._own(self._eval(expr.func, "borrow"))
        values = tuple(v for arg in expr.args for v in self._take(arg))
        if site is None:
            return values  # a constructor holds what it is given
        place = ""
        ty: Ty = UNKNOWN
        if expr.args:
            place = self._name(expr.args[0])
            ty = self._places.receiver(expr.args[0], site)
        return self._called(expr, site, kind, place, ty, values)

    def _called(
        self,
        expr: it.Call | it.MethodCall,
        site: CallSite | None,
        kind: str,
        place: str,
        ty: Ty,
        given: Values,
    ) -> Values:
        """Emit a call that is given values; those that its own value holds."""
        result = self._places.type_of(expr)
        carries = self._carriers.carries(result)
        is_outside = site is None or site.resolution == "external"
        passes = bool(given) and carries and is_outside
        why = _DROPPERS.get(site.reason, "moved") if site is not None else "moved"
        if given and not passes:
            self._end(given, expr.end, why)
        value = -1
        may_carry = carries or (isinstance(result, Unknown) and not expr.args and not given)
        if may_carry and not passes:
            value = self._next
            self._next += 1
        words = self._words
        self._ops.append(
            Call(
                expr.start,
                expr.end,
                kind,
                words.index(place),
                words.index(self._places.show(ty)),
                value,
                words.index(self._places.show(result)) if carries else -1,
                self._forwards(expr.args),
                _name_place(expr),
                words.index(_spelled(expr)),
            )
        )
        if passes:
            return given
        if value < 0:
            return _NOTHING
        self._own((value,))
        return (value,)

    def _forwards(self, args: tuple[it.Expr, ...]) -> tuple[tuple[int, int], ...]:
        """Which arguments are parameters of this body, given on."""
        found: list[tuple[int, int]] = []
        for index, arg in enumerate(args):
            inner = arg.operand if isinstance(arg, it.Ref) else arg
            if isinstance(inner, it.PathExpr) and len(inner.path.segments) == 1:
                kind, _, number = self._places.aliases.get(inner.path.name, "").partition(" ")
                if kind == "param" and number.isdigit():
                    found.append((index, int(number)))
        return tuple(found)

    def _name(self, expr: it.Expr) -> str:
        """The name of a place; what is called for it is looked up where it stands."""
        inner = expr
        while isinstance(inner, it.Ref | it.Unary | it.Try | it.Await):
            inner = inner.operand
        site = None
        if isinstance(inner, it.Call | it.MethodCall):
            kind = "method" if isinstance(inner, it.MethodCall) else "path"
            site = self._written.get((self._id, inner.start, inner.end, kind))
            if site is not None and site.resolution == "external":
                first = inner.receiver if isinstance(inner, it.MethodCall) else None
                if isinstance(inner, it.Call) and inner.args:
                    first = inner.args[0]
                return "" if first is None else self._name(first)
        return self._places.name_of(inner, site)

    def _macro(self, expr: it.MacroCall, how: str) -> Values:
        del how
        for arg in expr.args:
            self._own(self._eval(arg, "borrow"))
        if expr.body is not None:
            self._own(self._block(expr.body))
        if expr.path.name in ASSEMBLY:
            text = self._words.index(expr.text)
            self._ops.append(Assembly(expr.start, expr.end, text))
        if (self._id, expr.start, expr.end, "macro") in self._written:
            self._ops.append(Call(expr.start, expr.end, "macro"))
        return _NOTHING


def _spelled(expr: it.Call | it.MethodCall) -> str:
    """A receiver that is a name, or a field of such; otherwise nothing."""
    receiver: it.Expr | None = expr.receiver if isinstance(expr, it.MethodCall) else None
    if isinstance(expr, it.Call) and expr.args:
        receiver = expr.args[0]
    names: list[str] = []
    while isinstance(receiver, it.Field | it.Ref | it.Unary):
        if isinstance(receiver, it.Field):
            names.append(receiver.name)
            receiver = receiver.base
        else:
            receiver = receiver.operand
    if not isinstance(receiver, it.PathExpr) or len(receiver.path.segments) != 1:
        return ""
    return ".".join([receiver.path.name, *reversed(names)])


def _name_place(expr: it.Call | it.MethodCall) -> tuple[int, int]:
    """Where the name of what is called stands."""
    if isinstance(expr, it.MethodCall):
        return expr.name_start, expr.name_start + len(expr.name.encode())
    return expr.func.start, expr.func.end


def _index_sites(
    body: TypedBody,
) -> tuple[
    dict[tuple[BodyId, int, int, str], CallSite], dict[tuple[BodyId, int, int], list[CallSite]]
]:
    written: dict[tuple[BodyId, int, int, str], CallSite] = {}
    implied: dict[tuple[BodyId, int, int], list[CallSite]] = defaultdict(list)
    for site in (*body.links.sites, *(call.site for call in body.links.values)):
        if site.kind in WRITTEN:
            written.setdefault((site.caller, site.start, site.end, site.kind), site)
        else:
            implied[(site.caller, site.start, site.end)].append(site)
    return written, implied


def _names_in(pat: it.Pat) -> Sequence[str]:
    found: list[str] = []
    stack: list[it.Pat] = [pat]
    while stack:
        one = stack.pop()
        match one:
            case it.BindPat():
                found.append(one.name)
                if one.inner is not None:
                    stack.append(one.inner)
            case it.TuplePat() | it.TupleStructPat():
                stack.extend(one.parts)
            case it.StructPat():
                stack.extend(inner for _, inner in one.fields)
            case it.RefPat():
                stack.append(one.inner)
    return list(reversed(found))


def _only_borrows(pat: it.Pat) -> bool:
    """Whether a pattern takes nothing out of what it is held against."""
    if isinstance(pat, it.BindPat):
        return pat.is_ref
    if isinstance(pat, it.TuplePat | it.TupleStructPat):
        return all(_only_borrows(part) or isinstance(part, it.WildPat) for part in pat.parts)
    if isinstance(pat, it.StructPat):
        return all(_only_borrows(part) for _, part in pat.fields)
    return True


def _has_let(condition: it.Expr) -> bool:
    if isinstance(condition, it.Binary):
        return any(_has_let(operand) for operand in condition.operands)
    return isinstance(condition, it.LetCond)


_LOWERINGS: dict[type, Callable[..., Values]] = {
    it.PathExpr: Lowering._path,
    it.Field: Lowering._within,
    it.Index: Lowering._within,
    it.Unary: Lowering._unary,
    it.Ref: Lowering._ref,
    it.Cast: Lowering._through,
    it.Tuple: Lowering._several,
    it.Array: Lowering._several,
    it.Repeat: Lowering._several,
    it.StructLit: Lowering._several,
    it.Range: Lowering._several,
    it.Binary: Lowering._binary,
    it.Assign: Lowering._assign,
    it.Closure: Lowering._closure,
    it.Block: lambda self, expr, _: self._block(expr),
    it.If: Lowering._if,
    it.LetCond: Lowering._condition,
    it.Match: Lowering._match,
    it.While: Lowering._while,
    it.Loop: Lowering._loop,
    it.For: Lowering._for,
    it.Jump: Lowering._jump,
    it.Try: Lowering._try,
    it.Await: Lowering._await,
    it.MethodCall: Lowering._method,
    it.Call: Lowering._call,
    it.MacroCall: Lowering._macro,
}


def lower_body(
    world: World, carriers: Carriers, words: Words, body: TypedBody
) -> tuple[Script, ...]:
    """The scripts of a body and of the closures and async blocks in it."""
    forest = world.defmap.forest
    crate = forest.crates[forest.modules[body.owner.module].crate]
    lowering = Lowering(world, carriers, words, body, crate.edition)
    lowering.lower()
    return tuple(lowering.scripts)
