"""What calls lead to, told at the line of the call."""

# A mark stands on the line of its call, however long that gets.
# ruff: noqa: E501

import pytest

CASES = [
    pytest.param(
        """
        fn here() {}
        pub mod irq {
            pub fn init() { super::here() } //~ exact k::here
            pub mod vectors { pub fn load() {} }
        }
        mod deep { pub use crate::irq::vectors::load as fill; }
        use irq::vectors as table;
        use irq::{init as start, vectors::*};
        fn boot() {
            here(); //~ exact k::here
            crate::irq::init(); //~ exact k::irq::init
            self::irq::init(); //~ exact k::irq::init
            table::load(); //~ exact k::irq::vectors::load
            start(); //~ exact k::irq::init
            load(); //~ exact k::irq::vectors::load
            deep::fill(); //~ exact k::irq::vectors::load
            nobody(); //~ unknown nobody
        }
        """,
        id="paths and imports",
    ),
    pytest.param(
        """
        use smoltcp::wire::Unheard as Packet;
        use std::env::temp_dir;
        use elsewhere::Engine;
        use volatile::Unheard as Renamed;
        fn start(parts: Vec<u8>, sum: Result<u8, ()>) {
            std::env::no_such_thing(); //~ external std::env::no_such_thing
            smoltcp::wire::Unheard::new(0); //~ external smoltcp::wire::Unheard::new
            Packet::new(0); //~ external smoltcp::wire::Unheard::new
            temp_dir(); //~ external std::env::temp_dir
            Renamed::make(); //~ external volatile::Unheard::make
            let engine = Engine::start(1); //~ external elsewhere::Engine::start
            engine.run().stop(); //~ external elsewhere::_::run ; external elsewhere::_::stop
            parts.not_declared_there(); //~ external [_]::not_declared_there
            sum.no_such_method(); //~ external core::result::Result::no_such_method
            Option::<u8>::no_such_function(); //~ external core::option::Option::no_such_function
            let count = 0_u8;
            count.no_such_operation(); //~ external u8::no_such_operation
        }
        """,
        id="names below crates of which but a part is declared",
    ),
    pytest.param(
        """
        struct Engine; impl Engine { fn run(&self) {} }
        fn start() {
            let ours = elsewhere::wrap(Engine);
            ours.run(); //~ candidates k::Engine::run
        }
        """,
        id="what another crate gives may be ours",
    ),
    pytest.param(
        """
        pub struct Uart { port: Port }
        struct Port(u16);
        impl Port { fn write(&self, _: u8) {} const fn new(n: u16) -> Self { Self(n) } }
        impl Uart {
            const fn new() -> Self { Self { port: Port::new(1) } } //~ exact k::Port::new
            fn send(&mut self, byte: u8) -> &mut Self {
                self.port.write(byte); //~ exact k::Port::write
                Self::flush(); //~ exact k::Uart::flush
                self
            }
            fn flush() {}
        }
        type Console = Uart;
        static CONSOLE: Uart = Uart::new(); //~ exact k::Uart::new
        fn print(uart: &mut Uart, pair: (Port, u8), ports: [Port; 2]) {
            uart.send(1).send(2); //~ exact k::Uart::send
            Uart::send(uart, 3); //~ exact k::Uart::send
            <Uart>::flush(); //~ exact k::Uart::flush
            Console::flush(); //~ exact k::Uart::flush
            CONSOLE.port.write(1); //~ exact k::Port::write
            pair.0.write(1); //~ exact k::Port::write
            ports[1].write(1); //~ exact k::Port::write
            let copy: *mut Uart = uart;
            unsafe { (*copy).port.write(1) } //~ exact k::Port::write
            let made = Uart { port: Port(1) };
            made.port.write(1); //~ exact k::Port::write
            uart.port.missing(); //~ unknown missing
        }
        """,
        id="methods by declared types",
    ),
    pytest.param(
        """
        use std::cell::RefCell;
        use std::rc::Rc;
        use std::sync::{Arc, Mutex};
        struct Task { next: Option<Box<Task>>, queue: Vec<Rc<RefCell<Task>>> }
        impl Task {
            fn poke(&self) {}
            fn mark(&mut self) {}
            fn find(&self) -> Result<&Task, ()> { Ok(self) }
        }
        static TASKS: spin::Mutex<Vec<Task>> = spin::Mutex::new(Vec::new());
        fn walk(task: Task, shared: Arc<Mutex<Task>>, cell: RefCell<Task>) -> Result<(), ()> {
            task.next.as_ref().unwrap().poke(); //~ exact k::Task::poke
            task.find()?.poke(); //~ exact k::Task::find ; exact k::Task::poke
            task.find().unwrap().poke(); //~ exact k::Task::find ; exact k::Task::poke
            task.queue[0].borrow_mut().mark(); //~ exact k::Task::mark
            task.queue.first().unwrap().borrow().poke(); //~ exact k::Task::poke
            shared.lock().unwrap().mark(); //~ exact k::Task::mark
            cell.borrow().poke(); //~ exact k::Task::poke
            TASKS.lock().iter().for_each(|one| one.poke()); //~ exact k::Task::poke
            let last = TASKS.lock().pop();
            last.unwrap().poke(); //~ exact k::Task::poke
            let boxed = Box::new(task);
            boxed.poke(); //~ exact k::Task::poke
            Ok(())
        }
        """,
        id="chains through containers and guards",
    ),
    pytest.param(
        """
        trait Device { fn reset(&self); fn name(&self) -> u8 { self.id() } fn id(&self) -> u8 { 0 } } //~ candidates k::Device::id, k::Nic::id
        struct Disk; struct Nic;
        impl Device for Disk { fn reset(&self) {} }
        impl Device for Nic { fn reset(&self) {} fn id(&self) -> u8 { 1 } }
        fn all(list: &[Box<dyn Device>], one: &dyn Device) {
            one.reset(); //~ candidates k::Disk::reset, k::Nic::reset
            for each in list { each.reset() } //~ candidates k::Disk::reset, k::Nic::reset
        }
        fn of<D: Device>(device: D) { device.reset() } //~ candidates k::Disk::reset, k::Nic::reset
        fn some(device: impl Device) { device.name(); } //~ exact k::Device::name
        fn known(disk: Disk, nic: Nic) {
            disk.reset(); //~ exact k::Disk::reset
            disk.id(); //~ exact k::Device::id
            nic.id(); //~ exact k::Nic::id
            Device::reset(&disk); //~ exact k::Disk::reset
            Device::name(&nic); //~ exact k::Device::name
            <Disk as Device>::reset(&disk); //~ exact k::Disk::reset
            <Nic as Device>::name(&nic); //~ exact k::Device::name
        }
        """,
        id="traits",
    ),
    pytest.param(
        """
        #[derive(Default)] struct Plain;
        struct Task { id: Id, plain: Plain, left: u8 }
        struct Id(u8);
        impl Default for Id { fn default() -> Self { Id(0) } }
        impl Default for Task { fn default() -> Self { Task { id: Id(1), plain: Plain, left: 0 } } }
        impl From<u8> for Id { fn from(n: u8) -> Id { Id(n) } }
        trait Show { fn show(&self); fn of(n: u8) -> Self; }
        impl Show for Id { fn show(&self) {} fn of(n: u8) -> Id { Id(n) } }
        impl Show for u8 { fn show(&self) {} fn of(n: u8) -> u8 { n } }
        fn make() -> Id { Default::default() } //~ exact k::Id::default
        fn go(lent: &Id, task: &mut Task, text: &str) {
            let id: Id = Default::default(); //~ exact k::Id::default
            let other: Id = From::from(1); //~ exact k::Id::from
            let shown: u8 = Show::of(1); //~ exact k::u8::of
            Show::show(lent); //~ exact k::Id::show
            Show::show(&task.left); //~ exact k::u8::show
            take(Show::of(1)); //~ exact k::take ; exact k::Id::of
            task.id = Default::default(); //~ exact k::Id::default
            let two = Task { id: Default::default(), plain: Default::default(), left: 0 }; //~ exact k::Id::default ; external core::default::Default::default
            let one = Task { left: 1, ..Default::default() }; //~ exact k::Task::default
            let count: u32 = Default::default(); //~ nothing
            AsRef::<[u8]>::as_ref(text); //~ nothing
            let open = Show::of(1); //~ candidates k::Id::of, k::u8::of
        }
        fn take(_: Id) {}
        """,
        id="whose function of a trait it is, arguments and results tell",
    ),
    pytest.param(
        """
        trait Node { fn name(&self) -> u8; }
        trait Leaf: Node { fn read(&self); }
        trait Branch: Node { fn list(&self); }
        struct Text; struct Folder; struct Both;
        impl Node for Text { fn name(&self) -> u8 { 1 } }
        impl Node for Folder { fn name(&self) -> u8 { 2 } }
        impl Node for Both { fn name(&self) -> u8 { 3 } }
        impl Leaf for Text { fn read(&self) {} }
        impl Leaf for Both { fn read(&self) {} }
        impl Branch for Folder { fn list(&self) {} }
        impl Branch for Both { fn list(&self) {} }
        trait Into2<T> { fn turn(&self) -> T; }
        impl Into2<u8> for Text { fn turn(&self) -> u8 { 1 } }
        impl Into2<u16> for Folder { fn turn(&self) -> u16 { 1 } }
        fn go<A: Node, B: Leaf + Branch, C: Into2<u16>>(any: &dyn Node, leaf: &dyn Leaf, a: A, b: B, c: C) {
            any.name(); //~ candidates k::Both::name, k::Folder::name, k::Text::name
            a.name(); //~ candidates k::Both::name, k::Folder::name, k::Text::name
            leaf.name(); //~ candidates k::Both::name, k::Text::name
            leaf.read(); //~ candidates k::Both::read, k::Text::read
            b.name(); //~ exact k::Both::name
            b.read(); //~ exact k::Both::read
            c.turn(); //~ exact k::Folder::turn
        }
        """,
        id="the other bounds of a receiver",
    ),
    pytest.param(
        """
        use elsewhere::{CONSOLE, Port};
        struct Uart; impl Uart { fn set(&self, _: u8) {} }
        enum State { On(Uart), Off }
        fn go() -> Result<(), ()> {
            CONSOLE.status().write(|w| w.speed().fast()); //~ external elsewhere::_::status ; external elsewhere::_::speed ; external elsewhere::_::fast
            elsewhere::BANKS[1].clear_all(); //~ external elsewhere::_::clear_all
            (*Port::NEXT).clear_all(); //~ external elsewhere::_::clear_all
            let Some(port) = elsewhere::find() else { return Err(()) };
            port.clear_all(); //~ external elsewhere::_::clear_all
            match elsewhere::open() { Ok(one) => one.clear_all(), Err(_) => {} } //~ external elsewhere::_::clear_all
            CONSOLE.with_state(|state| match state { State::On(uart) => uart.set(1), State::Off => {} }); //~ exact k::Uart::set
            Ok(())
        }
        """,
        id="what leads further into another crate",
    ),
    pytest.param(
        """
        trait Page { const SIZE: u8; fn size() -> u8; }
        struct Small; struct Large;
        impl Page for Small { const SIZE: u8 = 1; fn size() -> u8 { 1 } }
        impl Page for Large { const SIZE: u8 = 2; fn size() -> u8 { 2 } }
        trait Table { type Level: Page; fn level(&self) -> Self::Level; }
        struct Root;
        impl Table for Root { type Level = Large; fn level(&self) -> Large { Large } }
        impl Large { fn flush(&self) {} }
        fn map<S: Page>() { S::size(); } //~ candidates k::Large::size, k::Small::size
        fn go<T: Table>(root: Root, any: T) {
            map::<Small>(); //~ exact k::map
            root.level().flush(); //~ exact k::Root::level ; exact k::Large::flush
            <Root as Table>::Level::size(); //~ exact k::Large::size
            T::Level::size(); //~ candidates k::Large::size, k::Small::size
            any.level(); //~ exact k::Root::level
        }
        """,
        id="associated types and functions",
    ),
    pytest.param(
        """
        trait Twice { fn twice(&self) -> Self; }
        impl<T: Copy> Twice for T { fn twice(&self) -> T { *self } }
        trait Num { fn num(&self); }
        impl Num for u64 { fn num(&self) {} }
        impl Num for usize { fn num(&self) {} }
        impl Num for &str { fn num(&self) {} }
        struct Own;
        impl Own { fn twice(&self) {} }
        fn go(own: Own, n: u8) {
            own.twice(); //~ exact k::Own::twice
            n.twice(); //~ exact k::T::twice
            7_u64.num(); //~ exact k::u64::num
            let len = "x".len();
            len.num(); //~ exact k::usize::num
            "x".num(); //~ exact k::str::num
            (n as u64 + 1).num(); //~ exact k::u64::num
        }
        """,
        id="blanket impls and primitive receivers",
    ),
    pytest.param(
        """
        struct Task; impl Task { fn run(&self) {} }
        fn masked<R>(f: impl FnOnce() -> R) -> R { f() } //~ candidates k::boot::{closure}, k::boot::{closure}
        fn with(task: &Task, f: &dyn Fn(&Task)) { f(task) } //~ candidates k::boot::{closure}, k::show
        fn each<F>(f: F) where F: FnMut(Task, u8) { drop(f) }
        fn show(_: &Task) {}
        fn make() -> Task { Task }
        fn boot(task: Task) {
            masked(|| task.run()); //~ exact k::masked ; exact k::Task::run
            masked(|| make()).run(); //~ exact k::masked ; exact k::make ; exact k::Task::run
            with(&task, &|one| one.run()); //~ exact k::with ; exact k::Task::run
            with(&task, &show); //~ exact k::with
            each(|one, _| one.run()); //~ exact k::each ; exact k::Task::run
            let local = |one: &Task| one.run(); //~ exact k::Task::run
            local(&task); //~ exact k::boot::{closure}
            Some(make()).map(|one| one.run()); //~ exact k::make ; exact k::Task::run
            let found = Some(1).map(|_| make()).unwrap(); //~ exact k::make
            found.run(); //~ exact k::Task::run
        }
        """,
        id="closures",
    ),
    pytest.param(
        """
        fn tick() {} fn tock(_: u8, _: u8, _: u8) {}
        struct Timer { on_fire: fn() }
        static HANDLER: fn(u8, u8, u8) = tock;
        fn fire(timer: &Timer) { (timer.on_fire)(); } //~ candidates k::tick
        fn call(f: fn(u8)) { f(1); } //~ exact k::byte
        fn byte(_: u8) {}
        fn go() {
            let timer = Timer { on_fire: tick };
            fire(&timer); //~ exact k::fire
            HANDLER(1, 2, 3); //~ candidates k::tock
            call(byte); //~ exact k::call
            let f = tick;
            f(); //~ exact k::tick
            let g = tick as fn();
            g(); //~ candidates k::tick
        }
        """,
        id="function values",
    ),
    pytest.param(
        """
        fn put(_: u8) {} fn flush() {}
        macro_rules! emit {
            ($byte:expr) => { $crate::put($byte) }; //~ exact k::put
            () => { flush() }; //~ exact k::flush
        }
        macro_rules! inner { () => { emit!() } } //~ exact k::emit!
        fn go(text: &str) {
            emit!(1); //~ exact k::emit!
            inner!(); //~ exact k::inner!
            emit!(make()); //~ exact k::emit! ; exact k::make
            assert!(text.is_empty()); //~ external core::assert! ; external core::str::str::is_empty
            println!("{}", make()); //~ exact k::make ; external std::println!
            unheard!(make()); //~ exact k::make
        }
        fn make() -> u8 { 1 }
        """,
        id="macros",
    ),
    pytest.param(
        """
        use core::ops::{Add, AddAssign, Deref, DerefMut, Index, Neg};
        struct Addr(u64);
        impl Add<u64> for Addr { type Output = Addr; fn add(self, n: u64) -> Addr { Addr(self.0 + n) } } //~ nothing
        impl AddAssign for Addr { fn add_assign(&mut self, _: Addr) {} }
        impl Neg for Addr { type Output = u8; fn neg(self) -> u8 { 0 } }
        impl PartialEq for Addr { fn eq(&self, _: &Addr) -> bool { true } }
        impl Addr { fn page(&self) {} }
        struct Map(Addr);
        impl Index<usize> for Map { type Output = Addr; fn index(&self, _: usize) -> &Addr { &self.0 } }
        struct Lent { addr: Addr }
        impl Deref for Lent { type Target = Addr; fn deref(&self) -> &Addr { &self.addr } }
        fn go(a: Addr, b: Addr, map: Map, lent: Lent) {
            let sum = a + 1; //~ exact operator k::Addr::add
            sum.page(); //~ exact k::Addr::page
            let same = sum == b; //~ exact operator k::Addr::eq
            map[1].page(); //~ exact operator k::Map::index ; exact k::Addr::page
            lent.page(); //~ exact deref k::Lent::deref ; exact k::Addr::page
            let n = -b; //~ exact operator k::Addr::neg
            let plain = 1 + 2; //~ nothing
        }
        """,
        id="operators and Deref",
    ),
    pytest.param(
        """
        struct Guard; impl Drop for Guard { fn drop(&mut self) {} }
        struct Holder { guard: Guard }
        fn hold() -> Guard { Guard }
        fn scope() {
            let held = hold(); //~ exact k::hold
        } //~ exact drop k::Guard::drop
        fn again() {
            let mut held = hold(); //~ exact k::hold
            held = hold(); //~ exact k::hold ; exact drop k::Guard::drop
        } //~ exact drop k::Guard::drop
        fn at_once() {
            let _ = hold(); //~ exact k::hold ; exact drop k::Guard::drop
            hold(); //~ exact k::hold ; exact drop k::Guard::drop
        } //~ nothing
        fn inside(holder: Holder, maybe: Option<Holder>) {
        } //~ exact drop k::Guard::drop
        fn boxed(boxed: Box<Holder>) {
        } //~ candidates drop alloc::raw_vec::RawVec::drop, k::Guard::drop
        fn plain(n: u8, lent: &Guard) {
        } //~ nothing
        """,
        # FIXME: glue that runs several `drop`s runs all of them: no candidates, but so it is told.
        id="drop glue",
    ),
    pytest.param(
        """
        use core::future::Future; use core::pin::Pin; use core::task::{Context, Poll};
        struct Task; impl Task { fn run(&self) {} }
        async fn fetch() -> Task { Task }
        struct Sleep;
        impl Future for Sleep {
            type Output = Task;
            fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Task> { Poll::Ready(Task) }
        }
        async fn go() {
            fetch().await.run(); //~ exact k::fetch ; exact await k::fetch ; exact k::Task::run
            let sleep = Sleep;
            sleep.await.run(); //~ exact await k::Sleep::poll ; exact k::Task::run
            let block = async { fetch() }; //~ exact k::fetch
            block.await; //~ exact await k::go::{closure}
        }
        """,
        id="awaiting",
    ),
    pytest.param(
        """
        struct Task; impl Task { fn run(&self) {} }
        struct Ring; impl Iterator for Ring { type Item = Task; fn next(&mut self) -> Option<Task> { None } }
        struct Queue;
        impl IntoIterator for Queue {
            type Item = Task; type IntoIter = Ring;
            fn into_iter(self) -> Ring { Ring }
        }
        fn go(ring: Ring, queue: Queue, tasks: Vec<Task>, pairs: Vec<(u8, Task)>) {
            for task in ring { //~ exact iterate k::Ring::next
                task.run(); //~ exact k::Task::run
            }
            for task in queue { //~ exact iterate k::Queue::into_iter ; exact iterate k::Ring::next
                task.run(); //~ exact k::Task::run
            }
            for task in &tasks {
                task.run(); //~ exact k::Task::run
            }
            for (index, task) in tasks.iter().enumerate() {
                task.run(); //~ exact k::Task::run
            }
            for (_, task) in pairs.iter() {
                task.run(); //~ exact k::Task::run
            }
            let some: Vec<Task> = tasks.into_iter().filter(|one| true).collect();
            some[0].run(); //~ exact k::Task::run
        }
        """,
        id="iterating",
    ),
    pytest.param(
        """
        use core::fmt;
        struct Addr;
        impl fmt::Debug for Addr { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { Ok(()) } }
        fn make() -> Addr { Addr }
        fn go(addr: Addr) {
            println!("{:?}", addr); //~ exact format k::Addr::fmt ; external std::println!
            let text = format!("{:?} {}", make(), 1); //~ exact k::make ; exact format k::Addr::fmt
            text.len(); //~ external alloc::string::String::len
        }
        """,
        id="formatting",
    ),
    pytest.param(
        """
        //- /Cargo.toml
        [package]
        name = "k"
        edition = "2021"
        [features]
        smp = []
        //- /src/lib.rs
        #[cfg(target_arch = "x86_64")] #[path = "x86.rs"] mod arch;
        #[cfg(target_arch = "aarch64")] #[path = "arm.rs"] mod arch;
        use arch::{Line, Serial, init};
        struct Console { serial: Serial }
        struct Terminal { line: Line }
        fn boot(console: &Console) {
            init(); //~ candidates k::arch::init, k::arch::init#2
            arch::init(); //~ candidates k::arch::init, k::arch::init#2
            Serial::new(); //~ candidates k::arch::Serial::new, k::arch::Serial::new#2
            console.serial.put(1); //~ candidates k::arch::Serial::put, k::arch::Serial::put#2
        }
        #[cfg(target_arch = "x86_64")]
        fn late(console: &Console) {
            init(); //~ exact k::arch::init#2
            console.serial.put(1); //~ exact k::arch::Serial::put#2
        }
        #[cfg(feature = "smp")] fn cores() -> u8 { 2 }
        #[cfg(not(feature = "smp"))] fn cores() -> u8 { 1 }
        fn count() { cores(); } //~ candidates k::cores, k::cores#2
        fn leave(terminal: Terminal) {
        } //~ candidates drop k::arch::Line::drop, k::arch::Line::drop#2
        #[cfg(target_arch = "aarch64")]
        fn leave_early(terminal: Terminal) {
        } //~ exact drop k::arch::Line::drop
        #[cfg(feature = "smp")] fn more() { cores(); } //~ exact k::cores
        //- /src/x86.rs
        pub fn init() { enable() } //~ exact k::arch::enable
        fn enable() {}
        pub struct Serial;
        impl Serial { pub fn new() -> Self { Serial } pub fn put(&self, _: u8) {} }
        pub struct Line; impl Drop for Line { fn drop(&mut self) {} }
        //- /src/arm.rs
        pub fn init() {}
        pub struct Serial;
        impl Serial { pub fn new() -> Self { Serial } pub fn put(&self, _: u8) {} }
        pub struct Line; impl Drop for Line { fn drop(&mut self) {} }
        """,
        id="twins under formulas",
    ),
    pytest.param(
        """
        //- /Cargo.toml
        [package]
        name = "k"
        edition = "2024"
        [features]
        smp = []
        [dependencies]
        elsewhere = "1"
        //- /src/lib.rs
        use std::sync::Arc;
        #[cfg(feature = "smp")] use elsewhere::Stack;
        #[cfg(not(feature = "smp"))] use Slow as Stack;
        pub struct Slow; impl Slow { fn push(&self) {} const fn new() -> Self { Slow } }
        fn stacked(stack: &Stack) {
            stack.push(); //~ candidates k::Slow::push
            Stack::new(); //~ candidates k::Slow::new
            #[cfg(not(feature = "smp"))]
            stack.push(); //~ exact k::Slow::push
            #[cfg(feature = "smp")]
            stack.push(); //~ external elsewhere::Stack::push
        }
        pub struct Spin; impl Spin { fn lock(&self) {} fn spun(&self) {} const fn new() -> Self { Spin } }
        pub struct Cell; impl Cell { fn lock(&self) {} fn taken(&self) {} const fn new() -> Self { Cell } }
        impl Drop for Spin { fn drop(&mut self) {} }
        #[cfg(feature = "smp")] type Lock = Spin;
        #[cfg(not(feature = "smp"))] type Lock = Cell;
        #[cfg(feature = "smp")] use Spin as Renamed;
        #[cfg(not(feature = "smp"))] use Cell as Renamed;
        struct Queue { lock: Lock, renamed: Renamed, shared: Arc<Lock> }
        static LOCK: Lock = Lock::new(); //~ candidates k::Cell::new, k::Spin::new
        fn any(queue: &Queue, lent: &Renamed) {
            queue.lock.lock(); //~ candidates k::Cell::lock, k::Spin::lock
            queue.renamed.lock(); //~ candidates k::Cell::lock, k::Spin::lock
            queue.shared.lock(); //~ candidates k::Cell::lock, k::Spin::lock
            lent.lock(); //~ candidates k::Cell::lock, k::Spin::lock
            LOCK.lock(); //~ candidates k::Cell::lock, k::Spin::lock
            lent.taken(); //~ candidates k::Cell::taken
            #[cfg(feature = "smp")]
            lent.lock(); //~ exact k::Spin::lock
        }
        fn plain(spin: &Spin, cell: &Cell) {
            spin.lock(); //~ exact k::Spin::lock
            cell.lock(); //~ exact k::Cell::lock
        }
        #[cfg(feature = "smp")]
        fn with(queue: Queue, lock: Lock) {
            queue.lock.lock(); //~ exact k::Spin::lock
            LOCK.lock(); //~ exact k::Spin::lock
            let kept = &queue.renamed;
            kept.spun(); //~ exact k::Spin::spun
        } //~ exact drop k::Spin::drop ; candidates drop alloc::raw_vec::RawVec::drop, k::Spin::drop
        #[cfg(not(feature = "smp"))]
        fn without(queue: &Queue, lock: Lock) {
            queue.lock.lock(); //~ exact k::Cell::lock
            queue.shared.lock(); //~ exact k::Cell::lock
            LOCK.lock(); //~ exact k::Cell::lock
        } //~ nothing
        """,
        id="a name that stands for another type in each build",
    ),
    pytest.param(
        """
        mod fast { pub fn copy() {} pub struct Copier; impl Copier { pub fn go(&self) {} } }
        fn copy() {}
        fn work() {
            copy(); //~ exact k::work::copy
            fn copy() { step() } //~ exact k::work::step
            fn step() {}
            {
                use fast::copy;
                copy(); //~ exact k::fast::copy
                use crate::fast::Copier as Mover;
                let one: Mover = Mover;
                one.go(); //~ exact k::fast::Copier::go
            }
            copy(); //~ exact k::work::copy
        }
        fn other() { copy(); } //~ exact k::copy
        """,
        id="nested functions and imports in blocks",
    ),
    pytest.param(
        """
        struct A; impl A { fn go(&self) -> B { B } }
        struct B; impl B { fn go(&self) -> A { A } }
        fn cores() {}
        fn shadow(x: A) {
            let x = x.go(); //~ exact k::A::go
            x.go(); //~ exact k::B::go
            { let x = x.go(); x.go(); } //~ exact k::B::go ; exact k::A::go
            x.go(); //~ exact k::B::go
            let cores = || A;
            cores(); //~ exact k::shadow::{closure}
        }
        """,
        id="shadowing",
    ),
    pytest.param(
        """
        struct Task { id: Id, pair: (Id, u8) } struct Id(u8);
        impl Task { fn run(&self) {} } impl Id { fn show(&self) {} }
        enum Event { Wake(Task), Stop { task: Task, id: Id }, Quiet }
        use Event::{Quiet, Stop, Wake};
        fn take(event: Event, slot: Option<Task>, both: (Task, Id)) -> Option<()> {
            let Some(task) = slot else { return None };
            task.run(); //~ exact k::Task::run
            let (first, second) = both;
            first.run(); second.show(); //~ exact k::Task::run ; exact k::Id::show
            let Task { id, pair: (inner, ..) } = &task;
            id.show(); inner.show(); //~ exact k::Id::show
            if let Event::Wake(one) = &event { one.run() } //~ exact k::Task::run
            while let Wake(one) = &event { one.run() } //~ exact k::Task::run
            match event {
                Wake(one) => one.run(), //~ exact k::Task::run
                Stop { task, id: it } if it.0 > 0 => { task.run(); it.show() } //~ exact k::Task::run ; exact k::Id::show
                whole @ Quiet => whole.missing(), //~ unknown missing
                _ => {}
            }
            let kept = match task.id { Id(0) => None, ref other => Some(other) };
            kept.unwrap().show(); //~ exact k::Id::show
            if let Some(x) = kept && let y = x { y.show() } //~ exact k::Id::show
            Some(())
        }
        """,
        id="patterns",
    ),
    pytest.param(
        """
        #[derive(Clone, Default, Debug, PartialEq)]
        struct Config { level: Level }
        #[derive(Clone, Default, Debug, PartialEq)]
        struct Level(u8);
        impl Level { fn raise(&self) {} }
        bitflags::bitflags! {
            struct Flags: u32 { const A = 1; const B = 2; }
        }
        impl Flags { fn strict(self) {} }
        fn go(config: Config, flags: Flags) {
            config.clone().level.raise(); //~ external core::clone::Clone::clone ; exact k::Level::raise
            Config::default().level.raise(); //~ external core::default::Default::default ; exact k::Level::raise
            flags.strict(); //~ exact k::Flags::strict
            flags.contains(Flags::A); //~ external bitflags::Flags::contains
            Flags::from_bits(1).unwrap().strict(); //~ external bitflags::Flags::from_bits ; exact k::Flags::strict
            Flags::empty().union(Flags::B).strict(); //~ exact k::Flags::strict
        }
        """,
        id="what attributes and macros make",
    ),
    pytest.param(
        """
        struct One; impl One { fn halt(&self) {} fn len(&self) -> u8 { 0 } }
        struct Two; impl Two { fn halt(&self) {} }
        impl Default for Made { fn default() -> Self { todo!() } }
        struct Plain;
        fn go(x: &Nowhere, plain: Plain) {
            x.halt(); //~ candidates k::One::halt, k::Two::halt
            x.halt(1); //~ unknown halt
            x.len(); //~ unknown len
            x.is_some(); //~ external core::option::Option::is_some
            Plain::default(); //~ unknown Plain::default
            plain.halt(); //~ candidates k::One::halt, k::Two::halt
        }
        """,
        # `Plain` has no `halt` that we see: a macro that we cannot read may have made one.
        id="receivers nobody can type",
    ),
    pytest.param(
        """
        //- /Cargo.toml
        [workspace]
        members = ["a", "b"]
        //- /a/Cargo.toml
        [package]
        name = "a"
        edition = "2021"
        //- /a/src/lib.rs
        pub struct Shared;
        impl Shared { pub fn go(&self) {} }
        pub trait Extra { fn extra(&self) { self.plain() } fn plain(&self); } //~ exact b::Shared::plain
        pub fn shared() -> Shared { Shared }
        //- /b/Cargo.toml
        [package]
        name = "b"
        edition = "2021"
        [dependencies]
        renamed = { path = "../a", package = "a" }
        //- /b/src/lib.rs
        use renamed::{Extra, shared};
        impl Extra for renamed::Shared { fn plain(&self) {} }
        fn go() {
            shared().go(); //~ exact a::shared ; exact a::Shared::go
            shared().extra(); //~ exact a::shared ; exact a::Extra::extra
            renamed::shared().plain(); //~ exact a::shared ; exact b::Shared::plain
        }
        """,
        id="crates of a workspace",
    ),
    pytest.param(
        """
        unsafe extern "C" { fn memcpy(); fn entry(); }
        #[unsafe(no_mangle)] extern "C" fn entry() {}
        mod c { unsafe extern "C" { pub fn entry(); } }
        fn go() {
            unsafe { memcpy(); } //~ external k::memcpy
            unsafe { c::entry(); } //~ exact k::entry#2
        }
        """,
        id="functions declared in extern blocks",
    ),
    pytest.param(
        """
        pub struct Spin; impl Spin { fn lock(&self) {} }
        pub struct Cell; impl Cell { fn lock(&self) {} }
        struct Queue {
            #[cfg(target_arch = "x86_64")] lock: Spin,
            #[cfg(not(target_arch = "x86_64"))] lock: Cell,
            other: Cell,
        }
        fn any(queue: &Queue) {
            queue.lock.lock(); //~ candidates k::Cell::lock, k::Spin::lock
            queue.other.lock(); //~ exact k::Cell::lock
        }
        #[cfg(target_arch = "x86_64")]
        fn with(queue: &Queue) { queue.lock.lock(); } //~ exact k::Spin::lock
        #[cfg(target_arch = "aarch64")]
        fn without(queue: &Queue) { queue.lock.lock(); } //~ exact k::Cell::lock
        """,
        id="fields of one name, each in builds of its own",
    ),
]


@pytest.mark.parametrize("fixture", CASES)
def test_calls_lead_to(check, fixture):
    check(_dedented(fixture))


def _dedented(fixture):
    """The fixture with its file headers at the start of their lines."""
    return "\n".join(line[8:] if line[:8].isspace() else line for line in fixture.splitlines()[1:])


def test_the_calls_of_a_body_are_those_that_may_run_it(model_of):
    graph = model_of(
        """
        struct Engine;
        impl Drop for Engine { fn drop(&mut self) {} }
        trait Runs { fn run(&self); }
        impl Runs for Engine { fn run(&self) { halt() } }
        impl Runs for u8 { fn run(&self) { halt() } }
        fn halt() {}
        fn each(what: fn(), runs: &dyn Runs) { what(); runs.run(); halt(); what() }
        fn boot() { each(halt, &Engine); let stop = || halt(); stop(); each(|| (), &0_u8) }
        """
    ).graph

    callees = {callee for site in graph.sites for callee in site.callees}
    assert len(callees) > 5
    for callee in callees:
        wanted = [site for site in graph.sites if callee in site.callees]
        assert list(graph.sites_of(callee)) == wanted
