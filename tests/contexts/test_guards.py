"""How long guards live: in locals and temporaries, moved on, stored, forgotten."""

import pytest

CASES = [
    pytest.param(
        """
        fn f() {
            at(); //~ holds nothing; irq entry
            let _ = A.lock();
            at(); //~ holds nothing
            let _g = A.lock();
            at(); //~ holds A; irq entry
            I.lock();
            at(); //~ holds A; irq entry
            let g = I.lock();
            at(); //~ holds A, I; irq masked
        }
        """,
        id="let",
    ),
    pytest.param(
        """
        fn f() {
            {
                let g = A.lock();
                at(); //~ holds A
            }
            at(); //~ holds nothing
            let x = {
                let g = A.lock();
                g.sum()
            };
            at(); //~ holds nothing
        }
        """,
        id="blocks",
    ),
    pytest.param(
        """
        fn f() {
            A.lock().x = at(); //~ holds nothing
            at(); //~ holds nothing
            let n = A.lock().x + at(); //~ holds A
            at(); //~ holds nothing
            A.lock().sum().max(at()); //~ holds A
            at(); //~ holds nothing
            unknown(at() + A.lock().x); //~ holds nothing
            unknown(A.lock().x + at()); //~ holds A
            at(); //~ holds nothing
        }
        """,
        id="temporaries live to the end of their statement",
    ),
    pytest.param(
        """
        fn f() {
            let t = &A.lock();
            at(); //~ holds A
            let u = &mut *B.lock();
            at(); //~ holds A, B
        }
        fn g() {
            let x = &A.lock().x;
            at(); //~ holds A
        }
        fn h() {
            let x = &V.lock()[1];
            at(); //~ holds V
        }
        fn i() {
            let x = { &*A.lock() };
            at(); //~ holds A
        }
        fn j() {
            let x = (&*A.lock(), 1);
            at(); //~ holds A
        }
        fn k() {
            let x = Row { x: *&A.lock().x, y: 1 };
            at(); //~ holds nothing
            let x = Pair { a: &*A.lock(), b: 1 };
            at(); //~ holds A
        }
        fn l() {
            let x = [&A.lock().x, &B.lock().y];
            at(); //~ holds A, B
        }
        fn m() {
            let x = Some(&*A.lock());
            at(); //~ holds A
        }
        fn n() {
            let ref x = A.lock();
            at(); //~ holds A
        }
        fn o() {
            let _ = &A.lock();
            at(); //~ holds A
        }
        fn p(c: bool) {
            let x = if c { &*A.lock() } else { &*B.lock() };
            at(); //~ holds maybe A, maybe B
        }
        fn q(c: bool) {
            let x = match c { true => &*A.lock(), false => &*B.lock() };
            at(); //~ holds maybe A, maybe B
        }
        fn r() {
            let x = &*A.lock() as *const Row;
            at(); //~ holds A
        }
        struct Pair<'a> { a: &'a Row, b: u32 }
        """,
        id="a let extends what it borrows",
    ),
    pytest.param(
        """
        fn f() {
            let x = *A.lock();
            at(); //~ holds nothing
            let x = A.lock().x;
            at(); //~ holds nothing
            let x = A.lock().sum();
            at(); //~ holds nothing
            let x = A.lock().clone();
            at(); //~ holds nothing
            let x = A.lock().by_value();
            at(); //~ holds nothing
            let x = V.lock()[0];
            at(); //~ holds nothing
            let x = Row { x: A.lock().x, y: 0 };
            at(); //~ holds nothing
            let x = (A.lock().x, B.lock().y);
            at(); //~ holds nothing
            let x = unknown(*&A.lock().x);
            at(); //~ holds nothing
            let x = &raw const A;
            at(); //~ holds nothing
        }
        """,
        id="a copy holds nothing",
    ),
    pytest.param(
        """
        fn f() {
            let g = A.lock();
            let r = g.sum();
            at(); //~ holds A
            drop(g);
            at(); //~ holds nothing
            let g = A.lock();
            core::mem::drop(g);
            at(); //~ holds nothing
            drop(A.lock());
            at(); //~ holds nothing
            let g = A.lock();
            drop(&g);
            at(); //~ holds A
        }
        fn forgotten() {
            core::mem::forget(A.lock());
            at(); //~ holds A
            let g = B.lock();
            core::mem::forget(g);
            at(); //~ holds A, B
        }
        fn kept() {
            let g = core::mem::ManuallyDrop::new(A.lock());
            at(); //~ holds A
        }
        """,
        id="drop and forget",
    ),
    pytest.param(
        """
        fn f() {
            let g = A.lock();
            let g = 5;
            at(); //~ holds A
            let h = B.lock();
            {
                let h = 1;
                at(); //~ holds A, B
                drop(h);
                at(); //~ holds A, B
            }
            drop(h);
            at(); //~ holds A
        }
        fn g() {
            let g = A.lock();
            let g = B.lock();
            drop(g);
            at(); //~ holds A
        }
        fn h() {
            let g = A.lock();
            let g = g;
            at(); //~ holds A
            { let inner = g; }
            at(); //~ holds nothing
        }
        """,
        id="shadowing does not drop",
    ),
    pytest.param(
        """
        fn f() {
            let mut g = A.lock();
            g = A.lock();
            at(); //~ holds A
            drop(g);
            at(); //~ holds nothing
            g = A.lock();
            at(); //~ holds A
        }
        fn g() {
            let mut g = Some(A.lock());
            at(); //~ holds A
            g = None;
            at(); //~ holds nothing
        }
        fn h() {
            let g;
            at(); //~ holds nothing
            g = A.lock();
            at(); //~ holds A
        }
        fn i() {
            let g;
            {
                g = A.lock();
            }
            at(); //~ holds A
        }
        """,
        id="assignment",
    ),
    pytest.param(
        """
        fn f() {
            let mut g = Some(A.lock());
            g.take();
            at(); //~ holds nothing
            g.replace(B.lock());
            at(); //~ holds B
            let h = g.take();
            at(); //~ holds B
            drop(h);
            at(); //~ holds nothing
        }
        fn g() {
            let mut g = Some(A.lock());
            drop(core::mem::take(&mut g));
            at(); //~ holds nothing
            g = Some(A.lock());
            let old = core::mem::replace(&mut g, None);
            at(); //~ holds A
            drop(old);
            at(); //~ holds nothing
        }
        fn behind() {
            let mut g = O.lock();
            let n = g.take().unwrap();
            at(); //~ holds O
            g.replace(1);
            core::mem::take(&mut *g);
            at(); //~ holds O
        }
        fn h() {
            let g = Some(A.lock());
            if g.is_some() {
                at(); //~ holds A
            }
            let r = g.as_ref();
            at(); //~ holds A
            let g = g.unwrap();
            at(); //~ holds A
            drop(g);
            at(); //~ holds nothing
        }
        """,
        id="options of guards",
    ),
    pytest.param(
        """
        struct Held<'a> { guard: SpinGuard<'a, Row>, n: u32 }
        struct Both<'a>(SpinGuard<'a, Row>, SpinGuard<'a, Row>);
        fn f() {
            let held = Held { guard: A.lock(), n: 1 };
            at(); //~ holds A
            drop(held.guard);
            at(); //~ holds nothing
        }
        fn g() {
            let guard = A.lock();
            let held = Held { guard, n: 1 };
            at(); //~ holds A
            drop(held);
            at(); //~ holds nothing
        }
        fn h() {
            let both = Both(A.lock(), B.lock());
            drop(both.0);
            at(); //~ holds B
            drop(both.1);
            at(); //~ holds nothing
        }
        fn i() {
            let (a, b) = (A.lock(), B.lock());
            drop(b);
            at(); //~ holds A
        }
        fn j() {
            let (a, _) = (A.lock(), B.lock());
            at(); //~ holds A
        }
        fn k() {
            let pair = (1, A.lock());
            let (n, g) = pair;
            at(); //~ holds A
            drop(g);
            at(); //~ holds nothing
        }
        fn l() {
            let Held { guard, n } = Held { n: 1, guard: A.lock() };
            drop(n);
            at(); //~ holds A
            drop(guard);
            at(); //~ holds nothing
        }
        fn m() {
            let mut held = Held { guard: A.lock(), n: 0 };
            held.guard = B.lock();
            at(); //~ holds B
            drop(held);
            at(); //~ holds nothing
        }
        fn n() {
            let boxed = Box::new(A.lock());
            at(); //~ holds A
            drop(boxed);
            at(); //~ holds nothing
        }
        """,
        id="structs, tuples and boxes",
    ),
    pytest.param(
        """
        struct Slot<'a> { guard: Option<SpinGuard<'a, Row>> }
        impl<'a> Slot<'a> {
            fn fill(&mut self) {
                self.guard = Some(A.lock());
                at(); //~ holds A
            }
            fn put(&mut self) {
                self.guard.replace(A.lock());
                at(); //~ holds A
            }
            fn empty(&mut self) {
                self.guard = Some(A.lock());
                self.guard.take();
                at(); //~ holds nothing
            }
        }
        fn f(out: &mut Option<SpinGuard<'static, Row>>) {
            *out = Some(A.lock());
            at(); //~ holds A
        }
        fn g() {
            let mut all = Vec::new();
            all.push(A.lock());
            at(); //~ holds A
            drop(all);
            at(); //~ holds nothing
        }
        """,
        id="what is stored lives on",
    ),
    pytest.param(
        """
        fn eat(g: SpinGuard<'static, Row>) { at(); }
        fn keep(g: SpinGuard<'static, Row>) -> SpinGuard<'static, Row> { g }
        fn look(g: &Row) -> u32 { 0 }
        fn f() {
            let g = A.lock();
            look(&g);
            at(); //~ holds A
            let g = keep(g);
            at(); //~ holds A
            eat(g);
            at(); //~ holds nothing
            eat(A.lock());
            at(); //~ holds nothing
        }
        fn h() {
            let g = R.write();
            let g = g.downgrade();
            at(); //~ holds R
            drop(g);
            at(); //~ holds nothing
        }
        """,
        id="given to functions",
    ),
    pytest.param(
        """
        impl Table {
            fn f(&self) {
                let g = self.rows.lock();
                at(); //~ holds Table.rows
                let q = self.queue.lock();
                at(); //~ holds Table.rows, Table.queue
            }
        }
        fn f(table: &Table, tables: &[Table]) {
            let rows = &table.rows;
            let g = rows.lock();
            at(); //~ holds Table.rows
            drop(g);
            let g = tables[0].rows.lock();
            at(); //~ holds Table.rows
            drop(g);
            let rows = 5;
            let local = Spin::new(1);
            let g = local.lock();
            at(); //~ holds ?
        }
        fn names(table: &Table) {
            let rows = &A;
            {
                let rows = &B;
                let g = rows.lock();
                at(); //~ holds B
            }
            let g = rows.lock();
            at(); //~ holds A
        }
        """,
        id="places of locks",
    ),
    pytest.param(
        """
        fn f() {
            let g = R.read();
            at(); //~ holds R
            let h = R.read();
            at(); //~ holds R, R
            drop(g);
            at(); //~ holds R
            drop(h);
            at(); //~ holds nothing
            R.read().sum();
            at(); //~ holds nothing
        }
        """,
        id="read and write",
    ),
    pytest.param(
        """
        fn f() {
            RAW.acquire();
            at(); //~ holds RAW
            RAW.release();
            at(); //~ holds nothing
            let g = A.lock();
            core::mem::forget(g);
            at(); //~ holds A
            unsafe { A.force_unlock() };
            at(); //~ holds nothing
        }
        """,
        id="given back by name",
    ),
    pytest.param(
        """
        fn f(mystery: &elsewhere::Thing) {
            let g = mystery.lock();
            at(); //~ holds nothing
            let g = A.lock();
            mystery.touch(&g);
            at(); //~ holds A
            mystery.eat(g);
            at(); //~ holds nothing
            let g = nowhere();
            at(); //~ holds nothing
        }
        """,
        id="unknown types",
    ),
    pytest.param(
        """
        macro_rules! twice { ($e:expr) => { $e; $e }; }
        macro_rules! section { ($($t:tt)*) => { { $($t)* } }; }
        fn f() {
            section! {
                let g = A.lock();
                at(); //~ holds A
            }
            at(); //~ holds nothing
            assert!(A.lock().x == at()); //~ holds A
            at(); //~ holds nothing
            let g = A.lock();
            twice!(at()); //~ holds A
            println!("{}", at()); //~ holds A
        }
        """,
        id="macros",
    ),
    pytest.param(
        """
        fn f() {
            let g = A.lock();
            fn inner() {
                at(); //~ holds nothing
            }
            inner();
            at(); //~ holds A
            const fn also() -> u32 { 0 }
            mod deeper { pub fn g() { crate::kernel::at(); } }
            at(); //~ holds A
        }
        """,
        id="nested functions",
    ),
    pytest.param(
        """
        fn f(a: bool) {
            let b = A.lock().x == 0 && at() == 0; //~ holds nothing
            let b = a || I.lock().x == at(); //~ holds I; irq masked
            let b = I.lock().x == 1 || at() == 1; //~ holds nothing; irq entry
            at(); //~ holds nothing
        }
        """,
        id="operands of lazy operators",
    ),
]


@pytest.mark.parametrize("fixture", CASES)
def test_a_guard_lives_until_its_owner_ends(check, fixture):
    check(fixture)
