"""What a file says of itself: inner attributes, documentation, gaps, and bytes that are no Rust."""

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.cfg import Flag
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file


def tree_of(data):
    return lower(read_file(SourceFile("a/b.rs", data)))


def test_a_file_begins_with_what_it_says_of_itself():
    tree = tree_of(
        b"#!/usr/bin/env run\n//! One.\n//! Two.\n#![no_std]\n#![cfg(unix)]\n"
        b'#![cfg_attr(test, feature(a), no_main)]\n#![doc = "Three."]\n/*! Four. */\nfn a() {}\n'
    )
    assert tree.path == "a/b.rs"
    assert tree.doc == " One.\n Two.\nThree.\n Four. "
    assert tree.cfg == Flag("unix")
    names = [(attribute.path, attribute.cfg) for attribute in tree.attributes]
    assert names == [
        ("no_std", None),
        ("cfg", None),
        ("feature", Flag("test")),
        ("no_main", Flag("test")),
        ("doc", None),
    ]
    assert all(attribute.is_inner for attribute in tree.attributes)


def test_what_stands_behind_the_first_item_is_no_longer_the_files():
    tree = tree_of(b"fn a() {}\n//! Two.\n#![no_std]\n")
    assert (tree.doc, tree.attributes) == ("", ())


def test_documentation_of_the_first_item_is_not_the_files():
    tree = tree_of(b"/// One.\nfn a() {}\n")
    assert (tree.doc, tree.items[0].doc) == ("", " One.")


def test_gaps_of_the_parse_and_of_the_lowering_stand_in_order():
    tree = tree_of(b"fn a() { m!(b c d) }\n) fn e() { n!(f g h) }\n")
    kinds = [(gap.kind, gap.at.line, gap.at.path) for gap in tree.gaps]
    assert kinds == [
        ("unread-macro", 1, "a/b.rs"),
        ("unparsed", 2, "a/b.rs"),
        ("unread-macro", 2, "a/b.rs"),
    ]


def test_broken_code_is_told_once():
    tree = tree_of(b"fn a() { b + ; c[; (d, ]); match { } }")
    assert {gap.kind for gap in tree.gaps} == {"unparsed"}


NO_RUST = [
    pytest.param(b"", [], id="empty"),
    pytest.param(b"\n\n  \t", [], id="blank"),
    pytest.param(b"// only a comment", [], id="comment"),
    pytest.param(b"\xff\xfef\x00n\x00", ["not-utf8"], id="utf-16"),
    pytest.param(b"fn a() {} // \xe9", ["not-utf8"], id="latin-1"),
    pytest.param(b"fn a() {}\0", ["odd-byte", "unparsed"], id="nul"),
    pytest.param(b"fn a() {}\rfn b() {}", ["odd-byte"], id="lone-carriage-return"),
    pytest.param(b"}}}}", ["unparsed"], id="brackets"),
]


@pytest.mark.parametrize(("data", "gaps"), NO_RUST)
def test_any_bytes_are_a_tree(data, gaps):
    assert [gap.kind for gap in tree_of(data).gaps] == gaps
