"""Safety comments in safe functions that argue from what the function cannot know.

Who calls it, when, on how many CPUs, with interrupts in which state: that is the callers' word, and
a safe function has not asked for it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import cast

import msgspec

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Table, Text
from soundcheck.checks.kinds import alone
from soundcheck.finding import Finding
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.arguments import Marks, any_of, argument_of, read_marks
from soundcheck.syntax.visit import walk

SPEC = CheckSpec(
    facts={
        "words": FactSpec(ListOf(Text()), is_required=True),
        "sentences": FactSpec(ListOf(Text()), default=()),
        "grounds": FactSpec(Table(others=ListOf(Text())), is_required=True),
        "settled_by": FactSpec(Table(others=ListOf(Text())), default={}),
        "unless": FactSpec(ListOf(Text()), default=()),
        "uncalled": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("ground", "phrase", "name"),
)


class _Words(msgspec.Struct, frozen=True):
    """The page's lists: the phrases of each ground, and the calls that settle it."""

    marks: Marks
    grounds: Mapping[str, re.Pattern[str]]
    settled_by: Mapping[str, frozenset[str]]
    unless: re.Pattern[str]
    uncalled: frozenset[str]


def find_context_arguments(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a block in a safe function whose argument holds a phrase of the grounds."""
    words = _words(rule)
    for path in program.paths:
        for commented in program.facts[path].sites:
            site = commented.site
            if site.kind != "block":
                continue
            argument = argument_of(words.marks, commented.comments)
            ground, phrase = ("", "") if argument is None else _ground_of(words, argument)
            if not ground:
                continue
            func = _safe_function(program.item_at(path, site.start), words.uncalled)
            if func is None or words.settled_by.get(ground, frozenset()) & _called_in(func):
                continue
            at = program.span(path, site.token_start, site.token_end)
            values = {"ground": ground, "phrase": phrase, "name": func.name}
            yield program.claim(rule, at, site=site.kind, values=values)


def _words(rule: Rule) -> _Words:
    grounds = cast("Mapping[str, tuple[str, ...]]", rule.facts["grounds"])
    settled_by = cast("Mapping[str, tuple[str, ...]]", rule.facts["settled_by"])
    return _Words(
        read_marks(rule.texts("words"), rule.texts("sentences")),
        {ground: any_of(phrases) for ground, phrases in grounds.items()},
        {ground: frozenset(names) for ground, names in settled_by.items()},
        any_of(rule.texts("unless")),
        frozenset(rule.texts("uncalled")),
    )


def _ground_of(words: _Words, argument: str) -> tuple[str, str]:
    """What an argument leans on, and the phrase that tells; empty where it leans on nothing."""
    if words.unless.search(argument):
        return "", ""
    for ground, pattern in words.grounds.items():
        match = pattern.search(argument)
        if match is not None:
            return ground, match[0]
    return "", ""


def _safe_function(one: ProgramItem | None, uncalled: frozenset[str]) -> it.Function | None:
    """The function, if any safe code may call it.

    What only the compiler calls, as it does ``drop``, nobody calls.
    """
    if one is None or not isinstance(one.item, it.Function) or one.is_in_macro:
        return None
    if one.item.is_unsafe or (one.is_in_trait_impl and one.item.name in uncalled):
        return None
    return one.item


def _called_in(func: it.Function) -> frozenset[str]:
    """The names of the methods, functions and macros that a body calls, also with what is before.

    ``interrupt::free(…)`` is ``free`` and ``interrupt::free``.
    """
    names: set[str] = set()
    for node in walk(func):
        if isinstance(node, it.MethodCall):
            names.add(node.name)
        elif isinstance(node, it.MacroCall):
            names.add(node.path.name)
        elif isinstance(node, it.Call) and isinstance(node.func, it.PathExpr):
            written = node.func.path.names
            names.update(("::".join(written[-2:]), written[-1]))
    return frozenset(names)


CHECK = alone(SPEC, find_context_arguments)
