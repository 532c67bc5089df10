"""The report as a folder: the same first page, and behind it each file from end to end."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b, sha256
from typing import NamedTuple

from markupsafe import Markup

from soundcheck.catalog import Rule
from soundcheck.finding import Finding, Report
from soundcheck.render.html import environment_of, render_html
from soundcheck.render.html.code import Code, Link
from soundcheck.render.html.findings import anchor_findings
from soundcheck.source import SourceFile
from soundcheck.survey.references import References, Run
from soundcheck.survey.values import Survey

INDEX = "index.html"
_STYLES = ("style.css", "parts.css", "source.css")


class Remark(NamedTuple):
    """What stands in the margin of a line: where its function runs, and what was found there."""

    run: Run | None
    findings: tuple[tuple[str, Finding], ...]


def render_folder(
    report: Report,
    survey: Survey,
    references: Mapping[str, References],
    sources: Sequence[SourceFile],
    rules: Sequence[Rule],
    face: Mapping[str, str],
    *,
    version: str,
) -> Iterator[tuple[str, str]]:
    """The files of the folder, each with its name in it, the first page last.

    ``references`` are those of the files that have a page, ``sources`` hold their texts.
    """
    pages = {path: page_name(path) for path in references}
    code = Code({file.path: file for file in sources})
    sites: dict[str, list[Link]] = defaultdict(list)
    for site in survey.sites:
        address = f"../{INDEX}#s-{site.key}"
        sites[site.token.path].append(Link(site.token.start, site.token.end, address))
    found: dict[str, dict[int, list[tuple[str, Finding]]]] = defaultdict(dict)
    for anchor, finding in anchor_findings(report.findings):
        found[finding.at.path].setdefault(finding.at.line, []).append((anchor, finding))
    template = environment_of(face).get_template("source.html")
    style = "".join(face[name] for name in _STYLES)
    for path, known in references.items():
        links = [
            *sites[path],
            *(
                Link(one.start, one.end, f"{pages[one.path].partition('/')[2]}#L{one.line}")
                for one in known.jumps
                if one.path in pages
            ),
        ]
        runs = {one.line: one for one in known.runs}
        lines = sorted({*runs, *found[path]})
        yield (
            pages[path],
            template.render(
                path=path,
                index=INDEX,
                lines=code.file(path, links),
                remarks={
                    line: Remark(runs.get(line), tuple(found[path].get(line, ()))) for line in lines
                },
                sites=len(sites[path]),
                style=Markup(style),  # noqa: S704 (it is the face's own)
                policy=f"default-src 'none'; base-uri 'none'; style-src '{_hash(style)}'",
            ),
        )
    yield INDEX, render_html(report, survey, rules, face, version=version, pages=pages)


def page_name(path: str) -> str:
    """The name of the page of a file: like its own, and never that of another."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.rpartition("/")[2])[:60]
    digest = blake2b(path.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return f"files/{digest}-{name}.html"


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
