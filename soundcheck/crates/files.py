"""Which paths exist, asked without a disk: real paths, and those that lead through links."""

from collections.abc import Iterable

import msgspec


class Folder(msgspec.Struct, frozen=True):
    """What stands directly in a folder: the names of its files and of its folders, sorted."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


_NOTHING = Folder()


class FileIndex:
    """The known paths of a tree, relative to its root, and its symbolic links to real paths."""

    __slots__ = ("_folders", "_links", "_paths")

    def __init__(self, paths: Iterable[str], links: Iterable[tuple[str, str]] = ()) -> None:
        self._paths = frozenset(paths)
        self._links = dict(links)
        files: dict[str, set[str]] = {}
        folders: dict[str, set[str]] = {}
        for path in self._paths:
            folder, _, name = path.rpartition("/")
            files.setdefault(folder, set()).add(name)
            _note_folders(folders, folder)
        for link, target in self._links.items():
            folder, _, name = link.rpartition("/")
            (files if target in self._paths else folders).setdefault(folder, set()).add(name)
            _note_folders(folders, folder)
        self._folders = {
            folder: Folder(
                tuple(sorted(files.get(folder, ()))), tuple(sorted(folders.get(folder, ())))
            )
            for folder in files.keys() | folders.keys()
        }

    def real(self, path: str) -> str | None:
        """The real path of the file that ``path`` leads to; none where no file is known."""
        if path in self._paths:
            return path
        if not self._links:
            return None
        real = self._through_links(path)
        return real if real in self._paths else None

    def folder(self, path: str) -> Folder:
        """What stands in the folder that ``path``, empty for the root, leads to."""
        found = self._folders.get(path)
        if found is None and self._links:
            found = self._folders.get(self._through_links(path))
        return found or _NOTHING

    def _through_links(self, path: str) -> str:
        real = ""
        for name in path.split("/"):
            real = f"{real}/{name}" if real else name
            real = self._links.get(real, real)
        return real


def _note_folders(folders: dict[str, set[str]], folder: str) -> None:
    """Make every folder above ``folder``, and itself, known to the one it stands in."""
    while folder:
        above, _, name = folder.rpartition("/")
        names = folders.setdefault(above, set())
        if name in names:
            return
        names.add(name)
        folder = above


def join_path(folder: str, path: str) -> str | None:
    """``path`` as seen from ``folder``, without dots; none where it leads outside the root."""
    if path.startswith("/"):
        return None
    parts = folder.split("/") if folder else []
    for name in path.split("/"):
        if name == "..":
            if not parts:
                return None
            parts.pop()
        elif name not in ("", "."):
            parts.append(name)
    return "/".join(parts)


def folder_of(path: str) -> str:
    """The folder a path stands in, empty for the root."""
    return path.rpartition("/")[0]
