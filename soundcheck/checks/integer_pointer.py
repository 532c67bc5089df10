"""Pointers that are made of integers by a cast."""

from collections.abc import Iterator

from soundcheck.catalog import CheckSpec, Rule
from soundcheck.checks.kinds import Check
from soundcheck.finding import Finding
from soundcheck.program import Program

SPEC = CheckSpec(placeholders=("operand", "pointer"), needs_model=True)


def find_integer_pointers(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a cast, at what is cast; what macros make is not looked at."""
    defs = program.world.defmap.defs
    for cast in program.casts:
        owner = defs[cast.body]
        if not owner.is_made:
            values = {"operand": cast.operand, "pointer": "*mut" if cast.is_mut else "*const"}
            at = program.span(owner.file, cast.start, cast.end)
            yield program.claim(rule, at, site="cast", values=values)


CHECK = Check(SPEC, find_integer_pointers)
