"""Which profiles a run uses: those that hold everywhere, that fit what is audited, or are named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase

from soundcheck.catalog.profiles import Profile


def choose_profiles(
    profiles: Mapping[str, Profile],
    packages: Collection[str],
    crates: Collection[str],
    named: Iterable[str] = (),
) -> tuple[Profile, ...]:
    """The profiles for a workspace, the particular before the general.

    ``packages`` are the names of its packages, ``crates`` the names by which its code calls
    others. Where profiles are ``named``, no other is chosen but those that hold everywhere.
    """
    wanted = tuple(dict.fromkeys(named))
    if wanted:
        chosen = [profiles[name] for name in wanted]
    else:
        chosen = [one for one in profiles.values() if _fits(one, packages, crates)]
    general = [one for one in profiles.values() if one.is_always]
    return (*(one for one in chosen if not one.is_always), *general)


def _fits(profile: Profile, packages: Collection[str], crates: Collection[str]) -> bool:
    return any(
        fnmatchcase(name, pattern)
        for patterns, names in ((profile.manifests, packages), (profile.imports, crates))
        for pattern in patterns
        for name in names
    )
