"""Traces written as lists: ``("enter", "f", 5)``, ``("leave", "f", 9)``, ``("lost", 3, 9)``."""

import struct

import pytest

from soundcheck.source import SourceFile

ENTER, LEAVE, LOST, EVENT = range(4)
KINDS = {"enter": ENTER, "leave": LEAVE, "lost": LOST, "event": EVENT}
BASE = 0x10000
SYMBOLS = """\
0000000000000100 T kernel_main
0000000000000200 t _ZN6kernel3irq6handle17h0123456789abcdefE
0000000000000300 t _RNvXs2_NtCsj9tIkof7U9N_1k2inAhj3_NtNtB7_1a2Tr1f
0000000000000400 T memcpy
0000000000000500 r some_data
"""
ADDRESSES = {
    "kernel_main": 0x100,
    "kernel::irq::handle": 0x200,
    "<[u8; 3] as k::a::Tr>::f": 0x300,
    "memcpy": 0x400,
}
MAP = f"{BASE:012x}-{BASE + 0x10000:012x} r-xp 00000000 00:00 0    /boot/kernel\n"


def _record(kind, what, time, *, depth=0, more=0, magic=5, order="<"):
    address = what if isinstance(what, int) else BASE + ADDRESSES[what] + 5
    word = KINDS[kind] | more << 2 | magic << 3 | depth << 6 | address << 16
    return struct.pack(f"{order}QQ", time, word)


def _info(*, version=4, order="<", features=0x22, threads=()):
    size, byte_order = 40, 1 if order == "<" else 2
    header = struct.pack(
        f"{order}8sIHBBQQHHHH", b"Ftrace!", version, size, byte_order, 2, features, 0x88, 0, 0, 0, 0
    )
    lines = f"taskinfo:tids={','.join(map(str, threads))}\n" if threads else ""
    return header + lines.encode()


def _folder(threads, *, order="<", symbols=SYMBOLS, **others):
    tasks = 'SESS timestamp=0.0 pid=1 sid=ab exename="/boot/kernel"\n' + "".join(
        f"TASK timestamp=0.0 tid={thread} pid=1\n" for thread in threads
    )
    files = {
        "info": _info(order=order, threads=threads),
        "task.txt": tasks.encode(),
        "sid-ab.map": MAP.encode(),
        "kernel.sym": symbols.encode(),
    }
    for thread, records in threads.items():
        data = records
        if not isinstance(records, bytes):
            data = b"".join(_record(*one, order=order) for one in records)
        files[f"{thread}.dat"] = data
    files.update({name.replace("__", "."): data for name, data in others.items()})
    return [SourceFile(f"trace/{name}", data) for name, data in files.items() if data is not None]


@pytest.fixture(scope="session")
def record():
    """The bytes of one record of a thread."""
    return _record


@pytest.fixture(scope="session")
def info():
    """The bytes of an ``info`` file."""
    return _info


@pytest.fixture(scope="session")
def folder():
    """The files of a uftrace folder, from the records of its threads."""
    return _folder


@pytest.fixture(scope="session")
def calls():
    """The calls of a trace with their numbers, as a dictionary."""
    return lambda trace: {pair: call.count for pair, call in trace.calls.items()}


@pytest.fixture(scope="session")
def gaps():
    """The gaps of a trace: their kinds, what they say, and where they are."""
    return lambda trace: [
        (gap.kind, gap.what, gap.at.path, gap.at.line, gap.at.start) for gap in trace.gaps
    ]
