"""Scripts: bodies reduced to what locks, interrupt state and contexts depend on, in order.

A script says nothing of what a call means: whether it takes a lock or masks interrupts is told by
facts about kernels, which are applied later. It says what is called when, on which place, and how
long the value that a call gave back lives, drop order and temporaries included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from soundcheck.calls.sites import BodyId, CallSite


class Op(
    msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True, tag_field="op", kw_only=False
):
    """One step of a script; ``start`` is where it stands in the file."""

    start: int


class Call(Op, frozen=True):
    """A call, written or made by the language: the site with this start, ``end`` and ``kind``.

    ``place`` names what it is called on: the receiver of a method, the first argument of a path
    call; -1 for nothing that has a name. ``type`` is the type of that, behind references. Both
    are indices into the ``words`` of their ``Scripts``. ``value`` is the number under which the
    script releases what the call gave back, or -1 where dropping that does nothing. ``result`` is
    its type, or -1. ``forwards`` pairs the index of an argument with that of the parameter of
    the body that is given on as it, receivers not counted. ``name`` is where the name of what is
    called stands, from and to which offset. ``spelled`` is the receiver as it is written, where
    that is a name and fields of it: two calls on one such text are on one value. ``nth`` counts
    the calls of one kind at one place. ``given`` are the values that end in the call: those moved
    into it, and for drop glue what it drops; ``kept`` are those moved into it that live on in what
    it gives back. ``lent`` are the arguments that are references to
    places with a name: the index of each, receivers not counted, and that of its name.
    """

    end: int
    kind: str
    place: int = -1
    type: int = -1
    value: int = -1
    result: int = -1
    forwards: tuple[tuple[int, int], ...] = ()
    name: tuple[int, int] = (-1, -1)
    spelled: int = -1
    nth: int = 0
    given: tuple[int, ...] = ()
    lent: tuple[tuple[int, int], ...] = ()
    kept: tuple[int, ...] = ()


class Release(Op, frozen=True):
    """The end of a value that a call gave back.

    ``why``: ``scope`` (its variable's block ends), ``statement`` (a temporary), ``drop`` (given
    to ``drop``), ``assigned`` (overwritten), ``unbound`` (``let _ =``), ``absent`` (a pattern tells
    that it never was), ``forgotten`` (never dropped).
    """

    value: int
    why: str


class Assembly(Op, frozen=True):
    """Assembly: its template, as an index into ``words``."""

    end: int
    text: int


class Access(Op, frozen=True):
    """A static is named: its path, as an index into ``words``.

    ``how``: ``read``, ``write``, ``borrow`` (``&``, ``&mut``, or by a method), ``address``
    (``&raw``), ``value`` otherwise.
    """

    end: int
    place: int
    how: str


class Branch(Op, frozen=True):
    """Exactly one of some scripts runs; an ``if`` without ``else`` has an empty last arm."""

    arms: tuple[tuple[AnyOp, ...], ...]


class Loop(Op, frozen=True):
    """A script runs again and again, perhaps never; ``forever`` if only a ``break`` leaves it."""

    body: tuple[AnyOp, ...]
    forever: bool = False


class Exit(Op, frozen=True):
    """The way ends here: ``return``, ``?`` (one of two ways), ``break`` or ``continue``, ``never``.

    ``released`` are the values that are dropped on this way, in order. For ``break`` and
    ``continue``, ``depth`` counts the loops to leave, 0 for the innermost.
    """

    kind: str
    released: tuple[int, ...] = ()
    depth: int = 0


class Suspend(Op, frozen=True):
    """An ``.await``: others run before the next step."""

    end: int


AnyOp = Call | Release | Assembly | Access | Branch | Loop | Exit | Suspend


class Script(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one body does; ``returned`` are the values that its own value holds.

    ``place`` is where what it gives back lies, for a body that leads to one place. ``stores`` are
    the handles that it or a closure in it puts into fields and containers: the name of the place,
    that of what the handle leads to, and the type of that.
    """

    body: BodyId
    ops: tuple[AnyOp, ...]
    returned: tuple[int, ...] = ()
    is_async: bool = False
    place: int = -1
    stores: tuple[tuple[int, int, int], ...] = ()


class Words:
    """The texts that steps of one file name by index, while they are collected."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def index(self, text: str) -> int:
        """The index of a text; -1 for none."""
        return self._known.setdefault(text, len(self._known)) if text else -1

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts in order of their indices."""
        return tuple(self._known)


class Scripts(msgspec.Struct, frozen=True, gc=False):
    """The scripts of one file.

    ``words`` are the texts that steps name by index. A place is ``static k::NAME``,
    ``field k::Type.name``, ``param 0``, ``result k::f`` or ``local name``, with ``.name`` behind
    it for each field passed on the way and ``[]`` for what lies in it; ``given k::f`` is the
    result of a function that makes its caller one of several owners, and ``result k::f|k::g`` that
    of whichever there is in a build. A type is its full path with arguments,
    ``lock_api::mutex::Mutex<k::Raw, _>``.
    """

    words: tuple[str, ...]
    scripts: tuple[Script, ...]


def calls_in(ops: Sequence[AnyOp]) -> Iterator[Call]:
    """The calls of a script, those in its branches and loops included."""
    for op in ops:
        match op:
            case Call():
                yield op
            case Branch(arms=arms):
                for arm in arms:
                    yield from calls_in(arm)
            case Loop(body=body):
                yield from calls_in(body)


def count_calls(ops: Sequence[AnyOp]) -> int:
    """How many calls a script has, those in its branches and loops included."""
    count = 0
    for op in ops:
        match op:
            case Call():
                count += 1
            case Branch(arms=arms):
                count += sum(count_calls(arm) for arm in arms)
            case Loop(body=body):
                count += count_calls(body)
    return count


SiteKey = tuple[int, int, str, int]


def number_sites(sites: Iterable[CallSite]) -> dict[BodyId, dict[SiteKey, CallSite]]:
    """Call sites by body, place and kind, several of one kind at one place by their number."""
    found: dict[BodyId, dict[SiteKey, CallSite]] = defaultdict(dict)
    for site in sites:
        own = found[site.caller]
        key = (site.start, site.end, site.kind, 0)
        while key in own:
            key = (*key[:3], key[3] + 1)
        own[key] = site
    return found
