"""Reports in a real Chromium.

Without Chromium or Playwright these tests are skipped; on a continuous integration server they
fail, for there both must be installed.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from soundcheck.commands import cli

FIXTURES = Path(__file__).parents[2] / "fixtures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MANIFEST = '[package]\nname = "wide"\nedition = "2024"\n'
# Of these modules each calls a few others, forwards and back, and a third has unsafe code.
MODULES = 300
FOLDER = "a_folder_with_a_rather_long_name"


@pytest.fixture(scope="session")
def write_report() -> Callable[[Path, Path], Path]:
    """Call ``write_report(root, file)`` for the HTML report of a crate."""

    def write(root: Path, file: Path) -> Path:
        arguments = ["check", str(root), "--no-cache", "-q", "--exit-zero"]
        result = CliRunner().invoke(
            cli, [*arguments, "--output", f"html={file}"], standalone_mode=False
        )
        assert result.exception is None, result.exception
        return file

    return write


@pytest.fixture(scope="session")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a small kernel, outside of this repository."""
    folder = tmp_path_factory.mktemp("kernel") / "kernel"
    shutil.copytree(FIXTURES / "kernel", folder)
    return folder


@pytest.fixture(scope="session")
def report(
    kernel: Path,
    write_report: Callable[[Path, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The report of a small kernel."""
    return write_report(kernel, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(scope="session")
def wide(
    write_report: Callable[[Path, Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The report of a crate of three hundred modules in folders of ten."""
    root = tmp_path_factory.mktemp("wide")
    (root / "src").mkdir()
    (root / "Cargo.toml").write_text(MANIFEST)
    (root / "src" / "lib.rs").write_text("\n".join(_folders()))
    return write_report(root, root / "report.html")


def _folders() -> Iterator[str]:
    for folder in range(0, MODULES, 10):
        modules = "\n".join(map(_module, range(folder, folder + 10)))
        yield f"pub mod {FOLDER}_{folder // 10} {{\n{modules}\n}}"


def _module(number: int) -> str:
    called = sorted({(number * 7 + 3) % MODULES, (number * 13 + 5) % MODULES, number // 2})
    calls = " ".join(
        f"crate::{FOLDER}_{one // 10}::a_module_with_a_long_name_{one}::run();" for one in called
    )
    body = f"unsafe {{ core::ptr::read({number} as *const u8); }}" if number % 3 == 0 else ""
    return (
        f"pub mod a_module_with_a_long_name_{number} {{\n    pub fn run() {{ {calls} {body} }}\n}}"
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        _missing("Chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed", pytrace=False)
    pytest.skip(f"{what} is not installed: `make browser` says what is needed")


class Watched:
    """A page, with what it asked the network for and what it complained about."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda one: self.requests.append(one.url))
        page.on("console", lambda one: self.complaints.append(one.text))
        page.on("pageerror", lambda one: self.complaints.append(str(one)))

    def open(self, file: Path, hash_: str = "") -> Any:
        """The page with a report, at a part of it."""
        self.page.goto(f"{file.as_uri()}#{hash_}")
        return self.page


@pytest.fixture
def browse(chromium: Any) -> Iterator[Callable[..., Watched]]:
    """Call ``browse(width=…, …)`` for a page with nothing remembered."""
    contexts = []

    def browse(width: int = 1280, height: int = 900, **values: Any) -> Watched:
        context = chromium.new_context(viewport={"width": width, "height": height}, **values)
        contexts.append(context)
        return Watched(context.new_page())

    yield browse
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def anchors() -> Callable[[Path, str], list[str]]:
    """Call ``anchors(file, letter)`` for those of findings (``f``) or sites (``s``)."""

    def find(file: Path, letter: str) -> list[str]:
        items = rf'<details class="item {letter}[^>]* id="({letter}-[\w-]+)'
        return re.findall(items, file.read_text())

    return find
