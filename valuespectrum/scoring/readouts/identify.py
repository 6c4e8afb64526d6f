"""Which readouts tell liking at all, in words: no prior may count as evidence, and no number stands for silence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.scoring.guards.known import mean_over
from valuespectrum.scoring.guards.negation import negation
from valuespectrum.scoring.guards.negation_in_likeliest import negation_in_likeliest_texts
from valuespectrum.scoring.guards.negation_in_texts import negation_in_texts
from valuespectrum.scoring.readouts.evidence import FIRST, POLARITY, Cells, Floats
from vectorstore.foundation.text import percent

Status = Literal["identified", "order only", "not identifiable"]

LEAST_EVIDENCE = 3.0
"""Answers that must speak against the majority of their polarity, in effect, before a value has log-odds."""
_ONE_SIDED = 0.4
"""How far from half a share of liking answers must be to be in order among others although all answers agree."""
_FEWEST_SHARE = 0.5
"""Share of values that must be told before any is."""


@dataclass(frozen=True, slots=True)
class Identification:
    """Whether the answers of one respondent tell its liking."""

    status: Status
    why: str
    """In words; empty when all values are identified and negation is known to be understood."""
    values: NDArray[np.bool_]
    """Which values are told; all false unless identified or ``order only``."""


def identify(cells: Cells) -> list[Identification]:
    """Look at the design, at negation, and at how much the answers say.

    Log-probabilities say enough wherever both polarities were asked in both orders. Counts and texts of a value say as
    much as ``sum n share (1 - share)`` over the polarities, which is the information on log-odds: with all answers
    alike it is 0, and any number would be the prior's. Single most likely texts never have log-odds (no chance is in
    them): at best they tell the order of values, in units of how clips and questions spread, and not even that where
    one polarity is answered whatever the picture.

    Args:
        cells: Of any kind.

    Returns:
        One for every respondent.
    """
    return [_one(cells, place) for place in range(len(cells.said))]


def evidence(cells: Cells) -> Floats:
    """Information on the liking of every value in counts and texts; shape (respondents, values)."""
    total = np.zeros(cells.said.shape[:2])
    for sign in (1.0, -1.0):
        said = cells.said[..., sign == POLARITY].sum(axis=(2, 3, 4))
        yes = cells.yes[..., sign == POLARITY].sum(axis=(2, 3, 4))
        total += yes * np.divide(said - yes, said, out=np.zeros_like(said), where=said > 0)
    return total


def liking_shares(cells: Cells) -> Floats:
    """Share of liking answers of every value: the mean over the two polarities, shape (respondents, values).

    A lean cancels from it as far as the ends of the scale let it. NaN of log-probabilities.
    """
    if cells.kind == "log_probability":
        return np.full(cells.said.shape[:2], np.nan)
    parts = []
    for sign in (1.0, -1.0):
        said, yes = (each[..., sign == POLARITY].sum(axis=(2, 3, 4)) for each in (cells.said, cells.yes))
        share = np.divide(yes, said, out=np.full_like(said, np.nan), where=said > 0)
        parts.append(share if sign > 0 else 1 - share)
    return mean_over(np.stack(parts), 0)


def understanding(cells: Cells, place: int) -> Finding:
    """What the guard of negation that fits the readout says of one respondent.

    Args:
        cells: Of any kind.
        place: Of the respondent.
    """
    if cells.kind == "sampled_text":
        return negation_in_texts(*(each[place].sum(axis=2).reshape(-1, 4) for each in (cells.yes, cells.said)))
    shares = mean_over(cells.share()[place], 2).reshape(-1, 4)
    if cells.kind == "greedy_text":
        return negation_in_likeliest_texts(shares)
    return negation(shares, cells.kind != "log_probability")


def _one(cells: Cells, place: int) -> Identification:
    said = cells.said[place]
    nothing = np.zeros(said.shape[0], dtype=np.bool_)
    if not said.any():
        return Identification("not identifiable", "nothing that was said could be read", nothing)
    why = _design(said)
    if why:
        return Identification("not identifiable", why, nothing)
    finding = understanding(cells, place)
    if finding.flagged:
        return Identification("not identifiable", finding.statement, nothing)
    heard = said.sum(axis=(1, 2, 3)) > 0
    if cells.kind == "log_probability":
        if not (said > 0).all(axis=-1).any():
            return Identification("not identifiable", "no picture was answered for in all four cells", nothing)
        return Identification("identified", "", heard)
    found = _by_evidence(cells, place, heard)
    if finding.state == "unknown" and found.status != "not identifiable":
        if cells.kind == "greedy_text" and finding.number is None:
            # One polarity alone is left, whose answers may be liking as well as a lean that goes with the picture.
            return Identification("not identifiable", finding.statement, nothing)
        return replace(found, why="; ".join(filter(None, (found.why, finding.statement))))
    return found


def _design(said: Floats) -> str:
    """What the questions lack, in words."""
    asked = said.sum(axis=(0, 1)) > 0
    if not (asked[:, POLARITY > 0].any(axis=1) & asked[:, POLARITY < 0].any(axis=1)).any():
        return "no wording was answered in both polarities: liking and a lean towards yes are one number"
    if not (asked[:, FIRST > 0].any() and asked[:, FIRST < 0].any()):
        return ""
    if np.linalg.matrix_rank(np.stack([POLARITY, np.ones(4), FIRST])[:, asked.any(axis=0)]) < 3:
        return "polarity and order of the options changed together: liking and an order effect are one number"
    return ""


def _by_evidence(cells: Cells, place: int, heard: NDArray[np.bool_]) -> Identification:
    told = heard & (evidence(cells)[place] >= LEAST_EVIDENCE)
    if cells.kind == "greedy_text":
        told |= heard & (np.abs(liking_shares(cells)[place] - 0.5) >= _ONE_SIDED)
    asked = [(name, bool(is_told)) for name, is_told, was in zip(cells.values, told, heard, strict=True) if was]
    silent = [name for name, is_told in asked if not is_told]
    yes = float(cells.yes[place].sum() / cells.said[place].sum())
    if told.sum() < _FEWEST_SHARE * max(len(asked), 1):
        most = f"{percent(max(yes, 1 - yes), '')} of the answers are {'yes' if yes >= 0.5 else 'no'}"
        why = (
            f"{most}, and for {len(silent)} of {len(asked)} values hardly "
            "one differs between questions: all that is told is that liking is weaker than the lean"
        )
        if 0.2 < yes < 0.8:
            why = f"for {len(silent)} of {len(asked)} values all answers agree: liking is stronger than can be counted"
        return Identification("not identifiable", why, np.zeros_like(told))
    rest = f"the answers do not vary enough for {', '.join(silent)}" if silent else ""
    if cells.kind == "greedy_text":
        why = "single most likely texts have no chances: they tell which values are liked more, not how much"
        return Identification("order only", f"{why}; {rest}" if rest else why, told)
    return Identification("identified", rest, told)
