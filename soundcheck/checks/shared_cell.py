"""Cells that all threads see, and that a safe function writes to without keeping them apart.

Either the cell is a ``static``, or it is in a type that is vouched to be ``Sync``, and then the
safe method on ``&self`` is what the vouching was about.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from soundcheck.boundaries.contracts import is_open
from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.operations import SELF, Operation, Origin
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import walk
from soundcheck.types.auto_traits import SEND, SYNC, AutoTraits, Verdict
from soundcheck.types.construction import is_made_safely
from soundcheck.types.lending import fields_of, parameters
from soundcheck.types.ty import Adt, ArrayOf, Ty

SPEC = CheckSpec(
    facts={
        "cells": FactSpec(ListOf(Text()), is_required=True),
        "opens": FactSpec(ListOf(Text()), is_required=True),
        "writes": FactSpec(ListOf(Text()), is_required=True),
        "plain": FactSpec(ListOf(Text()), is_required=True),
    },
    placeholders=("function", "does", "cell"),
    needs_model=True,
)


class _Facts(NamedTuple):
    """The page's lists: types, their methods that open them, functions that write, and others."""

    cells: frozenset[str]
    opens: frozenset[str]
    writes: frozenset[str]
    plain: frozenset[str]


class _Place(NamedTuple):
    """What is written to: a static, or the type of ``self``, and how it is called."""

    target: Def
    name: str
    is_static: bool


