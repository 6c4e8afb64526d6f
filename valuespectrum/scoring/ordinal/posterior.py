"""The same model in full: posterior draws by the No-U-Turn Sampler of numpyro, with what tells whether to believe them.

Priors: ``gamma`` centred over everything (over each respondent where it has thresholds of its own) and ``delta``
centred over the versions of each respondent N(0, 1.5), thresholds N(0, 2.5) in order, standard deviations of drawn
effects HalfNormal(1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.coordinates import RoundCoordinates
from valuespectrum.scoring.ordinal.design import OrdinalDesign
from valuespectrum.scoring.ordinal.likelihood import inner_answers
from valuespectrum.scoring.ordinal.maximum import NormalPrior, find_spreads, spread_out
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import jax

Floats = NDArray[np.float64]

EFFECT_SD, THRESHOLD_SD, SPREAD_SD = 1.5, 2.5, 1.0
"""Standard deviations of the priors, in logits."""
MOST_COORDINATES = 4000
"""Above which the curvature is too large to be turned round."""
_FEWEST_DRAWS = 4
"""Halves of chains of fewer have no variance."""
R_HAT, LEAST_SIZE, MOST_DIVERGENT = 1.01, 400.0, 0.001
"""Above, below and above which draws are not believed (Vehtari et al. 2021): R-hat, effective draws, and the share of
draws that diverged."""


@dataclass(frozen=True, slots=True)
class SamplerOptions:
    """How posterior draws are made.

    Raises:
        InputError: Chains or draws are too few to say anything of themselves.
    """

    chains: int = 4
    warmup: int = 500
    draws: int = 1000
    """Of each chain, after the warm-up."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.chains < 2 or self.warmup < 1 or self.draws < _FEWEST_DRAWS:
            raise InputError(
                f"whether {self.chains} chains of {self.draws} draws agree cannot be told",
                f"at least 2 chains of {_FEWEST_DRAWS} draws; 4 of 1000 are usual",
            )


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
    top, likely, _ = find_spreads(design, _prior(design))
    room = RoundCoordinates.around(design, top, likely)
    drawn, diverged = _chains(_potential(design, room), room, options, advance)
    thresholds, coefficients, spreads = room.parted(drawn)
    gamma = spread_out(design, coefficients[..., : design.effects.shape[1]])
    watched = np.concatenate(
        [_centred(gamma).reshape(*gamma.shape[:2], -1), thresholds[..., design.used], spreads], axis=-1
    )

    def flat(each: Floats) -> Floats:
        return each.reshape(-1, *each.shape[2:])

    sampling = _sampling(watched, diverged)
    return OrdinalPosterior(design, flat(thresholds), flat(gamma), flat(spreads), flat(coefficients), sampling)


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


def _potential(design: OrdinalDesign, room: RoundCoordinates) -> Callable[[jax.Array], jax.Array]:
    """Minus the logarithm of the posterior density, by the sampler's coordinates."""
    import jax.numpy as jnp
    from jax.nn import log_sigmoid

    groups, inner = len(design.used), design.used[:, 1:]
    edge, width = groups + int(inner.sum()), design.effects.shape[1]
    slots, end = np.nonzero(inner), edge + width + design.drawn
    between, used = jnp.asarray(inner_answers(design)), jnp.asarray(design.used)
    upper, lower, group = jnp.asarray(design.upper), jnp.asarray(design.lower), jnp.asarray(design.group)
    effects, precision = jnp.asarray(design.effects.toarray()), jnp.asarray(_precision(design))
    centre, turn, means = jnp.asarray(room.centre), jnp.asarray(room.turn), jnp.asarray(room.means)
    codes, owner = _places_of_levels(design)

    def potential(place: jax.Array) -> jax.Array:
        whole = centre + turn @ place
        standard, spreads = whole[edge + width : end], whole[end:]
        logits = standard * spreads[owner]
        added = means @ logits
        gaps = jnp.ones(inner.shape).at[slots].set(jnp.exp(whole[groups:edge]))
        lowest = (whole[:groups] + added[:groups])[:, None]
        thresholds = jnp.concatenate([lowest, lowest + jnp.cumsum(gaps, axis=1)], axis=1)
        own = whole[edge : edge + width] + added[groups:]
        at = thresholds[group] - (effects @ own + logits[codes].sum(axis=0))[:, None]
        density = jnp.sum(upper * log_sigmoid(at) + lower * log_sigmoid(-at))
        density += jnp.sum(between * jnp.log(-jnp.expm1(-gaps))) + jnp.sum(whole[groups:edge])
        density -= 0.5 * jnp.sum(jnp.where(used, thresholds, 0.0) ** 2) / THRESHOLD_SD**2
        density -= 0.5 * (own @ precision @ own + jnp.sum(standard**2) + jnp.sum(spreads**2) / SPREAD_SD**2)
        return -density

    return potential


def _places_of_levels(design: OrdinalDesign) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Shape (terms, cells): place of each cell's level among all drawn effects; and the term of each of these."""
    starts = np.cumsum([0, *(term.levels for term in design.terms)])
    codes = [start + term.codes for start, term in zip(starts[:-1], design.terms, strict=True)]
    owner = np.repeat(np.arange(len(design.terms)), np.diff(starts))
    return np.array(codes, dtype=np.int64).reshape(len(codes), len(design.group)), owner


def _chains(
    potential: Callable[[jax.Array], jax.Array],
    room: RoundCoordinates,
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
