"""What was made before, of the files of a workspace and of what ships, and the making of more."""

from collections.abc import Callable, Sequence
from pathlib import Path

from soundcheck.cache import FOLDER, Cache, key_of
from soundcheck.commands.failures import told
from soundcheck.commands.options import Common
from soundcheck.commands.progress import progress, wipe
from soundcheck.pool import map_bytes
from soundcheck.resources import code_hash, keep_compiled, load_compiled
from soundcheck.source import SourceFile

_WORDS = {
    "facts": "parsing",
    "bodies": "linking",
    "links": "linking",
}


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
        fuller: str = "",
    ) -> list[bytes]:
        """What ``function`` makes of each file, from the cache where the file is known to it.

        What the cache has of the stage ``fuller`` serves as well.
        """
        salt = code_hash() + salt
        keys = [key_of(salt, file.path, file.data) for file in files]
        known = self.cache.load(fuller, keys) if fuller else {}
        known |= self.cache.load(stage, [key for key in keys if key not in known])
        missing = [(key, file) for key, file in zip(keys, files, strict=True) if key not in known]
        if missing:
            new_files = [file for _, file in missing]
            made = self.made(stage, function, new_files)
            new = {key: value for (key, _), value in zip(missing, made, strict=True)}
            self.cache.store(stage, new)
            known.update(new)
        return [known[key] for key in keys]

    def made(
        self, stage: str, function: Callable[[SourceFile], bytes], files: Sequence[SourceFile]
    ) -> list[bytes]:
        """What ``function`` makes of each file, anew."""
        tell = progress(_WORDS.get(stage, "counting"), is_quiet=self.quiet)
        weights = [len(file.data) or 10_000 for file in files]
        with told():
            try:
                return map_bytes(function, files, weights, self.jobs, tell)
            finally:
                wipe(tell)

    def close(self) -> None:
        """Let go of the cache."""
        self.cache.close()


def compiled(name: str, make: Callable[[], bytes]) -> bytes:
    """What is made of the facts that ship with the program, made when they have changed."""
    salt = code_hash("catalog", "checks")
    known = load_compiled(name, salt).get(b"")
    if known is None:
        known = make()
        keep_compiled(name, salt, {b"": known})
    return known
