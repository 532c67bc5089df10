"""What is declared of core, alloc, std and well-known crates is Rust that holds together."""

import itertools
from collections import Counter, defaultdict
from functools import cache
from types import SimpleNamespace

import msgspec
import pytest

from soundcheck.catalog import Profile, load_catalog, read_profile
from soundcheck.catalog.targets import NO_THEORY
from soundcheck.crates.definitions import MACROS, TYPES, VALUES, External
from soundcheck.crates.defmap import build_def_map
from soundcheck.crates.formulas import Logic
from soundcheck.crates.modules import build_module_trees
from soundcheck.crates.stubs import read_stubs, stub_files, stub_packages
from soundcheck.resources import read_profiles
from soundcheck.syntax import items as it
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import parse_bytes, read_file


@cache
def profiles():
    texts = {path: text for path, text in read_profiles().items() if "/core" in path}
    found = [read_profile(path, text) for path, text in sorted(texts.items())]
    assert all(isinstance(one, Profile) for one in found), found
    return texts, found


def facts():
    return [fact for profile in profiles()[1] for fact in profile.facts.get("stub", ())]


STUBS = read_stubs(facts())
FILES = {file.path: file for file in stub_files(STUBS)}


@cache
def trees():
    return {path: lower(read_file(file)) for path, file in FILES.items()}


def prelude_of(crate, module):
    """The names that a module of a crate's ``prelude`` brings, and what they stand for."""
    (prelude,) = (i for i in trees()[f"<{crate}>/lib.rs"].items if i.name == "prelude")
    uses = {}
    for part in prelude.items:
        uses[part.name] = [leaf for use in part.items for leaf in use.imports]
    found = {}
    for leaf in uses[module]:
        if leaf.alias == "*":
            inside = leaf.names[-1]
            found |= prelude_of("core" if leaf.names[0] == "core" else crate, inside)
        else:
            first = crate if leaf.names[0] == "crate" else leaf.names[0]
            found[leaf.alias] = "::".join((first, *leaf.names[1:]))
    return found


@cache
def prelude():
    """What every stub sees: the names of core's prelude, and of what the language has beside."""
    macros = [m.name for m in trees()["<core>/lib.rs"].items if isinstance(m, it.MacroDef)]
    found = prelude_of("core", "rust_2024") | {f"{name}!": f"core::{name}" for name in macros}
    alloc = ("borrow::ToOwned", "boxed::Box", "string::String", "string::ToString", "vec::Vec")
    return found | {path.rpartition(":")[2]: f"alloc::{path}" for path in alloc}


@cache
def world():
    packages = stub_packages(STUBS)
    forest = build_module_trees(trees(), packages)
    texts = {path: file.data for path, file in FILES.items()}
    defmap = build_def_map(forest, trees(), texts, packages, prelude(), Logic(), NO_THEORY)
    by_path = defaultdict(list)
    for one in defmap.defs:
        by_path[one.path.partition("#")[0].removesuffix("!")].append(one)
    return SimpleNamespace(defmap=defmap, by_path=by_path)


def functions(path):
    return [one for one in world().by_path[path] if isinstance(one.item, it.Function)]


def nodes(root):
    """All values inside of a value, and itself."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(node)
        elif isinstance(node, msgspec.Struct):
            yield node
            stack.extend(getattr(node, field) for field in node.__struct_fields__)


def test_the_profiles_load() -> None:
    texts, found = profiles()

    catalog = load_catalog({}, texts, {})

    assert list(catalog.profiles) == sorted(one.name for one in found)
    assert all(profile.is_always for profile in catalog.profiles.values())


def test_a_crate_is_declared_in_one_place() -> None:
    assert [name for name, count in Counter(f["crate"] for f in facts()).items() if count > 1] == []


@pytest.mark.parametrize("path", sorted(FILES))
def test_every_stub_is_read_whole_and_without_repair(path: str) -> None:
    assert not parse_bytes(FILES[path].data).root_node.has_error
    assert trees()[path].gaps == ()


def test_the_names_of_the_prelude_are_declared() -> None:
    assert {path for path in prelude().values() if path not in world().by_path} == set()
    assert set(prelude_of("core", "rust_2024")) <= set(prelude_of("std", "rust_2024"))


def test_re_exports_and_impls_lead_somewhere() -> None:
    assert [(gap.kind, gap.what) for gap in world().defmap.gaps] == []


def spaces(item):
    """The namespaces that an item's name is in."""
    if isinstance(item, it.MacroDef):
        return "m"
    if isinstance(item, it.Function | it.Static):
        return "v"
    return "tv" if isinstance(item, it.Adt) and item.form == "tuple" else "t"


