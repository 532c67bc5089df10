"""The queries of rule pages, run over a file and over the macro bodies in it."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tree_sitter import Node, Query, QueryCursor, QueryError

from soundcheck.syntax.facts import Capture, QueryMatch
from soundcheck.syntax.parser import rust_language

# Blocks in blocks, each with its text, would take the square of a file.
_LONGEST_TEXT = 400
# What the query engine knows; any other predicate it would pass over in silence.
_PREDICATES = frozenset(
    {"eq?", "not-eq?", "any-eq?", "any-not-eq?", "match?", "not-match?", "any-match?",
     "any-not-match?", "any-of?", "not-any-of?", "is?", "is-not?", "set!"}
)  # fmt: skip
_PREDICATE = re.compile(r'"(?:[^"\\]|\\.)*"|;[^\n]*|\(\s*#(?P<name>[^\s()]+)')


def check_query(text: str) -> tuple[int, str] | None:
    """What is wrong with a query: its line, from 1, and a clause; ``None`` for a good one."""
    for match in _PREDICATE.finditer(text):
        name = match["name"]
        if name is not None and name not in _PREDICATES:
            return text.count("\n", 0, match.start()) + 1, f"unknown predicate `#{name}`"
    try:
        Query(rust_language(), text)
    except (QueryError, ValueError) as error:
        message = str(error).splitlines()[0]
        row = message.partition("row ")[2].partition(",")[0]
        return (int(row) + 1 if row.isdigit() else 1), message[:1].lower() + message[1:]
    return None


@lru_cache(maxsize=4)
def _compile(queries: tuple[tuple[str, str], ...]) -> tuple[Query, tuple[str, ...]] | None:
    """One query of all patterns, and the rule of each pattern: one walk serves all rules."""
    if not queries:
        return None
    rules: list[str] = []
    for rule, text in queries:
        rules.extend([rule] * Query(rust_language(), text).pattern_count)
    whole = Query(rust_language(), "\n".join(text for _, text in queries))
    return whole, tuple(rules)


def run_queries(
    queries: tuple[tuple[str, str], ...], roots: Iterable[Node], data: bytes
) -> tuple[QueryMatch, ...]:
    """The matches of (rule, query) pairs below the given roots, in order of place, each once."""
    compiled = _compile(queries)
    if compiled is None:
        return ()
    matches = {match for root in roots for match in _run(*compiled, root, data)}
    return tuple(sorted(matches, key=_place))


def _place(match: QueryMatch) -> tuple[int, int, str, tuple[tuple[int, int, str], ...]]:
    places = tuple((capture.start, capture.end, capture.name) for capture in match.captures)
    first = min(places, default=(0, 0, ""))
    return first[0], first[1], match.rule, places


def _text(data: bytes, node: Node) -> str:
    """The text of a node for a message: of a long one its beginning."""
    start, end = node.start_byte, node.end_byte
    if end - start > _LONGEST_TEXT:
        return data[start : start + _LONGEST_TEXT].decode("utf-8", "ignore")
    return data[start:end].decode("utf-8", "replace")


def _run(query: Query, rules: tuple[str, ...], root: Node, data: bytes) -> Iterator[QueryMatch]:
    for pattern, captures in QueryCursor(query).matches(root):
        found = [
            Capture(name, node.start_byte, node.end_byte, _text(data, node))
            for name, nodes in captures.items()
            for node in nodes[:1]
        ]
        if found:
            found.sort(key=lambda capture: (capture.start, -capture.end, capture.name))
            yield QueryMatch(rules[pattern], tuple(found))
