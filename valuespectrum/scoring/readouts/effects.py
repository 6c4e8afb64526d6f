"""What a readout finds: liking per set, and leans per wording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.guards.known import mean_over

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effects:
    """Estimates of some respondents; all in log-odds, NaN for what is not known."""

    theta: Floats
    """Shape (respondents, values, clips, wordings): liking. Means of it over clips and wordings estimate the liking of
    values; its spread holds what clips, wordings and answers make uncertain. Of counts and texts single entries are
    not bounded: they are one-step values whose mean is the estimate, as of the jackknife."""
    variance: Floats
    """The same shape: variance of theta given clip and wording."""
    lean: Floats
    """Shape (respondents, wordings): towards the word yes."""
    lean_se: Floats
    order: Floats
    """Shape (respondents, wordings): towards the option listed first."""
    order_se: Floats

    @classmethod
    def unknown(cls, respondents: int, values: int, clips: int, wordings: int) -> Effects:
        """Of answers that tell no number."""
        sets, of_wordings = (
            np.full((respondents, values, clips, wordings), np.nan),
            np.full((respondents, wordings), np.nan),
        )
        return cls(sets, sets, of_wordings, of_wordings, of_wordings, of_wordings)

    def wording_effects(self) -> tuple[Floats, Floats]:
        """How much more each wording makes like than the mean wording, with standard errors over values.

        Returns:
            Two arrays of shape (respondents, wordings); NaN for one wording or fewer than two values.
        """
        profiles = mean_over(self.theta, 2)
        off = profiles - mean_over(profiles, 2)[:, :, None]
        count = (~np.isnan(off)).sum(axis=1)
        effect = mean_over(off, 1)
        square = np.nansum((off - effect[:, None]) ** 2, axis=1)
        enough = (count > 1) & (self.theta.shape[3] > 1)
        nothing = np.full(effect.shape, np.nan)
        variance = np.divide(square, count * (count - 1), out=nothing, where=enough)
        return np.where(enough, effect, np.nan), np.sqrt(variance)

    def profile(self) -> Floats:
        """Mean liking of values over clips, then wordings; shape (respondents, values)."""
        return mean_over(mean_over(self.theta, 2), 2)
