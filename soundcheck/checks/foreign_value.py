"""Values of types that not all bytes are, in memory that something else wrote."""

from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.operations import Operation, Origin
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.types.heads import has_repr
from soundcheck.types.ty import Adt, ArrayOf, Ty

SPEC = CheckSpec(
    facts={
        "callees": FactSpec(ListOf(Text()), is_required=True),
        "layouts": FactSpec(ListOf(Text()), is_required=True),
        "rewriting": FactSpec(ListOf(Text()), default=()),
        "makers": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("type", "field", "enum"),
    needs_model=True,
)

_USES = frozenset({"borrow", "borrow mut", "read"})
_NUMBERS = frozenset({"constant", "parameter", "call", "static", "memory", "assembly"})
# A struct in a struct in a struct is as deep as people go.
_DEEPEST = 3


class _Choice(NamedTuple):
    """An enum that a struct has somewhere, as the path of fields that leads to it."""

    path: str
    field: it.FieldDef
    owner: Def
    enum: Def


def find_foreign_values(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function and type, at the first use of memory there as that type."""
    defs = program.world.defmap.defs
    callees, rewriting = frozenset(rule.texts("callees")), frozenset(rule.texts("rewriting"))
    makers = frozenset(rule.texts("makers"))
    structs = {
        one.path: one
        for one in defs
        if one.kind == "struct"
        and one.is_primary
        and any(has_repr(one, word) for word in rule.texts("layouts"))
    }
    for index, operations in program.operations.items():
        told: set[str] = set()
        for operation in operations:
            if not _is_at_address(callees, makers, operation):
                continue
            target = structs.get(operation.operands[0].pointee.partition("<")[0])
            choice = None if target is None else _choice(program, rewriting, target, 0)
            if target is not None and choice is not None and target.path not in told:
                told.add(target.path)
                yield _claim(program, rule, defs[index], operation, target, choice)


def _is_at_address(callees: frozenset[str], makers: frozenset[str], operation: Operation) -> bool:
    """Whether memory is used as a type through a pointer that was made of a number.

    A number that memory was allocated with is no address.
    """
    if not operation.operands:
        return False
    if operation.kind == "call":
        if not is_named(operation.name, callees):
            return False
    elif operation.kind != "dereference" or operation.access not in _USES:
        return False
    return any(_is_number(makers, origin) for origin in operation.operands[0].origins)


def _is_number(makers: frozenset[str], origin: Origin) -> bool:
    names = (origin.name, *(step.removesuffix("()") for step in origin.steps))
    if origin.is_offset or any(is_named(name, makers) for name in names):
        return False
    is_number = origin.type in ("integer", "newtype") or origin.type_path.endswith("Addr")
    return origin.kind in _NUMBERS and is_number


def _choice(program: Program, rewriting: frozenset[str], target: Def, depth: int) -> _Choice | None:
    """An enum among the fields of a struct, or of those in it, not all values of which it has.

    A struct that an attribute makes another one of has not the fields that are written.
    """
    declared = program.world.methods.declared
    item = target.item
    if not isinstance(item, it.Adt) or depth > _DEEPEST:
        return None
    if any(one.path.rpartition("::")[2] in rewriting for one in item.attributes):
        return None
    types = declared.fields_of(target)
    for field in item.fields:
        ty: Ty | None = types.get(field.name)
        while isinstance(ty, ArrayOf):
            ty = ty.inner
        if not isinstance(ty, Adt):
            continue
        inner = declared.defmap.defs[ty.def_id]
        if inner.kind == "enum" and _is_partial(inner):
            return _Choice(field.name, field, target, inner)
        found = _choice(program, rewriting, inner, depth + 1) if inner.kind == "struct" else None
        if found is not None:
            return found._replace(path=f"{field.name}.{found.path}")
    return None


def _is_partial(target: Def) -> bool:
    """Whether an enum of the workspace leaves out values of its tag."""
    item = target.item
    return (
        isinstance(item, it.Adt)
        and 1 < len(item.variants) < 256
        and all(variant.form == "unit" for variant in item.variants)
    )


def _claim(
    program: Program,
    rule: Rule,
    func: Def,
    operation: Operation,
    target: Def,
    choice: _Choice,
) -> Finding:
    values = {
        "type": target.name,
        "field": choice.path,
        "enum": choice.enum.name,
    }
    at = program.span(func.file, operation.start, operation.end)
    related: tuple[Step, ...] = ()
    if choice.owner.file in program.facts:
        place = program.span(choice.owner.file, choice.field.start, choice.field.end)
        related = (Step(place, choice.owner.path, f"`{choice.path}` is one of the variants here"),)
    return program.claim(
        rule, at, site=operation.kind, subject=target.path, values=values, related=related
    )


CHECK = Check(SPEC, find_foreign_values)
