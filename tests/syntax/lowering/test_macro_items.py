"""Macro calls in the place of items."""

import pytest

CALLS = [
    pytest.param(
        "m! { fn a() {} struct B; }",
        (
            "(macroitem m form=items items=[(function a body=(block [])) (adt B form=unit)] "
            "text=`fn a() {} struct B;`)"
        ),
        id="items",
    ),
    pytest.param(
        "m!(fn a() {}); m![static B: u8 = 1;];",
        (
            "(macroitem m form=items items=[(function a body=(block []))] text=`fn a() {}`)\n"
            "(macroitem m form=items items=[(static B type=u8 value=1)] text=`static B: u8 = "
            "1;`)"
        ),
        id="parentheses",
    ),
    pytest.param(
        "a::b::m! { const C: u8 = 1; }",
        (
            "(macroitem a::b::m form=items items=[(static C kind=const type=u8 value=1)] "
            "text=`const C: u8 = 1;`)"
        ),
        id="path",
    ),
    pytest.param(
        "m!(a, |b| { b.c() });",
        (
            "(macroitem m form=args body=(block [a; (closure [[b -]] (block [] "
            "tail=(methodcall b c [])));]) text=`a, |b| { b.c() }`)"
        ),
        id="arguments",
    ),
    pytest.param("m!(a);", "(macroitem m form=args body=(block [a;]) text=a)", id="name-alone"),
    pytest.param(
        "m! { a(); b }",
        "(macroitem m form=block body=(block [(call a []);] tail=b) text=`a(); b`)",
        id="block",
    ),
    pytest.param(
        "m!(static A: B = B { c: 1 });",
        (
            "(macroitem m form=items items=[(static A type=B value=(structlit B [[c 1]]))] "
            "text=`static A: B = B { c: 1 }`)"
        ),
        id="without-semicolon",
    ),
    pytest.param(
        "#[cfg(a)] #[macro_use] m! { fn b() {} }",
        (
            "(macroitem m attributes=[(attribute cfg args=`(a)`) (attribute macro_use)] "
            "cfg=cfg(a) form=items items=[(function b body=(block []))] text=`fn b() {}`)"
        ),
        id="attributes",
    ),
    pytest.param(
        """/// a
m! { fn b() {} }""",
        ("(macroitem m doc=` a` form=items items=[(function b body=(block []))] text=`fn b() {}`)"),
        id="documented",
    ),
    pytest.param(
        "impl A { m! { fn b(&self) {} } n!(c); }",
        (
            "(impl `` self_type=A items=[(macroitem m form=items items=[(function b "
            "receiver=&self body=(block []))] text=`fn b(&self) {}`) (macroitem n form=args "
            "body=(block [c;]) text=c)])"
        ),
        id="in-impl",
    ),
    pytest.param(
        'trait A { m!(); } extern "C" { n!(); }',
        (
            "(trait A items=[(macroitem m form=args)])\n"
            "(foreignmod `` abi=C items=[(macroitem n form=args)])"
        ),
        id="in-trait",
    ),
    pytest.param(
        """lazy_static! { /// a
 pub static ref B: C = C::new(); }""",
        (
            "(macroitem lazy_static form=items items=[(static B visibility=pub doc=` a` "
            "type=C value=(call C::new []))] text=`/// a\n pub static ref B: C = C::new();`)"
        ),
        id="lazy-static",
    ),
    pytest.param(
        'global_asm!("a", "b", sym c::d); global_asm!(include_str!("e.s"));',
        (
            '(macroitem global_asm form=args body=(block [str:"a"; str:"b"; c::d;]) '
            'text=`"a", "b", sym c::d`)\n'
            "(macroitem global_asm form=args body=(block [(macrocall include_str args "
            'args=[str:"e.s"]);]) text=`include_str!("e.s")`)'
        ),
        id="assembly",
    ),
    pytest.param(
        'include!("a.rs"); include!(concat!(env!("OUT_DIR"), "/b.rs"));',
        (
            '(macroitem include form=args body=(block [str:"a.rs";]) text=`"a.rs"`)\n'
            "(macroitem include form=args body=(block [(macrocall concat args "
            'args=[(macrocall env args args=[str:"OUT_DIR"]) str:"/b.rs"]);]) '
            'text=`concat!(env!("OUT_DIR"), "/b.rs")`)'
        ),
        id="include",
    ),
    pytest.param(
        "m! { n! { fn a() {} } fn b() {} }",
        (
            "(macroitem m form=items items=[(macroitem n form=items items=[(function a "
            "body=(block []))] text=`fn a() {}`) (function b body=(block []))] text=`n! { fn "
            "a() {} } fn b() {}`)"
        ),
        id="nested",
    ),
    pytest.param(
        'm! { @a "b"; pub fn c(); }',
        ('(macroitem m form=items items=[(function c visibility=pub)] text=`@a "b"; pub fn c();`)'),
        id="tag",
    ),
    pytest.param(
        "m!(a, || { b(); }); n!(c, |d| unsafe { e(d) });",
        (
            "(macroitem m form=args body=(block [a; (closure [] (block [(call b []);]));]) "
            "text=`a, || { b(); }`)\n"
            "(macroitem n form=args body=(block [c; (closure [[d -]] (block [] tail=(call e "
            "[d]) kind=unsafe));]) text=`c, |d| unsafe { e(d) }`)"
        ),
        id="interrupt",
    ),
    pytest.param(
        """m! {
    fn a0(b: u8) -> u8 { b + 0 }
    fn a1(b: u8) -> u8 { b + 1 }
    fn a2(b: u8) -> u8 { b + 2 }
    fn a3(b: u8) -> u8 { b + 3 }
    fn a4(b: u8) -> u8 { b + 4 }
    fn a5(b: u8) -> u8 { b + 5 }
    fn a6(b: u8) -> u8 { b + 6 }
    fn a7(b: u8) -> u8 { b + 7 }
}""",
        (
            "(macroitem m form=items items=[(function a0 params=[(param b u8)] ret=u8 "
            "body=(block [] tail=(binary + [b 0]))) (function a1 params=[(param b u8)] ret=u8 "
            "body=(block [] tail=(binary + [b 1]))) (function a2 params=[(param b u8)] ret=u8 "
            "body=(block [] tail=(binary + [b 2]))) (function a3 params=[(param b u8)] ret=u8 "
            "body=(block [] tail=(binary + [b 3]))) (function a4 params=[(param b u8)] ret=u8 "
            "body=(block [] tail=(binary + [b 4]))) (function a5 params=[(param b u8)] ret=u8 "
            "body=(block [] tail=(binary + [b 5]))) (function a6 params=[(param b u8)] ret=u8 "
            "body=(block [] tail=(binary + [b 6]))) (function a7 params=[(param b u8)] ret=u8 "
            "body=(block [] tail=(binary + [b 7])))])"
        ),
        id="long-text-is-dropped",
    ),
    pytest.param("stringify!(a);", "(macroitem stringify text=a)", id="no-code"),
]

