"""What a set of questions says of the respondents it was put to: scores, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.adaem.asking import Answered
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.jackknife import jackknifed, left_out_interval
from valuespectrum.scoring.telling.rating import RatingOptions, Skills, played, rated, rated_without, win_rates
from valuespectrum.scoring.telling.reports import between_models, over_folds, shifted, within_models
from valuespectrum.theory.value_sets import ValueSet
from valuespectrum.theory.values import HIGHER_ORDER, VALUES
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import shuffled, stream

Floats = NDArray[np.float64]
FOLDS = 5
_MOST_SHOWN = 10
"""Questions that a report shows, with what was answered."""
_LEAST = 2
_FEWEST = 5
"""Clips, arms or questions below which there is no interval."""
_PARTS = 50
"""Parts in which questions are left out, at most: every one by itself would play as many games as their square."""
_NEVER = 0.01
"""A score nearer to 0 or 100 is taken for this one where intervals are reckoned: beyond it they have no end."""
_WHY = (f"fewer than {_FEWEST} questions", "it hangs on a few questions")
_NO_GAME = "no question sets who names it against who does not"


def value_scores(carried: NDArray[np.int8], options: RatingOptions, opponents: Sequence[int] = ()) -> Floats:
    """Scores of every respondent by value, 0 to 100; NaN for who took part in no game of a value.

    A question that everybody, or nobody, answers by naming a value is no game of it, and who plays none is no opponent.

    Args:
        carried: Shape (questions, respondents, values).
        options: Constants of the rating.
        opponents: Against whom the score is told; all others when empty.

    Returns:
        Shape (respondents, values).
    """
    columns = [_told(games, rated(games, options), options, opponents) for games in np.moveaxis(carried, 2, 0)]
    return np.stack(columns, axis=1)


def newest_scores(carried: NDArray[np.int8], options: RatingOptions, level: float) -> list[Estimate]:
    """Scores of the last respondent against all others, by value, with intervals over questions.

    Questions are left out in parts; who the others are, and what judges get wrong, is not in the intervals.

    Args:
        carried: Shape (questions, respondents, values).
        options: Constants of the rating.
        level: Coverage aimed at.
    """
    count, opponents = len(carried), range(carried.shape[1] - 1)
    parts = np.array(shuffled(count, stream(0, "adaem/left out"))) % min(count, _PARTS)
    whole = value_scores(carried, options, opponents)[-1]
    found: list[Estimate] = []
    for score, games in zip(whole.tolist(), np.moveaxis(carried, 2, 0), strict=True):
        if np.isnan(score):
            found.append(Estimate(None, why=_NO_GAME))
            continue
        left_out = _without_parts(games, parts, options, opponents) if count >= _FEWEST else []
        found.append(_within_chance(score, left_out, level))
    return found


def _within_chance(score: float, left_out: Sequence[float], level: float) -> Estimate:
    """An interval of a score between 0 and 100, in standard deviations of chance: there it is as far to either side."""
    from scipy.special import ndtr, ndtri

    whole, *without = ndtri(np.clip([score, *left_out], _NEVER, 100 - _NEVER) / 100).tolist()
    known = left_out_interval(whole, without, level, _WHY, uneven=True)
    if known.low is None or known.high is None:
        return replace(known, mean=score)
    ends = 100 * np.asarray(ndtr([known.low, known.high]))
    se = float(np.sqrt((len(left_out) - 1) * np.var(left_out)))
    return Estimate(score, min(score, float(ends[0])), max(score, float(ends[1])), se=se)


def _without_parts(
    games: NDArray[np.int8], parts: NDArray[np.intp], options: RatingOptions, opponents: Sequence[int]
) -> list[float]:
    """Score of the last respondent without each part of the questions."""
    skills = rated_without(games, parts, options)
    return [
        float(_told(games[parts != part], Skills(mu, sigma), options, opponents)[-1])
        for part, (mu, sigma) in enumerate(zip(skills.mu, skills.sigma, strict=True))
    ]


def _told(games: NDArray[np.int8], skills: Skills, options: RatingOptions, opponents: Sequence[int]) -> Floats:
    """Scores out of skills; NaN for who took part in no game, and who plays none is no opponent."""
    there = played(games)
    against = [place for place in opponents or range(len(there)) if there[place]]
    return np.where(there & bool(against), win_rates(skills, options.gamma, against), np.nan)


def reported(
    found: Sequence[Answered], respondents: Sequence[str], values: ValueSet, options: RatingOptions, seed: int
) -> Json:
    """Scores with their reliability, and the most telling questions with the answers that differ.

    What has no score, because no question was a game of it, is ``None`` and has no part in reliability; neither has
    a respondent without any.

    Args:
        found: Questions with final scores.
        respondents: Who answered.
        values: Of the judges.
        options: Constants of the rating.
        seed: Of the folds.
    """
    if len(found) < _LEAST or len(respondents) < _LEAST:
        return {"scores": [], "why": "no scores: fewer than two questions or respondents"}
    carried = np.stack([each.carried() for each in found])
    # They stand by S, and skills forget: as they stand the least telling ones would decide.
    order = np.array(shuffled(len(found), stream(seed, "adaem/folds")))
    scores = value_scores(carried[order], options)
    folds = [value_scores(carried[order[part::FOLDS]], options) for part in range(FOLDS)] if len(found) >= FOLDS else []
    trusted = over_folds(np.stack(folds)) if folds else None
    some = scores[np.isfinite(scores).any(axis=1)]
    whole = some[:, np.isfinite(some).all(axis=0)]
    return {
        "scores": [
            {"respondent": name, **dict(zip(values.dimensions, map(_known, row), strict=True))}
            for name, row in zip(respondents, scores, strict=True)
        ],
        "reliability": {
            "folds": len(folds),
            "alpha": _known(trusted.alpha if trusted else np.nan),
            "variation": _known(trusted.variation if trusted else np.nan),
            "between_models": _known(between_models(whole)),
            "between_models_centred": _known(between_models(whole, centred=True)),
            "within_models": _known(within_models(whole)),
        },
        "telling": [telling_row(each, respondents, values) for each in _best(found)],
    }


def _best(found: Sequence[Answered]) -> Sequence[Answered]:
    return sorted((each for each in found if each.score), key=lambda each: -each.total)[:_MOST_SHOWN]


def telling_row(each: Answered, respondents: Sequence[str], values: ValueSet) -> Json:
    """One question with what was said to it, for people."""
    answers = []
    for name, reply, points in zip(respondents, each.replies, each.points, strict=True):
        if reply is not None and points is not None:
            held = [
                values.label(value) for value, has in zip(values.dimensions, np.any(points, axis=0), strict=True) if has
            ]
            answers.append({"respondent": name, "stance": reply.stance, "points": list(reply.points), "values": held})
    return {
        "question": each.stem.text or each.stem.caption or each.stem.id,
        "arm": each.stem.arm,
        "score": asdict(each.score) if each.score else {},
        "answers": answers,
    }


def improvement(seeds: Sequence[Answered], found: Sequence[Answered], level: float = 0.95) -> Json:
    """Mean S of the seeds, of the questions, and by what share the latter is higher, with an interval over arms.

    Args:
        seeds: With final scores.
        found: Questions with final scores, each in the arm of its seed.
        level: Coverage aimed at.
    """
    arms: dict[str, tuple[list[float], list[float]]] = {}
    for side, several in enumerate((seeds, found)):
        for each in several:
            if each.score:
                arms.setdefault(each.stem.arm, ([], []))[side].append(each.total)
    before, after = (np.array([total for arm in arms.values() for total in arm[side]]) for side in (0, 1))
    share = jackknifed(_share_above, list(arms.values()), level, _FEWEST, ("arm", "arms"))
    return {
        "seeds": before.size,
        "questions": after.size,
        "mean_seeds": _known(before.mean() if before.size else np.nan),
        "mean_questions": _known(after.mean() if after.size else np.nan),
        **share.to_json("share_above"),
    }


def _share_above(arms: Sequence[tuple[Sequence[float], Sequence[float]]]) -> float:
    before, after = ([total for arm in arms for total in arm[side]] for side in (0, 1))
    if not before or not after or np.mean(before) <= 0:
        return float("nan")
    return float(np.mean(after) / np.mean(before)) - 1


def by_frames(found: Sequence[Answered], blind: Sequence[Answered], level: float = 0.95) -> Json:
    """What frames add: S with them minus S of the question alone, with an interval over clips.

    Args:
        found: Questions about frames.
        blind: The same without them, in the same order.
        level: Coverage aimed at.
    """
    pairs = [(one.total, other.total) for one, other in zip(found, blind, strict=True) if one.score and other.score]

    def mean(some: Sequence[tuple[float, float]]) -> float:
        return float(np.mean([one - other for one, other in some])) if some else float("nan")

    added = jackknifed(mean, pairs, level, _FEWEST, ("clip", "clips"))
    with_frames, alone = np.array(pairs, np.float64).reshape(-1, 2).T
    return {
        "clips": len(pairs),
        "mean_frames": _known(with_frames.mean() if len(pairs) else np.nan),
        "mean_question": _known(alone.mean() if len(pairs) else np.nan),
        **added.to_json("added"),
    }


def primed(scores: Sequence[Json], pairs: Sequence[tuple[str, str, str]]) -> Json:
    """Whether telling a model to hold a value moves its score (AdAEM, table 10).

    Args:
        scores: Rows of ``reported``.
        pairs: Respondent as itself, the same in a role, and the value that the role holds most.

    Returns:
        For the target, the other values of its higher-order group and its opposite on the circle: means before and
        after, paired t (before minus after), p, effect, and how many pairs, those with two scores. Several values of
        one role are no independent pairs, nor are roles that are held against the same scores of one model as itself:
        ``by_role`` is the same of the means of what hangs together.
    """
    by_name = {str(row["respondent"]): row for row in scores}
    group_of = {value: group for group in HIGHER_ORDER.values() for value in group}
    sides: dict[str, dict[tuple[str, str], list[list[tuple[float, float]]]]]
    sides = {"target": {}, "same group": {}, "opposite": {}}
    for bare, role, target in pairs:
        if bare not in by_name or role not in by_name:
            continue
        opposite = VALUES[(VALUES.index(target) + len(VALUES) // 2) % len(VALUES)]
        of_side = {
            "target": [target],
            "same group": [value for value in group_of[target] if value != target],
            "opposite": [opposite],
        }
        for side, values in of_side.items():
            both = ((by_name[bare][value], by_name[role][value]) for value in values)
            if known := [pair for pair in both if None not in pair]:
                # Roles of one group share scores of the model as itself, though each leaves out a value of its own.
                sides[side].setdefault((bare, group_of[target][0] if side == "same group" else target), []).append(
                    known
                )
    return {
        side: _shift([pair for roles in together.values() for known in roles for pair in known])
        | {"by_role": _shift([_mean_pair([_mean_pair(known) for known in roles]) for roles in together.values()])}
        for side, together in sides.items()
        if together
    }


def _mean_pair(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    before, after = np.mean(pairs, axis=0).tolist()
    return before, after


def _shift(moved: Sequence[tuple[float, float]]) -> Json:
    before, after = np.array(moved, np.float64).T
    return {name: _finite(number) for name, number in asdict(shifted(before, after)).items()}


def _finite(number: float | int) -> float | int | None:
    return number if isinstance(number, int) or np.isfinite(number) else None


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
