"""Walks every body of a file: what it calls, and of what type all in it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from soundcheck.calls.bodies import BodyWalk, start_walk, walk_function
from soundcheck.calls.callees import Callees
from soundcheck.calls.calling import argument
from soundcheck.calls.shapes import Shape
from soundcheck.calls.sites import CallSite, Flow, Links, Mention, ValueCall
from soundcheck.crates.definitions import Def
from soundcheck.crates.defmap import DefMap
from soundcheck.syntax import items as it
from soundcheck.syntax.items import ItemTree
from soundcheck.types.methods import Methods
from soundcheck.types.signatures import Context
from soundcheck.types.ty import Ty


class World(NamedTuple):
    """What every body is linked against."""

    defmap: DefMap
    methods: Methods
    callees: Callees
    trees: Mapping[str, ItemTree]


class LinkedBodies(msgspec.Struct, frozen=True, gc=False):
    """What the bodies of one file call."""

    links: Links


class TypedBody(NamedTuple):
    """A body that was walked, closures in it included: what it calls, and of what type all is.

    ``root`` is the function's block, a macro arm's, or the value of a static. ``types`` are those
    of expressions, and of what patterns are held against, by the identity (``id``) of their nodes:
    they hold for as long as the tree does. ``context`` tells what the names in it mean, ``params``
    are the types of parameters.
    """

    owner: Def
    root: it.Expr
    context: Context
    params: tuple[Ty, ...]
    types: Mapping[int, Ty]
    links: Links


def read_links(world: World, targets: Iterable[Def]) -> LinkedBodies:
    """What some definitions' bodies call, and nothing else of them."""
    return LinkedBodies(join_parts(body.links for body in walk_bodies(world, targets)))


def walk_bodies(world: World, targets: Iterable[Def]) -> Iterator[TypedBody]:
    """The bodies of definitions, each walked once, in order of place."""
    for target in targets:
        yield from _walk(world, target)


def join_parts(parts: Iterable[Links]) -> Links:
    """The calls and mentions of several bodies as those of one file."""
    sites: list[CallSite] = []
    values: list[ValueCall] = []
    mentions: list[Mention] = []
    made: list[Shape] = []
    flows: list[Flow] = []
    for links in parts:
        sites.extend(links.sites)
        values.extend(links.values)
        mentions.extend(links.mentions)
        made.extend(links.made)
        flows.extend(links.flows)
    return Links(tuple(sites), tuple(values), tuple(mentions), tuple(made), tuple(flows))


def has_body(target: Def) -> bool:
    """Whether something in a definition runs."""
    item = target.item
    if not target.is_primary:
        return False
    if isinstance(item, it.Function):
        return item.body is not None
    if isinstance(item, it.Static):
        return item.value is not None
    return isinstance(item, it.MacroDef) and target.kind == "macro"


def _walk(world: World, target: Def) -> Iterator[TypedBody]:
    item = target.item
    if isinstance(item, it.MacroDef):
        for arm in item.arms:
            if arm.body is not None:
                walk = start_walk(world.methods, world.callees, target, arm.start)
                walk.block(arm.body)
                yield _typed(walk, arm.body)
        return
    if isinstance(item, it.Static) and item.value is not None:
        walk = start_walk(world.methods, world.callees, target, item.value.start)
        wanted = world.methods.declared.value_type(target)
        found = argument(walk, item.value, wanted, {}, {})
        walk.mention(item.value, found, "static")
        yield _typed(walk, item.value)
    if isinstance(item, it.Function) and item.body is not None:
        walk = walk_function(world.methods, world.callees, target)
        yield _typed(walk, item.body, world.methods.declared.signature_of(target).params)


def _typed(walk: BodyWalk, root: it.Expr, params: tuple[Ty, ...] = ()) -> TypedBody:
    place = walk.place
    return TypedBody(place.owner, root, place.context, params, walk.types, walk.links())
