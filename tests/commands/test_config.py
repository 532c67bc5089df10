"""The configuration: where it is found, what it changes, and how mistakes in it are told."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import msgspec
import pytest
from click.testing import Result

from soundcheck.catalog.selection import unknown_names
from soundcheck.catalog.settings import read_stated
from soundcheck.commands.policy import open_catalog

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

MANIFEST = '[package]\nname = "k"\nedition = "2024"\n'
# Two rules that look at one file at a time; what a test says comes over this.
QUICK = '[package.metadata.soundcheck]\nselect = ["static-mut", "missing-safety-section"]\n'
FAULTY = "static mut TICKS: u64 = 0;\n"
SOURCES = {
    "Cargo.toml": MANIFEST + QUICK,
    "src/lib.rs": "mod a;\nmod drivers;\n" + FAULTY,
    "src/a.rs": FAULTY + "#[cfg(test)]\nmod tests { static mut IN_A_TEST: u8 = 0; }\n",
    "src/drivers.rs": FAULTY,
}
PAGE = """\
# named-ticks

```toml
summary = "a static called TICKS"
check = "pattern"
message = "`{name}` says nothing"
severity = "error"
precision = "high"
status = "stable"
class = "audit"
since = "0.1"
```

```query
((static_item name: (identifier) @name) @site (#eq? @name "TICKS"))
```

## What it finds
A static with that name.

## Why it matters
It is ours to forbid.

## Example
```rust
static TICKS: u64 = 0; //~ named-ticks
```

## Instead
```rust
static BOOT_TICKS: u64 = 0;
```

## Blind spots
Other names.
"""
PROFILE = 'name = "ours"\nsummary = "our kernel"\n'


@pytest.fixture
def check(run: Run, write: Write) -> Callable[..., str]:
    """Run ``check`` on the sources and more files, and tell where which rule spoke."""

    def call(files: dict[str, str | bytes], *args: str | Path) -> str:
        root = write({**SOURCES, **files})
        result = run("check", "--cache-dir=shared", "-q", "-o", "json", *args, cwd=root)
        assert result.exit_code in (0, 1), result.exception
        found = json.loads(result.stdout)["findings"]
        return " ".join(
            f"{one['rule']}@{one['path'].removeprefix('src/').removesuffix('.rs')}" for one in found
        )

    return call


STATIC = "static-mut@a static-mut@drivers static-mut@lib"


@pytest.mark.parametrize(
    ("toml", "args", "expected"),
    [
        pytest.param("", [], STATIC, id="says-nothing"),
        pytest.param('ignore = ["statics"]', [], "", id="ignore"),
        pytest.param('select = ["docs"]', [], "", id="select"),
        pytest.param('select = ["docs"]', ["--select", "statics"], STATIC, id="asked-for"),
        pytest.param('ignore = ["statics"]', ["--isolated"], STATIC, id="isolated"),
        pytest.param("tests = true", [], f"static-mut@a {STATIC}", id="tests"),
        pytest.param("tests = true", ["--no-tests"], STATIC, id="no-tests"),
        pytest.param('exclude = ["src/a.rs"]', [], STATIC.partition(" ")[2], id="exclude"),
        pytest.param(
            'exclude = ["src/a.rs"]', ["src/a.rs"], "static-mut@a", id="excluded-but-named"
        ),
        pytest.param('exclude = ["a.rs"]', ["src/a.rs", "--force-exclude"], "", id="by-force"),
        pytest.param("", ["src/a.rs", "--force-exclude"], "static-mut@a", id="nothing-to-force"),
        pytest.param(
            '[[per-path]]\npaths = ["src/drivers*"]\nignore = ["statics"]',
            [],
            "static-mut@a static-mut@lib",
            id="below-a-path",
        ),
        pytest.param(
            'ignore = ["statics"]\n[[per-path]]\npaths = ["a.rs"]\nextend-select = ["static-mut"]',
            [],
            "static-mut@a",
            id="only-below-a-path",
        ),
    ],
)
def test_what_is_reported(
    check: Callable[..., str], toml: str, args: list[str], expected: str
) -> None:
    """A setting changes what is reported; the command line has the last word."""
    assert check({"soundcheck.toml": toml}, *args) == expected


@pytest.mark.parametrize(
    ("toml", "args", "code"),
    [
        pytest.param("", [], 1, id="a warning"),
        pytest.param('fail-on = "error"', [], 0, id="only errors count"),
        pytest.param('fail-on = "error"', ["--fail-on", "note"], 1, id="asked otherwise"),
        pytest.param('fail-on = "never"', [], 0, id="nothing counts"),
        pytest.param('[severity]\nstatic-mut = "note"', [], 0, id="a note"),
        pytest.param('fail-on = "error"\n[severity]\nstatic-mut = "error"', [], 1, id="an error"),
        pytest.param(
            '[[per-path]]\npaths = ["src"]\nseverity = { static-mut = "note" }', [], 0, id="there"
        ),
        pytest.param(
            '[[per-path]]\npaths = ["doc"]\nseverity = { static-mut = "note" }', [], 1, id="not"
        ),
    ],
)
def test_exit_code(run: Run, write: Write, toml: str, args: list[str], code: int) -> None:
    """Severities and their threshold are settings too."""
    root = write({**SOURCES, "soundcheck.toml": toml})

    assert run("check", root, "--cache-dir=shared", "-q", *args).exit_code == code


IN_A_MANIFEST = MANIFEST + QUICK + "ignore = [{!r}]\n"


@pytest.mark.parametrize(
    ("files", "args", "expected"),
    [
        pytest.param(
            {"Cargo.toml": IN_A_MANIFEST.format("statics")}, [], "", id="package"
        ),
        pytest.param(
            {"Cargo.toml": IN_A_MANIFEST.format("docs") + "[workspace]\n"
             "[workspace.metadata.soundcheck]\nignore = ['statics']\n"},
            [],
            "",
            id="the-workspace-over-the-package",
        ),
        pytest.param(
            {"Cargo.toml": IN_A_MANIFEST.format("statics"),
             "soundcheck.toml": "ignore = ['docs']"},
            [],
            STATIC,
            id="the-file-over-the-manifest",
        ),
        pytest.param(
            {"Cargo.toml": IN_A_MANIFEST.format("statics"),
             "soundcheck.toml": "preview = true"},
            [],
            "",
            id="key-by-key",
        ),
        pytest.param(
            {"soundcheck.toml": "ignore = ['statics']", "ci.toml": "select = ['statics']"},
            ["--config", "ci.toml"],
            STATIC,
            id="another-file-in-its-place",
        ),
        pytest.param(
            {"Cargo.toml": IN_A_MANIFEST.format("statics"), "ci.toml": "select = ['statics']"},
            ["--config", "ci.toml"],
            STATIC,
            id="another-file-in-the-manifests-place",
        ),
    ],
)  # fmt: skip
def test_where_settings_come_from(
    check: Callable[..., str], files: dict[str, str | bytes], args: list[str], expected: str
) -> None:
    """The root's soundcheck.toml, over the tables of the manifest beside it."""
    assert check(files, *args) == expected


