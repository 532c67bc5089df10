"""What declarations say of types, where they speak of themselves too."""

import re

import pytest

from soundcheck.catalog.targets import NO_THEORY
from soundcheck.crates.defmap import build_def_map
from soundcheck.crates.formulas import Logic
from soundcheck.crates.modules import build_module_trees
from soundcheck.source import SourceFile
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file
from soundcheck.types.declared import Declarations
from soundcheck.types.methods import Methods
from soundcheck.types.show import show_type
from soundcheck.types.ty import Projection, Ty

FILE = "src/lib.rs"


def methods_of(source: str) -> Methods:
    text = source.encode()
    trees = {FILE: lower(read_file(SourceFile(FILE, text)))}
    forest = build_module_trees(trees)
    names = build_def_map(forest, trees, {FILE: text}, (), {}, Logic(), NO_THEORY)
    return Methods(Declarations(names))


def shown(methods: Methods, ty: Ty | None) -> str:
    if isinstance(ty, Projection):
        trait = "_" if ty.trait is None else ty.trait.path
        return f"<{shown(methods, ty.base)} as {trait}>::{ty.name}"
    return "none" if ty is None else re.sub(r"\blib::", "", show_type(ty, methods.defs))


def returned(methods: Methods, name: str) -> str:
    own = next(one for one in methods.defs if one.name == name)
    return re.sub(r"\blib::", "", shown(methods, methods.declared.signature_of(own).ret))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("fn f() -> S { S } struct S;", "S", id="a-struct"),
        pytest.param("fn f() -> S<u8> {} struct S<T, U = T>(T, U);", "S<u8, T>", id="a-default"),
        pytest.param("fn f() -> S { S } struct S<T = S>(T);", "S<S<_>>", id="a-default-of-itself"),
        pytest.param(
            "fn f() -> R {} struct R<T = S, U = S>(T, U); struct S<T = R, U = R>(T, U);",
            "R<S<R<_, _>, R<_, _>>, S<R<_, _>, R<_, _>>>",
            id="defaults-of-each-other",
        ),
        pytest.param(
            "trait A { type T; fn f(&self) -> Self::T; }", "<Self as A>::T", id="its-own-type"
        ),
        pytest.param(
            "trait A: B { fn f(&self) -> Self::T; } trait B { type T; }",
            "<Self as B>::T",
            id="the-type-of-a-supertrait",
        ),
        pytest.param(
            "trait A: Into<Self::T> { type T; fn f(&self) -> Self::T; }",
            "<Self as A>::T",
            id="an-argument-of-a-supertrait",
        ),
        pytest.param(
            "trait A: B<Self::T> { fn f(&self) -> Self::T; } trait B<X> { type T; }",
            "<Self as B>::T",
            id="an-argument-of-the-supertrait-that-has-it",
        ),
        pytest.param(
            "trait A<X: Into<Self::T>>: B { fn f(&self) -> Self::T; } trait B { type T; }",
            "<Self as B>::T",
            id="a-bound-of-a-parameter",
        ),
        pytest.param(
            "trait A: B { fn f(&self) -> Self::T; } trait B: A { type T; }",
            "<Self as B>::T",
            id="supertraits-of-each-other",
        ),
        pytest.param("fn f<X: A>() -> X::T {} trait A { type T; }", "<X as A>::T", id="a-bound"),
        pytest.param("fn f() -> L { } type L = L;", "_", id="an-alias-of-itself"),
    ],
)
def test_returned_types(source: str, expected: str) -> None:
    assert returned(methods_of(source), "f") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("trait A {}", ["A"], id="none"),
        pytest.param("trait A: B + C {} trait B {} trait C {}", ["A", "B", "C"], id="two"),
        pytest.param("trait A: B {} trait B: C {} trait C {}", ["A", "B", "C"], id="one-above"),
        pytest.param("trait A: B {} trait B: A {}", ["A", "B"], id="in-a-circle"),
        pytest.param("trait A: B + ?Sized + 'static {} trait B {}", ["A", "B"], id="no-traits"),
        pytest.param(
            "trait A: B<u8> {} trait B<X>: C<X> {} trait C<Y> {}",
            ["A", "B<u8>", "C<u8>"],
            id="arguments-go-up",
        ),
        pytest.param(
            "trait A: B<Self::T> { type T; } trait B<X> {}",
            ["A", "B<<Self as A>::T>"],
            id="an-argument-of-its-own",
        ),
    ],
)
def test_supertraits(source: str, expected: list[str]) -> None:
    methods = methods_of(source)
    trait = next(one for one in methods.defs if one.name == "A")
    (own,) = methods.declared.context_of(trait).bounds["Self"]
    found = []
    for one in methods.declared.supertraits(own):
        args = ", ".join(shown(methods, arg) for arg in one.args)
        found.append(one.path.removeprefix("lib::") + (f"<{args}>" if args else ""))

    assert [one.replace("lib::", "") for one in found] == expected


def test_a_long_chain_stays_as_small_as_it_is_written() -> None:
    # Each link names the one before twice: as what it holds, and in what it asks of the other.
    source = """
    pub trait Iter { type Item; fn chain<U: IntoIter<Item = Self::Item>>(self, other: U)
        -> Chain<Self, U::Into>; }
    pub trait IntoIter { type Item; type Into; }
    pub struct Chain<A, B>(A, B);
    """
    methods = methods_of(source)
    chain = next(one for one in methods.defs if one.name == "chain")
    ret = methods.declared.signature_of(chain).ret

    (_, other) = ret.args
    assert isinstance(other, Projection)
    assert other.trait is not None
    assert other.trait.bindings == ()
