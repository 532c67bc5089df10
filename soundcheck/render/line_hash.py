"""The line hash by which GitHub recognises an alert when the lines above it change.

It is ``primaryLocationLineHash`` of SARIF: a polynomial of base 37 over the first hundred units
from the start of a line on, blanks left out, in 64 bits; its algorithm is that of GitHub's own
upload action.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence

_BASE = 37
_WINDOW = 100
_BITS = (1 << 64) - 1
_GONE = pow(_BASE, _WINDOW, 1 << 64)
_END = 0xFFFF
_BLANKS = (0x20, 0x09)
_LF, _CR = 0x0A, 0x0D


def line_hashes(data: bytes) -> tuple[str, ...]:
    """The hash of each line of a file, in hexadecimal, with the count of its like before it."""
    units, starts = _significant(data)
    wanted = set(starts)
    padded = (*units, *([0] * _WINDOW))
    found: dict[int, int] = {}
    value = 0
    for unit in padded[:_WINDOW]:
        value = (value * _BASE + unit) & _BITS
    for start in range(len(units)):
        if start in wanted:
            found[start] = value
        if start + _WINDOW < len(padded):
            value = (value * _BASE + padded[start + _WINDOW] - _GONE * padded[start]) & _BITS
    seen: Counter[int] = Counter()
    hashes: list[str] = []
    for start in starts:
        seen[found[start]] += 1
        hashes.append(f"{found[start]:x}:{seen[found[start]]}")
    return tuple(hashes)


def _significant(data: bytes) -> tuple[Sequence[int], list[int]]:
    """The units that count, the end's included, and the index at which each line begins."""
    raw = array("H")
    raw.frombytes(data.decode("utf-8", "replace").encode("utf-16-le"))
    units: list[int] = []
    starts: list[int] = []
    is_start, after_return = True, False
    for unit in (*raw, _END):
        if unit in _BLANKS or (after_return and unit == _LF):
            after_return = False
            continue
        after_return = unit == _CR
        if is_start:
            starts.append(len(units))
        units.append(_LF if after_return else unit)
        is_start = units[-1] == _LF
    return units, starts
