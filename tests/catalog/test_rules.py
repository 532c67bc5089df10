"""Rule pages: what a good one becomes, and every mistake with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.catalog import CheckSpec, ExampleFile, Mark, Problem, Rule, Status, read_rule
from soundcheck.finding import Harm, Precision, Severity

PATH = "rules/statics/static-mut.md"
PAGE = """\
# static-mut

```toml
summary = "mutable static"
check = "pattern"
message = "`{name}` is a `static mut`"
severity = "warning"
precision = "high"
status = "stable"
class = "unsound"
since = "0.1"
```

```query
(static_item (mutable_specifier) name: (identifier) @name @site)
```

## What it finds
A `static mut` item.

## Why it is unsound
Two contexts may race on it.

## Example
```rust
static mut TICKS: u64 = 0; //~ static-mut
```

## Instead
```rust
static TICKS: AtomicU64 = AtomicU64::new(0);
```

## Blind spots
Macros.
"""
SECTION = """\
# missing-safety-section

```toml
summary = "no section"
check = "safety-section"
message = "{kind} `{name}`"
severity = "note"
precision = "high"
status = "preview"
class = "audit"
since = "0.1"
headings = ["Safety"]
```

## What it finds
It.

## Why it matters
It does.

## Example
```rust
unsafe fn f() {} //~ missing-safety-section
```

## Instead
```rust
fn f() {}
```

## Blind spots
Many.
"""


def test_a_page_becomes_a_rule(checks: dict[str, CheckSpec]) -> None:
    rule = read_rule(PATH, PAGE, checks)

    assert isinstance(rule, Rule)
    assert (rule.name, rule.family, rule.path) == ("static-mut", "statics", PATH)
    assert rule.summary == "mutable static"
    assert rule.message == "`{name}` is a `static mut`"
    assert (rule.severity, rule.precision) == (Severity.WARNING, Precision.HIGH)
    assert (rule.status, rule.harm, rule.since) == (Status.STABLE, Harm.UNSOUND, "0.1")
    assert rule.query.startswith("(static_item ")
    assert (rule.edition, rule.profiles) == ("2024", ("core", "generic"))
    assert (rule.help, rule.formerly) == ("", ())
    assert rule.text == PAGE


def test_its_sections_are_the_markdown_below_the_headings(checks: dict[str, CheckSpec]) -> None:
    rule = read_rule(PATH, PAGE, checks)

    assert isinstance(rule, Rule)
    assert [(section.heading, section.line) for section in rule.sections] == [
        ("What it finds", 18),
        ("Why it is unsound", 21),
        ("Example", 24),
        ("Instead", 29),
        ("Blind spots", 34),
    ]
    assert rule.sections[0].text == "A `static mut` item."
    assert rule.sections[3].text.startswith("```rust\nstatic TICKS")


def test_its_examples_bring_marks_and_a_manifest(checks: dict[str, CheckSpec]) -> None:
    rule = read_rule(PATH, PAGE, checks)

    assert isinstance(rule, Rule)
    fault, remedy = rule.examples
    assert (fault.section, fault.line) == ("Example", 26)
    assert fault.marks == (Mark("src/lib.rs", 1, "static-mut"),)
    assert fault.files[0] == ExampleFile("src/lib.rs", "static mut TICKS: u64 = 0;\n", 26)
    assert fault.files[1].path == "Cargo.toml"
    assert 'edition = "2024"' in fault.files[1].text
    assert (remedy.section, remedy.marks) == ("Instead", ())


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        pytest.param('since = "0.1"', 'since = "0.1"\nhelp = "do"', "help", "do", id="help"),
        pytest.param(
            'since = "0.1"',
            'since = "0.1"\nformerly = ["mutable-static"]',
            "formerly",
            ("mutable-static",),
            id="former-names",
        ),
        pytest.param(
            'since = "0.1"', 'since = "0.1"\nedition = "2021"', "edition", "2021", id="edition"
        ),
        pytest.param(
            'since = "0.1"',
            'since = "0.1"\nprofile = "some"',
            "profiles",
            ("core", "generic", "some"),
            id="a-profile-joins-the-two-that-always-hold",
        ),
        pytest.param(
            'since = "0.1"',
            'since = "0.1"\nprofile = ["core", "b", "c"]',
            "profiles",
            ("core", "generic", "b", "c"),
            id="profiles",
        ),
        pytest.param('status = "stable"', 'status = "preview"', "status", "preview", id="preview"),
        pytest.param('"mutable static"', '"a # sign"', "summary", "a # sign", id="hash-in-string"),
        pytest.param("Macros.", "### More\nA third level.", "name", "static-mut", id="level-three"),
        pytest.param("Macros.", "Macros.\n\n## Measured\n5 of 6.", "since", "0.1", id="measured"),
        pytest.param(
            "Macros.", "Macros.\n\n## See also\nA book.", "since", "0.1", id="see-also-alone"
        ),
        pytest.param("Macros.", "```text\nwords\n```", "since", "0.1", id="text-fence"),
        pytest.param(
            "Macros.", "````rust\n//! ```\n//! ```\n````", "since", "0.1", id="fence-in-a-fence"
        ),
        pytest.param("## Instead", "## Instead ##", "since", "0.1", id="closed-heading"),
        pytest.param("\n", "\r\n", "summary", "mutable static", id="windows-line-ends"),
        pytest.param(
            "`{name}` is a `static mut`",
            "`{name}`: {{0}}",
            "message",
            "`{name}`: {{0}}",
            id="doubled-braces",
        ),
        pytest.param(
            "(static_item",
            '; "@no"\n(static_item',
            "name",
            "static-mut",
            id="a-comment-in-the-query",
        ),
    ],
)
def test_what_a_page_may_say(
    old: str, new: str, field: str, value: object, checks: dict[str, CheckSpec]
) -> None:
    rule = read_rule(PATH, PAGE.replace(old, new), checks)

    assert isinstance(rule, Rule), rule
    assert getattr(rule, field) == value


def test_facts_belong_to_the_check(checks: dict[str, CheckSpec]) -> None:
    rule = read_rule("rules/docs/missing-safety-section.md", SECTION, checks)

    assert isinstance(rule, Rule), rule
    assert rule.facts == {"headings": ("Safety",), "sentences": ()}


def test_a_retired_rule_keeps_its_page_with_the_reason(checks: dict[str, CheckSpec]) -> None:
    page = """\
