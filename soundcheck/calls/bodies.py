"""One body, walked once from front to back: what it calls, and the types that tell what that is.

Types flow forwards only: from declarations, through calls and patterns, to receivers. A closure
takes its parameters' types from the bound that it is passed for.
"""

from __future__ import annotations

from soundcheck.calls.callables import body_of, shape_of
from soundcheck.calls.callbacks import Inner
from soundcheck.calls.callees import Callee, Callees, Place
from soundcheck.calls.calling import call, macro, method, wait
from soundcheck.calls.control import branch, jump, match, repeat, run_over, test
from soundcheck.calls.dispatch import is_in_sight
from soundcheck.calls.giving import holder_of, keep
from soundcheck.calls.moves import moved_names
from soundcheck.calls.operators import (
    assign,
    attempt,
    binary,
    cast,
    construct,
    element,
    field,
    range_of,
    unary,
)
from soundcheck.calls.patterns import bindings
from soundcheck.calls.shapes import Shape
from soundcheck.calls.shaping import pointers_in, shape_of_pointer, shape_of_value
from soundcheck.calls.sites import (
    MOVED_ON,
    NO_CHOICE,
    BodyId,
    CallSite,
    Choice,
    Flow,
    Links,
    Mention,
    Passed,
    ValueCall,
)
from soundcheck.calls.values import value_of
from soundcheck.calls.weighing import better, type_of_literal
from soundcheck.crates.definitions import Def, External, Primitive
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import NEVER as NEVER_HOLDS
from soundcheck.syntax.cfg import Cfg
from soundcheck.types.declared import Declarations
from soundcheck.types.methods import Methods
from soundcheck.types.signatures import Context
from soundcheck.types.ty import (
    NEVER,
    UNIT,
    UNKNOWN,
    Adt,
    ArrayOf,
    ClosureOf,
    Never,
    Pointer,
    Reference,
    TupleOf,
    Ty,
)

Scope = dict[str, Ty]


