"""``adversarial:stress``: clips that are hard to look at, kind by kind, between ordinary ones.

Kinds are the marks of items (blank pictures, lettering, damaged files, whatever a catalogue marks). Of near duplicates
there are, besides those that are marked, the items on offer that are nearly the same as one that was shown.
"""

from __future__ import annotations

import numpy as np

from agents.feeds.items import NEAR_DUPLICATE, Rows
from agents.feeds.products import small_product
from agents.feeds.shown import Shown, drawn, place_in
from agents.feeds.state import FeedState
from vectorstore.foundation.errors import InputError

_LOOKED_AT = 10
"""Items shown last of which near duplicates are looked for."""


def stressing(state: FeedState, alike: float, luck: tuple[float, float, float]) -> Shown:
    """An item of the kind whose turn it is; in a share of the steps any item on offer.

    Kinds of which something is left take turns. Every item that is left of a kind has equal probability; where no kind
    is left, every item on offer.

    Args:
        state: With something on offer.
        alike: Cosine from which an item counts as nearly the same.
        luck: The share of ordinary steps, a uniform number that tells whether this is one, one that tells which item.

    Raises:
        InputError: Nothing in the catalogue is marked.
    """
    share, ordinary, uniform = luck
    left = _left(state, alike)
    kind = sorted(left)[len(state.history) % len(left)] if left else ""
    hard = left.get(kind, state.offer)
    # Both parts of the mixture over one list, so that an item in both has one probability.
    rows = np.union1d(state.offer, hard)
    even, chances = np.isin(rows, state.offer) / len(state.offer), np.isin(rows, hard) / len(hard)
    component, reason = (even, "ordinary") if ordinary < share or not left else (chances, f"stress:{kind}")
    return drawn(state.stock, rows, share * even + (1 - share) * chances, place_in(component, uniform), reason)


def _left(state: FeedState, alike: float) -> dict[str, Rows]:
    """Kind to what is left of it; kinds of which nothing is left are left out."""
    marked = state.stock.marked
    if not marked:
        raise InputError(
            "no clip of the catalogue is marked as hard to look at", "ingest some that are, or use another policy"
        )
    unseen = np.zeros(len(state.stock), dtype=bool)
    unseen[state.unseen] = True
    left = {kind: rows[unseen[rows]] for kind, rows in marked.items()}
    left[NEAR_DUPLICATE] = np.union1d(left.get(NEAR_DUPLICATE, state.offer[:0]), _like_shown(state, alike))
    return {kind: rows for kind, rows in left.items() if len(rows)}


def _like_shown(state: FeedState, alike: float) -> Rows:
    recent = state.stock.vectors[state.history.rows[-_LOOKED_AT:]]
    if not len(recent):
        return state.offer[:0]
    cosines = small_product(state.stock.vectors[state.offer], recent.T.astype(np.float64))
    return np.asarray(state.offer[(cosines >= alike).any(axis=1)])
