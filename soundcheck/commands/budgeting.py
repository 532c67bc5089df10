"""The budget of a session: the committed file, and the counts that its ceilings are held to."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from soundcheck.commands.failures import RunError
from soundcheck.commands.session import Session
from soundcheck.source import SourceFile
from soundcheck.syntax.columns import OWN_PROFILE

if TYPE_CHECKING:
    from soundcheck.budget import Accounts


def read_accounts(session: Session) -> "Accounts | None":
    """The budget beside the configuration, with what its counting profile counts; or none."""
    from soundcheck.budget import Accounts, read_budget

    path = session.budget
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise RunError(f"{_shown(path, session.root)}: cannot be read: {reason}") from error
    budget = read_budget(_shown(path, session.root), text)
    if isinstance(budget, tuple):
        raise RunError("\n".join(["the budget cannot be used:", *map(str, budget)]))
    if budget.counting == OWN_PROFILE or not budget.ceilings:
        return Accounts(budget)
    return Accounts(budget, list_events(session, session.workspace.files, budget.counting))


def list_events(
    session: Session, files: Sequence[SourceFile], profile: str
) -> Mapping[str, list[tuple[int, int, int]]]:
    """What one of geiger's profiles counts in each file, from the cache where it is known."""

    def list_encoded(file: SourceFile) -> bytes:
        from soundcheck.syntax.tally import list_events

        return msgspec.msgpack.encode(list_events(file, profile))

    encoded = session.store.remembered(f"events:{profile}", b"", files, list_encoded)
    decode = msgspec.msgpack.Decoder(list[tuple[int, int, int]]).decode
    return {file.path: decode(value) for file, value in zip(files, encoded, strict=True)}


def _shown(path: Path, root: str) -> str:
    """A path as messages name it: from the root, where it lies below it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
