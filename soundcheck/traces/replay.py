"""Traces as the text that ``uftrace replay`` prints.

A line holds fields, ``|``, and as in C ``f() {``, ``f();`` or ``} /* f */``. Which fields there are
is the user's choice; the thread and the time are found by their shapes, ``[ 1234]`` and seconds
with nine digits behind the point.
"""

import re

from soundcheck.source import LineIndex, SourceFile, Span
from soundcheck.traces.symbols import respell
from soundcheck.traces.trace import Trace, known_of, trace_of
from soundcheck.traces.weave import Event, Faults, weave

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_FIELDS = re.compile(r"[\w\s.\[\]:%+-]*\|(?= |$)")
_THREAD = re.compile(r"\[ *([0-9]{1,18})\]")
_TIME = re.compile(r"(?<!\S)([0-9]{1,18})\.([0-9]{9})(?!\S)")
_COMMENT = re.compile(r"\s*/\* ?((?:(?!/\*).)*?) ?\*/$")
_LOST = re.compile(r"LOST (?:([0-9]{1,18})|some) records")
_LIBRARY = re.compile(r"@[\w.+-]+$")
_ADDRESS = re.compile(r"<([0-9a-f]+)>")
_BROKEN_TIME = "inverted time"
# Below this line stand the calls that were under way when the recording stopped.
_REMAINDER = "uftrace stopped tracing with remaining functions"


def read_replay(file: SourceFile) -> Trace:
    """The trace in one text; lines that tell of no call, and of nothing else known, are gaps."""
    reader = _Reader()
    at = 0
    for number, line in enumerate(file.data.split(b"\n"), 1):
        text = _COLOR.sub("", line.decode("utf-8", "replace")).rstrip()
        if text.startswith(_REMAINDER):
            break
        if text and not text.startswith("#"):
            is_whole = at + len(line) < len(file.data)
            reader.read_line(text, number, at, is_whole=is_whole)
        at += len(line) + 1
    woven = [weave(thread, events, reader.faults) for thread, events in reader.threads.items()]
    if not woven:
        reader.faults.add("trace-missing", "no calls in the file", 0, count=0)
    index = LineIndex(file.data)

    def place(at: int) -> Span:
        return Span(file.path, index.line_of(at), at, at)

    return trace_of(woven, reader.faults.gaps(place), known_of(reader.spelled))


class _Reader:
    __slots__ = ("faults", "spelled", "threads")

    def __init__(self) -> None:
        self.faults = Faults()
        self.threads: dict[int, list[Event]] = {}
        self.spelled: dict[str, str] = {}

    def read_line(self, text: str, number: int, at: int, *, is_whole: bool) -> None:
        fields = _FIELDS.match(text)
        body = text[fields.end() :].strip() if fields else text.strip()
        shown = fields[0] if fields else ""
        thread = _THREAD.search(shown)
        if thread is None and not self.threads:
            self.faults.add("trace-part", "no field tells the thread", at, count=0)
        events = self.threads.setdefault(int(thread[1]) if thread else 0, [])
        clock = _TIME.search(shown)
        time = int(clock[1] + clock[2]) if clock else number
        comment = _COMMENT.search(body)
        call = body[: comment.start()] if comment else body
        if comment and not call:
            self.read_comment(comment[1], events, time, at)
        elif call.startswith("}"):
            name = self.spell(comment[1], at) if comment else ""
            events.append(Event("leave", name, time, at))
        elif call.endswith(("{", ";")) and (name := _called(call)):
            name = self.spell(name, at)
            events.append(Event("enter", name, time, at))
            if call.endswith(";"):
                events.append(Event("leave", name, time, at))
        elif call and not is_whole:
            self.faults.add("trace-truncated", "the last line is cut short", at, count=0)
        elif call:
            self.faults.add("trace-damage", "unreadable lines", at)

    def read_comment(self, text: str, events: list[Event], time: int, at: int) -> None:
        """A remark in the place of a call: losses count, what the scheduler did does not."""
        if lost := _LOST.search(text):
            events.append(Event("lost", "", time, at, int(lost[1] or 0)))
        elif text.startswith(_BROKEN_TIME):
            self.faults.add("trace-damage", "records out of the order of time", at)

    def spell(self, name: str, at: int) -> str:
        if name not in self.spelled:
            plain = _LIBRARY.sub("", name)
            if address := _ADDRESS.fullmatch(plain):
                plain = f"0x{address[1]}"
                self.faults.add(
                    "trace-symbol", "addresses without a symbol", at, f", first {plain}"
                )
            self.spelled[name] = respell(plain)
        return self.spelled[name]


def _called(call: str) -> str:
    """The name in ``name(arguments) {``; one that ends in a parenthesis may have no arguments."""
    depth = 0
    for at, char in enumerate(call):
        if char == "(" and depth == 0 and at > 0:
            return call[:at]
        if char in "<[{":
            depth += 1
        elif char in ">]}" and call[at - 1] not in "-.":
            depth -= 1
    return call[:-1].rstrip()
