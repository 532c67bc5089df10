"""What a reviewer does with the report."""

import json
import shutil

import pytest
from click.testing import CliRunner

from soundcheck.commands import cli

pytestmark = pytest.mark.browser

VIEWS = ("overview", "findings", "inventory", "modules", "locks", "gaps", "rules")


def shown(page) -> list[str]:
    """The items of the list that is shown, by their anchors."""
    return page.evaluate(
        "[...document.querySelectorAll('.view.now .item')]"
        ".filter(one => !one.closest('[hidden]')).map(one => one.id)"
    )


def visible_views(page) -> list[str]:
    return page.evaluate(
        "[...document.querySelectorAll('.view')]"
        ".filter(one => getComputedStyle(one).display !== 'none').map(one => one.id)"
    )


def focused(page) -> str:
    return page.evaluate("(document.activeElement.closest('.item') || document.activeElement).id")


# -- what it is allowed to do ------------------------------------------------------------------


def test_nothing_leaves_the_page_and_nothing_fails(report, browse):
    watched = browse()
    page = watched.open(report)
    for view in VIEWS:
        page.click(f".bar nav a[href='#{view}']")
        assert visible_views(page) == [view]
    for summary in page.query_selector_all("#rules summary"):
        summary.click()
    page.click("#theme")

    assert {url.partition("#")[0] for url in watched.requests} == {report.as_uri()}
    assert watched.complaints == []


def test_the_policy_stops_what_is_not_the_report_s_own(report, browse):
    watched = browse()
    page = watched.open(report)
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('img'), {src: 'http://[::1]/x'}))"
    )
    page.wait_for_timeout(100)

    assert any("Content Security Policy" in text for text in watched.complaints)


# -- finding one's way -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        pytest.param("severity:error", lambda one: "error" in one["class"], id="severity"),
        pytest.param("severity:error|warning", lambda one: "note" not in one["class"], id="either"),
        pytest.param("rule:static-mut", lambda one: one["rule"] == "static-mut", id="rule"),
        pytest.param("family:locks", lambda one: one["family"] == "locks", id="family"),
        pytest.param("-family:locks", lambda one: one["family"] != "locks", id="without"),
        pytest.param("file:frames", lambda one: "frames" in one["file"], id="file"),
        pytest.param("GUARD", lambda one: "guard" in one["text"].lower(), id="word"),
        pytest.param('"is dropped"', lambda one: "is dropped" in one["text"], id="words"),
        pytest.param("nothing-has-this", lambda one: False, id="nothing"),
    ],
)
def test_search(report, browse, query, fits):
    page = browse().open(report, "findings")
    items = page.evaluate(
        "[...document.querySelectorAll('.item.f')].map(one => ({id: one.id, class: one.className,"
        " ...one.dataset, rule: one.querySelector('.rule').textContent,"
        " file: one.querySelector('.place').textContent,"
        " text: one.querySelector('summary').textContent + one.dataset.module}))"
    )
    page.fill("#findings-search", query)
    page.wait_for_timeout(150)

    wanted = [one["id"] for one in items if fits(one)]
    assert shown(page) == wanted
    assert page.inner_text("#findings .found") == f"{len(wanted)} of {len(items)}"
    assert query == "nothing-has-this" or 0 < len(wanted) < len(items)


def test_a_search_has_an_address(report, browse):
    page = browse().open(report, "findings?severity:error")

    assert page.input_value("#findings-search") == "severity:error"
    assert 0 < len(shown(page)) < page.locator(".item.f").count()


def test_keyboard_alone(report, browse):
    page = browse().open(report)
    page.keyboard.press("2")
    first, second = shown(page)[:2]
    page.keyboard.press("j")
    assert focused(page) == first
    page.keyboard.press("j")
    assert focused(page) == second
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    assert page.locator(f"#{first}").get_attribute("open") is not None
    page.keyboard.press("/")
    assert focused(page) == "findings-search"
    page.keyboard.type("j severity:error")
    page.keyboard.press("Escape")
    assert page.input_value("#findings-search") == ""
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()


