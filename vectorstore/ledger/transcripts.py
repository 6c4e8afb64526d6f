"""What is said in clips: kept beside what is seen, with times and where the words are from.

Words come from strangers. Whoever writes them here has cleaned them (``ingest.transcripts``); whoever shows them to a
model or a person has to expect anything all the same.
"""

from __future__ import annotations

import itertools
import json
import math
import operator
from collections.abc import Iterable, Iterator, Sequence

import orjson

from vectorstore.foundation.clock import utc_now
from vectorstore.foundation.errors import InputError
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import MOST_CUES, MOST_LETTERS, Cue, Transcript

ORIGINS = ("beside", "platform", "inside", "recognised")
"""Where words may be from; who has several transcripts of a clip takes them in this order."""

_LISTED = "IN (SELECT value FROM json_each(?))"
_ORDER = " ".join(f"WHEN '{origin}' THEN {place}" for place, origin in enumerate(ORIGINS))
_PREFERENCE = (
    f"CASE origin {_ORDER} END, language != '', language != 'en' AND language NOT LIKE 'en-%', "
    "language, maker, transcript_id"
)
"""Files of the user before the platform's, written words before heard ones; then without a language, then English."""


def transcripts(ledger: Ledger, clip_id: str) -> list[Transcript]:
    """All transcripts of a clip, also those without a word, the preferred one first."""
    query = f"SELECT origin, cues, language, maker FROM transcript WHERE video_sha = ? ORDER BY {_PREFERENCE}"
    return [
        Transcript(origin, _read_cues(cues), language, maker)
        for origin, cues, language, maker in ledger.select(query, (clip_id,))
    ]


def preferred(found: Iterable[Transcript], language: str = "") -> Transcript | None:
    """The one to show: the first with words, in a language where one is asked for.

    Args:
        found: Of one clip, in order of preference.
        language: A tag such as ``"de"``, which ``"de-at"`` is one of; empty for any.
    """
    wanted = language.lower()
    return next((one for one in found if one.cues and (not wanted or _is_in(one.language, wanted))), None)


def _is_in(language: str, wanted: str) -> bool:
    return language == wanted or language.startswith(f"{wanted}-")


def all_transcripts(ledger: Ledger, language: str = "") -> Iterator[tuple[str, Transcript]]:
    """For each clip with words its preferred transcript, by clip id in order."""
    query = f"SELECT video_sha, origin, cues, language, maker FROM transcript ORDER BY video_sha, {_PREFERENCE}"
    rows = itertools.chain.from_iterable(ledger.stream(query))
    for clip_id, some in itertools.groupby(rows, key=operator.itemgetter(0)):
        # Cues are read one transcript after the other: most of them nobody asks for.
        found = (Transcript(origin, _read_cues(cues), tag, maker) for _, origin, cues, tag, maker in some)
        if (chosen := preferred(found, language)) is not None:
            yield clip_id, chosen


def set_transcripts(
    ledger: Ledger, clip_id: str, origin: str, found: Sequence[Transcript], locator: str | None = None
) -> bool:
    """Put what one place says now in the place of what it said before.

    Args:
        ledger: Open for writing.
        clip_id: A known clip.
        origin: The place; ``found`` are of it. Of recognisers only those that ``found`` names are replaced.
        found: All that is there now; empty when there is nothing any more.
        locator: The known source beside which the words stand; they go with it. ``None`` for words of the bytes.

    Returns:
        Whether anything changed.

    Raises:
        InputError: Transcripts of another place, or longer than they may be; an unknown clip or source.
    """
    for each in found:
        _check(each, origin)
    _check_known(ledger, clip_id, locator)
    if has_transcripts(ledger, clip_id, origin, found, locator):
        return False
    where, named = _of_place(locator, origin, found)
    now = map(row_of, found)
    with ledger.changes():
        ledger.execute_many(f"DELETE FROM transcript WHERE video_sha = ? AND {where}", [(clip_id, *named)])
        ledger.execute_many(
            "INSERT INTO transcript SELECT NULL, ?, (SELECT source_id FROM source WHERE locator = ?), ?, ?, ?, ?, ?",
            [(clip_id, locator, *row, utc_now()) for row in now],
        )
    return True


def has_transcripts(
    ledger: Ledger, clip_id: str, origin: str, found: Sequence[Transcript], locator: str | None = None
) -> bool:
    """Whether a clip has these transcripts, and no others, from a place; the arguments are those of setting them."""
    where, named = _of_place(locator, origin, found)
    columns = "origin, language, maker, cues"
    query = f"SELECT {columns} FROM transcript WHERE video_sha = ? AND {where} ORDER BY transcript_id"
    return [tuple(row) for row in ledger.select(query, (clip_id, *named))] == list(map(row_of, found))


def heard_by(ledger: Ledger, maker: str) -> set[str]:
    """Ids of the clips that a recogniser has heard, whether or not anything is said in them."""
    query = "SELECT DISTINCT video_sha FROM transcript WHERE origin = 'recognised' AND maker = ?"
    return {row[0] for row in ledger.select(query, (maker,))}


def _of_place(locator: str | None, origin: str, found: Sequence[Transcript]) -> tuple[str, tuple[str, ...]]:
    if locator is not None:
        return "origin = ? AND source_id = (SELECT source_id FROM source WHERE locator = ?)", (origin, locator)
    if origin != "recognised":
        return "origin = ? AND source_id IS NULL", (origin,)
    makers = json.dumps(sorted({each.maker for each in found}))
    return f"origin = ? AND source_id IS NULL AND maker {_LISTED}", (origin, makers)


def _check_known(ledger: Ledger, clip_id: str, locator: str | None) -> None:
    if not ledger.count("video", "video_sha = ?", (clip_id,)):
        raise InputError(f"there is no clip {clip_id!r:.80} that words could belong to")
    if locator is not None and not ledger.count("source", "locator = ?", (locator,)):
        raise InputError(f"there is no source {locator!r:.200} beside which words could stand")


def _check(each: Transcript, origin: str) -> None:
    if each.origin != origin or origin not in ORIGINS:
        raise InputError(f"a transcript from {each.origin!r:.40} cannot be kept as one from {origin!r:.40}")
    if len(each.cues) > MOST_CUES or sum(len(cue.text) for cue in each.cues) > MOST_LETTERS:
        raise InputError(
            f"a transcript of {len(each.cues)} cues is too long",
            f"at most {MOST_CUES} cues of {MOST_LETTERS} characters in all are kept",
        )
    if not all(0 <= cue.start <= cue.end < math.inf for cue in each.cues):
        raise InputError("a cue ends before it begins, or never", "give times in seconds from the first picture")


def row_of(each: Transcript) -> tuple[str, str, str, str]:
    """A transcript as its row holds it: origin, language, maker, cues.

    Raises:
        InputError: It is longer than it may be, or its times are none.
    """
    _check(each, each.origin)
    return each.origin, each.language, each.maker, _written(each.cues)


def _written(cues: Sequence[Cue]) -> str:
    return orjson.dumps([[round(cue.start, 3), round(cue.end, 3), cue.text] for cue in cues]).decode()


def _read_cues(text: str) -> tuple[Cue, ...]:
    return tuple(Cue(float(start), float(end), words) for start, end, words in orjson.loads(text))
