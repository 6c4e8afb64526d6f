"""From search words to pictures: which clips stand for which value.

The published protocol takes the five nearest pictures of each of ten words, whatever else they show
(``overlapping``). Our default (``exclusive``) lets a clip speak for one value only: similarities of different
words are not comparable, since some words are near to everything, so each is first expressed in standard deviations
above the word's mean similarity over the whole corpus (its *standing*), and the clip goes to the value with the
highest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ingest.embedding.base import Embedder
from ingest.examining.near_duplicates import bits_apart
from valuespectrum.stimuli.keywords import KeywordList
from vectorstore.foundation.errors import InputError
from vectorstore.ledger.records import Frame, Hit

Assignment = Literal["exclusive", "overlapping"]


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """How pictures are found."""

    top_k: int = 5
    """Distinct clips per keyword."""
    template: str = "{keyword}"
    """Text that is embedded for a keyword; models trained on captions may like ``"a picture of {keyword}"``."""
    assignment: Assignment = "exclusive"
    """Whether a clip may stand for several values."""
    duplicate_bits: int = 2
    """Difference hashes of 64 bits that differ in at most so many count as the same picture within a value.
    Fewer than within a clip: two clips of like composition are two clips, only reposts are one."""
    engine: str = "auto"
    """Search engine of the corpus."""


@dataclass(frozen=True, slots=True)
class StimulusRow:
    """One picture that stands for one value."""

    value: str
    keyword: str
    rank: int
    """Place among the clips found for the keyword, from 1."""
    similarity: float
    """Cosine between keyword and picture."""
    standing: float
    """Standard deviations of the similarity above the keyword's mean over all pictures of the corpus."""
    frame_id: str
    clip_id: str
    picture_sha: str


class Searchable(Protocol):
    """What retrieval needs of a corpus (``vectorstore.corpus.Corpus``)."""

    def vectors(self, embedder_id: str) -> tuple[list[str], NDArray[np.float32]]:
        """Frame ids and unit vectors."""

    def search(
        self,
        vector: ArrayLike,
        count: int = 10,
        embedder_id: str | None = None,
        engine: str = "auto",
        unique: bool = True,
    ) -> list[Hit]:
        """Nearest frames, best first."""


def retrieve(
    corpus: Searchable, embedder: Embedder, keywords: KeywordList, options: RetrievalOptions
) -> list[StimulusRow]:
    """Find the pictures of every value.

    Args:
        corpus: Where to search; must hold vectors of the embedder.
        embedder: Embeds the keywords.
        keywords: Words per value.
        options: Retrieval options.

    Returns:
        Rows in order of value, keyword and rank. ``exclusive``: a clip occurs once; it may leave a keyword or even a
        value without clips. ``overlapping``: a clip occurs once per value, and keywords go deeper into
        their list until they have ``top_k`` clips that the value does not have yet.

    Raises:
        InputError: Options out of range, or the corpus has no vectors of this embedder.
    """
    _check(options)
    words = [(value, keyword.word) for value, listed in keywords.words.items() for keyword in listed]
    queries = embedder.texts([options.template.replace("{keyword}", word) for _, word in words])
    _, pictures = corpus.vectors(embedder.id)
    if not len(pictures):
        raise InputError(f"the corpus has no vectors of {embedder.id!r}", "ingest clips first")
    found: dict[str, list[_Candidate]] = {}
    deepest = options.top_k * max(len(listed) for listed in keywords.words.values())
    wanted = options.top_k if options.assignment == "exclusive" else deepest
    for (value, word), query in zip(words, queries, strict=True):
        similarities = pictures @ query
        centre, spread = float(similarities.mean()), float(similarities.std()) or 1.0
        for rank, hit in enumerate(_distinct_clips(corpus, query, embedder.id, wanted, options.engine), start=1):
            row = StimulusRow(
                value=value,
                keyword=word,
                rank=rank,
                similarity=hit.similarity,
                standing=(hit.similarity - centre) / spread,
                frame_id=hit.frame.frame_id,
                clip_id=hit.frame.clip_id,
                picture_sha=hit.frame.picture_sha,
            )
            found.setdefault(value, []).append(_Candidate(row, hit.frame))
    chosen = _exclusive(found, options) if options.assignment == "exclusive" else _overlapping(found, options)
    order = {pair: place for place, pair in enumerate(words)}
    return sorted(chosen, key=lambda row: (order[row.value, row.keyword], row.rank))


