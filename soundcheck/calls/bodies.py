"""One body, walked once from front to back: what it calls, and the types that tell what that is.

Types flow forwards only: from declarations, through calls and patterns, to receivers. A closure
takes its parameters' types from the bound that it is passed for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from soundcheck.calls.callees import Callee, Callees
from soundcheck.calls.patterns import bindings
from soundcheck.calls.sites import BodyId, CallSite, Links, Mention, Passed, ValueCall
from soundcheck.calls.symbols import ASSEMBLY, symbols_in
from soundcheck.crates.definitions import TYPES, VALUES, Def, External, Primitive
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import NEVER as NEVER_HOLDS
from soundcheck.syntax.cfg import Cfg, negate
from soundcheck.syntax.predicates import read_predicate
from soundcheck.syntax.show import show_expr, show_path
from soundcheck.types.declared import Context, Declarations
from soundcheck.types.methods import Method, Methods
from soundcheck.types.ty import (
    BOOL,
    FLOAT,
    INTEGER,
    NEVER,
    STR,
    UNIT,
    UNKNOWN,
    USIZE,
    Adt,
    ArrayOf,
    ClosureOf,
    Dyn,
    FnItem,
    FnPtr,
    Foreign,
    Never,
    Opaque,
    Param,
    Pointer,
    Prim,
    Projection,
    Reference,
    Slice,
    TraitRef,
    TupleOf,
    Ty,
    Unknown,
    is_nameless,
    substitute,
    unify,
)

Scope = dict[str, Ty]

_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||"})
_OPERATORS = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "rem", "&": "bitand", "|": "bitor",
    "^": "bitxor", "<<": "shl", ">>": "shr", "==": "eq", "!=": "ne", "<": "lt", ">": "gt",
    "<=": "le", ">=": "ge",
}  # fmt: skip
_UNARY = {"!": "not", "-": "neg"}
_CALLABLE = frozenset({"Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce"})


class Place(NamedTuple):
    """A body to walk: whose it is, and where its names and types are looked up."""

    owner: Def
    context: Context
    cfg: Cfg | None


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
        self.sites: list[CallSite] = []
        self.values: list[ValueCall] = []
        self.mentions: list[Mention] = []
        self.types: dict[int, Ty] = {}

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
        for scope in reversed(self.scopes):
            found = scope.get(name)
            if found is not None:
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
            if self._enter(stmt.cfg):
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
                self.dropped(one, block.end)
        self.context = outer
        return ty

    def _enter(self, written: Cfg | None) -> bool:
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
        self.bind(let.pat, _better(declared, found))
        if isinstance(let.pat, it.WildPat):
            self.dropped(found, let.end)

    def dropped(self, ty: Ty, at: int) -> None:
        """Note that a value of a type goes out of scope."""
        bodies = self.callees.drops(ty)
        if bodies:
            found = tuple(BodyId(body) for body in bodies)
            resolution = "exact" if len(found) == 1 else "candidates"
            site = CallSite(self.body, "drop", at, at, "drop", resolution, found, "drop glue")
            self.sites.append(site)

    def _async_block(self, block: it.Block) -> Ty:
        inner = it.Block(block.start, block.end, block.stmts, block.tail)
        ret = self._inside(block.start, lambda: self.block(inner))
        return ClosureOf(self.place.owner.file, block.start, (), ret, is_async=True)

    def _inside(self, closure: int, walk: object) -> Ty:
        """Walk the body of a closure as a body of its own."""
        outer, returned = self.body, self.returned
        self.body, self.returned = BodyId(self.place.owner.index, closure), []
        assert callable(walk)
        ty: Ty = walk()
        for one in self.returned:
            ty = _better(ty, one)
        self.body, self.returned = outer, returned
        return ty

    # -- expressions ---------------------------------------------------------------------------

    def expr(self, expr: it.Expr, expected: Ty = UNKNOWN) -> Ty:
        """Walk an expression; the type of its value, which is noted under the node's identity."""
        ty = self.types[id(expr)] = self._expr(expr, expected)
        return ty

    def _expr(self, expr: it.Expr, expected: Ty) -> Ty:
        match expr:
            case it.PathExpr():
                return self._path(expr)
            case it.MethodCall():
                return self._method(expr)
            case it.Call():
                return self._call(expr, expected)
            case it.Field():
                return self._field(expr)
            case it.Lit():
                return _literal(expr)
            case it.Ref():
                inner = self.expr(expr.operand)
                if expr.is_raw:
                    return Pointer(inner, expr.is_mut)
                return Reference(inner, expr.is_mut)
            case it.Unary():
                return self._unary(expr)
            case it.Binary():
                return self._binary(expr)
            case it.Block():
                return self.block(expr, expected)
            case it.If():
                return self._if(expr, expected)
            case it.Match():
                return self._match(expr, expected)
            case it.Closure():
                return self.closure(expr, (), UNKNOWN)
            case it.MacroCall():
                return self._macro(expr)
            case it.Cast():
                return self._cast(expr)
            case it.Assign():
                return self._assign(expr)
            case it.Index():
                return self._index(expr)
            case it.StructLit():
                return self._struct(expr)
            case it.Tuple():
                return TupleOf(tuple([self.expr(part) for part in expr.parts]))
            case it.Array():
                types = [self.expr(part) for part in expr.parts]
                for part, ty in zip(expr.parts, types, strict=True):
                    self.mention(part, ty, "value")
                return ArrayOf(types[0] if types else UNKNOWN)
            case it.Repeat():
                inner = self.expr(expr.value)
                self.expr(expr.count)
                return ArrayOf(inner)
            case it.LetCond():
                self.bind(expr.pat, self.expr(expr.value))
                return BOOL
            case it.Try():
                return self._try(expr)
            case it.Await():
                return self._await(expr)
            case it.Range():
                return self._range(expr)
            case it.While():
                self.scopes.append({})
                self.expr(expr.cond)
                self.block(expr.body)
                self.scopes.pop()
                return UNIT
            case it.Loop():
                self.block(expr.body)
                return UNKNOWN
            case it.For():
                return self._for(expr)
            case it.Jump():
                return self._jump(expr)
            case _:
                return UNKNOWN

    def _path(self, expr: it.PathExpr) -> Ty:
        path = expr.path
        if len(path.segments) == 1 and path.qself is None:
            found = self.local(path.segments[0].name)
            if found is not None:
                return found
        return self.callees.value_of(self, path).ty

    def _field(self, expr: it.Field) -> Ty:
        base = self.expr(expr.base)
        for step in self.methods.steps(base):
            found = self.field_of(step, expr.name)
            if found is not None:
                self._dereferences(base, step, expr.start, expr.end)
                return self.methods.normalize(found, self.bounds)
        return UNKNOWN

    def field_of(self, ty: Ty, name: str) -> Ty | None:
        """The type of a field of a value, without dereferencing."""
        if isinstance(ty, Adt):
            target = self.callees.twin_of(ty, self.place.cfg)
            found = self.declared.field_type(target, name)
            if found is not None:
                names = self.declared.generic_names(target)
                return substitute(found, dict(zip(names, ty.args, strict=False)))
        if is_nameless(ty):
            return ty
        if isinstance(ty, TupleOf) and name.isdigit() and int(name) < len(ty.parts):
            return ty.parts[int(name)]
        return None

    def _dereferences(self, ty: Ty, last: Ty, start: int, end: int) -> None:
        """Note the ``Deref`` impls between a type and what was found behind it."""
        for step in self.methods.steps(ty):
            if step == last:
                return
            if isinstance(step, Adt):
                for name in ("deref", "deref_mut"):
                    self._implied(step, name, "deref", start, end)

    def _implied(self, ty: Ty, name: str, kind: str, start: int, end: int) -> Ty:
        """Note a call that the language makes by itself; the type of its result."""
        if not isinstance(ty, Adt | Param | Dyn | Opaque):
            return UNKNOWN
        found = self.methods.find(ty, name, self.bounds)
        if not found:
            return UNKNOWN
        callee = self.callees.of_methods(found, self.place.cfg)
        self.note(kind, start, end, name, callee)
        return self.result(found[0], (), ())

    def _unary(self, expr: it.Unary) -> Ty:
        ty = self.expr(expr.operand)
        if expr.op == "*":
            if isinstance(ty, Adt):
                self._dereferences(ty, UNKNOWN, expr.start, expr.end)
            if isinstance(ty, Pointer):
                return ty.inner
            inner = self.methods.dereference(ty)
            return UNKNOWN if inner is None else self.methods.normalize(inner, self.bounds)
        found = self._implied(ty, _UNARY.get(expr.op, ""), "operator", expr.start, expr.end)
        return ty if isinstance(found, Unknown) else found

    def _binary(self, expr: it.Binary) -> Ty:
        # A chain of `let`s binds for what stands behind it, and for the block of its `if`.
        types = [self.expr(operand) for operand in expr.operands]
        found: Ty = UNKNOWN
        if expr.op in _OPERATORS:
            found = self._implied(
                _unreferenced(types[0]), _OPERATORS[expr.op], "operator", expr.start, expr.end
            )
        if expr.op in _COMPARISONS:
            return BOOL
        if not isinstance(found, Unknown):
            return found
        return next((ty for ty in types if not _is_literal(ty)), types[0])

    def _if(self, expr: it.If, expected: Ty) -> Ty:
        ty: Ty = UNKNOWN
        outer = place = self.place
        for condition, body in expr.branches:
            self.scopes.append({})
            self.expr(condition)
            formula = _formula_of(condition)
            if self._enter(formula):
                ty = _better(ty, self.block(body, expected))
            self.scopes.pop()
            self.place = place
            if formula is not None:
                if not self._enter(negate(formula)):
                    self.place = outer
                    return ty
                place = self.place
        if expr.orelse is not None:
            ty = _better(ty, self.block(expr.orelse, expected))
        self.place = outer
        return UNIT if expr.orelse is None else ty

    def _match(self, expr: it.Match, expected: Ty) -> Ty:
        scrutinee = self.expr(expr.scrutinee)
        ty: Ty = UNKNOWN
        for arm in expr.arms:
            place = self.place
            if self._enter(arm.cfg):
                self.scopes.append({})
                self.bind(arm.pat, scrutinee)
                if arm.guard is not None:
                    self.expr(arm.guard)
                ty = _better(ty, self.expr(arm.body, expected))
                self.scopes.pop()
            self.place = place
        return ty

    def closure(self, closure: it.Closure, params: tuple[Ty, ...], ret: Ty) -> Ty:
        """Walk a closure whose parameters are wanted to have the given types."""
        declared = UNKNOWN if closure.ret is None else self.ty(closure.ret)
        types: list[Ty] = []
        self.scopes.append({})
        for index, (pat, written) in enumerate(closure.params):
            wanted = params[index] if index < len(params) else UNKNOWN
            ty = wanted if written is None else _better(self.ty(written), wanted)
            types.append(ty)
            self.bind(pat, ty)
        body = closure.body
        found = self._inside(closure.start, lambda: self.expr(body, ret))
        self.scopes.pop()
        result = _better(declared, found)
        file = self.place.owner.file
        whole = ClosureOf(file, closure.start, tuple(types), result, closure.is_async)
        self.types[id(closure)] = whole
        return whole

    def _cast(self, expr: it.Cast) -> Ty:
        found = self.expr(expr.operand)
        self.mention(expr.operand, found, "cast")
        target = self.ty(expr.type)
        return found if isinstance(target, Unknown) else target

    def _assign(self, expr: it.Assign) -> Ty:
        value = self.expr(expr.value)
        target = self.expr(expr.target)
        self.mention(expr.value, value, "field")
        if expr.op:
            name = f"{_OPERATORS.get(expr.op, '')}_assign"
            self._implied(target, name, "operator", expr.start, expr.end)
        else:
            self.dropped(target, expr.start)
            if isinstance(expr.target, it.PathExpr) and len(expr.target.path.segments) == 1:
                name = expr.target.path.segments[0].name
                if isinstance(target, Unknown) and self.local(name) is not None:
                    self.scopes[-1][name] = value
        return UNIT

    def _index(self, expr: it.Index) -> Ty:
        base = self.expr(expr.base)
        index = self.expr(expr.index)
        is_range = isinstance(expr.index, it.Range)
        for step in self.methods.steps(base):
            if isinstance(step, Slice | ArrayOf):
                return Slice(step.inner) if is_range else step.inner
            if step == STR:
                return STR
            if isinstance(step, Adt):
                found = self._implied(step, "index", "operator", expr.start, expr.end)
                self._implied(step, "index_mut", "operator", expr.start, expr.end)
                element = found.inner if isinstance(found, Reference) else found
                if not isinstance(element, Unknown | Projection):
                    return element
        del index
        return UNKNOWN

    def _struct(self, expr: it.StructLit) -> Ty:
        result: Ty = UNKNOWN
        types: Mapping[str, Ty] = {}
        known: dict[str, Ty] = {}
        target: Def | None = None
        for found, _ in self.lookup_type_like(expr.path):
            if isinstance(found, Def):
                target = found
                types = self.declared.fields_of(found)
                break
        for name, value in expr.fields:
            wanted = types.get(name, UNKNOWN)
            given = self.argument(value, wanted, {}, {})
            unify(wanted, given, known)
            self.mention(value, given, "field")
        if expr.base is not None:
            result = self.expr(expr.base)
        if target is not None:
            names = self.declared.generic_names(target)
            owner = target.owner if target.kind == "variant" else target.index
            args = tuple([known.get(name, UNKNOWN) for name in names])
            written = expr.path.segments[-1].args if expr.path.segments else ()
            if written:
                args = self.declared.resolve_args(written, self.context)
            if expr.path.names == ("Self",):
                return self.context.self_type
            return Adt(owner, args)
        return result

    def _try(self, expr: it.Try) -> Ty:
        ty = self.expr(expr.operand)
        for step in self.methods.steps(ty):
            if isinstance(step, Adt | Foreign) and step.args:
                return step.args[0]
            if is_nameless(step):
                return step
        return UNKNOWN

    def _await(self, expr: it.Await) -> Ty:
        ty = self.expr(expr.operand)
        callee, result = self.callees.awaited(self, ty)
        self.note("await", expr.start, expr.end, "await", callee)
        return result

    def _range(self, expr: it.Range) -> Ty:
        low = UNKNOWN if expr.low is None else self.expr(expr.low)
        high = UNKNOWN if expr.high is None else self.expr(expr.high)
        inner = low if not _is_literal(low) and not isinstance(low, Unknown) else high
        return self.callees.range_of(expr, _better(inner, low))

    def _for(self, expr: it.For) -> Ty:
        ty = self.expr(expr.iterable)
        self.scopes.append({})
        self.bind(expr.pat, self._iterated(ty, expr))
        self.block(expr.body)
        self.scopes.pop()
        return UNIT

    def _iterated(self, ty: Ty, expr: it.For) -> Ty:
        """The type of the items of what a ``for`` runs over."""
        start, end = expr.iterable.start, expr.iterable.end
        iterator: Ty = ty
        made = self.methods.project(ty, None, "IntoIter", self.bounds)
        if made is not None and made != ty:
            self._implied(ty, "into_iter", "iterate", start, end)
            iterator = made
        items = self.methods.project(iterator, None, "Item", self.bounds)
        if items is None:
            items = self.methods.project(ty, None, "Item", self.bounds)
        self._implied(_unreferenced(iterator), "next", "iterate", start, end)
        if items is not None:
            return items
        inner = _unreferenced(ty)
        if is_nameless(inner):
            return inner
        if isinstance(inner, Slice | ArrayOf):
            by_value = isinstance(ty, ArrayOf)
            return inner.inner if by_value else Reference(inner.inner)
        return UNKNOWN

    def _jump(self, expr: it.Jump) -> Ty:
        ty = UNIT if expr.value is None else self.expr(expr.value)
        if expr.kind == "return":
            self.returned.append(ty)
            if expr.value is not None:
                self.mention(expr.value, ty, "return")
        return NEVER

    # -- calls ---------------------------------------------------------------------------------

    def _method(self, expr: it.MethodCall) -> Ty:
        receiver = self.expr(expr.receiver)
        found = self.methods.find(receiver, expr.name, self.bounds)
        if not found and isinstance(_unreferenced(receiver), Unknown) and _is_self(expr.receiver):
            found = self.methods.find_in_impl(self.place.owner.impl, expr.name)
        if not found:
            called = self.callable_field(receiver, expr.name)
            del called
            args = [self.argument(arg, UNKNOWN, {}, {}) for arg in expr.args]
            callee = self.callees.by_name(receiver, expr.name, len(expr.args), self.place.cfg)
            passed = self.passed(expr.args, args)
            self.note("method", expr.start, expr.end, expr.name, callee, passed)
            return self.callees.common_result(callee)
        found = self.callees.of_build(found, self.place.cfg)
        first = found[0]
        self._dereferences(receiver, first.receiver, expr.start, expr.end)
        signature = self.declared.signature_of(first.target)
        known = dict(first.known)
        if expr.generics:
            own = self.declared.resolve_args(expr.generics, self.context)
            known.update(zip(signature.own, own, strict=False))
        args = [
            self.argument(arg, wanted, known, signature.bounds)
            for arg, wanted in _zip(expr.args, signature.params)
        ]
        callee = self.callees.of_methods(found, self.place.cfg)
        self.note("method", expr.start, expr.end, expr.name, callee, self.passed(expr.args, args))
        return self.finish(signature.ret, known, signature.bounds)

    def callable_field(self, receiver: Ty, name: str) -> Ty | None:
        """The type of a field that has a method call's name; such a call is an error in Rust."""
        return self.field_of(receiver, name)

    def result(self, method: Method, args: tuple[Ty, ...], generics: tuple[Ty, ...]) -> Ty:
        """The type of what a method gives back."""
        signature = self.declared.signature_of(method.target)
        known = dict(method.known)
        known.update(zip(signature.own, generics, strict=False))
        for wanted, given in zip(signature.params, args, strict=False):
            unify(wanted, given, known)
        return self.finish(signature.ret, known, signature.bounds)

    def finish(
        self, ret: Ty, known: Mapping[str, Ty], bounds: Mapping[str, tuple[TraitRef, ...]]
    ) -> Ty:
        """A result type with all that is known put in; what stays generic is unknown here."""
        ty = substitute(ret, known)
        if isinstance(ty, Param) and ty.name not in self.bounds:
            implied = bounds.get(ty.name, ())
            return Opaque(implied) if implied else UNKNOWN
        return self.methods.normalize(ty, self.bounds)

    def _call(self, expr: it.Call, expected: Ty) -> Ty:
        func = expr.func
        if isinstance(func, it.PathExpr) and not self._is_local(func.path):
            return self._path_call(expr, func.path, expected)
        ty = self.expr(func)
        wanted, ret = self.callees.called_types(ty, self.bounds)
        args = [self.argument(arg, one, {}, self.bounds) for arg, one in _zip(expr.args, wanted)]
        passed = self.passed(expr.args, args)
        self._value_call(expr, func, ty, passed)
        return ret

    def _is_local(self, path: it.Path) -> bool:
        return (
            len(path.segments) == 1
            and path.qself is None
            and self.local(path.segments[0].name) is not None
        )

    def _value_call(self, expr: it.Call, func: it.Expr, ty: Ty, passed: tuple[Passed, ...]) -> None:
        name = show_expr(func)
        body = self.callees.body_of(ty, self.place.owner)
        if body is not None:
            callee = Callee("exact", (body,), "")
            self.note("value", expr.start, expr.end, name, callee, passed)
            return
        param = -1
        if isinstance(func, it.PathExpr) and len(func.path.segments) == 1:
            param = self.params.get(func.path.segments[0].name, -1)
        site = CallSite(
            self.body, "value", expr.start, expr.end, name, "unknown", (), "function value", passed
        )
        self.values.append(ValueCall(site, param, len(expr.args)))

    def _path_call(self, expr: it.Call, path: it.Path, expected: Ty) -> Ty:
        value = self.callees.value_of(self, path)
        known = dict(value.known)
        signature = value.signature
        if signature is None:
            wanted, ret = self.callees.called_types(value.ty, self.bounds)
            args = [
                self.argument(arg, one, {}, self.bounds) for arg, one in _zip(expr.args, wanted)
            ]
            if value.callee is None:
                self._value_call(expr, expr.func, value.ty, self.passed(expr.args, args))
            elif not value.is_constructor:
                passed = self.passed(expr.args, args)
                self.note("path", expr.start, expr.end, show_path(path), value.callee, passed)
                return self.callees.given_by(value.callee)
            return ret
        params = signature.params
        if signature.receiver is not None:
            params = (signature.receiver, *params)
        unify(signature.ret, expected, dict(known))
        args = [
            self.argument(arg, wanted, known, signature.bounds)
            for arg, wanted in _zip(expr.args, params)
        ]
        if value.is_constructor:
            for arg, ty in zip(expr.args, args, strict=True):
                self.mention(arg, ty, "field")
        elif value.callee is not None:
            offset = 1 if signature.receiver is not None else 0
            passed = self.passed(expr.args[offset:], args[offset:])
            self.note("path", expr.start, expr.end, show_path(path), value.callee, passed)
        return self.finish(signature.ret, known, signature.bounds)

    def argument(
        self,
        arg: it.Expr,
        wanted: Ty,
        known: dict[str, Ty],
        bounds: Mapping[str, tuple[TraitRef, ...]],
    ) -> Ty:
        """Walk an argument, with what its parameter wants; what it tells goes into ``known``."""
        if isinstance(arg, it.Ref) and isinstance(arg.operand, it.Closure):
            inner = wanted.inner if isinstance(wanted, Reference) else wanted
            return Reference(self.argument(arg.operand, inner, known, bounds), arg.is_mut)
        if isinstance(arg, it.Closure):
            shape = _shape_of(wanted, bounds)
            params = tuple([substitute(one, known) for one in shape[0]])
            ret = substitute(shape[1], known)
            normal = tuple([self.methods.normalize(one, self.bounds) for one in params])
            given = self.closure(arg, normal, ret)
            if isinstance(given, ClosureOf):
                unify(shape[1], given.ret, known)
        else:
            given = self.expr(arg, substitute(wanted, known))
            shape = _shape_of(wanted, bounds)
            if not isinstance(shape[1], Unknown) and isinstance(given, FnItem):
                _, ret = self.callees.called_types(given, self.bounds)
                unify(shape[1], ret, known)
        unify(wanted, given, known)
        return given

    def passed(self, args: tuple[it.Expr, ...], types: list[Ty]) -> tuple[Passed, ...]:
        """Which arguments are functions or closures; they are mentioned as well."""
        found: list[Passed] = []
        for index, (arg, ty) in enumerate(zip(args, types, strict=False)):
            body = self.callees.body_of(ty, self.place.owner)
            if body is not None:
                found.append(Passed(index, body))
                self.mention(arg, ty, "argument")
        return tuple(found)

    def mention(self, expr: it.Expr, ty: Ty, how: str) -> None:
        """Note that a function or closure is used as a value."""
        while isinstance(ty, Reference):
            ty = ty.inner
        body = self.callees.body_of(ty, self.place.owner)
        if body is not None:
            arity = self.callees.arity_of(ty)
            self.mentions.append(Mention(self.body, body, expr.start, how, arity))

    def note(
        self,
        kind: str,
        start: int,
        end: int,
        name: str,
        callee: Callee,
        passed: tuple[Passed, ...] = (),
    ) -> None:
        """Note a call."""
        resolution, bodies, reason = callee
        site = CallSite(self.body, kind, start, end, name, resolution, bodies, reason, passed)
        self.sites.append(site)

    def _macro(self, expr: it.MacroCall) -> Ty:
        name = show_path(expr.path)
        callee = self.callees.of_macro(self.context.scope, expr, self.place.cfg)
        types = [self.expr(arg) for arg in expr.args]
        body: Ty = UNKNOWN
        if expr.body is not None:
            body = self.block(expr.body)
        if callee is not None:
            self.note("macro", expr.start, expr.end, name, callee)
        if expr.path.name in ASSEMBLY:
            self._assembly(expr, types)
        if self.callees.formats(expr.path.name):
            for ty in types:
                self._implied(_unreferenced(ty), "fmt", "format", expr.start, expr.end)
        return self.callees.macro_type(expr.path.name, types, body)

    def _assembly(self, expr: it.MacroCall, types: list[Ty]) -> None:
        """Note the functions that assembly names, by their symbols or as operands."""
        found = self.callees.of_symbols(symbols_in(expr.text), self.place.cfg)
        for arg, ty in zip(expr.args, types, strict=True):
            if isinstance(ty, FnItem) and (body := self.callees.body_of(ty, self.place.owner)):
                found[show_expr(arg)] = Callee("exact", (body,), "")
        for name, callee in found.items():
            self.note("assembly", expr.start, expr.end, name, callee)

    def links(self) -> Links:
        """What was found."""
        return Links(tuple(self.sites), tuple(self.values), tuple(self.mentions))