def test_settings_below_the_root_are_told_and_not_read(run: Run, write: Write) -> None:
    """Somebody may believe that they count."""
    root = write(
        {
            **SOURCES,
            "soundcheck.toml": "",
            "src/soundcheck.toml": "ignore = ['statics']",
            "more/Cargo.toml": IN_A_MANIFEST.format("statics"),
            "other/Cargo.toml": MANIFEST.replace('"k"', '"soundcheck-user"'),
            "vendor/x/soundcheck.toml": "",
        }
    )

    result = run("check", root, "--cache-dir=shared")

    assert [line for line in result.stderr.splitlines() if "settings" in line] == [
        "soundcheck: more/Cargo.toml: its settings are not read, as it is not at the root",
        "soundcheck: src/soundcheck.toml: its settings are not read, as it is not at the root",
    ]
    assert "not read, as" not in run("check", root, "--cache-dir=shared", "-q").stderr
    assert result.exit_code == 1


# -- pages and profiles of the user's own ------------------------------------------------------


OWN = {
    "tools/rules/ours/named-ticks.md": PAGE,
    "tools/rules/README.md": "Our rules.",
    "soundcheck.toml": 'rules = ["tools/rules"]\nselect = ["ours"]\n',
}


def test_own_rules(run: Run, check: Callable[..., str]) -> None:
    """They are like those that ship: selected, shown, tried."""
    assert check(OWN) == "named-ticks@a named-ticks@drivers named-ticks@lib"
    assert check(OWN, "--ignore", "named-ticks") == ""
    assert "a static called TICKS" in run("rule", "named-ticks").stdout
    assert run("rules", "test", "tools/rules").stdout.startswith("1 rules, 2 examples, 1 marks: no")


def test_own_rules_are_relative_to_what_names_them(check: Callable[..., str]) -> None:
    """A configuration elsewhere brings its own folders."""
    files = {
        "ci/rules/ours/named-ticks.md": PAGE,
        "ci/it.toml": 'rules = ["rules"]\nselect = ["ours"]',
    }

    assert check(files, "--config", "ci/it.toml").startswith("named-ticks@a")


