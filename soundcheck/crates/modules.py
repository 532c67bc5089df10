"""The module trees of all crates: which file holds which module, and what nobody declares.

A ``mod`` without a file is a gap. So is a file that no crate reaches; it becomes a crate of its
own, named as if its package had declared it, so that no code is silently left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import msgspec

from soundcheck.crates.files import FileIndex, folder_of
from soundcheck.crates.growth import GrownPart, Growth, Root, grow
from soundcheck.crates.includes import included_path
from soundcheck.crates.lookup import (
    Where,
    find_module,
    where_in_inline,
    where_in_root,
    where_in_unknown,
)
from soundcheck.crates.manifests import Package
from soundcheck.crates.outline import Outline
from soundcheck.crates.targets import Target, crate_name
from soundcheck.finding import Gap
from soundcheck.source import Span
from soundcheck.syntax.cfg import Cfg, is_test_only
from soundcheck.syntax.items import ItemTree, Module

# An edition whose paths are today's, for code whose edition no manifest tells.
DEFAULT_EDITION = "2024"
LOOSE = "loose"
_RANKS = {"lib": 0, "proc-macro": 0, "bin": 1, "build-script": 2, "example": 3, "test": 4,
          "bench": 5, LOOSE: 6}  # fmt: skip
_FIRST_ROOTS = ("lib.rs", "main.rs", "mod.rs")


class Crate(msgspec.Struct, frozen=True, gc=False):
    """One crate.

    ``kind`` is that of its target, or ``loose`` for a file that no target reaches. ``package`` is
    the folder of its package, ``None`` without one. ``module`` is the index of its root module.
    ``is_test_only`` tells that no kernel contains it: a test, a benchmark, what lies with those.
    """

    index: int
    name: str
    kind: str
    edition: str
    root: str
    package: str | None
    module: int
    is_test_only: bool


class Part(msgspec.Struct, frozen=True, gc=False):
    """A piece of a file that is the body of a module, or is included into one.

    ``cfg`` is the formula of the ``include!``, beyond the module's. ``is_primary`` tells that the
    items here take their names from this module, and from no other that holds the same file.
    """

    file: str
    outline: Outline
    cfg: Cfg | None
    is_primary: bool


class ModuleNode(msgspec.Struct, frozen=True, gc=False):
    """One module of one crate.

    ``path`` is full, from the crate's name. ``at`` is the place of its ``mod`` item, or the start
    of a root's file. ``file`` is where its body stands, that of ``parts[0]``. ``cfg`` joins the
    formulas of all modules around it and of the file itself. ``item`` is ``None`` for a root.
    ``is_in_body`` tells a module inside a function, which no path from outside can name.
    """

    index: int
    crate: int
    path: str
    at: Span
    file: str
    cfg: Cfg | None
    item: Module | None
    parts: tuple[Part, ...]
    parent: int
    children: tuple[int, ...]
    is_in_body: bool
    is_test_only: bool


class ModuleForest(msgspec.Struct, frozen=True):
    """All crates and modules; indices point into the two tuples, and -1 nowhere.

    ``primary`` is, for each file, the module that names its items.
    """

    crates: tuple[Crate, ...]
    modules: tuple[ModuleNode, ...]
    primary: Mapping[str, int]
    gaps: tuple[Gap, ...]


def build_module_trees(
    item_trees: Mapping[str, ItemTree],
    packages: Sequence[Package] = (),
    links: Iterable[tuple[str, str]] = (),
) -> ModuleForest:
    """Grow the module tree of every crate that ``packages`` declare, and of every file left over.

    ``item_trees`` are by real path; ``links`` are the symbolic links of the tree.
    """
    growth = Growth(item_trees, FileIndex(item_trees, links))
    for package in packages:
        for target in package.targets:
            if target.root in item_trees:
                grow(growth, _target_root(target, package), where_in_root(target.root))
    _grow_loose(growth, {package.folder: package for package in packages})
    return _finish(growth)


def _target_root(target: Target, package: Package) -> Root:
    return Root(
        name=target.name,
        path=target.name,
        kind=target.kind,
        edition=target.edition,
        file=target.root,
        package=package.folder,
        is_test_only=target.kind in ("test", "bench"),
    )


# -- files that no target reaches --------------------------------------------------------------


def _grow_loose(growth: Growth, packages: Mapping[str, Package]) -> None:
    left = sorted(growth.trees.keys() - growth.reached, key=_root_order)
    declared = {
        file
        for one in left
        for file in _declared_in(growth, one, _package_around(one, packages))
        if file != one
    }
    roots = [one for one in left if one not in declared or one.endswith(("/lib.rs", "/main.rs"))]
    # Files that declare each other in a circle have no root; the first of them will do.
    for file in (*roots, *left):
        if file in growth.reached:
            continue
        before = len(growth.reached)
        root = _loose_root(file, _package_around(file, packages))
        grow(growth, root, where_in_unknown(file))
        if root.package is not None:
            more = len(growth.reached) - before - 1
            what = "no crate reaches this file" + (f", nor {more} that it declares" if more else "")
            growth.gaps[Gap("unreached-file", what, Span(file, 1, 0, 0), root.path)] = None


def _root_order(file: str) -> tuple[int, str]:
    name = file.rpartition("/")[2]
    return (_FIRST_ROOTS.index(name) if name in _FIRST_ROOTS else len(_FIRST_ROOTS)), file


def _declared_in(growth: Growth, file: str, package: Package | None) -> Iterator[str]:
    """The files that the modules and includes of an unreached file would bring."""
    outline = growth.outline(file, -1, growth.trees[file].items, "")
    stack: list[tuple[Outline, Where]] = [(outline, where_in_unknown(file))]
    folder, home = folder_of(file), None if package is None else package.folder
    while stack:
        outline, where = stack.pop()
        for include in outline.includes:
            path = included_path(include.call, folder, home)
            real = None if path is None else growth.files.real(path)
            if real is not None:
                yield real
        for placed in outline.modules:
            item = cast(Module, placed.item)
            if item.is_inline:
                inside = growth.outline(file, item.start, item.items, "")
                stack.append((inside, where_in_inline(where, item)))
            else:
                yield from (found.path for found in find_module(item, where, growth.files).found)


def _package_around(file: str, packages: Mapping[str, Package]) -> Package | None:
    folder = file
    while folder:
        folder = folder_of(folder)
        if folder in packages:
            return packages[folder]
    return None


def _loose_root(file: str, package: Package | None) -> Root:
    """A root for a file nobody declares, named by where it lies in its package.

    Without a package it is called as rustc would call it: after the file, or for a ``main.rs``
    or ``lib.rs`` after the folder of its ``src``.
    """
    if package is None:
        parts = file.removesuffix(".rs").split("/")
        if parts[-1] in ("main", "lib"):
            parts = [part for part in parts[:-1] if part != "src"] or parts[-1:]
        name = _identifier(parts[-1])
        return Root(name, name, LOOSE, DEFAULT_EDITION, file, None, is_test_only=False)
    inside = file[len(package.folder) :].lstrip("/").removeprefix("src/").removesuffix(".rs")
    parts = [_identifier(part) for part in inside.split("/")]
    if len(parts) > 1 and parts[-1] == "mod":
        parts.pop()
    name = package.library.name if package.library is not None else crate_name(package.name)
    path = "::".join((name, *parts))
    is_test = len(parts) > 1 and parts[0] in ("tests", "benches")
    return Root(name, path, LOOSE, package.edition, file, package.folder, is_test)


def _identifier(text: str) -> str:
    return re.sub(r"\W", "_", text)


# -- the finished forest -----------------------------------------------------------------------


def _finish(growth: Growth) -> ModuleForest:
    primary = _primary_parts(growth)
    chosen = set(primary.values())
    is_primary: list[bool] = []
    for index, part in enumerate(growth.parts):
        # What an inline module holds belongs to the part around it, which came before.
        is_primary.append(index in chosen if part.around < 0 else is_primary[part.around])
    crates = tuple(
        Crate(
            index=index,
            name=root.name,
            kind=root.kind,
            edition=root.edition,
            root=root.file,
            package=root.package,
            module=module,
            is_test_only=root.is_test_only,
        )
        for index, (root, module) in enumerate(growth.crates)
    )
    modules = []
    for index, module in enumerate(growth.modules):
        parts = [(growth.parts[part], is_primary[part]) for part in module.parts]
        is_test = crates[module.crate].is_test_only or is_test_only(module.cfg)
        modules.append(
            ModuleNode(
                index=index,
                crate=module.crate,
                path=module.path,
                at=module.at,
                file=parts[0][0].file,
                cfg=module.cfg,
                item=module.item,
                parts=tuple(Part(p.file, p.outline, p.cfg, is_it) for p, is_it in parts),
                parent=module.parent,
                children=tuple(module.children),
                is_in_body=module.is_in_body,
                is_test_only=is_test,
            )
        )
    return ModuleForest(
        crates=crates,
        modules=tuple(modules),
        primary={file: growth.parts[part].module for file, part in sorted(primary.items())},
        gaps=tuple(sorted(growth.gaps, key=lambda gap: (gap.at, gap.kind, gap.what, gap.item))),
    )


def _primary_parts(growth: Growth) -> dict[str, int]:
    """For each file, the part that names what is in it: its own package's, its library's first."""
    best: dict[str, tuple[tuple[int, ...], int]] = {}
    for index, part in enumerate(growth.parts):
        if part.around < 0:
            rank = (_rank(growth, part), index)
            if part.file not in best or rank < best[part.file]:
                best[part.file] = rank
    return {file: index for file, (_, index) in best.items()}


def _rank(growth: Growth, part: GrownPart) -> tuple[int, ...]:
    module = growth.modules[part.module]
    root, _ = growth.crates[module.crate]
    package = root.package
    is_inside = package is not None and (not package or part.file.startswith(package + "/"))
    distance = -len(package) - 1 if is_inside and package is not None else 0
    return distance, is_test_only(module.cfg), _RANKS[root.kind]
