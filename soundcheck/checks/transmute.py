"""Values made of bytes that were something else, by what they were and what they become.

Types are taken from where they are written: between the angles of the call, at the ``let`` or the
function it is the value of, at the cast, the literal or the name that it takes. What is written
nowhere belongs to no kind but ``any``.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Table, Text
from soundcheck.checks.kinds import FileCheck
from soundcheck.finding import Finding
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.literals import read_integer
from soundcheck.syntax.parameters import INTEGERS, follow_parameters
from soundcheck.syntax.visit import children, own_of, walk, walk_own
from soundcheck.syntax.written_types import Written, lifetimes_in, names_in, read_written

_KINDS = (
    "any",
    "lifetime",
    "exclusive",
    "reference",
    "function",
    "enum",
    "tuple",
    "elements",
    "uninitialised",
    "zeroed",
    "argument",
)

SPEC = CheckSpec(
    facts={
        "kinds": FactSpec(Table({kind: FactSpec(Text()) for kind in _KINDS}), is_required=True),
        "transmutes": FactSpec(ListOf(Text()), is_required=True),
        "zeroing": FactSpec(ListOf(Text()), default=()),
        "uninitialised": FactSpec(ListOf(Text()), default=()),
        "assuming": FactSpec(ListOf(Text()), default=()),
        "never_zero": FactSpec(ListOf(Text()), default=()),
        "looking": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("call", "what"),
)

_INTEGER = "an integer"
_CHECKS = (it.If, it.Match, it.While)
_ASSERTIONS = frozenset({"assert", "assert_eq", "assert_ne"})


class Declared(NamedTuple):
    """Of the workspace: the names of integer types, and how many variants a plain enum has."""

    integers: frozenset[str]
    enums: Mapping[str, int]


class _Facts(NamedTuple):
    """The page's lists, and what the workspace declares."""

    kinds: Mapping[str, str]
    transmutes: frozenset[str]
    zeroing: frozenset[str]
    uninitialised: frozenset[str]
    assuming: frozenset[str]
    never_zero: frozenset[str]
    looking: frozenset[str]
    declared: Declared


class _Body(NamedTuple):
    """One item under way: what types are written in it, and what its caller gives."""

    item: it.AnyItem
    container: it.AnyItem | None
    written: Written
    arguments: Mapping[str, str]


def find_transmutes(program: Program, rule: Rule, declared: Declared) -> Iterator[Finding]:
    """One finding a call, at its name; the words of its kind stand on the page."""
    table = rule.facts["kinds"]
    facts = _Facts(
        {str(key): str(text) for key, text in table.items()} if isinstance(table, Mapping) else {},
        frozenset(rule.texts("transmutes")),
        frozenset(rule.texts("zeroing")),
        frozenset(rule.texts("uninitialised")),
        frozenset(rule.texts("assuming")),
        frozenset(rule.texts("never_zero")),
        frozenset(rule.texts("looking")),
        declared,
    )
    for one in program.items():
        if not isinstance(one.item, it.Function | it.Static | it.MacroDef):
            continue
        made = own_of(one.item, it.Call, it.MethodCall)
        calls = sorted((node for node in made if _called(facts, node)), key=_start)
        if not calls:
            continue
        body = _body_of(one)
        for call in calls:
            kind = _kind_of(facts, body, call)
            if kind in facts.kinds:
                values = {"call": _called(facts, call), "what": facts.kinds[kind]}
                at = program.span(one.path, *_place(call))
                yield program.claim(rule, at, site="call", values=values)


def declared_numbers(program: Program, _rule: Rule) -> Declared:
    """The integer types, aliases among them, and the plain enums of the workspace."""
    integers = set(INTEGERS)
    enums: dict[str, int] = {}
    for one in program.items():
        item = one.item
        if isinstance(item, it.TypeAlias) and isinstance(item.type, it.PathType):
            if item.type.path.names in {(name,) for name in INTEGERS}:
                integers.add(item.name)
        elif isinstance(item, it.Adt) and item.kind == "enum":
            is_plain = all(variant.form == "unit" for variant in item.variants)
            count = len(item.variants) if is_plain and item.name not in enums else 0
            enums[item.name] = count
    return Declared(frozenset(integers), {name: count for name, count in enums.items() if count})


