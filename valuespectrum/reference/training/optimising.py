"""Gradient steps: matrices are orthogonalised (Muon, Jordan et al. 2024), vectors and embeddings take AdamW."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

from valuespectrum.reference.training.resuming import Kept

if TYPE_CHECKING:
    import torch


class Optimisers:
    """Both optimisers with one schedule.

    Args:
        named: Parameters with their names; those whose names speak of embeddings are no matrices of a layer.
        rate: Learning rate of vectors and embeddings.
        matrix_rate: Learning rate of matrices.
        schedule: Step to factor on both.
    """

    def __init__(
        self,
        named: Iterable[tuple[str, torch.nn.Parameter]],
        rate: float,
        matrix_rate: float,
        schedule: Callable[[int], float],
    ) -> None:
        import torch

        parameters = list(named)
        matrices = [each for name, each in parameters if each.ndim == 2 and not _is_table(name)]
        held = {id(each) for each in matrices}
        others = [each for _, each in parameters if id(each) not in held]
        self._parameters = [each for _, each in parameters]
        self._optimisers: list[torch.optim.Optimizer] = [
            torch.optim.Muon(matrices, lr=matrix_rate, momentum=0.95, weight_decay=0.01),
            torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.01),
        ]
        self._schedulers = [torch.optim.lr_scheduler.LambdaLR(each, schedule) for each in self._optimisers]

    @property
    def parts(self) -> dict[str, Kept]:
        """Everything that changes in a step, by name."""
        kept: list[object] = [*self._optimisers, *self._schedulers]
        return {f"optimiser {number}": cast(Kept, each) for number, each in enumerate(kept)}

    def step(self, value: torch.Tensor) -> None:
        """Go one step down the gradient of a loss."""
        import torch

        for optimiser in self._optimisers:
            optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        for optimiser, scheduler in zip(self._optimisers, self._schedulers, strict=True):
            optimiser.step()
            scheduler.step()


def _is_table(name: str) -> bool:
    return any(part in name for part in ("embed", "profile", "shown", "weights", "liking", "behind"))
