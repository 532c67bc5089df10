"""Stage 1 as one step: a file becomes the facts that all later stages stand on."""

import msgspec
from tree_sitter import Node

from soundcheck.source import SourceFile
from soundcheck.syntax.comments import comments_beside
from soundcheck.syntax.items import ItemTree
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.macros import MacroTree
from soundcheck.syntax.parser import ParsedFile, read_file
from soundcheck.syntax.queries import QueryMatch, run_queries
from soundcheck.syntax.sites import UnsafeSite, find_sites

Queries = tuple[tuple[str, str], ...]


class CommentedSite(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An unsafe site and the comments beside it, nearest first."""

    site: UnsafeSite
    comments: tuple[str, ...]


class FileFacts(msgspec.Struct, frozen=True, gc=False):
    """What one file says: its items and bodies, its unsafe sites, and what the queries match.

    ``events`` is all that our counting profile counts, as (offset, column, how often).
    """

    tree: ItemTree
    sites: tuple[CommentedSite, ...]
    events: tuple[tuple[int, int, int], ...]
    matches: tuple[QueryMatch, ...]


def parse(source: SourceFile, queries: Queries) -> FileFacts:
    """The facts of a file; pure, and never fails. ``queries`` are (rule, query) pairs."""
    parsed = read_file(source)
    tree = lower(parsed)
    found, events = find_sites(parsed)
    sites = tuple(_commented(parsed, site) for site in found)
    roots = [parsed.root, *_macro_roots(parsed)]
    return FileFacts(tree, sites, events, run_queries(queries, roots, parsed.data))


def _commented(parsed: ParsedFile, site: UnsafeSite) -> CommentedSite:
    comments = comments_beside(parsed.root, parsed.source.data, site.start, site.end)
    return CommentedSite(site, comments)


def _macro_roots(parsed: ParsedFile) -> list[Node]:
    trees: list[MacroTree] = list(parsed.macros.values())
    return [tree.root for tree in trees if tree.root is not None]
