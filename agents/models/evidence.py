"""What an answer says about two options, in log-odds: nothing unless enough of it is about them.

Log-probabilities are read as they are, without bounds on the log-odds, so that a lean cancels from the mean of several
answers however strong it is. Draws are counted; half a draw is added to both options (Haldane 1956, Anscombe 1956:
it takes the first-order bias out of the log-odds and keeps them finite), and only where something was drawn of them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from agents.models.base import NO_CHOICE, Answer, Choice

LEAST_MASS = 0.1
"""Probability, or share of the draws, that both options must have together for an answer to count."""
LEAST_LOG_PROBABILITY = -745.0
"""Log of the smallest number above zero: what a probability of zero, which has no logarithm, is read as."""
_MOSTLY = 0.5 - 1e-9
"""Probability of the options that are told, from which on those that are not cannot outweigh them, but for rounding."""


def log_odds(answer: Answer, first: str, second: str, least_mass: float = LEAST_MASS) -> float | None:
    """Log-odds of the first option against the second; ``None`` where the answer says too little about them.

    Args:
        answer: With log-probabilities or counts.
        first: Name of an option.
        second: Name of another.
        least_mass: Probability, or share of draws, that both must have together.

    Example:
        >>> drawn = {"yes": 3, "no": 3}, {"unparsed": 5}
        >>> [log_odds(Answer(counts=counts), "yes", "no") for counts in drawn]
        [0.0, None]
    """
    if answer.counts:
        one, other = (answer.counts.get(name, 0) for name in (first, second))
        heard = one + other
        if not heard or heard < least_mass * sum(answer.counts.values()):
            return None
        return math.log((one + 0.5) / (other + 0.5))
    known = [answer.log_probabilities.get(name) for name in (first, second)]
    if any(value is None or math.isnan(value) for value in known):
        return None
    above, below = (max(value, LEAST_LOG_PROBABILITY) for value in known if value is not None)
    return above - below if math.exp(above) + math.exp(below) >= least_mass else None


def tells_all(answer: Answer, options: Iterable[str]) -> bool:
    """Whether an answer tells of all of some options, or leaves none out that may outweigh those that it tells of.

    Servers tell the most probable tokens alone, and what is not among them may hold all that these leave over.

    Args:
        answer: With log-probabilities or counts.
        options: Their names.

    Example:
        >>> seen = Answer(log_probabilities={"yes": math.log(0.3)}), Answer(log_probabilities={"yes": math.log(0.7)})
        >>> [tells_all(answer, ["yes", "no"]) for answer in seen]
        [False, True]
    """
    return bool(answer.counts) or set(options) <= set(answer.log_probabilities) or answer.mass >= _MOSTLY


def counted(classes: Iterable[str], choices: Iterable[Choice]) -> dict[str, int]:
    """How many of some drawn answers were of which class: every option is named, other classes where they came.

    Example:
        >>> counted(["yes", "refusal", "yes"], [Choice("yes", ("yes",)), Choice("no", ("no",))])
        {'yes': 2, 'no': 0, 'refusal': 1}
    """
    return {**dict.fromkeys((choice.name for choice in choices), 0), **Counter(classes)}


def log_shares(answer: Answer) -> dict[str, float]:
    """Log-probabilities of the options, or the logs of their shares of the draws that said one.

    For comparing answers with each other, with half a draw added to each option; empty where nothing was told or drawn
    of them.
    """
    if not answer.counts:
        return dict(answer.log_probabilities)
    drawn = {name: count + 0.5 for name, count in answer.counts.items() if name not in NO_CHOICE}
    total = sum(drawn.values())
    return {name: math.log(count / total) for name, count in drawn.items()} if answer.readable else {}
