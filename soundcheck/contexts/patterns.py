"""Patterns for paths and types, as facts about kernels name them.

``a::b`` fits every path that ends with these segments, ``*`` any part of a segment. A type's
pattern may name arguments: ``Mutex<RawSpin>`` fits ``lock_api::Mutex<k::RawSpin, T>``, an
argument ``_`` fits anything, and arguments that a pattern leaves out are not asked about.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class TypePattern(msgspec.Struct, frozen=True):
    """A path with patterns for its arguments."""

    path: str
    args: tuple[TypePattern, ...] = ()

    def fits(self, shown: tuple[str, tuple[object, ...]]) -> bool:
        """Whether a type, as ``split_type`` takes it apart, is one of these."""
        path, args = shown
        if self.path == "_":
            return True
        return (
            fits_path(self.path, path)
            and all(
                wanted.fits(given)  # type: ignore[arg-type]
                for wanted, given in zip(self.args, args, strict=False)
            )
            and len(args) >= len(self.args)
        )


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", r"[^:]*")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:.*::)?{_expression(pattern)}")


def fits_path(pattern: str, path: str) -> bool:
    """Whether a path ends with the segments of a pattern."""
    if "*" not in pattern:
        return path == pattern or path.endswith(f"::{pattern}")
    return _compiled(pattern).fullmatch(path) is not None


@cache
def split_type(text: str) -> tuple[str, tuple[object, ...]]:
    """A type as text, taken apart: its path, and its arguments taken apart likewise."""
    text = text.strip().removeprefix("&").removeprefix("mut ").removeprefix("dyn ")
    head, mark, rest = text.partition("<")
    if not mark or not rest.endswith(">"):
        return text, ()
    return head, tuple(split_type(part) for part in _split(rest[:-1]))


def read_type_pattern(text: str) -> TypePattern:
    """The pattern that a fact writes."""
    path, args = split_type(text)
    return _as_pattern(path, args)


def _as_pattern(path: str, args: Sequence[object]) -> TypePattern:
    inner = [_as_pattern(*arg) for arg in args if isinstance(arg, tuple)]
    return TypePattern(path, tuple(inner))


def _split(text: str) -> list[str]:
    """The parts of a list, split at the commas that lie in no brackets."""
    parts: list[str] = []
    depth, start = 0, 0
    for index, char in enumerate(text):
        if char in "<([":
            depth += 1
        elif char in ">)]":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


class PathTable(Generic[T]):
    """Facts by the patterns of paths they are about, found by a path's last segment."""

    def __init__(self, facts: Iterable[tuple[str, T]]) -> None:
        self.patterns: list[str] = []
        self._by_name: dict[str, list[tuple[str, T]]] = defaultdict(list)
        self._globs: list[tuple[str, T]] = []
        for pattern, fact in facts:
            self.patterns.append(pattern)
            name = pattern.rpartition("::")[2]
            (self._globs if "*" in name else self._by_name[name]).append((pattern, fact))
        # Which last segments any of the others may fit: few do.
        names = (pattern.rpartition("::")[2] for pattern, _ in self._globs)
        self._glob = re.compile("|".join(map(_expression, names)))
        self._known: dict[str, tuple[T, ...]] = {}

    def of(self, path: str) -> tuple[T, ...]:
        """The facts about a path, in order of writing."""
        known = self._known.get(path)
        if known is None:
            name = path.rpartition("::")[2]
            near = self._by_name.get(name, [])
            if self._globs and self._glob.fullmatch(name):
                near = [*near, *self._globs]
            known = self._known[path] = tuple(
                [fact for pattern, fact in near if fits_path(pattern, path)]
            )
        return known
