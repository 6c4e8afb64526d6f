"""What a model may offer beyond the contract: each is one member, and none is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from agents.models.base import Ask, Model, ModelOptions
from agents.models.hf_types import HfModel, Tokenizer
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module


@runtime_checkable
class ExplainedModel(Protocol):
    """A model that tells how it is asked, and why so."""

    @property
    def explanation(self) -> str:
        """One line, e.g. ``"engine: tree because it is exact here"``."""


@runtime_checkable
class WindowedModel(Protocol):
    """A model that is to be handed asks in pieces of another size than usual."""

    @property
    def window(self) -> int | None:
        """Asks at once, about; ``None`` for the usual number."""


@dataclass(frozen=True, slots=True)
class Replies:
    """How much a model may say to one ask, as far as that is known before it was asked."""

    answers: int = 1
    """Answers that are drawn where there are options."""
    thinking: int = 0
    """Most tokens before each answer."""
    prompts: int = 1
    """Times that the prompt of an ask with options is sent."""


@runtime_checkable
class TriedModel(Protocol):
    """A model that was tried out when it was loaded, so that more is known of what it says than its spec tells."""

    @property
    def replies(self) -> Replies | None:
        """How much it may say to one ask; ``None`` where that is not known."""


@runtime_checkable
class ReusableModel(Protocol):
    """A model whose weights can be asked in another way without being loaded again."""

    def asked_as(self, options: ModelOptions) -> Self:
        """The same weights, asked with these options.

        Raises:
            ModelError: They cannot be asked so.
        """


@runtime_checkable
class SteerableModel(Protocol):
    """A model that takes ``ModelOptions.steer``; one that is not must not be asked in its place."""

    @property
    def steering(self) -> Sequence[str]:
        """What is done to its blocks, an intervention each, in words; none for a model as it is."""


@runtime_checkable
class TorchModel(Protocol):
    """A model in this process whose weights can be reached: what collects activations or edits them needs no more."""

    @property
    def id(self) -> str:
        """Name with revision, as of any model."""

    @property
    def torch_model(self) -> HfModel:
        """The model of ``transformers``, on its device, in evaluation mode."""

    @property
    def tokenizer(self) -> Tokenizer:
        """Its tokenizer."""

    def decoder_layers(self) -> Sequence[Module]:
        """Its decoder blocks, from the first to the last.

        Raises:
            ModelError: They are not where models of ``transformers`` have them.
        """

    def prompt_inputs(self, ask: Ask) -> Mapping[str, Tensor]:
        """The whole prompt of an ask as the plain engine hands it over, one row.

        Each picture is expanded to its tokens, so that an index into ``input_ids[0]`` is a place in every activation.

        Raises:
            MediaError: A picture cannot be read, or the processor refuses it.
        """


@runtime_checkable
class VideoModel(Protocol):
    """A model that may be shown several frames as one video (``Stimulus.times``); one that is not never is."""

    def objection_to_video(self) -> str:
        """Why it cannot be after all; empty when it can."""


def objection_to_video(model: Model) -> str:
    """Why a model cannot be shown a video; empty when it can."""
    if not isinstance(model, VideoModel):
        return "models of its kind are given pictures here, no videos"
    return model.objection_to_video()


def watching(model: Model, options: ModelOptions) -> Model:
    """A model as it can be shown videos: by the plain engine, where a faster one was chosen for it that cannot.

    Args:
        model: Any.
        options: How it was loaded; an engine that they name stays.

    Raises:
        InputError: It cannot be shown any.
    """
    if options.engine == "auto" and isinstance(model, ReusableModel) and objection_to_video(model):
        model = model.asked_as(replace(options, engine="naive"))
    refuse_without_video(model)
    return model


def refuse_without_video(model: Model) -> None:
    """Refuse a model that cannot be shown a video: frames that it gets as pictures are another question.

    Raises:
        InputError: It cannot.
    """
    if reason := objection_to_video(model):
        hint = "show pictures, or name a model whose processor takes videos"
        raise InputError(f"{model.id} cannot be shown a video: {reason}", hint)
