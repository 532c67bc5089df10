"""What goes into the pipeline: files and manifests as values, and the way to their facts."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from soundcheck.budget import Accounts
from soundcheck.finding import Gap
from soundcheck.source import SourceFile
from soundcheck.syntax.facts import FileFacts, Queries


class Input(msgspec.Struct, frozen=True):
    """What is audited: the files, the manifests, and which paths may be reported on.

    ``links`` are the symbolic links of the tree, ``vendored`` the copies of other people's code,
    ``gaps`` what could not be read at all, ``assembly`` the files that know functions by symbols.
    """

    files: tuple[SourceFile, ...]
    manifests: tuple[SourceFile, ...]
    links: tuple[tuple[str, str], ...] = ()
    vendored: frozenset[str] = frozenset()
    reported: frozenset[str] | None = None
    gaps: tuple[Gap, ...] = ()
    assembly: tuple[SourceFile, ...] = ()
    accounts: Accounts | None = None

    def is_reported(self, path: str) -> bool:
        """Whether findings and gaps at a path are shown; what is said of the budget always is."""
        if self.accounts is not None and path == self.accounts.budget.path:
            return True
        return self.reported is None or path in self.reported


Parse = Callable[[Sequence[SourceFile], Queries], Mapping[str, FileFacts]]
