"""Whether a circle is more than the words of the questions.

Embeddings of questionnaire items alone arrange themselves much as people's answers do (SQuID, arXiv 2509.24906: 55 % of
the structure of the PVQ-RR). A model that merely answers alike what is worded alike therefore shows a circle without
having values. What counts is the agreement that is left once similarity of the items is taken out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.structure.circle import (
    Floats,
    distance_agreement,
    pairs,
    pearson,
    ranked,
    relabelled,
    share_as_good,
    whole,
)
from valuespectrum.theory.value_sets import ValueSet

_SIMILAR = 0.999
_POWERS = 4


@dataclass(frozen=True, slots=True)
class BeyondWords:
    """Agreement with the circle, and how much of it the items' meanings bring along."""

    observed: float | None
    """Spearman(R, -D) of the answers."""
    semantic: float | None
    """The same of the items alone: what a reader of words gets."""
    explained: float | None
    """Share of the variance of the ranks of R that the items' similarity explains."""
    partial: float | None
    """Rank correlation between R and -D with the items' similarity taken out of both."""
    p: float | None
    """Share of orders of the values whose partial correlation is as high."""
    why: str = ""
    """Why there is no number."""

    @property
    def told(self) -> str:
        """In words."""
        if self.partial is None or self.p is None:
            return f"not told apart from the words of the items: {self.why}"
        if self.p < 0.05:
            return "the circle is more than the words of the items"
        return "no circle is told from what the words of the items bring along"


def item_similarities(embeddings: Floats, values: Sequence[str], value_set: ValueSet) -> tuple[Floats | None, str]:
    """Similarity of values by the meaning of their items.

    The mean over values is taken off, so that what all items share (their form) does not make everything alike and
    opposites can be negative; then cosines between the means of each value's items.

    Args:
        embeddings: Shape (items, dimensions).
        values: Value of each item.
        value_set: The set.

    Returns:
        Shape (values, values), or ``None`` with the reason.
    """
    of = np.array(values)
    missing = [name for name in value_set.dimensions if not (of == name).any()]
    if missing:
        return None, f"no item of {', '.join(missing)}"
    length = np.linalg.norm(embeddings, axis=1, keepdims=True)
    if not np.isfinite(embeddings).all() or (length < 1e-12).any():
        return None, "an item has no embedding"
    unit = embeddings / length
    means = np.stack([unit[of == name].mean(axis=0) for name in value_set.dimensions])
    means = means - means.mean(axis=0)
    size = np.linalg.norm(means, axis=1, keepdims=True)
    if (size < 1e-12).any():
        return None, "the items of all values mean the same"
    return (means / size) @ (means / size).T, ""


def beyond_words(found: Floats, words: Floats, theory: Floats, generator: np.random.Generator) -> BeyondWords:
    """Hold the answers' agreement with the circle against that of the items alone.

    Partial Mantel test: what is left of the circle's distances is given other names, while answers and items keep
    theirs (double semi-partialling; Dekker, Krackhardt and Snijders 2007), and the same for what is left of the
    answers (Freedman and Lane 1983); the larger ``p`` counts. "Left" is after a cubic of the items' ranks: by a
    straight line alone, what bends between words and answers was taken for a circle in 10 to 17 % of answers that
    only followed words.

    Args:
        found: Correlations of answers, shape (values, values).
        words: Similarities of items (:func:`item_similarities`).
        theory: Distances on the circle.
        generator: Draws orders.
    """
    observed, semantic = distance_agreement(found, theory).value, distance_agreement(words, theory).value
    answers, meaning, nearness = (ranked(pairs(table)) for table in (found, words, -theory))
    if observed is None or semantic is None:
        return BeyondWords(observed, semantic, None, None, None, "the answers or the items do not differ")
    explained = float(pearson(answers, meaning)) ** 2
    if abs(float(pearson(meaning, nearness))) > _SIMILAR:
        return BeyondWords(observed, semantic, explained, None, None, "the items lie on the circle exactly")
    if explained > _SIMILAR:
        return BeyondWords(observed, semantic, explained, None, None, "the answers follow the items exactly")
    rest = whole(_freed(nearness[None, :], meaning)[0])
    own = _freed(answers[None, :], meaning)[0]
    partial = float(pearson(own, pairs(rest)))
    if np.isnan(partial):
        why = "a curve through the items' likeness leaves nothing of the answers or of the circle"
        return BeyondWords(observed, semantic, explained, None, None, why)
    chances = [
        share_as_good(partial, pearson(one, _freed(relabelled(other, generator), meaning)))
        for one, other in ((own, rest), (pairs(rest), whole(own)))
    ]
    return BeyondWords(observed, semantic, explained, partial, max(chances))


def _freed(rows: Floats, of: Floats) -> Floats:
    """Rows without what a cubic of another row explains."""
    axis = (of - of.mean()) / of.std()
    basis, _ = np.linalg.qr(np.stack([axis**power for power in range(_POWERS)], axis=1))
    return np.asarray(rows - (rows @ basis) @ basis.T)
