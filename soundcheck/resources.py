"""A door: the texts that ship with the program, ``rules/`` and ``reports/``.

In an installed wheel they lie in ``soundcheck/_data/``; in a checkout, editable install or not,
beside the package. What is made of them is kept beside the program's own compiled code, and on the
same terms.
"""

import os
import sys
import zlib
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.util import cache_from_source
from pathlib import Path

import msgspec


def read_pages() -> dict[str, str]:
    """The text of every rule page by its path, ``rules/<family>/<rule>.md``."""
    return _read_texts("rules", "*/*.md")


def read_profiles() -> dict[str, str]:
    """The text of every profile by its path, ``rules/profiles/<name>.toml``."""
    return _read_texts("rules", "profiles/*.toml")


def read_targets() -> tuple[str, str]:
    """The path and text of the facts about compilation targets."""
    return "rules/targets.toml", (_folder("rules") / "targets.toml").read_text(encoding="utf-8")


def read_report_file(path: str) -> str:
    """A template, stylesheet, script or schema, by its path below ``reports/``."""
    return (_folder("reports") / path).read_text(encoding="utf-8")


def read_face() -> dict[str, str]:
    """The templates, styles and scripts of the HTML report, by name."""
    texts = _read_texts("reports", "html/*.*")
    return {path.removeprefix("reports/html/"): text for path, text in texts.items()}


@cache
def code_hash(*names: str) -> bytes:
    """A hash of the code that makes facts of files, of its grammar, and of further modules.

    What was remembered of one version of the code says nothing about another.
    """
    digest = blake2b(_grammar_hash(), digest_size=16)
    for name in ("syntax", "finding", *names):
        digest.update(_module_hash(name))
    return digest.digest()


@cache
def _grammar_hash() -> bytes:
    from importlib.util import find_spec

    digest = blake2b(digest_size=16)
    for library in ("tree_sitter", "tree_sitter_rust"):
        # The libraries' own versions, without loading them: that would cost more than it saves.
        origin = find_spec(library)
        for file in sorted(Path(origin.origin or "").parent.glob("*.so")) if origin else ():
            status = file.stat()
            digest.update(f"{file.name} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.digest()


@cache
def _module_hash(name: str) -> bytes:
    package = Path(__file__).parent
    digest = blake2b(digest_size=16)
    for file in sorted((package / name).rglob("*.py")) or [package / f"{name}.py"]:
        digest.update(file.read_bytes())
    return digest.digest()


@cache
def catalog_hash() -> bytes:
    """A hash of the facts about kernels, crates and targets."""
    digest = blake2b(digest_size=16)
    for file in sorted(_folder("rules").rglob("*.toml")):
        digest.update(file.read_bytes())
    return digest.digest()


def load_compiled(name: str, salt: bytes) -> dict[bytes, bytes]:
    """What was made of shipped texts before, by key, as long as they and ``salt`` stay."""
    path = _compiled_path(name)
    try:
        data = path.read_bytes() if path else b""
    except OSError:
        return {}
    head = _texts_stamp(salt) + zlib.crc32(data[_HEAD:]).to_bytes(4, "little")
    return _VALUES.decode(data[_HEAD:]) if data[:_HEAD] == head else {}


def keep_compiled(name: str, salt: bytes, values: Mapping[bytes, bytes]) -> None:
    """Keep what was made of shipped texts, if Python may keep compiled code and there is room."""
    path = _compiled_path(name)
    if path is None or sys.dont_write_bytecode:
        return
    data = msgspec.msgpack.encode(values)
    head = _texts_stamp(salt) + zlib.crc32(data).to_bytes(4, "little")
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(head + data)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


_VALUES = msgspec.msgpack.Decoder(dict[bytes, bytes])
_STAMP = 16
# The stamp and a checksum.
_HEAD = _STAMP + 4


def _compiled_path(name: str) -> Path | None:
    try:
        code = cache_from_source(str(Path(__file__).with_name(f"{name}.py")))
    except NotImplementedError:
        return None
    return Path(code).with_suffix(".bin")


def _texts_stamp(salt: bytes) -> bytes:
    """A hash of the names, sizes and times of the shipped facts, as of compiled code's sources."""
    digest = blake2b(salt, digest_size=_STAMP)
    for entry in _facts():
        status = entry.stat()
        digest.update(f"{entry} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.digest()


@cache
def _facts() -> tuple[Path, ...]:
    root = _folder("rules")
    return tuple(sorted([*root.glob("*/*.md"), *root.rglob("*.toml")]))


def _read_texts(folder: str, pattern: str) -> dict[str, str]:
    root = _folder(folder)
    return {
        f"{folder}/{file.relative_to(root).as_posix()}": file.read_text(encoding="utf-8")
        for file in sorted(root.glob(pattern))
    }


def _folder(name: str) -> Path:
    package = Path(__file__).parent
    installed = package / "_data" / name
    return installed if installed.is_dir() else package.parent / name
