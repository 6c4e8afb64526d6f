"""From a wish to an intervention by value neurons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from agents.models.base import Ask, Stimulus
from agents.models.capabilities import TorchModel
from agents.models.steering.intervention import About, Intervention
from agents.models.steering.positions import ALL, Phase
from valuespectrum.instruments.portraits.asking import PortraitWay, portrait_asks
from valuespectrum.instruments.portraits.forms import own_form
from valuespectrum.steering.neurons.aspects import (
    TRAITS,
    WORDS,
    Aspects,
    described_aspects,
    opposed_asks,
    read_aspects,
    trait_aspects,
)
from valuespectrum.steering.neurons.firing import Advance, Counted, OpposedFiring, opposed_firing
from valuespectrum.steering.neurons.selection import (
    NeuronEditing,
    NeuronMask,
    ValueNeurons,
    check_threshold,
    neuron_edits,
    random_mask,
    reaches,
    select,
)
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

METHOD = "neurons"
_ANSWER = 16
"""Tokens that are generated where generated tokens are counted."""


@dataclass(frozen=True, slots=True)
class NeuronWish:
    """How neurons are found and edited."""

    threshold: float
    """Least difference of firing probabilities; NPTI: 0.1."""
    gamma: float
    """Factor of the boost; NPTI: 0.6 to 1.5."""
    away: bool = False
    words: str = WORDS
    """``"descriptions"``, ``"traits"``, or a file of one's own."""
    pairs: int = 120
    counted: Counted = "answer"
    phase: Phase = "answering"
    layers: str = ""
    """Blocks, e.g. ``"0-2"`` or ``"1,3"``; empty for all."""
    fewest: int = 0
    keep: float = 1.0
    suppress: bool = True
    seed: int = 0


