"""Unsafe blocks that do so many different things that no one comment argues for them all."""

from collections.abc import Iterator

from soundcheck.boundaries.operations import Operation
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Number, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.finding import Finding, Step
from soundcheck.program import Program

SPEC = CheckSpec(
    facts={
        "most": FactSpec(Number(1), is_required=True),
        "kinds": FactSpec(
            ListOf(Text(choices=("assembly", "call", "dereference", "static", "union"))),
            is_required=True,
        ),
    },
    placeholders=("count", "names"),
    needs_model=True,
)


def find_crowded(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a block with more than ``most`` operations that are not alike."""
    most, kinds = rule.facts["most"], frozenset(rule.texts("kinds"))
    for (path, start), different in sorted(_by_block(program, kinds).items()):
        if not isinstance(most, int) or len(different) <= most:
            continue
        at = program.span(path, start, start + len("unsafe"))
        steps = tuple(
            Step(program.span(path, one.start, one.end), "", name)
            for name, one in different.items()
        )
        values = {"count": str(len(different)), "names": ", ".join(different)}
        yield program.claim(rule, at, site="block", values=values, related=steps)


def _by_block(
    program: Program, kinds: frozenset[str]
) -> dict[tuple[str, int], dict[str, Operation]]:
    """By file and block, the first operation of each name, in order of place."""
    defs = program.world.defmap.defs
    blocks: dict[tuple[str, int], list[Operation]] = {}
    for owner, operations in program.operations.items():
        for one in operations:
            if one.block < 0 or not one.is_certain or one.access == "address":
                continue
            if one.kind in kinds:
                blocks.setdefault((defs[owner].file, one.block), []).append(one)
    found: dict[tuple[str, int], dict[str, Operation]] = {}
    for key, block in blocks.items():
        different = found[key] = {}
        for one in sorted(block, key=lambda one: (one.start, one.end)):
            different.setdefault(_show(one), one)
    return found


def _show(one: Operation) -> str:
    """What makes an operation like another: its callee, static or field, or what is pointed to."""
    name = one.name.rpartition("::")[2]
    if one.kind == "dereference":
        return f"`*{one.type}`" if one.type else "`*`"
    if one.kind == "call":
        return f"`{name}()`"
    return f"`{name}!`" if one.kind == "assembly" else f"`{name}`"


CHECK = Check(SPEC, find_crowded)
