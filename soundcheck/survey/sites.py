"""Unsafe sites with what is known of each: argument, operations, contexts, what must be read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

from soundcheck.boundaries.found import Site as Held
from soundcheck.boundaries.operations import Operation
from soundcheck.calls.sites import BodyId
from soundcheck.contexts.infer import Contexts, Node
from soundcheck.contexts.lock_table import RANKS
from soundcheck.contexts.proofs import name_of, short
from soundcheck.crates.definitions import Def
from soundcheck.crates.stubs import is_stub
from soundcheck.input import Input
from soundcheck.program import Program
from soundcheck.survey.leanings import Leanings
from soundcheck.survey.values import Act, Reading, RunsIn, Site
from soundcheck.syntax.arguments import Marks, argument_of
from soundcheck.syntax.facts import UnsafeSite
from soundcheck.syntax.items import Function

# A way is told by so many names: its beginning and its end tell most.
_MOST_NAMES = 6
# What runs; the others say something of an item.
_RUN = ("block", "function", "method", "asm")


def find_sites(source: Input, program: Program, marks: Marks) -> Iterator[Site]:
    """The unsafe sites of what is reported on, in order of path and place."""
    operations = _operations_by_file(program)
    contexts = _Told(program.contexts)
    leanings = Leanings(program)
    seen: Counter[tuple[str, str]] = Counter()
    for path in program.paths:
        if is_stub(path) or not source.is_reported(path):
            continue
        for commented in program.facts[path].sites:
            site = commented.site
            found = program.item_at(path, site.token_start)
            owner = None if found is None else program.definition(found)
            item = program.name_at(path, site.token_start)
            module = program.module_at(path, site.token_start)
            done = _operations_in(operations.get(path, ()), owner, site)
            known = leanings.held_by(path, site, owner)
            yield Site(
                _key(site.kind, item, seen),
                site.kind,
                program.span(path, site.start, site.end),
                program.span(path, site.token_start, site.token_end),
                item,
                path if module is None else module.path,
                site.in_macro,
                program.is_test_at(path, site.token_start),
                argument_of(marks, commented.comments),
                tuple(_act(program, path, one) for one in done),
                "" if known is None else known[1].verdict,
                () if known is None else leanings.leanings(known[1]),
                () if known is None else leanings.duties(known[0]),
                contexts.of(_bodies(owner, done)) if site.kind in _RUN else (),
                tuple(_readings(leanings, site, owner, known)),
            )


def _readings(
    leanings: Leanings, site: UnsafeSite, owner: Def | None, known: tuple[int, Held] | None
) -> Iterable[Reading]:
    if known is not None:
        return leanings.readings(known[1])
    if owner is not None and owner.kind == "static" and site.kind == "static":
        return leanings.users(owner)
    if owner is not None and site.kind in _RUN and isinstance(owner.item, Function):
        return (leanings.itself(owner),)
    return ()


def _key(kind: str, item: str, seen: Counter[tuple[str, str]]) -> str:
    """What tells a site from all others, wherever lines move: its item, kind and ordinal."""
    seen[kind, item] += 1
    text = f"{kind}\0{item}\0{seen[kind, item]}"
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _operations_by_file(program: Program) -> Mapping[str, Sequence[Operation]]:
    found: dict[str, list[Operation]] = defaultdict(list)
    defs = program.world.defmap.defs
    for owner, operations in program.operations.items():
        if defs[owner].is_primary:
            found[defs[owner].file].extend(operations)
    return found


def _operations_in(
    operations: Sequence[Operation], owner: Def | None, site: UnsafeSite
) -> list[Operation]:
    """The operations that a site lets happen: of a function those outside of its blocks."""
    if site.kind == "block":
        return [one for one in operations if one.block == site.start]
    if site.kind == "asm":
        return [one for one in operations if site.start <= one.start < site.end]
    if site.kind in ("function", "method") and owner is not None:
        return [one for one in operations if one.body.owner == owner.index and one.block < 0]
    return []


def _bodies(owner: Def | None, held: Sequence[Operation]) -> list[BodyId]:
    """The bodies that run a site."""
    if held:
        return sorted({one.body for one in held})
    return [] if owner is None or not isinstance(owner.item, Function) else [BodyId(owner.index)]


class _Told:
    """Contexts as a reader is told of them, each body's once."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts
        self._known: dict[BodyId, tuple[RunsIn, ...]] = {}

    def of(self, bodies: Sequence[BodyId]) -> tuple[RunsIn, ...]:
        """The contexts in which any of some bodies runs, those that may interrupt most first."""
        if len(bodies) == 1:
            return self._of(bodies[0])
        found = {(one.context, one.interrupts): one for body in bodies for one in self._of(body)}
        return _ordered(found.values())

    def _of(self, body: BodyId) -> tuple[RunsIn, ...]:
        known = self._known.get(body)
        if known is None:
            best: dict[tuple[str, str], Node] = {}
            ways = self._contexts.ways
            for node in sorted(self._contexts.nodes(body), key=lambda one: (ways[one].length, one)):
                best.setdefault((node.context, node.irq), node)
            known = self._known[body] = _ordered(map(self._tell, best.values()))
        return known

    def _tell(self, node: Node) -> RunsIn:
        names = [
            short(name_of(self._contexts, one.body))
            for one, _ in self._contexts.way(node)
            if not is_stub(self._contexts.definition(one.body).file)
        ]
        if len(names) > _MOST_NAMES:
            half = _MOST_NAMES // 2
            names = [*names[:half], "…", *names[-half:]]
        return RunsIn(node.context, node.irq, self._contexts.is_sure(node), tuple(names))


def _ordered(found: Iterable[RunsIn]) -> tuple[RunsIn, ...]:
    return tuple(sorted(found, key=lambda one: (RANKS.index(one.context), one.interrupts)))


def _act(program: Program, path: str, one: Operation) -> Act:
    at = program.span(path, one.start, one.end)
    return Act(one.kind, one.name or one.type, at, one.is_certain)
