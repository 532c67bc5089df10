"""The files of a commit, read from git's objects: nothing is checked out, no file is touched."""

import os
import posixpath
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from soundcheck.finding import Gap
from soundcheck.source import SourceFile
from soundcheck.workspace.discovery import CHECKSUM, kind_of
from soundcheck.workspace.git import run_git
from soundcheck.workspace.listing import is_below, is_utf8, is_vendored, reported_paths
from soundcheck.workspace.reading import MOST_BYTES, Workspace
from soundcheck.workspace.root import UnusableInputError, failure, gap_at

# A chain of links longer than this is a loop.
_MOST_LINKS = 8
_LINK, _SUBMODULE = "120000", "160000"


class Commit(NamedTuple):
    """A commit of the repository that a root lies in: how it was called, and its full name."""

    called: str
    name: str


class _Tree(NamedTuple):
    """What a commit holds below the root: contents of files, targets of links, and gaps."""

    files: dict[str, SourceFile]
    links: dict[str, str]
    checksums: set[str]
    gaps: list[Gap]


def find_commit(root: str, called: str) -> Commit:
    """The commit that ``called`` names; with ``...`` behind it, where HEAD has left that.

    Raises:
        UnusableInputError: where there is no such commit, or no git.
    """
    revision = called.removesuffix("...")
    name = _ask(root, called, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if called.endswith("..."):
        name = _ask(root, called, "merge-base", name, "HEAD")
    return Commit(called, name)


def _ask(root: str, called: str, *arguments: str) -> str:
    if called.startswith("-"):
        raise UnusableInputError(f"{called}: no name of a commit")
    try:
        run = run_git(root, *arguments)
    except OSError as error:
        raise UnusableInputError(f"{called}: git cannot be asked: {failure(error)}") from None
    answer = run.stdout.decode("ascii", "replace").split()
    if run.returncode or not answer:
        lacks = "no such commit here; a shallow clone holds only the last ones"
        raise UnusableInputError(f"{called}: {lacks}")
    return answer[0]


def read_commit(
    root: str,
    commit: Commit,
    *,
    named: Sequence[str] = ("",),
    exclude: Sequence[str] = (),
    force_exclude: Sequence[str] = (),
) -> Workspace:
    """What a commit holds below ``root``, as ``read_files`` reads the work tree.

    ``named`` are the paths to report on, relative to the root. Submodules are read where they
    are checked out, at the commit that this one names.
    """
    tree = _Tree({}, {}, set(), [])
    _read_tree(root, "", commit.name, tree)
    files = tree.files
    links = {link: real for link in sorted(tree.links) if (real := _follow(link, tree))}
    packages = {posixpath.dirname(path) for path in files if kind_of(path) == "manifest"}
    vendors = {posixpath.dirname(path) for path in tree.checksums}
    vendored = frozenset(path for path in files if is_vendored(path, packages, vendors))
    names = {*files, *(gap.at.path for gap in tree.gaps)}

    def of_kind(kind: str) -> tuple[SourceFile, ...]:
        return tuple(files[path] for path in sorted(files) if kind_of(path) == kind)

    return Workspace(
        files=of_kind("rust"),
        manifests=of_kind("manifest"),
        assembly=of_kind("assembly"),
        links=tuple(links.items()),
        vendored=vendored,
        reported=reported_paths(names, tuple(named), vendored, exclude, force_exclude),
        gaps=tuple(sorted(tree.gaps, key=lambda gap: (gap.at, gap.kind))),
    )


def _read_tree(root: str, prefix: str, commit: str, tree: _Tree) -> None:
    """Note what a commit holds in a repository at or below the root, and in its submodules."""
    folder, at = os.path.join(root, prefix), f"{prefix}/" if prefix else ""
    run = run_git(folder, "ls-tree", "-r", "-z", commit)
    if run.returncode:
        tree.gaps.append(gap_at("missing-submodule", f"commit {commit[:12]} is not there", prefix))
        return
    wanted: list[tuple[str, str, bytes]] = []
    for entry in filter(None, run.stdout.split(b"\0")):
        fact, _, name = entry.partition(b"\t")
        mode, _, oid = fact.split(b" ")
        path = at + name.decode("utf-8", "surrogateescape")
        kind = mode.decode("ascii")
        if kind == _SUBMODULE and os.path.exists(os.path.join(root, path, ".git")):
            _read_tree(root, path, oid.decode("ascii"), tree)
        elif kind == _SUBMODULE:
            tree.gaps.append(gap_at("missing-submodule", "a submodule not checked out", path))
        elif path.endswith(CHECKSUM):
            tree.checksums.add(path)
        elif kind_of(path) and not is_utf8(path):
            tree.gaps.append(gap_at("unreadable-name", "a file name that is not UTF-8", path))
        elif kind == _LINK or kind_of(path):
            wanted.append((path, kind, oid))
    contents = _read_objects(folder, [oid for _, _, oid in wanted])
    for path, kind, oid in wanted:
        data = contents.get(oid)
        if data is None:
            tree.gaps.append(gap_at("unreadable-file", "git does not have its contents", path))
        elif len(data) > MOST_BYTES:
            tree.gaps.append(gap_at("oversized-file", f"{len(data):,} bytes", path))
        elif kind == _LINK:
            target = data.decode("utf-8", "surrogateescape")
            tree.links[path] = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        else:
            tree.files[path] = SourceFile(path, data)


def _follow(link: str, tree: _Tree) -> str:
    """Where a link leads to in the end, if that is a file or a folder of the commit."""
    real = tree.links[link]
    for _ in range(_MOST_LINKS):
        real = tree.links.get(real, real)
    return real if any(is_below(path, real) for path in tree.files) else ""


def _read_objects(folder: str, names: Sequence[bytes]) -> Mapping[bytes, bytes]:
    """The contents of objects by name; those that are not there are left out."""
    if not names:
        return {}
    run = run_git(folder, "cat-file", "--batch", given=b"".join(name + b"\n" for name in names))
    found: dict[bytes, bytes] = {}
    output, start = run.stdout, 0
    while (end := output.find(b"\n", start)) >= 0:
        head = output[start:end].split(b" ")
        start = end + 1
        # An object that is not there has a line, and no contents.
        if len(head) == 3:
            size = int(head[2])
            found[head[0]] = output[start : start + size]
            start += size + 1
    return found
