"""Marks and files in a fence."""

import pytest

from soundcheck.catalog import Mark, read_example, read_marks


@pytest.mark.parametrize(
    ("text", "code", "marks"),
    [
        pytest.param("fn f() {}", "fn f() {}", [], id="no-mark"),
        pytest.param("", "", [], id="empty"),
        pytest.param("// a ~ comment", "// a ~ comment", [], id="a-comment"),
        pytest.param("a //~ x", "a", [(1, "x")], id="this-line"),
        pytest.param("a\n//~^ x", "a\n", [(1, "x")], id="the-line-above"),
        pytest.param("a\nb\n//~^^ x", "a\nb\n", [(1, "x")], id="two-lines-up"),
        pytest.param("a //~ x, y", "a", [(1, "x"), (1, "y")], id="several"),
        pytest.param("a //~ x, x", "a", [(1, "x"), (1, "x")], id="the-same-twice"),
        pytest.param("// b //~ x", "// b", [(1, "x")], id="behind-a-comment"),
        pytest.param("a //~ context irq", "a", [(1, "context irq")], id="more-than-a-name"),
        pytest.param("a //~x", "a", [(1, "x")], id="without-a-space"),
        pytest.param("a\n//~^ y\nb //~ x\n", "a\n\nb\n", [(1, "y"), (3, "x")], id="in-order"),
    ],
)
def test_marks_are_taken_out(text: str, code: str, marks: list[tuple[int, str]]) -> None:
    assert read_marks("a.rs", text) == (code, tuple(Mark("a.rs", *mark) for mark in marks))


BODY = """\
mod irq; //~ a
//- /src/irq.rs
fn f() {}
fn g() {} //~ b

//- /kernel/Cargo.toml
[package]
"""


def test_a_fence_may_hold_several_files() -> None:
    example, problems = read_example("p.md", "Example", 10, BODY, "2024")

    assert problems == []
    assert [(file.path, file.line, file.text) for file in example.files] == [
        ("src/lib.rs", 10, "mod irq;\n"),
        ("src/irq.rs", 12, "fn f() {}\nfn g() {}\n"),
        ("kernel/Cargo.toml", 16, "[package]\n"),
    ]
    assert example.marks == (Mark("src/irq.rs", 2, "b"), Mark("src/lib.rs", 1, "a"))


def test_the_edition_goes_into_the_manifest() -> None:
    example, _ = read_example("p.md", "Example", 1, "fn f() {}\n", "2018")

    assert [file.path for file in example.files] == ["src/lib.rs", "Cargo.toml"]
    assert 'edition = "2018"' in example.files[1].text


def test_blank_lines_before_the_first_file_are_no_file() -> None:
    example, _ = read_example("p.md", "Example", 1, "\n//- /src/main.rs\nfn main() {}\n", "2024")

    assert [file.path for file in example.files] == ["src/main.rs", "Cargo.toml"]
