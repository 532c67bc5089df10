"""Cargo manifests, read and never run: packages, their crates, features and dependencies.

What is wrong in a manifest is a gap, and all that can be read of it is kept.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple

import msgspec

from soundcheck.crates.dependencies import Dependency, LocalSources, find_dependencies
from soundcheck.crates.files import FileIndex, folder_of, join_path
from soundcheck.crates.inline_tables import read_toml
from soundcheck.crates.targets import PackageFacts, Target, find_targets
from soundcheck.finding import Gap
from soundcheck.source import LineIndex, SourceFile, Span

_LINE = re.compile(r"\(at line (\d+)")
_WILD = re.compile(r"[*?\[]")
_GLOB_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[\w.-]+\]|[^*?\[]+|\[")
_WILDCARDS = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_EDITIONS = frozenset({"2015", "2018", "2021", "2024"})


class Package(msgspec.Struct, frozen=True):
    """One package: the folder of its manifest (empty for the root), and what it declares.

    ``workspace`` is the folder of the workspace it is a member of, or ``None``. ``features`` holds
    those that optional dependencies imply. ``settings`` is its ``[package.metadata.soundcheck]``.
    """

    name: str
    folder: str
    edition: str
    version: str
    workspace: str | None
    targets: tuple[Target, ...]
    dependencies: tuple[Dependency, ...]
    features: tuple[tuple[str, tuple[str, ...]], ...]
    settings: Mapping[str, object]

    @property
    def library(self) -> Target | None:
        """The crate that other packages see, if any."""
        return next((t for t in self.targets if t.kind in ("lib", "proc-macro")), None)


class CargoWorkspace(msgspec.Struct, frozen=True):
    """One ``[workspace]``: its folder, the folders of its member packages, all sorted.

    ``default_members`` is empty where the manifest names none. ``settings`` is its
    ``[workspace.metadata.soundcheck]``.
    """

    folder: str
    members: tuple[str, ...]
    default_members: tuple[str, ...]
    settings: Mapping[str, object]


class Manifests(msgspec.Struct, frozen=True):
    """What all manifests of a tree declare, sorted by folder, and what is wrong in them."""

    packages: tuple[Package, ...]
    workspaces: tuple[CargoWorkspace, ...]
    gaps: tuple[Gap, ...]


class _Manifest(NamedTuple):
    source: SourceFile
    folder: str
    table: Mapping[str, Any]

    def gap(self, what: str, near: str = "") -> Gap:
        """A gap at the line of the key ``near``, else at the first that mentions it."""
        return _gap_at(self.source, self._line_of(near) if near else 1, what)

    def _line_of(self, near: str) -> int:
        lines = self.source.data.decode("utf-8", "replace").split("\n")
        name = re.escape(near)
        for pattern in (rf"\s*[\"']?{name}[\"']?\s*[=.]", rf"\s*\[.*\b{name}\b", f"[^#]*{name}"):
            for number, text in enumerate(lines, 1):
                if re.match(pattern, text):
                    return number
        return 1


def read_manifests(
    sources: Sequence[SourceFile], files: FileIndex, vendored: Set[str] = frozenset()
) -> Manifests:
    """Read every ``Cargo.toml`` of a tree whose files are ``files``.

    ``vendored`` are the paths of those manifests that are copies of other people's packages.
    """
    gaps: list[Gap] = []
    manifests: dict[str, _Manifest] = {}
    for source in sorted(sources, key=lambda source: source.path):
        manifest = _parse(source, gaps)
        if manifest is not None:
            manifests[manifest.folder] = manifest
    homes = {folder: _home_of(folder, manifests) for folder in manifests}
    members = _members(manifests, homes, gaps)
    local = _local_sources(manifests, vendored)
    packages = [
        package
        for folder, manifest in manifests.items()
        if (package := _package(manifest, homes[folder], members, local, files, gaps)) is not None
    ]
    libraries = {p.folder: p.library.name for p in packages if p.library is not None}
    packages = [_with_library_names(package, libraries) for package in packages]
    return Manifests(
        packages=tuple(sorted(packages, key=lambda package: package.folder)),
        workspaces=tuple(
            _workspace(manifests[folder], inside, manifests, gaps)
            for folder, inside in sorted(members.items())
        ),
        gaps=tuple(sorted(gaps, key=lambda gap: (gap.at, gap.what))),
    )


# -- one manifest ------------------------------------------------------------------------------


def _gap_at(source: SourceFile, line: int, what: str) -> Gap:
    lines = LineIndex(source.data)
    line = max(1, min(line, lines.line_count))
    start = lines.start_of(line)
    return Gap("manifest", what, Span(source.path, line, start, start + len(lines.bytes_of(line))))


def _parse(source: SourceFile, gaps: list[Gap]) -> _Manifest | None:
    try:
        table = read_toml(source.data.decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else LineIndex(source.data).line_count
        gaps.append(_gap_at(source, line, f"not TOML: {str(error).partition(' (at ')[0]}"))
        return None
    except UnicodeDecodeError as error:
        line = LineIndex(source.data).line_of(error.start)
        gaps.append(_gap_at(source, line, "not UTF-8"))
        return None
    except RecursionError:
        gaps.append(_gap_at(source, 1, "nested too deeply"))
        return None
    manifest = _Manifest(source, folder_of(source.path), table)
    if not ({"package", "project", "workspace"} & table.keys()):
        gaps.append(manifest.gap("neither a package nor a workspace"))
    return manifest


def _table(value: object, *keys: str) -> Mapping[str, Any]:
    """The table at the end of ``keys``; an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _package(
    manifest: _Manifest,
    home: _Manifest | None,
    members: Mapping[str, tuple[str, ...]],
    local: LocalSources,
    files: FileIndex,
    gaps: list[Gap],
) -> Package | None:
    key = "package" if "package" in manifest.table else "project"
    if key not in manifest.table:
        return None
    keys = _table(manifest.table, key)
    shared = _table(home.table, "workspace", "package") if home else {}

    def text(key: str, default: str) -> str:
        value = keys.get(key)
        if isinstance(value, dict) and value.get("workspace") is True:
            value = shared.get(key)
            if value is None:
                gaps.append(manifest.gap(f"no workspace says what `{key}` is", key))
        if value is not None and not isinstance(value, str):
            gaps.append(manifest.gap(f"`{key}` is not a string", key))
        return value if isinstance(value, str) else default

    name = text("name", "")
    if not name:
        gaps.append(manifest.gap("a package without a name", f"[{key}]"))
        name = manifest.folder.rpartition("/")[2] or "unnamed"
    edition = text("edition", "2015")
    if edition not in _EDITIONS:
        gaps.append(manifest.gap(f"an edition we do not know: {edition}", "edition"))
    facts = PackageFacts(manifest.folder, name, edition)
    targets, problems = find_targets(facts, manifest.table, files)
    dependencies, more = find_dependencies(
        manifest.folder, manifest.table, (home.folder, home.table) if home else ("", {}), local
    )
    gaps.extend(manifest.gap(problem.what, problem.near) for problem in (*problems, *more))
    is_member = home is not None and manifest.folder in members.get(home.folder, ())
    return Package(
        name=name,
        folder=manifest.folder,
        edition=edition,
        version=text("version", ""),
        workspace=home.folder if home is not None and is_member else None,
        targets=targets,
        dependencies=dependencies,
        features=tuple(_features(manifest, dependencies, gaps)),
        settings=_table(keys, "metadata", "soundcheck"),
    )


