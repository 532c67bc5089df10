"""What generic types have of their parameters, lend of them, and are made of."""

from functools import cache

import pytest

from soundcheck.calls.linking import read_links
from soundcheck.commands.policy import open_profiles, open_theory
from soundcheck.crates.stubs import is_stub
from soundcheck.input import Input
from soundcheck.model import build_model
from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse
from soundcheck.types.auto_traits import SEND, SYNC, AutoTraits
from soundcheck.types.construction import is_filled, is_made_freely, is_made_safely
from soundcheck.types.lending import accesses, derefs_to, fields_of, roles

SOURCE = """
extern crate alloc;
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

pub struct Plain<T>(T);
pub struct Deep<T> { items: Vec<Option<UnsafeCell<T>>> }
pub struct Kept<T> { item: ManuallyDrop<T>, raw: MaybeUninit<T> }
pub struct Borrowed<'a, T>(&'a mut [T]);
pub struct Pointing<T> { at: *mut T, also: NonNull<T> }
pub struct Linked<T> { root: *mut Plain<T> }
pub struct Named<T> { marker: PhantomData<T>, call: fn(T) -> u8 }
pub struct Nested<T> { inner: Named<T> }
pub struct Both<T> { marker: PhantomData<T>, item: T }
pub struct Nothing<T> { len: usize, of: PhantomData<fn() -> T> }
pub struct Elsewhere<T>(unheard_of::Holder<T>);
pub enum Choice<T> { None, One(T) }

pub struct Lock<T> { data: UnsafeCell<T> }
pub struct Guard<'a, T> { lock: &'a Lock<T> }
pub struct View<'a, T> { lock: &'a Lock<T> }
pub struct Token;
impl<T> Deref for Guard<'_, T> { type Target = T; fn deref(&self) -> &T { todo!() } }
impl<T> DerefMut for Guard<'_, T> { fn deref_mut(&mut self) -> &mut T { todo!() } }
impl<T> Deref for View<'_, T> { type Target = T; fn deref(&self) -> &Self::Target { todo!() } }

impl<T> Lock<T> {
    pub const fn new(data: T) -> Self { todo!() }
    pub fn a_guard(&self) -> Guard<'_, T> { todo!() }
    pub fn a_view(&self) -> View<'_, T> { todo!() }
    pub fn b_shared(&self) -> &T { todo!() }
    pub fn b_maybe(&self) -> Option<&T> { todo!() }
    pub fn b_slice(&self) -> &[T] { todo!() }
    pub fn b_unique(&self) -> &mut T { todo!() }
    pub fn b_token(&self, token: &Token) -> &T { todo!() }
    pub fn c_out(&self) -> T { todo!() }
    pub fn c_copy(&self) -> T where T: Copy { todo!() }
    pub fn c_in(&self, value: T) { todo!() }
    pub fn c_back(&self, value: T) -> Result<(), T> { todo!() }
    pub fn d_closure<R>(&self, f: impl FnOnce(&T) -> R) -> R { todo!() }
    pub fn d_generic<F: FnOnce(&mut T) -> R, R>(&self, f: F) -> R { todo!() }
    pub fn e_pointer(&self) -> *mut T { todo!() }
    pub fn e_self(&self) -> &Lock<T> { todo!() }
    pub fn e_named(&self) -> PhantomData<T> { todo!() }
    pub fn e_compare(&self, other: &T) -> bool { todo!() }
    pub unsafe fn e_unsafe(&self) -> &mut T { todo!() }
    pub fn f_exclusive(&mut self) -> &mut T { todo!() }
    pub fn f_consume(self) -> T { todo!() }
}
impl Lock<u8> { pub fn g_special(&self) -> &u8 { todo!() } }

pub struct Open<T>(pub T);
pub struct Closed<T>(T);
pub struct Careful<T>(T);
impl<T> Careful<T> { pub unsafe fn new(value: T) -> Self { todo!() } }
pub struct Bounded<T>(T);
impl<T: Send> Bounded<T> { pub fn new(value: T) -> Option<Self> { todo!() } }
pub struct Spawned<T>(T);
pub fn spawn<T: Send>(value: T) -> Spawned<T> { todo!() }
pub struct Wrapped<T>(T);
impl<T> Wrapped<T> { pub fn new(value: T) -> Arc<Self> { todo!() } }
pub struct Constant<T>(T);
impl<T> Constant<T> { pub const NEW: Self = todo!(); }
pub struct Lazy<T> { init: fn() -> T, value: UnsafeCell<Option<T>> }
impl<T> Lazy<T> { pub const fn new(init: fn() -> T) -> Self { todo!() } }
pub struct Filled<T> { value: UnsafeCell<Option<T>> }
impl<T> Filled<T> {
    pub fn new() -> Self { todo!() }
    pub fn put(&mut self, value: Box<T>) { todo!() }
    pub fn map<U>(self) -> Filled<U> { todo!() }
}
"""

