"""A pair of networks on disk: safetensors with a manifest beside it, never anything that runs when it is read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from valuespectrum.instruments.decisions.choosing.blending import Floats
from valuespectrum.instruments.decisions.network.heads import DecisionHead, combined, pooled_states
from vectorstore.foreign.documents import check_shape, read_json, read_regular
from vectorstore.foundation.disk import make_folder, storage_errors, write_durably
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

WEIGHTS, MANIFEST = "decisions.safetensors", "decisions.json"
FORMAT = 1
_LARGEST = 256 * 2**20
_HINT = "name a folder that python -m valuespectrum.instruments.decisions.network.train wrote"
_LABEL, _RATE = "label.", "rate."


@dataclass(frozen=True, slots=True)
class NetworkManifest:
    """What the two networks belong to."""

    encoder: str
    """Id of the frozen encoder whose states they read."""
    written_as: str
    """How a user names that encoder."""
    width: int
    """Length of its states."""
    positions: int
    """To which sequences are pooled."""
    scale: float
    """Factor on states."""
    inputs: str
    """``separate`` where scenes and actions are rated by themselves, ``joined`` where an action follows its scene."""
    trained_on: str
    """What, in words."""
    weights: str = ""
    """SHA-256 of the file of weights."""
    format: int = FORMAT


@dataclass(frozen=True, eq=False)
class DecisionNetwork:
    """LabelNet and RateNet with what they belong to."""

    label: DecisionHead
    rate: DecisionHead
    manifest: NetworkManifest

    def ratings(self, states: list[Floats]) -> Floats:
        """Six ratings of each sequence of states, -1 to 1: shape (n, 6).

        Args:
            states: Each of shape (length, width), in the encoder's own scale.

        Raises:
            InputError: States are of another encoder, or a sequence has none.
        """
        if not states:
            return np.zeros((0, self.label.last_weight.shape[0]))
        wrong = next((each.shape for each in states if each.ndim != 2 or each.shape[1] != self.manifest.width), None)
        if wrong is not None:
            raise self._of_another(wrong)
        return self._rated(pooled_states(states, self.manifest.positions))

    def ratings_of_vectors(self, vectors: Floats) -> Floats:
        """The same of sequences of one state each: a single state at all positions is itself, so one position does.

        Args:
            vectors: Shape (n, width).

        Raises:
            InputError: They are of another encoder.
        """
        if vectors.ndim != 2 or vectors.shape[1] != self.manifest.width:
            raise self._of_another(vectors.shape)
        return self._rated(np.asarray(vectors, dtype=np.float64)[:, None, :])

    def _rated(self, states: Floats) -> Floats:
        scaled = self.manifest.scale * states
        return combined(self.rate.forward(scaled, "tanh"), self.label.forward(scaled, "sigmoid"))

    def _of_another(self, shape: tuple[int, ...]) -> InputError:
        return InputError(
            f"states of the shape {shape} were given to networks that read {self.manifest.width} numbers a state",
            f"encode with {self.manifest.written_as}, or train networks on your own encoder",
        )


def save_network(folder: Path, network: DecisionNetwork) -> NetworkManifest:
    """Write networks, in half precision.

    Args:
        folder: Made where it is missing; what is there of the same name is replaced.
        network: To write.

    Returns:
        The manifest as it was written.

    Raises:
        InputError: A weight is too large for half precision.
        StorageError: The disk refuses.
    """
    from safetensors.numpy import save

    arrays = {f"{_LABEL}{name}": each for name, each in network.label.arrays().items()}
    arrays |= {f"{_RATE}{name}": each for name, each in network.rate.arrays().items()}
    half = {name: np.ascontiguousarray(each, dtype=np.float16) for name, each in arrays.items()}
    if any(not np.isfinite(each).all() for each in half.values()):
        raise InputError("a weight is too large to be written", "train with a smaller step")
    content = save(half)
    manifest = replace(network.manifest, weights=hashlib.sha256(content).hexdigest())
    with storage_errors(folder):
        make_folder(folder)
        write_durably(folder / WEIGHTS, content)
        write_durably(folder / MANIFEST, (json.dumps(asdict(manifest), indent=1) + "\n").encode())
    return manifest


def load_network(folder: Path) -> DecisionNetwork:
    """Read networks; nothing in the files is run.

    Raises:
        InputError: A file is missing, damaged, of another version, or does not belong to the other.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    manifest = check_shape(
        NetworkManifest, read_json(folder / MANIFEST, "manifest of networks", _HINT), str(folder / MANIFEST), _HINT
    )
    path = folder / WEIGHTS
    if manifest.format != FORMAT or not 1 <= manifest.positions <= 4096 or not np.isfinite(manifest.scale):
        raise InputError(f"{folder / MANIFEST} is of another version, or its numbers cannot be", _HINT)
    try:
        content = read_regular(path, _LARGEST)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}", _HINT) from error
    if hashlib.sha256(content).hexdigest() != manifest.weights:
        raise InputError(f"{path} is not the file that {MANIFEST} beside it describes", "copy both, or train again")
    try:
        arrays = load(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no safetensors file: {error}"[:300], _HINT) from error
    heads = []
    for part in (_LABEL, _RATE):
        named = {name.removeprefix(part): each for name, each in arrays.items() if name.startswith(part)}
        try:
            heads.append(DecisionHead.from_arrays(named))
        except InputError as error:
            raise InputError(f"{path}, {part.rstrip('.')}: {error.message}", _HINT) from error
    label, rate = heads
    if not label.width == rate.width == manifest.width:
        raise InputError(f"{path} reads {label.width} and {rate.width} numbers a state, not {manifest.width}", _HINT)
    return DecisionNetwork(label, rate, manifest)


def chosen_network(folder: str) -> DecisionNetwork:
    """Networks of a folder of the user's; ours for an empty name.

    Raises:
        InputError: They cannot be read.
    """
    return load_network(user_path(folder)) if folder else own_network()


@cache
def own_network() -> DecisionNetwork:
    """The networks that come with us, on the vectors of the reference embedder.

    They were trained on scenes of our own grammar and drawn clips, and know the words of these alone.
    """
    return load_network(Path(str(files("valuespectrum.reference") / "weights" / "decisions")))
