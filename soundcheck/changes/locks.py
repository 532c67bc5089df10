"""What became of locks: who takes them now, what they mask, and under which others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from soundcheck.contexts.lock_table import RANKS, LockRow, TakenAt
from soundcheck.contexts.masking import MaskRow, Use
from soundcheck.contexts.proofs import short

_IN = {
    "nmi": "in a non-maskable interrupt",
    "exception": "in an exception",
    "interrupt": "in an interrupt",
    "bottom-half": "in a bottom half",
    "panic": "in a panic",
    "boot": "at boot",
    "task": "in a task",
}
_MOST_PLACES = 3


class LockChange(NamedTuple):
    """One thing that changed: of which lock or cell, of what kind, in a sentence, and where."""

    lock: str
    kind: str
    what: str
    places: tuple[Use, ...]


def compare_locks(before: Sequence[LockRow], after: Sequence[LockRow]) -> Iterator[LockChange]:
    """What differs between two tables of locks, lock by lock."""
    old, new = ({row.lock: row for row in rows} for rows in (before, after))
    for lock in sorted({*old, *new}):
        name = short(lock)
        if lock not in new:
            yield LockChange(lock, "gone", f"`{name}` is taken nowhere any more", ())
        elif lock not in old:
            where = _listed(_IN[one] for one in _contexts(new[lock]))
            what = f"`{name}` is new, taken {where}" if where else f"`{name}` is new"
            yield LockChange(lock, "new", what, _places(new[lock].places))
        else:
            for kind, what, places in _of_lock(old[lock], new[lock]):
                yield LockChange(lock, kind, f"`{name}` {what}", places)


def _of_lock(old: LockRow, new: LockRow) -> Iterator[tuple[str, str, tuple[Use, ...]]]:
    """What differs about one lock: the kind of the change, a predicate, and its places."""
    if (old.primitive, old.masks) != (new.primitive, new.masks):
        yield "primitive", f"was {_primitive(old)}, and is {_primitive(new)}", ()
    before, now = _contexts(old), _contexts(new)
    for context in now:
        if context not in before:
            takers = [one for one in new.places if context in dict(one.states)]
            yield "context", f"is now taken {_IN[context]}", _places(takers)
    # That a task takes it is the guess where nothing else calls a function; its end tells little.
    for context in before:
        if context not in now and context != "task":
            yield "context-lost", f"is no longer taken {_IN[context]}", ()
    for inner in new.then:
        if inner not in old.then:
            yield "order", f"is now held while `{short(inner)}` is taken", ()
    for inner in old.then:
        if inner not in new.then:
            yield "order", f"is no longer held while `{short(inner)}` is taken", ()


def _primitive(row: LockRow) -> str:
    masks = f"masks {' and '.join(row.masks)}" if row.masks else "masks nothing"
    return f"`{row.primitive}`, which {masks}"


def _contexts(row: LockRow) -> list[str]:
    """The contexts that take a lock, from the one that may interrupt most."""
    known = {context for one in row.places for context, _ in one.states}
    return [context for context in RANKS if context in known]


def _places(takers: Iterable[TakenAt]) -> tuple[Use, ...]:
    return tuple(sorted({Use(one.at, one.item) for one in takers}))[:_MOST_PLACES]


def _listed(parts: Iterable[str]) -> str:
    words = list(parts)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def compare_masking(before: Sequence[MaskRow], after: Sequence[MaskRow]) -> Iterator[LockChange]:
    """State around which interrupts were masked somewhere, and are nowhere where a task uses it."""
    old = {row.state: row for row in before}
    for row in after:
        was = old.get(row.state)
        if was is not None and was.masked and row.open and not row.masked:
            around = f"the only masking around `{short(row.state)}` was removed"
            places = row.open[:_MOST_PLACES]
            yield LockChange(row.state, "masking", f"{around}: {_before(was)}", places)


def _before(row: MaskRow) -> str:
    number = len(row.masked)
    return "one use was masked" if number == 1 else f"{number} uses were masked"
