"""The catalogue as a whole, and the pages that ship."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from soundcheck.catalog import (
    Catalog,
    CatalogError,
    CheckSpec,
    Problem,
    Status,
    fill_message,
    find_rule,
    hash_texts,
    load_catalog,
    render_index,
)
from soundcheck.catalog.pages import scan_page
from soundcheck.resources import read_pages, read_profiles

PROFILES = {
    "rules/profiles/core.toml": 'name = "core"\nsummary = "core"\n',
    "rules/profiles/generic.toml": 'name = "generic"\nsummary = "generic"\n',
}
PAGE = """\
# NAME

```toml
summary = "mutable static"
check = "pattern"
message = "static"
severity = "warning"
precision = "high"
status = "stable"
class = "audit"
since = "0.1"
EXTRA
```

```query
(static_item) @site
```

## What it finds
Statics.

## Why it matters
It does.

## Example
```rust
static mut A: u8 = 0; //~ NAME
```

## Instead
```rust
const A: u8 = 0;
```

## Blind spots
Many.
"""


def page(name: str, extra: str = "") -> str:
    return PAGE.replace("NAME", name).replace("EXTRA", extra)


def problems_of(pages: Mapping[str, str], checks: Mapping[str, CheckSpec]) -> list[Problem]:
    with pytest.raises(CatalogError) as error:
        load_catalog(pages, PROFILES, checks)
    return list(error.value.problems)


@pytest.fixture
def shipped(checks: dict[str, CheckSpec]) -> Catalog:
    return load_catalog(read_pages(), read_profiles(), checks)


def test_rules_are_known_by_name_and_by_former_name(checks: dict[str, CheckSpec]) -> None:
    pages = {"r/b/two.md": page("two", 'formerly = ["zwei"]'), "r/a/one.md": page("one")}

    catalog = load_catalog(pages, PROFILES, checks)

    assert list(catalog.rules) == ["one", "two"]
    assert find_rule(catalog, "two") == find_rule(catalog, "zwei") == catalog.rules["two"]
    assert find_rule(catalog, "three") is None


def test_problems_of_all_texts_are_told_at_once(checks: dict[str, CheckSpec]) -> None:
    pages = {"r/a/one.md": page("on"), "r/a/two.md": page("two", "x = 1")}

    problems = problems_of(pages, checks)

    assert [(problem.path, problem.line) for problem in problems] == [
        ("r/a/one.md", 1),
        ("r/a/one.md", 25),
        ("r/a/two.md", 12),
    ]


@pytest.mark.parametrize(
    ("pages", "problem"),
    [
        pytest.param(
            {"r/a/one.md": page("one"), "r/b/one.md": page("one")},
            Problem("r/b/one.md", 1, "`one` is also the name of r/a/one.md"),
            id="two-rules-of-one-name",
        ),
        pytest.param(
            {"r/a/one.md": page("one"), "r/a/two.md": page("two", 'formerly = ["one"]')},
            Problem("r/a/two.md", 1, "`one` in `formerly` belongs to r/a/one.md"),
            id="a-former-name-in-use",
        ),
        pytest.param(
            {"r/a/one.md": page("one", 'yields_to = "tow"'), "r/a/two.md": page("two")},
            Problem("r/a/one.md", 1, "unknown rule `tow`; did you mean `two`?"),
            id="an-unknown-rule-to-yield-to",
        ),
        pytest.param(
            {"r/a/one.md": page("one", 'yields_to = "one"'), "r/a/two.md": page("two")},
            Problem("r/a/one.md", 1, "unknown rule `one`"),
            id="a-rule-that-yields-to-itself",
        ),
        pytest.param(
            {"r/a/one.md": page("one", 'profile = "generik"')},
            Problem("r/a/one.md", 1, "unknown profile `generik`; did you mean `generic`?"),
            id="an-unknown-profile",
        ),
        pytest.param(
            {
                "r/a/one.md": page("one").replace("//~ one", "//~ one, tow"),
                "r/a/two.md": page("two"),
            },
            Problem("r/a/one.md", 27, "unknown rule `tow`; did you mean `two`?"),
            id="a-mark-for-an-unknown-rule",
        ),
    ],
)
def test_pages_are_held_against_each_other(
    pages: dict[str, str], problem: Problem, checks: dict[str, CheckSpec]
) -> None:
    assert problems_of(pages, checks) == [problem]


def test_an_error_reads_as_its_problems(checks: dict[str, CheckSpec]) -> None:
    with pytest.raises(CatalogError, match=r"^r/a/one\.md:12: unknown key `x`"):
        load_catalog({"r/a/one.md": page("one", "x = 1")}, PROFILES, checks)


def test_the_hash_is_of_names_and_texts_in_any_order() -> None:
    one = hash_texts({"a": "x", "b": "y"})

    assert one == hash_texts({"b": "y", "a": "x"})
    assert len({one, hash_texts({"a": "xb", "": "y"}), hash_texts({"a": "y", "b": "x"})}) == 3
    assert len(one) == 32


@pytest.mark.parametrize(
    ("template", "message"),
    [
        pytest.param("`{name}` is", "`TICKS` is", id="filled"),
        pytest.param("{{{name}}}", "{TICKS}", id="doubled-braces"),
        pytest.param("{code}", "a {name} b", id="source-text-is-one-line-and-not-filled-again"),
        pytest.param("{long}", "x" * 79 + "…", id="not-too-long"),
    ],
)
def test_messages_are_filled(template: str, message: str) -> None:
    values = {"name": "TICKS", "code": "a\n\t {name}  b", "long": "x" * 100}

    assert fill_message(template, values) == message


def test_the_shipped_pages_are_right(shipped: Catalog) -> None:
    assert {"static-mut", "undocumented-unsafe"} <= set(shipped.rules)
    assert {"core", "generic"} <= set(shipped.profiles)


def test_the_shipped_pages_have_more_silent_than_faulty_examples(shipped: Catalog) -> None:
    for rule in shipped.rules.values():
        if rule.status != Status.STABLE:
            continue
        faults = sum(bool(example.marks) for example in rule.examples)
        assert faults < len(rule.examples) - faults, rule.name


def test_the_index_is_current(shipped: Catalog) -> None:
    index = Path(__file__).parents[2] / "rules" / "README.md"

    assert render_index(shipped) == index.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(read_pages()))
def test_the_scan_sees_what_a_markdown_parser_sees(path: str) -> None:
    text = read_pages()[path]
    tokens = MarkdownIt("commonmark").parse(text)
    headings = [
        (tokens[number + 1].content, token.map[0] + 1)
        for number, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2" and token.map
    ]
    fences = [
        (token.info.strip(), token.content, token.map[0] + 2)
        for token in tokens
        if token.type == "fence" and token.map
    ]

    seen, problems = scan_page(path, text)

    assert problems == []
    assert [(section.heading, section.line) for section in seen.sections] == headings
    assert [(fence.language, fence.text, fence.line) for fence in seen.fences] == fences
