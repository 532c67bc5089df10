"""Accesses at the alignment of a type to bytes that may stand anywhere."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.operations import Operand, Operation, Origin
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.types.heads import has_repr, is_packed

SPEC = CheckSpec(
    facts={
        "callees": FactSpec(ListOf(Text()), is_required=True),
        "bytes": FactSpec(ListOf(Text()), is_required=True),
        "buffers": FactSpec(ListOf(Text()), is_required=True),
        "addresses": FactSpec(ListOf(Text()), is_required=True),
        "aligning": FactSpec(ListOf(Text()), is_required=True),
        "makers": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("does", "type", "where"),
    needs_model=True,
)


class _Facts(NamedTuple):
    """The page's lists, all definitions, and the full names of all packed types."""

    callees: frozenset[str]
    bytes: frozenset[str]
    buffers: frozenset[str]
    addresses: frozenset[str]
    aligning: frozenset[str]
    makers: frozenset[str]
    packed: frozenset[str]
    defs: Sequence[Def]


def find_unaligned_accesses(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function, buffer and type, at the first access; and one a packed field."""
    defs = program.world.defmap.defs
    facts = _Facts(
        frozenset(rule.texts("callees")),
        frozenset(rule.texts("bytes")),
        frozenset(rule.texts("buffers")),
        frozenset(rule.texts("addresses")),
        frozenset(rule.texts("aligning")),
        frozenset(rule.texts("makers")),
        frozenset(one.path for one in defs if one.kind in ("struct", "union") and is_packed(one)),
        defs,
    )
    for index, operations in program.operations.items():
        told: set[tuple[str, str]] = set()
        for operation in operations:
            if operation.kind == "packed":
                yield _packed_claim(program, rule, defs[index], operation)
                continue
            for operand in _accessed(facts, operation):
                origin = _loose(facts, operand)
                if origin is not None and (origin.name, operand.pointee) not in told:
                    told.add((origin.name, operand.pointee))
                    yield _claim(program, rule, defs[index], operation, operand, origin)


def _accessed(facts: _Facts, operation: Operation) -> Sequence[Operand]:
    """The pointers that an operation goes through: that it is done on, and both of a copy."""
    if operation.kind == "call" and not is_named(operation.name, facts.callees):
        return ()
    if operation.kind not in ("call", "dereference") or operation.access == "address":
        return ()
    is_copy = operation.kind == "call" and operation.name.rpartition("::")[2].startswith("copy")
    return operation.operands[: 2 if is_copy else 1]


def _loose(facts: _Facts, operand: Operand) -> Origin | None:
    """The bytes that an access goes to, if they may stand at any address."""
    if operand.type != "pointer" or operand.align != 2:
        return None
    for origin in operand.origins:
        if any(is_named(_bare(step), facts.makers | facts.aligning) for step in origin.steps):
            return None
        words = [word for check in origin.checks for word in check.split()]
        if any(is_named(word, facts.aligning) for word in words):
            return None
    return next((one for one in operand.origins if _is_loose(facts, one)), None)


def _is_loose(facts: _Facts, origin: Origin) -> bool:
    """Whether bytes may stand anywhere; what a function gave is its business."""
    if origin.is_packed and not origin.is_offset:
        return True
    if origin.is_offset or origin.kind == "call":
        return False
    if origin.owner >= 0 and has_repr(facts.defs[origin.owner], "align"):
        return False
    if is_named(origin.type_path, facts.aligning):
        return False
    if origin.pointee in facts.bytes:
        is_element = origin.kind == "borrow" and "[" in origin.name
        return is_element or any(is_named(step, facts.buffers) for step in origin.steps)
    is_inside = any(is_named(step, facts.addresses) for step in origin.steps)
    return origin.type_path in facts.packed and is_inside


def _bare(step: str) -> str:
    return step.removesuffix("()")


def _claim(
    program: Program,
    rule: Rule,
    target: Def,
    operation: Operation,
    operand: Operand,
    origin: Origin,
) -> Finding:
    does = {"borrow": "borrowed", "borrow mut": "borrowed", "write": "written"}
    how = does.get(operation.access, "read")
    is_target = operand.index == 1
    if is_target or operation.name.rpartition("::")[2].startswith("write"):
        how = "written"
    values = {
        "does": how,
        "type": operand.pointee.rpartition("::")[2],
        "where": "in a packed struct" if origin.is_packed else f"where `{origin.name}` has bytes",
    }
    at = program.span(target.file, operation.start, operation.end)
    return program.claim(rule, at, site=operation.kind, subject=origin.name, values=values)


def _packed_claim(program: Program, rule: Rule, target: Def, operation: Operation) -> Finding:
    owner, _, field = operation.name.rpartition("::")
    values = {
        "does": "borrowed",
        "type": operation.type.rpartition("::")[2],
        "where": f"as `{field}` of the packed `{owner.rpartition('::')[2]}`",
    }
    at = program.span(target.file, operation.start, operation.end)
    return program.claim(rule, at, site="packed", subject=operation.name, values=values)


CHECK = Check(SPEC, find_unaligned_accesses)
