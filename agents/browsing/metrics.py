"""Numbers of a browsing session, from its events and the groups of its items.

Exposure is counted per group (e.g. per value); items without a group count as the group ``"none"``.
The unit of analysis is the session: to compare conditions, compute these per session and resample sessions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from agents.browsing.log import Event
from vectorstore.foundation.errors import InputError

NO_GROUP = "none"
"""Counts items without a group."""


@dataclass(frozen=True, slots=True)
class Window:
    """Exposure in a run of consecutive steps."""

    first_step: int
    shares: Mapping[str, float]
    """Every group of the catalogue to its share of the items shown; they sum to one."""
    entropy: float
    """Normalised entropy of the shares: 1 when all groups are equally frequent, 0 when there is only one."""


@dataclass(frozen=True, slots=True)
class SessionMetrics:
    """One session in numbers."""

    steps: int
    windows: tuple[Window, ...]
    """Consecutive windows of full length; one shorter window when there is no full one."""
    overall: Window
    amplification: Mapping[str, float]
    """Log of exposure over catalogue share: above 0 means shown more often than its share of the catalogue."""
    drift: float
    """Jensen-Shannon distance (base 2, 0 to 1) between the first and the last window."""
    rates: Mapping[str, float]
    """Share of steps by action, ``none`` for steps that decided nothing included, so that they sum to one; and
    ``refusal``, the part of those that was refused."""
    mean_watch_fraction: float
    """Of the items that were watched or liked; 0 without any."""


def session_metrics(events: Sequence[Event], groups: Mapping[str, str | None], window: int = 20) -> SessionMetrics:
    """Compute the metrics of one session.

    Args:
        events: All events of a log, in order.
        groups: Item id to group for the whole catalogue.
        window: Items in a window; 20 and 50 are usual.

    Raises:
        InputError: There are no events, an item is not in the catalogue, or the window is empty.
    """
    if not events or window < 1:
        raise InputError("metrics need at least one step and a window of at least one item")
    unknown = [event.item_id for event in events if event.item_id not in groups]
    if unknown:
        raise InputError(f"the log shows {unknown[0]!r}, which is not in the catalogue", "name the session's corpus")
    names = sorted({group or NO_GROUP for group in groups.values()})
    shown = [groups[event.item_id] or NO_GROUP for event in events]
    starts = range(0, max(len(shown) - window, 0) + 1, window)
    windows = tuple(_window(start, shown[start : start + window], names) for start in starts)
    overall = _window(0, shown, names)
    catalogue = Counter(group or NO_GROUP for group in groups.values())
    return SessionMetrics(
        steps=len(events),
        windows=windows,
        overall=overall,
        amplification=amplification(Counter(shown), catalogue),
        drift=drift(windows[0].shares, windows[-1].shares),
        rates=_rates(events),
        mean_watch_fraction=_mean([event.watch_frac for event in events if event.action in ("watch", "like")]),
    )


def normalised_entropy(shares: Mapping[str, float]) -> float:
    """Shannon entropy of shares over its maximum for that many groups; 0 for a single group.

    Example:
        >>> normalised_entropy({"power": 0.5, "security": 0.5})
        1.0
    """
    if len(shares) < 2:
        return 0.0
    return -sum(share * log(share) for share in shares.values() if share > 0) / log(len(shares))


def amplification(shown: Mapping[str, int], catalogue: Mapping[str, int], smoothing: float = 0.5) -> dict[str, float]:
    """Log of each group's share of what was shown over its share of the catalogue.

    Args:
        shown: Group to number of items shown.
        catalogue: Group to number of items that there are; groups without any are left out.
        smoothing: Items added per group to what was shown, spread as in the catalogue, so that a group that was
            never shown gets a finite, negative number.

    Returns:
        Group to natural logarithm; 0 means shown as often as its share of the catalogue.
    """
    total_catalogue, total_shown = sum(catalogue.values()), sum(shown.values())
    added = smoothing * len(catalogue)
    shares = {group: count / total_catalogue for group, count in catalogue.items() if count}
    return {
        group: log((shown.get(group, 0) + added * share) / (total_shown + added) / share)
        for group, share in sorted(shares.items())
    }


def drift(first: Mapping[str, float], last: Mapping[str, float]) -> float:
    """Jensen-Shannon distance (base 2) between two exposures over the same groups, 0 to 1."""
    from scipy.spatial.distance import jensenshannon

    names = sorted(first)
    # Rounding can make the divergence of equal distributions negative, of which scipy takes the root.
    if all(first[name] == last[name] for name in names):
        return 0.0
    return float(jensenshannon([first[name] for name in names], [last[name] for name in names], base=2))


def _window(start: int, shown: Sequence[str], names: Sequence[str]) -> Window:
    counts = Counter(shown)
    shares = {name: counts[name] / len(shown) for name in names}
    return Window(start, shares, normalised_entropy(shares))


def _rates(events: Sequence[Event]) -> dict[str, float]:
    actions = Counter(event.action for event in events)
    rates = {action: actions[action] / len(events) for action in ("watch", "like", "skip", "not_interested", "none")}
    return {**rates, "refusal": sum(event.refusal for event in events) / len(events)}


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
