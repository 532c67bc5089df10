"""Macro calls in bodies."""

import pytest

ARGUMENTS = [
    pytest.param("m!()", "(macrocall m args)", id="none"),
    pytest.param("m![a, b]", "(macrocall m args args=[a b])", id="brackets"),
    pytest.param(
        "m!(a, b.c(),)", "(macrocall m args args=[a (methodcall b c [])])", id="trailing-comma"
    ),
    pytest.param("a::b::m!(c)", "(macrocall a::b::m args args=[c])", id="path"),
    pytest.param("r#try!(a)", "(macrocall try args args=[a])", id="raw"),
    pytest.param(
        "m!(|x| x.a(), c?, &mut d, *e, f as u8, g..h, unsafe { i() }, async { j }.await)",
        (
            "(macrocall m args args=[(closure [[x -]] (methodcall x a [])) (try c) (ref d "
            "is_mut) (unary * e) (cast f u8) (range g h) (block [] tail=(call i []) "
            "kind=unsafe) (await (block [] tail=j kind=async))])"
        ),
        id="expressions",
    ),
    pytest.param(
        'println!("{} {b}", a, b = c.d())',
        '(macrocall println args args=[str:"{} {b}" a (methodcall c d [])])',
        id="named",
    ),
    pytest.param(
        "m!(a); m!(b)",
        ("(macrocall m args args=[a]);\n(macrocall m args args=[b])"),
        id="statement",
    ),
    pytest.param(
        "m!(a).b()?", "(try (methodcall (macrocall m args args=[a]) b []))", id="method-behind"
    ),
    pytest.param(
        "f(m!(a)) + g[m!(b)]",
        (
            "(binary + [(call f [(macrocall m args args=[a])]) (index g (macrocall m args "
            "args=[b]))])"
        ),
        id="inside-expressions",
    ),
    pytest.param(
        "m!(n!(o!(a.b())))",
        (
            "(macrocall m args args=[(macrocall n args args=[(macrocall o args "
            "args=[(methodcall a b [])])])])"
        ),
        id="nested",
    ),
    pytest.param("vec![a; n]", "(macrocall vec args args=[a n])", id="repeat"),
    pytest.param(
        """m!(/* a */ b, // c
 d)""",
        "(macrocall m args args=[b d])",
        id="comments",
    ),
    pytest.param(
        'info!(?a, %b, c = ?d.e(), "f")',
        '(macrocall info args args=[a b (methodcall d e []) str:"f"])',
        id="question-marks",
    ),
    pytest.param(
        'm!(a: b(), "c": d(), e: f)',
        "(macrocall m args args=[(call b []) (call d []) f])",
        id="colons",
    ),
    pytest.param(
        "m!(a => b(), c => { d() })",
        "(macrocall m args args=[a (call b []) c (block [] tail=(call d []))])",
        id="arrows",
    ),
    pytest.param(
        "m!(a(); b(), c)", "(macrocall m args args=[(call a []) (call b []) c])", id="semicolons"
    ),
    pytest.param(
        """m!(/// a
, b, c())""",
        "(macrocall m args args=[b (call c [])])",
        id="leading-comma",
    ),
    pytest.param(
        "m!(@a b, c.d()); m!(@e; f())",
        ("(macrocall m args args=[b (methodcall c d [])]);\n(macrocall m args args=[(call f [])])"),
        id="tag",
    ),
    pytest.param(
        "m!(a, 0 => static, mod)",
        "(macrocall m args args=[a 0 (opaque `no code`) (opaque `no code`)])",
        id="keyword",
    ),
    pytest.param(
        "m!(Foo<'static, A>, B::new()); m!(&'static mut C<D, E>, f())",
        (
            "(macrocall m args args=[Foo<(lifetimetype static), A> (call B::new [])]);\n"
            "(macrocall m args args=[(opaque `a type`) (call f [])])"
        ),
        id="type",
    ),
    pytest.param(
        "m!(A<B, C>).d(e)",
        "(methodcall (macrocall m args args=[A<B, C>]) d [e])",
        id="type-behind-method",
    ),
    pytest.param(
        "m!([u8; 4], [0; 4])",
        "(macrocall m args args=[(repeat u8 4) (repeat 0 4)])",
        id="array-type",
    ),
    pytest.param(
        "m!(ref a, A { b, .. }, c)",
        "(macrocall m args args=[(opaque `a pattern`) (opaque `a pattern`) c])",
        id="pattern",
    ),
    pytest.param("m!(#[a] b, c)", "(macrocall m args args=[b c])", id="attribute"),
    pytest.param(
        "m!(try!(a.b()))",
        "(macrocall m args args=[(macrocall try args args=[(methodcall a b [])])])",
        id="try-macro",
    ),
    pytest.param(
        "m!(Some(box A::new()))",
        "(macrocall m args args=[(call Some [(unary box (call A::new []))])])",
        id="box",
    ),
    pytest.param("m!($a, $b.c())", "(macrocall m args args=[a (methodcall b c [])])", id="dollar"),
]

