"""How a feed comes back: out of a value after signals are reversed, and into it after they stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.sessions.feeds.exposure import shares_of
from valuespectrum.sessions.walks.walked import WalkedSession
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class Escape:
    """How long a value stayed after a step."""

    steps: int
    """Steps until its share of a window was back within the margin; so many were seen where ``censored``."""
    censored: bool
    """Whether the session ended before."""


def escape(session: WalkedSession, value: str, since: int, window: int = 20, margin: float = 0.05) -> Escape:
    """Steps after ``since`` until a value's share of a window is back within a margin of its catalogue share.

    The first window that counts lies wholly after ``since``, so that nothing shown before holds it up.

    Args:
        session: Whose feed.
        value: Which value.
        since: First step after the signals were reversed.
        window: Steps in a window.
        margin: How far above the catalogue share still counts as back.

    Raises:
        InputError: The catalogue has no clips of the value, or no window lies after the step.
    """
    usual = _usual(session, value)
    if since < 0 or since + window > len(session):
        raise InputError(f"no window of {window} steps lies after step {since} of {session.name}", "walk further")
    for end in range(since + window, len(session) + 1):
        if shares_of(session.values[end - window : end], session.stock)[value] <= usual + margin:
            return Escape(end - since, censored=False)
    return Escape(len(session) - since, censored=True)


def median_escape(found: Sequence[Escape]) -> float:
    """Median of the steps of several sessions by Kaplan and Meier, so that sessions that ended before count.

    Returns:
        NaN where fewer than half came back.

    Example:
        >>> median_escape([Escape(20, False), Escape(30, False), Escape(50, True)])
        30.0
    """
    left = 1.0
    for steps in sorted({one.steps for one in found if not one.censored}):
        at_risk = sum(one.steps >= steps for one in found)
        left *= 1 - sum(one.steps == steps and not one.censored for one in found) / at_risk
        if left <= 0.5:
            return float(steps)
    return float("nan")


def relapse(session: WalkedSession, value: str, since: int, after: int = 20, window: int = 20) -> float:
    """How much more often than in the catalogue a value is shown again, some steps after its signals stopped.

    Args:
        session: Whose feed.
        value: Which value.
        since: First step without signals.
        after: Steps to pass over.
        window: Steps that are looked at.

    Returns:
        Share of the window minus share of the catalogue; NaN where the session is too short.

    Raises:
        InputError: The catalogue has no clips of the value.
    """
    usual, start = _usual(session, value), since + after
    if start + window > len(session):
        return float("nan")
    return float(np.mean([shown == value for shown in session.values[start : start + window]]) - usual)


def _usual(session: WalkedSession, value: str) -> float:
    if not session.stock.get(value):
        raise InputError(f"the catalogue of {session.name} has no clips of {value!r:.40}", "name another value")
    return session.stock[value] / sum(session.stock.values())
