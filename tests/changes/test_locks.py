"""What became of locks, told from two tables of them."""

import pytest

from soundcheck.changes.locks import compare_locks, compare_masking
from soundcheck.contexts.lock_table import LockRow, TakenAt
from soundcheck.contexts.masking import MaskRow, Use
from soundcheck.source import Span


def use(line: int) -> Use:
    return Use(Span("src/lib.rs", line, line, line + 1), f"krate::f{line}")


def taken(line: int, *contexts: str) -> TakenAt:
    states = tuple((context, "unmasked") for context in contexts)
    return TakenAt(*use(line), "lock", "exclusive", False, states, ())


def row(
    *places: TakenAt,
    lock: str = "krate::mm::LOCK",
    primitive: str = "SpinLock",
    masks: tuple[str, ...] = (),
    then: tuple[str, ...] = (),
) -> LockRow:
    return LockRow(lock, primitive, "spins", masks, "", places, then)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(row(taken(1, "task")), row(taken(9, "task")), [], id="only moved"),
        pytest.param(
            row(taken(1, "task")),
            row(taken(1, "task"), taken(5, "interrupt")),
            [("context", "`mm::LOCK` is now taken in an interrupt", [5])],
            id="in an interrupt now",
        ),
        pytest.param(
            row(taken(1, "nmi", "boot")),
            row(taken(1, "boot")),
            [("context-lost", "`mm::LOCK` is no longer taken in a non-maskable interrupt", [])],
            id="no longer in an interrupt",
        ),
        pytest.param(
            row(primitive="IrqLock", masks=("interrupts",)),
            row(),
            [
                (
                    "primitive",
                    "`mm::LOCK` was `IrqLock`, which masks interrupts, "
                    "and is `SpinLock`, which masks nothing",
                    [],
                )
            ],
            id="another primitive",
        ),
        pytest.param(
            row(then=("krate::A",)),
            row(then=("krate::B",)),
            [
                ("order", "`mm::LOCK` is now held while `krate::B` is taken", []),
                ("order", "`mm::LOCK` is no longer held while `krate::A` is taken", []),
            ],
            id="another order",
        ),
        pytest.param(
            None,
            row(taken(3, "interrupt", "boot", "task")),
            [("new", "`mm::LOCK` is new, taken in an interrupt, at boot and in a task", [3])],
            id="new",
        ),
        pytest.param(None, row(taken(3)), [("new", "`mm::LOCK` is new", [3])], id="new, not run"),
        pytest.param(
            row(taken(1)), None, [("gone", "`mm::LOCK` is taken nowhere any more", [])], id="gone"
        ),
    ],
)
def test_locks(
    before: LockRow | None, after: LockRow | None, expected: list[tuple[str, str, list[int]]]
) -> None:
    changes = compare_locks([before] if before else [], [after] if after else [])

    told = [(one.kind, one.what, [at.line for at, _ in one.places]) for one in changes]
    assert told == expected


@pytest.mark.parametrize(
    ("masked", "masked_now", "open_now", "lines"),
    [
        pytest.param([1, 2], [], [2], [2], id="the only masking is gone"),
        pytest.param([1, 2], [1], [2], None, id="some is left"),
        pytest.param([1], [], [], None, id="it is not used by a task any more"),
        pytest.param([], [], [2], None, id="there never was any"),
    ],
)
def test_masking(
    masked: list[int], masked_now: list[int], open_now: list[int], lines: list[int] | None
) -> None:
    before = MaskRow("krate::CELL", tuple(map(use, masked)), ())
    after = MaskRow("krate::CELL", tuple(map(use, masked_now)), tuple(map(use, open_now)))

    changes = list(compare_masking([before], [after]))

    assert [[at.line for at, _ in one.places] for one in changes] == (
        [] if lines is None else [lines]
    )
    assert all("the only masking around `krate::CELL`" in one.what for one in changes)


def test_state_that_is_new_lost_nothing() -> None:
    assert list(compare_masking([], [MaskRow("krate::CELL", (), (use(1),))])) == []
