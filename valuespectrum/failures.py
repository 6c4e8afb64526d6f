"""Which asks of a run failed, whose, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vectorstore.errors import ModelError

if TYPE_CHECKING:
    import pandas as pd

Json = dict[str, Any]

_RESPONDENT = ["model", "persona", "strategy", "placebo"]
_BARE = "none"


def failures(answers: pd.DataFrame) -> list[Json]:
    """One row per respondent with failed asks.

    Args:
        answers: Asks that were put, with the columns ``model, persona, strategy, placebo`` and ``error``.

    Returns:
        Rows with these columns, ``failed`` and ``asks`` (how many), and ``reason``: the most frequent one.
    """
    if (answers["error"] == "").all():
        return []
    rows = []
    for respondent, asks in answers.groupby(_RESPONDENT, sort=False):
        errors = asks["error"][asks["error"] != ""]
        if len(errors):
            model, persona, strategy, placebo = respondent
            named = {"model": str(model), "persona": str(persona), "strategy": str(strategy), "placebo": bool(placebo)}
            counted = {"failed": len(errors), "asks": len(asks), "reason": str(errors.mode().iloc[0])}
            rows.append(named | counted)
    return rows


def in_words(row: Json) -> str:
    """A line for a person.

    Example:
        >>> row = {"model": "m", "persona": "none", "placebo": False, "failed": 2, "asks": 9, "reason": "no picture"}
        >>> in_words(row)
        '2 of 9 asks to m failed: no picture'
    """
    kind = "the placebo of " if row["placebo"] else ""
    role = "" if row["persona"] == _BARE else f" as {kind}{row['persona']}"
    share = "every ask" if row["failed"] == row["asks"] else f"{row['failed']:,} of {row['asks']:,} asks"
    return f"{share} to {row['model']}{role} failed: {row['reason']}"


def refuse_silence(rows: list[Json], where: str) -> None:
    """Refuse to pass over a respondent that never answered.

    Args:
        rows: From :func:`failures`.
        where: Where the other answers are.

    Raises:
        ModelError: If there is one.
    """
    silent = next((row for row in rows if row["failed"] == row["asks"]), None)
    if silent is not None:
        raise ModelError(in_words(silent), f"all other answers are scored in {where}; failed asks are asked again")
