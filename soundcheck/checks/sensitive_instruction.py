"""Safe functions that run instructions which only their caller could know to be right here.

Some are wrong wherever a caller does not expect them: they are looked for where a body always
runs them. Others are wrong with a wrong operand: they are looked for where the operand is a
parameter that any caller can make up, and that is not looked at before.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace

from soundcheck.catalog import CheckSpec, FactSpec, Flag, ListOf, Rule, Text
from soundcheck.checks.kinds import FileCheck, judge_again
from soundcheck.crates.outline import type_name
from soundcheck.finding import Finding, Step
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.inline_assembly import Assembly, Operand, assembly_calls, read_assembly
from soundcheck.syntax.instructions import (
    PATTERN,
    PATTERN_FORM,
    Instruction,
    Pattern,
    instructions_of,
    match_of,
    placeholders,
    read_patterns,
)
from soundcheck.syntax.parameters import Aliases, follow_parameters, is_free
from soundcheck.syntax.straight import always_run
from soundcheck.syntax.visit import walk

_PATTERNS = ListOf(Text(pattern=PATTERN, form=PATTERN_FORM))
# A local label: what follows a jump to one may be left out.
_LABEL = re.compile(r"\d+[bf]")
_CALL = Text(pattern=r"\w+(::\w+)+( \d+)*", form="a path, and numbers of arguments from 0")

SPEC = CheckSpec(
    facts={
        "always": FactSpec(_PATTERNS, default=()),
        "always_calls": FactSpec(ListOf(_CALL), default=()),
        "given": FactSpec(_PATTERNS, default=()),
        "given_registers": FactSpec(_PATTERNS, default=()),
        "given_calls": FactSpec(ListOf(_CALL), default=()),
        "types": FactSpec(ListOf(Text()), default=()),
        "witnesses": FactSpec(ListOf(Text()), default=()),
        "traits": FactSpec(ListOf(Text()), default=()),
        "returning": FactSpec(Flag(), default=False),
    },
    placeholders=("name", "instruction", "how"),
    needs_model=True,
)


_Calls = Mapping[tuple[str, int, int], tuple[int, ...]]


class _Facts(NamedTuple):
    """The page's lists; ``calls`` are arguments that matter by the file and place of a call."""

    always: tuple[Pattern, ...]
    given: tuple[Pattern, ...]
    given_registers: tuple[Pattern, ...]
    types: frozenset[str]
    witnesses: tuple[str, ...]
    traits: frozenset[str]
    returning: bool
    always_calls: _Calls = MappingProxyType({})
    given_calls: _Calls = MappingProxyType({})


class _Hit(NamedTuple):
    """What is run, where, and what makes it wrong."""

    start: int
    end: int
    text: str
    how: str


def find_assembly(program: Program, rule: Rule, _around: None) -> Iterator[Finding]:
    """One finding a function, at its name; the first instruction is shown beside it."""
    facts = _facts(rule)
    for path in program.paths:
        if any(one.site.kind == "asm" for one in program.facts[path].sites):
            for one in program.items(path):
                yield from _in_function(program, rule, facts, one)


def find_sensitive(
    program: Program, rule: Rule, seen: Mapping[str, Sequence[Finding]]
) -> Iterator[Finding]:
    """The same, with the calls of functions that run such an instruction."""
    facts = _facts(rule)._replace(
        always_calls=_called(program, rule.texts("always_calls")),
        given_calls=_called(program, rule.texts("given_calls")),
    )
    calls = [(path, start) for path, start, _ in (*facts.always_calls, *facts.given_calls)]
    again = partial(_in_function, program, rule, facts)
    yield from judge_again(program, seen, calls, again)


def _facts(rule: Rule) -> _Facts:
    return _Facts(
        read_patterns(rule.texts("always")),
        read_patterns(rule.texts("given")),
        read_patterns(rule.texts("given_registers")),
        frozenset(rule.texts("types")),
        rule.texts("witnesses"),
        frozenset(rule.texts("traits")),
        bool(rule.facts["returning"]),
    )


def _in_function(
    program: Program, rule: Rule, facts: _Facts, one: ProgramItem
) -> Iterator[Finding]:
    func = one.item
    if isinstance(func, it.Function) and _is_judged(facts, one, func):
        hit = _hit(facts, one, func)
        if hit is not None:
            yield _claim(program, rule, one, func, hit)


def _is_judged(facts: _Facts, one: ProgramItem, func: it.Function) -> bool:
    """Whether a function is one that safe code of the program calls."""
    if func.is_unsafe or func.body is None or func.abi or one.is_in_macro:
        return False
    if facts.returning and isinstance(func.ret, it.NeverType):
        return False
    inside = one.container
    if isinstance(inside, it.Impl) and inside.trait is not None:
        return inside.trait.name not in facts.traits and not inside.is_unsafe
    return not (isinstance(inside, it.Trait) and inside.is_unsafe)


def _claim(program: Program, rule: Rule, one: ProgramItem, func: it.Function, hit: _Hit) -> Finding:
    at = program.span(one.path, func.name_start, func.name_start + len(func.name.encode()))
    values = {"name": func.name, "instruction": hit.text, "how": hit.how}
    finding = program.claim(rule, at, site="function", subject=one.name, values=values)
    place = program.span(one.path, hit.start, hit.end)
    return replace(finding, related=(Step(place, finding.item, f"`{hit.text}` is run here"),))


