"""The only reader of the audited tree: which files there are, and what stands in them.

Listing and reading are two steps, so that a run which remembers contents need not read them.
Paths are relative to the root, POSIX and real. A symbolic link that stays inside the root is an
alias of what it leads to and is told apart as such; a file that a link leads to outside the root
is read under the path of the link, a folder there is not entered and is a gap.
"""

from soundcheck.workspace.discovery import walk_like_count_unsafe
from soundcheck.workspace.listing import ListedFile, Listing, list_files
from soundcheck.workspace.reading import Workspace, read_file, read_files
from soundcheck.workspace.root import UnusableInputError, find_root

__all__ = [
    "ListedFile",
    "Listing",
    "UnusableInputError",
    "Workspace",
    "find_root",
    "list_files",
    "read_file",
    "read_files",
    "walk_like_count_unsafe",
]
