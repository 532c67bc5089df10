"""Names of locks: one lock, one name, by whatever way a function comes to it."""

import pytest

CASES = [
    pytest.param(
        """
        enum Driver { Disk(Spin<Row>), Net { lock: Spin<Row>, id: u32 }, None }
        impl Driver {
            fn disk(&self) -> Option<&Spin<Row>> {
                match self { Self::Disk(lock) => Some(lock), _ => None }
            }
            fn net(&self) -> Option<&Spin<Row>> {
                if let Driver::Net { lock, .. } = self { Some(lock) } else { None }
            }
            fn any(&self) -> Option<&Spin<Row>> {
                match self {
                    Self::Disk(lock) => Some(lock),
                    Self::Net { lock, .. } => Some(lock),
                    _ => None,
                }
            }
        }
        struct Bus { drivers: Vec<Driver> }
        impl Bus {
            fn disk(&self) -> Option<&Spin<Row>> { self.drivers.iter().find_map(|one| one.disk()) }
        }
        fn f(bus: &Bus, driver: &Driver) {
            let g = driver.disk().unwrap().lock();
            at(); //~ holds Driver::Disk.0
            drop(g);
            let g = driver.net().unwrap().lock();
            at(); //~ holds Driver::Net.lock
            drop(g);
            let g = driver.any().unwrap().lock();
            at(); //~ holds Driver::any()
            drop(g);
            if let Some(lock) = bus.disk() {
                let g = lock.lock();
                at(); //~ holds Driver::Disk.0
            }
            let Some(lock) = bus.disk() else { return };
            let g = lock.lock();
            at(); //~ holds Driver::Disk.0
            drop(g);
            bus.disk().map(|lock| {
                let g = lock.lock();
                at(); //~ holds Driver::Disk.0
            });
            for one in bus.drivers.iter() {
                match one {
                    Driver::Disk(lock) => {
                        let g = lock.lock();
                        at(); //~ holds Driver::Disk.0
                    }
                    _ => {}
                }
            }
        }
        """,
        id="getters, and patterns that take apart what they give",
    ),
    pytest.param(
        """
        static LOCKS: Spin<Vec<Spin<Row>>> = Spin::new(Vec::new());
        static MAYBE: Spin<Option<Spin<Row>>> = Spin::new(None);
        static ONE: Option<Spin<Row>> = None;
        static MANY: Vec<Spin<Row>> = Vec::new();
        fn f() {
            let locks = LOCKS.lock();
            at(); //~ holds LOCKS
            drop(locks);
            let g = LOCKS.lock().first().unwrap().lock();
            at(); //~ holds LOCKS[]
            drop(g);
            let g = MAYBE.lock().as_ref().unwrap().lock();
            at(); //~ holds MAYBE[]
            drop(g);
            let g = ONE.as_ref().unwrap().lock();
            at(); //~ holds ONE
            drop(g);
            for one in MANY.iter() {
                let g = one.lock();
                at(); //~ holds MANY[]
            }
            let one = MANY.iter().find(|one| unknown(1)).unwrap();
            let g = one.lock();
            at(); //~ holds MANY[]
        }
        """,
        id="what lies in a lock or a container is another lock",
    ),
    pytest.param(
        """
        struct Map<T> { all: Vec<T> }
        impl<T> Map<T> {
            fn get(&self, at: usize) -> Option<&T> { self.all.get(at) }
        }
        static X: Map<Spin<Row>> = Map { all: Vec::new() };
        static Y: Map<Spin<Row>> = Map { all: Vec::new() };
        fn f() {
            let g = X.get(1).unwrap().lock();
            at(); //~ holds X[]
            drop(g);
            let g = Y.get(1).unwrap().lock();
            at(); //~ holds Y[]
        }
        """,
        id="a generic container gives out what lies where it lies",
    ),
    pytest.param(
        """
        #[cfg(feature = "pci")]
        mod pci {
            use crate::kernel::*;
            static L: Spin<Row> = Spin::new(Row { x: 0, y: 0 });
            pub fn get() -> &'static Spin<Row> { &L }
        }
        #[cfg(not(feature = "pci"))]
        mod mmio {
            use crate::kernel::*;
            static L: Spin<Row> = Spin::new(Row { x: 0, y: 0 });
            pub fn get() -> &'static Spin<Row> { &L }
        }
        #[cfg(feature = "pci")]
        use pci::get;
        #[cfg(not(feature = "pci"))]
        use mmio::get;
        fn f() {
            let g = get().lock();
            at(); //~ holds mmio::L
        }
        #[cfg(feature = "pci")]
        fn h() {
            let g = pci::get().lock();
            at(); //~ holds mmio::L
        }
        """,
        id="what is one of two in each build is one",
    ),
    pytest.param(
        """
        use alloc::sync::Arc;
        #[cfg(feature = "disk")]
        fn make() -> Arc<Spin<Row>> {
            let made = Arc::new(Spin::new(Row { x: 0, y: 0 }));
            made
        }
        #[cfg(not(feature = "disk"))]
        fn make() -> Arc<Spin<Row>> { Arc::new(Spin::new(Row { x: 1, y: 1 })) }
        fn f() {
            let made = make();
            let g = made.lock();
            at(); //~ holds ?
        }
        """,
        id="what each build makes anew has no name",
    ),
    pytest.param(
        """
        use std::sync::Arc;
        struct File { data: Arc<Spin<Row>> }
        struct Handle { inner: Arc<Spin<Row>> }
        impl Handle {
            fn new(inner: Arc<Spin<Row>>) -> Self { Self { inner } }
            fn look(&self) {
                let g = self.inner.lock();
                at(); //~ holds File.data
            }
        }
        impl File {
            fn new() -> Self { Self { data: Arc::new(Spin::new(Row { x: 0, y: 0 })) } }
            fn open(&self) -> Handle { Handle::new(self.data.clone()) }
            fn look(&self) {
                let g = self.data.lock();
                at(); //~ holds File.data
            }
        }
        struct Token<'a> { lock: &'a Spin<Row> }
        struct Ring<'a>(&'a Spin<Row>);
        fn f(table: &Table) {
            let token = Token { lock: &table.rows };
            let ring = Ring(token.lock);
            use_token(&token, &ring);
        }
        fn use_token(token: &Token, ring: &Ring) {
            let g = token.lock.lock();
            at(); //~ holds Table.rows
            drop(g);
            let g = ring.0.lock();
            at(); //~ holds Table.rows
        }
        """,
        id="a handle is another name of what alone is put into it",
    ),
    pytest.param(
        """
        use std::sync::Arc;
        struct File { data: Arc<Spin<Row>> }
        struct Pipe { data: Arc<Spin<Row>> }
        struct Handle { inner: Arc<Spin<Row>> }
        struct Own { inner: Arc<Spin<Row>> }
        struct Given { inner: Arc<Spin<Row>> }
        impl Given { pub fn new(inner: Arc<Spin<Row>>) -> Self { Self { inner } } }
        fn make(file: &File, pipe: &Pipe) {
            let one = Handle { inner: file.data.clone() };
            let two = Handle { inner: pipe.data.clone() };
            let mut own = Own { inner: file.data.clone() };
            own.inner = Arc::new(Spin::new(Row { x: 0, y: 0 }));
        }
        fn f(handle: &Handle, own: &Own, given: &Given) {
            let g = handle.inner.lock();
            at(); //~ holds Handle.inner
            drop(g);
            let g = own.inner.lock();
            at(); //~ holds Own.inner
            drop(g);
            let g = given.inner.lock();
            at(); //~ holds Given.inner
        }
        """,
        id="a handle into which several are put, or one that nobody knows, is none of them",
    ),
    pytest.param(
        """
        static ALL: Spin<Vec<&'static Spin<Row>>> = Spin::new(Vec::new());
        const ROW: Row = Row { x: 0, y: 0 };
        static CORE: Table = Table { rows: Spin::new(ROW), queue: IrqSpin::new(ROW) };
        fn core() -> &'static Table { &CORE }
        fn add() { ALL.lock().push(&core().rows); }
        fn get(n: usize) -> &'static Spin<Row> { ALL.lock()[n] }
        fn f() {
            let g = get(1).lock();
            at(); //~ holds Table.rows
        }
        """,
        id="what alone is put into a container lies in it",
    ),
    pytest.param(
        """
        use std::sync::Arc;
        struct Node { rows: Spin<Row>, next: Arc<Table> }
        impl Node {
            fn new(next: Arc<Table>) -> Arc<Self> {
                let node = Arc::new(Node { rows: Spin::new(Row { x: 0, y: 0 }), next });
                let g = node.rows.lock();
                at(); //~ holds ?
                drop(g);
                let weak = Arc::downgrade(&node);
                let g = node.rows.lock();
                at(); //~ holds ?
                drop(g);
                register(node.clone());
                let g = node.rows.lock();
                at(); //~ holds Node.rows
                drop(g);
                node
            }
            fn later() {
                let node = Arc::new(Node { rows: Spin::new(Row { x: 0, y: 0 }), next: table() });
                let seen = || node.x();
                let g = node.rows.lock();
                at(); //~ holds Node.rows
            }
            fn x(&self) {}
        }
        fn table() -> Arc<Table> { todo!() }
        fn register(node: Arc<Node>) {}
        """,
        id="what was just made is nobody else's until it is given away",
    ),
    pytest.param(
        """
        use std::sync::Arc;
        struct Task { map: Arc<Spin<Row>> }
        impl Task { fn map(&self) -> Arc<Spin<Row>> { irq::without(|| self.map.clone()) } }
        fn find(n: u32) -> Arc<Spin<Row>> { if n > 1 { return make(); } make() }
        fn make() -> Arc<Spin<Row>> { Arc::new(Spin::new(Row { x: 0, y: 0 })) }
        fn f(task: &Task) {
            let map = task.map.clone();
            let g = map.lock();
            at(); //~ holds Task.map
            drop(g);
            let mut found = find(1);
            let g = found.lock();
            at(); //~ holds ?
            drop(g);
            found = task.map.clone();
            let g = found.lock();
            at(); //~ holds ?
        }
        """,
        id="a shared lock has the name of what it was cloned from, and else none",
    ),
]


@pytest.mark.parametrize("fixture", CASES)
def test_names_of_locks(check, fixture):
    check(fixture)
