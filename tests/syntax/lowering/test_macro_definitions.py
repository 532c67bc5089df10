"""Macro definitions."""

import pytest

ARMS = [
    pytest.param(
        "macro_rules! m { () => { a() } }",
        "(macrodef m arms=[(macroarm `()` block body=(block [] tail=(call a [])))])",
        id="one",
    ),
    pytest.param(
        "macro_rules! m { () => { 1 }; ($a:expr) => { $a + 1 }; }",
        (
            "(macrodef m arms=[(macroarm `()` block body=(block [] tail=1)) (macroarm "
            "`($a:expr)` block body=(block [] tail=(binary + [a 1])) fragments=[[a expr]])])"
        ),
        id="several",
    ),
    pytest.param(
        "macro_rules! m ( ($a:expr) => ( $a + 1 ); ); macro_rules! n [ () => [ b ] ];",
        (
            "(macrodef m arms=[(macroarm `($a:expr)` block body=(block [] tail=(binary + [a "
            "1])) fragments=[[a expr]])])\n"
            "(macrodef n arms=[(macroarm `()` block body=(block [] tail=b))])"
        ),
        id="brackets",
    ),
    pytest.param(
        """#[macro_export] /// a
macro_rules! m { () => {} }""",
        (
            "(macrodef m attributes=[(attribute macro_export)] doc=` a` arms=[(macroarm `()` "
            "items)])"
        ),
        id="attributes",
    ),
    pytest.param(
        """macro_rules! m { /// a
 () => { b() }; // c
 /* d */ (e) => { f() } }""",
        (
            "(macrodef m arms=[(macroarm `()` block body=(block [] tail=(call b []))) "
            "(macroarm `(e)` block body=(block [] tail=(call f [])))])"
        ),
        id="comments",
    ),
    pytest.param(
        "macro_rules! r#try { ($r#a:expr) => { $r#a } }",
        (
            "(macrodef try arms=[(macroarm `($r#a:expr)` block body=(block [] tail=a) "
            "fragments=[[a expr]])])"
        ),
        id="raw",
    ),
    pytest.param(
        (
            "macro_rules! m { ($a:ident, $t:ty) => { static $a: $t = 1; impl $t { fn b(&self) "
            "-> $t { self.$a.c() } } } }"
        ),
        (
            "(macrodef m arms=[(macroarm `($a:ident, $t:ty)` items items=[(static a type=t "
            "value=1) (impl `` self_type=t items=[(function b ret=t receiver=&self "
            "body=(block [] tail=(methodcall (field self a) c [])))])] fragments=[[a ident] "
            "[t ty]])])"
        ),
        id="items",
    ),
    pytest.param(
        "macro_rules! m { ($a:expr) => { let b = $a; b.c($a); } }",
        (
            "(macrodef m arms=[(macroarm `($a:expr)` block body=(block [(let b value=a) "
            "(methodcall b c [a]);]) fragments=[[a expr]])])"
        ),
        id="statements",
    ),
    pytest.param(
        "macro_rules! m { () => {{ let a = 1; a }} }",
        (
            "(macrodef m arms=[(macroarm `()` block body=(block [] tail=(block [(let a "
            "value=1)] tail=a)))])"
        ),
        id="double-braces",
    ),
    pytest.param(
        "macro_rules! m { ($a:expr) => { unsafe { f($a) } } }",
        (
            "(macrodef m arms=[(macroarm `($a:expr)` block body=(block [] tail=(block [] "
            "tail=(call f [a]) kind=unsafe)) fragments=[[a expr]])])"
        ),
        id="unsafe",
    ),
    pytest.param(
        "macro_rules! m { ($a:expr) => { $crate::b::n!($a); $crate::c($a); o!(d, $a) } }",
        (
            "(macrodef m arms=[(macroarm `($a:expr)` block body=(block [(macrocall "
            "crate::b::n args args=[a]); (call crate::c [a]);] tail=(macrocall o args args=[d "
            "a])) fragments=[[a expr]])])"
        ),
        id="calls",
    ),
    pytest.param(
        "macro_rules! m { ($a:expr, $($b:tt)*) => { $a.c(); m!($($b)*) } }",
        (
            "(macrodef m arms=[(macroarm `($a:expr, $($b:tt)*)` block body=(block "
            "[(methodcall a c []);] tail=(macrocall m args args=[b])) fragments=[[a expr] [b "
            "tt]])])"
        ),
        id="tail-rest",
    ),
    pytest.param(
        "macro_rules! m { (@a $b:expr) => { $b.c() }; ($d:expr) => { m!(@a $d) } }",
        (
            "(macrodef m arms=[(macroarm `(@a $b:expr)` block body=(block [] tail=(methodcall "
            "b c [])) fragments=[[b expr]]) (macroarm `($d:expr)` block body=(block [] "
            "tail=(macrocall m args args=[d])) fragments=[[d expr]])])"
        ),
        id="internal",
    ),
]

