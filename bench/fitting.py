"""What it takes to fit value vectors of ten values: 100 pairs each, every text read once.

``python -m bench.fitting`` is the side that fits, in a process of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sized
from typing import cast

from agents.models.base import ModelOptions
from agents.models.steering import hooks
from bench.common import Clock, Row, child, load
from valuespectrum.reference.models import load as load_reference
from valuespectrum.steering.pairs.base import PUBLISHED_PAIRS
from valuespectrum.steering.pairs.grammar import own_pairs
from valuespectrum.steering.vectors.fitting import fit_vectors
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

COMMAND = "python -m bench.measure --only fitting"


def measure_fitting() -> list[Row]:
    """Texts that go through the model, each once for all blocks, and the seconds that it takes."""
    side = child("bench.fitting", [])
    wanted = 2 * PUBLISHED_PAIRS * len(VALUES)
    name, holds = "texts read to fit ten value vectors", side["texts"] == wanted
    return [Row(name, side["texts"], "texts", f"= {wanted}", holds, side, COMMAND)]


def fit() -> Json:
    """Fit, counting the rows that go through the first block."""
    model = load_reference("", ModelOptions(device="cpu", engine="naive"))
    rows: Counter[str] = Counter()

    def count(module: object, arguments: tuple[object, ...], output: object) -> None:
        rows["texts"] += len(cast(Sized, output[0] if isinstance(output, tuple) else output))
        rows["passes"] += 1

    handle = hooks.decoder_layers(model.torch_model)[0].register_forward_hook(count)
    with Clock() as whole:
        fitted = fit_vectors(model, {value: own_pairs(value).first(PUBLISHED_PAIRS) for value in VALUES})
    handle.remove()
    best = {value: max(vectors.accuracies.values()) for value, vectors in fitted.items()}
    told = {"texts": rows["texts"], "passes": rows["passes"], "seconds": round(whole.cost.wall, 1)}
    return {**told, "cpu_s": round(whole.cost.cpu, 1), "blocks": fitted[VALUES[0]].blocks, "best": best, "load": load()}


if __name__ == "__main__":
    print(json.dumps(fit()))
