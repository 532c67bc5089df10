"""Types put together: what a pattern's parameters stand for, and what that makes of others."""

import pytest

from soundcheck.types.ty import (
    BOOL,
    FLOAT,
    INTEGER,
    NEVER,
    STR,
    UNIT,
    UNKNOWN,
    USIZE,
    Adt,
    ArrayOf,
    ClosureOf,
    Dyn,
    FnItem,
    FnPtr,
    Foreign,
    Opaque,
    Param,
    Pointer,
    Prim,
    Projection,
    Reference,
    Slice,
    TraitRef,
    TupleOf,
    is_nameless,
    somewhere_in,
    substitute,
    unify,
)

T, U = Param("T"), Param("U")
U8, I32, F64 = Prim("u8"), Prim("i32"), Prim("f64")
VEC_T, VEC_U8 = Adt(1, (T,)), Adt(1, (U8,))
CLONE, FROM = TraitRef(7, "core::clone::Clone"), TraitRef(8, "core::convert::From", (T,))
CLOSURE = ClosureOf("src/lib.rs", 4, (U8,), BOOL)


@pytest.mark.parametrize(
    ("pattern", "ty", "found"),
    [
        pytest.param(T, U8, {"T": U8}, id="a parameter"),
        pytest.param(VEC_T, VEC_U8, {"T": U8}, id="inside an argument"),
        pytest.param(Adt(1, (VEC_T,)), Adt(1, (VEC_U8,)), {"T": U8}, id="two deep"),
        pytest.param(TupleOf((T, U)), TupleOf((U8, STR)), {"T": U8, "U": STR}, id="two parameters"),
        pytest.param(TupleOf((T, T)), TupleOf((U8, STR)), {"T": U8}, id="the first one tells"),
        pytest.param(TupleOf((T, T)), TupleOf((UNKNOWN, U8)), {"T": U8}, id="unless it is unknown"),
        pytest.param(Reference(T), Reference(U8), {"T": U8}, id="behind a reference"),
        pytest.param(Reference(T), Reference(U8, is_mut=True), {"T": U8}, id="weaker reference"),
        pytest.param(Pointer(T), Pointer(U8), {"T": U8}, id="behind a pointer"),
        pytest.param(Slice(T), Slice(U8), {"T": U8}, id="slice"),
        pytest.param(Slice(T), ArrayOf(U8), {"T": U8}, id="an array serves as a slice"),
        pytest.param(FnPtr((T,), U), FnPtr((U8,), BOOL), {"T": U8, "U": BOOL}, id="fn pointer"),
        pytest.param(FnPtr((T,), U), CLOSURE, {"T": U8, "U": BOOL}, id="closure"),
        pytest.param(FnPtr((T,), U), FnItem(3), {}, id="a function's name tells nothing"),
        pytest.param(Foreign("x::Y", (T,)), Foreign("x::Y", (U8,)), {"T": U8}, id="foreign"),
        pytest.param(U8, UNKNOWN, {}, id="unknown is no contradiction"),
        pytest.param(UNKNOWN, U8, {}, id="an unknown pattern neither"),
        pytest.param(U8, NEVER, {}, id="never fits"),
        pytest.param(U8, Param("Z"), {}, id="a parameter of somebody else"),
        pytest.param(U8, Opaque((CLONE,)), {}, id="impl Trait may be it"),
        pytest.param(U8, Projection(T, CLONE, "Out"), {}, id="a projection may be it"),
        pytest.param(VEC_U8, somewhere_in("getopts::Options"), {}, id="nameless may be it"),
        pytest.param(USIZE, INTEGER, {}, id="an integer literal fits an integer"),
        pytest.param(INTEGER, U8, {}, id="either way"),
        pytest.param(F64, FLOAT, {}, id="a float literal fits a float"),
        pytest.param(Dyn((CLONE,)), Dyn((CLONE,)), {}, id="the same trait object"),
        pytest.param(UNIT, TupleOf(()), {}, id="unit"),
    ],
)
def test_unify_finds(pattern, ty, found):
    known = {}
    assert unify(pattern, ty, known)
    assert known == found