FRAGMENTS = [
    pytest.param(
        "macro_rules! m { ($a:expr, $b:expr_2021, $c:literal) => { $a + $b * $c } }",
        (
            "(macrodef m arms=[(macroarm `($a:expr, $b:expr_2021, $c:literal)` block "
            "body=(block [] tail=(binary + [a (binary * [b c])])) fragments=[[a expr] [b "
            "expr_2021] [c literal]])])"
        ),
        id="expressions",
    ),
    pytest.param(
        ("macro_rules! m { ($v:vis $n:ident) => { $v fn $n() {} $v struct A { $v b: u8 } } }"),
        (
            "(macrodef m arms=[(macroarm `($v:vis $n:ident)` items items=[(function n "
            "body=(block [])) (adt A fields=[(fielddef b u8)])] fragments=[[v vis] [n "
            "ident]])])"
        ),
        id="visibility",
    ),
    pytest.param(
        (
            "macro_rules! m { ($(#[$m:meta])* $n:ident) => { $(#[$m])* struct $n; #[$m] fn "
            "a() {} } }"
        ),
        (
            "(macrodef m arms=[(macroarm `($(#[$m:meta])* $n:ident)` items items=[(adt n "
            "form=unit) (function a body=(block []))] fragments=[[m meta] [n ident]])])"
        ),
        id="meta",
    ),
    pytest.param(
        "macro_rules! m { ($b:block) => { loop $b } }",
        (
            "(macrodef m arms=[(macroarm `($b:block)` block body=(block [] tail=(loop (block "
            "[]))) fragments=[[b block]])])"
        ),
        id="block",
    ),
    pytest.param(
        "macro_rules! m { ($l:lifetime) => { $l: loop { break $l; } } }",
        (
            "(macrodef m arms=[(macroarm `($l:lifetime)` block body=(block [] tail=(loop "
            "(block [(jump break label=l);]) label=l)) fragments=[[l lifetime]])])"
        ),
        id="lifetime",
    ),
    pytest.param(
        "macro_rules! m { ($p:pat, $q:pat_param) => { match a { $p => b, $q => c } } }",
        (
            "(macrodef m arms=[(macroarm `($p:pat, $q:pat_param)` block body=(block [] "
            "tail=(match a [(arm p - b) (arm q - c)])) fragments=[[p pat] [q pat_param]])])"
        ),
        id="patterns",
    ),
    pytest.param(
        "macro_rules! m { ($p:path) => { $p::a(); $p { b: 1 } } }",
        (
            "(macrodef m arms=[(macroarm `($p:path)` block body=(block [(call p::a []);] "
            "tail=(structlit p [[b 1]])) fragments=[[p path]])])"
        ),
        id="path",
    ),
    pytest.param(
        "macro_rules! m { ($i:item $s:stmt) => { $i $s; a() } }",
        (
            "(macrodef m arms=[(macroarm `($i:item $s:stmt)` block body=(block [] tail=(call "
            "a [])) fragments=[[i item] [s stmt]])])"
        ),
        id="items",
    ),
    pytest.param(
        "macro_rules! m { ($t:ty) => { <$t>::new() as $t } }",
        (
            "(macrodef m arms=[(macroarm `($t:ty)` block body=(block [] tail=(cast (call "
            "<t>::new []) t)) fragments=[[t ty]])])"
        ),
        id="type",
    ),
    pytest.param(
        "macro_rules! m { ($($t:tt)*) => { $($t)* } }",
        (
            "(macrodef m arms=[(macroarm `($($t:tt)*)` block body=(block [] tail=t) "
            "fragments=[[t tt]])])"
        ),
        id="token-trees",
    ),
    pytest.param(
        "macro_rules! m { ($d:literal) => { #[doc = $d] fn a() {} } }",
        (
            "(macrodef m arms=[(macroarm `($d:literal)` items items=[(function a "
            "attributes=[(attribute doc args=`= $d`)] body=(block []))] fragments=[[d "
            "literal]])])"
        ),
        id="doc",
    ),
    pytest.param(
        (
            "macro_rules! m { ($t:ty, $n:ident) => { impl<T> A<$t, T> for $n<T> where T: "
            "B<$t> {} } }"
        ),
        (
            "(macrodef m arms=[(macroarm `($t:ty, $n:ident)` items items=[(impl `` "
            "self_type=n<T> trait=A<t, T> generics=(generics params=[(genericparam T type)] "
            "predicates=[[T [B<t>]]]))] fragments=[[t ty] [n ident]])])"
        ),
        id="generics",
    ),
    pytest.param(
        (
            "macro_rules! m { ($v:vis $b:block $l:lifetime) => { paste! { $v fn a() $b } "
            "lazy_static! { $v static ref C: &$l u8 = 1; } } }"
        ),
        (
            "(macrodef m arms=[(macroarm `($v:vis $b:block $l:lifetime)` block body=(block "
            "[(exprstmt (macrocall paste items body=(block [(function a body=(block []))])) "
            "has_semicolon=false)] tail=(macrocall lazy_static items body=(block [(static C "
            "type=(reftype u8 lifetime=l) value=1)]))) fragments=[[v vis] [b block] [l "
            "lifetime]])])"
        ),
        id="in-nested-calls",
    ),
]

