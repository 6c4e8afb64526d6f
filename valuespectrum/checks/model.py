"""Does a model answer as it should: does it see pictures, do its engines agree, what do formats and layouts change?

A local model is asked through every engine that can run it, in its own number format. What a smaller number format or
the other prompt layout changes is no error; it is measured and told.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from agents.answers.stored_json import ROUNDING
from agents.models.base import Answer, Ask, Model, ModelOptions
from agents.models.capabilities import ExplainedModel, ReusableModel
from agents.models.engines.engine_choice import ENGINES
from agents.models.evidence import log_shares
from agents.models.registry import load_model
from agents.personas.persona import load_personas
from agents.personas.prompts import system_prompt
from valuespectrum.checks.agreement import Agreement, compare
from valuespectrum.checks.environment import Check
from valuespectrum.checks.probes import canary_asks, descriptions, engine_asks, persona_asks, separate_asks
from valuespectrum.costs.prices import load_prices
from valuespectrum.costs.spending import with_prices
from vectorstore.foundation.errors import InputError, ModelError, ValueSpectrumError
from vectorstore.foundation.plugins import guarded
from vectorstore.foundation.text import one_line

TOLERANCE = 5e-3
"""Differences of log-probabilities up to which answers count as the same, in natural log units."""
_EXACT = 1e-3
"""The same for engines in float32, which only round differently."""
_ROUNDED = 0.03
"""In smaller formats engines agree when the shares of the options differ by no more than this on average."""
_WAYS = (("shared", 1), ("shared", 32), ("tree", 32))
"""Engines and batch sizes that are held against one ask at a time."""
_FORMATS = ("float32", "bfloat16")
ASKS = 48
"""Asks with which number formats and layouts are compared, unless told otherwise."""


def check_model(spec: str, options: ModelOptions | None = None, asks: int = ASKS) -> list[Check]:
    """Load a model and see whether it looks at pictures, and whether all ways of asking it agree.

    Args:
        spec: A model spec, e.g. ``"reference"``.
        options: Device and number format.
        asks: How many asks show what the number format changes, at least 1.

    Raises:
        ModelError: A model of an installed package raises something when it is asked.
    """
    options = options or ModelOptions()
    try:
        model = _loaded(spec, options)
    except ValueSpectrumError as error:
        return [Check(f"{spec} loads", False, error.message, error.hint)]
    checks = [Check(f"{spec} loads", True, _in_words(model))]
    with TemporaryDirectory() as folder:
        canaries = canary_asks(Path(folder))
        answers = guarded(model, f"the model {spec!r:.120} fails", lambda: list(model.score(canaries)), ModelError)
        if wrong := _against_the_contract(canaries, answers):
            hint = "the contract of models is agents/models/base.py"
            return [*checks, Check("answers as a model has to", False, wrong, hint)]
        checks.append(_answers(answers))
        if any(answer.error for answer in answers):
            return checks
        if model.settings.get("engine") == "server":
            return [*checks, _server_canary(model, canaries, answers), *_with_personas(model, canaries)]
        checks += [_canary(answers), _order(model, canaries, answers)]
        checks += _with_personas(model, canaries) if "layout" in model.settings else []
        if model.settings.get("engine") in ENGINES:
            checks.append(_engines(model, spec, options, engine_asks(Path(folder))))
            separate = separate_asks(Path(folder), asks)
            known = {model.settings.get("dtype", ""): list(model.score(separate))}
            del model
            checks.append(_formats(spec, options, separate, known))
    return checks


def check_layouts(spec: str, options: ModelOptions | None = None, asks: int = ASKS) -> list[Check]:
    """Measure how far a model's answers agree between the two prompt layouts.

    Args:
        spec: A model spec.
        options: Device and number format.
        asks: How many asks are compared, at least 1.
    """
    options = options or ModelOptions()
    turned = replace(options, layout="image-first")
    try:
        model = _loaded(spec, replace(options, layout="persona-first"))
    except ValueSpectrumError as error:
        return [Check(f"{spec} loads", False, error.message, error.hint)]
    loads, layout = Check(f"{spec} loads", True, _in_words(model)), model.settings.get("layout")
    if layout is None:
        return [loads, Check("layouts agree", True, "this model has no prompts, hence no layouts")]
    with TemporaryDirectory() as folder:
        put = persona_asks(Path(folder), asks)
        first = list(model.score(put))
        model = _asked_as(model, spec, turned)
        return [loads, _compared("persona-first and image-first", first, list(model.score(put)))]


def _loaded(spec: str, options: ModelOptions) -> Model:
    return load_model(with_prices(spec, load_prices()), options)


def _asked_as(model: Model, spec: str, options: ModelOptions) -> Model:
    """The same model asked in another way, with the same weights in memory where that is possible."""
    return model.asked_as(options) if isinstance(model, ReusableModel) else _loaded(spec, options)


def _in_words(model: Model) -> str:
    explanation = model.explanation if isinstance(model, ExplainedModel) else ""
    told = (explanation, model.settings.get("dtype", ""), model.settings.get("device", ""))
    return "; ".join([model.id, *filter(None, map(str, told))])


def _against_the_contract(asks: Sequence[Ask], answers: Sequence[object]) -> str:
    """What answers have that none may have, for whoever writes a model; empty where all is well."""
    if len(answers) != len(asks):
        return f"{len(asks)} asks have {len(answers)} answers"
    for ask, answer in zip(asks, answers, strict=True):
        if not isinstance(answer, Answer):
            return f"an answer is {answer!r:.80}, and no Answer"
        known = {choice.name for choice in ask.choices}
        for name, told in answer.log_probabilities.items():
            if name not in known:
                return f"a log-probability is of {name!r:.80}, and the choices are {', '.join(sorted(known))}"
            if math.isnan(told) or told > ROUNDING:
                return f"{told} is told as the log-probability of {name!r:.80}"
    return ""


def _answers(answers: Sequence[Answer]) -> Check:
    failed = [answer.error for answer in answers if answer.error]
    detail = failed[0] if failed else "; ".join(f"“{answer.text.strip()[:30]}”" for answer in answers)
    return Check("answers a question", not failed, detail, "see whether the model takes pictures and chat messages")


def _engines(model: Model, spec: str, options: ModelOptions, asks: Sequence[Ask]) -> Check:
    """One ask at a time against every faster way of asking that the model allows."""
    plain = list(_asked_as(model, spec, replace(options, engine="naive", batch_size=1)).score(asks))
    found: dict[str, Agreement] = {}
    refused: dict[str, str] = {}
    for engine, size in _WAYS:
        try:
            way = _asked_as(model, spec, replace(options, engine=engine, batch_size=size))
            found[f"{engine} in batches of {size}"] = compare(plain, list(way.score(asks)))
        except (ModelError, InputError) as error:
            refused[engine] = f"no {engine}: {error.message}"
    exact = model.settings.get("dtype") == "float32"
    apart = [name for name, each in found.items() if not _agrees(each, exact)]
    largest = max((each.largest_gap for each in found.values()), default=0.0)
    flips = max((each.flips for each in found.values()), default=0)
    ways = " = ".join(["one at a time", *(name for name in found if name not in apart)])
    detail = f"{ways}; log-probabilities differ by at most {largest:.2g}, chosen options in {flips} of {len(asks)} asks"
    return Check(
        "fast and plain engine agree",
        not apart,
        "; ".join([detail, *(f"NOT {name}" for name in apart), *refused.values()]),
        "use --engine naive for this model and report it",
        {"largest_gap": largest, "flips": flips, "asks": len(asks)},
    )


def _agrees(found: Agreement, exact: bool) -> bool:
    return found.largest_gap <= _EXACT if exact else found.mean_distance <= _ROUNDED


def _formats(spec: str, options: ModelOptions, asks: Sequence[Ask], known: dict[str, list[Answer]]) -> Check:
    """Answers in float32 and bfloat16, one model in memory at a time."""
    from agents.models.engines.memory import out_of_memory, release

    for form in _FORMATS:
        if form in known:
            continue
        gc.collect()
        release()
        try:
            known[form] = list(_loaded(spec, replace(options, dtype=form)).score(asks))
        except (ModelError, RuntimeError, MemoryError) as error:
            if not isinstance(error, ModelError) and not out_of_memory(error):
                raise
            reason = one_line(error)
            return Check("float32 and bfloat16", True, f"not compared: the model cannot be asked in {form}: {reason}")
    return _compared("float32 and bfloat16", known["float32"], known["bfloat16"])


def _compared(name: str, first: Sequence[Answer], second: Sequence[Answer]) -> Check:
    """How far two ways of asking agree that may differ."""
    try:
        found = compare(first, second)
    except InputError as error:
        return Check(name, False, error.message, error.hint)
    low, high = found.flip_interval
    related = "" if math.isnan(found.correlation) else f", log-odds correlate by {found.correlation:.3f}"
    return Check(
        name,
        True,
        f"{found.flips} of {found.asks} asks change the chosen option ({100 * (1 - found.same_choice):.1f} %, "
        f"95 % interval over asks {100 * low:.1f} to {100 * high:.1f} %); shares of options differ by "
        f"{found.mean_distance:.2g} on average{related}; log-probabilities differ by at most {found.largest_gap:.2g}",
        measured={
            "asks": found.asks,
            "flips": found.flips,
            "flip_rate": 1 - found.same_choice,
            "flip_rate_low": low,
            "flip_rate_high": high,
            "mean_distance": found.mean_distance,
            "mean_difference": found.mean_difference,
            "correlation": None if math.isnan(found.correlation) else found.correlation,
            "largest_gap": found.largest_gap,
        },
    )


def _difference(first: Answer, second: Answer) -> float:
    one_read, other_read = log_shares(first), log_shares(second)
    names = set(one_read) | set(other_read)
    if not names:
        return 0.0 if first.text == second.text else float("inf")
    missing = float("-inf")
    pairs = [(one_read.get(name, missing), other_read.get(name, missing)) for name in names]
    return max(0.0 if one == other else abs(one - other) for one, other in pairs)


def _with_personas(model: Model, canaries: Sequence[Ask]) -> list[Check]:
    """Pictures must be seen beside a persona as well, and two personas beside one picture must make a difference."""
    one, other = (system_prompt(persona) for persona in load_personas()[:2])
    asks = [replace(ask, system=one) for ask in canaries]
    answers = list(model.score(asks))
    if failed := next((answer.error for answer in answers if answer.error), ""):
        return [Check(_BESIDE_PERSONA, False, failed, "personas cannot be asked of this model")]
    served = model.settings.get("engine") == "server"
    seen = _server_canary(model, asks, answers) if served else _canary(answers)
    return [replace(seen, name=_BESIDE_PERSONA), _heeds(model, [asks[0], replace(asks[0], system=other)])]


_BESIDE_PERSONA = "sees pictures beside a persona"


def _heeds(model: Model, asks: Sequence[Ask]) -> Check:
    """Whether two personas get two answers; words alone can be the same by chance, and then show nothing."""
    first, second = model.score(asks)
    by_number, difference, told = bool(first.log_probabilities), _difference(first, second), "answers"
    if difference <= TOLERANCE:
        who = "Describe yourself in one sentence."
        first, second = model.generate([replace(ask, question=who, choices=(), max_tokens=30) for ask in asks])
        difference, told = _difference(first, second), "answers, and what two personas say of themselves,"
    return Check(
        "heeds a persona (two of them, two different answers)",
        difference > TOLERANCE or not by_number,
        f"{told} {_amount(difference)}; layout: {model.settings.get('layout', '')}",
        "personas do not reach the model, or it does not heed them; runs without personas are not concerned",
    )


def _canary(answers: Sequence[Answer]) -> Check:
    difference = _difference(answers[0], answers[2])
    return Check(
        "sees pictures (two different ones, two different answers)",
        difference > TOLERANCE,
        f"log-probabilities differ by {difference:.3f}",
        "the pictures do not reach the model: its processor or chat template may drop them",
    )


def _server_canary(model: Model, asks: Sequence[Ask], answers: Sequence[Answer]) -> Check:
    """Two pictures under one prompt must get answers that differ by more than an answer differs from itself.

    Prefix caches that forget the pixels give the answer for another picture. Servers round differently from batch to
    batch, so everything is asked twice, the second time in reverse; where the like question says the same of both
    pictures in words alone, descriptions are compared.
    """
    again = list(model.score(list(reversed(asks))))[::-1]
    failed = next((answer.error for answer in again if answer.error), "")
    told, noise = _told_apart(answers, again)
    means = "log-probabilities" if answers[0].log_probabilities else "draws" if answers[0].counts else "answers"
    if not failed and told <= max(TOLERANCE, 3 * noise):
        means, described = "descriptions", descriptions(list(asks))
        first, second = list(model.generate(described)), list(model.generate(described[::-1]))[::-1]
        failed = next((answer.error for answer in (*first, *second) if answer.error), "")
        told, noise = _told_apart(first, second)
    return Check(
        "sees pictures (two different ones, two different answers)",
        not failed and told > max(TOLERANCE, 3 * noise),
        failed or f"{means} {_amount(told)} between pictures, {_amount(noise)} when asked again",
        "the pictures do not reach the model, or a cache of the server leaves them out: switch off its prefix caching",
    )


def _told_apart(answers: Sequence[Answer], again: Sequence[Answer]) -> tuple[float, float]:
    """Largest difference between the pictures of the two halves, and between the same asks at two times."""
    half = len(answers) // 2
    return (
        max(_difference(one, other) for one, other in zip(answers[:half], answers[half:], strict=True)),
        max(_difference(one, other) for one, other in zip(answers, again, strict=True)),
    )


def _amount(difference: float) -> str:
    return "differ in words" if difference == float("inf") else f"differ by {difference:.3f}"


def _order(model: Model, asks: Sequence[Ask], answers: Sequence[Answer]) -> Check:
    turned = list(model.score(list(reversed(asks))))[::-1]
    difference = max(_difference(one, other) for one, other in zip(answers, turned, strict=True))
    return Check(
        "keeps pictures apart (asked in reverse order)",
        difference <= TOLERANCE,
        f"log-probabilities differ by at most {difference:.2g}",
        "pictures of a batch get mixed up: use --engine naive and report the model",
    )
