"""What is held and masked at one point of a body, and how that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.catalog.kernel_facts import MASKABLE
from soundcheck.contexts.facts import LockFact, MaskFact

# What is known of one maskable at one point: as at entry, masked, unmasked, or one of both.
ENTRY, MASKED, UNMASKED, EITHER = "entry", "masked", "unmasked", "either"

Bases = tuple[str, str, str]
AS_AT_ENTRY: Bases = (ENTRY, ENTRY, ENTRY)
# Maskables that are counted: what is masked twice must be unmasked twice.
COUNTED = ("preemption", "bottom-halves")
# Pairs of disable and restore nest no deeper than this; what lies below is as at entry.
DEEPEST = 8


class Saved(NamedTuple):
    """How a manual masking found a maskable: apart from guards, and with them."""

    maskable: str
    base: str = ENTRY
    now: str = ENTRY


class Hold(NamedTuple):
    """A lock or a mask that is held: by which value, on what, taken where.

    ``lock`` is the class of the lock: a static, or a field of a type; empty for a mask, and for
    a lock whose place has no name. ``via`` is the function that took it and gave it back.
    ``before`` is what was masked when it was taken, to which its end leads back. It is ``sure``
    where every way to the point holds it.
    """

    value: int
    fact: LockFact | MaskFact
    lock: str
    mode: str
    start: int
    end: int
    via: BodyId | None = None
    before: Bases = AS_AT_ENTRY
    sure: bool = True

    @property
    def is_lock(self) -> bool:
        """Whether it is a lock rather than a mask alone."""
        return isinstance(self.fact, LockFact)


class State(NamedTuple):
    """What holds at one point: the maskables apart from guards, and the guards, oldest first.

    ``now`` are the maskables with guards: where one ends that was made before another, what it
    found is put back while the other lives. ``saved`` are the maskables as manual maskings found
    them, the latest last.
    """

    bases: Bases = AS_AT_ENTRY
    holds: tuple[Hold, ...] = ()
    now: Bases = AS_AT_ENTRY
    saved: tuple[Saved, ...] = ()

    def mask(self, maskable: str) -> str:
        """What is known of a maskable, guards included."""
        return self.now[MASKABLE.index(maskable)]


def with_hold(state: State, hold: Hold, before: Bases) -> State:
    """A state with one more hold, whose end leads back to ``before``.

    One that a loop comes by again is one.
    """
    key = (hold.value, hold.start, hold.lock)
    same = [one for one in state.holds if (one.value, one.start, one.lock) == key]
    if same and hold.value >= 0:
        before = same[0].before
        state = state._replace(holds=tuple(one for one in state.holds if one not in same))
    for index, name in enumerate(MASKABLE):
        if name in hold.fact.masks:
            state = set_mask(state, index, state.bases[index], MASKED)
    return state._replace(holds=(*state.holds, hold._replace(before=before)))


def without(state: State, hold: Hold) -> State:
    """A state after a hold ended."""
    rest = tuple(one for one in state.holds if one is not hold)
    return unmasked(state._replace(holds=rest), hold)


def unmasked(state: State, hold: Hold) -> State:
    """A state with what a hold masked as it was before it, but for what is counted."""
    for index, name in enumerate(MASKABLE):
        if name not in hold.fact.masks:
            continue
        is_masked = any(name in one.fact.masks for one in state.holds)
        if not (name in COUNTED and is_masked):
            state = set_mask(state, index, state.bases[index], hold.before[index])
    return state


def set_mask(state: State, index: int, base: str, now: str) -> State:
    """A state with one maskable changed."""
    bases, nows = list(state.bases), list(state.now)
    bases[index], nows[index] = base, now
    return state._replace(bases=(bases[0], bases[1], bases[2]), now=(nows[0], nows[1], nows[2]))


def latest(state: State, maskable: str) -> tuple[Saved, tuple[Saved, ...]]:
    """How the latest manual masking of a maskable found it, and those before."""
    for index in range(len(state.saved) - 1, -1, -1):
        if state.saved[index].maskable == maskable:
            return state.saved[index], (*state.saved[:index], *state.saved[index + 1 :])
    return Saved(maskable), state.saved


def changed(bases: Bases, changes: Bases) -> Bases:
    """Maskables after what leaves some of them as they are."""
    one, two, three = (
        mine if theirs == ENTRY else theirs for mine, theirs in zip(bases, changes, strict=True)
    )
    return one, two, three


def join(
    states: Iterable[State | None], meet: Callable[[Bases, Bases], Bases] | None = None
) -> State | None:
    """What holds where several ways meet; what only one of them holds may be held."""
    meet = meet or join_bases
    joined: State | None = None
    for state in states:
        if state is None or state == joined:
            continue
        if joined is None:
            joined = state
            continue
        joined = State(
            meet(joined.bases, state.bases),
            _join_holds(joined.holds, state.holds),
            meet(joined.now, state.now),
            max(joined.saved, state.saved, key=len),
        )
    return joined


def _join_holds(some: tuple[Hold, ...], others: tuple[Hold, ...]) -> tuple[Hold, ...]:
    if some == others:
        return some
    one = {(hold.value, hold.lock, hold.start): hold for hold in some}
    two = {(hold.value, hold.lock, hold.start): hold for hold in others}
    both = dict(one)
    for key, hold in two.items():
        both.setdefault(key, hold)
    return tuple(
        hold._replace(sure=hold.sure and key in one and key in two and two[key].sure)
        for key, hold in both.items()
    )


def join_bases(some: Bases, others: Bases) -> Bases:
    """The maskables where two ways meet."""
    one, two, three = (_join_base(*pair) for pair in zip(some, others, strict=True))
    return one, two, three


def join_rounds(first: Bases, later: Bases) -> Bases:
    """The maskables where a loop begins: what the first round finds, others may."""
    one, two, three = (
        ENTRY if ENTRY in (mine, theirs) else _join_base(mine, theirs)
        for mine, theirs in zip(first, later, strict=True)
    )
    return one, two, three


def _join_base(one: str, other: str) -> str:
    """Where one way masks and the other does nothing, it is asked before whether it must."""
    if one == other:
        return one
    if ENTRY in (one, other):
        rest = other if one == ENTRY else one
        return MASKED if rest == MASKED else ENTRY if rest == UNMASKED else EITHER
    return EITHER
