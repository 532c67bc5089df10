"""What people made of findings, as the HTML report hands it out: JSON with a verdict each.

``{"version": 1, "reviews": [{"fingerprint": "…", "state": "sound", "note": "…", "reviewer":
"…"}], "sites": [{"site": "…", "state": "sound", …}]}``. Of the states, ``false-alarm`` and
``sound`` are reasons to be silent.
"""

import enum
from collections.abc import Mapping
from typing import Literal

import msgspec

from soundcheck.finding import Accepted, Finding
from soundcheck.triage.baseline import accept


class State(enum.StrEnum):
    """What came out of a review."""

    UNREVIEWED = "unreviewed"
    SOUND = "sound"
    UNSOUND = "unsound"
    FALSE_ALARM = "false-alarm"
    FIXED = "fixed"


_SILENT = {State.FALSE_ALARM: "false alarm", State.SOUND: "found sound"}


class Review(msgspec.Struct, frozen=True):
    """What one person made of one finding."""

    fingerprint: str
    state: State
    note: str = ""
    reviewer: str = ""


class SiteReview(msgspec.Struct, frozen=True):
    """What one person made of one unsafe site; ``site`` is its key in the report."""

    site: str
    state: State
    note: str = ""
    reviewer: str = ""


class Reviews(msgspec.Struct, frozen=True):
    """A file of reviews, version 1: those of findings, and those of unsafe sites."""

    version: Literal[1]
    reviews: tuple[Review, ...]
    sites: tuple[SiteReview, ...] = ()


class Imported(msgspec.Struct, frozen=True):
    """The entries that reviews make, and how many of them are about no finding there is."""

    entries: tuple[Accepted, ...]
    lost: int


def read_reviews(data: bytes) -> Reviews | str:
    """The reviews in a file, or why they cannot be read."""
    try:
        return msgspec.json.decode(data, type=Reviews)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return str(error)


def import_reviews(reviews: Reviews, findings: Mapping[str, Finding]) -> Imported:
    """Entries for what was found sound or a false alarm; the note is the reason.

    ``findings`` are those there are, by fingerprint.
    """
    silent = [review for review in reviews.reviews if review.state in _SILENT]
    entries = tuple(
        accept(findings[one.fingerprint], one.note.strip() or _SILENT[one.state], one.reviewer)
        for one in silent
        if one.fingerprint in findings
    )
    return Imported(entries, sum(one.fingerprint not in findings for one in silent))
