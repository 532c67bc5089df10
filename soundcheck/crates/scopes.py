"""Scopes: what is named where. A module is a scope, and so is a block that holds items.

A block's scope is anonymous and lies inside another; a module's lies inside none, for what its
parent names it does not see.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from soundcheck.crates.definitions import NOWHERE, Entry
from soundcheck.crates.guards import Guard, guards_of
from soundcheck.crates.outline import PlacedItem
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg
from soundcheck.syntax.visit import children, nearest

_OWNERS = frozenset({it.Function, it.Static, it.Adt, it.MacroItem})
_STATEMENTS: frozenset[type] = frozenset({it.ItemStmt})
# What may hold an item or stand under a formula, or let a block be another's.
_TELLING = frozenset({it.Block, it.ExprStmt, it.Let, it.Match, it.MacroCall, it.MacroItem})


class ImportLeaf:
    """One leaf of a ``use`` and what it brings.

    ``scope`` is where it stands, ``names`` the path, ``alias`` the name it binds, ``*`` for a
    glob; ``start`` is the leaf's place and ``holder`` the full name of what it stands in.
    ``entries`` is what is known of its meaning, for good if ``is_settled``; ``round`` and
    ``depth`` are the search's own.
    """

    __slots__ = ("alias", "cfg", "depth", "entries", "file", "holder", "is_global", "is_settled",
                 "names", "round", "scope", "start", "visibility")  # fmt: skip

    def __init__(
        self, scope: int, leaf: it.Import, visibility: int, cfg: Cfg | None, file: str, holder: str
    ) -> None:
        self.scope = scope
        self.names = leaf.names
        self.alias = leaf.alias
        self.start = leaf.start
        self.is_global = leaf.is_global
        self.visibility = visibility
        self.cfg = cfg
        self.file = file
        self.holder = holder
        self.entries: Sequence[Entry] = ()
        self.is_settled = False
        self.round = 0
        self.depth = -1

    @property
    def is_glob(self) -> bool:
        """Whether it brings all that its path holds."""
        return self.alias == "*"


class Scope:
    """One scope.

    ``index`` is its place in ``DefMap.scopes``: a module's is the module's own, blocks follow.
    ``module`` is the module it is in, ``parent`` the scope around a block. ``names`` holds what is
    defined here, ``imported`` what is imported by name and ``globs`` from where else; ``macros``
    what ``macro_rules!`` defines, which is seen in the modules inside as well; ``calls`` are the
    macro calls that make items here we know nothing of, by name and tokens. ``start..end`` is
    where a block stands in ``file``.
    """

    __slots__ = ("calls", "cfg", "end", "file", "globs", "imported", "index", "macros",
                 "module", "names", "parent", "start")  # fmt: skip

    def __init__(self, index: int, module: int, cfg: Cfg | None) -> None:
        self.index = index
        self.module = module
        self.cfg = cfg
        self.parent = NOWHERE
        self.file = ""
        self.start = 0
        self.end = 0
        self.names: dict[str, list[Entry]] = {}
        self.imported: dict[str, list[ImportLeaf]] = {}
        self.globs: list[ImportLeaf] = []
        self.macros: dict[str, list[Entry]] = {}
        self.calls: list[tuple[str, str]] = []

    @property
    def is_block(self) -> bool:
        """Whether it is the scope of a block."""
        return self.parent != NOWHERE

    def bind(self, name: str, entry: Entry) -> None:
        """Add a definition."""
        self.names.setdefault(name, []).append(entry)


class BlockIndex:
    """The blocks of one piece of a file that have scopes, for finding the innermost at a place."""

    __slots__ = ("_guards", "_scopes", "_starts")

    def __init__(self, scopes: Sequence[Scope], guards: Sequence[Guard] = ()) -> None:
        self._guards = guards
        self._scopes = scopes
        self._starts = [scope.start for scope in scopes]

    def scope_at(self, offset: int, scopes: Sequence[Scope]) -> int:
        """The index of the innermost scope around a byte; ``NOWHERE`` outside all of them."""
        position = bisect_right(self._starts, offset) - 1
        if position < 0:
            return NOWHERE
        scope = self._scopes[position]
        while scope.end <= offset:
            if not scope.is_block or not scopes[scope.parent].is_block:
                return NOWHERE
            scope = scopes[scope.parent]
        return scope.index

    def guarding(self, offset: int) -> Sequence[Cfg]:
        """The formulas, as written, of the statements and arms around a byte."""
        return _guarding(self._guards, offset) if self._guards else ()


Join = Callable[[Cfg | None, Cfg], Cfg | None]
Blocks = Mapping[tuple[int, str], BlockIndex]


def scope_at(blocks: Blocks, scopes: Sequence[Scope], module: int, file: str, offset: int) -> int:
    """The scope in which the names at a byte of a module's file are looked up."""
    index = blocks.get((module, file))
    if index is None:
        return module
    found = index.scope_at(offset, scopes)
    return module if found == NOWHERE else found


