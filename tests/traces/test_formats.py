"""One recording in each format: the same is told of it."""

import json

import pytest

from soundcheck.source import SourceFile
from soundcheck.traces.formats import read_trace

MAIN, HANDLE, COPY = "kernel_main", "kernel::irq::handle", "memcpy"
RECORDS = [
    ("enter", MAIN, 1_000),
    ("enter", COPY, 2_500),
    ("leave", COPY, 3_125),
    ("enter", HANDLE, 4_000),
    ("enter", COPY, 5_000),
    ("leave", COPY, 6_000),
    ("leave", HANDLE, 7_000),
    ("enter", HANDLE, 8_000),
]


def as_json(records):
    events = [
        {"ts": time / 1000, "ph": "B" if kind == "enter" else "E", "pid": 1, "tid": 7, "name": name}
        for kind, name, time in records
    ]
    return [SourceFile("t.json", json.dumps({"traceEvents": events}).encode())]


def as_text(records):
    lines = [
        f" {0:5}.{time:09} [     7] | {name}() {{"
        if kind == "enter"
        else f" {0:5}.{time:09} [     7] | }} /* {name} */"
        for kind, name, time in records
    ]
    return [SourceFile("t.txt", "\n".join(lines).encode())]


@pytest.mark.parametrize(
    "write", [pytest.param(as_json, id="json"), pytest.param(as_text, id="text")]
)
def test_the_same_recording(folder, write):
    expected = read_trace(folder({7: RECORDS}))
    trace = read_trace(write(RECORDS))

    assert trace == expected
    assert trace.gaps == ()
    assert trace.threads[0].unreturned == 2


def test_a_file_of_records_alone(record):
    data = b"".join(record(*one) for one in RECORDS)
    trace = read_trace([SourceFile("7.dat", data)])

    assert trace.threads[0].entries == 5
    assert {gap.kind for gap in trace.gaps} == {"trace-missing", "trace-symbol"}
