"""What the comments beside unsafe code argue: from ``// SAFETY: …`` to the words behind it."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

_SIGNS = re.compile(r"^[ \t]*(?:/\*+!?|//+!?|\*+/|\*(?!\*))?[ \t]*|[ \t]*\*+/[ \t]*$", re.MULTILINE)
_EMPHASIS = re.compile(r"[`*]+")
# What may stand before a mark that does not begin its line: the end of a sentence, or a remark.
_BEFORE = r"[.;!?)]\s+|\b(?:NB|Note)[:.]?\s+"


class Marks(NamedTuple):
    """What makes a comment an argument: a word with a colon or a heading, or a sentence."""

    word: re.Pattern[str]
    sentence: re.Pattern[str]


@cache
def read_marks(words: tuple[str, ...], sentences: tuple[str, ...]) -> Marks:
    """The marks of a rule: ``words`` whatever their case, ``sentences`` unless they are denied."""
    word = "|".join(map(re.escape, words))
    # Alone on its line it is a head only if it looks like one; prose may break anywhere.
    head = "|".join(re.escape(one) for text in words for one in (text.upper(), text.capitalize()))
    end = rf"[^\S\n]*(?:\([^)\n]*\)\s*)?[:\-\u2013\u2014]|^[\s\-]*(?-i:{head})$"
    return Marks(
        re.compile(
            rf"^[\s\-]*#+\s*(?:{word})\b\s*:?|^[\s\-]*(?:{word}){end}|(?:{_BEFORE})(?:{word})\s*:",
            re.IGNORECASE | re.MULTILINE,
        ),
        any_of(sentences),
    )


@cache
def any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for phrases as whole words, whatever their case, where none is denied."""
    choice = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in phrases)
    if not choice:
        return re.compile(r"(?!)")
    return re.compile(
        rf"(?<!\w)(?<!\bnot )(?<!n't )(?<!\bnever )(?<!\balmost )(?:{choice})(?!\w)", re.IGNORECASE
    )


def argument_of(marks: Marks, comments: Iterable[str]) -> str | None:
    """What the first of ``comments`` with a mark argues, on one line; ``None`` where none has one.

    A sentence is itself a part of the argument, a word is not.
    """
    for comment in comments:
        text = plain(comment)
        word = marks.word.search(text)
        if word is not None:
            return one_line(text[word.end() :])
        sentence = marks.sentence.search(one_line(text))
        if sentence is not None:
            return one_line(text)[sentence.start() :]
    return None


def plain(comment: str) -> str:
    """The lines of a comment without the signs that make it one, and without emphasis."""
    return _EMPHASIS.sub("", _SIGNS.sub("", comment))


def one_line(text: str) -> str:
    """A text with a space for each run of white space."""
    return " ".join(text.split())
