"""Which crates what is called may be in, by who depends on whom."""

# A mark stands on the line of its call, however long that gets.
# ruff: noqa: E501

from textwrap import dedent

import pytest

MANIFESTS = """
//- /Cargo.toml
[workspace]
members = ["kernel", "driver", "tool", "loaded", "other", "derive"]
//- /kernel/Cargo.toml
[package]
name = "kernel"
edition = "2024"
[dependencies]
derive = { path = "../derive" }
elsewhere = "1"
//- /derive/Cargo.toml
[package]
name = "derive"
edition = "2024"
[lib]
proc-macro = true
//- /driver/Cargo.toml
[package]
name = "driver"
edition = "2024"
[dependencies]
kernel = { path = "../kernel" }
//- /other/Cargo.toml
[package]
name = "other"
edition = "2024"
[dependencies]
driver = { path = "../driver" }
kernel = { path = "../kernel" }
//- /loaded/Cargo.toml
[package]
name = "loaded"
edition = "2024"
[dependencies]
kernel = { path = "../kernel" }
//- /tool/Cargo.toml
[package]
name = "tool"
edition = "2024"
"""

CASES = [
    pytest.param(
        """
        //- /kernel/src/lib.rs
        pub fn start() { elsewhere::builder().build(); } //~ external elsewhere::_::build
        pub fn log() { elsewhere::logger().report(); } //~ candidates kernel::Log::report
        pub struct Log; impl Log { fn report(&self) {} }
        //- /tool/src/main.rs
        trait Build { fn build(&self); }
        impl<C> Build for C { fn build(&self) {} }
        struct Log; impl Log { fn report(&self) {} }
        fn main() { start().build(); } //~ exact tool::start ; exact tool::C::build
        fn start() -> Log { Log }
        //- /derive/src/lib.rs
        struct Log; impl Log { fn report(&self) {} }
        //- /driver/src/lib.rs
        struct Log; impl Log { fn report(&self) {} }
        """,
        id="a type is of a crate that the caller knows",
    ),
    pytest.param(
        """
        //- /kernel/src/lib.rs
        use std::fmt::Display;
        pub trait Device { fn reset(&self); }
        pub fn all(list: &[&dyn Device]) { for one in list { one.reset() } } //~ candidates driver::Nic::reset, loaded::Disk::reset
        pub fn named(one: Box<dyn Name>) { one.name(); } //~ exact driver::Nic::name
        pub trait Name { fn name(&self); }
        //- /driver/src/lib.rs
        pub struct Nic;
        impl kernel::Device for Nic { fn reset(&self) {} }
        impl kernel::Name for Nic { fn name(&self) {} }
        pub fn own(one: &dyn kernel::Device) { one.reset() } //~ candidates driver::Nic::reset, loaded::Disk::reset
        //- /loaded/src/lib.rs
        struct Disk;
        impl kernel::Device for Disk { fn reset(&self) {} }
        pub fn own(one: &dyn kernel::Name) { one.name() } //~ exact driver::Nic::name
        //- /kernel/tests/all.rs
        struct Fake;
        impl kernel::Device for Fake { fn reset(&self) {} }
        impl kernel::Name for Fake { fn name(&self) {} }
        fn check(one: &dyn kernel::Device) { one.reset() } //~ exact all::Fake::reset
        """,
        id="an impl is of a crate that some program has too, and no test is part of a kernel",
    ),
    pytest.param(
        """
        //- /kernel/src/lib.rs
        pub trait Device { fn reset(&self); }
        //- /driver/src/lib.rs
        pub fn all(one: &dyn kernel::Device) { one.reset() } //~ exact other::Nic::reset
        //- /other/src/main.rs
        struct Nic;
        impl kernel::Device for Nic { fn reset(&self) {} }
        fn main() {}
        //- /loaded/src/main.rs
        struct Disk;
        impl kernel::Device for Disk { fn reset(&self) {} }
        fn main() {}
        """,
        id="two programs that share a library do not meet",
    ),
    pytest.param(
        """
        //- /kernel/src/lib.rs
        use std::sync::Arc;
        pub struct Terminal; impl Terminal { pub fn read(&self) {} }
        pub fn read(terminal: Arc<Terminal>) { terminal.read(); } //~ exact kernel::Terminal::read
        //- /driver/src/lib.rs
        use std::sync::Arc;
        trait Blocks { fn read(&self); }
        impl<T> Blocks for Arc<T> { fn read(&self) {} }
        fn own(block: Arc<u8>) { block.read(); } //~ exact driver::Arc::read
        """,
        id="a trait that nobody sees hides nothing",
    ),
    pytest.param(
        """
        //- /kernel/src/lib.rs
        #[macro_export]
        macro_rules! start { ($one:expr) => { $one.begin() }; } //~ candidates driver::Nic::begin
        //- /driver/src/lib.rs
        struct Nic; impl Nic { fn begin(&self) {} }
        fn go() { kernel::start!(Nic) } //~ exact kernel::start!
        """,
        id="what a macro is given may be of any crate that uses it",
    ),
    pytest.param(
        """
        //- /kernel/src/lib.rs
        pub struct Hook { pub run: fn(u8) }
        pub fn go(hook: &Hook) { (hook.run)(1); } //~ candidates driver::ours
        //- /driver/src/lib.rs
        fn ours(_: u8) {}
        pub fn make() -> kernel::Hook { kernel::Hook { run: ours } }
        //- /tool/src/main.rs
        fn theirs(_: u8) {}
        struct Step { run: fn(u8) }
        fn main() { let step = Step { run: theirs }; (step.run)(1); } //~ candidates tool::theirs
        """,
        id="function values stay in their programs",
    ),
    pytest.param(
        """
        //- /shared/mod.rs
        pub trait Show { fn show(&self); }
        pub struct Text; impl Show for Text { fn show(&self) {} }
        //- /tool/src/main.rs
        #[path = "../../shared/mod.rs"] mod shared;
        fn main(one: &dyn shared::Show) { one.show() } //~ exact other::shared::Text::show
        //- /other/src/main.rs
        #[path = "../../shared/mod.rs"] mod shared;
        fn main(one: &dyn shared::Show) { one.show() } //~ exact other::shared::Text::show
        """,
        id="what a file that two programs hold declares is in both",
    ),
    pytest.param(
        """
        //- /free/one.rs
        pub trait Show { fn show(&self); }
        fn go(unheard: Unheard) { unheard.draw() } //~ candidates tool::Text::draw
        //- /tool/src/main.rs
        struct Text; impl Text { fn draw(&self) {} }
        """,
        id="of a file without a manifest nothing is known",
    ),
]


@pytest.mark.parametrize("fixture", CASES)
def test_what_is_called_is_in_the_same_program(check, fixture):
    check(f"{MANIFESTS.lstrip()}{dedent(fixture).lstrip()}")
