"""What all models in this process share: a name, settings, and answers made of the replies of an engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import cast

from agents.models.base import Answer, Ask, ModelOptions
from agents.models.engines.naive_engine import Engine, Reply, Work
from agents.models.hf_types import Processor, Tokenizer
from agents.models.local.readouts import Reader, Readout
from agents.models.parsing.thinking import has_thinking, split_thinking
from vectorstore.foundation.errors import ModelError


class LocalModel:
    """A respondent whose engine runs in this process; what is made from it sets engine, readout and settings.

    Args:
        id: Name with revision.
        processor: The model's processor of ``transformers``.
        options: Samples and temperature are checked.

    Raises:
        ModelError: If samples or temperature make no sense.
    """

    _engine: Engine
    _readout: Reader
    _settings: Mapping[str, str]
    _window: int
    """Asks handed to the engine at once."""

    def __init__(self, id: str, processor: Processor, options: ModelOptions) -> None:
        if options.samples < 0 or options.temperature <= 0:
            raise ModelError("samples must not be negative, and their temperature must be above 0")
        self._id = id
        self._tokenizer = cast(Tokenizer, getattr(processor, "tokenizer", processor))

    @property
    def id(self) -> str:
        """Name with revision."""
        return self._id

    @property
    def settings(self) -> Mapping[str, str]:
        """Engine, prompt layout, decoding, number format, device, library versions."""
        return self._settings

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order, with the log-probability of each choice and the text.

        Raises:
            ModelError: If the options of an ask cannot be told apart.
        """
        return self._answers([self._readout(ask) for ask in asks])

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order with free text only."""
        return self._answers([self._readout.words(ask) for ask in asks])

    def _answers(self, readouts: Sequence[Readout]) -> Iterator[Answer]:
        for window in self._windows(readouts):
            first = self._replies([readout.work for readout in window])
            further = self._replies([readout.further(replies) for readout, replies in zip(window, first, strict=True)])
            for readout, replies, more in zip(window, first, further, strict=True):
                yield readout.answer([*replies, *more])

    def _replies(self, work: Sequence[Sequence[Work]]) -> list[list[Reply]]:
        """Replies to the work of several asks, which goes to the engine together."""
        together = [each for part in work for each in part]
        replies = iter(self._answer_together(together) if together else ())
        return [list(islice(replies, len(part))) for part in work]

    def _answer_together(self, work: Sequence[Work]) -> list[Reply]:
        return self._engine.answer(work)

    def _windows(self, readouts: Sequence[Readout]) -> Iterator[Sequence[Readout]]:
        """Asks answered together."""
        for start in range(0, len(readouts), self._window):
            yield readouts[start : start + self._window]

    def _decode(self, tokens: Sequence[int]) -> str:
        """Words without special tokens; thinking stays between marks, which are special tokens in some models."""
        whole = str(self._tokenizer.decode(list(tokens), skip_special_tokens=False))
        if not has_thinking(whole):
            return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True)).strip()
        specials = self._tokenizer.all_special_tokens
        for special in specials:  # one that ends what was said is no answer behind thinking
            whole = whole if has_thinking(special) else whole.removesuffix(special)
        thought, answer = split_thinking(whole)
        for special in specials:
            thought, answer = thought.replace(special, ""), answer.replace(special, "")
        return f"<think>{thought.strip()}</think>{answer.strip()}" if answer else f"<think>{thought.strip()}"
