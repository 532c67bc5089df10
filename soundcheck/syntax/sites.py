"""Our own counting profile: every unsafe site of a file with its place, and what is safe beside it.

Other than geiger's profiles it follows the code into macro calls and definitions, counts the
methods of traits, extern blocks, attributes, mutable statics and assembly, and takes the body of
an unsafe trait method for unsafe. Expressions are those of geiger, each counted once, without the
quirks that come from its parser.
"""

import re
from collections import Counter
from typing import NamedTuple

import msgspec
from tree_sitter import Node

from soundcheck.syntax.columns import column_of
from soundcheck.syntax.counting_rules import COUNTED
from soundcheck.syntax.macros import macro_arms, read_macro
from soundcheck.syntax.parser import ParsedFile

# Blocks that are no expression of their own but the body of what they stand in.
_BODY_OWNERS = frozenset(
    {"function_item", "loop_expression", "while_expression", "for_expression", "if_expression",
     "unsafe_block", "async_block", "try_block", "gen_block", "const_block"}
)  # fmt: skip
_EXPRESSIONS = COUNTED - {"field_expression"}
_ASSEMBLY = frozenset({b"asm", b"naked_asm", b"global_asm", b"llvm_asm"})
_LINKAGE = re.compile(rb"#!?\[\s*(?:no_mangle|export_name|link_section)\b")
_UNSAFE_ATTRIBUTE = re.compile(rb"\bunsafe\s*\(")
_SKIPPED = frozenset(
    {"line_comment", "block_comment", "use_declaration", "extern_crate_declaration", "lifetime",
     "visibility_modifier", "string_literal", "raw_string_literal", "token_tree", "metavariable",
     "integer_literal", "identifier", "type_identifier", "field_identifier", "primitive_type"}
)  # fmt: skip
_ITEMS = frozenset(
    {"function_item", "function_signature_item", "static_item", "const_item", "struct_item",
     "enum_item", "union_item", "trait_item", "impl_item", "mod_item", "foreign_mod_item",
     "macro_definition", "type_item"}
)  # fmt: skip


