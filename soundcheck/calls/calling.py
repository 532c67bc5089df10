"""Calls as they are written: of methods, of paths, of values, of macros."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from soundcheck.calls.callables import awaited, body_of, called_types, shape_of
from soundcheck.calls.callbacks import call_back
from soundcheck.calls.callees import Callee
from soundcheck.calls.implied import dereferences, finish, implied
from soundcheck.calls.sites import CallSite, Passed, ValueCall
from soundcheck.calls.symbols import ASSEMBLY, symbols_in
from soundcheck.calls.values import of_trait, value_of
from soundcheck.calls.weighing import unreferenced
from soundcheck.syntax import items as it
from soundcheck.syntax.show import show_expr, show_path
from soundcheck.types.ty import (
    UNKNOWN,
    Adt,
    ClosureOf,
    FnItem,
    Reference,
    TraitRef,
    Ty,
    Unknown,
    is_nameless,
    substitute,
    unify,
)

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk

# What owns one value and stands for it.
_POINTERS = frozenset({"alloc::boxed::Box", "alloc::sync::Arc", "alloc::rc::Rc"})


def method(walk: BodyWalk, expr: it.MethodCall) -> Ty:
    """A method call: found by the type of its receiver, else by its name."""
    receiver = walk.expr(expr.receiver)
    found = walk.methods.find(receiver, expr.name, walk.bounds)
    if not found and isinstance(unreferenced(receiver), Unknown) and _is_self(expr.receiver):
        found = walk.methods.find_in_impl(walk.place.owner.impl, expr.name)
    if not found:
        return _method_by_name(walk, expr, receiver)
    found = walk.callees.of_build(found, walk.place.cfg)
    first = found[0]
    dereferences(walk, receiver, first.receiver, expr.start, expr.end)
    signature = walk.declared.signature_of(first.target)
    known = dict(first.known)
    if expr.generics:
        own = walk.declared.resolve_args(expr.generics, walk.context)
        known.update(zip(signature.own, own, strict=False))
    args = [
        argument(walk, arg, wanted, known, signature.bounds)
        for arg, wanted in _zip(expr.args, signature.params)
    ]
    callee = walk.callees.of_methods(found, walk.place)
    call_back(walk, first.target, known, expr.start, expr.end)
    walk.note(
        "method", expr.start, expr.end, expr.name, callee, callables_among(walk, expr.args, args)
    )
    return finish(walk, signature.ret, known, signature.bounds)


def _method_by_name(walk: BodyWalk, expr: it.MethodCall, receiver: Ty) -> Ty:
    """A method of a type that nobody knows, or that does not have it as far as we know."""
    callee = walk.callees.by_name(receiver, expr.name, len(expr.args), walk.place)
    # What comes out of a crate whose declarations we do not have leads further into it.
    beyond = next((one for one in walk.methods.steps(receiver) if is_nameless(one)), UNKNOWN)
    given = walk.callees.given_by(callee)
    wanted = beyond if isinstance(given, Unknown) else given
    args = [argument(walk, arg, wanted, {}, {}) for arg in expr.args]
    passed = callables_among(walk, expr.args, args)
    walk.note("method", expr.start, expr.end, expr.name, callee, passed)
    result = walk.callees.common_result(callee)
    return beyond if isinstance(result, Unknown) else result


def call(walk: BodyWalk, expr: it.Call, expected: Ty) -> Ty:
    """A call of a path or of a value."""
    func = expr.func
    if isinstance(func, it.PathExpr) and not _is_local(walk, func.path):
        return _path_call(walk, expr, func.path, expected)
    ty = walk.expr(func)
    wanted, ret = called_types(walk, ty)
    args = [argument(walk, arg, one, {}, walk.bounds) for arg, one in _zip(expr.args, wanted)]
    passed = callables_among(walk, expr.args, args)
    _value_call(walk, expr, func, ty, passed)
    return ret


def _is_local(walk: BodyWalk, path: it.Path) -> bool:
    return (
        len(path.segments) == 1
        and path.qself is None
        and walk.local(path.segments[0].name) is not None
    )


def _value_call(
    walk: BodyWalk, expr: it.Call, func: it.Expr, ty: Ty, passed: tuple[Passed, ...]
) -> None:
    name = show_expr(func)
    body = body_of(walk, ty)
    if body is not None:
        callee = Callee("exact", (body,), "")
        walk.note("value", expr.start, expr.end, name, callee, passed)
        return
    param = -1
    if isinstance(func, it.PathExpr) and len(func.path.segments) == 1:
        param = walk.params.get(func.path.segments[0].name, -1)
    resolution, reason = "unknown", "function value"
    if param >= 0 and walk.callees.is_called_outside(walk.place.owner):
        resolution, reason = "external", "a value that callers outside pass"
    site = CallSite(walk.body, "value", expr.start, expr.end, name, resolution, (), reason, passed)
    is_outside = walk.callees.is_stub(walk.place.owner)
    walk.values.append(ValueCall(site, param, len(expr.args), is_outside))


def _path_call(walk: BodyWalk, expr: it.Call, path: it.Path, expected: Ty) -> Ty:
    value = value_of(walk, path)
    known = dict(value.known)
    signature = value.signature
    if signature is None:
        wanted, ret = called_types(walk, value.ty)
        args = [argument(walk, arg, one, {}, walk.bounds) for arg, one in _zip(expr.args, wanted)]
        if value.callee is None:
            _value_call(walk, expr, expr.func, value.ty, callables_among(walk, expr.args, args))
        elif not value.is_constructor:
            passed = callables_among(walk, expr.args, args)
            walk.note("path", expr.start, expr.end, show_path(path), value.callee, passed)
            return walk.callees.given_by(value.callee)
        return ret
    params = signature.params
    if signature.receiver is not None:
        params = (signature.receiver, *params)
    args = [
        argument(walk, arg, wanted, known, signature.bounds)
        for arg, wanted in _zip(expr.args, params)
    ]
    if value.trait is not None:
        unify(signature.ret, expected, known)
        value = of_trait(walk, value.trait, unreferenced(known.get("Self", UNKNOWN)), path)
        if value.signature is not None and value.trait is None:
            signature, known = value.signature, dict(value.known)
            own = (signature.receiver, *signature.params)
            for one, given in zip([one for one in own if one is not None], args, strict=False):
                unify(one, given, known)
    if value.is_constructor:
        for arg, ty in zip(expr.args, args, strict=True):
            walk.mention(arg, ty, "field")
    elif value.callee is not None:
        offset = 1 if signature.receiver is not None else 0
        passed = callables_among(walk, expr.args[offset:], args[offset:])
        if isinstance(value.ty, FnItem):
            target = walk.declared.defmap.defs[value.ty.def_id]
            call_back(walk, target, known, expr.start, expr.end)
        walk.note("path", expr.start, expr.end, show_path(path), value.callee, passed)
    return finish(walk, signature.ret, known, signature.bounds)


def argument(
    walk: BodyWalk,
    arg: it.Expr,
    wanted: Ty,
    known: dict[str, Ty],
    bounds: Mapping[str, tuple[TraitRef, ...]],
) -> Ty:
    """Walk an argument, with what its parameter wants; what it tells goes into ``known``."""
    if isinstance(arg, it.Ref) and isinstance(arg.operand, it.Closure):
        inner = wanted.inner if isinstance(wanted, Reference) else wanted
        return Reference(argument(walk, arg.operand, inner, known, bounds), arg.is_mut)
    if isinstance(arg, it.Closure):
        shape = shape_of(wanted, bounds)
        params = tuple([substitute(one, known) for one in shape[0]])
        if is_nameless(wanted):
            # Who calls it is as far out of sight as what it is called with.
            params = (wanted,) * len(arg.params)
        ret = substitute(shape[1], known)
        normal = tuple([walk.methods.normalize(one, walk.bounds) for one in params])
        given = walk.closure(arg, normal, ret)
        if isinstance(given, ClosureOf):
            unify(shape[1], given.ret, known)
    else:
        given = walk.expr(arg, substitute(wanted, known))
        shape = shape_of(wanted, bounds)
        if not isinstance(shape[1], Unknown) and isinstance(given, FnItem):
            _, ret = called_types(walk, given)
            unify(shape[1], ret, known)
    unify(wanted, given, known)
    return given


def callables_among(
    walk: BodyWalk, args: tuple[it.Expr, ...], types: list[Ty]
) -> tuple[Passed, ...]:
    """Which arguments are functions or closures; they are mentioned as well."""
    found: list[Passed] = []
    for index, (arg, ty) in enumerate(zip(args, types, strict=False)):
        body = body_of(walk, ty)
        if body is None and isinstance(arg, it.Call) and len(arg.args) == 1:
            # Box::new(f), where what is wanted is a `dyn Fn`.
            inner = walk.types.get(id(arg.args[0]), UNKNOWN)
            owned = body_of(walk, inner) if _is_pointer(walk, ty) else None
            if owned is not None:
                found.append(Passed(index, owned))
            continue
        if body is not None:
            found.append(Passed(index, body))
            walk.mention(arg, ty, "argument")
    return tuple(found)


def _is_pointer(walk: BodyWalk, ty: Ty) -> bool:
    """Whether a type owns one value of another and stands for it: a box, or a counted pointer."""
    return isinstance(ty, Adt) and walk.declared.defmap.defs[ty.def_id].path in _POINTERS


def macro(walk: BodyWalk, expr: it.MacroCall) -> Ty:
    """A macro call, with the calls among its arguments and those that formatting makes."""
    name = show_path(expr.path)
    callee = walk.callees.of_macro(walk.context.scope, expr, walk.place.cfg)
    types = [walk.expr(arg) for arg in expr.args]
    body: Ty = UNKNOWN
    if expr.body is not None:
        body = walk.block(expr.body)
    passed = callables_among(walk, expr.args, types)
    if callee is None and passed:
        callee = Callee("external", (), name)
    if callee is not None:
        walk.note("macro", expr.start, expr.end, name, callee, passed)
    if expr.path.name in ASSEMBLY:
        _assembly(walk, expr, types)
    if walk.callees.formats(expr.path.name):
        for ty in types:
            implied(walk, unreferenced(ty), "fmt", "format", expr.start, expr.end)
    calls = walk.callees.facts.macro_methods.get(expr.path.name)
    if calls and types:
        given = implied(walk, unreferenced(types[0]), calls, "format", expr.start, expr.end)
        body = given if isinstance(body, Unknown) else body
    return walk.callees.macro_type(expr.path.name, types, body)


def _assembly(walk: BodyWalk, expr: it.MacroCall, types: list[Ty]) -> None:
    """Note the functions that assembly names, by their symbols or as operands."""
    found = walk.callees.of_symbols(symbols_in(expr.text), walk.place.cfg)
    for arg, ty in zip(expr.args, types, strict=True):
        if isinstance(ty, FnItem) and (body := body_of(walk, ty)):
            found[show_expr(arg)] = Callee("exact", (body,), "")
    for name, callee in found.items():
        walk.note("assembly", expr.start, expr.end, name, callee)


def wait(walk: BodyWalk, expr: it.Await) -> Ty:
    """What is awaited is run."""
    ty = walk.expr(expr.operand)
    callee, result = awaited(walk, ty)
    walk.note("await", expr.start, expr.end, "await", callee)
    return result


def _is_self(expr: it.Expr) -> bool:
    return isinstance(expr, it.PathExpr) and expr.path.names == ("self",)


def _zip(args: tuple[it.Expr, ...], wanted: tuple[Ty, ...]) -> list[tuple[it.Expr, Ty]]:
    return [
        (arg, wanted[index] if index < len(wanted) else UNKNOWN) for index, arg in enumerate(args)
    ]
