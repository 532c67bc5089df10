"""What the bodies of a file tell, each walked once: the part of the model that is made by file."""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from soundcheck.boundaries.casts import PointerCast, find_casts
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
    """What the bodies of one file call and do, what they write to, and what they cast.

    What they do is decoded for who asks: contexts follow scripts, and others the rest.
    """

    encoded_scripts: msgspec.Raw
    encoded_operations: msgspec.Raw
    encoded_writes: msgspec.Raw
    encoded_casts: msgspec.Raw

    @property
    def scripts(self) -> Scripts:
        """What each body does in turn."""
        return _SCRIPTS.decode(self.encoded_scripts)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The unsafe operations."""
        return _OPERATIONS.decode(self.encoded_operations)

    @property
    def writes(self) -> tuple[FieldWrite, ...]:
        """The places that give a field a value."""
        return _WRITES.decode(self.encoded_writes)

    @property
    def casts(self) -> tuple[PointerCast, ...]:
        """The casts of integers to raw pointers."""
        return _CASTS.decode(self.encoded_casts)


_ENCODER = msgspec.msgpack.Encoder()
_SCRIPTS = msgspec.msgpack.Decoder(Scripts)
_OPERATIONS = msgspec.msgpack.Decoder(tuple[Operation, ...])
_WRITES = msgspec.msgpack.Decoder(tuple[FieldWrite, ...])
_CASTS = msgspec.msgpack.Decoder(tuple[PointerCast, ...])


@lru_cache(maxsize=1)
def _carriers(methods: Methods) -> Carriers:
    return Carriers(methods)


def read_bodies(world: World, targets: Iterable[Def]) -> BodyFacts:
    """The facts of some definitions' bodies, in order of place."""
    links: list[Links] = []
    scripts: list[Script] = []
    operations: list[Operation] = []
    writes: list[FieldWrite] = []
    casts: list[PointerCast] = []
    words = Words()
    for body in walk_bodies(world, targets):
        links.append(body.links)
        scripts.extend(lower_body(world, _carriers(world.methods), words, body))
        operations.extend(find_operations(world, body))
        writes.extend(find_writes(world, body))
        casts.extend(find_casts(world, body))
    return BodyFacts(
        join_parts(links),
        _encoded(Scripts(words.texts, tuple(scripts))),
        _encoded(operations),
        _encoded(writes),
        _encoded(casts),
    )


def _encoded(value: object) -> msgspec.Raw:
    return msgspec.Raw(_ENCODER.encode(value))
