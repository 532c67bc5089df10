"""Where the audited tree begins, and what is said of paths in it that are of no use."""

import os
from collections.abc import Iterator, Sequence

from soundcheck.finding import Gap
from soundcheck.source import Span

SETTINGS = "soundcheck.toml"
MANIFEST = "Cargo.toml"


class UnusableInputError(Exception):
    """What was asked for cannot be trusted to be audited; one sentence says why and names it."""


def find_root(paths: Sequence[str] = (), root: str | None = None) -> str:
    """The absolute path of the root: ``root`` if given, else as the first of ``paths`` tells.

    It is the git top level of that path; without git, the outermost folder above it that has a
    ``soundcheck.toml`` or ``Cargo.toml``; without those, the path itself.
    """
    if root is not None:
        if not os.path.isdir(root):
            raise UnusableInputError(f"the root {root} is not a folder")
        return os.path.realpath(root)
    first = paths[0] if paths else "."
    start = existing(first)
    if not os.path.isdir(start):
        start = os.path.dirname(start)
    outermost = start
    for folder in upwards(start):
        if is_git_top(folder):
            return folder
        if any(os.path.isfile(os.path.join(folder, marker)) for marker in (SETTINGS, MANIFEST)):
            outermost = folder
    return outermost


def upwards(folder: str) -> Iterator[str]:
    """A folder and all those above it."""
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def is_git_top(folder: str) -> bool:
    """Whether ``.git`` here is a repository, or the file by which a submodule names its own."""
    git = os.path.join(folder, ".git")
    return os.path.isfile(git) or os.path.isfile(os.path.join(git, "HEAD"))


def existing(path: str) -> str:
    """The real path of a path of the command line, which must exist."""
    try:
        return os.path.realpath(path, strict=True)
    except OSError as error:
        raise UnusableInputError(f"{path}: {failure(error)}") from None


def failure(error: OSError) -> str:
    """What the system says went wrong, in its own words."""
    return (error.strerror or type(error).__name__).lower()


def gap_at(kind: str, what: str, path: str) -> Gap:
    """A gap about a whole file or folder, the root being ``.``; shown as far as it is UTF-8."""
    shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Gap(kind, what, Span(shown or ".", 1, 0, 0))


def relative_to(root: str, real: str) -> str | None:
    """A real path as seen from the root, empty for the root; none where it lies outside."""
    if real == root:
        return ""
    prefix = root if root.endswith("/") else root + "/"
    return real[len(prefix) :] if real.startswith(prefix) else None
