"""``faster-whisper:MODEL``: Whisper in CTranslate2, an extra (``pip install 'valuespectrum[speech]'``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.transcripts.recognisers import HeardSpeech
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from faster_whisper import WhisperModel
    from numpy.typing import NDArray


class FasterWhisper:
    """One model of it.

    Args:
        model: Loaded.
    """

    def __init__(self, model: WhisperModel) -> None:
        self._model = model

    def hear(self, sound: NDArray[np.float32]) -> HeardSpeech:
        """See ``Recogniser``: without sampling, so that the same sound gives the same words; silence is passed over."""
        segments, about = self._model.transcribe(sound, beam_size=5, temperature=0.0, vad_filter=True)
        cues = [(segment.start, segment.end, segment.text) for segment in segments]
        return HeardSpeech(cues, about.language if cues else "")


def load(model: str) -> FasterWhisper:
    """Load a model: a size (``small``), a repository of the hub, or a folder.

    Raises:
        InputError: The library is missing, or the model cannot be loaded.
    """
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise InputError("faster-whisper is not installed", "pip install 'valuespectrum[speech]'") from error
    try:
        return FasterWhisper(WhisperModel(model, device="auto", compute_type="default"))
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(
            f"faster-whisper cannot load {model!r:.120}: {one_line(error)}", "name a size such as small, or a folder"
        ) from error