BODIES = [
    pytest.param("m! { a; b }", "(macrocall m block body=(block [a;] tail=b))", id="block"),
    pytest.param(
        "m!(let a = b(); c(a))",
        "(macrocall m block body=(block [(let a value=(call b []))] tail=(call c [a])))",
        id="block-in-parentheses",
    ),
    pytest.param(
        "m! { a } b",
        ("(exprstmt (macrocall m block body=(block [] tail=a)) has_semicolon=false)\nb"),
        id="block-without-semicolon",
    ),
    pytest.param(
        "m! { a }.b()",
        "(methodcall (macrocall m block body=(block [] tail=a)) b [])",
        id="braces-then-method",
    ),
    pytest.param(
        "m! { fn a() {} struct B; }",
        ("(macrocall m items body=(block [(function a body=(block [])) (adt B form=unit)]))"),
        id="items",
    ),
    pytest.param(
        "m!(static A: u8 = f());",
        "(macrocall m items body=(block [(static A type=u8 value=(call f []))]));",
        id="static",
    ),
    pytest.param(
        "lazy_static! { static ref A: B = B::new(); pub static ref C: u8 = { 1 }; }",
        (
            "(macrocall lazy_static items body=(block [(static A type=B value=(call B::new "
            "[])) (static C visibility=pub type=u8 value=(block [] tail=1))]))"
        ),
        id="lazy",
    ),
    pytest.param(
        "thread_local!(static A: Cell<u8> = Cell::new(1))",
        (
            "(macrocall thread_local items body=(block [(static A type=Cell<u8> value=(call "
            "Cell::new [1]))]))"
        ),
        id="thread-local",
    ),
    pytest.param(
        "m!(for a in b() { c() })",
        "(macrocall m args args=[(for a (call b []) (block [] tail=(call c [])))])",
        id="for",
    ),
    pytest.param(
        "select! { a = b() => c(), _ = d.e() => { f() } }",
        (
            "(macrocall select args args=[(call b []) (call c []) (methodcall d e []) (block "
            "[] tail=(call f []))])"
        ),
        id="select",
    ),
    pytest.param(
        "select! { biased; a = b.c() => {}, else => {} }",
        ("(macrocall select args args=[biased (methodcall b c []) (block []) else (block [])])"),
        id="select-biased",
    ),
    pytest.param(
        "macro_rules! m { () => { a() } } m!()",
        (
            "(macrodef m arms=[(macroarm `()` block body=(block [] tail=(call a [])))])\n"
            "(macrocall m args)"
        ),
        id="macro-rules",
    ),
]

MATCHES = [
    pytest.param(
        "matches!(a, B)", "(macrocall matches args args=[(match a [(arm B - true)])])", id="plain"
    ),
    pytest.param(
        "matches!(a.b(), C | D(_))",
        (
            "(macrocall matches args args=[(match (methodcall a b []) [(arm (tuplepat or [C "
            "(tuplestructpat D [_])]) - true)])])"
        ),
        id="alternatives",
    ),
    pytest.param(
        "matches!(a, Some(b) if b.c())",
        (
            "(macrocall matches args args=[(match a [(arm (tuplestructpat Some [b]) "
            "(methodcall b c []) true)])])"
        ),
        id="binding",
    ),
    pytest.param(
        "matches!(a, B { c, .. })",
        "(macrocall matches args args=[(match a [(arm (structpat B [[c c]]) - true)])])",
        id="struct",
    ),
    pytest.param(
        "matches!(a, 1..=2 | 5)",
        (
            "(macrocall matches args args=[(match a [(arm (tuplepat or [(litpat 1..=2) "
            "(litpat 5)]) - true)])])"
        ),
        id="range",
    ),
    pytest.param(
        'assert_matches!(a, Ok(b) if b > 1, "c {}", d())',
        (
            "(macrocall assert_matches args args=[(match a [(arm (tuplestructpat Ok [b]) "
            '(binary > [b 1]) true)]) str:"c {}" (call d [])])'
        ),
        id="assert",
    ),
    pytest.param("matches!(a, => )", "(macrocall matches args args=[a])", id="broken-pattern"),
]

