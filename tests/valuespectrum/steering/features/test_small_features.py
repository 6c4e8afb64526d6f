"""Small features add too much where a file of kind topk is read as relu, and not where relu was trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from agents.models.steering.autoencoder import Autoencoder
from valuespectrum.steering.features.reconstruction import check_reconstruction, reconstruct, small_features
from valuespectrum.steering.features.training import AutoencoderTraining, train_autoencoder
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

WIDTH, FEATURES, STEPS = 24, 72, 500


def activations(seed: int) -> NDArray[np.float32]:
    """Few of many directions at a time, the rarer ones less often, and noise."""
    rng = stream(seed, "small features")
    rows = rng.standard_normal((48, WIDTH))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    often = 0.5 / np.arange(3, 51) ** 0.7
    codes = (rng.random((6000, 48)) < often) * rng.exponential(1, (6000, 48))
    return (codes @ rows + 0.02 * rng.standard_normal((6000, WIDTH))).astype(np.float32)


def with_penalty(values: NDArray[np.float32], penalty: float, seed: int) -> Autoencoder:
    """Relu, and a penalty on the sum of activations; rows of the decoder of length one."""
    rng = stream(seed, "penalty")
    given = torch.from_numpy(values)
    decoder = torch.from_numpy(rng.standard_normal((FEATURES, WIDTH)).astype(np.float32))
    decoder = (decoder / decoder.norm(dim=1, keepdim=True)).requires_grad_()
    encoder = decoder.detach().T.clone().requires_grad_()
    biases = [torch.zeros(size, requires_grad=True) for size in (FEATURES, WIDTH)]
    optimiser = torch.optim.Adam([encoder, decoder, *biases], lr=3e-3)
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = 3e-3 * min(1.0, 5 * (1 - step / STEPS))
        batch = given[torch.from_numpy(rng.integers(0, len(given), 256))]
        features = ((batch - biases[1]) @ encoder + biases[0]).clamp(min=0)
        left = batch - features @ decoder - biases[1]
        optimiser.zero_grad()
        (left.square().sum(-1) + penalty * features.sum(-1)).mean().backward()
        optimiser.step()
        with torch.no_grad():
            decoder /= decoder.norm(dim=1, keepdim=True)
    first, second, third, fourth = (each.detach().numpy() for each in (encoder, biases[0], decoder, biases[1]))
    return Autoencoder(first, second, third, fourth, "relu", centred=True)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("penalty", [0.03, 0.1, 0.3])
def test_a_file_of_relu_is_not_refused(penalty: float, seed: int) -> None:
    values = activations(seed)
    honest = with_penalty(values[:4000], penalty, seed)
    found = check_reconstruction(honest, values[4000:], "honest")
    assert found.active > 3 and found.explained > 0.7 and found.doubt == ""
    assert check_reconstruction(honest, values[4000:], "honest", insisted="relu") == found
    with pytest.raises(InputError, match="honest is read as relu, not topk"):
        check_reconstruction(honest, values[4000:], "honest", insisted="topk")


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("top", [3, 6])
def test_a_file_of_topk_that_says_relu_is_refused(top: int, seed: int) -> None:
    values = activations(seed)
    made = train_autoencoder(values[:4000], AutoencoderTraining(FEATURES, top, STEPS, 256, 3e-3, seed))
    assert check_reconstruction(made, values[4000:], "as it is").doubt == ""
    relabelled = replace(made, activation="relu", most=0)
    active = reconstruct(relabelled, values[4000:]).active
    small = small_features(relabelled, values[4000:], active)
    assert small and small.largest < active and small.bound < 0.65
    assert small_features(relabelled, values[4000:], 1) is None
    with pytest.raises(InputError) as refused:
        check_reconstruction(relabelled, values[4000:], "the file")
    told = refused.value
    assert "\n" not in told.message
    if "read as relu, gives back" in told.message:  # another reading gives back far more, which nobody may insist on
        with pytest.raises(InputError, match="read as relu, gives back"):
            check_reconstruction(relabelled, values[4000:], "the file", insisted="relu")
        return
    assert told.message.startswith("the file is refused: it says relu")
    assert f"beyond the {small.largest} largest" in told.message and told.hint.endswith("--insist-on relu")
    kept = check_reconstruction(relabelled, values[4000:], "the file", insisted="relu")
    assert told.message == f"the file is refused: {kept.doubt}"
