"""The files that concern an audit: what they are, what links lead to, what is reported on."""

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from soundcheck.finding import Gap
from soundcheck.workspace.discovery import CHECKSUM, kind_of, merge, paths_by_git, paths_by_walking
from soundcheck.workspace.globs import match_globs
from soundcheck.workspace.root import UnusableInputError, existing, failure, gap_at, relative_to


class ListedFile(msgspec.Struct, frozen=True, gc=False):
    """A file that was found and not read, with what tells whether it changed since."""

    path: str
    size: int
    mtime_ns: int
    inode: int


class Listing(msgspec.Struct, frozen=True):
    """What lies below the root and concerns an audit, each kind sorted by path.

    ``root`` is absolute and for opening files only. ``links`` are the symbolic links inside the
    root, as (path of the link, real path it leads to). ``reported`` are the paths that findings
    and gaps may be about; all others are read for what they declare. ``vendored`` are the sources
    of dependencies kept in the tree. ``named`` are the paths of the command line, ``""`` the root.
    """

    root: str
    rust: tuple[ListedFile, ...]
    manifests: tuple[ListedFile, ...]
    assembly: tuple[ListedFile, ...]
    settings: tuple[ListedFile, ...]
    links: tuple[tuple[str, str], ...]
    named: tuple[str, ...]
    vendored: frozenset[str]
    reported: frozenset[str]
    gaps: tuple[Gap, ...]


class _Looked(NamedTuple):
    """What looking at each found path brought."""

    files: dict[str, ListedFile]
    links: dict[str, str]
    gaps: list[Gap]


def list_files(
    root: str,
    paths: Sequence[str] = (),
    *,
    exclude: Sequence[str] = (),
    force_exclude: Sequence[str] = (),
) -> Listing:
    """List the files below ``root``, an absolute real path as ``find_root`` gives it.

    ``paths`` restrict what is reported, never what is read; one that git ignores is read all the
    same. ``exclude`` are globs, as in a ``.gitignore``, of what is not reported unless a path
    itself is named; what ``force_exclude`` matches is not reported even then.

    Raises:
        UnusableInputError: where a path cannot be audited, or a glob is none.
    """
    named = {_named(root, path): path for path in paths} or {"": "."}
    found = paths_by_git(root)
    if found is None:
        found = paths_by_walking(root, "")
    for path in named:
        if path and not any(is_below(other, path) for other in found.paths):
            merge(found, paths_by_walking(root, path))
    looked = _look_at(root, found.paths)
    rust, manifests, assembly, settings = (
        tuple(looked.files[path] for path in sorted(looked.files) if kind_of(path) == kind)
        for kind in ("rust", "manifest", "assembly", "settings")
    )
    checksums = {path for path in found.paths if path.endswith(CHECKSUM)}
    packages = {os.path.dirname(file.path) for file in manifests}
    vendors = {os.path.dirname(path) for path in checksums}
    vendored = frozenset(p for p in looked.files if is_vendored(p, packages, vendors))
    gaps = sorted({*found.gaps, *looked.gaps}, key=lambda gap: (gap.at, gap.kind))
    names = {*looked.files, *(gap.at.path for gap in gaps)}
    for path, given in named.items():
        if not any(is_below(file.path, path) for file in rust):
            raise UnusableInputError(f"{given}: no Rust here")
    return Listing(
        root=root,
        rust=rust,
        manifests=manifests,
        assembly=assembly,
        settings=settings,
        links=tuple(sorted(looked.links.items())),
        named=tuple(named),
        vendored=vendored,
        reported=reported_paths(names, tuple(named), vendored, exclude, force_exclude),
        gaps=tuple(gaps),
    )


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder's or below it; everything is below the root, the empty path."""
    return not folder or path == folder or path.startswith(folder + "/")


def _named(root: str, path: str) -> str:
    """A path of the command line, relative to the root; it must exist and be readable."""
    real = existing(path)
    mode = os.stat(real).st_mode
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise UnusableInputError(f"{path}: neither a file nor a folder")
    if not os.access(real, os.R_OK | os.X_OK if stat.S_ISDIR(mode) else os.R_OK):
        raise UnusableInputError(f"{path}: {os.strerror(errno.EACCES).lower()}")
    relative = relative_to(root, real)
    if relative is None:
        raise UnusableInputError(f"{path}: outside the root {root}")
    return relative


