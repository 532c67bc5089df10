"""The crates that one package builds, declared in its manifest or found where cargo looks.

The rules are those of the Cargo Book, "Cargo Targets".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from soundcheck.crates.files import FileIndex, join_path


class Target(msgspec.Struct, frozen=True, gc=False):
    """One crate of a package.

    ``kind`` is ``lib``, ``proc-macro``, ``bin``, ``test``, ``example``, ``bench`` or
    ``build-script``. ``name`` is the crate as rustc calls it, but for build scripts: those are all
    ``build_script_build`` to rustc, and carry their package's name here. ``root`` is the real path
    of the root file.
    """

    kind: str
    name: str
    root: str
    edition: str
    crate_types: tuple[str, ...] = ()
    required_features: tuple[str, ...] = ()


class Problem(NamedTuple):
    """Something wrong in a manifest, and a key or name near which it stands."""

    what: str
    near: str


class _Section(NamedTuple):
    key: str
    folder: str
    switch: str


_SECTIONS = (
    _Section("bin", "src/bin", "autobins"),
    _Section("example", "examples", "autoexamples"),
    _Section("test", "tests", "autotests"),
    _Section("bench", "benches", "autobenches"),
)


class PackageFacts(NamedTuple):
    """What targets take from their package: its folder, its name, its edition."""

    folder: str
    name: str
    edition: str


def crate_name(name: str) -> str:
    """A package's or target's name as an identifier."""
    return name.replace("-", "_")


def find_targets(
    package: PackageFacts, manifest: Mapping[str, Any], files: FileIndex
) -> tuple[tuple[Target, ...], list[Problem]]:
    """Every target of a package with the given manifest, each kind in the order of cargo."""
    problems: list[Problem] = []
    keys = _package_keys(manifest)
    targets = [
        *_library(package, manifest, files, problems),
        *_build_script(package, keys, files, problems),
    ]
    for section in _SECTIONS:
        targets += _section(package, section, manifest, files, problems)
    if all(target.kind == "build-script" for target in targets) and not problems:
        problems.append(Problem("no target: neither `src/lib.rs` nor `src/main.rs`", "package"))
    return tuple(targets), problems


def _package_keys(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    keys = manifest.get("package", manifest.get("project"))
    return keys if isinstance(keys, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _text(table: Mapping[str, Any], key: str, problems: list[Problem]) -> str:
    value = table.get(key, "")
    if isinstance(value, str):
        return value
    problems.append(Problem(f"`{key}` is not a string", key))
    return ""


def _existing(
    package: PackageFacts, path: str, files: FileIndex, problems: list[Problem]
) -> str | None:
    """The real path of a target's root that the manifest names."""
    joined = join_path(package.folder, path)
    real = None if joined is None else files.real(joined)
    if real is None:
        problems.append(Problem(f"the target's root `{path}` is not there", path))
    return real


def _target(
    package: PackageFacts, kind: str, name: str, root: str, table: Mapping[str, Any]
) -> Target:
    edition = table.get("edition")
    return Target(
        kind=kind,
        name=crate_name(name),
        root=root,
        edition=edition if isinstance(edition, str) else package.edition,
        crate_types=_texts(table.get("crate-type", table.get("crate_type"))),
        required_features=_texts(table.get("required-features")),
    )


def _library(
    package: PackageFacts, manifest: Mapping[str, Any], files: FileIndex, problems: list[Problem]
) -> Iterator[Target]:
    table = manifest.get("lib")
    is_declared = isinstance(table, dict)
    if not isinstance(table, dict):
        table = {}
        if _package_keys(manifest).get("autolib") is False:
            return
    name = _text(table, "name", problems) or package.name
    path = _text(table, "path", problems)
    if path:
        root = _existing(package, path, files, problems)
    else:
        # Of old, a declared library's file could carry its name.
        own = (f"src/{crate_name(name)}.rs",) if is_declared else ()
        root = next(iter(_reals(package, files, "src/lib.rs", *own)), None)
        if root is None and is_declared:
            problems.append(Problem("the library has no `src/lib.rs`", "lib"))
    if root is None:
        return
    types = _texts(table.get("crate-type", table.get("crate_type")))
    is_macro = table.get("proc-macro", table.get("proc_macro")) is True or "proc-macro" in types
    yield _target(package, "proc-macro" if is_macro else "lib", name, root, table)


