"""Bodies by the names of their items, and back."""

from collections.abc import Iterable
from difflib import get_close_matches

from soundcheck.calls.linking import World, has_body
from soundcheck.calls.sites import BodyId


class Names:
    """The names of all bodies of a workspace; those of stubs are left out."""

    def __init__(self, world: World) -> None:
        self._defs = world.defmap.defs
        self._stubs = world.callees.stubs
        self._bodies: dict[str, list[int]] = {}
        for target in self._defs:
            if has_body(target) and target.module not in self._stubs:
                self._bodies.setdefault(target.path, []).append(target.index)

    def is_own(self, body: BodyId) -> bool:
        """Whether a body is the workspace's."""
        return self._defs[body.owner].module not in self._stubs

    def name(self, body: BodyId) -> str:
        """The name of a body's item; that of a closure has its offset behind it."""
        name = self._defs[body.owner].path
        return name if body.closure < 0 else f"{name}::{{closure at {body.closure}}}"

    def module(self, body: BodyId) -> int:
        """The index of the module that a body stands in."""
        return self._defs[body.owner].module

    def find(self, name: str) -> tuple[BodyId, ...]:
        """The bodies of the items with a name, or with a name that ends in it."""
        found = self._bodies.get(name)
        if found is None:
            ending = f"::{name}"
            found = [
                index
                for path, indices in sorted(self._bodies.items())
                if path.endswith(ending)
                for index in indices
            ]
        return tuple(BodyId(index) for index in found)

    def suggest(self, name: str) -> str:
        """The clause ``; did you mean `x`?`` for the nearest name, or nothing."""
        near = get_close_matches(name, self._bodies, n=1)
        return f"; did you mean `{near[0]}`?" if near else ""

    def sort(self, bodies: Iterable[BodyId]) -> list[BodyId]:
        """Bodies in order of names."""
        return sorted(bodies, key=lambda body: (self.name(body), body))
