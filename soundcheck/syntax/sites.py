"""Our own counting profile: every unsafe site of a file with its place, and what is safe beside it.

Other than geiger's profiles it follows the code into macro calls and definitions, counts the
methods of traits, extern blocks, attributes, mutable statics and assembly, and takes the body of
an unsafe trait method for unsafe. Expressions are weighed as geiger weighs them.
"""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from tree_sitter import Node

from soundcheck.syntax.columns import column_of
from soundcheck.syntax.counting_tables import ASSOCIATED, CONSTANT, FUNCTION, IMPL, SIGNATURE, TRAIT
from soundcheck.syntax.counting_walk import NO_ITEMS, UNSAFE_HEADER, Walk
from soundcheck.syntax.facts import UnsafeSite
from soundcheck.syntax.macros import MacroTree, macro_arms, read_macro
from soundcheck.syntax.parser import ParsedFile

_ASSEMBLY = frozenset({b"asm", b"naked_asm", b"global_asm", b"llvm_asm"})
# Attributes that say something unsafe, in the spelling that says so and in the old one.
_UNSAFE_ATTRIBUTE = re.compile(rb"[\[(,]\s*(unsafe)\s*\(")
_LINKAGE = re.compile(rb"[\[,]\s*(?:no_mangle|export_name|link_section)\b")
_TELLING_WORDS = (b"unsafe", b"no_mangle", b"export_name", b"link_section")


Event = tuple[int, int, int]
"""Something that counts: the offset it counts at, its column, and how often."""


def find_sites(parsed: ParsedFile) -> tuple[tuple[UnsafeSite, ...], tuple[Event, ...]]:
    """The unsafe sites of a file, and all that our profile counts, in order of place.

    Expressions count at the start of the item they stand in, everything else at its own. Columns
    are those of plain code and of macros: what is a test's, the module tree tells.
    """
    walk = _SiteWalk(parsed)
    walk.run()
    sites = sorted(walk.sites.values(), key=lambda site: (site.start, site.token_start, site.kind))
    events = sorted((offset, column, times) for (offset, column), times in walk.events.items())
    return tuple(sites), tuple(events)