def clips_per_value(rows: Iterable[StimulusRow]) -> dict[str, int]:
    """Number of distinct clips that stand for each value."""
    return {value: len(clips) for value, clips in clips_by_value(rows).items()}


def clips_by_value(rows: Iterable[StimulusRow]) -> dict[str, list[str]]:
    """Distinct clips that stand for each value, in the order of the rows."""
    clips: dict[str, dict[str, None]] = {}
    for row in rows:
        clips.setdefault(row.value, {})[row.clip_id] = None
    return {value: list(members) for value, members in clips.items()}


def clip_sources(rows: Iterable[StimulusRow], published: Callable[[str], str]) -> dict[str, str] | None:
    """Who published each clip, as numbers from 1 in the order of the rows: names are nobody's business here.

    Args:
        rows: What stands for values.
        published: Clip to its uploader; empty where nobody is known.

    Returns:
        Clip to number, without those of nobody known; ``None`` where that is all of them.

    Example:
        >>> clip_sources([], lambda clip: "somebody") is None
        True
    """
    numbers: dict[str, str] = {}
    found = {}
    for clip in dict.fromkeys(row.clip_id for row in rows):
        if uploader := published(clip):
            found[clip] = numbers.setdefault(uploader, str(len(numbers) + 1))
    return found or None


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: StimulusRow
    frame: Frame


def _check(options: RetrievalOptions) -> None:
    if options.top_k < 1:
        raise InputError(f"top_k must be at least 1, got {options.top_k}")
    if "{keyword}" not in options.template:
        raise InputError(
            f"the template {options.template!r} does not say where the keyword goes", "write {keyword} in it"
        )
    if options.assignment not in get_args(Assignment):
        raise InputError(f"unknown assignment {options.assignment!r}", f"choose {' or '.join(get_args(Assignment))}")
    if not 0 <= options.duplicate_bits <= 64:
        raise InputError(f"duplicate_bits must lie in 0..64, got {options.duplicate_bits}")


def _distinct_clips(corpus: Searchable, query: ArrayLike, embedder_id: str, wanted: int, engine: str) -> list[Hit]:
    """The best frame of each of the ``wanted`` nearest clips."""
    count = 4 * wanted
    while True:
        hits = corpus.search(query, count, embedder_id=embedder_id, engine=engine, unique=True)
        best: dict[str, Hit] = {}
        for hit in hits:
            best.setdefault(hit.frame.clip_id, hit)
        if len(best) >= wanted or len(hits) < count:
            return list(best.values())[:wanted]
        count *= 4


def _exclusive(found: Mapping[str, list[_Candidate]], options: RetrievalOptions) -> Iterator[StimulusRow]:
    """Give every clip to the value and keyword where it stands highest; ties go to the value that comes first."""
    owner: dict[str, _Candidate] = {}
    for candidates in found.values():
        for candidate in candidates:
            held = owner.get(candidate.row.clip_id)
            if held is None or candidate.row.standing > held.row.standing:
                owner[candidate.row.clip_id] = candidate
    for value in found:
        kept: list[Frame] = []
        mine = [candidate for candidate in owner.values() if candidate.row.value == value]
        for candidate in sorted(mine, key=lambda each: (-each.row.standing, each.row.clip_id)):
            if not _repeats(candidate.frame, kept, options):
                kept.append(candidate.frame)
                yield candidate.row


def _overlapping(found: Mapping[str, list[_Candidate]], options: RetrievalOptions) -> Iterator[StimulusRow]:
    for candidates in found.values():
        kept: list[Frame] = []
        taken: dict[str, int] = {}
        for candidate in candidates:
            word, clip = candidate.row.keyword, candidate.frame.clip_id
            if taken.get(word, 0) == options.top_k or any(frame.clip_id == clip for frame in kept):
                continue
            if not _repeats(candidate.frame, kept, options):
                kept.append(candidate.frame)
                taken[word] = taken.get(word, 0) + 1
                yield candidate.row


def _repeats(frame: Frame, kept: list[Frame], options: RetrievalOptions) -> bool:
    return any(
        frame.picture_sha == other.picture_sha or bits_apart(frame.dhash, other.dhash) <= options.duplicate_bits
        for other in kept
    )
