"""Answers that were given in one frame of mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

HONEST, FAKE_GOOD = "honest", "fake_good"
"""Instructions between which the faking effect lies."""
INSTRUCTION_TAG = "instruction"
"""Tag that names the instruction before a question; an ask without an instruction lacks it."""


def instructed(answers: pd.DataFrame, instruction: str = "") -> pd.DataFrame:
    """Those answers that were given under an instruction.

    Args:
        answers: One row per ask, with the tag ``instruction`` where there was one.
        instruction: Which; empty for none.

    Example:
        >>> import pandas as pd
        >>> table = pd.DataFrame({"clip": ["a", "b", "c"], "instruction": [None, "honest", ""]})
        >>> instructed(table)["clip"].tolist(), instructed(table, "honest")["clip"].tolist()
        (['a', 'c'], ['b'])
    """
    if INSTRUCTION_TAG not in answers:
        return answers if not instruction else answers.iloc[:0]
    said = answers[INSTRUCTION_TAG].fillna("") == instruction
    return answers if said.all() else answers[said]


def spoken_frames(answers: pd.DataFrame) -> tuple[str, ...]:
    """Instructions that were given, sorted; empty text for answers without one."""
    if INSTRUCTION_TAG not in answers:
        return ("",)
    return tuple(sorted({str(name) for name in answers[INSTRUCTION_TAG].fillna("")}))
