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


def copied(folder: Path, data: Path) -> None:
    """A copy of what reads texts, and of the texts."""
    package = folder / "soundcheck"
    package.mkdir(exist_ok=True)
    for name in ("__init__.py", "resources.py"):
        shutil.copy(ROOT / "soundcheck" / name, package)
    for name in ("rules", "reports"):
        shutil.copytree(ROOT / name, data / name)


def said(folder: Path, code: str) -> str:
    """What code says that runs with the copy."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("layout", ["checkout", "installed"])
def test_the_same_texts_are_found_in_every_layout(layout: str, tmp_path: Path) -> None:
    data = tmp_path if layout == "checkout" else tmp_path / "soundcheck" / "_data"
    copied(tmp_path, data)

    answer = said(tmp_path, ASK)

    *paths, length = answer.split()
    assert paths == [*read_pages(), *read_profiles()]
    assert int(length) == len(read_report_file("json/check-v1.schema.json"))


KEEP = """
import sys
from pathlib import Path
from soundcheck import resources
sys.dont_write_bytecode = False
resources.keep_compiled("things", b"code", {{b"one": b"1", b"two": bytes(5000)}})
(file,) = Path(resources.__file__).parent.rglob("things*.bin")
{change}
print(sorted(resources.load_compiled("things", {salt})))
"""
CHANGES = [
    pytest.param("pass", "b'code'", [b"one", b"two"], id="nothing"),
    pytest.param("pass", "b'other code'", [], id="the code"),
    pytest.param("file.unlink()", "b'code'", [], id="gone"),
    pytest.param("file.write_bytes(file.read_bytes()[:-1])", "b'code'", [], id="cut"),
    pytest.param("file.write_bytes(b'')", "b'code'", [], id="empty"),
    pytest.param("file.write_bytes(file.read_bytes() + b'x')", "b'code'", [], id="longer"),
    pytest.param(
        "Path('rules/targets.toml').write_text('[keys]'); resources._facts.cache_clear()",
        "b'code'",
        [],
        id="a text",
    ),
    pytest.param(
        "sys.dont_write_bytecode = True; file.unlink(); resources.keep_compiled('things', b'', {})",
        "b''",
        [],
        id="nothing may be written",
    ),
]


@pytest.mark.parametrize(("change", "salt", "expected"), CHANGES)
def test_what_is_made_of_texts_stays_as_long_as_they(
    change: str, salt: str, expected: list[bytes], tmp_path: Path
) -> None:
    copied(tmp_path, tmp_path)

    answer = said(tmp_path, KEEP.format(change=change, salt=salt))

    assert answer.strip() == str(expected)


def test_a_folder_that_takes_no_files_is_no_fault(tmp_path: Path) -> None:
    copied(tmp_path, tmp_path)
    (tmp_path / "soundcheck" / "__pycache__").write_text("no folder")
    code = KEEP.replace("(file,) =", "files =").format(change="", salt="b'code'")

    assert said(tmp_path, code) == "[]\n"
