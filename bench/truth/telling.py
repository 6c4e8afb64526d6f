"""What a search for telling questions and clips gains: ``python -m bench.truth.telling --cohort open``.

Respondents that are drawn afresh search (P1); those of a cohort, which the search never saw, say what it found.

- ``questions``: S of AdAEM, of questions of the reference world that were found over that of the seeds, which are about
  one action each;
- ``scores``: how win rates go with what is planted in words;
- ``clips``: divergence of liking (the exact first term of AdAEM's objective), likewise; and how many clips of a value
  tell two respondents apart as often as another number of clips that were not chosen (F test over clips, level .05).

Intervals are over searches, each with other respondents, another corpus and other seeds. Options may be tuned on the
open cohort; ``--open-sealed`` asks those that are reported on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from agents.models.base import ModelOptions
from agents.procedures.procedure import alone
from bench.truth.adaptive import OPENED_BY
from valuespectrum.instruments.adaem.asking import Answerer, JudgedAsking, answered
from valuespectrum.instruments.adaem.novelty import Texts
from valuespectrum.instruments.adaem.options import TellingLoopOptions
from valuespectrum.instruments.adaem.pool import PoolWriter
from valuespectrum.instruments.adaem.reported import improvement, value_scores
from valuespectrum.instruments.adaem.scorers import LikingScorer, ReasonsScorer
from valuespectrum.instruments.adaem.search import FoundQuestions, QuestionScorer, Search, searched
from valuespectrum.instruments.adaem.stems import PlainReasons, Stem
from valuespectrum.instruments.judging.plain import PlainCarries
from valuespectrum.operations.searches.conducted import plain_questions
from valuespectrum.reference.cohort import COHORT, CohortMember
from valuespectrum.reference.drawing import looks_of, plan_corpus, take_of
from valuespectrum.reference.embedder import load
from valuespectrum.reference.planted import TEN, ten_values
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.reference.sealed import sealed_cohort
from valuespectrum.reference.twin.arrays import like_answers, like_cells
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.reference.twin.reading import look_scene
from valuespectrum.scoring.telling.discrimination import sharpest
from valuespectrum.scoring.telling.informativeness import TellingOptions
from valuespectrum.scoring.telling.rating import RatingOptions
from valuespectrum.theory.value_sets import TEN as SET

Floats = NDArray[np.float64]
VALUE_OF = {part: value for value, parts in TEN.items() for part in parts}
STRAYS = 0.1
FULL = 30
"""Clips of a value in the full battery: ten search words with three each."""
ASKS = 16
"""Of the standard battery about one clip."""
POWER = 0.8
KEEP = 0.25
"""Share of what was found that counts as found."""
SIZES = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, FULL)


def search(
    stems: Sequence[Stem], vectors: NDArray[np.float32], arms: Sequence[int], people: Sides, how: How
) -> FoundQuestions:
    """One search among twins."""
    cast = {f"r{place}": TwinModel(member) for place, member in enumerate([*people.searching, *people.final])}
    persons = [Answerer(member.name, f"r{place}", PlainReasons()) for place, member in enumerate(people.every)]
    judge = TwinModel(people.judge, ModelOptions(samples=1, seed=how.options.seed))
    scorer: QuestionScorer = LikingScorer()
    texts = Texts(load().texts)
    if how.options.objective == "reasons":
        scorer = ReasonsScorer(JudgedAsking({"judge": PlainCarries()}, SET, texts, how.options.telling))
    count = len(people.searching)
    given = Search(PoolWriter(stems, vectors, arms), scorer, texts, persons[:count], persons[count:], how.options)
    return alone(searched(given), {**cast, "judge": judge})


@dataclass(frozen=True)
class Sides:
    """Who takes part."""

    searching: Sequence[CohortMember]
    final: Sequence[CohortMember]
    judge: CohortMember

    @property
    def every(self) -> Sequence[CohortMember]:
        """All respondents."""
        return [*self.searching, *self.final]


@dataclass(frozen=True)
class How:
    """Options of one search."""

    options: TellingLoopOptions


def questions(cohort: Sequence[CohortMember], number: int, pulls: int, keep: float) -> float:
    """Share by which the mean S of found questions lies above that of the seeds, which are about one action each."""
    material = plain_questions(load())
    sides = Sides(draw_respondents(4, seed=1000 + number), cohort, COHORT[number % len(COHORT)])
    options = TellingLoopOptions(pulls=pulls, each=1, most_alike=1.0, at_once=5, keep=keep, seed=number)
    assert material.vectors is not None, "a pool has vectors"
    found = search(material.stems, material.vectors, material.arms, sides, How(options))
    return float(improvement(found.seeds, found.questions)["share_above"] or np.nan)


@dataclass(frozen=True)
class Corpus:
    """Drawn clips as a search by words finds them."""

    stems: Sequence[Stem]
    values: Sequence[str]
    scenes: Sequence[object]
    captions: Sequence[str]


def corpus(number: int, clips: int = 500) -> Corpus:
    """Clips with the value that they were found for; a tenth was found for another one."""
    rng = np.random.default_rng([number, clips])
    stems, values, scenes, captions = [], [], [], []
    for place, clip in enumerate(plan_corpus(clips, 100 + number)):
        look = looks_of(clip.kind, clip.version)[0]
        time = take_of(clip.kind, clip.version, clip.seed).setting.time_of_day
        top = max(clip.weights, key=lambda part: abs(clip.weights[part]), default="")
        value = VALUE_OF.get(top, "")
        if not value or rng.random() < STRAYS:
            value = str(rng.choice(list(TEN)))
        stems.append(Stem(f"c{place}", tags={"look": look, "time_of_day": time}))
        values.append(value)
        scenes.append(look_scene(look, time))
        captions.append(clip.caption)
    return Corpus(stems, values, scenes, captions)


def liking(members: Sequence[CohortMember], scenes: Sequence[object]) -> Floats:
    """(members, clips) log-odds of liking in the standard cells, without leans."""
    asked = like_cells(4)
    found = like_answers(members, scenes, asked)  # type: ignore[arg-type]
    yes = np.clip(found.yes, 1e-9, 1 - 1e-9)
    signs = np.array([each.form.polarity for each in asked], float)
    return np.asarray((np.log(yes / (1 - yes)) * signs).mean(axis=2))


def told_apart(liked: Floats, groups: Sequence[NDArray[np.intp]], pairs: Sequence[tuple[int, int]]) -> float:
    """Share of pairs whose difference hangs on the value: F test over clips."""
    from scipy.special import fdtrc

    one, other = np.array(pairs).T
    apart = liked[one] - liked[other]
    sizes = np.array([len(each) for each in groups], float)
    means = np.stack([apart[:, each].mean(axis=1) for each in groups], axis=1)
    within = sum(((apart[:, each] - apart[:, each].mean(axis=1, keepdims=True)) ** 2).sum(axis=1) for each in groups)
    middle = (means * sizes).sum(axis=1) / sizes.sum()
    between = (sizes * (means - middle[:, None]) ** 2).sum(axis=1) / (len(groups) - 1)
    below = np.maximum(within / (sizes.sum() - len(groups)), 1e-12)
    return float((fdtrc(len(groups) - 1, sizes.sum() - len(groups), between / below) < 0.05).mean())


@dataclass(frozen=True)
class ClipGain:
    """What one search for clips gained."""

    above: float
    """Share by which the divergence of found clips lies above that of the seeds."""
    plain: dict[int, float]
    """Clips of a value to power, chosen by nobody."""
    sharp: dict[int, float]
    """Chosen."""
    false_plain: float
    false_sharp: float
    """Pairs with the same values, other leans and another taste, that are told apart; five clips of a value."""


def clips(cohort: Sequence[CohortMember], number: int, pulls: int, people: int) -> ClipGain:
    """Search a corpus, make a sharpened set, and have pairs of the cohort told apart by it."""
    world = corpus(number)
    vectors = load().texts(world.captions)
    rng = np.random.default_rng(number)
    arms = sorted(int(place) for place in rng.choice(len(world.stems), 50, replace=False))
    sides = Sides(draw_respondents(people, seed=2000 + number), cohort, COHORT[0])
    options = TellingLoopOptions(
        pulls=pulls, each=1, most_alike=1.0, objective="liking", at_once=10, keep=KEEP, seed=number
    )
    found = search(world.stems, vectors, arms, sides, How(options))
    place = {stem.id: number for number, stem in enumerate(world.stems)}
    visited = sorted(place[each.stem.id] for each in found.tried)
    own = liking(sides.searching, [world.scenes[each] for each in visited])
    values = [world.values[each] for each in visited]
    liked = liking(cohort, world.scenes)
    pairs = list(combinations(range(len(cohort)), 2))
    others = [
        replace(each, profile_of=each.profile_of or each.name, name=f"{each.name} again",
                leans=cohort[place - 1].leans, daylight_taste=cohort[place - 2].daylight_taste)
        for place, each in enumerate(cohort)
    ]  # fmt: skip
    both = np.concatenate([liked, liking(others, world.scenes)])
    same = [(each, each + len(cohort)) for each in range(len(cohort))]
    every = [np.flatnonzero(np.array(world.values) == value) for value in TEN]

    def sharp(size: int) -> list[NDArray[np.intp]]:
        chosen = np.array([visited[each] for each in sharpest(own, values, size)])
        return [each for value in TEN if len(each := chosen[np.array(world.values)[chosen] == value]) > 1]

    def plain(size: int) -> list[NDArray[np.intp]]:
        return [rng.permutation(each)[:size] for each in every]

    return ClipGain(
        float(improvement(found.seeds, found.questions)["share_above"] or np.nan),
        {size: float(np.mean([told_apart(liked, plain(size), pairs) for _ in range(5)])) for size in SIZES},
        {size: told_apart(liked, sharp(size), pairs) for size in SIZES},
        float(np.mean([told_apart(both, plain(5), same) for _ in range(20)])),
        told_apart(both, sharp(5), same),
    )


def recovered(cohort: Sequence[CohortMember], number: int, questions: int) -> tuple[float, float]:
    """How win rates go with what is planted in words.

    Respondents of a cohort are rated beside sixteen that are drawn, on questions that set two things against each
    other; a judge errs as planted.

    Args:
        cohort: Whose scores count.
        number: Of the study: other opponents, questions and answers.
        questions: How many.

    Returns:
        Median correlation over values within a respondent, and over respondents within a value.
    """
    pool = [stem for stem in plain_questions(load()).stems if "even if" in stem.text]
    rng = np.random.default_rng(number)
    stems = [pool[int(place)] for place in rng.choice(len(pool), questions, replace=False)]
    members = [*cohort, *draw_respondents(16, seed=3000 + number)]
    judge = TwinModel(COHORT[number % len(COHORT)], ModelOptions(samples=1, seed=number))
    cast = {f"r{place}": TwinModel(member) for place, member in enumerate(members)} | {"judge": judge}
    people = [Answerer(member.name, f"r{place}", PlainReasons()) for place, member in enumerate(members)]
    asking = JudgedAsking(
        {"judge": PlainCarries()}, SET, Texts(load().texts), TellingOptions(opinions=False), number + 1
    )
    heard = alone(answered(stems, people, asking), cast)
    rates = value_scores(np.stack([each.carried() for each in heard]), RatingOptions())[: len(cohort)]
    # What no question is a game of stays where skills begin.
    rates = np.where(np.isfinite(rates), rates, 50.0)
    planted = np.array([[ten_values(member.words)[value] for value in SET.dimensions] for member in cohort])
    within = [float(np.corrcoef(one, other)[0, 1]) for one, other in zip(rates, planted, strict=True) if np.ptp(other)]
    across = [float(np.corrcoef(rates[:, place], planted[:, place])[0, 1]) for place in range(len(SET))]
    return float(np.median(within)), float(np.median(across))


def needed(power: dict[int, float], wanted: float) -> float:
    """Clips of a value for a power, between sizes by a straight line; infinite where it is not reached."""
    sizes = sorted(power)
    for low, high in pairwise(sizes):
        if power[low] >= wanted:
            return float(low)
        if power[high] >= wanted:
            return low + (high - low) * (wanted - power[low]) / (power[high] - power[low])
    return float("inf")


def over_searches(numbers: Sequence[float]) -> str:
    """Mean with Student's 95 % interval over searches."""
    from scipy.special import stdtrit

    known = np.array([each for each in numbers if np.isfinite(each)])
    half = stdtrit(len(known) - 1, 0.975) * known.std(ddof=1) / np.sqrt(len(known)) if len(known) > 1 else np.nan
    return f"{known.mean():.3f} [{known.mean() - half:.3f}, {known.mean() + half:.3f}] over {len(known)} searches"


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["questions", "clips", "scores"])
    parser.add_argument("--cohort", choices=["open", "drawn"], default="open")
    parser.add_argument("--open-sealed", action="store_true", help="the sealed cohort in place of the open one")
    parser.add_argument("--searches", type=int, default=6)
    parser.add_argument("--pulls", type=int, default=100)
    parser.add_argument("--people", type=int, default=8, help="respondents that search for clips")
    parser.add_argument("--keep", type=float, default=1.0, help="share of questions, the best, that count as found")
    given = parser.parse_args()
    cohort = COHORT[:8] if given.cohort == "open" else draw_respondents(8, seed=98)
    cohort = sealed_cohort(OPENED_BY) if given.open_sealed else cohort
    print("sealed" if given.open_sealed else given.cohort, given.what)
    if given.what == "questions":
        print(
            "S above seeds:",
            over_searches([questions(cohort, each, given.pulls, given.keep) for each in range(given.searches)]),
        )
        return
    if given.what == "scores":
        for asked in (20, 40, 80):
            within, across = zip(*(recovered(cohort, each, asked) for each in range(given.searches)), strict=True)
            print(f"{asked} questions: r over values {over_searches(within)}; over respondents {over_searches(across)}")
        return
    gains = [clips(cohort, each, given.pulls, given.people) for each in range(given.searches)]
    print("divergence above seeds:", over_searches([each.above for each in gains]))
    for size in SIZES:
        plain, sharp = np.mean([[each.plain[size], each.sharp[size]] for each in gains], axis=0)
        print(f"{size} clips of a value, {size * len(TEN) * ASKS} asks: {plain:.3f} plain, {sharp:.3f} sharpened")
    ratios = [needed(each.sharp, POWER) / needed(each.plain, POWER) for each in gains]
    print(f"asks for a power of {POWER}, sharpened over plain:", over_searches(ratios))
    whole = [needed(each.sharp, each.plain[FULL] - 1e-9) / FULL for each in gains]
    print("asks that tell apart as the full battery does, over it:", over_searches(whole))
    print("told apart with the same values: plain", over_searches([each.false_plain for each in gains]))
    print("told apart with the same values: sharpened", over_searches([each.false_sharp for each in gains]))


if __name__ == "__main__":
    _main()
