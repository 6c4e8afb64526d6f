"""What a decode worker answers, as bytes. Never pickled: a file that takes a worker over must not reach its parent."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable
from typing import Any

from PIL import Image

from ingest.decoding.decode import DecodeOptions
from ingest.decoding.sound import RATE
from ingest.examining.media_file import FileFindings, Picture
from ingest.media.media_guard import shown_name
from ingest.transcripts.cues import MOST_RAW, RawTrack, language_tag
from ingest.transcripts.tracks import LONGEST_TEXT, MOST_TRACKS
from vectorstore.foundation.errors import InputError, MediaError, StorageError, ValueSpectrumError
from vectorstore.ledger.records import Media

MAX_HEADER = 2**20
"""Bytes of the JSON part of an answer."""
MAX_JPEG = 2**26
"""Bytes of one picture."""
MAX_CLIP = 2**27
"""Bytes of all pictures of one clip."""
MAX_TRACK = 2**23
"""Bytes of one text track: a letter takes up to twelve as JSON."""

_HASH = re.compile(r"[0-9a-f]{64}|")
_DHASH = re.compile(r"[0-9a-f]{16}")
_WORD = re.compile(r"[a-z0-9_,]{1,40}")
_OUR_FAULT: dict[str, type[ValueSpectrumError]] = {"input": InputError, "storage": StorageError}
"""Errors that are not about the file: they stop the caller."""


def pack(examination: FileFindings) -> list[bytes]:
    """An answer as a JSON header and one message per picture."""
    media, failure = examination.media, examination.failure
    header = {
        "clip_id": examination.clip_id,
        "size": examination.size,
        "failure": failure and [failure.reason, failure.message],
        "media": media
        and [
            [media.container, media.codec],
            [media.width, media.height, media.rotation, media.damaged_packets, media.frames_wanted],
            media.duration,
            media.truncated,
        ],
        "pictures": [[picture.time, picture.width, picture.height, picture.dhash] for picture in examination.pictures],
        "tracks": len(examination.tracks),
        "sound": len(examination.sound),
    }
    tracks = [json.dumps([track.language, track.cues, track.left_out]).encode() for track in examination.tracks]
    sound = [examination.sound] if examination.sound else []
    return [json.dumps(header).encode(), *(picture.jpeg for picture in examination.pictures), *tracks, *sound]


def pack_error(error: ValueSpectrumError) -> bytes:
    """An error that is not about the file."""
    return json.dumps({"error": [error.kind, error.message, error.hint]}).encode()


# Open: what is not of the form is refused by being taken apart.
def unpack(header: Any, receive: Callable[[int], bytes], asked: DecodeOptions) -> FileFindings:
    """Read an answer, believing nothing of it.

    Args:
        header: The first message, parsed.
        receive: Gives the next message of at most so many bytes.
        asked: How it was to be decoded: how many pictures there may be, and how large.

    Raises:
        InputError: The worker says that the options cannot be used.
        StorageError: It ran out of open files.
        ValueError: The answer is not one that ``pack`` makes.
        OSError: The worker went away, sent too much, or sent something that is no JPEG.
    """
    try:
        if "error" in header:
            kind, message, hint = (str(part)[:500] for part in header["error"])
            raise _OUR_FAULT[kind](message, hint)
        clip_id, size = _matching(_HASH, header["clip_id"]), _count(header["size"])
        if header["failure"] is not None:
            reason, message = header["failure"]
            failure = MediaError(shown_name(str(message), 500), _matching(_WORD, reason))
            return FileFindings(clip_id, size, failure=failure)
        if header["media"] is None:
            return FileFindings(clip_id, size)
        media = _media(clip_id, size, header["media"])
        facts = [
            (_seconds(time), _count(width), _count(height), _matching(_DHASH, dhash))
            for time, width, height, dhash in header["pictures"]
        ]
        texts, heard = _count(header["tracks"]), _count(header["sound"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"malformed answer: {error!r}") from error
    if media.frames_wanted != asked.frames or len(facts) > asked.frames:
        raise ValueError("not as many pictures as were asked for")
    for _, width, height, _ in facts:
        if not 0 < min(width, height) <= asked.short_side or max(width, height) > asked.limits.max_side:
            raise ValueError("a picture of another size than was asked for")
    if texts > MOST_TRACKS or heard > (2 * int(RATE * asked.limits.max_seconds) if asked.sound else 0):
        raise ValueError("more words or sound than was asked for")
    pictures, room = [], MAX_CLIP
    for fact in facts:
        content = receive(min(room, _longest(fact[1] * fact[2])))
        room -= len(content)
        pictures.append(Picture(*fact, _jpeg(content, fact)))
    tracks = tuple(_track(receive(MAX_TRACK)) for _ in range(texts))
    return FileFindings(clip_id, size, media, tuple(pictures), tracks, receive(heard) if heard else b"")


def _track(content: bytes) -> RawTrack:
    """A text track, of the form that ``TrackCollector`` gives it."""
    try:
        language, rows, left_out = json.loads(content)
        cues = tuple((_seconds(start), _seconds(end), _words(text)) for start, end, text in rows)
    except (TypeError, RecursionError) as error:
        raise ValueError(f"malformed answer: {error!r}") from error
    if len(cues) > MOST_RAW or language != language_tag(language):
        raise ValueError("malformed answer: no text track")
    return RawTrack(cues, language, _count(left_out))


def _words(text: object) -> str:
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise ValueError("malformed answer: no words")
    return text


def _longest(pixels: int) -> int:
    """Bytes of a JPEG file of so many pixels: noise takes less than three for each."""
    return min(MAX_JPEG, 4 * pixels + 2**12)


def _jpeg(content: bytes, fact: tuple[float, int, int, str]) -> bytes:
    """A picture that will be opened later must be what it is said to be, in the one form that ``to_jpeg`` writes."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
            if picture.size != fact[1:3]:
                raise ValueError("a picture of another size than announced")
            # Scan after scan of a progressive picture costs time with every byte.
            if picture.format != "JPEG" or picture.mode != "RGB" or "progressive" in picture.info:
                raise ValueError("a picture of another kind than was asked for")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, SyntaxError) as error:
        raise ValueError(f"no picture: {error}") from error
    return content


# Open: as above.
def _media(clip_id: str, size: int, parts: Any) -> Media:
    (container, codec), (width, height, rotation, damaged, wanted), duration, truncated = parts
    return Media(
        clip_id=clip_id,
        size=size,
        container=_matching(_WORD, container),
        codec=_matching(_WORD, codec),
        width=_count(width),
        height=_count(height),
        rotation=_count(rotation) % 360,
        duration=_seconds(duration),
        truncated=truncated is True,
        damaged_packets=_count(damaged),
        frames_wanted=_count(wanted),
    )


def _matching(pattern: re.Pattern[str], text: object) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise ValueError(f"malformed answer: {text!r:.80}")
    return text


def _count(number: object) -> int:
    if not isinstance(number, int) or not 0 <= number < 2**53:
        raise ValueError(f"malformed answer: {number!r:.80}")
    return number


def _seconds(number: object) -> float:
    if not isinstance(number, int | float) or not math.isfinite(number):
        raise ValueError(f"malformed answer: {number!r:.80}")
    return float(number)
