"""The queries of rule pages, run over a file and over the macro bodies in it."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from tree_sitter import Node, Query, QueryCursor, QueryError

from soundcheck.syntax.facts import Capture, QueryMatch
from soundcheck.syntax.parser import rust_language


def check_query(text: str) -> tuple[int, str] | None:
    """What is wrong with a query: its line, from 1, and a clause; ``None`` for a good one."""
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


def _run(query: Query, rules: tuple[str, ...], root: Node, data: bytes) -> Iterator[QueryMatch]:
    for pattern, captures in QueryCursor(query).matches(root):
        found = [
            Capture(
                name,
                node.start_byte,
                node.end_byte,
                data[node.start_byte : node.end_byte].decode("utf-8", "replace"),
            )
            for name, nodes in captures.items()
            for node in nodes[:1]
        ]
        if found:
            found.sort(key=lambda capture: (capture.start, -capture.end, capture.name))
            yield QueryMatch(rules[pattern], tuple(found))
