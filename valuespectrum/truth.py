"""Which values a model has, where that is known because somebody put them there."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.values import VALUES
from vectorstore.documents import check_shape, parse_json


def planted_profile(model_id: str, settings: Mapping[str, str]) -> dict[str, float] | None:
    """The planted profile of a reference or simulated model.

    Args:
        model_id: Id of a model, e.g. ``"reference:amber@..."``.
        settings: The model's settings, as a run keeps them.

    Returns:
        Value to true liking, 0 to 100; ``None`` for a model whose values nobody knows.
    """
    from pydantic import FiniteFloat

    from valuespectrum.reference.planted import BY_NAME, planted_truth, sigmoid

    scheme, _, rest = model_id.partition(":")
    name = rest.split("@")[0]
    if scheme == "reference" and name in BY_NAME:
        profile = planted_truth(name)["profile"]
        assert isinstance(profile, dict)
        return dict(profile)
    if scheme == "simulated" and "profile" in settings:
        where = f"the profile of {model_id} in the manifest"
        stated = check_shape(dict[str, FiniteFloat], parse_json(settings["profile"], where), where)
        return {value: 100 * sigmoid(stated.get(value, 0.0)) for value in VALUES}
    return None


def is_synthetic(model_id: str) -> bool:
    """Whether a model is an instrument of calibration, made by this project."""
    return model_id.partition(":")[0] in ("reference", "simulated")
