"""What personas did to revealed profiles: beside the bare model and beside placebo texts that walked as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agents.personas.reserved import NO_PERSONA, in_first_wording
from valuespectrum.scoring.alignment import ceiling, correlate
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.personas.placebos import NOT_DRAWN, movement
from valuespectrum.scoring.personas.role_sets import Spread
from valuespectrum.scoring.personas.rows import movement_row
from valuespectrum.scoring.pictures.bootstrap import percentiles
from valuespectrum.scoring.profile import number
from valuespectrum.sessions.revealed.decisions import Floats
from valuespectrum.sessions.revealed.profiles import Revealed
from valuespectrum.sessions.walks.walked import Walker
from vectorstore.foundation.json_types import Json

_NO_BARE = "the model without a persona did not walk"


@dataclass(frozen=True, slots=True)
class OverSessions:
    """What other sessions would change (``role_sets.DrawnAgain``)."""

    revealed: Revealed
    personas: tuple[int, ...]
    """The persona in each of its wordings."""
    bare: int
    texts: tuple[int, ...]
    lacking: str = ""
    """Why nothing is known of other sessions; empty where enough were walked."""

    @property
    def covers(self) -> str:
        """What is drawn again, in words."""
        return self.revealed.covers

    def beyond_bare(self, weights: Floats, keep: float = 1.0) -> Spread:
        """Of weighted sums of the persona minus the bare model, or what is left of it."""
        return self._spread([self._free(self.personas, weights, keep)])[0]

    def beyond_texts(self, weights: Floats, keeps: Floats | None = None) -> Spread:
        """Of the persona minus the mean of the texts, above what it is of a text minus the mean of the others."""
        left = np.zeros(1 + len(self.texts)) if keeps is None else np.where(np.isnan(keeps), 0.0, keeps)
        roles = [self.personas, *((place,) for place in self.texts)]
        free = [self._free(places, weights, own) for places, own in zip(roles, left, strict=True)]
        texts = free[1:]
        against = [np.mean(texts, axis=0), *(np.mean(texts[:k] + texts[k + 1 :], axis=0) for k in range(len(texts)))]
        spreads = self._spread([own - other for own, other in zip(free, against, strict=True)])
        # Of one text alone; a text is held against one text less than the persona is.
        one = np.mean([each.variance for each in spreads[1:]], axis=0) * (1.0 - 1.0 / len(texts))
        usual = one * (1.0 / len(self.personas) + 1.0 / len(texts))
        return Spread(np.maximum(spreads[0].variance - usual, 0.0), spreads[0].freedom)

    def _free(self, places: tuple[int, ...], weights: Floats, keep: float) -> Floats:
        """Weights on all betas of the mean of some roles minus what is left of the bare model."""
        whole = np.zeros((len(weights), *self.revealed.fit.beta.shape))
        for place in places:
            whole[:, place] += weights / len(places)
        whole[:, self.bare] -= keep * weights
        return whole

    def _spread(self, sums: Sequence[Floats]) -> list[Spread]:
        if self.lacking:
            unknown = np.full(len(sums[0]), np.nan)
            return [Spread(unknown, unknown)] * len(sums)
        influences, over_clips = self.revealed.fit.influences, self.revealed.options.over_clips
        found = influences.variance(np.concatenate(sums), over_clips)
        variance, freedom = (each.reshape(len(sums), -1) for each in found)
        return [Spread(*each) for each in zip(variance, freedom, strict=True)]


def session_personas(revealed: Revealed, targets: Mapping[str, Mapping[str, float]]) -> Iterator[Json]:
    """A row for each persona whose target is known.

    Args:
        revealed: Profiles of bare models, personas and placebo texts out of one fit.
        targets: Persona to target profile.

    Returns:
        Rows of ``scoring.personas.rows.movement_row`` with the columns of the walker, ``sessions``,
        ``aligned_of_ceiling`` (alignment over the most that ties in the target allow), ``bare_of_ceiling``,
        ``steerability``, ``steerability_beyond_texts`` and their ends, and ``towards``: for ``bare``, ``persona`` and
        ``placebos`` (their mean), the mean of the centred log-odds weighted by the target, on one scale with
        intervals. Without a bare model the verdict is unknown.
    """
    whole = [walker for walker, part in revealed.walkers if not part]
    for walker in whole:
        if walker.placebo or walker.persona not in targets:
            continue
        bare = walker._replace(persona=NO_PERSONA, strategy=NO_PERSONA)
        texts = _texts(revealed, walker)
        target = np.array([targets[walker.persona].get(value, 0.0) for value in revealed.values])
        yield {
            **walker._asdict(),
            "sessions": revealed.sessions[walker],
            "target": dict(targets[walker.persona]),
            **movement_of(revealed, [walker], bare if bare in whole else None, texts, target),
            **_steered(revealed, walker, bare if bare in whole else None, texts, target),
            "towards": _towards(revealed, (bare if bare in whole else None, walker, texts), target),
        }


def worded_personas(revealed: Revealed, targets: Mapping[str, Mapping[str, float]]) -> Iterator[Json]:
    """A row for each persona that walked in several wordings: what it did whatever its words.

    One wording is one text, and one text may do anything; the mean over several varies less, so that weaker personas
    are found. Their spread is that of texts (``scoring.personas.placebos.beyond``).

    Args:
        revealed: Profiles of bare models, personas and placebo texts out of one fit.
        targets: Persona to target profile.

    Returns:
        Rows of ``scoring.personas.rows.movement_row`` with the columns of the walker in its first wording, and
        ``wordings``.
    """
    whole = [walker for walker, part in revealed.walkers if not part]
    found: dict[Walker, list[Walker]] = {}
    for walker in whole:
        if walker.persona in targets and not walker.placebo:
            found.setdefault(walker._replace(persona=in_first_wording(walker.persona)), []).append(walker)
    for first, worded in found.items():
        if len(worded) > 1:
            bare = first._replace(persona=NO_PERSONA, strategy=NO_PERSONA)
            aim = targets[worded[0].persona]
            target = np.array([aim.get(value, 0.0) for value in revealed.values])
            told = movement_of(revealed, worded, bare if bare in whole else None, _texts(revealed, first), target)
            yield {**first._asdict(), "wordings": len(worded), "target": dict(aim), **told}


def _texts(revealed: Revealed, walker: Walker) -> list[Walker]:
    """Placebo texts that a persona is held against: those of enough sessions, where there are any."""
    whole = [each for each, part in revealed.walkers if not part and each.placebo]
    own = [each for each in whole if (each.model, each.strategy) == (walker.model, walker.strategy)]
    return [each for each in own if not revealed.lacking([each])] or own


def movement_of(
    revealed: Revealed, worded: Sequence[Walker], bare: Walker | None, texts: Sequence[Walker], target: Floats
) -> Json:
    """What one persona did beside the bare model and placebo texts, as a row.

    Args:
        revealed: Profiles of all of them out of one fit.
        worded: The persona, in each of its wordings that count.
        bare: The model as itself; without it the verdict is unknown.
        texts: Placebo texts.
        target: What the persona aims at, shape (values,).

    Returns:
        As ``scoring.personas.rows.movement_row``.
    """
    own = np.array([revealed.profile(each) for each in worded])
    if bare is None:
        nothing = np.full(own.shape[1], np.nan)
        return movement_row(movement(own, nothing, target, []), revealed.values, "log_odds") | {"why": _NO_BARE}
    lacking = revealed.lacking([*worded, bare, *texts])
    places = (tuple(revealed.place(each) for each in roles) for roles in (worded, texts))
    sets = OverSessions(revealed, next(places), revealed.place(bare), next(places), lacking)
    profiles = [revealed.profile(each) for each in texts]
    judged = movement(own, revealed.profile(bare), target, profiles, sets, revealed.options.level)
    return _because(movement_row(judged, revealed.values, "log_odds"), lacking or NOT_DRAWN)


def _because(row: Json, why: str) -> Json:
    """A row that says of what it knows too little, where that is sessions and not clips or wordings."""
    return {
        name: _because(each, why) if isinstance(each, dict) else why if each == NOT_DRAWN else each
        for name, each in row.items()
    }


def _steered(revealed: Revealed, walker: Walker, bare: Walker | None, texts: Sequence[Walker], target: Floats) -> Json:
    """Alignments over their ceiling, and how much of what was left to gain a persona gained."""
    own = _aligned(revealed, walker, target)
    row = _estimate(own, revealed, [walker]).to_json("aligned_of_ceiling")
    if bare is not None:
        before = _aligned(revealed, bare, target)
        row |= _estimate(before, revealed, [bare]).to_json("bare_of_ceiling")
        row |= _estimate(_gained(own, before), revealed, [walker, bare]).to_json("steerability")
    if texts:
        before = np.mean([_aligned(revealed, each, target) for each in texts], axis=0)
        row |= _estimate(_gained(own, before), revealed, [walker, *texts]).to_json("steerability_beyond_texts")
    return row


def _towards(revealed: Revealed, roles: tuple[Walker | None, Walker, Sequence[Walker]], target: Floats) -> Json:
    """How far each kind of role lies towards the target: sum of target times centred log-odds, over sum of sizes.

    All are told over the values that each of them decided about; who decided about none is nowhere.
    """
    bare, persona, texts = roles
    listed = {"bare": [bare] if bare else [], "persona": [persona], "placebos": list(texts)}
    groups = {name: [each for each in walkers if _known(revealed, each).any()] for name, walkers in listed.items()}
    shared = [_known(revealed, each) for walkers in groups.values() for each in walkers]
    aims = np.where(np.all(shared, axis=0), target, 0.0)
    size = float(np.abs(aims).sum())
    found: Json = {}
    for name, walkers in groups.items():
        if walkers and size:
            weights = np.zeros((1, *revealed.fit.beta.shape))
            for each in walkers:
                weights[0, revealed.place(each)] += aims / size / len(walkers)
            mean = sum(float(np.nansum(revealed.profile(each) * aims)) for each in walkers) / size / len(walkers)
            found[name] = revealed.one(weights, mean, walkers).estimate.to_json()
    return found


def _known(revealed: Revealed, walker: Walker) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(revealed.profile(walker)))


def _aligned(revealed: Revealed, walker: Walker, target: Floats) -> Floats:
    """Alignment over its ceiling: as measured first, then of every bootstrap profile."""
    place = revealed.place(walker)
    rows = np.concatenate([revealed.fit.beta[None, place], revealed.drawn[:, place]])
    known = ~np.isnan(rows[0])
    most = ceiling(target[known])
    if not most > 0:
        return np.full(len(rows), np.nan)
    return np.asarray(correlate(rows[:, known], target[known]) / most)


def _gained(after: Floats, before: Floats) -> Floats:
    left = 1.0 - before
    return np.asarray(np.divide(after - before, left, out=np.full(after.shape, np.nan), where=left > 0.01))


def _estimate(rows: Floats, revealed: Revealed, whose: Sequence[Walker]) -> Estimate:
    """The first with the middle of the others, by percentiles."""
    mean, drawn = number(float(rows[0])), rows[1:][~np.isnan(rows[1:])]
    why = revealed.lacking(whose)
    if len(drawn) < len(rows) / 2:
        why = why or "most bootstrap samples have no such number"
    if mean is None or why:
        return Estimate(mean, why="" if mean is None else why)
    return replace(percentiles(mean, drawn, revealed.options.level), se=None)
