"""Answers that say little by themselves: always one word, beyond the reach of the readout, or about neither word.

Instruments put options in several orders, scales in both directions, questions for and against; so one label
throughout (``one_answer``) is no profile, though a number can be made of it, and in some a fine-looking one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.answers.schema import CHOICE_COLUMN, COUNT_COLUMN
from agents.models.base import NO_CHOICE, NO_PICTURE, Choice
from agents.models.parsing.parse import parse_answer
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.guards.finding import Finding, told
from vectorstore.foundation.text import percent

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

CONSTANT = "constant"
"""Name of the guard that looks for one answer to everything."""
MOST_ALIKE = 0.95
CLIP = 20.0
"""Log-odds at which engines and servers used to cut."""
MOST_CLIPPED = 0.01
LEAST_MEAN_MASS = 0.8
FEWEST = 8
"""Answers below which one label throughout can be chance."""
TOO_FEW = "too few answers count to tell whether all are the same"
_LONGEST = 60
"""Letters of a text that are compared."""
_HEARD = re.compile(r"(?<!\w)-(?=\d)|[^\W_]")
"""Letters, digits, and what makes a number one below 0."""
_YES_NO = (Choice("yes", ("yes",)), Choice("no", ("no",)))


def constant_answers(yes: Floats) -> Finding:
    """Whether one word is nearly always the answer.

    The share of the more frequent word over all asks, both polarities together: who likes and dislikes says yes about
    half of the time, whatever its values, since every question is asked both ways.

    Args:
        yes: Share of yes per ask, any shape; NaN for asks without an answer.
    """
    known = yes[~np.isnan(yes)]
    if not known.size:
        return Finding(CONSTANT, "unknown", None, MOST_ALIKE, "there are no answers")
    if known.size < FEWEST:
        return Finding(CONSTANT, "unknown", None, MOST_ALIKE, TOO_FEW)
    share = float(known.mean())
    word, most = ("yes", share) if share >= 0.5 else ("no", 1 - share)
    part = percent(most, "")
    statements = (
        f"{part} of the answers are {word}",
        f"{part} of the answers are {word}, whatever is asked: the words say next to nothing about liking",
    )
    return told(CONSTANT, most >= MOST_ALIKE, most, MOST_ALIKE, statements)


def strong_leans(log_odds: Floats) -> Finding:
    """Whether log-odds reach +-20, where they were cut: a lean that is cut on one side only does not cancel.

    Args:
        log_odds: Of the word yes, any shape; NaN for asks without.
    """
    known = log_odds[~np.isnan(log_odds)]
    if not known.size:
        return Finding("strong_leans", "unknown", None, MOST_CLIPPED, "there are no log-probabilities")
    share = float((np.abs(known) >= CLIP - 1e-9).mean())
    largest = float(np.abs(known).max())
    statements = (
        f"log-odds reach {largest:.1f}, within +-{CLIP:g}",
        f"{share:.1%} of the log-odds lie at or beyond +-{CLIP:g}: if the engine cut them, leans do not cancel, and "
        "liking is drawn towards 0",
    )
    return told("strong_leans", share >= MOST_CLIPPED, share, MOST_CLIPPED, statements)


def readout_mass(mass: Floats) -> Finding:
    """Whether yes and no together hold enough of the probability, or of the draws.

    Args:
        mass: Per ask, 0 to 1, any shape; NaN for asks without.
    """
    known = mass[~np.isnan(mass)]
    if not known.size:
        return Finding("mass", "unknown", None, LEAST_MEAN_MASS, "single texts have no mass")
    mean = float(known.mean())
    part = percent(mean, "")
    statements = (
        f"yes and no hold {part} of what could be said",
        f"yes and no hold only {part} of what could be said: scores are about the rest of the answers as little as "
        "about silence",
    )
    return told("mass", mean < LEAST_MEAN_MASS, mean, LEAST_MEAN_MASS, statements)


def one_answer(answers: pd.DataFrame, options: ScoringOptions, values_differ: bool) -> Finding:
    """Whether nearly every answer is one label: the likeliest option, what most draws said, or the word.

    Numbers and words are looked at apart, since some instruments ask for either in turn. Log-probabilities can tell
    what is dear though their likeliest label never changes (a strong lean): they are one answer only where they do not
    tell values apart.

    Args:
        answers: Of one respondent, one row per ask, in one frame of mind.
        options: Readout and least mass.
        values_differ: Whether what was measured tells values apart beyond noise.

    Returns:
        ``number`` is the share of the most frequent label; the state is ``unknown`` where too little counts.
    """
    said, in_words = _labels(answers, options)
    if sum(said.values()) < FEWEST:
        return Finding(CONSTANT, "unknown", None, MOST_ALIKE, TOO_FEW)
    # Marks of options can stand for another option in every ask: then one mark throughout is many options.
    share, named = max(_most(said), _most(_texts(answers)), key=itemgetter(0))
    part = percent(share, "")
    if share >= MOST_ALIKE and values_differ and not in_words:
        statement = f"{part} of the answers are {named}, but their log-probabilities tell values apart"
        return Finding(CONSTANT, "holds", share, MOST_ALIKE, statement)
    statements = (
        f"no one answer is given to everything (the most frequent one, {named}, is {part} of the answers)",
        f"{part} of the answers are {named}, whatever is asked: that is no profile",
    )
    return told(CONSTANT, share >= MOST_ALIKE, share, MOST_ALIKE, statements)


def _most(said: Mapping[str, int]) -> tuple[float, str]:
    """Share of the most frequent number and the most frequent word together, and both in words."""
    parts = [
        max(part.items(), key=itemgetter(1))
        for numbers in (True, False)
        if (part := {label: count for label, count in said.items() if _is_number(label) == numbers})
    ]
    total = sum(said.values())
    return (sum(count for _, count in parts) / total if total else 0.0), " or ".join(repr(label) for label, _ in parts)


def _is_number(label: str) -> bool:
    return label.removeprefix("-").isdecimal()


def _labels(answers: pd.DataFrame, options: ScoringOptions) -> tuple[Mapping[str, int], bool]:
    """How often each label was said in answers that count, and whether words or draws are all that is known."""
    failed = (answers["error"].fillna("") != "") | (answers["parsed"] == NO_PICTURE)
    heard = answers[~failed]
    if options.readout in ("auto", "log_probability"):
        names, logs = _columns(heard, CHOICE_COLUMN)
        enough = np.exp(logs).sum(axis=1) >= options.minimum_mass
        if enough.any():
            likeliest = np.bincount(logs[enough].argmax(axis=1), minlength=len(names))
            return {name: int(count) for name, count in zip(names, likeliest, strict=True) if count}, False
    if options.readout in ("auto", "samples"):
        names, counts = _columns(heard, COUNT_COLUMN)
        counts = np.where(np.isfinite(counts), counts, 0.0)
        offered = np.array([name not in NO_CHOICE for name in names], dtype=np.bool_)
        spoken = counts[:, offered].sum(axis=1)
        enough = (spoken > 0) & (spoken >= options.minimum_mass * counts.sum(axis=1))
        if enough.any():
            drawn = counts[enough].sum(axis=0)
            said = {name: int(count) for name, count in zip(names, drawn, strict=True) if count}
            return {name: count for name, count in said.items() if name not in NO_CHOICE}, True
    return _words(heard), True


def _columns(answers: pd.DataFrame, prefix: str) -> tuple[list[str], NDArray[np.float64]]:
    """Names behind a prefix, and their numbers; minus infinity where an ask has none."""
    columns = [str(name) for name in answers if str(name).startswith(prefix)]
    table = answers[columns].astype(float).to_numpy(np.float64) if columns else np.empty((len(answers), 0))
    return [name.removeprefix(prefix) for name in columns], np.where(np.isnan(table), -np.inf, table)


def _texts(answers: pd.DataFrame) -> Mapping[str, int]:
    """How often each text was said that names an option, letters and numbers only; nothing where there are none."""
    said: Counter[str] = Counter()
    if "text" in answers:
        parsed = answers["parsed"].fillna("")
        texts = answers["text"][~parsed.isin(("", *NO_CHOICE))].fillna("")
        for text, count in texts.value_counts().items():
            said["".join(_HEARD.findall(str(text)))[:_LONGEST].casefold()] += int(count)
    said.pop("", None)
    return said if sum(said.values()) >= FEWEST else {}


def _words(answers: pd.DataFrame) -> Mapping[str, int]:
    """Options that were said; of free text whether it says yes or no."""
    parsed = answers["parsed"].fillna("")
    said = Counter({str(label): int(count) for label, count in parsed[parsed != ""].value_counts().items()})
    free = answers["text"][parsed == ""] if "text" in answers else parsed[:0]
    said.update(parse_answer(str(text), _YES_NO) for text in free.fillna(""))
    return {label: count for label, count in said.items() if label not in NO_CHOICE}