class _SiteWalk(Walk):
    """One walk over a file; a scope is the code of one item that is alike unsafe and in a macro."""

    __slots__ = (
        "events",
        "in_macro",
        "is_unsafe",
        "items",
        "macro_scopes",
        "parsed",
        "sites",
        "tokens",
    )

    def __init__(self, parsed: ParsedFile) -> None:
        super().__init__(parsed.data)
        self.parsed = parsed
        self.heeds_macros = True
        self.heeds_attributes = any(word in self.data for word in _TELLING_WORDS)
        self.sites: dict[tuple[str, int], UnsafeSite] = {}
        self.events: Counter[tuple[int, int]] = Counter()
        # By scope: where its item starts, and what code it is.
        self.items: list[int] = []
        self.is_unsafe: list[bool] = []
        self.in_macro: list[bool] = []
        self.macro_scopes: dict[int, int] = {}
        # Macros wait for their turn, since they hold macros as deep as they like.
        self.tokens: list[tuple[Node, int]] = []

    def run(self) -> None:
        root = self.open(0, is_unsafe=False, in_macro=False)
        self.pending[root].append(self.parsed.root)
        scope = 0
        while scope < len(self.pending):
            self.walk(scope)
            while self.tokens:
                self.read(*self.tokens.pop())
            if not self.pending[scope]:
                scope += 1
        for scope, times in enumerate(self.exprs):
            if times:
                is_unsafe = self.is_unsafe[scope]
                self.count("exprs", self.items[scope], scope, is_unsafe=is_unsafe, times=times)

    # -- scopes --------------------------------------------------------------------------------

    def open(self, item: int, *, is_unsafe: bool, in_macro: bool) -> int:
        """A new scope."""
        self.items.append(item)
        self.is_unsafe.append(is_unsafe)
        self.in_macro.append(in_macro)
        self.pending.append([])
        self.exprs.append(0)
        return len(self.items) - 1

    def inside(self, node: Node, scope: int, *, is_unsafe: bool = False) -> int:
        """The scope of what stands in an item."""
        return self.open(
            node.start_byte,
            is_unsafe=is_unsafe or self.is_unsafe[scope],
            in_macro=self.in_macro[scope],
        )

    def scope_of_item(self, node: Node, scope: int) -> int:
        return self.inside(node, scope)

    # -- what counts ---------------------------------------------------------------------------

    def count(
        self,
        counter: str,
        offset: int,
        scope: int,
        *,
        is_unsafe: bool,
        times: int = 1,
    ) -> None:
        bucket = "macros" if self.in_macro[scope] else "plain"
        self.events[offset, column_of(counter, bucket, is_unsafe=is_unsafe)] += times

    def site(
        self, counter: str, start: int, end: int, scope: int, token: int, length: int = 6
    ) -> bool:
        """Count an unsafe site, once; ``length`` is that of ``unsafe`` or the word that tells."""
        kind = _KINDS[counter]
        if (kind, token) in self.sites:
            return False  # a branch of a macro is read alone and as a part of the whole
        in_macro = self.in_macro[scope]
        self.sites[kind, token] = UnsafeSite(kind, token, token + length, start, end, in_macro)
        self.count(counter, start, scope, is_unsafe=True)
        return True

    def mark(self, counter: str, node: Node, scope: int, token: int) -> None:
        """Count what is unsafe if a token was found, and else safe."""
        if token >= 0:
            self.site(counter, node.start_byte, node.end_byte, scope, token)
        else:
            self.count(counter, node.start_byte, scope, is_unsafe=False)

    def inside_unsafe(self, node: Node, scope: int) -> int:
        start = node.start_byte
        self.site("blocks", start, node.end_byte, scope, start)
        if self.is_unsafe[scope]:
            return scope
        return self.open(self.items[scope], is_unsafe=True, in_macro=self.in_macro[scope])

    # -- items ---------------------------------------------------------------------------------

    def module(self, node: Node, scope: int) -> None:
        if node.is_error and self.in_macro[scope]:
            return  # the tokens that a macro lost are searched one by one
        super().module(node, scope)

    def function(self, node: Node, scope: int, _attributes: list[Node]) -> None:
        self.count_function("functions", node, scope)

    def count_function(self, counter: str, node: Node, scope: int) -> None:
        token = self.unsafe_word(node)
        self.mark(counter, node, scope, token)
        self.signature(node, self.inside(node, scope, is_unsafe=token >= 0))

    def constant(self, node: Node, scope: int) -> None:
        inner = self.inside(node, scope)
        self.pending[inner].append(node)
        if node.type != "static_item":
            return
        mutable = next((n for n in node.named_children if n.type == "mutable_specifier"), None)
        if mutable is None:
            self.count("statics", node.start_byte, scope, is_unsafe=False)
        else:
            start, end = node.start_byte, node.end_byte
            self.site("statics", start, end, scope, mutable.start_byte, len("mut"))

    def unsafe_header(self, node: Node) -> int:
        """Where ``unsafe`` stands at the beginning of an impl, trait or extern block, or -1."""
        match = UNSAFE_HEADER.match(self.data, node.start_byte)
        return -1 if match is None else match.start(1)

    def braces(self, node: Node, what: int, scope: int) -> None:
        if what == IMPL:
            self.impl(node, scope)
        elif what == TRAIT:
            self.trait(node, scope)
        else:
            self.foreign(node, scope)

    def impl(self, node: Node, scope: int) -> None:
        self.mark("impls", node, scope, self.unsafe_header(node))
        self.associated(node, scope)

    def trait(self, node: Node, scope: int) -> None:
        self.mark("traits", node, scope, self.unsafe_header(node))
        self.associated(node, scope)

    def associated(self, node: Node, scope: int) -> None:
        """The items of an impl or trait."""
        inner = self.inside(node, scope)
        for child in self.members(node, inner):
            kind = child.kind_id
            what = self.tables.way[kind]
            if what in (FUNCTION, SIGNATURE):
                self.count_function("methods", child, scope)
            elif what == CONSTANT:
                self.constant(child, scope)
            elif what == ASSOCIATED:
                self.exprs[inner] += self.quiet(child.named_children, inner)
            else:
                self.see(child, what, inner)

    def foreign(self, node: Node, scope: int) -> None:
        self.mark("externs", node, scope, self.unsafe_header(node))
        inner = self.inside(node, scope)
        for child in self.members(node, inner):
            what = self.tables.way[child.kind_id]
            if what in (FUNCTION, SIGNATURE):
                self.signature(child, self.inside(child, scope))
            elif what == CONSTANT:
                self.constant(child, scope)
            else:
                self.see(child, what, inner)

    def see(self, child: Node, what: int, scope: int) -> None:
        """What else may stand among associated and foreign items."""
        if self.tables.is_noise[child.kind_id]:
            self.attribute(child, scope)
        elif child.type == "macro_invocation":
            self.macro(child, scope)
        elif what and what not in NO_ITEMS:
            self.pending[scope].append(child)

    def attribute(self, node: Node, scope: int) -> None:
        start, end = node.start_byte, node.end_byte
        if not self.data.startswith(b"#", start):
            return
        unsafe = _UNSAFE_ATTRIBUTE.search(self.data, start, end)
        if unsafe is not None:
            self.site("attributes", start, end, scope, unsafe.start(1))
        elif _LINKAGE.search(self.data, start, end):
            self.count("attributes", start, scope, is_unsafe=False)

    # -- macros --------------------------------------------------------------------------------

    def macro(self, node: Node, scope: int) -> None:
        if node.type == "macro_definition":
            self.macro_rules(node)
            return
        children = node.named_children
        name = children[0]
        start, end = name.start_byte, name.end_byte
        last = self.data[start:end].rpartition(b"::")[2]
        if last in _ASSEMBLY:
            self.site("asm", node.start_byte, node.end_byte, scope, start, end - start)
        if node.end_byte - children[-1].start_byte > 2:
            self.tokens.append((children[-1], scope))

    def macro_rules(self, node: Node) -> None:
        inner = self.open(node.start_byte, is_unsafe=False, in_macro=True)
        for arm in macro_arms(self.parsed, node):
            self.go_into(arm.tokens, arm.tree, inner)

    def read(self, tokens: Node, scope: int) -> None:
        """Go on among a macro's tokens as they can be read."""
        if tokens.type != "token_tree":
            return
        if not self.in_macro[scope]:
            scope = self.inside_macro(scope)
        self.go_into(tokens, read_macro(self.parsed, tokens), scope)

    def inside_macro(self, scope: int) -> int:
        inner = self.macro_scopes.get(scope)
        if inner is None:
            inner = self.open(self.items[scope], is_unsafe=self.is_unsafe[scope], in_macro=True)
            self.macro_scopes[scope] = inner
        return inner

    def go_into(self, tokens: Node, tree: MacroTree, scope: int) -> None:
        """Push the code that tokens were read as, and search those that were not."""
        if tree.root is None:
            self.search(tokens, scope, ((tokens.start_byte, tokens.end_byte),))
            return
        if tree.form == "block":
            self.exprs[scope] += self.block(tree.root, scope)
        else:
            self.pending[scope] += tree.root.named_children
        if tree.lost:
            self.search(tokens, scope, tree.lost)

    def search(self, tokens: Node, scope: int, ranges: Iterable[tuple[int, int]]) -> None:
        """Find ``unsafe { … }`` in ranges of tokens that are no Rust as a whole."""
        telling = [(start, end) for start, end in ranges if self.has_unsafe(start, end)]
        stack = [tokens] if telling else []
        while stack:
            children = stack.pop().children
            for token, behind in pairwise(children):
                start, end = token.start_byte, token.end_byte
                if token.type == "token_tree":
                    if self.has_unsafe(start, end):
                        stack.append(token)
                elif token.type == "unsafe" and self.data.startswith(b"{", behind.start_byte):
                    is_lost = any(low <= start < high for low, high in telling)
                    if is_lost:
                        self.unread_block(token, behind, scope)

    def has_unsafe(self, start: int, end: int) -> bool:
        return self.data.find(b"unsafe", start, end) >= 0

    def unread_block(self, keyword: Node, body: Node, scope: int) -> None:
        """A block whose keyword was found by itself; what is in it may be read all the same."""
        start = keyword.start_byte
        if self.site("blocks", start, body.end_byte, scope, start):
            inner = self.open(self.items[scope], is_unsafe=True, in_macro=True)
            self.tokens.append((body, inner))


_KINDS = {
    "blocks": "block",
    "functions": "function",
    "methods": "method",
    "impls": "impl",
    "traits": "trait",
    "externs": "extern",
    "attributes": "attribute",
    "statics": "static",
    "asm": "asm",
}
