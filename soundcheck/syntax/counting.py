"""Counting as geiger counts, fast: what one file adds to the five counters.

What the fast walk does not read (attributes that leak from within, glued statements, errors) it
leaves to the reference walker, which is the specification.
"""

import re

from tree_sitter import Node

from soundcheck.syntax.counting_reference import count_reference
from soundcheck.syntax.counting_rules import DIALECTS, Dialect, GeigerCounts
from soundcheck.syntax.counting_tables import (
    ASSOCIATED,
    CONSTANT,
    FUNCTION,
    IMPL,
    MACRO,
    MODULE,
    SIGNATURE,
    TRAIT,
)
from soundcheck.syntax.counting_walk import NO_ITEMS, UNSAFE_HEADER, Unread, Walk
from soundcheck.syntax.parser import ParsedFile

__all__ = ["DIALECTS", "GeigerCounts", "count_geiger"]

SAFE, UNSAFE = 0, 1

# Attributes that make a function unsafe, as every release of geiger reads them, and as its main
# branch does; and those whose value is an expression to count.
_LEAK = re.compile(rb"#\s*\[\s*(?:no_mangle\s*\]|export_name\s*=)")
_ODD_LEAK = re.compile(rb"#\s*\[\s*(?:no_mangle\s*[(=]|export_name\s*[(\]])")
_MARK = re.compile(rb"#\s*\[\s*(?:no_mangle|export_name|unsafe)\s*[\](=]")
_MARKING_WORDS = (b"no_mangle", b"export_name", b"[unsafe")
_VALUED = re.compile(rb"""#\s*+!?\s*+\[\s*+[\w:]++\s*+=\s*+(?!"|r["#])""")
_RAW_REFERENCE = re.compile(rb"&\s*raw\s+(?:const|mut)\b")


def count_geiger(parsed: ParsedFile, dialect: str) -> GeigerCounts:
    """Count one file by the named geiger profile."""
    rules = DIALECTS[dialect]
    if parsed.verbatim or parsed.root.has_error or _is_rare(parsed.data, rules):
        return count_reference(parsed, dialect)
    try:
        walk = _GeigerWalk(parsed, rules)
        walk.walk(SAFE)
        walk.walk(UNSAFE)
    except Unread:
        return count_reference(parsed, dialect)
    return walk.counts()


def _is_rare(data: bytes, dialect: Dialect) -> bool:
    may_leak = dialect.leaks and (b"no_mangle" in data or b"export_name" in data)
    if may_leak and _ODD_LEAK.search(data):
        return True
    if dialect.is_syn1:
        return b"raw" in data and _RAW_REFERENCE.search(data) is not None
    return _VALUED.search(data) is not None


