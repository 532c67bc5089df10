"""Rules: a page of Markdown to a checked ``Rule``, or to everything that is wrong with it."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import msgspec
from msgspec.structs import replace

from soundcheck.catalog.examples import Example, read_example
from soundcheck.catalog.messages import check_message
from soundcheck.catalog.pages import Fence, Page, Section, scan_page
from soundcheck.catalog.problems import Problem, unknown
from soundcheck.catalog.schema import FactSpec, ListOf, Text, read_table, read_values
from soundcheck.catalog.toml import KeyPath, locate_keys, parse_toml
from soundcheck.finding import Harm, Precision, Severity


class Status(enum.StrEnum):
    """Whether a rule is on by default, on request, or only remembered."""

    STABLE = "stable"
    PREVIEW = "preview"
    RETIRED = "retired"


class CheckSpec(msgspec.Struct, frozen=True):
    """What a check takes from a page and what it offers to a message.

    ``facts`` are its keys in the page's table, ``placeholders`` the names it fills in. With
    ``takes_query`` the page must bring a query, whose captures are placeholders too. With
    ``needs_model`` it looks at names, types or calls, which take longer than items alone; with
    ``needs_contexts`` it also follows them from interrupts, which takes longer still.
    """

    facts: Mapping[str, FactSpec] = {}
    placeholders: tuple[str, ...] = ()
    takes_query: bool = False
    needs_model: bool = False
    needs_contexts: bool = False


class Rule(msgspec.Struct, frozen=True):
    """One rule: what it claims, how sure it is, which check finds it, and its page.

    ``facts`` are the values its check asked for. Where one of the rules it ``yields_to`` speaks
    of the same place, it is silent. ``examples`` run under ``edition`` and ``profiles``. ``text``
    is the page as written, ``sections`` the parts below its headings.
    """

    name: str
    family: str
    summary: str
    check: str
    message: str
    severity: Severity
    precision: Precision
    status: Status
    harm: Harm
    since: str
    help: str = ""
    formerly: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    edition: str = "2024"
    profiles: tuple[str, ...] = ("core", "generic")
    query: str = ""
    facts: Mapping[str, object] = {}
    examples: tuple[Example, ...] = ()
    sections: tuple[Section, ...] = ()
    path: str = ""
    text: str = ""

    def texts(self, fact: str) -> tuple[str, ...]:
        """A fact that its check declares as a list of texts."""
        value = self.facts[fact]
        if not isinstance(value, list | tuple):
            raise TypeError(f"{self.name}: {fact} is no list")
        return value if isinstance(value, tuple) else tuple(str(text) for text in value)


NAME = r"[a-z]+(-[a-z]+)*"
_ONE_LINE = Text(pattern=r"\S[^\n]*", form="one line of text")
_SUMMARY = Text(pattern=r"[^\n]{0,71}[^\n.]", form="at most 72 characters, without a full stop")
_NAME = Text(pattern=NAME, form="lower-case words joined by hyphens")

RULE_KEYS: Mapping[str, FactSpec] = {
    "summary": FactSpec(_SUMMARY, is_required=True),
    "check": FactSpec(_NAME, is_required=True),
    "message": FactSpec(_ONE_LINE, is_required=True),
    "severity": FactSpec(Text(choices=tuple(Severity)), is_required=True),
    "precision": FactSpec(Text(choices=tuple(Precision)), is_required=True),
    "status": FactSpec(Text(choices=tuple(Status)), is_required=True),
    "class": FactSpec(Text(choices=tuple(Harm)), is_required=True),
    "since": FactSpec(Text(pattern=r"\d+\.\d+", form='a version like "0.1"'), is_required=True),
    "help": FactSpec(_ONE_LINE, default=""),
    "formerly": FactSpec(ListOf(_NAME), default=()),
    "yields_to": FactSpec(ListOf(_NAME, or_one=True), default=()),
    "edition": FactSpec(Text(choices=("2015", "2018", "2021", "2024")), default="2024"),
    "profile": FactSpec(ListOf(_NAME, or_one=True), default=()),
}
# What a rule that finds nothing any more has no use for.
_LIVE_KEYS = ("check", "message")

_WHY = {
    Harm.UNSOUND: "Why it is unsound",
    Harm.DEADLOCK: "Why it deadlocks",
    Harm.AUDIT: "Why it matters",
    Harm.METRIC: "Why it matters",
}
_RETIRED = "Why it was retired"
_OPTIONAL = ("Measured", "See also")
_LANGUAGES = ("rust", "toml", "text")
_CAPTURE = re.compile(r'"(?:\\.|[^"\\])*"|;[^\n]*|@([\w.-]+)')


def read_rule(
    path: str, text: str, checks: Mapping[str, CheckSpec | None]
) -> Rule | tuple[Problem, ...]:
    """The rule on a page, or all that is wrong with the page, in order of lines.

    Where the spec of its check is ``None``, its facts are as written, for ``hold``.
    """
    page, problems = scan_page(path, text)
    family, name = _names(path)
    problems += _title_problems(path, page, name)
    values, found = _read_head(path, page, checks)
    problems += found
    query = next((fence for fence in page.fences if _is_query(fence)), None)
    check = checks.get(str(values.get("check")))
    if check is not None:
        problems += _check_problems(path, page, values, check, query)
    problems += _section_problems(path, page, values)
    problems += _fence_problems(path, page)
    examples, found = _read_examples(path, page, str(values.get("edition", "2024")))
    problems += found
    if values.get("status") != Status.RETIRED:
        problems += _example_problems(path, page, examples, name)
    if problems:
        return tuple(sorted(set(problems)))
    extra = cast("tuple[str, ...]", values["profile"])
    return Rule(
        name=name,
        family=family,
        summary=str(values["summary"]),
        check=str(values.get("check", "")),
        message=str(values.get("message", "")),
        severity=Severity(str(values["severity"])),
        precision=Precision(str(values["precision"])),
        status=Status(str(values["status"])),
        harm=Harm(str(values["class"])),
        since=str(values["since"]),
        help=str(values["help"]),
        formerly=cast("tuple[str, ...]", values["formerly"]),
        yields_to=cast("tuple[str, ...]", values["yields_to"]),
        edition=str(values["edition"]),
        profiles=tuple(dict.fromkeys(("core", "generic", *extra))),
        query=query.text if query else "",
        facts={key: value for key, value in values.items() if key not in RULE_KEYS},
        examples=examples,
        sections=page.sections,
        path=path,
        text=text,
    )


def hold(rule: Rule, check: CheckSpec) -> Rule | tuple[Problem, ...]:
    """A rule whose facts are held to what its check takes, or all that is wrong with its page.

    ``rule`` is as ``read_rule`` gives it without the spec.
    """
    values, faults = read_values(rule.facts, check.facts)
    offered = {*check.placeholders, *_captures(rule.query)}
    words = [fault for text in (rule.message, rule.help) for fault in check_message(text, offered)]
    if faults or words or bool(rule.query) != check.takes_query:
        return read_rule(rule.path, rule.text, {rule.check: check})
    return replace(rule, facts=values)


def _captures(query: str) -> set[str]:
    return {match[1] for match in _CAPTURE.finditer(query) if match[1]}


def _names(path: str) -> tuple[str, str]:
    """The family and the name that a page's place gives to its rule."""
    folder, _, file = path.rpartition("/")
    return folder.rpartition("/")[2], file.removesuffix(".md")


