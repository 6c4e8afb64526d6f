"""What can be said against a model before it is loaded: names and options that cannot be, packages that are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import inf

from agents.models.base import ModelOptions
from agents.models.model_names import ModelSpec, split_provider
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.foundation.user_paths import user_path


def check_models(specs: Sequence[str], options: ModelOptions, *, repeats: bool = False) -> None:
    """Refuse what loading would refuse, as far as that can be told without weights and without a network.

    Args:
        specs: Model specs.
        options: How they would be loaded.
        repeats: Whether free text is asked for again, which is then drawn at the temperature.

    Raises:
        InputError: None was named, one twice, a scheme is unknown, or one cannot be asked in this way.
        ModelError: A name, an option or this machine cannot be.
    """
    from agents.models.registry import MODELS

    if not specs:
        raise InputError("no model was named", "name one with --model, e.g. --model reference")
    if len(set(specs)) < len(specs):
        raise InputError("a model was named twice", "name each model once")
    _check_options(options)
    known = MODELS.names()
    wanted = replace(options, temperature=1.0) if repeats else options
    for spec in specs:
        model, files = ModelSpec.parse(spec).apart_from_steering()
        if model.scheme not in known:
            raise MODELS.unknown(spec)
        if files:
            _check_steering(model.scheme, files)
        if check := _CHECKS.get(model.scheme):
            check(model.loaded_from, wanted)


def _check_options(options: ModelOptions) -> None:
    from agents.models.engines.engine_choice import ENGINES
    from agents.models.local.weights import pick_device, pick_dtype
    from agents.models.templates.prompting import LAYOUTS

    if options.engine not in ("auto", *ENGINES):
        raise ModelError(f"Unknown engine {options.engine!r:.80}", f"one of auto, {', '.join(ENGINES)}")
    if options.layout not in LAYOUTS:
        raise ModelError(f"Unknown layout {options.layout!r:.80}", f"one of {', '.join(LAYOUTS)}")
    if not 0 < options.temperature < inf:
        raise ModelError(f"the temperature of answers is {options.temperature}", "a number above 0")
    pick_dtype(options.dtype, "cpu")
    if options.device != "auto":
        pick_device(options.device)


def _check_steering(scheme: str, files: Sequence[str]) -> None:
    from agents.models.registry import not_steerable
    from agents.models.spoken import is_spoken, read_spoken
    from agents.models.steering.files import read_manifest
    from agents.models.steering.specs import SteeringSpec

    edits = [file for file in files if not is_spoken(file)]
    for file in files:
        if file not in edits:
            read_spoken(file)
    if edits and scheme in _CHECKS and scheme not in _STEERABLE:
        raise not_steerable(scheme)
    for file in edits:
        read_manifest(user_path(SteeringSpec.parse(file).file))


def _check_weights(reference: str, options: ModelOptions) -> None:
    from agents.models.local.weights import find_source, template_variables

    if options.temperature != 1.0 and not options.samples:
        raise InputError(
            f"temperature {options.temperature:g} is that of drawn answers, and a model in this process draws none",
            "add --samples N, or leave --temperature out",
        )
    find_source(template_variables(reference)[0])


def _check_vllm(reference: str, options: ModelOptions) -> None:
    from agents.models.registry import require

    _check_weights(reference, options)
    require("vllm", "vllm", "vllm")


def _check_openai(reference: str, options: ModelOptions) -> None:
    from agents.models.served.steering import read_served_steering
    from agents.models.wire.address import parse_reference

    _, asked = parse_reference(reference)
    read_served_steering(asked)


def _check_inspect(reference: str, options: ModelOptions) -> None:
    from agents.models.registry import require
    from agents.models.served.inspect_ai import refuse_untold
    from agents.models.wire.address import parse_reference

    address, asked = parse_reference(reference, "")
    provider, model = split_provider(address.model)
    if not (provider and model):
        raise InputError(f"{address.model!r:.80} names no provider", "write inspect:PROVIDER/MODEL")
    refuse_untold(asked)
    require("inspect_ai", "inspect", "inspect")


def _check_reference(reference: str, options: ModelOptions) -> None:
    from valuespectrum.reference.models import check_name

    check_name(reference)


def _check_simulated(reference: str, options: ModelOptions) -> None:
    from agents.models.local.simulated import read_profile
    from valuespectrum.reference.respondents import read_member

    if read_member(reference) is not None:
        return
    read_profile(reference)
    if options.samples:
        raise InputError(f"simulated:{reference:.80} answers by a rule and draws no samples", "leave --samples out")


_CHECKS: Mapping[str, Callable[[str, ModelOptions], None]] = {
    "hf": _check_weights,
    "inspect": _check_inspect,
    "openai": _check_openai,
    "reference": _check_reference,
    "simulated": _check_simulated,
    "vllm": _check_vllm,
}
"""By scheme; what others add is looked at when it is loaded."""
_STEERABLE = ("hf", "reference")
"""Kinds of models whose weights are in this process, where blocks can be reached."""