# old-rule

```toml
summary = "something"
severity = "note"
precision = "low"
status = "retired"
class = "audit"
since = "0.1"
```

## What it finds
Something.

## Why it was retired
Noise.
"""

    rule = read_rule("rules/docs/old-rule.md", page, checks)

    assert isinstance(rule, Rule), rule
    assert (rule.status, rule.check, rule.message) == (Status.RETIRED, "", "")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param(
            "# static-mut\n", "\n", 1, "no title: the first line is `# ` and the rule's name"
        ),
        pytest.param(
            "# static-mut\n", "# static mut\n", 1, "the title is the file's name, `static-mut`"
        ),
        pytest.param("## Instead", "# Instead", 29, "a second title", id="second-title"),
        pytest.param(
            "```toml", "Words.\n\n```toml", 3, "text outside of the sections", id="loose-text"
        ),
        pytest.param(
            '"unsound"',
            '"unsond"',
            10,
            "`class` is one of `unsound`, `deadlock`, `audit`, `metric`, not `unsond`; did",
        ),
        pytest.param(
            '"warning"',
            '"warn"',
            7,
            "`severity` is one of `error`, `warning`, `note`, not `warn`; did",
        ),
        pytest.param('"high"', "3", 8, "`precision` takes a string, not an integer"),
        pytest.param("precision", "presicion", 8, "unknown key `presicion`; did you mean"),
        pytest.param("precision", "presicion", 4, "missing key `precision`"),
        pytest.param('"pattern"', '"patern"', 5, "unknown check `patern`; did you mean `pattern`?"),
        pytest.param('"mutable static"', '"mutable static."', 4, "`summary` takes at most 72"),
        pytest.param('"mutable static"', '""', 4, "`summary` takes at most 72", id="no-summary"),
        pytest.param('"0.1"', '"soon"', 11, '`since` takes a version like "0.1", not `soon`'),
        pytest.param('since = "0.1"', "since = ", 11, "not TOML: Invalid value", id="not-toml"),
        pytest.param('since = "0.1"', "x = '''", 11, "not TOML:", id="open-string"),
        pytest.param(
            'since = "0.1"',
            'since = "0.1"\nformerly = ["ok",\n  "Not ok"]',
            13,
            "`formerly` takes lower-case words",
            id="line-of-an-element",
        ),
        pytest.param("`{name}`", "`{nam}`", 6, "unknown placeholder `nam`; did you mean `name`?"),
        pytest.param("`{name}`", "`{0.__class__}`", 6, "unknown placeholder `0.__class__`"),
        pytest.param("`{name}`", "`{name`", 6, "a single `{`; write `{{` for the sign itself"),
        pytest.param(
            'since = "0.1"', 'help = "use {this}"\nsince = "0.1"', 11, "unknown placeholder `this`"
        ),
        pytest.param(" @site", "", 15, "the query captures no `@site`"),
        pytest.param("```query", "```text", 5, "the check `pattern` needs a `query` fence"),
        pytest.param("```query", "```text", 14, "only a `toml` and a `query` fence stand before"),
        pytest.param("## Instead", "## Insted", 29, "unknown heading `Insted`; did you mean"),
        pytest.param("## Instead", "## Insted", 34, "missing heading `Instead`"),
        pytest.param(
            "## Why it is unsound", "## Why it deadlocks", 21, "unknown heading `Why it deadlocks`"
        ),
        pytest.param(
            "## Blind spots\nMacros.", "## Blind spots\n", 34, "nothing stands under `Blind spots`"
        ),
        pytest.param("## Blind spots\nMacros.", "", 29, "missing heading `Blind spots`"),
        pytest.param(
            "## Blind spots", "## Instead\nTwice.\n\n## Blind spots", 34, "a second `Instead`"
        ),
        pytest.param(
            "## What it finds\n",
            "## Measured\n5 of 6.\n\n## What it finds\n",
            21,
            "`What it finds` comes before `Measured`",
        ),
        pytest.param(" //~ static-mut", "", 24, "no example is marked `//~ static-mut`"),
        pytest.param(" //~ static-mut", " //~", 26, "a mark without a name"),
        pytest.param(" //~ static-mut", " //~^ static-mut", 26, "a mark points above the file"),
        pytest.param("new(0);", "new(0); //~ static-mut", 29, "no `rust` fence without a mark"),
        pytest.param(
            "## Instead\n```rust",
            "## Instead\n```rs",
            30,
            "unknown language `rs`",
            id="a-fence-that-would-not-run",
        ),
        pytest.param("```\n\n## Blind", "\n\n## Blind", 30, "a fence that is not closed"),
        pytest.param("```\n\n## Blind", "\n\n## Blind", 29, "missing heading `Blind spots`"),
        pytest.param(
            "```\n\n## Instead",
            "\n\n## Instead",
            34,
            "missing heading `Instead`",
            id="it-takes-the-next",
        ),
        pytest.param(
            "Macros.", "~~~rust\nstatic X: u8 = 0;\n~~~", 35, "a fence is of backticks, at the"
        ),
        pytest.param(
            "Macros.", "  ```rust\n  static X: u8 = 0;\n  ```", 35, "a fence is of backticks, at"
        ),
        pytest.param(
            "static TICKS", "//- src/irq.rs\nstatic TICKS", 31, "`//- /path/of/file.rs` begins"
        ),
        pytest.param(
            "static TICKS", "//- /../irq.rs\nstatic TICKS", 31, "`//- /path/of/file.rs` begins"
        ),
        pytest.param(
            "static TICKS", "//- /a.rs\n//- /a.rs\nstatic TICKS", 32, "`/a.rs` is there twice"
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(
    old: str, new: str, line: int, message: str, checks: dict[str, CheckSpec]
) -> None:
    assert old in PAGE
    found = read_rule(PATH, PAGE.replace(old, new, 1), checks)

    assert isinstance(found, tuple)
    assert [
        problem for problem in found if problem.line == line and problem.message.startswith(message)
    ], found


def test_all_mistakes_are_told_at_once(checks: dict[str, CheckSpec]) -> None:
    page = (
        PAGE.replace("# static-mut\n", "# staticmut\n")
        .replace('"warning"', '"eror"')
        .replace("{name}", "{nmae}")
        .replace("since", "sinse")
        .replace("## Blind spots", "## Blindspots")
        .replace("//~ static-mut", "")
    )

    assert read_rule(PATH, page, checks) == (
        Problem(PATH, 1, "the title is the file's name, `static-mut`"),
        Problem(PATH, 4, "missing key `since`"),
        Problem(PATH, 6, "unknown placeholder `nmae`; did you mean `name`?"),
        Problem(
            PATH,
            7,
            "`severity` is one of `error`, `warning`, `note`, not `eror`; did you mean `error`?",
        ),
        Problem(PATH, 11, "unknown key `sinse`; did you mean `since`?"),
        Problem(PATH, 24, "no example is marked `//~ static-mut`"),
        Problem(PATH, 34, "missing heading `Blind spots`"),
        Problem(PATH, 34, "unknown heading `Blindspots`; did you mean `Blind spots`?"),
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param('["Safety"]', '"Safety"', "`headings` takes a list whose elements are each"),
        pytest.param('["Safety"]', '["Safety", 3]', "`headings` takes a string, not an integer"),
        pytest.param("headings", "heading", "unknown key `heading`; did you mean `headings`?"),
        pytest.param('headings = ["Safety"]\n', "", "missing key `headings`"),
        pytest.param(
            "## What it finds", "```query\n(x) @site\n```\n\n## What it finds", "the check"
        ),
        pytest.param("## What it finds", "```toml\n```\n\n## What it finds", "a second table"),
    ],
)
def test_facts_are_held_to_what_the_check_declares(
    old: str, new: str, message: str, checks: dict[str, CheckSpec]
) -> None:
    path = "rules/docs/missing-safety-section.md"
    found = read_rule(path, SECTION.replace(old, new, 1), checks)

    assert isinstance(found, tuple)
    assert any(problem.message.startswith(message) for problem in found), found


@pytest.mark.parametrize("name", ["static-mut-2", "Static-mut", "static_mut", "-mut", "e501"])
def test_a_name_is_words_and_hyphens(name: str, checks: dict[str, CheckSpec]) -> None:
    page = PAGE.replace("# static-mut", f"# {name}").replace("//~ static-mut", f"//~ {name}")

    assert read_rule(f"rules/statics/{name}.md", page, checks) == (
        Problem(
            f"rules/statics/{name}.md",
            1,
            f"a rule's name is lower-case words and hyphens, not `{name}`",
        ),
    )


def test_an_empty_page_is_all_that_is_wrong(checks: dict[str, CheckSpec]) -> None:
    found = read_rule(PATH, "", checks)

    assert isinstance(found, tuple)
    assert "no table: a `toml` fence follows the title" in [problem.message for problem in found]


@given(
    st.integers(0, len(PAGE)),
    st.integers(0, 80),
    st.text(max_size=12) | st.sampled_from(["```", "~~~", "## ", "'''", "[x]\n", "//~", "{"]),
)
def test_no_page_is_too_broken_to_be_told_so(start: int, cut: int, text: str) -> None:
    page = PAGE[:start] + text + PAGE[start + cut :]

    found = read_rule(PATH, page, {"pattern": CheckSpec(takes_query=True)})

    if not isinstance(found, Rule):
        assert found == tuple(sorted(found))
        assert found
        assert all(1 <= problem.line <= page.count("\n") + 1 for problem in found)
