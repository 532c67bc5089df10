"""Counting as geiger counts, fast: what one file adds to the five counters.

The walk looks at named nodes only, skips what holds no expression, and tells by bytes whether
types and patterns do. What it does not read (attributes that leak, glued statements, errors) it
leaves to the reference walker, which is the specification.
"""

import re
from collections.abc import Sequence

from tree_sitter import Node

from soundcheck.syntax.counting_reference import count_reference
from soundcheck.syntax.counting_rules import DIALECTS, Dialect, GeigerCounts
from soundcheck.syntax.counting_tables import (
    ARRAY,
    ARRAY_TYPE,
    ASSIGNMENT,
    ASSOCIATED,
    BINDING,
    BLOCK,
    CALL,
    CAST,
    CLOSURE,
    CONST_BLOCK,
    CONSTANT,
    EMPTY,
    FIELD,
    FOREIGN,
    FUNCTION,
    GENERIC,
    GLUED,
    IMPL,
    LEAF,
    LET,
    LET_CHAIN,
    LIST,
    MACRO,
    MACRO_RULES,
    MODIFIERS,
    MODULE,
    NEGATIVE,
    PATH,
    PATTERN,
    RANGE_PATTERN,
    SIGNATURE,
    SKIP,
    STATEMENT,
    TRAIT,
    TYPE,
    UNSAFE,
    VISIT,
    tables,
)
from soundcheck.syntax.parser import ParsedFile

__all__ = ["DIALECTS", "GeigerCounts", "count_geiger"]

# Attributes that make a function unsafe, as every release of geiger reads them, and as its main
# branch does; and those whose value is an expression to count.
_LEAK = re.compile(rb"#\s*\[\s*(?:no_mangle\s*\]|export_name\s*=)")
_ODD_LEAK = re.compile(rb"#\s*\[\s*(?:no_mangle\s*[(=]|export_name\s*[(\]])")
_MARK = re.compile(rb"#\s*\[\s*(?:no_mangle|export_name|unsafe)\s*[\](=]")
_MARKING_WORDS = (b"no_mangle", b"export_name", b"[unsafe")
_VALUED = re.compile(rb"""#\s*+!?\s*+\[\s*+[\w:]++\s*+=\s*+(?!"|r["#])""")
_RAW_REFERENCE = re.compile(rb"&\s*raw\s+(?:const|mut)\b")
_LONE_UNDERSCORE = re.compile(rb"\b_\b")
_SEMICOLON, _BRACE, _DOT, _EQUALS, _UNDERSCORE = b";}.=_"
_DIGITS = b"0123456789"


class _Unread(Exception):  # noqa: N818 - no error: the reference walker reads the file
    """A file that only the reference walker reads."""


def count_geiger(parsed: ParsedFile, dialect: str) -> GeigerCounts:
    """Count one file by the named geiger profile."""
    rules = DIALECTS[dialect]
    if parsed.verbatim or parsed.root.has_error or _is_rare(parsed.data, rules):
        return count_reference(parsed, dialect)
    try:
        walk = _Walk(parsed, rules)
        walk.run()
    except _Unread:
        return count_reference(parsed, dialect)
    return walk.counts()


def _is_rare(data: bytes, dialect: Dialect) -> bool:
    may_leak = dialect.leaks and (b"no_mangle" in data or b"export_name" in data)
    if may_leak and _ODD_LEAK.search(data):
        return True
    if dialect.is_syn1:
        return b"raw" in data and _RAW_REFERENCE.search(data) is not None
    return _VALUED.search(data) is not None


