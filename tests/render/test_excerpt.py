"""Excerpts: code that cannot harm a terminal, with the underline where it belongs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.render.excerpt import Excerpt, count_cells, excerpt, show_text
from soundcheck.source import LineIndex, Span


def shown(data: bytes, start: int, end: int, width: int = 100) -> Excerpt:
    line = LineIndex(data).line_of(start)
    found = excerpt({"a.rs": LineIndex(data)}, Span("a.rs", line, start, end), width)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "result"),
    [
        pytest.param("plain `code` → ü 日本", "plain `code` → ü 日本", id="nothing-to-do"),
        pytest.param("\x1b[31m", "␛[31m", id="escape"),
        pytest.param("a\r\nb", "a␍␊b", id="line-end"),
        pytest.param("\x00\x7f", "␀␡", id="null-and-delete"),
        pytest.param("\x9b31m", "\\u{9b}31m", id="escape-of-eight-bits"),
        pytest.param("a\u202eb\u2066c\u200fd", "a\\u{202e}b\\u{2066}c\\u{200f}d", id="direction"),
        pytest.param("a\u200bb\ufeff", "a\\u{200b}b\\u{feff}", id="no-width"),
        pytest.param("a\u2028b\u0085c", "a\\u{2028}b\\u{85}c", id="line-separators"),
        pytest.param("a\u00a0b", "a\\u{a0}b", id="a-space-that-is-none"),
        pytest.param("\ta", "    a", id="tab"),
        pytest.param("e\u0301", "e\u0301", id="combining"),
    ],
)
def test_text_is_shown_as_what_it_is(text: str, result: str) -> None:
    assert show_text(text) == result


@pytest.mark.parametrize(
    ("text", "cells"),
    [("abc", 3), ("ü", 1), ("日本", 4), ("🦀", 2), ("e\u0301", 1), ("\uff46", 2), ("", 0)],
)
def test_cells_are_what_a_terminal_takes(text: str, cells: int) -> None:
    assert count_cells(text) == cells


@pytest.mark.parametrize(
    ("data", "start", "end", "result"),
    [
        pytest.param(
            b"let x = 1;", 4, 5, Excerpt(1, "let x = 1;", 4, 1, continues=False), id="one"
        ),
        pytest.param(b"a\nbc\nd", 2, 4, Excerpt(2, "bc", 0, 2, continues=False), id="line-two"),
        pytest.param(b"\tx y", 1, 2, Excerpt(1, "    x y", 4, 1, continues=False), id="tab-before"),
        pytest.param(b"a\tb", 0, 3, Excerpt(1, "a    b", 0, 6, continues=False), id="tab-inside"),
        pytest.param(b"x", 1, 1, Excerpt(1, "x", 1, 1, continues=False), id="empty-at-the-end"),
        pytest.param(b"xy", 1, 1, Excerpt(1, "xy", 1, 1, continues=False), id="empty-inside"),
        pytest.param(b"", 0, 0, Excerpt(1, "", 0, 1, continues=False), id="empty-file"),
        pytest.param(b"x\n", 2, 2, Excerpt(2, "", 0, 1, continues=False), id="past-the-last-line"),
        pytest.param(b"x\n", 1, 2, Excerpt(1, "x", 1, 1, continues=False), id="the-line-feed"),
        pytest.param(b"x", 5, 9, Excerpt(1, "x", 1, 1, continues=False), id="beyond-the-file"),
        pytest.param(b"ab\ncd\ne", 1, 7, Excerpt(1, "ab", 1, 1, continues=True), id="many-lines"),
        pytest.param(b"ab\r\ncd", 0, 2, Excerpt(1, "ab", 0, 2, continues=False), id="windows"),
        pytest.param(
            "日本 x".encode(), 7, 8, Excerpt(1, "日本 x", 5, 1, continues=False), id="wide-before"
        ),
        pytest.param("日本".encode(), 0, 6, Excerpt(1, "日本", 0, 4, continues=False), id="wide"),
        pytest.param(
            "\u202ex".encode(), 3, 4, Excerpt(1, "\\u{202e}x", 8, 1, continues=False), id="override"
        ),
        pytest.param(b"\xff\xfe x", 3, 4, Excerpt(1, "�� x", 3, 1, continues=False), id="no-utf-8"),
        pytest.param(b"\xef\xbb\xbfab", 3, 4, Excerpt(1, "ab", 0, 1, continues=False), id="bom"),
        pytest.param(b"\xef\xbb\xbfab", 0, 4, Excerpt(1, "ab", 0, 1, continues=False), id="at-bom"),
        pytest.param(b"x  \t ", 0, 1, Excerpt(1, "x", 0, 1, continues=False), id="trailing-space"),
    ],
)
def test_an_excerpt_is_the_line_and_the_place_in_it(
    data: bytes, start: int, end: int, result: Excerpt
) -> None:
    assert shown(data, start, end) == result


def test_without_its_source_there_is_no_excerpt() -> None:
    assert excerpt({}, Span("a.rs", 1, 0, 1), 80) is None


LONG = b"a" * 50 + b"XYZ" + b"b" * 50


@pytest.mark.parametrize(
    ("data", "start", "end", "text", "under"),
    [
        pytest.param(LONG, 50, 53, "…" + "a" * 8 + "XYZ" + "b" * 7 + "…", "XYZ", id="middle"),
        pytest.param(LONG, 0, 3, "aaa" + "a" * 15 + "…", "aaa", id="left"),
        pytest.param(LONG, 100, 103, "…" + "b" * 18, "bbb", id="right"),
        pytest.param(LONG, 0, 103, "a" * 18 + "…", "a" * 18, id="longer-than-the-room"),
        pytest.param(LONG, 103, 103, "…" + "b" * 18, "", id="nothing-at-the-end"),
        pytest.param(b"a" * 20, 3, 4, "a" * 20, "a", id="just-fits"),
        pytest.param("日".encode() * 30, 0, 3, "日" * 9 + "…", "日", id="wide"),
        pytest.param("日".encode() * 30, 45, 48, "…" + "日" * 9 + "…", "日", id="wide-middle"),
    ],
)
def test_a_long_line_is_cut_around_the_place(
    data: bytes, start: int, end: int, text: str, under: str
) -> None:
    found = shown(data, start, end, width=20)

    assert found.text == text
    before = next(n for n in range(len(text) + 1) if count_cells(text[:n]) == found.offset)
    assert text[before:].startswith(under)
    assert found.length == max(count_cells(under), 1)


@given(
    st.text(st.characters(codec="utf-8"), max_size=60).map(str.encode) | st.binary(max_size=60),
    st.integers(0, 70),
    st.integers(0, 70),
    st.integers(0, 50),
)
def test_no_source_breaks_a_line_or_leaves_its_room(
    data: bytes, start: int, length: int, width: int
) -> None:
    found = shown(data, start, start + length, width)

    room = max(width, 20)
    assert re.fullmatch(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*", found.text)
    assert count_cells(found.text) <= room
    assert 0 <= found.offset <= room
    assert found.length >= 1
