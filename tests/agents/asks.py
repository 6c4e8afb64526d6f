"""Asks of many shapes about one, several and no pictures, and how far answers lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tiny_models import PictureMaker

from agents.models.base import Answer, Ask, Choice, ModelOptions, Stimulus, Turn
from agents.models.local.transformers import TransformersModel, load

YES = Choice("yes", ("yes", "Yes", "YES"))
NO = Choice("no", ("no", "No", "NO"))
AGAIN = Choice("again", ("watch again",))
LESS = Choice("less", ("watch less", "skip"))
LIKE = "Do you like the content of this picture? Answer with one word, yes or no."
WATCH = "Would you keep watching? Answer no or yes."


def loaded(folder: Path, engine: str = "shared", **options: Any) -> TransformersModel:
    """A tiny model on the processor."""
    return load(str(folder), ModelOptions(device="cpu", engine=engine, **options))


def varied_asks(make_picture: PictureMaker) -> list[Ask]:
    """One, several and no pictures of different sizes, with and without persona, caption and opening words."""
    tall, other, wide = make_picture(1), make_picture(2), make_picture(3, 112, 64)
    base = Ask(Stimulus((tall,)), LIKE, (YES, NO), max_tokens=4)
    person = "You are a person who cares about order and tradition."
    return [
        base,
        replace(base, question=WATCH),
        replace(base, system=person),
        replace(base, system=person, question=WATCH, choices=(NO, YES)),
        replace(base, system=person, question="Watch?", choices=(AGAIN, LESS)),
        replace(base, stimulus=Stimulus((other,), caption="A house by the sea"), system=person),
        replace(base, stimulus=Stimulus((wide,)), prefill="Answer:"),
        replace(base, stimulus=Stimulus((tall, wide)), question=WATCH),
        replace(base, stimulus=Stimulus((tall, wide)), question=LIKE, system=person),
        replace(base, stimulus=Stimulus(), system=person, max_tokens=7),
        replace(base, stimulus=Stimulus(), question=WATCH),
        replace(base, stimulus=Stimulus(), question="Yes?"),
        replace(base, stimulus=Stimulus(caption="Night at sea"), question="Describe it.", system="Be brief."),
        replace(base, stimulus=Stimulus((other,)), max_tokens=1),
    ]


def asks_with_turns(make_picture: PictureMaker) -> list[Ask]:
    """Earlier turns with and without pictures, of one length and of several, with and without persona and picture."""
    one, other, wide = make_picture(1), make_picture(2), make_picture(3, 112, 64)
    words = (Turn("user", "Who are you?"), Turn("assistant", "A person by the sea."))
    shown = (Turn("user", "What is this?", (one,)), Turn("assistant", "It is a house."))
    silent = (Turn("user", frames=(wide, other)), Turn("assistant"))
    person = "You are a person who cares about order and tradition."
    base = Ask(Stimulus((one,)), LIKE, (YES, NO), max_tokens=2)
    return [
        replace(base, turns=words),
        replace(base, turns=words, question=WATCH, system=person),
        replace(base, turns=words, stimulus=Stimulus((wide,))),
        replace(base, turns=words, stimulus=Stimulus((other, one))),
        replace(base, turns=shown, stimulus=Stimulus(), system=person),
        replace(base, turns=shown, stimulus=Stimulus(), question=WATCH, system=person),
        replace(base, turns=shown, stimulus=Stimulus((other,), "Night at sea"), prefill="Answer:"),
        replace(base, turns=(*shown, *words, *silent), stimulus=Stimulus((wide,)), system=person),
        replace(base, turns=(*words, *words), stimulus=Stimulus()),
        replace(base, turns=words, stimulus=Stimulus()),
        replace(base, turns=words, stimulus=Stimulus(), question=WATCH),
        replace(base, turns=silent, stimulus=Stimulus((one,)), choices=(AGAIN, LESS)),
        base,
    ]


def largest_gap(first: Sequence[Answer], second: Sequence[Answer]) -> float:
    """Largest difference of log-probabilities."""
    return max(
        abs(one.log_probabilities[name] - other.log_probabilities[name])
        for one, other in zip(first, second, strict=True)
        for name in one.log_probabilities
    )
