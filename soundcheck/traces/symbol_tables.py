"""Which function an address is in: the ``.sym`` and ``.map`` files of a uftrace folder.

Such a ``.sym`` file is what ``nm -n`` prints, or the same with comments and sizes.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable

import msgspec

# A record has room for 48 bits of an address, which tell the higher half of memory as well.
ADDRESS_MASK = (1 << 48) - 1
# Text, weak text, indirect functions, and those of the procedure linkage table.
_CODE_KINDS = frozenset("TtWwiPK")
_SYMBOL = re.compile(r"([0-9a-fA-F]+) (?:([0-9a-fA-F]{2,}) )?(\S) ([^\t\n]+)")
# ARM's and RISC-V's marks between code and data, and what assemblers call their own.
_MARK = re.compile(r"\$[a-z]|\.L")
_ENDS = frozenset({"__sym_end", "__dynsym_end", "__func_end"})
_MAPPING = re.compile(
    r"([0-9a-fA-F]+)-([0-9a-fA-F]+) \S+ \S+ \S+ \S+ +(\S+)(?: +build-id:([0-9a-f]+))?"
)


class Symbols(msgspec.Struct, frozen=True, gc=False):
    """A symbol table: where each function begins, where it ends at the latest, its symbols.

    Of several symbols at one address that stands first which uftrace takes.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    names: tuple[tuple[str, ...], ...]


class Mapping(msgspec.Struct, frozen=True, gc=False):
    """Where in memory a binary lies: half-open addresses, and its path and build id."""

    start: int
    end: int
    path: str
    build_id: str = ""


def read_symbols(text: str) -> Symbols:
    """The functions of a ``.sym`` file; lines of other kinds are passed over."""
    symbols: dict[int, list[tuple[str, str]]] = {}
    sizes: dict[int, int] = {}
    others = {ADDRESS_MASK + 1}
    for line in text.splitlines():
        if (match := _SYMBOL.match(line)) is None:
            continue
        address = int(match[1], 16) & ADDRESS_MASK
        name = match[4].strip()
        if match[3] not in _CODE_KINDS or name in _ENDS:
            others.add(address)
        elif not _MARK.match(name):
            symbols.setdefault(address, []).append((match[3], name))
            sizes[address] = max(sizes.get(address, 0), int(match[2] or "0", 16))
    starts = sorted(symbols)
    ends = []
    for index, start in enumerate(starts):
        # Thread-local data have small addresses of their own: only the last function ends at data.
        if index + 1 < len(starts):
            end = starts[index + 1]
        else:
            end = min(other for other in others if other > start)
        ends.append(min(end, start + sizes[start]) if sizes[start] else end)
    names = tuple(_ordered(symbols[start]) for start in starts)
    return Symbols(tuple(starts), tuple(ends), names)


def _ordered(symbols: list[tuple[str, str]]) -> tuple[str, ...]:
    """Symbols of one address with their kinds: first the first of the last that are of one kind."""
    index = len(symbols) - 1
    while index > 0 and symbols[index - 1][0] == symbols[index][0]:
        index -= 1
    return tuple(dict.fromkeys(name for _, name in (symbols[index], *symbols)))


def symbols_at(table: Symbols, address: int) -> tuple[str, ...]:
    """The symbols of the function that an address of its binary is in, or none."""
    index = bisect_right(table.starts, address) - 1
    return table.names[index] if index >= 0 and address < table.ends[index] else ()


def read_mappings(text: str) -> tuple[Mapping, ...]:
    """The binaries of a ``.map`` file, a copy of ``/proc/self/maps``.

    The parts of one binary that follow each other count as one; what is no file is left out.
    """
    found: list[Mapping] = []
    for line in text.splitlines():
        match = _MAPPING.match(line)
        if match is None or match[3].startswith("["):
            continue
        start, end = int(match[1], 16), int(match[2], 16)
        if found and found[-1].path == match[3]:
            start = found.pop().start
        found.append(Mapping(start, end, match[3], match[4] or ""))
    return tuple(found)


def table_for(mapping: Mapping, files: Iterable[str]) -> str | None:
    """The ``.sym`` file of a binary: by its name, or with four digits where names agree."""
    name = mapping.path.rpartition("/")[2]
    tagged = re.compile(re.escape(name) + r"-[0-9a-f]{4}\.sym")
    wanted = (f"{name}-{mapping.build_id[:4]}.sym", f"{name}.sym")
    fitting = [file for file in sorted(files) if file in wanted or tagged.fullmatch(file)]
    return next((file for file in wanted if file in fitting), next(iter(fitting), None))
