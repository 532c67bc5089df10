"""The folder that uftrace and rftrace write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.source import SourceFile
from soundcheck.traces.formats import read_trace
from soundcheck.traces.uftrace import read_uftrace

MAIN, HANDLE, METHOD = "kernel_main", "kernel::irq::handle", "<[u8; 3] as k::a::Tr>::f"
TWO_CALLS = [
    ("enter", MAIN, 10),
    ("enter", HANDLE, 20),
    ("leave", HANDLE, 30),
    ("enter", METHOD, 40),
    ("leave", METHOD, 50),
    ("leave", MAIN, 60),
]
CALLS = {(MAIN, HANDLE): 1, (MAIN, METHOD): 1}


def test_a_whole_folder(folder, calls):
    trace = read_uftrace(folder({1: TWO_CALLS, 2: TWO_CALLS[1:3]}))

    assert trace.gaps == ()
    assert calls(trace) == CALLS
    assert [(one.id, one.entries, one.exits) for one in trace.threads] == [(1, 3, 3), (2, 1, 1)]
    assert trace.functions[HANDLE].count == 2
    assert trace.functions[METHOD].home == "k::in"
    assert trace.calls[MAIN, METHOD].first == 40


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="as-it-is"),
        pytest.param({"order": ">"}, id="big-endian"),
        pytest.param({"perf-cpu0__dat": b"\0" * 48}, id="what-the-scheduler-did"),
        pytest.param({"default__opts": b"", "kernel__dbg": b"x"}, id="other-files"),
        pytest.param({"trace__json": b"{}"}, id="the-same-in-json"),
    ],
)
def test_folders_without_fault(folder, calls, options):
    files = folder({1: TWO_CALLS}, **options)

    for trace in (read_uftrace(files), read_uftrace(reversed(files)), read_trace(files)):
        assert trace.gaps == ()
        assert calls(trace) == CALLS


def test_arguments_and_results_are_passed_over(folder, record, calls):
    data = (
        record("enter", MAIN, 10)
        + record("enter", HANDLE, 20, more=1)
        + b"\x05\0hello\0" + b"\xff" * 8
        + record("leave", HANDLE, 30, more=1)
        + b"\x2a\0\0\0\0\0\0\0"
        + record("event", 100_001, 35, more=1)
        + b"\x18\0" + b"\x2d" * 24 + b"\0" * 6
        + record("enter", METHOD, 40, more=1)
        + record("leave", METHOD, 50)
        + record("leave", MAIN, 60, more=1)
        + b"\x01\0\0\0\0\0\0\0"
    )  # fmt: skip
    trace = read_uftrace(folder({1: data}))

    assert calls(trace) == CALLS
    assert trace.gaps == ()
    assert trace.threads[0].exits == 3


SESSION = 'SESS timestamp=0.0 pid=9 sid=ab exename="k"\n'
OTHER_SESSION = 'SESS timestamp=0.0 pid={} sid=zz exename="z"\n'


@pytest.mark.parametrize(
    ("tasks", "thread"),
    [
        pytest.param(f"{SESSION}TASK timestamp=0.5 tid=3 pid=9\n", 3, id="thread"),
        pytest.param(SESSION, 3, id="unknown-thread"),
        pytest.param(f"{SESSION}FORK timestamp=0.5 pid=3 ppid=9\n", 3, id="forked"),
        pytest.param(
            OTHER_SESSION.format(9) + SESSION.replace("0.0", "0.000000005"), 9, id="executed-later"
        ),
        pytest.param(
            OTHER_SESSION.format(3)
            + 'DLOP timestamp=0.1 tid=3 sid=zz base=10000 libname="/lib/kernel"\n',
            3,
            id="loaded-later",
        ),
    ],
)
def test_processes_and_sessions(folder, calls, tasks, thread):
    other = b"90000000-90001000 r-xp 00000000 00:00 0 /bin/other\n"
    files = folder({thread: TWO_CALLS}, task__txt=tasks.encode(), **{"sid-zz__map": other})
    trace = read_uftrace(files)

    assert calls(trace) == CALLS
    assert trace.gaps == ()


def test_symbols_may_be_told_from_the_start_of_memory(folder, info, calls):
    symbols = "10100 T kernel_main\n10200 T memcpy\n"
    files = folder({1: TWO_CALLS[:3]}, symbols=symbols, info=info(features=0x2))

    assert calls(read_uftrace(files)) == {(MAIN, "memcpy"): 1}


def test_functions_of_one_address_are_told(folder):
    symbols = "100 T kernel_main\n200 T sink\n200 t _ZN1k5emptyE\n200 t _ZN1k4noneE\n300 T x\n"
    trace = read_uftrace(folder({1: TWO_CALLS}, symbols=symbols))

    assert trace.functions["k::empty"].aliases == ("sink", "k::none")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"info": None},
            [("trace-missing", "no `info` in the folder", "trace/info")],
            id="no-info",
        ),
        pytest.param(
            {"info": b"#!/bin/sh\n" * 9},
            [("trace-format", "not a uftrace header", "trace/info")],
            id="wrong-magic",
        ),
        pytest.param(
            {"info": b"Ftrace!\0\4\0"},
            [("trace-format", "not a uftrace header", "trace/info")],
            id="short-header",
        ),
        pytest.param(
            {"task__txt": None},
            [
                ("trace-missing", "no `task.txt` in the folder", "trace/task.txt"),
                ("trace-symbol", "addresses without a symbol: 3, first 0x10105", "trace/1.dat"),
            ],
            id="no-tasks",
        ),
        pytest.param(
            {"task__txt": b"nonsense\nSESS timestamp=0.0 pid=1 sid=ab\n\xff\n"},
            [("trace-damage", "unreadable lines: 2", "trace/task.txt")],
            id="odd-tasks",
        ),
        pytest.param(
            {
                "task__txt": b'SESS timestamp=0.0 pid=1 sid=ab exename="k"\n'
                b"DLOP timestamp=0.1 tid=1 sid=ab base=zz libname=l\n"
                b"TASK timestamp=" + b"9" * 5_000 + b".0 tid=1 pid=1\n"
            },
            [("trace-damage", "unreadable lines: 2", "trace/task.txt")],
            id="odd-numbers",
        ),
        pytest.param(
            {"sid-ab__map": None},
            [
                ("trace-missing", "sessions without a map of their memory: 1", "trace/task.txt"),
                ("trace-symbol", "addresses without a symbol: 3, first 0x10105", "trace/1.dat"),
            ],
            id="no-map",
        ),
        pytest.param(
            {"kernel__sym": None},
            [
                ("trace-missing", "no symbols of `/boot/kernel`", "trace/kernel.sym"),
                ("trace-symbol", "addresses without a symbol: 3, first 0x10105", "trace/1.dat"),
            ],
            id="no-symbols",
        ),
        pytest.param(
            {"kernel__sym": b"100 T kernel_main\n200 T _RNvC1k9f\n300 T x\n"},
            [("trace-symbol", "symbols of no known mangling: 1, first `_RNvC1k9f`", "trace/1.dat")],
            id="unreadable-symbol",
        ),
        pytest.param(
            {"1__dat": None},
            [
                ("trace-missing", "no records of thread 1", "trace/1.dat"),
                ("trace-missing", "no records of any thread", "trace"),
            ],
            id="no-records",
        ),
        pytest.param(
            {"kernel-cpu0__dat": b"\0" * 64},
            [
                (
                    "trace-part",
                    "calls inside the host's kernel, which are not read",
                    "trace/kernel-cpu0.dat",
                )
            ],
            id="host-kernel",
        ),
    ],
)
def test_what_is_missing_is_told(folder, changes, told):
    trace = read_uftrace(folder({1: TWO_CALLS}, **changes))

    assert sorted((gap.kind, gap.what, gap.at.path) for gap in trace.gaps) == sorted(told)


def test_an_unknown_version_is_told_and_read(folder, info, calls):
    trace = read_uftrace(folder({1: TWO_CALLS}, info=info(version=7)))

    assert [gap.what for gap in trace.gaps] == ["version 7 of the format, which is unknown"]
    assert calls(trace) == CALLS


def test_damaged_records(folder, record, gaps):
    whole = record("enter", MAIN, 10) + record("enter", HANDLE, 20)
    data = {
        "cut short": whole + record("leave", HANDLE, 30)[:7],
        "unreadable": whole + b"\0" * 24 + record("leave", HANDLE, 30),
        "not found again": whole + b"\xff" * 32,
        "unordered": whole + record("leave", HANDLE, 5),
        "lost": whole + record("lost", 12, 30) + record("leave", HANDLE, 40),
        "no entry": record("leave", HANDLE, 5) + whole,
        "nowhere": whole + record("enter", 0xDEAD, 40),
    }
    told = {name: gaps(read_uftrace(folder({1: one}))) for name, one in data.items()}

    at = ("trace/1.dat", 1)
    assert told == {
        "cut short": [("trace-truncated", "bytes of a record cut short: 7", *at, 32)],
        "unreadable": [("trace-damage", "unreadable places: 1", *at, 32)],
        "not found again": [("trace-damage", "unreadable places: 1", *at, 32)],
        "unordered": [("trace-damage", "records out of the order of time: 1", *at, 32)],
        "lost": [
            ("trace-lost", "lost records: 12", *at, 32),
            ("trace-unpaired", f"exits without an entry: 1, first of `{HANDLE}`", *at, 48),
        ],
        "no entry": [("trace-unpaired", f"exits without an entry: 1, first of `{HANDLE}`", *at, 0)],
        "nowhere": [("trace-symbol", "addresses without a symbol: 1, first 0xdead", *at, 32)],
    }


def test_no_files_are_no_trace(gaps):
    assert gaps(read_uftrace([])) == [
        ("trace-missing", "no `info` in the folder", "info", 1, 0),
        ("trace-missing", "no `task.txt` in the folder", "task.txt", 1, 0),
        ("trace-missing", "no records of any thread", "", 1, 0),
    ]


@given(
    st.dictionaries(
        st.sampled_from(["info", "task.txt", "sid-ab.map", "kernel.sym", "1.dat", "2.dat"]),
        st.binary(max_size=120),
    )
)
def test_any_files_are_read(files):
    read_uftrace([SourceFile(f"trace/{name}", data) for name, data in files.items()])


@given(at=st.integers(0, 95), byte=st.integers(0, 255))
def test_any_damage_is_survived(folder, at, byte):
    files = folder({1: TWO_CALLS})
    data = bytearray(files[-1].data)
    data[at] = byte

    trace = read_uftrace([*files[:-1], SourceFile(files[-1].path, bytes(data))])
    assert sum(thread.entries + thread.exits for thread in trace.threads) <= 6
