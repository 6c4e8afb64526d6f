"""Value scores of a questionnaire with their errors: means of items, centred on the mean rating of the whole form.

With ``M_u`` the mean of the items of each finest value ``u`` (and of the items that count for none), a score is
``sum_u a_vu M_u`` with ``a_vu`` the share of its items, and MRAT, the mean rating over *all* items of the form, is
``sum_u n_u M_u / N`` (Schwartz, instructions of the PVQ-RR, 2021). Both are weighted sums of the same means, so errors
of ``M_u`` over items and wordings carry over exactly: ``Var(sum w_u M_u) = sum w_u^2 Var(M_u)``, with Satterthwaite's
degrees of freedom. Items of a broader value are drawn again within each of its refined values, which stay the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from valuespectrum.scoring.answered.conclusions import Concluded
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets import findings
from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.facets.analysis import Analysis, Difference, Reckoned, ValueFinding, adjust, reckon
from valuespectrum.scoring.facets.covering import Facets, covering
from valuespectrum.scoring.facets.findings import found, known
from valuespectrum.scoring.facets.inference import Errors, Parts, Tested, omnibus, tested
from valuespectrum.scoring.facets.ranking import rank
from valuespectrum.scoring.facets.tables import SetTable

ALONE = "one item of a refined value was answered: how far another would change it is not known"
"""Why there is no interval in a form with one item of a value."""


@dataclass(frozen=True, slots=True)
class Strata:
    """The same ratings twice: by finest value, and by the values that are scored."""

    finest: SetTable
    """Items that count for no value are a row of their own."""
    scored: SetTable
    members: Mapping[str, tuple[str, ...]]
    """Value that is scored to its finest values."""


@dataclass(frozen=True, slots=True)
class _MeanRated(Reckoned):
    """What is concluded from about scored values, which are centred on the mean rating and not on their own mean."""

    fine: Reckoned
    """By finest value."""
    weights: Floats
    """Shape (scored, finest): of every finest mean in every centred score; a row of zeros where there is none."""

    @property
    def centred(self) -> Tested:
        """Scores minus the mean rating."""
        return tested(self.fine.across.means, self.weights, self.fine.errors)

    @property
    def centred_covariance(self) -> Floats:
        """How their errors vary together, shape (scored, scored)."""
        return self.fine.errors.covariance(self.weights)


def concluded(strata: Strata, facets: Facets, options: ScoringOptions) -> Concluded:
    """Scores centred by the mean rating of all items, with tests and ranks.

    Args:
        strata: Ratings.
        facets: Over what intervals generalize.
        options: Seed and number of the draws behind the probabilities of ranks.
    """
    # One answer is enough for the mean rating, whose error then takes the variance of the other values for its own.
    fine = reckon(strata.finest, replace(facets, least_clips=1))
    shares = _shares(strata, fine, facets.least_clips)
    errors = _inherited(fine.errors, shares)
    why = tuple(_missing(strata, fine, value, facets.least_clips) for value in strata.scored.values)
    means = shares @ np.where(fine.chosen, fine.across.means, 0.0)
    weights = np.where(shares.any(axis=1, keepdims=True), shares - mean_rating_weights(fine), 0.0)
    across = replace(fine.across, means=means)
    reckoned = _MeanRated(strata.scored, facets, fine.within, across, errors, errors.chosen, why, fine, weights)
    analysis = _analysed(reckoned, shares)
    return Concluded(reckoned, analysis, rank(reckoned, options.seed, options.draws))


def mean_rating_weights(fine: Reckoned) -> Floats:
    """Weight of every finest mean in the mean over all items that were answered, shape (finest,)."""
    counts = np.where(fine.chosen, fine.within.sizes.clips, 0.0)
    return np.asarray(counts / max(float(counts.sum()), 1.0))


def _shares(strata: Strata, fine: Reckoned, least: int) -> Floats:
    """Share of each finest value's items in every scored value, shape (scored, finest).

    A row of zeros for a value of which a member has fewer than ``least`` items.
    """
    enough = fine.chosen & (fine.within.sizes.clips >= least)
    counts = np.where(fine.chosen, fine.within.sizes.clips, 0.0)
    place = {value: at for at, value in enumerate(strata.finest.values)}
    shares = np.zeros((len(strata.scored.values), len(counts)))
    for row, value in enumerate(strata.scored.values):
        members = [place[member] for member in strata.members[value]]
        if members and enough[members].all():
            shares[row, members] = counts[members] / counts[members].sum()
    return shares


def _inherited(errors: Errors, shares: Floats) -> Errors:
    """Errors of weighted sums over disjoint members, as if each sum were a mean of its own."""
    squares = shares**2
    chosen: Bools = np.asarray(squares.any(axis=1))
    working = squares * errors.working.clips
    below = (working**2 / errors.clip_freedom).sum(axis=1)
    total = working.sum(axis=1)
    freedom = np.divide(total**2, below, out=np.ones_like(total), where=below > 0)
    size = squares.sum(axis=1)
    lengths = np.where(squares > 0, errors.wordings, 0.0).max(axis=1)
    return Errors(
        chosen,
        Parts(squares @ errors.parts.clips, squares @ errors.parts.wording),
        shares @ errors.shared @ shares.T,
        Parts(squares @ errors.working.clips, squares @ errors.working.wording),
        freedom,
        errors.interaction,
        np.divide(lengths, size, out=np.zeros_like(size), where=size > 0),
    )


def _missing(strata: Strata, fine: Reckoned, value: str, least: int) -> str:
    """Why the error of a scored value is not known; one whose items all agree has none where no member's differ."""
    place = {each: at for at, each in enumerate(strata.finest.values)}
    reasons = [_reason(fine, place[member], least) for member in strata.members[value]]
    untold = [reason for reason in reasons if reason and reason != findings.NO_SPREAD]
    if untold or not reasons:
        return untold[0] if untold else findings.NO_CLIPS
    return findings.NO_SPREAD if all(reasons) else ""


