"""Plain numbers out of profiles."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vectorstore.foundation.json_types import Json


def means_of(described: Mapping[str, Json], key: str = "mean") -> dict[str, float]:
    """One number per value out of a described profile, values without it left out."""
    return {value: row[key] for value, row in described.items() if row[key] is not None}


def number(value: float) -> float | None:
    """A float for JSON: not-a-number becomes ``None``."""
    return None if math.isnan(value) else float(value)
