"""One walk over a function: its unsafe operations, what holds there, and what sets its locals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from soundcheck.boundaries.callees import Called, Callings
from soundcheck.boundaries.conditions import (
    ASSERTIONS,
    PANICKING,
    Asked,
    Condition,
    diverges,
    read_condition,
    read_macro,
)
from soundcheck.boundaries.scopes import Binding, Scopes, Source
from soundcheck.calls.linking import TypedBody, World
from soundcheck.calls.sites import BodyId
from soundcheck.calls.symbols import ASSEMBLY
from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import children
from soundcheck.types.heads import is_packed
from soundcheck.types.ty import UNKNOWN, Adt, Pointer, Reference, Ty, Unknown

# Macros of the language that take a place and not its value.
_ADDRESS_OF = frozenset({"addr_of", "addr_of_mut"})
_GIVERS = (it.Call, it.MethodCall, it.StructLit, it.Assign, it.Ref)
# Methods of `Option` and `Result` that give what is inside to a closure, as its first parameter.
_GIVING = frozenset(
    {"and_then", "filter", "for_each", "inspect", "is_none_or", "is_some_and", "map", "map_or",
     "map_or_else", "then"}
)  # fmt: skip


class Spot(NamedTuple):
    """An unsafe operation that was met: its node, and what holds there."""

    kind: str
    node: it.Expr
    access: str
    body: BodyId
    block: int
    conditions: tuple[Condition, ...]
    called: Called | None = None
    target: Def | None = None
    is_certain: bool = True


class Note(NamedTuple):
    """An expression that gives a value away: a call, a literal, a write; and what holds there."""

    node: it.Expr
    conditions: tuple[Condition, ...]


class Reading:
    """What one walk over a function finds.

    ``notes`` are by the place of their nodes, and empty unless they are asked for.
    """

    def __init__(self, world: World, body: TypedBody, *, takes_notes: bool = False) -> None:
        self.spots: list[Spot] = []
        self.notes: dict[tuple[int, int], Note] = {}
        self._takes_notes = takes_notes
        self.returned: list[it.Expr] = []
        self.uses: dict[int, Binding] = {}
        self.types: Mapping[int, Ty] = body.types
        self.callings = Callings(world, body)
        self._world = world
        self._owner = body.owner
        self._body = BodyId(body.owner.index)
        self._scopes = Scopes()
        self._held: list[Condition] = []
        self._block = -1
        self._is_unsafe = False
        self._asked = Asked(self._scopes, self.types, self._static_index)

    def read(self, root: it.Expr) -> None:
        """Walk the function's block, or the value of a static."""
        item = self._owner.item
        if isinstance(item, it.Function):
            self._is_unsafe = item.is_unsafe
            if item.receiver:
                self._scopes.declare(Binding("self", item.start, param=-1))
            for index, param in enumerate(item.params):
                self._scopes.bind(param.pat, Source(None), param=index)
        self.returned.append(root)
        self._visit(root)

    # -- names ---------------------------------------------------------------------------------

    def type_of(self, expr: it.Node) -> Ty:
        """The type of an expression."""
        return self.types.get(id(expr), UNKNOWN)

    def _static_index(self, expr: it.PathExpr) -> int:
        found = self.callings.static_of(expr)
        return -1 if found is None else found.index

    # -- statements ----------------------------------------------------------------------------

    def _block_of(self, block: it.Block) -> None:
        if block.kind in ("async", "gen"):
            self._inside(block.start, lambda: self._plain_block(block))
            return
        outer = self._block, self._is_unsafe
        if block.kind == "unsafe":
            self._block, self._is_unsafe = block.start, True
        self._plain_block(block)
        self._block, self._is_unsafe = outer

    def _plain_block(self, block: it.Block) -> None:
        held = len(self._held)
        self._scopes.push()
        scope = self.callings.enter(block)
        for stmt in block.stmts:
            if isinstance(stmt, it.Let):
                self._let(stmt)
            elif isinstance(stmt, it.ExprStmt):
                self._visit(stmt.expr)
        if block.tail is not None:
            self._visit(block.tail)
        self.callings.leave(scope)
        self._scopes.pop()
        del self._held[held:]

    def _let(self, let: it.Let) -> None:
        if let.value is not None:
            self._visit(let.value, "borrow" if _binds_by_ref(let.pat) else "read")
        if let.orelse is not None and let.value is not None:
            held = len(self._held)
            self._visit(let.orelse)
            del self._held[held:]
            self._held += read_condition(let.value, self._asked, ("match",))
        made = self._scopes.bind(let.pat, Source(let.value))
        if let.value is None:
            for binding in made:
                binding.sources.clear()

    # -- expressions ---------------------------------------------------------------------------

    def _visit(self, expr: it.Expr, access: str = "read") -> None:
        if self._takes_notes and isinstance(expr, _GIVERS):
            self.notes[expr.start, expr.end] = Note(expr, tuple(self._held))
        match expr:
            case it.PathExpr():
                self._path(expr, access)
            case it.MethodCall():
                self._method(expr)
            case it.Call():
                self._call(expr)
            case it.Field():
                self._field(expr, access)
            case it.Index():
                self._visit(expr.base, self._inner(expr.base, access))
                self._visit(expr.index)
                self._held += read_condition(expr.index, self._asked, ("[]",))
            case it.Ref():
                how = "address" if expr.is_raw else "borrow mut" if expr.is_mut else "borrow"
                self._visit(expr.operand, how)
            case it.Unary():
                self._visit(expr.operand)
                if expr.op == "*":
                    self._dereference(expr, access)
            case it.Block():
                self._block_of(expr)
            case it.If():
                self._if(expr)
            case it.Match():
                self._match(expr)
            case it.Binary(op="&&"):
                self._chain(expr)
            case it.While():
                self._while(expr)
            case it.For():
                self._for(expr)
            case it.Closure():
                self._closure(expr, None)
            case it.Assign():
                self._assign(expr)
            case it.MacroCall():
                self._macro(expr)
            case it.Try():
                self._visit(expr.operand)
                self._held += read_condition(expr.operand, self._asked)
            case it.LetCond():
                self._visit(expr.value)
                self._scopes.bind(expr.pat, Source(expr.value))
            case it.Jump():
                if expr.value is not None:
                    self._visit(expr.value)
                    if expr.kind == "return" and self._body.closure < 0:
                        self.returned.append(expr.value)
            case _:
                for child in children(expr):
                    self._visit(child)  # type: ignore[arg-type]

    def _path(self, expr: it.PathExpr, access: str) -> None:
        local = self._scopes.of(expr)
        if local is not None:
            self.uses[id(expr)] = local
            return
        if self._is_unsafe:
            static = self.callings.static_of(expr)
            if static is not None and _is_unsafe_static(static):
                self._spot("static", expr, access, target=static)

    def _field(self, expr: it.Field, access: str) -> None:
        base = self.type_of(expr.base)
        self._visit(expr.base, self._inner(expr.base, access))
        if not self._is_unsafe or access in ("write", "address"):
            return
        for step in self._world.methods.steps(base):
            if isinstance(step, Adt):
                target = self._world.defmap.defs[step.def_id]
                if target.kind == "union":
                    self._spot("union", expr, access, target=target)
                elif access in ("borrow", "borrow mut") and is_packed(target):
                    self._spot("packed", expr, access, target=target)
                return

    def _inner(self, base: it.Expr, access: str) -> str:
        """How a place is used of which a part is used; what lies behind a reference is none."""
        return access if not isinstance(self.type_of(base), Reference) else "read"

    def _dereference(self, expr: it.Unary, access: str) -> None:
        if not self._is_unsafe:
            return
        ty = self.type_of(expr.operand)
        if isinstance(ty, Pointer):
            self._spot("dereference", expr, access)
        elif isinstance(ty, Unknown):
            self._spot("dereference", expr, access, is_certain=False)

    def _chain(self, expr: it.Binary) -> None:
        held = len(self._held)
        for operand in expr.operands:
            self._visit(operand)
            self._held += read_condition(operand, self._asked)
        del self._held[held:]

    def _if(self, expr: it.If) -> None:
        outer = len(self._held)
        after: list[Condition] = []
        for condition, body in expr.branches:
            held = len(self._held)
            self._scopes.push()
            self._visit(condition)
            asks = read_condition(condition, self._asked)
            self._held += asks
            self._visit(body)
            self._scopes.pop()
            del self._held[held:]
            if diverges(body, self.types):
                after += asks
            self._held += asks  # What follows runs where the condition did not hold.
        if expr.orelse is not None:
            self._visit(expr.orelse)
            if diverges(expr.orelse, self.types):
                after += self._held[outer:]
        del self._held[outer:]
        self._held += after

    def _match(self, expr: it.Match) -> None:
        self._visit(expr.scrutinee)
        asks: list[Condition] = []
        if any(_is_refutable(arm.pat) for arm in expr.arms):
            asks = read_condition(expr.scrutinee, self._asked, ("match",))
        held = len(self._held)
        for arm in expr.arms:
            self._scopes.push()
            self._held += asks
            self._scopes.bind(arm.pat, Source(expr.scrutinee))
            if arm.guard is not None:
                self._visit(arm.guard)
                self._held += read_condition(arm.guard, self._asked)
            self._visit(arm.body)
            self._scopes.pop()
            del self._held[held:]
        if any(diverges(arm.body, self.types) for arm in expr.arms):
            self._held += asks

    def _while(self, expr: it.While) -> None:
        held = len(self._held)
        self._scopes.push()
        self._visit(expr.cond)
        self._held += read_condition(expr.cond, self._asked)
        self._visit(expr.body)
        self._scopes.pop()
        del self._held[held:]

    def _for(self, expr: it.For) -> None:
        self._visit(expr.iterable)
        held = len(self._held)
        self._scopes.push()
        self._scopes.bind(expr.pat, Source(expr.iterable, step="for"))
        self._visit(expr.body)
        self._scopes.pop()
        del self._held[held:]

    def _assign(self, expr: it.Assign) -> None:
        self._visit(expr.value)
        self._visit(expr.target, "write")
        fields: list[str] = []
        target = expr.target
        while isinstance(target, it.Field):
            fields.append(target.name)
            target = target.base
        local = self._scopes.of(target)
        if local is not None:
            is_offset = expr.op in ("+", "-")
            step = "" if is_offset or not expr.op else expr.op
            part = tuple(reversed(fields))
            local.sources.append(Source(expr.value, part, (), step, is_offset))

    def _macro(self, expr: it.MacroCall) -> None:
        name = expr.path.name
        if name in ASSEMBLY:
            self._assembly(expr)
            return
        how = "address" if name in _ADDRESS_OF else "read"
        is_formatted = False
        for arg in expr.args:
            # What stands behind a text is formatted, and borrowed for that.
            self._visit(arg, "borrow" if is_formatted and isinstance(arg, it.Field) else how)
            is_formatted = is_formatted or (isinstance(arg, it.Lit) and arg.kind == "str")
        if expr.body is not None:
            self._visit(expr.body)
        if name in ASSERTIONS:
            self._held += read_macro(expr, self._asked)

    def _assembly(self, expr: it.MacroCall) -> None:
        for arg in expr.args:
            self._visit(arg)
            local = self._scopes.of(arg)
            if local is not None and not local.sources:
                local.sources.append(Source(expr))
        if self._is_unsafe:
            self._spot("assembly", expr, "")

    # -- calls ---------------------------------------------------------------------------------

    def _method(self, expr: it.MethodCall) -> None:
        called = self.callings.of(expr)
        self._visit(expr.receiver, self._receives(expr, called))
        for arg in expr.args:
            if isinstance(arg, it.Closure):
                gives = expr.receiver if expr.name in _GIVING else None
                self._closure(arg, gives)
            else:
                self._visit(arg)
        self._note_call(expr, called)
        if expr.name in PANICKING:
            self._held += read_condition(expr.receiver, self._asked)

    def _receives(self, expr: it.MethodCall, called: Called) -> str:
        """How a method uses the place that it is called on."""
        if isinstance(self.type_of(expr.receiver), Reference | Pointer):
            return "read"
        return called.receives

    def _call(self, expr: it.Call) -> None:
        called = self.callings.of(expr)
        if not isinstance(expr.func, it.PathExpr) or self._scopes.of(expr.func) is not None:
            self._visit(expr.func)
        for arg in expr.args:
            self._visit(arg)
        self._note_call(expr, called)

    def _note_call(self, expr: it.Call | it.MethodCall, called: Called) -> None:
        if self._is_unsafe and called.is_unsafe is not False:
            certain = called.is_unsafe is True
            self._spot("call", expr, "", called=called, target=called.target, is_certain=certain)

    def _closure(self, expr: it.Closure, gives: it.Expr | None) -> None:
        self._scopes.push()
        for index, (pat, _) in enumerate(expr.params):
            source = Source(gives) if index == 0 else Source(None)
            for binding in self._scopes.bind(pat, source):
                binding.is_closure = True
        self._inside(expr.start, lambda: self._visit(expr.body))
        self._scopes.pop()

    def _inside(self, start: int, walk: object) -> None:
        """Walk the body of a closure or async block."""
        outer = self._body
        held = len(self._held)
        self._body = BodyId(self._owner.index, start)
        assert callable(walk)
        walk()
        self._body = outer
        del self._held[held:]

    def _spot(
        self,
        kind: str,
        node: it.Expr,
        access: str,
        *,
        called: Called | None = None,
        target: Def | None = None,
        is_certain: bool = True,
    ) -> None:
        conditions = tuple(self._held)
        spot = Spot(
            kind, node, access, self._body, self._block, conditions, called, target, is_certain
        )
        self.spots.append(spot)


def _binds_by_ref(pat: it.Pat) -> bool:
    return isinstance(pat, it.BindPat) and pat.is_ref


def _is_refutable(pat: it.Pat) -> bool:
    match pat:
        case it.WildPat() | it.RestPat():
            return False
        case it.BindPat():
            return pat.name[:1].isupper()
        case it.TuplePat(kind="tuple"):
            return any(_is_refutable(part) for part in pat.parts)
        case it.RefPat():
            return _is_refutable(pat.inner)
        case it.StructPat():
            return any(_is_refutable(part) for _, part in pat.fields)
        case _:
            return True


def _is_unsafe_static(target: Def) -> bool:
    """Whether a static takes ``unsafe`` to be named: a mutable one, or one of foreign code."""
    item = target.item
    if not isinstance(item, it.Static) or item.kind != "static":
        return False
    if isinstance(target.container, it.ForeignMod):
        return "safe" not in item.qualifiers
    return item.is_mut
