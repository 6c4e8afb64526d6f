"""Traits by methods: correlations over respondents between what instruments say of the same and of other values.

Campbell and Fiske (Psychol. Bull. 56 (1959) 81). *Convergent* is the correlation of one value in two instruments,
*discriminant* the mean size of the correlations of that value in either with the other values in the other: neighbours
on the circle go together and opposites against each other, so signs are dropped; what is left is how well any other
value would have done. Intervals leave out one respondent at a time (on Fisher's z for correlations): they are over
respondents like these. Small samples make correlations of nothing look large; the jackknife takes that out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.facets.inference import holm
from valuespectrum.scoring.jackknife import left_out_interval
from vectorstore.foundation.json_types import Json

FEWEST_RESPONDENTS = 5
"""Respondents with every value in both instruments below which there is no correlation."""
_CLIP = 0.999999
_LEAST_SPREAD = 1e-9
_ROUNDING = 1e-12
"""Share of a sum of squares that is left by rounding where one respondent has all of it."""
_REASONS = (f"fewer than {FEWEST_RESPONDENTS} respondents", "it hangs on one respondent")
_FLAT = "respondents do not differ in one of the two"


_NOTHING = Estimate(None)


@dataclass(frozen=True, slots=True)
class Method:
    """What one instrument says about all respondents."""

    name: str
    scores: Floats
    """Shape (respondents, values), centred within respondents; NaN for what is not known."""
    errors: Floats
    """Standard errors of the same shape; NaN where nobody knows them."""
    posterior: bool = False
    """Whether scores are posterior means, which a prior draws together, and errors those of the trait about them."""

    @property
    def reliability(self) -> Floats:
        """Share of the variance between respondents that is not error, 0 to 1, shape (values,); NaN where unknown.

        ``1 - mean(se^2) / variance``: as far as standard errors cover what would change if the instrument were given
        again with other units. Of posterior means ``variance / (variance + mean(se^2))``: their variance holds no error
        beside that of the trait, of which it is the part that is known.
        """
        known = ~np.isnan(self.scores) & ~np.isnan(self.errors)
        count = known.sum(axis=0)
        found = np.full(self.scores.shape[1], np.nan)
        for value in np.flatnonzero(count >= FEWEST_RESPONDENTS):
            mine = known[:, value]
            spread, error = float(self.scores[mine, value].var(ddof=1)), float((self.errors[mine, value] ** 2).mean())
            if spread > _LEAST_SPREAD:
                share = spread / (spread + error) if self.posterior else 1.0 - error / spread
                found[value] = np.clip(share, 0.0, 1.0)
        return found


@dataclass(frozen=True, slots=True)
class ValueAgreement:
    """One value in two instruments."""

    convergent: Estimate
    discriminant: Estimate
    """Mean size of the correlations with other values, chance taken out."""
    beyond: Estimate
    """Convergent minus discriminant."""
    disattenuated: float | None
    """What the convergent correlation would be without error: divided by the root of both reliabilities; may exceed 1
    where these are taken for too small."""
    verdict: int = 0
    """1 where both surely go together, and surely more than with other values; -1 where they surely go against each
    other; else 0. Adjusted by Holm for how many values there are."""

    @property
    def agrees(self) -> bool:
        """Whether both surely go together, and surely more than with other values."""
        return self.verdict > 0

    def to_json(self) -> Json:
        """As a comparison keeps it."""
        return {
            "convergent": self.convergent.to_json(),
            "discriminant": self.discriminant.to_json(),
            "beyond": self.beyond.to_json(),
            "disattenuated": self.disattenuated,
            "agrees": self.agrees,
        }


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two instruments over all values."""

    respondents: int
    """With every value in both."""
    why: str = ""
    """Why there are no numbers."""
    values: tuple[ValueAgreement, ...] = ()
    convergent: Estimate = _NOTHING
    """Mean over values."""
    discriminant: Estimate = _NOTHING
    beyond: Estimate = _NOTHING
    """Convergent minus discriminant, means over values."""
    signed: float | None = None
    """Mean correlation with other values with its sign: near -1 / (values - 1) where scores are centred."""
    disattenuated: float | None = None
    """Mean over values where both reliabilities are known."""