LADDERS = [
    pytest.param(
        (
            "cfg_if! { if #[cfg(a)] { mod b; use c::*; } else if #[cfg(not(d))] { fn e() {} } "
            "else { static F: u8 = 1; } }"
        ),
        (
            "(macroitem cfg_if form=items items=[(module b cfg=cfg(a)) (use `` cfg=cfg(a) "
            "imports=[(import [c] *)]) (function e cfg=cfg(all(not(a), not(d))) body=(block "
            "[])) (static F cfg=cfg(all(not(a), d)) type=u8 value=1)] text=`if #[cfg(a)] { "
            "mod b; use c::*; } else if #[cfg(not(d))] { fn e() {} } else { static F: u8 = 1; "
            "}`)"
        ),
        id="if",
    ),
    pytest.param(
        "cfg_if! { if #[cfg(a)] { #[cfg(b)] fn c() {} } }",
        (
            "(macroitem cfg_if form=items items=[(function c attributes=[(attribute cfg "
            "args=`(b)`)] cfg=cfg(all(a, b)) body=(block []))] text=`if #[cfg(a)] { #[cfg(b)] "
            "fn c() {} }`)"
        ),
        id="own-cfg",
    ),
    pytest.param(
        ("cfg_if! { if #[cfg(a)] { cfg_if! { if #[cfg(b)] { fn c() {} } else { fn d() {} } } } }"),
        (
            "(macroitem cfg_if form=items items=[(macroitem cfg_if cfg=cfg(a) form=items "
            "items=[(function c cfg=cfg(b) body=(block [])) (function d cfg=cfg(not(b)) "
            "body=(block []))] text=`if #[cfg(b)] { fn c() {} } else { fn d() {} }`)] "
            "text=`if #[cfg(a)] { cfg_if! { if #[cfg(b)] { fn c() {} } else { fn d() {} } } "
            "}`)"
        ),
        id="nested",
    ),
    pytest.param(
        'cfg_if! { if #[cfg(a)] { m!(b); } else { compile_error!("c"); } }',
        (
            "(macroitem cfg_if form=items items=[(macroitem m cfg=cfg(a) form=args "
            "body=(block [b;]) text=b) (macroitem compile_error cfg=cfg(not(a)) form=args "
            'body=(block [str:"c";]) text=`"c"`)] text=`if #[cfg(a)] { m!(b); } else { '
            'compile_error!("c"); }`)'
        ),
        id="macro-in-branch",
    ),
    pytest.param(
        ('cfg_select! { a = "b" => { fn c() {} } any(d, e) => { fn f() {} } _ => { fn g() {} } }'),
        (
            '(macroitem cfg_select form=items items=[(function c cfg=cfg(a = "b") body=(block '
            '[])) (function f cfg=cfg(all(not(a = "b"), any(d, e))) body=(block [])) '
            '(function g cfg=cfg(all(not(a = "b"), not(any(d, e)))) body=(block []))] text=`a '
            '= "b" => { fn c() {} } any(d, e) => { fn f() {} } _ => { fn g() {} }`)'
        ),
        id="select",
    ),
    pytest.param(
        "m! { unix => { fn a() {} } }",
        (
            "(macroitem m form=args body=(block [unix; (block [(function a body=(block "
            "[]))]);]) text=`unix => { fn a() {} }`)"
        ),
        id="no-ladder",
    ),
]

