"""How the module tree of a crate grows from its root, along every ``mod`` and ``include!``."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from soundcheck.crates.files import FileIndex, folder_of
from soundcheck.crates.includes import included_path
from soundcheck.crates.lookup import (
    Lookup,
    Where,
    find_module,
    where_in_body,
    where_in_inline,
    where_in_root,
)
from soundcheck.crates.outline import Include, Outline, PlacedItem, outline_of
from soundcheck.finding import Gap
from soundcheck.source import Span
from soundcheck.syntax.cfg import Cfg, conjoin
from soundcheck.syntax.items import AnyItem, ItemTree, Module

# A file that one crate reaches more often than this is reached along paths that multiply.
MOST_TIMES = 16


class Root(NamedTuple):
    """Where a crate begins; see ``modules.Crate``. ``path`` is that of its root module."""

    name: str
    path: str
    kind: str
    edition: str
    file: str
    package: str | None
    is_test_only: bool


class GrownPart(NamedTuple):
    """A piece of a file in a module; see ``modules.Part``.

    ``standing`` is the path that led to the file, ``chain`` the files from the root to it.
    ``around`` is the index of the part that an inline module's body stands in, else -1.
    """

    module: int
    file: str
    standing: str
    chain: tuple[str, ...]
    outline: Outline
    cfg: Cfg | None
    where: Where
    around: int


class GrownModule:
    """A module while its tree grows; see ``modules.ModuleNode``."""

    __slots__ = ("at", "cfg", "children", "crate", "is_in_body", "item", "parent", "parts", "path")

    def __init__(self, crate: int, path: str, at: Span, cfg: Cfg | None, parent: int) -> None:
        self.crate = crate
        self.path = path
        self.at = at
        self.cfg = cfg
        self.parent = parent
        self.item: Module | None = None
        self.is_in_body = False
        self.parts: list[int] = []
        self.children: list[int] = []


class Growth:
    """All that has grown so far; indices point into its lists."""

    __slots__ = ("crates", "files", "gaps", "modules", "outlines", "parts", "reached", "times",
                 "trees")  # fmt: skip

    def __init__(self, trees: Mapping[str, ItemTree], files: FileIndex) -> None:
        self.trees = trees
        self.files = files
        self.crates: list[tuple[Root, int]] = []
        self.modules: list[GrownModule] = []
        self.parts: list[GrownPart] = []
        self.gaps: dict[Gap, None] = {}
        self.reached: set[str] = set()
        self.outlines: dict[tuple[str, int, str], Outline] = {}
        self.times: dict[tuple[int, str], int] = {}

    def outline(self, file: str, start: int, items: tuple[AnyItem, ...], owner: str) -> Outline:
        """The outline of a file, or of the inline module at ``start``, made once."""
        key = (file, start, owner)
        if key not in self.outlines:
            self.outlines[key] = outline_of(items, owner)
        return self.outlines[key]

    def span(self, file: str, start: int, end: int) -> Span:
        """The place of a byte range."""
        return Span(file, self.trees[file].line_of(start), start, end)

    def is_worn(self, crate: int, file: str) -> bool:
        """Whether a crate has reached a file too often; each question counts."""
        times = self.times.get((crate, file), 0) + 1
        self.times[crate, file] = times
        return times > MOST_TIMES


def grow(growth: Growth, root: Root, where: Where) -> None:
    """Add the crate that begins at ``root``, where ``where`` holds."""
    crate = len(growth.crates)
    growth.crates.append((root, len(growth.modules)))
    module = GrownModule(crate, root.path, Span(root.file, 1, 0, 0), None, -1)
    first = _whole_file(growth, module, root.file, root.file, (), where)
    pending = [first]
    while pending:
        index = pending.pop()
        part = growth.parts[index]
        new: list[int] = []
        for placed in part.outline.modules:
            new += _declare(growth, index, placed, cast(Module, placed.item))
        for include in part.outline.includes:
            new += _include(growth, index, include)
        pending.extend(reversed(new))


def _whole_file(
    growth: Growth,
    module: GrownModule,
    file: str,
    standing: str,
    chain: tuple[str, ...],
    where: Where,
) -> int:
    """Add a module whose body is the whole of a file."""
    tree = growth.trees[file]
    growth.reached.add(file)
    module.cfg = conjoin(module.cfg, tree.cfg)
    outline = growth.outline(file, -1, tree.items, "")
    part = GrownPart(0, file, standing, (*chain, file), outline, None, where, -1)
    return _add_module(growth, module, part)


def _add_module(growth: Growth, module: GrownModule, part: GrownPart) -> int:
    index = len(growth.modules)
    growth.modules.append(module)
    if module.parent >= 0:
        growth.modules[module.parent].children.append(index)
    return _add_part(growth, part._replace(module=index))


def _add_part(growth: Growth, part: GrownPart) -> int:
    growth.parts.append(part)
    growth.modules[part.module].parts.append(len(growth.parts) - 1)
    return len(growth.parts) - 1


def _declare(growth: Growth, index: int, placed: PlacedItem, item: Module) -> list[int]:
    """Add the module, or under several formulas the modules, that one ``mod`` declares."""
    part = growth.parts[index]
    parent = growth.modules[part.module]
    where = where_in_body(part.where) if placed.is_in_body else part.where
    at = growth.span(part.file, item.start, item.end)
    path = f"{parent.path}::{placed.name}"

    def module(own: Cfg | None) -> GrownModule:
        cfg = conjoin(parent.cfg, part.cfg, placed.cfg, own)
        made = GrownModule(parent.crate, path, at, cfg, part.module)
        made.item, made.is_in_body = item, placed.is_in_body
        return made

    if item.is_inline:
        body = part._replace(
            outline=growth.outline(part.file, item.start, item.items, ""),
            cfg=None,
            where=where_in_inline(where, item),
            around=index,
        )
        return [_add_module(growth, module(None), body)]
    lookup = find_module(item, where, growth.files)
    if lookup.missing or not lookup.found:
        growth.gaps[Gap("unresolved-module", _missing(item, lookup), at, path)] = None
    new = []
    for file in lookup.found:
        why = _refusal(growth, part, file.path)
        if why:
            growth.gaps[Gap("module-cycle", f"`mod {item.name};` {why}", at, path)] = None
            continue
        made = module(file.cfg)
        chain = part.chain
        new.append(_whole_file(growth, made, file.path, file.standing, chain, file.inside))
    return new


def _missing(item: Module, lookup: Lookup) -> str:
    tried = [f"`{path}`" for path in lookup.missing]
    if not tried:
        return f"`mod {item.name};` names no file, in the body of a function"
    word = "finds neither" if len(tried) > 1 else "does not find"
    return f"`mod {item.name};` {word} {' nor '.join(tried)}"


def _refusal(growth: Growth, part: GrownPart, file: str) -> str:
    """Why a file is not read once more; empty where it is."""
    if file in part.chain:
        return f"leads back to `{file}`"
    if growth.is_worn(growth.modules[part.module].crate, file):
        return f"leads to `{file}` again and again"
    return ""


def _include(growth: Growth, index: int, include: Include) -> list[int]:
    """Add what an ``include!`` brings into a module, or into the body of one of its items."""
    call, owner = include.call, include.owner
    part = growth.parts[index]
    module = growth.modules[part.module]
    package = growth.crates[module.crate][0].package
    at = growth.span(part.file, call.start, call.end)
    name = f"{module.path}::{owner}" if owner else module.path
    standing = included_path(call, folder_of(part.standing), package)
    file = None if standing is None else growth.files.real(standing)
    if standing is None or file is None:
        what = f"finds no `{standing}`" if standing else "names a file that only a build knows"
        growth.gaps[Gap("unresolved-include", f"`include!` {what}", at, name)] = None
        return []
    why = _refusal(growth, part, file)
    if why:
        growth.gaps[Gap("module-cycle", f"`include!` {why}", at, name)] = None
        return []
    growth.reached.add(file)
    tree = growth.trees[file]
    if not tree.items:
        # An expression: what is in it, nobody can name.
        return []
    where = where_in_root(standing)
    return [
        _add_part(
            growth,
            GrownPart(
                module=part.module,
                file=file,
                standing=standing,
                chain=(*part.chain, file),
                outline=growth.outline(file, -1, tree.items, owner),
                cfg=conjoin(part.cfg, include.cfg, tree.cfg),
                where=where_in_body(where) if owner else where,
                around=-1,
            ),
        )
    ]
