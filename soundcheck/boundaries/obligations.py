"""Obligations that leave the function or type whose unsafe code has them, and who meets them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from soundcheck.boundaries.contracts import is_open
from soundcheck.boundaries.found import Boundaries, Site
from soundcheck.boundaries.leans import Key
from soundcheck.boundaries.supports import Support, keys_of
from soundcheck.crates.definitions import PUBLIC

# Obligations handed on through more functions than this are taken for not met.
_DEEPEST = 12


class Obligation(msgspec.Struct, frozen=True, gc=False):
    """What safe code has to see to, so that some unsafe sites are sound.

    ``key`` is what it leaves through, the nearest first item of safe code: a parameter of a safe
    function, a field seen outside its module, a method of a safe trait. ``item`` is that function
    or type or trait, ``module`` where it stands, ``reach`` the module inside which safe code can
    break it, -1 for everybody. ``behind`` is the private field that a constructor's parameter
    goes into, if that is what sites lean on. ``sites`` are indices into ``Boundaries.sites``,
    ``supports`` those who give the value today, and ``state`` says whether all of them see to it:
    ``met``, ``not met``, ``unknown``, or ``unused`` where there is nobody.
    """

    key: Key
    item: int
    module: int
    reach: int
    behind: Key
    sites: tuple[int, ...]
    supports: tuple[Support, ...]
    state: str

    @property
    def is_public(self) -> bool:
        """Whether everybody can break it who uses the crate."""
        return self.reach == PUBLIC


def find_obligations(found: Boundaries) -> tuple[Obligation, ...]:
    """Every obligation that leaves, in order of the definitions it leaves through."""
    sites: dict[Key, list[int]] = defaultdict(list)
    behind: dict[Key, Key] = {}
    for index, site in enumerate(found.sites):
        if not is_open(found.world.defmap, found.world.defmap.defs[site.func]):
            continue  # What its contract demands, its callers answer for.
        for key, field in _leaving(found, site):
            sites[key].append(index)
            behind.setdefault(key, field)
    states = _States(found)
    return tuple(
        Obligation(
            key,
            key[1],
            found.world.defmap.defs[key[1]].module,
            reach_of(found, key),
            behind[key],
            tuple(sites[key]),
            found.supports.of(key),
            states.of(key),
        )
        for key in sorted(sites)
    )


def is_kept(found: Boundaries, obligation: Obligation) -> bool:
    """Whether only the module itself could break it, and is not seen to."""
    is_private = not found.reach.is_beyond(obligation.reach, obligation.module)
    return is_private and obligation.state != "not met"


def reach_of(found: Boundaries, key: Key) -> int:
    """The module inside which safe code can give what a key stands for."""
    kind, index, name = key
    target = found.world.defmap.defs[index]
    if kind == "field":
        return found.reach.of_field(target, name)
    return found.reach.of(target)


def _leaving(found: Boundaries, site: Site) -> Iterator[tuple[Key, Key]]:
    """The keys through which a site's obligations leave, each with the field behind it."""
    seen: set[Key] = set()
    nothing: Key = ("", -1, "")
    pending = [(key, nothing) for key in keys_of(site.leans)]
    while pending:
        key, field = pending.pop()
        if key in seen:
            continue
        seen.add(key)
        if leaves(found, key):
            yield key, field
        elif key[0] in ("field", "result"):
            inner = key if key[0] == "field" and field == nothing else field
            for support in found.supports.of(key):
                pending += [(one, inner) for one in keys_of(support.leans)]


def leaves(found: Boundaries, key: Key) -> bool:
    """Whether safe code outside a function or type gives what a key stands for."""
    kind, index, name = key
    target = found.world.defmap.defs[index] if index >= 0 else None
    if target is None:
        return False
    if kind == "parameter":
        return is_open(found.world.defmap, target)
    if kind == "field":
        reach = found.reach.of_field(target, name)
        return found.reach.is_beyond(reach, target.module)
    return kind == "trait"


class _States:
    """Whether obligations are met by those who have them today."""

    def __init__(self, found: Boundaries) -> None:
        self._found = found
        self._known: dict[Key, str] = {}

    def of(self, key: Key, depth: int = 0) -> str:
        if key not in self._known:
            # What leads back to itself hands on nothing new.
            self._known[key] = "met"
            self._known[key] = self._judge(key, depth)
        return self._known[key]

    def _judge(self, key: Key, depth: int) -> str:
        if key[0] == "trait":
            return "unknown"
        supports = self._found.supports.of(key)
        if not supports:
            return "unused"
        if depth > _DEEPEST:
            return "unknown"
        states = {self._of_support(one, depth) for one in supports}
        return next((one for one in ("not met", "unknown") if one in states), "met")

    def _of_support(self, support: Support, depth: int) -> str:
        if support.verdict in ("encapsulated", "declared"):
            return "met"
        if support.verdict != "leaks":
            return "unknown"
        handed = [key for key in keys_of(support.leans) if leaves(self._found, key)]
        if any(reach_of(self._found, key) == PUBLIC for key in handed):
            return "not met"
        states = {self.of(key, depth + 1) for key in handed}
        if "not met" in states:
            return "not met"
        return "unknown" if "unknown" in states else "met"