def test_single_keys_can_be_switched_off(report, browse):
    page = browse().open(report)
    page.click("#keys")
    page.uncheck("#keys-on")
    page.click("#help button")
    page.keyboard.press("2")

    assert visible_views(page) == ["overview"]


def test_permalinks_stay_when_lines_move(kernel, report, browse, tmp_path, anchors, write_report):
    moved = tmp_path / "kernel"
    shutil.copytree(kernel, moved)
    for file in moved.rglob("*.rs"):
        text = file.read_text()
        if not text.startswith(("#!", "//!")):
            file.write_text(f"\n\n\n{text}")
    other = write_report(moved, tmp_path / "report.html")

    assert sorted(anchors(other, "f")) == sorted(anchors(report, "f"))
    assert anchors(other, "s") == anchors(report, "s")
    anchor = anchors(report, "f")[3]
    page = browse().open(other, anchor)
    assert focused(page) == anchor
    assert page.locator(f"#{anchor} > .body").is_visible()


def test_the_functions_to_read_are_five_clicks_away(report, browse):
    page = browse().open(report)
    module = page.inner_text("#overview table tbody tr:first-child th a")
    page.click("#overview table tbody tr:first-child th a")
    heading = page.locator(".module:target h2, .module h2").filter(has_text=module).first
    assert heading.is_visible()
    section = page.locator(f".module[data-module='{module}']")
    section.locator("p a[href^='#s-']").first.click()
    assert page.locator(f"#{focused(page)} .reads").is_visible()


def test_a_finding_brings_its_rule(report, browse):
    page = browse().open(report, "findings")
    page.locator(".item.f > summary").first.click()
    page.locator(".item.f .rulepage > summary").first.click()

    assert "Blind spots" in page.locator(".item.f .rulepage").first.inner_text()


def test_an_item_as_markdown(report, browse):
    page = browse(permissions=["clipboard-read", "clipboard-write"]).open(report, "findings")
    item = page.locator(".item.f:has(.side)").first
    item.locator("summary").first.click()
    item.locator(".copy").click()
    text = page.evaluate("navigator.clipboard.readText()")

    rule, severity = item.locator(".rule").inner_text(), item.locator(".sev").first.inner_text()
    assert text.startswith(f"**{severity}** `{rule}`: ")
    assert "```rust\n" in text
    assert "\n1. `" in text


# -- reviewing ---------------------------------------------------------------------------------


def review(page, anchor: str, state: str, note: str = "") -> None:
    item = page.locator(f"#{anchor}")
    if item.get_attribute("open") is None:
        item.locator("summary").first.click()
    item.locator(f"input[value='{state}']").check()
    item.locator("textarea").fill(note)
    item.locator("textarea").blur()


