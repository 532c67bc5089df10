"""Classes of locks: one name for the same lock, by whatever way it is reached.

A lock is a static or a field of a type. What a function gives back is where it leads; of two
functions of which each build has one, both lead to one lock. A field that holds a reference or an
``Arc`` is another name for the lock it leads to, if all that is ever put into it leads there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from soundcheck.calls.graph import CallGraph
from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.contexts.facts import KernelFacts
from soundcheck.contexts.scripts import Call, Script, calls_in
from soundcheck.crates.definitions import Def

# An accessor that calls another is followed no further than this, and so is a parameter given on.
_MOST_ACCESSORS = 3
_REST = re.compile(r"[.\[]")

Written = tuple[Script, tuple[str, ...]]
SiteOf = Callable[[BodyId, Call], CallSite | None]


class LockClasses:
    """The classes of all places of a program; a local or a parameter has none."""

    def __init__(
        self,
        scripts: Mapping[BodyId, Sequence[Written]],
        graph: CallGraph,
        site_of: SiteOf,
        facts: KernelFacts,
        defs: Sequence[Def],
    ) -> None:
        self._scripts = scripts
        self._graph = graph
        self._site_of = site_of
        self._facts = facts
        self._known: dict[str, str] = {}
        self._same: dict[str, str] = {}
        self._lent: dict[str, str] = {}
        for body, written in scripts.items():
            for script, words in written:
                if script.place >= 0:
                    self._lent[defs[body.owner].path] = words[script.place]
        self._join_builds()
        self._join_stores()
        self._known.clear()

    def of(self, place: str) -> str:
        """The class of the lock at a place."""
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = self._root(self._named(place))
        return known

    @property
    def aliases(self) -> Mapping[str, Sequence[str]]:
        """The other names of classes that have some."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._same):
            found[self._root(name)].append(name)
        return found

    # -- names ---------------------------------------------------------------------------------

    def _named(self, place: str, depth: int = 0) -> str:
        """The name of a place: of several that there are in different builds, any."""
        return next(iter(self._names(place, depth)), "")

    def _names(self, place: str, depth: int = 0) -> list[str]:
        kind, _, name = place.partition(" ")
        if kind in ("static", "field"):
            return [name]
        if kind not in ("result", "given"):
            return []
        cut = _REST.search(name)
        functions, rest = (name, "") if cut is None else (name[: cut.start()], name[cut.start() :])
        paths = functions.split("|")
        found = [lent for path in paths if (lent := self._lent_by(path, depth))]
        if not found and kind == "result":
            found = [f"{path}()" for path in paths]
        return [f"{one}{rest}" for one in dict.fromkeys(found)]

    def _lent_by(self, path: str, depth: int) -> str:
        """What a function leads to; nothing where that is not known."""
        place = self._lent.get(path, "")
        return self._named(place, depth + 1) if place and depth < _MOST_ACCESSORS else ""

    # -- what is the same ----------------------------------------------------------------------

    def _root(self, name: str) -> str:
        while name in self._same:
            name = self._same[name]
        return name

    def _join(self, name: str, other: str) -> None:
        """Let ``name`` be another name of what ``other`` is."""
        name, other = self._root(name), self._root(other)
        if name != other:
            self._same[name] = other

    def _join_builds(self) -> None:
        """What a call leads to in one build is what it leads to in the others."""
        # The bodies of one file, which stand together, share their words.
        files = groupby(written[0][1] for written in self._scripts.values())
        places = {
            place
            for words, _ in files
            for place in words
            if "|" in place and place.startswith(("result ", "given "))
        }
        for place in sorted(places):
            names = sorted(self._names(place), key=lambda name: ("()" in name, name))
            for other in names[1:]:
                self._join(other, names[0])

    def _join_stores(self) -> None:
        """A field, or what lies in a container, is what alone is put there."""
        sources: dict[str, set[str]] = defaultdict(set)
        stores = (
            (body.owner, words, store)
            for body, written in self._scripts.items()
            for script, words in written
            for store in script.stores
        )
        for owner, words, (place, source, ty) in stores:
            if self._facts.locks_of(words[ty]):
                name = self._named(words[place])
                text = words[source] if source >= 0 else ""
                sources[name].update(self._put_by(owner, text))
        for _ in range(_MOST_ACCESSORS):
            for name in sorted(sources):
                leads = {self._root(one) if one else "" for one in sources[name]}
                leads.discard(self._root(name))
                if len(leads) == 1 and "" not in leads:
                    self._join(name, leads.pop())

    def _put_by(self, owner: int, source: str, depth: int = 0) -> Iterator[str]:
        """What a value that a body puts somewhere leads to; empty for what is not known."""
        kind, _, number = source.partition(" ")
        if kind != "param" or not number.isdigit():
            yield self._named(source)
            return
        given = list(self._given(owner, int(number))) if depth < _MOST_ACCESSORS else []
        for giver, text in given or [(owner, "")]:
            yield from self._put_by(giver, text, depth + 1)

    def _given(self, owner: int, param: int) -> Iterator[tuple[int, str]]:
        """By whom a parameter is given what: the body, and the name of the place."""
        target = BodyId(owner)
        for caller in sorted({edge.caller for edge in self._graph.callers(target)}):
            for script, words in self._scripts.get(caller, ()):
                for op in calls_in(script.ops):
                    site = self._site_of(caller, op)
                    if site is None or target not in site.callees:
                        continue
                    lent, own = dict(op.lent), dict(op.forwards)
                    if param in own:
                        yield caller.owner, f"param {own[param]}"
                    else:
                        yield caller.owner, words[lent[param]] if param in lent else ""
        if any(mention.body == target for mention in self._graph.mentions):
            yield owner, ""


def group_scripts(
    parts: Iterable[tuple[Sequence[Script], tuple[str, ...]]],
) -> dict[BodyId, list[Written]]:
    """Scripts with their words, by body."""
    found: dict[BodyId, list[Written]] = defaultdict(list)
    for scripts, words in parts:
        for script in scripts:
            found[script.body].append((script, words))
    return found
