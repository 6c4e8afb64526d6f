"""Decisions on planted truth: people with known preferences, scenes with known ratings, and weights that come back.

Three questions. How well do networks rate scenes that they did not learn, beside predicting zero? How well does the
decision module order acts for people that it knows nothing of but six preferences, beside chance, the order of the
list, and the consensus of the other people? How often do intervals of the instrument hold planted strengths, and how
often is a strength told where there is none?

``python -m bench.truth.decisions [--sealed] [--people 40] [--scenes 126] [--respondents 150]`` prints them. Scenes and
people of the open draw may be looked at while something is changed; those of the sealed one are for the figures that
are told.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.instruments.decisions.asking import listings
from valuespectrum.instruments.decisions.choosing.blending import ABLATIONS, Blending, Floats, sigmoid
from valuespectrum.instruments.decisions.choosing.orders import (
    Order,
    average_overlap,
    chance_first,
    chance_overlap,
    consensus_of_others,
    order_of,
    same_first,
)
from valuespectrum.instruments.decisions.choosing.rules import RULES
from valuespectrum.instruments.decisions.measured import revealed_weights
from valuespectrum.instruments.decisions.network.deciding import Decider, RatedScene, ensemble_order, rated_scenes
from valuespectrum.instruments.decisions.network.encoders import load_encoder
from valuespectrum.instruments.decisions.network.saved import own_network
from valuespectrum.instruments.decisions.options import DecisionsOptions
from valuespectrum.instruments.decisions.reading import VALUES, DecidedOnce, DecisionAnswers
from valuespectrum.instruments.decisions.scenes.grammar import Parts, drawn_scenes
from valuespectrum.instruments.decisions.scenes.scene import DecisionScene
from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.items.deciding import appeal_of
from valuespectrum.reference.planted import Mind, choice_shares
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.logit import Counting
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.jackknife import left_out_interval
from vectorstore.foundation.random_streams import stream

LEVEL = 0.95
OPEN, SEALED = 11, 4711
"""Root seeds of scenes and people."""
ACTS = 5
_WORDS: Mapping[Parts, str] = {"taught": "new scenes of known words", "held_back": "words that were never learnt"}
WITHIN = (0.2, 0.05)
"""How near a rating must be to count as recognised."""
_FEW = ("fewer than two", "it hangs on one")


def recognition(scenes: Sequence[DecisionScene], rated: Sequence[RatedScene], level: float) -> dict[str, Estimate]:
    """How well ratings of acts are recognised, beside predicting zero.

    Args:
        scenes: With planted ratings.
        rated: What networks made of them.
        level: Coverage aimed at.

    Returns:
        ``within .2``, ``within .05`` in per cent of all ratings and ``error`` (mean, absolute), the same of zeros, and
        their differences (``above``), each with its interval over scenes.
    """
    rows: dict[str, list[float]] = {}
    for scene, each in zip(scenes, rated, strict=True):
        truth = scene.act_ratings
        ways = {"networks": np.abs(each.actions - truth), "zeros": np.abs(truth)}
        told = {
            **{f"{way} within {t:g}": 100 * float((off < t).mean()) for way, off in ways.items() for t in WITHIN},
            **{f"{way} error": float(off.mean()) for way, off in ways.items()},
        }
        for t in WITHIN:
            told[f"above zeros within {t:g}"] = told[f"networks within {t:g}"] - told[f"zeros within {t:g}"]
        for name, number in told.items():
            rows.setdefault(name, []).append(number)
    return {name: _mean(np.array(numbers), level) for name, numbers in rows.items()}


@dataclass(frozen=True, slots=True, eq=False)
class DecidingPeople:
    """People with planted strengths of six values, and what they do first, second and last in some scenes."""

    preferences: Floats
    """Shape (people, 6), 0 to 1: what they say of themselves, which is what they hold."""
    orders: tuple[tuple[Order, ...], ...]
    """By person and scene."""
    ideal: tuple[tuple[Order, ...], ...]
    """What they would do without luck."""


def deciding_people(count: int, scenes: Sequence[DecisionScene], seed: int, shared: float = 0.0) -> DecidingPeople:
    """Draw people and what they do.

    Strengths are normal, as those of every respondent of the reference world, round ``shared``; utilities are
    ``sum_v strength_v rating_v`` and what everybody finds in an act; orders are drawn by Plackett and Luce.

    Args:
        count: People.
        scenes: With planted ratings.
        seed: Root seed.
        shared: Mean strength, which all people share: above 0 they want much the same.
    """
    rng = stream(seed, "decisions/people")
    strengths = shared + rng.normal(size=(count, len(VALUES)))
    utilities = [
        strengths @ scene.act_ratings.T + np.array([appeal_of(scene.text, act.text) for act in scene.acts])
        for scene in scenes
    ]
    luck = [rng.gumbel(size=each.shape) for each in utilities]
    return DecidingPeople(
        sigmoid(strengths),
        tuple(
            tuple(order_of(each[person] + noise[person]) for each, noise in zip(utilities, luck, strict=True))
            for person in range(count)
        ),
        tuple(tuple(order_of(each[person]) for each in utilities) for person in range(count)),
    )


def predictions(
    people: DecidingPeople, rated: Sequence[RatedScene], planted: Sequence[RatedScene]
) -> dict[str, list[list[Order]]]:
    """Orders that are predicted for everybody, by what predicts them.

    Args:
        people: Their preferences, and for the consensus of the others what they did.
        rated: What networks made of the scenes.
        planted: Planted ratings of the same.
    """
    deciders = {
        "decision module": Decider(),
        "in the published code's form": Decider(Blending("code")),
        **{name: Decider(rule=name) for name in RULES if name != "promethee"},
        **{f"without: {what}": Decider(Blending().without(what)) for what in ABLATIONS},
    }
    every = range(len(people.orders))
    found = {
        name: [[decider.order(scene, people.preferences[person]) for scene in rated] for person in every]
        for name, decider in deciders.items()
    }
    found["with planted ratings"] = [
        [Decider().order(scene, people.preferences[person]) for scene in planted] for person in every
    ]
    found["ensemble of both"] = [
        [ensemble_order(both, Decider(), people.preferences[person]) for both in zip(rated, planted, strict=True)]
        for person in every
    ]
    found["order of the list"] = [[tuple(range(len(scene.actions))) for scene in rated] for _ in every]
    by_scene = [consensus_of_others([person[scene] for person in people.orders]) for scene in range(len(rated))]
    found["consensus of the others"] = [[orders[person] for orders in by_scene] for person in every]
    found["without luck"] = [list(person) for person in people.ideal]
    return found


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """How well one way predicts, in per cent."""

    overlap: Estimate
    """OS-Sim."""
    first: Estimate
    """First-Acc."""
    overlap_behind: Estimate
    """OS-Sim of the decision module less this one."""
    first_behind: Estimate
    """First-Acc of the same."""


def decided_lines(
    people: DecidingPeople, found: Mapping[str, Sequence[Sequence[Order]]], level: float
) -> dict[str, DecidedLine]:
    """Metrics of every way, with intervals over people and scenes, both drawn again; chance among the ways."""
    tables = {name: _agreement(people, orders) for name, orders in found.items()}
    lengths = [len(order) for order in people.orders[0]]
    shape = np.ones((len(people.orders), 1))
    tables["chance"] = (
        100 * shape * np.array(list(map(chance_overlap, lengths))),
        100 * shape * np.array(list(map(chance_first, lengths))),
    )
    module = tables["decision module"]
    return {
        name: DecidedLine(
            both_ways(overlap, level),
            both_ways(first, level),
            both_ways(module[0] - overlap, level),
            both_ways(module[1] - first, level),
        )
        for name, (overlap, first) in tables.items()
    }


def both_ways(table: Floats, level: float) -> Estimate:
    """A mean over people and scenes with an interval over both: the variances over either are added.

    Args:
        table: Shape (people, scenes).
        level: Coverage aimed at.

    Returns:
        Without an interval where there is one person or one scene: nothing shows how far another would lie.
    """
    from scipy.special import stdtrit

    mean = float(table.mean())
    if min(table.shape) < 2:
        return Estimate(mean, why="one person or one scene")
    errors = [_mean(table.mean(axis=axis), level).se or 0.0 for axis in (1, 0)]
    se = float(np.hypot(errors[0], errors[1]))
    half = float(stdtrit(min(table.shape) - 1, (1 + level) / 2)) * se
    return Estimate(mean, mean - half, mean + half, se=se)


def _agreement(people: DecidingPeople, orders: Sequence[Sequence[Order]]) -> tuple[Floats, Floats]:
    pairs = [list(zip(*both, strict=True)) for both in zip(orders, people.orders, strict=True)]
    overlap = [[100 * average_overlap(one, other) for one, other in row] for row in pairs]
    first = [[100 * float(same_first(one, other)) for one, other in row] for row in pairs]
    return np.array(overlap), np.array(first)


def _mean(numbers: Floats, level: float) -> Estimate:
    whole = float(numbers.mean())
    left_out = (whole * len(numbers) - numbers) / max(1, len(numbers) - 1)
    return left_out_interval(whole, left_out if len(numbers) > 1 else [], level, _FEW)


def as_planted(scenes: Sequence[DecisionScene]) -> list[RatedScene]:
    """Planted ratings as networks would give them if they knew them."""
    return [RatedScene(np.array(scene.ratings), scene.act_ratings) for scene in scenes]


def planted_decisions(
    member: CohortMember,
    strengths: Mapping[str, float],
    options: DecisionsOptions,
    seed: int,
    heard: Callable[[Floats], Floats] = np.asarray,
) -> DecisionAnswers:
    """What the instrument would hear of a twin with these strengths: the same as asking it, without asking.

    Args:
        member: Whose leans are in the answers; refusals are not.
        strengths: Of the six values.
        options: Of the instrument.
        seed: Of scenes and orders.
        heard: What becomes of the probabilities of one answer before they are read; nothing as usual.
    """
    weights, mind, decided = np.array([strengths[value] for value in VALUES]), Mind(member), []
    for each in listings(options, seed):
        if each.wishes:
            continue
        acts = np.array([act.ratings for act in each.scene.acts])
        utilities = acts @ weights + np.array([appeal_of(each.scene.text, act.text) for act in each.scene.acts])
        left = list(range(len(acts)))
        while len(left) > 1:
            shown = [act for act in each.order if act in left]
            shares = dict(zip(shown, choice_shares(mind, [float(utilities[act]) for act in shown]), strict=True))
            told = heard(np.array([shares[act] for act in left]))
            rated = (np.array(each.scene.ratings), acts)
            decided.append(DecidedOnce(each.name, each.arrangement, tuple(left), told, each.order, rated, np.zeros(0)))
            left.remove(left[int(np.argmax(told))])
    return DecisionAnswers(tuple(decided), (), np.zeros(0, dtype=object), {}, "log_probability")


@dataclass(frozen=True, slots=True)
class StrengthCoverage:
    """What becomes of planted strengths, over respondents that have scenes of their own."""

    inside: float
    """Share of strengths that their interval holds."""
    alarms: float
    """Share of strengths of nothing that are told from nothing."""
    width: float
    """Half of an interval, in log-odds."""
    error: float
    """Root mean square, in log-odds."""
    respondents: int


def strength_coverage(
    members: Sequence[CohortMember],
    options: DecisionsOptions,
    scoring: ScoringOptions,
    times: float = 1.0,
    counting: Counting = "likely",
    heard: Callable[[Floats], Floats] = np.asarray,
) -> StrengthCoverage:
    """Measure everybody twice: with their strengths, and without any.

    Args:
        members: Respondents; the scenes of each are drawn anew.
        options: Of the instrument.
        scoring: Level.
        times: How often everybody has the strengths that were drawn.
        counting: How acts count whose probabilities are known.
        heard: What becomes of probabilities before they are read.
    """
    inside, alarms, widths, errors = [], [], [], []
    for number, member in enumerate(members):
        own = {value: times * strength for value, strength in member.everyday.items()}
        for strengths in (own, dict.fromkeys(VALUES, 0.0)):
            weights = revealed_weights(planted_decisions(member, strengths, options, number, heard), scoring, counting)
            for place, value in enumerate(VALUES):
                told = weights.estimate(lambda each, place=place: float(each[place]), scoring.level)  # type: ignore[misc]
                if told.low is None or told.high is None or told.mean is None:
                    continue
                if strengths is own:
                    inside.append(told.low <= strengths[value] <= told.high)
                    widths.append((told.high - told.low) / 2)
                    errors.append(told.mean - strengths[value])
                else:
                    alarms.append(told.side != 0)
    return StrengthCoverage(
        float(np.mean(inside)), float(np.mean(alarms)), float(np.mean(widths)),
        float(np.sqrt(np.mean(np.square(errors)))), len(members),
    )  # fmt: skip


def words(estimate: Estimate, digits: int = 1) -> str:
    """A number with its interval, where it has one."""
    if estimate.mean is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.mean:.{digits}f}"
    return f"{estimate.mean:.{digits}f} [{estimate.low:.{digits}f}, {estimate.high:.{digits}f}]"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sealed", action="store_true", help="scenes and people that nothing was tuned on")
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--scenes", type=int, default=126)
    parser.add_argument("--respondents", type=int, default=150, help="whose strengths are measured; 0 for none")
    chosen = parser.parse_args(arguments)
    seed, network, encoder = SEALED if chosen.sealed else OPEN, own_network(), load_encoder("reference")
    print(f"{'sealed' if chosen.sealed else 'open'} draw, networks {network.manifest.weights[:12]}")
    for parts, name in _WORDS.items():
        scenes = list(drawn_scenes(chosen.scenes, seed, "study", ACTS, parts))
        rated = rated_scenes(scenes, network, encoder)
        print(f"\nratings, {name}: {len(scenes)} scenes, intervals over scenes")
        for what, number in recognition(scenes, rated, LEVEL).items():
            print(f"  {what:24} {words(number, 3 if what.endswith('error') else 1)}")
        for shared in (0.0, 1.0):
            people = deciding_people(chosen.people, scenes, seed, shared)
            lines = decided_lines(people, predictions(people, rated, as_planted(scenes)), LEVEL)
            print(f"\norders, {name}, {chosen.people} people with mean strength {shared:g}; over people and scenes")
            print(f"  {'':30} {'OS-Sim':20} {'First-Acc':20} {'module is above by':22} first")
            for way, line in lines.items():
                told = [words(each) for each in (line.overlap, line.first, line.overlap_behind, line.first_behind)]
                print(f"  {way:30} {told[0]:20} {told[1]:20} {told[2]:22} {told[3]}")
    if chosen.respondents:
        members = draw_respondents(chosen.respondents, seed)
        kept = [member for member in members if not member.leans.constant and not member.refuses]
        print(f"\nstrengths, scenes of their own: {strength_coverage(kept, DecisionsOptions(), ScoringOptions())}")


if __name__ == "__main__":
    main()
