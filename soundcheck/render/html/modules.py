"""Modules as the report lists them: what is unsafe in each, what uses it, what it uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from soundcheck.finding import SEVERITIES, Finding
from soundcheck.render.html.sites import ShownSite, badness
from soundcheck.survey.values import Module, Survey

_MOST_NEIGHBOURS = 6


class Neighbour(NamedTuple):
    """A module that uses another, or is used by it, from so many places.

    ``breaks`` are the unsafe sites of the used one that the user can break.
    """

    anchor: str
    path: str
    calls: int
    breaks: int


class ShownModule(NamedTuple):
    """One module with its sites, its findings, and its neighbours, the nearest first."""

    anchor: str
    module: Module
    sites: tuple[ShownSite, ...]
    findings: tuple[tuple[str, Finding], ...]
    users: tuple[Neighbour, ...]
    used: tuple[Neighbour, ...]
    more_users: int
    more_used: int
    blind: int

    def levels(self) -> tuple[int, ...]:
        """How many findings there are of each severity, the worst first."""
        found = [finding.severity for _, finding in self.findings]
        return tuple(found.count(severity) for severity in SEVERITIES)

    @property
    def told(self) -> tuple[tuple[str, int], ...]:
        """The severities, each with how many findings there are."""
        return tuple(zip(SEVERITIES, self.levels(), strict=True))

    @property
    def unargued(self) -> int:
        """How many sites nobody argued for."""
        return sum(not site.has_argument for site in self.sites)

    @property
    def density(self) -> int:
        """Unsafe sites by lines, from 0 for none to 4 for four in a hundred lines and more."""
        return density(len(self.sites), self.module.lines)

    @property
    def leaks(self) -> int:
        """How many sites can be broken by safe code elsewhere."""
        return sum(site.site.verdict == "leaks" for site in self.sites)

    @property
    def worst(self) -> ShownSite | None:
        """The site to begin with."""
        return max(self.sites, key=badness, default=None)


def density(sites: int, lines: int) -> int:
    """A class from 0 to 4: how many unsafe sites there are for a hundred lines."""
    share = 100 * sites / max(lines, 1)
    return 0 if not sites else 1 + sum(share >= limit for limit in (0.5, 1.5, 4))


def anchor_module(path: str) -> str:
    """The anchor of a module: the same in every run, whatever its name is made of."""
    return "m-" + blake2b(path.encode("utf-8", "replace"), digest_size=6).hexdigest()


def show_modules(
    survey: Survey,
    sites: Iterable[ShownSite],
    findings: Mapping[str, Sequence[tuple[str, Finding]]],
) -> list[ShownModule]:
    """The modules in order of paths, those of tests last; ``findings`` are by a module's path."""
    by_module: dict[str, list[ShownSite]] = defaultdict(list)
    for site in sites:
        by_module[site.site.module].append(site)
    users: dict[str, list[Neighbour]] = defaultdict(list)
    used: dict[str, list[Neighbour]] = defaultdict(list)
    for use in survey.uses:
        users[use.used].append(Neighbour(anchor_module(use.user), use.user, use.calls, use.breaks))
        used[use.user].append(Neighbour(anchor_module(use.used), use.used, use.calls, use.breaks))
    known = _joined(survey.modules)
    for path in by_module:
        # What no module holds is told by its file.
        known.setdefault(path, Module(path, "", path, 0, is_test=False))
    shown = []
    for path in sorted(known, key=lambda one: (known[one].is_test, one)):
        before, after = _nearest(users[path]), _nearest(used[path])
        shown.append(
            ShownModule(
                anchor_module(path),
                known[path],
                tuple(by_module.get(path, ())),
                tuple(findings.get(path, ())),
                tuple(before[:_MOST_NEIGHBOURS]),
                tuple(after[:_MOST_NEIGHBOURS]),
                max(len(before) - _MOST_NEIGHBOURS, 0),
                max(len(after) - _MOST_NEIGHBOURS, 0),
                survey.blind.get(path, 0),
            )
        )
    return shown


def _joined(modules: Iterable[Module]) -> dict[str, Module]:
    """The modules by path: one that has a file for each configuration is one."""
    known: dict[str, Module] = {}
    for one in modules:
        other = known.get(one.path)
        if other is not None:
            file = other.file if one.file == other.file else f"{other.file}, {one.file}"
            one = Module(
                one.path,
                one.crate,
                file,
                other.lines + one.lines,
                other.is_test and one.is_test,
                other.surface + one.surface,
                other.readings + one.readings,
                other.owed + one.owed,
                other.due + one.due,
            )
        known[one.path] = one
    return known


def worst_first(modules: Iterable[ShownModule]) -> list[ShownModule]:
    """Those with something to review: by errors, warnings, leaks, and by what must be read."""
    telling = [one for one in modules if (one.sites or one.findings) and not one.module.is_test]
    return sorted(
        telling,
        key=lambda one: (
            *(-level for level in one.levels()[:2]),
            -one.leaks,
            -one.module.surface,
            -one.unargued,
            -len(one.sites),
            one.module.path,
        ),
    )


def _nearest(found: Sequence[Neighbour]) -> list[Neighbour]:
    return sorted(found, key=lambda one: (-one.breaks, -one.calls, one.path))
