"""Unsafe code in a module or path where the budget allows none."""

from collections.abc import Iterator

from soundcheck.catalog import CheckSpec, FactSpec, Rule, Table, Text
from soundcheck.checks.kinds import Check
from soundcheck.finding import Finding
from soundcheck.program import Program

SPEC = CheckSpec(
    facts={"kinds": FactSpec(Table(others=Text()), is_required=True)},
    placeholders=("kind", "module"),
)


def find_outside(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding an unsafe site; ``kinds`` are those that count, and what a message calls each."""
    budget, kinds = program.budget, rule.facts["kinds"]
    if budget is None or budget.allowed is None or not isinstance(kinds, dict):
        return
    for path in program.paths:
        for commented in program.facts[path].sites:
            site = commented.site
            if site.kind not in kinds:
                continue
            module = program.module_at(path, site.token_start)
            name = path if module is None else module.path
            if any(place.holds(name, path) for place in budget.allowed):
                continue
            at = program.span(path, site.token_start, site.token_end)
            values = {"kind": str(kinds[site.kind]), "module": name}
            yield program.claim(rule, at, site=site.kind, values=values)


CHECK = Check(SPEC, find_outside)
