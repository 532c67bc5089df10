"""Where contexts begin: the bodies that hardware, assembly, a scheduler or a registry calls."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase, translate
from typing import NamedTuple

from soundcheck.calls.graph import CallGraph
from soundcheck.calls.linking import World
from soundcheck.calls.sites import BodyId
from soundcheck.calls.symbols import EXPORTING, exports_of
from soundcheck.contexts.facts import Entry, KernelFacts
from soundcheck.contexts.flows import Flows
from soundcheck.contexts.index import Index, in_order
from soundcheck.contexts.patterns import fits_path, read_type_pattern, split_type
from soundcheck.contexts.scripts import Call
from soundcheck.crates.definitions import VALUES, Def
from soundcheck.crates.stubs import is_stub
from soundcheck.source import Span
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import is_test_only

# Through how many functions a handler is given on before it is registered.
_DEEPEST = 4


class Root(NamedTuple):
    """A body where a context begins: by which fact, told by which clause, and where it is said."""

    body: BodyId
    entry: Entry
    why: str
    at: Span


def find_roots(world: World, graph: CallGraph, index: Index, facts: KernelFacts) -> list[Root]:
    """Every root that any fact tells of, each body once a context, in order of bodies.

    What a declaration says of a body counts, whoever is given that body. Tests have none.
    """
    found = {(root.body, root.entry.context): root for root in _declared(world, facts)}
    declared = {body for body, _ in found}
    given = (*_registered(world, index, facts), *_named(world, facts))
    for root in (*given, *_mentioned(world, graph, facts)):
        if root.body not in declared:
            found.setdefault((root.body, root.entry.context), root)
    return [found[key] for key in sorted(found) if not is_test(world, key[0])]


def is_test(world: World, body: BodyId) -> bool:
    """Whether a body is part of tests only."""
    target = world.defmap.defs[body.owner]
    return is_test_only(target.cfg) or world.defmap.forest.modules[target.module].is_test_only


def _declared(world: World, facts: KernelFacts) -> Iterator[Root]:
    """Roots by what their declaration says: ABI, attribute, symbol, path, trait."""
    names = _Names(facts.entries)
    for target in world.defmap.defs:
        item = target.item
        if not isinstance(item, it.Function) or item.body is None or not target.is_primary:
            continue
        if not names.may_be_one(target, item) or is_stub(target.file):
            continue
        if world.callees.is_excluded(target):
            continue
        symbols = tuple(exports_of(target))
        for entry in facts.entries:
            if _is_declared(world, target, item, symbols, entry):
                yield Root(BodyId(target.index), entry, entry.why, _place(world, target))
                break


class _Names:
    """What entries tell functions by: most functions have none of it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        paths = (path for one in entries for path in (*one.functions, *one.methods))
        names = {path.rpartition("::")[2] for path in paths}
        self._exact = frozenset(name for name in names if "*" not in name)
        self._glob = re.compile("|".join(map(translate, sorted(names - self._exact))) or "(?!)")
        self._abis = frozenset(abi for one in entries for abi in one.abis)
        self._macros = frozenset(name for one in entries for name in one.macros)
        self._attributes = frozenset(name for one in entries for name in one.attributes)

    def may_be_one(self, target: Def, item: it.Function) -> bool:
        """Whether anything is said of a function by which an entry could know it."""
        if target.name in self._exact or self._glob.match(target.name):
            return True
        if item.abi in self._abis or _maker_of(target) in self._macros:
            return True
        return any(self._is_told_by(one.path) for one in item.attributes)

    def _is_told_by(self, attribute: str) -> bool:
        is_named = attribute in self._attributes or attribute in EXPORTING
        return is_named or attribute.rpartition("::")[2] in self._attributes


def _is_declared(
    world: World, target: Def, item: it.Function, symbols: tuple[str, ...], entry: Entry
) -> bool:
    if entry.only and not any(fnmatchcase(target.name, name) for name in entry.only):
        return False
    if item.abi and item.abi in entry.abis:
        return True
    if entry.attributes and any(
        one.path.rpartition("::")[2] == name or one.path == name
        for one in item.attributes
        for name in entry.attributes
    ):
        return True
    if entry.symbols and any(
        fnmatchcase(symbol, name) for symbol in symbols for name in entry.symbols
    ):
        return True
    if entry.functions and any(fits_path(name, target.path) for name in entry.functions):
        return True
    if entry.macros and _maker_of(target) in entry.macros:
        return True
    return bool(entry.methods) and _implements(world, target, entry.methods)


def _maker_of(target: Def) -> str:
    """The name of the macro that makes a function, or is given it; empty for none."""
    call = target.container
    return call.name.rpartition("::")[2].strip() if isinstance(call, it.MacroItem) else ""


def _implements(world: World, target: Def, methods: Sequence[str]) -> bool:
    """Whether a function is a trait's method, in an impl or as the trait's default."""
    wanted = [name for name in methods if name.rpartition("::")[2] == target.name]
    if not wanted:
        return False
    if target.impl >= 0:
        trait = world.methods.declared.header_of(target.impl).trait
        path = "" if trait is None else trait.path
    else:
        path = world.defmap.defs[target.owner].path if target.owner >= 0 else ""
    return bool(path) and any(fits_path(name, f"{path}::{target.name}") for name in wanted)


