"""What the bodies of a file tell, each walked once: the part of the model that is made by file."""

from collections.abc import Iterable
from functools import lru_cache

from soundcheck.boundaries.collecting import find_operations
from soundcheck.boundaries.operations import Operation
from soundcheck.boundaries.writes import FieldWrite, find_writes
from soundcheck.calls.linking import LinkedBodies, World, join_parts, walk_bodies
from soundcheck.calls.sites import Links
from soundcheck.contexts.carriers import Carriers
from soundcheck.contexts.lowering import Words, lower_body
from soundcheck.contexts.scripts import Script, Scripts
from soundcheck.crates.definitions import Def
from soundcheck.types.methods import Methods


class BodyFacts(LinkedBodies, frozen=True, gc=False):
    """What the bodies of one file call and do, and which fields they write to."""

    scripts: Scripts
    operations: tuple[Operation, ...] = ()
    writes: tuple[FieldWrite, ...] = ()


@lru_cache(maxsize=1)
def _carriers(methods: Methods) -> Carriers:
    return Carriers(methods)


def read_bodies(world: World, targets: Iterable[Def]) -> BodyFacts:
    """The facts of some definitions' bodies, in order of place."""
    links: list[Links] = []
    scripts: list[Script] = []
    operations: list[Operation] = []
    writes: list[FieldWrite] = []
    words = Words()
    for body in walk_bodies(world, targets):
        links.append(body.links)
        scripts.extend(lower_body(world, _carriers(world.methods), words, body))
        operations.extend(find_operations(world, body))
        writes.extend(find_writes(world, body))
    return BodyFacts(
        join_parts(links),
        Scripts(words.texts, tuple(scripts)),
        tuple(operations),
        tuple(writes),
    )
