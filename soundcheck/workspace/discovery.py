"""Which paths there are: as git lists them, as a walk meets them, as count-unsafe counts them."""

import os
import stat
from collections.abc import Callable, Iterator
from typing import NamedTuple

from soundcheck.finding import Gap
from soundcheck.workspace.git import run_git
from soundcheck.workspace.root import (
    SETTINGS,
    UnusableInputError,
    failure,
    gap_at,
    is_git_top,
    upwards,
)

CHECKSUM = ".cargo-checksum.json"
_LIST = ("ls-files", "-z", "--stage", "--cached", "--others", "--exclude-standard")
_UNOPENED = "warning: could not open directory '"


class Found(NamedTuple):
    """Paths as they stand below the root, before anything but their names is known."""

    paths: set[str]
    gaps: list[Gap]


def kind_of(path: str) -> str:
    """``rust``, ``manifest``, ``assembly`` or ``settings``, by a file's name; else empty."""
    name = path[path.rfind("/") + 1 :]
    if name.endswith(".rs"):
        return "rust" if len(name) > len(".rs") else ""
    if name == "Cargo.toml":
        return "manifest"
    if name == SETTINGS:
        return "settings"
    stem, dot, ending = name.rpartition(".")
    return "assembly" if stem and dot and ending in ("s", "S", "asm") else ""


def merge(found: Found, more: Found) -> None:
    """Add what else was found."""
    found.paths.update(more.paths)
    found.gaps.extend(more.gaps)


def paths_by_git(root: str, prefix: str = "") -> Found | None:
    """What git lists below ``root``/``prefix``; none if that is no git work tree."""
    folder = os.path.join(root, prefix)
    if not any(is_git_top(above) for above in upwards(folder)):
        return None
    try:
        run = run_git(folder, *_LIST)
    except OSError as error:
        return _paths_without_git(root, prefix, f"git: {failure(error)}")
    notes = run.stderr.decode("utf-8", "replace").splitlines()
    if run.returncode:
        return _paths_without_git(root, prefix, notes[0] if notes else "git failed")
    found = Found(set(), [])
    at = f"{prefix}/" if prefix else ""
    for note in notes:
        if note.startswith(_UNOPENED):
            unopened = note[len(_UNOPENED) :].split("'")[0].rstrip("/")
            found.gaps.append(gap_at("unreadable-folder", "permission denied", at + unopened))
    for entry in run.stdout.decode("utf-8", "surrogateescape").split("\0"):
        mode, tab, path = entry.partition("\t")
        # Only what is in the index shows a mode, an object and a stage before its path.
        if not tab or len(mode) < 48 or mode[6] != " ":
            mode, path = "", entry
        if mode.startswith("160000"):
            merge(found, _paths_in_submodule(root, at + path))
        elif path.endswith("/"):
            found.gaps.append(
                gap_at("nested-repository", "a repository that is no submodule", at + path[:-1])
            )
        elif path and (not mode.startswith("100") or kind_of(path) or path.endswith(CHECKSUM)):
            # Anything else that is in the index as a plain file is of no use here.
            found.paths.add(at + path)
    return found


def _paths_in_submodule(root: str, path: str) -> Found:
    if not os.path.exists(os.path.join(root, path, ".git")):
        return Found(set(), [gap_at("missing-submodule", "a submodule not checked out", path)])
    return paths_by_git(root, path) or Found(set(), [])


def _paths_without_git(root: str, prefix: str, why: str) -> Found:
    found = paths_by_walking(root, prefix)
    # Same tree, same words, wherever it lies.
    what = f"ignored files are read too, as git cannot list: {why.replace(root, '.')}"
    found.gaps.append(gap_at("no-git", what, prefix))
    return found


def paths_by_walking(root: str, start: str) -> Found:
    """Every file at or below ``start`` but those in hidden folders and build output."""
    found = Found(set(), [])
    if not os.path.isdir(os.path.join(root, start)):
        found.paths.add(start)
        return found
    stack = [start]
    while stack:
        folder = stack.pop()
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(os.path.join(root, folder)) as scan:
                entries = list(scan)
        except OSError as error:
            found.gaps.append(gap_at("unreadable-folder", failure(error), folder))
            continue
        names = {entry.name for entry in entries}
        if "CACHEDIR.TAG" in names and folder != start:
            continue
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                found.paths.add(prefix + entry.name)
            elif entry.name[0] != "." and not (entry.name == "target" and "Cargo.toml" in names):
                stack.append(prefix + entry.name)
    return found


def walk_like_count_unsafe(
    path: str, note: Callable[[Gap], None] = lambda _gap: None
) -> Iterator[str]:
    """The files that count-unsafe 0.1 counts below ``path``, as paths that begin with it.

    Regular files whose extension is exactly ``rs``, hidden and ignored ones too. Links are not
    followed, but for ``path`` itself where it leads to a folder. Where count-unsafe stops at a
    folder it cannot read, this goes on and hands ``note`` a gap.
    """
    try:
        mode = os.lstat(path).st_mode
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except OSError as error:
        raise UnusableInputError(f"{path}: {failure(error)}") from None
    if not is_folder:
        if stat.S_ISREG(mode) and kind_of(path) == "rust":
            yield path
        return
    stack = [path]
    while stack:
        folder = stack.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            note(gap_at("unreadable-folder", failure(error), folder))
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                stack.append(entry.path)
            elif entry.is_file(follow_symlinks=False) and kind_of(entry.name) == "rust":
                yield entry.path
