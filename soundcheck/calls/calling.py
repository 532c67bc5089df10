"""Calls as they are written: of methods, of paths, of values, of macros."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from soundcheck.calls.callables import awaited, body_of, called_types, shape_of
from soundcheck.calls.callbacks import call_back
from soundcheck.calls.callees import Callee
from soundcheck.calls.choices import choose
from soundcheck.calls.giving import Asked, give, holder_of
from soundcheck.calls.implied import dereferences, finish, implied
from soundcheck.calls.shaping import is_lent, shape_of_call, words_of_argument
from soundcheck.calls.sites import NO_CHOICE, SELF, CallSite, Passed, ValueCall
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
    Param,
    Pointer,
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

_VALUE = Callee("unknown", (), "function value")
# What makes a value of the bits of another.
_MAKERS = frozenset({"transmute", "transmute_copy", "transmute_unchecked"})


def method(walk: BodyWalk, expr: it.MethodCall) -> Ty:
    """A method call: found by the type of its receiver, else by its name."""
    receiver = walk.expr(expr.receiver)
    found = walk.methods.find(receiver, expr.name, walk.bounds, walk.sees)
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
    asked = Asked(signature.params, known, signature.bounds)
    passed = give(walk, expr.args, args, asked, callee)
    types = {"Self": first.receiver, **known}
    choice = choose(walk, first.target, types) if len(found) == 1 else NO_CHOICE
    walk.note("method", expr.start, expr.end, expr.name, callee, passed, choice)
    return finish(walk, signature.ret, known, signature.bounds)


def _method_by_name(walk: BodyWalk, expr: it.MethodCall, receiver: Ty) -> Ty:
    """A method of a type that nobody knows, or that does not have it as far as we know."""
    callee = walk.callees.by_name(receiver, expr.name, len(expr.args), walk.place)
    # What comes out of a crate whose declarations we do not have leads further into it.
    beyond = next((one for one in walk.methods.steps(receiver) if is_nameless(one)), UNKNOWN)
    given = walk.callees.given_by(callee)
    wanted = beyond if isinstance(given, Unknown) else given
    args = [argument(walk, arg, wanted, {}, {}) for arg in expr.args]
    passed = give(walk, expr.args, args, Asked(), callee)
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
    passed = give(walk, expr.args, args, Asked(wanted), _VALUE)
    _value_call(walk, expr, ty, args, passed)
    return ret


def _is_local(walk: BodyWalk, path: it.Path) -> bool:
    return (
        len(path.segments) == 1
        and path.qself is None
        and walk.local(path.segments[0].name) is not None
    )


def _value_call(
    walk: BodyWalk, expr: it.Call, ty: Ty, args: list[Ty], passed: tuple[Passed, ...]
) -> None:
    func = expr.func
    name = show_expr(func)
    body = body_of(walk, ty)
    if body is not None:
        callee = Callee("exact", (body,), "")
        walk.note("value", expr.start, expr.end, name, callee, passed)
        return
    param = SELF if _is_self(func) else holder_of(walk, func)
    resolution, _, reason = _VALUE
    if param >= 0 and walk.callees.is_called_outside(walk.place.owner):
        resolution, reason = "external", "a value that callers outside pass"
    site = CallSite(walk.body, "value", expr.start, expr.end, name, resolution, (), reason, passed)
    is_outside = walk.callees.is_stub(walk.place.owner)
    shape = shape_of_call(walk, ty, len(args))
    words = tuple([words_of_argument(walk, arg) for arg in args])
    walk.values.append(ValueCall(site, param, words, shape, is_lent(ty), is_outside))


def _path_call(walk: BodyWalk, expr: it.Call, path: it.Path, expected: Ty) -> Ty:
    value = value_of(walk, path)
    known = dict(value.known)
    signature = value.signature
    if signature is None:
        wanted, ret = called_types(walk, value.ty)
        args = [argument(walk, arg, one, {}, walk.bounds) for arg, one in _zip(expr.args, wanted)]
        if value.callee is None:
            passed = give(walk, expr.args, args, Asked(wanted), _VALUE)
            _value_call(walk, expr, value.ty, args, passed)
        elif not value.is_constructor:
            passed = give(walk, expr.args, args, Asked(), value.callee)
            walk.note("path", expr.start, expr.end, show_path(path), value.callee, passed)
            return walk.callees.given_by(value.callee)
        return ret
    params = signature.params
    if signature.receiver is not None:
        params = (signature.receiver, *params)
    hinted = _hinted(expr, params, signature.ret, expected)
    args = [
        argument(walk, arg, wanted, known, signature.bounds)
        for arg, wanted in _zip(expr.args, hinted)
    ]
    for param, arg_type in zip(() if hinted is params else params, args, strict=False):
        unify(param, arg_type, known)
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
        asked = Asked(params[offset:], known, signature.bounds)
        passed = give(walk, expr.args[offset:], args[offset:], asked, value.callee)
        choice = NO_CHOICE
        if isinstance(value.ty, FnItem):
            target = walk.declared.defmap.defs[value.ty.def_id]
            call_back(walk, target, known, expr.start, expr.end)
            choice = choose(walk, target, known)
        walk.note("path", expr.start, expr.end, show_path(path), value.callee, passed, choice)
    given = finish(walk, signature.ret, known, signature.bounds)
    if path.name in _MAKERS:
        walk.make(expected if isinstance(given, Unknown) else given)
    return given


def _hinted(expr: it.Call, params: tuple[Ty, ...], ret: Ty, expected: Ty) -> tuple[Ty, ...]:
    """The types of parameters, of generic ones by what is wanted of the result.

    Only closures need to be told: what they are to be, they do not say themselves.
    """
    if not isinstance(expected, Adt) or not any(isinstance(arg, it.Closure) for arg in expr.args):
        return params
    hints: dict[str, Ty] = {}
    unify(ret, expected, hints)
    return tuple([hints.get(one.name, one) if isinstance(one, Param) else one for one in params])


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
    if isinstance(wanted, Pointer) and isinstance(given, Reference):
        wanted = Reference(wanted.inner)
    unify(wanted, given, known)
    return given


def macro(walk: BodyWalk, expr: it.MacroCall) -> Ty:
    """A macro call, with the calls among its arguments and those that formatting makes."""
    name = show_path(expr.path)
    callee = walk.callees.of_macro(walk.context.scope, expr, walk.place.cfg)
    types = [walk.expr(arg) for arg in expr.args]
    body: Ty = UNKNOWN
    if expr.body is not None:
        body = walk.block(expr.body)
    # What a macro does with what it is given, nobody sees.
    asked = Asked(tuple([Param("")] * len(types)))
    passed = give(walk, expr.args, types, asked, callee or _VALUE)
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
