"""Which rules are on, and how bad: settings, command line and paths, one after the other."""

import fnmatch

import pytest

from soundcheck.catalog import Catalog, Profile, Rule, Status
from soundcheck.catalog.selection import Selectors, decide, selector_fault, unknown_names
from soundcheck.catalog.settings import PathSettings, Settings, read_stated
from soundcheck.finding import Harm, Precision, Severity


def rule(
    name,
    family="irq",
    severity="error",
    status="stable",
    precision="high",
    harm="unsound",
    formerly=(),
):
    return Rule(
        name=name,
        family=family,
        summary="",
        check="",
        message="",
        severity=Severity(severity),
        precision=Precision(precision),
        status=Status(status),
        harm=Harm(harm),
        since="0.1",
        formerly=formerly,
    )


RULES = (
    rule("a", formerly=("a-once",)),
    rule("b", severity="warning", precision="low"),
    rule("c", family="docs", severity="note", harm="audit", precision="medium"),
    rule("p", family="docs", severity="note", harm="audit", status="preview"),
    rule("r", status="retired"),
)


def covers(globs):
    return lambda path: any(fnmatch.fnmatch(path, glob) for glob in globs)


def on_at(decision, path):
    """The rules that are on at a path, each with the first letter of its severity."""
    found = {one.name: decision.severity_of(one.name, path) for one in decision.rules}
    return " ".join(f"{name}:{severity.value[0]}" for name, severity in found.items() if severity)


NONE = Selectors()


@pytest.mark.parametrize(
    ("settings", "asked", "expected"),
    [
        pytest.param({}, NONE, "a:e b:w c:n", id="stable-ones"),
        pytest.param({"preview": True}, NONE, "a:e b:w c:n p:n", id="previews"),
        pytest.param({"min_precision": Precision.MEDIUM}, NONE, "a:e c:n", id="medium"),
        pytest.param({"min_precision": Precision.HIGH}, NONE, "a:e", id="high"),
        pytest.param({"select": ("b",)}, NONE, "b:w", id="a-rule"),
        pytest.param({"select": ("a-once",)}, NONE, "a:e", id="a-former-name"),
        pytest.param({"select": ("p",)}, NONE, "p:n", id="a-preview-that-is-named"),
        pytest.param({"select": ("docs",)}, NONE, "c:n", id="a-family-without-previews"),
        pytest.param({"select": ("audit", "warning")}, NONE, "b:w c:n", id="class-and-severity"),
        pytest.param({"select": ("a", "b"), "ignore": ("irq",)}, NONE, "", id="ignore-wins"),
        pytest.param({"ignore": ("docs",)}, NONE, "a:e b:w", id="ignore"),
        pytest.param({"ignore": ("r",)}, NONE, "a:e b:w c:n", id="ignore-a-retired-one"),
        pytest.param({"extend_select": ("docs",)}, NONE, "a:e b:w c:n p:n", id="extend"),
        pytest.param(
            {"severity": {"a": Severity.NOTE}}, NONE, "a:n b:w c:n", id="another-severity"
        ),
        pytest.param(
            {"severity": {"a-once": Severity.NOTE}}, NONE, "a:n b:w c:n", id="by-a-former-name"
        ),
        pytest.param(
            {"severity": {"c": Severity.ERROR}, "select": ("error",)},
            NONE,
            "a:e c:e",
            id="selected-by-the-severity-it-has",
        ),
        pytest.param({}, Selectors(ignore=("a",)), "b:w c:n", id="asked-to-ignore"),
        pytest.param(
            {"ignore": ("b",)}, Selectors(ignore=("a",)), "c:n", id="both-say-what-to-ignore"
        ),
        pytest.param({"ignore": ("b",)}, Selectors(("irq",)), "a:e b:w", id="asking-begins-anew"),
        pytest.param({"select": ("a",)}, Selectors((), ("c",)), "a:e c:n", id="asking-for-more"),
        pytest.param(
            {"ignore": ("c",)}, Selectors((), ("c",)), "a:e b:w c:n", id="asked-for-all-the-same"
        ),
        pytest.param(
            {"min_precision": Precision.HIGH}, Selectors(("b",)), "", id="not-precise-enough"
        ),
    ],
)
def test_everywhere(settings, asked, expected):
    decision = decide(RULES, Settings(**settings), asked, covers)

    assert on_at(decision, "x.rs") == expected
    assert [one.name for one in decision.rules] == [part[0] for part in expected.split()]


DRIVERS = {"paths": ("drivers/*",)}


