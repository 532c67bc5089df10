"""Closures, futures and ``.await``: what runs later, and what it takes with it."""

import pytest

CASES = [
    pytest.param(
        """
        fn run<R>(f: impl FnOnce() -> R) -> R { f() }
        fn f() {
            let g = A.lock();
            let c = || {
                at(); //~ holds nothing
                B.lock();
                at(); //~ holds nothing
                let h = B.lock();
                at(); //~ holds B
            };
            at(); //~ holds A
            c();
            at(); //~ holds A
            run(|| g.x);
            at(); //~ holds A
            run(move || g.x);
            at(); //~ holds nothing
        }
        fn g() {
            let g = A.lock();
            let c = move || g.x;
            at(); //~ holds A
            drop(c);
            at(); //~ holds nothing
            let g = A.lock();
            run(|| drop(g));
            at(); //~ holds nothing
            let g = (|| A.lock())();
            at(); //~ holds A
        }
        """,
        id="closures",
    ),
    pytest.param(
        """
        fn f() {
            let n = irq::without(|| {
                at(); //~ irq entry; context task masked
                A.lock().x
            });
            at(); //~ irq entry; context task unmasked
            let g = irq::without(|| I.lock());
            at(); //~ irq entry
            A.with(|row| { row.x = at(); }); //~ irq entry
            I.lock().x = { at() }; //~ irq entry
        }
        fn g() {
            let g = I.lock();
            [1].iter().for_each(|n| {
                at(); //~ context task masked
            });
            Some(1).map(|n| at()); //~ context task masked
            drop(g);
            Some(1).map(|n| at()); //~ context task unmasked
            I.try_lock().map(|g| at()); //~ context task masked
            at(); //~ irq entry; context task unmasked
        }
        """,
        id="where closures run",
    ),
    pytest.param(
        """
        async fn nap() {}
        async fn f() {
            let g = A.lock();
            nap().await; //~ holds A
            drop(g);
            nap().await; //~ holds nothing
            unknown(A.lock().x);
            nap().await; //~ holds nothing
            pass(A.lock().x).await; //~ holds A
            at(); //~ holds nothing
            match A.lock().x {
                _ => nap().await, //~ holds A
            }
            nap().await; //~ holds nothing
        }
        async fn pass(n: u32) -> u32 { n }
        async fn g() {
            let g = A.locked().await; //~ holds nothing
            at(); //~ holds A
            nap().await; //~ holds A
            drop(g);
            nap().await; //~ holds nothing
            A.locked().await.x = 1;
            nap().await; //~ holds nothing
        }
        """,
        id="awaits",
    ),
    pytest.param(
        """
        async fn nap() {}
        async fn eat(g: SpinGuard<'static, Row>) { nap().await } //~ holds nothing
        fn f() {
            let g = A.lock();
            let fut = async move {
                // FIXME: what a future captured is held in it too.
                nap().await; //~ holds nothing
                g.x
            };
            at(); //~ holds A
            drop(fut);
            at(); //~ holds nothing
            let fut = async {
                let g = A.lock();
                nap().await; //~ holds A
            };
            at(); //~ holds nothing
        }
        async fn g() {
            let g = A.lock();
            eat(g).await; //~ holds nothing
            at(); //~ holds nothing
        }
        async fn h() {
            let g = I.lock();
            eat(A.lock()).await; //~ holds I; irq masked
        }
        """,
        id="futures",
    ),
    pytest.param(
        """
        async fn lock() -> SpinGuard<'static, Row> { A.lock() }
        async fn f() {
            let g = lock().await;
            at(); //~ holds A
            drop(g);
            at(); //~ holds nothing
        }
        """,
        id="guards that futures give back",
    ),
]


@pytest.mark.parametrize("fixture", CASES)
def test_what_runs_later(check, fixture):
    check(fixture)
