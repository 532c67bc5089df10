"""What the bodies of a file tell, each walked once: the part of the model that is made by file."""

from collections.abc import Iterable

import msgspec

from soundcheck.calls.linking import World, join_parts, walk_bodies
from soundcheck.calls.sites import Links
from soundcheck.crates.definitions import Def


class BodyFacts(msgspec.Struct, frozen=True, gc=False):
    """What the bodies of one file call and do."""

    links: Links


def read_bodies(world: World, targets: Iterable[Def]) -> BodyFacts:
    """The facts of some definitions' bodies, in order of place."""
    return BodyFacts(join_parts(body.links for body in walk_bodies(world, targets)))
