"""A guard that no name is bound to: ``let _ = lock.lock();`` and ``let _ = Guard::new();``.

Whether a receiver is a lock is told by its declared type where that can be found: a static's, a
field's of ``self``, a parameter's, a local's, by name. What the workspace declares of the type's
own methods is believed before the page's lists.
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
from soundcheck.syntax.visit import own_of, walk

SPEC = CheckSpec(
    facts={
        "methods": FactSpec(ListOf(Text()), is_required=True),
        "typed_methods": FactSpec(ListOf(Text()), is_required=True),
        "types": FactSpec(ListOf(Text()), is_required=True),
    },
    placeholders=("call",),
)

_POINTERS = frozenset({"Arc", "Box", "Rc", "Pin", "Lazy", "LazyLock", "LazyCell", "OnceCell"})


class Declared(NamedTuple):
    """What the workspace declares: types of places, results of functions.

    A name that two declarations give different types is left out. A free function's result is
    filed under an empty type. ``droppers`` are the types that implement ``Drop``.
    """

    statics: Mapping[str, str]
    fields: Mapping[tuple[str, str], str]
    results: Mapping[tuple[str, str], str]
    droppers: frozenset[str]


class _Words(NamedTuple):
    """The page's lists, and what the workspace declares."""

    methods: frozenset[str]
    typed_methods: frozenset[str]
    types: frozenset[str]
    declared: Declared


def find_dropped_guards(program: Program, rule: Rule, declared: Declared) -> Iterator[Finding]:
    """One finding a statement that takes a lock and keeps no guard."""
    words = _Words(
        frozenset(rule.texts("methods")),
        frozenset(rule.texts("typed_methods")),
        frozenset(rule.texts("types")),
        declared,
    )
    for one in program.items():
        if not isinstance(one.item, it.Function) or one.item.body is None or one.is_in_macro:
            continue
        yield from _in_function(program, rule, words, one, one.item)


def _in_function(
    program: Program, rule: Rule, words: _Words, one: ProgramItem, func: it.Function
) -> Iterator[Finding]:
    if func.body is None:
        return
    calls = list(_dropped_calls(func))
    if not calls:
        return
    places = _local_types(func)
    own = ""
    if isinstance(one.container, it.Impl):
        own = places["self"] = type_name(one.container.self_type)
    for call, is_bound in calls:
        if isinstance(call, it.MethodCall):
            if not _takes_lock(words, places, call, is_bound=is_bound):
                continue
            start, end = call.name_start, call.name_start + len(call.name.encode())
        else:
            if not is_bound or not _makes_guard(words, own, call):
                continue
            start, end = call.func.start, call.func.end
        at = program.span(one.path, start, end)
        text = show_expr(call)
        yield program.claim(rule, at, site="call", subject=text, values={"call": text})


def _dropped_calls(func: it.Function) -> Iterator[tuple[it.MethodCall | it.Call, bool]]:
    """The calls without arguments whose value is dropped at once; whether by ``let _``.

    Items inside the body are functions of their own, and looked at as such.
    """
    for node in own_of(func, it.Let, it.ExprStmt):
        if isinstance(node, it.Let) and isinstance(node.pat, it.WildPat) and node.type is None:
            value, is_bound = node.value, True
        elif isinstance(node, it.ExprStmt) and node.has_semicolon:
            value, is_bound = node.expr, False
        else:
            continue
        if isinstance(value, it.MethodCall | it.Call) and not value.args:
            yield value, is_bound


def _makes_guard(words: _Words, own: str, call: it.Call) -> bool:
    """Whether a call without arguments makes a value whose ``Drop`` is the point of it."""
    if not isinstance(call.func, it.PathExpr):
        return False
    names = call.func.path.names
    owner = names[-2] if len(names) > 1 else ""
    owner = own if owner == "Self" else owner
    result = words.declared.results.get((owner, names[-1])) or words.declared.results.get(
        ("", names[-1]), ""
    )
    return (owner if result in ("", "Self") else result) in words.declared.droppers