def _is_self(expr: it.Expr) -> bool:
    return isinstance(expr, it.PathExpr) and expr.path.names == ("self",)


def _formula_of(condition: it.Expr) -> Cfg | None:
    """The formula that ``cfg!(…)`` asks for; ``None`` for any other condition."""
    if isinstance(condition, it.MacroCall) and condition.path.name == "cfg":
        return read_predicate(condition.text)
    if isinstance(condition, it.Unary) and condition.op == "!":
        inner = _formula_of(condition.operand)
        return None if inner is None else negate(inner)
    return None


def _zip(args: tuple[it.Expr, ...], wanted: tuple[Ty, ...]) -> list[tuple[it.Expr, Ty]]:
    return [
        (arg, wanted[index] if index < len(wanted) else UNKNOWN) for index, arg in enumerate(args)
    ]


def _shape_of(wanted: Ty, bounds: Mapping[str, tuple[TraitRef, ...]]) -> tuple[tuple[Ty, ...], Ty]:
    """The parameters and result that a parameter's type wants of a callable."""
    while isinstance(wanted, Reference) or (
        isinstance(wanted, Adt | Foreign) and len(wanted.args) >= 1
    ):
        wanted = wanted.inner if isinstance(wanted, Reference) else wanted.args[0]
    if isinstance(wanted, FnPtr):
        return wanted.params, wanted.ret
    traits: tuple[TraitRef, ...] = ()
    if isinstance(wanted, Param):
        traits = bounds.get(wanted.name, ())
    elif isinstance(wanted, Dyn | Opaque):
        traits = wanted.bounds
    for trait in traits:
        if trait.path.rpartition("::")[2] in _CALLABLE and trait.args:
            params = trait.args[0]
            ret = trait.bindings[0][1] if trait.bindings else UNIT
            return (params.parts if isinstance(params, TupleOf) else ()), ret
    return (), UNKNOWN


