"""Safe functions that use what a caller gives them as the operand of an unsafe operation."""

from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.boundaries.contracts import is_open
from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.obligations import is_kept
from soundcheck.boundaries.operations import SELF, Operand, Operation, Origin
from soundcheck.catalog import CheckSpec, FactSpec, Flag, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it

SPEC = CheckSpec(
    facts={
        "kinds": FactSpec(
            ListOf(Text(choices=("pointer", "integer", "newtype"))), is_required=True
        ),
        "types": FactSpec(ListOf(Text()), default=()),
        "operations": FactSpec(ListOf(Text(choices=("dereference", "call"))), is_required=True),
        "callees": FactSpec(ListOf(Text()), default=()),
        "moves": FactSpec(ListOf(Text()), default=()),
        "arguments": FactSpec(Flag(), default=False),
    },
    placeholders=("function", "parameter", "does"),
    needs_model=True,
)


class _Facts(NamedTuple):
    """The page's lists."""

    kinds: frozenset[str]
    types: frozenset[str]
    operations: frozenset[str]
    callees: frozenset[str]
    moves: frozenset[str]
    any_argument: bool


def find_parameter_operands(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a parameter, at the first operation that uses it unchecked.

    An operation has one finding, however many parameters it uses.
    """
    facts = _Facts(
        frozenset(rule.texts("kinds")),
        frozenset(rule.texts("types")),
        frozenset(rule.texts("operations")),
        frozenset(rule.texts("callees")),
        frozenset(rule.texts("moves")),
        bool(rule.facts["arguments"]),
    )
    defmap = program.world.defmap
    for index, operations in program.operations.items():
        target = defmap.defs[index]
        if not is_open(defmap, target):
            continue
        told: set[int] = set()
        for operation in operations:
            if not _counts(facts, operation):
                continue
            given = [_given(program, facts, operand) for operand in operation.operands]
            origins = [one for one in given if one is not None]
            if origins and all(one.param not in told for one in origins):
                yield _claim(program, rule, target, operation, origins[0])
            told.update(one.param for one in origins)


def _counts(facts: _Facts, operation: Operation) -> bool:
    if operation.kind not in facts.operations or not operation.is_certain:
        return False
    if operation.kind == "dereference":
        return operation.access != "address"
    return is_named(operation.name, facts.callees)


def _given(program: Program, facts: _Facts, operand: Operand) -> Origin | None:
    """The parameter that an operand comes from as it was given, if there is one."""
    if operand.type != "pointer" and not facts.any_argument:
        return None
    for origin in operand.origins:
        if origin.kind != "parameter" or origin.param == SELF or origin.is_offset:
            continue
        if not _is_wanted(facts, origin):
            continue
        if program.values.is_moved(origin, facts.moves) and not program.values.is_checked(origin):
            return origin
    return None


def _is_wanted(facts: _Facts, origin: Origin) -> bool:
    if is_named(origin.type_path, facts.types):
        return True
    return not origin.field and origin.type in facts.kinds


def _claim(
    program: Program, rule: Rule, target: Def, operation: Operation, origin: Origin
) -> Finding:
    func = target.item
    assert isinstance(func, it.Function)
    does = f"dereferences its parameter `{origin.name}`"
    if operation.kind == "call":
        callee = operation.name.rpartition("::")[2]
        does = f"passes its parameter `{origin.name}` to `{callee}`"
    values = {"function": func.name, "parameter": origin.name, "does": does}
    at = program.span(target.file, operation.start, operation.end)
    related: tuple[Step, ...] = ()
    if 0 <= origin.param < len(func.params):
        pat = func.params[origin.param].pat
        place = program.span(target.file, pat.start, pat.end)
        related = (Step(place, target.path, f"`{origin.name}` is what the caller gives"),)
    key = ("parameter", target.index, str(origin.param))
    obligation = next((one for one in program.obligations if one.key == key), None)
    return program.claim(
        rule,
        at,
        site=operation.kind,
        subject=target.path,
        values=values,
        related=related,
        is_mild=obligation is not None and is_kept(program.boundaries, obligation),
    )


CHECK = Check(SPEC, find_parameter_operands)
