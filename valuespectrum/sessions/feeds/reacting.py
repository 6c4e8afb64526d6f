"""What an intervention did: sessions that had it beside those of the same luck that had none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from valuespectrum.sessions.feeds.exposure import distance, normalised_entropy, shares_of
from valuespectrum.sessions.feeds.returning import Escape, escape, median_escape, relapse
from valuespectrum.sessions.walks.means import by_seed, mean_difference, mean_of_sessions
from valuespectrum.sessions.walks.walked import NO_VALUE, Floats, WalkedSession, Walker
from vectorstore.foundation.json_types import Json


def interventions(sessions: Sequence[WalkedSession], window: int, level: float) -> list[Json]:
    """By walker, policy and what was done: how a session differs from its first step on from the run without it.

    Args:
        sessions: With and without interventions.
        window: Steps in a window.
        level: Of the intervals.

    Returns:
        Rows with ``intervention`` (all that was to be done, as it is written), ``step`` (the first at which that was),
        ``sessions``; ``entropy``, ``kept`` and ``like`` (of what was shown) after it minus those of the paired runs,
        over the steps that both have; ``distance`` of the exposures before and after, and of the value that was shown
        most in the window before: ``escape`` (median steps until it is back to its catalogue share, of
        ``escapes_watched`` sessions of which ``escaped`` did) and ``relapse``.
    """
    plain = {_pair(each): each for each in sessions if not each.intervened}
    done = [each for each in sessions if _begun(each)]
    rows = []
    for (walker, policy, step, name, _), own in groupby(sorted(done, key=_key), key=lambda each: _key(each)[:5]):
        listed = list(own)
        after = [each for each in listed if step < len(each)]
        row: Json = {**walker._asdict(), "policy": policy, "intervention": name, "step": step, "sessions": len(listed)}
        for measure, of in _AFTER.items():
            both = [(each, plain[_pair(each)]) for each in after if _pair(each) in plain]
            longer = [(one, other) for one, other in both if step < len(other)]
            first, second = (
                by_seed([pair[side] for pair in longer], [of(pair[side], _shared(step, pair)) for pair in longer])
                for side in (0, 1)
            )
            row |= mean_difference(first, second, level).to_json(measure)
        rows.append(row | _returned(after, step, window, level))
    return rows


def _begun(session: WalkedSession) -> bool:
    """Whether it came to the step from which on anything could be done; of a share of the steps it may be none."""
    return session.declared[0].step < len(session) if session.declared else bool(session.interventions)


def _key(session: WalkedSession) -> tuple[Walker, str, int, str, tuple[str, ...], int]:
    listed = session.declared
    step, name = session.interventions[0] if not listed else (listed[0].step, "; ".join(each.text for each in listed))
    return session.walker, session.policy, step, name, tuple(each.content for each in listed), session.seed


def _pair(session: WalkedSession) -> tuple[Walker, str, str, int, int]:
    return session.walker, session.policy, session.feed, session.seed, session.clone


def _returned(after: Sequence[WalkedSession], step: int, window: int, level: float) -> Json:
    found: list[Escape] = []
    walked: list[WalkedSession] = []
    back, apart = [], []
    for each in after:
        before = each.values[max(0, step - window) : step]
        if not before:
            continue
        walked.append(each)
        shares = shares_of(before, each.stock)
        value = max((name for name in shares if name != NO_VALUE), key=lambda name: shares[name], default=NO_VALUE)
        apart.append(distance(shares, shares_of(each.values[step:], each.stock)))
        # Where no clip of a value was shown before, none can stay or come back.
        shown = bool(shares.get(value))
        back.append(relapse(each, value, step, window, window) if shown else float("nan"))
        if shown and step + window <= len(each):
            found.append(escape(each, value, step, window))
    median = median_escape(found)
    return {
        **mean_of_sessions(walked, apart, level).to_json("distance"),
        **mean_of_sessions(walked, back, level).to_json("relapse"),
        "escape": None if median != median else median,
        "escaped": sum(not one.censored for one in found),
        "escapes_watched": len(found),
    }


def _shared(step: int, pair: tuple[WalkedSession, WalkedSession]) -> slice:
    """The steps from one on that both have: one may have left before, and entropy grows with the number of steps."""
    return slice(step, min(map(len, pair)))


def _entropy_over(session: WalkedSession, steps: slice) -> float:
    return normalised_entropy(shares_of(session.values[steps], session.stock))


def _share_over(numbers: Floats, steps: slice) -> float:
    known = numbers[steps][numbers[steps] == numbers[steps]]
    return float(known.mean()) if known.size else float("nan")


_AFTER: Mapping[str, Callable[[WalkedSession, slice], float]] = {
    "entropy": _entropy_over,
    "kept": lambda session, steps: _share_over(session.kept, steps),
    # What was done to watching is in it.
    "like": lambda session, steps: _share_over(session.liked_of_shown, steps),
}
