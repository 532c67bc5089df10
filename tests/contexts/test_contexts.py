"""Who runs where: contexts from their roots down, with what is masked on the way."""

import pytest

CASES = [
    pytest.param(
        """
        extern "x86-interrupt" fn tick() { shared(); only_here(); }
        fn init() { shared(); }
        fn shared() { at(); } //~ context interrupt masked, task unmasked
        fn only_here() { deeper(); }
        fn deeper() { at(); } //~ context interrupt masked
        fn nobody_calls() { at(); } //~ context task unmasked
        fn handler() { at(); } //~ context interrupt masked
        fn start() { irq::register(3, handler); }
        """,
        id="calls",
    ),
    pytest.param(
        """
        fn f() {
            inner(); irq::disable(); masked(); irq::enable();
            irq::without(|| within());
            { let g = irq::Masked::new(); guarded(); }
            { let g = I.lock(); locked(&g); }
            after();
        }
        fn inner() { at(); } //~ context task unmasked
        fn masked() { at(); } //~ context task masked
        fn within() { at(); } //~ context task masked
        fn guarded() { at(); } //~ context task masked
        fn locked(_: &Row) { at(); } //~ context task masked
        fn after() { at(); } //~ context task unmasked
        extern "x86-interrupt" fn tick() {
            quiet();
            irq::enable();
            loud();
        }
        fn quiet() { at(); } //~ context interrupt masked
        fn loud() { at(); } //~ context interrupt unmasked
        """,
        id="what is masked where it is called",
    ),
    pytest.param(
        """
        fn run<R>(f: impl FnOnce() -> R) -> R { f() }
        fn on<R>(f: impl FnOnce() -> R) -> R { run(f) }
        fn further<R>(f: impl FnOnce() -> R) -> R { on(f) }
        fn quietly<R>(f: impl FnOnce() -> R) -> R {
            let g = irq::Masked::new();
            f()
        }
        fn quietly_on<R>(f: impl FnOnce() -> R) -> R { quietly(f) }
        fn dynamic(f: &dyn Fn()) { f() }
        fn once_more<F: Fn()>(f: F) { irq::disable(); f(); irq::enable(); f(); }
        fn dropped(f: impl FnOnce()) {}
        fn f() {
            run(|| at()); //~ context task unmasked
            on(|| at()); //~ context task unmasked
            further(|| at()); //~ context task unmasked
            quietly(|| at()); //~ context task masked
            quietly_on(|| at()); //~ context task masked
            irq::without(|| run(|| at())); //~ context task masked
            dynamic(&|| { at(); }); //~ context task unmasked
            once_more(|| { at(); }); //~ context task masked, task unmasked
            dropped(|| { at(); }); //~ context none
            run(named);
            quietly(named_too);
        }
        fn named() { at(); } //~ context task unmasked
        fn named_too() { at(); } //~ context task masked
        extern "x86-interrupt" fn tick() { on(|| at()); } //~ context interrupt masked
        """,
        id="closures run where they are called",
    ),
    pytest.param(
        """
        extern "x86-interrupt" fn tick(some: Option<u32>, all: &[u32]) {
            some.map(|n| at()); //~ context interrupt masked
            some.unwrap_or_else(|| at()); //~ context interrupt masked
            all.iter().for_each(|n| { at(); }); //~ context interrupt masked
            all.iter().map(|n| at()).sum::<u32>(); //~ context interrupt masked
            some.map(named);
        }
        fn named(_: u32) { at(); } //~ context interrupt masked
        """,
        id="closures given to libraries",
    ),
    pytest.param(
        """
        static HOOK: Spin<Option<fn()>> = Spin::new(None);
        fn set(f: fn()) { *HOOK.lock() = Some(f); }
        fn install() { set(hook); }
        fn hook() { at(); } //~ context interrupt masked
        extern "x86-interrupt" fn tick() {
            if let Some(f) = *HOOK.lock() { f(); }
        }
        struct Ops { run: fn(u32) }
        static OPS: Ops = Ops { run: op };
        fn op(_: u32) { at(); } //~ context interrupt masked
        extern "x86-interrupt" fn tock() { (OPS.run)(1); }
        """,
        id="function values",
    ),
    pytest.param(
        """
        struct Page(u32);
        impl Drop for Page { fn drop(&mut self) { freed(); } }
        fn freed() { at(); } //~ context interrupt masked
        struct Task { page: Page }
        extern "x86-interrupt" fn tick() {
            let task = Task { page: Page(1) };
        }
        struct Kept(u32);
        impl Drop for Kept { fn drop(&mut self) { at(); } } //~ context task unmasked
        extern "x86-interrupt" fn tock() -> Kept {
            let kept = Kept(1);
            kept
        }
        fn owner() { let kept = Kept(2); }
        """,
        id="drop glue",
    ),
    pytest.param(
        """
        struct Loud(u32);
        impl Drop for Loud { fn drop(&mut self) { at(); } } //~ context task masked, task unmasked
        fn f() {
            let first = Loud(1);
            let g = irq::Masked::new();
            let second = Loud(2);
        }
        struct Late(u32);
        impl Drop for Late { fn drop(&mut self) { at(); } } //~ context task unmasked
        fn g() {
            let late = Late(1);
            let g = irq::Masked::new();
        }
        struct Early(u32);
        impl Drop for Early { fn drop(&mut self) { at(); } } //~ context task masked
        fn h() {
            let g = irq::Masked::new();
            let early = Early(1);
        }
        """,
        id="drop glue runs in the order of drops",
    ),
    pytest.param(
        """
        extern crate alloc;
        use alloc::{collections::VecDeque, rc::Rc, vec::Vec};
        struct Popped;
        impl Drop for Popped { fn drop(&mut self) { at(); } } //~ context task masked
        struct Taken;
        impl Drop for Taken { fn drop(&mut self) { at(); } } //~ context task masked
        struct Matched;
        impl Drop for Matched { fn drop(&mut self) { at(); } } //~ context task masked
        struct Each;
        impl Drop for Each { fn drop(&mut self) { at(); } } //~ context task masked
        struct Unnamed;
        impl Drop for Unnamed { fn drop(&mut self) { at(); } } //~ context task masked
        struct Cleared;
        impl Drop for Cleared { fn drop(&mut self) { at(); } } //~ context task masked
        struct Given;
        impl Drop for Given { fn drop(&mut self) { at(); } } //~ context task masked
        struct Kept;
        impl Drop for Kept { fn drop(&mut self) { at(); } } //~ context none
        struct Seen;
        impl Drop for Seen { fn drop(&mut self) { at(); } } //~ context task unmasked
        fn popped(q: &mut VecDeque<Rc<Popped>>) {
            irq::disable();
            while let Some(one) = q.pop_front() { look(&one); }
            irq::enable();
        }
        fn look<T>(one: &T) {}
        fn taken(q: &mut Option<Taken>) {
            irq::disable();
            if let Some(one) = q.take() { look(&one); }
            irq::enable();
        }
        fn matched(q: &mut Vec<Matched>) {
            irq::disable();
            match q.pop() { Some(one) => look(&one), None => {} }
            irq::enable();
        }
        fn each(q: &mut Vec<Each>) {
            irq::disable();
            for one in q.drain(..) { look(&one); }
            irq::enable();
        }
        fn unnamed(q: &mut Vec<Unnamed>) {
            irq::disable();
            while let Some(_) = q.pop() {}
            irq::enable();
        }
        fn cleared(q: &mut Vec<Cleared>) { irq::disable(); q.clear(); irq::enable(); }
        fn given(one: &mut Option<Given>) {
            irq::disable();
            let taken = one.take();
            drop(taken);
            irq::enable();
        }
        fn kept(q: &mut Vec<Kept>, others: &mut Vec<Kept>) {
            while let Some(one) = q.pop() { others.push(one); }
        }
        fn seen(q: &Vec<Seen>, last: &Option<Seen>) {
            irq::disable();
            for one in q { look(one); }
            if let Some(one) = last { look(one); }
            irq::enable();
        }
        """,
        id="what patterns bind, and what containers let go",
    ),
    pytest.param(
        """
        async fn job() { at(); } //~ context interrupt masked
        fn start() { irq::register(3, job()); }
        async fn both() { at(); } //~ context interrupt masked, task unmasked
        fn begin() { irq::register(4, both()); }
        async fn waits() { both().await; }
        async fn other() { at(); } //~ context task unmasked
        fn hold() { let later = other(); }
        """,
        id="a call of an async function that others run makes a future",
    ),
    pytest.param(
        """
        extern crate alloc;
        use alloc::{collections::VecDeque, rc::{Rc, Weak}};
        struct Stack;
        impl Drop for Stack { fn drop(&mut self) { at(); } } //~ context interrupt masked
        struct Timer;
        impl Drop for Timer { fn drop(&mut self) {} }
        struct Task { stack: Stack, timer: Timer }
        struct Page;
        impl Drop for Page { fn drop(&mut self) { at(); } } //~ context none
        struct Space { page: Page, timer: Timer }
        struct All { finished: VecDeque<Rc<Task>>, space: Weak<Space> }
        fn all() -> &'static mut All { loop {} }
        extern "x86-interrupt" fn tick() {
            while let Some(task) = all().finished.pop_front() {}
            if let Some(space) = all().space.upgrade() {}
        }
        """,
        id="of shared owners in a handler only that is the last which was taken out",
    ),
    pytest.param(
        """
        trait Device { fn handle(&self); fn name(&self) {} }
        struct Nic; struct Disk;
        impl Device for Nic { fn handle(&self) { at(); } } //~ context interrupt masked
        impl Device for Disk {
            fn handle(&self) { at(); } //~ context interrupt masked
            fn name(&self) { at(); } //~ context task unmasked
        }
        extern "x86-interrupt" fn tick(all: &[&dyn Device]) {
            for device in all { device.handle(); }
        }
        fn list(device: &dyn Device) { device.name(); }
        trait Timer { fn fire(&self); }
        struct Hpet; struct Pit;
        impl Timer for Hpet { fn fire(&self) { at(); } } //~ context task unmasked
        impl Timer for Pit { fn fire(&self) { at(); } } //~ context interrupt masked, task unmasked
        fn fire<T: Timer>(timer: &T) { timer.fire() }
        fn by_name(hpet: &Hpet) { hpet.fire() }
        extern "x86-interrupt" fn tock(pit: &Pit) { pit.fire(); }
        """,
        id="dispatch",
    ),
    pytest.param(
        """
        mod arch {
            #[cfg(target_arch = "x86_64")]
            pub mod x86 {
                pub extern "x86-interrupt" fn tick() { crate::common(); }
                pub fn own() { crate::at(); } //~ context interrupt masked
            }
            #[cfg(target_arch = "x86_64")]
            pub use x86::own;
            #[cfg(target_arch = "aarch64")]
            pub mod arm {
                pub fn own() { crate::at(); } //~ context task unmasked
                pub fn start() { crate::common_too(); }
            }
            #[cfg(target_arch = "aarch64")]
            pub use arm::own;
        }
        fn common() { arch::own(); }
        fn common_too() { between(); }
        fn between() { arch::own_too(); common_three(); }
        fn common_three() { arm_only(); x86_only(); }
        #[cfg(target_arch = "aarch64")]
        fn arm_only() { at(); } //~ context task unmasked
        #[cfg(target_arch = "x86_64")]
        fn x86_only() { at(); } //~ context none
        fn task() { arm_task(); }
        #[cfg(target_arch = "aarch64")]
        fn arm_task() { arch::own(); }
        """,
        id="no way leads from one architecture into another",
    ),
    pytest.param(
        """
        extern "x86-interrupt" fn tick() { down(3); ping(2); }
        fn down(n: u32) {
            at(); //~ context interrupt masked
            if n > 0 { down(n - 1); }
        }
        fn ping(n: u32) { if n > 0 { pong(n - 1); } }
        fn pong(n: u32) { at(); ping(n); } //~ context interrupt masked
        fn alone(n: u32) { if n > 0 { alone(n - 1); } }
        """,
        id="recursion",
    ),
    pytest.param(
        """
        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo) -> ! { last_words(); loop {} }
        fn last_words() { at(); } //~ context panic unmasked
        extern "x86-interrupt" fn page_fault() { fault(); }
        fn fault() { at(); } //~ context exception unmasked
        extern "x86-interrupt" fn nmi_handler() { stuck(); }
        fn stuck() { at(); } //~ context nmi masked
        fn kernel_main() { boot(); }
        fn boot() { at(); } //~ context boot masked
        """,
        id="kinds of contexts",
    ),
    pytest.param(
        """
        async fn inner() { at(); } //~ context task unmasked
        async fn outer() { inner().await; }
        extern "x86-interrupt" fn tick() { poll(); }
        fn poll() { run(work()); }
        fn run(f: impl Future<Output = ()>) {}
        // A future runs where it is polled: who is given one is taken to do so.
        async fn work() { at(); } //~ context interrupt masked
        fn main() {
            run(async {
                at(); //~ context task unmasked
            });
        }
        """,
        id="futures",
    ),
    pytest.param(
        """
        use core::future::Future; use core::pin::Pin;
        extern "x86-interrupt" fn tick() { keep(boxed()); keep(opaque()); run(bare()); }
        fn boxed() -> Pin<Box<dyn Future<Output = ()> + Send>> { Box::pin(one()) }
        fn opaque() -> impl Future<Output = ()> { at(); two() } //~ context interrupt masked
        fn bare() { run(three()) }
        async fn one() { at(); } //~ context none
        async fn two() { at(); } //~ context none
        async fn three() { at(); } //~ context interrupt masked
        fn keep<T>(it: T) {}
        fn run<T>(it: T) {}
        """,
        id="a future that is given back",
    ),
    pytest.param(
        """
        #[cfg(test)]
        fn only_tested() { at(); } //~ context none
        #[cfg(test)]
        mod tests { #[test] fn one() { super::also_tested(); super::offered(); } }
        fn also_tested() { at(); } //~ context none
        pub fn offered() { at(); } //~ context task unmasked
        fn real() { at(); } //~ context task unmasked
        fn again(n: u32) { at(); again(n - 1); } //~ context task unmasked
        """,
        id="tests are no tasks",
    ),
    pytest.param(
        """
        struct Task { start: fn(u32) }
        impl Task { fn new(start: fn(u32)) -> Self { Self { start } } }
        fn f() { keep(Task::new(work)); irq::register(handler); }
        fn keep(task: Task) {}
        fn work(n: u32) { at(); done(); } //~ context task unmasked
        fn done() { at(); } //~ context task unmasked
        fn handler() { at(); } //~ context interrupt masked
        """,
        id="what is kept and never seen called",
    ),
]


