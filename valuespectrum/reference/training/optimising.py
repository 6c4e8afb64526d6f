"""Gradient steps: matrices are orthogonalised (Muon, Jordan et al. 2024), vectors and embeddings take AdamW."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

from ingest.embedding.torch_embedder import choose_dtype
from valuespectrum.reference.training.resuming import Kept

if TYPE_CHECKING:
    import torch

Loss = Callable[[], tuple["torch.Tensor", Mapping[str, float]]]
"""Gives what shall be lowered, and what is told about it."""


def mixed_precision() -> torch.autocast:
    """Matrix products in bfloat16 where the processor has instructions for it, else in float32.

    Without them a product in bfloat16 is slower: where there is no AVX-512 either, a hundred times.
    """
    import torch

    return torch.autocast("cpu", torch.bfloat16, enabled=choose_dtype("auto", "cpu") == "bf16")


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
        for optimiser in self._optimisers:
            optimiser.zero_grad(set_to_none=True)
        value.backward()
        self._go()

    def step_together(self, losses: Sequence[Loss]) -> dict[str, float]:
        """Go one step down the mean gradient of several losses; returns the means of what they tell.

        Each is computed on one core, side by side where torch has as many threads: two halves of a batch on a core
        each take less time than a batch on both, since what is done between matrix products does not spread well.
        """
        import torch

        threads = torch.get_num_threads()
        workers = min(threads, len(losses))
        torch.set_num_threads(threads // workers)
        try:
            with ThreadPoolExecutor(workers) as pool:
                found = list(pool.map(self._gradients, losses))
        finally:
            torch.set_num_threads(threads)
        for place, parameter in enumerate(self._parameters):
            parts = [gradients[place] for gradients, _ in found]
            known = [each for each in parts if each is not None]
            parameter.grad = sum(known[1:], start=known[0]) / len(found) if known else None
        self._go()
        names = dict.fromkeys(name for _, told in found for name in told)
        means = {name: [told[name] for _, told in found if name in told] for name in names}
        return {name: sum(numbers) / len(numbers) for name, numbers in means.items()}

    def _gradients(self, loss: Loss) -> tuple[tuple[torch.Tensor | None, ...], Mapping[str, float]]:
        import torch

        value, told = loss()
        return torch.autograd.grad(value, self._parameters, allow_unused=True), told

    def _go(self) -> None:
        import torch

        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        for optimiser, scheduler in zip(self._optimisers, self._schedulers, strict=True):
            optimiser.step()
            scheduler.step()


def _is_table(name: str) -> bool:
    return any(part in name for part in ("embed", "profile", "shown", "weights", "liking", "behind"))