def find_shared_cells(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function, at the first place where it writes or makes a ``&mut``."""
    facts = _Facts(*(frozenset(rule.texts(key)) for key in SPEC.facts))
    autos = AutoTraits(program.world.methods)
    defmap = program.world.defmap
    shared: dict[int, bool] = {}
    for index, operations in program.operations.items():
        target = defmap.defs[index]
        func = target.item
        if not isinstance(func, it.Function) or not is_open(defmap, target):
            continue
        for operation in operations:
            does = _does(facts, func, operation)
            place = _opened(program, facts, target, func, operation) if does else None
            if place is None or operation.checks or not _is_alone(facts, func, place):
                continue
            if place.is_static and not does.startswith("lends"):
                continue
            if not place.is_static:
                owner = place.target.index
                if _is_helper(target, place.target):
                    break
                if owner not in shared:
                    shared[owner] = _is_shared(facts, autos, place.target)
                if not shared[owner]:
                    continue
            yield _claim(program, rule, target, operation, place, does)
            break


def _is_helper(target: Def, owner: Def) -> bool:
    """Whether a method is for a type's own use, and the type has more to it than a cell."""
    item = owner.item
    is_private = target.visibility == owner.module and target.visibility >= 0
    return is_private and isinstance(item, it.Adt) and len(item.fields) > 1


def _does(facts: _Facts, func: it.Function, operation: Operation) -> str:
    """What an operation does to what a cell holds, as words; empty where it only reads."""
    is_lent = _is_mut(func.ret)
    if operation.kind == "call":
        if is_named(operation.name, facts.writes):
            return "writes to"
        is_lent = is_lent and operation.is_returned
        return "lends a `&mut` into" if is_lent and "&mut " in operation.type else ""
    if operation.kind != "dereference":
        return ""
    if operation.access == "borrow mut":
        return "lends a `&mut` into" if is_lent else "writes to"
    return "writes to" if operation.access == "write" else ""


def _is_mut(ty: it.Type | None) -> bool:
    if isinstance(ty, it.RefType):
        return ty.is_mut
    if isinstance(ty, it.PathType) and ty.path.segments:
        return any(_is_mut(arg) for arg in ty.path.segments[-1].args)
    return False


def _opened(
    program: Program, facts: _Facts, target: Def, func: it.Function, operation: Operation
) -> _Place | None:
    """The cell that an operation goes through, if it is shared: of ``&self``, or a static."""
    defs = program.world.defmap.defs
    for operand in operation.operands:
        for origin in operand.origins if operand.type == "pointer" else ():
            if not _is_open_cell(facts, origin):
                continue
            if origin.kind == "static" and origin.target >= 0:
                static = defs[origin.target]
                return _Place(static, static.name, is_static=True)
            if origin.kind == "parameter" and origin.param == SELF and func.receiver == "&self":
                ty = program.world.methods.declared.context_of(target).self_type
                if isinstance(ty, Adt):
                    return _Place(defs[ty.def_id], defs[ty.def_id].name, is_static=False)
    return None


def _is_open_cell(facts: _Facts, origin: Origin) -> bool:
    return any(is_named(step.removesuffix("()"), facts.opens) for step in origin.steps)


def _is_alone(facts: _Facts, func: it.Function, place: _Place) -> bool:
    """Whether nothing else happens in a function that could keep two of its callers apart."""
    fields: set[str] = set()
    for node in walk(func):
        if isinstance(node, it.MacroCall):
            return False
        if isinstance(node, it.MethodCall) and node.name not in facts.plain:
            return False
        if isinstance(node, it.Call) and not _is_plain(facts, node):
            return False
        if isinstance(node, it.Field) and _is_self(node.base):
            fields.add(node.name)
    return place.is_static or len(fields) <= 1


def _is_plain(facts: _Facts, call: it.Call) -> bool:
    if not isinstance(call.func, it.PathExpr):
        return False
    name = call.func.path.name
    # A capital begins the constructor of a tuple struct or variant.
    return name in facts.plain or name in facts.writes or name[:1].isupper()


def _is_self(expr: it.Expr) -> bool:
    return isinstance(expr, it.PathExpr) and expr.path.names == ("self",)


def _is_shared(facts: _Facts, autos: AutoTraits, owner: Def) -> bool:
    """Whether a type has a cell, is ``Sync`` all the same, and may be made by anybody."""
    if not any(_is_cell(facts, autos, ty) for _, ty in fields_of(autos.methods, owner)):
        return False
    both = dict.fromkeys(parameters(owner), (SEND, SYNC))
    is_sync = autos.given(SYNC, owner, both) is Verdict.YES
    return is_sync and is_made_safely(autos.methods, owner)


def _is_cell(facts: _Facts, autos: AutoTraits, ty: Ty) -> bool:
    if isinstance(ty, ArrayOf):
        return _is_cell(facts, autos, ty.inner)
    return isinstance(ty, Adt) and autos.methods.defs[ty.def_id].path in facts.cells


def _claim(
    program: Program, rule: Rule, target: Def, operation: Operation, place: _Place, does: str
) -> Finding:
    cell = f"the static `{place.name}`" if place.is_static else f"`{place.name}`, which is `Sync`"
    values = {"function": target.name, "does": does, "cell": cell}
    at = program.span(target.file, operation.start, operation.end)
    subject = place.target.path
    finding = program.claim(rule, at, site="cell", subject=subject, values=values)
    step = _vouched(program, place)
    return finding if step is None else msgspec.structs.replace(finding, related=(step,))


def _vouched(program: Program, place: _Place) -> Step | None:
    """Where a type was made ``Sync``, or the static stands."""
    item = place.target.item
    if place.is_static and isinstance(item, it.Static):
        end = item.name_start + len(item.name.encode())
        at = program.span(place.target.file, item.name_start, end)
        return Step(at, place.target.path, "every thread sees this")
    methods = program.world.methods
    for index in methods.impls_by_head.get(("adt", place.target.index), ()):
        impl = program.world.defmap.impls.all[index]
        trait = methods.declared.header_of(index).trait
        if trait is not None and trait.path == SYNC and impl.file in program.facts:
            start = impl.item.start
            at = program.span(impl.file, start, start + len(b"unsafe impl"))
            return Step(at, place.target.path, "here somebody vouches that threads may share it")
    return None


CHECK = Check(SPEC, find_shared_cells)
