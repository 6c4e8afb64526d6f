"""Trainings that go on where they were: everything is kept every hundred steps, and luck starts afresh with each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import torch

BLOCK = 100
"""Steps between two checkpoints; each block draws from generators of its own, so that no generator has to be kept."""


class Kept(Protocol):
    """A module, an optimiser or a schedule."""

    def state_dict(self) -> Mapping[str, object]:
        """All that it needs."""

    def load_state_dict(self, state_dict: Mapping[str, object]) -> object:
        """Take over what ``state_dict`` gave."""


@dataclass(frozen=True, slots=True)
class Luck:
    """Random numbers of one block of steps."""

    numpy: np.random.Generator
    torch: torch.Generator


class Resumable:
    """Runs the steps of a training that are not done yet.

    Args:
        file: Where the state is kept between blocks; ``None`` keeps nothing.
        steps: In all.
        seed: Of the training.
        parts: Everything that changes in a step, by name.
    """

    def __init__(self, file: Path | None, steps: int, seed: int, parts: Mapping[str, Kept]) -> None:
        self._file, self._steps, self._seed, self._parts = file, steps, seed, parts

    def blocks(self) -> Iterator[tuple[range, Luck]]:
        """The steps to do, in blocks with their luck; between two blocks everything is kept."""
        import torch

        begun = self._load()
        for first in range(begun, self._steps, BLOCK):
            following = min(first + BLOCK, self._steps)
            fresh = torch.Generator().manual_seed(1_000_003 * self._seed + first)
            yield range(first, following), Luck(np.random.default_rng([self._seed, first]), fresh)
            self._keep(following)
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def _load(self) -> int:
        import torch

        if self._file is None or not self._file.exists():
            return 0
        state = torch.load(self._file, weights_only=True)
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        return int(state["step"])

    def _keep(self, step: int) -> None:
        import torch

        if self._file is None:
            return
        part = self._file.with_suffix(".part")
        torch.save({"step": step, **{name: each.state_dict() for name, each in self._parts.items()}}, part)
        part.replace(self._file)