def agreement(first: Method, second: Method, level: float = 0.95) -> PairAgreement:
    """Correlations of two instruments over the respondents that both measured whole.

    Args:
        first: An instrument.
        second: Another one, of the same respondents in the same order.
        level: Coverage aimed at.
    """
    whole = ~np.isnan(first.scores).any(axis=1) & ~np.isnan(second.scores).any(axis=1)
    count = int(whole.sum())
    if count < FEWEST_RESPONDENTS:
        return PairAgreement(count, f"{count} respondents with every value in both, {FEWEST_RESPONDENTS} are needed")
    one, other = first.scores[whole], second.scores[whole]
    if min(one.std(axis=0).min(), other.std(axis=0).min()) < _LEAST_SPREAD:
        return PairAgreement(count, "respondents do not differ in one of the values")
    table, rest = crossed(one, other), crossed_without_each(one, other)
    roots = np.sqrt(first.reliability * second.reliability)
    alone = [_value(table, rest, at, float(roots[at]), level) for at in range(table.shape[0])]
    told = zip(alone, _verdicts(alone, _chances(table, rest), level), strict=True)
    values = tuple(replace(each, verdict=verdict) for each, verdict in told)
    straight = [each.disattenuated for each in values if each.disattenuated is not None]
    same, others = _convergent(table), _discriminant(table)
    same_rest, others_rest = _convergent(rest), _discriminant(rest)
    return PairAgreement(
        count,
        "",
        values,
        on_z(float(same.mean()), same_rest.mean(axis=-1), level),
        corrected(float(others.mean()), others_rest.mean(axis=-1), level),
        corrected(float((same - others).mean()), (same_rest - others_rest).mean(axis=-1), level),
        float(table[_off(table)].mean()),
        float(np.mean(straight)) if straight else None,
    )


def crossed(one: Floats, other: Floats) -> Floats:
    """Correlations of the columns of one table with those of another, shape (columns, columns); NaN where flat."""
    sides = [each - each.mean(axis=0) for each in (one, other)]
    lengths = [np.sqrt((each**2).sum(axis=0)) for each in sides]
    scaled = [
        np.divide(each, long, out=np.full(each.shape, np.nan), where=long > _LEAST_SPREAD)
        for each, long in zip(sides, lengths, strict=True)
    ]
    return np.asarray(scaled[0].T @ scaled[1])


def crossed_without_each(one: Floats, other: Floats) -> Floats:
    """The same with one row left out, shape (rows, columns, columns).

    Sums of products about the mean without row ``i`` are those of all minus ``n / (n - 1)`` times its own.
    """
    sides = [each - each.mean(axis=0) for each in (one, other)]
    factor = len(one) / (len(one) - 1.0)
    products = sides[0].T @ sides[1] - factor * sides[0][:, :, None] * sides[1][:, None, :]
    long, wide = (_squares_without_each(each, factor) for each in sides)
    length = np.sqrt(long[:, :, None] * wide[:, None, :])
    flat = length <= _LEAST_SPREAD**2
    return np.asarray(np.divide(products, length, out=np.full(products.shape, np.nan), where=~flat))


def _squares_without_each(side: Floats, factor: float) -> Floats:
    """Sums of squares about the mean without each row; 0 where nothing but the rounding of the difference is left."""
    whole = (side**2).sum(axis=0)
    left = whole - factor * side**2
    return np.where(left > _ROUNDING * whole, left, 0.0)


def line_agreement(one: Floats, other: Floats, level: float = 0.95) -> tuple[int, Estimate]:
    """Correlation of two numbers over the respondents of whom both are known.

    Args:
        one: Shape (respondents,); NaN for what is not known.
        other: The same.
        level: Coverage aimed at.

    Returns:
        How many respondents, and the correlation; without a number, and with the reason, where they are too few.
    """
    there = ~np.isnan(one) & ~np.isnan(other)
    count, pair = int(there.sum()), np.stack([one[there], other[there]])[:, :, None]
    if count < FEWEST_RESPONDENTS:
        return count, Estimate(None, why=_REASONS[0])
    return count, on_z(float(crossed(*pair)[0, 0]), crossed_without_each(*pair)[:, 0, 0], level)


