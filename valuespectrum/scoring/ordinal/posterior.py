"""The same model in full: posterior draws by the No-U-Turn Sampler of numpyro, with what tells whether to believe them.

Priors: ``gamma`` centred over everything (over each respondent where it has thresholds of its own) and ``delta``
centred over the versions of each respondent N(0, 1.5), thresholds N(0, 2.5) in order, standard deviations of drawn
effects HalfNormal(1). The sampler moves in coordinates in which the posterior is nearly round: those of the curvature
at the top, which Newton's method finds first. Drawn effects are told in units of a power of their standard deviation,
the more of it the more the answers tell of each (Papaspiliopoulos, Roberts and Skold 2007).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.design import OrdinalDesign
from valuespectrum.scoring.ordinal.likelihood import inner_answers, slopes
from valuespectrum.scoring.ordinal.maximum import NormalPrior, Top, find_spreads, spread_out
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import jax

Floats = NDArray[np.float64]

EFFECT_SD, THRESHOLD_SD, SPREAD_SD = 1.5, 2.5, 1.0
"""Standard deviations of the priors, in logits."""
MOST_COORDINATES = 4000
"""Above which the curvature is too large to be turned round."""
R_HAT, LEAST_SIZE, MOST_DIVERGENT = 1.01, 400.0, 0.001
"""Above, below and above which draws are not believed (Vehtari et al. 2021): R-hat, effective draws, and the share of
draws that diverged."""


@dataclass(frozen=True, slots=True)
class SamplerOptions:
    """How posterior draws are made."""

    chains: int = 4
    warmup: int = 500
    draws: int = 500
    """Of each chain, after the warm-up."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Whether the draws can be believed."""

    r_hat: float
    """Largest of all contrasts, thresholds and spreads, by split chains; 1 where chains agree."""
    size: float
    """Smallest number of effective draws of the same."""
    divergent: int
    draws: int
    """Of all chains."""

    @property
    def why_not(self) -> list[str]:
        """Reasons not to conclude anything; empty where there are none."""
        found = []
        if not self.r_hat <= R_HAT:
            found.append(f"chains disagree: R-hat is {self.r_hat:.3f}, above {R_HAT}")
        if not self.size >= LEAST_SIZE:
            found.append(f"draws hang together: {self.size:.0f} effective ones, fewer than {LEAST_SIZE:.0f}")
        if self.divergent > MOST_DIVERGENT * self.draws:
            found.append(f"{self.divergent} of {self.draws:,} draws diverged")
        return found


@dataclass(frozen=True, slots=True)
class OrdinalPosterior:
    """Draws of everything; leading axis (draws,)."""

    design: OrdinalDesign
    thresholds: Floats
    """Shape (draws, groups, thresholds)."""
    gamma: Floats
    """Shape (draws, respondents, values); only contrasts within a respondent mean anything."""
    spreads: Floats
    """Shape (draws, terms), in logits."""
    coefficients: Floats
    """Shape (draws, effects and levels of drawn effects), the latter in units of their standard deviation."""
    sampling: ChainReport


def require_numpyro() -> None:
    """Look whether the sampler is there.

    Raises:
        InputError: It is not installed.
    """
    from importlib.util import find_spec

    if find_spec("numpyro") is None:
        raise InputError(
            "a Bayesian fit needs numpyro, which is not installed",
            "pip install 'valuespectrum[bayes]', or leave out --bayes for maximum likelihood",
        )


def sample_posterior(
    design: OrdinalDesign, options: SamplerOptions | None = None, advance: Callable[[int, int], None] | None = None
) -> OrdinalPosterior:
    """Draw from the posterior.

    Args:
        design: Table and effects.
        options: Chains and draws.
        advance: Told after each chain how many of how many are done.

    Raises:
        InputError: numpyro is not installed, or the table has too many effects.

    Example::

        sample_posterior(design_of(table), SamplerOptions(draws=1000)).sampling.why_not
    """
    require_numpyro()
    options = options or SamplerOptions()
    if design.fixed + design.drawn > MOST_COORDINATES:
        raise InputError(
            f"the model has {design.fixed + design.drawn:,} effects, and a Bayesian fit takes at most "
            f"{MOST_COORDINATES:,}",
            "fit by maximum likelihood (without --bayes), or name fewer respondents",
        )
    top, spreads, _ = find_spreads(design, _prior(design))
    room = _Coordinates.around(design, top, spreads)
    drawn, diverged = _chains(_potential(design, room), room, options, advance)
    places = room.centre + drawn @ room.turn.T
    thresholds, coefficients, logarithms = room.parted(places)
    effects = coefficients[..., : design.effects.shape[1]]
    gamma, sd = spread_out(design, effects), np.exp(logarithms)
    watched = np.concatenate(
        [_centred(gamma).reshape(*gamma.shape[:2], -1), thresholds[..., design.used], logarithms], axis=-1
    )

    def flat(each: Floats) -> Floats:
        return each.reshape(-1, *each.shape[2:])

    sampling = _sampling(watched, diverged)
    return OrdinalPosterior(design, flat(thresholds), flat(gamma), flat(sd), flat(coefficients), sampling)