def test_own_profiles(run: Run, write: Write) -> None:
    """They may be named, in the configuration or on the command line."""
    toml = 'profiles = ["tools"]\n'
    root = write({**SOURCES, "tools/ours.toml": PROFILE, "soundcheck.toml": toml})

    assert run("check", root, "--cache-dir=shared", "-q", "--profile", "ours").exit_code == 1
    (root / "soundcheck.toml").write_text(toml + 'profile = "ours"')
    assert run("check", root, "--cache-dir=shared", "-q").exit_code == 1
    (root / "soundcheck.toml").write_text('profile = "ours"')
    assert run("check", root, "--cache-dir=shared", "-q").exit_code == 2


# -- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {"soundcheck.toml": 'igno = ["a"]\n\nignore = [\n"static-mutt"]\n[severity]\nirqs="x"'},
            [
                "soundcheck.toml:1: unknown key `igno`; did you mean `ignore`?",
                "soundcheck.toml:4: unknown rule, family, class or severity `static-mutt`; did",
                "soundcheck.toml:6: `irqs` is one of `error`, `warning`, `note`, not `x`",
            ],
            id="keys-names-and-values",
        ),
        pytest.param(
            {"soundcheck.toml": 'profile = "genric"'},
            ["soundcheck.toml:1: unknown profile `genric`; did you mean `generic`?"],
            id="a-profile",
        ),
        pytest.param(
            {"Cargo.toml": MANIFEST + QUICK + "igno = 1\n",
             "soundcheck.toml": "test = true"},
            ["Cargo.toml:6: unknown key `igno`", "soundcheck.toml:1: unknown key `test`"],
            id="both-files",
        ),
        pytest.param(
            {"soundcheck.toml": 'exclude = ["a", "!"]\n[[per-path]]\npaths = ["./a"]'},
            ["soundcheck.toml:1: not a glob", "soundcheck.toml:3: the glob `./a` matches nothing"],
            id="globs",
        ),
        pytest.param(
            {"soundcheck.toml": 'rules = ["nowhere", "empty"]\nprofiles = ["src"]',
             "empty/README.md": ""},
            [
                "soundcheck.toml:1: nowhere: there is no such folder",
                "soundcheck.toml:1: empty: there is nothing like **/*.md in it",
                "soundcheck.toml:2: src: there is nothing like *.toml in it",
            ],
            id="folders",
        ),
        pytest.param(
            {"soundcheck.toml": 'rules = ["tools"]\nignore = ["named-tick"]',
             "tools/ours/named-ticks.md": PAGE.replace("summary =", "sumary =")},
            ["tools/ours/named-ticks.md:4: missing key `summary`",
             "tools/ours/named-ticks.md:4: unknown key `sumary`; did you mean `summary`?"],
            id="a-page",
        ),
        pytest.param(
            {"soundcheck.toml": 'rules = ["tools"]\n',
             "tools/statics/static-mut.md": PAGE.replace("named-ticks", "static-mut")},
            ["tools/statics/static-mut.md:1: `static-mut` is also the name of a rule that ships"],
            id="the-name-of-a-rule-of-ours",
        ),
        pytest.param(
            {"soundcheck.toml": 'rules = ["rules"]\nprofiles = ["rules"]',
             "rules/a/named-ticks.md": PAGE, "rules/b/named-ticks.md": PAGE,
             "rules/core.toml": PROFILE},
            ["rules/b/named-ticks.md:1: `named-ticks` is also the name of rules/a/named-ticks.md",
             "rules/core.toml:1: `core` is also the name of a profile that ships"],
            id="names-that-are-taken",
        ),
        pytest.param({"soundcheck.toml": "a = ="}, ["soundcheck.toml:1: not TOML:"], id="no-toml"),
        pytest.param(
            {"soundcheck.toml/x": ""}, ["soundcheck.toml: cannot be read: neither a"], id="folder"
        ),
        pytest.param(
            {"soundcheck.toml": b"\xff"}, ["soundcheck.toml: cannot be read: not UTF-8"], id="bytes"
        ),
    ],
)  # fmt: skip
def test_mistakes_are_told_at_once(
    run: Run, write: Write, files: dict[str, str | bytes], expected: list[str]
) -> None:
    """Each with its file and line, and the run is not to be trusted."""
    root = write({**SOURCES, **files})

    result = run("check", root, "--cache-dir=shared")

    lines = str(result.exception).splitlines()
    assert result.exit_code == 2
    told = lines if len(lines) == 1 else lines[1:]
    assert len(told) == len(expected), told
    assert [line for line in expected if not any(one.startswith(line) for one in told)] == []