def _start(node: it.Node) -> tuple[int, int]:
    return node.start, -node.end


def _called(facts: _Facts, node: it.Node) -> str:
    """The name of a call that this is about; empty for any other piece."""
    if isinstance(node, it.MethodCall):
        return node.name if node.name in facts.assuming else ""
    if not isinstance(node, it.Call) or not isinstance(node.func, it.PathExpr):
        return ""
    name = node.func.path.name
    if name in facts.transmutes and len(node.args) == 1:
        return name
    if name in facts.zeroing | facts.uninitialised and not node.args:
        return name
    return name if name in facts.assuming and len(node.args) == 1 else ""


def _place(call: it.Node) -> tuple[int, int]:
    if isinstance(call, it.MethodCall):
        return call.name_start, call.name_start + len(call.name.encode())
    return (call.func.start, call.func.end) if isinstance(call, it.Call) else (call.start, call.end)


# -- what is written of types ------------------------------------------------------------------


def _body_of(one: ProgramItem) -> _Body:
    arguments: Mapping[str, str] = {}
    if isinstance(one.item, it.Function) and not one.item.is_unsafe:
        arguments = follow_parameters(one.item, _is_maybe_uninit).names
    return _Body(one.item, one.container, read_written(one.item), arguments)


def _is_maybe_uninit(ty: it.Type | None) -> bool:
    """Whether a type is, or leads to, memory that need not be initialised."""
    while isinstance(ty, it.RefType | it.SliceType | it.ArrayType):
        ty = ty.inner
    return isinstance(ty, it.PathType) and ty.path.name == "MaybeUninit"


def _types_of(body: _Body, call: it.Call) -> tuple[it.Type | None, it.Type | None]:
    """What a transmute takes and makes, where it is written."""
    path = call.func.path if isinstance(call.func, it.PathExpr) else None
    generics = path.segments[-1].args if path is not None else ()
    types = [ty for ty in generics if not isinstance(ty, it.LifetimeType)]
    source: it.Type | None = types[0] if len(types) == 2 else None
    result: it.Type | None = types[1] if len(types) == 2 else None
    if source is None or isinstance(source, it.InferType):
        source = body.written.type_of(call.args[0])
    if result is None or isinstance(result, it.InferType):
        result = body.written.wanted(call)
    return source, result


# -- kinds -------------------------------------------------------------------------------------


def _kind_of(facts: _Facts, body: _Body, call: it.Node) -> str:
    if isinstance(call, it.MethodCall):
        return _assumed(facts, body, call.receiver, call)
    if not isinstance(call, it.Call) or not isinstance(call.func, it.PathExpr):
        return ""
    name = call.func.path.name
    if name in facts.transmutes:
        return _transmuted(facts, body, call)
    if name in facts.assuming:
        return _assumed(facts, body, call.args[0], call)
    if name in facts.uninitialised:
        return "uninitialised" if call.func.path.names[-2:-1] != ("MaybeUninit",) else ""
    return _zeroed(facts, body, call.func.path, call)


def _transmuted(facts: _Facts, body: _Body, call: it.Call) -> str:
    source, result = _types_of(body, call)
    if isinstance(source, it.TupleType) and len(source.parts) > 1:
        return "tuple" if not isinstance(result, it.TupleType) else "any"
    if isinstance(source, it.RefType) and isinstance(result, it.RefType):
        if result.is_mut and not source.is_mut:
            return "exclusive"
        if source.inner == result.inner and source.is_mut == result.is_mut:
            return "any" if _is_carried(body, source) else "lifetime"
    if source is not None and _changes_elements(body, source, result):
        return "elements"
    if source is not None and _is_longer(source, result):
        return "any" if _is_carried(body, source) else "lifetime"
    if not _is_integer(facts, source):
        return "any"
    if isinstance(result, it.RefType):
        return "reference"
    if isinstance(result, it.FnType) and result.sugar is None:
        return "function"
    if isinstance(result, it.PathType):
        if result.path.name == "Box":
            return "reference"
        variants = facts.declared.enums.get(result.path.name, 0)
        if variants and not _is_bounded(body, call, variants):
            return "enum"
    return "any"