ASSEMBLY = [
    pytest.param(
        (
            'asm!("a {}", in(reg) b, out(reg) c, inout("eax") d => e, lateout(reg) _, '
            "options(nostack))"
        ),
        (
            '(macrocall asm args args=[str:"a {}" b c d e] text=`"a {}", in(reg) b, out(reg) '
            'c, inout("eax") d => e, lateout(reg) _, options(nostack)`)'
        ),
        id="operands",
    ),
    pytest.param(
        'asm!("a", b = in(reg) c.d(), inlateout("x0") e => _, clobber_abi("C"))',
        (
            '(macrocall asm args args=[str:"a" (methodcall c d []) e] text=`"a", b = in(reg) '
            'c.d(), inlateout("x0") e => _, clobber_abi("C")`)'
        ),
        id="named",
    ),
    pytest.param(
        'asm!( "a", in(reg) &b, c = inout("eax") *d => e, in(reg) -f )',
        (
            '(macrocall asm args args=[str:"a" (ref b) (unary * d) e (unary - f)] '
            'text=` "a", in(reg) &b, c = inout("eax") *d => e, in(reg) -f `)'
        ),
        id="signs",
    ),
    pytest.param(
        'asm!("a", sym b::c, const D, label { e() })',
        (
            '(macrocall asm args args=[str:"a" b::c D (block [] tail=(call e []))] text=`"a", '
            "sym b::c, const D, label { e() }`)"
        ),
        id="symbols",
    ),
    pytest.param(
        'core::arch::asm!("a", "b", in("dx") c)',
        ('(macrocall core::arch::asm args args=[str:"a" str:"b" c] text=`"a", "b", in("dx") c`)'),
        id="several-texts",
    ),
    pytest.param(
        'naked_asm!("a", b = sym c)',
        '(macrocall naked_asm args args=[str:"a" c] text=`"a", b = sym c`)',
        id="naked",
    ),
    pytest.param(
        'llvm_asm!("a" : "=r"(b) : "r"(c.d()), "i"(E) : "memory" : "volatile")',
        (
            '(macrocall llvm_asm args args=[str:"a" b (methodcall c d []) E str:"memory" '
            'str:"volatile"] text=`"a" : "=r"(b) : "r"(c.d()), "i"(E) : "memory" : '
            '"volatile"`)'
        ),
        id="old",
    ),
    pytest.param(
        'asm!("a" :::: "volatile")',
        '(macrocall asm args args=[str:"a" str:"volatile"] text=`"a" :::: "volatile"`)',
        id="old-empty",
    ),
]

