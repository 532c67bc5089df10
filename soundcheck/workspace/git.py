"""git, asked about a repository: what it lists, and what its commits hold."""

import os
import subprocess

_GIT = ("git", "-c", "core.quotePath=off", "-c", "core.fsmonitor=false")
# A hook's environment names the repository and index that git itself is busy with.
_OF_A_HOOK = frozenset(
    {"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_IMPLICIT_WORK_TREE",
     "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE"}
)  # fmt: skip


def run_git(
    folder: str, *arguments: str, given: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """What git says when it is called in a folder, with ``given`` on its stdin.

    It asks for no password, takes no lock and writes nothing. Raises ``OSError`` where there is
    no git.
    """
    environment = {key: value for key, value in os.environ.items() if key not in _OF_A_HOOK}
    environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    return subprocess.run(  # noqa: S603 (a revision from outside is never taken for an option)
        (*_GIT, "-C", folder, *arguments),
        env=environment,
        input=given,
        capture_output=True,
        check=False,
    )
