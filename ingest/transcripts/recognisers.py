"""Speech recognisers: who turns what is heard into words with times, where the user names one. None is ever chosen.

A spec is ``NAME:MODEL``. A recogniser is given sound that a confined process has decoded, never a file.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ingest.transcripts.cues import RawCue, RawTrack, language_tag
from vectorstore.foundation.errors import InputError, MediaError, ValueSpectrumError
from vectorstore.foundation.plugins import Extensions, guarded


@dataclass(frozen=True, slots=True)
class HeardSpeech:
    """What a recogniser makes of a clip."""

    cues: Sequence[RawCue]
    """Start, end (seconds) and words; none where nothing is said."""
    language: str = ""
    """Tag such as ``"en"``; empty where it does not say."""


@runtime_checkable
class Recogniser(Protocol):
    """Hears one clip at a time."""

    def hear(self, sound: NDArray[np.float32]) -> HeardSpeech:
        """Words and their times.

        Args:
            sound: (samples,), 16,000 a second, from -1 to 1.
        """


@runtime_checkable
class RecogniserKind(Protocol):
    """Loads a recogniser; an entry point of the group ``valuespectrum.recognisers`` is a function of this kind."""

    def __call__(self, model: str) -> Recogniser:
        """Load the one of a name.

        Raises:
            InputError: There is no such model, or a library is missing.
        """


def _accept(found: object) -> RecogniserKind | None:
    return found if isinstance(found, RecogniserKind) else None


RECOGNISERS: Extensions[RecogniserKind] = Extensions(
    "valuespectrum.recognisers",
    "speech recogniser",
    _accept,
    "a function of a model's name is needed",
    written="{}:MODEL",
)


class SpeechListener:
    """A recogniser by its spec, for several threads.

    Args:
        spec: ``NAME:MODEL``, e.g. ``"faster-whisper:small"``; noted with everything that it hears.

    Raises:
        InputError: Nothing has this name, or it cannot be loaded.
    """

    def __init__(self, spec: str) -> None:
        name, colon, model = spec.partition(":")
        if not colon or not model.strip():
            raise InputError(
                f"{spec!r:.120} names no model of a speech recogniser", "NAME:MODEL, e.g. faster-whisper:small"
            )
        self.spec = spec
        load = RECOGNISERS.load(name, spec)
        self._recogniser = guarded(load, f"the speech recogniser {spec!r} cannot be loaded", lambda: load(model))
        self._turn = threading.Lock()

    def hear(self, sound: bytes) -> RawTrack:
        """What is said.

        Args:
            sound: As ``decoding.sound.read_sound`` gives it; an empty one is heard as nothing.

        Raises:
            MediaError: ``speech``: the recogniser fails on it.
        """
        samples = np.frombuffer(sound, dtype="<i2").astype(np.float32) / 32768.0
        if not samples.any():
            return RawTrack(())
        try:
            with self._turn:
                return guarded(self._recogniser, "it fails", lambda: self._track(samples))
        except ValueSpectrumError as error:
            raise MediaError(f"the speech recogniser {self.spec!r}: {error.message}", "speech") from error

    def _track(self, samples: NDArray[np.float32]) -> RawTrack:
        heard = self._recogniser.hear(samples)
        cues = tuple((float(start), float(end), str(text)) for start, end, text in heard.cues)
        return RawTrack(cues, language_tag(heard.language))