FLAGS = [
    pytest.param(
        """bitflags! { /// a
 #[derive(B)] pub struct C: u32 { /// d
 const E = 1 << 0; #[cfg(f)] const G = Self::E.bits() | unsafe { h() }; const _ = !0; } }""",
        (
            "(macroitem bitflags form=items items=[(adt C visibility=pub "
            "attributes=[(attribute derive args=`(B)`)] doc=` a` form=tuple fields=[(fielddef "
            "0 u32)]) (impl `` self_type=C items=[(static E visibility=pub doc=` d` "
            "kind=const type=C value=(binary << [1 0])) (static G visibility=pub "
            "attributes=[(attribute cfg args=`(f)`)] cfg=cfg(f) kind=const type=C "
            "value=(binary | [(methodcall Self::E bits []) (block [] tail=(call h []) "
            "kind=unsafe)])) (static _ visibility=pub kind=const type=C value=(unary ! 0))])] "
            "text=`/// a\n #[derive(B)] pub struct C: u32 { /// d\n const E = 1 << 0; #[cfg(f)] "
            "const G = Self::E.bits() | unsafe { h() }; const _ = !0; }`)"
        ),
        id="struct",
    ),
    pytest.param(
        ("bitflags! { struct A: u8 { const B = 1; } pub(crate) struct C: a::D { const E = 2; } }"),
        (
            "(macroitem bitflags form=items items=[(adt A form=tuple fields=[(fielddef 0 "
            "u8)]) (impl `` self_type=A items=[(static B visibility=pub kind=const type=A "
            "value=1)]) (adt C visibility=crate form=tuple fields=[(fielddef 0 a::D)]) (impl "
            "`` self_type=C items=[(static E visibility=pub kind=const type=C value=2)])] "
            "text=`struct A: u8 { const B = 1; } pub(crate) struct C: a::D { const E = 2; }`)"
        ),
        id="several",
    ),
    pytest.param(
        "bitflags! { struct A: u8 { const B = 1; const C = { let d = 2; d } } }",
        (
            "(macroitem bitflags form=items items=[(adt A form=tuple fields=[(fielddef 0 "
            "u8)]) (impl `` self_type=A items=[(static B visibility=pub kind=const type=A "
            "value=1) (static C visibility=pub kind=const type=A value=(block [(let d "
            "value=2)] tail=d))])] text=`struct A: u8 { const B = 1; const C = { let d = 2; d "
            "} }`)"
        ),
        id="last-without-semicolon",
    ),
    pytest.param(
        """bitflags! { struct A: u8 { // const B = 1;
 const C = 2; /* const D; */ } }""",
        (
            "(macroitem bitflags form=items items=[(adt A form=tuple fields=[(fielddef 0 "
            "u8)]) (impl `` self_type=A items=[(static C visibility=pub kind=const type=A "
            "value=2)])] text=`struct A: u8 { // const B = 1;\n const C = 2; /* const D; */ "
            "}`)"
        ),
        id="comments",
    ),
    pytest.param(
        "bitflags! { impl A: u16 { const B = 2; } }",
        (
            "(macroitem bitflags form=items items=[(impl `` self_type=A items=[(static B "
            "visibility=pub kind=const type=A value=2)])] text=`impl A: u16 { const B = 2; "
            "}`)"
        ),
        id="impl",
    ),
    pytest.param(
        "bitflags! { pub flags A: u32 { const B = 1, const C = 2, } }",
        (
            "(macroitem bitflags form=items items=[(adt A visibility=pub form=tuple "
            "fields=[(fielddef 0 u32)]) (impl `` self_type=A items=[(static B visibility=pub "
            "kind=const type=A value=1) (static C visibility=pub kind=const type=A "
            "value=2)])] text=`pub flags A: u32 { const B = 1, const C = 2, }`)"
        ),
        id="old",
    ),
    pytest.param(
        "bitflags! { struct A: u8 {} }",
        (
            "(macroitem bitflags form=items items=[(adt A form=tuple fields=[(fielddef 0 "
            "u8)]) (impl `` self_type=A)] text=`struct A: u8 {}`)"
        ),
        id="empty",
    ),
    pytest.param(
        "m! { pub enum A(u16) { B = 1, C = 2 } }",
        (
            "(macroitem m form=items items=[(adt A visibility=pub kind=enum "
            "variants=[(variant B unit discriminant=1) (variant C unit discriminant=2)])] "
            "text=`pub enum A(u16) { B = 1, C = 2 }`)"
        ),
        id="enum-with-type",
    ),
]