REPETITIONS = [
    pytest.param(
        "macro_rules! m { ($($a:expr),*) => { $( $a.b(); )* } }",
        (
            "(macrodef m arms=[(macroarm `($($a:expr),*)` block body=(block [(methodcall a b "
            "[]);]) fragments=[[a expr]])])"
        ),
        id="statements",
    ),
    pytest.param(
        "macro_rules! m { ($($a:expr),* $(,)?) => { f($($a),*) } }",
        (
            "(macrodef m arms=[(macroarm `($($a:expr),* $(,)?)` block body=(block [] "
            "tail=(call f [a])) fragments=[[a expr]])])"
        ),
        id="arguments",
    ),
    pytest.param(
        "macro_rules! m { ($($a:expr);+) => { [$($a),+]; $($a.b());* } }",
        (
            "(macrodef m arms=[(macroarm `($($a:expr);+)` block body=(block [(array [a]);] "
            "tail=(methodcall a b [])) fragments=[[a expr]])])"
        ),
        id="separators",
    ),
    pytest.param(
        "macro_rules! m { ($($a:ident = $b:expr),*) => { enum E { $($a = $b),* } } }",
        (
            "(macrodef m arms=[(macroarm `($($a:ident = $b:expr),*)` items items=[(adt E "
            "kind=enum variants=[(variant a unit discriminant=b)])] fragments=[[a ident] [b "
            "expr]])])"
        ),
        id="variants",
    ),
    pytest.param(
        "macro_rules! m { ($($a:ident: $t:ty),*) => { struct S { $(pub $a: $t),* } } }",
        (
            "(macrodef m arms=[(macroarm `($($a:ident: $t:ty),*)` items items=[(adt S "
            "fields=[(fielddef a t visibility=pub)])] fragments=[[a ident] [t ty]])])"
        ),
        id="fields",
    ),
    pytest.param(
        "macro_rules! m { ($($a:ident: $t:ty),*) => { fn f($($a: $t),*) {} } }",
        (
            "(macrodef m arms=[(macroarm `($($a:ident: $t:ty),*)` items items=[(function f "
            "params=[(param a t)] body=(block []))] fragments=[[a ident] [t ty]])])"
        ),
        id="parameters",
    ),
    pytest.param(
        ("macro_rules! m { ($($p:pat => $e:expr),*) => { match a { $($p => $e,)* _ => b } } }"),
        (
            "(macrodef m arms=[(macroarm `($($p:pat => $e:expr),*)` block body=(block [] "
            "tail=(match a [(arm p - e) (arm _ - b)])) fragments=[[p pat] [e expr]])])"
        ),
        id="arms",
    ),
    pytest.param(
        "macro_rules! m { ($($p:pat)|+) => { match a { $($p)|+ => b } } }",
        (
            "(macrodef m arms=[(macroarm `($($p:pat)|+)` block body=(block [] tail=(match a "
            "[(arm p - b)])) fragments=[[p pat]])])"
        ),
        id="alternatives",
    ),
    pytest.param(
        (
            "macro_rules! m { ($($a:ident { $($b:ident),* })*) => { $( struct $a { $($b: "
            "u8),* } )* } }"
        ),
        (
            "(macrodef m arms=[(macroarm `($($a:ident { $($b:ident),* })*)` items items=[(adt "
            "a fields=[(fielddef b u8)])] fragments=[[a ident] [b ident]])])"
        ),
        id="nested",
    ),
    pytest.param(
        "macro_rules! m { ($(-> $t:ty)?) => { fn f() $(-> $t)? {} } }",
        (
            "(macrodef m arms=[(macroarm `($(-> $t:ty)?)` items items=[(function f ret=t "
            "body=(block []))] fragments=[[t ty]])])"
        ),
        id="optional",
    ),
    pytest.param(
        "macro_rules! m { ($($a:expr),*) => { $( f(\")\", ')', $a); )* } }",
        (
            '(macrodef m arms=[(macroarm `($($a:expr),*)` block body=(block [(call f [str:")" '
            "char:')' a]);]) fragments=[[a expr]])])"
        ),
        id="parenthesis-in-text",
    ),
]