def _better(one: Ty, other: Ty) -> Ty:
    """Of two types of one value the one that says more."""
    if isinstance(one, Unknown | Never) or _is_literal(one):
        return other if not isinstance(other, Never) or isinstance(one, Unknown) else one
    if isinstance(one, Adt) and isinstance(other, Adt) and one.def_id == other.def_id:
        pairs = zip(one.args, other.args, strict=False)
        args = tuple([_better(mine, theirs) for mine, theirs in pairs])
        return Adt(one.def_id, args or one.args)
    return one


def _unreferenced(ty: Ty) -> Ty:
    while isinstance(ty, Reference):
        ty = ty.inner
    return ty


def _is_literal(ty: Ty) -> bool:
    return isinstance(ty, Prim) and ty.name[:1] == "{"


def _literal(expr: it.Lit) -> Ty:
    match expr.kind:
        case "int":
            suffix = expr.text.lstrip("0123456789_xabcdefABCDEFo-")
            return Prim(suffix) if suffix in _SUFFIXES else INTEGER
        case "float":
            return FLOAT
        case "str":
            return Reference(STR)
        case "bytes":
            return Reference(ArrayOf(Prim("u8")))
        case "byte":
            return Prim("u8")
        case "char":
            return Prim("char")
        case _:
            return BOOL


_SUFFIXES = frozenset(
    {"u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"}
)
__all__ = ["TYPES", "USIZE", "VALUES", "BodyWalk", "Place"]
