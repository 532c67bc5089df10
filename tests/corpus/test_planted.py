"""A fault that is planted in a real kernel is found, by rules that find none where nobody did."""

import json
import os
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

PLANTED = sorted(Path(__file__).parent.glob("planted-*.toml"))

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        "SOUNDCHECK_CLONES" not in os.environ, reason="SOUNDCHECK_CLONES names no folder of clones"
    ),
]


def planted_lines(faults: list[dict]) -> dict[str, list[tuple[int, str, str]]]:
    """By path, what to put before which line, and for which rule, in order of lines."""
    found = defaultdict(list)
    for fault in faults:
        for patch in fault["patches"]:
            found[fault["path"]].append((patch["before"], patch["text"], fault["rule"]))
    return {path: sorted(lines, key=lambda one: one[0]) for path, lines in found.items()}


def plant(text: str, lines: list[tuple[int, str, str]]) -> tuple[str, set[tuple[int, str]]]:
    """A file with lines put into it, and where they stand then, with their rules."""
    rows, places = text.split("\n"), set()
    for count, (before, row, rule) in enumerate(lines):
        rows.insert(before - 1 + count, row)
        places.add((before + count, rule))
    return "\n".join(rows), places


@pytest.mark.parametrize("file", PLANTED, ids=lambda path: path.stem)
def test_planted_faults_are_found(file: Path, files_at, tmp_path: Path) -> None:
    read = tomllib.loads(file.read_text())
    lines = planted_lines(read["fault"])
    wanted: dict[str, set[tuple[int, str]]] = {}
    for source in files_at(read["kernel"], read["commit"]):
        target = tmp_path / source.path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.data.decode()
        if source.path in lines:
            text, wanted[source.path] = plant(text, lines[source.path])
        target.write_text(text)
    rules = {fault["rule"] for fault in read["fault"]}
    command = [sys.executable, "-m", "soundcheck", "check", os.fspath(tmp_path), "--no-cache", "-q"]
    command += ["--exit-zero", "--preview", "--output", "json", "--select", ",".join(sorted(rules))]
    run = subprocess.run(command, capture_output=True, check=True)

    found = {
        one["rule"]
        for one in json.loads(run.stdout)["findings"]
        if (one["line"], one["rule"]) in wanted.get(one["path"], ())
    }
    assert rules - found == set()
