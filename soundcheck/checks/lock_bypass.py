"""A lock that is opened, or gone around, from outside of the module that makes it a lock.

Where the workspace declares the method itself, what can see the method by its visibility is the
lock's own; where one is forwarded or wrapped, the wrapper is.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import FileCheck
from soundcheck.crates.outline import type_name
from soundcheck.finding import Finding
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.show import show_expr
from soundcheck.syntax.visit import own_of

SPEC = CheckSpec(
    facts={
        "methods": FactSpec(ListOf(Text()), is_required=True),
        "raw_methods": FactSpec(ListOf(Text()), default=()),
        "raw_getters": FactSpec(ListOf(Text()), default=()),
        "raw_types": FactSpec(ListOf(Text()), default=()),
        "own_functions": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("call", "method"),
)


class Declared(NamedTuple):
    """Of the workspace: the modules whose own a method is; the statics that are raw locks."""

    homes: Mapping[str, frozenset[str]]
    raw_statics: frozenset[str]


class _Words(NamedTuple):
    """The page's lists, and what the workspace declares."""

    methods: frozenset[str]
    raw_methods: frozenset[str]
    raw_getters: frozenset[str]
    own_functions: frozenset[str]
    declared: Declared


def find_bypasses(program: Program, rule: Rule, declared: Declared) -> Iterator[Finding]:
    """One finding a call."""
    words = _Words(
        frozenset(rule.texts("methods")),
        frozenset(rule.texts("raw_methods")),
        frozenset(rule.texts("raw_getters")),
        frozenset(rule.texts("own_functions")),
        declared,
    )
    for one in program.items():
        if not isinstance(one.item, it.Function) or one.item.body is None or one.is_in_macro:
            continue
        for node in own_of(one.item, it.Call, it.MethodCall):
            name, start, subject = _called(words, node)
            if not name or _is_own(words, one, name, node):
                continue
            at = program.span(one.path, start, start + len(name.encode()))
            values = {"call": subject, "method": name}
            yield program.claim(rule, at, site="call", subject=subject, values=values)


def _called(words: _Words, node: it.Node) -> tuple[str, int, str]:
    """The name of what is called, where it stands, and the call's text; empty for other nodes."""
    if isinstance(node, it.MethodCall):
        if node.name in words.methods or (
            node.name in words.raw_methods and _is_raw(words, node.receiver)
        ):
            return node.name, node.name_start, show_expr(node)
    elif isinstance(node, it.Call) and isinstance(node.func, it.PathExpr):
        name = node.func.path.name
        if name in words.methods:
            return name, node.func.end - len(name.encode()), show_expr(node)
    return "", 0, ""


def _is_raw(words: _Words, receiver: it.Expr) -> bool:
    if isinstance(receiver, it.MethodCall):
        return receiver.name in words.raw_getters
    return isinstance(receiver, it.PathExpr) and receiver.path.name in words.declared.raw_statics


def _is_own(words: _Words, one: ProgramItem, name: str, node: it.Node) -> bool:
    """Whether the lock's own code calls: its module, what forwards the call or wraps the lock."""
    if one.item.name == name:
        return True
    path = one.module.path
    homes = words.declared.homes.get(name, frozenset())
    if any(path == home or path.startswith(f"{home}::") for home in homes):
        return True
    is_of_self = isinstance(node, it.MethodCall) and _root_of(node.receiver) == "self"
    return is_of_self and one.item.name in words.own_functions


def _root_of(expr: it.Expr) -> str:
    """The name that a place or a chain of calls begins with."""
    while True:
        if isinstance(expr, it.Field):
            expr = expr.base
        elif isinstance(expr, it.MethodCall):
            expr = expr.receiver
        elif isinstance(expr, it.Unary | it.Ref):
            expr = expr.operand
        else:
            return expr.path.names[0] if isinstance(expr, it.PathExpr) else ""


def declared_locks(program: Program, rule: Rule) -> Declared:
    """What the workspace declares of locks."""
    return Declared(
        _homes(program, frozenset(rule.texts("methods"))),
        _raw_statics(program, frozenset(rule.texts("raw_types"))),
    )


def _homes(program: Program, methods: frozenset[str]) -> dict[str, frozenset[str]]:
    """For each method the workspace declares, the paths of the modules that it is private to.

    What is visible further out is of its own module all the same.
    """
    homes: dict[str, set[str]] = {}
    for one in program.items():
        if isinstance(one.item, it.Function) and one.item.name in methods:
            parent = one.module.path.rpartition("::")[0]
            home = parent if one.item.visibility == "super" and parent else one.module.path
            homes.setdefault(one.item.name, set()).add(home)
    return {name: frozenset(paths) for name, paths in homes.items()}


def _raw_statics(program: Program, raw_types: frozenset[str]) -> frozenset[str]:
    return frozenset(
        one.item.name
        for one in program.items()
        if isinstance(one.item, it.Static) and type_name(one.item.type) in raw_types
    )


CHECK = FileCheck(SPEC, find_bypasses, declared_locks)
