"""A tree-sitter query matches: ``@site`` is the place, every capture a word of the message."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from soundcheck.catalog import CheckSpec, FactSpec, Flag, Rule
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.syntax.addresses import mentions_in
from soundcheck.syntax.facts import Capture, QueryMatch
from soundcheck.syntax.items import Function, MacroDef, MacroItem, Static

SPEC = CheckSpec(facts={"unless_only_addressed": FactSpec(Flag(), default=False)}, takes_query=True)


def find_matches(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a match; ``@name``, where captured, is what the finding is about."""
    matches = {
        path: [match for match in program.facts[path].matches if match.rule == rule.name]
        for path in program.paths
    }
    addressed = _addressed(program, matches) if rule.facts["unless_only_addressed"] else set()
    for path in program.paths:
        for match in matches[path]:
            site = match.get("site") or match.captures[0]
            name = match.get("name")
            if name is not None and (path, name.start) in addressed:
                continue
            around = program.name_at(path, site.start)
            subject = around
            if name is not None and around.rpartition("::")[2].partition("#")[0] != name.text:
                subject = f"{around}::{name.text}"
            values = {capture.name: capture.text for capture in reversed(match.captures)}
            at = program.span(path, site.start, site.end)
            yield program.claim(rule, at, site="pattern", subject=subject, values=values)


def _addressed(
    program: Program, matches: Mapping[str, Sequence[QueryMatch]]
) -> set[tuple[str, int]]:
    """The names, by place, that are mentioned, and each time for the address alone."""
    named = [
        (path, name)
        for path, found in matches.items()
        for match in found
        if (name := match.get("name")) is not None
    ]
    seen = _mentions(program, frozenset(name.text for _, name in named))
    only: set[tuple[str, int]] = set()
    for path, name in named:
        kinds = [
            is_address
            for file, is_address in seen.get(name.text, ())
            if file == path or _is_visible(program, path, name)
        ]
        if kinds and all(kinds):
            only.add((path, name.start))
    return only


def _mentions(program: Program, names: frozenset[str]) -> Mapping[str, Sequence[tuple[str, bool]]]:
    """Where names are mentioned, by file, and whether for the address alone."""
    seen: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    if names:
        for one in program.items():
            if isinstance(one.item, Function | Static | MacroDef | MacroItem):
                for name, is_address in mentions_in(one.item, names):
                    seen[name].append((one.path, is_address))
    return seen


def _is_visible(program: Program, path: str, name: Capture) -> bool:
    """Whether other files may name an item."""
    found = program.item_at(path, name.start)
    return found is None or bool(found.item.visibility)
