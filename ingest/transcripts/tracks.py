"""Text tracks inside a media file, taken apart as bytes: no decoder of subtitles is ever run.

Each packet of a text track is a cue, in one of four forms. What is drawn rather than written (DVD, Blu-ray, teletext)
is not read.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ingest.transcripts.cues import MOST_RAW, RawCue, RawTrack, is_time, language_tag

if TYPE_CHECKING:
    import av

MOST_TRACKS = 8
"""Text tracks of one file that are read."""
MOST_BYTES = 2**20
"""Bytes of all text of one file that are kept."""
LONGEST_TEXT = 4096
"""Bytes of one cue; what is longer is cut."""

_PLAIN = frozenset({"srt", "subrip", "text", "webvtt"})
_ASS = frozenset({"ass", "ssa"})
_FIELDS_BEFORE_TEXT = 8
"""Of a line of ASS in a container: number, layer, style, name, three margins, effect."""


class TrackCollector:
    """Takes the packets of text tracks while a container is read.

    Args:
        streams: All streams of the container.
    """

    def __init__(self, streams: av.container.streams.StreamContainer) -> None:
        texts = [stream for stream in streams if stream.type == "subtitle" and _codec(stream) in _READABLE]
        self._codecs = {stream.index: _codec(stream) for stream in texts}
        self._languages = {stream.index: _language(stream.metadata) for stream in texts[:MOST_TRACKS]}
        self._cues: dict[int, list[RawCue]] = {index: [] for index in self._languages}
        self._left_out = dict.fromkeys(self._cues, 0)
        self._room = MOST_BYTES

    def take(self, packet: av.Packet[av.stream.Stream]) -> None:
        """Look at the next packet of the container, of whichever stream."""
        index, time = packet.stream_index, packet.pts
        if index not in self._codecs or time is None or packet.time_base is None:
            return
        content = bytes(packet)[:LONGEST_TEXT]
        text = _text(content, self._codecs[index])
        if not text:
            return
        cues = self._cues.get(index)
        if cues is not None and len(cues) < MOST_RAW:
            self._room -= len(content)
        if cues is None or len(cues) >= MOST_RAW or self._room < 0:
            # Cues of a track that is not read are told with the last one that is.
            self._left_out[index if cues is not None else next(reversed(self._cues))] += 1
            return
        unit = float(packet.time_base)
        cues.append((time * unit, (time + (packet.duration or 0)) * unit, text))

    def tracks(self, begin: float) -> tuple[RawTrack, ...]:
        """All tracks in which there is a cue, or in which one was left out.

        Args:
            begin: When the first picture is shown, on the clock of the container, seconds.
        """
        return tuple(
            RawTrack(moved, self._languages[index], left_out)
            for index, cues in self._cues.items()
            for moved in [tuple(_moved(cue, begin) for cue in cues if is_time(cue[1] - begin))]
            if (left_out := self._left_out[index] + len(cues) - len(moved)) or moved
        )


def _moved(cue: RawCue, begin: float) -> RawCue:
    return max(0.0, cue[0] - begin), cue[1] - begin, cue[2]


def _codec(stream: av.stream.Stream) -> str:
    # None for what PyAV has no decoder of, though its own types do not say so.
    context: av.CodecContext | None = stream.codec_context
    return context.name if context is not None else ""


def _language(metadata: Mapping[str, str]) -> str:
    return language_tag(metadata.get("language"))


def _text(content: bytes, codec: str) -> str:
    if codec == "mov_text":
        # Two bytes say how long the text is; what follows it is how it looks.
        content = content[2 : 2 + int.from_bytes(content[:2], "big")]
    # Text of MP4 may be UTF-16 behind a mark, with which no UTF-8 begins.
    encoding = "utf-16" if content.startswith((BOM_UTF16_BE, BOM_UTF16_LE)) else "utf-8"
    text = content.decode(encoding, "replace").replace("\0", "")
    if codec in _ASS:
        parts = text.split(",", _FIELDS_BEFORE_TEXT)
        text = parts[-1] if len(parts) > _FIELDS_BEFORE_TEXT else ""
    return text


_READABLE = _PLAIN | _ASS | {"mov_text"}
