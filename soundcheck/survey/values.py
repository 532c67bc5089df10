"""The survey as values: what there is to review, in order of modules and places."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from soundcheck.contexts.lock_table import LockRow
from soundcheck.source import SourceFile, Span


class Leaning(msgspec.Struct, frozen=True, gc=False):
    """One thing that the safety of a site rests on, and who can break it.

    ``kind`` and ``verdict`` are those of ``boundaries.leans.Lean``. ``reach`` tells in words how
    far a leak is seen, and is empty where nothing leaks.
    """

    kind: str
    verdict: str
    what: str
    reach: str


class Act(msgspec.Struct, frozen=True, gc=False):
    """One unsafe operation: what is done, on what, and where."""

    kind: str
    name: str
    at: Span
    is_certain: bool


class Duty(msgspec.Struct, frozen=True, gc=False):
    """What safe code has to see to for a site: through what, who can, and whether all do today.

    ``given`` is how many give the value, ``state`` that of ``boundaries.obligations.Obligation``.
    """

    through: str
    reach: str
    state: str
    given: int


class RunsIn(msgspec.Struct, frozen=True, gc=False):
    """A context in which code runs, and the names of the functions on the shortest way to it."""

    context: str
    interrupts: str
    is_sure: bool
    way: tuple[str, ...]


class Reading(msgspec.Struct, frozen=True, gc=False):
    """A function that must be read to judge an unsafe site, and why.

    ``why`` is empty for the one that the site stands in. ``safe_lines`` is how long it is, or 0
    where it is unsafe itself: such code is not trusted unread.
    """

    item: str
    at: Span
    why: str
    safe_lines: int


class Site(msgspec.Struct, frozen=True, gc=False):
    """One unsafe site.

    ``key`` is the same between runs while its item keeps its name. ``token`` is the place of the
    word that makes it unsafe, ``at`` all of it. ``argument`` is what its safety comment says, or
    ``None`` where there is none. ``verdict`` is the worst of ``leanings``, and empty for what does
    nothing by itself: attributes, statics, code of tests.
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
    verdict: str
    leanings: tuple[Leaning, ...]
    duties: tuple[Duty, ...]
    contexts: tuple[RunsIn, ...]
    readings: tuple[Reading, ...]


class Module(msgspec.Struct, frozen=True, gc=False):
    """One module: its path, its crate, its file, and how many lines it has without inline ones.

    ``surface`` are the lines of safe code that can break its unsafe code, here and elsewhere,
    ``readings`` the functions to read for all its sites. ``owed`` are obligations that leave it,
    ``due`` those of others that it has to meet.
    """

    path: str
    crate: str
    file: str
    lines: int
    is_test: bool
    surface: int = 0
    readings: int = 0
    owed: int = 0
    due: int = 0


class Use(msgspec.Struct, frozen=True, gc=False):
    """That one module calls another, from so many places, and can break so many of its sites."""

    user: str
    used: str
    calls: int
    breaks: int = 0


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
