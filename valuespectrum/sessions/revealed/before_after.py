"""The published number: share of clips that are watched on, after a persona had steered a feed against before.

Value-Spectrum (2411.11479) compares the share of yes decisions in 50 videos before and after a session under a persona.
It is here to compare with; what it confounds is said beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from valuespectrum.sessions.walks.walked import WalkedSession
from vectorstore.foundation.json_types import Json

LENGTH = 50
"""Steps at either end, or half of a shorter session."""
CONFOUNDS = (
    "Change of the share watched on from the first to the last steps, as published. It confounds what the persona "
    "likes, what the feed came to show, and how easily the model says yes: no placebo, no clones, no interval."
)


def before_after(sessions: Sequence[WalkedSession]) -> Json:
    """By walker and policy: share watched on in the first and in the last steps, and the change in percent.

    Returns:
        ``rows`` with ``before``, ``after`` (shares) and ``change`` (percent of ``before``; ``None`` where that is 0),
        and ``confounds``, which belongs beside them.
    """
    groups: dict[tuple[object, ...], list[WalkedSession]] = {}
    for each in sessions:
        groups.setdefault((*each.walker, each.policy), []).append(each)
    return {"confounds": CONFOUNDS, "rows": [_row(own) for own in groups.values()]}


def _row(own: Sequence[WalkedSession]) -> Json:
    parts = [(each.kept[: _ends(each)], each.kept[-_ends(each) :]) for each in own if len(each) > 1]
    before, after = (_share([part[side] for part in parts]) for side in (0, 1))
    change = None if not before or after is None else 100 * (after - before) / before
    return {**own[0].walker._asdict(), "policy": own[0].policy, "before": before, "after": after, "change": change}


def _ends(session: WalkedSession) -> int:
    return min(LENGTH, len(session) // 2)


def _share(parts: Sequence[np.ndarray]) -> float | None:
    decided = np.concatenate(parts) if parts else np.empty(0)
    decided = decided[~np.isnan(decided)]
    return float(decided.mean()) if decided.size else None