def test_reviews_survive_and_travel(kernel, report, browse, tmp_path, anchors):
    finding, site = anchors(report, "f")[0], anchors(report, "s")[0]
    watched = browse(accept_downloads=True)
    page = watched.open(report)
    page.fill("#reviewer", "Ada")
    page.locator("#reviewer").blur()
    page.evaluate("location.hash = '#findings'")
    review(page, finding, "false-alarm", "one processor")
    page.evaluate("location.hash = '#inventory'")
    review(page, site, "sound")
    page.reload()
    page.evaluate("location.hash = '#findings'")
    assert page.locator(f"#{finding} .state").inner_text() == "false alarm"
    assert page.locator(f"#{finding} .verdict").inner_text() == "one processor (Ada)"
    page.evaluate("location.hash = '#overview'")
    assert (page.inner_text("#reviewed-findings"), page.inner_text("#reviewed-sites")) == ("1", "1")
    with page.expect_download() as download:
        page.click("#export")
    file = tmp_path / "review.json"
    download.value.save_as(file)
    assert watched.complaints == []

    other = browse().open(report)
    assert other.inner_text("#reviewed-findings") == "0"
    other.set_input_files("#import-file", file)
    other.wait_for_function("document.querySelector('#reviewed-findings').textContent === '1'")
    assert other.inner_text("#review-note") == "2 reviews imported."
    assert other.locator(f"#{site} .state").inner_text(timeout=1000) is not None

    root = tmp_path / "kernel"
    shutil.copytree(kernel, root)
    result = CliRunner().invoke(
        cli, ["baseline", "import", str(file), str(root), "--no-cache", "-q"], standalone_mode=False
    )
    assert result.exception is None
    baseline = (root / "soundcheck-baseline.toml").read_text()
    assert finding.removeprefix("f-") in baseline
    assert "one processor" in baseline


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="no JSON"),
        pytest.param('{"version": 2, "reviews": []}', id="another version"),
        pytest.param("null", id="nothing"),
    ],
)
def test_what_is_no_file_of_reviews_is_refused(report, browse, tmp_path, text):
    file = tmp_path / "review.json"
    file.write_text(text)
    page = browse().open(report)
    page.set_input_files("#import-file", file)
    page.wait_for_function("document.querySelector('#review-note').textContent")

    assert page.inner_text("#review-note") == "That is no file of reviews."


def test_a_note_can_hold_anything(report, browse, anchors):
    anchor = anchors(report, "f")[0]
    watched = browse()
    page = watched.open(report, "findings")
    note = "</textarea><img src=x onerror=alert(1)> \u202e & `x`"
    review(page, anchor, "unsound", note)
    page.reload()

    assert note in json.loads(
        page.evaluate(
            "JSON.stringify([...document.querySelectorAll('.verdict')].map(one => one.textContent))"
        )
    )
    assert page.locator("img").count() == 0
    assert watched.complaints == []


# -- for everyone ------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_the_way(report, browse, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = browse(color_scheme=scheme, bypass_csp=True).open(report)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    for view in VIEWS:
        page.evaluate(f"location.hash = '#{view}'")
        page.evaluate(
            "[...document.querySelectorAll('.view.now .item')].slice(0, 8)"
            ".forEach(one => { one.open = true; })"
        )
        page.wait_for_timeout(50)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
        told = [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]]
        assert (view, told) == (view, [])


@pytest.mark.parametrize("width", [320, 768, 3840])
def test_nothing_is_wider_than_the_screen(report, browse, width):
    page = browse(width=width).open(report)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    for view in VIEWS:
        page.evaluate(f"location.hash = '#{view}'")
        page.wait_for_timeout(30)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view


