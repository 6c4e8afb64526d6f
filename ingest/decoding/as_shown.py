"""From a decoded frame to the picture that a player shows.

That is: whole lines instead of combs, square pixels, the right way round, transparent parts on black, the colours of
an ordinary screen. Each step leaves frames alone that do not need it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.decoding.colours import Colours, colours_of, to_screen
from ingest.media.media_guard import Limits
from ingest.media.media_index import check_size
from ingest.media.picture_sizes import fit_size
from ingest.media.tags import Tags, plausible_aspect
from vectorstore.foundation.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import av
    from av.sidedata.sidedata import SideData

_ASPECT_STEPS = 4096
"""Pixel aspects are read to this part of one."""
_MOST_UNKNOWN = 16
"""Kinds of side data that FFmpeg may know beyond those that PyAV does."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """How stored rows and columns become those on the screen: first exchanged, then turned round."""

    transposed: bool = False
    left_right: bool = False
    up_down: bool = False

    @property
    def rotation(self) -> int:
        """Degrees counter-clockwise; of a mirrored picture, what is left after exchanging left and right."""
        if self.transposed:
            return 90 if self.up_down else 270
        return 180 if self.up_down else 0

    @property
    def mirrored(self) -> bool:
        """Whether no rotation alone does it."""
        return self.transposed ^ self.left_right ^ self.up_down

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn a (height, width, 3) picture."""
        turned = pixels.swapaxes(0, 1) if self.transposed else pixels
        return turned[:: -1 if self.up_down else 1, :: -1 if self.left_right else 1]


def orientation_of(frame: av.VideoFrame) -> Orientation | None:
    """What the display matrix of a frame says, to the nearest of the eight ways round; its scale is not looked at.

    The matrix has nine numbers: a point (x, y) is shown at (a x + c y, b x + d y), with a, b in its first row and c, d
    in its second (FFmpeg's libavutil/display.h, ISO/IEC 14496-12).

    Returns:
        ``None`` when it has none.
    """
    matrix = next((bytes(data) for data in _side_data(frame) if data.type.name == "DISPLAYMATRIX"), b"")
    if len(matrix) < 36:
        return None
    a, b, _, c, d = np.frombuffer(matrix, np.int32, 5).tolist()
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Orientation(True, c < 0, b < 0)
    return Orientation(False, a < 0, d < 0)


def _side_data(frame: av.VideoFrame) -> Iterable[SideData]:
    """What is said beside the pixels of a frame, as far as PyAV knows what it is."""
    from av.sidedata.sidedata import Type

    try:
        # PyAV declares one where there are any number.
        return cast("Iterable[SideData]", frame.side_data)
    except ValueError:
        # It gives none at all where it does not know one, as the notes of a camera (EXIF) in each picture of a clip.
        kinds = range(len(Type), len(Type) + _MOST_UNKNOWN)
        unknown = [("sidedata", {"mode": "delete", "type": str(kind)}) for kind in kinds]
        return cast("Iterable[SideData]", _through(frame, *unknown).side_data)


@dataclass(frozen=True, slots=True)
class PresentedFrame:
    """A frame as a player shows it."""

    picture: Image.Image
    """RGB, of the size that is stored."""
    width: int
    """Pixels on the screen, before it was made small."""
    height: int
    rotation: int


class Screen:
    """Shows the frames of one clip.

    Args:
        name: For messages.
        tags: What the container says.
        codec: The decoder; it is asked for its pixel aspect.
        short_side: Pixels of the pictures to return.
        limits: What is refused.
    """

    def __init__(self, name: str, tags: Tags, codec: av.VideoCodecContext, short_side: int, limits: Limits) -> None:
        self._name = name
        self._tags = tags
        self._codec = codec
        self._short_side = short_side
        self._limits = limits
        self._aspect_changes = False
        self._turn = Orientation()

    def notice(self, frame: av.VideoFrame) -> None:
        """Remember which way round a keyframe is: where its codec says so, what follows it does not say it again."""
        self._turn = orientation_of(frame) or self._turn

    def show(self, frame: av.VideoFrame) -> PresentedFrame:
        """The picture of a frame.

        Raises:
            MediaError: ``too_many_pixels`` when the size changes midway, or ``unsupported_colours``.
        """
        aspect = self._aspect(frame)
        # A stream may change its size midway.
        check_size(frame.width, frame.height, aspect, self._name, self._limits)
        colours = self._colours(frame)
        turn = orientation_of(frame) or self._turn
        size = fit_size(frame.width, frame.height, aspect, self._short_side)
        shown = round(frame.width * aspect), frame.height
        width, height = shown[::-1] if turn.transposed else shown
        pixels = turn.apply(_small_picture(self._whole_lines(frame), size, colours, self._codec.name))
        return PresentedFrame(Image.fromarray(np.ascontiguousarray(pixels)), width, height, turn.rotation)

    def _aspect(self, frame: av.VideoFrame) -> float:
        if self._tags.overrides_aspect:
            return self._tags.pixel_aspect
        now, first = self._codec.sample_aspect_ratio or 1, self._tags.codec_aspect or 1
        # The decoder is ahead of its pictures, so it only says that there is something to look for.
        self._aspect_changes = self._aspect_changes or now != first
        return frame_aspect(frame) if self._aspect_changes else self._tags.pixel_aspect

    def _colours(self, frame: av.VideoFrame) -> Colours:
        colours = colours_of(frame, self._tags)
        if colours.unsupported or (colours.must_be_converted and has_alpha(frame, self._codec.name)):
            what = colours.unsupported or "transparency in a wide range of light"
            raise MediaError(f"{self._name}: its colours cannot be shown ({what})", "unsupported_colours")
        return colours

    def _whole_lines(self, frame: av.VideoFrame) -> av.VideoFrame:
        if not frame.interlaced_frame:
            return frame
        # The lines of the first field are kept, those between are made from them alone: neighbours in time, which
        # better methods want, are not decoded.
        return _through(frame, ("estdif", {"mode": "frame", "parity": "auto", "deint": "all"}))


