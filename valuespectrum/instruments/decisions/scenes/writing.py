"""Scenes written by a language model, as a procedure: a subset of the values, a ban on naming them, a parser, filters.

One call asks for everything in a fixed format: a scene, acts with ratings, the writer's own guess of the values, and
whether it suits. What does not hold is asked for again, and what still does not is dropped with the reason. Then the
values are inferred anew by judges who see the scene alone, yes or no for each (ValuePilot's filter by a fresh session;
its code has the filter by words only, which is here too). The words of both prompts are ours; the published ones cannot
be passed on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agents.judges.cases import Case
from agents.judges.forms import Carries
from agents.judges.panel import JUDGE, judged
from agents.models.base import Ask, Stimulus
from agents.models.parsing.thinking import split_thinking
from agents.procedures.procedure import Addressed, Procedure
from valuespectrum.instruments.decisions.scenes.files import MOST_LETTERS
from valuespectrum.instruments.decisions.scenes.scene import (
    VALUES,
    DecisionAct,
    DecisionScene,
    named_values,
    without_named,
)
from valuespectrum.instruments.judging.labels import labels_of
from valuespectrum.instruments.wordings.choosing import ACT_MARKS
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.theory.value_sets import VALUE_PILOT_6

WRITER = "writer"
"""Role of whoever writes."""
LEAST_ACTS = 10
TRIES = 3
_MOST_TOKENS = 2000
_MOST_LINES = 200
_PROMPT = Template(
    "Write a scene at home in which somebody called A has to decide what to do. Further people are called B, C and so "
    "on. The scene and what A may do are about these values: {defined}.\n"
    "Never write the name of a value, a word made of it, or another word for it.\n"
    "Answer in these lines and nothing else:\n"
    "SCENE: the scene, in one line\n"
    "ACTION: something that A may do | ratings of it, such as {example}\n"
    "(at least {acts} such lines, with ratings from -1, goes against it, to 1, serves it, of each value named above)\n"
    "GUESS: which of {every} somebody who reads the scene alone would find in it\n"
    "SUITABLE: yes or no, whether everything above holds"
)
_ACTION = re.compile(r"^\W*action(?:\s*\d+)?\W*:\s*(?P<text>[^|]+)\|(?P<ratings>.+)$", re.IGNORECASE)
_FIELD = re.compile(r"^\W*(?P<name>scene|guess|suitable)\W*:\s*(?P<text>.+)$", re.IGNORECASE)
_RATING = re.compile(
    r"([a-z]+)\s*[=:]\s*([+-]?\d*\.?\d+)(?![\d.,]*\d|\s*%|\s*(?:-|–|—|/|to\b|or\b)\s*[+-]?[\d.])", re.IGNORECASE
)
"""One number; no range, no decimal comma, no share of another one."""


@dataclass(frozen=True, slots=True)
class SceneWritingOptions:
    """How scenes are written and filtered."""

    least_acts: int = LEAST_ACTS
    """Acts below which a scene is asked for again."""
    tries: int = TRIES
    """How often it is asked for at most."""
    reinferred: bool = True
    """Whether judges must find exactly the values that a scene was written for."""


@dataclass(frozen=True, slots=True)
class WrittenScene:
    """What became of one scene."""

    values: tuple[str, ...]
    scene: DecisionScene | None
    why: str = ""
    """Why there is none: ``failed`` where the writer gave no answer, ``format``, ``named``, ``guess``, ``unsuitable``
    (after the last try), ``reinferred``, ``unjudged`` where a judge left a value open, or ``repeated`` where an earlier
    scene has the same words."""
    tries: int = 1
    found: tuple[str, ...] = ()
    """What judges found in it."""


def writing(values: Sequence[str], number: int, options: SceneWritingOptions) -> Procedure[WrittenScene]:
    """Have a scene written about some values.

    Args:
        values: What it is about.
        number: Of the scene, so that a writer who draws its words writes another one.
        options: How.

    Returns:
        The scene, or why there is none.
    """
    wanted = tuple(value for value in VALUES if value in values)
    question, why, scene = writing_prompt(wanted, options.least_acts), "format", None
    turn = 0
    for turn in range(options.tries):
        ask = Ask(Stimulus(), question, max_tokens=_MOST_TOKENS, draw=number * options.tries + turn)
        (answer,) = yield [Addressed(ask, WRITER)]
        scene, why = (None, "failed") if answer.error else read_written(answer.text, wanted, options.least_acts)
        if scene is not None:
            break
    if scene is None:
        return WrittenScene(wanted, None, why, turn + 1)
    if not options.reinferred:
        return WrittenScene(wanted, scene, tries=turn + 1)
    labels = labels_of(VALUE_PILOT_6)
    cases = [Case(f"{number} {value}", scene.text, value) for value in VALUES]
    verdicts = (yield from judged(cases, {JUDGE: Carries(labels)})).verdicts[JUDGE]
    found = tuple(value for value, verdict in zip(VALUES, verdicts, strict=True) if verdict.yes)
    why = "unjudged" if any(verdict.yes is None for verdict in verdicts) else "" if found == wanted else "reinferred"
    return WrittenScene(wanted, None if why else scene, why, turn + 1, found)


def writing_prompt(values: Sequence[str], least_acts: int) -> str:
    """What a writer is asked for."""
    definitions = {label.name: label.definition for label in labels_of(VALUE_PILOT_6)}
    return _PROMPT.write(
        defined="; ".join(f"{value} ({definitions[value].rstrip('.')})" for value in values),
        example=", ".join(f"{value}={0.6 - 0.9 * (place % 2):g}" for place, value in enumerate(values)),
        acts=least_acts,
        every=", ".join(VALUES),
    )


def read_written(text: str, values: Sequence[str], least_acts: int) -> tuple[DecisionScene | None, str]:
    """A written scene, or why there is none; values that it was not written for are rated 0.

    Acts beyond those that can be asked about are left out, and a longer text than a file can have is none.

    Args:
        text: What a writer said.
        values: What it was to write about.
        least_acts: Acts below which it is none.
    """
    fields: dict[str, str] = {}
    acts: dict[str, DecisionAct] = {}
    for line in split_thinking(text)[1].splitlines()[:_MOST_LINES]:
        if found := _FIELD.match(line.strip()):
            fields.setdefault(found["name"].lower(), " ".join(found["text"].split()))
        elif found := _ACTION.match(line.strip()):
            words, ratings = " ".join(found["text"].split()), _read_ratings(found["ratings"], values)
            if words and ratings is not None:
                acts.setdefault(words, DecisionAct(words, ratings))
    if "scene" not in fields or "guess" not in fields or len(acts) < least_acts:
        return None, "format"
    if max(map(len, (fields["scene"], *acts))) > MOST_LETTERS:
        return None, "format"
    scene = DecisionScene(fields["scene"], tuple(values), tuple(acts.values()))
    if fields.get("suitable", "").lower().strip(" .*") != "yes":
        return None, "unsuitable"
    kept = next(without_named([scene]), None)
    if kept is None or len(kept.acts) < least_acts:
        return None, "named"
    # The guess names values, as nothing else may.
    whole = named_values(fields["guess"]) == tuple(values)
    return (replace(kept, acts=kept.acts[: len(ACT_MARKS)]), "") if whole else (None, "guess")


def _read_ratings(text: str, values: Sequence[str]) -> tuple[float, ...] | None:
    told: dict[str, set[float]] = {}
    for name, number in _RATING.findall(text.replace("−", "-")):
        told.setdefault(name.lower(), set()).add(float(number))
    said = {name: numbers.pop() for name, numbers in told.items() if len(numbers) == 1}
    if any(value not in said or not -1 <= said[value] <= 1 for value in values):
        return None
    return tuple(said[value] if value in values else 0.0 for value in VALUES)


def writing_summary(written: Sequence[WrittenScene]) -> Mapping[str, int]:
    """How many scenes were kept, and how many dropped for which reason."""
    return dict(Counter(each.why or "kept" for each in written))
