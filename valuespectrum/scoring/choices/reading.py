"""What single answers to a question with named options say: log-probabilities, draws or words, and whether they count.

The rule is that of ``scoring.cells`` for yes and no: log-probabilities that hold enough mass whatever the words, else
draws that say an option, else the words. An answer that says that there is no picture is about none and never counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.answers.schema import CHOICE_COLUMN, COUNT_COLUMN
from agents.models.base import NO_PICTURE, REFUSAL, UNPARSED
from agents.models.evidence import LEAST_LOG_PROBABILITY
from valuespectrum.scoring.cells import DRAWN_TEXT, NEITHER, Readout, ScoringOptions
from valuespectrum.scoring.readouts.evidence import Kind
from valuespectrum.scoring.shares import share_row

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
VALUE = "value"
"""Verdict on an answer that counts."""
_TELLS_MOST: tuple[Readout, ...] = ("log_probability", "samples")
"""Before words, as for the answers of one question."""


@dataclass(frozen=True, slots=True)
class OptionAnswers:
    """Answers of one respondent to questions with the same options."""

    kind: Kind
    options: tuple[str, ...]
    said: Floats
    """Shape (asks, options): log-probabilities, or how many answers said each; NaN and 0 where an answer does not
    count."""
    neither: Floats
    """Shape (asks,): probability of the option that says neither, or how many answers said it."""
    verdict: NDArray[np.object_]
    """``value``, or why an answer does not count: ``error, no_picture, refusal, unparsed, low_mass``, or ``neither``
    where the log-probabilities leave too little for the options that something can be read from them."""

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Which answers count."""
        return np.asarray(self.verdict == VALUE)

    @property
    def shares(self) -> Floats:
        """Shape (asks, options): share of each option among the options, NaN for answers that do not count."""
        logs = self.kind == "log_probability"
        weights = np.exp(self.said - self.said.max(axis=1, keepdims=True)) if logs else self.said
        total = weights.sum(axis=1, keepdims=True)
        told = (total > 0) & self.counts[:, None]
        return np.asarray(np.divide(weights, total, out=np.full_like(weights, np.nan), where=told))

    def only(self, which: NDArray[np.bool_]) -> OptionAnswers:
        """Some of the answers."""
        return OptionAnswers(self.kind, self.options, self.said[which], self.neither[which], self.verdict[which])


def read_options(
    answers: pd.DataFrame, options: Sequence[str], scoring: ScoringOptions, neither: str = ""
) -> OptionAnswers:
    """Read the answers of one respondent.

    Args:
        answers: One row per ask: ``parsed``, ``error``, and log-probabilities or counts of the options.
        options: Names of the options, in their order.
        scoring: Readout and least mass.
        neither: Name of the option that says neither or cannot say; empty where there is none.
    """
    kind = _kind(answers, options, scoring)
    names = [*options, neither] if neither else list(options)
    parsed, failed = answers["parsed"].fillna("").to_numpy(object), (answers["error"].fillna("") != "").to_numpy(bool)
    if kind == "log_probability":
        logs = np.stack([_column(answers, f"{CHOICE_COLUMN}{name}") for name in names], axis=1)
        logs = np.maximum(logs, LEAST_LOG_PROBABILITY)
        whole = np.asarray(~np.isnan(logs).any(axis=1))
        mass = np.where(whole[:, None], np.exp(logs), 0.0)
        said, beside = logs[:, : len(options)], mass[:, len(options) :].sum(axis=1)
        heard = np.asarray(mass[:, : len(options)].sum(axis=1) >= scoring.minimum_mass)
        declined = ~heard & (beside >= scoring.minimum_mass)
    else:
        counts = _counts(answers, names) if kind == "samples" else _words(names, parsed)
        total = _drawn(answers) if kind == "samples" else np.ones(len(answers))
        said, beside = counts[:, : len(options)], counts[:, len(options) :].sum(axis=1)
        spoken = counts.sum(axis=1)
        heard = (spoken > 0) & (spoken >= scoring.minimum_mass * total)
        declined = np.zeros(len(answers), dtype=bool)  # draws that say neither are evidence on ties like any others
    verdict = np.where(heard, VALUE, "low_mass" if kind == "log_probability" else UNPARSED).astype(object)
    verdict[~heard & (parsed == REFUSAL)] = REFUSAL
    verdict[declined] = NEITHER
    verdict[parsed == NO_PICTURE] = NO_PICTURE
    verdict[failed] = "error"
    counted = verdict == VALUE
    nothing = np.nan if kind == "log_probability" else 0.0
    said = np.where(counted[:, None], said, nothing)
    return OptionAnswers(kind, tuple(options), said, np.where(counted | (verdict == NEITHER), beside, 0.0), verdict)


