"""Clips in which words are said.

A plain search over the stored transcripts, read once for each question: no table of words has to be kept in step, and a
corpus that comes from a stranger brings no index that SQLite would have to trust. Every search word must be said, as a
whole word (``run*`` for all that begin so), in capitals or not, with accents or without; in scripts that write no
spaces, anywhere. Several transcripts of a clip count once, the one that says it most often.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

import orjson

from vectorstore.foundation.errors import InputError
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import Cue, WordHit

MOST_WORDS = 20
"""Search words of one question."""

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_KEPT = frozenset({0, 8, 9, 84, 91, 103, 107, 118, 122, 129, 130, 132})
"""Combining classes of letters, and of marks that are no accents, since they make another letter or syllable: sounds of
Japanese, as h, b and p are others, vowels and tones of Thai, what silences the vowel of a letter of Hindi or Tamil."""


def search_words(ledger: Ledger, text: str, count: int, among: Collection[str] | None = None) -> list[WordHit]:
    """The clips in which words are said, those first that say them most often.

    Args:
        ledger: Open.
        text: The words, of which all must be said.
        count: How many clips at most.
        among: Ids of the clips to look at; ``None`` for all.

    Returns:
        Most often first; equals by the time at which they say it, then by id.

    Raises:
        InputError: There is no word in the text, or too many are.
    """
    patterns = [_pattern(word) for word in _search_words(text)]
    found: dict[str, WordHit] = {}
    for clip_id, cues in _transcripts(ledger):
        if among is not None and clip_id not in among:
            continue
        hit = _hit(clip_id, cues, patterns)
        if hit is not None and (clip_id not in found or hit.times_said > found[clip_id].times_said):
            found[clip_id] = hit
    best = sorted(found.values(), key=lambda hit: (-hit.times_said, hit.cue.start, hit.clip_id))[:count]
    return [WordHit(hit.clip_id, hit.cue, hit.times_said, rank) for rank, hit in enumerate(best, start=1)]


def _search_words(text: str) -> Sequence[str]:
    words = list(dict.fromkeys(re.findall(rf"\w[\w{_signs()}]*\*?", folded(text))))
    if not words or len(words) > MOST_WORDS:
        raise InputError(f"{text[:80]!r} is not 1 to {MOST_WORDS} words", "name the words that are to be said")
    return words


def folded(text: str) -> str:
    """A text without capitals and accents.

    Example:
        >>> folded("Où est l'ÉCOLE")
        "ou est l'ecole"
    """
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in parts if unicodedata.combining(letter) in _KEPT)
    return unicodedata.normalize("NFC", bare)


@functools.cache
def _signs() -> str:
    """Signs that are part of a word and that Python takes for the end of one, as most vowels of Hindi and Thai."""
    signs = (chr(code) for code in range(0x0600, 0xFE00) if unicodedata.category(chr(code)) in ("Mn", "Mc"))
    return "".join(signs)


def _pattern(word: str) -> re.Pattern[str]:
    bare = re.escape(word.removesuffix("*"))
    if _UNSPACED.search(word):
        return re.compile(bare)
    if word.isascii():
        return re.compile(rf"\b{bare}" if word.endswith("*") else rf"\b{bare}\b")
    part = rf"[\w{_signs()}]"
    return re.compile(rf"(?<!{part}){bare}" if word.endswith("*") else rf"(?<!{part}){bare}(?!{part})")


def _transcripts(ledger: Ledger) -> Iterator[tuple[str, str]]:
    query = "SELECT video_sha, cues FROM transcript WHERE cues != '[]' ORDER BY video_sha, transcript_id"
    for rows in ledger.stream(query):
        yield from ((row[0], row[1]) for row in rows)


def _hit(clip_id: str, cues: str, patterns: Sequence[re.Pattern[str]]) -> WordHit | None:
    # What is stored is JSON with its letters as they are: it says what the words say, and some digits.
    stored = folded(cues)
    if not all(pattern.search(stored) for pattern in patterns):
        return None
    read = [(Cue(float(start), float(end), words), folded(words)) for start, end, words in orjson.loads(cues)]
    said = [[len(pattern.findall(words)) for pattern in patterns] for _, words in read]
    if not all(map(sum, zip(*said, strict=True))):
        return None
    most = max(range(len(read)), key=lambda place: (sum(map(bool, said[place])), -place))
    return WordHit(clip_id, read[most][0], sum(map(sum, said)), 0)
