"""Temporaries of conditions, scrutinees and tails, as each edition drops them."""

import pytest

EVERY = [
    pytest.param(
        """
        fn f() {
            match A.lock().x {
                0 => { at(); } //~ holds A
                n if n == at() => {} //~ holds A
                _ => (),
            }
            at(); //~ holds nothing
            match *A.lock() {
                Row { x, .. } => { at(); } //~ holds A
            }
            at(); //~ holds nothing
            match A.lock() {
                g => { at(); } //~ holds A
            }
            at(); //~ holds nothing
            let x = match A.lock().x { _ => at() }; //~ holds A
            at(); //~ holds nothing
        }
        fn g(n: u32) {
            match n {
                0 if A.lock().x == at() => { //~ holds A
                    at(); //~ holds nothing
                }
                1 => A.lock().sum() + at(), //~ holds A
                _ => at(), //~ holds nothing
            };
        }
        """,
        id="match",
    ),
    pytest.param(
        """
        fn f() {
            while let Some(n) = *O.lock() {
                at(); //~ holds O
            }
            at(); //~ holds nothing
            while A.lock().x == 0 {
                at(); //~ holds nothing
            }
            at(); //~ holds nothing
            while let Some(g) = A.try_lock() {
                at(); //~ holds A
            }
            at(); //~ holds nothing
            while A.try_lock().is_none() {
                at(); //~ holds nothing
            }
            at(); //~ holds nothing
        }
        """,
        id="while",
    ),
    pytest.param(
        """
        fn f() {
            for n in V.lock().iter() {
                at(); //~ holds V
                A.lock().x = 1;
                at(); //~ holds V
            }
            at(); //~ holds nothing
            for n in 0..A.lock().x {
                at(); //~ holds A
            }
            at(); //~ holds nothing
            let rows = V.lock();
            for n in rows.iter() {
                at(); //~ holds V
            }
            at(); //~ holds V
        }
        """,
        id="for",
    ),
    pytest.param(
        """
        fn f() {
            if A.lock().x == 0 {
                at(); //~ holds nothing
            } else if B.lock().x == at() { //~ holds B
                at(); //~ holds nothing
            } else {
                at(); //~ holds nothing
            }
            if A.lock().x == 0 && B.lock().x == 1 {
                at(); //~ holds nothing
            }
            at(); //~ holds nothing
        }
        """,
        id="if",
    ),
    pytest.param(
        """
        fn f() {
            let Some(n) = *O.lock() else {
                at(); //~ holds nothing
                return;
            };
            at(); //~ holds nothing
            let Some(g) = A.try_lock() else {
                at(); //~ holds nothing
                return;
            };
            at(); //~ holds A
            let Ok(h) = B.attempt() else { panic!() };
            at(); //~ holds A, B
            drop(g);
            at(); //~ holds B
        }
        """,
        id="let-else",
    ),
    pytest.param(
        """
        fn f() {
            if let Some(g) = I.try_lock() {
                at(); //~ holds I; irq masked
            } else {
                at(); //~ holds nothing; irq entry
            }
            at(); //~ holds nothing
            match I.try_lock() {
                Some(g) => { at(); } //~ holds I; irq masked
                None => { at(); } //~ holds nothing; irq entry
            }
            match A.attempt() {
                Err(_) => { at(); } //~ holds nothing
                Ok(g) => { at(); } //~ holds A
            }
            match A.try_lock() {
                Some(g) => drop(g),
                _ => { at(); } //~ holds nothing
            }
            at(); //~ holds nothing
        }
        fn g() -> Option<u32> {
            let g = A.try_lock()?;
            at(); //~ holds A
            drop(g);
            let g = match A.try_lock() {
                Some(g) => g,
                None => return None,
            };
            at(); //~ holds A
            drop(g);
            at(); //~ holds nothing
            let g = if let Some(g) = A.try_lock() { g } else { return None };
            at(); //~ holds A
            drop(g);
            at(); //~ holds nothing
            let g = A.try_lock().unwrap();
            at(); //~ holds A
            drop(g);
            let g = A.attempt().ok().unwrap();
            at(); //~ holds A
            None
        }
        fn h() {
            let g = loop {
                if let Some(g) = A.try_lock() {
                    break g;
                }
                at(); //~ holds nothing
            };
            at(); //~ holds A
            drop(g);
            at(); //~ holds nothing
        }
        fn i() {
            let g = A.try_lock();
            if let Some(g) = &g {
                at(); //~ holds A
            }
            if let Some(g) = g {
                at(); //~ holds A
            }
            at(); //~ holds nothing
        }
        """,
        id="attempts",
    ),
    pytest.param(
        """
        fn f() {
            if let Some(n) = *O.lock() && A.lock().x == 0 {
                at(); //~ holds O
            }
            at(); //~ holds nothing
            if let Some(g) = A.try_lock() && let Some(h) = B.try_lock() {
                at(); //~ holds A, B
            }
            at(); //~ holds nothing
            if unknown(1) && let Some(g) = A.try_lock() && g.x == at() { //~ holds A
                at(); //~ holds A
            }
            at(); //~ holds nothing
        }
        """,
        id="chains of lets",
    ),
]


