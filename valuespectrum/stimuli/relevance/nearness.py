"""Labels by an embedder: how near a picture is to the words of each value, calibrated on labels of others.

Similarities of different words are not comparable, so each is first its *standing*, in standard deviations above the
word's mean over the corpus; a value's standing is that of its nearest word. With labels at hand, chances follow from
standings by ``p(value) ~ exp(slope x standing)`` and ``p(none) ~ exp(threshold)``, both numbers fitted by maximum
likelihood, and what that is worth is told on clips that were left out. Nearness does not tell a value that is lived
from one that is denied, so the state stays open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.base import Embedder
from valuespectrum.stimuli.keywords import KeywordList
from valuespectrum.stimuli.ratings.labels import NAMES, PictureLabel, ShownPicture
from valuespectrum.theory.values import VALUES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FOLDS = 5
_FEWEST = 30
"""Labelled clips below which nothing is calibrated."""
_PLAIN_SLOPE, _PLAIN_THRESHOLD = 1.0, 2.0
"""Without labels: a value is named when it stands two standard deviations out."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """From standings to chances."""

    slope: float = _PLAIN_SLOPE
    threshold: float = _PLAIN_THRESHOLD
    clips: int = 0
    """Labelled clips that it was fitted to; 0 where it was not."""
    hits: float | None = None
    """Share of left-out clips whose label was named."""
    off: float | None = None
    """Mean distance between the chance of the named value and how often it was right, on left-out clips, 0 to 1."""

    def chances(self, standings: Floats) -> Floats:
        """Probability of every name.

        Args:
            standings: Shape (pictures, values).

        Returns:
            Shape (pictures, values + 1), ``none`` last.
        """
        odds = np.concatenate([self.slope * standings, np.full((len(standings), 1), self.threshold)], axis=1)
        weights = np.exp(odds - odds.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    @property
    def note(self) -> str:
        """What its labels have to be read with."""
        if not self.clips:
            return "not calibrated: names what stands two standard deviations out, and its certainty means nothing"
        assert self.hits is not None and self.off is not None
        return (
            f"calibrated on {self.clips} labelled clips: {self.hits:.0%} of left-out clips named as they are labelled, "
            f"chances {self.off:.2f} off"
        )


def value_standings(vectors: NDArray[np.float32], embedder: Embedder, keywords: KeywordList, template: str) -> Floats:
    """How far each picture of a corpus stands out for each value.

    Args:
        vectors: Unit vectors of all pictures, shape (pictures, dimension).
        embedder: Of the same vectors.
        keywords: Words per value; a value without words never stands out.
        template: Text that is embedded for a word, with ``{keyword}``.

    Returns:
        Shape (pictures, values), standard deviations.
    """
    standings = np.full((len(vectors), len(VALUES)), -np.inf)
    for place, value in enumerate(VALUES):
        listed = [template.replace("{keyword}", word.word) for word in keywords.words.get(value, ())]
        if listed:
            near = np.asarray(vectors @ embedder.texts(listed).T, dtype=np.float64)
            spread = near.std(axis=0)
            standings[:, place] = ((near - near.mean(axis=0)) / np.where(spread > 0, spread, 1.0)).max(axis=1)
    return standings


def calibrated(standings: Floats, labels: Integers, clips: Sequence[str]) -> Calibrated:
    """Fit slope and threshold, and say what they are worth.

    Args:
        standings: Of labelled pictures, shape (pictures, values).
        labels: What each expresses most: place in ``NAMES``.
        clips: Which clip each is from: pictures of one are left out together.

    Returns:
        The uncalibrated rule where too few clips are labelled.
    """
    _, clip = np.unique(np.array(clips, dtype=str), return_inverse=True)
    count = int(clip.max(initial=-1)) + 1
    if count < _FEWEST:
        return Calibrated()
    fold = clip % _FOLDS
    chances = np.zeros((len(labels), len(NAMES)))
    for out in range(_FOLDS):
        chances[fold == out] = _fitted(standings[fold != out], labels[fold != out]).chances(standings[fold == out])
    right, sure = chances.argmax(axis=1) == labels, chances.max(axis=1)
    bins = np.minimum((sure * 10).astype(int), 9)
    off = sum(abs(float((right[bins == each] - sure[bins == each]).sum())) for each in range(10)) / len(labels)
    whole = _fitted(standings, labels)
    return Calibrated(whole.slope, whole.threshold, count, float(right.mean()), off)


def _fitted(standings: Floats, labels: Integers) -> Calibrated:
    from scipy.optimize import minimize

    def loss(numbers: Floats) -> float:
        chances = Calibrated(float(np.exp(numbers[0])), float(numbers[1])).chances(standings)
        return float(-np.log(np.maximum(chances[np.arange(len(labels)), labels], 1e-12)).mean())

    found = minimize(loss, np.array([0.0, _PLAIN_THRESHOLD]), method="Nelder-Mead")
    return Calibrated(float(np.exp(found.x[0])), float(found.x[1]))


def near_labels(
    pictures: Sequence[ShownPicture], standings: Mapping[str, Floats], rule: Calibrated
) -> list[PictureLabel]:
    """What an embedder names.

    Args:
        pictures: To be labelled; those without a standing are left out.
        standings: Frame to its standing for every value.
        rule: From standings to chances.
    """
    known = list({each.frame: each for each in pictures if each.frame in standings}.values())
    if not known:
        return []
    chances = rule.chances(np.stack([standings[each.frame] for each in known]))
    labels = []
    for each, row in zip(known, chances, strict=True):
        name = NAMES[int(row.argmax())]
        sure = float(row.max()) if rule.clips else None
        labels.append(PictureLabel(each.frame, each.clip, name, "", None, named=True, certainty=sure))
    return labels
