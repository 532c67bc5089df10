"""Unsafe code that uses what a method of a safe trait gives: every implementor can break it."""

from collections.abc import Iterator

from soundcheck.boundaries.leans import Lean
from soundcheck.boundaries.operations import Operation
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import PUBLIC, Def
from soundcheck.crates.visibility import is_inside
from soundcheck.finding import Finding, Step
from soundcheck.program import Program

SPEC = CheckSpec(
    facts={
        "accesses": FactSpec(ListOf(Text()), is_required=True),
        "measures": FactSpec(ListOf(Text()), is_required=True),
    },
    placeholders=("function", "method", "trait", "reach"),
    needs_model=True,
)

_MOST_IMPLS = 4


def find_trusted_traits(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function and method, at the first operation that uses what it gives."""
    found = program.boundaries
    demands = found.demands(frozenset(rule.texts("accesses")), frozenset(rule.texts("measures")))
    told: set[tuple[int, int, str]] = set()
    for site in found.sites:
        func = program.world.defmap.defs[site.func]
        for operation in site.operations:
            for key in demands.keys_of(site.func, operation):
                if key[0] != "trait" or (site.func, *key[1:]) in told:
                    continue
                leans = found.leans_of(site.func, operation)
                lean = next((one for one in leans if one.key == key), None)
                if (
                    lean is not None
                    and lean.verdict == "leaks"
                    and not _is_kept(program, func, lean)
                ):
                    told.add((site.func, *key[1:]))
                    yield _claim(program, rule, func, operation, lean)


def _is_kept(program: Program, func: Def, lean: Lean) -> bool:
    """Whether a trait is sealed: no other crate sees it, and all who implement it are near.

    So must be the function that trusts them.
    """
    world, found = program.world, program.boundaries
    trait = world.defmap.defs[lean.key[1]]
    if lean.reach == PUBLIC:
        return False
    near = [func, *(world.defmap.defs[one.func] for one in found.supports.of(lean.key))]
    return all(is_inside(world.defmap.forest.modules, one.module, trait.module) for one in near)


def _claim(program: Program, rule: Rule, func: Def, operation: Operation, lean: Lean) -> Finding:
    found = program.boundaries
    trait = program.world.defmap.defs[lean.key[1]]
    values = {
        "function": func.name,
        "method": lean.key[2],
        "trait": trait.name,
        "reach": found.reach.show(lean.reach),
    }
    steps = []
    for one in found.supports.of(lean.key)[:_MOST_IMPLS]:
        body = program.world.defmap.defs[one.func]
        if body.file in program.facts:
            place = program.span(body.file, body.start, body.start + 2)
            steps.append(Step(place, body.path, "implements it today"))
    at = program.span(func.file, operation.start, operation.end)
    return program.claim(
        rule, at, site=operation.kind, subject=trait.path, values=values, related=tuple(steps)
    )


CHECK = Check(SPEC, find_trusted_traits)