def peculiarities(frame: av.VideoFrame, tags: Tags, codec: str) -> dict[str, str]:
    """What it takes more than a plain decoder to show a frame right.

    Returns:
        For each: a stable code, and words for a message.
    """
    colours, turn = colours_of(frame, tags), orientation_of(frame)
    aspect = tags.pixel_aspect if tags.overrides_aspect else frame_aspect(frame)
    found = {
        "mirrored": ("mirrored pictures", turn is not None and turn.mirrored),
        "interlaced": ("interlaced pictures", frame.interlaced_frame),
        "transparency": ("transparent pictures", tags.hidden_alpha or has_alpha(frame, codec)),
        "pixel_aspect": ("pictures whose pixels change their shape", abs(aspect - tags.pixel_aspect) > 0.01),
        "wide_colours": ("HDR and wide colours", colours.must_be_converted or bool(colours.unsupported)),
        "untagged_colours": ("HD pictures that do not say which colours they have", colours.guessed),
    }
    return {code: words for code, (words, is_so) in found.items() if is_so}


def frame_aspect(frame: av.VideoFrame) -> float:
    """Width of a pixel over its height, as the frame itself says."""
    # PyAV does not hand it out, but FFmpeg's scaler calculates with it.
    size = {"w": f"max(1,round(sar*{_ASPECT_STEPS}))", "h": "1", "flags": "neighbor", "eval": "frame"}
    wide = _through(frame, ("scale", size))
    return plausible_aspect(wide.width / _ASPECT_STEPS)


def has_alpha(frame: av.VideoFrame, codec: str) -> bool:
    """Whether parts of a frame may be transparent."""
    # Uncompressed video has a fourth byte that nobody fills.
    return codec != "rawvideo" and any(component.is_alpha for component in frame.format.components)


def _through(frame: av.VideoFrame, *filters: tuple[str, Mapping[str, str]]) -> av.VideoFrame:
    """A frame behind filters, each by its name and its options."""
    from av.filter import Graph

    graph = Graph()
    # A confined process may have no more threads than it began with.
    graph.threads = 1
    begin = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base or Fraction(1, 1000),
    )
    between = [graph.add(name, **options) for name, options in filters]
    graph.link_nodes(begin, *between, graph.add("buffersink")).configure()
    graph.push(frame)
    graph.push(None)
    return graph.vpull()


def _small_picture(frame: av.VideoFrame, size: tuple[int, int], colours: Colours, codec: str) -> NDArray[np.uint8]:
    """RGB of the given width and height, not turned yet."""
    # Numbers that the container or the size decide; a filter may have dropped others.
    frame.colorspace, frame.color_range = colours.matrix, colours.range
    if has_alpha(frame, codec):
        frame = _on_black(frame)
    form = "rgb48le" if colours.must_be_converted else "rgb24"
    pixels = frame.reformat(*size, form, interpolation="AREA", threads=1).to_ndarray()
    if colours.must_be_converted:
        return to_screen(np.asarray(pixels, np.uint16), colours)
    return np.asarray(pixels, np.uint8)


def _on_black(frame: av.VideoFrame) -> av.VideoFrame:
    import av

    pixels = frame.reformat(format="rgba", threads=1).to_ndarray()
    # At full size, since whatever colour lies hidden where nothing is shown must not bleed into its surroundings.
    seen = pixels[..., :3] * pixels[..., 3:].astype(np.uint16)
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(((seen + 127) // 255).astype(np.uint8)), format="rgb24")
