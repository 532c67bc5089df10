"""What a command works with: the listed files, the cache, and the stages run through both."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from soundcheck.cache import FOLDER, Cache, key_of
from soundcheck.commands.failures import told
from soundcheck.commands.options import Common
from soundcheck.commands.progress import progress, wipe
from soundcheck.pool import map_bytes
from soundcheck.resources import code_hash
from soundcheck.source import SourceFile
from soundcheck.workspace import Workspace, find_root, list_files, read_files

if TYPE_CHECKING:
    from soundcheck.audit import Input
    from soundcheck.syntax.facts import FileFacts, Queries

V = TypeVar("V")


class Store:
    """What was made of files before, and the processes that make what is not at hand."""

    def __init__(self, common: Common, root: Path) -> None:
        self.jobs = common.jobs
        self.quiet = common.quiet
        folder = common.cache_dir or root / FOLDER
        self.cache = Cache(None if common.no_cache else folder)

    def remembered(
        self,
        stage: str,
        salt: bytes,
        files: Sequence[SourceFile],
        function: Callable[[SourceFile], bytes],
    ) -> list[bytes]:
        """What ``function`` makes of each file, from the cache where the file is known to it."""
        salt = code_hash() + salt
        keys = [key_of(salt, file.path, file.data) for file in files]
        known = self.cache.load(stage, keys)
        missing = [(key, file) for key, file in zip(keys, files, strict=True) if key not in known]
        if missing:
            made = self._make(function, [file for _, file in missing])
            new = {key: value for (key, _), value in zip(missing, made, strict=True)}
            self.cache.store(stage, new, known)
            known.update(new)
        return [known[key] for key in keys]

    def _make(
        self, function: Callable[[SourceFile], bytes], files: Sequence[SourceFile]
    ) -> Iterable[bytes]:
        tell = progress("parsing", is_quiet=self.quiet)
        weights = [len(file.data) for file in files]
        with told():
            try:
                return map_bytes(function, files, weights, self.jobs, tell)
            finally:
                wipe(tell)

    def close(self) -> None:
        """Let go of the cache."""
        self.cache.close()


class Session:
    """The workspace of one run, and the stages run on it."""

    def __init__(self, common: Common) -> None:
        with told():
            self.root = find_root(common.paths, common.root)
            self.listing = list_files(self.root, common.paths)
        self.store = Store(common, Path(self.root))

    @cached_property
    def workspace(self) -> Workspace:
        """The contents of what was listed."""
        with told():
            return read_files(self.listing)

    @cached_property
    def input(self) -> "Input":
        """What the pipeline takes."""
        from soundcheck.audit import Input

        space = self.workspace
        return Input(
            files=space.files,
            manifests=space.manifests,
            links=space.links,
            vendored=space.vendored,
            reported=space.reported,
            gaps=space.gaps,
        )

    def parse(self, files: Sequence[SourceFile], queries: "Queries") -> "Mapping[str, FileFacts]":
        """The facts of files, from the cache or from as many processes as there are jobs."""
        import msgspec

        from soundcheck.syntax.facts import FileFacts

        encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(FileFacts)
        salt = repr(queries).encode()
        encoded = self.store.remembered(
            "facts", salt, files, lambda file: encoder.encode(_parse(file, queries))
        )
        return {
            file.path: decoder.decode(value) for file, value in zip(files, encoded, strict=True)
        }


def _parse(file: SourceFile, queries: "Queries") -> "FileFacts":
    """Parse one file; the grammar is loaded when the first file needs it."""
    from soundcheck.syntax.reading import parse

    return parse(file, queries)
