"""A report for reviewers: one HTML file with all there is to read, check and sign."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType

from jinja2 import DictLoader, Environment, StrictUndefined

from soundcheck.catalog import Rule
from soundcheck.finding import Finding, Report
from soundcheck.render.excerpt import show_text
from soundcheck.render.html import overview
from soundcheck.render.html.code import Code, prose
from soundcheck.render.html.findings import anchor_findings, show_findings
from soundcheck.render.html.locks import plain, show_locks
from soundcheck.render.html.modules import ShownModule, show_modules, worst_first
from soundcheck.render.html.pages import page_of
from soundcheck.render.html.pictures import HEIGHT, WIDTH, draw_pictures
from soundcheck.render.html.sites import VERDICTS, show_sites, site_of_findings, tell_context
from soundcheck.render.summary import count_of, findings_line, gaps_by_kind
from soundcheck.survey.values import Survey

_STYLES = ("style.css", "parts.css", "print.css")
# Before anything is drawn, so that a page with script does not first show what one without has.
_EARLY = 'document.documentElement.className = "js";'
_SCRIPTS = ("page.js", "search.js", "review.js", "graph.js")


def render_html(
    report: Report,
    survey: Survey,
    rules: Sequence[Rule],
    face: Mapping[str, str],
    *,
    version: str,
    pages: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The report as one file; ``face`` holds the templates, styles and scripts by name.

    ``rules`` are those that ran, ``pages`` the addresses of whole files, where there are such.
    """
    style = "".join(face[name] for name in _STYLES)
    script = "".join(face[name] for name in _SCRIPTS)
    return (
        environment_of(face)
        .get_template("report.html")
        .render(
            **_values(report, survey, rules),
            pages=pages,
            version=version,
            style=style,
            script=script,
            early=_EARLY,
            policy=_policy(style, (_EARLY, script)),
        )
    )


def environment_of(face: Mapping[str, str]) -> Environment:
    """The templates, which escape whatever they are given."""
    environment = Environment(
        loader=DictLoader(dict(face)),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        prose=prose, count_of=count_of, number=_number, context=tell_context, plain=plain
    )
    return environment


def _values(report: Report, survey: Survey, rules: Sequence[Rule]) -> dict[str, object]:
    code = Code({**survey.sources, **report.sources})
    anchored = anchor_findings(report.findings)
    keys = site_of_findings(survey.sites, anchored)
    by_site: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
    for anchor, finding in anchored:
        if anchor in keys:
            by_site[keys[anchor]].append((anchor, finding))
    sites = show_sites(survey.sites, code, by_site)
    module_of = _modules_of(survey, anchored, keys)
    by_module: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
    for anchor, finding in anchored:
        by_module[module_of[anchor]].append((anchor, finding))
    modules = show_modules(survey, sites, by_module)
    places = {
        anchor: (module_of[anchor], f"s-{keys[anchor]}" if anchor in keys else "")
        for anchor, _ in anchored
    }
    spoken = {finding.rule for finding in report.findings}
    pictures = draw_pictures(modules, survey.uses)
    return {
        "title": _title(survey),
        "verdicts": VERDICTS,
        "report": report,
        "survey": survey,
        "line": findings_line(report),
        "gaps_line": gaps_by_kind(report),
        "findings": show_findings(report.findings, code, places),
        "modules": modules,
        "inventory": [one for one in modules if one.sites],
        "worst": worst_first(modules),
        "sites": sites,
        "locks": show_locks(survey.locks, anchored),
        "pictures": pictures,
        "box": (WIDTH, HEIGHT),
        "graph": _graph(modules, survey),
        "rule_rows": overview.count_rules(report),
        "kinds": overview.count_kinds(survey),
        "gaps": overview.group_gaps(report.gaps),
        "tiles": overview.draw_map(modules),
        "map": (overview.MAP_WIDTH, overview.MAP_HEIGHT),
        "rules": [(rule, page_of(rule)) for rule in rules if rule.name in spoken],
        "silent_rules": [rule for rule in rules if rule.name not in spoken],
    }


def _modules_of(
    survey: Survey, anchored: Sequence[tuple[str, Finding]], keys: Mapping[str, str]
) -> dict[str, str]:
    """The module of each finding: that of its site, else the longest that its item is in."""
    by_key = {site.key: site.module for site in survey.sites}
    paths = {one.path for one in survey.modules}
    files = {one.file: one.path for one in reversed(survey.modules)}
    found: dict[str, str] = {}
    for anchor, finding in anchored:
        if anchor in keys:
            found[anchor] = by_key[keys[anchor]]
            continue
        path = finding.item
        while path and path not in paths:
            path = path.rpartition("::")[0]
        found[anchor] = path or files.get(finding.at.path, finding.at.path)
    return found


def _graph(modules: Sequence[ShownModule], survey: Survey) -> dict[str, object]:
    """The uses between modules, by index, for the script that shows one with its neighbours."""
    index = {one.module.path: number for number, one in enumerate(modules)}
    return {
        "modules": [
            [show_text(one.module.path), one.anchor, len(one.sites), one.density] for one in modules
        ],
        "uses": [[index[use.user], index[use.used], use.calls, use.breaks] for use in survey.uses],
    }


def _title(survey: Survey) -> str:
    """The crate that most of the code is of."""
    lines: Counter[str] = Counter()
    for one in survey.modules:
        if not one.is_test:
            lines[one.crate] += one.lines
    return max(lines, key=lambda crate: (lines[crate], crate), default="nothing")


def _shown(value: object) -> object:
    """Text of an expression in a template, without what could drive or deceive its reader."""
    return show_text(value) if type(value) is str else value


def _number(value: int) -> str:
    return f"{value:,}"


def _policy(style: str, scripts: Sequence[str]) -> str:
    """What the page may do: run these scripts, use this style, and nothing else."""
    hashes = " ".join(f"'{_hash(script)}'" for script in scripts)
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src '{_hash(style)}'; script-src {hashes}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