def _features(
    manifest: _Manifest, dependencies: Sequence[Dependency], gaps: list[Gap]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    declared = _table(manifest.table, "features")
    mentioned: set[str] = set()
    for name, parts in declared.items():
        if not isinstance(parts, list):
            gaps.append(manifest.gap(f"the feature `{name}` is no list", name))
        yield name, _texts(parts)
        mentioned.update(part for part in _texts(parts) if part.startswith("dep:"))
    implied = dict.fromkeys(d.key for d in dependencies if d.is_optional)
    for key in implied:
        if key not in declared and f"dep:{key}" not in mentioned:
            yield key, (f"dep:{key}",)


# -- workspaces --------------------------------------------------------------------------------


def _home_of(folder: str, manifests: Mapping[str, _Manifest]) -> _Manifest | None:
    """The manifest with the workspace that a package inherits from, whether a member or not."""
    manifest = manifests[folder]
    if "workspace" in manifest.table:
        return manifest
    pointer = _table(manifest.table, "package").get("workspace")
    if isinstance(pointer, str):
        return manifests.get(join_path(folder, pointer) or "")
    above = folder
    while above:
        above = folder_of(above)
        home = manifests.get(above)
        if home is not None and "workspace" in home.table:
            table = _table(home.table, "workspace")
            if not _is_excluded(folder, above, table):
                return home
    return None


def _is_excluded(folder: str, home: str, table: Mapping[str, Any]) -> bool:
    """Whether a workspace excludes a folder: not where it stands below one that is a member."""

    def covers(key: str) -> bool:
        paths = (join_path(home, path) for path in _texts(table.get(key)))
        return any(path is not None and f"{folder}/".startswith(f"{path}/") for path in paths)

    return covers("exclude") and not covers("members")


def _globbed(home: str, paths: object, folders: Set[str]) -> set[str]:
    """Those of ``folders`` that a list of globs in the workspace of ``home`` names."""
    found: set[str] = set()
    for path in _texts(paths):
        pattern = join_path(home, path)
        if pattern is None:
            continue
        if not _WILD.search(pattern):
            found |= {pattern} & folders
            continue
        glob = re.compile("".join(_glob_part(part) for part in _GLOB_PARTS.findall(pattern)))
        found.update(folder for folder in folders if glob.fullmatch(folder))
    return found


def _glob_part(part: str) -> str:
    """One part of a glob as a regular expression; a star stays inside one name."""
    if part in _WILDCARDS:
        return _WILDCARDS[part]
    if part.startswith("[") and part.endswith("]"):
        return f"[{part[1:-1].replace('!', '^', 1)}]"
    return re.escape(part)


def _members(
    manifests: Mapping[str, _Manifest], homes: Mapping[str, _Manifest | None], gaps: list[Gap]
) -> dict[str, tuple[str, ...]]:
    """The member packages of every workspace: named, the root's own, and what they depend on."""
    members = {}
    packages = {f for f, m in manifests.items() if {"package", "project"} & m.table.keys()}
    for home, manifest in manifests.items():
        if "workspace" not in manifest.table:
            continue
        table = _table(manifest.table, "workspace")
        for path in _texts(table.get("members")):
            joined = join_path(home, path)
            if not _WILD.search(path) and joined not in manifests:
                gaps.append(manifest.gap(f"the member `{path}` has no manifest", f'"{path}"'))
        globbed = _globbed(home, table.get("members"), packages)
        inside = {folder for folder in globbed if not _is_excluded(folder, home, table)}
        if home in packages:
            inside.add(home)
        pending = list(inside)
        while pending:
            for path in _paths_of_dependencies(manifests[pending.pop()], home, table):
                its_home = homes.get(path)
                if path in packages and path not in inside and its_home is manifest:
                    inside.add(path)
                    pending.append(path)
        members[home] = tuple(sorted(inside))
    return members


def _paths_of_dependencies(
    manifest: _Manifest, home: str, workspace: Mapping[str, Any]
) -> Iterator[str]:
    shared = _table(workspace, "dependencies")
    for table in (manifest.table, *_table(manifest.table, "target").values()):
        for section in ("dependencies", "dev-dependencies", "build-dependencies"):
            for key, spec in _table(table, section).items():
                if not isinstance(spec, dict):
                    continue
                folder = manifest.folder
                if spec.get("workspace") is True:
                    folder, spec = home, _table(shared, key)
                path = spec.get("path")
                joined = join_path(folder, path) if isinstance(path, str) else None
                if joined is not None:
                    yield joined


def _workspace(
    manifest: _Manifest,
    members: tuple[str, ...],
    manifests: Mapping[str, _Manifest],
    gaps: list[Gap],
) -> CargoWorkspace:
    table = _table(manifest.table, "workspace")
    if not isinstance(manifest.table["workspace"], dict):
        gaps.append(manifest.gap("`workspace` is no table", "workspace"))
    chosen = _globbed(manifest.folder, table.get("default-members"), manifests.keys())
    return CargoWorkspace(
        folder=manifest.folder,
        members=members,
        default_members=tuple(sorted(chosen)),
        settings=_table(table, "metadata", "soundcheck"),
    )


def _local_sources(manifests: Mapping[str, _Manifest], vendored: Set[str]) -> LocalSources:
    """Where the code of packages lies that are asked for by name only."""
    copies: dict[str, list[tuple[str, str]]] = {}
    for folder, manifest in manifests.items():
        keys = _table(manifest.table, "package")
        name, version = keys.get("name"), keys.get("version")
        if manifest.source.path in vendored and isinstance(name, str):
            text = version if isinstance(version, str) else ""
            copies.setdefault(name, []).append((text, folder))
    return LocalSources(frozenset(manifests), {k: tuple(sorted(v)) for k, v in copies.items()})


def _with_library_names(package: Package, libraries: Mapping[str, str]) -> Package:
    """Call each dependency as code does: by its library's name, unless the manifest renames it."""
    renamed = []
    for dependency in package.dependencies:
        library = libraries.get(dependency.path or "")
        if dependency.path is not None and library and dependency.key == dependency.package:
            dependency = msgspec.structs.replace(dependency, name=library)
        renamed.append(dependency)
    return msgspec.structs.replace(package, dependencies=tuple(renamed))
