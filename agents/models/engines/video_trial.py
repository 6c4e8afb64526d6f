"""Whether a model can be shown a video: it is shown a small one, forwards and backwards."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from agents.models.base import Ask, Stimulus
from agents.models.engines.adapter import ModelAdapter
from agents.models.engines.engine_choice import FAILURES, PROBED_TOKENS
from agents.models.engines.naive_engine import Engine, Work
from agents.models.pictures import plain_pictures
from vectorstore.foundation.text import one_line


def try_video(engine: Engine, adapter: ModelAdapter) -> str:
    """Why a model cannot be shown a video; empty when it can, and what is shown moves its answers.

    Args:
        engine: Asks it.
        adapter: The model.
    """
    vocabulary = int(adapter.model.config.get_text_config().vocab_size)
    tokens = tuple((token,) for token in range(0, vocabulary, max(1, vocabulary // PROBED_TOKENS)))
    phrases = adapter.steering.kinds.phrases if adapter.steering else ()
    words = " ".join(["What is shown?", *phrases])
    with TemporaryDirectory() as folder:
        frames = plain_pictures(Path(folder))
        times = tuple(map(float, range(len(frames))))
        asks = [Ask(Stimulus(shown, times=times), words) for shown in (frames, frames[::-1])]
        try:
            replies = engine.answer([Work(ask, tokens, text=False) for ask in asks])
        except FAILURES as error:
            return f"it fails on a small video ({one_line(error)})"
    if failed := next((reply.error for reply in replies if reply.error), ""):
        return f"it fails on a small video ({failed})"
    if replies[0].log_probabilities == replies[1].log_probabilities:
        return "its answers are the same whatever a video shows"
    return ""