def test_long_names_fit_a_narrow_screen(wide, browse):
    page = browse(width=320).open(wide, "modules")
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.evaluate("page.lookInto(page.graph.modules[40][0])")
    page.evaluate("location.hash = '#inventory'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_all_is_there_without_script(report, browse, anchors):
    watched = browse(java_script_enabled=False)
    page = watched.open(report)
    assert all(page.locator(f"#{view}").is_visible() for view in VIEWS)
    assert not page.locator("#theme").is_visible()
    first = anchors(report, "f")[0]
    page.click(f"#{first} > summary")
    assert page.locator(f"#{first} > .body").is_visible()
    assert page.locator(".picture svg").first.is_visible()
    assert watched.complaints == []


def test_paper(report, browse, anchors):
    page = browse().open(report, "findings")
    review(page, anchors(report, "f")[0], "unsound", "to be mended")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert all(page.locator(f"#{view}").is_visible() for view in VIEWS)
    assert page.locator(".signature").is_visible()
    assert "1 unsound" in page.inner_text("#signature-words")
    assert not page.locator(".search").first.is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    pdf = page.pdf()

    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 50_000


# -- the module graph --------------------------------------------------------------------------

OVERLAPS = """
(svg) => {
  const boxes = [...svg.querySelectorAll("text.name")].map((one) => one.getBoundingClientRect());
  const frames = [...svg.querySelectorAll(".box")].map((one) =>
    (one.querySelector("[href='#box'], rect") || one).getBoundingClientRect());
  const meet = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  let count = 0;
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => { count += meet(a, b); }));
  const isOut = (a, i) => a.right > frames[i].right + .5 || a.left < frames[i].left;
  return [boxes.length, count, boxes.filter(isOut).length];
}
"""


@pytest.mark.parametrize("width", [320, 1280])
def test_labels_of_three_hundred_modules_do_not_meet(wide, browse, width):
    page = browse(width=width).open(wide, "g-every")
    labels, overlaps, outside = page.locator("#g-every svg").evaluate(OVERLAPS)

    assert labels >= 290
    assert (overlaps, outside) == (0, 0)
    for figure in ("g-all", "g-every"):
        page.select_option("#graph-choice", figure)
        assert page.locator(f"#{figure} svg").evaluate(OVERLAPS)[1:] == [0, 0]


def test_one_module_and_its_neighbours(wide, browse):
    watched = browse()
    page = watched.open(wide, "modules")
    page.fill("#graph-focus", "a_module_with_a_long_name_150")
    page.keyboard.press("Tab")
    head = page.inner_text("#graph-neighbours-head")
    assert "name_15::a_module_with_a_long_name_150" in head
    assert page.locator("#graph-neighbours svg").evaluate(OVERLAPS)[1:] == [0, 0]
    uses = page.evaluate(
        "(() => { const { modules, uses } = page.graph;"
        " const me = modules.findIndex((one) => one[0].endsWith('name_150'));"
        " return uses.filter((one) => one[0] === me || one[1] === me).length; })()"
    )
    assert page.locator("#graph-neighbours .arrows path").count() == uses > 2
    page.locator("#graph-neighbours .box").last.click()
    assert page.inner_text("#graph-neighbours-head") != head
    page.click("#graph-clear")
    assert page.locator("#g-all").is_visible()
    assert watched.complaints == []


def test_the_picture_grows_and_shrinks(wide, browse):
    page = browse().open(wide, "g-every")
    width = "document.querySelector('#g-every svg').getBoundingClientRect().width"
    before = page.evaluate(width)
    page.click("#zoom-in")
    larger = page.evaluate(width)
    page.click("#zoom-out")
    page.click("#zoom-out")

    assert page.evaluate(width) < before < larger


def test_what_is_pointed_at_shows_all_its_arrows(wide, browse):
    page = browse().open(wide, "g-every")
    weak = page.locator("#g-every svg").get_attribute("data-weak").split()
    index = weak[0].partition("-")[0]
    assert page.locator("#g-every .arrows .weak").count() == 0
    page.locator("#g-every .box").nth(int(index)).hover()

    wanted = sum(index in pair.split("-") for pair in weak)
    assert page.locator("#g-every .arrows .weak.lit").count() == wanted > 0


def test_tables_sort(report, browse):
    page = browse().open(report, "modules")
    page.click("#module-rows thead th:nth-child(3) button")
    rows = "[...document.querySelectorAll('#module-rows tbody tr')]"
    numbers = page.evaluate(f"{rows}.map(one => +one.cells[2].textContent)")

    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > 0


# -- whole files -------------------------------------------------------------------------------


def test_a_file_from_end_to_end(kernel, browse, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    folder = tmp_path / "out"
    arguments = ["report", str(folder), str(kernel), "--no-cache", "-q"]
    assert CliRunner().invoke(cli, arguments, standalone_mode=False).exception is None
    watched = browse(width=320, bypass_csp=True)
    page = watched.open(folder / "index.html", "findings")
    page.locator(".item.f > summary").first.click()
    page.locator(".item.f .facts a.place").first.click()
    assert "/files/" in page.url
    assert page.locator(".source b:target").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
    page.locator(".source a[href*='#s-']").first.click()
    page.wait_for_selector("html.ready #inventory.now")
    assert visible_views(page) == ["inventory"]
    assert watched.complaints == []
