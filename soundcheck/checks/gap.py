"""A gap in reading a file: what stands there was not understood."""

from collections.abc import Iterator

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import alone
from soundcheck.finding import Finding
from soundcheck.program import Program

SPEC = CheckSpec(
    facts={"kinds": FactSpec(ListOf(Text()), is_required=True)},
    placeholders=("kind", "what"),
)


def find_gaps(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a gap of the rule's kinds."""
    kinds = frozenset(rule.texts("kinds"))
    for path in program.paths:
        for gap in program.facts[path].tree.gaps:
            if gap.kind in kinds:
                values = {"kind": gap.kind, "what": gap.what}
                yield program.claim(rule, gap.at, site=gap.kind, values=values)


CHECK = alone(SPEC, find_gaps)
