"""Guards that set on drop what their constructor has cleared, whatever it was before."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.outline import type_name
from soundcheck.finding import Finding, Step
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.inline_assembly import read_assembly
from soundcheck.syntax.instructions import (
    PATTERN,
    PATTERN_FORM,
    Pattern,
    instructions_of,
    match_of,
    read_patterns,
)
from soundcheck.syntax.straight import always_run
from soundcheck.syntax.visit import walk_own

_PATTERNS = ListOf(Text(pattern=PATTERN, form=PATTERN_FORM))

SPEC = CheckSpec(
    facts={
        "masking": FactSpec(_PATTERNS, default=()),
        "unmasking": FactSpec(_PATTERNS, default=()),
        "masking_calls": FactSpec(ListOf(Text()), default=()),
        "unmasking_calls": FactSpec(ListOf(Text()), default=()),
        "asking_calls": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("guard", "what"),
)


class _Words(NamedTuple):
    masking: Sequence[Pattern]
    unmasking: Sequence[Pattern]
    masking_calls: frozenset[tuple[str, ...]]
    unmasking_calls: frozenset[tuple[str, ...]]
    asking_calls: frozenset[tuple[str, ...]]


class _Act(NamedTuple):
    """What a body always does: ``masks``, ``unmasks``, or sets a flag to ``true`` or ``false``."""

    flag: str
    value: str
    start: int
    end: int


def find_unnested_guards(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a guard, at what its ``drop`` sets."""
    words = _Words(
        read_patterns(rule.texts("masking")),
        read_patterns(rule.texts("unmasking")),
        _paths(rule.texts("masking_calls")),
        _paths(rule.texts("unmasking_calls")),
        _paths(rule.texts("asking_calls")),
    )
    makers: dict[tuple[str, str], list[ProgramItem]] = defaultdict(list)
    drops: list[tuple[str, ProgramItem]] = []
    for one in program.items():
        func, inside = one.item, one.container
        if not isinstance(func, it.Function) or not isinstance(inside, it.Impl) or one.is_in_macro:
            continue
        name = type_name(inside.self_type)
        if inside.trait is not None and inside.trait.name == "Drop":
            drops.append((name, one))
        elif _makes(func, name):
            makers[one.path, name].append(one)
    for name, drop in drops:
        for maker in makers.get((drop.path, name), ()):
            pair = _pair(words, maker, drop)
            if pair is not None:
                yield _claim(program, rule, name, (maker, drop), pair)
                break


def _paths(names: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(name.split("::")) for name in names)


def _makes(func: it.Function, name: str) -> bool:
    return not func.receiver and type_name(func.ret) in ("Self", name)


def _claim(
    program: Program,
    rule: Rule,
    name: str,
    items: tuple[ProgramItem, ProgramItem],
    pair: tuple[_Act, _Act],
) -> Finding:
    maker, drop = items
    first, last = pair
    what = f"sets `{last.flag}` to `{last.value}`" if last.flag else "unmasks interrupts"
    at = program.span(drop.path, last.start, last.end)
    finding = program.claim(
        rule, at, site="drop", subject=name, values={"guard": name, "what": what}
    )
    place = program.span(maker.path, first.start, first.end)
    step = Step(place, maker.name, "set without a look at what it was")
    return replace(finding, related=(step,))


def _pair(words: _Words, maker: ProgramItem, drop: ProgramItem) -> tuple[_Act, _Act] | None:
    """What the constructor sets and ``drop`` unsets, neither looking at what was before."""
    for last in _acts(words, drop.item):
        for first in _acts(words, maker.item):
            if first.flag == last.flag and first.value != last.value:
                looks = _looks_at(words, maker.item, first) or _looks_at(words, drop.item, last)
                if not looks:
                    return first, last
    return None


def _acts(words: _Words, item: it.AnyItem) -> Iterator[_Act]:
    if not isinstance(item, it.Function) or item.body is None:
        return
    for node in always_run(item.body):
        if isinstance(node, it.Assign) and not node.op and isinstance(node.target, it.Field):
            value = node.value
            if isinstance(value, it.Lit) and value.kind == "bool":
                yield _Act(node.target.name, value.text, node.start, node.end)
        elif isinstance(node, it.MacroCall) and node.path.name in ("asm", "llvm_asm"):
            assembly = read_assembly(node)
            for instruction in instructions_of(assembly):
                if match_of(assembly, instruction, words.masking):
                    yield _Act("", "masked", instruction.start, instruction.end)
                if match_of(assembly, instruction, words.unmasking):
                    yield _Act("", "unmasked", instruction.start, instruction.end)
        elif _is_call(node, words.masking_calls):
            yield _Act("", "masked", node.start, node.end)
        elif _is_call(node, words.unmasking_calls):
            yield _Act("", "unmasked", node.start, node.end)


def _is_call(node: it.Node, paths: frozenset[tuple[str, ...]]) -> bool:
    if not isinstance(node, it.Call) or not isinstance(node.func, it.PathExpr):
        return False
    names = node.func.path.names
    return any(names[-count:] in paths for count in range(1, len(names) + 1))


def _looks_at(words: _Words, item: it.AnyItem, act: _Act) -> bool:
    """Whether a body asks for the state that it sets."""
    targets = {id(node.target) for node in walk_own(item) if isinstance(node, it.Assign)}
    for node in walk_own(item):
        if act.flag and isinstance(node, it.Field) and node.name == act.flag:
            if id(node) not in targets:
                return True
        elif not act.flag and _is_call(node, words.asking_calls):
            return True
    return False


CHECK = Check(SPEC, find_unnested_guards)
