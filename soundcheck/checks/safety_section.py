"""Unsafe functions and traits whose documentation does not say what they demand."""

import re
from collections.abc import Iterator

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import alone
from soundcheck.finding import Finding
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax.arguments import any_of, one_line, plain
from soundcheck.syntax.items import ForeignMod, Function, Impl, Trait

SPEC = CheckSpec(
    facts={
        "headings": FactSpec(ListOf(Text()), is_required=True),
        "sentences": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("kind", "name", "verb"),
)


def find_undocumented(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding an unsafe function or trait without one of the headings or sentences.

    A trait's method is documented at the trait, a foreign function where it is defined.
    """
    choice = "|".join(re.escape(heading) for heading in rule.texts("headings"))
    section = re.compile(
        rf"^[\s*]*(?:#+\s*(?:{choice})\b|\*{{0,2}}(?:{choice})\*{{0,2}}:)",
        re.IGNORECASE | re.MULTILINE,
    )
    sentence = any_of(rule.texts("sentences"))
    for one in program.items():
        item = one.item
        if not isinstance(item, Function | Trait) or not item.is_unsafe:
            continue
        if one.is_in_macro or one.is_in_trait_impl or isinstance(one.container, ForeignMod):
            continue
        if section.search(item.doc) or _has_foreign_doc(one):
            continue
        if sentence.search(one_line(plain(item.doc))):
            continue
        kind, verb = _words(one)
        values = {"kind": kind, "name": item.name, "verb": verb}
        at = program.span(one.path, item.name_start, item.name_start + len(item.name.encode()))
        yield program.claim(rule, at, site="function", subject=one.name, values=values)


def _words(one: ProgramItem) -> tuple[str, str]:
    if isinstance(one.item, Trait):
        return "unsafe trait", "implement"
    is_method = isinstance(one.container, Impl | Trait)
    return ("unsafe method" if is_method else "unsafe function"), "call"


def _has_foreign_doc(one: ProgramItem) -> bool:
    """Whether documentation comes from elsewhere: ``#[doc = include_str!("…")]``."""
    return any(
        attribute.path == "doc" and "!" in attribute.args and not attribute.value
        for attribute in one.item.attributes
    )


CHECK = alone(SPEC, find_undocumented)
