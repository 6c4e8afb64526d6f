"""Value vectors as a steering method: what ``steer fit --method vectors`` calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import cast

from agents.models.base import FrameReference
from agents.models.capabilities import TorchModel
from agents.models.steering.intervention import About
from valuespectrum.steering.pairs.base import PUBLISHED_PAIRS, ContrastPair, PairSet
from valuespectrum.steering.pairs.grammar import GRAMMAR, SOURCES, own_pairs
from valuespectrum.steering.pairs.reading import read_pairs
from valuespectrum.steering.registry import STEERING, FittedSteering, SteeringWish
from valuespectrum.steering.vectors.fitting import ValueVectors, VectorFitOptions, fit_vectors
from valuespectrum.steering.vectors.layers import ACCURATE, LayerRule, read_layers
from valuespectrum.steering.vectors.placing import Placement, Placing, clip_contexts, statement_contexts
from valuespectrum.steering.vectors.probes import ProbeOptions, Solver
from valuespectrum.steering.vectors.published import published
from valuespectrum.steering.vectors.ways import LEAST, SteeringPlan, Way, intervention_name, intervention_of
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

PUBLISHED_TARGET = "published"
_SHOWN_PAIRS = 5


@dataclass(frozen=True, slots=True)
class VectorOptions:
    """Options of the method, as they are written on the command line."""

    pairs: str = GRAMMAR
    """``grammar``, ``traits``, ``unmatched``, or a CSV file."""
    count: int = PUBLISHED_PAIRS
    """Pairs that are taken."""
    put: str = "raw"
    """How texts are put: ``raw``, ``said`` or ``persona``; with clips, ``said`` and ``persona`` show them."""
    layers: str = ACCURATE
    """Blocks that are steered: the published rule, numbers such as ``2-4``, or a model whose range was published."""
    way: str = "least"
    """``least``, ``fixed``, ``means`` or ``random``."""
    target: str = PUBLISHED_TARGET
    """Probability that the least shift reaches; the published one of the value."""
    strength: float = 1.0
    accuracy: float = 0.9
    """Of the rule."""
    drop_last: int = 5
    """Of the rule."""
    solver: str = "lbfgs"

    @classmethod
    def read(cls, given: Mapping[str, str]) -> VectorOptions:
        """Out of what a user wrote.

        Raises:
            InputError: There is no such option, or it is no number.
        """
        known = {each.name: type(getattr(cls(), each.name)) for each in fields(cls)}
        found: dict[str, object] = {}
        for name, text in given.items():
            if name not in known:
                raise InputError(f"value vectors have no option {name!r:.60}", f"known: {', '.join(known)}")
            try:
                found[name] = known[name](text)
            except ValueError as error:
                raise InputError(f"{name}={text!r:.60} is no number") from error
        return cls(**found)  # type: ignore[arg-type]


@STEERING.register("vectors")
class ValueVectorMethod:
    """ConVA: probes on pairs, and the least shift along what they find; its plain rivals by the option ``way``."""

    name = "vectors"

    def check(self, wish: SteeringWish) -> None:
        """Refuse what makes no sense, without a model.

        Raises:
            InputError: An option makes no sense, there are too few pairs, or the value cannot stand in an id.
        """
        _understood(wish)
        About(self.name, intervention_name(wish.value, wish.away), "")

    def fit(self, model: TorchModel, wish: SteeringWish) -> FittedSteering:
        """Fit probes to pairs of one value, choose blocks, and make the intervention.

        Raises:
            InputError: An option makes no sense, there are too few pairs, or no block tells them apart.
        """
        # What makes no sense is refused before the model reads anything.
        options, pairs, plan, how = _understood(wish)
        if options.layers != ACCURATE:
            read_layers(options.layers, len(model.decoder_layers()))
        fitted = fit_vectors(model, {wish.value: pairs}, how)[wish.value]
        layers = chosen_layers(fitted, options)
        made = intervention_of(fitted, replace(plan, layers=layers))
        notes = (*missing_pairs(wish.options, pairs), *_notes(fitted, layers))
        return FittedSteering(made, told_of(fitted, layers), notes)


def _understood(wish: SteeringWish) -> tuple[VectorOptions, PairSet, SteeringPlan, VectorFitOptions]:
    """Options, pairs, a plan for a block that is not known yet, and how the fit goes."""
    options = VectorOptions.read(wish.options)
    pairs = chosen_pairs(wish.value, options, wish.seed)
    plan, how = plan_of(options, (0,), wish), fit_options(options, wish.clips, wish.seed)
    _refuse_idle(wish.options, options)
    return options, pairs, plan, how


def _refuse_idle(given: Mapping[str, str], options: VectorOptions) -> None:
    """Refuse what is said of something that is not done.

    Raises:
        InputError: A probability that no shift reaches, or a rule beside blocks that are named.
    """
    if "target" in given and options.way != LEAST:
        raise InputError(f"target means nothing with way={options.way}", "leave it out, or take way=least")
    for name in ("accuracy", "drop_last"):
        if name in given and options.layers != ACCURATE:
            raise InputError(f"{name} means nothing with layers={options.layers:.40}", f"leave {name} or layers out")


def chosen_pairs(value: str, options: VectorOptions, seed: int) -> PairSet:
    """The pairs that options name.

    Raises:
        InputError: There are none of that name, no such file, or too few.
    """
    if options.count < 1:
        raise InputError(f"{options.count} pairs are none")
    found = own_pairs(value, options.pairs) if options.pairs in SOURCES else read_pairs(user_path(options.pairs), value)
    return found.first(options.count, seed).require()


def missing_pairs(given: Mapping[str, str], pairs: PairSet) -> tuple[str, ...]:
    """What is said where more pairs were named than there are; nothing where nobody named a number.

    Args:
        given: Options as a user wrote them.
        pairs: Those that are taken.
    """
    wanted, there = VectorOptions.read(given).count, len(pairs.pairs)
    if "count" not in given or there >= wanted:
        return ()
    return (f"{wanted} pairs were wanted, and there are {there}: all of them are taken",)


def fit_options(options: VectorOptions, clips: Sequence[tuple[FrameReference, ...]], seed: int) -> VectorFitOptions:
    """How texts are put and probes are fitted.

    Raises:
        InputError: There is no such placement, or texts alone are to be put with clips.
    """
    how = cast(Placement, options.put)
    if how == "raw" and clips:
        raise InputError("texts alone are put without clips", "choose put=said or put=persona, or leave the corpus out")
    contexts = clip_contexts(clips, seed=seed) if clips else statement_contexts(seed=seed) if how == "persona" else ()
    return VectorFitOptions(
        Placing(how, contexts),
        probes=ProbeOptions(seed=seed, solver=cast(Solver, options.solver)),
        examples=options.count,
    )


def chosen_layers(fitted: ValueVectors, options: VectorOptions) -> tuple[int, ...]:
    """The blocks that are steered.

    Raises:
        InputError: None is accurate enough, or there are no such blocks.
    """
    if options.layers == ACCURATE:
        rule = LayerRule(options.accuracy, options.drop_last)
        return rule.choose(fitted.value, fitted.probes, fitted.blocks)
    return read_layers(options.layers, fitted.blocks)


def plan_of(options: VectorOptions, layers: tuple[int, ...], wish: SteeringWish) -> SteeringPlan:
    """Way, blocks and strength.

    Raises:
        InputError: There is no such way, or no such probability.
    """
    plan = SteeringPlan(layers, cast(Way, options.way), options.strength, away=wish.away, seed=wish.seed)
    if options.way != LEAST:
        return plan
    return replace(plan, target=wanted_probability(options.target, wish.value))


def wanted_probability(text: str, value: str) -> float:
    """``P0``, as written or as published for the value.

    Raises:
        InputError: It is no number, or nothing was published.
    """
    if text == PUBLISHED_TARGET:
        if value not in published().targets:
            raise InputError(f"no target was published for {value!r:.60}", "write a probability, e.g. target=0.95")
        return published().targets[value]["plain"]
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"target={text!r:.60} is no probability", "e.g. target=0.95, or target=published") from error


def told_of(fitted: ValueVectors, layers: Sequence[int]) -> dict[str, object]:
    """What was found, plain JSON."""
    return {
        "layers": list(layers),
        "accuracy": {str(layer): round(share, 4) for layer, share in fitted.accuracies.items()},
        "n_held_out": fitted.probes[0].n_held_out,
        "gap": {str(probe.layer): round(probe.gap, 4) for probe in fitted.probes},
        "norm": {str(layer): round(norm, 4) for layer, norm in fitted.norms.items()},
        "pairs": len(fitted.pairs.pairs),
        "examples": len(fitted.pairs.pairs) * fitted.placing.each,
        "badly_told": [
            {"positive": pair.positive, "negative": pair.negative} for pair in badly_told(fitted)[:_SHOWN_PAIRS]
        ],
    }


def badly_told(fitted: ValueVectors) -> list[ContrastPair]:
    """Pairs that the best block puts on the wrong side."""
    best = max(fitted.probes, key=lambda probe: probe.accuracy)
    places = dict.fromkeys(place // fitted.placing.each for place in best.mistaken)
    return [fitted.pairs.pairs[place] for place in places]


def _notes(fitted: ValueVectors, layers: Sequence[int]) -> tuple[str, ...]:
    notes = []
    weak = [layer for layer in layers if fitted.probe(layer).accuracy <= published().accuracy]
    if weak:
        told = ", ".join(f"{layer} ({fitted.probe(layer).accuracy:.2f})" for layer in weak)
        notes.append(f"blocks that tell held-out pairs apart badly are steered: {told}")
    if not fitted.pairs.controlled:
        notes.append("the two texts of a pair differ in more than the choice: a probe may have found anything else")
    if fitted.pairs.mixed:
        notes.append(
            "pairs of different situations say the same things, so that held-out ones are known from others: "
            "accuracies are those of things said again, not of new ones"
        )
    return tuple(notes)
