"""Vision-language models of the ``transformers`` library: ``hf:FOLDER`` or ``hf:OWNER/NAME``.

Choices are scored at the first answer token, over the full vocabulary. The text answer is the greedy continuation
without penalties; where its first token is one of the choices, that token is the text and nothing more is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.models.adapter import ModelAdapter
from agents.models.base import Answer, Ask, ModelOptions
from agents.models.choices import ChoiceTokens
from agents.models.engine_choice import choose_engine
from agents.models.engines import Reply, Work
from agents.models.prompting import PromptWriter
from agents.models.weights import load_weights
from agents.parse import parse_answer

_SMALL_MODEL = 50_000_000
"""Parameters up to which a window of asks is answered in moments, so that it may be long."""


def load(reference: str, options: ModelOptions) -> TransformersModel:
    """Load an image-text-to-text model.

    Args:
        reference: A folder written by ``save_pretrained``, or ``OWNER/NAME`` with an optional ``@REVISION``.
        options: Device, number format, batch size, engine.

    Raises:
        ModelError: If there is no such model, it is of another kind, or its files are damaged.
    """
    loaded = load_weights(reference, options)
    return TransformersModel(loaded.model, loaded.processor, loaded.id, options)


class TransformersModel:
    """A respondent made of a ``transformers`` model and its processor.

    Args:
        model: An image-text-to-text model in evaluation mode.
        processor: Its processor, with tokenizer and chat template.
        id: Name with revision.
        options: Batch size and engine.
        template_variables: Further variables of the chat template, part of the settings.

    Raises:
        ModelError: If the model has no usable chat template, or the engine is unknown or impossible.
    """

    def __init__(
        self,
        model: Any,
        processor: Any,
        id: str,
        options: ModelOptions,
        template_variables: Mapping[str, str] | None = None,
    ) -> None:
        self._id = id
        self._tokenizer = getattr(processor, "tokenizer", processor)
        self._adapter = ModelAdapter(model, self._tokenizer)
        self._choices = ChoiceTokens(self._tokenizer)
        writer = PromptWriter(processor, template_variables, options.layout)
        chosen = choose_engine(self._adapter, writer, options)
        self._engine = chosen.engine
        self.explanation = chosen.explanation
        """Which engine asks, and why, in one line."""
        engine = {"engine": chosen.name, "engine_reason": chosen.reason}
        small = sum(parameter.numel() for parameter in model.parameters()) <= _SMALL_MODEL
        self._window = max(1, options.batch_size) * (32 if small else 4)
        self._settings = {**writer.settings, **engine, **self._environment(model)}

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
            ModelError: If the options of an ask begin with the same token.
        """
        return self._answers([Work(ask, self._choices(ask.choices)) for ask in asks])

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order with free text only."""
        return self._answers([Work(ask) for ask in asks])

    def _answers(self, work: Sequence[Work]) -> Iterator[Answer]:
        for start in range(0, len(work), self._window):
            window = work[start : start + self._window]
            for single, reply in zip(window, self._engine.answer(window), strict=True):
                yield self._answer(single, reply)

    def _answer(self, work: Work, reply: Reply) -> Answer:
        if reply.error:
            return Answer(tokens=reply.prompt_length, error=reply.error)
        text = self._tokenizer.decode(list(reply.tokens), skip_special_tokens=True).strip()
        names = [choice.name for choice in work.ask.choices]
        return Answer(
            log_probabilities=dict(zip(names, reply.log_probabilities, strict=False)),
            text=text,
            parsed=parse_answer(text, work.ask.choices),
            tokens=reply.prompt_length,
        )

    @staticmethod
    def _environment(model: Any) -> dict[str, str]:
        import torch
        import transformers

        return {
            "decoding": "greedy without penalties; a first token that is a choice is the whole text",
            "choices": "first tokens, full vocabulary",
            "dtype": str(model.dtype).removeprefix("torch."),
            "device": model.device.type,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        }
