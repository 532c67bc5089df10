"""Memory that was only just had, and is taken for values before anything was written to it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.boundaries.facts import is_named
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import alone
from soundcheck.finding import Finding, Step
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import own_of, walk, walk_own

SPEC = CheckSpec(
    facts={
        "makers": FactSpec(ListOf(Text()), is_required=True),
        "takers": FactSpec(ListOf(Text()), is_required=True),
        "looking": FactSpec(ListOf(Text()), default=()),
        "moves": FactSpec(ListOf(Text()), default=()),
        "unless": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("name", "maker", "does"),
)


class _Facts(NamedTuple):
    """The page's lists."""

    makers: frozenset[str]
    takers: frozenset[str]
    looking: frozenset[str]
    moves: frozenset[str]
    unless: frozenset[str]


class _Made(NamedTuple):
    """Memory in a local: what made it, and where."""

    maker: str
    at: it.Node


def find_unwritten(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a local, where the first thing that is done with it takes it for filled."""
    facts = _Facts(
        frozenset(rule.texts("makers")),
        frozenset(rule.texts("takers")),
        frozenset(rule.texts("looking")),
        frozenset(rule.texts("moves")),
        frozenset(rule.texts("unless")),
    )
    for one in program.items():
        if isinstance(one.item, it.Function) and any(
            _maker(facts, call) for call in own_of(one.item, it.Call, it.MethodCall)
        ):
            yield from _in_function(program, rule, facts, one)


def _in_function(
    program: Program, rule: Rule, facts: _Facts, one: ProgramItem
) -> Iterator[Finding]:
    made: dict[str, _Made] = {}
    seen: set[int] = set()
    for node in walk_own(one.item):
        if isinstance(node, it.Let) and isinstance(node.pat, it.BindPat):
            _bind(facts, made, seen, node, node.pat.name)
        elif isinstance(node, it.MethodCall) and node.name in facts.looking:
            seen.add(id(_stem(facts, node.receiver)))
        elif isinstance(node, it.MacroCall) and not node.args and node.body is None:
            for name in [name for name in made if re.search(rf"\b{name}\b", node.text)]:
                del made[name]
        taken = _taken(facts, node)
        if taken is not None:
            place, does = taken
            maker = "" if isinstance(place, it.PathExpr) else _maker(facts, place)
            if maker and not _is_exempt(facts, node):
                yield _claim(program, rule, one, node, f"{maker}(…)", _Made(maker, place), does)
            elif isinstance(place, it.PathExpr) and len(place.path.segments) == 1:
                found = made.pop(place.path.name, None)
                if found is not None:
                    yield _claim(program, rule, one, node, place.path.name, found, does)
        elif isinstance(node, it.PathExpr) and id(node) not in seen:
            # Whatever else is done with it may write to it.
            made.pop(node.path.name, None)


def _bind(facts: _Facts, made: dict[str, _Made], seen: set[int], let: it.Let, name: str) -> None:
    """Take note of a local that is fresh memory, or another name for some."""
    made.pop(name, None)
    value = None if let.value is None else _stem(facts, let.value)
    if isinstance(value, it.PathExpr):
        known = made.pop(value.path.name, None)
        if known is not None:
            made[name] = known
            seen.add(id(value))
    maker = "" if value is None else _maker(facts, value)
    if maker and not _is_exempt(facts, let):
        made[name] = _Made(maker, let.pat)


def _maker(facts: _Facts, value: it.Node) -> str:
    """What makes memory that holds nothing yet, if that is what a value is; else empty.

    A method does that is given a layout and nothing else.
    """
    if isinstance(value, it.MethodCall):
        is_maker = value.name in facts.makers and len(value.args) == 1
        return value.name if is_maker and _is_layout(value.args[0]) else ""
    called = value.func if isinstance(value, it.Call) else None
    if isinstance(called, it.PathExpr) and _last_two(called) in facts.makers:
        return called.path.name
    return ""


def _is_layout(arg: it.Expr) -> bool:
    paths = [node.path for node in walk(arg) if isinstance(node, it.PathExpr)]
    return any("layout" in name.lower() for path in paths for name in path.names)


def _is_exempt(facts: _Facts, node: it.Node) -> bool:
    """Whether the memory is of a type that need not be written to."""
    types: list[it.Type | None] = [one.type for one in walk_own(node) if isinstance(one, it.Cast)]
    if isinstance(node, it.Let):
        types.append(node.type)
    return any(_names(ty) & facts.unless for ty in types if ty is not None)


def _names(ty: it.Type) -> set[str]:
    match ty:
        case it.PathType():
            inside = [arg for segment in ty.path.segments for arg in segment.args]
            return {ty.path.name}.union(*map(_names, inside))
        case it.PtrType() | it.RefType() | it.SliceType() | it.ArrayType():
            return _names(ty.inner)
        case _:
            return set()


def _taken(facts: _Facts, node: it.Node) -> tuple[it.Expr, str] | None:
    """The memory that a piece of a body takes for values, and what it does."""
    place: it.Expr | None = None
    does = ""
    if isinstance(node, it.MethodCall) and node.name in facts.takers:
        # A pointer that keeps its type is not taken for a value of another.
        is_other = isinstance(node.receiver, it.Cast) or not node.name.startswith("as_")
        place = _stem(facts, node.receiver) if is_other else None
        does = f"`{node.name}`"
    elif isinstance(node, it.Call) and isinstance(node.func, it.PathExpr) and node.args:
        if is_named(_last_two(node.func), facts.takers):
            place, does = _stem(facts, node.args[0]), f"`{node.func.path.name}`"
    elif isinstance(node, it.Ref) and not node.is_raw:
        match node.operand:
            case it.Unary(op="*", operand=it.Cast() as pointer):
                place, does = _stem(facts, pointer), "a reference"
    return None if place is None else (place, does)


def _stem(facts: _Facts, expr: it.Expr) -> it.Expr:
    """What a value is made of by casts, and by what moves it or tells that it is there."""
    while True:
        match expr:
            case it.Cast() | it.Try():
                expr = expr.operand
            case it.Block(tail=tail) if tail is not None and not expr.stmts:
                expr = tail
            case it.MethodCall() if expr.name in facts.moves:
                expr = expr.receiver
            case it.Call(func=it.PathExpr() as func) if expr.args and func.path.name in facts.moves:
                expr = expr.args[0]
            case _:
                return expr


def _last_two(func: it.PathExpr) -> str:
    return "::".join(func.path.names[-2:])


def _claim(
    program: Program,
    rule: Rule,
    one: ProgramItem,
    node: it.Node,
    name: str,
    found: _Made,
    does: str,
) -> Finding:
    start, end = node.start, node.end
    if isinstance(node, it.MethodCall):
        start, end = node.name_start, node.name_start + len(node.name.encode())
    elif isinstance(node, it.Call):
        start, end = node.func.start, node.func.end
    made = Step(
        program.span(one.path, found.at.start, found.at.end), one.name, "the memory is had here"
    )
    values = {"name": name, "maker": found.maker, "does": does}
    at = program.span(one.path, start, end)
    return program.claim(rule, at, site="memory", subject=name, values=values, related=(made,))


CHECK = alone(SPEC, find_unwritten)
