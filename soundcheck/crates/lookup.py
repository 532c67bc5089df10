"""Where rustc looks for the file of ``mod name;``.

Two folders matter at every place: the one that ``#[path]`` starts from, and the one in which the
files of child modules lie. They differ in a file that is not called ``mod.rs``: from ``src/a.rs``
a path starts at ``src``, and children lie in ``src/a``.
"""

from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.crates.files import FileIndex, folder_of, join_path
from soundcheck.syntax.cfg import Any, Cfg, Flag, conjoin, negate
from soundcheck.syntax.items import Attribute, Module


class Where(NamedTuple):
    """The two folders at one place: ``paths`` for ``#[path]``, ``children`` for plain modules.

    More than one of ``children`` is tried, in order, where nothing tells what kind of file it is.
    None is tried where none may be declared: in a function's body.
    """

    paths: str
    children: tuple[str, ...]


class ModuleFile(NamedTuple):
    """One file a module may have, and under which formula.

    ``path`` is real, ``standing`` the path that led there, and ``inside`` what holds in it.
    """

    path: str
    standing: str
    cfg: Cfg | None
    inside: Where


class Lookup(NamedTuple):
    """What became of one ``mod name;``: its files, and the paths where nothing was found."""

    found: tuple[ModuleFile, ...]
    missing: tuple[str, ...]


def where_in_root(path: str) -> Where:
    """The folders in a crate's root file, a ``mod.rs``, and a file that ``#[path]`` names."""
    folder = folder_of(path)
    return Where(folder, (folder,))


def where_in_unknown(path: str) -> Where:
    """The folders in a file whose module nobody declares: by its name, or as in a root."""
    folder, _, name = path.rpartition("/")
    if name in ("mod.rs", "lib.rs", "main.rs"):
        return where_in_root(path)
    return Where(folder, (_under(folder, name.removesuffix(".rs")), folder))


def where_in_inline(where: Where, module: Module) -> Where:
    """The folders inside ``mod name { … }``; a ``#[path]`` on it names a folder."""
    for _, path in _paths_of(module.attributes):
        joined = join_path(where.paths, path)
        return where if joined is None else Where(joined, (joined,))
    name = file_name(module.name)
    children = tuple(_under(folder, name) for folder in where.children)
    return Where(children[0] if children else _under(where.paths, name), children)


def where_in_body(where: Where) -> Where:
    """The folders inside a function's body, where only ``#[path]`` can name a file."""
    return Where(where.paths, ())


def find_module(module: Module, where: Where, files: FileIndex) -> Lookup:
    """The files of ``mod name;`` at the place ``where``, one for each formula that chooses it."""
    found: dict[str, ModuleFile] = {}
    missing: list[str] = []
    before: list[Cfg] = []
    alternatives = list(_paths_of(module.attributes))
    for condition, path in alternatives:
        formula = conjoin(*_not_implied(before, condition), condition)
        standing = join_path(where.paths, path)
        real = None if standing is None else files.real(standing)
        if real is None or standing is None:
            missing.append(standing or path)
        else:
            _add(found, ModuleFile(real, standing, formula, where_in_root(standing)))
        if condition is not None:
            before.append(condition)
    if any(condition is None for condition, _ in alternatives):
        return Lookup(tuple(found.values()), tuple(missing))
    formula = conjoin(*map(negate, before))
    name = file_name(module.name)
    plain = [
        candidate for folder in where.children for candidate in _plain(folder, name, files, formula)
    ]
    if plain:
        _add(found, plain[0])
    elif not found:
        for folder in where.children:
            missing += [f"{_under(folder, name)}.rs", f"{_under(folder, name)}/mod.rs"]
    return Lookup(tuple(found.values()), tuple(missing))


def file_name(name: str) -> str:
    """A module's name as files carry it."""
    return name.removeprefix("r#")


def _under(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _plain(folder: str, name: str, files: FileIndex, formula: Cfg | None) -> Iterator[ModuleFile]:
    own = _under(folder, name)
    for standing, where in (
        (f"{own}.rs", Where(folder, (own,))),
        (f"{own}/mod.rs", Where(own, (own,))),
    ):
        real = files.real(standing)
        if real is not None:
            yield ModuleFile(real, standing, formula, where)


def _paths_of(attributes: tuple[Attribute, ...]) -> Iterator[tuple[Cfg | None, str]]:
    """The ``path`` attributes up to the first that holds always: formula and path."""
    for attribute in attributes:
        if attribute.path == "path" and attribute.value and not attribute.is_inner:
            yield attribute.cfg, attribute.value
            if attribute.cfg is None:
                return


def _not_implied(before: list[Cfg], condition: Cfg | None) -> Iterator[Cfg]:
    """The negations of earlier conditions that the present one does not imply.

    Options of one key, such as ``target_arch``, exclude each other, but for features.
    """
    for earlier in before:
        exclude = (
            isinstance(earlier, Flag)
            and isinstance(condition, Flag)
            and earlier.key == condition.key
            and earlier.value
            and earlier.key.startswith("target_")
            and earlier.key not in ("target_feature", "target_family", "target_has_atomic")
        )
        if not exclude:
            yield negate(earlier)


def _add(found: dict[str, ModuleFile], file: ModuleFile) -> None:
    """Keep a file once, under the disjunction of the formulas that choose it."""
    earlier = found.get(file.path)
    if earlier is not None and earlier.cfg is not None and file.cfg is not None:
        file = file._replace(cfg=Any((earlier.cfg, file.cfg)))
    elif earlier is not None:
        file = file._replace(cfg=None)
    found[file.path] = file
