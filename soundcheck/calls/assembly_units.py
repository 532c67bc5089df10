"""Which assembly there is: what `global_asm!` says or includes, and the files nobody includes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from soundcheck.calls.linking import World
from soundcheck.crates.definitions import VALUES, Def
from soundcheck.crates.files import folder_of, join_path
from soundcheck.crates.includes import included_path
from soundcheck.crates.modules import Crate, ModuleNode, Part
from soundcheck.finding import Gap
from soundcheck.source import SourceFile, Span
from soundcheck.syntax import items as it
from soundcheck.syntax.assembly import Piece, Routine, read_routines
from soundcheck.syntax.cfg import Cfg

_ITEM = "global_asm"
_LITERAL = re.compile(r'r(#*)"(?P<raw>.*)"\1|"(?P<plain>.*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_OPERAND = re.compile(r"(?:(\w+)\s*=\s*)?(sym|const)\b\s*([^,]*)")
_INCLUDE = re.compile(r'^[ \t]*(?:\.|#[ \t]*|%)include[ \t]+["<]([^"<>\n]+)[">]', re.MULTILINE)
# A unit of more files than this is not to be believed, nor to be followed.
_MOST_FILES = 100
_STRING = re.compile(r'r(#*)".*?"\1|"(?:[^"\\]|\\.)*"', re.DOTALL)


class Unit(NamedTuple):
    """Assembly that is assembled together: its routines, and where what it names may be.

    ``cfg`` is the formula it is built under, ``package`` the folder of the package that it
    belongs to. ``operands`` are what ``{name}`` in it stands for.
    """

    routines: tuple[Routine, ...]
    cfg: Cfg | None
    package: str | None
    operands: Mapping[str, tuple[Def, ...]]


class _Source(NamedTuple):
    """A ``global_asm!`` where it stands."""

    item: it.MacroItem
    cfg: Cfg | None
    module: ModuleNode
    crate: Crate
    file: str


def read_units(world: World, files: Sequence[SourceFile]) -> tuple[list[Unit], list[Gap]]:
    """The assembly of a workspace; ``files`` are those of its own."""
    # A character for each byte: places in it are places in the file.
    texts = {file.path: file.data.decode("latin-1") for file in files}
    units: list[Unit] = []
    gaps: list[Gap] = []
    included: set[str] = set()
    for source in _sources(world):
        pieces: list[Piece] = []
        for piece in _pieces(world, source, _arguments(source.item), texts):
            if isinstance(piece, Gap):
                gaps.append(piece)
            else:
                pieces.extend(_spliced(piece, source.crate.package, texts))
        included.update(piece.path for piece in pieces)
        if not world.callees.cannot_hold(source.cfg):
            operands = _operands(world, source)
            units.append(Unit(read_routines(pieces), source.cfg, source.crate.package, operands))
    packages = sorted({one for crate in world.defmap.forest.crates if (one := crate.package)})
    formulas = _formulas_by_folder(world)
    for path, pieces in _alone(texts, included, packages):
        cfg = formulas.get(_nearest(path, formulas))
        if not world.callees.cannot_hold(cfg):
            units.append(Unit(read_routines(pieces), cfg, _nearest(path, packages), {}))
    return units, gaps


def _alone(
    texts: Mapping[str, str], included: set[str], packages: Sequence[str]
) -> Iterator[tuple[str, list[Piece]]]:
    """The files that no ``global_asm!`` includes and no other of them, with what they include."""
    found = {
        path: list(_spliced(Piece(path, 0, texts[path]), _nearest(path, packages), texts))
        for path in sorted(texts.keys() - included)
    }
    inner = {one.path for path, pieces in found.items() for one in pieces if one.path != path}
    seen = set(included)
    # Of files that only include each other the first will do.
    for path in sorted(found, key=lambda path: (path in inner, path)):
        if path not in seen:
            seen.update(one.path for one in found[path])
            yield path, found[path]


def _nearest(path: str, folders: Iterable[str]) -> str:
    """The innermost of some folders that holds a file; the root if none does."""
    return max((one for one in folders if path.startswith(f"{one}/")), default="", key=len)


def _formulas_by_folder(world: World) -> dict[str, Cfg | None]:
    """The formulas of modules by the folders of what is in them.

    What a build assembles from such a folder is held to be for the same builds.
    """
    found: dict[str, Cfg | None] = {}
    for module in world.defmap.forest.modules:
        if module.item is None or module.is_in_body or module.item.is_inline:
            continue
        folder = module.file.removesuffix(".rs").removesuffix("/mod")
        cfg = world.defmap.scopes[module.index].cfg
        found[folder] = cfg if found.get(folder, cfg) is cfg else None
    return found


def _spliced(
    piece: Piece, package: str | None, texts: Mapping[str, str], seen: set[str] | None = None
) -> Iterator[Piece]:
    """A text, with the files that it includes where it first includes them."""
    seen = {piece.path} if seen is None else seen
    begin = 0
    folders = (folder_of(piece.path), package or "", "")
    for match in _INCLUDE.finditer(piece.text):
        paths = [join_path(folder, match[1]) for folder in folders]
        path = next((one for one in paths if one in texts), None)
        if path is not None and path not in seen and len(seen) < _MOST_FILES:
            seen.add(path)
            yield Piece(piece.path, piece.start + begin, piece.text[begin : match.start()])
            yield from _spliced(Piece(path, 0, texts[path]), package, texts, seen)
            begin = match.end()
    yield Piece(piece.path, piece.start + begin, piece.text[begin:])


def _sources(world: World) -> Iterator[_Source]:
    forest, search = world.defmap.forest, world.defmap.search
    formulas = search.formulas
    for module in forest.modules:
        if module.index in world.callees.stubs:
            continue
        crate = forest.crates[module.crate]
        around = world.defmap.scopes[module.index].cfg
        for part in module.parts:
            base = formulas.join(around, formulas.place(part.cfg, crate))
            for item, cfg in _items(part):
                whole = formulas.join(base, formulas.place(cfg, crate))
                yield _Source(item, whole, module, crate, part.file)


def _items(part: Part) -> Iterator[tuple[it.MacroItem, Cfg | None]]:
    for placed in part.outline.items:
        item = placed.item
        if not isinstance(item, it.MacroItem) or placed.is_in_macro:
            continue
        if item.name.rpartition("::")[2] == _ITEM:
            yield item, placed.cfg


def _arguments(item: it.MacroItem) -> Iterator[it.Node]:
    if item.body is not None:
        for stmt in item.body.stmts:
            if isinstance(stmt, it.ExprStmt):
                yield stmt.expr
        if item.body.tail is not None:
            yield item.body.tail


def _pieces(
    world: World, source: _Source, nodes: Iterable[it.Node], texts: Mapping[str, str]
) -> Iterator[Piece | Gap]:
    """The texts of templates, in order; what is joined by ``concat!`` is read as if it were not."""
    for node in nodes:
        if isinstance(node, it.Lit):
            match = _LITERAL.fullmatch(node.text)
            if match is not None:
                yield Piece(source.file, *_template(node, match))
        elif isinstance(node, it.MacroCall) and node.path.name == "include_str":
            path = included_path(node, folder_of(source.file), source.crate.package)
            if path is not None and path in texts:
                yield Piece(path, 0, texts[path])
            else:
                line = world.trees[source.file].line_of(node.start)
                at = Span(source.file, line, node.start, node.end)
                what = f"finds no assembly at `{path}`" if path else "names what only a build knows"
                yield Gap("unresolved-include", f"`include_str!` {what}", at, source.module.path)
        elif isinstance(node, it.MacroCall):
            yield from _pieces(world, source, node.args, texts)


def _template(node: it.Lit, match: re.Match[str]) -> tuple[int, str]:
    """Where the text of a literal begins, and the text, escapes written out in as many bytes."""
    group = "raw" if match["raw"] is not None else "plain"
    text = match[group].encode().decode("latin-1")
    start = node.start + len(node.text[: match.start(group)].encode())
    return start, text if group == "raw" else _ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    return " \n" if match[1] in "n\n" else "  " if match[1] in "rt" else f" {match[1]}"


def _operands(world: World, source: _Source) -> dict[str, tuple[Def, ...]]:
    """The functions that are operands, by what stands for them in the templates."""
    found: dict[str, tuple[Def, ...]] = {}
    scope = world.defmap.scope_at(source.module.index, source.file, source.item.start)
    matches = _OPERAND.finditer(_STRING.sub("", source.item.text))
    for index, match in enumerate(matches):
        name, kind, path = match[1], match[2], match[3].strip()
        if kind == "sym" and re.fullmatch(r"[\w:\s]+", path):
            names = [part.strip() for part in path.split("::")]
            targets = world.defmap.resolve(scope, names, VALUES, source.cfg).defs
            functions = tuple([one for one in targets if one.kind == "function"])
            keys = (f"{{{name}}}",) if name else (f"{{{index}}}", "{}")
            for key in keys:
                found[key] = (*found.get(key, ()), *functions)
    return found