@dataclass(frozen=True, eq=False)
class FittedNeurons:
    """Value neurons of a model, and edits by them."""

    neurons: ValueNeurons
    editing: NeuronEditing
    about: About
    told: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What they have to be read with, in words."""

    @property
    def intervention(self) -> Intervention:
        """What boosts and suppresses them."""
        return Intervention(neuron_edits(self.neurons, self.editing), self.about)

    def random(self, seed: int) -> Intervention:
        """The same with as many other neurons of the same blocks."""
        return Intervention(neuron_edits(random_mask(self.neurons, seed), self.editing), self.about)


def check_wish(value: str, wish: NeuronWish) -> NeuronEditing:
    """Refuse what makes no sense, without a model.

    Args:
        value: One of the ten or the four, or of a file of one's own.
        wish: How neurons are found and edited.

    Returns:
        What is done to neurons that are found.

    Raises:
        InputError: There is no such value or file, nothing would be edited, or a number is none.
    """
    editing = NeuronEditing(wish.gamma, wish.suppress, wish.keep, wish.seed, ALL, wish.phase)
    check_threshold(wish.threshold)
    if not wish.gamma and not wish.suppress:
        raise InputError("nothing would be edited", "name a gamma above 0, or suppress the opposite aspect")
    _ranges(wish.layers)
    opposed_asks(_aspects(value, wish), wish.pairs, wish.seed)
    About(METHOD, _name(value), "")
    return editing


def fit_neurons(
    model: TorchModel,
    value: str,
    wish: NeuronWish,
    advance: Advance = lambda done, total: None,
    stimuli: Sequence[Stimulus] = (),
) -> FittedNeurons:
    """Find the neurons of a value in a model.

    Args:
        model: Whose neurons.
        value: One of the ten or the four, or of a file of one's own.
        wish: How.
        advance: Told how many pairs are asked, of how many.
        stimuli: Clips that are shown, the same on both sides; empty for none.

    Raises:
        InputError: There is no such value, nothing would be edited, or no neuron tells the aspects apart.
    """
    editing = check_wish(value, wish)
    layers = layers_of(wish.layers, len(model.decoder_layers()))
    like = Ask(Stimulus(), "", max_tokens=1 if wish.counted == "asked" else _ANSWER)
    pairs = opposed_asks(_aspects(value, wish), wish.pairs, wish.seed, stimuli, like)
    firing = opposed_firing(model, pairs, wish.counted, advance)
    found = select(firing, wish.threshold, wish.fewest)
    found = found.turned if wish.away else found
    found = ValueNeurons(found.holds.within(layers), found.rejects.within(layers), found.threshold, found.widths)
    edited = {
        "boosted": len(found.holds) if wish.gamma else 0,
        "suppressed": len(found.rejects) if wish.suppress else 0,
    }
    if not any(edited.values()):
        where = f"blocks {wish.layers} have" if wish.layers else "the model has"
        raise InputError(f"{where} none of the neurons that are edited", "name other blocks, or a lower threshold")
    target = {"value": value, "direction": "away" if wish.away else "towards"}
    stated = {each.name: getattr(wish, each.name) for each in fields(wish) if each.name not in ("away", "seed")}
    measured = {**edited, "tokens": firing.holds.tokens}
    stated["clips"] = len(stimuli)
    about = About(METHOD, _name(value), model.id, target, stated, wish.seed, measured=measured)
    counts = zip(found.holds.per_layer(len(found.widths)), found.rejects.per_layer(len(found.widths)), strict=True)
    least = min(float(mask.delta.min()) for mask in (found.holds, found.rejects) if len(mask))
    told = {
        **measured,
        "holds": len(found.holds),
        "rejects": len(found.rejects),
        "threshold": wish.threshold,
        "gamma": wish.gamma,
        "least": least,
        "largest": float(np.nanmax(np.abs(firing.delta))),
        "chance": firing.chance,
        "blocks": [
            {
                **{"block": layer, "neurons": found.widths[layer]},
                **{"boosted": up if wish.gamma else 0, "suppressed": down if wish.suppress else 0},
            }
            for layer, (up, down) in enumerate(counts)
        ],
        "most": _most(found.holds),
    }
    return FittedNeurons(found, editing, about, told, tuple(_notes(firing, wish, least)))


def _name(value: str) -> str:
    return f"{value.replace('_', '-')}-neurons"[:40]


def _notes(firing: OpposedFiring, wish: NeuronWish, least: float) -> Iterator[str]:
    below = not reaches(least, wish.threshold)
    if below:
        yield f"{wish.fewest} are wanted at least, so that some differ by less than the threshold, down to {least:.2g}"
    if firing.chance > min(wish.threshold, least):
        yield (
            f"with {firing.holds.tokens:,} tokens a side, differences up to {firing.chance:.2f} come by luck, which is "
            f"above {'the least of these' if below else 'the threshold'}: many of these neurons may have nothing to do "
            "with the value (ask more pairs)"
        )


def _aspects(value: str, wish: NeuronWish) -> Aspects:
    if wish.words == WORDS:
        return described_aspects(value)
    if wish.words == TRAITS:
        return trait_aspects(value, portrait_questions(1), max(2, wish.pairs // 4), wish.seed)
    return read_aspects(user_path(wish.words), value)


def portrait_questions(wordings: int) -> list[str]:
    """Our portraits as questions, in both directions of the scale."""
    ways = [PortraitWay(), PortraitWay(ascending=False)]
    return [ask.question for ask in portrait_asks(own_form(), wordings, ways) if ask.tags["keyed"] == 1]


def layers_of(written: str, count: int) -> tuple[int, ...]:
    """Blocks as they are written.

    Args:
        written: E.g. ``"0-2"`` or ``"1,3"``; empty for all.
        count: How many the model has.

    Raises:
        InputError: That is no list of blocks, or there is no such block.

    Example:
        >>> layers_of("0-2,5", 6), layers_of("", 3)
        ((0, 1, 2, 5), (0, 1, 2))
    """
    found: list[int] = []
    for first, last in _ranges(written):
        if last >= count:
            raise InputError(f"there is no block {last}: the model has {count}, counted from 0")
        found += range(first, last + 1)
    return tuple(dict.fromkeys(found)) or tuple(range(count))


def _ranges(written: str) -> list[tuple[int, int]]:
    """First and last block of each part of a list."""
    found = []
    for part in (each.strip() for each in written.split(",")) if written.strip() else ():
        first, _, last = part.partition("-")
        numbers = first.isdecimal() and (last or first).isdecimal() and len(part) < 12
        if not numbers or int(first) > int(last or first):
            raise InputError(f"blocks are {part!r:.40}", "write them as 0-2 or 1,3")
        found.append((int(first), int(last or first)))
    return found


def _most(mask: NeuronMask, count: int = 20) -> list[dict[str, object]]:
    """The neurons with the largest differences."""
    order = np.argsort(-mask.delta, kind="stable")[:count]
    return [
        {"block": int(mask.layers[place]), "neuron": int(mask.neurons[place]), "delta": float(mask.delta[place])}
        for place in order
    ]