def _takes_lock(
    words: _Words, places: Mapping[str, str], call: it.MethodCall, *, is_bound: bool
) -> bool:
    if call.name not in words.methods and call.name not in words.typed_methods:
        return False
    ty = _type_of(words, places, call.receiver)
    result = words.declared.results.get((ty, call.name))
    if result is not None:
        return result.endswith("Guard")
    if ty in words.types:
        return True
    return is_bound and call.name in words.methods and not ty


def _type_of(words: _Words, places: Mapping[str, str], expr: it.Expr) -> str:
    """The name of the type of a place, without references and pointers; empty where unknown."""
    if isinstance(expr, it.PathExpr):
        name = expr.path.name
        if len(expr.path.segments) == 1 and name in places:
            return places[name]
        return words.declared.statics.get(name, "")
    if isinstance(expr, it.Field):
        return words.declared.fields.get((_type_of(words, places, expr.base), expr.name), "")
    if isinstance(expr, it.Unary) and expr.op == "*":
        return _type_of(words, places, expr.operand)
    if isinstance(expr, it.Ref):
        return _type_of(words, places, expr.operand)
    return ""


def _head_of(ty: it.Type | None) -> str:
    """The name of a type behind references and owning pointers; empty for what has no name."""
    while True:
        if isinstance(ty, it.RefType):
            ty = ty.inner
        elif isinstance(ty, it.PathType) and ty.path.name in _POINTERS and _args(ty):
            ty = _args(ty)[0]
        else:
            break
    return type_name(ty) if isinstance(ty, it.PathType) else ""


def _args(ty: it.PathType) -> tuple[it.Type, ...]:
    segments = ty.path.segments
    return segments[-1].args if segments else ()


def _local_types(func: it.Function) -> dict[str, str]:
    """The types that parameters and locals declare, by name; shadowing is no matter."""
    places: dict[str, str] = {}
    for param in func.params:
        if isinstance(param.pat, it.BindPat):
            places[param.pat.name] = _head_of(param.type)
    if func.body is not None:
        for node in walk(func.body):
            if isinstance(node, it.Let) and isinstance(node.pat, it.BindPat):
                places[node.pat.name] = _head_of(node.type) or _made(node.value)
    return places


def _made(value: it.Expr | None) -> str:
    """The type of ``Type::new(…)`` and ``Type { … }``."""
    if isinstance(value, it.StructLit):
        return value.path.name
    if isinstance(value, it.Call) and isinstance(value.func, it.PathExpr):
        names = value.func.path.names
        if len(names) > 1 and names[-1] in ("new", "default") and names[-2] not in _POINTERS:
            return names[-2]
    return ""


def declared_types(program: Program, _rule: Rule) -> Declared:
    """What the workspace declares of statics, fields, functions and ``Drop``."""
    statics: dict[str, str] = {}
    fields: dict[tuple[str, str], str] = {}
    results: dict[tuple[str, str], str] = {}
    droppers: set[str] = set()
    for one in program.items():
        item = one.item
        if isinstance(item, it.Impl) and item.trait is not None and item.trait.name == "Drop":
            droppers.add(type_name(item.self_type))
        if isinstance(item, it.Static) and item.kind == "static":
            head = _head_of(item.type)
            statics[item.name] = head if statics.get(item.name, head) == head else ""
        elif isinstance(item, it.Adt):
            for field in item.fields:
                key = (item.name, field.name)
                head = _head_of(field.type)
                fields[key] = head if fields.get(key, head) == head else ""
        elif isinstance(item, it.Function) and not isinstance(one.container, it.Trait):
            inside = one.container
            owner = type_name(inside.self_type) if isinstance(inside, it.Impl) else ""
            result = type_name(item.ret) if isinstance(item.ret, it.PathType) else "()"
            key = (owner, item.name)
            if key not in results or result.endswith("Guard"):
                results[key] = owner if result == "Self" else result
    return Declared(statics, fields, results, frozenset(droppers))


CHECK = FileCheck(SPEC, find_dropped_guards, declared_types)