def _title_problems(path: str, page: Page, name: str) -> Iterator[Problem]:
    if page.title_line and page.title != name:
        yield Problem(path, page.title_line, f"the title is the file's name, `{name}`")
    if not re.fullmatch(NAME, name):
        yield Problem(path, 1, f"a rule's name is lower-case words and hyphens, not `{name}`")


def _is_head(fence: Fence) -> bool:
    return fence.language == "toml" and not fence.section


def _is_query(fence: Fence) -> bool:
    return fence.language == "query" and not fence.section


def _read_head(
    path: str, page: Page, checks: Mapping[str, CheckSpec | None]
) -> tuple[dict[str, object], list[Problem]]:
    """The values of the page's table, held to the keys of all rules and of its check if given."""
    head = next((fence for fence in page.fences if _is_head(fence)), None)
    if head is None:
        line = page.title_line or 1
        return {}, [Problem(path, line, "no table: a `toml` fence follows the title")]
    table = parse_toml(path, head.text, head.line)
    if isinstance(table, Problem):
        return {}, [table]
    keys = dict(RULE_KEYS)
    if table.get("status") == Status.RETIRED:
        keys |= {key: FactSpec(keys[key].type) for key in _LIVE_KEYS}
    check = checks.get(str(table.get("check")))
    if check is not None:
        keys = {**check.facts, **keys}
    elif table.get("check") in checks:
        known = {key: value for key, value in table.items() if key in keys}
        values, problems = read_table(path, head.text, known, keys, head.line)
        rest = {key: value for key, value in table.items() if key not in keys}
        return {**values, **rest}, problems
    elif "check" in table and table.get("status") != Status.RETIRED:
        # Its facts are unknown, so that only the rules' own keys can be judged.
        line = _key_line(head, "check")
        problem = Problem(path, line, unknown("check", str(table["check"]), checks))
        known = {key: value for key, value in table.items() if key in keys}
        values, problems = read_table(path, head.text, known, keys, head.line)
        return values, [problem, *problems]
    return read_table(path, head.text, table, keys, head.line)


