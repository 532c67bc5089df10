"""Branches, loops and ways out: what is held on each, and where they meet."""

import pytest

CASES = [
    pytest.param(
        """
        fn f(c: bool) {
            let g = A.lock();
            if c {
                drop(g);
                at(); //~ holds nothing
            } else {
                at(); //~ holds A
            }
            at(); //~ holds maybe A
        }
        fn g(c: bool) {
            let g = A.lock();
            if c {
                drop(g);
            } else {
                drop(g);
            }
            at(); //~ holds nothing
        }
        fn h(c: bool) {
            let g = A.lock();
            if c {
                drop(g);
                return;
            }
            at(); //~ holds A
        }
        fn i(c: bool) {
            let g = if c { Some(A.lock()) } else { None };
            at(); //~ holds maybe A
            drop(g);
            at(); //~ holds nothing
        }
        fn j(n: u32) {
            let g = A.lock();
            match n {
                0 => drop(g),
                1 => { at(); } //~ holds A
                _ => unreachable!(),
            }
            at(); //~ holds maybe A
        }
        fn k(c: bool) {
            let g = A.lock();
            let h = if c { g } else { B.lock() };
            at(); //~ holds A, maybe B
            drop(h);
            // FIXME: where `g` stayed, A is still held: what a local may hold ends with it.
            at(); //~ holds nothing
        }
        """,
        id="where ways meet, what may be held is held",
    ),
    pytest.param(
        """
        fn f() -> Result<u32, ()> {
            let g = A.lock();
            Err(())?;
            at(); //~ holds A
            drop(g);
            let g = A.attempt()?;
            at(); //~ holds A
            return Ok(g.x);
            at(); //~ never
        }
        fn g() -> Option<u32> {
            let n = (*O.lock())?;
            at(); //~ holds nothing
            Some(n)
        }
        """,
        id="question marks",
    ),
    pytest.param(
        """
        fn f(c: bool) {
            let g = A.lock();
            if c {
                panic!("no");
                at(); //~ never
            }
            at(); //~ holds A
            if c { unreachable!() } else { drop(g) }
            at(); //~ holds nothing
            loop { at(); } //~ holds nothing
            at(); //~ never
        }
        fn halt() -> ! { loop {} }
        fn g(n: Option<u32>) {
            let g = A.lock();
            let n = match n { Some(n) => n, None => { drop(g); halt() } };
            at(); //~ holds A
            halt();
            at(); //~ never
        }
        """,
        id="what never comes back",
    ),
    pytest.param(
        """
        fn f() {
            loop {
                let g = A.lock();
                if g.x == 0 { continue; }
                if g.x == 1 { break; }
                at(); //~ holds A
            }
            at(); //~ holds nothing
            for n in 0..3 {
                let g = A.lock();
                if n == 0 { break; }
                drop(g);
                at(); //~ holds nothing
            }
            at(); //~ holds nothing
        }
        fn g() {
            let g = A.lock();
            loop {
                if g.x == 0 {
                    drop(g);
                    break;
                }
                at(); //~ holds A
            }
            at(); //~ holds nothing
        }
        fn h() {
            'outer: loop {
                let g = A.lock();
                loop {
                    let h = B.lock();
                    if h.x == 0 { continue 'outer; }
                    if h.x == 1 { break; }
                    if h.x == 2 { break 'outer; }
                    at(); //~ holds A, B
                }
                at(); //~ holds A
            }
            at(); //~ holds nothing
        }
        """,
        id="loops",
    ),
    pytest.param(
        """
        fn f() {
            let mut g = A.lock();
            while g.x == 0 {
                drop(g);
                at(); //~ holds nothing
                g = A.lock();
            }
            // FIXME: told twice, for each of the guards that `g` may hold.
            at(); //~ holds maybe A, maybe A
            drop(g);
            at(); //~ holds nothing
        }
        fn g() {
            let mut g = None;
            for n in 0..3 {
                g = Some(A.lock());
                at(); //~ holds A
            }
            at(); //~ holds maybe A
            drop(g);
            at(); //~ holds nothing
        }
        fn h() {
            let mut found = None;
            loop {
                match A.try_lock() {
                    Some(g) => { found = Some(g); break; }
                    None => {}
                }
                at(); //~ holds nothing
            }
            at(); //~ holds A
            drop(found);
            at(); //~ holds nothing
        }
        """,
        id="what a loop leaves for its next round",
    ),
    pytest.param(
        """
        fn f(c: bool) {
            let x = 'found: {
                let g = A.lock();
                if c { break 'found 1; }
                at(); //~ holds A
                2
            };
            at(); //~ holds nothing
            let g = 'found: {
                if c { break 'found A.lock(); }
                B.lock()
            };
            at(); //~ holds maybe A, maybe B
            drop(g);
            at(); //~ holds nothing
        }
        fn g() {
            for n in 0..3 {
                'one: {
                    let g = A.lock();
                    if n == 0 { break 'one; }
                    if n == 1 { break; }
                    if n == 2 { continue; }
                    at(); //~ holds A
                }
                at(); //~ holds nothing
            }
            at(); //~ holds nothing
        }
        """,
        id="blocks with labels",
    ),
    pytest.param(
        """
        fn f() {
            #[cfg(feature = "a")]
            let g = A.lock();
            #[cfg(feature = "b")]
            {
                at(); //~ holds A
                return;
            }
            at(); //~ holds A
            #[cfg(not(feature = "a"))]
            unimplemented!();
            at(); //~ holds A
        }
        fn g() {
            if cfg!(feature = "a") {
                return;
            }
            at(); //~ holds nothing
        }
        """,
        id="statements of some builds",
    ),
    pytest.param(
        """
        fn f() {
            let g = A.lock();
            #[cfg(feature = "a")]
            drop(g);
            #[cfg(not(feature = "a"))]
            {
                at(); //~ holds A
                drop(g);
            }
            at(); //~ holds nothing
            #[cfg(feature = "a")]
            let g = A.lock();
            #[cfg(not(feature = "a"))]
            let g = B.lock();
            at(); //~ holds maybe A, maybe B
            #[cfg(feature = "b")]
            drop(g);
            at(); //~ holds maybe A, maybe B
        }
        fn enable() {
            #[cfg(target_arch = "x86_64")]
            irq::enable();
            #[cfg(target_arch = "aarch64")]
            irq::enable();
            at(); //~ irq unmasked
        }
        """,
        id="statements of other builds",
    ),
]


@pytest.mark.parametrize("fixture", CASES)
def test_ways_through_a_body(check, fixture):
    check(fixture)
