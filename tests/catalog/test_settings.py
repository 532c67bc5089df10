"""What a ``soundcheck.toml`` may say, its schema, and what several texts come to together."""

import jsonschema
import msgspec
import pytest

from soundcheck.catalog.json_schema import json_schema
from soundcheck.catalog.settings import (
    SETTING_KEYS,
    PathSettings,
    Settings,
    join_settings,
    origins,
    read_stated,
    setting_keys,
    toml_value,
    values_of,
    write_settings,
)
from soundcheck.finding import Precision, Severity

EVERYTHING = """\
select = ["irq", "error"]
extend-select = ["static-mut"]
ignore = ["docs"]
preview = true
min-precision = "medium"
fail-on = "never"
tests = true
exclude = ["/tools/", "!/tools/a.rs"]
baseline = "ci/accepted.toml"
budget = "ci/ceilings.toml"
rules = ["tools/rules"]
profiles = ["tools/profiles"]
profile = "ours"
target = "x86_64-unknown-none"
features = ["smp"]
no-default-features = true
all-features = true
cfg = ['level="2"']

[severity]
static-mut = "note"

[[per-path]]
paths = ["/drivers/"]
select = ["irq"]
severity = { static-mut = "error" }

[[per-path]]
paths = ["*.gen.rs"]
extend-select = ["docs"]
ignore = ["static-mut"]
"""
SETTINGS = Settings(
    select=("irq", "error"),
    extend_select=("static-mut",),
    ignore=("docs",),
    preview=True,
    min_precision=Precision.MEDIUM,
    fail_on="never",
    tests=True,
    exclude=("/tools/", "!/tools/a.rs"),
    baseline="ci/accepted.toml",
    budget="ci/ceilings.toml",
    rules=("tools/rules",),
    profiles=("tools/profiles",),
    profile=("ours",),
    target="x86_64-unknown-none",
    features=("smp",),
    no_default_features=True,
    all_features=True,
    cfg=('level="2"',),
    severity={"static-mut": Severity.NOTE},
    per_path=(
        PathSettings(
            paths=("/drivers/",), select=("irq",), severity={"static-mut": Severity.ERROR}
        ),
        PathSettings(paths=("*.gen.rs",), extend_select=("docs",), ignore=("static-mut",)),
    ),
)


def settings_of(*texts):
    """The settings of texts that have no fault, and where each key comes from."""
    stated = []
    for number, text in enumerate(texts):
        one, problems = read_stated(f"{number}.toml", text)
        assert problems == []
        stated.append(one)
    return join_settings(stated), origins(stated)


def test_everything_at_once():
    assert settings_of(EVERYTHING)[0] == SETTINGS
    assert {line.split(" = ")[0] for line in EVERYTHING.split("\n")} >= SETTING_KEYS.keys() - {
        "severity",
        "per-path",
    }


def test_nothing_is_the_defaults():
    assert settings_of()[0] == settings_of("")[0] == Settings()


@pytest.mark.parametrize(
    ("texts", "expected", "places"),
    [
        pytest.param(["tests = true"], Settings(tests=True), {"tests": "0.toml:1"}, id="one"),
        pytest.param(
            ["\ntests = true\n", "preview = true"],
            Settings(tests=True, preview=True),
            {"tests": "0.toml:2", "preview": "1.toml:1"},
            id="different-keys",
        ),
        pytest.param(
            ["tests = true", "\n\ntests = false"],
            Settings(),
            {"tests": "1.toml:3"},
            id="the-later-wins-even-by-a-default",
        ),
        pytest.param(
            ['ignore = ["a"]', 'ignore = ["b"]'],
            Settings(ignore=("b",)),
            {"ignore": "1.toml:1"},
            id="lists-are-not-joined",
        ),
        pytest.param(
            ['[severity]\na = "note"', '[severity]\nb = "note"'],
            Settings(severity={"b": Severity.NOTE}),
            {"severity": "1.toml:1"},
            id="nor-are-tables",
        ),
        pytest.param(
            ['\n[[per-path]]\npaths = ["a"]'],
            Settings(per_path=(PathSettings(("a",)),)),
            {"per-path": "0.toml:2"},
            id="tables-for-paths",
        ),
    ],
)
def test_key_by_key(texts, expected, places):
    assert settings_of(*texts) == (expected, places)


FAULTS = [
    pytest.param("igno = []", [(1, "unknown key `igno`; did you mean `ignore`?")], id="a-key"),
    pytest.param("\ntests = 1", [(2, "`tests` takes true or false, not an integer")], id="a-flag"),
    pytest.param('ignore = "a"', [(1, "`ignore` takes a list whose elements")], id="no-list"),
    pytest.param(
        'ignore = [\n"a",\n1]', [(3, "`ignore` takes a string, not an integer")], id="an-element"
    ),
    pytest.param('exclude = [""]', [(1, "`exclude` takes one line of text, not ``")], id="empty"),
    pytest.param(
        'fail-on = "errors"',
        [(1, "`fail-on` is one of `error`, `warning`, `note`, `never`, not `errors`; did you")],
        id="a-choice",
    ),
    pytest.param(
        '[severity]\na = "note"\nb = "fatal"',
        [(3, "`b` is one of `error`, `warning`, `note`, not `fatal`")],
        id="a-severity",
    ),
    pytest.param("[[per-path]]\nignore = []", [(1, "missing key `paths`")], id="no-paths"),
    pytest.param(
        '[[per-path]]\npaths = ["a"]\n[[per-path]]\npaths = ["b"]\nseverty = {}',
        [(5, "unknown key `severty`; did you mean `severity`?")],
        id="in-the-second-table",
    ),
    pytest.param(
        '[per-path]\npaths = ["a"]', [(1, "`per-path` takes a list whose")], id="no-list-of-tables"
    ),
    pytest.param(
        "igno = []\ntests = 1\n[severty]\n",
        [
            (1, "unknown key `igno`"),
            (2, "`tests` takes true or false"),
            (3, "unknown key `severty`; did you mean `severity`?"),
        ],
        id="all-at-once",
    ),
]


