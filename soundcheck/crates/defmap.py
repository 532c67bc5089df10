"""The ``DefMap``: every name of the workspace, resolved for all its crates and configurations."""

from collections.abc import Mapping, Sequence, Set

from soundcheck.catalog.targets import Theory
from soundcheck.crates.collection import collect, lend_macros
from soundcheck.crates.definitions import Def, Resolution
from soundcheck.crates.externs import extern_preludes, library_roots
from soundcheck.crates.formula_table import FormulaTable
from soundcheck.crates.formulas import Logic
from soundcheck.crates.impls import Impls, index_impls, unresolved_impls
from soundcheck.crates.imports import bind_extern_crates, settle, unresolved
from soundcheck.crates.macro_items import add_macro_items
from soundcheck.crates.manifests import Package
from soundcheck.crates.modules import ModuleForest
from soundcheck.crates.naming import name_items
from soundcheck.crates.paths import resolve_path
from soundcheck.crates.routes import resolve_import
from soundcheck.crates.scopes import Blocks, ImportLeaf, Scope, scope_at
from soundcheck.crates.search import Search
from soundcheck.crates.stubs import prelude_modules, stub_modules
from soundcheck.finding import Gap
from soundcheck.syntax.cfg import Cfg
from soundcheck.syntax.items import ItemTree, Path


class DefMap:
    """Every definition, scope and impl, and the answers to what a path means.

    ``members`` holds the variants of an enum and the items of a trait, by the index of that.
    ``names`` are the full names of items, as ``name_items`` gives them.
    """

    __slots__ = ("blocks", "defs", "forest", "gaps", "impls", "imports", "members", "names",
                 "scopes", "search")  # fmt: skip

    def __init__(
        self,
        search: Search,
        blocks: Blocks,
        impls: Impls,
        imports: Sequence[ImportLeaf],
        gaps: tuple[Gap, ...],
        names: Mapping[str, Mapping[int, str]],
    ) -> None:
        self.search = search
        self.forest: ModuleForest = search.forest
        self.defs: Sequence[Def] = search.defs
        self.scopes: Sequence[Scope] = search.scopes
        self.members: Mapping[int, Mapping[str, Sequence[Def]]] = search.members
        self.blocks = blocks
        self.impls = impls
        self.imports = imports
        self.gaps = gaps
        self.names = names

    def scope_at(self, module: int, file: str, offset: int) -> int:
        """The scope in which the names at a byte of a module's file are looked up."""
        return scope_at(self.blocks, self.scopes, module, file, offset)

    def scope_in(self, own: Def, offset: int) -> int:
        """The scope in which the names at a byte of a definition are looked up.

        A body that a macro call makes is one scope, that of the definition.
        """
        return own.scope if own.is_made else self.scope_at(own.module, own.file, offset)

    def resolve(
        self,
        scope: int,
        path: Path | Sequence[str],
        namespaces: int,
        cfg: Cfg | None = None,
        own_names: Set[str] = frozenset(),
    ) -> Resolution:
        """What a path means; see ``paths.resolve_path``."""
        return resolve_path(self.search, scope, path, namespaces, cfg, own_names)


def build_def_map(
    forest: ModuleForest,
    trees: Mapping[str, ItemTree],
    texts: Mapping[str, bytes],
    packages: Sequence[Package],
    prelude: Mapping[str, str],
    logic: Logic,
    theory: Theory,
) -> DefMap:
    """Resolve the names of a workspace.

    ``trees`` and ``texts`` are the files, parsed and as read. ``prelude`` says what names the
    language has everywhere, and what they stand for; those of macros end in ``!``.
    ``logic`` answers questions about formulas that are placed by ``theory``.
    """
    formulas = FormulaTable(logic, theory)
    names = name_items(forest)
    found = collect(forest, trees, texts, names, formulas)
    lend_macros(found)
    add_macro_items(found)
    search = Search(
        forest,
        found.defs,
        found.scopes,
        found.members,
        formulas,
        extern_preludes(forest, packages, found.defs, formulas),
        library_roots(forest, packages),
        prelude,
        resolve_import,
    )
    search.prelude_modules, search.stubs = prelude_modules(forest), stub_modules(forest)
    if any(not own.is_primary for own in found.defs):
        search.primaries.update(
            ((own.file, own.start, own.kind, own.name), own) for own in found.defs if own.is_primary
        )
    bind_extern_crates(search, found.extern_crates)
    settle(search, found.imports)
    impls = index_impls(search, found.impls)
    gaps = (
        *found.gaps,
        *unresolved(search, found.imports, trees),
        *unresolved_impls(impls, trees),
    )
    return DefMap(search, found.blocks, impls, found.imports, gaps, names)
