"""Vectors that a sweep keeps beside its answers.

Fitted again they may differ in their last bits, on other cores or under another release of a library, and steered
models are named by their numbers: a sweep that goes on would ask other models than before. So it takes those it has.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.models.ask_key import canonical_json
from agents.models.steering.edits import vector
from valuespectrum.steering.pairs.base import PairSet
from valuespectrum.steering.vectors.fitting import ValueVectors, VectorFitOptions
from valuespectrum.steering.vectors.placing import more_contexts
from valuespectrum.steering.vectors.probes import ValueProbe
from vectorstore.foreign.documents import parse_json
from vectorstore.foreign.typed import made_from
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError

KEPT = ".vectors.safetensors"
"""File in the run folder of a sweep; hidden, since it stands there before the run is begun."""
_TOLD = "valuespectrum_vectors"
"""Key of what is told beside the numbers, in the metadata of the file."""


@dataclass(frozen=True, slots=True)
class _KeptProbe:
    """Of one block, what is no vector."""

    layer: int
    bias: float
    accuracy: float
    n_held_out: int
    gap: float
    norm: float
    mistaken: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _KeptVectors:
    origin: str
    """SHA-256 of what they were fitted from."""
    blocks: int
    probes: tuple[_KeptProbe, ...]


def keep_vectors(fitted: ValueVectors, folder: Path, options: VectorFitOptions) -> None:
    """Keep vectors in the folder of a run.

    Args:
        fitted: Of one value.
        folder: Of the run; made where it is missing.
        options: How they were fitted.

    Raises:
        StorageError: The file cannot be written.
    """
    from safetensors.numpy import save

    arrays, probes = dict[str, NDArray[np.float32]](), list[dict[str, object]]()
    for probe in fitted.probes:
        arrays[_named(probe.layer, "weights")] = np.ascontiguousarray(probe.weights, dtype=np.float32)
        arrays[_named(probe.layer, "means")] = np.ascontiguousarray(fitted.means[probe.layer], dtype=np.float32)
        numbers = {"bias": probe.bias, "accuracy": probe.accuracy, "gap": probe.gap, "norm": fitted.norms[probe.layer]}
        counts = {"layer": probe.layer, "n_held_out": probe.n_held_out, "mistaken": list(probe.mistaken)}
        probes.append({**numbers, **counts})
    origin = _origin(fitted.model, fitted.pairs, options)
    told = canonical_json({"origin": origin, "blocks": fitted.blocks, "probes": probes})
    with storage_errors(folder / KEPT):
        write_durably(folder / KEPT, save(arrays, {_TOLD: told}))


def kept_vectors(folder: Path, model: str, pairs: PairSet, options: VectorFitOptions) -> ValueVectors | None:
    """Vectors that were kept in the folder of a run.

    Args:
        folder: Of the run.
        model: Id of the model that is watched.
        pairs: Of one value.
        options: How they are to be fitted.

    Returns:
        ``None`` where there are none, where they were fitted from something else, and where the file is damaged: then
        they are fitted anew.
    """
    from safetensors import SafetensorError, safe_open

    path = folder / KEPT
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="np") as file:
            document = parse_json((file.metadata() or {}).get(_TOLD, ""), f"what {path} tells")
            told = made_from(_KeptVectors, document, "it")
            if told.origin != _origin(model, pairs, options):
                return None
            weights, means = (
                {each.layer: vector(file.get_tensor(_named(each.layer, part)), part) for each in told.probes}
                for part in ("weights", "means")
            )
    except (SafetensorError, InputError, ValueError, TypeError, RuntimeError, OSError):
        return None
    probes = tuple(
        ValueProbe(each.layer, weights[each.layer], each.bias, each.accuracy, each.n_held_out, each.gap, each.mistaken)
        for each in told.probes
    )
    norms = {each.layer: each.norm for each in told.probes}
    placing = more_contexts(options.placing, len(pairs.pairs), options.examples)
    return ValueVectors(pairs.value, model, told.blocks, probes, means, norms, pairs, placing)


def _named(layer: int, part: str) -> str:
    return f"{layer}.{part}"


def _origin(model: str, pairs: PairSet, options: VectorFitOptions) -> str:
    """SHA-256 of everything that vectors are fitted from."""
    placing, probes = options.placing, options.probes
    contexts = [[each.question, [frame.picture_sha for frame in each.frames]] for each in placing.contexts]
    told = [
        *(model, pairs.value, pairs.digest, list(pairs.groups)),
        *(placing.how, contexts, list(options.layers), options.examples),
        *(probes.held_out, probes.seed, probes.solver),
    ]
    return hashlib.sha256(canonical_json(told).encode()).hexdigest()
