"""Vision-language models of the ``transformers`` library: ``hf:FOLDER`` or ``hf:OWNER/NAME``.

Choices are scored at the first answer token, over the full vocabulary, or by the likelihood of whole words where first
tokens do not tell them apart; or, with ``samples``, by their shares of drawn answers. The text answer is the greedy
continuation without penalties; where its first token is one of the choices, that token is the text and nothing more is
decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from agents.models.base import Answer, Ask, ModelOptions
from agents.models.choice_tokens import ChoiceTokens
from agents.models.engines.adapter import ModelAdapter
from agents.models.engines.engine_choice import choose_engine
from agents.models.hf_types import HfModel, Processor, Tokenizer
from agents.models.local.base import LocalModel
from agents.models.local.readouts import Reader, Readout, described
from agents.models.local.weights import load_weights, template_variables
from agents.models.pictures import read_picture
from agents.models.steering.hooks import decoder_layers
from agents.models.templates.prompting import PromptWriter
from vectorstore.foundation.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

_SMALL_MODEL = 50_000_000
"""Parameters up to which a window of asks is answered in moments, so that it may be long."""


def load(reference: str, options: ModelOptions) -> TransformersModel:
    """Load an image-text-to-text model.

    Args:
        reference: A folder written by ``save_pretrained``, or ``OWNER/NAME`` with an optional ``@REVISION``; then
            ``?thinking=off`` for chat templates that would let the model think first.
        options: Device, number format, batch size, engine.

    Raises:
        ModelError: If there is no such model, it is of another kind, or its files are damaged.
    """
    name, variables = template_variables(reference)
    loaded = load_weights(name, options)
    return TransformersModel(loaded.model, loaded.processor, loaded.id, options, variables)


class TransformersModel(LocalModel):
    """A respondent made of a ``transformers`` model and its processor.

    Args:
        model: An image-text-to-text model in evaluation mode.
        processor: Its processor, with tokenizer and chat template.
        id: Name with revision.
        options: Batch size and engine.
        template_variables: Further variables of the chat template, part of the settings.

    Raises:
        ModelError: If the model has no usable chat template, or an option is unknown or impossible for it.
    """

    def __init__(
        self,
        model: HfModel,
        processor: Processor,
        id: str,
        options: ModelOptions,
        template_variables: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(id, processor, options)
        self._processor, self._template_variables = processor, template_variables
        self._adapter = ModelAdapter(model, self._tokenizer)
        self._readout = Reader(ChoiceTokens(self._tokenizer), options, self._adapter.picture_token, self._decode)
        self._writer = writer = PromptWriter(processor, template_variables, options.layout)
        chosen = choose_engine(self._adapter, writer, options)
        self._engine, self._chosen, self._proven = chosen.engine, chosen, False
        self.explanation = "; ".join([chosen.explanation, *writer.remarks])
        """Which engine asks, and why, and what its prompts cannot be, in one line."""
        engine = {"engine": chosen.name, "engine_reason": chosen.reason}
        small = sum(parameter.numel() for parameter in model.parameters()) <= _SMALL_MODEL
        self._window = max(1, options.batch_size) * (32 if small else 4)
        self._settings = {**writer.settings, **engine, **described(options), **self._environment(model)}

    def asked_as(self, options: ModelOptions) -> TransformersModel:
        """The same weights, on the same device and in the same number format, asked in another way.

        Args:
            options: Engine, batch size, layout, samples and seed; device and number format stay what they are.

        Raises:
            ModelError: If an option is unknown or impossible for the model.
        """
        return TransformersModel(self.torch_model, self._processor, self._id, options, self._template_variables)

    @property
    def torch_model(self) -> HfModel:
        """The model of ``transformers``, on its device, in evaluation mode."""
        return self._adapter.model

    @property
    def tokenizer(self) -> Tokenizer:
        """Its tokenizer."""
        return self._tokenizer

    def decoder_layers(self) -> Sequence[Module]:
        """Its decoder blocks, from the first to the last.

        Raises:
            ModelError: They are not where models of ``transformers`` have them.
        """
        return decoder_layers(self.torch_model)

    def prompt_inputs(self, ask: Ask) -> dict[str, Tensor]:
        """The whole prompt of an ask as the plain engine hands it over: one row, pictures expanded to their tokens.

        Raises:
            MediaError: A picture cannot be read, or the processor refuses it.
        """
        pictures = [read_picture(frame) for frame in ask.frames]
        return self._adapter.to_device(self._writer.tensors(self._writer.render(ask), pictures))

    def _answers(self, readouts: Sequence[Readout]) -> Iterator[Answer]:
        """Answer, the first time with earlier turns after a look whether the engine gives the plain one's answers then.

        Raises:
            ModelError: If it does not.
        """
        if not self._proven and any(readout.work[0].ask.turns for readout in readouts):
            if objection := self._chosen.objection_to_turns():
                raise ModelError(
                    f"The {self._chosen.name} engine cannot run this model after earlier turns: {objection}",
                    "use --engine naive",
                )
            self._proven = True
        return super()._answers(readouts)

    def _windows(self, readouts: Sequence[Readout]) -> Iterator[Sequence[Readout]]:
        """Asks answered together: about the wanted number, all that follow about one stimulus together."""
        start = 0
        for place in range(1, len(readouts) + 1):
            size = place - start
            if place == len(readouts) or size >= 2 * self._window:
                ends = True
            else:
                before, after = (readouts[each].work[0].ask for each in (place - 1, place))
                alike = (before.turns, before.stimulus) == (after.turns, after.stimulus)
                ends = size >= self._window and not alike
            if ends:
                yield readouts[start:place]
                start = place

    @staticmethod
    def _environment(model: HfModel) -> dict[str, str]:
        import torch
        import transformers

        return {
            "dtype": str(model.dtype).removeprefix("torch."),
            "device": model.device.type,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        }
