"""The texts that go with drawn frames, and which frames each text is true of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from valuespectrum.reference.kinds import KINDS, LOOK_INDEX, LOOKS, TIMES_OF_DAY, SceneKind, SceneVersion
from valuespectrum.theory.value_sets import GROUPS, NINETEEN, TEN

PREFIXES = ("", "", "a picture of ", "a video of ", "a short clip about ")
TITLE_SHARE = 0.15
"""How often a look is named by its title in place of its caption."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text and what it is true of."""

    words: str
    looks: tuple[int, ...]
    """Indices of the looks it fits, in ``LOOKS``."""
    time: int | None = None
    """Time of day that it states."""


@cache
def keyword_texts() -> tuple[Text, ...]:
    """Every keyword and value name with all looks that it is true of.

    Search words and names of values are true of scenes in which the value is lived, the words of violated versions of
    those in which it is denied.
    """
    found: dict[str, set[int]] = {}
    names = {value: {NINETEEN.label(value).replace(":", "").lower()} for value in NINETEEN.dimensions}
    for value, parts in GROUPS["schwartz_19", "schwartz_10"].items():
        for part in parts:
            # Humility counts as tradition in a score; a scene of it is no answer to somebody who looks for tradition.
            names[part] |= {TEN.label(value).lower()} if part != "humility" else set()
    for kind in KINDS:
        for version in kind.versions:
            for word in version.keywords:
                found.setdefault(word, set()).update(looks_shown(kind, version))
        for name in names.get(kind.value or "", ()):
            found.setdefault(name, set()).update(looks_shown(kind, kind.versions[0]))
    return tuple(Text(words, tuple(sorted(looks))) for words, looks in found.items())


def looks_shown(kind: SceneKind, version: SceneVersion) -> tuple[int, ...]:
    """Indices of the looks that the frames of a version have."""
    names = kind.looks if kind.group == "ordered" else (version.name,)
    return tuple(LOOK_INDEX[f"{kind.name}:{name}"] for name in names)


def caption_text(index: int, time: int | None = None) -> Text:
    """A look's caption, with its time of day when given."""
    words = "" if time is None else " " + tuple(TIMES_OF_DAY.values())[time]
    return Text(LOOKS[index].caption + words, (index,), time)


@cache
def title_texts() -> tuple[Text, ...]:
    """The title of every version, with its looks."""
    return tuple(Text(version.title, looks_shown(kind, version)) for kind in KINDS for version in kind.versions)


@cache
def order_texts() -> tuple[Text, ...]:
    """Captions of ordered kinds, which are true of their beginning and of their end."""
    return tuple(
        Text(version.caption, looks_shown(kind, version))
        for kind in KINDS
        if kind.group == "ordered"
        for version in kind.versions
    )


def all_words() -> list[str]:
    """Every text of the grammar, for training a tokenizer."""
    captions = [caption_text(index, time).words for index in range(len(LOOKS)) for time in (None, 0, 1, 2, 3)]
    rest = (*title_texts(), *order_texts(), *keyword_texts())
    return [*captions, *(text.words for text in rest), *PREFIXES]


def describing_texts(rng: np.random.Generator, looks: np.ndarray, times: np.ndarray) -> list[Text]:
    """What could be said of each look, and some texts that state a time of day, rightly and wrongly.

    Args:
        rng: Source of randomness.
        looks: (n,) looks of some frames.
        times: (n,) their times of day.
    """
    titled = set(np.flatnonzero(rng.random(len(LOOKS)) < TITLE_SHARE).tolist())
    texts = [caption_text(index) for index in range(len(LOOKS)) if index not in titled]
    texts += [text for text in title_texts() if titled & set(text.looks)]
    texts += order_texts()
    stated = {(int(look), int(time)) for look, time in zip(looks, times, strict=True)}
    others = {(look, (time + int(rng.integers(1, len(TIMES_OF_DAY)))) % len(TIMES_OF_DAY)) for look, time in stated}
    texts += [caption_text(look, time) for look, time in sorted(stated | others)]
    return _prefixed(rng, texts)


def naming_texts(rng: np.random.Generator, share: float) -> list[Text]:
    """A share of all keywords and names of values."""
    kept = rng.random(len(keyword_texts())) < share
    return _prefixed(rng, [text for text, keep in zip(keyword_texts(), kept, strict=True) if keep])


def _prefixed(rng: np.random.Generator, texts: list[Text]) -> list[Text]:
    prefixes = rng.integers(len(PREFIXES), size=len(texts))
    return [
        Text(PREFIXES[prefix] + text.words, text.looks, text.time) for prefix, text in zip(prefixes, texts, strict=True)
    ]
