"""What a generic body runs of the types that the way to it gives it."""

import pytest

DRIVERS = """
trait Driver {
    fn echo(&self);
    fn boot() {}
}
struct Serial;
struct Pty;
struct Tty<D> { driver: D }
"""

CASES = [
    pytest.param(
        """
        impl Driver for Serial { fn echo(&self) { at(); } } //~ context interrupt masked
        impl Driver for Pty { fn echo(&self) { at(); } } //~ context task unmasked
        impl<D: Driver> Tty<D> {
            fn push(&self) { self.step() }
            fn step(&self) { self.driver.echo(); }
        }
        static SERIAL: Tty<Serial> = Tty { driver: Serial };
        extern "x86-interrupt" fn tick() { SERIAL.push(); }
        fn slave(tty: &Tty<Pty>) { tty.push(); }
        """,
        id="a method of a generic type",
    ),
    pytest.param(
        """
        impl Driver for Serial {
            fn echo(&self) { at(); } //~ context interrupt masked
            fn boot() { at(); } //~ context interrupt masked
        }
        impl Driver for Pty {
            fn echo(&self) { at(); } //~ context task unmasked
            fn boot() { at(); } //~ context task unmasked
        }
        fn run(f: impl Fn()) { f() }
        fn on<D: Driver>(driver: &D) { run(|| driver.echo()); further::<D>(); }
        fn further<T: Driver>() { T::boot(); }
        extern "x86-interrupt" fn tick() { on(&Serial); }
        fn slave(pty: &Pty) { on(pty); }
        """,
        id="generic functions, closures in them, and paths",
    ),
    pytest.param(
        """
        trait Port { fn put(&self); fn twice(&self) { self.put(); self.put(); } }
        impl Port for Serial { fn put(&self) { at(); } } //~ context interrupt masked
        impl Port for Pty { fn put(&self) { at(); } } //~ context task unmasked
        extern "x86-interrupt" fn tick(serial: &Serial) { serial.twice(); }
        fn slave(pty: &Pty) { pty.twice(); }
        """,
        id="what a trait provides",
    ),
    pytest.param(
        """
        impl Driver for Serial { fn echo(&self) { at(); } } //~ context interrupt masked
        impl Driver for Pty { fn echo(&self) { at(); } } //~ context interrupt masked
        impl<D: Driver> Tty<D> { fn push(&self) { self.driver.echo(); } }
        trait Terminal { fn input(&self); }
        impl<D: Driver> Terminal for Tty<D> { fn input(&self) { self.push(); } }
        extern "x86-interrupt" fn tick(tty: &dyn Terminal) { tty.input(); }
        """,
        id="who does not tell its type may be of any",
    ),
    pytest.param(
        """
        trait Named { fn name(&self); }
        impl<T: Driver> Named for T {
            fn name(&self) { at(); } //~ context interrupt masked, task unmasked
        }
        struct Plain;
        impl Named for Plain { fn name(&self) { at(); } } //~ context task unmasked
        impl Driver for Serial { fn echo(&self) {} }
        fn show<N: Named>(one: &N) { one.name(); }
        extern "x86-interrupt" fn tick() { show(&Serial); }
        fn plain() { show(&Plain); show(&Serial); }
        """,
        id="an impl for every type",
    ),
    pytest.param(
        """
        #[cfg(target_arch = "x86_64")]
        struct Port;
        #[cfg(target_arch = "riscv64")]
        struct Port(usize);
        #[cfg(target_arch = "x86_64")]
        impl Driver for Port { fn echo(&self) { at(); } } //~ context interrupt masked
        #[cfg(target_arch = "riscv64")]
        impl Driver for Port { fn echo(&self) { at(); } } //~ context interrupt masked
        impl Driver for Pty { fn echo(&self) { at(); } } //~ context task unmasked
        fn on<D: Driver>(driver: &D) { driver.echo(); }
        extern "x86-interrupt" fn tick(port: &Port) { on(port); }
        fn slave(pty: &Pty) { on(pty); }
        """,
        id="a type that is another in each build",
    ),
]


@pytest.mark.parametrize("fixture", CASES)
def test_the_types_given_choose_what_runs(check, fixture):
    check(DRIVERS + fixture)


def test_a_chosen_impl_is_certain(contexts_of):
    fixture = """
    impl Driver for Serial { fn echo(&self) { goal(); } }
    impl Driver for Pty { fn echo(&self) {} }
    fn on<D: Driver>(driver: &D) { driver.echo(); }
    extern "x86-interrupt" fn tick() { on(&Serial); }
    fn slave(pty: &Pty) { on(pty); }
    fn goal() {}
    """
    contexts = contexts_of(DRIVERS + fixture)
    goal = next(body for body in contexts.flows.of if contexts.definition(body).path == "k::goal")

    [node] = contexts.nodes(goal)

    assert node.context == "interrupt"
    assert contexts.is_sure(node)
