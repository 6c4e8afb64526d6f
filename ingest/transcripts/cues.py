r"""From what a stranger wrote between two times to words that can be kept: plain, in order, within the clip, bounded.

Subtitles are markup, and markup of many kinds: tags (``<b>``, ``<font ...>``, ``<c.yellow>``, ``<00:00:01.000>``),
overrides of ASS (``{\an8}``) and its drawings, character references. All of it goes; what is left is one line of
text, without controls, without marks that turn the direction of reading, and without letters that nobody sees.
"""

from __future__ import annotations

import html
import itertools
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.cleaning.text import clean_text
from vectorstore.ledger.records import MOST_CUES, MOST_LETTERS, Cue

RawCue = tuple[float, float, str]
"""Start and end in seconds, and what stands between them: several lines of markup."""
MOST_RAW = 4 * MOST_CUES
"""Cues of one file or track that are looked at: captions that roll say everything several times."""
MOST_LINES = 12
"""Lines of one cue that are looked at."""
_PAUSE = 0.1
"""Seconds between cues after which the same line is said again."""
LONGEST_CUE = 500
"""Characters that are kept of a cue."""
_LONGEST_LINE = 8 * LONGEST_CUE
"""Characters of a line that are looked at, with its markup."""

_TAG = re.compile(r"<(?:[!/A-Za-z][^<>]{0,300}|[0-9][0-9:.]{0,20})>")
_OVERRIDE = re.compile(r"\{\\[^{}]{0,300}\}")
_DRAWING = re.compile(r"\{\\[^{}]{0,300}?(?<=\\)p[1-9][^{}]{0,300}\}.*?(?=\{\\[^{}]{0,300}?(?<=\\)p0|\Z)")
"""What ASS draws in the place of words, as numbers of its lines."""
_BREAK = re.compile(r"\\[Nnh]")
_JOINERS = "\u200c\u200d"
TRACK_ID = r"-[A-Za-z0-9_-]{11}"
"""What YouTube puts behind the language of a track that has a name of its own."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8}){0,3}")
_TRACK_ID_AT_END = re.compile(rf"{TRACK_ID}\Z")
_SHORTER = dict(
    pair.split(":")
    for pair in (
        *("ara:ar", "chi:zh", "deu:de", "dut:nl", "eng:en", "fra:fr", "fre:fr", "ger:de", "hin:hi", "ita:it"),
        *("jpn:ja", "kor:ko", "nld:nl", "pol:pl", "por:pt", "rus:ru", "spa:es", "tur:tr", "ukr:uk", "zho:zh"),
    )
)
"""What containers call a language, and what files and platforms call it."""


@dataclass(frozen=True, slots=True)
class RawTrack:
    """What one file or track says, as it says it."""

    cues: tuple[RawCue, ...]
    language: str = ""
    """Tag in small letters; empty when unknown."""
    left_out: int = 0
    """Cues that are there besides, and are more than can be kept."""


@dataclass(frozen=True, slots=True)
class CleanedCues:
    """What can be kept of a track."""

    cues: tuple[Cue, ...]
    left_out: int
    """Cues that lie outside of the clip, end before they begin, or are more than can be kept."""
    shortened: int
    """Of ``cues``, those of which the end is missing, since they are longer than can be kept."""


def language_tag(said: object) -> str:
    """A language as a source names it: a tag in small letters, empty for anything that is none.

    Example:
        >>> language_tag("pt-BR"), language_tag("eng"), language_tag("und"), language_tag("../../etc")
        ('pt-br', 'en', '', '')
        >>> language_tag("en-eEY6OEpapPo")
        'en'
    """
    tag = said.lower().replace("_", "-") if isinstance(said, str) else ""
    if not _LANGUAGE.fullmatch(tag):
        tag = _TRACK_ID_AT_END.sub("", tag)
    return _SHORTER.get(tag, tag) if tag != "und" and _LANGUAGE.fullmatch(tag) else ""


def clean_cues(raw: Iterable[RawCue], duration: float) -> CleanedCues:
    """What can be kept of what a stranger wrote.

    Args:
        raw: In any order, with any times; the first ``MOST_RAW`` are looked at.
        duration: Seconds of the clip.

    Returns:
        In order of time, within the clip, without markup and without what the cue before has said already.
    """
    remaining = iter(raw)
    seen = list(itertools.islice(remaining, MOST_RAW))
    inside = [
        (max(0.0, start), min(end, duration), text)
        for start, end, text in seen
        if start <= end and start < duration and (start >= 0 or end > 0)
    ]
    left_out = len(seen) - len(inside) + sum(1 for _ in remaining)
    cues: list[Cue] = []
    letters = shortened = 0
    for (start, end, words), is_cut in _unrolled(sorted(inside, key=lambda cue: cue[:2])):
        text = clean_text(words, LONGEST_CUE)
        letters += len(text)
        if len(cues) == MOST_CUES or letters > MOST_LETTERS:
            # All that follow, too: a hole in the middle of what is said would be worse than an end.
            letters = MOST_LETTERS
            left_out += 1
            continue
        shortened += is_cut or len(words) > LONGEST_CUE
        cues.append(Cue(round(start, 3), round(end, 3), text))
    return CleanedCues(tuple(cues), left_out, shortened)


def _unrolled(cues: Sequence[RawCue]) -> Iterator[tuple[RawCue, bool]]:
    """Cues with the lines only that are new in them, and whether there was more than is looked at.

    Captions that roll up repeat the line before.
    """
    before: list[str] = []
    ended = 0.0
    for start, end, text in cues:
        written = text.splitlines()
        is_cut = len(written) > MOST_LINES or any(len(line) > _LONGEST_LINE for line in written)
        lines = [line for line in map(plain_words, written[:MOST_LINES]) if line]
        new = lines[_repeated(before if start <= ended + _PAUSE else [], lines) :]
        before, ended = lines or before, max(ended, end)
        if new:
            yield (start, end, " ".join(new)), is_cut


def _repeated(before: Sequence[str], lines: Sequence[str]) -> int:
    """How many of the first lines are the last ones of the cue before."""
    most = min(len(before), len(lines))
    return next((count for count in range(most, 0, -1) if list(before[-count:]) == list(lines[:count])), 0)


def plain_words(line: str) -> str:
    r"""A line of a subtitle without markup and without what nobody sees.

    Example:
        >>> plain_words("{\\an8}<i>Fish &amp; chips</i>")
        'Fish & chips'
    """
    bare = _BREAK.sub(" ", _OVERRIDE.sub("", _DRAWING.sub("", _TAG.sub("", line[:_LONGEST_LINE]))))
    seen = "".join(letter for letter in html.unescape(bare) if _is_seen(letter))
    # One letter more than is kept, by which it is seen that there are more.
    return clean_text(seen, LONGEST_CUE + 1)


def _is_seen(letter: str) -> bool:
    """Whether a letter shows: formats, private and unassigned ones carry text past whoever looks."""
    return letter in _JOINERS or letter.isspace() or unicodedata.category(letter) not in ("Cf", "Cn", "Co", "Cs", "Cc")


def is_time(seconds: float) -> bool:
    """Whether a number can be a time in a clip."""
    return math.isfinite(seconds) and 0 <= seconds < 1e6
