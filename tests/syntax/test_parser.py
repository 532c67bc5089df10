"""Any bytes have a tree, and what is odd about them is a gap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.source import SourceFile
from soundcheck.syntax.parser import ParsedFile, foreign_encoding, parse_part, read_file


def parse(data: bytes) -> ParsedFile:
    return read_file(SourceFile("a.rs", data))


def kinds(parsed: ParsedFile) -> list[str]:
    return [node.type for node in parsed.root.named_children]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"fn f() {}\r\n", id="crlf"),
        pytest.param('fn f() { "ä€😀" } // ü\n'.encode(), id="utf-8"),
        pytest.param(b"\xef\xbb\xbffn f() {}\n", id="byte-order-mark"),
        pytest.param(b"#!/usr/bin/env run-cargo-script\nfn f() {}\n", id="shebang"),
        pytest.param(b"#!/usr/bin/env run-cargo-script", id="shebang-without-line-end"),
        pytest.param(b"\xef\xbb\xbf#!/bin/x\nfn f() {}\n", id="byte-order-mark-and-shebang"),
        pytest.param(b"#![no_std]\nfn f() {}\n", id="inner-attribute"),
        pytest.param(b"#! [no_std]\nfn f() {}\n", id="spaced-inner-attribute"),
    ],
)
def test_no_gap(data: bytes):
    parsed = parse(data)

    assert parsed.gaps == ()
    assert len(parsed.data) == len(data)
    assert not parsed.root.has_error


@pytest.mark.parametrize(
    ("data", "kind", "what", "line"),
    [
        pytest.param(
            b"\xff\xfef\0n\0", "not-utf8", "it looks like UTF-16, little-endian", 1, id="utf-16-le"
        ),
        pytest.param(
            b"\xfe\xff\0f\0n", "not-utf8", "it looks like UTF-16, big-endian", 1, id="utf-16-be"
        ),
        pytest.param(
            "fn f() {}\n".encode("utf-16-le"),
            "not-utf8",
            "UTF-16, little-endian without a byte order mark",
            1,
            id="utf-16-without-mark",
        ),
        pytest.param(b"\n// caf\xe9\n", "not-utf8", "it looks like Latin-1", 2, id="latin-1"),
        pytest.param(b"// \x93a\x94\n", "not-utf8", "it looks like Windows-1252", 1, id="windows"),
        pytest.param(
            b"// \xc3\xa4\n// \xc3\n", "not-utf8", "UTF-8 with broken sequences", 2, id="broken"
        ),
        pytest.param(b"fn f() {\n\0}\n", "odd-byte", "a NUL byte", 2, id="nul"),
        pytest.param(
            b"// a\rb\n", "odd-byte", "a carriage return without a line feed", 1, id="lone-cr"
        ),
        pytest.param(b"fn f() {}\n}\n", "unparsed", "that is not understood", 2, id="unparsed"),
    ],
)  # fmt: skip
def test_gap(data: bytes, kind: str, what: str, line: int):
    gap = parse(data).gaps[0]

    assert (gap.kind, gap.at.line) == (kind, line)
    assert what in gap.what


def test_what_is_not_utf8_has_no_code():
    parsed = parse(b"fn f() { unsafe {} } // \xe9\n")

    assert parsed.root.named_children == []
    assert len(parsed.gaps) == 1


def test_odd_bytes_do_not_hide_the_rest():
    assert kinds(parse(b"fn f() {}\n\0\nfn g() {}\r fn h() {}\n")).count("function_item") == 3


def test_offsets_are_those_of_the_file():
    for head in (b"", b"\xef\xbb\xbf", b"#!/bin/x\n", b"\xef\xbb\xbf#!/bin/x\n"):
        parsed = parse(head + b"fn f() {}")

        assert parsed.root.named_children[-1].start_byte == len(head)


def test_an_error_hides_no_whole_item():
    parsed = parse(b"fn a() {}\n" * 3 + b"fn b( {\n" + b"fn c() {}\n" * 3)

    assert all(gap.at.end - gap.at.start < 40 for gap in parsed.gaps)


def test_garbage_is_told_in_few_words():
    assert len(parse(b"}{)(][" * 2000).gaps) < 5


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"plain ascii", id="ascii"),
        pytest.param("ä".encode(), id="utf-8"),
        pytest.param(b'fn f() { "\0" }', id="one-nul"),
    ],
)
def test_no_foreign_encoding(data: bytes):
    assert foreign_encoding(data) is None


def test_a_part_knows_where_it_stands():
    root = parse_part(b"{ a(1) }", 1000).root_node

    assert (root.named_children[0].start_byte, root.named_children[0].end_byte) == (1000, 1008)


@given(st.binary(max_size=200))
def test_any_bytes_parse(data: bytes):
    parsed = parse(data)

    assert len(parsed.data) in (len(data), 0)
    for gap in parsed.gaps:
        assert 0 <= gap.at.start <= gap.at.end <= len(data)
        assert gap.at.line == data.count(b"\n", 0, gap.at.start) + 1


MARKS = list("(){};=<>,|&'\"$~\n")
WORDS = ["::", "//", "/*", "*/", "#[a]", "m!", "'a", "f", "fn", "unsafe", "impl", "box", "safe"]
MORE_WORDS = ["trait", "macro", "become", "const", "for<'a>", "where", "dyn", "async", "gen"]


@given(st.lists(st.sampled_from([*MARKS, *WORDS, *MORE_WORDS]), max_size=40))
def test_any_words_parse(words: list[str]):
    data = " ".join(words).encode()
    parsed = parse(data)

    assert len(parsed.data) == len(data)
    assert parsed.data.count(b"\n") == data.count(b"\n")
