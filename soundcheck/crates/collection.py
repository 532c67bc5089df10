"""Every definition, import and impl of the workspace, put into the scope where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from soundcheck.crates.definitions import (
    MACROS,
    NOWHERE,
    PUBLIC,
    TYPES,
    VALUES,
    Def,
    Entry,
    Missing,
    derive_name,
    has_attribute,
    kind_of,
    namespaces_of,
)
from soundcheck.crates.formula_table import FormulaTable
from soundcheck.crates.modules import ModuleForest, ModuleNode, Part
from soundcheck.crates.scopes import (
    BlockIndex,
    ImportLeaf,
    Scope,
    add_block,
    add_blocks,
    block_owners,
    is_inner,
)
from soundcheck.crates.visibility import resolve_visibility
from soundcheck.finding import Gap
from soundcheck.source import Span
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg


class ImplSeed(NamedTuple):
    """An impl before the names in its head are resolved; see ``impls.ImplDef``."""

    item: it.Impl
    module: int
    scope: int
    cfg: Cfg | None
    file: str
    path: str
    is_primary: bool
    members: list[Def]


class ExternCrateSeed(NamedTuple):
    """An ``extern crate``, and where it stands."""

    item: it.ExternCrate
    scope: int
    visibility: int
    cfg: Cfg | None


class Collection:
    """All that is collected; ``members`` holds what belongs to an enum or trait, by its index.

    ``macros`` are by name, ``calls`` the macro calls but for those that only choose by formulas.
    """

    __slots__ = ("blocks", "calls", "defs", "extern_crates", "forest", "formulas", "gaps",
                 "impls", "imports", "macros", "members", "names", "scopes", "texts",
                 "trees", "visibilities")  # fmt: skip

    def __init__(
        self,
        forest: ModuleForest,
        trees: Mapping[str, it.ItemTree],
        texts: Mapping[str, bytes],
        names: Mapping[str, Mapping[int, str]],
        formulas: FormulaTable,
    ) -> None:
        self.forest = forest
        self.trees = trees
        self.texts = texts
        self.names = names
        self.formulas = formulas
        self.defs: list[Def] = []
        self.scopes: list[Scope] = []
        self.members: dict[int, dict[str, list[Def]]] = {}
        self.macros: dict[str, list[Def]] = {}
        self.calls: list[tuple[it.MacroItem, Place, str]] = []
        self.impls: list[ImplSeed] = []
        self.imports: list[ImportLeaf] = []
        self.extern_crates: list[ExternCrateSeed] = []
        self.blocks: dict[tuple[int, str], BlockIndex] = {}
        self.visibilities: dict[tuple[int, str], int] = {}
        self.gaps: list[Gap] = []


class Around(NamedTuple):
    """What an item belongs to: a trait, or an impl, if any; a trait's items are seen as it is."""

    owner: int = NOWHERE
    impl: int = NOWHERE
    visibility: int | None = None


class Place(NamedTuple):
    """Where an item stands; see ``Def``. ``inside`` is the scope of its body, if that is known."""

    module: ModuleNode
    scope: Scope
    cfg: Cfg | None
    around: Around
    file: str
    is_primary: bool
    is_in_body: bool
    container: it.AnyItem | None
    inside: Scope | None = None


FREE = Around()

# What is defined, and holds no definitions.
_PLAIN = frozenset({it.Function, it.Static, it.TypeAlias, it.MacroDef})


def collect(
    forest: ModuleForest,
    trees: Mapping[str, it.ItemTree],
    texts: Mapping[str, bytes],
    names: Mapping[str, Mapping[int, str]],
    formulas: FormulaTable,
) -> Collection:
    """Collect what the modules of a forest hold; ``names`` are the full names of items."""
    found = Collection(forest, trees, texts, names, formulas)
    for module in forest.modules:
        _add_module(found, module)
    for module in forest.modules:
        for part in module.parts:
            _collect_part(found, module, part)
    for module in forest.modules:
        _bind_module(found, module)
    return found


def lend_macros(found: Collection) -> None:
    """Let every ``#[macro_use] mod`` lend its macros to the module around it.

    A module's children come after it, so that what they lend is whole before it lends itself.
    """
    for module in reversed(found.forest.modules):
        if module.item is not None and has_attribute(module.item, "macro_use"):
            above = found.scopes[module.parent].macros
            for name, entries in found.scopes[module.index].macros.items():
                above.setdefault(name, []).extend(entries)


# -- modules -----------------------------------------------------------------------------------


def _add_module(found: Collection, module: ModuleNode) -> None:
    item = module.item
    cfg = found.formulas.place(module.cfg, found.forest.crates[module.crate])
    visibility = PUBLIC
    if item is not None:
        visibility = _visibility(found, item, module.parent, module.at.path)
    found.defs.append(
        Def(
            index=module.index,
            kind="module",
            name=module.path if item is None else item.name,
            path=module.path,
            namespaces=TYPES,
            module=module.index,
            scope=module.index,
            visibility=visibility,
            cfg=cfg,
            file=module.at.path,
            start=module.at.start,
            item=item,
            is_primary=module.parts[0].is_primary,
            is_in_body=module.is_in_body,
        )
    )
    found.scopes.append(Scope(module.index, module.index, cfg))