METAVARIABLE_EXPRESSIONS = [
    pytest.param(
        "macro_rules! m { () => { macro_rules! n { ($$a:expr) => { $$a } } } }",
        (
            "(macrodef m arms=[(macroarm `()` items items=[(macrodef n arms=[(macroarm "
            "`($$a:expr)` block body=(block [] tail=a) fragments=[[a expr]])])])])"
        ),
        id="escape",
    ),
    pytest.param(
        "macro_rules! m { ($($a:expr),*) => { [0; ${count($a)}] } }",
        (
            "(macrodef m arms=[(macroarm `($($a:expr),*)` block body=(block [] tail=(repeat 0 "
            "(opaque `what a macro computes`))) fragments=[[a expr]])])"
        ),
        id="count",
    ),
    pytest.param(
        "macro_rules! m { ($a:ident) => { fn ${concat($a, _b)}() {} } }",
        (
            "(macrodef m arms=[(macroarm `($a:ident)` items items=[(function a_b body=(block "
            "[]))] fragments=[[a ident]])])"
        ),
        id="concat",
    ),
]

PLAIN_MACROS = [
    pytest.param(
        "pub macro m { ($a:expr) => { $a.b() }, () => { c() } }",
        (
            "(macrodef m visibility=pub arms=[(macroarm `($a:expr)` block body=(block [] "
            "tail=(methodcall a b [])) fragments=[[a expr]]) (macroarm `()` block body=(block "
            "[] tail=(call c [])))])"
        ),
        id="arms",
    ),
    pytest.param(
        "macro m($a:ident, $b:block) { $a.c($b) }",
        (
            "(macrodef m arms=[(macroarm `($a:ident, $b:block)` block body=(block [] "
            "tail=(methodcall a c [(block [])])) fragments=[[a ident] [b block]])])"
        ),
        id="params",
    ),
    pytest.param(
        "pub(crate) macro m() { a() }",
        (
            "(macrodef m visibility=crate arms=[(macroarm `()` block body=(block [] "
            "tail=(call a [])))])"
        ),
        id="visible",
    ),
    pytest.param(
        "fn f() { macro m() { a() } m!() }",
        (
            "(function f body=(block [(macrodef m arms=[(macroarm `()` block body=(block [] "
            "tail=(call a [])))])] tail=(macrocall m args)))"
        ),
        id="in-body",
    ),
]

LOST = [
    pytest.param(
        "macro_rules! m { ($op:tt) => { a $op b } }",
        "(macrodef m arms=[(macroarm `($op:tt)` `` fragments=[[op tt]])])",
        ["unread-macro: { a $op b }"],
        id="operator",
    ),
    pytest.param(
        "macro_rules! m { ($op:tt) => { fn f() { a.b(); } a $op { c() } } }",
        (
            "(macrodef m arms=[(macroarm `($op:tt)` block body=(block [(exprstmt (block "
            "[(methodcall a b []);]) has_semicolon=false)] tail=(block [] tail=(call c []))) "
            "fragments=[[op tt]])])"
        ),
        ["unread-macro:  fn f() { a.b(); } a $op "],
        id="part",
    ),
]


@pytest.mark.parametrize(("text", "expected"), ARMS)
def test_arms(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), FRAGMENTS)
def test_fragments(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), REPETITIONS)
def test_repetitions(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), METAVARIABLE_EXPRESSIONS)
def test_metavariable_expressions(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), PLAIN_MACROS)
def test_plain_macros(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected", "gaps"), LOST)
def test_lost(check_items, text, expected, gaps):
    check_items(text, expected, *gaps)
