"""What is heard in a media file, for a speech recogniser: one channel, 16,000 numbers a second."""

from __future__ import annotations

from typing import BinaryIO

from ingest.media.media_guard import Deadline, Limits
from ingest.media.media_index import decoder_errors, open_container
from vectorstore.foundation.errors import MediaError

RATE = 16_000
"""Samples a second, of 16 bits each."""


def read_sound(file: BinaryIO, demuxer: str, name: str, limits: Limits, deadline: Deadline) -> bytes:
    """Decode the sound of a file.

    Args:
        file: Opened by the guard.
        demuxer: FFmpeg's reader.
        name: For messages.
        limits: How long it may be.
        deadline: Checked between packets.

    Returns:
        Signed 16-bit numbers, little-endian; empty where there is no sound. What cannot be decoded ends it early: a
        clip is not refused for its sound.

    Raises:
        MediaError: ``deadline``.
    """
    import av

    heard = bytearray()
    most = 2 * int(RATE * limits.max_seconds)
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    try:
        with decoder_errors(name), open_container(file, demuxer) as container:
            stream = next(iter(container.streams.audio), None)
            if stream is None:
                return b""
            for frame in container.decode(stream):
                deadline.check()
                for part in resampler.resample(frame):
                    heard += part.to_ndarray().astype("<i2").tobytes()
                if len(heard) >= most:
                    break
    except MediaError as error:
        if error.reason == "deadline":
            raise
    return bytes(heard[:most])
