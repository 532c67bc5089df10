"""The configuration of a run: found at the root, read, and held against what there is."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from soundcheck.catalog import CatalogError, Problem
from soundcheck.catalog.selection import unknown_names
from soundcheck.catalog.settings import Settings, Stated, join_settings, read_stated
from soundcheck.catalog.toml import KeyPath
from soundcheck.commands.failures import RunError
from soundcheck.commands.policy import load, refusal
from soundcheck.finding import Gap
from soundcheck.source import SourceFile
from soundcheck.workspace import MANIFEST, SETTINGS, glob_fault, read_file

# Where a manifest holds settings; of two keys the later one's wins.
_IN_A_MANIFEST = (("package", "metadata", "soundcheck"), ("workspace", "metadata", "soundcheck"))
_WORD = b"soundcheck"


class Configuration(NamedTuple):
    """The settings of a run, the texts they come from, and the user's own pages and profiles.

    ``folder`` is what the files and folders that settings name are relative to.
    """

    settings: Settings = Settings()
    stated: tuple[Stated, ...] = ()
    folder: Path = Path()
    pages: Mapping[str, str] = {}
    profiles: Mapping[str, str] = {}


def open_configuration(
    root: str, file: Path | None = None, *, is_isolated: bool = False
) -> Configuration:
    """The configuration of the tree below ``root``, or that of ``file`` in its place.

    Of the tree, ``soundcheck.toml`` at the root wins over the tables in the manifest beside it,
    key by key. Globs are relative to the root, files and folders to what names them.

    Raises:
        RunError: with all that is wrong, each with its place.
    """
    if is_isolated:
        return Configuration(folder=Path(root))
    if file is not None:
        read = [read_stated(str(file), _read_text(file))]
        folder = file.resolve().parent
    else:
        read = [read_stated(*one) for one in _texts_at(root)]
        folder = Path(root)
    stated = tuple(one for one, _ in read if one is not None)
    problems = [problem for _, found in read for problem in found]
    for one in stated:
        problems += one.problems(_bad_globs(one.values))
    said_by = {key: one for one in stated for key in one.values}
    pages, wrong = _texts_named(said_by, "rules", folder, root, "**/*.md")
    profiles, more = _texts_named(said_by, "profiles", folder, root, "*.toml")
    problems += [*wrong, *more]
    configuration = Configuration(join_settings(stated), stated, folder, pages, profiles)
    if problems:
        raise refusal("the configuration", [*problems, *_further_problems(configuration)])
    return configuration


def _further_problems(configuration: Configuration) -> Iterator[Problem]:
    """What is wrong besides: all is told at once, though the run stops here anyhow."""
    try:
        catalog = load(configuration.pages, configuration.profiles)
    except CatalogError as error:
        yield from error.problems
        return
    for one in configuration.stated:
        yield from unknown_names(one, catalog)


# -- reading -----------------------------------------------------------------------------------


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{file}: cannot be read: {_reason(error)}") from error


def _texts_at(root: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The texts at the root that may hold settings, and the tables of them that do."""
    manifest = read_file(root, MANIFEST)
    if not isinstance(manifest, Gap) and _WORD in manifest.data:
        text = manifest.data.decode("utf-8", "replace")
        yield from ((MANIFEST, text, within) for within in _IN_A_MANIFEST)
    own = Path(root, SETTINGS)
    if own.exists() or own.is_symlink():
        source = read_file(root, SETTINGS)
        if isinstance(source, Gap):
            raise RunError(f"{SETTINGS}: cannot be read: {source.what}")
        try:
            yield SETTINGS, source.data.decode(), ()
        except UnicodeDecodeError as error:
            raise RunError(f"{SETTINGS}: cannot be read: {_reason(error)}") from error


def _texts_named(
    said_by: Mapping[str, Stated], key: str, folder: Path, root: str, pattern: str
) -> tuple[dict[str, str], list[Problem]]:
    """The texts in the folders that settings name under ``key``, and what is wrong with those."""
    stated = said_by.get(key)
    if stated is None:
        return {}, []
    texts: dict[str, str] = {}
    faults: list[tuple[KeyPath, str]] = []
    names = stated.values[key]
    for number, name in enumerate(names if isinstance(names, tuple) else ()):
        found, wrong = read_texts(folder / name, pattern, root)
        texts |= found
        faults += [((key, number), fault) for fault in wrong]
    return texts, stated.problems(faults)


def read_texts(folder: Path, pattern: str, root: str = "") -> tuple[dict[str, str], list[str]]:
    """The texts below a folder by path, from the root where they lie below it, and all faults."""

    def shown(path: Path) -> str:
        return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()

    if not folder.is_dir():
        return {}, [f"{shown(folder)}: there is no such folder"]
    files = [file for file in sorted(folder.glob(pattern)) if file.is_file()]
    files = [file for file in files if file.name != "README.md"]
    texts: dict[str, str] = {}
    faults = [] if files else [f"{shown(folder)}: there is nothing like {pattern} in it"]
    for file in files:
        try:
            texts[shown(file)] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{shown(file)}: cannot be read: {_reason(error)}")
    return texts, faults


def _reason(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return (error.strerror or str(error)).lower()


def _bad_globs(values: Mapping[str, object]) -> Iterator[tuple[KeyPath, str]]:
    tables: list[tuple[KeyPath, object]] = [(("exclude",), values.get("exclude"))]
    per_path = values.get("per-path")
    for number, table in enumerate(per_path if isinstance(per_path, tuple) else ()):
        tables.append((("per-path", number, "paths"), table.get("paths")))
    for at, globs in tables:
        for number, glob in enumerate(globs if isinstance(globs, tuple) else ()):
            fault = glob_fault(glob)
            if fault:
                yield (*at, number), fault


def nested_settings(manifests: Iterable[SourceFile], paths: Iterable[str]) -> list[str]:
    """Those of ``manifests``, and of the ``paths`` of settings, that are not at the root."""
    found = [path for path in paths if path != SETTINGS]
    for manifest in manifests:
        if manifest.path != MANIFEST and _WORD in manifest.data:
            text = manifest.data.decode("utf-8", "replace")
            if any(read_stated(manifest.path, text, within)[0] for within in _IN_A_MANIFEST):
                found.append(manifest.path)
    return sorted(found)