@pytest.mark.parametrize("edition", ["2021", "2024"])
@pytest.mark.parametrize("fixture", EVERY)
def test_scrutinees_of_every_edition(check, fixture, edition):
    check(fixture, edition)


UP_TO_2021 = [
    pytest.param(
        """
        fn f() {
            if let Some(n) = *O.lock() {
                at(); //~ holds O
            } else {
                at(); //~ holds O
            }
            at(); //~ holds nothing
            if let Some(n) = *O.lock() {
            } else if A.lock().x == 0 {
                at(); //~ holds O
            } else if let Some(n) = *O.lock() {
                at(); //~ holds O, O
            } else {
                at(); //~ holds O, O
            }
            at(); //~ holds nothing
            let x = if let Some(n) = *O.lock() { 1 } else { 2 } + at(); //~ holds O
            at(); //~ holds nothing
        }
        """,
        id="if let",
    ),
    pytest.param(
        """
        fn f() -> u32 {
            let g = Late;
            A.lock().x
        }
        struct Late;
        impl Drop for Late { fn drop(&mut self) { at(); } }
        fn g() {
            let x = { let g = B.lock(); A.lock().x } + at(); //~ holds A
            at(); //~ holds nothing
            let x = unsafe { A.lock().x } + at(); //~ holds A
            if unknown(0) { A.lock().x } else { 0 };
            at(); //~ holds nothing
            let y = if unknown(0) { A.lock().x } else { 0 } + at(); //~ holds nothing
        }
        """,
        id="tails",
    ),
]


@pytest.mark.parametrize("fixture", UP_TO_2021)
def test_scrutinees_up_to_2021(check, fixture):
    check(fixture, "2021")


SINCE_2024 = [
    pytest.param(
        """
        fn f() {
            if let Some(n) = *O.lock() {
                at(); //~ holds O
            } else {
                at(); //~ holds nothing
            }
            at(); //~ holds nothing
            if let Some(n) = *O.lock() {
            } else if A.lock().x == 0 {
                at(); //~ holds nothing
            } else if let Some(n) = *O.lock() {
                at(); //~ holds O
            } else {
                at(); //~ holds nothing
            }
            let x = if let Some(n) = *O.lock() { 1 } else { 2 } + at(); //~ holds nothing
        }
        """,
        id="if let",
    ),
    pytest.param(
        """
        fn f() {
            let x = { let g = B.lock(); A.lock().x } + at(); //~ holds nothing
            let x = unsafe { A.lock().x } + at(); //~ holds nothing
        }
        """,
        id="tails",
    ),
]


@pytest.mark.parametrize("fixture", SINCE_2024)
def test_scrutinees_since_2024(check, fixture):
    check(fixture, "2024")
