"""What is heard in a media file, for a speech recogniser: one channel, 16,000 numbers a second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from ingest.media.media_guard import Deadline, Limits
from ingest.media.media_index import MediaIndex, decoder_errors, open_container
from vectorstore.foundation.errors import MediaError

if TYPE_CHECKING:
    import av

RATE = 16_000
"""Samples a second, of 16 bits each."""
_GAP = 0.1
"""Seconds from which on something is missing in the sound; times of packets are rounded."""


def read_sound(file: BinaryIO, index: MediaIndex, name: str, limits: Limits, deadline: Deadline) -> bytes:
    """Decode the sound of a file.

    Args:
        file: Opened by the guard.
        index: Of the same file.
        name: For messages.
        limits: How long it may be.
        deadline: Checked between packets.

    Returns:
        Signed 16-bit numbers, little-endian, from the first picture on: silence where the sound begins later or has
        gaps, so that places in it are times of the clip. Empty where there is no sound. What cannot be decoded is
        silent, and where the container is damaged it ends early: a clip is not refused for its sound.

    Raises:
        MediaError: ``deadline``.
    """
    heard = _ClipSound(index.begin, int(RATE * limits.max_seconds))
    try:
        with decoder_errors(name), open_container(file, index.demuxer) as container:
            stream = next(iter(container.streams.audio), None)
            if stream is None:
                return b""
            for packet in container.demux(stream):
                deadline.check()
                for frame in _frames(packet):
                    heard.take(frame)
                if heard.is_full:
                    break
    except MediaError as error:
        if error.reason == "deadline":
            raise
    return heard.numbers()


def _frames(packet: av.Packet[av.AudioStream]) -> Sequence[av.AudioFrame]:
    import av

    try:
        return packet.decode()
    except av.FFmpegError:
        # As with pictures: a damaged packet costs what is in it.
        return ()


class _ClipSound:
    """Puts the frames of a track of sound where they belong in the clip.

    Args:
        begin: When the first picture is shown, on the clock of the container, seconds.
        most: Samples that are kept.
    """

    def __init__(self, begin: float, most: int) -> None:
        self._begin = begin
        self._most = most
        self._kept = bytearray()
        self._place: int | None = None
        """Where the next sample belongs, in samples from the first picture on; ``None`` before the first frame."""
        self._form: tuple[str, str, int] | None = None
        """Of the frames that the resampler takes."""
        self._resampler: av.AudioResampler | None = None

    @property
    def is_full(self) -> bool:
        """Whether no more is kept."""
        return len(self._kept) >= 2 * self._most

    def take(self, frame: av.AudioFrame) -> None:
        """Take the next frame."""
        place = self._place_of(frame)
        for part in self._resampler_of(frame).resample(frame):
            samples = part.to_ndarray().astype("<i2").reshape(-1)
            # What is heard before the first picture is no part of the clip.
            self._kept += samples[max(0, -place) :].tobytes()
            place += len(samples)
        self._place = place

    def _resampler_of(self, frame: av.AudioFrame) -> av.AudioResampler:
        """Sound may change its form within a clip, as recordings do at advertisements; a resampler takes one form."""
        import av

        form = frame.format.name, frame.layout.name, frame.sample_rate
        if self._resampler is None or form != self._form:
            self._form, self._resampler = form, av.AudioResampler(format="s16", layout="mono", rate=RATE)
        return self._resampler

    def _place_of(self, frame: av.AudioFrame) -> int:
        """Where a frame belongs; what is missing before it is filled with silence."""
        known = self._place or 0
        place = known if frame.time is None else round((frame.time - self._begin) * RATE)
        if self._place is not None and place - known < _GAP * RATE:
            return known
        missing = min(max(0, place), self._most) - len(self._kept) // 2
        self._kept += bytes(2 * max(0, missing))
        return place

    def numbers(self) -> bytes:
        """All that was kept."""
        return bytes(self._kept[: 2 * self._most])