class BodyWalk:
    """The walk of one body, closures in it included."""

    def __init__(self, place: Place, methods: Methods, callees: Callees) -> None:
        self.place = place
        self.methods = methods
        self.declared: Declarations = methods.declared
        self.callees = callees
        self.context = place.context
        self.bounds = place.context.bounds
        self.scopes: list[Scope] = [{}]
        self.body = BodyId(place.owner.index)
        self.params: dict[str, int] = {}
        self.returned: list[Ty] = []
        self.root: it.Block | None = None
        self._moved: frozenset[str] | None = None
        # The outermost scope of a local that is used since a closure began.
        self._outermost = 0
        self.sites: list[CallSite] = []
        self.values: list[ValueCall] = []
        self.mentions: list[Mention] = []
        self.made: list[Shape] = []
        self.flows: list[Flow] = []
        self.types: dict[int, Ty] = {}
        # Calls in a stub's body that depend on what its parameters stand for.
        self.inner: list[Inner] = []

    def another(self, target: Def) -> BodyWalk:
        """The walk of another function's body."""
        return walk_function(self.methods, self.callees, target)

    # -- names ---------------------------------------------------------------------------------

    def bind(self, pat: it.Pat, ty: Ty) -> None:
        """Bind the names of a pattern in the innermost scope."""
        self.types[id(pat)] = ty
        scope = self.scopes[-1]
        for name, one in bindings(self, pat, ty):
            if isinstance(one, Reference):
                inner = self.methods.normalize(one.inner, self.bounds)
                scope[name] = Reference(inner, one.is_mut)
            else:
                scope[name] = self.methods.normalize(one, self.bounds)

    def local(self, name: str) -> Ty | None:
        """The type of a local; ``None`` for what is none."""
        depth = len(self.scopes)
        for scope in reversed(self.scopes):
            depth -= 1
            found = scope.get(name)
            if found is not None:
                if depth < self._outermost:
                    self._outermost = depth
                return found
        return None

    def lookup(
        self, path: it.Path, namespace: int
    ) -> tuple[tuple[Def | External | Primitive, tuple[str, ...]], ...]:
        """What a path leads to, with the names behind it that a type must answer."""
        return self.callees.lookup(self.context.scope, path, namespace, self.place.cfg)

    def lookup_type_like(
        self, path: it.Path
    ) -> tuple[tuple[Def | External | Primitive, tuple[str, ...]], ...]:
        """The struct, enum, union or variant that a path names, ``Self`` and aliases followed."""
        return self.callees.lookup_constructor(self.context, path, self.place.cfg)

    def ty(self, written: it.Type | None) -> Ty:
        """What a type written in this body means."""
        resolved = self.declared.resolve(written, self.context)
        return self.methods.normalize(resolved, self.bounds)

    def sees(self, target: Def) -> bool:
        """Whether a method can be the one that is called by its name here."""
        if target.module in self.callees.stubs:
            return True
        return is_in_sight(self.callees, target, self.place)

    # -- statements ----------------------------------------------------------------------------

    def block(self, block: it.Block, expected: Ty = UNKNOWN) -> Ty:
        """Walk a block; its type is its tail's."""
        if block.kind in ("async", "gen"):
            return self._async_block(block)
        self.scopes.append({})
        outer = self.context
        if any(isinstance(stmt, it.ItemStmt) for stmt in block.stmts):
            self.context = self._context_at(block.start + 1)
        ty: Ty = UNIT
        for stmt in block.stmts:
            if isinstance(stmt, it.ItemStmt):
                continue
            place = self.place
            if self.enter(stmt.cfg):
                if isinstance(stmt, it.Let):
                    self._let(stmt)
                else:
                    found = self.expr(stmt.expr)
                    self.dropped(found, stmt.end)
                    if isinstance(found, Never) and stmt.cfg is None:
                        ty = NEVER
            self.place = place
        if block.tail is not None:
            ty = self.expr(block.tail, expected)
        for name, one in self.scopes.pop().items():
            if name != "self":
                self.dropped(one, block.end, name)
        self.context = outer
        return ty

    def enter(self, written: Cfg | None) -> bool:
        """Go on under a further formula; ``False`` where it can hold in no build here."""
        if written is None:
            return True
        defmap, owner = self.declared.defmap, self.place.owner
        crate = defmap.forest.crates[defmap.forest.modules[owner.module].crate]
        formulas = defmap.search.formulas
        joined = formulas.join(self.place.cfg, formulas.place(written, crate))
        if joined == NEVER_HOLDS or self.callees.cannot_hold(joined):
            return False
        self.place = self.place._replace(cfg=joined)
        return True

    def _context_at(self, offset: int) -> Context:
        """The context of a block that holds items or imports of its own."""
        owner = self.place.owner
        scope = self.declared.defmap.scope_in(owner, offset)
        context = self.context
        return Context(scope, context.self_type, context.generics, context.bounds)

    def _let(self, let: it.Let) -> None:
        declared = UNKNOWN if let.type is None else self.ty(let.type)
        found = UNKNOWN if let.value is None else self.expr(let.value, declared)
        if let.orelse is not None:
            self.block(let.orelse)
        self.bind(let.pat, better(declared, found))
        if isinstance(let.pat, it.BindPat):
            # Another name for a parameter, or a parameter's name for another value.
            self.params[let.pat.name] = -1 if let.value is None else holder_of(self, let.value)
        if isinstance(let.pat, it.WildPat):
            self.dropped(found, let.end)

    def dropped(
        self, ty: Ty, at: int, name: str = "", start: int = -1, why: str = "drop glue"
    ) -> None:
        """Note that a value of a type goes out of scope, that of the local ``name`` if given."""
        found = self.callees.drops(ty, self.place.owner.cfg)
        if found:
            resolution = "exact" if len(found) == 1 else "candidates"
            reason = MOVED_ON if name and self._is_moved(name) else why
            start = at if start < 0 else start
            site = CallSite(self.body, "drop", start, at, "drop", resolution, found, reason)
            self.sites.append(site)

    def _is_moved(self, name: str) -> bool:
        """Whether a local is moved on somewhere, so that others may drop it."""
        if self._moved is None:
            # Few bodies have anything to drop.
            self._moved = frozenset() if self.root is None else moved_names(self.root)
        return name in self._moved

    def _async_block(self, block: it.Block) -> Ty:
        inner = it.Block(block.start, block.end, block.stmts, block.tail)
        ret = self.inside(block.start, lambda: self.block(inner))
        return ClosureOf(self.place.owner.file, block.start, (), ret, is_async=True)

    def inside(self, closure: int, walk: object) -> Ty:
        """Walk the body of a closure as a body of its own."""
        outer, returned = self.body, self.returned
        self.body, self.returned = BodyId(self.place.owner.index, closure), []
        assert callable(walk)
        ty: Ty = walk()
        for one in self.returned:
            ty = better(ty, one)
        self.body, self.returned = outer, returned
        return ty

    # -- expressions ---------------------------------------------------------------------------

    def expr(self, expr: it.Expr, expected: Ty = UNKNOWN) -> Ty:
        """Walk an expression; the type of its value, which is noted under the node's identity."""
        ty = self._expr(expr, expected)
        if isinstance(ty, (Adt, Reference)):
            ty = self.callees.as_built(ty, self.place.cfg)
        self.types[id(expr)] = ty
        return ty

    def _expr(self, expr: it.Expr, expected: Ty) -> Ty:
        match expr:
            case it.PathExpr():
                return self._path(expr)
            case it.MethodCall():
                return method(self, expr)
            case it.Call():
                return call(self, expr, expected)
            case it.Field():
                return field(self, expr)
            case it.Lit():
                return type_of_literal(expr)
            case it.Ref():
                inner = self.expr(expr.operand)
                if expr.is_raw:
                    return Pointer(inner, expr.is_mut)
                return Reference(inner, expr.is_mut)
            case it.Unary():
                return unary(self, expr)
            case it.Binary():
                return binary(self, expr)
            case it.Block():
                return self.block(expr, expected)
            case it.If():
                return branch(self, expr, expected)
            case it.Match():
                return match(self, expr, expected)
            case it.Closure():
                return self.closure(expr, *shape_of(expected, self.bounds))
            case it.MacroCall():
                return macro(self, expr)
            case it.Cast():
                return cast(self, expr)
            case it.Assign():
                return assign(self, expr)
            case it.Index():
                return element(self, expr)
            case it.StructLit():
                return construct(self, expr)
            case it.Tuple():
                return TupleOf(self._parts(expr.parts))
            case it.Array():
                types = self._parts(expr.parts)
                return ArrayOf(types[0] if types else UNKNOWN)
            case it.Repeat():
                inner = self.expr(expr.value)
                self.expr(expr.count)
                return ArrayOf(inner)
            case it.LetCond():
                return test(self, expr)
            case it.Try():
                return attempt(self, expr)
            case it.Await():
                return wait(self, expr)
            case it.Range():
                return range_of(self, expr)
            case it.While():
                return repeat(self, expr)
            case it.Loop():
                self.block(expr.body)
                return UNKNOWN
            case it.For():
                return run_over(self, expr)
            case it.Jump():
                return jump(self, expr)
            case _:
                return UNKNOWN

    def _parts(self, parts: tuple[it.Expr, ...]) -> tuple[Ty, ...]:
        types = tuple([self.expr(part) for part in parts])
        for part, ty in zip(parts, types, strict=True):
            self.mention(part, ty, "value")
        return types

    def _path(self, expr: it.PathExpr) -> Ty:
        path = expr.path
        if len(path.segments) == 1 and path.qself is None:
            found = self.local(path.segments[0].name)
            if found is not None:
                return found
        return value_of(self, path).ty

    def closure(self, closure: it.Closure, params: tuple[Ty, ...], ret: Ty) -> Ty:
        """Walk a closure whose parameters are wanted to have the given types."""
        declared = UNKNOWN if closure.ret is None else self.ty(closure.ret)
        types: list[Ty] = []
        outer, own = self._outermost, len(self.scopes)
        self._outermost = own
        self.scopes.append({})
        for index, (pat, written) in enumerate(closure.params):
            wanted = params[index] if index < len(params) else UNKNOWN
            ty = wanted if written is None else better(self.ty(written), wanted)
            types.append(ty)
            self.bind(pat, ty)
        body = closure.body
        found = self.inside(closure.start, lambda: self.expr(body, ret))
        self.scopes.pop()
        result = better(declared, found)
        file = self.place.owner.file
        captures = self._outermost < own
        self._outermost = min(outer, self._outermost)
        whole = ClosureOf(file, closure.start, tuple(types), result, closure.is_async, captures)
        self.types[id(closure)] = whole
        return whole

    # -- what is found ------------------------------------------------------------------------

    def mention(
        self,
        expr: it.Expr,
        ty: Ty,
        how: str,
        *,
        is_address: bool = False,
        is_loose: bool = True,
    ) -> None:
        """Note that a function or closure is used as a value."""
        while isinstance(ty, Reference):
            ty = ty.inner
        body = body_of(self, ty)
        if body is not None:
            shape = shape_of_value(self, ty)
            mention = Mention(self.body, body, expr.start, how, shape, is_address, is_loose)
            self.mentions.append(mention)
        elif is_loose:
            keep(self, expr, ty)

    def make(self, ty: Ty) -> None:
        """Note that a value of a type is made of whatever lies somewhere."""
        self.made.extend(shape_of_pointer(self, one) for one in pointers_in(ty))

    def note(
        self,
        kind: str,
        start: int,
        end: int,
        name: str,
        callee: Callee,
        passed: tuple[Passed, ...] = (),
        choice: Choice = NO_CHOICE,
    ) -> None:
        """Note a call."""
        site = CallSite(self.body, kind, start, end, name, *callee, passed, choice)
        self.sites.append(site)

    def links(self) -> Links:
        """What was found."""
        return Links(
            tuple(self.sites),
            tuple(self.values),
            tuple(self.mentions),
            tuple(self.made),
            tuple(self.flows),
        )


