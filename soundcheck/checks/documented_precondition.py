"""Safe functions whose documentation makes demands that unsafe code in them rests on."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

from soundcheck.boundaries.contracts import is_open, takes_token
from soundcheck.boundaries.leans import Lean
from soundcheck.calls.sites import BodyId
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Table, Text
from soundcheck.checks.kinds import Check
from soundcheck.contexts.infer import Node
from soundcheck.contexts.proofs import side_of
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Side
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.syntax.arguments import any_of, one_line, plain

SPEC = CheckSpec(
    facts={
        "grounds": FactSpec(Table(others=ListOf(Text())), is_required=True),
        "masked": FactSpec(ListOf(Text()), default=()),
        "unless": FactSpec(ListOf(Text()), default=()),
        "denials": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("function", "phrase", "ground", "today"),
    needs_model=True,
    needs_contexts=True,
)

# What a caller can get wrong; what is local, or vouched for by its type, he cannot.
_OPEN_KINDS = frozenset(
    {"parameter", "visible field", "static", "register", "memory", "state", "contract", "trait",
     "unknown"}
)  # fmt: skip


class _Words(NamedTuple):
    """The page's lists: the phrases of each ground, those about interrupts, and what settles it.

    ``unless`` holds for a sentence, ``denials`` for all that is said.
    """

    grounds: Mapping[str, re.Pattern[str]]
    masked: re.Pattern[str]
    unless: re.Pattern[str]
    denials: re.Pattern[str]


def find_documented_preconditions(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function."""
    grounds = cast("Mapping[str, tuple[str, ...]]", rule.facts["grounds"])
    words = _Words(
        {ground: any_of(phrases) for ground, phrases in grounds.items()},
        any_of(rule.texts("masked")),
        any_of(rule.texts("unless")),
        any_of(rule.texts("denials")),
    )
    for index in program.operations:
        func = program.world.defmap.defs[index]
        ground, phrase = _demand(program, words, func)
        # What the words say is asked first: it costs less than what a body leans on.
        if ground and any(
            _is_open(lean)
            for site in program.boundaries.sites_in(func)
            if site.kind == "block"
            for lean in site.leans
        ):
            yield _claim(program, rule, words, func, ground, phrase)


def _is_open(lean: Lean) -> bool:
    """Whether somebody outside can get it wrong; an instruction without a value is what it is."""
    return lean.kind in _OPEN_KINDS and (lean.kind, lean.what) != ("register", "assembly")


def _demand(program: Program, words: _Words, func: Def) -> tuple[str, str]:
    """What the documentation of a function leans on, and the phrase; empty where on nothing."""
    item = func.item
    if not isinstance(item, it.Function) or not item.doc or not is_open(program.world.defmap, func):
        return "", ""
    text = one_line(plain(item.doc))
    ground, phrase = _ground_of(words, text)
    if not ground or words.denials.search(text) or takes_token(func, program.values):
        return "", ""
    return ground, phrase


def _claim(
    program: Program, rule: Rule, words: _Words, func: Def, ground: str, phrase: str
) -> Finding:
    item = func.item
    assert isinstance(item, it.Function)
    today, side, is_kept = _today(program, words, func, phrase)
    at = program.span(func.file, item.name_start, item.name_start + len(item.name))
    values = {"function": item.name, "phrase": phrase, "ground": ground, "today": today}
    sides = () if side is None else (side,)
    return program.claim(
        rule, at, site="function", subject=func.path, values=values, sides=sides, is_mild=is_kept
    )


def _ground_of(words: _Words, text: str) -> tuple[str, str]:
    """What the documentation leans on, and the phrase; empty where it is about something else."""
    for ground, pattern in words.grounds.items():
        for match in pattern.finditer(text):
            # The sentence that holds the phrase, as far as it goes on.
            before = text.rfind(". ", 0, match.start()) + 1
            after = text.find(". ", match.end())
            sentence = text[before : len(text) if after < 0 else after]
            if not words.unless.search(sentence):
                return ground, match[0]
    return "", ""


def _today(
    program: Program, words: _Words, func: Def, phrase: str
) -> tuple[str, Side | None, bool]:
    """What is known of the contexts that it is called in, where interrupts are what it is about."""
    if not words.masked.search(phrase):
        return "", None, False
    contexts = program.contexts
    nodes: list[Node] = [
        node for node in contexts.nodes(BodyId(func.index)) if contexts.is_sure(node)
    ]
    wrong = [node for node in nodes if node.irq == "unmasked"]
    if wrong:
        node = min(wrong, key=lambda one: one[1:])
        at = program.span(func.file, func.start, func.start + 2)
        side = side_of(contexts, node.context, node, at, "interrupts are on here")
        return f"; {node.context} code calls it with interrupts on", side, False
    if nodes and all(node.irq == "masked" for node in nodes):
        return "; in every context that is known they are masked", None, True
    return "", None, False


CHECK = Check(SPEC, find_documented_preconditions)