@pytest.mark.parametrize(
    ("tables", "asked", "drivers", "elsewhere"),
    [
        pytest.param([DRIVERS], NONE, "a:e b:w c:n", "a:e b:w c:n", id="nothing-different"),
        pytest.param([{**DRIVERS, "ignore": ("irq",)}], NONE, "c:n", "a:e b:w c:n", id="ignore"),
        pytest.param([{**DRIVERS, "select": ("b",)}], NONE, "b:w", "a:e b:w c:n", id="select"),
        pytest.param(
            [{**DRIVERS, "extend_select": ("p",)}],
            NONE,
            "a:e b:w c:n p:n",
            "a:e b:w c:n",
            id="a-preview-here",
        ),
        pytest.param(
            [{**DRIVERS, "severity": {"b": Severity.ERROR}}],
            NONE,
            "a:e b:e c:n",
            "a:e b:w c:n",
            id="severity",
        ),
        pytest.param(
            [
                {**DRIVERS, "ignore": ("a", "b")},
                {"paths": ("*.rs",), "extend_select": ("b",), "severity": {"b": Severity.NOTE}},
            ],
            NONE,
            "b:n c:n",
            "a:e b:n c:n",
            id="later-tables-win",
        ),
        pytest.param(
            [{**DRIVERS, "ignore": ("a",)}],
            Selectors(("a",)),
            "",
            "a:e",
            id="asking-for-a-rule-does-not-bring-it-back",
        ),
        pytest.param(
            [{**DRIVERS, "select": ("b", "c")}],
            Selectors(("a", "b")),
            "b:w",
            "a:e b:w",
            id="nothing-is-on-that-was-not-asked-for",
        ),
        pytest.param(
            [{**DRIVERS, "extend_select": ("p", "b")}],
            Selectors(ignore=("p", "b")),
            "a:e c:n",
            "a:e c:n",
            id="nor-what-was-to-be-ignored",
        ),
    ],
)
def test_below_some_paths(tables, asked, drivers, elsewhere):
    settings = Settings(per_path=tuple(PathSettings(**table) for table in tables))
    decision = decide(RULES, settings, asked, covers)

    assert on_at(decision, "drivers/x.rs") == drivers
    assert on_at(decision, "mm/x.rs") == elsewhere


def test_a_rule_that_is_nowhere_on_is_not_run():
    settings = Settings(
        select=("a",), per_path=(PathSettings(("drivers/*",), extend_select=("p",)),)
    )

    assert [one.name for one in decide(RULES, settings, NONE, covers).rules] == ["a", "p"]


def test_an_unknown_rule_is_off():
    assert decide(RULES, Settings()).severity_of("nobody", "x.rs") is None


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "is_wanted", "fault"),
    [
        pytest.param("a", True, "", id="rule"),
        pytest.param("a-once", True, "", id="former-name"),
        pytest.param("docs", True, "", id="family"),
        pytest.param("unsound", True, "", id="class"),
        pytest.param("note", False, "", id="severity"),
        pytest.param("p", True, "", id="preview"),
        pytest.param("r", False, "", id="retired-and-ignored"),
        pytest.param("r", True, "the rule `r` is retired and finds nothing", id="retired"),
        pytest.param(
            "docz",
            True,
            "unknown rule, family, class or severity `docz`; did you mean `docs`?",
            id="unknown",
        ),
        pytest.param("", True, "unknown rule, family, class or severity ``", id="empty"),
    ],
)
def test_selectors(name, is_wanted, fault):
    assert selector_fault(name, RULES, is_wanted=is_wanted) == fault


CATALOG = Catalog(
    {one.name: one for one in RULES}, {"generic": Profile("generic", "all kernels")}, "hash"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('ignore = ["docs", "r"]\nprofile = "generic"', [], id="all-known"),
        pytest.param('[severity]\na = "note"\nr = "note"\na-once = "note"', [], id="severities"),
        pytest.param('select = ["a",\n"irqs"]', [(2, "`irqs`; did you mean `irq`?")], id="select"),
        pytest.param('select = ["r"]', [(1, "the rule `r` is retired")], id="a-retired-one"),
        pytest.param('[severity]\ndocs = "note"', [(2, "unknown rule `docs`")], id="a-family"),
        pytest.param('profile = "gneric"', [(1, "did you mean `generic`?")], id="a-profile"),
        pytest.param('profile = [\n"x"]', [(2, "unknown profile `x`")], id="one-of-profiles"),
        pytest.param(
            '[[per-path]]\npaths = ["x"]\nignore = ["dcs"]\n[[per-path]]\npaths = ["y"]\n'
            'severity = { aa = "note" }',
            [(3, "did you mean `docs`?"), (6, "unknown rule `aa`; did you mean `a`?")],
            id="below-paths",
        ),
    ],
)
def test_unknown_names(text, expected):
    stated, problems = read_stated("soundcheck.toml", text)
    assert problems == []

    found = unknown_names(stated, CATALOG)

    assert len(found) == len(expected)
    for problem, (line, words) in zip(sorted(found), expected, strict=True):
        assert problem.line == line
        assert words in problem.message
