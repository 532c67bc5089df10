"""The count of one file, by geiger's profiles, and where each thing that counts stands."""

import msgspec

from soundcheck.finding import Gap
from soundcheck.source import SourceFile
from soundcheck.syntax.columns import GEIGER_COUNTERS, Counts
from soundcheck.syntax.counting import count_geiger
from soundcheck.syntax.counting_reference import list_geiger_events
from soundcheck.syntax.parser import read_file


class FileCount(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The count of one file, and what of it could not be read."""

    counts: Counts
    gaps: tuple[Gap, ...]


def count_file(source: SourceFile, profile: str) -> FileCount:
    """Count a file by one of geiger's profiles."""
    parsed = read_file(source)
    counted = count_geiger(parsed, profile)
    pairs = (getattr(counted, counter) for counter in GEIGER_COUNTERS)
    return FileCount(tuple(number for pair in pairs for number in pair), parsed.gaps)


def list_events(source: SourceFile, profile: str) -> tuple[tuple[int, int, int], ...]:
    """Everything in a file that one of geiger's profiles counts: offset, column, how often."""
    return list_geiger_events(read_file(source), profile)