def _look_at(root: str, paths: Iterable[str]) -> _Looked:
    """Tell files from links, and follow the links."""
    looked = _Looked({}, {}, [])
    folders: dict[str, str | None] = {"": ""}

    def real_folder(folder: str) -> str | None:
        """Where a folder really is, or none where that is outside the root or not to be known."""
        known = folder
        while known not in folders:
            known = known.rpartition("/")[0]
        real = folders[known]
        while known != folder:
            end = folder.find("/", len(known) + 1)
            known = folder if end < 0 else folder[:end]
            if real is not None:
                name = known.rpartition("/")[2]
                real = f"{real}/{name}" if real else name
                if os.path.islink(os.path.join(root, real)):
                    followed = _follow(root, real, looked)
                    real = None if followed is None else followed[0]
            folders[known] = real
        return real

    for path in sorted(paths):
        folder, _, name = path.rpartition("/")
        kind = kind_of(path)
        real = real_folder(folder)
        if real is None:
            continue
        standing = f"{real}/{name}" if real else name
        try:
            status = os.lstat(os.path.join(root, standing))
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR) and kind:
                looked.gaps.append(gap_at("unreadable-file", failure(error), path))
            continue
        if stat.S_ISLNK(status.st_mode):
            if name.startswith(".#"):
                # An editor's lock is a link to nothing.
                continue
            followed = _follow(root, standing, looked)
            if followed is not None and not stat.S_ISDIR(followed[1].st_mode):
                _add_file(looked, *followed)
        elif kind:
            _add_file(looked, standing, status)
    return looked


def _follow(root: str, link: str, looked: _Looked) -> tuple[str, os.stat_result] | None:
    """Note where a link inside the root leads; the path to read what is there by, and its status.

    There is none where the link fails, or leads to a folder outside the root.
    """
    try:
        real = os.path.realpath(os.path.join(root, link), strict=True)
        status = os.stat(real)
    except OSError as error:
        if kind_of(link):
            what = f"a link that fails: {failure(error)}"
            looked.gaps.append(gap_at("unreadable-file", what, link))
        return None
    target = relative_to(root, real)
    is_folder = stat.S_ISDIR(status.st_mode)
    if target is not None:
        if is_folder or kind_of(target):
            looked.links[link] = target
        return target, status
    if is_folder:
        looked.gaps.append(gap_at("linked-folder", "a link to a folder outside the root", link))
        return None
    return link, status


def _add_file(looked: _Looked, path: str, status: os.stat_result) -> None:
    if not path.isprintable() and not is_utf8(path):
        looked.gaps.append(gap_at("unreadable-name", "a file name that is not UTF-8", path))
    elif not kind_of(path):
        return
    elif stat.S_ISREG(status.st_mode):
        looked.files[path] = ListedFile(path, status.st_size, status.st_mtime_ns, status.st_ino)
    else:
        looked.gaps.append(gap_at("not-a-file", "neither a file nor a link to one", path))


def is_utf8(path: str) -> bool:
    """Whether a name, as the system gave it, can be written at all."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_vendored(path: str, packages: set[str], vendors: set[str]) -> bool:
    """Whether a file is a dependency's: cargo's checksum tells, or a package below ``vendor``."""
    if path.startswith("vendor/"):
        return True
    if not vendors and "/vendor/" not in path:
        return False
    at = path.rfind("/")
    while at > 0:
        folder = path[:at]
        if folder in vendors:
            return True
        if folder in packages and "/vendor/" in f"/{folder}/":
            return True
        at = path.rfind("/", 0, at)
    return False


def reported_paths(
    names: set[str],
    named: tuple[str, ...],
    vendored: frozenset[str],
    exclude: Sequence[str],
    force_exclude: Sequence[str],
) -> frozenset[str]:
    """Which of ``names`` findings and gaps may be about; what is said of the root always may."""
    is_excluded, is_forced = match_globs(exclude), match_globs(force_exclude)
    reported = {"."} & names
    for path in named:
        below = [name for name in names if is_below(name, path) and not is_forced(name)]
        # What is named is meant, though a glob or a vendor's folder covers it as a whole.
        if not (path and (is_excluded(path) or is_excluded(path + "/"))):
            below = [name for name in below if not is_excluded(name)]
        own = [name for name in below if name not in vendored]
        reported.update(own or below if path else own)
    return frozenset(reported)
