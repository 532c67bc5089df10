"""Fields that unsafe code relies on, and that code outside their type's module can write to."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from soundcheck.boundaries.contracts import is_open
from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.operations import Operation, Origin
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.crates.defmap import DefMap
from soundcheck.crates.visibility import is_inside
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import walk
from soundcheck.types.reach import field_reach

SPEC = CheckSpec(
    facts={
        "accesses": FactSpec(ListOf(Text()), is_required=True),
        "measures": FactSpec(ListOf(Text()), is_required=True),
        "exempt_reprs": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("type", "field", "user", "does", "reach"),
    needs_model=True,
)

# As many uses of a field are shown with it.
_MOST_USES = 3


class _Callees(NamedTuple):
    """The page's lists: unsafe functions that lean on a pointer, and those on a number as well."""

    accesses: frozenset[str]
    measures: frozenset[str]


class _Use(NamedTuple):
    """An unsafe operation on a field, and the function it stands in."""

    func: Def
    operation: Operation
    does: str


def find_visible_fields(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a field."""
    callees = _Callees(frozenset(rule.texts("accesses")), frozenset(rule.texts("measures")))
    exempt = frozenset(rule.texts("exempt_reprs"))
    defmap = program.world.defmap
    uses: dict[tuple[int, str], list[_Use]] = {}
    for index, operations in program.operations.items():
        func = defmap.defs[index]
        if not is_open(defmap, func) or program.is_test_at(func.file, func.start):
            continue
        for operation in operations:
            for origin, does in _relied_on(program, callees, operation):
                if _is_at_home(defmap, func, origin.owner) and not _is_set(func, operation, origin):
                    key = (origin.owner, origin.field)
                    uses.setdefault(key, []).append(_Use(func, operation, does))
    for (owner_id, name), found in sorted(uses.items()):
        owner = defmap.defs[owner_id]
        item = owner.item
        if not isinstance(item, it.Adt) or owner.file not in program.facts:
            continue
        if owner.kind != "struct" or _is_exempt(item, exempt):
            continue
        for field in item.fields:
            reach = field_reach(defmap, owner, field) if field.name == name else ""
            if reach:
                yield _claim(program, rule, owner, field, found, reach)


def _is_at_home(defmap: DefMap, func: Def, owner: int) -> bool:
    """Whether a function is a type's own, or of its module: elsewhere a field is mere data."""
    if func.impl >= 0 and owner in defmap.impls.all[func.impl].types:
        return True
    return owner >= 0 and is_inside(defmap.forest.modules, func.module, defmap.defs[owner].module)


def _is_set(func: Def, operation: Operation, origin: Origin) -> bool:
    """Whether the function itself writes to the field before it relies on it."""
    return any(
        isinstance(node, it.Assign)
        and node.start < operation.start
        and isinstance(node.target, it.Field)
        and node.target.name == origin.field
        for node in (walk(func.item) if isinstance(func.item, it.Function) else ())
    )


def _relied_on(
    program: Program, callees: _Callees, operation: Operation
) -> Iterator[tuple[Origin, str]]:
    """The fields whose value an operation uses as it is, and what it does with them."""
    if not operation.is_certain:
        return
    types: tuple[str, ...] = ("pointer",)
    if operation.kind == "dereference" and operation.access != "address":
        does = "dereferences it"
    elif operation.kind == "call" and is_named(operation.name, callees.accesses):
        does = f"passes it to `{operation.name.rpartition('::')[2]}`"
    elif operation.kind == "call" and is_named(operation.name, callees.measures):
        does = f"passes it to `{operation.name.rpartition('::')[2]}`"
        types = ("pointer", "integer")
    else:
        return
    for operand in operation.operands:
        for origin in operand.origins if operand.type in types else ():
            if _is_relied_on(program, origin):
                yield origin, does


def _is_relied_on(program: Program, origin: Origin) -> bool:
    if not origin.field or origin.owner < 0:
        return False
    if origin.type not in ("pointer", "integer", "newtype"):
        return False
    return program.values.is_moved(origin) and not program.values.is_checked(origin)


def _is_exempt(item: it.Adt, reprs: frozenset[str]) -> bool:
    for attribute in item.attributes:
        if attribute.path == "repr":
            written = {word.strip() for word in attribute.args.strip("()").split(",")}
            if any(word.partition("(")[0] in reprs for word in written):
                return True
    return False


def _claim(
    program: Program, rule: Rule, owner: Def, field: it.FieldDef, uses: list[_Use], reach: str
) -> Finding:
    first = uses[0]
    values = {
        "type": owner.name,
        "field": field.name,
        "user": first.func.name,
        "does": first.does,
        "reach": reach,
    }
    at = program.span(owner.file, field.start, field.end)
    subject = f"{owner.path}::{field.name}"
    finding = program.claim(rule, at, site="field", subject=subject, values=values)
    steps = tuple(
        Step(
            program.span(use.func.file, use.operation.start, use.operation.end),
            use.func.path,
            f"unsafe code {use.does}",
        )
        for use in uses[:_MOST_USES]
    )
    return msgspec.structs.replace(finding, related=steps)


CHECK = Check(SPEC, find_visible_fields)
