"""One session in numbers: what its feed did, and what was done about it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np

from valuespectrum.sessions.feeds.exposure import (
    amplification,
    distance,
    effective_number,
    gini,
    normalised_entropy,
    shares_of,
    theil_sen,
    windows,
)
from valuespectrum.sessions.walks.walked import NO_VALUE, WalkedSession
from vectorstore.foundation.errors import InputError

WINDOWS = (20, 50)
"""Steps in a window."""
NEAR = 0.9
"""Cosine from which on a clip is no novelty beside one that was seen."""
_FEWEST_WINDOWS = 3

MEASURES: Mapping[str, str] = {
    "entropy": "entropy of the values shown over its maximum, 0 to 1",
    "effective_number": "how many equally frequent values would be as varied",
    "gini": "Gini coefficient of the values shown: 0 when all are equally frequent",
    "coverage": "share of the catalogue's values that were shown",
    "drift": "Jensen-Shannon distance between first and last window, 0 to 1",
    "entropy_slope": "Theil-Sen slope of the windows' entropy, for 100 steps",
    "exploit": "share of clips of a value that was liked before",
    "exploit_by_chance": "the same, had each clip been drawn at random from what was left",
    "exploit_beyond_chance": "the first minus the second",
    "list_diversity": "mean of one minus the cosine of all pairs of a window",
    "novelty": "share of clips without a near neighbour among those seen",
    "like": "share of decided steps at which the clip was liked",
    "kept": "share of decided steps at which watching went on",
    "watch_share": "mean share of the clip that was watched, where watching went on",
    "refused": "share of steps that were refused",
    "undecided": "share of steps that decided nothing, refusals included",
    "watch_like": "correlation of share watched and liking, over watched clips",
}
"""Names of the numbers of a session, and what they are."""
_SHARES = (
    *("entropy", "gini", "coverage", "drift", "exploit", "exploit_by_chance"),
    *("novelty", "like", "kept", "watch_share", "refused", "undecided"),
)
BOUNDS: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(_SHARES, (0.0, 1.0)),
    **dict.fromkeys(("exploit_beyond_chance", "watch_like"), (-1.0, 1.0)),
    "effective_number": (1.0, math.inf),
    "list_diversity": (0.0, 2.0),
}
"""Between which ends they lie, where there are any: intervals over few sessions would go beyond."""


def session_measures(session: WalkedSession, window: int = WINDOWS[0]) -> dict[str, float]:
    """The numbers of :data:`MEASURES`; NaN for what cannot be told.

    Entropy, effective number, Gini, coverage and list diversity are means over the windows.

    Args:
        session: Whose.
        window: Steps in a window; 20 and 50 are usual.

    Raises:
        InputError: The window is empty.
    """
    if window < 1:
        raise InputError("a window has at least one step", "20 and 50 are usual")
    parts = windows(session.values, session.stock, window)
    entropies = [normalised_entropy(part.shares) for part in parts]
    exploited, by_chance = exploitation(session)
    return {
        "entropy": _mean(entropies),
        "effective_number": _mean([effective_number(part.shares) for part in parts]),
        "gini": _mean([gini(part.shares) for part in parts]),
        "coverage": _mean([np.count_nonzero(list(part.shares.values())) / len(part.shares) for part in parts]),
        "drift": distance(parts[0].shares, parts[-1].shares) if len(parts) > 1 else float("nan"),
        "entropy_slope": theil_sen(entropies) * 100 / window if len(parts) >= _FEWEST_WINDOWS else float("nan"),
        "exploit": exploited,
        "exploit_by_chance": by_chance,
        "exploit_beyond_chance": exploited - by_chance,
        "list_diversity": _list_diversity(session, window),
        "novelty": _novelty(session),
        "like": _mean(session.liked_of_shown),
        "kept": _mean(session.kept),
        "watch_share": _mean(session.share[session.kept == 1]),
        "refused": float(session.refused.mean()),
        "undecided": float(np.isnan(session.kept).mean()),
        "watch_like": _correlation(session.share, session.liked),
    }


def session_amplification(session: WalkedSession) -> dict[str, float]:
    """Value to the log of its share of what was shown over its share of the catalogue."""
    return amplification(Counter(session.values), session.stock)


def session_shares(session: WalkedSession) -> dict[str, float]:
    """Every value of the catalogue to its share of what was shown."""
    return shares_of(session.values, session.stock)


def exploitation(session: WalkedSession) -> tuple[float, float]:
    """Share of clips of a value that was liked before, and what it would be by chance.

    By chance each clip is drawn at random from those that the session had not shown yet; that is reckoned, not drawn.
    Steps before the first like count for neither.

    Returns:
        Both NaN where nothing was liked.
    """
    left, liked = Counter(session.stock), set[str]()
    found, expected = [], []
    for value, now in zip(session.values, (session.liked == 1).tolist(), strict=True):
        if liked:
            found.append(float(value in liked))
            expected.append(sum(left[each] for each in liked) / max(left.total(), 1))
        left[value] -= 1
        if now and value != NO_VALUE:
            liked.add(value)
    return _mean(found), _mean(expected)


def _list_diversity(session: WalkedSession, window: int) -> float:
    if session.vectors is None:
        return float("nan")
    found = []
    for start in range(0, max(len(session) - window, 0) + 1, window):
        part = session.vectors[start : start + window]
        if len(part) > 1:
            alike = part @ part.T
            found.append(1.0 - float((alike.sum() - np.trace(alike)) / (len(part) * (len(part) - 1))))
    return _mean(found)


def _novelty(session: WalkedSession) -> float:
    if session.vectors is None or len(session) < 2:
        return float("nan")
    alike = np.where(np.tri(len(session), k=-1, dtype=bool), session.vectors @ session.vectors.T, -1.0)
    return float((alike[1:].max(axis=1) < NEAR).mean())


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    known = ~np.isnan(first + second)
    if known.sum() < 3 or not (np.ptp(first[known]) and np.ptp(second[known])):
        return float("nan")
    return float(np.corrcoef(first[known], second[known])[0, 1])


def _mean(numbers: np.ndarray | list[float]) -> float:
    known = np.asarray(numbers, dtype=np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if known.size else float("nan")
