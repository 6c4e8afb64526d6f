"""Labels by a judge model, which is shown a picture and told nothing of what it was found for.

It is asked which value the picture expresses most, then of every value whether it is lived, denied or absent, and how
strongly it is expressed. What it answers is kept as any answer of a model is; what it does not answer is no label.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.answers.planner import Progress, answer_all
from agents.answers.store import AnswerStore, ask_key
from agents.models.base import NO_CHOICE, Answer, Ask, Choice, FrameReference, Model, Stimulus
from agents.models.evidence import LEAST_MASS, tells_all
from agents.models.model_names import ModelId
from valuespectrum.instruments.wordings import judging as words
from valuespectrum.stimuli.ratings.labels import NO_VALUE, PictureLabel, State
from valuespectrum.theory.value_sets import GROUPS, NINETEEN, TEN
from valuespectrum.theory.values import VALUES

Told = Mapping[str, str | int]
"""What models that see nothing are told of a picture, as tags."""

_REFINED = GROUPS["schwartz_19", "schwartz_10"]
_STATES: Mapping[str, State] = {"lived": "endorsed", "denied": "violated", "absent": "absent"}
_DIGITS = ("1", "2", "3", "4", "5")
_TOKENS = 16


@dataclass(frozen=True, slots=True)
class JudgedPicture:
    """One stored picture to be looked at."""

    picture: FrameReference
    frames: tuple[tuple[str, str], ...]
    """(frame, clip) of everything that shows it."""
    told: Told


@dataclass(frozen=True, slots=True)
class _Question:
    kind: str
    """``value``, ``direction``, ``strength`` or ``prettiness``."""
    about: str
    """The value asked about; empty where it asks for one."""
    text: str
    choices: tuple[Choice, ...]


def judged_labels(
    pictures: Sequence[JudgedPicture], model: Model, store: AnswerStore, progress: Progress | None = None
) -> list[PictureLabel]:
    """Label pictures; what is stored is not asked again.

    Args:
        pictures: Each once.
        model: The judge.
        store: Where its answers are kept.
        progress: Told after each answer.

    Raises:
        ModelError: The model fails as a whole.
        StorageError: Answers cannot be stored.
    """
    questions = _about_values(understands_plain_only(model.id))
    answers = _asked(pictures, questions, model, store, progress)
    labels: list[PictureLabel] = []
    for picture, given in zip(pictures, answers, strict=True):
        rows = list(_read(list(zip(questions, given, strict=True))))
        labels += [PictureLabel(frame, clip, *row) for frame, clip in picture.frames for row in rows]
    return labels


def judged_prettiness(
    pictures: Sequence[JudgedPicture], model: Model, store: AnswerStore, progress: Progress | None = None
) -> dict[str, float]:
    """Picture to how pretty a judge finds it, 1 to 5; pictures about which it says nothing are left out."""
    question = _Question("prettiness", "", words.PRETTINESS.text, _digits())
    answers = _asked(pictures, [question], model, store, progress)
    shares = [_shares(given[0], question.choices) for given in answers]
    levels = {each.picture.picture_sha: _expected(told) for each, told in zip(pictures, shares, strict=True)}
    return {picture: level for picture, level in levels.items() if level is not None}


def understands_plain_only(model_id: str) -> bool:
    """Whether a model knows the fixed texts of the reference world and nothing else."""
    return ModelId.parse(model_id).scheme in ("reference", "simulated")


def _about_values(plain: bool) -> list[_Question]:
    named = [Choice(value, _surfaces([TEN.label(value), *_labels(value)])) for value in VALUES]
    # Refined values that belong to none of the ten are none of them.
    others = [NINETEEN.label(part).lower() for part in NINETEEN.dimensions if part not in sum(_REFINED.values(), ())]
    value_choices = (*named, Choice(NO_VALUE, _surfaces([NO_VALUE, *others])))
    directions = tuple(Choice(name, _surfaces([name])) for name in _STATES)
    if plain:
        about = [(value, label) for value in VALUES for label in _labels(value)]
        first = words.VALUE_PLAIN.text
    else:
        about = [(value, TEN.label(value).lower()) for value in VALUES]
        first = words.VALUE_LISTED.write(values=", ".join(label for _, label in about))
    strengths = [] if plain else [_Question("strength", v, words.STRENGTH.write(value=n), _digits()) for v, n in about]
    return [
        _Question("value", "", first, value_choices),
        *(_Question("direction", value, words.DIRECTION.write(value=name), directions) for value, name in about),
        *strengths,
    ]


def _labels(value: str) -> list[str]:
    return [NINETEEN.label(part).lower() for part in _REFINED[value]]


def _surfaces(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for name in names for form in (name.lower(), name.capitalize())))


def _digits() -> tuple[Choice, ...]:
    return tuple(Choice(digit, (digit,)) for digit in _DIGITS)


def _asked(
    pictures: Sequence[JudgedPicture],
    questions: Sequence[_Question],
    model: Model,
    store: AnswerStore,
    progress: Progress | None,
) -> list[list[Answer]]:
    asks = [[_ask(picture, question) for question in questions] for picture in pictures]
    answer_all(model, (ask for each in asks for ask in each), store, progress)
    return [[store.answer(ask_key(ask, model)) or Answer(error="not answered") for ask in each] for each in asks]


def _ask(picture: JudgedPicture, question: _Question) -> Ask:
    frame, clip = picture.frames[0]
    tags: dict[str, str | int | float] = {"item": f"judge {question.kind}", "value": question.about}
    return Ask(
        Stimulus((picture.picture,)),
        question.text,
        question.choices,
        max_tokens=_TOKENS,
        tags={**tags, "frame": frame, "clip": clip, **picture.told},
    )


def _shares(answer: Answer, choices: Sequence[Choice]) -> dict[str, float]:
    """Share of every option in an answer; empty where too little of it is about them, or about some of them only."""
    if answer.error:
        return {}
    if answer.counts:
        heard = {name: float(count) for name, count in answer.counts.items() if name not in NO_CHOICE}
    elif answer.log_probabilities:
        if not tells_all(answer, [choice.name for choice in choices]):
            return {}
        heard = {name: math.exp(value) for name, value in answer.log_probabilities.items()}
    else:
        return {answer.parsed: 1.0} if answer.parsed and answer.parsed not in NO_CHOICE else {}
    total = sum(heard.values())
    return {name: share / total for name, share in heard.items()} if answer.mass >= LEAST_MASS and total > 0 else {}


def _expected(shares: Mapping[str, float]) -> float | None:
    return sum(int(digit) * share for digit, share in shares.items()) if shares else None


Row = tuple[str, State, float | None, bool, float | None]


def _read(given: Sequence[tuple[_Question, Answer]]) -> Iterator[Row]:
    """Value, state, strength, whether it is the one that was named, and how surely."""
    told: dict[str, dict[str, list[dict[str, float]]]] = {}
    for question, answer in given:
        heard = _shares(answer, question.choices)
        told.setdefault(question.kind, {}).setdefault(question.about, []).append(heard)
    shares = told["value"][""][0]
    named = max(shares, key=lambda name: shares[name], default="")
    for value in VALUES:
        state = _state(told["direction"][value])
        strengths = [_expected(each) for each in told.get("strength", {}).get(value, [])]
        if state or value == named:
            strength = strengths[0] if strengths else None
            yield value, state, strength, value == named, shares.get(value) if value == named else None
    if named == NO_VALUE:
        yield NO_VALUE, "absent", None, True, shares[NO_VALUE]


def _state(parts: Sequence[Mapping[str, float]]) -> State:
    """The state of a value out of those of its refined ones: lived where any is, else denied where any is."""
    states = {_STATES[max(part, key=lambda name: part[name])] for part in parts if part}
    order: tuple[State, ...] = ("endorsed", "violated", "absent")
    return next((state for state in order if state in states), "")
