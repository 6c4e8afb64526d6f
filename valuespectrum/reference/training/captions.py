"""The texts that go with drawn frames, and which frames each text is true of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY
from valuespectrum.theory.values import LABELS, VALUES

PREFIXES = ("", "", "a picture of ", "a video of ", "a short clip about ")


@dataclass(frozen=True, slots=True)
class Text:
    """One text and what it is true of."""

    words: str
    kinds: tuple[int, ...]
    """Indices of the scene kinds it fits."""
    time: int | None = None
    """Time of day that it states."""


@cache
def keyword_texts() -> tuple[Text, ...]:
    """Every keyword and value name with all scene kinds that carry it."""
    found: dict[str, set[int]] = {}
    for index, kind in enumerate(KINDS):
        for word in kind.keywords:
            found.setdefault(word, set()).add(index)
        if kind.value:
            found.setdefault(LABELS[kind.value].lower(), set()).add(index)
    return tuple(Text(words, tuple(sorted(kinds))) for words, kinds in found.items())


def caption_text(index: int, time: int | None = None) -> Text:
    """A kind's caption, with its time of day when given."""
    words = "" if time is None else " " + tuple(TIMES_OF_DAY.values())[time]
    return Text(KINDS[index].caption + words, (index,), time)


def all_words() -> list[str]:
    """Every text of the grammar, for training a tokenizer."""
    captions = [caption_text(index, time).words for index in range(len(KINDS)) for time in (None, 0, 1, 2, 3)]
    return [*captions, *(kind.title for kind in KINDS), *(text.words for text in keyword_texts()), *PREFIXES, *VALUES]


def text_bank(rng: np.random.Generator) -> list[Text]:
    """Every keyword, and for every scene kind its caption with or without a time of day, or its title."""
    texts = list(keyword_texts())
    for index, kind in enumerate(KINDS):
        draw = rng.random()
        if draw < 0.15:
            texts.append(Text(kind.title, (index,)))
        else:
            texts.append(caption_text(index, int(rng.integers(len(TIMES_OF_DAY))) if draw < 0.55 else None))
    prefixes = rng.integers(len(PREFIXES), size=len(texts))
    return [
        Text(PREFIXES[prefix] + text.words, text.kinds, text.time) for prefix, text in zip(prefixes, texts, strict=True)
    ]
