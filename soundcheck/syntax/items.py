"""The ``ItemTree``: what one file declares, and the bodies of its functions, without nodes.

Everything here is a value that outlives the parse: frozen, cheap, and serialisable. Offsets are
bytes of the file; ``ItemTree.line_of`` turns them into lines. Names are as written: resolving
them is a later stage's work. Items inside macro calls hang below the ``MacroItem`` that holds
them; what the macro makes of them is for the profile to say.
"""

from __future__ import annotations

from bisect import bisect_right

import msgspec

from soundcheck.finding import Gap
from soundcheck.syntax.cfg import Cfg


class Node(msgspec.Struct, frozen=True, gc=False, tag=True, tag_field="node", array_like=True):
    """A piece of a file: half-open byte offsets."""

    start: int
    end: int


# -- paths and types ---------------------------------------------------------------------------


class Segment(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One step of a path: a name, its generic arguments, and its bindings (``Item = T``)."""

    name: str
    args: tuple[Type, ...] = ()
    bindings: tuple[tuple[str, Type], ...] = ()


class Path(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A path as written: ``<T as A::B>::c`` is of A, B, c, with qself ``T`` and ``trait_len`` 2."""

    segments: tuple[Segment, ...]
    is_global: bool = False
    qself: Type | None = None
    trait_len: int = 0

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.segments[-1].name if self.segments else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the path, without generic arguments."""
        return tuple([segment.name for segment in self.segments])


class Ty(msgspec.Struct, frozen=True, gc=False, tag=True, tag_field="node", array_like=True):
    """A type as written."""


class PathType(Ty, frozen=True):
    """A named type: ``Vec<u8>``, ``Self``, ``u8``, ``<T as Tr>::Out``."""

    path: Path


class RefType(Ty, frozen=True):
    """A reference; ``lifetime`` is without its quote, empty where elided."""

    inner: Type
    is_mut: bool = False
    lifetime: str = ""


class PtrType(Ty, frozen=True):
    """A raw pointer."""

    inner: Type
    is_mut: bool = False


class SliceType(Ty, frozen=True):
    """A slice."""

    inner: Type


class ArrayType(Ty, frozen=True):
    """An array; its length is kept as text."""

    inner: Type
    length: str = ""


class TupleType(Ty, frozen=True):
    """A tuple; without parts it is the unit type."""

    parts: tuple[Type, ...] = ()


class FnType(Ty, frozen=True):
    """A function pointer, or the ``Fn(A) -> B`` sugar with the trait's path in ``sugar``."""

    params: tuple[Type, ...]
    ret: Type | None = None
    is_unsafe: bool = False
    abi: str = ""
    sugar: Path | None = None


class DynType(Ty, frozen=True):
    """A trait object: its bounds."""

    bounds: tuple[Type, ...]


class ImplType(Ty, frozen=True):
    """``impl Trait``: its bounds."""

    bounds: tuple[Type, ...]


class NeverType(Ty, frozen=True):
    """The type ``!``."""


class InferType(Ty, frozen=True):
    """The type ``_``."""


class LifetimeType(Ty, frozen=True):
    """A lifetime in the place of a generic argument or a bound."""

    name: str


class ConstType(Ty, frozen=True):
    """A constant in the place of a generic argument, and a type we cannot read: its text."""

    text: str


Type = (
    PathType
    | RefType
    | PtrType
    | SliceType
    | ArrayType
    | TupleType
    | FnType
    | DynType
    | ImplType
    | NeverType
    | InferType
    | LifetimeType
    | ConstType
)


class GenericParam(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A generic parameter; ``kind`` is type, lifetime or const, whose type is its bound."""

    name: str
    kind: str
    bounds: tuple[Type, ...] = ()
    default: Type | None = None


class Generics(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Generic parameters, and the predicates of the ``where`` clause as (type, bounds)."""

    params: tuple[GenericParam, ...] = ()
    predicates: tuple[tuple[Type, tuple[Type, ...]], ...] = ()


NO_GENERICS = Generics()


# -- patterns ----------------------------------------------------------------------------------


class BindPat(Node, frozen=True):
    """A name that binds, or names a constant or unit variant: which one, resolution tells."""

    name: str
    is_ref: bool = False
    is_mut: bool = False
    inner: Pat | None = None


class WildPat(Node, frozen=True):
    """The pattern ``_``: it binds nothing and moves nothing."""


class RestPat(Node, frozen=True):
    """The pattern ``..``."""


class PathPat(Node, frozen=True):
    """A constant or unit variant with more than one segment."""

    path: Path


class LitPat(Node, frozen=True):
    """A literal, a range, or an inline constant: its text."""

    text: str


class TuplePat(Node, frozen=True):
    """A tuple, slice or alternative of patterns; ``kind`` is ``tuple``, ``slice`` or ``or``."""

    kind: str
    parts: tuple[Pat, ...]


class TupleStructPat(Node, frozen=True):
    """``Some(x)``."""

    path: Path
    parts: tuple[Pat, ...]


class StructPat(Node, frozen=True):
    """``S { a, b: c, .. }``: fields with their patterns."""

    path: Path
    fields: tuple[tuple[str, Pat], ...]


class RefPat(Node, frozen=True):
    """``&x`` or ``&mut x``."""

    inner: Pat


class MacroPat(Node, frozen=True):
    """A macro call in the place of a pattern, or a pattern we cannot read."""

    name: str


Pat = (
    BindPat
    | WildPat
    | RestPat
    | PathPat
    | LitPat
    | TuplePat
    | TupleStructPat
    | StructPat
    | RefPat
    | MacroPat
)


# -- expressions -------------------------------------------------------------------------------


class Lit(Node, frozen=True):
    """A literal as written; ``kind`` is int, float, str, char, bool, bytes or byte."""

    kind: str
    text: str


class PathExpr(Node, frozen=True):
    """A path in the place of a value: a local, a static, a function, a variant."""

    path: Path


class Call(Node, frozen=True):
    """A call of a callee expression."""

    func: Expr
    args: tuple[Expr, ...]


class MethodCall(Node, frozen=True):
    """``receiver.name::<generics>(args)``; ``name_start`` is where the name stands."""

    receiver: Expr
    name: str
    name_start: int
    args: tuple[Expr, ...]
    generics: tuple[Type, ...] = ()


class Field(Node, frozen=True):
    """``base.name``; a tuple field's name is its number."""

    base: Expr
    name: str


class Index(Node, frozen=True):
    """``base[index]``."""

    base: Expr
    index: Expr


class Unary(Node, frozen=True):
    """``*x``, ``!x``, ``-x``."""

    op: str
    operand: Expr


class Ref(Node, frozen=True):
    """``&x``, ``&mut x``, ``&raw const x``, ``&raw mut x``."""

    operand: Expr
    is_mut: bool = False
    is_raw: bool = False


class Cast(Node, frozen=True):
    """``x as T``."""

    operand: Expr
    type: Type


class Binary(Node, frozen=True):
    """A chain of one operator, from left to right: ``a + b + c`` has three operands."""

    op: str
    operands: tuple[Expr, ...]


class Assign(Node, frozen=True):
    """``a = b``, and ``a += b`` with op ``+``."""

    target: Expr
    value: Expr
    op: str = ""


class Range(Node, frozen=True):
    """``a..b``, ``..=b`` and so on."""

    low: Expr | None
    high: Expr | None
    is_inclusive: bool = False


class Tuple(Node, frozen=True):
    """A tuple; without parts, the unit value."""

    parts: tuple[Expr, ...]


class Array(Node, frozen=True):
    """``[a, b]``."""

    parts: tuple[Expr, ...]


class Repeat(Node, frozen=True):
    """``[value; count]``."""

    value: Expr
    count: Expr


class StructLit(Node, frozen=True):
    """``S { a: 1, ..base }``."""

    path: Path
    fields: tuple[tuple[str, Expr], ...]
    base: Expr | None = None


class Closure(Node, frozen=True):
    """A closure; ``is_async`` for ``async || …``."""

    params: tuple[tuple[Pat, Type | None], ...]
    body: Expr
    ret: Type | None = None
    is_move: bool = False
    is_async: bool = False


class Block(Node, frozen=True):
    """A block; ``kind`` is empty, ``unsafe``, ``async``, ``const``, ``try`` or ``gen``."""

    stmts: tuple[Stmt, ...]
    tail: Expr | None = None
    kind: str = ""
    label: str = ""
    is_move: bool = False


class If(Node, frozen=True):
    """A whole ``if … else if … else``: conditions with their blocks, and the last ``else``."""

    branches: tuple[tuple[Expr, Block], ...]
    orelse: Block | None = None


class LetCond(Node, frozen=True):
    """``let P = e`` as a condition."""

    pat: Pat
    value: Expr


class Arm(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One arm of a match."""

    pat: Pat
    guard: Expr | None
    body: Expr
    cfg: Cfg | None = None


class Match(Node, frozen=True):
    """A match; postfix or not."""

    scrutinee: Expr
    arms: tuple[Arm, ...]


class While(Node, frozen=True):
    """``while cond { … }``, ``while let`` included."""

    cond: Expr
    body: Block
    label: str = ""


class Loop(Node, frozen=True):
    """``loop { … }``."""

    body: Block
    label: str = ""


class For(Node, frozen=True):
    """``for pat in iter { … }``."""

    pat: Pat
    iterable: Expr
    body: Block
    label: str = ""


class Jump(Node, frozen=True):
    """``break``, ``continue``, ``return``, ``yield`` or ``become``, with label and value."""

    kind: str
    value: Expr | None = None
    label: str = ""


class Try(Node, frozen=True):
    """``x?``."""

    operand: Expr


class Await(Node, frozen=True):
    """``x.await``."""

    operand: Expr


class MacroCall(Node, frozen=True):
    """A macro call in a body.

    ``form`` tells how its tokens could be read: ``args`` (expressions between commas, named ones
    without their names), ``block`` (statements, in ``body``), ``items`` (in ``body`` too), or
    empty where they could not, with ``text`` then being the tokens. Assembly keeps its text too.
    """

    path: Path
    form: str
    args: tuple[Expr, ...] = ()
    body: Block | None = None
    text: str = ""


class Opaque(Node, frozen=True):
    """An expression we did not understand; a gap tells why."""

    why: str


Expr = (
    Lit
    | PathExpr
    | Call
    | MethodCall
    | Field
    | Index
    | Unary
    | Ref
    | Cast
    | Binary
    | Assign
    | Range
    | Tuple
    | Array
    | Repeat
    | StructLit
    | Closure
    | Block
    | If
    | LetCond
    | Match
    | While
    | Loop
    | For
    | Jump
    | Try
    | Await
    | MacroCall
    | Opaque
)


class Let(Node, frozen=True):
    """A ``let`` statement."""

    pat: Pat
    type: Type | None = None
    value: Expr | None = None
    orelse: Block | None = None
    cfg: Cfg | None = None


class ExprStmt(Node, frozen=True):
    """An expression as a statement, with or without its semicolon."""

    expr: Expr
    has_semicolon: bool = True
    cfg: Cfg | None = None


class ItemStmt(Node, frozen=True):
    """An item inside a body."""

    item: AnyItem


Stmt = Let | ExprStmt | ItemStmt


# -- items -------------------------------------------------------------------------------------


class Attribute(Node, frozen=True):
    """An attribute: ``#[unsafe(export_name = "x")]`` has path ``export_name``, args ``= "x"``.

    ``args`` are the tokens after the path as written, with their delimiters. ``cfg`` is the
    predicate of the ``cfg_attr`` it came from, ``is_inner`` tells ``#![…]``.
    """

    path: str
    args: str = ""
    is_unsafe: bool = False
    is_inner: bool = False
    cfg: Cfg | None = None

    @property
    def value(self) -> str:
        """The string of ``name = "string"``, unescaped no further than its quotes; else empty."""
        text = self.args.lstrip("=").strip()
        if text.startswith("r"):
            text = text[1:].strip("#")
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else ""


class Item(Node, frozen=True):
    """What every item has.

    ``start`` is where the item itself begins, after its attributes. ``visibility`` is empty for
    private, else ``pub``, ``crate``, ``super``, ``self``, or the path of ``pub(in path)``.
    ``cfg`` is the formula of the item's own ``cfg`` attributes.
    """

    name: str
    name_start: int
    visibility: str = ""
    attributes: tuple[Attribute, ...] = ()
    doc: str = ""
    cfg: Cfg | None = None


class Param(Node, frozen=True):
    """A parameter of a function."""

    pat: Pat
    type: Type | None
    cfg: Cfg | None = None


class Function(Item, frozen=True):
    """A function, method, or bodiless signature.

    ``receiver`` is empty, ``self``, ``&self``, ``&mut self``, or ``self: T`` with ``T`` in
    ``receiver_type``; ``receiver_lifetime`` is the ``a`` of ``&'a self``. ``abi`` is empty, or
    the name in ``extern "…"`` (``C`` where none is given). ``qualifiers`` holds those of const,
    async, unsafe, safe, default, gen that are written. ``holds_items`` is false where it is known
    that the body holds no item and no ``include!``.
    """

    params: tuple[Param, ...] = ()
    ret: Type | None = None
    generics: Generics = NO_GENERICS
    receiver: str = ""
    receiver_type: Type | None = None
    qualifiers: tuple[str, ...] = ()
    abi: str = ""
    body: Block | None = None
    holds_items: bool = True
    receiver_lifetime: str = ""

    @property
    def is_unsafe(self) -> bool:
        """Whether it is declared ``unsafe fn``."""
        return "unsafe" in self.qualifiers

    @property
    def is_async(self) -> bool:
        """Whether it is declared ``async fn``."""
        return "async" in self.qualifiers


class Static(Item, frozen=True):
    """A ``static`` or, with ``kind`` ``const``, a constant."""

    kind: str = "static"
    type: Type | None = None
    value: Expr | None = None
    is_mut: bool = False
    qualifiers: tuple[str, ...] = ()


class FieldDef(Node, frozen=True):
    """A field: its name (a number in a tuple struct), type and visibility."""

    name: str
    type: Type
    visibility: str = ""
    attributes: tuple[Attribute, ...] = ()
    doc: str = ""
    cfg: Cfg | None = None


class Variant(Node, frozen=True):
    """A variant of an enum; ``form`` is ``unit``, ``tuple`` or ``struct``."""

    name: str
    form: str
    fields: tuple[FieldDef, ...] = ()
    discriminant: Expr | None = None
    cfg: Cfg | None = None
    attributes: tuple[Attribute, ...] = ()
    doc: str = ""


class Adt(Item, frozen=True):
    """A struct, enum or union; ``form`` is ``unit``, ``tuple`` or ``struct``."""

    kind: str = "struct"
    form: str = "struct"
    generics: Generics = NO_GENERICS
    fields: tuple[FieldDef, ...] = ()
    variants: tuple[Variant, ...] = ()


class Trait(Item, frozen=True):
    """A trait; ``kind`` is ``trait``, ``alias`` or ``auto``."""

    kind: str = "trait"
    is_unsafe: bool = False
    generics: Generics = NO_GENERICS
    supertraits: tuple[Type, ...] = ()
    items: tuple[AnyItem, ...] = ()


class Impl(Item, frozen=True):
    """An impl; without a trait it is inherent. Its name is empty."""

    self_type: Type | None = None
    trait: Path | None = None
    is_unsafe: bool = False
    is_negative: bool = False
    generics: Generics = NO_GENERICS
    items: tuple[AnyItem, ...] = ()


class TypeAlias(Item, frozen=True):
    """``type A<T> = B<T>;``, also as an associated type, where the right side may be missing."""

    generics: Generics = NO_GENERICS
    type: Type | None = None
    bounds: tuple[Type, ...] = ()


class Module(Item, frozen=True):
    """``mod a;`` or, with ``is_inline``, ``mod a { … }``."""

    is_inline: bool = False
    items: tuple[AnyItem, ...] = ()


class Import(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One leaf of a ``use``: a path, and the name it binds: ``*`` for a glob, ``_`` for none."""

    names: tuple[str, ...]
    alias: str
    start: int
    is_global: bool = False


class Use(Item, frozen=True):
    """A ``use`` item, flattened to its leaves. Its name is empty."""

    imports: tuple[Import, ...] = ()


class ExternCrate(Item, frozen=True):
    """``extern crate a as b;``: the name is ``a``."""

    alias: str = ""


class ForeignMod(Item, frozen=True):
    """An ``extern "C" { … }`` block. Its name is empty."""

    abi: str = ""
    is_unsafe: bool = False
    items: tuple[AnyItem, ...] = ()


class MacroArm(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One arm of a macro definition: its matcher as text, and its body as it could be read.

    ``form`` is ``block``, ``items`` or ``args``, or empty where the body could not be read.
    Metavariables stand in the body as plain names.
    """

    matcher: str
    form: str
    items: tuple[AnyItem, ...] = ()
    body: Block | None = None
    start: int = 0
    end: int = 0
    fragments: tuple[tuple[str, str], ...] = ()


class MacroDef(Item, frozen=True):
    """``macro_rules!``, or a ``macro`` item."""

    arms: tuple[MacroArm, ...] = ()


class MacroItem(Item, frozen=True):
    """A macro call in the place of an item.

    Its name is the macro's path. ``items`` are those its tokens could be read as, with the
    formulas of ``cfg_if!`` and its like on them; ``body`` holds statements or arguments.
    """

    form: str = ""
    items: tuple[AnyItem, ...] = ()
    body: Block | None = None
    text: str = ""


class Region(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Bytes that stand for nothing that was understood."""

    start: int
    end: int
    why: str


AnyItem = (
    Function
    | Static
    | Adt
    | Trait
    | Impl
    | TypeAlias
    | Module
    | Use
    | ExternCrate
    | ForeignMod
    | MacroDef
    | MacroItem
)


class ItemTree(msgspec.Struct, frozen=True, gc=False):
    """What one file declares: its inner attributes and its items, in order of writing."""

    path: str
    attributes: tuple[Attribute, ...]
    doc: str
    cfg: Cfg | None
    items: tuple[AnyItem, ...]
    line_starts: tuple[int, ...]
    gaps: tuple[Gap, ...]

    def line_of(self, offset: int) -> int:
        """The line, from 1, on which the byte at ``offset`` stands."""
        return bisect_right(self.line_starts, offset)
