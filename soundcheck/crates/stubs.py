"""Declarations of crates that are not part of the workspace, as crates like any other.

What a profile says of ``core`` or ``spin`` is Rust without bodies. It is parsed, resolved and
linked like the workspace's own code, and told apart by the folder of its package: ``<core>``.
"""

from collections.abc import Iterable, Mapping

import msgspec

from soundcheck.crates.manifests import Package
from soundcheck.crates.modules import ModuleForest
from soundcheck.crates.targets import Target, crate_name
from soundcheck.source import SourceFile

# The crates that every crate can name.
SYSROOT = ("core", "alloc", "std", "proc_macro", "test")


class Stub(msgspec.Struct, frozen=True):
    """The declarations of one crate: its name, edition, and source."""

    crate: str
    edition: str
    source: str


def is_stub(folder: str) -> bool:
    """Whether a package's folder, or a file's path, is that of a stub."""
    return folder.startswith("<")


def stub_files(stubs: Iterable[Stub]) -> tuple[SourceFile, ...]:
    """The stubs as files."""
    return tuple(SourceFile(_path(stub.crate), stub.source.encode()) for stub in stubs)


def stub_packages(stubs: Iterable[Stub]) -> tuple[Package, ...]:
    """The stubs as packages with a library each."""
    return tuple(
        Package(
            name=stub.crate,
            folder=f"<{stub.crate}>",
            edition=stub.edition,
            version="",
            workspace=None,
            targets=(Target("lib", stub.crate, _path(stub.crate), stub.edition),),
            dependencies=(),
            features=(),
            settings={},
        )
        for stub in stubs
    )


def stub_modules(forest: ModuleForest) -> frozenset[int]:
    """The indices of the modules that stubs hold."""
    return frozenset(
        module.index
        for module in forest.modules
        if is_stub(forest.crates[module.crate].package or "")
    )


# The newest prelude has all the names of the older ones; macros lie in the roots.
_PRELUDES = ("std::prelude::rust_2024", "std", "alloc", "core")


def prelude_modules(forest: ModuleForest) -> tuple[int, ...]:
    """The modules of stubs whose names are named everywhere; roots are for their macros."""
    by_path = {forest.modules[index].path: index for index in sorted(stub_modules(forest))}
    return tuple(by_path[path] for path in _PRELUDES if path in by_path)


def read_stubs(facts: Iterable[Mapping[str, object]]) -> tuple[Stub, ...]:
    """The stubs among the facts of profiles; of two of one crate the later adds to the earlier."""
    found: dict[str, Stub] = {}
    for fact in facts:
        name, edition, source = (str(fact[key]) for key in ("crate", "edition", "source"))
        known = found.get(name)
        found[name] = Stub(name, edition, source if known is None else known.source + source)
    return tuple(found[name] for name in sorted(found))


def needed_stubs(stubs: Iterable[Stub], packages: Iterable[Package]) -> tuple[Stub, ...]:
    """The stubs of what packages depend on, of what the language has, and of what these name."""
    by_name = {stub.crate: stub for stub in stubs}
    named = {crate_name(one.package) for package in packages for one in package.dependencies}
    pending = [name for name in by_name if name in SYSROOT or name in named]
    needed: set[str] = set()
    while pending:
        needed.update(pending)
        sources = [by_name[name].source for name in pending]
        left = by_name.keys() - needed
        pending = [name for name in left if any(f"{name}::" in source for source in sources)]
    return tuple(stub for name, stub in by_name.items() if name in needed)


def _path(crate: str) -> str:
    return f"<{crate}>/lib.rs"
