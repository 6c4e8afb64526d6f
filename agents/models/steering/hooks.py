"""Edits at work: hooks on the decoder blocks of a model, there for as long as a block of code runs, never longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from agents.models.hf_types import HfModel, Tokenizer
from agents.models.steering.edits import Edit, Place
from agents.models.steering.marks import Marks
from agents.models.steering.passes import Pass, PassReader, TokenKinds
from agents.models.steering.positions import picture_tokens
from vectorstore.foundation.errors import InputError, ModelError

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

_ACTIVATIONS = ("act_fn", "activation_fn", "act")
_INNER = ("mlp", "feed_forward")


class HookedModel(Protocol):
    """Whatever has a model of ``transformers`` inside."""

    @property
    def torch_model(self) -> HfModel:
        """The model."""

    @property
    def tokenizer(self) -> Tokenizer:
        """Its tokenizer."""


@dataclass(frozen=True, slots=True)
class PlainModel:
    """A model of ``transformers`` with its tokenizer, as hooks take it."""

    torch_model: HfModel
    tokenizer: Tokenizer


def decoder_layers(model: HfModel) -> Sequence[Module]:
    """The decoder blocks of a model, from the first to the last; its vision tower is left alone.

    Raises:
        ModelError: They are not where models of ``transformers`` have them.
    """
    find = getattr(model, "get_decoder", None)
    layers = getattr(find() if find else None, "layers", None)
    if layers is None or not len(layers):
        raise ModelError("the model does not say where its decoder blocks are", "it cannot be steered by its blocks")
    return list(layers)


def mlp_activation(layer: Module) -> Module | None:
    """The activation function inside the MLP of a block, whose output is one number a neuron; None where none is."""
    inner = next((found for name in _INNER if (found := getattr(layer, name, None)) is not None), None)
    found = next((found for name in _ACTIVATIONS if (found := getattr(inner, name, None)) is not None), None)
    return found if hasattr(found, "register_forward_hook") else None


def mlp_width(layer: Module) -> int:
    """Neurons of the MLP of a block; 0 where its activation function cannot be reached."""
    if mlp_activation(layer) is None:
        return 0
    inner = next(found for name in _INNER if (found := getattr(layer, name, None)) is not None)
    down = getattr(inner, "down_proj", None) or getattr(inner, "fc2", None)
    return int(getattr(down, "in_features", 0))


def hooked_module(model: HfModel, layer: int, place: Place) -> Module:
    """The module whose output is changed or watched.

    Raises:
        InputError: There is no such block, or its MLP cannot be reached.
    """
    layers = decoder_layers(model)
    if not 0 <= layer < len(layers):
        raise InputError(f"there is no block {layer}: the model has {len(layers)}, counted from 0")
    if place == "block":
        return layers[layer]
    found = mlp_activation(layers[layer])
    if found is None:
        raise InputError(f"the MLP of block {layer} has no activation function that can be reached")
    return found


def check_edits(model: HfModel, edits: Sequence[Edit]) -> None:
    """Refuse edits that do not fit a model.

    Raises:
        InputError: A block is not there, or has another shape.
    """
    layers = decoder_layers(model)
    width = int(model.config.get_text_config().hidden_size)
    for edit in edits:
        hooked_module(model, edit.layer, edit.place)
        edit.check(width, mlp_width(layers[edit.layer]) if edit.place == "mlp" else 0)


class Steering:
    """Edits of one model, which work while they are on.

    Which tokens go through is made out from what the model is called with, or announced by who knows better
    (:meth:`announced`).

    Args:
        model: The model.
        edits: Applied in this order; those of strength 0 are none.
        tokenizer: Needed where an edit is about a phrase.

    Raises:
        InputError: An edit does not fit the model.
    """

    def __init__(self, model: HfModel, edits: Sequence[Edit], tokenizer: Tokenizer | None = None) -> None:
        check_edits(model, edits)
        self._model = model
        self.edits = tuple(edit for edit in edits if edit.strength)
        phrases = {edit.positions.phrase for edit in self.edits if edit.positions.phrase}
        self.kinds = TokenKinds(picture_tokens(model), tuple(sorted(phrases)), tokenizer)
        self.marks = Marks(self.edits, self.kinds)
        """For engines that compute once what prompts have in common."""
        self._reader = PassReader(self.kinds)
        self._announced: Pass | None = None
        self._current: Pass | None = None

    @property
    def looks_ahead(self) -> bool:
        """Whether the beginning of a prompt depends on its end, so that no two prompts have one in common."""
        return any(edit.looks_ahead for edit in self.edits)

    @contextmanager
    def on(self) -> Iterator[None]:
        """Set the hooks; whatever happens inside, they are gone afterwards."""
        with ExitStack() as hooks:
            if self.edits:
                hooks.callback(self._model.register_forward_pre_hook(self._before(), with_kwargs=True).remove)
            for edit in self.edits:
                module = hooked_module(self._model, edit.layer, edit.place)
                hooks.callback(module.register_forward_hook(self._after(edit)).remove)
            yield

    @contextmanager
    def announced(self, current: Pass) -> Iterator[None]:
        """Say what goes through the model next."""
        before, self._announced = self._announced, current
        try:
            yield
        finally:
            self._announced = before

    @contextmanager
    def prompt(self, length: int) -> Iterator[None]:
        """Say how long the prompt is, where a model is called with more than that."""
        self._reader.prompt_length = length
        try:
            yield
        finally:
            self._reader.prompt_length = None

    def _before(self) -> Callable[..., None]:
        def hook(module: Module, arguments: tuple[object, ...], named: Mapping[str, object]) -> None:
            if self._announced is not None:
                self._current = self._announced
                return
            first = {"input_ids": arguments[0]} if arguments else {}
            self._current = self._reader.read({**first, **named})

        return hook

    def _after(self, edit: Edit) -> Callable[..., object]:
        change = edit.change(self._model.device)

        def hook(module: Module, arguments: tuple[object, ...], output: object) -> object:
            values = cast("Tensor", output[0] if isinstance(output, tuple) else output)
            if self._current is None:
                raise ModelError("blocks of a steered model are run by the model alone")
            mask = self._current.where(edit.positions, edit.phase)
            if mask is not None and not bool(mask.any()) and not edit.looks_ahead:
                return output
            taken = values.float()
            moved = (taken + edit.strength * change(taken, self._current)).to(values.dtype)
            edited = moved if mask is None else _chosen(mask, moved, values)
            return (edited, *output[1:]) if isinstance(output, tuple) else edited

        return hook


def _chosen(mask: Tensor, one: Tensor, other: Tensor) -> Tensor:
    import torch

    return torch.where(mask, one, other)


@contextmanager
def steered(model: HookedModel, edits: Sequence[Edit]) -> Iterator[None]:
    """Steer a model for as long as a block of code runs.

    Args:
        model: A model with a ``transformers`` model inside.
        edits: Applied in this order.

    Raises:
        InputError: An edit does not fit the model.
    """
    with Steering(model.torch_model, edits, model.tokenizer).on():
        yield


@contextmanager
def watched(
    model: HookedModel, layers: Sequence[int], place: Place, see: Callable[[int, Tensor, Pass], None]
) -> Iterator[None]:
    """Look at activations for as long as a block of code runs; edits that are on already have been made by then.

    Args:
        model: A model with a ``transformers`` model inside.
        layers: Numbers of blocks.
        place: Their outputs, or the activations of their MLPs.
        see: Is handed the number of the block, the activations (shape ``(rows, length, width)``), and which tokens
            they are of.

    Raises:
        InputError: There is no such block.
    """
    modules = [(layer, hooked_module(model.torch_model, layer, place)) for layer in layers]
    reader = PassReader(TokenKinds(picture_tokens(model.torch_model), (), None))
    current: list[Pass] = []

    def before(module: Module, arguments: tuple[object, ...], named: Mapping[str, object]) -> None:
        first = {"input_ids": arguments[0]} if arguments else {}
        current[:] = [reader.read({**first, **named})]

    def after(layer: int) -> Callable[..., None]:
        def hook(module: Module, arguments: tuple[object, ...], output: object) -> None:
            see(layer, cast("Tensor", output[0] if isinstance(output, tuple) else output), current[0])

        return hook

    with ExitStack() as hooks:
        hooks.callback(model.torch_model.register_forward_pre_hook(before, with_kwargs=True).remove)
        for layer, module in modules:
            hooks.callback(module.register_forward_hook(after(layer)).remove)
        yield
