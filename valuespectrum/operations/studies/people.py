"""``people``: sessions of people, out of files that you bring, as logs that stand beside those of agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.browse import open_feed
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import PeopleLayout
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from valuespectrum.sessions.people.importing import ImportedSession, KnownClip
    from vectorstore.corpus import Corpus


@dataclass(frozen=True, slots=True)
class PeopleSettings(CheckedSettings):
    """What makes a session; the names are those of the options of ``valuespectrum people``."""

    bounds: ClassVar[Bounds] = {"kept_from": (0, ENDLESS), "gap": (0.01, ENDLESS), "least_steps": (1, ENDLESS)}

    kept_from: float = 3.0
    """Seconds from which on a clip counts as watched on; a shorter clip from its whole length."""
    gap: float = 30.0
    """Minutes without a clip that end a session, where the files name none."""
    least_steps: int = 5
    """Shorter sessions are left out."""
    embedder: str = ""
    """Embedder spec; empty takes the one that made the corpus."""


@dataclass(frozen=True, repr=False)
class PeopleSessions(Outcome):
    """Sessions of people that were written."""

    logs: tuple[Path, ...]
    """Session logs, for ``compare`` and ``report``."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each session: its log and steps."""
        return list(self.document["sessions"])


def people(
    layout: PeopleLayout,
    files: str | PathLike[str],
    corpus: str | PathLike[str],
    folder: str | PathLike[str] = "people",
    settings: PeopleSettings | None = None,
    teller: Teller | None = None,
) -> PeopleSessions:
    """Write sessions of people as logs; nothing is downloaded or sent, and ids of people become hashes with a key.

    The key is drawn once and kept in the folder, readable by its owner alone: without it nobody can try ids.

    The clips must be in the corpus already: they are found by the names of their files, or by their links.

    Args:
        layout: ``"personaact"``, ``"shortvideo"``, or ``"history"`` for a platform's export of your own data, which
            says what was shown and not for how long, so that feeds are told and no profile.
        files: Folder or file of that layout.
        corpus: Corpus folder.
        folder: Where the logs go, as ``person-ID-NUMBER.jsonl``.
        settings: What makes a session.
        teller: Who is told how it goes.

    Raises:
        InputError: The files are not of the layout, none of their clips is in the corpus, a log of another session is
            there, or logs are there without the key by which their ids were hashed.
        StorageError: A log cannot be written.

    Example::

        vs.people("personaact", "raw_data", "my-corpus")
    """
    from valuespectrum.runs.feed import write_feed
    from valuespectrum.sessions.people.importing import PeopleImportOptions, import_people
    from valuespectrum.sessions.people.layouts import read_layout
    from valuespectrum.sessions.people.pseudonyms import keep_key, key_path, read_key
    from vectorstore.corpus import Corpus
    from vectorstore.foundation.disk import refuse_unwritable, write_durably

    settings, teller = settings or PeopleSettings(), teller or Unattended()
    options = PeopleImportOptions(settings.kept_from, 60 * settings.gap, settings.least_steps)
    refuse_unwritable(user_path(folder) / "person.jsonl")
    key = read_key(user_path(folder))
    teller.doing(f"reading {files}")
    notes: list[str] = []
    rows = read_layout(layout, user_path(files), notes.append)
    feed, catalogue = open_feed(user_path(corpus), settings.embedder, [], teller)
    with Corpus.open(user_path(corpus)) as opened:
        lengths = {clip.item.item_id: clip.seconds for clip in catalogue.clips.values()}
        known = _known(opened, lengths)
        found = import_people(rows, known, catalogue.content_hash(), options, layout, key)
        logs = {user_path(folder) / f"{each.name}.jsonl": each for each in found.sessions}
        for log, each in logs.items():
            _refuse_other(log, each)
        keep_key(user_path(folder), key)
        for log, each in logs.items():
            with storage_errors(log):
                write_durably(log, _content(each), mode=0o600)
            write_feed(log, opened, catalogue, feed)
    sessions = [{"log": str(log), "steps": len(each.events)} for log, each in logs.items()]
    document = {
        "sessions": sessions,
        "unknown_clips": found.unknown_clips,
        "ambiguous_clips": found.ambiguous_clips,
        "untimed_clips": found.untimed_clips,
        "short_sessions": found.short,
        "notes": notes,
        "key": str(key_path(user_path(folder))),
    }
    lines = [
        table(("log", "steps"), [(row["log"], row["steps"]) for row in sessions]),
        f"{found.unknown_clips:,} clips are not in the corpus, {found.short:,} sessions were too short",
    ]
    if found.ambiguous_clips:
        lines.append(f"{found.ambiguous_clips:,} clips are left out, since several of the corpus have their name")
    if found.untimed_clips:
        lines.append(f"{found.untimed_clips:,} clips are left out, since nothing says when they were watched")
    lines += [*notes, f"ids of people were hashed with {document['key']}: whoever has it can try ids"]
    return PeopleSessions(document, "\n".join(lines), tuple(logs))


def _known(corpus: Corpus, lengths: Mapping[str, float]) -> list[KnownClip]:
    from valuespectrum.sessions.people.importing import KnownClip, clip_names

    return [
        KnownClip(clip.clip_id, lengths[clip.clip_id], clip_names(clip.source, clip.page_url))
        for clip in corpus.clips()
    ]


def _refuse_other(log: Path, session: ImportedSession) -> None:
    """Refuse what is there already and is not this session, before any is written.

    Raises:
        InputError: Something else is there.
        StorageError: It cannot be read.
    """
    with storage_errors(log):
        if log.exists() and log.read_bytes() != _content(session):
            raise InputError(f"{log} is there already and differs", "name another folder with --out")


def _content(session: ImportedSession) -> bytes:
    from agents.browsing.log import encode

    return b"".join([encode(session.manifest), *map(encode, session.events)])
