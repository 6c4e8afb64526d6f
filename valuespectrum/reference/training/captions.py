"""The texts that go with drawn frames, and which frames each text is true of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY, SceneKind
from valuespectrum.values import LABELS, VALUES

PREFIXES = ("", "", "a picture of ", "a video of ", "a short clip about ")


@dataclass(frozen=True, slots=True)
class Text:
    """One text and what it is true of."""

    words: str
    kinds: tuple[int, ...]
    """Indices of the scene kinds it fits."""
    time: int | None = None
    """Time of day that it states."""


def keyword_texts() -> list[Text]:
    """Every keyword and value name with all scene kinds that carry it."""
    found: dict[str, set[int]] = {}
    for index, kind in enumerate(KINDS):
        for word in kind.keywords:
            found.setdefault(word, set()).add(index)
        if kind.value:
            found.setdefault(LABELS[kind.value].lower(), set()).add(index)
    return [Text(words, tuple(sorted(kinds))) for words, kinds in found.items()]


def caption_text(index: int, time: int | None = None) -> Text:
    """A kind's caption, with its time of day when given."""
    words = "" if time is None else " " + tuple(TIMES_OF_DAY.values())[time]
    return Text(KINDS[index].caption + words, (index,), time)


def all_words() -> list[str]:
    """Every text of the grammar, for training a tokenizer."""
    captions = [caption_text(index, time).words for index in range(len(KINDS)) for time in (None, 0, 1, 2, 3)]
    return [*captions, *(kind.title for kind in KINDS), *(text.words for text in keyword_texts()), *PREFIXES, *VALUES]


def random_text(rng: np.random.Generator, kind: SceneKind, index: int, time: int) -> Text:
    """A text true of a frame: caption with or without time, title, or a keyword."""
    draw = rng.random()
    if draw < 0.3:
        text = caption_text(index, time)
    elif draw < 0.55:
        text = caption_text(index)
    elif draw < 0.65:
        return Text(kind.title, (index,))
    else:
        matching = keyword_texts_of()[index]
        text = matching[rng.integers(len(matching))]
    return Text(PREFIXES[rng.integers(len(PREFIXES))] + text.words, text.kinds, text.time)


@cache
def keyword_texts_of() -> tuple[tuple[Text, ...], ...]:
    """For every scene kind its keyword texts."""
    texts = keyword_texts()
    return tuple(tuple(text for text in texts if index in text.kinds) for index in range(len(KINDS)))
