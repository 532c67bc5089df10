"""What a command works with: the listed files, the cache, and the stages run through both."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from soundcheck.cache import key_of
from soundcheck.commands.failures import RunError, told
from soundcheck.commands.options import EVERY_BUILD, Common, Selected
from soundcheck.commands.outputs import note
from soundcheck.commands.store import Store, compiled
from soundcheck.pool import map_bytes
from soundcheck.resources import catalog_hash, code_hash, keep_compiled, load_compiled
from soundcheck.source import SourceFile
from soundcheck.workspace import (
    Workspace,
    find_commit,
    find_root,
    has_settings,
    list_files,
    read_commit,
    read_files,
)

if TYPE_CHECKING:
    from soundcheck.bodies import BodyFacts
    from soundcheck.calls.linking import LinkedBodies, World
    from soundcheck.catalog import Catalog
    from soundcheck.catalog.targets import Theory
    from soundcheck.checking import Task
    from soundcheck.commands.configuration import Configuration
    from soundcheck.crates.configurations import Asked
    from soundcheck.crates.definitions import Def
    from soundcheck.input import Input
    from soundcheck.model import Link, Model
    from soundcheck.syntax.facts import FileFacts, Queries


class Session:
    """The workspace of one run, and the stages run on it."""

    def __init__(self, common: Common, profiles: tuple[str, ...] = ()) -> None:
        if common.config is not None and common.isolated:
            raise RunError("--config and --isolated contradict each other")
        self.common = common
        self._profiles = profiles
        with told():
            self.root = find_root(common.paths, common.root)
            exclude = self._excluded()
            forced = exclude if common.force_exclude else ()
            self.listing = list_files(
                self.root, common.paths, exclude=exclude, force_exclude=forced
            )
        self.store = Store(common, Path(self.root))
        self._asked = b""
        # A hash of what the bodies of the program rest on besides themselves, once it is linked.
        self._salt = b""

    def _excluded(self) -> tuple[str, ...]:
        """The globs to exclude by; without any configuration, what reads one is not loaded."""
        return self.configuration.settings.exclude if self._is_configured else ()

    @cached_property
    def _is_configured(self) -> bool:
        common = self.common
        return common.config is not None or (not common.isolated and has_settings(self.root))

    @cached_property
    def configuration(self) -> "Configuration":
        """What ``soundcheck.toml`` at the root says, or the file that stands for it."""
        from soundcheck.commands.configuration import open_configuration

        return open_configuration(self.root, self.common.config, is_isolated=self.common.isolated)

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that are named, on the command line or else in the configuration."""
        return self._profiles or self.configuration.settings.profile

    @cached_property
    def catalog(self) -> "Catalog":
        """The rules and profiles there are, the configuration's own among them."""
        from soundcheck.catalog.library import decode_catalog, encode_catalog
        from soundcheck.commands.policy import open_catalog

        if self.configuration.stated or self._profiles:
            return open_catalog(self.configuration, self._profiles, is_held=False)
        # Reading what ships with the program takes as long as half of an audit that is warm.
        return decode_catalog(
            compiled("rules", lambda: encode_catalog(open_catalog(is_held=False)))
        )

    @cached_property
    def theory(self) -> "Theory":
        """What is known of ``cfg`` options and targets."""
        import msgspec

        from soundcheck.catalog.targets import Theory
        from soundcheck.commands.policy import open_theory

        data = compiled("targets", lambda: msgspec.msgpack.encode(open_theory()))
        return msgspec.msgpack.decode(data, type=Theory)

    @cached_property
    def baseline(self) -> Path:
        """The file of the findings that are accepted for now, whether it is there or not."""
        return self.configuration.folder / self.configuration.settings.baseline

    @cached_property
    def budget(self) -> Path:
        """The file of the ceilings for unsafe code, whether it is there or not."""
        return self.configuration.folder / self.configuration.settings.budget

    @cached_property
    def workspace(self) -> Workspace:
        """The contents of what was listed."""
        with told():
            space = read_files(self.listing)
        if not self.common.quiet and not self.common.isolated:
            self._tell_unread(space)
        return space

    def at(self, revision: str, named: Sequence[str] = ("",)) -> "Session":
        """The same run on a commit: with its files, and the settings of the work tree.

        ``named`` are the paths to report on, relative to the root.
        """
        exclude = self._excluded()
        with told():
            commit = find_commit(self.root, revision)
            space = read_commit(
                self.root,
                commit,
                named=named,
                exclude=exclude,
                force_exclude=exclude if self.common.force_exclude else (),
            )
        other = copy(self)
        other.__dict__.pop("input", None)
        other.workspace = space
        other.store = Store(self.common, Path(self.root))
        return other

    def with_texts(self, texts: Mapping[str, bytes]) -> "Session":
        """The same run with other contents of some files, by their absolute path.

        A file that git does not list, or that is not there yet, is not taken in.
        """
        prefix = f"{self.root.rstrip('/')}/"
        known = {path.removeprefix(prefix): data for path, data in texts.items()}

        def read(files: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
            return tuple(SourceFile(one.path, known.get(one.path, one.data)) for one in files)

        space = self.workspace
        other = copy(self)
        other.__dict__.pop("input", None)
        other.workspace = replace(
            space,
            files=read(space.files),
            manifests=read(space.manifests),
            assembly=read(space.assembly),
        )
        return other

    def _tell_unread(self, space: Workspace) -> None:
        """Tell of settings below the root, where somebody may believe that they count."""
        own = [file for file in space.manifests if file.path not in space.vendored]
        paths = [f.path for f in self.listing.settings if f.path not in space.vendored]
        if not paths and not any(b"soundcheck" in file.data for file in own):
            return
        from soundcheck.commands.configuration import nested_settings

        for path in nested_settings(own, paths):
            note(f"{path}: its settings are not read, as it is not at the root")

    @cached_property
    def input(self) -> "Input":
        """What the pipeline takes."""
        from soundcheck.input import Input

        space = self.workspace
        return Input(
            files=space.files,
            manifests=space.manifests,
            links=space.links,
            vendored=space.vendored,
            reported=space.reported,
            gaps=space.gaps,
            assembly=space.assembly,
        )

    def parse(self, files: Sequence[SourceFile], queries: "Queries") -> "Mapping[str, FileFacts]":
        """The facts of files, from the cache or from as many processes as there are jobs."""
        import msgspec

        from soundcheck.crates.stubs import is_stub
        from soundcheck.syntax.facts import FileFacts

        encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(FileFacts)
        encoded = self._parsed_stubs([file for file in files if is_stub(file.path)])
        others = [file for file in files if file.path not in encoded]
        made = self.store.remembered(
            "facts",
            repr(queries).encode(),
            others,
            lambda file: encoder.encode(_parse(file, queries)),
        )
        encoded |= {file.path: value for file, value in zip(others, made, strict=True)}
        return {file.path: decoder.decode(encoded[file.path]) for file in files}

    def _parsed_stubs(self, stubs: Sequence[SourceFile]) -> dict[str, bytes]:
        """The facts of what ships with the program, encoded; no rule's query is asked there."""
        import msgspec

        salt = code_hash()
        keys = {file.path: key_of(salt, file.path, file.data) for file in stubs}
        known = load_compiled("stubs", salt) if stubs else {}
        missing = [file for file in stubs if keys[file.path] not in known]
        if missing:
            made = self.store.made(
                "facts", lambda file: msgspec.msgpack.encode(_parse(file, ())), missing
            )
            known |= {keys[file.path]: value for file, value in zip(missing, made, strict=True)}
            keep_compiled("stubs", salt, known)
        return {path: known[key] for path, key in keys.items()}

    def recall(self, what: str, rest: bytes, paths: "Sequence[str]") -> "dict[str, bytes]":
        """What was made of files as they are now, by the code as it is now; see ``Memory``."""
        keys = self._keys(what, rest, paths)
        known = self.store.cache.load(what, keys.values())
        return {path: known[key] for path, key in keys.items() if key in known}

    def keep(self, what: str, rest: bytes, values: "Mapping[str, bytes]") -> None:
        """Keep what was made of files."""
        keys = self._keys(what, rest, values)
        self.store.cache.store(what, {keys[path]: values[path] for path in keys})

    def _keys(self, what: str, rest: bytes, paths: "Iterable[str]") -> "dict[str, bytes]":
        """The keys of those files that are not ours."""
        salt = rest + (
            self._salt
            if what == "supplies"
            else code_hash("catalog", "checks", "checking", "program", "crates", "boundaries")
        )
        texts = {file.path: file.data for file in self.input.files}
        return {path: key_of(salt, path, texts[path]) for path in paths if path in texts}

    def spread(self, tasks: "Sequence[Task]") -> list[bytes]:
        """What tasks give, from one process or several."""
        sizes = {file.path: len(file.data) for file in self.input.files}
        weights = [sum(sizes[path] for path in task.paths) for task in tasks]
        with told():
            return map_bytes(lambda task: task.work(), tasks, weights, self.store.jobs)

    def is_narrowed(self, selected: Selected) -> bool:
        """Whether the run is narrowed to a configuration, by the command line or the settings."""
        if selected != EVERY_BUILD:
            return True
        return self._is_configured and self.asked(selected) != type(self.asked(selected))()

    def asked(self, selected: Selected) -> "Asked":
        """The configuration that the run is narrowed to."""
        from soundcheck.crates.configurations import Asked

        settings = self.configuration.settings
        target = selected.target or settings.target
        asked = Asked(
            target,
            _read_spec(target, Path() if selected.target else self.configuration.folder),
            selected.features or settings.features,
            selected.cfgs or settings.cfg,
            selected.no_default_features or settings.no_default_features,
            selected.all_features or settings.all_features,
        )
        self._asked = repr(asked).encode()
        return asked

    def model(self, selected: Selected = EVERY_BUILD) -> "Model":
        """The program model: every name and every call, and what bodies do."""
        return self._model(selected, self.link)

    def call_model(self, selected: Selected = EVERY_BUILD) -> "Model":
        """The program model without what bodies do besides calling: for who asks for no more."""
        return self._model(selected, self.link_calls)

    def _model(self, selected: Selected, link: "Link") -> "Model":
        from soundcheck.model import build_model
        from soundcheck.resolving import UnusableSelectionError

        asked = self.asked(selected)
        try:
            return build_model(
                self.input,
                self.catalog.profiles,
                self.theory,
                self.parse,
                link,
                asked,
                named=self.profiles,
            )
        except UnusableSelectionError as error:
            raise RunError(str(error)) from error
        finally:
            self.store.close()

    def link(
        self,
        world: "World",
        facts: "Mapping[str, FileFacts]",
        files: "Sequence[tuple[str, Sequence[Def]]]",
    ) -> "Iterable[BodyFacts]":
        """Walk the bodies of each file; those of a file that stays, in a world that stays, once."""
        import msgspec

        from soundcheck.bodies import BodyFacts, read_bodies

        bodies = dict(files)
        self._salt = self._salt_of_bodies(facts)
        encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(BodyFacts)
        encoded = self.store.remembered(
            "bodies",
            self._salt,
            self._sources(files),
            lambda file: encoder.encode(read_bodies(world, bodies[file.path])),
        )
        return [decoder.decode(value) for value in encoded]

    def link_calls(
        self,
        world: "World",
        facts: "Mapping[str, FileFacts]",
        files: "Sequence[tuple[str, Sequence[Def]]]",
    ) -> "Iterable[LinkedBodies]":
        """Walk the bodies of each file for what they call alone."""
        import msgspec

        from soundcheck.calls.linking import LinkedBodies, read_links

        bodies = dict(files)
        encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(LinkedBodies)
        encoded = self.store.remembered(
            "links",
            self._salt_of_bodies(facts),
            self._sources(files),
            lambda file: encoder.encode(read_links(world, bodies[file.path])),
            fuller="bodies",
        )
        return [decoder.decode(value) for value in encoded]

    def _salt_of_bodies(self, facts: "Mapping[str, FileFacts]") -> bytes:
        """A hash of all that links depend on besides the bodies themselves."""
        salt = (
            code_hash("crates", "types", "calls", "contexts", "boundaries", "bodies")
            + catalog_hash()
        )
        digest = blake2b(salt + self._asked, digest_size=32)
        for path, text in sorted(self.configuration.profiles.items()):
            digest.update(repr((path, text)).encode())
        for manifest in self.input.manifests:
            digest.update(manifest.path.encode() + b"\0" + manifest.data)
        for path in sorted(facts):
            digest.update(path.encode() + b"\0" + facts[path].interface)
        return digest.digest()

    def _sources(self, files: "Sequence[tuple[str, Sequence[Def]]]") -> list[SourceFile]:
        """The files that bodies stand in; a stub is as good as its interface."""
        texts = {file.path: file for file in self.input.files}
        return [texts.get(path, SourceFile(path, b"")) for path, _ in files]


def _parse(file: SourceFile, queries: "Queries") -> "FileFacts":
    """Parse one file; the grammar is loaded when the first file needs it."""
    from soundcheck.syntax.reading import parse

    return parse(file, queries)


def _read_spec(target: str, folder: Path) -> str:
    """The text of a target specification, its path relative to ``folder``; empty for a triple."""
    if not target.endswith(".json"):
        return ""
    try:
        return (folder / target).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{target}: cannot be read: {error}") from error
