"""What a sweep tries."""

from __future__ import annotations

import pytest

from valuespectrum.operations.steering import sweep as operation
from valuespectrum.operations.steering.sweep import SweepSettings
from vectorstore.foundation.errors import InputError


@pytest.mark.parametrize("blocks", [34, 80, 126])
def test_every_block_of_a_deep_model_can_be_tried(blocks: int) -> None:
    """Three ways and four strengths, as usual: 34 blocks were refused."""
    plans = operation._plans(blocks, "power", SweepSettings(), "published")
    assert len(plans) == 12 * blocks and {plan.layers for plan in plans} == {(block,) for block in range(blocks)}
    with pytest.raises(InputError, match=r"settings cannot be tried, 1 to 2,000 can"):
        operation._plans(blocks, "power", SweepSettings(strengths=tuple(range(1, 100))), "published")
