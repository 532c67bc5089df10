"""The cache gives back what it was given, and is never why a run fails."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from soundcheck.cache import Cache, key_of, remove_cache


@pytest.fixture
def folder(tmp_path):
    return tmp_path / ".soundcheck_cache"


def stored(folder, values, stage="a", used=()):
    with closing(Cache(folder)) as cache:
        cache.load("a", used)
        cache.store(stage, values)


def loaded(folder, keys, stage="a"):
    with closing(Cache(folder)) as cache:
        return cache.load(stage, keys)


VALUES = {b"one": b"1", b"two": b"", b"three": bytes(range(256))}


def test_what_was_stored_is_loaded(folder):
    stored(folder, VALUES)
    assert loaded(folder, [*VALUES, b"four"]) == VALUES


def test_in_one_run(folder):
    with closing(Cache(folder)) as cache:
        assert cache.load("a", VALUES) == {}
        cache.store("a", VALUES)
        assert cache.load("a", VALUES) == VALUES


def test_stages_have_keys_of_their_own(folder):
    stored(folder, {b"one": b"1"}, "a")
    stored(folder, {b"one": b"2"}, "b")
    assert loaded(folder, [b"one"], "a") == {b"one": b"1"}
    assert loaded(folder, [b"one"], "b") == {b"one": b"2"}


def test_a_new_value_replaces_the_old(folder):
    stored(folder, {b"one": b"1"})
    stored(folder, {b"one": b"2"})
    assert loaded(folder, [b"one"]) == {b"one": b"2"}


def test_many_and_large_values(folder):
    values = {str(number).encode(): b"x" * number for number in range(3_000)}
    values[b"large"] = os.urandom(20_000_000)
    stored(folder, values)
    assert loaded(folder, values) == values


def test_without_a_folder_nothing_is_kept():
    with closing(Cache(None)) as cache:
        cache.store("a", VALUES)
        assert cache.load("a", VALUES) == {}


def test_a_closed_cache_keeps_nothing(folder):
    cache = Cache(folder)
    cache.close()
    cache.close()
    cache.store("a", VALUES)
    assert cache.load("a", VALUES) == {}


def test_the_folder_ignores_itself(folder):
    stored(folder, VALUES)
    assert (folder / ".gitignore").read_text() == "*\n"


def test_what_no_run_uses_is_dropped(folder):
    stored(folder, {b"old": b"1", b"used": b"2"})
    for number in range(30):
        stored(folder, {str(number).encode(): b"3"}, used=[b"used"])
    assert loaded(folder, [b"old", b"used"]) == {b"used": b"2"}


def test_what_another_stage_used_is_kept(folder):
    stored(folder, {b"used": b"2"})
    for number in range(30):
        stored(folder, {str(number).encode(): b"3"}, stage="b", used=[b"used"])
    assert loaded(folder, [b"used"]) == {b"used": b"2"}


def test_one_run_may_store_often(folder):
    stored(folder, {b"old": b"1"})
    with closing(Cache(folder)) as cache:
        for number in range(30):
            cache.store("a", {str(number).encode(): b"3"})
    assert loaded(folder, [b"old"]) == {b"old": b"1"}


def test_what_was_used_lately_is_kept(folder):
    stored(folder, {b"old": b"1"})
    for number in range(10):
        stored(folder, {str(number).encode(): b"3"})
    assert loaded(folder, [b"old"]) == {b"old": b"1"}


# -- damage ------------------------------------------------------------------------------------


def check_recovers(folder):
    stored(folder, VALUES)  # a run that meets the damage may lose what it made
    stored(folder, VALUES)
    assert loaded(folder, VALUES) == VALUES


DAMAGE = [
    pytest.param(b"", id="empty"),
    pytest.param(b"no database at all " * 100, id="text"),
    pytest.param(b"SQLite format 3\0" + b"\xff" * 5_000, id="head-only"),
]


@pytest.mark.parametrize("data", DAMAGE)
def test_a_file_that_is_no_database_is_made_anew(folder, data):
    folder.mkdir()
    (folder / "cache.sqlite").write_bytes(data)
    assert loaded(folder, VALUES) == {}
    check_recovers(folder)


@pytest.mark.parametrize("keep", [100, 5_000, 40_000])
def test_a_file_cut_short_is_made_anew(folder, keep):
    values = {str(number).encode(): os.urandom(500) for number in range(200)}
    stored(folder, values)
    path = folder / "cache.sqlite"
    path.write_bytes(path.read_bytes()[:keep])
    found = loaded(folder, values)
    assert all(values[key] == value for key, value in found.items())
    check_recovers(folder)


def test_values_with_flipped_bits_are_none(folder):
    values = {str(number).encode(): bytes([number]) * 3_000 for number in range(1, 200)}
    stored(folder, values)
    path = folder / "cache.sqlite"
    data = bytearray(path.read_bytes())
    for at in range(5_000, len(data), 4_096):
        data[at] ^= 0xFF
    path.write_bytes(data)
    found = loaded(folder, values)
    assert all(values[key] == value for key, value in found.items())
    assert len(found) < len(values)
    check_recovers(folder)


SCHEMAS = [
    pytest.param("CREATE TABLE value (stage TEXT, key BLOB, value BLOB, run INTEGER)", 1, id="old"),
    pytest.param("CREATE TABLE other (a)", 0, id="other"),
    pytest.param("CREATE TABLE other (a)", 99, id="newer"),
    pytest.param("CREATE TABLE other (a)", 3, id="no-table"),
    pytest.param("CREATE TABLE value (a)", 3, id="no-columns"),
    pytest.param("CREATE VIEW value AS SELECT 1 AS a", 3, id="view"),
    pytest.param("CREATE VIEW value AS SELECT 1 AS a", 2, id="older-view"),
]


@pytest.mark.parametrize(("statement", "version"), SCHEMAS)
def test_another_schema_is_made_anew(folder, statement, version):
    folder.mkdir()
    with closing(sqlite3.connect(folder / "cache.sqlite")) as connection:
        connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()
    assert loaded(folder, VALUES) == {}
    check_recovers(folder)


def test_rows_of_another_kind_are_none(folder):
    stored(folder, VALUES)
    with closing(sqlite3.connect(folder / "cache.sqlite")) as connection:
        connection.execute("UPDATE value SET value = 'text', crc = NULL WHERE key = ?", (b"one",))
        connection.commit()
    assert loaded(folder, [b"one", b"two"]) == {b"two": b""}


def test_a_file_in_the_place_of_the_folder(folder):
    folder.write_bytes(b"")
    stored(folder, VALUES)
    assert loaded(folder, VALUES) == {}


def test_a_folder_in_the_place_of_the_file(folder):
    (folder / "cache.sqlite").mkdir(parents=True)
    stored(folder, VALUES)
    assert loaded(folder, VALUES) == {}
    assert (folder / "cache.sqlite").is_dir()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    folder = tmp_path / "file" / "cache"
    stored(folder, VALUES)
    assert loaded(folder, VALUES) == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written(folder):
    stored(folder, VALUES)
    (folder / "cache.sqlite").chmod(0o444)
    folder.chmod(0o555)
    try:
        stored(folder, {b"new": b"1"})
        assert loaded(folder, [b"new"]) == {}
    finally:
        folder.chmod(0o755)


def test_a_database_that_is_locked_is_left_alone(folder, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda path, **options: connect(path, **{**options, "timeout": 0.05})
    )
    stored(folder, VALUES)
    with closing(connect(folder / "cache.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        stored(folder, {b"new": b"1"})
        other.execute("COMMIT")
    assert loaded(folder, [*VALUES, b"new"]) == VALUES


WRITER = """
import sys
from pathlib import Path
from soundcheck.cache import Cache
name = sys.argv[2]
for number in range(40):
    cache = Cache(Path(sys.argv[1]))
    cache.store("a", {f"{name}{number}".encode(): name.encode() * 5_000})
    cache.load("a", [f"{name}{n}".encode() for n in range(number + 1)])
    cache.close()
