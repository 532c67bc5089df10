"""The manners of the house that no linter knows.

``UPDATE_GOLDEN=1 pytest tests/test_tidy.py`` writes the generated texts anew: the index of the
rules, and the help of the commands in the README.
"""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from soundcheck import __version__
from soundcheck.catalog import render_index
from soundcheck.commands.policy import open_catalog

ROOT = Path(__file__).parent.parent
CODE = ROOT / "soundcheck"
MODULES = sorted(path for path in CODE.rglob("*.py") if "_data" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PROSE = sorted([*ROOT.glob("*.md"), *ROOT.glob("[bfrt]*/**/*.md")])

KERNELS = (
    "aero",
    "arceos",
    "asterinas",
    "blog_os",
    "cortex",
    "dragonos",
    "embassy",
    "eduos",
    "hermit",
    "hubris",
    "kerla",
    "maestro",
    "minnow",
    "moros",
    "mycelium",
    "ostd",
    "rcore",
    "redleaf",
    "redox",
    "riot",
    "rtic",
    "svsm",
    "theseus",
    "tock",
    "xous",
    "zcore",
)
MOST_LINES = 450
# Files that hold one idea which takes more lines, and how many they may have at most.
LONG = {
    "soundcheck/syntax/counting_reference.py": 520,
    "soundcheck/syntax/items.py": 850,
    "soundcheck/syntax/lowering/declarations.py": 500,
    "soundcheck/syntax/lowering/expressions.py": 620,
    "soundcheck/syntax/macros.py": 520,
    "soundcheck/workspace.py": 560,
}
VAGUE = re.compile(r"(?:helper|util|manager|engine|misc|common)s?|base", re.IGNORECASE)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def each(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=named(path)) for path in paths]


def lines_that(pattern: re.Pattern[str], text: str) -> list[str]:
    return [line for line in text.split("\n") if pattern.search(line)]


# -- where things are --------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["rules", "reports", "fixtures"])
def test_data_holds_no_python(folder):
    assert [named(path) for path in (ROOT / folder).rglob("*.py*")] == []


def test_tests_are_no_package():
    assert [named(path) for path in TESTS if path.name == "__init__.py"] == []


@pytest.mark.parametrize("path", each([*MODULES, *TESTS]))
def test_no_module_is_named_vaguely(path):
    assert VAGUE.fullmatch(path.stem.removeprefix("test_")) is None


# -- what stands in the code -------------------------------------------------------------------


@pytest.mark.parametrize("path", each(MODULES))
def test_no_code_names_a_kernel(path):
    pattern = re.compile(rf"(?<![a-z])(?:{'|'.join(KERNELS)})(?![a-z])", re.IGNORECASE)

    assert lines_that(pattern, path.read_text()) == []


@pytest.mark.parametrize("path", each(MODULES))
def test_only_commands_print(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    printing = [node.lineno for node in calls if getattr(node.func, "id", "") == "print"]

    assert printing == [] or path.parent.name == "commands"


@pytest.mark.parametrize("path", each(MODULES))
def test_every_module_says_what_it_is(path):
    docstring = ast.get_docstring(ast.parse(path.read_text()))

    assert docstring
    assert docstring.partition("\n")[0].endswith((".", "?", ":", ";", ","))


@pytest.mark.parametrize("path", each(MODULES))
def test_no_class_is_named_vaguely(path):
    classes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
    words = [(node.name, re.findall(r"[A-Z][a-z]*", node.name)) for node in classes]

    assert [name for name, parts in words if any(map(VAGUE.fullmatch, parts))] == []


def test_a_file_holds_one_idea():
    lengths = {named(path): path.read_text().count("\n") for path in MODULES}
    long = {path: length for path, length in lengths.items() if length > MOST_LINES}

    assert sorted(long) == sorted(LONG), "the table of long files is not true any more"
    assert [path for path, length in long.items() if length > LONG[path]] == []


def test_nothing_knows_the_machine_it_was_written_on():
    pattern = re.compile(r"(?<![\w/.~-])/(?:home|root|Users|work|mnt|opt)/|/tmp/(?!\$)")
    files = [*MODULES, *PROSE, ROOT / "Makefile", ROOT / ".ci" / "run", ROOT / "pyproject.toml"]

    assert {named(path): found for path in files if (found := lines_that(pattern, path.read_text()))} == {}


# -- what is generated -------------------------------------------------------------------------


def generated(path: Path, text: str) -> str:
    """What a file holds, after it was written anew if that is asked for."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="")
    return path.read_bytes().decode()


def test_the_index_of_the_rules_is_current():
    text = render_index(open_catalog())

    assert text == generated(ROOT / "rules" / "README.md", text)


HELP = re.compile(r"(<!-- help:([a-z ]*) -->\n```text\n)(.*?)(```\n<!-- /help -->)", re.DOTALL)


def help_of(command: str) -> str:
    arguments = [*command.split(), "--help"]
    run = subprocess.run(
        [sys.executable, "-m", "soundcheck", *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1"},
    )
    return f"$ {' '.join(['soundcheck', *arguments])}\n{run.stdout.rstrip()}\n"


def test_the_readme_shows_the_help_as_it_is():
    path = ROOT / "README.md"
    before = path.read_text()
    text = HELP.sub(lambda match: match[1] + help_of(match[2]) + match[4], before)

    # Line breaks differ between versions of click.
    assert text.split() == generated(path, text).split()
    assert before.count("<!-- help:") == len(HELP.findall(before))


# -- what the prose says -----------------------------------------------------------------------


@pytest.mark.parametrize("path", each(PROSE))
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text())

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", each(sorted(ROOT.glob("*.md"))))
def test_paths_in_the_prose_exist(path):
    folders = "soundcheck|rules|reports|fixtures|tests|bench"
    # Placeholders, such as `rules/<family>/`, end a path.
    paths = re.findall(rf"`((?:{folders})/[\w./-]+)(?![\w<*])[^`]*`", path.read_text())

    assert [one for one in paths if not (ROOT / one).exists()] == []


def test_the_architecture_lists_what_is_there():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    tree = text.split("## The tree")[1].split("```")[1]
    code = tree.split("\nsoundcheck/")[1].split("\n\n")[0]
    listed = re.findall(r"^  (\w+(?:\.py|/))", code, re.MULTILINE)
    there = [
        path.name + ("/" if path.is_dir() else "")
        for path in CODE.iterdir()
        if path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists())
    ]

    assert sorted(listed) == sorted(there)


def test_the_changelog_knows_this_version():
    assert re.search(rf"^## {re.escape(__version__)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


# -- who may know whom -------------------------------------------------------------------------


def test_imports_keep_to_the_contracts():
    command = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
