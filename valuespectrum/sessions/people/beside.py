"""One feed, two who walked through it: what a person and an agent did with the same clips, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product

import numpy as np

from valuespectrum.sessions.people.matching import FEWEST_SHARED, decided, kappa
from valuespectrum.sessions.walks.walked import WalkedSession
from vectorstore.foundation.json_types import Json

MOST_PAIRS = 40
"""More are left out, and counted: all of them together are in ``human_match``."""


def side_by_side(sessions: Sequence[WalkedSession]) -> list[Json]:
    """Every session of a person beside every session of an agent through the same feed.

    The feed is the same where both were shown the same clips in the same order, whatever decided so (``random`` with
    one seed, ``yoked``, ``replay``); one that follows its walker is the same where policy and seed are, and goes
    another way as soon as the two do other things.

    Args:
        sessions: Of both, through one catalogue.

    Returns:
        Rows with ``policy``, ``seed``, the columns of the ``agent`` and of the ``person``, ``steps`` (that both
        walked), ``in_step`` (share of them with the same clip for both), ``shared`` (clips that both were shown),
        ``agreement`` and ``kappa`` (watching on, over clips that both decided about; ``None`` for fewer than
        ten), for each of the two ``kept``, ``like`` and ``watch_share`` over shared clips, and ``clips``: of each step
        of the person its clip, value, what the person did and what the agent did with that clip, ``None`` where the
        agent did not meet it. One pair of sessions is an anecdote, so that nothing has an interval.
    """
    return [_row(*pair) for pair in islice(_pairs(sessions), MOST_PAIRS)]


def pairs_left_out(sessions: Sequence[WalkedSession]) -> int:
    """How many pairs of one feed there are beyond those that are set side by side."""
    return max(0, sum(1 for _ in _pairs(sessions)) - MOST_PAIRS)


def _pairs(sessions: Sequence[WalkedSession]) -> Iterator[tuple[WalkedSession, WalkedSession]]:
    """A person and an agent in the same feed."""
    people = [each for each in sessions if each.walker.human]
    agents = [each for each in sessions if not each.walker.human and not each.walker.placebo]
    for person, agent in product(people, agents):
        one_feed = all(_together(person, agent)) or _walked_through(person) == _walked_through(agent)
        if one_feed and person.stock == agent.stock:
            yield person, agent


def _walked_through(session: WalkedSession) -> tuple[str, str, int]:
    return session.policy, session.feed, session.seed


def _together(person: WalkedSession, agent: WalkedSession) -> list[bool]:
    """Step by step, whether both were shown the same clip."""
    return [one == other for one, other in zip(person.items, agent.items, strict=False)]


def _row(person: WalkedSession, agent: WalkedSession) -> Json:
    together = _together(person, agent)
    return {
        "policy": person.policy,
        "seed": person.seed,
        "agent": agent.walker._asdict(),
        "person": person.walker._asdict(),
        "steps": len(together),
        "in_step": sum(together) / len(together),
        **_compared(person, agent),
    }


def _compared(person: WalkedSession, agent: WalkedSession) -> Json:
    shared = set(person.items) & set(agent.items)
    both = [{clip: kept for clip, kept in decided(each).items() if clip in shared} for each in (person, agent)]
    known = set(both[0]) & set(both[1])
    enough = len(known) >= FEWEST_SHARED
    agreed = float(np.mean([both[0][clip] == both[1][clip] for clip in known])) if enough else None
    did = dict(zip(agent.items, agent.actions, strict=True))
    rows = zip(person.items, person.values, person.actions, strict=True)
    return {
        "shared": len(shared),
        "agreement": agreed,
        "kappa": _known(kappa(*both)),
        "person_did": _did(person, shared),
        "agent_did": _did(agent, shared),
        "clips": [[clip, value, done, did.get(clip)] for clip, value, done in rows],
    }


def _did(session: WalkedSession, shared: set[str]) -> Json:
    """What one did with the clips that both were shown."""
    there = np.array([clip in shared for clip in session.items])
    steps, liked = there & ~np.isnan(session.kept), session.liked_of_shown
    timed = steps & (session.kept == 1) & ~np.isnan(session.share)
    return {
        "kept": _mean(session.kept[steps]),
        "like": _mean(liked[there & ~np.isnan(liked)]),
        "watch_share": _mean(session.share[timed]),
    }


def _mean(numbers: np.ndarray) -> float | None:
    return float(numbers.mean()) if numbers.size else None


def _known(number: float) -> float | None:
    return None if np.isnan(number) else number
