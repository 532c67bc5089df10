"""The text of ``uftrace replay``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.source import SourceFile
from soundcheck.traces.formats import read_trace
from soundcheck.traces.replay import read_replay

CALLS = {("k::main", "k::f"): 1, ("k::main", "<k::T as k::Tr>::g"): 1}

PLAIN = """\
# DURATION     TID      FUNCTION
            [     7] | k::main() {
   0.252 us [     7] |   k::f();
   0.180 us [     7] |   _<k..T as k..Tr>::g();
   1.296 us [     7] | } /* k::main */
"""


def trace_of(text):
    return read_replay(SourceFile("t.txt", text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PLAIN, id="plain"),
        pytest.param(PLAIN.rstrip("\n"), id="no-last-line-end"),
        pytest.param(PLAIN.replace("\n", "\r\n"), id="windows"),
        pytest.param(PLAIN.replace(" /* k::main */", ""), id="no-comments"),
        pytest.param(PLAIN.replace("f()", "\x1b[31mf\x1b[0m()"), id="colored"),
        pytest.param(PLAIN.replace("f()", "f@libk.so.1()"), id="libraries"),
        pytest.param(PLAIN.replace("f()", 'f(5, "a) {", 0x7f)'), id="arguments"),
        pytest.param(PLAIN.replace("f();", 'f() = "x /* y";'), id="result"),
        pytest.param(PLAIN.replace("} /*", "} = -1; /*"), id="result-at-the-end"),
        pytest.param(
            PLAIN.replace("main() {", "main() { /* /src/main.rs:5 */").replace(
                "f();", "f(); /* /src/lib.rs:9 from /src/main.rs:6 */"
            ),
            id="source-lines",
        ),
        pytest.param(PLAIN.replace("k::f", "_RNvC1k1f"), id="mangled"),
        pytest.param(
            PLAIN.replace("k::f();", "k::f() {\n      [     7] |   } /* k::f */"), id="not-merged"
        ),
        pytest.param(
            PLAIN + "\nuftrace stopped tracing with remaining functions\n"
            "================================================\n"
            "task: 7\n[0] k::main\n",
            id="remainder",
        ),
        pytest.param(
            PLAIN.replace(
                "   0.252",
                "            [     7] |   /* linux:schedule */\n"
                "  backtrace [     7] | /* [ 0] k::main */\n   0.252",
            ),
            id="remarks",
        ),
        pytest.param(PLAIN.replace(" [     7]", " 4004d0 kernel [     7] "), id="more-fields"),
        pytest.param(PLAIN.replace(" | ", " |         "), id="columns"),
        pytest.param("[     7] | k::main() {\n" + PLAIN.split("\n", 2)[2], id="no-header"),
    ],
)
def test_whole_traces(text, calls):
    trace = trace_of(text)

    assert trace.gaps == ()
    assert calls(trace) == CALLS
    assert [(one.id, one.entries, one.exits) for one in trace.threads] == [(7, 3, 3)]
    assert read_trace([SourceFile("t.txt", text.encode())]) == trace


def test_threads_have_stacks_of_their_own(calls):
    lines = PLAIN.splitlines(keepends=True)[1:]
    mixed = "".join(line + line.replace("[     7]", "[    12]") for line in lines)

    trace = trace_of(mixed)
    assert trace.gaps == ()
    assert calls(trace) == dict.fromkeys(CALLS, 2)
    assert [thread.id for thread in trace.threads] == [7, 12]


@pytest.mark.parametrize(
    ("line", "first"),
    [
        pytest.param("   0.252 us [     7] |   k::f();", 2, id="numbers-of-lines"),
        pytest.param("  74469.340757350  [     7] |   k::f();", 74469340757350, id="timestamps"),
        pytest.param("  40.141 us  [     7] |   k::f();", 2, id="elapsed"),
    ],
)
def test_times(line, first):
    trace = trace_of(f"  [     7] | k::main() {{\n{line}\n")

    assert trace.calls["k::main", "k::f"].first == first


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("main", "main", id="plain"),
        pytest.param("<(A,B) as k::Tr>::f", "<(A,B) as k::Tr>::f", id="tuple"),
        pytest.param("<fn(u8)->u8>go", "<fn(u8)->u8>::go", id="function-pointer"),
        pytest.param("k::f::{{closure}}", "k::f::{{closure}}", id="closure"),
        pytest.param("k::f<k::g::{closure}>", "k::f<k::g::{closure}>", id="generic"),
        pytest.param(
            "core::ops::call_once{{vtable.shim}}", "core::ops::call_once{{vtable.shim}}", id="shim"
        ),
    ],
)
def test_names(name, shown):
    trace = trace_of(f" [ 7] | {name}() {{\n [ 7] | }} /* {name} */\n [ 7] | {name}(1, 2);\n")

    assert trace.gaps == ()
    assert {key: one.count for key, one in trace.functions.items()} == {shown: 2}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", [("trace-missing", "no calls in the file", 1)], id="empty"),
        pytest.param(
            "# DURATION     TID      FUNCTION\n",
            [("trace-missing", "no calls in the file", 1)],
            id="no-calls",
        ),
        pytest.param(
            "k::main() {\n  k::f();\n}\n",
            [("trace-part", "no field tells the thread", 1)],
            id="no-thread",
        ),
        pytest.param(
            PLAIN + "      [     7] |     /* LOST 5 records!! */\n      [     7] | k::f();\n",
            [("trace-lost", "lost records: 5", 6)],
            id="lost",
        ),
        pytest.param(
            PLAIN + "      [     7] |     /* LOST some records!! */\n",
            [("trace-lost", "losses of unknown size: 1", 6)],
            id="lost-some",
        ),
        pytest.param(
            PLAIN + "      [     7] |     /* inverted time: broken data? */\n",
            [("trace-damage", "records out of the order of time: 1", 6)],
            id="inverted",
        ),
        pytest.param(
            PLAIN + "      [     7] | } /* k::f */\n      [     7] | }\n",
            [("trace-unpaired", "exits without an entry: 2, first of `k::f`", 6)],
            id="exit-without-entry",
        ),
        pytest.param(
            PLAIN.replace("k::f();", "k::f() {"),
            [("trace-unpaired", "calls without an exit: 1, first of `k::f`", 5)],
            id="entry-without-exit",
        ),
        pytest.param(
            PLAIN + "      [     7] | <2e4f10>();\n      [     7] | <2e4f10>();\n",
            [("trace-symbol", "addresses without a symbol: 1, first 0x2e4f10", 6)],
            id="unknown-address",
        ),
        pytest.param(
            PLAIN + "what is this\nand this\n",
            [("trace-damage", "unreadable lines: 2", 6)],
            id="nonsense",
        ),
        pytest.param(
            PLAIN + "   0.252 us [     7] |   k::some_fun",
            [("trace-truncated", "the last line is cut short", 6)],
            id="cut-short",
        ),
    ],
)
def test_damage_is_told(text, told):
    trace = trace_of(text)

    assert [(gap.kind, gap.what, gap.at.line) for gap in trace.gaps] == told


@given(st.text(alphabet="[ 7]|k:f(){};/*LOST5records!\n.#@<>", max_size=120))
def test_any_text_is_read(text):
    trace_of(text)


@given(st.binary(max_size=80))
def test_any_bytes_are_read(data):
    read_replay(SourceFile("t", data))
    read_trace([SourceFile("t", data)])
