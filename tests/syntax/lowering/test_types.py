"""Types, bounds and generics."""

import pytest

PLAIN = [
    pytest.param("type A = b::C;", "(typealias A type=b::C)", id="name"),
    pytest.param("type A = ::b::C;", "(typealias A type=::b::C)", id="global"),
    pytest.param(
        "type A = (crate::B, super::C, Self::D);",
        "(typealias A type=(tupletype parts=[crate::B super::C Self::D]))",
        id="keywords",
    ),
    pytest.param("type A = r#type<r#u8>;", "(typealias A type=type<u8>)", id="raw"),
    pytest.param("type A = ((u8));", "(typealias A type=u8)", id="parentheses"),
    pytest.param("type A = (u8, B);", "(typealias A type=(tupletype parts=[u8 B]))", id="tuple"),
    pytest.param("type A = (u8,);", "(typealias A type=(tupletype parts=[u8]))", id="tuple-of-one"),
    pytest.param("type A = ();", "(typealias A type=(tupletype))", id="unit"),
    pytest.param("type A = !;", "(typealias A type=!)", id="never"),
    pytest.param("type A = Vec<_>;", "(typealias A type=Vec<_>)", id="infer"),
    pytest.param(
        "type A = [u8; N + 1];", "(typealias A type=(arraytype u8 length=`N + 1`))", id="array"
    ),
    pytest.param(
        "type A = [[u8; 2]; 3];",
        "(typealias A type=(arraytype (arraytype u8 length=2) length=3))",
        id="array-nested",
    ),
    pytest.param("type A = [u8];", "(typealias A type=(slicetype u8))", id="slice"),
    pytest.param("type A = m!(u8);", "(typealias A type=(consttype `m!(u8)`))", id="macro"),
]

REFERENCES = [
    pytest.param("type A = &u8;", "(typealias A type=(reftype u8))", id="plain"),
    pytest.param("type A = &mut u8;", "(typealias A type=(reftype u8 is_mut))", id="mut"),
    pytest.param(
        "type A = &'a mut [u8];",
        "(typealias A type=(reftype (slicetype u8) is_mut lifetime=a))",
        id="lifetime",
    ),
    pytest.param(
        "type A = &'static str;", "(typealias A type=(reftype str lifetime=static))", id="static"
    ),
    pytest.param("type A = *const u8;", "(typealias A type=(ptrtype u8))", id="raw"),
    pytest.param(
        "type A = *mut *const u8;", "(typealias A type=(ptrtype (ptrtype u8) is_mut))", id="raw-mut"
    ),
    pytest.param(
        "type A = &(dyn B + Send);", "(typealias A type=(reftype (dyntype [B Send])))", id="to-dyn"
    ),
]

FUNCTIONS = [
    pytest.param(
        "type A = fn(u8, b: u16) -> u8;",
        "(typealias A type=(fntype [u8 u16] ret=u8))",
        id="pointer",
    ),
    pytest.param(
        'type A = unsafe extern "C" fn(*const u8, ...);',
        "(typealias A type=(fntype [(ptrtype u8)] is_unsafe abi=C))",
        id="unsafe-extern",
    ),
    pytest.param("type A = extern fn();", "(typealias A type=(fntype [] abi=C))", id="extern"),
    pytest.param(
        "type A = for<'a> fn(&'a u8) -> &'a u8;",
        ("(typealias A type=(fntype [(reftype u8 lifetime=a)] ret=(reftype u8 lifetime=a)))"),
        id="higher-ranked",
    ),
    pytest.param(
        "type A = Option<fn(fn() -> u8)>;",
        "(typealias A type=Option<(fntype [(fntype [] ret=u8)])>)",
        id="nested",
    ),
    pytest.param(
        "type A = Box<dyn Fn(u8) -> u8 + Send>;",
        "(typealias A type=Box<(dyntype [(fntype [u8] ret=u8 sugar=Fn) Send])>)",
        id="sugar",
    ),
    pytest.param(
        "type A = dyn for<'a> FnMut(&'a u8);",
        "(typealias A type=(dyntype [(fntype [(reftype u8 lifetime=a)] sugar=FnMut)]))",
        id="sugar-higher-ranked",
    ),
    pytest.param(
        "type A = dyn core::ops::FnOnce();",
        "(typealias A type=(dyntype [(fntype [] sugar=core::ops::FnOnce)]))",
        id="sugar-path",
    ),
]

GENERICS = [
    pytest.param(
        "type A = B<'a, u8, C<D>>;",
        "(typealias A type=B<(lifetimetype a), u8, C<D>>)",
        id="arguments",
    ),
    pytest.param("type A = Vec::<u8>;", "(typealias A type=Vec<u8>)", id="turbofish"),
    pytest.param(
        "type A = B<3, { N }, -1, true, 'c'>;",
        (
            "(typealias A type=B<(consttype 3), (consttype `{ N }`), (consttype -1), "
            "(consttype true), (consttype 'c')>)"
        ),
        id="constants",
    ),
    pytest.param("type A = B<C, Item = u8>;", "(typealias A type=B<C, Item=u8>)", id="binding"),
    pytest.param(
        "type A = B<Item: C + D>;",
        "(typealias A type=B<Item=(impltype [C D])>)",
        id="bound-binding",
    ),
    pytest.param(
        "type A = B<Item<'a> = u8>;", "(typealias A type=B<Item=u8>)", id="generic-binding"
    ),
    pytest.param("type A = B<'_>;", "(typealias A type=B<(lifetimetype _)>)", id="lifetime"),
    pytest.param(
        "type A = <T as b::C<u8>>::D<E>;",
        "(typealias A type=<T as b::C<u8>>::D<E>)",
        id="qualified",
    ),
    pytest.param("type A = <T>::B;", "(typealias A type=<T>::B)", id="qualified-bare"),
    pytest.param(
        "type A = <[T] as B>::C;",
        "(typealias A type=<(slicetype T) as B>::C)",
        id="qualified-slice",
    ),
    pytest.param("type A = T::B::C;", "(typealias A type=T::B::C)", id="associated"),
]

