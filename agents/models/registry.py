"""Find the model a user names: ``SCHEME[:REST]``, e.g. ``hf:Qwen/Qwen3-VL-4B-Instruct``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from numbers import Integral
from typing import cast

from agents.models.base import Model, ModelOptions
from agents.models.capabilities import SteerableModel
from agents.models.model_names import ModelSpec
from vectorstore.foundation.errors import ModelError
from vectorstore.foundation.plugins import Extensions, guarded

LoadModel = Callable[[str, ModelOptions], Model]
"""What an extension of this kind is: ``load(reference, options) -> Model``."""


def _loader(found: object) -> LoadModel | None:
    return cast(LoadModel, found) if callable(found) else None


MODELS = Extensions(
    "valuespectrum.models", "model", _loader, "load(reference, options) is needed", error=ModelError, written="{}:..."
)
"""Kinds of models; the name of one is the scheme of its specs."""


def model_schemes() -> tuple[str, ...]:
    """Schemes that can be named here, own and third-party, sorted."""
    return MODELS.names()


def load_model(spec: str, options: ModelOptions | None = None) -> Model:
    """Load the model named by ``SCHEME[:REST]``.

    Args:
        spec: For example ``"reference"``, ``"hf:OWNER/NAME"``, ``"simulated:security=2"``; ``?steer=FILE`` names an
            intervention, which works before those of the options; one in words is for any kind of model.
        options: Device, number format, batch size, engine, seed.

    Raises:
        InputError: If the scheme is unknown.
        ModelError: If the model cannot be loaded, or not with these options.
    """
    named, steer = ModelSpec.parse(spec).apart_from_steering()
    load = MODELS.load(named.scheme, asked=spec)
    wanted = options or ModelOptions()
    _refuse_impossible(wanted)
    files = (*steer, *wanted.steer)
    spoken = _in_words(files) if files else ()
    wanted = replace(wanted, steer=tuple(file for file in files if file not in spoken))
    model = guarded(load, f"model {spec!r:.120} cannot be loaded", lambda: load(named.loaded_from, wanted), ModelError)
    if not isinstance(model, Model):
        raise ModelError(f"model {spec!r:.120} is none: id, settings, score and generate are needed")
    if wanted.steer and not (isinstance(model, SteerableModel) and model.steering):
        raise not_steerable(named.scheme)
    return _told(model, spoken) if spoken else model


def _refuse_impossible(options: ModelOptions) -> None:
    """Numbers that the command line lets nobody name."""
    for name, least in (("batch_size", 1), ("seed", 0), ("samples", 0)):
        number = getattr(options, name)
        if not isinstance(number, Integral) or number < least:
            raise ModelError(f"no model is asked with {name} {number!r:.40}", f"give a whole number from {least}")


def _in_words(files: Sequence[str]) -> tuple[str, ...]:
    """Those of the interventions that are in words."""
    from agents.models.spoken import is_spoken

    return tuple(file for file in files if is_spoken(file))


def _told(model: Model, files: Sequence[str]) -> Model:
    from agents.models.spoken import SpokenTo, read_spoken

    return SpokenTo(model, [read_spoken(file) for file in files])


def not_steerable(scheme: str) -> ModelError:
    """What is said of a model whose blocks cannot be reached."""
    return ModelError(
        f"a model of kind {scheme!r:.40} cannot be steered by a file: its weights are not in this process",
        "steer hf:... or reference, or let its server do it (docs/steering/index.md)",
    )


def require(module: str, kind: str, extra: str) -> None:
    """Import a package that only some kinds of models need and that is not always installed.

    Args:
        module: Its import name.
        kind: The kind of model that needs it, for the message.
        extra: The extra of this project that installs it.

    Raises:
        ModelError: If it is missing, or does not work here.
    """
    try:
        import_module(module)
    except ModuleNotFoundError as error:
        if error.name and not error.name.partition(".")[0] == module:
            raise ModelError(f"{module} is installed, but a package that it needs is missing: {error.name}") from error
        raise ModelError(
            f"Models of kind {kind!r} need the package {module}, which is not installed",
            f"pip install 'valuespectrum[{extra}]'",
        ) from error
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(f"{module} is installed, but does not work here: {error}") from error