class _GeigerWalk(Walk):
    """One count of one file, in two scopes; pairs are (safe, unsafe)."""

    __slots__ = ("functions", "impls", "leak", "mark", "methods", "traits")

    def __init__(self, parsed: ParsedFile, dialect: Dialect) -> None:
        super().__init__(parsed.data, is_syn1=dialect.is_syn1)
        self.pending = [[parsed.root], []]
        self.exprs = [0, 0]
        self.functions, self.methods = [0, 0], [0, 0]
        self.impls, self.traits = [0, 0], [0, 0]
        self.mark = _MARK if dialect.sees_unsafe_attribute else _LEAK
        may_be_marked = any(word in self.data for word in _MARKING_WORDS)
        self.heeds_attributes = may_be_marked and self.mark.search(self.data) is not None
        leaks = self.heeds_attributes and dialect.leaks
        self.leak = self.first_leak(parsed.root) if leaks else None

    def counts(self) -> GeigerCounts:
        pairs = (self.functions, self.exprs, self.impls, self.traits, self.methods)
        return GeigerCounts(*((pair[0], pair[1]) for pair in pairs))

    # -- attributes that make a function unsafe ------------------------------------------------

    def has_mark(self, attributes: list[Node]) -> bool:
        """Whether one of the attributes makes a function unsafe."""
        return any(self.mark.match(self.data, attribute.start_byte) for attribute in attributes)

    def first_leak(self, root: Node) -> int | None:
        """Where the first function stands that opens an unsafe scope and never closes it."""
        attributes: list[Node] = []
        stack = list(reversed(root.named_children))
        while stack:
            node = stack.pop()
            if self.tables.is_noise[node.kind_id]:
                attributes.append(node)
                continue
            what = self.tables.way[node.kind_id]
            if what == FUNCTION and self.has_mark(attributes) and self.unsafe_word(node) < 0:
                return node.start_byte
            attributes.clear()
            if what == MODULE or node.type == "mod_item":
                stack += reversed(node.named_children)
            elif self.mark.search(self.data, node.start_byte, node.end_byte):
                raise Unread
        return None

    def scope_of_child(self, node: Node, scope: int) -> int:
        if self.leak is not None and node.start_byte >= self.leak:
            return UNSAFE
        return scope

    # -- items ---------------------------------------------------------------------------------

    def inside_unsafe(self, _node: Node, _scope: int) -> int:
        return UNSAFE

    def function(self, node: Node, scope: int, attributes: list[Node]) -> None:
        self.count_function(node, scope, self.functions, is_marked=self.has_mark(attributes))

    def count_function(self, node: Node, scope: int, counts: list[int], *, is_marked: bool) -> None:
        is_unsafe = is_marked or self.unsafe_word(node) >= 0
        counts[is_unsafe] += 1
        self.signature(node, UNSAFE if is_unsafe else scope)

    def constant(self, node: Node, scope: int) -> None:
        """Without a value syn keeps only the tokens of a constant or static."""
        if node.child_by_field_name("value") is not None:
            self.pending[scope].append(node)

    def braces(self, node: Node, what: int, scope: int) -> None:
        if what == IMPL:
            self.impl(node, scope)
        elif what == TRAIT:
            self.trait(node, scope)
        else:
            self.foreign(node, scope)

    def impl(self, node: Node, scope: int) -> None:
        self.impls[self.data.startswith(b"unsafe", node.start_byte)] += 1
        for child in self.members(node, scope):
            what = self.tables.way[child.kind_id]
            if what == FUNCTION:
                self.count_function(child, scope, self.methods, is_marked=False)
            elif what == CONSTANT:
                self.constant(child, scope)
            elif what == SIGNATURE and self.is_syn1:
                raise Unread
            elif what and what not in NO_ITEMS:
                self.pending[scope].append(child)

    def trait(self, node: Node, scope: int) -> None:
        """Functions of a trait count nothing, and open no scope."""
        self.traits[UNSAFE_HEADER.match(self.data, node.start_byte) is not None] += 1
        for child in self.members(node, scope):
            what = self.tables.way[child.kind_id]
            if self.data.startswith((b"pub", b"default"), child.start_byte):
                continue  # with a visibility syn keeps only the tokens
            if what in (FUNCTION, SIGNATURE):
                self.signature(child, scope)
            elif what == ASSOCIATED:
                self.exprs[scope] += self.quiet(child.named_children, scope)
            elif what and what not in NO_ITEMS:
                self.pending[scope].append(child)

    def foreign(self, node: Node, scope: int) -> None:
        if self.is_syn1 and UNSAFE_HEADER.match(self.data, node.start_byte):
            return
        for child in self.members(node, scope):
            what = self.tables.way[child.kind_id]
            if what == SIGNATURE:
                self.signature(child, scope)
            elif what == CONSTANT and child.child_by_field_name("value") is None:
                self.pending[scope].append(child)

    # -- what the reference reads --------------------------------------------------------------

    def check_glue(self, children: list[Node]) -> None:
        """``match x {} && y`` and ``m! {} *y`` are two statements, ``return &&x`` is no ``&&``."""
        first = children[0]
        kind = first.kind_id
        if self.tables.way[kind] == MACRO:
            if self.data.endswith(b"}", 0, first.end_byte):
                raise Unread
            return
        joint = self.data.find(b"&&", first.end_byte, children[-1].start_byte)
        if self.tables.is_jump[kind] or (self.tables.is_block_like[kind] and joint >= 0):
            raise Unread

    def check_path(self) -> None:
        """On syn 1 geiger looks into paths in patterns, but not in expressions."""
        if self.is_syn1:
            raise Unread

    def placeholders(self, _start: int, _end: int) -> int:
        raise Unread
