"""Questions, and answers that people rated, out of files that users write."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agents.models.base import FrameReference, Stimulus
from valuespectrum.steering.counterfactual.objective import ValueObjective
from valuespectrum.steering.counterfactual.prompted import LabelledAnswer
from valuespectrum.steering.counterfactual.voice import ValueQuestion
from vectorstore.foreign.documents import check_shape, read_regular, read_yaml
from vectorstore.foundation.errors import InputError

_LARGEST_PICTURE = 32 * 2**20
_MOST_FRAMES = 32


@dataclass(frozen=True, slots=True)
class _WrittenQuestion:
    id: str
    question: str
    frames: tuple[str, ...] = ()
    system: str = ""


@dataclass(frozen=True, slots=True)
class _WrittenLabels:
    text: str
    scores: dict[str, float]


def read_questions(path: Path) -> tuple[ValueQuestion, ...]:
    """Read questions: a YAML or JSON list of ``{id, question, frames, system}``.

    Args:
        path: The file; pictures are named from its folder.

    Raises:
        InputError: It is no such file, an id stands there twice, or a picture cannot be read.
    """
    hint = "a list of {id: q1, question: words, frames: [picture.jpg]}"
    where = f"questions {path}"
    found = check_shape(tuple[_WrittenQuestion, ...], read_yaml(path, "questions", hint), where, hint)
    twice = [id for id, count in Counter(each.id for each in found).items() if count > 1]
    if twice or not found or not all(each.id and each.question.strip() for each in found):
        raise InputError(f"{where} holds no questions, an empty one, or one id twice {twice[:1] or ''}".rstrip(), hint)
    return tuple(
        ValueQuestion(each.id, each.question.strip(), Stimulus(_frames(each, path)), each.system) for each in found
    )


def _frames(question: _WrittenQuestion, path: Path) -> tuple[FrameReference, ...]:
    if len(question.frames) > _MOST_FRAMES:
        raise InputError(
            f"question {question.id[:60]!r} shows {len(question.frames)} frames", f"at most {_MOST_FRAMES}"
        )
    places = [path.parent / name for name in question.frames]
    return tuple(FrameReference(_digest(place), place) for place in places)


def _digest(picture: Path) -> str:
    try:
        return hashlib.sha256(read_regular(picture, _LARGEST_PICTURE)).hexdigest()
    except OSError as error:
        raise InputError(f"cannot read the picture {picture}: {error.strerror or error}") from error


def read_labels(path: Path, labels: Mapping[str, str]) -> tuple[LabelledAnswer, ...]:
    """Read answers that people rated: a YAML or JSON list of ``{text, scores: {VALUE: 1..5}}``.

    Args:
        path: The file.
        labels: Dimensions that may be rated.

    Raises:
        InputError: It is no such file, or rates what there is not.
    """
    hint = "a list of {text: words, scores: {VALUE: 3}}"
    where = f"rated answers {path}"
    found = check_shape(tuple[_WrittenLabels, ...], read_yaml(path, "rated answers", hint), where, hint)
    for each in found:
        unknown = [name for name in each.scores if name not in labels]
        if unknown or not each.text.strip():
            raise InputError(f"{where} rates {unknown[:1] or 'an empty answer'}", f"one of {', '.join(labels)}")
        try:
            ValueObjective(each.scores)
        except InputError as error:
            raise InputError(f"{where}: {error.message}", error.hint) from error
    return tuple(LabelledAnswer(each.text, each.scores) for each in found)