@pytest.mark.parametrize("fixture", CASES)
def test_who_runs_where(check, fixture):
    check(fixture)


def test_the_way_to_a_context_is_the_shortest(contexts_of):
    fixture = """
    extern "x86-interrupt" fn tick() { long(); short(); }
    fn long() { longer(); }
    fn longer() { goal(); }
    fn short() { goal(); }
    fn goal() {}
    """
    contexts = contexts_of(fixture)
    goal = next(body for body in contexts.flows.of if contexts.definition(body).path == "k::goal")
    [node] = contexts.nodes(goal)

    told = [contexts.definition(one.body).name for one, _ in contexts.way(node)]
    assert told == ["tick", "short", "goal"]
    assert contexts.is_sure(node)


@pytest.mark.parametrize(
    ("fixture", "is_sure"),
    [
        pytest.param(
            """
            fn f() { arch::step(); }
            #[cfg(target_arch = "x86_64")]
            mod arch { pub fn step() { crate::goal(); } }
            #[cfg(target_arch = "riscv64")]
            mod arch { pub fn step() { crate::goal(); } }
            """,
            True,
            id="each build has one function of a name",
        ),
        pytest.param(
            """
            #[cfg(feature = "quiet")]
            macro_rules! step { () => { () } }
            #[cfg(not(feature = "quiet"))]
            macro_rules! step { () => { $crate::goal() } }
            fn f() { step!(); }
            """,
            True,
            id="each build has one macro of a name",
        ),
        pytest.param(
            """
            trait Port { fn put(&self); }
            #[cfg(target_arch = "x86_64")]
            struct Io;
            #[cfg(target_arch = "x86_64")]
            impl Port for Io { fn put(&self) { goal(); } }
            #[cfg(target_arch = "riscv64")]
            struct Mapped;
            #[cfg(target_arch = "riscv64")]
            impl Port for Mapped { fn put(&self) { goal(); } }
            fn f(port: &dyn Port) { port.put(); }
            """,
            True,
            id="each build has one impl",
        ),
        pytest.param(
            """
            trait Port { fn put(&self); }
            struct Io;
            impl Port for Io { fn put(&self) { goal(); } }
            #[cfg(target_arch = "riscv64")]
            struct Mapped;
            #[cfg(target_arch = "riscv64")]
            impl Port for Mapped { fn put(&self) { goal(); } }
            fn f(port: &dyn Port) { port.put(); }
            """,
            False,
            id="some build has both impls",
        ),
        pytest.param(
            """
            fn f() { arch::step(); }
            #[cfg(feature = "one")]
            mod arch { pub fn step() { crate::goal(); } }
            #[cfg(feature = "two")]
            mod arch { pub fn step() { crate::goal(); } }
            """,
            False,
            id="features that do not exclude each other",
        ),
    ],
)
def test_what_another_build_runs_is_no_other_candidate(contexts_of, fixture, is_sure):
    contexts = contexts_of(fixture + "fn goal() {}")
    goal = next(body for body in contexts.flows.of if contexts.definition(body).path == "k::goal")

    assert {contexts.is_sure(node) for node in contexts.nodes(goal)} == {is_sure}


LENT = """
    static Q: Spin<u32> = Spin::new(0);
    struct Tty { items: Spin<u32>, other: Spin<u32> }
    impl Tty { fn items(&self) -> &Spin<u32> { &self.items } }
    fn wake(items: &Spin<u32>) { drop(items.lock()); }
    fn pass(items: &Spin<u32>) { wake(items) }
    fn masked(items: &Spin<u32>) { irq::without(|| ()); let _m = irq::Masked::new(); items.lock(); }
    fn only_looks(items: &Spin<u32>) {}
    fn f(tty: &Tty) {
        wake(&Q);
        pass(tty.items());
        masked(&tty.other);
        only_looks(&Q);
    }
"""


def test_who_lends_a_lock_takes_it(contexts_of):
    contexts = contexts_of(LENT)

    taken = [
        (event.lock.removeprefix("k::"), event.state.mask("interrupts"))
        for body, _, event in contexts.flows.events()
        if contexts.definition(body).path == "k::f" and event.meaning.taking is not None
    ]
    assert taken == [("Q", "entry"), ("Tty.items", "entry"), ("Tty.other", "masked")]
