"""Assembly whose options say that it leaves memory alone, where its instructions do not.

In the syntax before options a clobber says what the assembly may write: there the fault is that
it is not written.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import alone
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
from soundcheck.syntax.visit import walk

_PATTERNS = ListOf(Text(pattern=PATTERN, form=PATTERN_FORM))

SPEC = CheckSpec(
    facts={
        "options": FactSpec(ListOf(Text()), is_required=True),
        "clobbers": FactSpec(ListOf(Text()), default=()),
        "instructions": FactSpec(_PATTERNS, default=()),
        "harmless": FactSpec(_PATTERNS, default=()),
        "stacks": FactSpec(ListOf(Text()), default=()),
        "pointer_methods": FactSpec(ListOf(Text()), default=()),
        "operands": FactSpec(ListOf(Text(choices=("memory", "pointer"))), default=()),
    },
    placeholders=("instruction", "option"),
)

# What brackets an address in any assembler: `[…]`, `8(…)`, and the segments of x86.
_MEMORY = re.compile(r"\[(?P<in>[^\]]*)\]|[\w}]*\((?P<at>[^)]*)\)|\b[fg]s:")
_WORD = re.compile(r"[a-z_]\w*")


class _Facts(NamedTuple):
    options: tuple[str, ...]
    clobbers: tuple[str, ...]
    instructions: tuple[Pattern, ...]
    harmless: tuple[Pattern, ...]
    stacks: frozenset[str]
    pointer_methods: frozenset[str]
    operands: frozenset[str]


def find_contradicted_options(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a call of an assembly macro, at the option that one of its parts contradicts."""
    facts = _Facts(
        rule.texts("options"),
        rule.texts("clobbers"),
        read_patterns(rule.texts("instructions")),
        read_patterns(rule.texts("harmless")),
        frozenset(rule.texts("stacks")),
        frozenset(rule.texts("pointer_methods")),
        frozenset(rule.texts("operands")),
    )
    for path in program.paths:
        if not any(one.site.kind == "asm" for one in program.facts[path].sites):
            continue
        for one in program.items(path):
            for call in assembly_calls(one.item):
                yield from _in_call(program, rule, facts, one, call)


def _in_call(
    program: Program, rule: Rule, facts: _Facts, one: ProgramItem, call: it.MacroCall
) -> Iterator[Finding]:
    assembly = read_assembly(call)
    lie = _lie(facts, assembly, call)
    if lie is None:
        return
    at, said = lie
    found = _contradiction(facts, assembly, one, call)
    if found is None:
        return
    place, shown = found
    values = {"instruction": shown, "option": said}
    finding = program.claim(rule, program.span(one.path, *at), site="asm", values=values)
    proof = Step(program.span(one.path, *place), finding.item, f"`{shown}` is here")
    yield replace(finding, related=(proof,))


def _lie(
    facts: _Facts, assembly: Assembly, call: it.MacroCall
) -> tuple[tuple[int, int], str] | None:
    """Where and how the call says that it leaves memory alone, if it does."""
    if assembly.is_old:
        if not facts.clobbers or any(one.name in facts.clobbers for one in assembly.clobbers):
            return None
        wanted = facts.clobbers[0]
        return (call.start, call.start + len(call.path.name)), f"no `{wanted}` clobber"
    option = assembly.option(*facts.options)
    return None if option is None else ((option.start, option.end), f"`{option.name}`")


def _contradiction(
    facts: _Facts, assembly: Assembly, one: ProgramItem, call: it.MacroCall
) -> tuple[tuple[int, int], str] | None:
    """The place and text of the first part that does not leave memory alone."""
    instructions = [
        instruction
        for instruction in instructions_of(assembly)
        if match_of(assembly, instruction, facts.harmless) is None
    ]
    for instruction in instructions:
        if match_of(assembly, instruction, facts.instructions) is not None:
            return (instruction.start, instruction.end), _shown(assembly, instruction)
    if "memory" in facts.operands:
        for instruction in instructions:
            if _is_access(facts, instruction):
                return (instruction.start, instruction.end), _shown(assembly, instruction)
    if "pointer" in facts.operands and instructions:
        pointers = _pointer_names(one.item)
        for operand in assembly.operands:
            if operand.is_input and _is_pointer(facts, pointers, call, operand):
                return (operand.start, operand.end), operand.text
    return None


def _shown(assembly: Assembly, instruction: Instruction) -> str:
    """An instruction with the texts of its operands in the place of their numbers."""
    text = instruction.text
    for index in dict.fromkeys(placeholders(text)):
        if index < len(assembly.operands):
            operand = assembly.operands[index]
            text = text.replace(f"{{{index}}}", operand.name or operand.text)
    return text


def _is_access(facts: _Facts, instruction: Instruction) -> bool:
    """Whether an operand is in memory that is not this block's own stack."""
    for operand in instruction.operands:
        match = _MEMORY.search(operand)
        if match is None:
            continue
        words = set(_WORD.findall(match["in"] or match["at"] or ""))
        if not words & facts.stacks:
            return True
    return False


# -- pointers ----------------------------------------------------------------------------------


def _pointer_names(item: it.AnyItem) -> Mapping[str, bool]:
    """The parameters and locals that are declared, and whether as pointers or references."""
    names: dict[str, bool] = {}
    if not isinstance(item, it.Function) or item.body is None:
        return names
    for param in item.params:
        if isinstance(param.pat, it.BindPat):
            names[param.pat.name] = isinstance(param.type, it.PtrType | it.RefType)
    for node in walk(item.body):
        if isinstance(node, it.Let) and isinstance(node.pat, it.BindPat):
            is_declared = isinstance(node.type, it.PtrType | it.RefType)
            names[node.pat.name] = is_declared or _is_made_pointer(node.value)
    return names


def _is_made_pointer(value: it.Expr | None) -> bool:
    if isinstance(value, it.Cast):
        return isinstance(value.type, it.PtrType)
    return isinstance(value, it.Ref)


def _is_pointer(
    facts: _Facts, pointers: Mapping[str, bool], call: it.MacroCall, operand: Operand
) -> bool:
    return any(
        operand.start <= arg.start and arg.end <= operand.end and _is_address(facts, pointers, arg)
        for arg in call.args
    )


def _is_address(facts: _Facts, pointers: Mapping[str, bool], expr: it.Expr) -> bool:
    """Whether an expression is a pointer by sight: a cast to an integer has made it none."""
    if _is_made_pointer(expr):
        return True
    if isinstance(expr, it.MethodCall):
        return expr.name in facts.pointer_methods
    if isinstance(expr, it.PathExpr) and len(expr.path.segments) == 1:
        return pointers.get(expr.path.name, False)
    return False


CHECK = alone(SPEC, find_contradicted_options)
