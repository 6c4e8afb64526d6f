"""What a training tells of itself while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from valuespectrum.reference.training.material.packing import TrainingBatch

if TYPE_CHECKING:
    import torch

Log = Callable[[str], None]


class Progress:
    """Running means of what a training watches, told every fifty steps.

    Args:
        stage: Name.
        steps: In all.
        log: Told.
    """

    def __init__(self, stage: str, steps: int, log: Log, every: int = 50) -> None:
        self._stage, self._steps, self._log, self._every = stage, steps, log, every
        self._means: dict[str, float] = {}

    def tell(self, step: int, numbers: Mapping[str, float]) -> None:
        """Take in the numbers of one step."""
        for name, number in numbers.items():
            self._means[name] = number if name not in self._means else 0.95 * self._means[name] + 0.05 * number
        if step % self._every == 0 or step + 1 == self._steps:
            shown = ", ".join(f"{name} {mean:.3f}" for name, mean in self._means.items())
            self._log(f"{self._stage} {step}/{self._steps} {shown}")


def answer_errors(log_probabilities: torch.Tensor, batch: TrainingBatch) -> dict[str, float]:
    """Mean absolute error of the probabilities of first answer tokens by kind of item.

    The mean over an answer's options is taken first, then that over answers.

    Args:
        log_probabilities: From ``predict``.
        batch: The batch they belong to.
    """
    import torch

    if not len(batch.target_id):
        return {}
    given = log_probabilities[batch.target_prediction, batch.target_id].exp()
    count = len(batch.decided)
    off = torch.zeros(count).index_add_(0, batch.target_prediction, (given - batch.target_share).abs())
    options = torch.zeros(count).index_add_(0, batch.target_prediction, torch.ones(len(given)))
    each = off / options
    return {kind: float(each[batch.decided == place].mean()) for place, kind in enumerate(batch.kinds)}
