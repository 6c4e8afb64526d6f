"""Which blocks are steered: by a rule over held-out accuracies, or as somebody says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from valuespectrum.steering.vectors.probes import ValueProbe
from valuespectrum.steering.vectors.published import published
from vectorstore.foundation.errors import InputError

ACCURATE = "accurate"
"""The published rule: held-out accuracy above .9, never the last five blocks."""
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")


@dataclass(frozen=True, slots=True)
class LayerRule:
    """Blocks whose probes are accurate enough."""

    accuracy: float = 0.9
    """Above which a block is taken."""
    drop_last: int = 5
    """Last blocks of the model that are never taken."""

    def choose(self, value: str, probes: Sequence[ValueProbe], blocks: int) -> tuple[int, ...]:
        """The blocks, from the first to the last.

        Args:
            value: Whose probes they are, for messages.
            probes: Of all blocks that were fitted.
            blocks: Of the model.

        Raises:
            InputError: No block is accurate enough, or only ones that are never taken.
        """
        accurate = [probe.layer for probe in probes if probe.accuracy > self.accuracy]
        chosen = tuple(sorted(layer for layer in accurate if layer < blocks - self.drop_last))
        if chosen:
            return chosen
        best = max(probes, key=lambda probe: probe.accuracy)
        told = f"best {best.accuracy:.2f} in block {best.layer}, {len(best.mistaken)} pairs on the wrong side"
        if accurate:
            raise InputError(
                f"{value}: only the last {self.drop_last} of {blocks} blocks tell its pairs apart ({told})",
                "name blocks, e.g. --option layers=2-4",
            )
        raise InputError(
            f"{value}: no block tells its pairs apart, more than {self.accuracy:g} of held-out texts right ({told})",
            "use other pairs, or name blocks, e.g. --option layers=2-4",
        )


def read_layers(text: str, blocks: int) -> tuple[int, ...]:
    """Blocks as a user names them: ``"3"``, ``"2-4"``, ``"1,3-5"``, or a model whose published range is meant.

    Args:
        text: What was named.
        blocks: Of the model.

    Raises:
        InputError: It is no such text, or there is no such block.

    Example:
        >>> read_layers("1,3-5", 6), read_layers("Qwen2.5-7B-Instruct", 28)[:2]
        ((1, 3, 4, 5), (8, 9))
    """
    if text in published().layers:
        known = published().layers[text]
        if known.blocks != blocks:
            raise InputError(f"{text} has {known.blocks} blocks, this model has {blocks}", "name blocks by number")
        return known.layers
    found: set[int] = set()
    for part in text.split(","):
        named = _RANGE.fullmatch(part.strip())
        if not named:
            raise InputError(
                f"blocks {text!r:.60} cannot be read", f"e.g. 2-4, or one of {', '.join(published().layers)}"
            )
        first, last = int(named.group(1)), int(named.group(2) or named.group(1))
        if first > last or last >= blocks:
            raise InputError(f"there are no blocks {part.strip()}: the model has {blocks}, counted from 0")
        found |= set(range(first, last + 1))
    return tuple(sorted(found))
