"""Rules that put actions in order: outranking (PROMETHEE) in two forms, a weighted sum, TOPSIS, and MAUT.

All take the blended ratings of ``blending.Blending.blended`` and sharpened preferences, and give a score for each
action: the higher, the earlier it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from valuespectrum.instruments.decisions.choosing.blending import Blending, Floats, sigmoid

RuleName = Literal["promethee", "weighted_sum", "topsis", "maut"]
RISK_AVERSION = 0.5
"""Of the exponential utility of MAUT: above 0, more of the same counts less and less."""


def outranking_flows(blended: Floats, weights: Floats) -> Floats:
    """Net flows of PROMETHEE as the paper has them: preferences weigh a sum, flows are means over the other actions.

    Args:
        blended: Shape (actions, 6).
        weights: Shape (6,), sharpened preferences.

    Returns:
        Shape (actions,); they sum to zero. A single action has the flow 0.

    Example:
        >>> outranking_flows(np.array([[1.0], [0.0]]), np.array([1.0])).round(3).tolist()
        [0.462, -0.462]
    """
    count = len(blended)
    if count < 2:
        return np.zeros(count)
    preferred = _preferred(blended) @ weights
    np.fill_diagonal(preferred, 0.0)
    return np.asarray((preferred.sum(axis=1) - preferred.sum(axis=0)) / (count - 1))


def outranking_flows_of_code(blended: Floats, weights: Floats) -> Floats:
    """The same as the published code has them: a weighted product, and means over all actions, the own one included.

    Stored scores of the published repository follow from its stored ratings by this formula.
    """
    product = np.prod(_preferred(blended) ** shares(weights), axis=2)
    return np.asarray(product.mean(axis=1) - product.mean(axis=0))


def weighted_sums(blended: Floats, weights: Floats) -> Floats:
    """Sums weighted by preferences; the published code calls this AHP, since nobody compares criteria in pairs."""
    return np.asarray(blended @ shares(weights))


def nearness_to_ideal(blended: Floats, weights: Floats) -> Floats:
    """TOPSIS: distance to the worst of everything beside that to the best of everything, 0 to 1.

    Returns:
        Shape (actions,); 0.5 for all where no action differs from another.
    """
    weighed = blended * weights
    best, worst = weighed.max(axis=0), weighed.min(axis=0)
    to_best = np.sqrt(((weighed - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighed - worst) ** 2).sum(axis=1))
    total = to_best + to_worst
    return np.asarray(np.divide(to_worst, total, out=np.full(len(total), 0.5), where=total > 0))


def multi_attribute_utility(blended: Floats, weights: Floats) -> Floats:
    """MAUT with an exponential utility; a value in which no action differs counts nothing."""
    low, high = blended.min(axis=0), blended.max(axis=0)
    spread = high - low
    place = np.divide(blended - low, spread, out=np.zeros_like(blended), where=spread > 0)
    return np.asarray((1.0 - np.exp(-RISK_AVERSION * place)) @ weights)


def _preferred(blended: Floats) -> Floats:
    """Shape (actions, actions, 6): how far the first is preferred to the second in each value."""
    return sigmoid(blended[:, None, :] - blended[None, :, :])


def shares(weights: Floats) -> Floats:
    """Weights that sum to one; even ones where all are zero."""
    total = float(weights.sum())
    return np.asarray(weights / total if total > 0 else np.full_like(weights, 1.0 / len(weights)))


RULES: Mapping[RuleName, Callable[[Floats, Floats], Floats]] = {
    "promethee": outranking_flows,
    "weighted_sum": weighted_sums,
    "topsis": nearness_to_ideal,
    "maut": multi_attribute_utility,
}
"""Rules by name."""


def action_scores(
    scene: Floats, actions: Floats, preferences: Floats, blending: Blending, rule: RuleName = "promethee"
) -> Floats:
    """Scores of actions for somebody with preferences.

    Args:
        scene: Shape (6,): ratings of the scene, -1 to 1.
        actions: Shape (actions, 6): ratings of the actions.
        preferences: Shape (6,), 0 to 1.
        blending: How they come together; its form is that of PROMETHEE too.
        rule: What puts actions in order.

    Returns:
        Shape (actions,); the highest is done first.
    """
    blended = blending.blended(scene, actions, preferences)
    in_code = rule == "promethee" and blending.form == "code"
    return (outranking_flows_of_code if in_code else RULES[rule])(blended, blending.weights(preferences))
