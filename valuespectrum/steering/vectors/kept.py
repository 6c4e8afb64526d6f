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
    """Of one block, what is counted."""

    layer: int
    n_held_out: int
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

    arrays, probes = dict[str, NDArray[np.floating]](), list[dict[str, object]]()
    for probe in fitted.probes:
        layer, norm = probe.layer, fitted.norms[probe.layer]
        arrays[f"{layer}.weights"] = np.ascontiguousarray(probe.weights, dtype=np.float32)
        arrays[f"{layer}.means"] = np.ascontiguousarray(fitted.means[layer], dtype=np.float32)
        arrays[f"{layer}.numbers"] = np.array([probe.bias, probe.accuracy, probe.gap, norm], dtype=np.float64)
        probes.append({"layer": layer, "n_held_out": probe.n_held_out, "mistaken": list(probe.mistaken)})
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
            probes, means, norms = list[ValueProbe](), dict[int, NDArray[np.float32]](), dict[int, float]()
            for each in told.probes:
                weights, means[each.layer] = (
                    vector(file.get_tensor(f"{each.layer}.{part}").copy(), part) for part in ("weights", "means")
                )
                bias, accuracy, gap, norms[each.layer] = _numbers(file.get_tensor(f"{each.layer}.numbers"))
                probes.append(ValueProbe(each.layer, weights, bias, accuracy, each.n_held_out, gap, each.mistaken))
    except (SafetensorError, InputError, ValueError, TypeError, RuntimeError, OSError):
        return None
    placing = more_contexts(options.placing, len(pairs.pairs), options.examples)
    return ValueVectors(pairs.value, model, told.blocks, tuple(probes), means, norms, pairs, placing)


def _numbers(found: NDArray[np.float64]) -> list[float]:
    """Bias, accuracy, gap and norm: as numbers of 64 bits, which come back as they were.

    Raises:
        ValueError: They are something else.
    """
    if found.dtype != np.float64 or found.shape != (4,) or not np.isfinite(found).all():
        raise ValueError("no four numbers")
    return [float(number) for number in found]


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
