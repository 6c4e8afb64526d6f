"""Files of SAELens: a folder with ``cfg.json`` and ``sae_weights.safetensors``.

``features = activation((x - b_dec * apply_b_dec_to_input) W_enc + b_enc)``, ``x' = features W_dec + b_dec``, with
``W_enc`` of shape (d_in, d_sae). Older files name the activation (``activation_fn_str``), newer ones the architecture.
Which of them it is stands in the file or is asked for: a file of kind topk that is read as relu looks right and is
wrong (SAELens issue 553).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from agents.models.steering.autoencoder import Activation, Autoencoder
from valuespectrum.steering.features.published import PublishedAutoencoder, Stated, agreed, known_layer
from valuespectrum.steering.features.tensors import Tensors, file_hash, read_safetensors, taken
from vectorstore.foreign.documents import read_json
from vectorstore.foundation.errors import InputError

CONFIGURATION, WEIGHTS = "cfg.json", "sae_weights.safetensors"
_ACTIVATIONS: Mapping[str, Activation | None] = {
    "standard": None,
    "relu": "relu",
    "topk": "topk",
    "jumprelu": "jumprelu",
}
"""Architectures and activations that are read; the standard one is told by its activation."""
_HOOK = re.compile(r"blocks\.(\d{1,4})\.hook_resid_(post|pre)")
_CHANGES = re.compile(r"norm|scal|reshape|skip|transcod|noise|groups|matryoshka", re.IGNORECASE)
"""Settings with such names change what an autoencoder computes."""
_TRAINING = (
    *("normalize_sae_decoder", "decoder_heuristic_init_norm", "noise_scale", "scale_sparsity_penalty_by_decoder_norm"),
    *("decoder_init_norm", "sparsity_penalty_decoder_norm_lp_norm", "lp_norm"),
)
"""Settings of training that leave a trained autoencoder as it is."""
_PARTS = ("W_enc", "b_enc", "W_dec", "b_dec")


def read_sae_lens(folder: Path, stated: Stated) -> PublishedAutoencoder:
    """Read a folder that SAELens wrote.

    Args:
        folder: With both files.
        stated: What the user says of it.

    Raises:
        InputError: A file is missing or damaged, it says what is not understood, or too little.
    """
    configuration = folder / CONFIGURATION
    document = read_json(configuration, "configuration of an autoencoder", "name a folder that SAELens wrote")
    if not isinstance(document, Mapping):
        raise InputError(f"{configuration} is no JSON object", "name a folder that SAELens wrote")
    _refuse_changes(document, configuration)
    weights = folder / WEIGHTS
    tensors = read_safetensors(weights)
    activation = _activation(document, tensors, stated, configuration)
    encoder, encoder_bias, decoder, decoder_bias = taken(tensors, _PARTS, weights)
    said = (_whole(document, "d_in", configuration), _whole(document, "d_sae", configuration))
    if encoder.shape != said:
        raise InputError(
            f"{folder}: W_enc has the shape {encoder.shape}, but d_in and d_sae are {said}",
            "are both files of one autoencoder, and not transposed?",
        )
    made = Autoencoder(
        *(encoder, encoder_bias, decoder, decoder_bias, activation),
        centred=_centred(document, stated, configuration),
        most=_top(document, activation, stated, configuration),
        thresholds=taken(tensors, ("threshold",), weights)[0] if activation == "jumprelu" else None,
    )
    layer = known_layer(_layer(document, configuration), stated, configuration)
    model = str(_setting(document, "model_name") or "")
    return PublishedAutoencoder(made, "SAELens", layer, model, file_hash(weights), weights)


def _setting(document: Mapping[str, object], name: str) -> object:
    """A setting, or one of the metadata, where newer files keep what is about the model."""
    for part in (document, document.get("metadata"), document.get("meta")):
        if isinstance(part, Mapping) and part.get(name) is not None:
            return part[name]
    return None


def _refuse_changes(document: Mapping[str, object], path: Path) -> None:
    """Refuse what changes the arithmetic and is not read here, by name."""
    for name, value in document.items():
        off = value is None or value is False or value in ("none", "")
        if _CHANGES.search(name) and name not in _TRAINING and not off:
            raise InputError(
                f"{path}: {name[:60]} is {value!r:.60}, which is not understood here",
                "fold it into the weights with SAELens, and save them again",
            )


def _activation(document: Mapping[str, object], tensors: Tensors, stated: Stated, path: Path) -> Activation:
    named = [document.get(name) for name in ("architecture", "activation_fn_str", "activation_fn")]
    said: list[Activation] = []
    for name in (each for each in named if each is not None):
        if not isinstance(name, str) or name not in _ACTIVATIONS:
            known = ", ".join(_ACTIVATIONS)
            raise InputError(f"{path}: an autoencoder of kind {name!r:.40} is not read here", f"known: {known}")
        found = _ACTIVATIONS[name]
        said += [found] if found else []
    # The architecture jumprelu has relu as its activation beside it.
    kinds = {"jumprelu"} if "jumprelu" in said and set(said) <= {"jumprelu", "relu"} else set(said)
    if len(kinds) > 1:
        raise InputError(f"{path} says two kinds of one autoencoder: {', '.join(sorted(kinds))}")
    # A file that has no other activation than that of its architecture is one of relu.
    if not kinds and named[0] == "standard":
        kinds = {"relu"}
    kind = agreed("activation", next(iter(kinds), None), stated.activation, path)
    if kind is None:
        raise InputError(f"{path} does not say which activation it has", "name it with --activation")
    if ("threshold" in tensors) != (kind == "jumprelu"):
        held = "has thresholds" if "threshold" in tensors else "has no thresholds"
        raise InputError(f"{path} says {kind}, but the file with the weights {held}", "take both from one place")
    return cast(Activation, kind)


def _top(document: Mapping[str, object], activation: Activation, stated: Stated, path: Path) -> int:
    options = document.get("activation_fn_kwargs")
    said = document.get("k", options.get("k") if isinstance(options, Mapping) else None)
    if activation != "topk":
        if said is not None or stated.top:
            raise InputError(
                f"{path} keeps {said or stated.top} features, but says {activation}", "which of them is it?"
            )
        return 0
    found = agreed("top", said, stated.top, path)
    if type(found) is not int or found < 1:
        raise InputError(f"{path} does not say how many features are kept", "name the number with --top-k")
    return found


def _centred(document: Mapping[str, object], stated: Stated, path: Path) -> bool:
    """Whether the decoder's bias is taken off; files that are older than the setting do so."""
    said = document.get("apply_b_dec_to_input", True if stated.centred is None else stated.centred)
    if not isinstance(said, bool) or (stated.centred is not None and said != stated.centred):
        raise InputError(f"{path}: apply_b_dec_to_input is {said!r:.40}", "leave it to the file")
    return said


def _layer(document: Mapping[str, object], path: Path) -> int | None:
    hook = _setting(document, "hook_name") or _setting(document, "hook_point")
    if hook is None:
        return None
    found = _HOOK.fullmatch(str(hook))
    layer = -1 if found is None else int(found[1]) - (found[2] == "pre")
    if layer < 0:
        raise InputError(
            f"{path} is about {str(hook)[:60]}, which is not the output of a block", "take one of a hook_resid_post"
        )
    return layer


def _whole(document: Mapping[str, object], name: str, path: Path) -> int:
    value = document.get(name)
    if type(value) is not int or not 0 < value <= 1 << 24:
        raise InputError(f"{path}: {name} is {value!r:.40}", "name a folder that SAELens wrote")
    return value
