"""A recogniser that says how long it listened."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.transcripts.recognisers import HeardSpeech


class Stopwatch:
    """Hears no words."""

    def hear(self, sound: NDArray[np.float32]) -> HeardSpeech:
        seconds = len(sound) / 16_000
        return HeardSpeech([(0.0, seconds, f"{seconds:.0f} seconds of sound")], "en")


def load(model: str) -> Stopwatch:
    return Stopwatch()
