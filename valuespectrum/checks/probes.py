"""Asks with which a model is checked: the like question about pictures that are drawn on the spot."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

from agents.models.base import Ask, Choice, FrameReference, Stimulus
from agents.personas.persona import load_personas
from agents.personas.prompts import system_prompt
from valuespectrum.instruments.wordings.liking import LIKE_WORDINGS
from valuespectrum.instruments.wordings.speaking import DESCRIBE
from valuespectrum.instruments.wordings.template import options

_CANARIES = {"lone_hiker_crossroads": "self_direction", "gold_vault": "power"}
"""Two scenes that have nothing in common, with the value of each."""
_ORDERS = (("yes", "no"), ("no", "yes"))
_CELLS = 4
_ENGINE_PICTURES = 3


def canary_asks(folder: Path) -> list[Ask]:
    """The like question in two orders about one picture, then about another."""
    asks = []
    for kind, value in _CANARIES.items():
        frame = _drawn(folder, kind, 0)
        tags: dict[str, str | int | float] = {f"weight_{value}": 1.0, "look": f"{kind}:endorsed"}
        asks += [_ask(frame, cell, tags=tags) for cell in (0, 1)]
    return asks


def descriptions(asks: list[Ask]) -> list[Ask]:
    """A request for a description of the first and of the last picture."""
    return [Ask(ask.stimulus, DESCRIBE, max_tokens=30) for ask in (asks[0], asks[-1])]


def engine_asks(folder: Path) -> list[Ask]:
    """Asks that share pictures and personas in all ways that engines make use of, two pictures at once among them."""
    frames = list(_pictures(folder, _ENGINE_PICTURES))
    persona = system_prompt(load_personas()[0])
    asks = [_ask(frame, cell, system) for frame in frames for system in ("", persona) for cell in range(_CELLS)]
    both = Stimulus(tuple(frames[:2]))
    return [*asks, *(Ask(both, ask.question, ask.choices, ask.system) for ask in asks[:_CELLS])]


def separate_asks(folder: Path, count: int) -> list[Ask]:
    """Asks without a persona, each about a picture of its own, in all forms of the question in turn."""
    return [_ask(frame, number) for number, frame in enumerate(_pictures(folder, count))]


def persona_asks(folder: Path, count: int) -> list[Ask]:
    """Asks about pictures of their own, each under the next of the built-in personas."""
    prompts = [system_prompt(persona) for persona in load_personas()]
    frames = enumerate(_pictures(folder, count))
    return [_ask(frame, number, prompts[number % len(prompts)]) for number, frame in frames]


def _ask(frame: FrameReference, cell: int, system: str = "", tags: dict[str, str | int | float] | None = None) -> Ask:
    """The like question in one of its forms: order of the options, then polarity, then wording."""
    order = _ORDERS[cell % 2]
    wording = LIKE_WORDINGS[cell // _CELLS % len(LIKE_WORDINGS)]
    words = wording.positive if cell % _CELLS < 2 else wording.negative
    choices = tuple(Choice(word, (word, word.capitalize(), word.upper())) for word in order)
    return Ask(Stimulus((frame,)), words.format(options=options(order)), choices, system, tags=tags or {})


def _pictures(folder: Path, count: int) -> Iterator[FrameReference]:
    from valuespectrum.reference.kinds import KINDS

    for number in range(count):
        yield _drawn(folder, KINDS[number % len(KINDS)].name, number)


def _drawn(folder: Path, kind: str, seed: int) -> FrameReference:
    from valuespectrum.reference.drawing import clip_frames
    from valuespectrum.reference.kinds import BY_NAME

    buffer = io.BytesIO()
    next(iter(clip_frames(kind, BY_NAME[kind].versions[0].name, seed))).save(buffer, "JPEG", quality=90)
    path = folder / f"{kind}-{seed}.jpg"
    path.write_bytes(buffer.getvalue())
    return FrameReference(hashlib.sha256(buffer.getvalue()).hexdigest(), path)
