"""Which layout a file of an autoencoder has, by what lies there."""

from __future__ import annotations

from pathlib import Path

from valuespectrum.steering.features import sae_lens, sparsify
from valuespectrum.steering.features.published import PublishedAutoencoder, Stated
from valuespectrum.steering.features.qwen_scope import read_qwen_scope
from vectorstore.foundation.errors import InputError

_KNOWN = (
    f"a folder with {sae_lens.CONFIGURATION} and {sae_lens.WEIGHTS} (SAELens) or {sparsify.WEIGHTS} (sparsify), or a "
    "file layerN.sae.pt (Qwen-Scope)"
)


def read_autoencoder(path: Path, stated: Stated | None = None) -> PublishedAutoencoder:
    """Read a published autoencoder; reading one runs nothing that is in it.

    Args:
        path: A folder of SAELens or sparsify, or a file of Qwen-Scope.
        stated: What the user says of it.

    Raises:
        InputError: Nothing that is known lies there, or it is damaged, contradicts itself or says too little.
    """
    stated = stated or Stated()
    if path.is_dir():
        if (path / sae_lens.WEIGHTS).exists():
            return sae_lens.read_sae_lens(path, stated)
        if (path / sparsify.WEIGHTS).exists():
            return sparsify.read_sparsify(path, stated)
        raise InputError(f"no autoencoder lies in {path}", f"name {_KNOWN}")
    if path.suffix == ".pt":
        return read_qwen_scope(path, stated)
    raise InputError(f"{path} is no autoencoder that is read here", f"name {_KNOWN}")