@pytest.mark.parametrize(
    ("pattern", "ty"),
    [
        pytest.param(U8, I32, id="two integers"),
        pytest.param(F64, INTEGER, id="an integer literal is no float"),
        pytest.param(BOOL, INTEGER, id="nor a bool"),
        pytest.param(USIZE, FLOAT, id="a float literal is no integer"),
        pytest.param(Adt(1, (U8,)), Adt(2, (U8,)), id="two structs"),
        pytest.param(Adt(1, (U8,)), Adt(1, (I32,)), id="two arguments"),
        pytest.param(VEC_T, U8, id="a struct and a primitive"),
        pytest.param(Reference(T, is_mut=True), Reference(U8), id="a stronger reference"),
        pytest.param(Pointer(T, is_mut=True), Pointer(U8), id="a stronger pointer"),
        pytest.param(Reference(T), Pointer(U8), id="reference and pointer"),
        pytest.param(ArrayOf(T), Slice(U8), id="a slice is no array"),
        pytest.param(TupleOf((T,)), TupleOf((U8, U8)), id="lengths"),
        pytest.param(Foreign("x::Y"), Foreign("x::Z"), id="two foreign types"),
        pytest.param(Foreign("x::Y"), Adt(1), id="foreign and ours"),
        pytest.param(Dyn((CLONE,)), Dyn((FROM,)), id="two trait objects"),
        pytest.param(UNIT, U8, id="unit and another"),
    ],
)
def test_unify_refuses(pattern, ty):
    assert not unify(pattern, ty, {})


@pytest.mark.parametrize(
    ("ty", "expected"),
    [
        pytest.param(T, U8, id="a parameter"),
        pytest.param(U, U, id="one not known"),
        pytest.param(VEC_T, VEC_U8, id="an argument"),
        pytest.param(Foreign("x::Y", (T,)), Foreign("x::Y", (U8,)), id="foreign"),
        pytest.param(Reference(T, is_mut=True), Reference(U8, is_mut=True), id="reference"),
        pytest.param(Pointer(T), Pointer(U8), id="pointer"),
        pytest.param(ArrayOf(Slice(T)), ArrayOf(Slice(U8)), id="array of slices"),
        pytest.param(TupleOf((T, U)), TupleOf((U8, U)), id="tuple"),
        pytest.param(FnPtr((T,), T), FnPtr((U8,), U8), id="fn pointer"),
        pytest.param(FnItem(3, (("R", T),)), FnItem(3, (("R", U8),)), id="fn item"),
        pytest.param(
            Dyn((FROM,)), Dyn((TraitRef(8, "core::convert::From", (U8,)),)), id="trait object"
        ),
        pytest.param(
            Opaque((TraitRef(9, "x::Iterator", (), (("Item", T),)),), 5),
            Opaque((TraitRef(9, "x::Iterator", (), (("Item", U8),)),), 5),
            id="binding of impl Trait",
        ),
        pytest.param(
            Projection(T, None, "Item"), Projection(U8, None, "Item"), id="base of a projection"
        ),
        pytest.param(CLOSURE, CLOSURE, id="a closure's types are its own"),
        pytest.param(U8, U8, id="a primitive"),
        pytest.param(UNKNOWN, UNKNOWN, id="unknown"),
        pytest.param(NEVER, NEVER, id="never"),
    ],
)
def test_substitute(ty, expected):
    assert substitute(ty, {"T": U8}) == expected


def test_a_substitution_that_feeds_itself_ends():
    ty = T
    for _ in range(100):
        ty = Adt(1, (ty,))
    assert isinstance(substitute(ty, {"T": VEC_T}), Adt)
    assert unify(ty, ty, {})


def test_a_nameless_type_says_of_which_crate_it_is():
    ty = somewhere_in("getopts::Options::new")
    assert ty == Foreign("getopts::_")
    assert is_nameless(ty)
    assert not is_nameless(Foreign("getopts::Options"))
    assert not is_nameless(U8)
