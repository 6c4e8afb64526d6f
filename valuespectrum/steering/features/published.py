"""What a file of a sparse autoencoder says, and how a user may complete what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agents.models.model_names import ModelId
from agents.models.steering.autoencoder import Activation, Autoencoder
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import visible_line


@dataclass(frozen=True, slots=True)
class Stated:
    """What a user says of a file. Nothing of it may contradict the file; what neither says is asked for."""

    layer: int | None = None
    """Block whose output the autoencoder takes apart, from 0."""
    activation: Activation | None = None
    top: int = 0
    """Features that a file of kind ``"topk"`` keeps; 0 for what the file says."""
    centred: bool | None = None
    """Whether the decoder's bias is taken off before the encoder."""


@dataclass(frozen=True, eq=False)
class PublishedAutoencoder:
    """An autoencoder with what its file says of it."""

    autoencoder: Autoencoder
    layout: str
    """``"SAELens"``, ``"Qwen-Scope"`` or ``"sparsify"``."""
    layer: int
    """Block whose output it takes apart, from 0."""
    model: str
    """The model that it was trained on, as the file or its folder says; empty where neither does."""
    sha256: str
    """Of the file with its weights."""
    path: Path

    @property
    def told(self) -> Mapping[str, str | int | bool]:
        """For a manifest."""
        return {
            "file": self.path.name,
            "sha256": self.sha256,
            "layout": self.layout,
            "layer": self.layer,
            "trained_on": self.model,
            "activation": self.autoencoder.activation,
            "top": self.autoencoder.most,
            "centred": self.autoencoder.centred,
            "features": self.autoencoder.features,
        }


def agreed(name: str, said: object, stated: object, path: Path) -> object:
    """One of two statements, where they do not contradict each other.

    Args:
        name: What is stated, for the message.
        said: By the file; ``None`` or ``""`` or 0 for nothing.
        stated: By the user, in the same way.
        path: The file.

    Raises:
        InputError: They contradict each other.
    """
    if said in (None, "", 0) and not (name == "layer" and said == 0):
        return stated
    if stated in (None, "", 0) and not (name == "layer" and stated == 0):
        return said
    if said != stated:
        raise InputError(f"{path}: {name} is {said!r:.40}, not {stated!r:.40}", f"leave {name} to the file")
    return said


def known_layer(said: int | None, stated: Stated, path: Path) -> int:
    """The block that a file is about.

    Raises:
        InputError: Neither file nor user says, or they contradict each other.
    """
    found = agreed("layer", said, stated.layer, path)
    if not isinstance(found, int):
        raise InputError(f"{path} does not say which block it is about", "name it with --layer")
    return found


def check_model(autoencoder: PublishedAutoencoder, model: str, width: int, layers: int) -> None:
    """Refuse an autoencoder that cannot be of a model.

    Args:
        autoencoder: As it was read.
        model: What the model is called, for the message.
        width: Of the outputs of its blocks.
        layers: How many blocks it has.

    Raises:
        InputError: Width or block does not fit.
    """
    where = f"{autoencoder.path}, trained on {autoencoder.model}" if autoencoder.model else str(autoencoder.path)
    if autoencoder.autoencoder.width != width:
        raise InputError(
            f"{where}: the autoencoder has width {autoencoder.autoencoder.width}, the blocks of {model} have {width}",
            "name the autoencoder of this model",
        )
    if not 0 <= autoencoder.layer < layers:
        raise InputError(
            f"{where}: the autoencoder is about block {autoencoder.layer}, but {model} has {layers}, counted from 0",
            "name the autoencoder of this model",
        )


def other_model(autoencoder: PublishedAutoencoder, model: str) -> str:
    """What is said where a file names another model than the one it is used with.

    Names are the makers' own and say little, so that nothing is refused by them: one of a base model may do for a tuned
    one, which what comes back tells.

    Args:
        autoencoder: As it was read.
        model: Id of the model.

    Returns:
        Empty where the file names none, the same weights, or a model of the same name whose revision nobody says.
    """
    said, found = ModelId.parse(autoencoder.model), ModelId.parse(model)
    if not autoencoder.model:
        return ""
    if said.revision and found.revision and said.scheme == found.scheme:
        same = said.revision == found.revision
    else:
        same = _last_name(said) == _last_name(found)
    if same:
        return ""
    return (
        f"the autoencoder was trained on {visible_line(autoencoder.model)[:100]}, and this is {model}: that as much "
        "comes back as does is all that speaks for it here"
    )


def _last_name(model: ModelId) -> str:
    """The name without owner or folder; a name without a scheme is read as one."""
    return (model.name or model.scheme).rstrip("/").rpartition("/")[2].casefold()
