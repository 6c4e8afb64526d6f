"""Find the model a user names: ``SCHEME[:REST]``, e.g. ``hf:Qwen/Qwen3-VL-4B-Instruct``."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from agents.models.base import Model, ModelOptions
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
    scheme, _, rest = spec.partition(":")
    point = _entry_point(scheme, spec)
    try:
        load = point.load()
    except ImportError as error:
        raise ModelError(f"Models of kind {scheme!r} need a package that is missing: {error}") from error
    model = load(rest, options or ModelOptions())
    if not isinstance(model, Model):
        raise ModelError(f"{point.value} gave no model: id, settings, score and generate are needed")
    return model


def _entry_point(scheme: str, spec: str) -> EntryPoint:
    for point in entry_points(group=ENTRY_POINT_GROUP):
        if point.name == scheme:
            return point
    known = ", ".join(f"{name}:..." for name in model_schemes())
    raise InputError(f"Unknown model {spec!r}", f"models are named as {known}" if known else "install valuespectrum")
