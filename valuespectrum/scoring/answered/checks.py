"""All guards over what one respondent answered, and over what tells respondents apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents.models.base import REFUSAL
from valuespectrum.scoring.answered.conclusions import Concluded
from valuespectrum.scoring.answered.sets import AnsweredSets
from valuespectrum.scoring.cells import NEITHER, class_shares
from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.guards.directional import directional_share, response_orthogonality
from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.scoring.guards.known import mean_over
from valuespectrum.scoring.guards.refusals import Bounds, refusal_bounds, unequal_refusals
from valuespectrum.scoring.guards.sameness import constant_answers, readout_mass, strong_leans
from valuespectrum.scoring.guards.ties import ties
from valuespectrum.scoring.guards.wordings import clips_per_word, wording_agreement
from valuespectrum.scoring.readouts.evidence import POLARITY
from valuespectrum.scoring.readouts.identify import understanding
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

_SIDES = ("positive", "negative")


def checked(
    judged: pd.DataFrame, sets: AnsweredSets, found: Concluded | None, refused: Floats, seed: int
) -> tuple[Finding, ...]:
    """What the guards say of one respondent.

    Args:
        judged: Its rows, as ``scoring.cells.judge`` returns them.
        sets: What they came to.
        found: What is concluded from them; ``None`` where nothing is.
        refused: Of each clip, as ``refused_shares`` tells.
        seed: Of the exchanges behind the test of refusals.
    """
    cells, words = sets.cells, sets.kind != "log_probability"
    heard = judged[judged["error"].fillna("") == ""]
    known = ~np.isnan(refused)
    texts = sets.kind in ("sampled_text", "greedy_text")
    findings = [
        understanding(cells, 0),
        unequal_refusals(refused[known], np.nonzero(known)[0], cells.values, stream(seed, "guards/refusals")),
        readout_mass(np.empty(0) if texts else heard.loc[heard["verdict"] != NEITHER, "mass"].to_numpy(np.float64)),
        wording_agreement(sets.liking.effects.theta[0]),
        clips_per_word([_came_by(sets, value) for value in cells.values], cells.values, sets.found_by.facet),
        ties(_means(found)),
        response_orthogonality(cells.said[0].reshape(-1, 4).sum(axis=0), POLARITY),
    ]
    counted = judged[judged["verdict"] == "value"]
    # Of log-probabilities the words may be one word throughout and the numbers still tell what is liked.
    findings.append(
        constant_answers(counted["yes"].to_numpy(np.float64))
        if words
        else strong_leans(counted["log_odds"].to_numpy(np.float64))
    )
    return tuple(findings)


def bounds_of(sets: AnsweredSets, refused: Floats, least: int) -> Bounds | None:
    """Worst and best case of every value, had its refused clips been answered; ``None`` where none was refused.

    A value whose answers tell no liking for another reason has no such case: it is not its refusals that leave it open.

    Args:
        sets: What the answers of one respondent came to; its liking is in log-odds.
        refused: Of each clip, as ``refused_shares`` tells.
        least: Fewest clips of a value that is compared with others.
    """
    clips = mean_over(sets.liking.effects.theta[0], 2)
    silent = sets.cells.said[0].sum(axis=(1, 2, 3)) == 0
    missing = (refused > 0) & np.isnan(clips) & (sets.told.values | silent)[:, None]
    if not missing.any() or np.isnan(clips).all():
        return None
    return refusal_bounds(clips, missing | ~np.isnan(clips), least=least)


def between_models(respondents: Sequence[Mapping[str, object]]) -> Json:
    """How much of what tells models apart is a lean, by readout.

    Args:
        respondents: Of models without a persona, with ``evidence`` and ``yes_by_polarity``.

    Returns:
        ``directional``: readout to the finding; empty without respondents of whom it is known.
    """
    found: dict[str, object] = {}
    for kind in dict.fromkeys(str(one["evidence"]) for one in respondents):
        rows = [_polarities(one["yes_by_polarity"]) for one in respondents if one["evidence"] == kind]
        positive, negative = (np.array([row[side] for row in rows], dtype=np.float64) for side in (0, 1))
        noise = float(mean_over(np.array([row[2] for row in rows], dtype=np.float64), 0))
        found[kind] = directional_share(positive, negative, noise).to_json()
    return {"directional": found}


def _polarities(row: object) -> tuple[list[float], list[float], float]:
    assert isinstance(row, Mapping)
    sides = ([np.nan if mean is None else float(mean) for mean in row[name].values()] for name in _SIDES)
    positive, negative = sides
    return positive, negative, np.nan if row["variance"] is None else float(row["variance"])


def refused_shares(judged: pd.DataFrame, sets: AnsweredSets) -> Floats:
    """How much of what was said about each clip was refused and so lost: of draws the share that refused.

    Args:
        judged: Rows of one respondent.
        sets: What they came to.

    Returns:
        Shape (values, clips); NaN where nothing came back: a failed ask says nothing.
    """
    heard = judged[judged["error"].fillna("") == ""]
    lost = class_shares(heard, REFUSAL) if sets.kind == "samples" else heard["verdict"] == REFUSAL
    sums = heard[["value", "clip"]].astype(str).assign(each=np.asarray(lost, dtype=np.float64))
    means = sums.groupby(["value", "clip"], as_index=False)["each"].mean()
    known = dict(zip(zip(means["value"], means["clip"], strict=True), means["each"], strict=True))
    spread = np.full(sets.cells.said.shape[1:3], np.nan)
    for row, value in enumerate(sets.cells.values):
        for column, clip in enumerate(sets.cells.clips[row]):
            spread[row, column] = known.get((value, clip), np.nan)
    return spread


def _came_by(sets: AnsweredSets, value: str) -> list[str]:
    return [name for (of_value, _), name in sets.found_by.names.items() if of_value == value]


def _means(found: Concluded | None) -> Floats:
    return np.empty(0) if found is None else found.reckoned.across.means
