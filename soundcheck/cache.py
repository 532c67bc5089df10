"""What was parsed before: values of a stage by the hash of what they were made from, in sqlite.

A cache that is damaged, of another version, locked or unwritable is no error: the run goes on
without it. Values are the bytes that the stages encode, never pickles.
"""

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

FOLDER = ".soundcheck_cache"
_FILE = "cache.sqlite"
_IGNORE = ".gitignore"
_SUFFIXES = ("", "-wal", "-shm", "-journal")
_SCHEMA = 3
# Values that this many filling runs did not use are dropped; that one was used is noted only every
# few runs, and only by runs that have something to keep.
_KEPT_RUNS = 12
_NOTED_RUNS = 4
_BATCH = 400
# A value larger than this is none that a stage makes, and no database would take it.
_LARGEST = 500_000_000


def key_of(salt: bytes, path: str, data: bytes) -> bytes:
    """The key of one file's values: of what was read, under which name, and by which code."""
    digest = blake2b(len(salt).to_bytes(8, "little") + salt, digest_size=20)
    digest.update(path.encode("utf-8", "surrogateescape"))
    digest.update(b"\0")
    digest.update(data)
    return digest.digest()


class Cache:
    """A store of bytes by stage and key; every failure is a miss."""

    __slots__ = ("_connection", "_loaded", "_path", "_run")

    def __init__(self, folder: Path | None) -> None:
        """Open the cache in ``folder``, or none."""
        self._path = None if folder is None else folder / _FILE
        self._connection: sqlite3.Connection | None = None
        self._run = 0
        self._loaded: list[tuple[str, bytes]] = []
        if self._path is not None:
            self._connection = _open(self._path)

    def load(self, stage: str, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values that are at hand, by key; a value that is not as it was kept is none."""
        if self._connection is None:
            return {}
        wanted = list(keys)
        found: dict[bytes, bytes] = {}
        try:
            for i in range(0, len(wanted), _BATCH):
                batch = wanted[i : i + _BATCH]
                marks = ",".join("?" * len(batch))
                rows = self._connection.execute(
                    f"SELECT key, value, crc FROM value WHERE stage = ? AND key IN ({marks})",  # noqa: S608
                    (stage, *batch),
                )
                found.update((key, value) for key, value, crc in rows if _is_whole(value, crc))
        except sqlite3.Error as error:
            self._give_up(error)
            return {}
        self._loaded.extend((stage, key) for key in found)
        return found

    def store(self, stage: str, values: Mapping[bytes, bytes]) -> None:
        """Keep new values, and note which of the old ones were loaded."""
        kept = {key: value for key, value in values.items() if len(value) <= _LARGEST}
        if self._connection is None or not kept:
            return
        try:
            with self._connection as connection:
                connection.execute("BEGIN IMMEDIATE")
                run = self._run or _begin(connection)
                connection.executemany(
                    "INSERT OR REPLACE INTO value (stage, key, value, crc) VALUES (?, ?, ?, ?)",
                    [(stage, key, value, zlib.crc32(value)) for key, value in kept.items()],
                )
                connection.executemany(
                    "INSERT OR REPLACE INTO used (stage, key, run) VALUES (?, ?, ?)",
                    [(stage, key, run) for key in kept],
                )
                connection.executemany(
                    "UPDATE used SET run = ? WHERE stage = ? AND key = ? AND run <= ?",
                    [(run, *one, run - _NOTED_RUNS) for one in self._loaded],
                )
            self._run = run
            self._loaded.clear()
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _give_up(self, error: sqlite3.Error) -> None:
        """Leave the cache; one that is broken makes room for the next run."""
        self.close()
        if self._path is not None and _is_broken(error):
            _remove(self._path)


def _begin(connection: sqlite3.Connection) -> int:
    """The number of a run that is about to keep something; what no run has used lately goes."""
    rows = connection.execute("SELECT coalesce(max(run), 0) + 1 FROM used")
    (run,) = rows.fetchone()
    old = (run - _KEPT_RUNS,)
    connection.execute(
        "DELETE FROM value WHERE (stage, key) IN (SELECT stage, key FROM used WHERE run < ?)", old
    )
    connection.execute("DELETE FROM used WHERE run < ?", old)
    return int(run)


def _is_whole(value: object, crc: object) -> bool:
    return isinstance(value, bytes) and zlib.crc32(value) == crc


def _is_broken(error: sqlite3.Error) -> bool:
    """Whether the file itself is at fault; one that is locked, full or read-only is not."""
    if isinstance(error, sqlite3.OperationalError):
        return str(error).startswith(("no such", "table ", "use DROP"))
    return isinstance(error, sqlite3.DatabaseError)


def _open(path: Path) -> sqlite3.Connection | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ignore = path.parent / _IGNORE
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError:
        return None
    for _ in range(2):
        try:
            return _connect(path)
        except sqlite3.Error as error:
            if not _is_broken(error):
                return None
            _remove(path)
    return None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5.0, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # Nobody waits for the disk: what a loss of power damages is seen, and made anew.
        connection.execute("PRAGMA synchronous = OFF")
        if _version(connection) != _SCHEMA:
            _create(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another run has done so while this one waited.

    When a value was used stands apart from it: nobody looks for that among megabytes of values.
    """
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) == _SCHEMA:
            return
        connection.execute("DROP TABLE IF EXISTS value")
        connection.execute("DROP TABLE IF EXISTS used")
        connection.execute(
            "CREATE TABLE value (stage TEXT, key BLOB, value BLOB, crc INTEGER,"
            " PRIMARY KEY (stage, key)) WITHOUT ROWID"
        )
        connection.execute(
            "CREATE TABLE used (stage TEXT, key BLOB, run INTEGER,"
            " PRIMARY KEY (stage, key)) WITHOUT ROWID"
        )
        connection.execute("CREATE INDEX used_run ON used (run)")
        connection.execute(f"PRAGMA user_version = {_SCHEMA}")


def _remove(path: Path) -> None:
    for suffix in _SUFFIXES:
        with contextlib.suppress(OSError):
            os.unlink(f"{path}{suffix}")


def remove_cache(folder: Path) -> bool:
    """Delete a cache, and its folder if nothing else is in that; tells whether there was one."""
    path = folder / _FILE
    if not path.is_file():
        return False
    _remove(path)
    with contextlib.suppress(OSError):
        if set(os.listdir(folder)) <= {_IGNORE}:
            (folder / _IGNORE).unlink(missing_ok=True)
            folder.rmdir()
    return not path.exists()
