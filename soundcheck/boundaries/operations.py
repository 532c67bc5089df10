"""Unsafe operations as values: what is done where, with which operands, and whence those come.

Nothing here says what is sound. A way that a value took is told by the names it passed, and a
condition that an operation stands under by the words it asks with; which of them prove something
is for facts and rules to say.
"""

from __future__ import annotations

import msgspec

from soundcheck.calls.sites import BodyId

# What `Origin.param` is for `self`, and for what is no parameter.
SELF = -1
NO_PARAM = -2


class Origin(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One place that an operand's value comes from.

    ``kind`` is

    - ``parameter``: of the function, by its index in ``param``;
    - ``closure``: a parameter of a closure whose caller is not known;
    - ``static``, ``constant``: a definition, or a literal;
    - ``borrow``: a reference or raw borrow of a place that ``name`` shows, made in this function;
    - ``memory``: read through a raw pointer;
    - ``call``: made by the callee that ``name`` shows, ``target`` if it is known;
    - ``dispatch``: made by whoever implements the trait's method ``target``;
    - ``fresh``: made here, from nothing;
    - ``assembly``: what assembly or a register gave;
    - ``unknown``.

    ``field`` is the last field that was read on the way, of the type ``owner`` (an index into
    ``DefMap.defs``, or -1): ``self.ring.base`` is the parameter ``self`` with the field ``base``.
    ``type`` is the kind of type that the value had where it came from, its fields read: see
    ``Kinds.of_type``; ``type_path`` names a struct, enum or union. ``steps`` are the calls and
    operators between there and the operand, those nearest to the operand first: a path where the
    callee is known, else a bare name; with ``()`` behind it where the value was an argument and
    not the receiver. ``checks`` are the words of the conditions on the value that hold at the
    operation: operators, methods, functions, ``match`` for a pattern, ``if`` for a truth value,
    ``==0`` for a comparison with nothing. ``is_offset`` tells that it is only added to an address.
    ``pointee`` is what the value points to where it first is a pointer, as text, before any cast.
    ``is_packed`` tells that the pointer is the address of a field that a packed struct misplaces.
    """

    kind: str
    name: str
    at: int
    param: int = NO_PARAM
    target: int = -1
    owner: int = -1
    field: str = ""
    type: str = ""
    type_path: str = ""
    steps: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    is_offset: bool = False
    pointee: str = ""
    is_packed: bool = False


class Operand(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What an operation works on: the pointer, or an argument by its index, ``self`` being -1.

    ``pointee`` is what a pointer points to, as text. ``align`` is 1 where that may stand at any
    address, 2 where it may not, and 0 where it is not known.
    """

    index: int
    start: int
    end: int
    type: str
    origins: tuple[Origin, ...]
    pointee: str = ""
    align: int = 0


class Operation(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One unsafe operation.

    ``kind`` is ``dereference`` of a raw pointer, ``call`` of an unsafe function, ``static`` (a
    mutable or foreign one is used), ``union`` (a field of one is read), ``packed`` (a field of a
    packed struct is borrowed that has an alignment) or ``assembly``. ``start..end`` is a small
    place. ``name`` is the full path of the callee or static, the field of the union or struct, the
    name of the macro. ``target`` is its definition or -1; for a dereference it is the struct, enum
    or union that is pointed to. ``type`` is what is pointed to, as text. ``access`` is ``read``,
    ``write``, ``borrow``, ``borrow mut``, or ``address`` where only the place's address is taken.
    ``block`` is where the innermost unsafe block begins, -1 without one. ``checks`` are the words
    of all conditions that it stands under. ``is_certain`` is false where the type or callee is not
    known, and nothing but the unsafe block speaks for it. ``is_returned`` tells that the function
    may return what the operation gives.
    """

    kind: str
    start: int
    end: int
    body: BodyId
    name: str
    target: int
    type: str
    access: str
    block: int
    operands: tuple[Operand, ...]
    checks: tuple[str, ...] = ()
    is_certain: bool = True
    is_returned: bool = False
