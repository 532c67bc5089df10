"""A tree-sitter query matches: ``@site`` is the place, every capture a word of the message."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from soundcheck.catalog import CheckSpec, FactSpec, Flag, Rule
from soundcheck.checks.kinds import FileCheck
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.syntax.addresses import mentions_in
from soundcheck.syntax.facts import Capture, QueryMatch
from soundcheck.syntax.items import Function, MacroDef, MacroItem, Static

Mention = tuple[str, bool]
"""A name that a body mentions, and whether for the address alone."""

SPEC = CheckSpec(facts={"unless_only_addressed": FactSpec(Flag(), default=False)}, takes_query=True)


def find_matches(
    program: Program, rule: Rule, mentions: Mapping[str, Sequence[Mention]]
) -> Iterator[Finding]:
    """One finding a match; ``@name``, where captured, is what the finding is about."""
    addressed = _addressed(program, rule, mentions) if rule.facts["unless_only_addressed"] else ()
    for path in program.paths:
        for match in _matches(program, rule, path):
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


def _matches(program: Program, rule: Rule, path: str) -> Iterator[QueryMatch]:
    return (match for match in program.facts[path].matches if match.rule == rule.name)


def _named(program: Program, rule: Rule) -> Iterator[tuple[str, Capture]]:
    for path in program.paths:
        for match in _matches(program, rule, path):
            name = match.get("name")
            if name is not None:
                yield path, name


def names_to_find(program: Program, rule: Rule) -> frozenset[str]:
    """The names of which it matters how they are mentioned."""
    if not rule.facts["unless_only_addressed"]:
        return frozenset()
    return frozenset(name.text for _, name in _named(program, rule))


def find_mentions(program: Program, _rule: Rule, names: frozenset[str]) -> Iterator[Mention]:
    """The names that the bodies of a file mention, and whether for the address alone."""
    if not names:
        return
    for one in program.items():
        if isinstance(one.item, Function | Static | MacroDef | MacroItem):
            yield from mentions_in(one.item, names)


def _addressed(
    program: Program, rule: Rule, mentions: Mapping[str, Sequence[Mention]]
) -> set[tuple[str, int]]:
    """The names, by place, that are mentioned, and each time for the address alone."""
    seen: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for path in program.paths:
        for text, is_address in mentions[path]:
            seen[text].append((path, is_address))
    only: set[tuple[str, int]] = set()
    for path, name in _named(program, rule):
        kinds = [
            is_address
            for file, is_address in seen.get(name.text, ())
            if file == path or _is_visible(program, path, name)
        ]
        if kinds and all(kinds):
            only.add((path, name.start))
    return only


def _is_visible(program: Program, path: str, name: Capture) -> bool:
    """Whether other files may name an item."""
    found = program.item_at(path, name.start)
    return found is None or bool(found.item.visibility)


CHECK = FileCheck(SPEC, find_mentions, names_to_find, list[Mention], find_matches)
