"""Who wins by a value: models that carried it in an answer beat those that did not, question by question.

Every question is, for every value, a game of two teams (AdAEM, appendix C.8). Skills are updated in closed form for two
teams without a draw (TrueSkill: Herbrich, Minka and Graepel 2007; the update is that of Weng and Lin 2011, algorithm 3,
Thurstone-Mosteller, with the team's sum of skills). A model's score is the mean over its opponents of the
probability to win, ``Phi((mu_i - mu_j) / sqrt(2 (gamma^2 + sigma_i^2 + sigma_j^2)))``; gamma was not published. It is
antisymmetric, so that the mean over models that are compared with each other is 50 whatever they answer.

``trueskill`` from PyPI (0.4.5) gives the same numbers; it is not needed, since the closed form is a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GAMES_MU, GAMES_SIGMA = 25.0, 25.0 / 3.0
"""Skill before any game, and how sure it is."""


@dataclass(frozen=True, slots=True)
class RatingOptions:
    """Constants of the rating."""

    beta: float = GAMES_SIGMA / 2
    """How much performance varies about skill: half of the first uncertainty, as TrueSkill has it."""
    drift: float = GAMES_SIGMA / 100
    """By how much skills are less sure before each game."""
    gamma: float = GAMES_SIGMA / 2
    """In the score; not published, so as ``beta``."""
    partial: bool = True
    """Whether a member of a larger team counts in it by one over its size ("partial update"); else each counts whole.
    """


@dataclass(frozen=True, slots=True)
class Skills:
    """What games made of players."""

    mu: Floats
    """Shape (players,), or (parts, players) of ``rated_without``."""
    sigma: Floats

    @classmethod
    def before(cls, players: int) -> Skills:
        """Nobody has played."""
        return cls(np.full(players, GAMES_MU), np.full(players, GAMES_SIGMA))


def rated(games: NDArray[np.int8], options: RatingOptions | None = None, order: Sequence[int] = ()) -> Skills:
    """Play all games.

    Args:
        games: Shape (games, players): 1 for who is in the winning team, 0 for the losing one, -1 for who does not
            play. A game in which one team is empty says nothing and is passed over.
        options: Constants.
        order: In which order they are played; as they stand when empty. Skills drift, so that late games count for
            more: of a thousand the last few hundred decide.
    """
    chosen, skills = options or RatingOptions(), Skills.before(games.shape[1])
    for place in order or range(len(games)):
        skills = _played(skills, games[place], chosen)
    return skills


def rated_without(games: NDArray[np.int8], parts: NDArray[np.intp], options: RatingOptions | None = None) -> Skills:
    """Play all games, once without each part of them: what intervals over games are made of.

    Args:
        games: As for ``rated``.
        parts: Shape (games,): part of each game, from 0.
        options: Constants.

    Returns:
        Shape (parts, players).
    """
    count, chosen = int(parts.max()) + 1, options or RatingOptions()
    skills = Skills(*(np.full((count, games.shape[1]), begun) for begun in (GAMES_MU, GAMES_SIGMA)))
    for game, part in zip(games, parts, strict=True):
        moved, out = _played(skills, game, chosen), (np.arange(count) == part)[:, None]
        skills = Skills(np.where(out, skills.mu, moved.mu), np.where(out, skills.sigma, moved.sigma))
    return skills


def played(games: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Who took part in a game that counts: of anybody else skills say nothing.

    Args:
        games: As for ``rated``.

    Example:
        >>> played(np.array([[1, 1, 1], [1, 0, -1]], np.int8)).tolist()
        [True, True, False]
    """
    counts = (games == 1).any(axis=1) & (games == 0).any(axis=1)
    return np.asarray((games[counts] >= 0).any(axis=0))


def _played(skills: Skills, game: NDArray[np.int8], options: RatingOptions) -> Skills:
    won, lost = game == 1, game == 0
    if not won.any() or not lost.any():
        return skills
    weight = np.where(won, 1.0, np.where(lost, 1.0, 0.0))
    if options.partial:
        weight = np.where(won, 1.0 / won.sum(), np.where(lost, 1.0 / lost.sum(), 0.0))
    variance = skills.sigma**2 + options.drift**2
    c = np.sqrt((weight**2 * (variance + options.beta**2)).sum(axis=-1, keepdims=True))
    counted = weight * skills.mu
    t = (counted[..., won].sum(axis=-1, keepdims=True) - counted[..., lost].sum(axis=-1, keepdims=True)) / c
    v, w = _truncated(t)
    sign = np.where(won, 1.0, -1.0)
    mu = skills.mu + sign * weight * variance / c * v
    sigma = np.sqrt(variance * np.maximum(1.0 - weight**2 * variance / c**2 * w, 1e-4))
    played = weight > 0
    return Skills(np.where(played, mu, skills.mu), np.where(played, sigma, skills.sigma))


def _truncated(t: Floats) -> tuple[Floats, Floats]:
    """Mean and variance corrections of a normal number that turned out positive (v and w without a draw)."""
    from scipy.special import log_ndtr

    v = np.asarray(np.exp(-(t**2) / 2 - np.log(2 * np.pi) / 2 - log_ndtr(t)), np.float64)
    return v, v * (v + t)


def win_rates(skills: Skills, gamma: float = GAMES_SIGMA / 2, opponents: Sequence[int] = ()) -> Floats:
    """Score of every player, 0 to 100: mean probability to beat an opponent.

    Args:
        skills: Of all.
        gamma: How much chance there is.
        opponents: Against whom; all others when empty.

    Example:
        >>> float(win_rates(Skills.before(3)).mean())
        50.0
    """
    from scipy.special import ndtr

    apart = skills.mu[:, None] - skills.mu[None, :]
    spread = np.sqrt(2 * (gamma**2 + skills.sigma[:, None] ** 2 + skills.sigma[None, :] ** 2))
    chance = np.asarray(ndtr(apart / spread), np.float64)
    against = np.zeros(len(skills.mu), bool)
    against[list(opponents) or slice(None)] = True
    counted = against[None, :] & ~np.eye(len(skills.mu), dtype=bool)
    return np.asarray(100 * (chance * counted).sum(axis=1) / np.maximum(counted.sum(axis=1), 1))
