"""Steps of a training: which optimiser turns what, and that losses side by side are one step."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from vectorstore.foundation.torch_setup import prepare_torch


@pytest.fixture(autouse=True)
def prepared() -> None:
    prepare_torch(1)


def test_matrices_are_turned_and_tables_are_not() -> None:
    import torch

    from valuespectrum.reference.training.optimising import Optimisers

    torch.manual_seed(0)
    named = {
        "embed_tokens.weight": torch.nn.Parameter(torch.randn(6, 4)),
        "layer.weight": torch.nn.Parameter(torch.randn(4, 4)),
        "layer.bias": torch.nn.Parameter(torch.zeros(4)),
        "profile2.weight": torch.nn.Parameter(torch.randn(3, 4)),
    }
    optimisers: Any = Optimisers(named.items(), 0.05, 0.05, lambda step: 1.0)
    kinds = {
        type(optimiser).__name__: {
            name for name, each in named.items() for one in optimiser.param_groups[0]["params"] if one is each
        }
        for optimiser in optimisers.parts.values()
        if isinstance(optimiser, torch.optim.Optimizer)
    }
    assert kinds == {"Muon": {"layer.weight"}, "AdamW": set(named) - {"layer.weight"}}
    wanted = torch.randn(6, 3)

    def value() -> torch.Tensor:
        hidden = named["embed_tokens.weight"] @ named["layer.weight"] + named["layer.bias"]
        return ((hidden @ named["profile2.weight"].T - wanted) ** 2).mean()

    first = value().item()
    for _ in range(150):
        optimisers.step(value())
    assert value().item() < 0.3 * first


def test_losses_side_by_side_are_a_step_down_their_mean() -> None:
    import torch

    from valuespectrum.reference.training.optimising import Optimisers

    inputs = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(0))

    def after_a_step(threads: int, together: bool) -> tuple[list[torch.Tensor], dict[str, float]]:
        torch.manual_seed(1)
        named = {"layer.weight": torch.nn.Parameter(torch.randn(4, 4)), "unused": torch.nn.Parameter(torch.ones(3))}
        shift = torch.nn.Parameter(torch.zeros(4))
        optimisers = Optimisers([*named.items(), ("shift", shift)], 0.05, 0.05, lambda step: 1.0)

        def loss(part: int) -> tuple[torch.Tensor, dict[str, float]]:
            value = ((inputs[part] @ named["layer.weight"] + (shift if part else 0.0)) ** 2).mean()
            return value, {"loss": value.item(), f"only {part}": 1.0}

        torch.set_num_threads(threads)
        told: dict[str, float] = {}
        if together:
            told = optimisers.step_together([partial(loss, part) for part in (0, 1)])
            assert torch.get_num_threads() == threads
        else:
            optimisers.step((loss(0)[0] + loss(1)[0]) / 2)
        return [*named.values(), shift], told

    before = torch.get_num_threads()
    try:
        expected, _ = after_a_step(1, False)
        for threads in (1, 2):
            found, told = after_a_step(threads, True)
            assert all(torch.allclose(one, other, atol=1e-6) for one, other in zip(found, expected, strict=True))
            assert told.keys() == {"loss", "only 0", "only 1"} and told["only 0"] == told["only 1"] == 1.0
    finally:
        torch.set_num_threads(before)