def read_alike(groups: Sequence[tuple[pd.DataFrame, Sequence[str]]], scoring: ScoringOptions) -> list[OptionAnswers]:
    """Read the answers of one respondent to questions with different options, all of them in the same way.

    A group of which nothing came back tells no way of its own, and words beside log-probabilities are none.

    Args:
        groups: Answers, as for ``read_options``, with their options.
        scoring: Readout and least mass.
    """
    reads = [read_options(answers, options, scoring) for answers, options in groups]
    kinds = {read.kind for read in reads}
    readout: Readout = next((kind for kind in _TELLS_MOST if kind in kinds), "text")
    if len(kinds) < 2 or readout == "text":
        return reads
    return [read_options(answers, options, replace(scoring, readout=readout)) for answers, options in groups]


def verdict_rates(read: OptionAnswers, units: pd.Series[str], level: float) -> dict[str, dict[str, object]]:
    """Share of answers by what became of them, with exact intervals over units.

    Args:
        read: Answers.
        units: What is drawn again, for each answer.
        level: Coverage aimed at.

    Returns:
        ``refusal``, ``no_picture``, ``unparsed`` (``low_mass`` among them) and ``neither``, of the answers that came
        back; ``error`` of all.
    """
    import pandas as pd

    came, asked = read.verdict != "error", read.counts | (read.verdict == NEITHER)
    spoken = read.said.sum(axis=1) + read.neither if read.kind != "log_probability" else np.ones(len(read.verdict))
    neither = np.divide(read.neither, spoken, out=np.zeros_like(read.neither), where=spoken > 0)
    hits = {
        "refusal": (read.verdict == REFUSAL).astype(float),
        "no_picture": (read.verdict == NO_PICTURE).astype(float),
        "unparsed": np.isin(read.verdict.astype(str), (UNPARSED, "low_mass")).astype(float),
        NEITHER: np.where(asked, neither, 0.0),
        "error": (~came).astype(float),
    }
    rates: dict[str, dict[str, object]] = {}
    for name, hit in hits.items():
        base = asked if name == NEITHER else np.ones(len(came), bool) if name == "error" else came
        table = pd.DataFrame({"unit": units.to_numpy(), "hit": hit * base, "base": base.astype(float)})
        sums = table.groupby("unit")[["hit", "base"]].sum()
        rates[name] = dict(share_row(sums["hit"].to_numpy(float), sums["base"].to_numpy(float), level))
    return rates


def _kind(answers: pd.DataFrame, options: Sequence[str], scoring: ScoringOptions) -> Kind:
    drawn_text = DRAWN_TEXT in answers and bool(answers[DRAWN_TEXT].any())
    in_words: Kind = "sampled_text" if drawn_text else "greedy_text"
    if scoring.readout != "auto":
        kinds: dict[str, Kind] = {"log_probability": "log_probability", "samples": "samples", "text": in_words}
        return kinds[scoring.readout]
    logs = [_column(answers, f"{CHOICE_COLUMN}{name}") for name in options]
    if bool((~np.isnan(np.stack(logs))).all(axis=0).any()):
        return "log_probability"
    return "samples" if bool((_drawn(answers) > 0).any()) else in_words


def _column(table: pd.DataFrame, name: str) -> Floats:
    import pandas as pd

    if name not in table:
        return np.full(len(table), np.nan)
    return np.asarray(pd.to_numeric(table[name], errors="coerce"), dtype=np.float64)


def _counts(answers: pd.DataFrame, names: Sequence[str]) -> Floats:
    return np.stack([np.nan_to_num(_column(answers, f"{COUNT_COLUMN}{name}")) for name in names], axis=1)


def _drawn(answers: pd.DataFrame) -> Floats:
    columns = [str(name) for name in answers if str(name).startswith(COUNT_COLUMN)]
    if not columns:
        return np.zeros(len(answers))
    return np.asarray(sum(np.nan_to_num(_column(answers, name)) for name in columns))


def _words(names: Sequence[str], parsed: NDArray[np.object_]) -> Floats:
    return np.stack([(parsed == name).astype(np.float64) for name in names], axis=1)
