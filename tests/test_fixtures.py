"""The mini kernels: what is marked in them is found, and nothing else is."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from soundcheck.catalog import Status, load_catalog, read_marks
from soundcheck.checks import Specs
from soundcheck.resources import read_pages, read_profiles

FIXTURES = Path(__file__).parent.parent / "fixtures"
FOLDERS = sorted(manifest.parent for manifest in FIXTURES.glob("*/Cargo.toml"))

# Gaps in reading the sources. Those of later stages, such as a call that leads nowhere known, are
# matters of the stages' own tests.
READING = {
    "linked-folder",
    "manifest",
    "module-cycle",
    "not-a-file",
    "not-utf8",
    "odd-byte",
    "opaque",
    "oversized-file",
    "too-deep",
    "unparsed",
    "unreached-file",
    "unread-macro",
    "unreadable-file",
    "unresolved-include",
    "unresolved-module",
}


def audit(root: Path) -> dict[str, list[dict[str, object]]]:
    command = (sys.executable, "-m", "soundcheck", "check", "--no-cache", "--output", "json")
    run = subprocess.run(
        [*command, "--root", str(root), str(root)], capture_output=True, text=True, check=False
    )
    assert run.returncode in (0, 1), run.stderr
    return json.loads(run.stdout)


def found_in(root: Path) -> Counter[tuple[str, int, str]]:
    report = audit(root)
    findings = [(one["path"], one["line"], one["rule"]) for one in report["findings"]]
    gaps = [
        (one["path"], one["line"], f"gap {one['kind']}")
        for one in report["gaps"]
        if one["kind"] in READING
    ]
    return Counter([*findings, *gaps])


def marked_in(root: Path) -> Counter[tuple[str, int, str]]:
    marks = []
    for file in sorted(root.rglob("*.rs")):
        text = file.read_bytes().decode("utf-8", "replace")
        marks += read_marks(file.relative_to(root).as_posix(), text)[1]
    return Counter((mark.path, mark.line, mark.name) for mark in marks)


def test_there_are_fixtures():
    assert [folder.name for folder in FOLDERS] == ["contexts", "kernel", "odd-sources"]


@pytest.mark.parametrize("folder", [pytest.param(folder, id=folder.name) for folder in FOLDERS])
def test_marks_are_exact(folder):
    found, marked = found_in(folder), marked_in(folder)

    assert marked
    assert sorted(found - marked) == []
    assert sorted(marked - found) == []


# The families whose rules need no path through the program: each rule can be shown in a few lines.
SHOWN = {"api", "asm", "atomics", "docs", "memory", "metrics", "statics", "sync"}


def test_every_stable_rule_of_these_families_is_shown():
    catalog = load_catalog(read_pages(), read_profiles(), Specs())
    wanted = {
        rule.name
        for rule in catalog.rules.values()
        if rule.family in SHOWN and rule.status == Status.STABLE
    }
    marked = {name for folder in FOLDERS for _, _, name in marked_in(folder)}

    assert sorted(wanted - marked) == []


# Bytes that an editor or git would spoil, and the line and kind of the gap they must become.
ODD_BYTES = [
    pytest.param("static A: u8 = 0;\n".encode("utf-16"), 1, "not-utf8", id="UTF-16 with a mark"),
    pytest.param("fn a() {}\n".encode("utf-16-le"), 1, "not-utf8", id="UTF-16, little-endian"),
    pytest.param("fn a() {}\n".encode("utf-16-be"), 1, "not-utf8", id="UTF-16, big-endian"),
    pytest.param("\n\n// Zähler\n".encode("cp1252"), 3, "not-utf8", id="Windows-1252"),
    pytest.param(b"\n// \xe2\x82\n", 2, "not-utf8", id="half a character"),
    pytest.param(b"fn a() {}\n// \0\n", 2, "odd-byte", id="NUL"),
    pytest.param(b"fn a() {}\r// one line\nfn b() {}\n", 1, "odd-byte", id="lone carriage return"),
    pytest.param(b"fn a() {\n", 1, "unparsed", id="a brace that nothing closes"),
    pytest.param(bytes(range(128, 256)) * 8, 1, "not-utf8", id="no text at all"),
]


@pytest.mark.parametrize(("data", "line", "kind"), ODD_BYTES)
def test_odd_bytes_are_a_gap(tmp_path, data, line, kind):
    root = tmp_path / "odd"
    shutil.copytree(FIXTURES / "odd-sources", root)
    (root / "src" / "forgotten.rs").write_bytes(data)
    found, marked = found_in(root), marked_in(root)

    assert (found - marked)[("src/forgotten.rs", line, f"gap {kind}")] == 1
    assert {path for path, _, _ in found - marked} == {"src/forgotten.rs"}
    assert marked - found == Counter()


@pytest.mark.parametrize("data", [pytest.param(b"", id="empty"), pytest.param(b"\n", id="blank")])
def test_an_empty_file_is_understood(tmp_path, data):
    root = tmp_path / "odd"
    shutil.copytree(FIXTURES / "odd-sources", root)
    (root / "src" / "forgotten.rs").write_bytes(data)

    more = found_in(root) - marked_in(root)

    assert sorted(more) == [("src/forgotten.rs", 1, "gap unreached-file")]
