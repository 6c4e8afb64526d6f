"""Questions that were found, with what respondents said to them.

A search writes them, the instrument ``adaem`` asks them. The respondents of the search are kept as opponents: somebody
new is rated against what they said, question by question.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.adaem.asking import Answered
from valuespectrum.instruments.adaem.stems import Stem
from valuespectrum.theory.value_sets import VALUE_SETS, ValueSet
from vectorstore.foreign.documents import check_shape, read_json, read_regular
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.text import visible_line

KIND = "valuespectrum questions"
_HINT = "write it with `valuespectrum instrument search`"
_LARGEST_SEEDS = 4 * 2**20
_MOST = 100_000
_LONGEST = 600
_SAID = frozenset((-1, 0, 1))
"""What a row of who carried what is made of."""
Form = Literal["published", "plain"]


@dataclass(frozen=True)
class _StoredQuestion:
    id: str
    text: str
    argument: str
    caption: str
    arm: str
    depth: int
    score: dict[str, float]
    question_values: list[str]
    carried: list[list[int]]


@dataclass(frozen=True)
class _StoredQuestions:
    kind: str
    form: Form
    value_set: str
    respondents: list[str]
    questions: list[_StoredQuestion]


@dataclass(frozen=True)
class QuestionSet:
    """Questions with what opponents said to them."""

    form: Form
    values: ValueSet
    opponents: tuple[str, ...]
    stems: tuple[Stem, ...]
    carried: NDArray[np.int8]
    """Shape (questions, opponents, values): 1, 0, or -1 for no answer, and for what judges left open of one."""


def write_questions(
    path: Path, found: Sequence[Answered], respondents: Sequence[str], values: ValueSet, told: Mapping[str, object]
) -> None:
    """Write what a search found.

    Args:
        path: JSON; what was there is replaced.
        found: Questions with final scores.
        respondents: Whose answers they are, in order.
        values: Of the judges.
        told: How it came about; ``form`` among it.

    Raises:
        StorageError: The disk refuses.
    """
    document = {
        "kind": KIND,
        "value_set": values.name,
        "respondents": list(respondents),
        **told,
        "questions": [question_row(each, values) for each in found],
    }
    with storage_errors(path):
        write_durably(path, f"{json.dumps(document, indent=1, ensure_ascii=False)}\n".encode())


def question_row(each: Answered, values: ValueSet) -> Json:
    """One question as a file keeps it."""
    stem = each.stem
    return {
        **{name: getattr(stem, name) for name in ("id", "text", "argument", "caption", "arm", "depth")},
        "score": {} if each.score is None else asdict(each.score),
        "question_values": [name for name, has in zip(values.dimensions, each.question, strict=True) if has],
        "carried": each.carried().tolist(),
    }


def read_questions(path: Path) -> QuestionSet:
    """Read what ``write_questions`` wrote.

    Raises:
        InputError: It is no such file, of a value set that is not ours, or its tables do not fit.
    """
    found = check_shape(_StoredQuestions, read_json(path, "questions", _HINT), f"questions {path}", _HINT)
    values = VALUE_SETS.get(found.value_set)
    if found.kind != KIND or not found.questions or len(found.questions) > _MOST or values is None:
        raise InputError(f"{path} holds no questions that were found", _HINT)
    shape = len(found.respondents), len(values)
    for each in found.questions:
        if not _fits(each.carried, shape) or max(map(len, (each.text, each.caption, each.argument))) > _LONGEST:
            raise InputError(f"{path}: the question {each.id[:40]!r} does not fit the others", _HINT)
    if len({each.id for each in found.questions}) < len(found.questions):
        raise InputError(f"{path}: a question comes twice", _HINT)
    if twice := _again(found.questions):
        told = f"{path}: {twice.id[:40]!r} asks in the words of another question"
        raise InputError(told, "leave one of them out: both would count")
    carried = np.array([each.carried for each in found.questions], np.int8).reshape(len(found.questions), *shape)
    stems = tuple(
        Stem(each.id, each.text, each.argument, each.caption, arm=each.arm, depth=each.depth)
        for each in found.questions
    )
    return QuestionSet(found.form, values, tuple(found.respondents), stems, carried)


def _again(questions: Sequence[_StoredQuestion]) -> _StoredQuestion | None:
    """The first question that another one asks in the same words, about the same caption."""
    asked: set[tuple[str, str]] = set()
    for each in questions:
        words = (visible_line(each.text), visible_line(each.caption))
        if each.text and words in asked:
            return each
        asked.add(words)
    return None


def _fits(carried: Sequence[Sequence[int]], shape: tuple[int, int]) -> bool:
    """Whether a table has a row for each respondent: of -1, 0 and 1 for each value."""
    people, values = shape
    rows = all(len(row) == values and set(row) <= _SAID for row in carried)
    return len(carried) == people and rows


def read_seeds(path: Path | None = None) -> list[Stem]:
    """Topics to begin with.

    Args:
        path: Text, one a line: a question, or a general argument, a tab and a question; ``None`` takes ours.

    Raises:
        InputError: It cannot be read, a line has no question, or a question comes twice.
    """
    if path is None:
        text = (files("valuespectrum.instruments.adaem") / "seeds.txt").read_text("utf-8")
    else:
        try:
            text = read_regular(path, _LARGEST_SEEDS).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: topics cannot be read", "one question a line, in UTF-8") from error
    found: list[Stem] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        argument, _, question = line.rpartition("\t")
        if not question.strip().endswith("?"):
            raise InputError(f"{path}, line {number}: no question", "end each with a question mark")
        if len(line) > _LONGEST:
            raise InputError(f"{path}, line {number}: more than {_LONGEST} characters", "tell the topic in fewer words")
        if lines.setdefault(visible_line(question), number) != number:
            told = f"{path}, line {number}: the question of line {lines[visible_line(question)]} again"
            raise InputError(told, "name each topic once")
        found.append(Stem(f"seed {len(found) + 1}", question.strip(), argument.strip()))
    if not found:
        raise InputError(f"{path} holds no topics", "one question a line")
    return found
