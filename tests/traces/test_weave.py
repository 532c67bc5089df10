"""From records to stacks, and from stacks to calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.source import Span
from soundcheck.traces.trace import Observed, calls_among, stack_of, trace_of
from soundcheck.traces.weave import Event, Faults, weave


def events(text):
    """``f`` enters, ``-f`` leaves, ``-`` leaves whatever is open, ``!3`` loses three."""
    found = []
    for time, word in enumerate(text.split(), 10):
        if word.startswith("!"):
            found.append(Event("lost", "", time, time, int(word[1:])))
        elif word.startswith("-"):
            found.append(Event("leave", word[1:], time, time))
        else:
            found.append(Event("enter", word, time, time))
    return found


def woven(text):
    faults = Faults()
    thread = weave(1, events(text), faults)
    told = [
        (gap.kind, gap.what, gap.at.start) for gap in faults.gaps(lambda at: Span("t", 1, at, at))
    ]
    return thread, told


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("f -f f -f", {}, id="outermost-calls-have-no-caller"),
        pytest.param("f g -g g -g -f", {("f", "g"): 2}, id="twice"),
        pytest.param("f g h - - -", {("f", "g"): 1, ("g", "h"): 1}, id="unnamed-exits"),
        pytest.param("f f f -f -f -f", {("f", "f"): 2}, id="recursion"),
        pytest.param("f g", {("f", "g"): 1}, id="never-returned"),
    ],
)
def test_calls(text, calls):
    thread, told = woven(text)

    assert told == []
    assert {pair: call.count for pair, call in trace_of([thread], []).calls.items()} == calls


@pytest.mark.parametrize(
    ("text", "calls", "told"),
    [
        pytest.param(
            "-f g -g",
            {},
            [("trace-unpaired", "exits without an entry: 1, first of `f`", 10)],
            id="exit-first",
        ),
        pytest.param(
            "f g h -f f g",
            {("f", "g"): 2, ("g", "h"): 1},
            [("trace-unpaired", "calls without an exit: 2, first of `h`", 13)],
            id="exits-missing",
        ),
        pytest.param(
            "f -g g -g -x -f",
            {("f", "g"): 1},
            [("trace-unpaired", "exits without an entry: 2, first of `g`", 11)],
            id="stray-exits-leave-the-stack-alone",
        ),
        pytest.param(
            "f g !3 h i -i -h !4",
            {("f", "g"): 1, ("h", "i"): 1},
            [("trace-lost", "lost records: 7", 12)],
            id="a-loss-forgets-the-stack",
        ),
        pytest.param(
            "f !0 g", {}, [("trace-lost", "losses of unknown size: 1", 11)], id="unknown-loss"
        ),
        pytest.param(
            "- f",
            {},
            [("trace-unpaired", "exits without an entry: 1, first of ``", 10)],
            id="unnamed-exit-of-nothing",
        ),
    ],
)
def test_what_does_not_fit(text, calls, told):
    thread, gaps = woven(text)

    assert {pair: call.count for pair, call in trace_of([thread], []).calls.items()} == calls
    assert gaps == told


def test_counts_times_and_depths():
    thread, _ = woven("f g h -h -g h -h g")
    trace = trace_of([thread], [])

    assert trace.calls == {
        ("f", "g"): Observed(2, 11, 1),
        ("f", "h"): Observed(1, 15, 1),
        ("g", "h"): Observed(1, 12, 2),
    }
    assert {name: one.count for name, one in trace.functions.items()} == {"f": 1, "g": 2, "h": 2}
    assert (thread.entries, thread.exits, thread.unreturned) == (5, 3, 2)


def test_every_distinct_stack_can_be_told():
    thread, _ = woven("f g h -h -g h g -g -h -f g")

    assert [stack_of(thread, index) for index in range(len(thread.frames))] == [
        ("f",),
        ("f", "g"),
        ("f", "g", "h"),
        ("f", "h"),
        ("f", "h", "g"),
        ("g",),
    ]


@pytest.mark.parametrize(
    ("text", "wanted", "calls"),
    [
        pytest.param("a b -b", "ab", {("a", "b"): Observed(1, 11, 1)}, id="straight"),
        pytest.param("a x b -b", "ab", {("a", "b"): Observed(1, 12, 2, ("x",))}, id="through-one"),
        pytest.param("a x y b", "ab", {("a", "b"): Observed(1, 13, 3, ("x", "y"))}, id="two"),
        pytest.param(
            "a x b -b -x b", "ab", {("a", "b"): Observed(2, 12, 2)}, id="the-shortest-way-is-told"
        ),
        pytest.param("x b -b -x a x", "ab", {}, id="no-caller-wanted"),
        pytest.param("a b", "", {}, id="nothing-wanted"),
    ],
)
def test_calls_through_others(text, wanted, calls):
    thread, _ = woven(text)

    assert calls_among([thread], lambda name: name in set(wanted)) == calls


@given(st.lists(st.sampled_from(["f", "g", "h", "-f", "-g", "-h", "-", "!1", "!0"]), max_size=40))
def test_whatever_is_recorded_is_counted(words):
    thread, _ = woven(" ".join(words))
    trace = trace_of([thread], [])

    assert sum(frame.count for frame in thread.frames) == thread.entries
    assert thread.entries + thread.exits == sum(not word.startswith("!") for word in words)
    assert sum(call.count for call in trace.calls.values()) <= thread.entries
    assert all(frame.parent < index for index, frame in enumerate(thread.frames))
