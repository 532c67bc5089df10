"""Stage 1 as one step: a file becomes the facts that all later stages stand on."""

from tree_sitter import Node

from soundcheck.source import SourceFile
from soundcheck.syntax.comments import comments_beside
from soundcheck.syntax.facts import CommentedSite, FileFacts, Queries, UnsafeSite
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.macros import MacroTree
from soundcheck.syntax.parser import ParsedFile, read_file
from soundcheck.syntax.queries import run_queries
from soundcheck.syntax.sites import find_sites


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
