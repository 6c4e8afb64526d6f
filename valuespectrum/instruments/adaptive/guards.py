"""When scores of an adaptive test must not be read alone: one answer to everything, or tests that are not precise."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.scoring.graded.items import Floats
from valuespectrum.scoring.guards.finding import Finding, told
from valuespectrum.scoring.guards.sameness import CONSTANT, FEWEST, TOO_FEW
from vectorstore.foundation.text import percent

MOST_ALIKE = 0.6
"""Share of one and the same number among all answers from which it is said to be given whatever is asked. Scales are
put in both directions, so that nobody's values lead to that."""


def same_answer(said: Floats) -> Finding:
    """Whether one number is given to everything.

    Args:
        said: Shape (answers, numbers): shares of the numbers as they were said, only answers that count.
    """
    if not len(said):
        return Finding(CONSTANT, "unknown", None, MOST_ALIKE, "nothing that counts was answered")
    if len(said) < FEWEST:
        return Finding(CONSTANT, "unknown", None, MOST_ALIKE, TOO_FEW)
    most = said.mean(axis=0)
    number, share = int(most.argmax()) + 1, float(most.max())
    part = percent(share, "")
    sentences = (
        f"no number is given to everything (the most frequent one, {number}, makes up {part} of the answers)",
        f"{part} of the answers are {number} though scales were put in both directions: it is given whatever is "
        "asked, and the scores say little about values",
    )
    return told(CONSTANT, share >= MOST_ALIKE, share, MOST_ALIKE, sentences)


def precise_enough(reasons: Mapping[str, str]) -> Finding:
    """Whether every test ended because its value was known well enough.

    Args:
        reasons: Value to why its test ended.
    """
    short = {value: reason for value, reason in reasons.items() if reason != "precise"}
    listed = ", ".join(f"{value.replace('_', ' ')} ({reason})" for value, reason in short.items())
    sentences = (
        "every value is known to the standard error that was aimed at",
        f"less is known than was aimed at of {listed}",
    )
    return told("precise", bool(short), len(short), 1.0, sentences)