def _hit(facts: _Facts, one: ProgramItem, func: it.Function) -> _Hit | None:
    if func.body is None:
        return None
    if (facts.always or facts.always_calls) and not _has_witness(facts, func):
        for node in always_run(func.body):
            hit = _always(facts, one.path, node)
            if hit is not None:
                return hit
    aliases = follow_parameters(func, lambda ty: is_free(ty, facts.types))
    return _given(facts, one, func, aliases) if aliases.names else None


def _has_witness(facts: _Facts, func: it.Function) -> bool:
    """Whether a parameter is a value that only who may call has."""
    names = [type_name(param.type) for param in func.params]
    return any(name.endswith(facts.witnesses) for name in names) if facts.witnesses else False


def _always(facts: _Facts, path: str, node: it.Expr) -> _Hit | None:
    how = "whenever it is called"
    if isinstance(node, it.MacroCall) and node.path.name in ("asm", "llvm_asm"):
        found: dict[Pattern, list[Instruction]] = {}
        assembly = read_assembly(node)
        for instruction in instructions_of(assembly):
            if any(_LABEL.fullmatch(operand) for operand in instruction.operands):
                break
            pattern = match_of(assembly, instruction, facts.always)
            if pattern is not None:
                found.setdefault(pattern, []).append(instruction)
        for instructions in found.values():
            # What is done twice is undone: to another stack, and back from it.
            if len(instructions) % 2:
                first = instructions[0]
                return _Hit(first.start, first.end, _shown(first), how)
    if (path, node.start, node.end) in facts.always_calls:
        return _Hit(node.start, node.end, _name_of(node), how)
    return None


def _given(facts: _Facts, one: ProgramItem, func: it.Function, aliases: Aliases) -> _Hit | None:
    for call in assembly_calls(func):
        if call.path.name in ("naked_asm", "global_asm"):
            continue
        assembly = read_assembly(call)
        for instruction in instructions_of(assembly):
            param = _parameter_in(_operands_of(facts, assembly, instruction), call, aliases)
            if param:
                how = f"on its parameter `{param}`"
                return _Hit(instruction.start, instruction.end, _shown(instruction), how)
    if func.body is None or not facts.given_calls:
        return None
    for node in walk(func.body):
        for index in facts.given_calls.get((one.path, node.start, node.end), ()):
            args = _arguments(node)
            param = aliases.unchecked(args[index], node.start) if index < len(args) else ""
            if param:
                return _Hit(node.start, node.end, _name_of(node), f"on its parameter `{param}`")
    return None


def _shown(instruction: Instruction) -> str:
    """The mnemonic, and the register it writes where that is a system's."""
    first = next(iter(instruction.operands), "")
    is_told = instruction.mnemonic.startswith(("m", "csr", "cps")) and first.isidentifier()
    return f"{instruction.mnemonic} {first}" if is_told else instruction.mnemonic


def _operands_of(facts: _Facts, assembly: Assembly, instruction: Instruction) -> Sequence[Operand]:
    """The operands that make a sensitive instruction wrong if they are; none if it is none.

    Those it names, or all where it takes them from registers that it does not name.
    """
    inputs = [one for one in assembly.operands if one.is_input]
    pattern = match_of(assembly, instruction, facts.given_registers)
    if pattern is not None:
        return [one for one in inputs if one.register in pattern.operands]
    if match_of(assembly, instruction, facts.given) is None:
        return ()
    numbers = frozenset(placeholders(instruction.text))
    named = [one for index, one in enumerate(assembly.operands) if index in numbers]
    return [one for one in named if one.is_input] if named else inputs


def _parameter_in(operands: Sequence[Operand], call: it.MacroCall, aliases: Aliases) -> str:
    """The parameter that one of some operands is."""
    for operand in operands:
        for arg in call.args:
            if operand.start <= arg.start and arg.end <= operand.end:
                param = aliases.unchecked(arg, call.start)
                if param:
                    return param
    return ""


# -- calls of functions that run such an instruction -------------------------------------------


def _called(program: Program, calls: Sequence[str]) -> _Calls:
    """The places at which one of some functions is called, with the arguments that matter."""
    wanted: dict[str, tuple[int, ...]] = {}
    for call in calls:
        path, *numbers = call.split()
        wanted[path] = tuple(int(number) for number in numbers)
    return {
        (path, site.start, site.end): wanted[name] for name, path, site in program.calls_of(wanted)
    }


def _arguments(node: it.Node) -> Sequence[it.Expr]:
    return node.args if isinstance(node, it.Call | it.MethodCall) else ()


def _name_of(node: it.Node) -> str:
    if isinstance(node, it.MethodCall):
        return node.name
    if isinstance(node, it.Call) and isinstance(node.func, it.PathExpr):
        return "::".join(node.func.path.names[-2:])
    return "…"


CHECK = FileCheck(SPEC, find_assembly, lambda _program, _rule: None, conclude=find_sensitive)
