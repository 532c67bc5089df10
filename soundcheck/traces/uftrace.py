"""The folder that uftrace records into, and rftrace after it.

https://github.com/namhyung/uftrace/wiki/Data-Format tells the format: ``info`` (a binary header,
and lines), ``task.txt`` (processes and threads), ``sid-….map`` (memory), ``….sym`` (symbols), and
one ``….dat`` for each thread.
"""

import re
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from soundcheck.finding import Gap
from soundcheck.source import SourceFile, Span
from soundcheck.traces import symbol_tables
from soundcheck.traces.records import ENTRY, EXIT, LOST, Record, read_records
from soundcheck.traces.sessions import Session, Tasks, read_tasks, sessions_of
from soundcheck.traces.symbols import demangle, is_undecodable
from soundcheck.traces.trace import Executed, Trace, trace_of
from soundcheck.traces.v0 import home_v0
from soundcheck.traces.weave import Event, Faults, weave

_HEADER = struct.Struct("<8sIHBBQ")
_MAGIC = b"Ftrace!\0"
_BIG_ENDIAN = 2
_HAS_RELATIVE_SYMBOLS = 1 << 5
_VERSIONS = (3, 4)
_THREAD_FILE = re.compile(r"([0-9]{1,18})\.dat")
_THREADS = re.compile(rb"taskinfo:tids=([0-9,]+)")


def read_uftrace(files: Iterable[SourceFile]) -> Trace:
    """The trace in the files of one folder, which are told apart by the last parts of their paths.

    What is missing or damaged is told in the trace's gaps, and the rest is read all the same.
    """
    folder = _Folder(files)
    order, is_relative = _read_info(folder)
    names = _Names(folder, _read_tasks(folder), is_relative=is_relative)
    threads = []
    for name in sorted(folder.files):
        if match := _THREAD_FILE.fullmatch(name):
            faults = Faults()
            data = folder.files[name].data
            events = _events(read_records(data, order, faults), names.of_thread(match[1], faults))
            threads.append(weave(int(match[1]), events, faults))
            folder.tell(name, faults)
        elif name.startswith("kernel") and name.endswith(".dat"):
            folder.miss(name, "trace-part", "calls inside the host's kernel, which are not read")
    if not threads:
        folder.miss("", "trace-missing", "no records of any thread")
    return trace_of(threads, folder.gaps, names.known)


class _Folder:
    """The files by their names, and the gaps found in them."""

    def __init__(self, files: Iterable[SourceFile]) -> None:
        self.files = {file.path.rpartition("/")[2]: file for file in files}
        first = min((file.path for file in self.files.values()), default="")
        self.path = first.rpartition("/")[0]
        self.gaps: list[Gap] = []

    def text(self, name: str) -> str:
        return self.files[name].data.decode("utf-8", "replace") if name in self.files else ""

    def span(self, name: str, at: int = 0) -> Span:
        path = "/".join(part for part in (self.path, name) if part)
        data = self.files[name].data if name in self.files else b""
        line = 1 if name.endswith(".dat") else data.count(b"\n", 0, at) + 1
        return Span(path, line, at, at)

    def miss(self, name: str, kind: str, what: str, at: int = 0) -> None:
        self.gaps.append(Gap(kind, what, self.span(name, at)))

    def tell(self, name: str, faults: Faults) -> None:
        self.gaps.extend(faults.gaps(lambda at: self.span(name, at)))


def _read_info(folder: _Folder) -> tuple[str, bool]:
    """The byte order as ``struct`` writes it, and whether symbols are told from a mapping's start.

    Without a header it is as rftrace writes it.
    """
    if "info" not in folder.files:
        folder.miss("info", "trace-missing", "no `info` in the folder")
        return "<", True
    data = folder.files["info"].data
    if len(data) < _HEADER.size or not data.startswith(_MAGIC):
        folder.miss("info", "trace-format", "not a uftrace header")
        return "<", True
    _, version, _, byte_order, _, features = _HEADER.unpack_from(data)
    order = "<"
    if byte_order == _BIG_ENDIAN:
        order = ">"
        version = int.from_bytes(version.to_bytes(4, "little"), "big")
        features = int.from_bytes(features.to_bytes(8, "little"), "big")
    if version not in _VERSIONS:
        folder.miss("info", "trace-format", f"version {version} of the format, which is unknown")
    if threads := _THREADS.search(data):
        for thread in threads[1].decode().split(","):
            if thread and f"{thread}.dat" not in folder.files:
                folder.miss(f"{thread}.dat", "trace-missing", f"no records of thread {thread}")
    return order, bool(features & _HAS_RELATIVE_SYMBOLS)


