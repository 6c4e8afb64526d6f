"""What walkers say beside what they do: stated profiles out of the scores of a run, and their gap to the revealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from agents.personas.reserved import NO_PERSONA
from valuespectrum.scoring.estimate import Estimate, profile_scale
from valuespectrum.scoring.pictures.bootstrap import percentiles
from valuespectrum.scoring.profile import number
from valuespectrum.sessions.predicting import PredictOptions, stated_predicts
from valuespectrum.sessions.revealed.profiles import RevealOptions, decided, reveal
from valuespectrum.sessions.walks.walked import Floats, WalkedSession, Walker
from valuespectrum.theory.value_sets import TEN
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

_FEWEST_VALUES = 3


def stated_profiles(respondents: Sequence[Json]) -> dict[Walker, Floats]:
    """Walker to what it said of each value: centred log-odds where there are, else centred scores.

    Args:
        respondents: Of ``scores.json``.
    """
    found: dict[Walker, Floats] = {}
    for row in respondents:
        if row["value_set"] != TEN.name or not row["profile"]:
            continue
        bare = row["persona"] == NO_PERSONA
        walker = Walker(row["model"], row["persona"], NO_PERSONA if bare else row["strategy"])
        told = [row["profile"][value] for value in VALUES]
        name = profile_scale(told)
        found.setdefault(
            walker, np.array([np.nan if each.get(name) is None else each[name] for each in told], dtype=float)
        )
    return found


def stated_and_revealed(
    sessions: Sequence[WalkedSession],
    stated: Mapping[Walker, Floats],
    quality: Mapping[str, Mapping[str, float]] | None = None,
    options: RevealOptions | None = None,
) -> list[Json]:
    """By policy: whether stated profiles predict decisions about held-out clips, and the gap walker by walker.

    Args:
        sessions: Of walkers of whom some have a stated profile; those to which something was done are left out.
        stated: Walker to centred profile.
        quality: Clip to measures of its picture.
        options: How choices become profiles.

    Returns:
        Rows with ``policy``, ``predicts`` (``predicting.Predicted``, by outcome; a reason in place of what cannot be
        reckoned) and ``gap`` (by walker: ``correlation`` of stated and revealed profile with the interval over
        sessions, and ``shifts``: revealed minus stated after both are brought to unit spread, in standard deviations).
    """
    options = options or RevealOptions()
    rows = []
    plain = [each for each in sessions if not each.intervened and each.walker in stated]
    for policy in dict.fromkeys(each.policy for each in plain):
        own = [each for each in plain if each.policy == policy]
        predicts, gap = _predicts(own, stated, quality, options), _gaps(own, stated, options)
        rows.append({"policy": policy, "predicts": predicts, "gap": gap})
    return rows


def _predicts(
    own: Sequence[WalkedSession],
    stated: Mapping[Walker, Floats],
    quality: Mapping[str, Mapping[str, float]] | None,
    options: RevealOptions,
) -> Json:
    found: Json = {}
    for outcome in options.outcomes:
        wish = PredictOptions(outcome, level=options.level, seed=options.seed)
        try:
            found[outcome] = stated_predicts(own, stated, quality, wish).to_json()
        except InputError as error:
            found[outcome] = {"increment": None, "why": error.message}
    return found


def _gaps(own: Sequence[WalkedSession], stated: Mapping[Walker, Floats], options: RevealOptions) -> list[Json]:
    rows: list[Json] = []
    by_model: dict[str, list[WalkedSession]] = {}
    for each in own:
        by_model.setdefault(each.walker.model, []).append(each)
    for some in by_model.values():
        if not decided(some, options.outcomes):
            walkers = dict.fromkeys(each.walker for each in some)
            rows += [{**each._asdict(), "correlation": None, "why": "nothing was decided"} for each in walkers]
            continue
        revealed = reveal(some, options)
        for walker, _ in revealed.walkers:
            place, said = revealed.place(walker), stated[walker]
            drawn = np.concatenate([revealed.fit.beta[None, place], revealed.drawn[:, place]])
            known = ~np.isnan(drawn[0] + said)
            if known.sum() < _FEWEST_VALUES or not np.ptp(said[known]):
                rows.append({**walker._asdict(), "correlation": None, "why": "too few values are known of both"})
                continue
            standard = np.array([_unit(each[known]) for each in drawn])
            correlations = standard @ _unit(said[known]) / known.sum()
            found = _middle(correlations, revealed.lacking([walker]), options.level)
            apart = dict(
                zip(np.array(VALUES)[known].tolist(), (standard[0] - _unit(said[known])).tolist(), strict=True)
            )
            rows.append({**walker._asdict(), **found.to_json("correlation"), "shifts": apart})
    return rows


def _middle(drawn: Floats, why: str, level: float) -> Estimate:
    """The first with the middle of the others, unless something speaks against an interval."""
    mean = number(float(drawn[0]))
    return Estimate(mean, why=why) if why or mean is None else replace(percentiles(mean, drawn[1:], level), se=None)


def _unit(profile: Floats) -> Floats:
    centred = profile - profile.mean()
    spread = float(centred.std())
    return np.asarray(centred / spread if spread > 0 else centred)