BOUNDS = [
    pytest.param("type A = dyn B;", "(typealias A type=(dyntype [B]))", id="dyn"),
    pytest.param(
        "type A = dyn B + Send + 'static;",
        "(typealias A type=(dyntype [B Send (lifetimetype static)]))",
        id="dyn-several",
    ),
    pytest.param(
        "type A = Box<(dyn B)>;", "(typealias A type=Box<(dyntype [B])>)", id="dyn-parenthesised"
    ),
    pytest.param(
        "type A = Box<dyn 'a + B>;",
        "(typealias A type=Box<(dyntype [B])>)",
        id="dyn-lifetime-first",
    ),
    pytest.param(
        "type A = Box<B + Send>;", "(typealias A type=Box<(dyntype [B Send])>)", id="bare-2015"
    ),
    pytest.param(
        "fn a() -> impl B<C = D> + '_ {}",
        "(function a ret=(impltype [B<C=D> (lifetimetype _)]) body=(block []))",
        id="impl",
    ),
    pytest.param(
        "fn a() -> impl B + use<'a, T> {}",
        "(function a ret=(impltype [B (consttype `use<'a, T>`)]) body=(block []))",
        id="impl-use",
    ),
    pytest.param(
        "fn a(b: impl Fn(u8), c: &mut (impl D + E)) {}",
        (
            "(function a params=[(param b (impltype [(fntype [u8] sugar=Fn)])) (param c "
            "(reftype (impltype [D E]) is_mut))] body=(block []))"
        ),
        id="impl-argument",
    ),
    pytest.param(
        "fn a<T: ?Sized + B>() {}",
        (
            "(function a generics=(generics params=[(genericparam T type bounds=[(consttype "
            "?Sized) B])]) body=(block []))"
        ),
        id="maybe",
    ),
    pytest.param(
        "fn a<T: ~const B, U: const C>() {}",
        (
            "(function a generics=(generics params=[(genericparam T type bounds=[B]) "
            "(genericparam U type bounds=[C])]) body=(block []))"
        ),
        id="const-bounds",
    ),
    pytest.param(
        "fn a<T: (B) + C>() {}",
        (
            "(function a generics=(generics params=[(genericparam T type bounds=[B C])]) "
            "body=(block []))"
        ),
        id="parenthesised",
    ),
]

GENERIC_PARAMETERS = [
    pytest.param(
        "fn a<'b, 'c: 'b, T, U: D + 'b, const N: usize>() {}",
        (
            "(function a generics=(generics params=[(genericparam b lifetime) (genericparam c "
            "lifetime bounds=[(lifetimetype b)]) (genericparam T type) (genericparam U type "
            "bounds=[D (lifetimetype b)]) (genericparam N const bounds=[usize])]) body=(block "
            "[]))"
        ),
        id="kinds",
    ),
    pytest.param(
        "struct A<T = u8, const N: usize = { 1 + 2 }>(T);",
        (
            "(adt A form=tuple generics=(generics params=[(genericparam T type default=u8) "
            "(genericparam N const bounds=[usize] default=(consttype `{ 1 + 2 }`))]) "
            "fields=[(fielddef 0 T)])"
        ),
        id="defaults",
    ),
    pytest.param(
        "fn a() where T: B + C, 'd: 'e, Vec<T>: F, <T as G>::H: I, [T; 3]: J {}",
        (
            "(function a generics=(generics predicates=[[T [B C]] [(lifetimetype d) "
            "[(lifetimetype e)]] [Vec<T> [F]] [<T as G>::H [I]] [(arraytype T length=3) "
            "[J]]]) body=(block []))"
        ),
        id="where",
    ),
    pytest.param(
        "fn a() where for<'b> T: C<'b>, for<'b> &'b T: D, T: for<'b> E<'b> {}",
        (
            "(function a generics=(generics predicates=[[T [C<(lifetimetype b)>]] [(reftype T "
            "lifetime=b) [D]] [T [E<(lifetimetype b)>]]]) body=(block []))"
        ),
        id="where-higher-ranked",
    ),
    pytest.param(
        "fn a() where (): B, (C, D): E {}",
        (
            "(function a generics=(generics predicates=[[(tupletype) [B]] [(tupletype "
            "parts=[C D]) [E]]]) body=(block []))"
        ),
        id="where-unit",
    ),
    pytest.param(
        "fn a<T: B +>() {}",
        (
            "(function a generics=(generics params=[(genericparam T type bounds=[B])]) "
            "body=(block []))"
        ),
        id="trailing-plus",
    ),
]


@pytest.mark.parametrize(("text", "expected"), PLAIN)
def test_plain(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), REFERENCES)
def test_references(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), FUNCTIONS)
def test_functions(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), GENERICS)
def test_generics(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), BOUNDS)
def test_bounds(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), GENERIC_PARAMETERS)
def test_generic_parameters(check_items, text, expected):
    check_items(text, expected)
