"""Which asks of a run failed or say nothing, whose, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agents.answers.respondent import RespondentColumns, columns_of
from agents.answers.table import by_respondent
from agents.personas.reserved import NO_PERSONA, is_placebo_text
from valuespectrum.runs.run import count_answers
from vectorstore.foundation.errors import CorpusError, ModelError, StorageError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd


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
    for who, asks in by_respondent(answers):
        errors = asks["error"][asks["error"] != ""]
        if len(errors):
            counted = {"failed": len(errors), "asks": len(asks), "reason": str(errors.mode().iloc[0])}
            rows.append({**who._asdict(), **counted})
    return rows


def in_words(row: Json) -> str:
    """A line for a person.

    Example:
        >>> row = {"model": "m", "persona": "none", "placebo": False, "failed": 2, "asks": 9, "reason": "no picture"}
        >>> in_words(row)
        '2 of 9 asks to m failed: no picture'
    """
    share = "every ask" if row["failed"] == row["asks"] else f"{row['failed']:,} of {row['asks']:,} asks"
    return f"{share} to {row['model']}{_role(row)} failed: {row['reason']}"


def _role(row: Json) -> str:
    """In which role; placebos of earlier releases go by the name of their persona."""
    kind = "the placebo of " if row["placebo"] and not is_placebo_text(row["persona"]) else ""
    return "" if row["persona"] == NO_PERSONA else f" as {kind}{row['persona']}"


def failed_in_words(scores: Json, run: str = "this run") -> str:
    """That asks of a run failed, with the reason of whom most did; empty where none did.

    Args:
        scores: Of the run.
        run: What it is called.

    Example:
        >>> row = {"model": "m", "persona": "none", "placebo": False, "failed": 2, "asks": 9, "reason": "no picture"}
        >>> failed_in_words({"failures": [row]})
        'this run: 2 of 9 asks to m failed: no picture'
        >>> failed_in_words({"failures": [row, row | {"persona": "tycoon", "failed": 9, "reason": "timed out"}]})
        'this run: every ask to m as tycoon failed: timed out; asks of 1 other respondent failed, too'
    """
    rows = sorted(scores.get("failures", ()), key=lambda row: -row["failed"])
    if not rows:
        return ""
    others = len(rows) - 1
    too = f"; asks of {others:,} other respondent{'s' * (others > 1)} failed, too" if others else ""
    return f"{run}: {in_words(rows[0])}{too}"


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


def unscored(respondents: Sequence[Json], answers: pd.DataFrame) -> list[Json]:
    """One row per respondent of whose answers nothing could be scored.

    Args:
        respondents: As scored, with ``n_units``.
        answers: Asks that were put, with ``model, persona, strategy, placebo, error, parsed, text``.

    Returns:
        Rows with what names the respondent, ``answers`` (how many), ``classes`` (how often the words were of which
        class) and ``example`` (the first words).
    """
    silent = [one for one in respondents if not one["n_units"]]
    if not silent:
        return []
    heard = answers[answers["error"] == ""]
    said = dict(by_respondent(heard))
    return [_unscored(who, said.get(who, heard[:0])) for who in map(columns_of, silent)]


def _unscored(who: RespondentColumns, said: pd.DataFrame) -> Json:
    return {
        **who._asdict(),
        "answers": len(said),
        "classes": {str(name): int(count) for name, count in said["parsed"].fillna("").value_counts().items() if name},
        "example": " ".join(str(said["text"].iloc[0]).split())[:80] if len(said) else "",
    }


def unscored_in_words(row: Json) -> str:
    """A line for a person.

    Example:
        >>> row = {"model": "m", "persona": "none", "placebo": False, "answers": 9, "classes": {"unparsed": 9}}
        >>> unscored_in_words(row | {"example": "Hmm."})
        'nothing that m said could be scored: 9 answers (9 unparsed), the first: “Hmm.”'
    """
    classes = ", ".join(f"{count:,} {name}" for name, count in row["classes"].items())
    counted = f"{row['answers']:,} answers" + (f" ({classes})" if classes else "")
    return f"nothing that {row['model']}{_role(row)} said could be scored: {counted}, the first: “{row['example']}”"


def refuse_emptiness(respondents: Sequence[Json], rows: Sequence[Json], where: str) -> None:
    """Refuse to pass over a model of which no respondent has a score.

    Args:
        respondents: All of them.
        rows: From :func:`unscored`.
        where: Where the answers are.

    Raises:
        ModelError: If there is one.
    """
    scored = {one["model"] for one in respondents if one["n_units"]}
    empty = next((row for row in rows if row["model"] not in scored), None)
    if empty is not None:
        hint = f"the answers are kept in {where}; look at their words, and try doctor --model"
        raise ModelError(unscored_in_words(empty), hint)


def unfinished_in_words(scores: Json, run: str = "this run") -> str:
    """What a run that was stopped, or goes on, has to be read with; empty where everything was asked.

    Args:
        scores: Of the run.
        run: What it is called.

    Example:
        >>> unfinished_in_words({"n_planned": 10, "n_answered": 6, "failures": [{"failed": 1}]})
        'this run is not finished: 3 of 10 planned asks had not been put when it was scored'
    """
    planned, failed = scores.get("n_planned", 0), sum(row["failed"] for row in scores.get("failures", ()))
    left = planned - scores.get("n_answered", 0) - failed
    if left <= 0:
        return ""
    return f"{run} is not finished: {left:,} of {planned:,} planned asks had not been put when it was scored"


def outdated_in_words(scores: Json, stored: int | None, run: str = "this run") -> str:
    """That a run was gone on with after it was scored; empty where its scores are of all answers that it holds.

    Args:
        scores: Of the run.
        stored: How many good answers it holds now; ``None`` where nobody knows.
        run: What it is called.

    Example:
        >>> outdated_in_words({"n_answered": 6}, 10)
        'this run holds 10 answers, but its scores are of 6: make them anew with `valuespectrum score`'
        >>> outdated_in_words({"n_answered": 6}, 6)
        ''
    """
    scored = scores.get("n_answered")
    if stored is None or scored is None or stored == scored:
        return ""
    remedy = "make them anew with `valuespectrum score`"
    return f"{run} holds {stored:,} answers, but its scores are of {scored:,}: {remedy}"


def answers_held(run: Path) -> int | None:
    """How many good answers a run holds now; ``None`` where they cannot be read, without which there are still scores.

    Args:
        run: Its folder.
    """
    try:
        return count_answers(run)
    except (CorpusError, StorageError):
        return None


def outdated(run: Path, scores: Json) -> str:
    """That a run was gone on with after the scores in it were made; empty where they are of all answers that it holds.

    Args:
        run: Its folder.
        scores: As they were read there.
    """
    return outdated_in_words(scores, answers_held(run), f"the run {run}")


def told(scores: Json) -> list[str]:
    """Lines for a person about asks that failed or are still to come, and about respondents without a score."""
    unfinished = [sentence] if (sentence := unfinished_in_words(scores)) else []
    return [*unfinished, *map(in_words, scores["failures"]), *map(unscored_in_words, scores["unscored"])]
