"""A seed is a whole number from 0; whatever else is given is told, and drawn from nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream


@pytest.mark.parametrize("seed", [-1, 1.0, None, "5", [1, 2]])
def test_what_is_no_seed_is_refused_in_one_line(seed: Any) -> None:
    with pytest.raises(InputError, match="no seed"):
        stream(seed, "any")


def test_a_number_of_numpy_is_the_number() -> None:
    whole: Any = np.int64(7)
    assert stream(whole, "any", 2).random() == stream(7, "any", 2).random()
