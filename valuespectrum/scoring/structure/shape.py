"""What one profile looks like: its wave round the circle, broader values and axes, and which people it resembles."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from valuespectrum.scoring.facets.analysis import Reckoned
from valuespectrum.scoring.structure.coarser import Covered, axis_scores, coarser_scores
from valuespectrum.scoring.structure.references import likenesses
from valuespectrum.scoring.structure.sinusoid import fit_wave
from valuespectrum.theory.value_sets import FOUR, GROUPS, TEN, ValueSet
from vectorstore.foundation.json_types import Json


def covered(reckoned: Reckoned) -> Covered:
    """Centred scores of one respondent, with how their errors vary together.

    Args:
        reckoned: Its table of sets.
    """
    from scipy.special import stdtrit

    chosen, centred, covariance = reckoned.chosen, reckoned.centred, reckoned.centred_covariance
    unknown = ~reckoned.comparable
    covariance[unknown], covariance[:, unknown] = np.nan, np.nan
    freedom = centred.freedom[reckoned.comparable]
    named = {value: float(centred.estimate[at]) for at, value in enumerate(reckoned.table.values) if chosen[at]}
    kept = np.flatnonzero(chosen)
    quantile = float(stdtrit(freedom.min(), 0.5 + reckoned.facets.level / 2.0)) if len(freedom) else np.nan
    return Covered(named, covariance[np.ix_(kept, kept)], quantile)


def shape(found: Covered, value_set: ValueSet) -> Json:
    """Everything that a profile alone says about structure; it needs no other respondents.

    Args:
        found: Centred scores with the covariance of their errors; values that were not measured are missing.
        value_set: Whose values they are.

    Returns:
        ``wave`` (with ``told``, in words; ``None`` below five values or without a circle), ``broader`` (name of a
        broader set to its scores, by official keys), ``axes`` (the two oppositions of the theory), ``people``
        (likeness to samples of people, each with its ``source``).
    """
    row = np.array([found.scores.get(value, np.nan) for value in value_set.dimensions], dtype=np.float64)
    wave = fit_wave(row, value_set) if value_set.circular else None
    keys = [broader for broader in (TEN, FOUR) if (value_set.name, broader.name) in GROUPS]
    return {
        "wave": None if wave is None else {**asdict(wave), "told": wave.told},
        "broader": {
            broader.name: {name: each.to_json() for name, each in coarser_scores(found, value_set, broader).items()}
            for broader in keys
        },
        "axes": {name: each.to_json() for name, each in axis_scores(found, value_set).items()} if keys else {},
        "people": [
            {
                "name": each.reference.name,
                "title": each.reference.title,
                "source": each.reference.source,
                "n": each.reference.n,
                "spearman": each.spearman,
                "pearson": each.pearson,
                "values": each.values,
                "why": each.why,
            }
            for each in (likenesses(found.scores, value_set) if keys or value_set.name == TEN.name else [])
        ],
    }
