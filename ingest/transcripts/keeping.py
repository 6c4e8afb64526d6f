"""From what the places say to transcripts in a corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from ingest.transcripts.beside import FoundWords
from ingest.transcripts.cues import RawTrack, clean_cues
from vectorstore.corpus import Corpus
from vectorstore.ledger.records import Failure, Transcript


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """All that one place says in a clip now."""

    origin: str
    """As in ``Transcript``."""
    tracks: tuple[RawTrack, ...]
    """None where it says nothing any more."""
    locator: str | None = None
    """The source beside which it is; ``None`` for the clip's own bytes."""
    maker: str = ""
    """As in ``Transcript``."""
    source: str = ""
    """Where the clip is from, for notes about words of its own bytes."""

    @classmethod
    def of(cls, found: FoundWords | None, locator: str) -> Self | None:
        """What stands beside a source; ``None`` where nobody could tell."""
        return None if found is None or found.tracks is None else cls(found.origin, found.tracks, locator)


def transcripts_of(words: Sequence[PlaceWords], duration: float) -> tuple[list[Transcript], list[Failure]]:
    """What all places say in a clip that is about to be added, cleaned, and notes about what was left out."""
    found, notes = [], []
    for each in words:
        cleaned, note = _cleaned(each, duration)
        found += cleaned
        notes += [note] if note else []
    return found, notes


def would_change(corpus: Corpus, clip_id: str, words: PlaceWords, duration: float) -> bool:
    """Whether ``keep_words`` would change anything."""
    return not corpus.has_transcripts(clip_id, words.origin, _cleaned(words, duration)[0], words.locator)


def keep_words(corpus: Corpus, clip_id: str, words: PlaceWords, duration: float) -> tuple[bool, Failure | None]:
    """Put what a place says into the corpus, cleaned.

    Args:
        corpus: Open for writing.
        clip_id: A clip of it.
        words: What is said.
        duration: Seconds of the clip.

    Returns:
        Whether anything changed, and a note where something had to be left out.

    Raises:
        StorageError: Disk full or read-only.
    """
    found, note = _cleaned(words, duration)
    return corpus.set_transcripts(clip_id, words.origin, found, words.locator), note


def _note(words: PlaceWords, left_out: int, shortened: int) -> Failure | None:
    parts = []
    if left_out:
        parts.append(f"{left_out:,} cues lie outside of the clip, end before they begin, or are more than are kept")
    if shortened:
        parts.append(f"{shortened:,} cues are longer than is kept, so that their ends are missing")
    return Failure(words.locator or words.source, "subtitles", "; ".join(parts)) if parts else None


def _cleaned(words: PlaceWords, duration: float) -> tuple[list[Transcript], Failure | None]:
    """What can be kept, and a note where something cannot."""
    cleaned = [clean_cues(track.cues, duration) for track in words.tracks]
    found = [
        Transcript(words.origin, clean.cues, track.language, words.maker)
        for track, clean in zip(words.tracks, cleaned, strict=True)
        # That a recogniser heard nothing is worth knowing: it need not listen again.
        if clean.cues or words.origin == "recognised"
    ]
    left_out = sum(track.left_out for track in words.tracks) + sum(clean.left_out for clean in cleaned)
    return found, _note(words, left_out, sum(clean.shortened for clean in cleaned))
