"""The budget: how much unsafe code a module or path may hold, and where any may stand at all.

A committed TOML file that people write. Every line has its reason, so that a review of the file is
a review of why there is more unsafe code than before.

    counting = "soundcheck"              # whose counters these are; this is the default

    [modules."kernel::mm"]               # the module and all inside it
    blocks = 12                          # no more than so many unsafe ones
    impls = 2
    reason = "huge pages, reviewed with the memory team"
    known.blocks = { map = 8, unmap = 4 }  # optional: where they are, so that others are new

    [paths."src/drivers"]                # a file, or a folder and all inside it
    exprs = 40
    reason = "until the registers have types"

    [allowed.modules]                    # optional: unsafe code may stand nowhere else
    "kernel::arch" = "instructions have no safe form"

    [allowed.paths]
    "libs/raw" = "what the rest is built on"
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import cast

import msgspec

from soundcheck.catalog import FactSpec, Number, Problem, Table, Text, suggest
from soundcheck.catalog.schema import read_table
from soundcheck.catalog.toml import KeyPath, locate_keys, parse_toml
from soundcheck.finding import Gap
from soundcheck.source import Span
from soundcheck.syntax.columns import (
    BUCKETS,
    GEIGER_COUNTERS,
    OWN_COUNTERS,
    OWN_PROFILE,
    PROFILES,
    column_of,
)

BUDGET = "soundcheck-budget.toml"

_REASON = Text(pattern=r"\s*\S[^\n]*", form="a reason, on one line")
_MODULE = re.compile(r"(?:r#)?\w+(?:::(?:r#)?\w+)*")
_PATH = re.compile(r"(?!/)(?:(?!\.\.?/|\.\.?$)[^/\\]+/?)+")


class Place(msgspec.Struct, frozen=True):
    """A module, with all inside it, or a path: a file, or a folder with all inside it.

    ``line`` is where the budget speaks of it, ``start..end`` the bytes of that line.
    """

    name: str
    is_module: bool
    reason: str
    line: int
    start: int
    end: int

    def holds(self, module: str, path: str) -> bool:
        """Whether code of a module, in the file ``path``, stands there."""
        if self.is_module:
            return module == self.name or module.startswith(f"{self.name}::")
        folder = self.name.rstrip("/")
        return path == folder or path.startswith(f"{folder}/")


class Ceiling(msgspec.Struct, frozen=True):
    """How many of a counter a place may have; ``known`` are the items that were counted then.

    Their names are full or begin below the place's module; ``None`` where no line tells them.
    """

    place: Place
    counter: str
    most: int
    known: Mapping[str, int] | None = None


class Budget(msgspec.Struct, frozen=True):
    """All ceilings, in order of writing, and where unsafe code may stand, if that is told."""

    path: str
    counting: str
    ceilings: tuple[Ceiling, ...]
    allowed: tuple[Place, ...] | None = None

    @property
    def places(self) -> Iterator[Place]:
        """Every place the budget speaks of."""
        yield from dict.fromkeys(one.place for one in self.ceilings)
        yield from self.allowed or ()


class Accounts(msgspec.Struct, frozen=True):
    """A budget, and what its counting profile counts by file: offset, column, how often.

    Of our own profile the parse knows, so that nothing is here.
    """

    budget: Budget
    events: Mapping[str, Sequence[tuple[int, int, int]]] = {}


def find_unmet(budget: Budget, modules: Collection[str], paths: Collection[str]) -> tuple[Gap, ...]:
    """The places of a budget that are no module and no path of the program, each a gap."""
    return tuple(
        Gap("unmet-budget", f"the budget speaks of `{place.name}`, {what}", span_of(budget, place))
        for place in budget.places
        if (what := _why_unmet(place, modules, paths))
    )


def _why_unmet(place: Place, modules: Collection[str], paths: Collection[str]) -> str:
    if place.is_module:
        is_there = any(place.holds(module, "") for module in modules)
        return "" if is_there else f"which is no module{suggest(place.name, modules)}"
    return "" if any(place.holds("", path) for path in paths) else "where no Rust is"


def span_of(budget: Budget, place: Place) -> Span:
    """The line of a budget that speaks of a place."""
    return Span(budget.path, place.line, place.start, place.end)


def counters_of(counting: str) -> tuple[str, ...]:
    """What a counting profile counts."""
    return OWN_COUNTERS if counting == OWN_PROFILE else GEIGER_COUNTERS


def unsafe_columns(counting: str, counter: str) -> tuple[int, ...]:
    """Where a count has what is unsafe of a counter; our own profile leaves tests out."""
    if counting != OWN_PROFILE:
        return (2 * GEIGER_COUNTERS.index(counter) + 1,)
    return tuple(column_of(counter, one, is_unsafe=True) for one in BUCKETS if one != "tests")


def read_budget(path: str, text: str) -> Budget | tuple[Problem, ...]:
    """The budget in a file, or all that is wrong with it, in order of lines."""
    table = parse_toml(path, text)
    if isinstance(table, Problem):
        return (table,)
    counting = table.get("counting", OWN_PROFILE)
    # Under a counting profile that there is not, any counter may be right.
    every = tuple(dict.fromkeys((*OWN_COUNTERS, *GEIGER_COUNTERS)))
    counters = counters_of(str(counting)) if counting in PROFILES else every
    values, problems = read_table(path, text, table, _keys(counters))
    lines = locate_keys(text)
    problems += [
        Problem(path, lines.get(at, 1), message) for at, message in _faults(table, counters)
    ]
    if problems:
        return tuple(sorted(set(problems)))
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line.encode()) + 1)

    def place(at: KeyPath, *, is_module: bool, reason: object) -> Place:
        line = lines[at]
        start, end = starts[line - 1], starts[line] - 1
        return Place(str(at[-1]), is_module, str(reason), line, start, end)

    ceilings: list[Ceiling] = []
    for key in ("modules", "paths"):
        for name, facts in _tables(values, key).items():
            at = place((key, name), is_module=key == "modules", reason=facts["reason"])
            known = cast("Mapping[str, Mapping[str, int]]", facts.get("known", {}))
            ceilings += [
                Ceiling(at, counter, cast(int, facts[counter]), known.get(counter))
                for counter in counters
                if counter in facts
            ]
    allowed: list[Place] | None = None
    if "allowed" in values:
        named = cast("Mapping[str, Mapping[str, str]]", values["allowed"])
        allowed = [
            place(("allowed", key, name), is_module=key == "modules", reason=reason)
            for key in ("modules", "paths")
            for name, reason in named.get(key, {}).items()
        ]
    return Budget(path, str(counting), tuple(ceilings), None if allowed is None else tuple(allowed))


def _keys(counters: Sequence[str]) -> dict[str, FactSpec]:
    line = Table(
        {
            **{counter: FactSpec(Number()) for counter in counters},
            "reason": FactSpec(_REASON, is_required=True),
            "known": FactSpec(
                Table({counter: FactSpec(Table(others=Number(1))) for counter in counters})
            ),
        }
    )
    named = Table(others=_REASON)
    return {
        "counting": FactSpec(Text(choices=PROFILES)),
        "modules": FactSpec(Table(others=line)),
        "paths": FactSpec(Table(others=line)),
        "allowed": FactSpec(Table({"modules": FactSpec(named), "paths": FactSpec(named)})),
    }


def _faults(table: Mapping[str, object], counters: Sequence[str]) -> Iterator[tuple[KeyPath, str]]:
    """What a schema does not say: names that cannot be, lines without a ceiling."""
    allowed = table.get("allowed")
    allowed = allowed if isinstance(allowed, dict) else {}
    for key in ("modules", "paths"):
        for at, names in ((key,), table.get(key)), (("allowed", key), allowed.get(key)):
            for name in names if isinstance(names, dict) else ():
                if key == "modules" and not _MODULE.fullmatch(name):
                    yield (*at, name), f"`{name}` is no path of a module, like `krate::module`"
                elif key == "paths" and not _PATH.fullmatch(name):
                    yield (*at, name), f"`{name}` is no path below the root, like `src/drivers`"
        for name, line in _tables(table, key).items():
            if isinstance(line, dict) and not any(counter in line for counter in counters):
                choice = ", ".join(f"`{counter}`" for counter in counters)
                yield (key, name), f"no ceiling; there are {choice}"


def _tables(values: Mapping[str, object], key: str) -> Mapping[str, Mapping[str, object]]:
    found = values.get(key)
    return found if isinstance(found, dict) else {}
