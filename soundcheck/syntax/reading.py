"""Stage 1 as one step: a file becomes the facts that all later stages stand on."""

from collections.abc import Iterator
from hashlib import blake2b

from tree_sitter import Node

from soundcheck.source import SourceFile
from soundcheck.syntax.comments import comments_beside
from soundcheck.syntax.facts import CommentedSite, FileFacts, Queries, UnsafeSite
from soundcheck.syntax.items import AnyItem, Function, Impl, ItemStmt, ItemTree, Module, Trait, Use
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.macros import MacroTree
from soundcheck.syntax.parser import ParsedFile, read_file
from soundcheck.syntax.queries import run_queries
from soundcheck.syntax.sites import find_sites
from soundcheck.syntax.suppressions import read_suppressions
from soundcheck.syntax.visit import nearest

# What demands something of others; all other unsafe code has to meet what is demanded.
_DEMANDING = frozenset({"function", "method", "trait"})
# What in a body says something beyond it.
_ITEMS = frozenset({ItemStmt})


def parse(source: SourceFile, queries: Queries) -> FileFacts:
    """The facts of a file; pure, and never fails. ``queries`` are (rule, query) pairs."""
    parsed = read_file(source)
    tree = lower(parsed)
    found, events = find_sites(parsed)
    sites = tuple(_commented(parsed, site) for site in found)
    roots = [parsed.root, *_macro_roots(parsed)]
    matches = run_queries(queries, roots, parsed.data)
    interface = interface_of(source.data, tree)
    return FileFacts(tree, sites, events, matches, interface, read_suppressions(parsed, tree))


def interface_of(data: bytes, tree: ItemTree) -> bytes:
    """A hash of a file without the bodies of its functions; the items that bodies hold are in it.

    A body that holds more than ``use`` is in it whole: what a macro there makes may be seen beyond.
    """
    digest = blake2b(digest_size=16)
    position = 0
    for start, end in sorted(_left_out(tree)):
        if start >= position:
            digest.update(data[position:start])
            digest.update(b"{}")
            position = end
    digest.update(data[position:])
    return digest.digest()


def _left_out(tree: ItemTree) -> Iterator[tuple[int, int]]:
    """What of each body says nothing beyond it."""
    stack: list[AnyItem] = list(tree.items)
    while stack:
        item = stack.pop()
        if isinstance(item, Function) and item.body is not None:
            within = nearest(item.body, _ITEMS) if item.holds_items else ()
            inner = [one.item for one in within if isinstance(one, ItemStmt)]
            if all(isinstance(one, Use) for one in inner):
                start = item.body.start
                for one in inner:
                    yield start, min([one.start, *(each.start for each in one.attributes)])
                    start = one.end
                yield start, item.body.end
        elif isinstance(item, Module | Impl | Trait):
            stack.extend(item.items)


def _commented(parsed: ParsedFile, site: UnsafeSite) -> CommentedSite:
    # What a body begins with is about the body, and not about what its function demands.
    end = site.token_end if site.kind in _DEMANDING else site.end
    return CommentedSite(site, comments_beside(parsed, site.start, end))


def _macro_roots(parsed: ParsedFile) -> list[Node]:
    trees: list[MacroTree] = list(parsed.macros.values())
    return [tree.root for tree in trees if tree.root is not None]
