"""Writes to memory by way of a shared reference, which says that nobody writes to it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import alone
from soundcheck.finding import Finding
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.show import show_expr
from soundcheck.syntax.visit import own_of, walk_own

SPEC = CheckSpec(
    facts={
        "methods": FactSpec(ListOf(Text()), is_required=True),
        "functions": FactSpec(ListOf(Text()), is_required=True),
        "casts": FactSpec(ListOf(Text()), is_required=True),
        "makers": FactSpec(ListOf(Text()), default=()),
        "lenders": FactSpec(ListOf(Text()), default=()),
        "unwraps": FactSpec(ListOf(Text()), default=()),
        "cells": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("place", "does"),
)


class _Words(NamedTuple):
    methods: frozenset[str]
    functions: frozenset[str]
    casts: frozenset[str]
    makers: frozenset[str]
    lenders: frozenset[str]
    unwraps: frozenset[str]
    cells: tuple[str, ...]


def find_shared_writes(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a write, at the pointer that it goes through."""
    words = _Words(
        frozenset(rule.texts("methods")),
        frozenset(rule.texts("functions")),
        frozenset(rule.texts("casts")),
        frozenset(rule.texts("makers")),
        frozenset(rule.texts("lenders")),
        frozenset(rule.texts("unwraps")),
        rule.texts("cells"),
    )
    for one in program.items():
        if isinstance(one.item, it.Function | it.MacroDef):
            yield from _in_item(program, rule, words, one)


def _in_item(program: Program, rule: Rule, words: _Words, one: ProgramItem) -> Iterator[Finding]:
    writes = own_of(one.item, it.MethodCall, it.Call, it.Assign, it.Ref)
    if all(_written(words, node) is None for node in writes):
        return
    shared: set[str] = set()
    if isinstance(one.item, it.Function):
        if one.item.receiver == "&self":
            shared.add("self")
        shared |= {
            param.pat.name
            for param in one.item.params
            if isinstance(param.pat, it.BindPat)
            and isinstance(param.type, it.RefType)
            and not param.type.is_mut
        }
    pointers: dict[str, it.Expr] = {}
    for node in walk_own(one.item):
        if isinstance(node, it.Let) and isinstance(node.pat, it.BindPat):
            name = node.pat.name
            pointers.pop(name, None)
            shared.discard(name)
            if node.value is not None and _origin(words, shared, pointers, node.value) is not None:
                pointers[name] = node.value
            elif node.value is not None and _lends(words, node.value):
                shared.add(name)
        target = _written(words, node)
        origin = None if target is None else _origin(words, shared, pointers, target)
        if target is not None and origin is not None:
            does = "makes a `&mut` of" if isinstance(node, it.Ref) else "writes to"
            values = {"place": show_expr(origin), "does": does}
            at = program.span(one.path, target.start, target.end)
            yield program.claim(rule, at, site="write", values=values)


def _lends(words: _Words, value: it.Expr) -> bool:
    """Whether a value is a shared reference, by the method that gave it."""
    while isinstance(value, it.Try) or (
        isinstance(value, it.MethodCall) and value.name in words.unwraps
    ):
        value = value.operand if isinstance(value, it.Try) else value.receiver
    return isinstance(value, it.MethodCall) and value.name in words.lenders and not value.args


def _written(words: _Words, node: it.Node) -> it.Expr | None:
    """The pointer that a piece of a body writes through, or makes a reference of to write by."""
    if isinstance(node, it.Ref) and node.is_mut and not node.is_raw:
        place = node.operand
        while isinstance(place, it.Field | it.Index):
            place = place.base
        return place.operand if isinstance(place, it.Unary) and place.op == "*" else None
    if isinstance(node, it.MethodCall) and node.name in words.methods:
        return node.receiver
    if isinstance(node, it.Call) and isinstance(node.func, it.PathExpr) and node.args:
        names = node.func.path.names
        is_write = names[-1] in words.functions and names[-2:-1] in ((), ("ptr",))
        return node.args[0] if is_write else None
    if isinstance(node, it.Assign):
        place = node.target
        while isinstance(place, it.Field | it.Index):
            place = place.base
        if isinstance(place, it.Unary) and place.op == "*":
            return place.operand
    return None


def _origin(
    words: _Words, shared: set[str], pointers: Mapping[str, it.Expr], pointer: it.Expr
) -> it.Expr | None:
    """The place of the shared reference that a mutable raw pointer was cast from."""
    is_cast = False
    while True:
        if isinstance(pointer, it.Cast) and isinstance(pointer.type, it.PtrType):
            if _names_cell(words, pointer.type.inner):
                return None
            is_cast = is_cast or pointer.type.is_mut
            pointer = pointer.operand
        elif isinstance(pointer, it.MethodCall) and pointer.name in words.casts:
            is_cast = is_cast or pointer.name == "cast_mut"
            pointer = pointer.receiver
        elif isinstance(pointer, it.Call) and _is_maker(words, pointer):
            pointer = pointer.args[0]
            return pointer if is_cast and _is_shared(shared, pointer) else None
        elif isinstance(pointer, it.PathExpr) and pointer.path.name in pointers:
            return _origin(words, shared, {}, pointers[pointer.path.name])
        else:
            break
    if not is_cast:
        return None
    if isinstance(pointer, it.Ref) and not pointer.is_mut and not pointer.is_raw:
        # What a raw pointer leads to is not the reference's own.
        return None if _leads_away(pointer.operand) else pointer.operand
    return pointer if _is_shared(shared, pointer) else None


def _is_maker(words: _Words, call: it.Call) -> bool:
    return (
        isinstance(call.func, it.PathExpr)
        and call.func.path.name in words.makers
        and len(call.args) == 1
    )


def _is_shared(shared: set[str], expr: it.Expr) -> bool:
    if isinstance(expr, it.Ref):
        return not expr.is_mut and not expr.is_raw and not _leads_away(expr.operand)
    return isinstance(expr, it.PathExpr) and expr.path.name in shared


def _leads_away(place: it.Expr) -> bool:
    while isinstance(place, it.Field | it.Index):
        place = place.base
    return not isinstance(place, it.PathExpr) or place.path.name.isupper()


def _names_cell(words: _Words, ty: it.Type) -> bool:
    """Whether a type may be written to although it is shared."""
    while isinstance(ty, it.SliceType | it.ArrayType | it.PtrType):
        ty = ty.inner
    return isinstance(ty, it.PathType) and any(
        word in segment.name for segment in ty.path.segments for word in words.cells
    )


CHECK = alone(SPEC, find_shared_writes)
