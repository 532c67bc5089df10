"""Safe functions that read memory as a type which their callers choose freely."""

import re
from collections.abc import Iterator

from soundcheck.boundaries.contracts import is_open
from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.operations import Operation
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.types.construction import names_in

SPEC = CheckSpec(
    facts={
        "callees": FactSpec(ListOf(Text()), is_required=True),
        "harmless": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("function", "type", "does"),
    needs_model=True,
)

_WORD = re.compile(r"\w+")


def find_chosen_types(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function and type parameter, at the first operation that makes such a value."""
    callees = frozenset(rule.texts("callees"))
    harmless = frozenset(rule.texts("harmless"))
    defmap = program.world.defmap
    for index, operations in program.operations.items():
        func = defmap.defs[index]
        item = func.item
        if not isinstance(item, it.Function) or not is_open(defmap, func):
            continue
        chosen = _chosen(item, harmless)
        for operation in operations if chosen else ():
            does = _does(callees, operation)
            made = sorted(chosen & _made_by(item, operation)) if does else []
            if made:
                chosen -= set(made)
                values = {"function": func.name, "type": made[0], "does": does}
                at = program.span(func.file, operation.start, operation.end)
                yield program.claim(rule, at, site=operation.kind, subject=func.path, values=values)


def _made_by(item: it.Function, operation: Operation) -> set[str]:
    """The names in the type that an operation gives; what is not written there the result tells."""
    if operation.type in ("", "_") and item.ret is not None:
        return set(names_in(item.ret))
    return set(_WORD.findall(operation.type))


def _chosen(item: it.Function, harmless: frozenset[str]) -> set[str]:
    """The type parameters that only the result names, and of which nothing much is asked.

    A bound that is not harmless may say that all bytes are such a value.
    """
    made = set() if item.ret is None else set(names_in(item.ret))
    taken = {
        name for param in item.params if param.type is not None for name in names_in(param.type)
    }
    asked: dict[str, list[it.Type]] = {}
    for param in item.generics.params:
        if param.kind == "type":
            asked[param.name] = list(param.bounds)
    for ty, bounds in item.generics.predicates:
        for name in names_in(ty):
            if name in asked:
                asked[name] += bounds
    return {
        name
        for name, bounds in asked.items()
        if name in made and name not in taken and all(_is_harmless(one, harmless) for one in bounds)
    }


def _is_harmless(bound: it.Type, harmless: frozenset[str]) -> bool:
    return not isinstance(bound, it.PathType) or bound.path.name in harmless


def _does(callees: frozenset[str], operation: Operation) -> str:
    """What an operation does that makes a value; empty where it makes none that is given back."""
    if not operation.is_returned or not operation.is_certain:
        return ""
    if operation.kind == "dereference" and operation.access != "address":
        return "dereferences a pointer to it"
    if operation.kind == "call" and is_named(operation.name, callees):
        return f"calls `{operation.name.rpartition('::')[2]}`"
    return ""


CHECK = Check(SPEC, find_chosen_types)
