"""Find the model a user names: ``SCHEME[:REST]``, e.g. ``hf:Qwen/Qwen3-VL-4B-Instruct``."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from agents.models.base import Model, ModelOptions
from agents.models.model_names import ModelSpec
from vectorstore.foundation.errors import InputError, ModelError

ENTRY_POINT_GROUP = "valuespectrum.models"
"""Entry points whose name is a scheme and whose object is ``load(reference, options) -> Model``."""


def model_schemes() -> tuple[str, ...]:
    """Schemes that can be named here, own and third-party, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=ENTRY_POINT_GROUP)}))


def load_model(spec: str, options: ModelOptions | None = None) -> Model:
    """Load the model named by ``SCHEME[:REST]``.

    Args:
        spec: For example ``"reference"``, ``"hf:OWNER/NAME"``, ``"simulated:security=2"``.
        options: Device, number format, batch size, engine, seed.

    Raises:
        InputError: If the scheme is unknown.
        ModelError: If the model cannot be loaded.
    """
    named = ModelSpec.parse(spec)
    point = _entry_point(named)
    try:
        load = point.load()
    except ImportError as error:
        raise ModelError(f"Models of kind {named.scheme!r} need a package that is missing: {error}") from error
    model = load(named.loaded_from, options or ModelOptions())
    if not isinstance(model, Model):
        raise ModelError(f"{point.value} gave no model: id, settings, score and generate are needed")
    return model


def _entry_point(spec: ModelSpec) -> EntryPoint:
    for point in entry_points(group=ENTRY_POINT_GROUP):
        if point.name == spec.scheme:
            return point
    known = ", ".join(f"{name}:..." for name in model_schemes())
    raise InputError(
        f"Unknown model {str(spec)!r}", f"models are named as {known}" if known else "install valuespectrum"
    )
