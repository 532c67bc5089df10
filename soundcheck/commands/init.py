"""``soundcheck init``: the first run, after which only what is new is reported."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundcheck.catalog.settings import Settings, setting_keys, toml_value, values_of
from soundcheck.commands.auditing import Choice, read_accepted, run_audit, shown
from soundcheck.commands.failures import told
from soundcheck.commands.options import EVERY_BUILD, Common, takes_common
from soundcheck.commands.outputs import Target, write
from soundcheck.commands.session import Session
from soundcheck.finding import SEVERITIES
from soundcheck.workspace import SETTINGS, find_root

if TYPE_CHECKING:
    from soundcheck.finding import Report

# What a run does that is told nothing but by its configuration.
_AS_CONFIGURED = Choice((), (), (), None, None, None, (), "")
_HEAD = """\
# What soundcheck is told of this project; what is commented out is the default, or an example.
# `soundcheck config show` tells what is in force, `soundcheck config schema` what may stand here.
"""
# What a default does not show: how it is written.
_EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "exclude": ('exclude = ["/tools/", "**/generated/*.rs"]',),
    "rules": ('rules = ["tools/soundcheck/rules"]',),
    "profiles": ('profiles = ["tools/soundcheck/profiles"]',),
    "target": ('target = "x86_64-unknown-none"',),
    "cfg": ("cfg = ['feature_of_ours', 'level=\"2\"']",),
    "severity": ("[severity]", 'undocumented-unsafe = "warning"'),
    "per-path": (
        "[[per-path]]",
        'paths = ["/tools/", "**/bindings.rs"]',
        'ignore = ["docs"]',
        'severity = { static-mut = "note" }',
    ),
}


@click.command(name="init", short_help="begin: a configuration, and a baseline of what there is")
@takes_common
def command(common: Common) -> None:
    """Begin to use soundcheck in the workspace that PATH belongs to.

    Write a soundcheck.toml that shows every setting, tell which profile fits and how much is
    found, and accept that in a baseline, so that `soundcheck check` tells what is new. What is
    there already stays as it is.
    """
    with told():
        root = find_root(common.paths, common.root)
    # All of the workspace is meant, whichever part of it was named.
    session = Session(common._replace(paths=(), root=root))
    accepted = read_accepted(session, None)
    report, _, _ = run_audit(session, EVERY_BUILD, _AS_CONFIGURED, accepted=accepted)
    click.echo(_written(Path(root), session))
    click.echo(_fitting(session))
    click.echo(_found(report))
    click.echo(_accepted(session, report))


def _written(root: Path, session: Session) -> str:
    file = root / SETTINGS
    if file.exists() or file.is_symlink():
        return f"{SETTINGS} is there already"
    if session.configuration.stated:
        return f"{session.configuration.stated[-1].path} holds the settings already"
    write(Target("toml", file), "\n".join([_HEAD, *template()]))
    return f"{SETTINGS} is new: every setting, commented out"


def template() -> Iterator[str]:
    """The lines that tell of each setting; those of tables come last, so that all may be read."""
    defaults = values_of(Settings())
    for key, spec in setting_keys().items():
        yield f"# {spec.about}"
        for line in _EXAMPLES.get(key, (f"{key} = {toml_value(defaults[key])}",)):
            yield f"#{line}"
        yield ""


def _fitting(session: Session) -> str:
    """Which profiles know this kernel, besides those that hold everywhere."""
    from soundcheck.catalog.choosing import choose_profiles
    from soundcheck.crates.files import FileIndex
    from soundcheck.crates.manifests import read_manifests

    space = session.workspace
    index = FileIndex([file.path for file in space.files], space.links)
    packages = read_manifests(space.manifests, index, space.vendored).packages
    names = {package.name for package in packages}
    crates = {one.name for package in packages for one in package.dependencies}
    chosen = choose_profiles(session.catalog.profiles, names, crates, session.profiles)
    own = [profile.name for profile in chosen if not profile.is_always]
    if not own:
        return "no profile knows this kernel: only facts that hold everywhere are used"
    return f"the profile of this kernel: {', '.join(own)}"


def _found(report: "Report") -> str:
    counts = Counter(finding.severity for finding in report.findings)
    parts = [
        f"{counts[severity]:,} {severity}{'' if counts[severity] == 1 else 's'}"
        for severity in SEVERITIES
    ]
    number = len(report.suppressed)
    accepted = f", besides {number:,} that {'is' if number == 1 else 'are'} accepted"
    return f"found: {', '.join(parts)}{accepted if number else ''}"


def _accepted(session: Session, report: "Report") -> str:
    """Accept what was found, unless there is a baseline."""
    from soundcheck.triage.baseline import accept, write_baseline

    name = shown(session.baseline, session.root)
    if session.baseline.exists():
        return f"{name} is there already; `soundcheck baseline update` adds to it"
    if not report.findings:
        return f"{name} is not needed: there is nothing to accept"
    entries = [accept(finding) for finding in report.findings]
    write(Target("toml", session.baseline), write_baseline(entries))
    return f"{name} is new: it accepts what was found, and `soundcheck check` tells what is new"
