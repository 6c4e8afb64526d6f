"""Sessions of people as our own logs, so that they stand in one table with those of agents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING

from valuespectrum.sessions.people.layouts import PersonWatched
from valuespectrum.sessions.people.pseudonyms import LOGS, new_key, pseudonym
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.browsing.log import Event, SessionManifest

_OBSERVED = "observed"
_NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class PeopleImportOptions:
    """What makes a session and what makes watching."""

    kept_from: float = 3.0
    """Seconds from which on a clip counts as watched on; a shorter clip from its whole length."""
    gap: float = 1800.0
    """Seconds without a clip that end a session, where the layout names none."""
    least_steps: int = 5
    """Shorter sessions are left out."""

    def __post_init__(self) -> None:
        if not (self.kept_from >= 0 and self.gap > 0 and self.least_steps >= 1):
            raise InputError("kept_from is 0 or more, gap above 0, and a session has at least one step")


@dataclass(frozen=True, slots=True)
class KnownClip:
    """A clip of the corpus."""

    clip_id: str
    seconds: float
    names: tuple[str, ...]
    """By which it may be called: name of its file without ending, link, page."""


@dataclass(frozen=True, slots=True)
class ImportedSession:
    """One session of a person."""

    name: str
    manifest: SessionManifest
    events: tuple[Event, ...]


@dataclass(slots=True)
class ImportedPeople:
    """What came of it."""

    sessions: list[ImportedSession] = field(default_factory=list)
    unknown_clips: int = 0
    """Clips that were watched and are not in the corpus; they are left out of their sessions."""
    ambiguous_clips: int = 0
    """Clips that were watched under a name that several clips of the corpus have; they are left out, too."""
    untimed_clips: int = 0
    """Clips without a time, of people whose others have one and whose sessions are told by gaps; they are left out."""
    short: int = 0
    """Sessions that were left out."""


def import_people(
    rows: Sequence[PersonWatched],
    clips: Sequence[KnownClip],
    catalogue_hash: str,
    options: PeopleImportOptions | None = None,
    layout: str = "",
    key: bytes = b"",
) -> ImportedPeople:
    """Sessions of people as manifests and events; ids of people are replaced by hashes with a key.

    A clip that a person met before in the session is left out: sessions show a clip once. Chances are not known, so
    that events have no candidates and nothing is reweighted.

    Args:
        rows: What was watched.
        clips: Of the corpus.
        catalogue_hash: Of the catalogue that they make.
        options: What makes a session.
        layout: Where rows come from, for the manifest.
        key: By which ids are hashed; the same gives the same names again. Empty draws one.

    Raises:
        InputError: No clip of the rows is in the corpus, or no session is long enough.
    """
    options, found, known = options or PeopleImportOptions(), ImportedPeople(), _Names(clips)
    key = key or new_key()
    for person, every in _by_person(rows).items():
        several = _placed(every)
        found.untimed_clips += len(every) - len(several)
        for number, session in enumerate(_sessions(several, options.gap), start=1):
            once: dict[str, tuple[PersonWatched, KnownClip]] = {}
            for row in session:
                called = known.clips(row.clip)
                found.unknown_clips += not called
                found.ambiguous_clips += len(called) > 1
                if len(called) == 1:
                    once.setdefault(called[0].clip_id, (row, called[0]))
            if len(once) < options.least_steps:
                found.short += 1
                continue
            name = pseudonym(key, f"{layout}/{person}")
            manifest = _manifest(name, number, layout, (catalogue_hash, len(clips)), options)
            found.sessions.append(
                ImportedSession(
                    LOGS.format(name=name, number=number), manifest, tuple(_events(list(once.values()), options))
                )
            )
    if not found.sessions:
        raise InputError(
            f"no session of a person has {options.least_steps} clips of the corpus"
            f" ({found.unknown_clips:,} clips are not in it, {found.ambiguous_clips:,} have the name of several)",
            "ingest the clips first; they are found by the names of their files, or by their links",
        )
    return found


class _Names:
    """Clips by what they may be called; a name of several says of none which it is."""

    def __init__(self, clips: Sequence[KnownClip]) -> None:
        self._exactly: dict[str, dict[str, KnownClip]] = {}
        self._roughly: dict[str, dict[str, KnownClip]] = {}
        for clip in clips:
            for name in clip.names:
                self._exactly.setdefault(name.strip(), {})[clip.clip_id] = clip
                self._roughly.setdefault(name.strip().casefold(), {})[clip.clip_id] = clip

    def clips(self, name: str) -> list[KnownClip]:
        """Those of a name letter by letter, else those of it in large or small letters; links may differ in these."""
        found = self._exactly.get(name.strip()) or self._roughly.get(name.strip().casefold(), {})
        return list(found.values())


def _by_person(rows: Sequence[PersonWatched]) -> Mapping[str, list[PersonWatched]]:
    found: dict[str, list[PersonWatched]] = {}
    for row in rows:
        found.setdefault(row.person, []).append(row)
    return found


def _placed(rows: list[PersonWatched]) -> list[PersonWatched]:
    """Rows of which it is known to which session they belong: where gaps tell, those that have a time, if any has."""
    if any(row.session for row in rows):
        return rows
    return [row for row in rows if not isnan(row.time)] or rows


def _sessions(rows: Sequence[PersonWatched], gap: float) -> Iterator[list[PersonWatched]]:
    """Rows of one person by session, each in order of time; rows without time stay where they stand."""
    if any(row.session for row in rows):
        named: dict[str, list[PersonWatched]] = {}
        for row in rows:
            named.setdefault(row.session, []).append(row)
        yield from (_in_time(each) for each in named.values())
        return
    ordered = _in_time(rows)
    starts = [0, *(place for place, (one, other) in enumerate(pairwise(ordered), 1) if other.time - one.time > gap)]
    yield from (ordered[start:end] for start, end in pairwise([*starts, len(ordered)]))


def _in_time(rows: Sequence[PersonWatched]) -> list[PersonWatched]:
    return list(rows) if any(isnan(row.time) for row in rows) else sorted(rows, key=lambda row: row.time)


def _events(met: Sequence[tuple[PersonWatched, KnownClip]], options: PeopleImportOptions) -> Iterator[Event]:
    from agents.browsing.log import NO_ACTION, Event

    begun = met[0][0].time
    for step, (row, clip) in enumerate(met):
        watched = 0.0 if row.seconds is None else min(row.seconds, clip.seconds)
        kept = row.seconds is not None and row.seconds >= min(options.kept_from, clip.seconds)
        action = row.signal or (NO_ACTION if row.seconds is None else "watch" if kept else "skip")
        yield Event(
            step=step,
            t_sim=0.0 if isnan(row.time - begun) else round(row.time - begun, 3),
            item_id=clip.clip_id,
            policy_reason=_OBSERVED,
            candidates=(),
            shown=(),
            prompt_hash=_NOTHING,
            raw_answer=(),
            parsed=(),
            refusal=False,
            logprobs=(),
            action=action,
            watch_s=round(watched, 3),
            watch_frac=round(watched / clip.seconds, 6),
            rating=None,
            memory_in_hash=None,
            memory_out_hash=None,
            intervention=None,
            latency_ms=None,
            tokens=(),
            cache_hit=None,
            error=None,
        )


def _manifest(
    person: str, number: int, layout: str, catalogue: tuple[str, int], options: PeopleImportOptions
) -> SessionManifest:
    from agents.browsing.log import SCHEMA, SessionManifest, encode
    from agents.browsing.person import IMPORTED, PERSON

    made = SessionManifest(
        schema=SCHEMA,
        run_id="",
        seed=number,
        streams={},
        catalogue_hash=catalogue[0],
        n_items=catalogue[1],
        policy={"name": _OBSERVED, "params": {}},
        persona={"id": None, "kind": "none", "text_hash": None, "target_profile": None},
        model={"id": f"{PERSON}{person}", "params": {}},
        observer={},
        memory="none",
        code_version="",
        human=True,
        session={IMPORTED: layout, "kept_from": options.kept_from, "gap": options.gap},
    )
    return replace(made, run_id=hashlib.sha256(encode(made)).hexdigest()[:16])


def clip_names(source: str, page: str = "") -> tuple[str, ...]:
    """By what names a clip may be called.

    Example:
        >>> clip_names("videos/1234.mp4"), clip_names("https://example.org/v/9", "https://example.org/watch/9")
        (('1234',), ('https://example.org/v/9', 'https://example.org/watch/9'))
    """
    own = source if "://" in source else re.sub(r"\.\w{1,5}$", "", re.split(r"[\\/]", source)[-1])
    return tuple(dict.fromkeys(each for each in (own, page) if each))