LAYOUTS = [
    pytest.param(
        """m! {
    /// a
    pub Regs {
        (0x000 => b: ReadWrite<u32, C::Register>),
        (0x004 => _reserved),
        /// d
        (0x008 => pub e: [ReadOnly<u8>; 4]),
        (0x00c => @END),
    },
    #[allow(f)]
    Other {
        (0x0 => g: u8),
        (0x1 => @END),
    }
}""",
        (
            "(macroitem m form=items items=[(adt Regs visibility=pub doc=` a` "
            "fields=[(fielddef b ReadWrite<u32, C::Register>) (fielddef e (arraytype "
            "ReadOnly<u8> length=4) visibility=pub doc=` d`)]) (adt Other "
            "attributes=[(attribute allow args=`(f)`)] fields=[(fielddef g u8)])])"
        ),
        id="registers",
    ),
    pytest.param(
        "m!(pub struct A { B => c::D<E>; #[cfg(f)] G => H; });",
        (
            "(macroitem m form=items items=[(adt A visibility=pub fields=[(fielddef B "
            "c::D<E>) (fielddef G H attributes=[(attribute cfg args=`(f)`)] cfg=cfg(f))])] "
            "text=`pub struct A { B => c::D<E>; #[cfg(f)] G => H; }`)"
        ),
        id="bindings",
    ),
    pytest.param(
        """m!(struct A {
    B => c::D<E>, F;
    G => H;
});""",
        (
            "(macroitem m form=items items=[(adt A fields=[(fielddef B (tupletype "
            "parts=[c::D<E> F])) (fielddef G H)])] text=`struct A {\n    B => c::D<E>, F;\n    "
            "G => H;\n}`)"
        ),
        id="bindings-of-several",
    ),
    pytest.param(
        "m!(($a:ident, b) => { impl C for $a { fn d() {} } }; (e) => { fn f() {} });",
        (
            "(macroitem m form=items items=[(impl `` self_type=a trait=C items=[(function d "
            "body=(block []))]) (function f body=(block []))] text=`($a:ident, b) => { impl C "
            "for $a { fn d() {} } }; (e) => { fn f() {} }`)"
        ),
        id="arms",
    ),
    pytest.param(
        "m!((a) => { b() }, ($c:expr) => { d($c) });",
        (
            "(macroitem m form=block body=(block [(exprstmt (block [] tail=(call b [])) "
            "has_semicolon=false)] tail=(block [] tail=(call d [c]))) text=`(a) => { b() }, "
            "($c:expr) => { d($c) }`)"
        ),
        id="arms-of-statements",
    ),
]

