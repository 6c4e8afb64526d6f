"""What a prompt comes to in tokens, before anybody has counted them: one place for the rates that are guessed with."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from agents.models.base import Ask

LIKELY_LETTERS = 4.0
"""Letters per token of English, for the tokenizers in use: https://help.openai.com/en/articles/4936856"""
LIKELY_PIXELS = 750.0
"""Pixels per token: https://docs.anthropic.com/en/docs/build-with-claude/vision; most models differ by a
factor of three, and some count a picture fifty times as much."""
LEAST_LETTERS, MOST_PER_PICTURE = 3, 1600
"""Letters per token and tokens per picture, rather too many: what room is kept for in a budget."""
_FITS, _SHORTER_SIDE, _TILE = 2048, 768, 512
"""Pixels: to what a picture is scaled down before its tiles are counted, and the side of one."""


@dataclass(frozen=True, slots=True)
class PictureTiles:
    """How some providers count a picture (https://platform.openai.com/docs/guides/images-vision)."""

    whole: int
    """Tokens of any picture."""
    tile: int
    """Tokens of each square of 512 pixels that it takes."""

    @property
    def most(self) -> int:
        """Tokens of the largest picture.

        Example:
            >>> PictureTiles(85, 170).most
            1445
        """
        return self.tokens(_FITS, _SHORTER_SIDE)

    def tokens(self, width: int, height: int) -> int:
        """Tokens of a picture.

        Example:
            >>> PictureTiles(85, 170).tokens(1024, 1024), PictureTiles(85, 170).tokens(2048, 4096)
            (765, 1105)
        """
        scale = min(1.0, _FITS / max(width, height))
        scale *= min(1.0, _SHORTER_SIDE / (scale * min(width, height)))
        across, down = (ceil(round(scale * side, 6) / _TILE) for side in (width, height))
        return self.whole + self.tile * across * down


def letters(ask: Ask) -> int:
    """Letters of all words that are put to a model, but for those put into its mouth."""
    return len(ask.system) + len(ask.stimulus.caption) + len(ask.question) + sum(len(turn.words) for turn in ask.turns)
