"""Traces in Chrome's format, JSON, as ``uftrace dump --chrome`` writes it.

An array of events, bare or as ``traceEvents``; those of the phases ``B`` and ``E`` are entries and
exits. The format allows the array to end anywhere.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Literal

from soundcheck.source import LineIndex, SourceFile, Span
from soundcheck.traces.symbols import respell
from soundcheck.traces.trace import Trace, known_of, trace_of
from soundcheck.traces.weave import Event, Faults, weave

_PHASES: Mapping[str, Literal["enter", "leave"]] = {"B": "enter", "E": "leave"}
# Metadata, counters, marks, samples, flows and objects, which tell of no calls.
_SILENT_PHASES = frozenset("MCIiRPstfNODcv")
# What uftrace writes of a thread that is off its processor begins so; it is no function.
_NO_FUNCTION = "linux:"
_ARRAY = '"traceEvents"'
_BETWEEN = frozenset(" \t\r\n,")


def read_chrome(file: SourceFile) -> Trace:
    """The trace in one file; what cannot be read, and events of other kinds, are told as gaps."""
    text = file.data.decode("utf-8", "replace")
    faults = Faults()
    threads: dict[tuple[int, int], list[Event]] = {}
    spelled: dict[str, str] = {}
    for at, entry in _read_events(text, faults):
        phase = entry.get("ph")
        if not isinstance(phase, str) or phase not in _PHASES:
            if phase not in _SILENT_PHASES:
                faults.add("trace-part", "events of other kinds", at, f", first `{phase}`")
            continue
        name, time = entry.get("name", ""), entry.get("ts")
        process = entry.get("pid", 0)
        thread = entry.get("tid", process)
        if (
            not isinstance(name, str)
            or not isinstance(time, (int, float))
            or not math.isfinite(time)
            or not isinstance(process, int)
            or not isinstance(thread, int)
        ):
            faults.add("trace-damage", "unreadable events", at)
        elif not name.startswith(_NO_FUNCTION):
            if name not in spelled:
                spelled[name] = respell(name.encode("utf-8", "replace").decode())
            # Microseconds, with nanoseconds behind the point.
            event = Event(_PHASES[phase], spelled[name], round(time * 1000), at)
            threads.setdefault((process, thread), []).append(event)
    woven = [weave(thread, events, faults) for (_, thread), events in sorted(threads.items())]
    if not woven:
        faults.add("trace-missing", "no calls in the file", 0, count=0)
    index = LineIndex(file.data)

    def place(at: int) -> Span:
        start = len(text[:at].encode())
        return Span(file.path, index.line_of(start), start, start)

    return trace_of(woven, faults.gaps(place), known_of(spelled))


def _read_events(text: str, faults: Faults) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The objects in the array of events, each with where in the text it begins."""
    key = text.find(_ARRAY)
    at = text.find("[", key + len(_ARRAY)) if key >= 0 else text.find("[")
    if at < 0 or (key < 0 and text[:at].strip("\ufeff \t\r\n")):
        faults.add("trace-format", "no array of events", 0, count=0)
        return
    at += 1
    decode = json.JSONDecoder().raw_decode
    while True:
        while at < len(text) and text[at] in _BETWEEN:
            at += 1
        if at >= len(text) or text[at] == "]":
            if at >= len(text) and key >= 0:
                faults.add("trace-truncated", "the array of events has no end", at, count=0)
            return
        try:
            value, after = decode(text, at)
        except (ValueError, RecursionError):
            faults.add("trace-truncated", "from here on the file is no JSON", at, count=0)
            return
        if isinstance(value, dict):
            yield at, value
        else:
            faults.add("trace-damage", "unreadable events", at)
        at = after