def test_a_name_is_declared_once() -> None:
    """Once in its module, in its trait, and among the inherent items of its type."""
    declared = Counter()
    for path in FILES:
        stack = [(path, item) for item in trees()[path].items]
        while stack:
            where, item = stack.pop()
            if isinstance(item, it.Impl) and item.trait is None:
                stack += ((f"{where} impl {show(item.self_type)}", one) for one in item.items)
                continue
            if not item.name or isinstance(item, it.Impl | it.MacroItem):
                continue
            declared.update((where, item.name, space) for space in spaces(item))
            if isinstance(item, it.Module | it.Trait):
                stack += ((f"{where}::{item.name}", one) for one in item.items)

    assert [name for name, count in declared.items() if count > 1] == []


def show(ty):
    """A type's shape, without where it stands."""
    return msgspec.json.encode(ty).decode()


def unresolved(one):
    """The paths of a declaration and its body that mean nothing among the stubs."""
    defmap = world().defmap
    around = [one.item]
    head = (getattr(one.item, "generics", ()), getattr(one.item, "supertraits", ()))
    if one.owner >= 0:
        around.append(defmap.defs[one.owner].item)
    if one.impl >= 0:
        around.append(defmap.impls.all[one.impl].item)
    generics = [item.generics for item in around if hasattr(item, "generics")]
    own = {"Self", "self", *(param.name for g in generics for param in g.params)}
    inside = [*nodes(head if isinstance(one.item, it.Trait) else one.item)]
    own |= {node.name for node in inside if isinstance(node, it.BindPat)}
    for node in inside:
        match node:
            case it.PathType() | it.StructLit():
                path, space = node.path, TYPES
            case it.FnType(sugar=it.Path() as path):
                space = TYPES
            case it.PathExpr() | it.TupleStructPat():
                path, space = node.path, VALUES
            case it.MacroCall():
                path, space = node.path, MACROS
            case _:
                continue
        if path.qself is None and path.segments and path.names[0] not in own:
            found = defmap.resolve(one.scope, path, space)
            outside = [c.target for c in found.candidates if isinstance(c.target, External)]
            if not found.candidates or any(t.path not in world().by_path for t in outside):
                yield "::".join(path.names)


def test_every_path_leads_to_a_declaration() -> None:
    defs = (one for one in world().defmap.defs if one.kind not in ("module", "variant", "macro"))
    by_hand = (one for one in defs if not isinstance(one.container, it.MacroItem))

    assert {one.path: bad for one in by_hand if (bad := sorted(unresolved(one)))} == {}


def test_bodies_use_what_is_there() -> None:
    """Methods are declared somewhere, and ``self`` has the fields that are asked of it."""
    defmap = world().defmap
    methods = {one.name for one in defmap.defs if one.kind == "function"}
    wrong = []
    for one in defmap.defs:
        if not isinstance(one.item, it.Function) or one.item.body is None:
            continue
        fields = None
        if one.impl >= 0 and isinstance(defmap.impls.all[one.impl].item.self_type, it.PathType):
            path = defmap.impls.all[one.impl].item.self_type.path
            for target in defmap.resolve(one.scope, path, TYPES).defs:
                fields = {field.name for field in getattr(target.item, "fields", ())}
        for node in nodes(one.item.body):
            match node:
                case it.MethodCall(name=name) if name not in methods:
                    wrong.append((one.path, name))
                case it.Field(base=it.PathExpr(path=path), name=name):
                    if path.names == ("self",) and fields and name not in fields:
                        wrong.append((one.path, f"self.{name}"))

    assert wrong == []