def _centred(gamma: Floats) -> Floats:
    return np.asarray(gamma - gamma.mean(axis=-1, keepdims=True))


def _prior(design: OrdinalDesign) -> NormalPrior:
    """The normal priors, as Newton's method takes them."""
    return NormalPrior(1.0 / THRESHOLD_SD**2, _precision(design))


def _precision(design: OrdinalDesign) -> Floats:
    """Precision of the free effects: that of centred gamma and delta."""
    width = design.effects.shape[1]
    whole = np.zeros((width, width))
    own = len(design.used) > 1
    blocks = list(design.gamma) if own else [design.gamma.reshape(-1)]
    for columns in [*blocks, *design.delta]:
        free = np.eye(width + 1)[columns][:, :width]
        centred = free - free.mean(axis=0)
        whole += centred.T @ centred / EFFECT_SD**2
    return whole


@dataclass(frozen=True, slots=True)
class _Coordinates:
    """All parameters on one line, turned and stretched for the sampler.

    Lowest threshold of each group, logarithms of the gaps above it, effects, drawn effects, logarithms of spreads.
    """

    design: OrdinalDesign
    centre: Floats
    turn: Floats
    """Shape (parameters, the same): from the sampler's coordinates."""
    powers: Floats
    """Shape (terms,): of the standard deviation, by which drawn effects are told; 0 for standardised ones."""

    @classmethod
    def around(cls, design: OrdinalDesign, top: Top, spreads: Floats) -> _Coordinates:
        """Round at the top: by the inverse of the curvature, and for spreads by how many levels tell of them."""
        lowest, gaps = top.thresholds[:, 0], np.diff(top.thresholds, axis=1)[design.used[:, 1:]]
        powers = _powers(design, top, spreads)
        unit = np.repeat(spreads**powers, _levels(design))
        parts = (lowest, np.log(np.maximum(gaps, 1e-6)), top.effects, unit * top.drawn, np.log(spreads))
        edge, width = int(design.used.sum()), len(top.effects) + len(top.drawn)
        covariance = top.factor.solve(np.eye(edge + width))
        bend = np.eye(edge + width)
        bend[:edge, :edge] = _to_gaps(design, gaps)
        bend[edge + len(top.effects) :, edge + len(top.effects) :] = np.diag(unit)
        covariance = bend @ (0.5 * (covariance + covariance.T)) @ bend.T
        whole = np.zeros((edge + width + len(spreads),) * 2)
        whole[: edge + width, : edge + width] = np.linalg.cholesky(covariance + 1e-12 * np.eye(edge + width))
        told = np.array([min(0.5, 1.0 / np.sqrt(2.0 * term.levels)) for term in design.terms])
        whole[edge + width :, edge + width :] = np.diag(told)
        return cls(design, np.concatenate(parts), whole, powers)

    def parted(self, places: Floats) -> tuple[Floats, Floats, Floats]:
        """Thresholds (..., groups, thresholds), coefficients, logarithms of spreads."""
        groups, inner = len(self.design.used), self.design.used[:, 1:]
        edge = groups + int(inner.sum())
        gaps = np.ones((*places.shape[:-1], *inner.shape))
        gaps[..., inner] = np.exp(places[..., groups:edge])
        lowest = places[..., :groups, None]
        thresholds = np.concatenate([lowest, lowest + np.cumsum(gaps, axis=-1)], axis=-1)
        end = places.shape[-1] - len(self.design.terms)
        logarithms, coefficients = places[..., end:], places[..., edge:end].copy()
        unit = np.repeat(self.powers * logarithms, _levels(self.design), axis=-1)
        coefficients[..., self.design.effects.shape[1] :] *= np.exp(-unit)
        return thresholds, coefficients, logarithms


def _levels(design: OrdinalDesign) -> NDArray[np.int64]:
    return np.array([term.levels for term in design.terms], dtype=np.int64)


def _powers(design: OrdinalDesign, top: Top, spreads: Floats) -> Floats:
    """Share of each drawn effect that its own answers tell, mean over levels."""
    told = slopes(design, top.thresholds, top.predictors).curvature.sum(axis=1)
    shares = []
    for term, spread in zip(design.terms, spreads, strict=True):
        own = spread**2 * np.bincount(term.codes, told, term.levels)
        shares.append(float(np.mean(own / (1.0 + own))))
    return np.array(shares)


def _to_gaps(design: OrdinalDesign, gaps: Floats) -> Floats:
    """Derivatives of lowest thresholds and logarithms of gaps by thresholds in use."""
    number = np.full(design.used.shape, -1)
    number[design.used] = np.arange(int(design.used.sum()))
    rows = np.zeros((int(design.used.sum()),) * 2)
    groups = len(design.used)
    rows[np.arange(groups), number[:, 0]] = 1.0
    group, column = np.nonzero(design.used[:, 1:])
    at = groups + np.arange(len(group))
    rows[at, number[group, column + 1]] = 1.0 / gaps
    rows[at, number[group, column]] = -1.0 / gaps
    return rows


