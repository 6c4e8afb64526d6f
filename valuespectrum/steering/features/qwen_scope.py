"""Files of Qwen-Scope: ``layer{n}.sae.pt``, a pickled dictionary of four tensors, transposed against SAELens.

``features = top k of (x W_enc' + b_enc)``, ``x' = features W_dec' + b_dec``, with ``W_enc`` of shape (d_sae, d_in) and
``W_dec`` of shape (d_in, d_sae) (model cards of Qwen-Scope, arXiv 2605.11887). How many features are kept stands in the
name of the folder (``SAE-Res-MODEL-W32K-L0_50``), the block in that of the file. No bias is taken off before the
encoder: the cards speak of none, and public loaders take none off; what comes back of activations decides. A negative
number among the k largest counts as 0 here.
"""

from __future__ import annotations

import re
from pathlib import Path

from agents.models.steering.autoencoder import Autoencoder
from valuespectrum.steering.features.published import PublishedAutoencoder, Stated, agreed, known_layer
from valuespectrum.steering.features.tensors import file_hash, read_pickled, taken
from vectorstore.foundation.errors import InputError

_FILE = re.compile(r"layer(\d{1,4})\.sae\.pt")
_FOLDER = re.compile(r"SAE-Res-(?P<model>[\w.-]+?)-W\d+K-L0_(?P<top>\d{1,5})")


def read_qwen_scope(path: Path, stated: Stated) -> PublishedAutoencoder:
    """Read a file of Qwen-Scope; nothing that is pickled in it is run.

    Args:
        path: ``layer{n}.sae.pt``, in a folder that has the name of its repository, or with ``stated.top``.
        stated: What the user says of it.

    Raises:
        InputError: It is missing, damaged, holds anything but tensors, or has another layout; or nobody says how many
            features are kept, or which block it is about.
    """
    tensors = read_pickled(path)
    encoder, encoder_bias, decoder, decoder_bias = taken(tensors, ("W_enc", "b_enc", "W_dec", "b_dec"), path)
    if encoder.ndim != 2 or decoder.shape != encoder.shape[::-1] or encoder_bias.shape != encoder.shape[:1]:
        raise InputError(
            f"{path}: W_enc {encoder.shape}, W_dec {decoder.shape} and b_enc {encoder_bias.shape} are not those of "
            "Qwen-Scope, which are (d_sae, d_in), (d_in, d_sae) and (d_sae,)",
            "is it transposed already?",
        )
    if stated.activation not in (None, "topk"):
        raise InputError(f"{path}: files of Qwen-Scope are of kind topk, not {stated.activation}")
    named = next((found for part in path.resolve().parts if (found := _FOLDER.fullmatch(part))), None)
    top = agreed("top", int(named["top"]) if named else 0, stated.top, path)
    if not isinstance(top, int) or top < 1:
        raise InputError(f"{path} does not say how many features are kept", "name the number with --top-k")
    number = _FILE.fullmatch(path.name)
    layer = known_layer(int(number[1]) if number else None, stated, path)
    made = Autoencoder(
        *(encoder.T, encoder_bias, decoder.T, decoder_bias, "topk"), centred=bool(stated.centred), most=top
    )
    return PublishedAutoencoder(made, "Qwen-Scope", layer, named["model"] if named else "", file_hash(path), path)
