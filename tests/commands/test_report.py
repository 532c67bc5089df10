"""``soundcheck report``: the report as a folder, and which folders it may write to."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

MANIFEST = '[package]\nname = "k"\nedition = "2024"\n'
ODD = "<img src=x onerror=alert(1)>.rs"
LIB = f"""\
#[path = "{ODD}"]
mod odd;
mod other;
static mut TICKS: u64 = 0;
pub fn f(p: *const u8) -> u8 {{
    odd::g(odd::g(1)); other::Thing.run(other::Thing.run(2));
    unsafe {{ *p }}
}}
"""
OTHER = """\
pub struct Thing;

impl Thing {
    pub fn run(self, x: u8) -> u8 { x }
}
"""
FILES: dict[str, str | bytes] = {
    "Cargo.toml": MANIFEST,
    "src/lib.rs": LIB,
    f"src/{ODD}": "pub fn g(x: u8) -> u8 {\n    x // </code></pre><script>alert(2)</script>\n}\n",
    "src/other.rs": OTHER,
}


@pytest.fixture
def root(write: Write) -> Path:
    return write({f"kernel/{name}": text for name, text in FILES.items()}) / "kernel"


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_link_leads_somewhere(run: Run, root: Path, tmp_path: Path) -> None:
    result = run("report", tmp_path / "out", root, "--no-cache")
    pages = texts(tmp_path / "out")
    anchors = {name: set(re.findall(r'\sid="?([^\s">]+)', text)) for name, text in pages.items()}

    assert result.exit_code == 0
    assert result.stdout == f"{tmp_path / 'out' / 'index.html'}: 3 files behind it\n"
    assert len(pages) == 4
    for name, text in pages.items():
        for link in re.findall(r'href="([^"]*)"', text):
            path, _, anchor = unescape(link).partition("#")
            target = (Path(name).parent / unquote(path)).as_posix() if path else name
            target = target.replace("files/../", "")
            assert target in pages, link
            assert not anchor or anchor in anchors[target], link


def test_calls_lead_to_definitions(run: Run, root: Path, tmp_path: Path) -> None:
    run("report", tmp_path / "out", root, "--no-cache", "-q")
    pages = texts(tmp_path / "out")
    page = next(text for name, text in pages.items() if name.endswith("-lib.rs.html"))
    line = page.split("data-n=6>")[1].split("</b>")[0]

    assert re.findall(r'href="[^"]*#(L\d+)">(.*?)</a>', line) == [
        ("L1", "odd::g"),
        ("L1", "odd::g"),
        ("L4", "run"),
        ("L4", "run"),
    ]
    assert '<a href="../index.html#s-' in page
    assert ">task, interrupts unmasked<" in page


def test_source_is_no_markup(run: Run, root: Path, tmp_path: Path) -> None:
    run("report", tmp_path / "out", root, "--no-cache", "-q")
    whole = "".join(text for name, text in texts(tmp_path / "out").items() if name != "index.html")

    assert "<script" not in whole
    assert "<img" not in whole
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in whole


def test_same_input_same_bytes(run: Run, root: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        run("report", tmp_path / name, root, "--no-cache", "-q")

    assert texts(tmp_path / "one") == texts(tmp_path / "other")


def test_an_earlier_report_is_replaced(run: Run, root: Path, tmp_path: Path) -> None:
    run("report", tmp_path / "out", root, "--no-cache", "-q")
    (root / "src" / "other.rs").unlink()
    result = run("report", tmp_path / "out", root, "--no-cache", "-q")

    assert result.exit_code == 0
    assert not [name for name in texts(tmp_path / "out") if "other" in name]
    assert len(texts(tmp_path / "out")) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param({"notes.txt": "mine"}, "something else", id="another folder"),
        pytest.param({"index.html": "<html>mine"}, "something else", id="another page"),
        pytest.param(None, "no folder", id="a file"),
    ],
)
def test_what_is_not_ours_stays(
    run: Run, root: Path, tmp_path: Path, content: dict[str, str] | None, words: str
) -> None:
    folder = tmp_path / "out"
    if content is None:
        folder.write_text("mine")
    else:
        folder.mkdir()
        for name, text in content.items():
            (folder / name).write_text(text)
    result = run("report", folder, root, "--no-cache", "-q")

    assert result.exit_code == 2
    assert words in str(result.exception)
    if content is not None:
        assert texts(folder) == content