class _Walk:
    """One count of one file; pairs are (safe, unsafe)."""

    __slots__ = (
        "data",
        "exprs",
        "functions",
        "impls",
        "is_marked",
        "is_syn1",
        "leak",
        "mark",
        "methods",
        "pending",
        "tables",
        "traits",
    )

    def __init__(self, parsed: ParsedFile, dialect: Dialect) -> None:
        self.data = parsed.data
        self.is_syn1 = dialect.is_syn1
        self.tables = tables()
        self.mark = _MARK if dialect.sees_unsafe_attribute else _LEAK
        may_be_marked = any(word in self.data for word in _MARKING_WORDS)
        self.is_marked = may_be_marked and self.mark.search(self.data) is not None
        self.leak = self.first_leak(parsed.root) if self.is_marked and dialect.leaks else None
        self.pending: tuple[list[Node], list[Node]] = ([parsed.root], [])
        self.exprs, self.functions, self.methods = [0, 0], [0, 0], [0, 0]
        self.impls, self.traits = [0, 0], [0, 0]

    def counts(self) -> GeigerCounts:
        pairs = (self.functions, self.exprs, self.impls, self.traits, self.methods)
        return GeigerCounts(*((pair[0], pair[1]) for pair in pairs))

    def run(self) -> None:
        self.walk(0)
        self.walk(1)

    def walk(self, scope: int) -> None:
        """Empty the stack of one scope: 0 is safe, 1 unsafe code; unsafe code waits for its turn."""
        data, find = self.data, self.data.find
        way, weight = self.tables.way, self.tables.weight
        stack = self.pending[scope]
        pop = stack.pop
        total = 0
        while stack:
            node = pop()
            kind = node.kind_id
            what = way[kind]
            if what == SKIP:
                continue
            if what == VISIT:
                total += weight[kind]
                stack += node.named_children
            elif what == CALL:
                total += 1
                children = node.named_children
                callee = children[0]
                what = way[callee.kind_id]
                if what == FIELD:
                    receiver = callee.named_child(0)
                    if receiver is not None:
                        stack.append(receiver)
                    if data[callee.end_byte - 1] in _DIGITS:
                        total += data[callee.named_children[-1].start_byte] in _DIGITS
                elif what == GENERIC:
                    self.generic_function(callee, stack)
                elif what:
                    if what == MACRO and data[callee.end_byte - 1] == _BRACE:
                        raise _Unread
                    stack.append(callee)
                stack += children[-1].named_children
            elif what == BLOCK:
                total += 1 + self.block(node, scope)
            elif what == FIELD:
                total += 1
                receiver = node.named_child(0)
                if receiver is not None:
                    stack.append(receiver)
            elif what == PATH:
                start, end = node.start_byte, node.end_byte
                if find(b"<", start, end) >= 0:
                    if find(b"{", start, end) >= 0 or find(b";", start, end) >= 0:
                        if self.is_syn1:
                            raise _Unread
                        total += self.quiet(node.named_children, stack)
            elif what == TYPE or what == PATTERN:
                start, end = node.start_byte, node.end_byte
                if find(b"{", start, end) >= 0 or find(b";", start, end) >= 0:
                    total += self.quiet(node.named_children, stack)
                elif what == PATTERN and self.is_syn1 and find(b"-", start, end) >= 0:
                    total += self.quiet(node.named_children, stack)
            elif what == MACRO:
                total += 1
            elif what == GLUED:
                total += 1
                children = node.named_children
                if children:
                    self.check_glue(children)
                    stack += children
            elif what == LET or what == CONSTANT:
                total += self.value(node, stack)
            elif what == UNSAFE:
                if scope:
                    total -= 1  # its block is no expression
                    stack += node.named_children
                else:
                    self.exprs[1] -= 1
                    self.pending[1].extend(node.named_children)
            elif what == BINDING:
                total += weight[kind] + self.binding(node, stack)
            elif what == LEAF:
                total += 1
            elif what == CLOSURE:
                children = node.named_children
                total += 1 + self.quiet(children[:-1], stack)
                stack.append(children[-1])
            elif what == CAST:
                children = node.named_children
                total += 1 + self.quiet(children[1:], stack)
                stack.append(children[0])
            elif what == MODULE:
                self.module(node, scope)
            elif what == IMPL:
                self.impl(node, scope)
            elif what == TRAIT:
                self.trait(node, scope)
            elif what == FOREIGN:
                self.foreign(node, scope)
            else:
                total += self.rare(node, what, stack)
        self.exprs[scope] += total

    def quiet(self, children: Sequence[Node], stack: list[Node]) -> int:
        """Push what stands in a type or pattern, where macros and const blocks count nothing."""
        way = self.tables.way
        total = 0
        for child in children:
            what = way[child.kind_id]
            if what == MACRO or what == CLOSURE:
                continue
            if what == CONST_BLOCK:
                if self.is_syn1:
                    continue
                total -= 1
            if what:
                stack.append(child)
        return total

    # -- statements and items ------------------------------------------------------------------

    def block(self, node: Node, scope: int) -> int:
        """Push the statements of a block; macros and semicolons among them are counted here."""
        data, stack = self.data, self.pending[scope]
        way, is_noise = self.tables.way, self.tables.is_noise
        total = 0
        marks: list[Node] = []
        macro = None
        may_end_here = False  # the statement before may take the semicolon
        for child in node.named_children:
            kind = child.kind_id
            if is_noise[kind]:
                if self.is_marked:
                    marks.append(child)
                continue
            what = way[kind]
            takes_semicolon, may_end_here = may_end_here, False
            macro = None
            if what == STATEMENT:
                inner = child.named_child(0) or child
                what = way[inner.kind_id]
                if what == MACRO:
                    total += self.is_syn1 and data[inner.end_byte - 1] != _BRACE
                elif what:
                    stack.append(inner)
                may_end_here = data[child.end_byte - 1] != _SEMICOLON
            elif what == LET:
                stack.append(child)
            elif what == MACRO:
                macro = child
                may_end_here = True
            elif what == EMPTY:
                total += not takes_semicolon
            elif what == FUNCTION:
                self.function(child, self.functions, scope, is_marked=self.has_mark(marks))
            elif what == CONSTANT:
                self.constant(child, scope)
            elif what == MACRO_RULES:
                may_end_here = self.is_syn1
            elif what and what != SIGNATURE:
                stack.append(child)
            if marks:
                marks = []
        if macro is not None and data[macro.end_byte - 1] != _BRACE:
            total += 1
        return total

    def module(self, node: Node, scope: int) -> None:
        """Push the items of a file or of a module's braces."""
        way, is_noise, stack = self.tables.way, self.tables.is_noise, self.pending[scope]
        marks: list[Node] = []
        for child in node.named_children:
            kind = child.kind_id
            if is_noise[kind]:
                if self.is_marked:
                    marks.append(child)
                continue
            if self.leak is not None and child.start_byte > self.leak:
                scope, stack = 1, self.pending[1]
            what = way[kind]
            if what == FUNCTION:
                self.function(child, self.functions, scope, is_marked=self.has_mark(marks))
            elif what == CONSTANT:
                self.constant(child, scope)
            elif what == STATEMENT:
                inner = child.named_child(0)
                if inner is not None and way[inner.kind_id] != MACRO:
                    stack.append(inner)
            elif what and what not in _NO_ITEMS:
                stack.append(child)
            marks.clear()

    def first_leak(self, root: Node) -> int | None:
        """Where the first function stands that opens an unsafe scope and never closes it."""
        marks: list[Node] = []
        stack = list(reversed(root.named_children))
        while stack:
            node = stack.pop()
            if self.tables.is_noise[node.kind_id]:
                marks.append(node)
                continue
            what = self.tables.way[node.kind_id]
            if what == FUNCTION and self.has_mark(marks) and not self.is_unsafe(node):
                return node.start_byte - 1
            marks.clear()
            if node.type == "mod_item":
                stack += reversed(node.named_children)
            elif what == MODULE:
                stack += reversed(node.named_children)
            elif self.mark.search(self.data, node.start_byte, node.end_byte):
                raise _Unread
        return None

    def is_unsafe(self, function: Node) -> bool:
        """Whether ``unsafe`` stands before ``fn``."""
        data, start = self.data, function.start_byte
        if data.find(b"unsafe", start, data.find(b"(", start + 12)) < 0:
            return False
        for child in function.named_children[:4]:
            if self.tables.way[child.kind_id] == MODIFIERS:
                return data.find(b"unsafe", child.start_byte, child.end_byte) >= 0
        return False

    def has_mark(self, attributes: list[Node]) -> bool:
        """Whether an attribute makes a function unsafe to geiger's main branch."""
        return any(self.mark.match(self.data, attribute.start_byte) for attribute in attributes)

    def function(self, node: Node, counts: list[int], scope: int, *, is_marked: bool) -> None:
        is_unsafe = is_marked or self.is_unsafe(node)
        counts[is_unsafe] += 1
        inner = 1 if is_unsafe else scope
        children = node.named_children
        body = children[-1]
        if self.is_plain(node.start_byte, body.start_byte):
            self.pending[inner].append(body)
            self.exprs[inner] -= 1
        else:
            self.exprs[inner] += self.quiet(children, self.pending[inner]) - 1

    def is_plain(self, start: int, end: int) -> bool:
        """Whether a range of types and patterns has no expression in it."""
        find = self.data.find
        return find(b"{", start, end) < 0 and find(b";", start, end) < 0 and not self.is_syn1

    def constant(self, node: Node, scope: int) -> None:
        """Without a value syn keeps only the tokens of a constant or static."""
        if node.child_by_field_name("value") is not None:
            self.pending[scope].append(node)

    def value(self, node: Node, stack: list[Node]) -> int:
        """Push the parts of a ``let``, ``const`` or ``static``: as a value, a macro counts."""
        way = self.tables.way
        children = node.named_children
        if self.is_syn1 and way[children[-1].kind_id] == BLOCK:
            if node.child_by_field_name("alternative") is not None:
                return 1
        total = 0
        for child in children:
            what = way[child.kind_id]
            if what == MACRO or what == CONST_BLOCK:
                value = node.child_by_field_name("value")
                if value is None or value.start_byte != child.start_byte:
                    total += self.quiet((child,), stack)
                    continue
            if what:
                stack.append(child)
        return total

    def members(self, node: Node, scope: int) -> list[Node]:
        """Push what stands before the braces of an impl, trait or foreign block; give the rest."""
        header = node.named_children
        if self.tables.way[header[-1].kind_id] != MODULE:
            return []
        body = header.pop()
        if not self.is_plain(node.start_byte, body.start_byte):
            self.exprs[scope] += self.quiet(header, self.pending[scope])
        return body.named_children

    def impl(self, node: Node, scope: int) -> None:
        self.impls[self.data.startswith(b"unsafe", node.start_byte)] += 1
        way, stack = self.tables.way, self.pending[scope]
        for child in self.members(node, scope):
            what = way[child.kind_id]
            if what == FUNCTION:
                self.function(child, self.methods, scope, is_marked=False)
            elif what == CONSTANT:
                self.constant(child, scope)
            elif what == SIGNATURE and self.is_syn1:
                raise _Unread
            elif what and what not in _NO_ITEMS:
                stack.append(child)

    def trait(self, node: Node, scope: int) -> None:
        """Functions of a trait count nothing, and open no scope."""
        way, stack = self.tables.way, self.pending[scope]
        self.traits[_UNSAFE_HEADER.match(self.data, node.start_byte) is not None] += 1
        for child in self.members(node, scope):
            what = way[child.kind_id]
            if self.data.startswith((b"pub", b"default"), child.start_byte):
                continue  # with a visibility syn keeps only the tokens
            if what in (FUNCTION, SIGNATURE, ASSOCIATED):
                self.exprs[scope] += self.quiet(child.named_children, stack)
                self.exprs[scope] -= what == FUNCTION
            elif what and what not in _NO_ITEMS:
                stack.append(child)

    def foreign(self, node: Node, scope: int) -> None:
        if self.is_syn1 and _UNSAFE_HEADER.match(self.data, node.start_byte):
            return
        way, stack = self.tables.way, self.pending[scope]
        for child in self.members(node, scope):
            what = way[child.kind_id]
            if what == SIGNATURE:
                self.exprs[scope] += self.quiet(child.named_children, stack)
            elif what == CONSTANT and child.child_by_field_name("value") is None:
                stack.append(child)

    # -- expressions, types and patterns -------------------------------------------------------

    def generic_function(self, node: Node, stack: list[Node]) -> None:
        """Push what a turbofish stands in: of a method its receiver, and the type arguments."""
        children = node.named_children
        if self.tables.way[children[0].kind_id] == FIELD:
            stack += children[0].named_children
            stack += children[1:]
        elif not self.is_syn1:
            stack += children

    def check_glue(self, children: list[Node]) -> None:
        """Leave to the reference what may be two statements: ``match x {} && y``, ``m! {} *y``."""
        first = children[0]
        kind = first.kind_id
        if self.tables.way[kind] == MACRO:
            if self.data[first.end_byte - 1] == _BRACE:
                raise _Unread
        elif self.tables.is_jump[kind]:
            raise _Unread
        elif self.tables.is_block_like[kind]:
            if self.data.find(b"&&", first.end_byte, children[-1].start_byte) >= 0:
                raise _Unread

    def binding(self, node: Node, stack: list[Node]) -> int:
        """Push a pattern and what it is bound to, tested for, or guarded by."""
        way, is_noise = self.tables.way, self.tables.is_noise
        children = [child for child in node.named_children if not is_noise[child.kind_id]]
        if not children or way[children[0].kind_id] not in (MACRO, CONST_BLOCK, CLOSURE):
            stack += children
            return 0
        first = children[0]
        # The pattern `_` has no node of its own: what comes first may be the value.
        value = node.child_by_field_name("value") or node.child_by_field_name("condition")
        if value is not None and value.start_byte == first.start_byte:
            stack += children
            return 0
        stack += children[1:]
        return self.quiet(children[:1], stack)

    def rare(self, node: Node, what: int, stack: list[Node]) -> int:
        """Push the children of a node of a kind that is not often met; give what it counts."""
        if what == ASSIGNMENT:
            return self.assignment(node, stack)
        if what in (MODIFIERS, EMPTY, SIGNATURE, ASSOCIATED, MACRO_RULES):
            return 0
        children = node.named_children
        if what == LIST:
            start, end = node.start_byte + 1, node.end_byte
            if any(self.data.find(byte, start, end) >= 0 for byte in (b"{", b";", b"=")):
                return self.quiet(children, stack)
            return 0
        if what == LET_CHAIN:
            stack += children
            return sum(not self.tables.is_noise[child.kind_id] for child in children) - 1
        if what == CONST_BLOCK:
            if not self.is_syn1:
                stack += children
            return 1 if self.is_syn1 else 0
        if what == GENERIC:
            self.generic_function(node, stack)
            return 0
        if what == ARRAY:
            stack += children
            return 1 + (bool(children) and self.is_underscore(children[-1]))
        if what == ARRAY_TYPE:
            parts = [child for child in children if not self.tables.is_noise[child.kind_id]]
            stack += parts[1:]
            total = self.quiet(parts[:1], stack)
            return total + (len(parts) > 1 and self.is_underscore(parts[-1]))
        if what == NEGATIVE:
            return self.is_syn1
        if what == RANGE_PATTERN:
            if not self.is_syn1 or len(children) > 1:
                stack += children
            return 0
        raise _Unread

    def is_underscore(self, node: Node) -> bool:
        """Whether a node is ``_``, which counts where an expression stands."""
        start = node.start_byte
        return self.data[start] == _UNDERSCORE and node.end_byte == start + 1

    def assignment(self, node: Node, stack: list[Node]) -> int:
        """``..=x`` is no assignment, though it is read as ``..`` ``=`` ``x``; ``_ = x`` is two."""
        children = node.named_children
        stack += children
        left = children[0]
        start, end = left.start_byte, left.end_byte
        if self.data[end - 1] == _DOT and self.data[end] == _EQUALS:
            return 0
        if self.is_underscore(left):
            return 2
        if self.tables.way[left.kind_id] == ASSIGNMENT:  # `a = b = c` is read as `(a = b) = c`
            start = left.named_children[-1].start_byte
        if _LONE_UNDERSCORE.search(self.data, start, end):
            raise _Unread
        return 1


_NO_ITEMS = frozenset({ASSOCIATED, EMPTY, MACRO, MACRO_RULES, SIGNATURE})
_UNSAFE_HEADER = re.compile(rb"(?:pub\s*(?:\([^)]*\)\s*)?|crate\s+)?unsafe\s")