CONFIGURATION = [
    pytest.param(
        "cfg_if! { if #[cfg(a)] { b(); } else if #[cfg(c)] { d() } else { e } }",
        (
            "(macrocall cfg_if block body=(block [(exprstmt (block [(call b []);]) "
            "has_semicolon=false cfg=cfg(a)) (exprstmt (block [] tail=(call d [])) "
            "has_semicolon=false cfg=cfg(all(not(a), c))) (exprstmt (block [] tail=e) "
            "has_semicolon=false cfg=cfg(all(not(a), not(c))))]))"
        ),
        id="if",
    ),
    pytest.param(
        "cfg_if::cfg_if! { if #[cfg(not(a))] { b } }",
        (
            "(macrocall cfg_if::cfg_if block body=(block [(exprstmt (block [] tail=b) "
            "has_semicolon=false cfg=cfg(not(a)))]))"
        ),
        id="if-with-path",
    ),
    pytest.param(
        'cfg_select! { a => { b() } feature = "c" => d(), _ => { e() } }',
        (
            "(macrocall cfg_select block body=(block [(exprstmt (block [] tail=(call b [])) "
            "has_semicolon=false cfg=cfg(a)) (exprstmt (call d []) has_semicolon=false "
            'cfg=cfg(all(not(a), feature = "c"))) (exprstmt (block [] tail=(call e [])) '
            'has_semicolon=false cfg=cfg(all(not(a), not(feature = "c"))))]))'
        ),
        id="select",
    ),
    pytest.param(
        "let a = cfg_select! { b => 1, _ => 2 };",
        (
            "(let a value=(macrocall cfg_select block body=(block [(exprstmt 1 "
            "has_semicolon=false cfg=cfg(b)) (exprstmt 2 has_semicolon=false "
            "cfg=cfg(not(b)))])))"
        ),
        id="select-value",
    ),
    pytest.param(
        "cfg_match! { cfg(a) => { b() } _ => { c() } }",
        (
            "(macrocall cfg_match block body=(block [(exprstmt (block [] tail=(call b [])) "
            "has_semicolon=false cfg=cfg(a)) (exprstmt (block [] tail=(call c [])) "
            "has_semicolon=false cfg=cfg(not(a)))]))"
        ),
        id="match",
    ),
    pytest.param(
        "m! { unix => { a() } not(b) => { c() } }",
        (
            "(macrocall m block body=(block [(exprstmt (block [] tail=(call a [])) "
            "has_semicolon=false cfg=cfg(unix)) (exprstmt (block [] tail=(call c [])) "
            "has_semicolon=false cfg=cfg(all(not(unix), not(b))))]))"
        ),
        id="other-shape",
    ),
    pytest.param(
        "m! { a => { b() } c => { d() } }",
        ("(macrocall m args args=[a (block [] tail=(call b [])) c (block [] tail=(call d []))])"),
        id="no-configuration",
    ),
    pytest.param(
        'if cfg!(all(a, feature = "b")) { c }',
        '(if [[(macrocall cfg `` text=`all(a, feature = "b")`) (block [] tail=c)]])',
        id="cfg",
    ),
    pytest.param(
        "cfg_if! { if #[cfg(a)] { let b = 1; } }",
        (
            "(macrocall cfg_if block body=(block [(exprstmt (block [(let b value=1)]) "
            "has_semicolon=false cfg=cfg(a))]))"
        ),
        id="let-under",
    ),
    pytest.param(
        "cfg_if! { if #[cfg(a)] { cfg_if! { if #[cfg(b)] { c() } else { d() } } } }",
        (
            "(macrocall cfg_if block body=(block [(exprstmt (block [] tail=(macrocall cfg_if "
            "block body=(block [(exprstmt (block [] tail=(call c [])) has_semicolon=false "
            "cfg=cfg(b)) (exprstmt (block [] tail=(call d [])) has_semicolon=false "
            "cfg=cfg(not(b)))]))) has_semicolon=false cfg=cfg(a))]))"
        ),
        id="nested",
    ),
    pytest.param(
        """cfg_if! { // a
 if #[cfg(b)] { c() } /* d */ else { e() } }""",
        (
            "(macrocall cfg_if block body=(block [(exprstmt (block [] tail=(call c [])) "
            "has_semicolon=false cfg=cfg(b)) (exprstmt (block [] tail=(call e [])) "
            "has_semicolon=false cfg=cfg(not(b)))]))"
        ),
        id="comments",
    ),
]

NO_CODE = [
    pytest.param("stringify!(a + #)", "(macrocall stringify `` text=`a + #`)", id="stringify"),
    pytest.param("offset_of!(A, b.c)", "(macrocall offset_of `` text=`A, b.c`)", id="offset-of"),
]

BROKEN = [
    pytest.param(
        "m!(a b c)", "(macrocall m `` text=`a b c`)", ["unread-macro: (a b c)"], id="words"
    ),
    pytest.param(
        "m!(a.b(), c d, e())",
        "(macrocall m args args=[(methodcall a b []) (opaque `no code`) (call e [])])",
        ["unread-macro: c d"],
        id="part",
    ),
    pytest.param(
        "quote! { fn #a() { unsafe { b() } } }",
        "(macrocall quote `` text=`fn #a() { unsafe { b() } }`)",
        ["unread-macro: { fn #a() { unsafe { b() } } }"],
        id="template",
    ),
    pytest.param(
        "parse_quote!(#(#a),*)",
        "(macrocall parse_quote `` text=`#(#a),*`)",
        ["unread-macro: (#(#a),*)"],
        id="template-list",
    ),
    pytest.param(
        "m!(a b { c.d() })",
        "(macrocall m block body=(block [] tail=(block [] tail=(methodcall c d []))))",
        ["unread-macro: a b "],
        id="block-behind-words",
    ),
    pytest.param(
        "m!(a b, c d, e f, g h, i j, k l, m n, o p)",
        "(macrocall m `` text=`a b, c d, e f, g h, i j, k l, m n, o p`)",
        ["unread-macro: (a b, c d, e f, g h, i j, k l, m n, o p)"],
        id="all-lost",
    ),
]


@pytest.mark.parametrize(("text", "expected"), ARGUMENTS)
def test_arguments(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), BODIES)
def test_bodies(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), MATCHES)
def test_matches(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), ASSEMBLY)
def test_assembly(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), CONFIGURATION)
def test_configuration(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), NO_CODE)
def test_no_code(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected", "gaps"), BROKEN)
def test_broken(check_body, text, expected, gaps):
    check_body(text, expected, *gaps)
