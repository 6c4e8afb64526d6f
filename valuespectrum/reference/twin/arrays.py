"""Answers of many respondents to the like questions at once: for studies of coverage and power."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.instruments.wordings.liking import WORDINGS
from valuespectrum.instruments.wordings.template import options
from valuespectrum.reference.items.base import Scene
from valuespectrum.reference.items.liking import ORDERS, Like
from valuespectrum.reference.planted import DAYLIGHT, WORDING_EFFECTS, CohortMember, Depicted, Mind, profile
from valuespectrum.theory.value_sets import NINETEEN


@dataclass(frozen=True, slots=True)
class LikeAnswers:
    """Probabilities of the answers, by respondent, scene and question."""

    members: tuple[str, ...]
    questions: tuple[Like, ...]
    yes: np.ndarray
    """(respondents, scenes, questions) probability of *yes* where there is an answer."""
    refused: np.ndarray
    """(respondents, scenes) probability that there is none."""

    def columns(self, seed: int | None = None) -> dict[str, np.ndarray]:
        """Columns of a table with a row for each respondent, scene and question.

        Args:
            seed: Answers are drawn with it, which gives a column ``said`` (``yes``, ``no`` or ``refusal``).

        Returns:
            ``respondent``, ``scene`` (number), ``wording``, ``polarity``, ``first``, ``yes``, ``no`` and ``refusal``
            (probabilities that sum to one).
        """
        people, scenes, cells = np.indices(self.yes.shape)
        forms = [question.form for question in self.questions]
        answered = 1 - self.refused[:, :, None]
        found = {
            "respondent": np.array(self.members)[people],
            "scene": scenes,
            "wording": np.array([form.wording for form in forms])[cells],
            "polarity": np.array([form.polarity for form in forms])[cells],
            "first": np.array(["yes" if form.yes_first else "no" for form in forms])[cells],
            "yes": answered * self.yes,
            "no": answered * (1 - self.yes),
            "refusal": np.broadcast_to(self.refused[:, :, None], self.yes.shape),
        }
        if seed is not None:
            chance = np.random.default_rng(seed).random(self.yes.shape)
            said = np.where(
                chance < found["yes"], "yes", np.where(chance < found["yes"] + found["no"], "no", "refusal")
            )
            found["said"] = said
        return {name: column.reshape(-1) for name, column in found.items()}


def like_cells(wordings: int = 2) -> tuple[Like, ...]:
    """The questions of the like battery: each wording in both polarities and both orders of the options."""
    return tuple(
        Like(text.format(options=options(order)))
        for wording in WORDINGS[:wordings]
        for text in (wording.positive, wording.negative)
        for order in ORDERS
    )


def like_answers(
    members: Sequence[CohortMember],
    scenes: Sequence[Scene],
    questions: Sequence[Like] = (),
    target: Mapping[str, float] | None = None,
    beside: np.ndarray | float = 0.0,
) -> LikeAnswers:
    """What many respondents answer to like questions about many scenes: the same as the twins', asked one by one.

    Args:
        members: Respondents.
        scenes: What is shown.
        questions: Texts of the like question; those of the battery (:func:`like_cells`) when none is given.
        target: Persona that all play, over the ten values; ``None`` for none.
        beside: Log-odds of liking that scenes and wordings have beside what is planted in respondents; any shape that
            fits (respondents, scenes, questions).

    Returns:
        Arrays; a thousand respondents, a hundred scenes and eight questions take about a second.
    """
    questions = tuple(questions) or like_cells()
    held = np.array([list(profile(Mind(member, target), "pictures").values()) for member in members])
    shown = [scene.shown for scene in scenes]
    misread = [scene.misread[1] if scene.misread else scene.shown for scene in scenes]
    share = np.array([scene.misread[0] if scene.misread else 0.0 for scene in scenes])
    yes = _yes(members, _liking(members, held, shown, target)[:, :, None] + beside, questions)
    if share.any():
        wrong = _yes(members, _liking(members, held, misread, target)[:, :, None] + beside, questions)
        yes = (1 - share[:, None]) * yes + share[:, None] * wrong
    kept = np.array([1 - member.refuses for member in members])[:, None]
    rates = np.array([member.refusal_rate for member in members])[:, None]
    refused = 1 - kept * np.where([each.refused for each in shown], 1 - rates, 1.0)
    return LikeAnswers(tuple(member.name for member in members), questions, yes, refused)


def _liking(
    members: Sequence[CohortMember], held: np.ndarray, shown: Sequence[Depicted], target: Mapping[str, float] | None
) -> np.ndarray:
    """(respondents, scenes) log-odds of liking, as ``planted.seen_log_odds``."""

    def each(name: str) -> np.ndarray:
        return np.array([getattr(member, name) for member in members])[:, None]

    kept = 1.0 if target is None else 1 - each("obedience")
    light = np.array([DAYLIGHT[one.time_of_day] if one.time_of_day else 0.0 for one in shown])
    push = np.array([one.push for one in shown])
    share = each("caption_weight") * np.array([one.caption is not None for one in shown])
    picture, caption = (
        held @ np.array([[weights.get(value, 0.0) for value in NINETEEN.dimensions] for weights in told]).T
        for told in ([one.weights for one in shown], [one.caption or {} for one in shown])
    )
    nuisance = each("susceptibility") * push + each("daylight_taste") * light
    return np.asarray((1 - share) * picture + share * caption + kept * nuisance)


def _yes(members: Sequence[CohortMember], liking: np.ndarray, questions: Sequence[Like]) -> np.ndarray:
    """Probability of yes, as ``planted.yes_probability``.

    Args:
        members: Respondents.
        liking: Log-odds, shape (respondents, scenes, questions), or 1 for the last.
        questions: Texts.
    """
    forms = [question.form for question in questions]
    polarity = np.array([form.polarity for form in forms])
    effect = np.array([WORDING_EFFECTS[form.wording] for form in forms])
    first = np.array([1 if form.yes_first else -1 for form in forms])
    yes, order, constant = (
        np.array([getattr(member.leans, name) for member in members])[:, None, None]
        for name in ("yes", "order", "constant")
    )
    free = 1 / (1 + np.exp(-(polarity * (liking + effect) + yes + order * first)))
    return np.asarray((1 - constant) * free + constant)
