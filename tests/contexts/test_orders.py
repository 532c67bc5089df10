"""Which locks are taken under which others, and the table that shows it."""

import pytest

from soundcheck.catalog.kernel_facts import WAITS
from soundcheck.contexts.lock_table import lock_table
from soundcheck.contexts.orders import find_orders, held_by_callers
from soundcheck.contexts.proofs import name_of


def _short(name):
    return name.removeprefix("k::").removeprefix("kernel::")


ORDERS = [
    pytest.param("fn f() { let g = A.lock(); let h = B.lock(); }", {"A B"}, id="in one body"),
    pytest.param(
        "fn f() { let g = A.lock(); inner(); } fn inner() { deep(); } fn deep() { B.lock(); }",
        {"A B"},
        id="through calls",
    ),
    pytest.param("fn f() { A.lock(); B.lock(); }", set(), id="one after the other"),
    pytest.param(
        "fn f() { let g = A.lock(); let h = B.try_lock(); }", set(), id="who tries does not wait"
    ),
    pytest.param(
        """
        fn with<R>(f: impl FnOnce() -> R) -> R { let g = A.lock(); f() }
        fn f() { with(|| { B.lock(); }) }
        """,
        {"A B"},
        id="a closure runs under what its callee holds",
    ),
    pytest.param(
        """
        fn with<R>(f: impl FnOnce() -> R) -> R { let g = A.lock(); drop(g); f() }
        fn f() { with(|| { B.lock(); }) }
        """,
        set(),
        id="a closure runs after its callee let go",
    ),
    pytest.param(
        """
        fn with<R>(f: impl FnOnce() -> R) -> R { let g = A.lock(); inner(f) }
        fn inner<R>(f: impl FnOnce() -> R) -> R { let g = I.lock(); f() }
        fn f() { with(|| { B.lock(); }) }
        """,
        {"A B", "A I", "I B"},
        id="a closure that is given on runs under all",
    ),
    pytest.param(
        "fn f() { A.with(|_| { B.lock(); }) }", {"A B"}, id="a lock that is held for a closure"
    ),
    pytest.param(
        """
        fn f() { let g = A.lock(); let g = swap(g); }
        fn swap(g: SpinGuard<'static, Row>) -> SpinGuard<'static, Row> {
            drop(g); B.lock(); A.lock()
        }
        """,
        set(),
        id="who is given a guard may end it",
    ),
]


@pytest.mark.parametrize(("fixture", "expected"), ORDERS)
def test_orders_of_locks(contexts_of, fixture, expected):
    orders = find_orders(contexts_of(fixture), WAITS, lambda _: True)
    assert {f"{_short(one.outer)} {_short(one.inner)}" for one in orders} == expected


def test_modes_are_told_apart(contexts_of):
    contexts = contexts_of("fn f() { let g = R.read(); B.lock(); } fn h() { R.write(); }")
    (pair,) = find_orders(contexts, WAITS, lambda _: True)
    assert pair[1::2] == ("shared", "exclusive")


def test_what_callers_hold(contexts_of):
    contexts = contexts_of(
        """
        fn f() { let g = A.lock(); one(); }
        fn h() { let g = B.lock(); one(); }
        fn one() { two(); }
        fn two() {}
        fn free() {}
        """
    )
    found = {
        _short(name_of(contexts, body)): [_short(lock) for lock in locks]
        for body, locks in held_by_callers(contexts).items()
    }
    assert found == {"one": ["A", "B"], "two": ["A", "B"]}


def _table(contexts):
    return {_short(row.lock): row for row in lock_table(contexts)}


def test_the_table_tells_of_callers_and_of_other_names(contexts_of):
    rows = _table(
        contexts_of(
            """
            struct Token<'a> { lock: &'a Spin<Row> }
            fn f() { let g = A.lock(); let token = Token { lock: &B }; inner(&token); }
            fn inner(token: &Token) { token.lock.lock(); }
            """
        )
    )
    assert set(rows) == {"A", "B"}
    assert rows["A"].then == ("k::kernel::B",)
    assert rows["B"].aliases == ("k::Token.lock",)
    assert [(one.under, one.beneath) for one in rows["B"].places] == [((), ("k::kernel::A",))]


def test_a_lock_without_a_place_has_its_type_for_a_name(contexts_of):
    rows = _table(contexts_of("fn f() { let lock = Spin::new(Row::default()); lock.lock(); }"))
    (row,) = rows.values()
    assert (row.lock, row.has_place) == ("k::kernel::Spin<k::kernel::Row>", False)


@pytest.mark.parametrize(
    ("kind", "masks"),
    [
        pytest.param("talc::TalcLock<spin::Mutex<()>, talc::source::Manual>", (), id="plain"),
        pytest.param(
            "talc::TalcLock<RawInterruptMutex, talc::source::Manual>",
            ("interrupts",),
            id="masking",
        ),
        pytest.param("linked_list_allocator::LockedHeap", (), id="by another library"),
        pytest.param("buddy_system_allocator::LockedHeap<32>", (), id="a buddy system"),
    ],
)
def test_a_library_s_allocator_is_taken_by_who_allocates(contexts_of, kind, masks):
    contexts = contexts_of(
        f"""
        struct RawInterruptMutex;
        #[global_allocator]
        static HEAP: {kind} = todo!();
        extern "x86-interrupt" fn tick() {{ let row = Box::new(1); }}
        fn f() {{ let g = A.lock(); let row = Box::new(1); }}
        """
    )
    rows = _table(contexts)
    assert set(rows) == {"A", "HEAP"}
    assert rows["A"].then == ("k::HEAP",)
    row = rows["HEAP"]
    assert (row.highest, row.masks) == ("interrupt", masks)
    assert {one.method for one in row.places} == {"alloc", "dealloc"}
    assert {(one.at.path, one.at.line) for one in row.places} == {("src/lib.rs", 4)}