ROLES = [
    ("Plain", "owned"),
    ("Deep", "owned"),
    ("Kept", "owned"),
    ("Borrowed", "owned"),
    ("Pointing", "pointed"),
    ("Linked", "pointed"),
    ("Named", "named"),
    ("Nested", "named"),
    ("Both", "named owned"),
    ("Nothing", "named"),
    ("Elsewhere", "pointed"),
    ("Choice", "owned"),
    ("Lock", "owned"),
    ("Guard", "owned"),
]

WAYS = [
    ("a_guard", "unique"),
    ("a_view", "guard"),
    ("b_shared", "shared"),
    ("b_maybe", "shared, may refuse"),
    ("b_slice", "shared"),
    ("b_unique", "unique"),
    ("b_token", "guard"),
    ("c_out", "value"),
    ("c_copy", "copy"),
    ("c_in", "takes"),
    ("c_back", "takes, may refuse"),
    ("d_closure", "guard"),
    ("d_generic", "unique"),
    ("e_pointer", ""),
    ("e_self", ""),
    ("e_named", ""),
    ("e_compare", ""),
    ("e_unsafe", ""),
    ("f_exclusive", "unique"),
    ("f_consume", "value"),
    ("g_special", ""),
]

# Whether safe code makes one at all, of what is not `Send`, and of a value that it has.
MADE = [
    ("Open", True, True, True),
    ("Closed", False, False, False),
    ("Careful", False, False, False),
    ("Bounded", True, False, True),
    ("Spawned", True, False, True),
    ("Wrapped", True, True, True),
    ("Constant", True, True, False),
    ("Lazy", True, True, False),
    ("Filled", True, True, True),
]


def _parse(files, queries):
    return {file.path: parse(file, queries) for file in files}


def _link(world, facts, files):
    del facts
    return [read_links(world, targets) for path, targets in files if not is_stub(path)]


@cache
def _autos():
    manifest = b'[package]\nname = "k"\nedition = "2024"\n[dependencies]\nunheard_of = "1"\n'
    source = Input(
        (SourceFile("src/lib.rs", SOURCE.encode()),), (SourceFile("Cargo.toml", manifest),)
    )
    return AutoTraits(
        build_model(source, open_profiles(), open_theory(), _parse, _link).world.methods
    )


def _named(name):
    (found,) = (one for one in _autos().methods.defs if one.path == f"k::{name}")
    return found


@pytest.mark.parametrize(("name", "expected"), [pytest.param(*row, id=row[0]) for row in ROLES])
def test_fields_tell_what_a_type_has_of_its_parameter(name, expected):
    methods = _autos().methods
    found = {
        role.value
        for _, field in fields_of(methods, _named(name))
        for role in roles(methods, field, "T")
    }
    assert " ".join(sorted(found)) == expected


@pytest.mark.parametrize(("name", "expected"), [pytest.param(*row, id=row[0]) for row in WAYS])
def test_signatures_tell_what_a_method_lends(name, expected):
    found = [
        f"{one.way.value}{'' if one.is_sure else ', may refuse'}"
        for one in accesses(_autos().methods, _named("Lock"), 0, "any")
        if one.method.name == name
    ]
    assert "; ".join(found) == expected


@pytest.mark.parametrize(
    ("name", "safely", "freely", "filled"), [pytest.param(*row, id=row[0]) for row in MADE]
)
def test_constructors_tell_what_a_type_is_made_of(name, safely, freely, filled):
    autos, owner = _autos(), _named(name)
    assert is_made_safely(autos.methods, owner) is safely
    assert is_made_freely(autos.methods, autos, owner, 0, (SEND,)) is freely
    assert is_filled(autos.methods, owner, 0) is filled


def test_a_bound_of_either_kind_is_enough_where_either_would_do():
    autos, owner = _autos(), _named("Bounded")
    assert not is_made_freely(autos.methods, autos, owner, 0, (SEND, SYNC))
    assert is_made_freely(autos.methods, autos, owner, 0, (SYNC,))


@pytest.mark.parametrize(("name", "expected"), [("Guard", "T"), ("View", "T"), ("Lock", "")])
def test_a_guard_dereferences_to_its_parameter(name, expected):
    assert derefs_to(_autos().methods, _named(name)) == expected
