"""The records of one thread in a uftrace folder: ``….dat``.

Each is the time, and a word of bit fields, from the lowest: what happened (2 bits), whether data
follow (1), a magic number (3), the depth (10), and the address (48).
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.traces.weave import Faults

ENTRY, EXIT, LOST, EVENT = range(4)
_SIZE = 16
_MAGIC = 5
# How far apart two records may be where the second was searched for: 73 minutes of nanoseconds.
_PAUSE = 1 << 42


class Record(NamedTuple):
    """One record: what happened at ``address``, or how many were ``LOST`` in its place."""

    at: int
    time: int
    kind: int
    address: int


def read_records(data: bytes, order: str, faults: Faults) -> Iterator[Record]:
    """The records of a file; ``order`` is the byte order as ``struct`` writes it.

    How long the arguments and results are that a function's record may have behind it depends on
    the options of the recording: the next record is searched for, as after damage.
    """
    unpack = struct.Struct(f"{order}QQ").unpack_from
    length = struct.Struct(f"{order}H").unpack_from

    def is_record(at: int, last: int) -> bool:
        if at + _SIZE > len(data):
            return False
        time, word = unpack(data, at)
        return bool((word >> 3 & 7) == _MAGIC and last <= time < last + _PAUSE)

    def next_record(at: int, last: int) -> int:
        while at + _SIZE <= len(data):
            if is_record(at, last):
                time, word = unpack(data, at)
                after = at + _SIZE
                if word >> 2 & 1 or after + _SIZE > len(data) or is_record(after, time):
                    return at
            at += 8
        return len(data)

    at = last = 0
    while at + _SIZE <= len(data):
        time, word = unpack(data, at)
        if word >> 3 & 7 != _MAGIC:
            faults.add("trace-damage", "unreadable places", at)
            at = next_record(at + 8, last)
            continue
        if time < last:
            faults.add("trace-damage", "records out of the order of time", at)
        kind, address = word & 3, word >> 16
        yield Record(at, time, kind, address)
        at += _SIZE
        last = time
        if not word >> 2 & 1:
            continue
        if kind == EVENT and at + 2 <= len(data):
            at += -(-(2 + length(data, at)[0]) // 8) * 8
        else:
            at = next_record(at, last)
    if at < len(data):
        faults.add("trace-truncated", "bytes of a record cut short", at, count=len(data) - at)