class UnsafeSite(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One place of unsafe code.

    ``kind`` is ``block``, ``function``, ``method``, ``impl``, ``trait``, ``extern``,
    ``attribute``, ``static`` or ``asm``. ``token_start..token_end`` is the keyword or name that
    makes it one, ``start..end`` all of it. ``in_macro`` tells that it stands among the tokens of
    a macro call or in a macro's definition.
    """

    kind: str
    token_start: int
    token_end: int
    start: int
    end: int
    in_macro: bool


Event = tuple[int, int, int]
"""Something that counts: the offset it counts at, its column, and how often."""


class _Visit(NamedTuple):
    node: Node
    is_unsafe: bool
    in_macro: bool
    holder: str  # what items directly inside are: "module", "impl", "trait", "foreign"
    item: int  # where the innermost item around it starts


def find_sites(parsed: ParsedFile) -> tuple[tuple[UnsafeSite, ...], tuple[Event, ...]]:
    """The unsafe sites of a file, and all that our profile counts, in order of place.

    Expressions count at the start of the item they stand in, everything else at its own. Columns
    are those of plain code and of macros: what is a test's, the module tree tells.
    """
    walk = _Walk(parsed)
    walk.run()
    sites = sorted(walk.sites, key=lambda site: (site.start, site.token_start, site.kind))
    sums = Counter((offset, column) for offset, column, _ in walk.events)
    events = [(offset, column, times) for (offset, column), times in sorted(sums.items())]
    return tuple(sites), tuple(events)


class _Walk:
    """One walk over a file, iterative, since code nests as deep as it likes."""

    __slots__ = ("data", "events", "parsed", "sites", "stack")

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed = parsed
        self.data = parsed.data
        # Sets, since a branch of `cfg_if!` is read alone and as part of the whole.
        self.sites: set[UnsafeSite] = set()
        self.events: set[tuple[int, int, tuple[int, int, str]]] = set()
        self.stack: list[_Visit] = []

    def run(self) -> None:
        self.stack.append(_Visit(self.parsed.root, False, False, "module", 0))
        while self.stack:
            self.visit(self.stack.pop())

    def count(self, counter: str, at: _Visit, *, is_unsafe: bool) -> None:
        node = at.node
        offset = at.item if counter == "exprs" else node.start_byte
        bucket = "macros" if at.in_macro else "plain"
        column = column_of(counter, bucket, is_unsafe=is_unsafe)
        self.events.add((offset, column, (node.start_byte, node.end_byte, node.type)))

    def site(self, kind: str, at: _Visit, token: Node) -> None:
        node = at.node
        self.sites.add(
            UnsafeSite(
                kind, token.start_byte, token.end_byte, node.start_byte, node.end_byte, at.in_macro
            )
        )

    def visit(self, at: _Visit) -> None:
        kind = at.node.type
        special = _SPECIAL.get(kind)
        if special is not None:
            special(self, at)
            return
        if kind in _EXPRESSIONS:
            self.count("exprs", at, is_unsafe=at.is_unsafe)
        self.into(at, at.is_unsafe, at.holder)

    def into(self, at: _Visit, is_unsafe: bool, holder: str) -> None:  # noqa: FBT001
        owns_body = at.node.type in _BODY_OWNERS
        for child in reversed(at.node.named_children):
            kind = child.type
            if kind in _SKIPPED:
                continue
            item = child.start_byte if kind in _ITEMS else at.item
            visit = _Visit(child, is_unsafe, at.in_macro, holder, item)
            if kind == "block" and not owns_body:
                self.count("exprs", visit, is_unsafe=is_unsafe)
            self.stack.append(visit)

    # -- sites ---------------------------------------------------------------------------------

    def unsafe_block(self, at: _Visit) -> None:
        self.site("block", at, at.node.children[0])
        self.count("blocks", at, is_unsafe=True)
        self.into(at, True, at.holder)

    def function(self, at: _Visit) -> None:
        if at.holder == "foreign":
            self.into(at, at.is_unsafe, "module")
            return
        keyword = _unsafe_keyword(at.node)
        counter = "functions" if at.holder == "module" else "methods"
        self.count(counter, at, is_unsafe=keyword is not None)
        if keyword is not None:
            self.site(counter.removesuffix("s"), at, keyword)
        self.into(at, at.is_unsafe or keyword is not None, "module")

    def impl(self, at: _Visit) -> None:
        self.marked(at, "impls", "impl")

    def trait(self, at: _Visit) -> None:
        self.marked(at, "traits", "trait")

    def foreign(self, at: _Visit) -> None:
        self.marked(at, "externs", "foreign")

    def marked(self, at: _Visit, counter: str, holder: str) -> None:
        """What bears the keyword itself: an impl, a trait, an extern block."""
        keyword = next((child for child in at.node.children if child.type == "unsafe"), None)
        self.count(counter, at, is_unsafe=keyword is not None)
        if keyword is not None:
            self.site(counter.removesuffix("s"), at, keyword)
        self.into(at, at.is_unsafe, holder)

    def module(self, at: _Visit) -> None:
        self.into(at, at.is_unsafe, "module")

    def attribute(self, at: _Visit) -> None:
        text = self.data[at.node.start_byte : at.node.end_byte]
        if _UNSAFE_ATTRIBUTE.search(text):
            self.count("attributes", at, is_unsafe=True)
            self.site("attribute", at, at.node)
        elif _LINKAGE.match(text):
            self.count("attributes", at, is_unsafe=False)

    def static(self, at: _Visit) -> None:
        keyword = next((c for c in at.node.children if c.type == "mutable_specifier"), None)
        self.count("statics", at, is_unsafe=keyword is not None)
        if keyword is not None:
            self.site("static", at, keyword)
        self.into(at, at.is_unsafe, at.holder)

    def field(self, at: _Visit) -> None:
        # The callee of a method call is part of the call.
        parent = at.node.parent
        if parent is not None and parent.type == "generic_function":
            parent = parent.parent
        name = at.node.child_by_field_name("field")
        is_callee = (
            parent is not None
            and parent.type == "call_expression"
            and name is not None
            and name.type == "field_identifier"
            and parent.child_by_field_name("arguments") != at.node
            and _is_function_of(parent, at.node)
        )
        if not is_callee:
            self.count("exprs", at, is_unsafe=at.is_unsafe)
        self.into(at, at.is_unsafe, at.holder)

    # -- macros --------------------------------------------------------------------------------

    def macro_call(self, at: _Visit) -> None:
        self.count("exprs", at, is_unsafe=at.is_unsafe)
        macro = at.node.child_by_field_name("macro")
        if macro is not None:
            name = self.data[macro.start_byte : macro.end_byte].rpartition(b"::")[2]
            if name in _ASSEMBLY:
                self.count("asm", at, is_unsafe=True)
                self.site("asm", at, macro)
        for tokens in at.node.named_children:
            if tokens.type == "token_tree":
                self.tokens(tokens, at)

    def tokens(self, tokens: Node, at: _Visit) -> None:
        """Go on among a macro's tokens as they can be read, or look for the keyword in them."""
        tree = read_macro(self.parsed, tokens)
        if tree.root is None:
            self.scan(tokens, at)
            return
        inside = at._replace(node=tree.root, in_macro=True)
        self.into(inside, at.is_unsafe, "module")
        if tree.lost:
            self.scan(tokens, at, tree.lost)

    def scan(
        self, tokens: Node, at: _Visit, ranges: tuple[tuple[int, int], ...] | None = None
    ) -> None:
        """Find ``unsafe { … }`` among tokens that are no Rust as a whole."""
        stack = [tokens]
        while stack:
            node = stack.pop()
            children = node.children
            for token, behind in zip(children, (*children[1:], None), strict=True):
                is_inside = ranges is None or any(a <= token.start_byte < b for a, b in ranges)
                if token.type == "token_tree":
                    stack.append(token)
                elif is_inside and token.type == "unsafe" and behind is not None:
                    if behind.type == "token_tree" and self.data[behind.start_byte] == ord("{"):
                        self.unread_block(token, behind, at)

    def unread_block(self, keyword: Node, body: Node, at: _Visit) -> None:
        start, end = keyword.start_byte, body.end_byte
        self.sites.add(UnsafeSite("block", start, keyword.end_byte, start, end, in_macro=True))
        column = column_of("blocks", "macros", is_unsafe=True)
        self.events.add((start, column, (start, end, "unsafe_block")))
        self.tokens(body, at._replace(is_unsafe=True))

    def macro_definition(self, at: _Visit) -> None:
        for arm in macro_arms(self.parsed, at.node):
            if arm.tree.root is None:
                self.scan(arm.tokens, at)
                continue
            self.into(at._replace(node=arm.tree.root, in_macro=True), False, "module")
            if arm.tree.lost:
                self.scan(arm.tokens, at, arm.tree.lost)


def _unsafe_keyword(node: Node) -> Node | None:
    for child in node.children:
        if child.type == "function_modifiers":
            return next((word for word in child.children if word.type == "unsafe"), None)
    return None


def _is_function_of(call: Node, node: Node) -> bool:
    function = call.child_by_field_name("function")
    return function is not None and function.end_byte >= node.end_byte


_SPECIAL = {
    "unsafe_block": _Walk.unsafe_block,
    "function_item": _Walk.function,
    "function_signature_item": _Walk.function,
    "impl_item": _Walk.impl,
    "trait_item": _Walk.trait,
    "foreign_mod_item": _Walk.foreign,
    "mod_item": _Walk.module,
    "attribute_item": _Walk.attribute,
    "inner_attribute_item": _Walk.attribute,
    "static_item": _Walk.static,
    "field_expression": _Walk.field,
    "macro_invocation": _Walk.macro_call,
    "macro_definition": _Walk.macro_definition,
}
