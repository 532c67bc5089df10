"""The survey as values: what there is to review, in order of modules and places."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from soundcheck.contexts.lock_table import LockRow
from soundcheck.source import SourceFile, Span


class Leaning(msgspec.Struct, frozen=True, gc=False):
    """One thing that an unsafe operation leans on: its kind, and a clause about it.

    The kinds are those of ``Origin``; ``checks`` are the conditions that the value was put to.
    """

    kind: str
    what: str
    checks: tuple[str, ...]


class Act(msgspec.Struct, frozen=True, gc=False):
    """One unsafe operation: what is done, on what, where, and what its operands lean on."""

    kind: str
    name: str
    at: Span
    leanings: tuple[Leaning, ...]
    is_certain: bool


class RunsIn(msgspec.Struct, frozen=True, gc=False):
    """A context in which code runs, and the names of the functions on the shortest way to it."""

    context: str
    interrupts: str
    is_sure: bool
    way: tuple[str, ...]


class Reading(msgspec.Struct, frozen=True, gc=False):
    """A function that must be read to judge an unsafe site, and why."""

    item: str
    at: Span
    why: str


class Site(msgspec.Struct, frozen=True, gc=False):
    """One unsafe site.

    ``key`` is the same between runs while its item keeps its name. ``token`` is the place of the
    word that makes it unsafe, ``at`` all of it. ``argument`` is what its safety comment says, or
    ``None`` where there is none.
    """

    key: str
    kind: str
    at: Span
    token: Span
    item: str
    module: str
    in_macro: bool
    is_test: bool
    argument: str | None
    acts: tuple[Act, ...]
    contexts: tuple[RunsIn, ...]
    readings: tuple[Reading, ...]


class Module(msgspec.Struct, frozen=True, gc=False):
    """One module: its path, its crate, its file, and how many lines it has without inline ones."""

    path: str
    crate: str
    file: str
    lines: int
    is_test: bool


class Use(msgspec.Struct, frozen=True, gc=False):
    """That one module calls another, and from how many places."""

    user: str
    used: str
    calls: int


class Survey(msgspec.Struct, frozen=True):
    """All of it.

    ``calls`` are the written calls by resolution, ``lost`` the most frequent reasons for which
    calls lead nowhere known, ``blind`` how many of them stand in each module. ``sources`` are the
    files in which a site or lock stands.
    """

    modules: tuple[Module, ...]
    uses: tuple[Use, ...]
    sites: tuple[Site, ...]
    locks: tuple[LockRow, ...]
    calls: Mapping[str, int]
    lost: tuple[tuple[str, int], ...]
    blind: Mapping[str, int]
    sources: Mapping[str, SourceFile]
