"""The crates that code can name without importing them: the extern prelude of each crate."""

from collections.abc import Iterator, Mapping, Sequence

from soundcheck.crates.definitions import PUBLIC, TYPES, Def, Entry, External, Target
from soundcheck.crates.dependencies import Dependency
from soundcheck.crates.formula_table import FormulaTable
from soundcheck.crates.manifests import Package
from soundcheck.crates.modules import LOOSE, Crate, ModuleForest
from soundcheck.crates.stubs import SYSROOT, is_stub
from soundcheck.crates.targets import crate_name
from soundcheck.syntax.cfg import Cfg
from soundcheck.syntax.predicates import read_predicate

Externs = dict[str, list[Entry]]


def extern_preludes(
    forest: ModuleForest, packages: Sequence[Package], defs: Sequence[Def], formulas: FormulaTable
) -> list[Externs]:
    """For each crate of a forest, the names of other crates; later ``extern crate``s add to it."""
    by_folder = {package.folder: package for package in packages}
    libraries = {folder: defs[root] for folder, root in _libraries(forest, packages).items()}
    stubs = {folder[1:-1]: root for folder, root in libraries.items() if is_stub(folder)}
    return [_prelude(crate, by_folder, libraries, stubs, formulas) for crate in forest.crates]


def library_roots(forest: ModuleForest, packages: Sequence[Package]) -> list[int | None]:
    """For each crate that nobody declares, the root module of its package's library."""
    libraries = _libraries(forest, packages)
    return [
        libraries.get(crate.package) if crate.kind == LOOSE and crate.package is not None else None
        for crate in forest.crates
    ]


def _libraries(forest: ModuleForest, packages: Sequence[Package]) -> dict[str, int]:
    """The root module of each package's library, by the package's folder."""
    roots = {one.root: one.module for one in forest.crates if one.kind in ("lib", "proc-macro")}
    return {
        package.folder: roots[package.library.root]
        for package in packages
        if package.library is not None and package.library.root in roots
    }


def _prelude(
    crate: Crate,
    packages: Mapping[str, Package],
    libraries: Mapping[str, Def],
    stubs: Mapping[str, Def],
    formulas: FormulaTable,
) -> Externs:
    found: Externs = {}
    package = None if crate.package is None else packages.get(crate.package)
    if package is not None:
        for dependency in _seen_by(crate, package):
            name = crate_name(dependency.package)
            root = None if dependency.path is None else libraries.get(dependency.path)
            target: Target = stubs.get(name, External(name)) if root is None else root
            cfg = formulas.place(_condition(dependency), crate)
            entries = found.setdefault(dependency.name, [])
            if not any(one.target == target and one.cfg in (None, cfg) for one in entries):
                entries.append(Entry(target, TYPES, PUBLIC, cfg))
        for name, entries in found.items():
            if all(one.target == entries[0].target for one in entries):
                # The formula is that of the dependency, not of the name: nothing else has it.
                found[name] = [Entry(entries[0].target, TYPES, PUBLIC, None)]
        own = libraries.get(package.folder)
        is_other = own is not None and own.index != crate.module and crate.kind != "build-script"
        if own is not None and package.library is not None and is_other:
            found[package.library.name] = [Entry(own, TYPES, PUBLIC, None)]
    if crate.package is not None and is_stub(crate.package):
        # What is declared of one crate may speak of any other.
        found = {name: [Entry(root, TYPES, PUBLIC, None)] for name, root in stubs.items()}
    for name in SYSROOT:
        if name not in found:
            target = stubs.get(name, External(name))
            found[name] = [Entry(target, TYPES, PUBLIC, None)]
    return found


def _seen_by(crate: Crate, package: Package) -> Iterator[Dependency]:
    is_build = crate.kind == "build-script"
    for dependency in package.dependencies:
        if (dependency.kind == "build") is is_build:
            yield dependency


def unlisted_crate(externs: Externs, name: str, *, is_open: bool) -> External | None:
    """The crate that a path seems to start with, though no manifest lists one of that name.

    A library may be called otherwise than its package, which shows only in the package itself: it
    may leave out a word or an underscore. Where ``is_open``, no manifest is known at all.
    """
    for listed, entries in externs.items():
        is_alike = name in listed.split("_") or name == listed.replace("_", "")
        if is_alike and isinstance(entries[0].target, External) and listed not in SYSROOT:
            return External(name)
    return External(name, is_guess=True) if is_open and name.islower() else None


def _condition(dependency: Dependency) -> Cfg | None:
    """The formula of the table that a dependency stands in; a triple's is not known here."""
    text = dependency.target
    if not text.startswith("cfg(") or not text.endswith(")"):
        return None
    return read_predicate(text[4:-1])
