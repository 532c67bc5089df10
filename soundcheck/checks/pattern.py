"""A tree-sitter query matches: ``@site`` is the place, every capture a word of the message."""

from collections.abc import Iterator

from soundcheck.catalog import CheckSpec, Rule
from soundcheck.finding import Finding
from soundcheck.program import Program

SPEC = CheckSpec(takes_query=True)


def find_matches(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a match; ``@name``, where captured, is what the finding is about."""
    for path in program.paths:
        for match in program.facts[path].matches:
            if match.rule != rule.name:
                continue
            site = match.get("site") or match.captures[0]
            name = match.get("name")
            around = program.name_at(path, site.start)
            subject = around
            if name is not None and around.rpartition("::")[2].partition("#")[0] != name.text:
                subject = f"{around}::{name.text}"
            values = {capture.name: capture.text for capture in reversed(match.captures)}
            at = program.span(path, site.start, site.end)
            yield program.claim(rule, at, site="pattern", subject=subject, values=values)
