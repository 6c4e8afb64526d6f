"""How texts of pairs are put before a model whose blocks are watched: alone, as a turn, or as a person's words.

``raw`` is what the published code does: the text alone, without a chat template. ``said`` puts it as what the user
says. ``persona`` puts it into the system prompt, as the words of the person who is to answer, before a question or a
clip that is the same for both texts of a pair: there the probe stands where steering will work, after a question. With
clips, pairs are *video-controlled*: the same clip, opposite words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from agents.models.base import Ask, FrameReference, Stimulus
from agents.models.capabilities import TorchModel
from agents.models.steering.collecting import Activations, WantedActivations, collect, collect_texts
from agents.personas.prompts import simple_prompt
from valuespectrum.instruments.wordings.describing_oneself import PORTRAITS
from valuespectrum.instruments.wordings.liking import LIKE_WORDINGS
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.steering.pairs.base import PairSet
from valuespectrum.steering.pairs.grammar import trait_contexts
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

Placement = Literal["raw", "said", "persona"]
_ORDERS = ("yes or no", "no or yes")


@dataclass(frozen=True, slots=True)
class PairContext:
    """What is the same for both texts of a pair."""

    question: str
    """What is asked after the text; of ``said`` it stands behind the text."""
    frames: tuple[FrameReference, ...] = ()


@dataclass(frozen=True, slots=True)
class Placing:
    """How texts are put.

    Raises:
        InputError: There is no such placement, or ``raw`` texts are to have a context.
    """

    how: Placement = "persona"
    contexts: tuple[PairContext, ...] = ()
    """Taken by turns, a pair in each; every pair comes in as many as ``each``."""
    each: int = 1
    """Contexts that every pair is put in."""

    def __post_init__(self) -> None:
        if self.how not in get_args(Placement):
            raise InputError(f"texts cannot be put {self.how!r:.40}", f"choose {', '.join(get_args(Placement))}")
        if self.how == "raw" and self.contexts:
            raise InputError("texts alone have no context", "choose said or persona")
        if self.how == "persona" and not self.contexts:
            raise InputError("a persona is asked something, and no context was given")


def statement_contexts(count: int = 40, seed: int = 0) -> tuple[PairContext, ...]:
    """Questions about oneself, without a picture: how much somebody who says something is like the one who answers."""
    written = [template.write(statement=text) for text in trait_contexts() for template in PORTRAITS]
    return tuple(PairContext(written[place]) for place in _drawn(len(written), count, seed, "statements"))


def clip_contexts(
    clips: Sequence[tuple[FrameReference, ...]], count: int = 40, seed: int = 0
) -> tuple[PairContext, ...]:
    """Questions whether a clip is liked, in several wordings, both directions and both orders.

    Args:
        clips: The frames of each.
        count: Contexts, clips drawn by turns.
        seed: Root seed.

    Raises:
        InputError: There is no clip.
    """
    if not clips:
        raise InputError("pairs are to be put with clips, and there are none")
    questions = [
        Template(text).write(options=order)
        for wording in LIKE_WORDINGS
        for text in (wording.positive, wording.negative)
        for order in _ORDERS
    ]
    rng = stream(seed, "steering/contexts/clips")
    order = [int(place) for _ in range(-(-count // len(clips))) for place in rng.permutation(len(clips))]
    asked = rng.integers(len(questions), size=count)
    return tuple(
        PairContext(questions[int(number)], clips[place]) for place, number in zip(order[:count], asked, strict=True)
    )


def _drawn(available: int, count: int, seed: int, name: str) -> list[int]:
    rng = stream(seed, f"steering/contexts/{name}")
    return [int(place) for place in rng.permutation(available)[:count]]


@dataclass(frozen=True, eq=False)
class PairOutputs:
    """What blocks gave at the last token of both texts of every pair, in every context."""

    layers: tuple[int, ...]
    positive: NDArray[np.float32]
    """Shape ``(layers, pairs, width)``, as ``negative``."""
    negative: NDArray[np.float32]
    groups: tuple[str, ...]
    """What each pair is held out with (``PairSet.groups``)."""


def pair_outputs(
    model: TorchModel, pairs: Mapping[str, PairSet], layers: Sequence[int], placing: Placing
) -> dict[str, PairOutputs]:
    """Watch a model read the pairs of several values, in one pass over all texts.

    Args:
        model: Whose blocks are watched.
        pairs: Value to its pairs.
        layers: Numbers of blocks.
        placing: How texts are put.

    Raises:
        InputError: There is no such block.
        MediaError: A picture cannot be read.
    """
    placed = {value: _placed(several, placing) for value, several in pairs.items()}
    asks = [ask for several in placed.values() for two in several for ask in two]
    wanted = WantedActivations(tuple(layers))
    found = _watched(model, asks, placing, wanted).single
    outputs, start = {}, 0
    for value, several in placed.items():
        part = found[start : start + 2 * len(several)].transpose(1, 0, 2)
        start += 2 * len(several)
        # A pair that is put into several contexts is one situation: in one of them, a probe would know it from another.
        groups = tuple(group for group in pairs[value].groups for _ in range(placing.each))
        outputs[value] = PairOutputs(tuple(layers), part[:, 0::2], part[:, 1::2], groups)
    return outputs


def _watched(model: TorchModel, asks: Sequence[Ask], placing: Placing, wanted: WantedActivations) -> Activations:
    if placing.how == "raw":
        return collect_texts(model, [ask.question for ask in asks], wanted)
    return collect(model, asks, wanted)


def _placed(pairs: PairSet, placing: Placing) -> list[tuple[Ask, Ask]]:
    """Both texts of each pair as asks, once for each of its contexts."""
    found, turn = [], 0
    for pair in pairs.pairs:
        for _ in range(placing.each):
            context = placing.contexts[turn % len(placing.contexts)] if placing.contexts else PairContext("")
            turn += 1
            positive, negative = (_put(text, placing.how, context) for text in (pair.positive, pair.negative))
            found.append((positive, negative))
    return found


def _put(text: str, how: Placement, context: PairContext) -> Ask:
    if how == "persona":
        return Ask(Stimulus(context.frames), context.question, system=simple_prompt(text.splitlines()))
    asked = " ".join(filter(None, [text, context.question]))
    return Ask(Stimulus(context.frames), asked)


def more_contexts(placing: Placing, pairs: int, wanted: int) -> Placing:
    """The same with each pair in as many contexts as bring few pairs to a wanted number of examples."""
    if placing.how == "raw" or pairs >= wanted:
        return placing
    return replace(placing, each=min(-(-wanted // pairs), max(1, len(placing.contexts))))
