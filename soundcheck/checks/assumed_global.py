"""Safe functions that take for granted that another function has filled a global before."""

from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.boundaries.contracts import is_open
from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.operations import Operation, Origin
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.syntax.show import show_path
from soundcheck.syntax.visit import walk

SPEC = CheckSpec(
    facts={
        "callees": FactSpec(ListOf(Text()), is_required=True),
        "empty": FactSpec(ListOf(Text()), is_required=True),
        "null": FactSpec(ListOf(Text()), is_required=True),
        "loads": FactSpec(ListOf(Text()), default=()),
        "setters": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("function", "static", "does"),
    needs_model=True,
)


class _Facts(NamedTuple):
    """The page's lists."""

    callees: frozenset[str]
    empty: frozenset[str]
    null: frozenset[str]
    loads: frozenset[str]
    setters: frozenset[str]


def find_assumed_globals(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function and static, at the first use."""
    facts = _Facts(
        frozenset(rule.texts("callees")),
        frozenset(rule.texts("empty")),
        frozenset(rule.texts("null")),
        frozenset(rule.texts("loads")),
        frozenset(rule.texts("setters")),
    )
    defmap = program.world.defmap
    for index, operations in program.operations.items():
        target = defmap.defs[index]
        if not is_open(defmap, target):
            continue
        told: set[int] = set()
        for operation in operations:
            origin = _assumed(program, facts, target, operation)
            if origin is not None and origin.target not in told:
                told.add(origin.target)
                yield _claim(program, rule, target, operation, origin)


def _assumed(program: Program, facts: _Facts, target: Def, operation: Operation) -> Origin | None:
    """The static that an operation takes for filled."""
    is_read = operation.kind == "dereference" and operation.access != "address"
    if not is_read and not is_named(operation.name, facts.callees):
        return None
    for origin in operation.operands[0].origins if operation.operands else ():
        if origin.kind != "static" or origin.checks or origin.is_offset:
            continue
        if is_read and not program.values.is_moved(origin, facts.loads):
            continue
        static = program.world.defmap.defs[origin.target].item
        names = facts.null if is_read else facts.empty
        if not isinstance(static, it.Static) or not _begins_with(static, names):
            continue
        if not _is_set_before(facts, target, static.name, operation.start):
            return origin
    return None


def _begins_with(static: it.Static, names: frozenset[str]) -> bool:
    """Whether one of some names stands in what a static begins with."""
    if static.value is None:
        return False
    return any(
        is_named(show_path(node.path), names)
        for node in walk(static.value)
        if isinstance(node, it.PathExpr)
    )


def _is_set_before(facts: _Facts, target: Def, name: str, before: int) -> bool:
    """Whether a function fills a static itself before it uses it."""
    body = target.item.body if isinstance(target.item, it.Function) else None
    for node in walk(body) if body is not None else ():
        if node.start >= before:
            continue
        filled: it.Node | None = None
        if isinstance(node, it.MethodCall) and is_named(node.name, facts.setters):
            filled = node.receiver
        elif isinstance(node, it.Assign):
            filled = node.target
        if filled is not None and any(
            isinstance(one, it.PathExpr) and one.path.name == name for one in walk(filled)
        ):
            return True
    return False


def _claim(
    program: Program, rule: Rule, target: Def, operation: Operation, origin: Origin
) -> Finding:
    static = program.world.defmap.defs[origin.target]
    does = "dereferences"
    if operation.kind == "call":
        does = f"calls `{operation.name.rpartition('::')[2]}` on"
    values = {"function": target.name, "static": static.name, "does": does}
    at = program.span(target.file, operation.start, operation.end)
    item = static.item
    related: tuple[Step, ...] = ()
    if item is not None and not isinstance(item, it.Variant) and static.file in program.facts:
        place = program.span(
            static.file, item.name_start, item.name_start + len(item.name.encode())
        )
        related = (Step(place, static.path, f"`{static.name}` begins empty"),)
    return program.claim(
        rule, at, site=operation.kind, subject=static.path, values=values, related=related
    )


CHECK = Check(SPEC, find_assumed_globals)
