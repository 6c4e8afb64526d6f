"""How far agents decide as people do, beside how far people agree with themselves and with each other.

Only clips that both decided about count; policies ``balanced`` and ``replay`` show everybody the same ones. Nothing is
said to be human-like: shares of what people reach among themselves are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import TypeVar

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.jackknife import jackknifed
from valuespectrum.sessions.walks.walked import WalkedSession, Walker
from vectorstore.foundation.json_types import Json

Decided = Mapping[str, float]
"""Clip to 1 (watched on) or 0."""
Unit = TypeVar("Unit")
FEWEST_PEOPLE = 3
"""People below which nothing has an interval."""
FEWEST_SHARED = 10
"""Clips that two sessions must share to be compared."""


def kappa(first: Decided, second: Decided) -> float:
    """Cohen's kappa over the clips that both decided about; NaN for fewer than ten, or where chance explains all.

    Example:
        >>> same = {str(clip): clip % 2 for clip in range(12)}
        >>> kappa(same, same)
        1.0
    """
    shared = sorted(set(first) & set(second))
    if len(shared) < FEWEST_SHARED:
        return float("nan")
    left, right = (np.array([each[clip] for clip in shared]) for each in (first, second))
    chance = left.mean() * right.mean() + (1 - left.mean()) * (1 - right.mean())
    return float(((left == right).mean() - chance) / (1 - chance)) if chance < 1 else float("nan")


def human_match(sessions: Sequence[WalkedSession], level: float = 0.95) -> Json | None:
    """Agents beside people.

    Args:
        sessions: Of both; those of agents to which something was done, as words put into clips, are left out: nothing
            was done to people.
        level: Of the intervals, which are over people (jackknife).

    Returns:
        ``people`` (how many decided anything), ``test_retest`` (kappa of two sessions of one person),
        ``between_people`` (kappa of two people: the ceiling), and by agent ``kappa`` with people, ``kappa_of_ceiling``
        (over those whose ceiling is known), ``distance`` (mean over clips of how far the shares watched on lie apart),
        ``split_half_distance`` (the same of two halves of the people) and ``variance_ratio`` (of agents' decisions
        about a clip to people's; below 1: flatter); ``None`` without people. Each interval is over the people of whom
        its number is known.
    """
    people = [each for each in sessions if each.walker.human]
    if not people:
        return None
    by_person: dict[str, list[Decided]] = {}
    for each in people:
        if told := decided(each):
            by_person.setdefault(each.walker.model, []).append(told)
    listed = list(by_person.values())
    agents: dict[Walker, list[Decided]] = {}
    for each in sessions:
        if not each.walker.human and not each.intervened:
            agents.setdefault(each.walker, []).append(decided(each))
    return {
        "people": len(listed),
        **_jackknifed(_test_retest, _telling(_test_retest, listed), level).to_json("test_retest"),
        **_jackknifed(_between, _comparable(listed), level).to_json("between_people"),
        "agents": [{**walker._asdict(), **_agent(own, listed, level)} for walker, own in agents.items()],
    }


def _agent(own: Sequence[Decided], people: Sequence[Sequence[Decided]], level: float) -> Json:
    def with_people(some: Sequence[Sequence[Decided]]) -> float:
        return _mean([kappa(one, other) for one, person in product(own, some) for other in person])

    def of_ceiling(some: Sequence[Sequence[Decided]]) -> float:
        most = _between(some)
        return with_people(some) / most if most > 0 else float("nan")

    def apart(some: Sequence[Sequence[Decided]]) -> float:
        return _apart(own, _flat(some))

    def flatter(some: Sequence[Sequence[Decided]]) -> float:
        return _variance(own) / (_variance(_flat(some)) or np.nan)

    met = _telling(with_people, people)
    return {
        **_jackknifed(with_people, met, level).to_json("kappa"),
        **_jackknifed(of_ceiling, _comparable(met), level).to_json("kappa_of_ceiling"),
        **_jackknifed(apart, _telling(apart, people), level).to_json("distance"),
        "split_half_distance": _known(_split_half(people)),
        **_jackknifed(flatter, _in_company(people), level).to_json("variance_ratio"),
    }


def _telling(number: Callable[[Sequence[Unit]], float], people: Sequence[Unit]) -> list[Unit]:
    """Those of whom a number is known: who tells nothing of it makes it no surer."""
    return [person for person in people if not np.isnan(number([person]))]


def _comparable(people: Sequence[Sequence[Decided]]) -> list[Sequence[Decided]]:
    """Those who decided about enough clips together with another of them."""
    pairs = combinations(range(len(people)), 2)
    known = {place for pair in pairs if not np.isnan(_between([people[at] for at in pair])) for place in pair}
    return [people[place] for place in sorted(known)]


def _in_company(people: Sequence[Sequence[Decided]]) -> list[Sequence[Decided]]:
    """Those who decided about a clip about which somebody else, or they themselves once more, decided."""
    decisions = _shares(_flat(people))
    return [person for person in people if any(len(decisions[clip]) > 1 for each in person for clip in each)]


def decided(session: WalkedSession) -> Decided:
    """Clip to whether watching went on, of those about which that was decided."""
    return {item: kept for item, kept in zip(session.items, session.kept.tolist(), strict=True) if kept == kept}


def _flat(people: Sequence[Sequence[Decided]]) -> list[Decided]:
    return [session for person in people for session in person]


def _test_retest(people: Sequence[Sequence[Decided]]) -> float:
    return _mean([kappa(*pair) for person in people for pair in combinations(person, 2)])


def _between(people: Sequence[Sequence[Decided]]) -> float:
    pairs = [pair for one, other in combinations(people, 2) for pair in product(one, other)]
    return _mean([kappa(*pair) for pair in pairs])


def _shares(sessions: Sequence[Decided]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for each in sessions:
        for clip, kept in each.items():
            found.setdefault(clip, []).append(kept)
    return found


def _apart(first: Sequence[Decided], second: Sequence[Decided]) -> float:
    left, right = _shares(first), _shares(second)
    return _mean([abs(float(np.mean(left[clip]) - np.mean(right[clip]))) for clip in left if clip in right])


def _split_half(people: Sequence[Sequence[Decided]]) -> float:
    """Mean over halvings by turns of how far two halves of the people lie apart."""
    if len(people) < 2:
        return float("nan")
    shifted = [[*people[shift:], *people[:shift]] for shift in range(len(people))]
    return _mean([_apart(_flat(each[::2]), _flat(each[1::2])) for each in shifted])


def _variance(sessions: Sequence[Decided]) -> float:
    """Mean over clips of the variance of what several decided about one."""
    return _mean([float(np.var(each, ddof=1)) for each in _shares(sessions).values() if len(each) > 1])


def _jackknifed(number: Callable[[Sequence[Unit]], float], units: Sequence[Unit], level: float) -> Estimate:
    found = jackknifed(number, units, level, FEWEST_PEOPLE, ("person", "people"))
    return found if found.mean is not None else replace(found, why="too few clips or people in common")


def _mean(numbers: Sequence[float]) -> float:
    known = [each for each in numbers if not np.isnan(each)]
    return float(np.mean(known)) if known else float("nan")


def _known(number: float) -> float | None:
    return None if np.isnan(number) else number
