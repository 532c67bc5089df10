"""What a command loads. Time is spent on imports before anything else, so dear ones wait."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

# Packages that take tens of milliseconds to load.
DEAR = {"jinja2", "markdown_it", "networkx", "pathspec", "pygments", "rich", "sarif_om"}
GRAMMAR = {"tree_sitter", "tree_sitter_rust"}

CASES = [
    pytest.param(["--version"], {*DEAR, *GRAMMAR, "click", "msgspec"}, id="version"),
    pytest.param(["--help"], {*DEAR, *GRAMMAR}, id="help"),
    pytest.param(["check", "--help"], DEAR, id="help of check"),
    pytest.param(["count", "."], DEAR, id="count, everything cached"),
    pytest.param(
        ["count", "--counting", "geiger-0.5", "."],
        {*DEAR, *GRAMMAR},
        id="count as geiger, everything cached",
    ),
    pytest.param(["check", "--exit-zero", "."], DEAR, id="check, everything cached"),
    pytest.param(["rule", "static-mut"], DEAR, id="rule"),
]


def loaded_by(arguments: list[str], folder: Path) -> set[str]:
    """The top-level packages that a run loads."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "soundcheck", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(re.findall(r"^import time:.*\| +([a-z_]\w*)", run.stderr, re.MULTILINE))


@pytest.mark.parametrize(("arguments", "unwanted"), CASES)
def test_dear_packages_wait(tmp_path, arguments, unwanted):
    (tmp_path / "irq.rs").write_text("pub fn mask() {}\n")
    if "." in arguments:
        loaded_by(arguments, tmp_path)

    loaded = loaded_by(arguments, tmp_path)

    assert "soundcheck" in loaded
    assert loaded & unwanted == set()
