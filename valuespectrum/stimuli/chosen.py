"""A set of clips by name in place of a search: which stand for which value. ``bench --stimuli FILE`` takes it.

It is written by a search for clips that tell respondents apart (``instrument search``), or by hand::

    {"kind": "valuespectrum stimuli", "clips": [{"value": "power", "clip": "3f...", "frame": "3f.../12"}, ...]}

``keyword`` says by which word a clip was found; intervals are then over words, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.models.ask_key import canonical_json
from valuespectrum.stimuli.retrieval import StimulusRow
from valuespectrum.theory.value_sets import TEN
from vectorstore.foreign.documents import check_shape, read_json
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.foundation.json_types import Json
from vectorstore.ledger.records import Frame

KIND = "valuespectrum stimuli"
_HINT = "write it with `valuespectrum instrument search --corpus DIR`, or see docs/instruments/adaem.md"
_MOST = 100_000


@dataclass(frozen=True)
class _ChosenClip:
    value: str
    clip: str
    frame: str
    keyword: str = ""


@dataclass(frozen=True)
class _ChosenClips:
    kind: str
    clips: list[_ChosenClip]


def write_stimuli(path: Path, rows: Sequence[StimulusRow], scores: Mapping[str, float], told: Json) -> None:
    """Write a set of clips.

    Args:
        path: JSON; what was there is replaced.
        rows: Clips with the value each stands for.
        scores: Clip to how much it tells.
        told: How the set came about.

    Raises:
        StorageError: The disk refuses.
    """
    clips = [
        {
            "value": row.value,
            "clip": row.clip_id,
            "frame": row.frame_id,
            "keyword": row.keyword,
            "score": round(scores.get(row.clip_id, 0.0), 6),
        }
        for row in rows
    ]
    text = json.dumps({"kind": KIND, **told, "clips": clips}, indent=1, ensure_ascii=False)
    with storage_errors(path):
        write_durably(path, f"{text}\n".encode())


def read_stimuli(path: Path, frame_of: Callable[[str], Frame]) -> list[StimulusRow]:
    """Read a set of clips and find them in a corpus.

    Args:
        path: JSON.
        frame_of: A frame of the corpus by its id.

    Returns:
        Rows in order of value and keyword; ``similarity`` and ``standing`` are 0, since nothing was searched.

    Raises:
        InputError: It is no such file, names a clip twice, or something that is no value.
        CorpusError: A clip is not in the corpus.
    """
    document = check_shape(_ChosenClips, read_json(path, "set of clips", _HINT), f"set of clips {path}", _HINT)
    clips = document.clips
    if document.kind != KIND or not clips or len(clips) > _MOST:
        raise InputError(f"{path} is no set of clips, or an empty one", _HINT)
    rows: list[StimulusRow] = []
    ranks: dict[tuple[str, str], int] = {}
    seen: set[str] = set()
    for number, each in enumerate(clips, start=1):
        where = f"{path}, clip {number}"
        value, clip, frame_id = each.value, each.clip, each.frame
        if value not in TEN:
            raise InputError(f"{where}: {value[:60]!r} is no value", f"one of {', '.join(TEN.dimensions)}")
        if clip in seen:
            raise InputError(f"{where}: the clip {clip[:60]!r} comes twice", "a clip stands for one value")
        seen.add(clip)
        word = each.keyword or value
        ranks[value, word] = ranks.get((value, word), 0) + 1
        frame = _found(frame_of, frame_id, where)
        if frame.clip_id != clip:
            raise InputError(f"{where}: the frame {frame_id[:60]!r} is of another clip", "name a frame of the clip")
        rows.append(StimulusRow(value, word, ranks[value, word], 0.0, 0.0, frame_id, clip, frame.picture_sha))
    order = {value: place for place, value in enumerate(TEN.dimensions)}
    return sorted(rows, key=lambda row: (order[row.value], row.keyword, row.rank))


def _found(frame_of: Callable[[str], Frame], frame_id: str, where: str) -> Frame:
    try:
        return frame_of(frame_id)
    except (InputError, CorpusError, KeyError) as error:
        hint = "name the corpus that it was made of"
        raise CorpusError(f"{where}: the corpus has no frame {frame_id[:80]!r}", hint) from error


def stimuli_digest(rows: Sequence[StimulusRow]) -> str:
    """What a manifest keeps of a set: other clips are another run."""
    told = [[row.value, row.keyword, row.clip_id, row.frame_id] for row in rows]
    return f"sha256:{hashlib.sha256(canonical_json(told).encode()).hexdigest()}"