def _key_line(head: Fence, *key: str) -> int:
    path: KeyPath = key
    return head.line + locate_keys(head.text).get(path, 1) - 1


def _check_problems(
    path: str, page: Page, values: Mapping[str, object], check: CheckSpec, query: Fence | None
) -> Iterator[Problem]:
    head = next(fence for fence in page.fences if _is_head(fence))
    offered = set(check.placeholders)
    if check.takes_query and query is None:
        message = f"the check `{values['check']}` needs a `query` fence after the table"
        yield Problem(path, _key_line(head, "check"), message)
    elif query is not None and not check.takes_query:
        yield Problem(path, query.line - 1, f"the check `{values['check']}` takes no query")
    elif query is not None:
        captures = _captures(query.text)
        if "site" not in captures:
            yield Problem(path, query.line, "the query captures no `@site`, the place to point at")
        offered |= captures
    for key in ("message", "help"):
        for message in check_message(str(values.get(key, "")), offered):
            yield Problem(path, _key_line(head, key), message)


def _wanted_headings(values: Mapping[str, object]) -> tuple[str, ...]:
    """The headings that must be there, in order; the middle one follows from the class."""
    if values.get("status") == Status.RETIRED:
        return ("What it finds", _RETIRED)
    why = _WHY[Harm(str(values["class"]))] if "class" in values else ""
    required = ("What it finds", why, "Example", "Instead", "Blind spots")
    return tuple(heading for heading in required if heading)


def _section_problems(path: str, page: Page, values: Mapping[str, object]) -> Iterator[Problem]:
    wanted = _wanted_headings(values)
    optional: tuple[str, ...] = _OPTIONAL
    if "class" not in values:
        optional += tuple(_WHY.values())
    if values.get("status") == Status.RETIRED:
        optional += (*_WHY.values(), "Example", "Instead", "Blind spots")
    order = (*wanted, *_OPTIONAL)
    seen: list[str] = []
    for section in page.sections:
        heading = section.heading
        if heading not in wanted and heading not in optional:
            yield Problem(path, section.line, unknown("heading", heading, (*wanted, *optional)))
        elif heading in seen:
            yield Problem(path, section.line, f"a second `{heading}`")
        elif heading in order and (late := _later_than(heading, seen, order)):
            yield Problem(path, section.line, f"`{heading}` comes before `{late}`")
        if not section.text.strip():
            yield Problem(path, section.line, f"nothing stands under `{heading}`")
        seen.append(heading)
    for heading in wanted:
        if heading not in seen:
            last = page.sections[-1].line if page.sections else page.title_line or 1
            yield Problem(path, last, f"missing heading `{heading}`")


def _later_than(heading: str, seen: Iterable[str], order: tuple[str, ...]) -> str:
    """A heading already seen that belongs after this one, or nothing."""
    return next(
        (late for late in seen if late in order and order.index(late) > order.index(heading)), ""
    )


def _fence_problems(path: str, page: Page) -> Iterator[Problem]:
    heads = 0
    for fence in page.fences:
        line = fence.line - 1
        if fence.section and fence.language not in _LANGUAGES:
            yield Problem(path, line, unknown("language", fence.language, _LANGUAGES))
        elif not fence.section and fence.language not in ("toml", "query"):
            yield Problem(path, line, "only a `toml` and a `query` fence stand before the sections")
        elif not fence.section and fence.language == "toml":
            heads += 1
            if heads > 1:
                yield Problem(path, line, "a second table")
    queries = [fence for fence in page.fences if _is_query(fence)]
    for fence in queries[1:]:
        yield Problem(path, fence.line - 1, "a second query")


def _read_examples(
    path: str, page: Page, edition: str
) -> tuple[tuple[Example, ...], list[Problem]]:
    examples: list[Example] = []
    problems: list[Problem] = []
    for fence in page.fences:
        if fence.section and fence.language == "rust":
            example, found = read_example(path, fence.section, fence.line, fence.text, edition)
            examples.append(example)
            problems += found
    return tuple(examples), problems


def _example_problems(
    path: str, page: Page, examples: Iterable[Example], name: str
) -> Iterator[Problem]:
    """A page shows the fault and the remedy, and both are run."""
    marked = {e.section for e in examples if any(mark.name == name for mark in e.marks)}
    silent = {e.section for e in examples if all(mark.name != name for mark in e.marks)}
    for section in page.sections:
        if section.heading == "Example" and "Example" not in marked:
            yield Problem(path, section.line, f"no example is marked `//~ {name}`")
        if section.heading == "Instead" and "Instead" not in silent:
            yield Problem(path, section.line, "no `rust` fence without a mark shows the remedy")
