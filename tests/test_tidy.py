"""The manners of the house that no linter knows.

``UPDATE_GOLDEN=1 pytest tests/test_tidy.py`` writes the generated texts anew: the index of the
rules, and what the README shows of the commands.
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from soundcheck import __version__
from soundcheck.catalog import render_index
from soundcheck.commands.policy import open_catalog

ROOT = Path(__file__).parent.parent
CODE = ROOT / "soundcheck"
MODULES = sorted(path for path in CODE.rglob("*.py") if "_data" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PROSE = sorted(
    [
        *ROOT.glob("*.md"),
        *(
            path
            for folder in ("bench", "fixtures", "rules")
            for path in (ROOT / folder).rglob("*.md")
        ),
    ]
)

KERNELS = (
    "aero",
    "arceos",
    "asterinas",
    "blog_os",
    "cortex",
    "dragonos",
    "eduos",
    "embassy",
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
# Files that are longer, each with the reason why it is one idea all the same.
LONG = {
    "soundcheck/syntax/counting_reference.py": "the specification of a count, a node kind a line",
    "soundcheck/syntax/items.py": "one table of kinds of items and expressions",
}
VAGUE = re.compile(r"(?:helper|util|manager|engine|misc)s?|base", re.IGNORECASE)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def faults(paths: Iterable[Path], find: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """What ``find`` finds in the text of each file, where it finds anything."""
    return {named(path): found for path in paths if (found := find(path.read_text()))}


def lines_that(pattern: re.Pattern[str]) -> Callable[[str], list[str]]:
    return lambda text: [line.strip() for line in text.split("\n") if pattern.search(line)]


# -- where things are --------------------------------------------------------------------------


def test_data_holds_no_python():
    data = [
        path
        for folder in ("rules", "reports", "fixtures")
        for path in (ROOT / folder).rglob("*.py*")
    ]

    assert [named(path) for path in data] == []


def test_tests_are_no_package():
    assert [named(path) for path in TESTS if path.name == "__init__.py"] == []


def test_no_module_is_named_vaguely():
    stems = {named(path): path.stem.removeprefix("test_") for path in [*MODULES, *TESTS]}

    assert [path for path, stem in stems.items() if VAGUE.fullmatch(stem)] == []


def test_a_file_holds_one_idea():
    lengths = {named(path): path.read_text().count("\n") for path in MODULES}
    long = {path: length for path, length in lengths.items() if length > MOST_LINES}

    # Both ways: a file that became short again leaves the table.
    assert sorted(long) == sorted(LONG), long


# -- what stands in the code -------------------------------------------------------------------


def test_no_code_names_a_kernel():
    pattern = re.compile(rf"(?<![a-z])(?:{'|'.join(KERNELS)})(?![a-z])", re.IGNORECASE)

    assert faults(MODULES, lines_that(pattern)) == {}


def test_only_commands_print():
    def prints(text: str) -> list[str]:
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        return [str(node.lineno) for node in calls if getattr(node.func, "id", "") == "print"]

    below = [path for path in MODULES if not path.is_relative_to(CODE / "commands")]

    assert faults(below, prints) == {}


def test_every_module_says_what_it_is():
    def says_nothing(text: str) -> list[str]:
        return [] if ast.get_docstring(ast.parse(text)) else ["no docstring"]

    assert faults(MODULES, says_nothing) == {}


def test_no_class_is_named_vaguely():
    def vague(text: str) -> list[str]:
        nodes = ast.walk(ast.parse(text))
        names = [node.name for node in nodes if isinstance(node, ast.ClassDef)]
        return [
            name for name in names if any(map(VAGUE.fullmatch, re.findall("[A-Z][a-z]*", name)))
        ]

    assert faults(MODULES, vague) == {}


def test_nothing_knows_the_machine_it_was_written_on():
    pattern = re.compile(r"(?<![\w/.~-])/(?:home|root|Users|work|mnt|opt|tmp)/")
    files = [*MODULES, *PROSE, ROOT / "Makefile", ROOT / ".ci" / "run", ROOT / "pyproject.toml"]

    assert faults(files, lines_that(pattern)) == {}


# -- what is generated -------------------------------------------------------------------------


def generated(path: Path, text: str) -> str:
    """What a file holds, after it was written anew if that is asked for."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="")
    return path.read_bytes().decode()


def soundcheck(*arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "soundcheck", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1"},
    )
    assert run.returncode in (0, 1), run.stderr
    return run.stdout


def test_the_index_of_the_rules_is_current():
    text = render_index(open_catalog())

    assert text == generated(ROOT / "rules" / "README.md", text)


SHOWN = re.compile(
    r"(<!-- (help|finding):([^>]*) -->\n```text\n)(.*?)(```\n<!-- /\2 -->)", re.DOTALL
)


def show(match: re.Match[str]) -> str:
    """A block of the README as it should be: the help of a command, or the first finding of one."""
    arguments = match[3].split()
    if match[2] == "help":
        arguments.append("--help")
        output = soundcheck(*arguments)
    else:
        output = soundcheck(*arguments, "--no-cache", "--root", str(ROOT)).split("\n\n")[0]
    return f"{match[1]}$ soundcheck {' '.join(arguments)}\n{output.rstrip()}\n{match[5]}"


def test_the_readme_shows_the_commands_as_they_are():
    path = ROOT / "README.md"
    before = path.read_text()
    text = SHOWN.sub(show, before)

    # Line breaks differ between versions of click.
    assert text.split() == generated(path, text).split()
    assert before.count("<!-- /") == len(SHOWN.findall(before))


# -- what the prose says -----------------------------------------------------------------------


def test_links_lead_somewhere():
    pattern = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
    links = [(path, link) for path in PROSE for link in pattern.findall(path.read_text())]

    assert links
    assert [(named(path), link) for path, link in links if not (path.parent / link).exists()] == []


def test_paths_in_the_prose_exist():
    folders = "soundcheck|rules|reports|fixtures|tests|bench"
    # A path with a placeholder, such as `rules/<family>/`, is none.
    pattern = re.compile(rf"`((?:{folders})/[\w./-]*)`")

    def absent(text: str) -> list[str]:
        return [path for path in pattern.findall(text) if not (ROOT / path).exists()]

    assert faults(ROOT.glob("*.md"), absent) == {}


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
    changelog = (ROOT / "CHANGELOG.md").read_text()

    assert re.search(rf"^## {re.escape(__version__)}\b", changelog, re.MULTILINE)


# -- who may know whom -------------------------------------------------------------------------


def test_imports_keep_to_the_contracts():
    command = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr
