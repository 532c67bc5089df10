"""Spans as people and programs count them: lines and columns."""

from collections.abc import Mapping

import msgspec

from soundcheck.finding import Report
from soundcheck.source import LineIndex, Span


class Place(msgspec.Struct, frozen=True, gc=False):
    """A span by lines and columns from 1, columns in UTF-16 code units, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def last_line(self) -> int:
        """The last line of which something is in the span."""
        ends_before = self.end_column == 1 and self.end_line > self.line
        return self.end_line - ends_before


Indexes = Mapping[str, LineIndex]


def index_sources(report: Report) -> Indexes:
    """The line index of every source file that a report carries."""
    return {path: LineIndex(file.data) for path, file in report.sources.items()}


def place_of(indexes: Indexes, at: Span) -> Place:
    """The place of a span; of a file that the report does not carry, only its line is known."""
    index = indexes.get(at.path)
    if index is None:
        return Place(at.path, at.line, 1, at.line, 1)
    end = max(at.end, at.start)
    # The end is exclusive: a span that takes in a line feed ends at the start of the next line.
    return Place(
        at.path,
        index.line_of(at.start),
        index.column_of(at.start),
        index.line_of(end),
        index.column_of(end),
    )
