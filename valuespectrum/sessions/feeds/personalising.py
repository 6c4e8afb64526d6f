"""How far two feeds lie apart beyond what clones of one walker lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from valuespectrum.sessions.feeds.exposure import distances
from valuespectrum.sessions.feeds.measures import session_shares
from valuespectrum.sessions.walks.walked import WalkedSession, one_stock
from vectorstore.foundation.random_streams import stream

Floats = NDArray[np.float64]

FEWEST_CLONES = 3
"""Sessions of each of two walkers, with different seeds, below which nothing is tested."""
_STREAM = "sessions/permutation"


@dataclass(frozen=True, slots=True)
class Personalisation:
    """Two walkers' feeds."""

    between: float
    """Mean distance of a session of one and a session of the other."""
    clones: float
    """Mean distance of two clones of one walker, mean of both walkers: the noise floor."""
    net: float
    """The first minus the second."""
    p: float | None
    """Of a net distance as large if it did not matter who walked; ``None`` for fewer than three seeds of each."""
    sessions: tuple[int, int]
    p_least: float | None = None
    """The smallest p that so few sessions can give, however far apart they lie."""


def personalisation(
    first: Sequence[WalkedSession], second: Sequence[WalkedSession], draws: int = 999, seed: int = 0
) -> Personalisation:
    """Compare the feeds of two walkers under one policy.

    Where sessions have clones (``browse --clones``: one seed, other luck in what is done), pairs of one seed and
    different clones are compared; else sessions of one walker with other seeds stand for clones, and pairs with equal
    seeds are left out: they share their luck, and would make two walkers look more alike than two clones. Where both
    walked with the same seeds and clones, who walked is exchanged for each seed and clone alone (for all clones of a
    seed at once it would leave every pair of one seed what it was); else sessions are dealt out anew.

    Args:
        first: Sessions of one walker.
        second: Of the other, through the same catalogue.
        draws: Permutations.
        seed: Of the permutations.

    Raises:
        InputError: Their catalogues differ.
    """
    both = [*first, *second]
    names = sorted(one_stock(both))
    apart = distances(np.array([[shares[name] for name in names] for shares in map(session_shares, both)]))
    seeds, clones_of = (np.array(column) for column in zip(*((each.seed, each.clone) for each in both), strict=True))
    one_seed, one_clone = (each[:, None] == each[None] for each in (seeds, clones_of))
    mine = np.arange(len(both)) < len(first)
    one_walker = mine[:, None] == mine[None]
    cloned = bool((one_seed & ~one_clone & one_walker).any())
    apart[~one_seed | one_clone if cloned else one_seed] = np.nan
    between, clones = _parts(apart, mine)
    net, counts = between - clones, (len(first), len(second))
    # Clones of one seed share what is shown by luck, so that they are no further sessions.
    fewest = min(len(set(seeds[group].tolist())) for group in (mine, ~mine))
    if fewest < FEWEST_CLONES or np.isnan(net):
        return Personalisation(between, clones, net, None, counts)
    luck = stream(seed, _STREAM)
    walks = list(zip(seeds.tolist(), clones_of.tolist(), strict=True))
    null = [net_of(apart, _exchanged(mine, walks, luck)) for _ in range(draws)]
    p = (1 + int(np.sum(np.array(null) >= net - 1e-12))) / (1 + draws)
    least = max(_share_alike(mine, walks, cloned), 1 / (1 + draws))
    return Personalisation(between, clones, net, max(p, least), counts, least)


def net_of(apart: Floats, mine: NDArray[np.bool_]) -> float:
    """Mean distance between two groups minus the mean distance within them.

    Args:
        apart: Distances, shape (n, n); NaN for pairs that do not count.
        mine: Who is in the first group.
    """
    between, clones = _parts(apart, mine)
    return between - clones


def _parts(apart: Floats, mine: NDArray[np.bool_]) -> tuple[float, float]:
    within = [_mean(apart[np.ix_(group, group)]) for group in (mine, ~mine)]
    known = [each for each in within if not np.isnan(each)]
    return _mean(apart[np.ix_(mine, ~mine)]), float(np.mean(known)) if known else float("nan")


def _mean(numbers: Floats) -> float:
    known = numbers[~np.isnan(numbers)]
    return float(known.mean()) if known.size else float("nan")


def _exchanged(
    mine: NDArray[np.bool_], walks: Sequence[tuple[int, int]], luck: np.random.Generator
) -> NDArray[np.bool_]:
    """Another first group.

    Args:
        mine: Who is in the first one.
        walks: Seed and clone of each.
        luck: Deals.
    """
    if not _walked_alike(mine, walks):
        return luck.permutation(mine)
    swapped = {each: luck.random() < 0.5 for each in sorted(set(walks))}
    return np.array([own != swapped[each] for own, each in zip(mine.tolist(), walks, strict=True)])


def _walked_alike(mine: NDArray[np.bool_], walks: Sequence[tuple[int, int]]) -> bool:
    """Whether both walked with the same seeds and clones."""
    sides = ([each for each, own in zip(walks, mine, strict=True) if own == side] for side in (True, False))
    return len({tuple(sorted(each)) for each in sides}) == 1


def _share_alike(mine: NDArray[np.bool_], walks: Sequence[tuple[int, int]], cloned: bool) -> float:
    """Share of all other first groups that give the net distance of this one, whatever the feeds.

    Exchanging everything changes nothing, and where clones of one seed are compared, nor does exchanging all of a seed.
    """
    if not _walked_alike(mine, walks):
        first = int(mine.sum())
        return (2 if 2 * first == len(mine) else 1) / comb(len(mine), first)
    exchanged = set(walks)
    apart = len({seed for seed, _ in exchanged}) if cloned else 1
    return 0.5 ** (len(exchanged) - apart)