"""


def test_two_runs_at_once_do_not_disturb_each_other(folder):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    runs = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(folder), name], env=environment)
        for name in ("x", "y")
    ]
    assert [run.wait() for run in runs] == [0, 0]
    # The last runs of each are still there: a dozen runs that did not use a value drop it.
    assert loaded(folder, [b"x39", b"y39"]) != {}
    values = loaded(folder, [f"{name}{n}".encode() for name in "xy" for n in range(40)])
    assert all(value == key[:1] * 5_000 for key, value in values.items())


def test_two_caches_in_one_process(folder):
    with closing(Cache(folder)) as one, closing(Cache(folder)) as other:
        one.store("a", {b"one": b"1"})
        other.store("a", {b"two": b"2"})
        assert one.load("a", [b"one", b"two"]) == {b"one": b"1", b"two": b"2"}


# -- keys --------------------------------------------------------------------------------------


def test_a_key_tells_what_a_value_was_made_of():
    keys = [
        key_of(b"salt", "a.rs", b"data"),
        key_of(b"salt", "a.rs", b"other"),
        key_of(b"salt", "b.rs", b"data"),
        key_of(b"other", "a.rs", b"data"),
        key_of(b"salta", ".rs", b"data"),
        key_of(b"salt", "a.rs\0d", b"ata"),
    ]
    assert len(set(keys)) == len(keys)
    assert key_of(b"salt", "a.rs", b"data") == keys[0]


def test_a_path_need_not_be_text():
    assert key_of(b"", "a\udcff.rs", b"") != key_of(b"", "a\udcfe.rs", b"")


# -- removing ----------------------------------------------------------------------------------


def test_removing(folder):
    stored(folder, VALUES)
    assert remove_cache(folder)
    assert not folder.exists()
    assert not remove_cache(folder)
    check_recovers(folder)


def test_removing_leaves_what_is_not_ours(folder):
    stored(folder, VALUES)
    (folder / "notes").write_text("mine")
    assert remove_cache(folder)
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "notes"]


def test_there_is_nothing_to_remove(tmp_path):
    (tmp_path / "notes").write_text("mine")
    assert not remove_cache(tmp_path)
    assert (tmp_path / "notes").exists()
