"""Safe functions that have the processor keep the address of what they only borrow.

A descriptor table is read long after the instruction that names it: it must live as long as it is
loaded, and a borrow says nothing of that.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import FileCheck, judge_again
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
from soundcheck.syntax.visit import walk, walk_own

SPEC = CheckSpec(
    facts={
        "given": FactSpec(ListOf(Text(pattern=PATTERN, form=PATTERN_FORM)), is_required=True),
        "given_calls": FactSpec(ListOf(Text()), default=()),
        "pointers": FactSpec(ListOf(Text()), is_required=True),
    },
    placeholders=("function", "instruction", "borrowed"),
    needs_model=True,
)

_STATIC = "static"
_ADDRESS_OF = frozenset({"addr_of", "addr_of_mut"})


class _Facts(NamedTuple):
    """The page's lists; ``calls`` are the places of calls that run such an instruction."""

    given: tuple[Pattern, ...]
    pointers: frozenset[str]
    calls: frozenset[tuple[str, int, int]] = frozenset()


def find_assembly(program: Program, rule: Rule, _around: None) -> Iterator[Finding]:
    """One finding a function, at its name; the first instruction is shown beside it."""
    facts = _facts(rule)
    for path in program.paths:
        if any(one.site.kind == "asm" for one in program.facts[path].sites):
            for one in program.items(path):
                yield from _in_function(program, rule, facts, one)


def find_kept(
    program: Program, rule: Rule, seen: Mapping[str, Sequence[Finding]]
) -> Iterator[Finding]:
    """The same, with the calls of functions that run such an instruction."""
    called = program.calls_of(frozenset(rule.texts("given_calls")))
    calls = frozenset((path, site.start, site.end) for _, path, site in called)
    again = partial(_in_function, program, rule, _facts(rule)._replace(calls=calls))
    yield from judge_again(program, seen, [(path, start) for path, start, _ in calls], again)


def _facts(rule: Rule) -> _Facts:
    return _Facts(read_patterns(rule.texts("given")), frozenset(rule.texts("pointers")))


def _in_function(
    program: Program, rule: Rule, facts: _Facts, one: ProgramItem
) -> Iterator[Finding]:
    func = one.item
    if not isinstance(func, it.Function) or func.body is None or func.is_unsafe:
        return
    borrowed = _borrowed(one, func)
    if not borrowed:
        return
    sources = {name: name for name in borrowed}
    for node in walk_own(func):
        if isinstance(node, it.Let) and isinstance(node.pat, it.BindPat):
            value = node.value
            found = "" if value is None else _address_in(facts, sources, borrowed, [value])
            sources.pop(node.pat.name, None)
            if found:
                sources[node.pat.name] = found
    for start, end, text, operands in _instructions(facts, one, func):
        found = _address_in(facts, sources, borrowed, operands)
        if found:
            values = {"function": func.name, "instruction": text, "borrowed": found}
            place = func.name_start, func.name_start + len(func.name.encode())
            at = program.span(one.path, *place)
            claim = program.claim(rule, at, site="function", subject=one.name, values=values)
            there = program.span(one.path, start, end)
            step = Step(there, claim.item, f"`{text}` keeps the address")
            yield replace(claim, related=(step,))
            return


def _borrowed(one: ProgramItem, func: it.Function) -> frozenset[str]:
    """What a function borrows for no longer than its caller likes, by the names of it."""
    names: set[str] = set()
    inside = one.container
    # An impl for what lives for ever has that in its header.
    is_static = isinstance(inside, it.Impl) and _is_static(inside.self_type)
    is_borrow = func.receiver.startswith("&") and func.receiver_lifetime != _STATIC
    if is_borrow and not is_static:
        names.add("self")
    for param in func.params:
        is_lent = isinstance(param.type, it.RefType) and not _is_static(param.type)
        if is_lent and isinstance(param.pat, it.BindPat):
            names.add(param.pat.name)
    return frozenset(names)


def _is_static(ty: it.Type | None) -> bool:
    """Whether a type has something in it that lives for ever."""
    match ty:
        case it.LifetimeType():
            return ty.name == _STATIC
        case it.PathType():
            return any(_is_static(arg) for one in ty.path.segments for arg in one.args)
        case it.RefType():
            return ty.lifetime == _STATIC or _is_static(ty.inner)
        case _:
            return False


def _instructions(
    facts: _Facts, one: ProgramItem, func: it.Function
) -> Iterator[tuple[int, int, str, Sequence[it.Expr]]]:
    """What keeps an address: where it stands, what it is called, and what it is given."""
    for call in assembly_calls(func):
        assembly = read_assembly(call)
        for instruction in instructions_of(assembly):
            if match_of(assembly, instruction, facts.given) is not None:
                yield instruction.start, instruction.end, instruction.mnemonic, call.args
    for node in walk(func.body) if facts.calls and func.body is not None else ():
        if isinstance(node, it.Call) and (one.path, node.start, node.end) in facts.calls:
            name = node.func.path.name if isinstance(node.func, it.PathExpr) else ""
            yield node.start, node.end, name, node.args


def _address_in(
    facts: _Facts,
    sources: dict[str, str],
    borrowed: frozenset[str],
    exprs: Sequence[it.Expr],
) -> str:
    """The borrowed value whose address is part of some expressions, if there is one.

    A number that is read from it is none; a reference to it, a pointer, and what a method of its
    own makes of it are.
    """
    for expr in exprs:
        for node in walk(expr):
            match node:
                case it.Cast(operand=it.PathExpr() as path) | it.Ref(operand=it.PathExpr() as path):
                    name = path.path.name
                case it.Ref(operand=place) if isinstance(place, it.Field | it.Index):
                    name = _root(place)
                case it.MacroCall() if node.path.name in _ADDRESS_OF and node.args:
                    name = _root(node.args[0])
                case it.MethodCall(receiver=it.PathExpr() as path):
                    name = path.path.name
                case it.MethodCall() if node.name in facts.pointers:
                    name = _root(node.receiver)
                case it.Call():
                    names = [arg.path.name for arg in node.args if isinstance(arg, it.PathExpr)]
                    name = next((one for one in names if one in sources), "")
                case it.PathExpr() if node.path.name not in borrowed:
                    name = node.path.name
                case _:
                    continue
            if name in sources:
                return sources[name]
    return ""


def _root(place: it.Expr) -> str:
    while isinstance(place, it.Field | it.Index):
        place = place.base
    return place.path.name if isinstance(place, it.PathExpr) else ""


CHECK = FileCheck(SPEC, find_assembly, lambda _program, _rule: None, conclude=find_kept)