def told(problems, path):
    assert {problem.path for problem in problems} == {path}
    return sorted((problem.line, problem.message) for problem in problems)


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_faults_have_their_lines(text, expected):
    _, problems = read_stated("soundcheck.toml", text)

    found = told(problems, "soundcheck.toml")
    assert len(found) == len(expected)
    for (line, message), (wanted, beginning) in zip(found, expected, strict=True):
        assert line == wanted
        assert message.startswith(beginning)


def test_no_toml():
    stated, problems = read_stated("soundcheck.toml", "tests = \n")

    assert stated is None
    assert told(problems, "soundcheck.toml")[0][0] == 1


def test_a_fault_leaves_the_rest():
    stated, problems = read_stated("soundcheck.toml", "tests = 1\npreview = true\n")

    assert len(problems) == 1
    assert join_settings([stated]) == Settings(preview=True)


MANIFEST = """\
[package]
name = "k"

[package.metadata.soundcheck]
tests = true

[workspace.metadata]
soundcheck = { ignore = [
  "docs"], igno = 1 }
"""


@pytest.mark.parametrize(
    ("text", "within", "values", "problems"),
    [
        pytest.param(MANIFEST, "package", {"tests": True}, [], id="package"),
        pytest.param(
            MANIFEST,
            "workspace",
            {"ignore": ("docs",)},
            [(9, "unknown key `igno`; did you mean `ignore`?")],
            id="a-fault-at-its-line-of-the-manifest",
        ),
        pytest.param("[package]\n", "package", None, [], id="no-table"),
        pytest.param("[package]\nmetadata = 1\n", "package", None, [], id="something-else"),
        pytest.param("[package]\nmetadata.other.tests = 1\n", "package", None, [], id="others-own"),
        pytest.param("[package\n", "package", None, [], id="no-toml-is-for-others-to-tell"),
    ],
)
def test_tables_of_a_manifest(text, within, values, problems):
    stated, found = read_stated("Cargo.toml", text, (within, "metadata", "soundcheck"))

    assert (None if stated is None else stated.values) == values
    assert [(problem.line, problem.message) for problem in found] == problems


def test_the_place_of_a_key_in_a_manifest():
    stated, _ = read_stated("Cargo.toml", MANIFEST, ("package", "metadata", "soundcheck"))

    assert origins([stated]) == {"tests": "Cargo.toml:5"}


# -- written -----------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [Settings(), SETTINGS], ids=["defaults", "everything"])
def test_what_is_written_reads_as_it_was(settings):
    comments = dict.fromkeys(values_of(settings), "soundcheck.toml:1")
    text = "\n".join(write_settings(settings, comments))

    assert settings_of(text)[0] == settings


@pytest.mark.parametrize(
    "value", ["plain", 'a "b" \\ c', "tab\there", "\x7f\x00", "ü→", "#no comment"], ids=repr
)
def test_texts_survive(value):
    text = f"exclude = [{toml_value('x' + value)}]"

    assert settings_of(text)[0].exclude == (f"x{value}",)


# -- the schema --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validator():
    defaults = {key: value for key, value in values_of(Settings()).items() if value != ""}
    schema = json_schema("soundcheck.toml", SETTING_KEYS, defaults)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def as_json(text):
    """What an editor holds against the schema."""
    return msgspec.toml.decode(text)


def test_the_schema_takes_what_is_right(validator):
    validator.validate(as_json(EVERYTHING))
    validator.validate({})


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_the_schema_rejects_what_is_wrong(validator, text, expected):
    assert not validator.is_valid(as_json(text))


def test_the_schema_tells_of_every_key(validator):
    properties = validator.schema["properties"]

    assert list(properties) == list(SETTING_KEYS)
    assert [key for key, one in properties.items() if not one.get("description")] == []
    assert [key for key, one in properties.items() if "default" not in one] == ["target"]


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        pytest.param('ignore = ["a", "docs"]\nprofile = "p"', True, id="known"),
        pytest.param('[severity]\na = "note"', True, id="severity-of-a-rule"),
        pytest.param('[severity]\ndocs = "note"', False, id="severity-of-a-family"),
        pytest.param('ignore = ["b"]', False, id="unknown"),
        pytest.param('profile = ["q"]', False, id="unknown-profile"),
        pytest.param('[[per-path]]\npaths = ["x"]\nselect = ["b"]', False, id="below-a-path"),
    ],
)
def test_a_schema_that_knows_the_names(text, is_right):
    keys = setting_keys(("a", "docs"), ("a",), ("p",))
    validator = jsonschema.Draft7Validator(json_schema("soundcheck.toml", keys, {}))

    assert validator.is_valid(as_json(text)) == is_right