def _read_tasks(folder: _Folder) -> Tasks:
    if "task.txt" not in folder.files:
        folder.miss("task.txt", "trace-missing", "no `task.txt` in the folder")
    maps = {
        name.removeprefix("sid-").removesuffix(".map"): folder.text(name)
        for name in folder.files
        if name.startswith("sid-") and name.endswith(".map")
    }
    faults = Faults()
    tasks = read_tasks(folder.text("task.txt"), maps, faults)
    folder.tell("task.txt", faults)
    return tasks


class _Names:
    """The functions at addresses, in each session; ``known`` is what their symbols tell."""

    def __init__(self, folder: _Folder, tasks: Tasks, *, is_relative: bool) -> None:
        self.folder = folder
        self.tasks = tasks
        self.is_relative = is_relative
        self.known: dict[str, Executed] = {}
        self.tables: dict[str, symbol_tables.Symbols | None] = {}
        self.names: dict[tuple[int, int], str] = {}

    def of_thread(self, thread: str, faults: Faults) -> Callable[[Record], str]:
        """What names the function of each record of one thread."""
        sessions = sessions_of(self.tasks, thread)
        starts = [session.start for session in sessions]
        named: dict[tuple[int, int], str] = {}

        def name(record: Record) -> str:
            index = max(bisect_right(starts, record.time) - 1, 0) if len(starts) > 1 else 0
            key = (index, record.address)
            if key not in named:
                session = sessions[index] if sessions else None
                symbols = self.symbols(session, record.address) if session else ()
                if not symbols:
                    detail = f", first 0x{record.address:x}"
                    faults.add("trace-symbol", "addresses without a symbol", record.at, detail)
                elif is_undecodable(symbols[0]):
                    detail = f", first `{symbols[0]}`"
                    faults.add("trace-symbol", "symbols of no known mangling", record.at, detail)
                named[key] = self.learn(symbols) if symbols else f"0x{record.address:x}"
            return named[key]

        return name

    def learn(self, symbols: tuple[str, ...]) -> str:
        """The name of a function by its symbols, of which the first is taken."""
        names = tuple(dict.fromkeys(demangle(symbol) for symbol in symbols))
        known = self.known.get(names[0], Executed(0))
        aliases = tuple(dict.fromkeys((*known.aliases, *names[1:])))
        self.known[names[0]] = Executed(0, aliases, known.home or home_v0(symbols[0]))
        return names[0]

    def symbols(self, session: Session, address: int) -> tuple[str, ...]:
        for mapping in session.mappings:
            if mapping.start <= address < mapping.end:
                return self.symbols_in(mapping, address)
        for library in sorted(session.libraries, key=lambda one: -one.start):
            if library.start <= address and (found := self.symbols_in(library, address)):
                return found
        return ()

    def symbols_in(self, mapping: symbol_tables.Mapping, address: int) -> tuple[str, ...]:
        table = self.table(mapping)
        offset = address - mapping.start if self.is_relative else address
        return symbol_tables.symbols_at(table, offset) if table is not None else ()

    def table(self, mapping: symbol_tables.Mapping) -> symbol_tables.Symbols | None:
        file = symbol_tables.table_for(mapping, self.folder.files) or ""
        key = file or mapping.path
        if key not in self.tables:
            self.tables[key] = symbol_tables.read_symbols(self.folder.text(file)) if file else None
            if not file:
                what = f"no symbols of `{mapping.path}`"
                self.folder.miss(f"{mapping.path.rpartition('/')[2]}.sym", "trace-missing", what)
        return self.tables[key]


def _events(records: Iterable[Record], name: Callable[[Record], str]) -> Iterator[Event]:
    for record in records:
        if record.kind == ENTRY:
            yield Event("enter", name(record), record.time, record.at)
        elif record.kind == EXIT:
            yield Event("leave", name(record), record.time, record.at)
        elif record.kind == LOST:
            yield Event("lost", "", record.time, record.at, record.address)