@pytest.mark.parametrize(
    ("args", "words"),
    [
        pytest.param(["--config", "no.toml"], "no.toml: cannot be read", id="a missing file"),
        pytest.param(["--config", "ok.toml", "--isolated"], "contradict", id="both"),
        pytest.param(["--profile", "genric"], "did you mean `generic`?", id="a profile"),
    ],
)
def test_usage(run: Run, write: Write, args: list[str], words: str) -> None:
    """What the command line says of the configuration must make sense."""
    root = write({**SOURCES, "ok.toml": ""})

    result = run("check", "--cache-dir=shared", *args, cwd=root)

    assert result.exit_code == 2
    assert words in str(result.exception)


def test_count_needs_a_configuration_that_can_be_read(run: Run, write: Write) -> None:
    """Of a command without rules, what is excluded is not counted, and mistakes count too."""
    root = write({**SOURCES, "soundcheck.toml": 'exclude = ["src/*"]\n'})

    assert json.loads(run("count", root, "--cache-dir=shared", "-o", "json").stdout)["crates"] == []
    (root / "soundcheck.toml").write_text("exclud = []")
    assert run("count", root, "--cache-dir=shared").exit_code == 2
    assert run("count", root, "--cache-dir=shared", "--isolated").exit_code == 0


# -- config show and schema --------------------------------------------------------------------


def test_show(run: Run, write: Write) -> None:
    """Every setting, with where it comes from; the text is a configuration that says the same."""
    root = write(
        {
            **SOURCES,
            "Cargo.toml": IN_A_MANIFEST.format("docs") + "tests = true\n",
            "soundcheck.toml": "\nignore = ['statics']\n\n[[per-path]]\npaths = ['a']\n",
        }
    )

    text = run("config", "show", cwd=root).stdout

    said = {line.split("#")[0].strip(): line.split("#")[1].strip() for line in text.splitlines()
            if "#" in line and "=" in line}  # fmt: skip
    assert said['ignore = ["statics"]'] == "soundcheck.toml:2"
    assert said["tests = true"] == "Cargo.toml:7"
    assert said["preview = false"] == "default"
    assert "[[per-path]]  # soundcheck.toml:4" in text
    (root / "soundcheck.toml").write_text(text)
    (root / "Cargo.toml").write_text(MANIFEST)
    again = run("config", "show", "-o", "json").stdout
    values = {key: one["value"] for key, one in json.loads(again)["settings"].items()}
    assert values["ignore"] == ["statics"]
    assert values["tests"] is True
    assert values["per-path"][0]["paths"] == ["a"]


def test_show_tells_which_rules_are_on(run: Run, write: Write) -> None:
    root = write({"soundcheck.toml": 'select = ["static-mut", "undocumented-unsafe"]'})

    shown = json.loads(run("config", "show", "-o", "json", cwd=root).stdout)

    assert shown["rules"] == ["static-mut", "undocumented-unsafe"]
    assert shown["settings"]["select"]["from"] == "soundcheck.toml:1"
    isolated = json.loads(run("config", "show", "-o", "json", "--isolated", cwd=root).stdout)
    assert isolated["settings"]["select"] == {"value": [], "from": "default"}


def test_schema(run: Run, write: Write) -> None:
    """Editors know the rules there are, the user's own among them."""
    root = write(OWN)

    schema = json.loads(run("config", "schema", cwd=root).stdout)

    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    assert validator.is_valid(msgspec.toml.decode(OWN["soundcheck.toml"]))
    assert validator.is_valid({"ignore": ["static-mut", "docs", "note", "unsound"]})
    assert not validator.is_valid({"ignore": ["static-mutt"]})


@pytest.mark.parametrize("what", ["show", "schema"])
def test_a_configuration_with_mistakes_is_not_shown(run: Run, write: Write, what: str) -> None:
    root = write({"soundcheck.toml": 'ignore = ["nothing-of-the-kind"]'})

    assert run("config", what, cwd=root).exit_code == 2


def test_the_readme_shows_what_may_be_written() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    example = text.split("## Configuration")[1].split("```toml\n")[1].split("```")[0]

    stated, problems = read_stated("README.md", example)

    assert problems == []
    assert stated is not None
    assert unknown_names(stated, open_catalog()) == []


def test_a_baseline_of_another_name(run: Run, write: Write) -> None:
    """It is made, and read, where the configuration says, relative to the configuration."""
    toml = 'baseline = "accepted.toml"\nselect = ["static-mut"]'
    root = write({**SOURCES, "ci/it.toml": toml})
    args = ("--cache-dir=shared", "-q", "--config", "ci/it.toml")

    run("baseline", "create", *args, cwd=root)

    assert (root / "ci" / "accepted.toml").read_text().count("static-mut") == 3
    assert run("check", *args).exit_code == 0
    assert run("check", *args, "--no-baseline").exit_code == 1
