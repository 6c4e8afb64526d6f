"""From the colours of a decoded picture to those of a screen: sRGB, 0 to 255.

Pictures of ordinary video keep the values that players show for them. Those of a larger range of light (PQ, HLG) or of
a wider gamut (BT.2020, P3) are converted: diffuse white becomes white, what is brighter is pressed together above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ingest.media.tags import UNTAGGED, Tags

if TYPE_CHECKING:
    import av

_BT709, _BT2020 = 1, 9
_KNOWN_MATRICES = frozenset({0, 1, 2, 4, 5, 6, 7, 9, 10})
"""Those that FFmpeg's scaler calculates with; it would silently take another for the one of BT.601."""
_SAYING_NOTHING = (UNTAGGED, 3)
"""Untagged and reserved."""
_UNLIKE_SCREENS = frozenset({8, 9, 10, 17})
"""Transfers that no screen shows as they are: linear, logarithmic, XYZ."""
PQ, HLG = 16, 18
_LEAST_HD = (1280, 720)

WHITE = 203.0
"""Candela per square metre of diffuse white in PQ and HLG (ITU-R BT.2408)."""
_HLG_PEAK, _HLG_GAMMA = 1000.0, 1.2
"""Of the screen that HLG is shown on (ITU-R BT.2100)."""
_KNEE = 0.92
"""Share of the signal above which light is pressed together: paper white comes out at 245 of 255."""

Light = NDArray[np.float32]

_TO_709: dict[int, Light] = {
    9: np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32),
    # P3 with the white of film is shown with that of the screen.
    11: np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0196, -0.0786, 1.0979]], np.float32),
    12: np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0196, -0.0786, 1.0979]], np.float32),
}
"""Linear RGB of wide primaries to that of BT.709 and sRGB (primaries of ITU-R BT.2020, SMPTE EG 432-1)."""
_LUMINANCE_2020 = np.array([0.2627, 0.6780, 0.0593], np.float32)


@dataclass(frozen=True, slots=True)
class Colours:
    """What the numbers of one picture mean; numbers of FFmpeg, see ``tags.Tags``."""

    matrix: int
    range: int
    transfer: int
    primaries: int
    guessed: bool
    """Whether the matrix is taken from the size, since nobody names it."""
    only_dolby_vision: bool = False
    """Whether they are those of Dolby Vision (IPT), which it alone describes."""

    @property
    def must_be_converted(self) -> bool:
        """Whether the picture is not made for an ordinary screen."""
        return self.transfer in (PQ, HLG) or self.primaries in _TO_709

    @property
    def unsupported(self) -> str:
        """What cannot be converted, for a message; empty when everything can."""
        if self.only_dolby_vision:
            return "Dolby Vision without colours for other players"
        if self.matrix not in _KNOWN_MATRICES:
            return f"matrix {self.matrix} of H.273"
        return f"transfer {self.transfer} of H.273" if self.transfer in _UNLIKE_SCREENS else ""


def colours_of(frame: av.VideoFrame, tags: Tags) -> Colours:
    """What the picture says, else the container, else what players assume: BT.709 for HD, BT.601 for SD."""
    matrix = _said(frame.colorspace, tags.matrix)
    transfer = _said(frame.color_trc, tags.transfer)
    primaries = _said(frame.color_primaries, tags.primaries)
    if matrix == 0 and not frame.format.is_rgb:
        matrix = UNTAGGED
    # What other players can show says its colours, as it has to (profiles 7 and 8).
    unsaid = matrix == transfer == primaries == UNTAGGED
    only_dolby_vision = tags.dolby_vision_alone or (tags.dolby_vision and unsaid)
    guessed = matrix == UNTAGGED and not frame.format.is_rgb
    if guessed and (transfer in (PQ, HLG) or primaries == _BT2020):
        matrix = _BT2020
    elif guessed and (frame.width >= _LEAST_HD[0] or frame.height >= _LEAST_HD[1]):
        matrix = _BT709
    if transfer in (PQ, HLG) and primaries == UNTAGGED:
        primaries = _BT2020
    guessed = guessed and matrix != UNTAGGED
    color_range = int(frame.color_range) or tags.range
    return Colours(matrix, color_range, transfer, primaries, guessed, only_dolby_vision)


def _said(*numbers: int) -> int:
    """The first number that says something."""
    return next((int(number) for number in numbers if int(number) not in _SAYING_NOTHING), UNTAGGED)


def to_screen(signal: NDArray[np.uint16], colours: Colours) -> NDArray[np.uint8]:
    """Convert a picture that is not made for an ordinary screen.

    Args:
        signal: (height, width, 3) RGB as coded, 0 to 65535.
        colours: What it means.

    Returns:
        (height, width, 3) sRGB.
    """
    coded = signal.astype(np.float32) / np.float32(65535)
    # In units of diffuse white.
    light = {PQ: _from_pq, HLG: _from_hlg}.get(colours.transfer, _from_srgb)(coded)
    to_709 = _TO_709.get(colours.primaries)
    light = np.maximum(light if to_709 is None else light @ to_709.T, 0)
    if colours.transfer in (PQ, HLG):
        light = _pressed(light)
    return np.rint(_to_srgb(np.minimum(light, 1)) * 255).astype(np.uint8)


def _pressed(light: Light) -> Light:
    """Leave what is darker than the knee as it is, bring everything above under 1; hues stay."""
    brightest = _to_srgb(light.max(axis=-1, keepdims=True))
    above = np.maximum(brightest - _KNEE, 0) / (1 - _KNEE)
    pressed = np.minimum(brightest, _KNEE) + (1 - _KNEE) * above / (1 + above)
    scale = _from_srgb(pressed) / np.maximum(_from_srgb(brightest), 1e-6)
    return np.where(brightest > _KNEE, light * scale, light)


def _from_pq(coded: Light) -> Light:
    """SMPTE ST 2084."""
    power = coded ** np.float32(32 / 2523)
    light = (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** np.float32(16384 / 2610)
    return np.asarray(light * (10000 / WHITE), np.float32)


def _from_hlg(coded: Light) -> Light:
    """ITU-R BT.2100, with the screen's own curve."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(coded <= 0.5, coded**2 / 3, (np.exp((coded - c) / a) + b) / 12)
    luminance = np.maximum(scene @ _LUMINANCE_2020, 1e-9)[..., None]
    return np.asarray(scene * luminance ** (_HLG_GAMMA - 1) * (_HLG_PEAK / WHITE), np.float32)


def _from_srgb(coded: Light) -> Light:
    """IEC 61966-2-1; goes on above 1."""
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _to_srgb(light: Light) -> Light:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)