def _reason(fine: Reckoned, at: int, least: int) -> str:
    """Why the error of a finest value is not known; empty where it is."""
    items = int(fine.within.sizes.clips[at])
    if 0 < items < least:
        return findings.TOO_FEW
    return ALONE if items == 1 else fine.why[at]


def _analysed(reckoned: _MeanRated, shares: Floats) -> Analysis:
    fine, facets, level = reckoned.fine, reckoned.facets, reckoned.facets.level
    centred, mean_rating = reckoned.centred, mean_rating_weights(reckoned.fine)
    own, general = (_levelled(fine, weights) for weights in (shares, mean_rating[None, :]))
    differ = _differences(reckoned)
    adjusted = adjust(np.where(reckoned.comparable, centred.p, np.nan), differ)
    rows = {}
    for place, value in enumerate(reckoned.table.values):
        why, items = reckoned.why[place], int((reckoned.table.clips[place] >= 0).sum())
        rows[value] = ValueFinding(
            found(centred, place, level, why, adjusted),
            found(own, place, level, why),
            Estimate(None),
            items,
            items,
            why or "ok",
        )
    enough = fine.chosen & (fine.within.sizes.clips >= facets.least_clips)
    reasons = (_reason(fine, int(at), facets.least_clips) for at in np.flatnonzero(enough))
    reason = next(filter(None, reasons), "" if enough.any() else findings.TOO_FEW)
    told = replace(covering(reckoned.table, fine.within, facets), given=any(row.has_interval for row in rows.values()))
    return Analysis(rows, found(general, 0, level, reason), differ, told, facets)


def _levelled(fine: Reckoned, weights: Floats) -> Tested:
    """Sums that do not cancel what a wording does to everything: ``s2_w / W`` comes on top of their variance."""
    plain = tested(fine.across.means, weights, fine.errors)
    wordings = float(np.nanmax(fine.within.wordings, initial=0.0))
    if not fine.facets.wordings or wordings < 2:
        return plain
    main, beside = float(fine.across.wording.size), float(fine.across.interaction.size)
    common = max(main - beside, 0.0) / max(int(fine.chosen.sum()), 1) / wordings
    common = common if np.isfinite(common) else 0.0
    variance = plain.se**2 + common
    below = plain.se**4 / plain.freedom + common**2 / (wordings - 1.0)
    return Tested(plain.estimate, np.sqrt(variance), np.divide(variance**2, below, where=below > 0, out=below * np.nan))


def _differences(reckoned: Reckoned) -> Difference:
    """Test whether the scored values differ at all; those without an error of their own stay out."""
    chosen = reckoned.comparable
    count = int(chosen.sum())
    if count < 2:
        reasons: Sequence[str] = [why for why in reckoned.why if why]
        return Difference(values=count, why=reasons[0] if reasons else findings.ONE_VALUE)
    errors = replace(
        reckoned.errors,
        chosen=chosen,
        parts=Parts(
            *(np.where(chosen, each, 0.0) for each in (reckoned.errors.parts.clips, reckoned.errors.parts.wording))
        ),
        working=Parts(
            *(np.where(chosen, each, 0.0) for each in (reckoned.errors.working.clips, reckoned.errors.working.wording))
        ),
    )
    outcome = omnibus(reckoned.across.means, errors)
    ratio, above, below, p = (known(float(each)) for each in (outcome.ratio, outcome.above, outcome.below, outcome.p))
    return Difference(ratio, above, below, p, count)
