"""The index of the rules, which ``rules/README.md`` holds."""

from collections.abc import Iterator
from itertools import groupby

from soundcheck.catalog.library import Catalog
from soundcheck.catalog.rules import Rule

_HEAD = """\
# Rules

One rule, one page: what it finds, why that is wrong, an example, the remedy, and its blind spots.
Every example is run by the tests. `soundcheck rule NAME` shows a page.

*stable* rules are on by default, *preview* ones with `--preview`. The severity speaks of the world
if the finding is right; the precision says how often it is.

This index is generated from the pages.
"""


def render_index(catalog: Catalog) -> str:
    """The index as Markdown: the rules by family, then the profiles."""
    return "\n".join(_parts(catalog)) + "\n"


def _parts(catalog: Catalog) -> Iterator[str]:
    yield _HEAD
    rules = sorted(catalog.rules.values(), key=lambda rule: (rule.family, rule.name))
    for family, members in groupby(rules, key=lambda rule: rule.family):
        yield f"## {family}\n"
        yield "| rule | finds | class | severity | precision | status |"
        yield "|---|---|---|---|---|---|"
        yield from (_row(rule) for rule in members)
        yield ""
    yield "## Profiles\n"
    yield "| profile | holds facts about |"
    yield "|---|---|"
    for profile in catalog.profiles.values():
        yield f"| [{profile.name}](profiles/{profile.name}.toml) | {_cell(profile.summary)} |"


def _row(rule: Rule) -> str:
    link = f"[{rule.name}]({rule.family}/{rule.name}.md)"
    cells = (link, rule.summary, rule.harm, rule.severity, rule.precision, rule.status)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