def _bind_module(found: Collection, module: ModuleNode) -> None:
    """Name a module in the one around it, or in the block."""
    if module.item is None:
        return
    own = found.defs[module.index]
    scope = module.parent
    if module.is_in_body:
        blocks = found.blocks.get((module.parent, module.at.path))
        scope = NOWHERE if blocks is None else blocks.scope_at(module.at.start, found.scopes)
    if scope != NOWHERE:
        found.scopes[scope].bind(own.name, Entry(own, TYPES, own.visibility, own.cfg))


def _visibility(found: Collection, item: it.AnyItem, module: int, file: str) -> int:
    known = found.visibilities.get((module, item.visibility))
    if known is None:
        known = resolve_written(found, item.visibility, found.forest.modules[module], file, item)
    return known


def resolve_written(
    found: Collection, written: str, module: ModuleNode, file: str, item: it.AnyItem
) -> int:
    """What a written visibility means in a module; told as a gap, at an item, if it means none."""
    resolved = resolve_visibility(found.forest, written, module.index)
    if resolved is None:
        at = Span(file, found.trees[file].line_of(item.start), item.start, item.end)
        name = found.names.get(file, {}).get(item.start, module.path)
        what = f"`pub(in {written})` names no module"
        found.gaps.append(Gap("unresolved-visibility", what, at, name))
        resolved = module.index
    found.visibilities[module.index, written] = resolved
    return resolved


# -- the items of a part -----------------------------------------------------------------------


def _collect_part(found: Collection, module: ModuleNode, part: Part) -> None:
    join, place_formula = found.formulas.join, found.formulas.place
    crate = found.forest.crates[module.crate]
    scope = found.scopes[module.index]
    base = join(scope.cfg, place_formula(part.cfg, crate))
    blocks = _add_blocks(found, scope, part, base)
    file, is_primary = part.file, part.is_primary
    names = found.names.get(file, {}) if is_primary else {}
    arounds: dict[int, Around] = {}
    lost: Scope | None = None
    for placed in part.outline.items:
        if placed.is_in_macro:
            continue
        item, holder = placed.item, placed.container
        at = scope
        cfg = base if placed.cfg is None else join(base, place_formula(placed.cfg, crate))
        if holder is not None or placed.is_in_body:
            if is_inner(placed):
                inner = NOWHERE if blocks is None else blocks.scope_at(item.start, found.scopes)
                if inner == NOWHERE:
                    lost = lost or add_block(found.scopes, scope, file, base)
                    inner = lost.index
                at = found.scopes[inner]
            if blocks is not None and at is not scope:
                for formula in blocks.guarding(item.start):
                    cfg = join(cfg, place_formula(formula, crate))
        around = FREE if holder is None else arounds.get(id(holder), FREE)
        is_in_body = placed.is_in_body
        place = Place(module, at, cfg, around, file, is_primary, is_in_body, holder)
        path = names.get(item.start) or _join_names(module.path, placed.name)
        inside = collect_item(found, item, place, path)
        if inside is not None:
            arounds[id(item)] = inside


def _join_names(path: str, name: str) -> str:
    return f"{path}::{name}" if name else path


def _add_blocks(found: Collection, scope: Scope, part: Part, cfg: Cfg | None) -> BlockIndex | None:
    """The scopes of blocks in the bodies of a part's items."""
    owners = block_owners(part.outline.items)
    if not owners:
        return None
    crate = found.forest.crates[found.forest.modules[scope.module].crate]

    def join(one: Cfg | None, other: Cfg | None) -> Cfg | None:
        return found.formulas.join(one, found.formulas.place(other, crate))

    joined = [(one.item, join(cfg, one.cfg)) for one in owners]
    index = add_blocks(found.scopes, scope, part.file, joined, join)
    found.blocks[scope.module, part.file] = index
    return index


def collect_item(found: Collection, item: it.AnyItem, place: Place, path: str) -> Around | None:
    """Collect one item under its full name; what those inside it belong to, if it holds any.

    A macro call goes by the name of what it stands in.
    """
    if type(item) in _PLAIN:
        define(found, item, place, path)
        return None
    if isinstance(item, it.MacroItem):
        if not any(one.cfg is not None for one in item.items):
            found.calls.append((item, place, path))
        return place.around
    if isinstance(item, it.ForeignMod):
        return place.around
    if isinstance(item, it.Impl):
        seed = ImplSeed(
            item,
            place.module.index,
            place.scope.index,
            place.cfg,
            place.file,
            path,
            place.is_primary,
            [],
        )
        found.impls.append(seed)
        return Around(impl=len(found.impls) - 1)
    if isinstance(item, it.Use):
        _collect_imports(found, item, place)
    elif isinstance(item, it.ExternCrate):
        visibility = _visibility(found, item, place.module.index, place.file)
        seen = ExternCrateSeed(item, place.scope.index, visibility, place.cfg)
        found.extern_crates.append(seen)
    elif isinstance(item, it.Module):
        _note_missing(found, item, place)
    else:
        own = define(found, item, place, path)
        if isinstance(item, it.Trait):
            return Around(owner=own.index, visibility=own.visibility)
        if isinstance(item, it.Adt):
            _define_variants(found, own, item)
    return None


