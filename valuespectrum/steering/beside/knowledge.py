"""What a steered model still knows: questions with one right answer, read off the log-probabilities of the options.

The layout for users is that of MMLU (question, four options, the letter of the right one). For the reference models,
which know nothing of that, there are tasks of their own world: how strongly a text stands for a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

from agents.models.base import Ask, Choice, Model, Stimulus
from valuespectrum.instruments.wordings.speaking import TEXT_STRENGTH
from vectorstore.foreign.documents import read_rows
from vectorstore.foundation.errors import InputError

LETTERS = "ABCD"
COLUMNS = ("question", *LETTERS, "answer")
_LARGEST = 2**26
_ASKED = "{question}\n{options}\nAnswer with one letter, A, B, C or D."


@dataclass(frozen=True, slots=True)
class KnowledgeTask:
    """A question with one right answer."""

    ask: Ask
    right: str
    """Name of the right choice."""


def read_tasks(path: Path) -> list[KnowledgeTask]:
    """Read questions in the layout of MMLU.

    Args:
        path: CSV with the columns ``question, A, B, C, D, answer``; the answer is a letter.

    Raises:
        InputError: It is missing, too large, or no such file, or an answer is no letter.
    """
    hint = f"a CSV file with the columns {', '.join(COLUMNS)}"
    tasks = []
    for number, row in enumerate(read_rows(path, "questions", COLUMNS, hint, _LARGEST), start=2):
        right = (row["answer"] or "").strip().upper()
        if right not in tuple(LETTERS):
            raise InputError(f"{path}, row {number}: {right!r:.20} is no answer", f"one of {', '.join(LETTERS)}")
        options = "\n".join(f"{letter}: {(row[letter] or '').strip()}" for letter in LETTERS)
        words = _ASKED.format(question=(row["question"] or "").strip(), options=options)
        tasks.append(KnowledgeTask(Ask(Stimulus(), words, tuple(Choice(each, (each,)) for each in LETTERS)), right))
    return tasks


def reference_tasks() -> list[KnowledgeTask]:
    """Tasks of the reference world: how strongly a statement stands for a value, for its own one and for another.

    Statements have strength 4 of 5 for their own value and 1 for another (``valuespectrum/reference/speech.py``).
    """
    from valuespectrum.reference.speech import STATEMENT_STRENGTH, speech
    from valuespectrum.theory.value_sets import NINETEEN

    digits = tuple(Choice(digit, (digit,)) for digit in "12345")
    tasks = []
    for place, value in enumerate(NINETEEN.dimensions):
        other = NINETEEN.dimensions[(place + 7) % len(NINETEEN)]
        text = speech()[value]["positive"][place % 4]
        for judged, right in ((value, f"{STATEMENT_STRENGTH:.0f}"), (other, "1")):
            words = TEXT_STRENGTH.write(text=text, value=NINETEEN.label(judged).lower())
            tasks.append(KnowledgeTask(Ask(Stimulus(), words, digits), right))
    return tasks


@dataclass(frozen=True, slots=True)
class KnowledgeRetained:
    """What a model still knows."""

    share: float | None
    """Of the tasks that were answered, those that are done right; ``None`` where none was."""
    answered: int
    """Tasks that were."""


def knowledge_retained(model: Model, tasks: Sequence[KnowledgeTask]) -> KnowledgeRetained:
    """Share of tasks whose most probable option is the right one, and how many tasks it is of.

    An ask whose options have no numbers has failed: it counts in neither.
    """
    answers = list(model.score([task.ask for task in tasks]))
    told = [
        max(answer.log_probabilities, key=lambda name: answer.log_probabilities[name]) == task.right
        for task, answer in zip(tasks, answers, strict=True)
        if answer.log_probabilities and not answer.error and not any(map(isnan, answer.log_probabilities.values()))
    ]
    return KnowledgeRetained(sum(told) / len(told) if told else None, len(told))
