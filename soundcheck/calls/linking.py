"""Walks every body of a file: what it calls, and of what type all in it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from soundcheck.calls.bodies import BodyWalk
from soundcheck.calls.callees import Callees, Place
from soundcheck.calls.calling import argument
from soundcheck.calls.sites import CallSite, Links, Mention, ValueCall
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
    for links in parts:
        sites.extend(links.sites)
        values.extend(links.values)
        mentions.extend(links.mentions)
    return Links(tuple(sites), tuple(values), tuple(mentions))


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
                walk = _start(world, target, arm.start)
                walk.block(arm.body)
                yield _typed(walk, arm.body)
        return
    if isinstance(item, it.Static) and item.value is not None:
        walk = _start(world, target, item.value.start)
        wanted = world.methods.declared.value_type(target)
        found = argument(walk, item.value, wanted, {}, {})
        walk.mention(item.value, found, "static")
        yield _typed(walk, item.value)
    if isinstance(item, it.Function) and item.body is not None:
        yield _walk_function(world, target, item, item.body)


def _typed(walk: BodyWalk, root: it.Expr, params: tuple[Ty, ...] = ()) -> TypedBody:
    place = walk.place
    return TypedBody(place.owner, root, place.context, params, walk.types, walk.links())


def _walk_function(world: World, target: Def, func: it.Function, body: it.Block) -> TypedBody:
    walk = _start(world, target, body.start)
    signature = world.methods.declared.signature_of(target)
    if signature.receiver is not None:
        walk.scopes[0]["self"] = signature.receiver
    for index, (param, ty) in enumerate(zip(func.params, signature.params, strict=True)):
        walk.bind(param.pat, world.methods.normalize(ty, signature.bounds))
        if isinstance(param.pat, it.BindPat):
            walk.params[param.pat.name] = index
    walk.root = body
    found = walk.block(body, signature.ret)
    if body.tail is not None:
        walk.mention(body.tail, found, "return")
    for name, ty in walk.scopes[0].items():
        if name != "self" or func.receiver.startswith("self"):
            walk.dropped(ty, body.end, name)
    for param, ty in zip(func.params, signature.params, strict=True):
        if isinstance(param.pat, it.WildPat):
            walk.dropped(ty, body.end)
    return _typed(walk, body, signature.params)


def _start(world: World, target: Def, offset: int) -> BodyWalk:
    declared = world.methods.declared.context_of(target)
    scope = world.defmap.scope_in(target, offset)
    context = Context(scope, declared.self_type, declared.generics, declared.bounds)
    return BodyWalk(Place(target, context, target.cfg), world.methods, world.callees)
