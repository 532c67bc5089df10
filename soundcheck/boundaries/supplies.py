"""What bodies give to others, kept from run to run while the body and all names stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from soundcheck.boundaries.operations import Origin


class Supply(NamedTuple):
    """One place that a value is given at, and where it comes from there.

    ``func`` is the definition whose body it is. ``how`` is ``call``, ``literal``, ``assign``,
    ``borrow`` or ``return``; ``value`` where a function is passed on as a value and nobody knows
    with what it is called, and ``assembly`` where assembly calls it. ``is_read`` is false where
    the place could not be read, and nothing is known of the value.
    """

    func: int
    start: int
    end: int
    how: str
    origins: tuple[Origin, ...] = ()
    is_read: bool = True


class Question(NamedTuple):
    """What was asked of a body.

    At a place in it: what it passes for the parameter ``which`` of the function ``target``, or
    writes to the field ``which`` of the type ``target``. At none: what it returns.
    """

    func: int
    start: int = -1
    end: int = -1
    target: int = -1
    which: str = ""


_Answers = dict[Question, tuple[Supply, ...]]
_ANSWERS = msgspec.msgpack.Decoder(_Answers)


class Supplies:
    """Answers by file and question: those that are known, and those that were found anew.

    ``known`` are encoded answers by path. They hold for as long as the file and every name, type
    and signature of the program stay, since an answer tells of definitions by their index.
    """

    def __init__(self, known: Mapping[str, bytes]) -> None:
        self._known = known
        self._answers: dict[str, _Answers] = {}
        self._new: set[str] = set()

    def of(
        self, path: str, question: Question, find: Callable[[], tuple[Supply, ...]]
    ) -> tuple[Supply, ...]:
        """The answer to a question about a body in a file, found if it is not known."""
        answers = self._answers.get(path)
        if answers is None:
            data = self._known.get(path)
            answers = self._answers[path] = {} if data is None else _ANSWERS.decode(data)
        if question not in answers:
            answers[question] = find()
            self._new.add(path)
        return answers[question]

    def new(self) -> dict[str, bytes]:
        """All answers about the files of which there are new ones, encoded."""
        return {path: msgspec.msgpack.encode(self._answers[path]) for path in sorted(self._new)}