def is_inner(placed: PlacedItem) -> bool:
    """Whether only the block around an item names it."""
    if placed.is_in_body:
        return True
    holder = placed.container
    return isinstance(holder, it.MacroItem) and all(one is not placed.item for one in holder.items)


def block_owners(items: Iterable[PlacedItem]) -> list[PlacedItem]:
    """Those of a part's items that hold others in blocks; not the ones inside such."""
    found: list[PlacedItem] = []
    outer: PlacedItem | None = None
    for placed in items:
        if placed.is_in_macro:
            continue
        item = placed.item
        if not is_inner(placed):
            outer = placed if type(item) in _OWNERS else outer
        elif (
            outer is not None
            and outer.item.start <= item.start < outer.item.end
            and not (found and found[-1] is outer)
        ):
            found.append(outer)
    return found


def add_blocks(
    scopes: list[Scope],
    module: Scope,
    file: str,
    owners: Iterable[tuple[it.AnyItem, Cfg | None]],
    join: Join,
) -> BlockIndex:
    """Add the scopes inside items, each with its formula, that hold others in their bodies."""
    ranges: dict[tuple[int, int], Cfg | None] = {}
    guards: list[Guard] = []
    for owner, cfg in owners:
        blocks, inside = _blocks_in(owner)
        guards += inside
        for block in blocks:
            whole = cfg
            for formula in _guarding(inside, block.start):
                whole = join(whole, formula)
            ranges[block.start, -block.end] = whole
    added: list[Scope] = []
    around: list[Scope] = [module]
    for (start, end), cfg in sorted(ranges.items(), key=lambda one: one[0]):
        while len(around) > 1 and around[-1].end <= start:
            around.pop()
        scope = add_block(scopes, around[-1], file, cfg)
        scope.start, scope.end = start, -end
        added.append(scope)
        around.append(scope)
    return BlockIndex(added, guards)


def _guarding(guards: Iterable[Guard], offset: int) -> list[Cfg]:
    return [cfg for start, end, cfg in guards if start <= offset < end]


def add_block(scopes: list[Scope], parent: Scope, file: str, cfg: Cfg | None) -> Scope:
    """Add a scope inside another; until it is given a place, no byte is in it."""
    scope = Scope(len(scopes), parent.module, cfg)
    scope.parent, scope.file = parent.index, file
    scopes.append(scope)
    return scope


def items_in_body(func: it.Function) -> list[it.AnyItem]:
    """The items in a function's body, but for those in others of them."""
    if func.body is None:
        return []
    return [node.item for node in nearest(func.body, _STATEMENTS) if isinstance(node, it.ItemStmt)]


def _blocks_in(owner: it.AnyItem) -> tuple[list[it.Block], list[Guard]]:
    """The blocks in an item's body that hold items, and what there stands under formulas.

    What a macro holds, if that is items only, belongs to the block that the macro is used in.
    """
    blocks: list[it.Block] = []
    guards: list[Guard] = []
    transparent: set[int] = set()
    stack: list[it.Node] = [owner]
    while stack:
        node = stack.pop()
        if isinstance(node, it.Function) and not node.holds_items:
            continue
        stack.extend(reversed(children(node)))
        if type(node) not in _TELLING:
            continue
        if isinstance(node, it.Block):
            is_holder = any(_has_items(stmt) for stmt in (*node.stmts, node.tail))
            if is_holder and id(node) not in transparent:
                blocks.append(node)
        elif isinstance(node, (it.ExprStmt, it.Let, it.Match)):
            guards += guards_of(node)
        elif isinstance(node, (it.MacroCall, it.MacroItem)) and node.body is not None:
            for block in (node.body, *_branches(node.body)):
                if all(isinstance(stmt, it.ItemStmt) for stmt in block.stmts):
                    transparent.add(id(block))
    return blocks, guards


def _branches(block: it.Block) -> Iterator[it.Block]:
    for stmt in block.stmts:
        if isinstance(stmt, it.ExprStmt) and isinstance(stmt.expr, it.Block):
            yield stmt.expr


def _has_items(node: it.Node | None) -> bool:
    """Whether a statement is an item, or a macro call that holds items only."""
    if isinstance(node, it.ItemStmt):
        return True
    call = node.expr if isinstance(node, it.ExprStmt) else node
    if not isinstance(call, it.MacroCall) or call.body is None:
        return False
    return any(
        isinstance(stmt, it.ItemStmt)
        for block in (call.body, *_branches(call.body))
        for stmt in block.stmts
    )