SAFE = """
core::mem::forget core::mem::take core::mem::replace core::mem::swap core::ptr::null
core::ptr::from_ref core::ptr::with_exposed_provenance_mut core::ptr::slice_from_raw_parts
core::ptr::T::is_null core::ptr::T::cast core::ptr::T::wrapping_add core::ptr::NonNull::new
core::ptr::NonNull::dangling core::ptr::NonNull::as_ptr core::mem::MaybeUninit::uninit
core::mem::MaybeUninit::write core::mem::ManuallyDrop::new core::cell::UnsafeCell::get
core::slice::from_ref core::str::from_utf8 core::char::from_u32 core::pin::Pin::new
core::hint::spin_loop core::alloc::Layout::from_size_align core::num::NonZero::new
alloc::boxed::Box::into_raw alloc::boxed::Box::leak alloc::sync::Arc::into_raw
alloc::vec::Vec::as_ptr spin::mutex::Mutex::lock lock_api::Mutex::lock lock_api::Mutex::data_ptr
critical_section::with hermit_sync::without_interrupts interrupts::disable
x86_64::instructions::interrupts::enable x86_64::instructions::interrupts::disable
x86_64::instructions::tlb::flush x86_64::registers::control::Cr3::read
x86_64::registers::model_specific::FsBase::write cortex_m::interrupt::disable riscv::asm::wfi
riscv::interrupt::supervisor::disable cortex_m::peripheral::NVIC::mask
core::ffi::CStr::from_bytes_until_nul core::task::Waker::noop
"""
UNSAFE = """
core::mem::transmute core::mem::transmute_copy core::mem::zeroed core::mem::uninitialized
core::mem::MaybeUninit::assume_init core::mem::MaybeUninit::assume_init_ref
core::mem::MaybeUninit::assume_init_drop core::mem::ManuallyDrop::take
core::mem::ManuallyDrop::drop core::ptr::read core::ptr::write core::ptr::read_volatile
core::ptr::write_volatile core::ptr::read_unaligned core::ptr::copy core::ptr::copy_nonoverlapping
core::ptr::write_bytes core::ptr::drop_in_place core::ptr::swap core::ptr::replace
core::ptr::T::read core::ptr::T::write core::ptr::T::add core::ptr::T::offset
core::ptr::T::offset_from core::ptr::T::as_ref core::ptr::T::as_mut core::ptr::T::byte_add
core::ptr::NonNull::new_unchecked core::ptr::NonNull::as_ref core::ptr::NonNull::as_mut
core::slice::from_raw_parts core::slice::from_raw_parts_mut core::slice::[T]::get_unchecked
core::slice::[T]::get_unchecked_mut core::slice::[T]::align_to core::str::from_utf8_unchecked
core::char::from_u32_unchecked core::hint::unreachable_unchecked core::hint::assert_unchecked
core::option::Option::unwrap_unchecked core::pin::Pin::new_unchecked
core::pin::Pin::get_unchecked_mut core::alloc::Layout::from_size_align_unchecked
core::alloc::GlobalAlloc::alloc core::alloc::GlobalAlloc::dealloc
core::alloc::Allocator::deallocate core::num::NonZero::new_unchecked core::ffi::CStr::from_ptr
core::task::Waker::from_raw core::sync::atomic::Atomic::from_ptr core::intrinsics::unreachable
alloc::alloc::alloc alloc::alloc::dealloc alloc::boxed::Box::from_raw alloc::rc::Rc::from_raw
alloc::sync::Arc::from_raw alloc::sync::Arc::decrement_strong_count alloc::vec::Vec::set_len
alloc::vec::Vec::from_raw_parts alloc::string::String::from_utf8_unchecked
alloc::string::String::as_mut_vec lock_api::RawMutex::unlock lock_api::Mutex::force_unlock
lock_api::Mutex::raw spin::mutex::Mutex::force_unlock spin::once::Once::get_unchecked
critical_section::acquire critical_section::CriticalSection::new x86::io::outb x86::msr::wrmsr
x86::irq::enable x86_64::instructions::port::PortGeneric::read
x86_64::registers::control::Cr3::write x86_64::registers::model_specific::Msr::write
x86_64::instructions::tables::lidt
x86_64::structures::idt::EntryOptions::set_stack_index
x86_64::structures::paging::mapper::Mapper::map_to cortex_m::interrupt::enable
cortex_m::peripheral::NVIC::unmask riscv::interrupt::supervisor::enable
riscv::register::sstatus::set_sie volatile::VolatileRef::new volatile::VolatilePtr::map
"""


def canonical(path):
    """A path with its re-export followed, if it is one."""
    if functions(path):
        return path
    found = world().defmap.resolve(world().by_path["core"][0].index, path.split("::"), VALUES)
    return found.defs[0].path if found.defs else path


@pytest.mark.parametrize(
    ("path", "is_unsafe"),
    [
        *((path, False) for path in SAFE.split()),
        *((path, True) for path in UNSAFE.split()),
    ],
)
def test_what_is_unsafe_is_declared_so(path: str, is_unsafe: bool) -> None:
    assert {one.item.is_unsafe for one in functions(canonical(path))} == {is_unsafe}


