"""The texts that ship, found where the program runs from."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from soundcheck.resources import read_pages, read_profiles, read_report_file

ROOT = Path(__file__).parents[1]
ASK = """
from soundcheck import resources
print(*resources.read_pages(), *resources.read_profiles(), sep="\\n")
print(len(resources.read_report_file("json/check-v1.schema.json")))
"""


def test_pages_are_texts_by_path() -> None:
    pages = read_pages()

    assert pages["rules/statics/static-mut.md"].startswith("# static-mut\n")
    assert all(path.count("/") == 2 and path.endswith(".md") for path in pages)
    assert "rules/README.md" not in pages


def test_profiles_are_texts_by_path() -> None:
    assert {"rules/profiles/core.toml", "rules/profiles/generic.toml"} <= set(read_profiles())


def test_a_report_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        read_report_file("json/nothing.json")


@pytest.mark.parametrize("layout", ["checkout", "installed"])
def test_the_same_texts_are_found_in_every_layout(layout: str, tmp_path: Path) -> None:
    package = tmp_path / "soundcheck"
    package.mkdir()
    for name in ("__init__.py", "resources.py"):
        shutil.copy(ROOT / "soundcheck" / name, package)
    data = tmp_path if layout == "checkout" else package / "_data"
    for name in ("rules", "reports"):
        shutil.copytree(ROOT / name, data / name)

    answer = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    *paths, length = answer.stdout.split()
    assert paths == [*read_pages(), *read_profiles()]
    assert int(length) == len(read_report_file("json/check-v1.schema.json"))
