"""Traces in Chrome's format."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.source import SourceFile
from soundcheck.traces.chrome import read_chrome
from soundcheck.traces.formats import read_trace

NO_ARRAY = [("trace-format", "no array of events", 1), ("trace-missing", "no calls in the file", 1)]
CALLS = {("k::main", "k::f"): 1, ("k::main", "<k::T as k::Tr>::g"): 1}
EVENTS = [
    {"ts": 0, "ph": "M", "pid": 1, "name": "process_name", "args": {"name": "[1] k"}},
    {"ts": 2014410.096, "ph": "B", "pid": 1, "tid": 7, "name": "k::main"},
    {"ts": 2014410.276, "ph": "B", "pid": 1, "tid": 7, "name": "k::f"},
    {"ts": 2014411.068, "ph": "E", "pid": 1, "tid": 7, "name": "k::f"},
    {"ts": 2014412, "ph": "B", "pid": 1, "tid": 7, "name": "_<k..T as k..Tr>::g"},
    {"ts": 2014413, "ph": "E", "pid": 1, "tid": 7, "name": "_<k..T as k..Tr>::g"},
    {"ts": 2014414, "ph": "E", "pid": 1, "tid": 7, "name": "k::main"},
]


def trace_of(text):
    return read_chrome(SourceFile("t.json", text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps({"traceEvents": EVENTS, "metadata": {"a": [1]}}), id="object"),
        pytest.param(json.dumps(EVENTS), id="array"),
        pytest.param(json.dumps(EVENTS)[:-1], id="open-array"),
        pytest.param("\ufeff" + json.dumps({"traceEvents": EVENTS}, indent=1), id="spaced"),
        pytest.param(
            json.dumps([event for event in EVENTS if event["ph"] != "M"] + [{"ph": "C"}]),
            id="counters",
        ),
        pytest.param(
            json.dumps(EVENTS).replace(
                '"E", "pid": 1, "tid": 7, "name"', '"E", "pid": 1, "tid": 7, "was"'
            ),
            id="unnamed-exits",
        ),
        pytest.param(
            json.dumps([{**event, "pid": 7, "tid": None} for event in EVENTS]).replace(
                ', "tid": null', ""
            ),
            id="threads-of-a-process",
        ),
        pytest.param(
            json.dumps(
                [
                    *EVENTS[:2],
                    *({**EVENTS[1], "ph": p, "name": "linux:schedule"} for p in "BE"),
                    *EVENTS[2:],
                ]
            ),
            id="scheduled",
        ),
    ],
)
def test_whole_traces(text, calls):
    trace = trace_of(text)

    assert trace.gaps == ()
    assert calls(trace) == CALLS
    assert [(one.id, one.entries, one.exits) for one in trace.threads] == [(7, 3, 3)]
    assert trace.calls["k::main", "k::f"].first == 2014410276
    assert read_trace([SourceFile("t.json", text.encode())]) == trace


def test_processes_and_threads_have_stacks_of_their_own(calls):
    mixed = []
    for event in EVENTS[1:]:
        mixed += [event, {**event, "tid": 8}, {**event, "pid": 2}]

    trace = trace_of(json.dumps(mixed))
    assert calls(trace) == dict.fromkeys(CALLS, 3)
    assert [thread.id for thread in trace.threads] == [7, 7, 8]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", NO_ARRAY, id="empty"),
        pytest.param("main() {\n}\n", NO_ARRAY, id="no-json"),
        pytest.param('{"a": [1]}', NO_ARRAY, id="other-json"),
        pytest.param(
            '{"traceEvents": []}', [("trace-missing", "no calls in the file", 1)], id="no-events"
        ),
        pytest.param(
            '{"traceEvents":[\n' + json.dumps(EVENTS[1]) + ",\n" + json.dumps(EVENTS[2])[:30],
            [("trace-truncated", "from here on the file is no JSON", 3)],
            id="cut-short",
        ),
        pytest.param(
            '{"traceEvents":[\n' + json.dumps(EVENTS[1]) + ",\n",
            [("trace-truncated", "the array of events has no end", 3)],
            id="cut-between-events",
        ),
        pytest.param(
            json.dumps(EVENTS[1:3]).replace("k::f", "k::f\\ud8"),
            [("trace-truncated", "from here on the file is no JSON", 1)],
            id="broken-text",
        ),
        pytest.param(
            '[{"ph":"B","ts":1,"pid":' + "9" * 5_000 + ',"name":"f"}]',
            [
                ("trace-missing", "no calls in the file", 1),
                ("trace-truncated", "from here on the file is no JSON", 1),
            ],
            id="endless-number",
        ),
        pytest.param('[{"ph":"B","ts":1,"pid":1,"name":"\\ud800"}]', [], id="half-a-character"),
        pytest.param(
            json.dumps([EVENTS[1], {"ph": "X", "ts": 5, "dur": 1}, {"ph": "X"}, {}]),
            [("trace-part", "events of other kinds: 3, first `X`", 1)],
            id="other-kinds",
        ),
        pytest.param(
            "[\n" + json.dumps(EVENTS[1]) + ',\n5, {"ph":"B","ts":"5","name":"f"},\n'
            '{"ph":"B","ts":NaN,"name":"f"}, {"ph":"B","ts":5,"name":5},\n'
            '{"ph":"B","ts":5,"tid":"x","name":"f"}]',
            [("trace-damage", "unreadable events: 5", 3)],
            id="odd-values",
        ),
        pytest.param(
            json.dumps([EVENTS[6], *EVENTS[1:4]], indent=0).replace("\n", "", 1),
            [("trace-unpaired", "exits without an entry: 1, first of `k::main`", 1)],
            id="exit-first",
        ),
    ],
)
def test_damage_is_told(text, told):
    trace = trace_of(text)

    assert [(gap.kind, gap.what, gap.at.line) for gap in trace.gaps] == told


@given(st.text(alphabet='[]{}",:phBEtsname1234567890. ', max_size=80))
def test_any_text_is_read(text):
    trace_of(text)
    trace_of('{"traceEvents":[' + text)


@given(st.integers(0, 600))
def test_a_trace_may_end_anywhere(end):
    text = json.dumps({"traceEvents": EVENTS})
    trace = trace_of(text[:end])

    assert trace.threads == () or len(trace.threads) == 1
