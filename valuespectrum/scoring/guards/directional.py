"""How much of what tells models apart is a lean, and whether the questions keep it apart from liking.

Of 56 language models 81-90 % of the variance between models on common questionnaires was directional bias, of people
9-16 % (Meyer, Garcia and Wulff, arXiv 2606.20205, 2026). Here, with P and N a model's mean answer to positive and to
negative questions about a value, the lean is ``(P + N) / 2`` and the liking ``(P - N) / 2``, and the variance between
models of a single answer is the sum of theirs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.guards.finding import Finding, told
from vectorstore.foundation.text import percent

Floats = NDArray[np.float64]

MOST_DIRECTIONAL = 0.5
LEAST_ORTHOGONALITY = 0.9
FEWEST_MODELS = 5
_NOTHING = 1e-12
"""Variance below which nothing but rounding differs."""


def directional_share(positive: Floats, negative: Floats, noise: float = 0.0) -> Finding:
    """Share of the variance between models that is directional bias.

    Args:
        positive: Shape (models, values): mean log-odds (or share) of yes to positive questions.
        negative: The same of negative questions.
        noise: Mean sampling variance of one of these numbers, taken off both parts; NaN where it is not known.

    Returns:
        Over the values that any model was asked about, and the models that answered about all of these.
    """
    name, answered = "directional", ~np.isnan(positive + negative)
    asked = answered.any(axis=0)
    known = answered[:, asked].all(axis=1) & asked.any()
    lean, liking = (sums[known][:, asked] / 2 for sums in (positive + negative, positive - negative))
    if known.sum() < FEWEST_MODELS:
        statement = f"fewer than {FEWEST_MODELS} models answered about every value: what tells them apart is not known"
        return Finding(name, "unknown", None, MOST_DIRECTIONAL, statement)
    if np.isnan(noise):
        statement = "one clip a value shows no noise: how much of what tells models apart is noise is not known"
        return Finding(name, "unknown", None, MOST_DIRECTIONAL, statement)
    parts = [max(float(each.var(axis=0, ddof=1).mean()) - noise / 2, 0.0) for each in (lean, liking)]
    if sum(parts) <= _NOTHING:
        return Finding(name, "unknown", None, MOST_DIRECTIONAL, "models do not differ beyond noise")
    share = parts[0] / sum(parts)
    part = percent(share, "")
    statements = (
        f"{part} of the variance between models is a lean towards yes or no",
        f"{part} of the variance between models is a lean towards yes or no, not liking (people: 9-16 %): compare "
        "models on balanced questions only",
    )
    return told(name, share > MOST_DIRECTIONAL, share, MOST_DIRECTIONAL, statements)


def response_orthogonality(answered: Floats, polarity: Floats) -> Finding:
    """Whether the answers that count keep liking at a right angle to the direction of response.

    ``1 - (sum n p / sum n)^2`` over cells: 1 when as many positive as negative questions were answered, 0 when only one
    kind was, as in the published protocol. The definition is ours, after the idea of Meyer et al.

    Args:
        answered: Answers that count, shape (..., cells).
        polarity: +1 or -1 of every cell.
    """
    total = float(answered.sum())
    name = "orthogonality"
    if not total:
        return Finding(name, "unknown", None, LEAST_ORTHOGONALITY, "there are no answers")
    number = 1.0 - (float((answered * polarity).sum()) / total) ** 2
    statements = (
        f"positive and negative questions balance (response orthogonality {number:.2f})",
        f"positive and negative questions do not balance (response orthogonality {number:.2f}): a lean looks like "
        "liking",
    )
    return told(name, number < LEAST_ORTHOGONALITY, number, LEAST_ORTHOGONALITY, statements)
