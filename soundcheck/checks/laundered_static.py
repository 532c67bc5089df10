"""References to a ``static mut`` by way of a raw pointer to it, or only to become one."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import FileCheck
from soundcheck.finding import Finding
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import own_of, walk_own

_KINDS = ("exclusive", "shared", "cast")

SPEC = CheckSpec(
    facts={
        "kinds": FactSpec(ListOf(Text(choices=_KINDS)), is_required=True),
        "macros": FactSpec(ListOf(Text()), default=()),
        "methods": FactSpec(ListOf(Text()), default=()),
        "shared_methods": FactSpec(ListOf(Text()), default=()),
        "casts": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("name", "kind"),
)


class _Words(NamedTuple):
    kinds: frozenset[str]
    macros: frozenset[str]
    methods: frozenset[str]
    shared_methods: frozenset[str]
    casts: frozenset[str]


class Statics(NamedTuple):
    """The mutable statics: by the file that declares them, and those whose names are no other's."""

    by_file: Mapping[str, frozenset[str]]
    unique: frozenset[str]

    def is_mutable(self, path: str, name: str) -> bool:
        """Whether a name in a file is that of a mutable static."""
        return name in self.by_file.get(path, ()) or name in self.unique


def find_laundered(program: Program, rule: Rule, statics: Statics) -> Iterator[Finding]:
    """One finding a reference, at the expression that makes it."""
    words = _Words(
        frozenset(rule.texts("kinds")),
        frozenset(rule.texts("macros")),
        frozenset(rule.texts("methods")),
        frozenset(rule.texts("shared_methods")),
        frozenset(rule.texts("casts")),
    )
    if not statics.by_file:
        return
    for one in program.items():
        if isinstance(one.item, it.Function | it.Static | it.MacroDef | it.MacroItem):
            yield from _in_item(program, rule, words, statics, one)


def mutable_statics(program: Program, _rule: Rule) -> Statics:
    """The mutable statics of the workspace."""
    by_file: dict[str, set[str]] = defaultdict(set)
    seen: dict[str, bool] = {}
    for one in program.items():
        item = one.item
        if not isinstance(item, it.Static) or isinstance(one.container, it.ForeignMod):
            continue
        seen[item.name] = item.is_mut and seen.get(item.name, True)
        if item.is_mut:
            by_file[one.path].add(item.name)
    return Statics(
        {path: frozenset(names) for path, names in by_file.items()},
        frozenset(name for name, is_mut in seen.items() if is_mut),
    )


def _in_item(
    program: Program, rule: Rule, words: _Words, statics: Statics, one: ProgramItem
) -> Iterator[Finding]:
    named = own_of(one.item, it.PathExpr)
    if not any(statics.is_mutable(one.path, node.path.name) for node in named):
        return
    pointers: dict[str, str] = {}
    for node in walk_own(one.item):
        if isinstance(node, it.Let) and isinstance(node.pat, it.BindPat):
            pointers.pop(node.pat.name, None)
            name = "" if node.value is None else _pointed(words, statics, one, pointers, node.value)
            if name:
                pointers[node.pat.name] = name
        found = _reference(words, statics, one, pointers, node)
        if found is not None:
            name, kind = found
            values = {"name": name, "kind": kind}
            at = program.span(one.path, *_place(node))
            yield program.claim(rule, at, site="reference", subject=name, values=values)


def _reference(
    words: _Words, statics: Statics, one: ProgramItem, pointers: Mapping[str, str], node: it.Node
) -> tuple[str, str] | None:
    """The static to which a piece of a body makes a reference, and of which kind."""
    if isinstance(node, it.Cast):
        return _cast(words, statics, one, node)
    if isinstance(node, it.Ref) and not node.is_raw:
        place = node.operand
        while isinstance(place, it.Field | it.Index):
            place = place.base
        if not isinstance(place, it.Unary) or place.op != "*":
            return None
        pointer, kind = place.operand, "exclusive" if node.is_mut else "shared"
    elif isinstance(node, it.MethodCall) and not node.args:
        if node.name not in words.methods and node.name not in words.shared_methods:
            return None
        pointer = node.receiver
        kind = "exclusive" if node.name in words.methods else "shared"
    else:
        return None
    name = _pointed(words, statics, one, pointers, pointer) if kind in words.kinds else ""
    return (name, kind) if name else None


def _cast(
    words: _Words, statics: Statics, one: ProgramItem, cast: it.Cast
) -> tuple[str, str] | None:
    """The static whose address is taken by a reference that becomes a pointer at once."""
    ref = cast.operand
    if "cast" not in words.kinds or not isinstance(cast.type, it.PtrType):
        return None
    if not isinstance(ref, it.Ref) or ref.is_raw:
        return None
    name = _static_in(statics, one, ref.operand)
    return (name, "exclusive" if ref.is_mut else "shared") if name else None


def _pointed(
    words: _Words, statics: Statics, one: ProgramItem, pointers: Mapping[str, str], expr: it.Expr
) -> str:
    """The mutable static that a raw pointer points to, or into; empty for any other value."""
    while True:
        if isinstance(expr, it.Cast) and isinstance(expr.type, it.PtrType):
            expr = expr.operand
        elif isinstance(expr, it.MethodCall) and expr.name in words.casts:
            expr = expr.receiver
        elif isinstance(expr, it.Block) and not expr.stmts and expr.tail is not None:
            expr = expr.tail
        else:
            break
    if isinstance(expr, it.PathExpr) and len(expr.path.segments) == 1:
        return pointers.get(expr.path.name, "")
    place: it.Expr | None = None
    if isinstance(expr, it.Ref) and expr.is_raw:
        place = expr.operand
    elif isinstance(expr, it.MacroCall) and expr.path.name in words.macros and expr.args:
        place = expr.args[0]
    return _static_in(statics, one, place)


def _static_in(statics: Statics, one: ProgramItem, place: it.Expr | None) -> str:
    """The mutable static that a place is, or is a part of; empty for any other."""
    while isinstance(place, it.Field | it.Index):
        place = place.base
    if isinstance(place, it.PathExpr) and statics.is_mutable(one.path, place.path.name):
        return place.path.name
    return ""


def _place(node: it.Node) -> tuple[int, int]:
    if isinstance(node, it.MethodCall):
        return node.name_start, node.name_start + len(node.name.encode())
    return node.start, node.end


CHECK = FileCheck(SPEC, find_laundered, mutable_statics)
