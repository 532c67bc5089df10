"""What was parsed before: values of a stage by the hash of what they were made from, in sqlite.

A cache that is damaged, of another version, locked or unwritable is no error: the run goes on
without it. Values are the bytes that the stages encode, never pickles.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

FOLDER = ".soundcheck_cache"
_SCHEMA = 1
# Rows that this many filling runs did not use are dropped.
_KEPT_RUNS = 12
_BATCH = 400


def key_of(salt: bytes, path: str, data: bytes) -> bytes:
    """The key of one file's values: of what was read, under which name, and by which code."""
    digest = blake2b(salt, digest_size=20)
    digest.update(path.encode("utf-8", "surrogateescape"))
    digest.update(b"\0")
    digest.update(data)
    return digest.digest()


class Cache:
    """A store of bytes by stage and key; every failure is a miss."""

    __slots__ = ("_connection", "_path")

    def __init__(self, folder: Path | None) -> None:
        """Open the cache in ``folder``, or none."""
        self._path = None if folder is None else folder / "cache.sqlite"
        self._connection: sqlite3.Connection | None = None
        if self._path is not None:
            self._connection = _open(self._path)

    def load(self, stage: str, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values that are at hand, by key."""
        if self._connection is None:
            return {}
        wanted = list(keys)
        found: dict[bytes, bytes] = {}
        try:
            for i in range(0, len(wanted), _BATCH):
                batch = wanted[i : i + _BATCH]
                marks = ",".join("?" * len(batch))
                found.update(
                    self._connection.execute(
                        f"SELECT key, value FROM value WHERE stage = ? AND key IN ({marks})",  # noqa: S608
                        (stage, *batch),
                    )
                )
        except sqlite3.Error:
            self._give_up()
            return {}
        return found

    def store(self, stage: str, values: Mapping[bytes, bytes], used: Iterable[bytes]) -> None:
        """Keep new values, and note which of the old ones this run still used."""
        if self._connection is None or not values:
            return
        try:
            with self._connection as connection:
                (run,) = connection.execute(
                    "SELECT coalesce(max(run), 0) + 1 FROM value"
                ).fetchone()
                connection.executemany(
                    "INSERT OR REPLACE INTO value (stage, key, value, run) VALUES (?, ?, ?, ?)",
                    [(stage, key, value, run) for key, value in values.items()],
                )
                connection.executemany(
                    "UPDATE value SET run = ? WHERE stage = ? AND key = ?",
                    [(run, stage, key) for key in used],
                )
                connection.execute("DELETE FROM value WHERE run < ?", (run - _KEPT_RUNS,))
        except sqlite3.Error:
            self._give_up()

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _give_up(self) -> None:
        """Leave a broken cache; one that is no database at all makes room for the next run."""
        self.close()
        if self._path is not None:
            _remove(self._path)


def _open(path: Path) -> sqlite3.Connection | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ignore = path.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError:
        return None
    for _ in range(2):
        try:
            return _connect(path)
        except sqlite3.OperationalError as error:
            # Locked or read-only: somebody else's cache stays as it is.
            if "locked" in str(error) or "readonly" in str(error):
                return None
            _remove(path)
        except sqlite3.Error:
            _remove(path)
    return None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5.0)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != _SCHEMA:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("DROP TABLE IF EXISTS value")
            connection.execute(
                "CREATE TABLE value (stage TEXT, key BLOB, value BLOB, run INTEGER,"
                " PRIMARY KEY (stage, key)) WITHOUT ROWID"
            )
            connection.execute(f"PRAGMA user_version = {_SCHEMA}")
            connection.commit()
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            os.unlink(f"{path}{suffix}")


def remove_cache(folder: Path) -> bool:
    """Delete a cache's folder; tells whether there was one."""
    import shutil

    if not folder.is_dir():
        return False
    shutil.rmtree(folder)
    return True