def _changes_elements(body: _Body, source: it.Type, result: it.Type | None) -> bool:
    """Whether the elements of a slice become others of another size, and its length stays.

    One of a caller's type stays as it is only where what it becomes names that type too.
    """
    if not isinstance(source, it.RefType) or not isinstance(source.inner, it.SliceType):
        return False
    one = source.inner.inner
    if not isinstance(one, it.PathType):
        return False
    is_free = one.path.name in _type_parameters(body)
    if result is None or isinstance(result, it.InferType):
        return is_free
    if not isinstance(result, it.RefType) or not isinstance(result.inner, it.SliceType):
        return False
    other = result.inner.inner
    if not isinstance(other, it.PathType) or other.path.name == one.path.name:
        return False
    before, after = _width_of(one.path.name), _width_of(other.path.name)
    return after > 0 and (is_free or 0 < before != after)


def _width_of(name: str) -> int:
    """The bits of an integer type; 0 for any other."""
    if name not in INTEGERS:
        return 0
    return int(name[1:]) if name[1:].isdigit() else 64


def _type_parameters(body: _Body) -> set[str]:
    """The names that callers choose types for."""
    generics = [body.item.generics] if isinstance(body.item, it.Function) else []
    if isinstance(body.container, it.Impl | it.Trait):
        generics.append(body.container.generics)
    return {one.name for some in generics for one in some.params if one.kind == "type"}


def _is_integer(facts: _Facts, ty: it.Type | None) -> bool:
    return isinstance(ty, it.PathType) and ty.path.name in facts.declared.integers


def _is_longer(source: it.Type, result: it.Type | None) -> bool:
    """Whether two types differ in nothing but that a lifetime of the result is ``'static``."""
    if not isinstance(source, it.PathType) or not isinstance(result, it.PathType):
        return False
    one, other = source.path.segments, result.path.segments
    if [part.name for part in one] != [part.name for part in other] or not one:
        return False
    before, after = one[-1].args, other[-1].args
    if len(before) != len(after) or before == after:
        return False
    pairs = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    return all(
        isinstance(a, it.LifetimeType) and isinstance(b, it.LifetimeType) and b.name == "static"
        for a, b in pairs
    )


def _is_carried(body: _Body, source: it.Type) -> bool:
    """Whether what a function gives back is bound to the lifetime, or its caller vouches for it."""
    func = body.item
    if not isinstance(func, it.Function) or func.is_unsafe:
        return True
    held = lifetimes_in(func.ret)
    if isinstance(body.container, it.Impl) and "Self" in names_in(func.ret):
        held |= lifetimes_in(body.container.self_type)
    return bool(lifetimes_in(source) & held)


def _is_bounded(body: _Body, call: it.Call, variants: int) -> bool:
    """Whether a number is looked at before, or masked so that there is a variant for each."""
    operand = call.args[0]
    while isinstance(operand, it.Cast | it.Block):
        operand = operand.operand if isinstance(operand, it.Cast) else (operand.tail or call)
        if operand is call:
            return False
    if isinstance(operand, it.Binary) and operand.op in ("&", "%"):
        last = operand.operands[-1]
        number = read_integer(last.text) if isinstance(last, it.Lit) else None
        return number is None or number + (operand.op == "&") <= variants
    names = {
        part.path.name
        for part in walk(operand)
        if isinstance(part, it.PathExpr) and len(part.path.segments) == 1
    }
    fields = {part.name for part in walk(operand) if isinstance(part, it.Field)}
    return any(
        _mentions(looked, names, fields)
        for node in walk_own(body.item)
        if node.start < call.start
        for looked in _looked_at(node)
    )


