"""Vision-language models of the ``transformers`` library: ``hf:FOLDER`` or ``hf:OWNER/NAME``.

Choices are scored at the first answer token, over the full vocabulary, or by the likelihood of whole words where first
tokens do not tell them apart; or, with ``samples``, by their shares of drawn answers. The text answer is the greedy
continuation without penalties; where its first token is one of the choices, that token is the text and nothing more is
decoded.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agents.models.base import Answer, Ask, ModelOptions
from agents.models.capabilities import refuse_without_video
from agents.models.choice_tokens import ChoiceTokens
from agents.models.engines.adapter import ModelAdapter
from agents.models.engines.engine_choice import ProvenEngine, choose_engine, refuse_after_turns
from agents.models.engines.lanes import Lanes, twin
from agents.models.engines.naive_engine import Engine, Reply, Work
from agents.models.engines.steered_engine import GatedEngine
from agents.models.engines.video_trial import try_video
from agents.models.hf_types import HfModel, Processor, Tokenizer
from agents.models.local.base import LocalModel
from agents.models.local.readouts import Reader, Readout, described
from agents.models.local.weights import load_weights, template_variables
from agents.models.steering.hooks import Steering, decoder_layers
from agents.models.steering.intervention import Intervention, all_edits, steered_id
from agents.models.steering.specs import read_steering
from agents.models.templates.prompting import PromptWriter

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
        id: Name with revision, without interventions.
        options: Batch size, engine, and interventions by their files.
        template_variables: Further variables of the chat template, part of the settings.
        interventions: Further ones, after those.

    Raises:
        ModelError: If the model has no usable chat template, or an option is unknown or impossible for it.
        InputError: If an intervention cannot be used, or was not made for this model.
    """

    def __init__(
        self,
        model: HfModel,
        processor: Processor,
        id: str,
        options: ModelOptions,
        template_variables: Mapping[str, object] | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> None:
        self._interventions = (*read_steering(options.steer), *interventions)
        self._options = options
        super().__init__(steered_id(id, self._interventions), processor, options)
        self._base_id, self._processor, self._template_variables = id, processor, template_variables
        for each in self._interventions:
            each.check_model(id)
            if each.gate:
                each.gate.check()
        self._adapter = ModelAdapter(model, self._tokenizer, self._steering_by(model, self._interventions))
        shown = self._adapter.picture_token, self._adapter.video_token
        self._readout = Reader(ChoiceTokens(self._tokenizer), options, shown[0], self._decode, shown[1])
        self._writer = writer = PromptWriter(processor, template_variables, options.layout)
        self._chosen, self._proven = choose_engine(self._adapter, writer, options), False
        self._engine = self._gated(options)
        self._to_video: str | None = None
        doubts = [each.doubt for each in self._interventions if each.doubt]
        self.explanation = "; ".join([self._chosen.explanation, *writer.remarks, *self.steering, *doubts])
        """Which engine asks, and why, what its prompts cannot be, and what is done to its blocks, in one line."""
        engine = {"engine": self._chosen.name, "engine_reason": self._chosen.reason}
        engine |= {"steering": "; ".join(self.steering)} if self._interventions else {}
        small = sum(parameter.numel() for parameter in model.parameters()) <= _SMALL_MODEL
        self._lanes = Lanes(model, self._engine, self._further_engine) if self._takes_lanes(small) else self._engine
        self._window = max(1, options.batch_size) * (32 if small else 4)
        self._settings = {**writer.settings, **engine, **described(options), **self._environment(model)}

    def asked_as(self, options: ModelOptions) -> TransformersModel:
        """The same weights, on the same device and in the same number format, asked in another way.

        Args:
            options: Engine, batch size, layout, samples and seed; device and number format stay what they are.

        Raises:
            ModelError: If an option is unknown or impossible for the model.
        """
        return self._again(replace(options, steer=()), self._interventions)

    def steered(self, interventions: Sequence[Intervention]) -> TransformersModel:
        """The same weights with further interventions, asked in the same way; its engine is chosen anew.

        Raises:
            InputError: One was not made for this model.
        """
        return self._again(replace(self._options, steer=()), (*self._interventions, *interventions))

    def _again(self, options: ModelOptions, interventions: Sequence[Intervention]) -> TransformersModel:
        parts = self.torch_model, self._processor, self._base_id, options, self._template_variables
        return TransformersModel(*parts, interventions)

    @property
    def steering(self) -> tuple[str, ...]:
        """What is done to its blocks, an intervention each, in words; none for a model as it is."""
        return tuple(each.in_words for each in self._interventions)

    def _steering_by(self, model: HfModel, interventions: Sequence[Intervention]) -> Steering | None:
        made = Steering(model, all_edits(interventions), self._tokenizer)
        return made if made.edits else None

    def _gated(self, options: ModelOptions) -> Engine:
        """The chosen engine, for each combination of interventions that gates let through.

        Raises:
            ModelError: One of two states of a gate cannot be asked so.
        """
        if all(each.gate is None for each in self._interventions):
            return self._chosen.engine
        same = replace(options, engine=self._chosen.name)

        def engine_of(interventions: tuple[Intervention, ...]) -> Engine:
            if interventions == self._interventions:
                return self._chosen.engine
            adapter = ModelAdapter(
                self.torch_model, self._tokenizer, self._steering_by(self.torch_model, interventions)
            )
            # With all gates shut it is the model as it is, asked as that is asked: to the last bit.
            wanted = same if interventions else options
            return ProvenEngine(choose_engine(adapter, self._writer, wanted))

        return GatedEngine(self._interventions, engine_of)

    def _takes_lanes(self, small: bool) -> bool:
        """Whether several engines at once are faster, and safe: gates have models of their own."""
        gated = any(each.gate for each in self._interventions)
        return small and not gated and self._adapter.device.type == "cpu" and self._chosen.name != "naive"

    def _further_engine(self) -> Engine:
        parts = twin(self.torch_model), copy.deepcopy(self._processor), self._base_id
        options = replace(self._options, steer=())
        return TransformersModel(*parts, options, self._template_variables, self._interventions)._engine

    def _answer_together(self, work: Sequence[Work]) -> list[Reply]:
        return self._lanes.answer(work)

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
        return self._adapter.to_device(self._writer.whole(ask))

    def objection_to_video(self) -> str:
        """Why it cannot be shown a video; empty when it can. Finds out the first time, by showing it one."""
        if self._to_video is None:
            reason = self._writer.objection_to_video()
            if not reason and (faster := self._chosen.objection_to_videos()):
                reason = f"not by the {self._chosen.name} engine, {faster} (--engine naive may)"
            self._to_video = reason or try_video(self._engine, self._adapter)
        return self._to_video

    def _answers(self, readouts: Sequence[Readout]) -> Iterator[Answer]:
        """Answer, the first time with earlier turns after a look whether the engine gives the plain one's answers then.

        Raises:
            ModelError: If it does not.
            InputError: A video is shown, and cannot be.
        """
        if any(readout.work[0].ask.stimulus.times for readout in readouts):
            refuse_without_video(self)
        if not self._proven and any(readout.work[0].ask.turns for readout in readouts):
            refuse_after_turns(self._chosen)
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
