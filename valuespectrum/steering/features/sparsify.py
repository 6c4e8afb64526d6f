"""Files of EleutherAI's sparsify (once ``sae``), in which the autoencoder of LLaVA-NeXT is published.

A folder with ``cfg.json`` and ``sae.safetensors``: ``features = top k of max((x - b_dec) W' + c, 0)`` with
``encoder.weight`` of shape (d_sae, d_in), ``x' = features W_dec + b_dec`` (multimodal-sae, arXiv 2411.14982: decoder
block 24, 131,072 features, 256 kept).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from agents.models.steering.autoencoder import Autoencoder
from valuespectrum.steering.features.published import PublishedAutoencoder, Stated, agreed, known_layer
from valuespectrum.steering.features.tensors import file_hash, read_safetensors, taken
from vectorstore.foreign.documents import read_json
from vectorstore.foundation.errors import InputError

WEIGHTS = "sae.safetensors"
_PARTS = ("encoder.weight", "encoder.bias", "W_dec", "b_dec")
_LAYERS = re.compile(r"(?:[\w.]+\.)?layers\.(\d{1,4})")
_TRAINING = {"expansion_factor", "normalize_decoder", "num_latents", "k", "d_in", "multi_topk", "hookpoint"}
_OFF = (False, None, 0, "topk")


def read_sparsify(folder: Path, stated: Stated) -> PublishedAutoencoder:
    """Read a folder that sparsify wrote.

    Args:
        folder: With both files; its name may say the block (``model.layers.24``).
        stated: What the user says of it.

    Raises:
        InputError: A file is missing or damaged, it says what is not understood, or too little.
    """
    configuration, weights = folder / "cfg.json", folder / WEIGHTS
    document = read_json(configuration, "configuration of an autoencoder", "name a folder that sparsify wrote")
    if not isinstance(document, Mapping):
        raise InputError(f"{configuration} is no JSON object", "name a folder that sparsify wrote")
    for name, value in document.items():
        if name not in _TRAINING and value not in _OFF:
            raise InputError(f"{configuration}: {name[:60]} is {value!r:.60}, which is not understood here")
    encoder, encoder_bias, decoder, decoder_bias = taken(read_safetensors(weights), _PARTS, weights)
    said = document.get("d_in")
    if encoder.ndim != 2 or said != encoder.shape[1]:
        raise InputError(f"{folder}: encoder.weight has the shape {encoder.shape}, but d_in is {said!r:.40}")
    if stated.activation not in (None, "topk") or stated.centred is False:
        raise InputError(f"{folder}: files of sparsify are of kind topk, with the bias taken off first")
    top = agreed("top", document.get("k"), stated.top, configuration)
    if type(top) is not int or top < 1:
        raise InputError(f"{configuration} does not say how many features are kept", "name the number with --top-k")
    named = _LAYERS.fullmatch(folder.resolve().name)
    layer = known_layer(int(named[1]) if named else None, stated, folder)
    made = Autoencoder(encoder.T, encoder_bias, decoder, decoder_bias, "topk", centred=True, most=top)
    return PublishedAutoencoder(made, "sparsify", layer, "", file_hash(weights), weights)