def on_z(number: float, left_out: Floats, level: float) -> Estimate:
    """A correlation with an interval that is symmetric on Fisher's z.

    Args:
        number: Over all respondents; NaN where there is none.
        left_out: Without each, shape (respondents,).
        level: Coverage aimed at.
    """
    if np.isnan(number):
        return Estimate(None, why=_FLAT)
    flat = left_out_interval(float(_z(number)), _z(left_out), level, _REASONS)
    if flat.low is None or flat.high is None:
        return Estimate(number, why=flat.why)
    return Estimate(number, float(np.tanh(flat.low)), float(np.tanh(flat.high)))


def corrected(number: float, left_out: Floats, level: float) -> Estimate:
    """A number with the jackknife's correction of its bias, and an interval round that; without, where one decides."""
    count = len(left_out)
    if np.isnan(left_out).any():
        return Estimate(None, why=_REASONS[1])
    shifted = count * number - (count - 1) * float(left_out.mean())
    return left_out_interval(shifted, left_out, level, _REASONS)


def _value(table: Floats, rest: Floats, at: int, root: float, level: float) -> ValueAgreement:
    same, others = _convergent(table), _discriminant(table)
    same_rest, others_rest = _convergent(rest)[:, at], _discriminant(rest)[:, at]
    return ValueAgreement(
        on_z(float(same[at]), same_rest, level),
        corrected(float(others[at]), others_rest, level),
        corrected(float(same[at] - others[at]), same_rest - others_rest, level),
        float(same[at]) / root if root > 0 else None,
    )


def _chances(table: Floats, rest: Floats) -> tuple[Floats, Floats]:
    """Two-sided p of each value's convergent correlation being 0, and of its being no more than the others'."""
    same, same_rest = _z(_convergent(table)), _z(_convergent(rest))
    more, more_rest = _convergent(table) - _discriminant(table), _convergent(rest) - _discriminant(rest)
    count = len(rest)
    shifted = count * more - (count - 1) * more_rest.mean(axis=0)
    return _chance(same, same_rest), _chance(shifted, more_rest)


def _chance(numbers: Floats, left_out: Floats) -> Floats:
    """Two-sided p of numbers being 0; NaN where leaving out one shows no error, as :func:`left_out_interval` says."""
    from scipy.special import stdtr

    found = [
        left_out_interval(float(number), each, 0.95, _REASONS) for number, each in zip(numbers, left_out.T, strict=True)
    ]
    ratios = [np.nan if each.mean is None or each.se is None else abs(each.mean) / each.se for each in found]
    return np.asarray(2.0 * stdtr(len(left_out) - 1.0, -np.array(ratios)))


def _verdicts(values: Sequence[ValueAgreement], chances: tuple[Floats, Floats], level: float) -> list[int]:
    """Of all values together: that they agree takes both conditions, that they contradict each other one."""
    together, more = chances
    signs = [0 if each.convergent.mean is None else int(np.sign(each.convergent.mean)) for each in values]
    beyond = np.array([each.beyond.mean is not None and each.beyond.mean > 0 for each in values])
    both = np.maximum(together, np.where(beyond, more, 1.0))
    sure = holm(np.where(np.array(signs) > 0, both, together)) < 1.0 - level
    return [sign if found else 0 for sign, found in zip(signs, sure, strict=True)]


def _convergent(tables: Floats) -> Floats:
    """Same value, shape (..., values)."""
    return np.asarray(np.diagonal(tables, axis1=-2, axis2=-1))


def _discriminant(tables: Floats) -> Floats:
    """Mean size of the correlations of each value in one instrument with others in the other, shape (..., values).

    Of those that there are: a value in which nobody differs without one respondent takes them from no other value.
    """
    known = _off(tables) & ~np.isnan(tables)
    size = np.where(known, np.abs(tables), 0.0)
    total, count = (each.sum(axis=-1) + each.sum(axis=-2) for each in (size, known.astype(np.float64)))
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))


def _off(tables: Floats) -> Bools:
    return np.broadcast_to(~np.eye(tables.shape[-1], dtype=bool), tables.shape)


def _z(numbers: Floats | float) -> Floats:
    return np.asarray(np.arctanh(np.clip(numbers, -_CLIP, _CLIP)))