def _registered(world: World, index: Index, facts: KernelFacts) -> Iterator[Root]:
    """Roots that are given to what registers handlers, or starts tasks: a function, or a value."""
    tables = [(read_type_pattern(text), one) for one in facts.entries for text in one.types]
    giving_on = _registering_parameters(index)
    for body, flow, event in in_order(index.giving):
        op, site = event.op, event.site
        if site is None or not site.passed or not isinstance(op, Call):
            continue
        shown = split_type(flow.words[op.type]) if tables and op.type >= 0 else ("", ())
        name = site.name.rstrip("!").rpartition("::")[2] if site.kind == "macro" else ""
        entries = (
            *event.meaning.registers,
            *(entry for entry in facts.entries if name and name in entry.macros),
            *(entry for pattern, entry in tables if pattern.fits(shown)),
        )
        for passed in site.passed:
            known = [
                entry
                for callee in site.callees
                for entry in giving_on.get((callee, passed.index), ())
            ]
            for entry in dict.fromkeys((*entries, *known)):
                at = _span(world, body, op.start, site.end)
                yield Root(passed.body, entry, entry.why, at)


def _registering_parameters(index: Index) -> Mapping[tuple[BodyId, int], Sequence[Entry]]:
    """The parameters that functions give on to what registers handlers, or starts tasks."""
    found: dict[tuple[BodyId, int], list[Entry]] = defaultdict(list)
    givers: list[tuple[tuple[BodyId, int], tuple[BodyId, int]]] = []
    for body, _, event in in_order(index.giving):
        op, site = event.op, event.site
        if not isinstance(op, Call) or site is None:
            continue
        for argument, param in op.forwards:
            own = (BodyId(body.owner), param)
            found[own].extend(event.meaning.registers)
            givers.extend((own, (callee, argument)) for callee in site.callees)
    for _ in range(_DEEPEST):
        for own, given in givers:
            if entries := found.get(given):
                found[own].extend([entry for entry in entries if entry not in found[own]])
    return {key: entries for key, entries in found.items() if entries}


def _named(world: World, facts: KernelFacts) -> Iterator[Root]:
    """Roots that a macro at the place of an item is given by name: ``start!(main);``."""
    entries = [entry for entry in facts.entries if entry.macros]
    for module, file, call in _macro_calls(world) if entries else ():
        name = call.name.rpartition("::")[2].strip()
        for entry in (one for one in entries if name in one.macros):
            for target in _arguments_of(world, module, file, call):
                at = Span(file, world.trees[file].line_of(call.start), call.start, call.end)
                yield Root(BodyId(target.index), entry, entry.why, at)


def _macro_calls(world: World) -> Iterator[tuple[int, str, it.MacroItem]]:
    """The macro calls at the place of items, each with its module and file."""
    for module in world.defmap.forest.modules:
        for part in module.parts if module.index not in world.callees.stubs else ():
            for placed in part.outline.items:
                if isinstance(placed.item, it.MacroItem) and not placed.is_in_macro:
                    yield module.index, part.file, placed.item


def _arguments_of(world: World, module: int, file: str, call: it.MacroItem) -> Iterator[Def]:
    """The functions that a macro call is given by their names."""
    if call.body is None:
        return
    exprs = [stmt.expr for stmt in call.body.stmts if isinstance(stmt, it.ExprStmt)]
    scope = world.defmap.scope_at(module, file, call.start)
    for expr in (*exprs, call.body.tail):
        if isinstance(expr, it.PathExpr):
            found = world.defmap.resolve(scope, expr.path, VALUES).defs
            yield from (one for one in found if one.kind == "function")


def _mentioned(world: World, graph: CallGraph, facts: KernelFacts) -> Iterator[Root]:
    """Roots that are cast to an integer, or stand in a static."""
    if not any(entry.casts or entry.statics for entry in facts.entries):
        return
    defs = world.defmap.defs
    for mention in graph.mentions:
        holder = defs[mention.holder.owner]
        if is_stub(holder.file):
            continue
        for entry in facts.entries:
            names = entry.casts if mention.how == "cast" else ()
            if mention.how in ("static", "value", "field") and holder.kind == "static":
                names = entry.statics
            if any(fits_path(name, holder.path) for name in names):
                at = _span(world, mention.holder, mention.start, mention.start)
                yield Root(mention.body, entry, entry.why, at)


def _place(world: World, target: Def) -> Span:
    item = target.item
    start = item.name_start if isinstance(item, it.Item) else target.start
    return _span(world, BodyId(target.index), start, start + len(target.name.encode()))


def _span(world: World, body: BodyId, start: int, end: int) -> Span:
    file = world.defmap.defs[body.owner].file
    return Span(file, world.trees[file].line_of(start), start, end)


def count_facts(roots: Sequence[Root], flows: Flows) -> Mapping[tuple[str, str, int], int]:
    """How often each fact of each profile was met."""
    counts: dict[tuple[str, str, int], int] = {}

    def met(place: tuple[str, str, int]) -> None:
        counts[place] = counts.get(place, 0) + 1

    for root in roots:
        met(root.entry.place)
    for _, _, event in flows.events():
        if not isinstance(event.op, Call):
            continue
        meaning = event.meaning
        if meaning.taking is not None:
            met(meaning.taking.fact.place)
        if meaning.once is not None:
            met(meaning.once.place)
        if meaning.cell is not None:
            met(meaning.cell.place)
        for masking in meaning.maskings:
            met(masking.fact.place)
        for effect in meaning.effects:
            met(effect.place)
    return counts