@pytest.mark.parametrize(
    ("path", "calls"),
    [
        pytest.param("core::option::Option::map", "f Some", id="closure"),
        pytest.param("core::option::Option::unwrap", "panicking::unwrap_none_failed", id="panic"),
        pytest.param("core::cell::RefCell::borrow_mut", ".try_borrow_mut", id="borrow"),
        pytest.param("core::iter::Iterator::map", ".next f", id="adapter"),
        pytest.param("core::iter::Iterator::for_each", ".next f", id="consumer"),
        pytest.param("core::iter::Iterator::collect", "B::from_iter", id="collect"),
        pytest.param("core::convert::T::into", "U::from", id="into"),
        pytest.param("core::fmt::Write::write_fmt", ".write_str", id="write"),
        pytest.param("core::panicking::panic_fmt", "rust_begin_unwind", id="panic-handler"),
        pytest.param("core::task::Waker::wake", ".wake", id="wake"),
        pytest.param("core::future::PollFn::poll", ".get_mut", id="poll"),
        pytest.param("alloc::alloc::alloc", ".alloc", id="global-allocator"),
        pytest.param("alloc::boxed::Box::new_in", ".grow", id="box"),
        pytest.param("alloc::vec::Vec::push", ".grow ptr::write", id="push"),
        pytest.param("alloc::raw_vec::RawVec::grow", ".allocate .deallocate", id="memory"),
        pytest.param("alloc::raw_vec::RawVec::drop", ".free", id="free"),
        pytest.param("alloc::collections::btree_map::BTreeMap::insert", ".cmp .grow", id="ordered"),
        pytest.param("hashbrown::hash_map::HashMap::find", ".hash_one .equivalent", id="hashed"),
        pytest.param("alloc::string::T::to_string", "crate::fmt::format", id="to-string"),
        pytest.param("std::thread::spawn", "f", id="spawn"),
        pytest.param("lock_api::Mutex::lock", ".lock", id="lock"),
        pytest.param("lock_api::MutexGuard::drop", ".unlock", id="unlock"),
        pytest.param(
            "interrupt_mutex::RawInterruptMutex::lock", "interrupts::disable .lock", id="mask"
        ),
        pytest.param("interrupts::Guard::drop", "restore", id="unmask"),
        pytest.param("spin::once::Once::call_once", ".put f", id="once"),
        pytest.param("generic_once_cell::OnceCell::get_or_init", ".lock .put f", id="locked-once"),
        pytest.param("critical_section::with", "acquire f release", id="critical-section"),
        pytest.param("cortex_m::interrupt::free", "disable f enable", id="free-of-interrupts"),
        pytest.param(
            "x86_64::instructions::interrupts::without_interrupts", "disable f enable", id="without"
        ),
        pytest.param("log::__private_api::log", ".log", id="log"),
        pytest.param("smoltcp::iface::Interface::poll", ".receive .transmit .consume", id="device"),
    ],
)
def test_a_body_shows_what_is_called(path: str, calls: str) -> None:
    called = set()
    for node in itertools.chain(*(nodes(one.item.body) for one in functions(path))):
        match node:
            case it.Call(func=it.PathExpr(path=func)):
                called.add("::".join(func.names))
            case it.MethodCall(name=name):
                called.add(f".{name}")

    assert set(calls.split()) <= called


@pytest.mark.parametrize(
    ("path", "owned"),
    [
        pytest.param("alloc::boxed::Box", "T"),
        pytest.param("alloc::vec::Vec", "T"),
        pytest.param("alloc::sync::Arc", "T"),
        pytest.param("core::cell::RefCell", "T"),
        pytest.param("lock_api::Mutex", "R T"),
        pytest.param("alloc::sync::Weak", ""),
        pytest.param("alloc::rc::Weak", ""),
        pytest.param("core::ptr::NonNull", ""),
        pytest.param("core::mem::ManuallyDrop", ""),
        pytest.param("core::marker::PhantomData", ""),
        pytest.param("lock_api::MutexGuard", ""),
    ],
)
def test_fields_tell_what_a_type_owns(path: str, owned: str) -> None:
    (adt,) = (one.item for one in world().by_path[path] if isinstance(one.item, it.Adt))

    fields = [field.type.path.names for field in adt.fields if isinstance(field.type, it.PathType)]
    params = {param.name for param in adt.generics.params}
    assert {names[0] for names in fields} & params == set(owned.split())


CELLS = ("Cell", "OnceCell", "RefCell", "UnsafeCell", "LinkedListLink", "RBTreeLink")
THREAD_BOUND = (
    "*const T",
    "*mut T",
    "Rc",
    "Weak",
    "NonNull",
    "Ref",
    "RefMut",
    "Arguments",
    "Context",
    "Guard",
)
GUARDS = ("GuardNoSend", "MutexGuard", "RwLockReadGuard", "RwLockWriteGuard")


@pytest.mark.parametrize(
    ("trait", "types"),
    [
        ("Send", {*THREAD_BOUND, *GUARDS}),
        ("Sync", {*THREAD_BOUND, *CELLS, "Receiver", "NoopRawMutex"}),
        ("Unpin", {"PhantomPinned"}),
    ],
)  # fmt: skip
def test_what_must_not_be_shared_says_so(trait: str, types: set[str]) -> None:
    impls = [node for tree in trees().values() for node in nodes(tree.items)]
    found = {
        f"*{'mut' if one.self_type.is_mut else 'const'} {one.self_type.inner.path.name}"
        if isinstance(one.self_type, it.PtrType)
        else one.self_type.path.name
        for one in impls
        if isinstance(one, it.Impl) and one.is_negative and one.trait.name == trait
    }

    assert found == types
