"""What a container says about how its pictures are to be shown, before any of them is decoded."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import av

UNTAGGED = 2
"""FFmpeg's number for a matrix, a transfer or primaries that nobody has named."""
_DOLBY_VISION = frozenset({"dvhe", "dvh1", "dav1"})
"""Of HEVC and AV1; a camera's DV has the same name."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Of the video stream. Numbers are those of FFmpeg, which are those of ITU-T H.273.

    What a picture says of itself goes first, except for the pixel aspect, where the container does.
    """

    matrix: int
    range: int
    """0 unknown, 1 limited (16 to 235 in eight bits), 2 full."""
    transfer: int
    primaries: int
    pixel_aspect: float
    """Width of a pixel over its height, as far as is known before anything is decoded."""
    codec_aspect: Fraction | None
    """What the decoder is told to begin with."""
    overrides_aspect: bool
    """Whether the container contradicts the decoder, so that ``pixel_aspect`` holds for every picture."""
    hidden_alpha: bool
    """Whether transparency is stored beside the pictures, where only some decoders look for it."""
    dolby_vision: bool
    """Whether the container calls it Dolby Vision, and not what other players may take it for."""
    dolby_vision_alone: bool
    """Whether the container says that nothing but Dolby Vision can show its colours."""


def read_tags(stream: av.VideoStream, *, dolby_vision_alone: bool) -> Tags:
    """Read the tags of an open video stream of which nothing has been decoded.

    Args:
        stream: Any.
        dolby_vision_alone: See ``dolby_vision.is_dolby_vision_alone``.
    """
    codec = stream.codec_context
    own, common = codec.sample_aspect_ratio or None, stream.sample_aspect_ratio or None
    return Tags(
        matrix=int(codec.colorspace),
        range=int(codec.color_range),
        transfer=int(codec.color_trc),
        primaries=int(codec.color_primaries),
        pixel_aspect=plausible_aspect(common),
        codec_aspect=own,
        overrides_aspect=common is not None and common != own,
        hidden_alpha=codec.name in ("vp8", "vp9") and _has_alpha_mode(stream.metadata),
        dolby_vision=codec.name != "dvvideo" and _codec_tag(codec) in _DOLBY_VISION,
        dolby_vision_alone=dolby_vision_alone,
    )


def _codec_tag(codec: av.VideoCodecContext) -> str:
    # PyAV takes it for ASCII, and a file may say anything.
    with contextlib.suppress(UnicodeDecodeError):
        return codec.codec_tag
    return ""


def _has_alpha_mode(metadata: Mapping[str, str]) -> bool:
    # As a property of the track, or as a note about it.
    return any(name.lower() == "alpha_mode" and value == "1" for name, value in metadata.items())


def plausible_aspect(ratio: Fraction | float | None) -> float:
    """A pixel aspect that can be believed; square pixels instead of one that cannot, or of none."""
    aspect = float(ratio or 1)
    return aspect if 0.25 <= aspect <= 4 else 1.0
