"""Rule pages as markup: Markdown without raw HTML, and without links that leave the report."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from soundcheck.catalog import Rule


@cache
def _reader() -> MarkdownIt:
    # Raw HTML stays text, and no address is followed: a page may come from anywhere.
    reader = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    reader.disable(["link", "image", "autolink", "reference"])
    return reader


def page_of(rule: Rule) -> Markup:
    """The sections of a rule's page, each under its heading."""
    parts = []
    for section in rule.sections:
        # The reader escapes all that is no Markdown.
        text = Markup(_reader().render(section.text))  # noqa: S704
        parts.append(Markup("<h4>{}</h4>").format(section.heading) + text)
    return Markup().join(parts)
