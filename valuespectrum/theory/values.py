"""Schwartz's values: names, circular order, higher-order groups, opposites.

Order and grouping follow Schwartz (1992, 2012): going round the circle from self-direction,
with conformity and tradition sharing one wedge (tradition outside). The four higher-order groups
follow the official PVQ instructions of June 2021, in which hedonism belongs to openness to change.
"""

from __future__ import annotations

from collections.abc import Mapping

VALUES: tuple[str, ...] = (
    "self_direction",
    "stimulation",
    "hedonism",
    "achievement",
    "power",
    "security",
    "conformity",
    "tradition",
    "benevolence",
    "universalism",
)
"""The ten basic values in circular order."""

LABELS: Mapping[str, str] = {
    "self_direction": "Self-direction",
    "stimulation": "Stimulation",
    "hedonism": "Hedonism",
    "achievement": "Achievement",
    "power": "Power",
    "security": "Security",
    "conformity": "Conformity",
    "tradition": "Tradition",
    "benevolence": "Benevolence",
    "universalism": "Universalism",
}
"""How each value is written for people."""


HIGHER_ORDER: Mapping[str, tuple[str, ...]] = {
    "openness_to_change": ("self_direction", "stimulation", "hedonism"),
    "self_enhancement": ("achievement", "power"),
    "conservation": ("security", "conformity", "tradition"),
    "self_transcendence": ("benevolence", "universalism"),
}
"""The four higher-order values and the basic values in each."""


def centre(profile: Mapping[str, float]) -> dict[str, float]:
    """Subtract the profile's own mean, as is usual before profiles are compared.

    Example:
        >>> centre({"power": 1.0, "security": 3.0})
        {'power': -1.0, 'security': 1.0}
    """
    mean = sum(profile.values()) / len(profile)
    return {name: score - mean for name, score in profile.items()}
