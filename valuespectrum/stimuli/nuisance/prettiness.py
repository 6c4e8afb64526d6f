"""How pretty a picture is, as an embedder sees it: how much nearer it is to praise than to the contrary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.base import Embedder

NAME = "prettiness"
PRETTY = ("a beautiful picture", "a pretty, well lit photograph", "a pleasing picture")
UGLY = ("an ugly picture", "a dull, badly lit photograph", "an unpleasant picture")


def prettiness(vectors: NDArray[np.float32], embedder: Embedder) -> NDArray[np.float64]:
    """Cosine with praise minus cosine with the contrary, each the mean of three texts.

    A direction of an embedder is what people wrote under pictures, and goes with what they show: that is why slopes
    are estimated within values, and why a second rating by a judge is worth having.

    Args:
        vectors: Unit vectors of pictures, shape (pictures, dimension).
        embedder: Of the same vectors.

    Returns:
        Shape (pictures,), -2 to 2.
    """
    praise, contrary = (embedder.texts(list(each)).mean(axis=0) for each in (PRETTY, UGLY))
    return np.asarray(vectors @ (praise - contrary), dtype=np.float64)
