"""What a package depends on, and where in the tree the code of that lies.

The rules are those of the Cargo Book, "Specifying Dependencies" and "Overriding Dependencies".
"""

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any, NamedTuple

import msgspec

from soundcheck.crates.files import join_path
from soundcheck.crates.targets import Problem, crate_name

_SECTIONS = (
    ("normal", ("dependencies",)),
    ("dev", ("dev-dependencies", "dev_dependencies")),
    ("build", ("build-dependencies", "build_dependencies")),
)
_VERSION = re.compile(r"[\d.]+")


class Dependency(msgspec.Struct, frozen=True, gc=False):
    """One dependency.

    ``key`` is its name in the manifest, ``name`` what code calls the crate, ``package`` the
    package's own name. ``path`` is the folder of that package below the root, ``None`` where its
    code is not in the tree. ``kind`` is ``normal``, ``dev`` or ``build``; ``target`` the
    ``cfg(…)`` or triple of its table, as written.
    """

    key: str
    name: str
    package: str
    path: str | None
    kind: str
    target: str = ""
    is_optional: bool = False
    has_default_features: bool = True
    features: tuple[str, ...] = ()


class LocalSources(NamedTuple):
    """The folders with a manifest, and the copies of packages: name to (version, folder)."""

    folders: Set[str]
    copies: Mapping[str, tuple[tuple[str, str], ...]]


def find_dependencies(
    folder: str,
    manifest: Mapping[str, Any],
    home: tuple[str, Mapping[str, Any]],
    local: LocalSources,
) -> tuple[tuple[Dependency, ...], list[Problem]]:
    """The dependencies of the package in ``folder``, in order of writing, and what is wrong.

    ``home`` is the folder and the manifest of its workspace, for what it inherits.
    """
    problems: list[Problem] = []
    patches = _patches(home, folder, manifest)
    dependencies = []
    for kind, target, key, spec in _specs(manifest, problems):
        resolved = _inherit(spec, key, home, folder, problems)
        if resolved is None:
            continue
        base, table = resolved
        package = table.get("package")
        path = _path_of(base, key, table, patches, local, problems)
        dependencies.append(
            Dependency(
                key=key,
                name=crate_name(key),
                package=package if isinstance(package, str) else key,
                path=path,
                kind=kind,
                target=target,
                is_optional=table.get("optional") is True,
                has_default_features=_has_default_features(table),
                features=tuple(f for f in _list(table.get("features")) if isinstance(f, str)),
            )
        )
    return tuple(dependencies), problems


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _has_default_features(table: Mapping[str, Any]) -> bool:
    return table.get("default-features", table.get("default_features")) is not False


def _specs(
    manifest: Mapping[str, Any], problems: list[Problem]
) -> Iterator[tuple[str, str, str, object]]:
    """Every entry of every dependency table: kind, target, key, and what is written for it."""
    tables = [("", manifest), *_dict(manifest.get("target")).items()]
    for target, table in tables:
        for kind, names in _SECTIONS:
            for name in names:
                section = _dict(table).get(name)
                if section is not None and not isinstance(section, dict):
                    problems.append(Problem(f"`{name}` is no table", name))
                for key, spec in _dict(section).items():
                    yield kind, target, key, spec


def _inherit(
    spec: object,
    key: str,
    home: tuple[str, Mapping[str, Any]],
    folder: str,
    problems: list[Problem],
) -> tuple[str, Mapping[str, Any]] | None:
    """What a dependency's entry means: the folder its path starts from, and its table."""
    if isinstance(spec, str):
        return folder, {"version": spec}
    if not isinstance(spec, dict):
        problems.append(Problem(f"the dependency `{key}` is neither a version nor a table", key))
        return None
    if spec.get("workspace") is not True:
        return folder, spec
    shared = _dict(_dict(home[1].get("workspace")).get("dependencies")).get(key)
    if shared is None:
        problems.append(Problem(f"no workspace says what the dependency `{key}` is", key))
        return None
    base = {"version": shared} if isinstance(shared, str) else _dict(shared)
    features = [*_list(base.get("features")), *_list(spec.get("features"))]
    # A member can only switch default features on again, never off.
    is_default = _has_default_features(base) or spec.get("default-features") is True
    own = {"features": features, "default-features": is_default}
    return home[0], {**base, **own, "optional": spec.get("optional")}


def _patches(
    home: tuple[str, Mapping[str, Any]], folder: str, manifest: Mapping[str, Any]
) -> dict[str, str]:
    """The folders that a workspace, or a package of its own, puts in the place of packages."""
    base, table = home if home[1] else (folder, manifest)
    found: dict[str, str] = {}
    replaced = {k.partition(":")[0]: v for k, v in _dict(table.get("replace")).items()}
    for section in (*_dict(table.get("patch")).values(), replaced):
        for key, spec in _dict(section).items():
            path, package = _dict(spec).get("path"), _dict(spec).get("package", key)
            joined = join_path(base, path) if isinstance(path, str) else None
            if joined is not None and isinstance(package, str):
                found[package] = joined
    return found


def _path_of(
    folder: str,
    key: str,
    table: Mapping[str, Any],
    patches: Mapping[str, str],
    local: LocalSources,
    problems: list[Problem],
) -> str | None:
    package = table.get("package", key)
    path = table.get("path")
    if isinstance(path, str):
        joined = join_path(folder, path)
        if joined in local.folders:
            return joined
        problems.append(Problem(f"no manifest in `{path}`, where `{key}` should be", path))
        return None
    if package in patches:
        return patches[package] if patches[package] in local.folders else None
    copies = local.copies.get(package, ()) if isinstance(package, str) else ()
    asked = _VERSION.search(str(table.get("version", "")))
    fitting = [at for version, at in copies if asked and version.startswith(asked[0])]
    return fitting[-1] if fitting else copies[-1][1] if copies else None
