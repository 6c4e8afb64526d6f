"""What every decoder is given and gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from ingest.media.media_guard import Deadline, Limits
from ingest.media.media_index import Demuxed, MediaIndex
from ingest.media.packet_plan import PacketPlan, Target


@dataclass(frozen=True, slots=True)
class DecodeJob:
    """One file to decode."""

    name: str
    """For messages."""
    file: BinaryIO
    """Opened by the guard."""
    index: MediaIndex
    media: Demuxed
    """What ``index`` was read from."""
    plan: PacketPlan
    """Made from the packets of ``index``."""
    short_side: int
    """Pixels of the pictures to return."""
    limits: Limits
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class FramesRead:
    """What a decoder got out of a file."""

    pictures: tuple[tuple[Target, Image.Image], ...]
    """RGB, upright, in order of time; targets that could not be decoded are absent."""
    width: int
    """Pixels of the first picture as shown: after rotation and pixel aspect ratio."""
    height: int
    rotation: int
    """Degrees counter-clockwise that were applied: 0, 90, 180 or 270."""
    damaged_packets: int
    """Packets that the decoder refused."""
    second_fields: tuple[Target, ...] = ()
    """Targets without a picture of their own: the other half of one that is there."""
