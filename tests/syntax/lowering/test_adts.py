"""Structs, enums, unions, traits and impls."""

import pytest

ADTS = [
    pytest.param("struct A;", "(adt A form=unit)", id="unit"),
    pytest.param(
        "struct A(u8, B<C>);",
        "(adt A form=tuple fields=[(fielddef 0 u8) (fielddef 1 B<C>)])",
        id="tuple",
    ),
    pytest.param(
        "struct A { b: u8, c: D }", "(adt A fields=[(fielddef b u8) (fielddef c D)])", id="named"
    ),
    pytest.param(
        "struct A<'a, T: B + 'a, const N: usize = 3> where T: C { d: [T; N] }",
        (
            "(adt A generics=(generics params=[(genericparam a lifetime) (genericparam T type "
            "bounds=[B (lifetimetype a)]) (genericparam N const bounds=[usize] "
            "default=(consttype 3))] predicates=[[T [C]]]) fields=[(fielddef d (arraytype T "
            "length=N))])"
        ),
        id="generic",
    ),
    pytest.param(
        "struct A<T = u8>(T);",
        (
            "(adt A form=tuple generics=(generics params=[(genericparam T type default=u8)]) "
            "fields=[(fielddef 0 T)])"
        ),
        id="generic-default",
    ),
    pytest.param(
        "struct A { #[cfg(b)] c: u8, #[serde(skip)] d: u8 }",
        (
            "(adt A fields=[(fielddef c u8 attributes=[(attribute cfg args=`(b)`)] "
            "cfg=cfg(b)) (fielddef d u8 attributes=[(attribute serde args=`(skip)`)])])"
        ),
        id="field-cfg",
    ),
    pytest.param(
        "struct A(#[cfg(b)] u8, u16);",
        (
            "(adt A form=tuple fields=[(fielddef 0 u8 attributes=[(attribute cfg args=`(b)`)] "
            "cfg=cfg(b)) (fielddef 1 u16)])"
        ),
        id="tuple-field-cfg",
    ),
    pytest.param("struct r#type { r#fn: r#u8 }", "(adt type fields=[(fielddef fn u8)])", id="raw"),
    pytest.param(
        "enum A { B, C(u8, D), E { f: u8 } }",
        (
            "(adt A kind=enum variants=[(variant B unit) (variant C tuple fields=[(fielddef 0 "
            "u8) (fielddef 1 D)]) (variant E struct fields=[(fielddef f u8)])])"
        ),
        id="enum",
    ),
    pytest.param(
        "enum A { B = 1, C = D as isize, E = unsafe { f() } }",
        (
            "(adt A kind=enum variants=[(variant B unit discriminant=1) (variant C unit "
            "discriminant=(cast D isize)) (variant E unit discriminant=(block [] tail=(call f "
            "[]) kind=unsafe))])"
        ),
        id="discriminants",
    ),
    pytest.param(
        "enum A { B(), C {} }",
        "(adt A kind=enum variants=[(variant B tuple) (variant C struct)])",
        id="empty-forms",
    ),
    pytest.param(
        "enum A { #[cfg(b)] C, D }",
        (
            "(adt A kind=enum variants=[(variant C unit cfg=cfg(b) attributes=[(attribute cfg "
            "args=`(b)`)]) (variant D unit)])"
        ),
        id="variant-cfg",
    ),
    pytest.param(
        "union A { b: u8, c: u16 }",
        "(adt A kind=union fields=[(fielddef b u8) (fielddef c u16)])",
        id="union",
    ),
]

TRAITS = [
    pytest.param("trait A {}", "(trait A)", id="empty"),
    pytest.param(
        "pub unsafe trait A<B = u8>: C + 'static where Self: Sized {}",
        (
            "(trait A visibility=pub is_unsafe generics=(generics params=[(genericparam B "
            "type default=u8)] predicates=[[Self [Sized]]]) supertraits=[C (lifetimetype "
            "static)])"
        ),
        id="bounds",
    ),
    pytest.param(
        (
            "trait A { const B: u8; const C: u8 = 1; type D: E + F; type G = u8; fn h(&self); "
            "fn i() {} m!(); }"
        ),
        (
            "(trait A items=[(static B kind=const type=u8) (static C kind=const type=u8 "
            "value=1) (typealias D bounds=[E F]) (typealias G type=u8) (function h "
            "receiver=&self) (function i body=(block [])) (macroitem m form=args)])"
        ),
        id="members",
    ),
    pytest.param(
        "trait A { type B<'a>: C where Self: 'a; }",
        (
            "(trait A items=[(typealias B generics=(generics params=[(genericparam a "
            "lifetime)] predicates=[[Self [(lifetimetype a)]]]) bounds=[C])])"
        ),
        id="gat",
    ),
    pytest.param("impl A {}", "(impl `` self_type=A)", id="impl"),
    pytest.param(
        "impl<T> A<T> for B where T: C {}",
        (
            "(impl `` self_type=B trait=A<T> generics=(generics params=[(genericparam T "
            "type)] predicates=[[T [C]]]))"
        ),
        id="trait-impl",
    ),
    pytest.param(
        "unsafe impl Send for A {}", "(impl `` self_type=A trait=Send is_unsafe)", id="unsafe-impl"
    ),
    pytest.param(
        "impl !Send for A {}", "(impl `` self_type=A trait=Send is_negative)", id="negative-impl"
    ),
    pytest.param(
        "impl<'a, T: ?Sized> a::B<u8> for &'a mut T {}",
        (
            "(impl `` self_type=(reftype T is_mut lifetime=a) trait=a::B<u8> "
            "generics=(generics params=[(genericparam a lifetime) (genericparam T type "
            "bounds=[(consttype ?Sized)])]))"
        ),
        id="impl-for-reference",
    ),
    pytest.param(
        "impl A for fn(u8) -> u8 {} impl dyn B {} impl C for [u8; 4] {}",
        (
            "(impl `` self_type=(fntype [u8] ret=u8) trait=A)\n"
            "(impl `` self_type=(dyntype [B]))\n"
            "(impl `` self_type=(arraytype u8 length=4) trait=C)"
        ),
        id="impl-for-others",
    ),
    pytest.param(
        "impl A { pub const B: u8 = 1; type C = u8; pub fn d(self) {} m!{ fn e() {} } }",
        (
            "(impl `` self_type=A items=[(static B visibility=pub kind=const type=u8 value=1) "
            "(typealias C type=u8) (function d visibility=pub receiver=self body=(block [])) "
            "(macroitem m form=items items=[(function e body=(block []))] text=`fn e() {}`)])"
        ),
        id="impl-members",
    ),
    pytest.param(
        "type A<T> = B<T>;",
        "(typealias A generics=(generics params=[(genericparam T type)]) type=B<T>)",
        id="alias",
    ),
]


@pytest.mark.parametrize(("text", "expected"), ADTS)
def test_adts(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), TRAITS)
def test_traits(check_items, text, expected):
    check_items(text, expected)