PASTED = [
    pytest.param(
        (
            "paste! { fn [<a_ $b>]() { [<c $d:lower _e>]() } static [<F_ $g:upper>]: u8 = 1; "
            "impl [<H I>] {} }"
        ),
        (
            "(macroitem paste form=items items=[(function a_b body=(block [] tail=(call cd_e "
            "[]))) (static F_G type=u8 value=1) (impl `` self_type=HI)] text=`fn [<a_ $b>]() "
            "{ [<c $d:lower _e>]() } static [<F_ $g:upper>]: u8 = 1; impl [<H I>] {}`)"
        ),
        id="names",
    ),
    pytest.param(
        'paste! { fn [<"a" $b>]() {} }',
        (
            '(macroitem paste form=items items=[(function ab body=(block []))] text=`fn [<"a" '
            "$b>]() {}`)"
        ),
        id="text",
    ),
    pytest.param(
        "m! { static A: [B<C>; 1] = []; }",
        (
            "(macroitem m form=items items=[(static A type=(arraytype B<C> length=1) "
            "value=(array []))] text=`static A: [B<C>; 1] = [];`)"
        ),
        id="not-a-name",
    ),
]

LOST = [
    pytest.param(
        ("delegate! { to self.a { pub fn b(&self) -> u8; #[call(c)] fn d(&mut self, e: u8); } }"),
        (
            "(macroitem delegate form=items items=[(function b visibility=pub ret=u8 "
            "receiver=&self) (function d attributes=[(attribute call args=`(c)`)] "
            "params=[(param e u8)] receiver=`&mut self`)] text=`to self.a { pub fn b(&self) "
            "-> u8; #[call(c)] fn d(&mut self, e: u8); }`)"
        ),
        ["unread-macro: to self.a"],
        id="delegation",
    ),
    pytest.param(
        "delegate! { to self.0 { fn a(&self); } to self.b.lock() { fn c(self); } }",
        (
            "(macroitem delegate form=items items=[(function a receiver=&self) (function c "
            "receiver=self)] text=`to self.0 { fn a(&self); } to self.b.lock() { fn c(self); "
            "}`)"
        ),
        ["unread-macro: to self.0 { fn a(&self); } to self.b.lock()"],
        id="delegation-of-several",
    ),
    pytest.param(
        (
            "delegate! { to match self { A::B(c) => c } { fn d(&self, e: u8); "
            "#[call(g)] async fn f(&self); } }"
        ),
        (
            "(macroitem delegate form=items items=[(function d params=[(param e u8)] "
            "receiver=&self body=(block [] tail=(match self [(arm (tuplestructpat A::B [c]) - "
            "(methodcall c d [e]))]))) (function f attributes=[(attribute call args=`(g)`)] "
            "receiver=&self qualifiers=[async] body=(block [] tail=(match self [(arm "
            "(tuplestructpat A::B [c]) - (await (methodcall c g [])))])))] text=`to match self "
            "{ A::B(c) => c } { fn d(&self, e: u8); #[call(g)] async fn f(&self); }`)"
        ),
        ["unread-macro: to"],
        id="delegation-to-arms",
    ),
    pytest.param(
        "m! { to match self { A::B(c) => c } { fn d(&self, e: u8); } }",
        (
            "(macroitem m form=block body=(block [(opaque `broken code`); (exprstmt (match self "
            "[(arm (tuplestructpat A::B [c]) - c)]) has_semicolon=false)] tail=(block [(function "
            "d params=[(param e u8)] receiver=&self)])) text=`to match self { A::B(c) => c } { fn "
            "d(&self, e: u8); }`)"
        ),
        ["unread-macro: to"],
        id="no-delegation",
    ),
    pytest.param(
        "m! { pub struct A(u32); impl B c; }",
        (
            "(macroitem m form=items items=[(adt A visibility=pub form=tuple "
            "fields=[(fielddef 0 u32)])] text=`pub struct A(u32); impl B c;`)"
        ),
        ["unread-macro: impl B c;"],
        id="declaration",
    ),
    pytest.param(
        "m! [ u32, A [ B OFFSET(0) NUMBITS(1) [ C = 1 ] ] ];",
        "(macroitem m text=`u32, A [ B OFFSET(0) NUMBITS(1) [ C = 1 ] ]`)",
        ["unread-macro: [ u32, A [ B OFFSET(0) NUMBITS(1) [ C = 1 ] ] ]"],
        id="table",
    ),
    pytest.param(
        "quote! { #a }", "(macroitem quote text=#a)", ["unread-macro: { #a }"], id="template"
    ),
    pytest.param(
        "m! { #[derive(A)] pub struct B(u32); pub c, set_c: 3, 0; bool, d: 4; }",
        (
            "(macroitem m form=items items=[(adt B visibility=pub attributes=[(attribute "
            "derive args=`(A)`)] form=tuple fields=[(fielddef 0 u32)])] text=`#[derive(A)] "
            "pub struct B(u32); pub c, set_c: 3, 0; bool, d: 4;`)"
        ),
        ["unread-macro: pub c, set_c: 3, 0; bool, d: 4;"],
        id="declaration-then-notation",
    ),
    pytest.param(
        "m! { a b { c(); } d }",
        (
            "(macroitem m form=block body=(block [] tail=(block [(call c []);])) text=`a b { "
            "c(); } d`)"
        ),
        ["unread-macro:  a b { c(); } d "],
        id="block-among-words",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CALLS)
def test_calls(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), LADDERS)
def test_ladders(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), FLAGS)
def test_flags(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), LAYOUTS)
def test_layouts(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), PASTED)
def test_pasted(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected", "gaps"), LOST)
def test_lost(check_items, text, expected, gaps):
    check_items(text, expected, *gaps)
