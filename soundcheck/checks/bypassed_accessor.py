"""Unsafe accessors of fields that can be had without them."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from soundcheck.catalog import CheckSpec, Rule
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.types.reach import field_reach

SPEC = CheckSpec(placeholders=("type", "field", "accessor", "how", "reach"), needs_model=True)


class _Bypass(NamedTuple):
    """A field, the unsafe function that is about it, and what that does with it."""

    field: it.FieldDef
    accessor: Def
    how: str


def find_bypassed(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a field that is seen outside its type's module, and an ``unsafe fn`` keeps."""
    defmap = program.world.defmap
    told: set[tuple[int, str]] = set()
    for index, accessor in enumerate(defmap.defs):
        func = accessor.item
        if not isinstance(func, it.Function) or not func.is_unsafe or func.body is None:
            continue
        if accessor.impl < 0 or not accessor.is_primary or accessor.file not in program.facts:
            continue
        impl = defmap.impls.all[accessor.impl]
        if not impl.is_inherent or index in program.operations:
            continue
        for key in impl.types:
            owner = defmap.defs[key] if isinstance(key, int) else None
            if owner is None or owner.kind != "struct" or owner.file not in program.facts:
                continue
            bypass = _bypass(owner, accessor, func)
            if bypass is None or (owner.index, bypass.field.name) in told:
                continue
            reaches = [
                field_reach(defmap, owner, field)
                for field in (bypass.field, *_others(owner, bypass))
            ]
            if all(reaches):
                told.add((owner.index, bypass.field.name))
                yield _claim(program, rule, owner, bypass, reaches[0])


def _others(owner: Def, bypass: _Bypass) -> tuple[it.FieldDef, ...]:
    """The other fields that a bypass needs: all of them, for a literal."""
    item = owner.item
    is_literal = isinstance(bypass.accessor.item, it.Function) and not bypass.accessor.item.receiver
    return item.fields if is_literal and isinstance(item, it.Adt) else ()


def _bypass(owner: Def, accessor: Def, func: it.Function) -> _Bypass | None:
    """The field that an unsafe function gives, sets, or makes a value of, and nothing else."""
    item = owner.item
    expr = _only(func.body)
    if expr is None or not isinstance(item, it.Adt) or not item.fields:
        return None
    if not func.receiver:
        return _Bypass(item.fields[0], accessor, "makes one") if _makes(expr, owner) else None
    name, how = _field_of(expr)
    for field in item.fields:
        if field.name == name:
            return _Bypass(field, accessor, how)
    return None


def _only(body: it.Block | None) -> it.Expr | None:
    """The one expression that a body consists of."""
    while isinstance(body, it.Block):
        if len(body.stmts) + (body.tail is not None) != 1:
            return None
        stmt = body.stmts[0] if body.stmts else None
        if stmt is not None and not isinstance(stmt, it.ExprStmt):
            return None
        expr = body.tail if stmt is None else stmt.expr
        if not isinstance(expr, it.Block):
            return expr
        body = expr
    return None


def _field_of(expr: it.Expr) -> tuple[str, str]:
    """The field of ``self`` that an expression gives or sets, and which of both."""
    if isinstance(expr, it.Assign) and not expr.op:
        return _name_of(expr.target), "sets"
    how = "gives out"
    if isinstance(expr, it.Ref):
        how, expr = ("lends a `&mut` to" if expr.is_mut else "lends"), expr.operand
    return _name_of(expr), how


def _name_of(expr: it.Expr) -> str:
    if not isinstance(expr, it.Field):
        return ""
    base = expr.base
    return expr.name if isinstance(base, it.PathExpr) and base.path.names == ("self",) else ""


def _makes(expr: it.Expr, owner: Def) -> bool:
    """Whether an expression is a literal of the type, made of what it is given."""
    if isinstance(expr, it.StructLit):
        path, parts = expr.path, tuple(value for _, value in expr.fields)
    elif isinstance(expr, it.Call) and isinstance(expr.func, it.PathExpr):
        path, parts = expr.func.path, expr.args
    else:
        return False
    if path.names not in (("Self",), (owner.name,)):
        return False
    return all(isinstance(part, it.PathExpr | it.Lit) for part in parts)


def _claim(program: Program, rule: Rule, owner: Def, bypass: _Bypass, reach: str) -> Finding:
    field, accessor = bypass.field, bypass.accessor
    func = accessor.item
    assert isinstance(func, it.Function)
    values = {
        "type": owner.name,
        "field": field.name,
        "accessor": accessor.name,
        "how": bypass.how,
        "reach": reach,
    }
    at = program.span(owner.file, field.start, field.end)
    subject = f"{owner.path}::{field.name}"
    finding = program.claim(rule, at, site="field", subject=subject, values=values)
    end = func.name_start + len(func.name.encode())
    place = program.span(accessor.file, func.name_start, end)
    step = Step(place, accessor.path, f"this {bypass.how} `{field.name}`, and is unsafe")
    return msgspec.structs.replace(finding, related=(step,))


CHECK = Check(SPEC, find_bypassed)
