"""The HTML report as text: what is in it, what leads where, and what a hostile crate can do."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from soundcheck.commands import cli
from soundcheck.commands.policy import open_catalog
from soundcheck.render.html.code import Code, prose
from soundcheck.render.html.layout import Arc, lay_out
from soundcheck.render.html.modules import ShownModule, anchor_module
from soundcheck.render.html.pages import page_of
from soundcheck.render.html.pictures import anchor_folder, draw_pictures
from soundcheck.render.html.treemap import Box, squarify
from soundcheck.source import SourceFile, Span
from soundcheck.survey.values import Module, Use

# What a crate can hold that would be markup, or would show other code than the compiler reads.
HOSTILE = """\
//! </script><script>alert(1)</script>
#[path = "\\"><img src=x onerror=alert(2)>.rs"]
mod odd;
pub mod a {
    // SAFETY: <script>alert(3)</script> </code></pre> & `<b>bold</b>` \u202e
    pub fn f(p: *const u8) -> u8 { unsafe { *p /* </details><svg onload=alert(4)> */ } }
    pub static mut GREETING: &str = "</style><script>alert(5)</script>{{ 7 * 7 }}";
    pub fn \u0645\u0644\u0641(x: usize) { let _ = "\U0001f980 \u2066"; unsafe { GREETING = "" } }
}
"""
ODD = "static mut X: u8 = 0; // <img src=x onerror=alert(6)>\n"
LOCKED = """\
use spin::Mutex;
pub static QUEUE: Mutex<u32> = Mutex::new(0);
pub static LIST: Mutex<u32> = Mutex::new(0);
pub fn f() { let queue = QUEUE.lock(); let list = LIST.lock(); drop((queue, list)); }
"""
MANIFEST = '[package]\nname = "hostile"\nedition = "2024"\n'


class Reader(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def render(root: Path, name: str = "report.html") -> str:
    file = root / name
    arguments = ["check", str(root), "--no-cache", "-q", "--exit-zero", "--output", f"html={file}"]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert result.exception is None, result.exception
    return file.read_bytes().decode()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("hostile")
    (root / "src").mkdir()
    (root / "Cargo.toml").write_text(MANIFEST)
    (root / "src" / "lib.rs").write_text(HOSTILE)
    (root / "src" / '"><img src=x onerror=alert(2)>.rs').write_text(ODD)
    return render(root)


@pytest.fixture(scope="module")
def page(hostile: str) -> Reader:
    reader = Reader()
    reader.feed(hostile)
    return reader


def test_source_never_becomes_markup(page: Reader) -> None:
    tags = {tag for tag, _ in page.elements}
    scripts = [values for tag, values in page.elements if tag == "script"]

    assert "img" not in tags
    assert [values.get("type") for values in scripts] == [None, "application/json", None]
    assert not [name for _, values in page.elements for name in values if name.startswith("on")]
    assert not [values for _, values in page.elements if "style" in values or "src" in values]


def test_source_is_shown_as_it_is(page: Reader) -> None:
    text = "".join(page.texts)

    assert "<script>alert(3)</script> </code></pre>" in text
    assert '"</style><script>alert(5)</script>{{ 7 * 7 }}"' in text
    assert 'src/"><img src=x onerror=alert(2)>.rs:1' in text


def test_nothing_turns_the_text_around(hostile: str) -> None:
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", hostile)
    assert "\\u{202e}" in hostile
    assert "\\u{2066}" in hostile
    assert "\u0645\u0644\u0641" in hostile


def test_the_policy_knows_every_script_and_style(hostile: str, page: Reader) -> None:
    values = next(values for _, values in page.elements if "http-equiv" in values)
    policy = values["content"] or ""
    inline = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", hostile, re.DOTALL)
    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in inline]

    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert len(hashes) == 3
    assert sorted(re.findall(r"sha256-([^']+)", policy)) == sorted(hashes)


def test_every_link_leads_somewhere(page: Reader) -> None:
    anchors = [values["id"] for _, values in page.elements if "id" in values]
    links = {values["href"] for tag, values in page.elements if tag in ("a", "use")}
    named = {
        name
        for _, values in page.elements
        for name in (values.get("aria-labelledby") or "").split()
    }

    assert len(anchors) == len(set(anchors))
    assert {link for link in links if not (link or "").startswith("#")} == set()
    assert {(link or "").removeprefix("#") for link in links} <= set(anchors)
    assert named <= set(anchors)


def test_there_is_no_empty_list(page: Reader) -> None:
    text = "".join(page.texts)

    assert "No lock is known here" in text


def test_locks_have_names(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text(f'{MANIFEST}[dependencies]\nspin = "0.9"\n')
    (tmp_path / "src" / "lib.rs").write_text(LOCKED)
    text = render(tmp_path)
    locks = re.findall(r"<dt>Lock</dt><dd><code>(.*?)</code>", text)

    assert locks == ["hostile::LIST", "hostile::QUEUE"]
    assert re.search(r"Taken under it</dt><dd><a href=\"#l-\w+\"><code>hostile::LIST<", text)


def test_same_crate_same_bytes(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "other"):
        root = tmp_path / name
        (root / "src").mkdir(parents=True)
        (root / "Cargo.toml").write_text(MANIFEST)
        (root / "src" / "lib.rs").write_text("pub fn f(p: *const u8) -> u8 { unsafe { *p } }\n")
        texts.append(render(root))

    assert texts[0] == texts[1]


def test_a_crate_without_anything(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text(MANIFEST)
    (tmp_path / "src" / "lib.rs").write_text("")
    text = render(tmp_path)

    assert "Nothing was found" in text
    assert "Every file was read and parsed" in text
    assert "There is no unsafe code in what was read" in text


# -- code --------------------------------------------------------------------------------------

TEXT = """\
fn f() {
    let text = "a
    // no comment";
    unsafe { g::<'a>('x', r#"raw "quoted" "#, 0x1f) } // why?
}
"""


def shown(start: int, end: int, text: str = TEXT) -> str:
    data = text.encode()
    code = Code({"a.rs": SourceFile("a.rs", data)})
    return str(code.around(Span("a.rs", data.count(b"\n", 0, start) + 1, start, end), 0, 0))


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        pytest.param(1, ["<i class=k>fn</i> f() {"], id="keyword"),
        pytest.param(2, ["<i class=s>&#34;a</i>"], id="a string begins"),
        pytest.param(3, ["<i class=s>", "// no comment&#34;</i>;"], id="a string goes on"),
        pytest.param(
            4,
            [
                "<i class=u>unsafe</i>",
                "&lt;<i class=l>&#39;a</i>&gt;",
                "<i class=s>&#39;x&#39;</i>",
                "<i class=s>r#&#34;raw &#34;quoted&#34; &#34;#</i>",
                "<i class=n>0x1f</i>",
                "<i class=c>// why?</i>",
            ],
            id="many",
        ),
    ],
)
def test_words_are_told_apart(line: int, parts: list[str]) -> None:
    start = sum(len(one) + 1 for one in TEXT.split("\n")[: line - 1])
    text = shown(start, start).replace("<mark></mark>", "")

    assert f"data-n={line}>" in text
    assert [part for part in parts if part not in text] == []


@pytest.mark.parametrize(
    ("text", "start", "end", "marked"),
    [
        pytest.param("let a = b;", 8, 9, "<mark>b</mark>", id="a word"),
        pytest.param("x<y>z", 1, 4, "<mark>&lt;y&gt;</mark>", id="escaped"),
        pytest.param("ab\ncd", 1, 4, "a<mark>b</mark>", id="goes on below"),
        pytest.param("\u00e9\u00e8", 2, 4, "\u00e9<mark>\u00e8</mark>", id="not ASCII"),
        pytest.param("\ufeffab", 0, 4, "<mark>a</mark>b", id="byte order mark"),
        pytest.param("a\x1bb", 0, 1, "<mark>a</mark>\u241bb", id="control character"),
    ],
)
def test_the_place_is_marked(text: str, start: int, end: int, marked: str) -> None:
    assert marked in shown(start, end, text)


def test_a_long_line_is_cut() -> None:
    assert len(shown(0, 1, "x" * 100_000)) < 1000


def test_a_long_piece_tells_how_much_is_left() -> None:
    code = Code({"a.rs": SourceFile("a.rs", b"a\n" * 20)})

    assert "… 15 more lines" in str(code.whole(Span("a.rs", 1, 0, 40), 5))


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        pytest.param("a `b` c", "a <code>b</code> c", id="code"),
        pytest.param("a ` c", "a ` c", id="one backtick"),
        pytest.param("`<a>` & b", "<code>&lt;a&gt;</code> &amp; b", id="escaped"),
        pytest.param("a\u202eb", "a\\u{202e}b", id="turned around"),
    ],
)
def test_prose(text: str, markup: str) -> None:
    assert str(prose(text)) == markup


def test_pages_hold_no_links_and_no_markup_of_their_own() -> None:
    rules = open_catalog().rules.values()
    tags = set(re.findall(r"<(\w+)", "".join(map(page_of, rules))))

    assert tags <= {"h4", "p", "code", "pre", "ul", "ol", "li", "em", "strong", "table", "thead",
                    "tbody", "tr", "th", "td", "br", "h3", "blockquote"}  # fmt: skip


# -- pictures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "arcs", "layers"),
    [
        pytest.param(0, [], [], id="nothing"),
        pytest.param(2, [(0, 1)], [[0], [1]], id="one calls another"),
        pytest.param(3, [(0, 1), (0, 2), (1, 2)], [[0], [1], [2]], id="longest way"),
        pytest.param(2, [(0, 1, 5), (1, 0, 1)], [[0], [1]], id="the weak way of a cycle is up"),
        pytest.param(4, [(0, 3), (1, 2)], [[1, 0], [2, 3]], id="no crossing"),
    ],
)
def test_layers(count: int, arcs: list[tuple[int, ...]], layers: list[list[int]]) -> None:
    found = lay_out(count, [Arc(arc[0], arc[1], arc[2] if len(arc) > 2 else 1) for arc in arcs])

    assert found == layers


def test_layers_are_no_wider_than_they_may_be() -> None:
    layers = lay_out(300, [Arc(0, node, 1) for node in range(1, 300)])

    assert max(map(len, layers)) <= 14
    assert sorted(node for layer in layers for node in layer) == list(range(300))


def module(path: str, lines: int = 10) -> ShownModule:
    known = Module(path, path.partition("::")[0], "src/lib.rs", lines, is_test=False)
    return ShownModule(anchor_module(path), known, (), (), (), (), 0, 0, 0)


def test_folders_are_opened_as_long_as_a_picture_can_be_read() -> None:
    modules = [module("k"), *(module(f"k::{a}") for a in "abc")]
    modules += [module(f"k::{a}::m{number}") for a in "abc" for number in range(30)]
    uses = [Use("k::a::m1", "k::b::m2", 3), Use("k::a::m1", "k::a::m2", 1, breaks=1)]
    whole, *folders = draw_pictures(modules, uses)
    by_path = {one.path: one for one in folders}

    assert [box.path for box in whole.boxes if box.is_folder] == ["k::a", "k::b"]
    assert len(whole.boxes) == 4 + 30
    assert [box.path for box in by_path["k"].boxes] == ["k", "k::a", "k::b", "k::c"]
    assert [(one.breaks, one.is_weak) for one in by_path["k::a"].curves] == [(1, False)]
    assert by_path["k::a"].trail == ((anchor_folder("k"), "k"),)


def test_of_many_crates_the_smallest_are_one() -> None:
    whole, every = draw_pictures([module(f"k{number}", number) for number in range(60)], [])

    assert len(whole.boxes) == 40
    assert (whole.boxes[-1].path, whole.boxes[-1].anchor) == ("21 smaller crates", every.anchor)
    assert len(every.boxes) == 60


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param([1], id="one"),
        pytest.param([6, 6, 4, 3, 2, 2, 1], id="some"),
        pytest.param([1000, 1], id="unlike"),
        pytest.param([5] * 100, id="many"),
    ],
)
def test_a_map_is_full(sizes: list[int]) -> None:
    boxes = squarify(sizes, Box(0, 0, 600, 400))
    total = sum(sizes)

    for size, box in zip(sizes, boxes, strict=True):
        assert box.width * box.height == pytest.approx(240_000 * size / total)
        assert box.x >= -1e-6
        assert box.y >= -1e-6
        assert box.x + box.width <= 600 + 1e-6
        assert box.y + box.height <= 400 + 1e-6


@pytest.mark.parametrize("sizes", [pytest.param([], id="none"), pytest.param([0, 0], id="empty")])
def test_a_map_of_nothing(sizes: list[int]) -> None:
    assert len(squarify(sizes, Box(0, 0, 600, 400))) == len(sizes)
