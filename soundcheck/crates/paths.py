"""What a path in a body, a type or an attribute means: definitions, a name outside, or why not."""

from collections.abc import Sequence, Set

from soundcheck.crates.definitions import (
    PRIMITIVES,
    TYPES,
    Candidate,
    Def,
    External,
    Missing,
    Primitive,
    Resolution,
    Target,
)
from soundcheck.crates.routes import Walk, walk_path, why_not
from soundcheck.crates.search import Search
from soundcheck.syntax.cfg import Any, Cfg
from soundcheck.syntax.items import Path, PathType

_SELF_TYPE = "Self"
# Modules of the core library that share the name of a primitive type.
_CORE = frozenset({"core", "std"})


_LOCAL = Resolution((), "local")
_TYPE = Resolution((), "type")


def resolve_path(
    search: Search,
    scope: int,
    path: Path | Sequence[str],
    namespaces: int,
    cfg: Cfg | None = None,
    own_names: Set[str] = frozenset(),
) -> Resolution:
    """What ``path`` means in a scope where ``cfg`` holds; ``own_names`` are the asker's.

    Of ``<T as A>::f`` the answer is that of ``A``, and of ``<T>::f`` that of ``T``, with ``f``
    left over.
    """
    names, is_global, rest = _names_of(path)
    if not names:
        return _TYPE
    if not is_global and (names[0] == _SELF_TYPE or names[0] in own_names):
        return _LOCAL
    if rest:
        namespaces = TYPES
    resolution = _resolve(search, scope, names, namespaces, is_global)
    return _where(search, resolution, cfg, rest)


def _names_of(path: Path | Sequence[str]) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    """The names to follow, whether they start outermost, and those that the end of them answers."""
    if not isinstance(path, Path):
        return tuple(path), False, ()
    if path.qself is None:
        return path.names, path.is_global, ()
    if path.trait_len:
        return path.names[: path.trait_len], path.is_global, path.names[path.trait_len :]
    if isinstance(path.qself, PathType) and path.qself.path.qself is None:
        return path.qself.path.names, path.qself.path.is_global, path.names
    return (), False, ()


def _resolve(
    search: Search,
    scope: int,
    names: tuple[str, ...],
    namespaces: int,
    is_global: bool,  # noqa: FBT001
) -> Resolution:
    """What a path means under any formula; asked once for each scope."""
    key = (scope, names, namespaces, is_global)
    known = search.resolutions.get(key)
    if known is None:
        walk = walk_path(search, scope, names, namespaces, is_global=is_global)
        known = search.resolutions[key] = _judge(search, walk, names, namespaces)
    return known


def _judge(search: Search, walk: Walk, names: tuple[str, ...], namespaces: int) -> Resolution:
    found: list[Candidate] = []
    missing = ""
    for target, _, cfg, rest in walk.reached:
        if isinstance(target, Missing):
            missing = target.what
            continue
        if isinstance(target, External) and len(names) == 1 and namespaces == TYPES:
            target = _type_not_module(target)
        if isinstance(target, Def) and not target.is_primary and target.kind != "module":
            target = search.primaries.get(
                (target.file, target.start, target.kind, target.name), target
            )
        found.append(Candidate(target, rest, cfg))
    if found:
        return Resolution(tuple(found))
    if missing:
        return Resolution((), "missing", missing)
    return Resolution((), "unknown", why_not(walk, names))


def _type_not_module(target: External) -> Target:
    """The primitive type, where a module of the core library hides it: no module is a type."""
    krate, _, name = target.path.rpartition("::")
    return Primitive(name) if krate in _CORE and name in PRIMITIVES else target


def _where(
    search: Search, resolution: Resolution, cfg: Cfg | None, rest: tuple[str, ...]
) -> Resolution:
    """What is left of a resolution where ``cfg`` holds, each target told once."""
    candidates = resolution.candidates
    if not candidates or (len(candidates) == 1 and candidates[0].cfg is None and not rest):
        return resolution
    kept: list[Candidate] = []
    for one in candidates:
        if one.cfg is not None and not search.formulas.logic.may_meet(one.cfg, cfg):
            continue
        for index, other in enumerate(kept):
            if one.target is other.target and one.rest == other.rest:
                kept[index] = Candidate(one.target, one.rest, _either(other.cfg, one.cfg))
                break
        else:
            kept.append(one)
    if not kept:
        what = "what it names is there only under other formulas"
        return Resolution((), "excluded", what)
    if rest:
        kept = [_with_rest(search, one, rest) for one in kept]
    return resolution if len(kept) == len(candidates) and not rest else Resolution(tuple(kept))


def _either(one: Cfg | None, other: Cfg | None) -> Cfg | None:
    return None if one is None or other is None else Any((one, other))


def _with_rest(search: Search, one: Candidate, rest: tuple[str, ...]) -> Candidate:
    if isinstance(one.target, External):
        path = "::".join((one.target.path, *rest))
        return Candidate(search.external(path, is_guess=one.target.is_guess), (), one.cfg)
    return Candidate(one.target, (*one.rest, *rest), one.cfg)
