"""Counts as a table for people: what there is, and how much of it hides where."""

from collections.abc import Sequence

from soundcheck.inventory import Row, count_of
from soundcheck.syntax.columns import (
    BUCKETS,
    GEIGER_COUNTERS,
    OWN_COUNTERS,
    OWN_PROFILE,
    Counts,
)

_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
# The counters whose share of unsafe says something; the others are unsafe or nothing.
_SHARED = ("functions", "methods", "impls", "traits", "exprs")
_TITLES = {"item_impls": "impls", "item_traits": "traits"}


def render_counts(profile: str, by: str, rows: Sequence[Row], total: Counts, *, color: bool) -> str:
    """The counts as a table: a row for each crate, module, file or item, then their sum."""
    if profile != OWN_PROFILE:
        return _geiger_table(profile, by, rows, total, color=color)
    lines = _table(
        [by, *OWN_COUNTERS[:-1], "exprs", "unsafe"],
        [
            *(_own_cells(row.name, row.counts) for row in rows if _has_unsafe(row.counts)),
            _own_cells("total", total),
        ],
        color=color,
    )
    silent = sum(not _has_unsafe(row.counts) for row in rows)
    if silent:
        noun = by if silent == 1 else {"crate": "crates"}.get(by, f"{by}s")
        lines.append(f"{silent} {noun} without any unsafe code left out")
    return "\n".join([*lines, "", *_where_it_hides(total), ""])


def _has_unsafe(counts: Counts) -> bool:
    return any(counts[1::2])


def _own_cells(name: str, counts: Counts) -> list[str]:
    numbers = [count_of(counts, counter) for counter in OWN_COUNTERS]
    safe = count_of(counts, "exprs", is_unsafe=False)
    return [name, *(f"{number:,}" for number in numbers), _percent(numbers[-1], safe)]


def _percent(part: int, rest: int) -> str:
    return f"{100 * part / (part + rest):.1f} %" if part + rest else "-"


def _where_it_hides(total: Counts) -> list[str]:
    """How much of the unsafe code stands in macros and in tests, counter by counter."""
    rows = []
    for counter in OWN_COUNTERS:
        numbers = [count_of(total, counter, bucket) for bucket in BUCKETS]
        if any(numbers):
            rows.append(f"  {counter:11}" + "".join(f"{number:>10,}" for number in numbers))
    if not rows:
        return ["no unsafe code"]
    head = "  unsafe     " + "".join(f"{title:>10}" for title in ("plain", "in macros", "in tests"))
    shares = ", ".join(
        f"{_percent(count_of(total, counter), count_of(total, counter, is_unsafe=False))} of "
        f"{counter}"
        for counter in _SHARED
    )
    return [head, *rows, "", f"unsafe are {shares}"]


def _geiger_table(profile: str, by: str, rows: Sequence[Row], total: Counts, *, color: bool) -> str:
    """Safe and unsafe side by side, as ``safe/unsafe``."""
    titles = [_TITLES.get(counter, counter) for counter in GEIGER_COUNTERS]
    lines = _table(
        [by if rows else "", *titles],
        [*(_geiger_cells(row.name, row.counts) for row in rows), _geiger_cells("total", total)],
        color=color,
    )
    return "\n".join([*lines, f"safe/unsafe, as {profile} counts", ""])


def _geiger_cells(name: str, counts: Counts) -> list[str]:
    return [name, *(f"{counts[i]:,}/{counts[i + 1]:,}" for i in range(0, len(counts), 2))]


def _table(head: list[str], rows: list[list[str]], *, color: bool) -> list[str]:
    """A table whose first column stands left and whose others stand right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(row: list[str]) -> str:
        first, *others = row
        cells = [f"{first:{widths[0]}}"]
        cells += [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        return "  ".join(cells).rstrip()

    lines = [line(head), *(line(row) for row in rows)]
    if color:
        lines[0] = f"{_DIM}{lines[0]}{_PLAIN}"
        lines[-1] = f"{_BOLD}{lines[-1]}{_PLAIN}"
    return lines