def start_walk(methods: Methods, callees: Callees, target: Def, offset: int) -> BodyWalk:
    """The walk of what stands at an offset of a definition, not yet begun."""
    declared = methods.declared.context_of(target)
    scope = methods.declared.defmap.scope_in(target, offset)
    context = Context(scope, declared.self_type, declared.generics, declared.bounds)
    return BodyWalk(Place(target, context, target.cfg), methods, callees)


def walk_function(methods: Methods, callees: Callees, target: Def) -> BodyWalk:
    """The walk of a function with a body, done."""
    func = target.item
    assert isinstance(func, it.Function)
    body = func.body
    assert body is not None
    walk = start_walk(methods, callees, target, body.start)
    signature = methods.declared.signature_of(target)
    if signature.receiver is not None:
        walk.scopes[0]["self"] = signature.receiver
    for index, (param, ty) in enumerate(zip(func.params, signature.params, strict=True)):
        walk.bind(param.pat, methods.normalize(ty, signature.bounds))
        if isinstance(param.pat, it.BindPat):
            walk.params[param.pat.name] = index
    walk.root = body
    found = walk.block(body, signature.ret)
    if body.tail is not None:
        walk.mention(body.tail, found, "return")
    for name, ty in walk.scopes[0].items():
        if name != "self" or func.receiver.startswith("self"):
            walk.dropped(ty, body.end, name)
    for param, ty in zip(func.params, signature.params, strict=True):
        if isinstance(param.pat, it.WildPat):
            walk.dropped(ty, body.end)
    return walk