def _note_missing(found: Collection, item: it.Module, place: Place) -> None:
    """Name a module that the forest lacks, so that what is said to be in it is no riddle."""
    modules = found.forest.modules
    children = (modules[child].at for child in place.module.children)
    if all(at.start != item.start or at.path != place.file for at in children):
        kind, what = "module", f"the module `{item.name}` has no file"
        if isinstance(place.container, it.MacroItem) and item.is_inline:
            kind, what = "macro", f"`{place.container.name}!` makes the module `{item.name}`"
        place.scope.bind(item.name, Entry(Missing(kind, what), TYPES, PUBLIC, place.cfg))


def _collect_imports(found: Collection, item: it.Use, place: Place) -> None:
    scope, holder = place.scope, place.container
    visibility = _visibility(found, item, place.module.index, place.file)
    name = place.module.path
    if holder is not None:
        name = found.names.get(place.file, {}).get(holder.start, name)
    for one in item.imports:
        leaf = ImportLeaf(scope.index, one, visibility, place.cfg, place.file, name)
        found.imports.append(leaf)
        if leaf.is_glob:
            scope.globs.append(leaf)
        else:
            scope.imported.setdefault(leaf.alias, []).append(leaf)


# -- definitions -------------------------------------------------------------------------------


def define(found: Collection, item: it.AnyItem, place: Place, path: str) -> Def:
    """Add the definition that an item is, and bind its name where it stands."""
    module, scope, cfg, around, file, is_primary, is_in_body, container, inside = place
    owner, impl, visibility = around
    if visibility is None:
        visibility = _visibility(found, item, module.index, file)
    own = Def(
        len(found.defs),
        kind_of(item),
        item.name,
        path,
        namespaces_of(item),
        module.index,
        (inside or scope).index,
        visibility,
        cfg,
        file,
        item.start,
        item,
        container,
        owner,
        impl,
        is_primary,
        is_in_body,
    )
    found.defs.append(own)
    if impl >= 0:
        found.impls[impl].members.append(own)
    elif owner >= 0:
        found.members.setdefault(owner, {}).setdefault(own.name, []).append(own)
    elif isinstance(item, it.MacroDef):
        _bind_macro(found, own, item, place)
    else:
        _bind(own, item, scope)
    return own


def _bind(own: Def, item: it.AnyItem, scope: Scope) -> None:
    scope.bind(own.name, Entry(own, own.namespaces, own.visibility, own.cfg))
    if own.kind == "function" and item.attributes:
        derived = derive_name(item)
        if derived:
            scope.bind(derived, Entry(own, MACROS, PUBLIC, own.cfg))


def _bind_macro(found: Collection, own: Def, item: it.MacroDef, place: Place) -> None:
    """Name a macro for what follows it, at the crate's root if it is exported, or by path."""
    entry = Entry(own, MACROS, own.visibility, own.cfg)
    found.macros.setdefault(own.name, []).append(own)
    place.scope.macros.setdefault(own.name, []).append(entry)
    if has_attribute(item, "macro_export"):
        root = found.forest.crates[place.module.crate].module
        found.scopes[root].bind(own.name, Entry(own, MACROS, PUBLIC, own.cfg))
    elif item.visibility:
        place.scope.bind(own.name, entry)


def _define_variants(found: Collection, own: Def, item: it.Adt) -> None:
    if not item.variants:
        return
    members = found.members.setdefault(own.index, {})
    for variant in item.variants:
        cfg = own.cfg
        if variant.cfg is not None:
            crate = found.forest.crates[found.forest.modules[own.module].crate]
            cfg = found.formulas.join(cfg, found.formulas.place(variant.cfg, crate))
        made = Def(
            index=len(found.defs),
            kind="variant",
            name=variant.name,
            path=f"{own.path}::{variant.name}",
            namespaces=TYPES | VALUES,
            module=own.module,
            scope=own.scope,
            visibility=own.visibility,
            cfg=cfg,
            file=own.file,
            start=variant.start,
            item=variant,
            container=item,
            owner=own.index,
            is_primary=own.is_primary,
            is_in_body=own.is_in_body,
        )
        found.defs.append(made)
        members.setdefault(variant.name, []).append(made)