def _reals(package: PackageFacts, files: FileIndex, *paths: str) -> list[str]:
    """The real paths of those of a package's ``paths`` that exist."""
    joined = [join_path(package.folder, path) for path in paths]
    reals = [files.real(path) for path in joined if path is not None]
    return [real for real in reals if real is not None]


def _build_script(
    package: PackageFacts, keys: Mapping[str, Any], files: FileIndex, problems: list[Problem]
) -> Iterator[Target]:
    build = keys.get("build")
    if build is False:
        return
    name = f"{package.name}_build_script"
    named = (build,) if isinstance(build, str) else _texts(build)
    roots = [_existing(package, path, files, problems) for path in named]
    for root in roots if named else _reals(package, files, "build.rs"):
        if root is not None:
            yield _target(package, "build-script", name, root, {})


def _section(
    package: PackageFacts,
    section: _Section,
    manifest: Mapping[str, Any],
    files: FileIndex,
    problems: list[Problem],
) -> Iterator[Target]:
    inferred = dict(_inferred(package, section, files))
    declared: Sequence[object] = ()
    value = manifest.get(section.key)
    if isinstance(value, list):
        declared = value
    elif value is not None:
        problems.append(Problem(f"`{section.key}` is no array of tables", section.key))
    names: set[str] = set()
    roots: set[str] = set()
    for table in declared:
        if not isinstance(table, dict):
            continue
        name = _text(table, "name", problems)
        root = _declared_root(package, section, table, len(declared), inferred, files, problems)
        names.add(name)
        if root is None:
            continue
        roots.add(root)
        if not name:
            problems.append(Problem(f"a `[[{section.key}]]` without a name", section.key))
            name = root.rpartition("/")[2].removesuffix(".rs")
        yield _target(package, section.key, name, root, table)
    switch = _package_keys(manifest).get(section.switch)
    # Under edition 2015, declaring one target of a kind ends the search for more.
    if switch is False or (switch is None and package.edition == "2015" and declared):
        return
    for name, root in inferred.items():
        if name not in names and root not in roots:
            yield _target(package, section.key, name, root, {})


def _inferred(
    package: PackageFacts, section: _Section, files: FileIndex
) -> Iterator[tuple[str, str]]:
    """The targets of a kind that need no declaration: their names and roots."""
    if section.key == "bin":
        for root in _reals(package, files, "src/main.rs"):
            yield package.name, root
    folder = join_path(package.folder, section.folder)
    if folder is None:
        return
    inside = files.folder(folder)
    candidates = [
        (name.removesuffix(".rs"), f"{section.folder}/{name}")
        for name in inside.files
        if name.endswith(".rs")
    ]
    candidates += [(name, f"{section.folder}/{name}/main.rs") for name in inside.folders]
    for name, path in sorted(candidates):
        if not name.startswith("."):
            for root in _reals(package, files, path):
                yield name, root


def _declared_root(
    package: PackageFacts,
    section: _Section,
    table: Mapping[str, Any],
    declared: int,
    inferred: Mapping[str, str],
    files: FileIndex,
    problems: list[Problem],
) -> str | None:
    path = _text(table, "path", problems)
    if path:
        return _existing(package, path, files, problems)
    name = _text(table, "name", problems)
    if name in inferred:
        return inferred[name]
    if section.key == "bin" and package.edition == "2015":
        places = [f"src/{name}.rs", "src/bin/main.rs"]
        if declared == 1:
            places.insert(1, "src/main.rs")
        for root in _reals(package, files, *places):
            return root
    what = f"the target `{name}` has no file in `{section.folder}`"
    problems.append(Problem(what, f'"{name}"'))
    return None
