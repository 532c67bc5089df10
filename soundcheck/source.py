"""Source text and places in it.

Offsets are bytes of the file as read, half-open; lines count from 1 and end at a line feed.
Columns, where something outside asks for them, count UTF-16 code units from 1, as SARIF and
the Language Server Protocol do.
"""

from bisect import bisect_right

import msgspec


class SourceFile(msgspec.Struct, frozen=True, gc=False):
    """One file of the audited tree: its path relative to the root, POSIX, and its bytes."""

    path: str
    data: bytes


class Span(msgspec.Struct, frozen=True, gc=False, order=True):
    """A place: half-open bytes ``start..end`` of the file ``path``, beginning on ``line``."""

    path: str
    line: int
    start: int
    end: int


class LineIndex:
    """The line starts of one file, for turning offsets into lines and columns and back."""

    __slots__ = ("_data", "_starts")

    def __init__(self, data: bytes) -> None:
        self._data = data
        starts = [0]
        position = data.find(b"\n")
        while position >= 0:
            starts.append(position + 1)
            position = data.find(b"\n", position + 1)
        self._starts = starts

    @property
    def starts(self) -> tuple[int, ...]:
        """The offset at which each line begins."""
        return tuple(self._starts)

    @property
    def line_count(self) -> int:
        """How many lines the file has; a trailing line feed opens no further line."""
        return len(self._starts) - (self._starts[-1] == len(self._data))

    def line_of(self, offset: int) -> int:
        """The line, from 1, on which the byte at ``offset`` stands."""
        return bisect_right(self._starts, offset)

    def start_of(self, line: int) -> int:
        """The offset at which ``line`` begins."""
        return self._starts[line - 1]

    def text_of(self, line: int) -> str:
        """The text of ``line`` without its line end; bytes that are not UTF-8 show as U+FFFD."""
        return self.bytes_of(line).decode("utf-8", "replace")

    def bytes_of(self, line: int) -> bytes:
        """The bytes of ``line`` without its line end."""
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._data)
        return self._data[start:end].rstrip(b"\r\n")

    def column_of(self, offset: int) -> int:
        """The column, from 1 in UTF-16 code units, of the byte at ``offset``."""
        start = self._starts[bisect_right(self._starts, offset) - 1]
        prefix = self._data[start:offset]
        if start == 0 and prefix.startswith(b"\xef\xbb\xbf"):
            prefix = prefix[3:]
        if prefix.isascii():
            return len(prefix) + 1
        return len(prefix.decode("utf-8", "replace").encode("utf-16-le")) // 2 + 1