def _looked_at(node: it.Node) -> tuple[it.Node, ...]:
    if isinstance(node, _CHECKS):
        return (
            (children(node)[0], *(cond for cond, _ in node.branches))
            if isinstance(node, it.If)
            else (children(node)[0],)
        )
    if isinstance(node, it.MacroCall) and node.path.name in _ASSERTIONS:
        return node.args
    return ()


def _mentions(node: it.Node, names: set[str], fields: set[str]) -> bool:
    return any(
        (isinstance(part, it.PathExpr) and part.path.name in names and part.path.name != "self")
        or (isinstance(part, it.Field) and part.name in fields)
        for part in walk(node)
    )


def _assumed(facts: _Facts, body: _Body, value: it.Expr, call: it.Node) -> str:
    """What is assumed to be initialised: memory made on the spot, or a parameter."""
    if isinstance(value, it.Call) and isinstance(value.func, it.PathExpr):
        path = value.func.path
        if path.names[-2:-1] != ("MaybeUninit",):
            return ""
        inner = path.segments[-2].args
        ty = inner[0] if inner else body.written.wanted(call)
        if path.name == "uninit" and ty is not None and not _holds_uninit(ty):
            return "uninitialised"
        if path.name == "zeroed" and _is_never_zero(facts, ty):
            return "zeroed"
        return ""
    if isinstance(value, it.PathExpr) and value.path.name in body.arguments:
        names = {value.path.name, body.arguments[value.path.name]}
        return "" if _is_filled(facts, body.item, names, call.start) else "argument"
    return ""


def _is_filled(facts: _Facts, item: it.AnyItem, names: set[str], before: int) -> bool:
    """Whether anything that could write to one of some names is called with it before an offset.

    A name that is a closure's own parameter stands for nothing outside of it.
    """
    start = _bound_at(item, names, before)
    for node in walk_own(item):
        if not start <= node.start < before:
            continue
        handed: tuple[it.Expr, ...] = ()
        if isinstance(node, it.MethodCall) and node.name not in facts.looking:
            handed = (node.receiver, *node.args)
        elif isinstance(node, it.Call) and not _called(facts, node):
            handed = node.args
        elif isinstance(node, it.Ref) and node.is_mut:
            handed = (node.operand,)
        elif isinstance(node, it.Assign):
            handed = (node.target,)
        for part in handed:
            while isinstance(part, it.Ref | it.Unary):
                part = part.operand
            while isinstance(part, it.Index):
                part = part.base
            if isinstance(part, it.PathExpr) and part.path.name in names:
                return True
    return False


def _bound_at(item: it.AnyItem, names: set[str], before: int) -> int:
    """Where the innermost closure around an offset that binds one of some names begins, or 0."""
    return max(
        (
            node.start
            for node in walk_own(item)
            if isinstance(node, it.Closure)
            and node.start <= before < node.end
            and any(isinstance(pat, it.BindPat) and pat.name in names for pat, _ in node.params)
        ),
        default=0,
    )


def _holds_uninit(ty: it.Type) -> bool:
    """Whether a type is valid without being initialised."""
    while isinstance(ty, it.ArrayType):
        ty = ty.inner
    if isinstance(ty, it.TupleType):
        return not ty.parts
    return isinstance(ty, it.PathType) and ty.path.name == "MaybeUninit"


def _zeroed(facts: _Facts, body: _Body, path: it.Path, call: it.Node) -> str:
    if path.names[-2:-1] == ("MaybeUninit",):
        return ""
    generics = path.segments[-1].args
    ty = generics[0] if generics else body.written.wanted(call)
    return "zeroed" if _is_never_zero(facts, ty) else ""


def _is_never_zero(facts: _Facts, ty: it.Type | None) -> bool:
    while isinstance(ty, it.ArrayType):
        ty = ty.inner
    if isinstance(ty, it.RefType):
        return True
    if isinstance(ty, it.FnType):
        return ty.sugar is None
    return isinstance(ty, it.PathType) and ty.path.name in facts.never_zero


CHECK = FileCheck(SPEC, find_transmutes, declared_numbers)
