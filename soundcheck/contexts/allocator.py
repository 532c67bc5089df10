"""The global allocator of a library: its lock is the static's, for whoever allocates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from soundcheck.calls.linking import World
from soundcheck.calls.sites import BodyId
from soundcheck.contexts.facts import KernelFacts, LockFact
from soundcheck.contexts.flows import Event, Flow
from soundcheck.crates.definitions import Def
from soundcheck.crates.stubs import is_stub
from soundcheck.syntax import items as it
from soundcheck.types.show import show_type
from soundcheck.types.ty import Adt

_Bodies = Mapping[BodyId, Sequence[Flow]]


# The allocator of collections that are given none.
_GLOBAL = "alloc::alloc::Global::"


class Allocators(NamedTuple):
    """The methods of libraries' allocators that run where something is allocated.

    ``unnamed`` are those of the allocator that a collection has which names none.
    """

    bodies: frozenset[BodyId]
    unnamed: frozenset[BodyId]

    def one_of(self, callees: Sequence[BodyId]) -> BodyId | None:
        """The one body that a call runs, if it is known; of allocators the kernel has one."""
        if len(callees) > 1 and self.bodies:
            own = [one for one in callees if one in self.bodies]
            callees = own or [one for one in callees if one in self.unnamed]
        return callees[0] if len(callees) == 1 else None


def with_allocator(
    of: _Bodies, world: World, facts: KernelFacts
) -> tuple[dict[BodyId, tuple[Flow, ...]], Allocators]:
    """The flows in which what a library's allocator takes is the static that it was made."""
    changed: dict[BodyId, tuple[Flow, ...]] = {}
    statics = {owner.def_id: (owner, one) for one, owner in _allocators(world)}
    declared, defs = world.methods.declared, world.defmap.defs
    for impl in world.defmap.impls.all if statics else ():
        header = declared.header_of(impl.index)
        ty = header.self_type
        if not isinstance(ty, Adt) or ty.def_id not in statics or header.trait is None:
            continue
        if not header.trait.path.endswith("GlobalAlloc"):
            continue
        kind, static = statics[ty.def_id]
        fact = next(iter(facts.locks_of(show_type(kind, defs))), None)
        for members in world.methods.members.get(impl.index, {}).values():
            for body in (BodyId(one.index) for one in members):
                if body in of:
                    flows = changed.get(body, of[body])
                    changed[body] = tuple(_renamed(flow, static, fact) for flow in flows)
    everything = of if changed else ()
    unnamed = frozenset(one for one in everything if defs[one.owner].path.startswith(_GLOBAL))
    return changed, Allocators(frozenset(changed), unnamed)


def _renamed(flow: Flow, static: Def, fact: LockFact | None) -> Flow:
    return flow._replace(events=tuple(_named(one, static, fact) for one in flow.events))


def _allocators(world: World) -> Iterator[tuple[Def, Adt]]:
    """The statics that are the global allocator of some build, with their types from libraries."""
    defs = world.defmap.defs
    for target in reversed(defs):
        item = target.item
        if not isinstance(item, it.Static) or is_stub(target.file):
            continue
        if any(one.path == "global_allocator" for one in item.attributes):
            ty = world.methods.declared.value_type(target)
            if isinstance(ty, Adt) and is_stub(defs[ty.def_id].file):
                yield target, ty


def _named(event: Event, static: Def, fact: LockFact | None) -> Event:
    """A step that takes the allocator's lock, with the name and the facts of the static."""
    taking = event.meaning.taking
    if taking is None:
        return event
    if fact is not None:
        event = event._replace(meaning=event.meaning._replace(taking=taking._replace(fact=fact)))
    return event._replace(lock=static.path)
