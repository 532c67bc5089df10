"""The implementation of a lock that masks interrupts, with a guard that may leave its core."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.outline import type_name
from soundcheck.finding import Finding, Step
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.inline_assembly import assembly_calls, read_assembly
from soundcheck.syntax.instructions import (
    PATTERN,
    PATTERN_FORM,
    Pattern,
    instructions_of,
    match_of,
    read_patterns,
)
from soundcheck.syntax.visit import walk

SPEC = CheckSpec(
    facts={
        "traits": FactSpec(ListOf(Text()), is_required=True),
        "marker": FactSpec(Text(), is_required=True),
        "sendable": FactSpec(ListOf(Text()), is_required=True),
        "functions": FactSpec(ListOf(Text()), is_required=True),
        "instructions": FactSpec(
            ListOf(Text(pattern=PATTERN, form=PATTERN_FORM)), is_required=True
        ),
    },
    placeholders=("type", "marker", "how"),
)


class _Words(NamedTuple):
    traits: frozenset[str]
    marker: str
    sendable: frozenset[str]
    functions: frozenset[tuple[str, ...]]
    instructions: Sequence[Pattern]


class _Masking(NamedTuple):
    """Where a lock masks interrupts, and by what."""

    start: int
    end: int
    how: str


def find_sendable_guards(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding an implementation, at the marker of its guard."""
    words = _Words(
        frozenset(rule.texts("traits")),
        str(rule.facts["marker"]),
        frozenset(rule.texts("sendable")),
        frozenset(tuple(name.split("::")) for name in rule.texts("functions")),
        read_patterns(rule.texts("instructions")),
    )
    for one in program.items():
        imp = one.item
        if not isinstance(imp, it.Impl) or imp.trait is None:
            continue
        if imp.trait.name not in words.traits or one.is_in_macro:
            continue
        marker = _sendable_marker(words, imp)
        masking = None if marker is None else _masking(words, imp)
        if marker is not None and masking is not None:
            yield _claim(program, rule, one, imp, marker, masking)


def _claim(
    program: Program,
    rule: Rule,
    one: ProgramItem,
    imp: it.Impl,
    marker: it.TypeAlias,
    masking: _Masking,
) -> Finding:
    lock = type_name(imp.self_type)
    path = marker.type.path if isinstance(marker.type, it.PathType) else None
    shown = "" if path is None else "::".join(path.names[-2:])
    values = {"type": lock, "marker": shown, "how": masking.how}
    at = program.span(one.path, marker.name_start, marker.end)
    finding = program.claim(rule, at, site="impl", subject=lock, values=values)
    place = program.span(one.path, masking.start, masking.end)
    item = program.name_at(one.path, masking.start)
    return replace(finding, related=(Step(place, item, f"`{masking.how}` masks here"),))


def _sendable_marker(words: _Words, imp: it.Impl) -> it.TypeAlias | None:
    for item in imp.items:
        if isinstance(item, it.TypeAlias) and item.name == words.marker:
            value = type_name(item.type)
            return item if value in words.sendable or value == words.marker else None
    return None


def _masking(words: _Words, imp: it.Impl) -> _Masking | None:
    """The first place in the implementation's functions that masks interrupts."""
    for func in imp.items:
        if not isinstance(func, it.Function) or func.body is None:
            continue
        for node in walk(func.body):
            names: tuple[str, ...] = ()
            if isinstance(node, it.MethodCall):
                names = (node.name,)
            elif isinstance(node, it.Call) and isinstance(node.func, it.PathExpr):
                names = node.func.path.names
            if any(names[-count:] in words.functions for count in range(1, len(names) + 1)):
                return _Masking(node.start, node.end, "::".join(names[-2:]))
        for call in assembly_calls(func):
            assembly = read_assembly(call)
            for instruction in instructions_of(assembly):
                if match_of(assembly, instruction, words.instructions) is not None:
                    return _Masking(instruction.start, instruction.end, instruction.mnemonic)
    return None


CHECK = Check(SPEC, find_sendable_guards)
