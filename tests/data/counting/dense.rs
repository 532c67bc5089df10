//! Constructs that count in ways one might not think of, as densely as they can stand.
#![doc = include_str!("dense.md")]
use a::b as _;

const _: () = { assert!(x); };
static mut TABLE: [u8; N * 2] = [0; N * 2];

/// A function that every release of geiger leaks out of.
#[doc = concat!("a", "b")]
#[no_mangle]
pub extern "C" fn leak(a: &'_ u8, _: u8) -> [u8; { N }] { ; ; foo!(); foo!() }
pub fn plain() { x.y(); }
pub unsafe fn after() { x.0.1.2; x.0(); x.f(); (x.f)(); x.f::<u8>(); f::<u8>(); <T as U>::f(); }

trait Required {
    const A: usize;
    const B: usize = 1 + 2;
    fn a(&self) -> [u8; A + 1];
    unsafe fn b(&self) { x() }
    fn c() { unsafe { x() } }
    type Q;
}
unsafe trait Marker {}
unsafe impl Marker for X {}
impl !Send for X {}
impl X {
    pub unsafe fn m(&self) { self.a.b(); }
    const fn n() {}
    fn o(self: Box<Self>) -> impl Fn() -> [u8; 1 + 1] { || {} }
}
extern "C" { fn f(a: [u8; N + 1]); static S: [u8; N + 1]; }
enum E { A = 1, B = 1 << 2, C = -1, D { x: [u8; 1 + 1] } }
struct S<const N: usize = { 1 + 1 }>([u8; N + N]);
type Alias = [u8; 3 * 3];
macro_rules! hidden { ($a:expr) => { unsafe { $a } } }

fn statements() {
    match x {
        1 | 2 => {}
        -1..=5 => (),
        A..=B => a(),
        Some(x) if x > 1 => { b }
        _ if let Some(q) = r && z => return,
        [a, .., b] => b!{},
        foo!() => c!(),
        X { a: 1, .. } => d![],
    }
    let Some(x) = y else { return };
    let z: [u8; 1 + 1];
    let t = (1,); let u = (); let v = [1; 5]; let w = [a, b]; let q = &mut *p; let r = && x;
    'a: loop { break 'a x; }
    'b: { break 'b; }
    while let Some(_) = it.next() {}
    for i in 0..10 { continue; }
    let c = async move { x.await? };
    let d = || -> u8 { 5 };
    let e = move |x: u8| x + 1;
    a::<{ N + 1 }>(); b::<5>();
    if a {} else if b {} else {}; ; if x { y } else { z };
    unsafe { a(); unsafe { b() } ; } ; unsafe fn inner() { c() }
    mac! { a } ; mac!{ b } mac![c]; mac!(d).e(); mac!{e}.f(); mac!{f}? ;
    mac!{ g } &&h; match i {} &&j; return &&k; break |l| m;
    (x as u8 as u16) < y; a <<= 1; a = b = c; ..; ..a; a..; a..=b; ..=c; &..=c; f(..=c, d); x[..=y];
    _ = f(); (_, a) = g(); [_, b] = h(); S { a: _, ..s } = i(); _ = _ = j();
    let x = if let A | B = c { 1 } else { 2 };
    const { 5 + 5 }; let k = const { 1 + 1 }; struct Z; impl Z { fn zz() {} } ; use x::y; ;
    { let a = 1; } { 1 + 1 } (a)(b); -x; !y; *z; - 1.0; x.await.y; x?.y?;
    #[cfg(a)] let q = 1; #[cfg(b)] foo(); #[cfg(c)] {} #[cfg(d)] unsafe { a() } #[allow(x)] mac!(z);
    let f = |&(a, b): &(u8, u8), [c, d]: [u8; 2 + 2]| a;
    if x == (S { a: 1 }) {} while { x() } {} match y { _ => {} } for x in { z } {}
    let S { a, #[cfg(x)] b, .. } = &raw const y;
    asm!("a"); loop {} ; loop { break } ; return x!(y)
}
