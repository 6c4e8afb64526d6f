"""What a person said of themselves on the page before the clips, out of the file beside the log."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from valuespectrum.theory.values import VALUES


def portrait_beside(log: Path) -> NDArray[np.float64] | None:
    """The profile that somebody stated: by value the mean of its statements minus the mean of all values, in steps.

    What was said after the clips is left out: it may follow from them.

    Args:
        log: Of the session.

    Returns:
        ``None`` where nobody asked, or not about all ten values.

    Raises:
        InputError: The answers are damaged.
        SchemaError: Another release wrote them.
        StorageError: The disk fails.
    """
    from agents.web.answers_file import answers_path, read_answers

    forms = [each for each in read_answers(answers_path(log)) if each["kind"] == "portraits"]
    told = next((each.get("answers") for each in forms if each.get("when") == "before"), None)
    if not isinstance(told, Mapping):
        return None
    chosen = {str(statement): number for statement, number in told.items() if isinstance(number, int)}
    said = [[number for each, number in chosen.items() if each.rpartition("-")[0] == value] for value in VALUES]
    if not all(said):
        return None
    means = np.array([sum(each) / len(each) for each in said])
    return np.asarray(means - means.mean())
