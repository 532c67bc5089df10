"""Which binaries lay where in memory when a thread ran: ``task.txt`` of a uftrace folder.

A session is what one process ran since it started or called ``exec``; a forked process goes on in
that of its parent.
"""

import re
from collections.abc import Mapping as Mappings

import msgspec

from soundcheck.traces.symbol_tables import ADDRESS_MASK, Mapping, read_mappings
from soundcheck.traces.weave import Faults

_LINE = re.compile(r"(SESS|TASK|FORK|DLOP) timestamp=([0-9]{1,18})\.([0-9]{1,9}) ")
_ADDRESS = re.compile(r"(?:0x)?[0-9a-fA-F]{1,16}")
_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|(\S+))')


class Session(msgspec.Struct, frozen=True, gc=False):
    """The memory of the process ``pid`` from the time ``start`` on, in nanoseconds.

    ``libraries`` were loaded later; only where they begin is known.
    """

    pid: str
    start: int
    mappings: tuple[Mapping, ...]
    libraries: tuple[Mapping, ...] = ()


class Tasks(msgspec.Struct, frozen=True):
    """The sessions in order of time, and the processes: of threads, and of forked processes."""

    sessions: tuple[Session, ...]
    processes: Mappings[str, str]


def read_tasks(text: str, maps: Mappings[str, str], faults: Faults) -> Tasks:
    """What a ``task.txt`` tells, with the texts of ``sid-….map`` by their ids."""
    sessions: dict[str, Session] = {}
    processes: dict[str, str] = {}
    at = 0
    for line in text.splitlines(keepends=True):
        match = _LINE.match(line)
        fields = {key: quoted or plain for key, quoted, plain in _FIELD.findall(line)}
        time = int(match[2]) * 1_000_000_000 + int(match[3]) if match else 0
        kind = match[1] if match else ""
        sid = fields.get("sid", "")
        if kind == "SESS" and sid:
            mappings = read_mappings(maps.get(sid, ""))
            if not mappings:
                faults.add("trace-missing", "sessions without a map of their memory", at)
                mappings = (Mapping(0, ADDRESS_MASK, fields.get("exename", "")),)
            process = fields.get("pid") or fields.get("tid", "")
            sessions[sid] = Session(process, time, mappings)
        elif kind == "TASK" and "tid" in fields:
            processes[fields["tid"]] = fields.get("pid", "")
        elif kind == "FORK" and "pid" in fields:
            processes[fields["pid"]] = fields.get("ppid", "")
        elif kind == "DLOP" and sid in sessions and _ADDRESS.fullmatch(fields.get("base", "")):
            library = Mapping(int(fields["base"], 16), ADDRESS_MASK, fields.get("libname", ""))
            known = sessions[sid]
            libraries = (*known.libraries, library)
            sessions[sid] = msgspec.structs.replace(known, libraries=libraries)
        elif line.strip():
            faults.add("trace-damage", "unreadable lines", at)
        at += len(line.encode())
    ordered = sorted(sessions.values(), key=lambda session: session.start)
    return Tasks(tuple(ordered), processes)


def sessions_of(tasks: Tasks, thread: str) -> tuple[Session, ...]:
    """The sessions a thread was in, in order of time: its process's, or the nearest parent's."""
    process: str | None = thread
    seen = set()
    while process is not None and process not in seen:
        seen.add(process)
        own = tuple(session for session in tasks.sessions if session.pid == process)
        if own:
            return own
        process = tasks.processes.get(process)
    return tasks.sessions[:1]