def _potential(design: OrdinalDesign, room: _Coordinates) -> Callable[[jax.Array], jax.Array]:
    """Minus the logarithm of the posterior density, by the sampler's coordinates."""
    import jax.numpy as jnp
    from jax.nn import log_sigmoid

    groups, inner = len(design.used), design.used[:, 1:]
    edge, width = groups + int(inner.sum()), design.effects.shape[1]
    slots, end = np.nonzero(inner), edge + width + design.drawn
    between, used = jnp.asarray(inner_answers(design)), jnp.asarray(design.used)
    upper, lower, group = jnp.asarray(design.upper), jnp.asarray(design.lower), jnp.asarray(design.group)
    effects, precision = jnp.asarray(design.effects.toarray()), jnp.asarray(_precision(design))
    centre, turn = jnp.asarray(room.centre), jnp.asarray(room.turn)
    add_drawn = _drawn_effects(design, room.powers.tolist())

    def potential(place: jax.Array) -> jax.Array:
        whole = centre + turn @ place
        logarithms, own, spreads = whole[groups:edge], whole[edge : edge + width], whole[end:]
        gaps = jnp.ones(inner.shape).at[slots].set(jnp.exp(logarithms))
        lowest = whole[:groups, None]
        thresholds = jnp.concatenate([lowest, lowest + jnp.cumsum(gaps, axis=1)], axis=1)
        added, density = add_drawn(whole[edge + width : end], spreads)
        at = thresholds[group] - (effects @ own + added)[:, None]
        density += jnp.sum(upper * log_sigmoid(at) + lower * log_sigmoid(-at))
        density += jnp.sum(between * jnp.log(-jnp.expm1(-gaps)))
        density += jnp.sum(logarithms) - 0.5 * jnp.sum(jnp.where(used, thresholds, 0.0) ** 2) / THRESHOLD_SD**2
        density += -0.5 * own @ precision @ own
        return -(density + jnp.sum(spreads - 0.5 * jnp.exp(2.0 * spreads) / SPREAD_SD**2))

    return potential


def _drawn_effects(
    design: OrdinalDesign, powers: list[float]
) -> Callable[[jax.Array, jax.Array], tuple[jax.Array, jax.Array]]:
    """What drawn effects add to the predictors, and the logarithm of their density."""
    import jax.numpy as jnp

    codes = [(jnp.asarray(term.codes), term.levels) for term in design.terms]
    nothing = jnp.zeros(len(design.group))

    def added(drawn: jax.Array, logarithms: jax.Array) -> tuple[jax.Array, jax.Array]:
        predictors, density, start = nothing, jnp.zeros(()), 0
        for (code, levels), power, logarithm in zip(codes, powers, logarithms, strict=True):
            part = drawn[start : start + levels]
            predictors = predictors + (jnp.exp((1.0 - power) * logarithm) * part)[code]
            scaled = part * jnp.exp(-power * logarithm)
            density = density - 0.5 * jnp.sum(scaled**2) - levels * power * logarithm
            start += levels
        return predictors, density

    return added


def _chains(
    potential: Callable[[jax.Array], jax.Array],
    room: _Coordinates,
    options: SamplerOptions,
    advance: Callable[[int, int], None] | None,
) -> tuple[Floats, int]:
    """Shape (chains, draws, parameters), and how many draws diverged."""
    import jax
    from numpyro.infer import MCMC, NUTS

    kernel = NUTS(potential_fn=potential, target_accept_prob=0.9)
    sampler = MCMC(kernel, num_warmup=options.warmup, num_samples=options.draws, progress_bar=False)
    starts = stream(options.seed, "ordinal chains").normal(size=(options.chains, len(room.centre)))
    found, diverged = [], 0
    for chain, start in enumerate(starts):
        key = jax.random.PRNGKey(int(stream(options.seed, "ordinal sampler", chain).integers(2**31)))
        sampler.run(key, init_params=jax.numpy.asarray(start), extra_fields=("diverging",))
        found.append(np.asarray(sampler.get_samples(), dtype=np.float64))
        diverged += int(np.asarray(sampler.get_extra_fields()["diverging"]).sum())
        if advance is not None:
            advance(chain + 1, options.chains)
    return np.stack(found), diverged


def _sampling(watched: Floats, divergent: int) -> ChainReport:
    """What the chains say of themselves; ``watched`` has the shape (chains, draws, numbers)."""
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    r_hat = float(np.max(np.asarray(split_gelman_rubin(watched))))
    size = float(np.min(np.asarray(effective_sample_size(watched))))
    return ChainReport(r_hat, size, divergent, watched.shape[0] * watched.shape[1])
