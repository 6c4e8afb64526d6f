"""What a policy decides: the item, the reason, and the score and probability of everything that was on offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.feeds.items import FeedItem, Rows, Stock
from agents.feeds.state import FeedState
from vectorstore.foundation.errors import InputError

_ROUNDING = 1e-6
"""By which a sum of probabilities may miss one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One item that could have been shown."""

    id: str
    score: float
    """The policy's own score; 0 where it has none."""
    propensity: float
    """Probability of being shown, given the candidates on offer."""


class Candidates(Sequence[Candidate]):
    """All candidates of a step, kept as columns: a session of thousands of steps holds millions of them.

    Args:
        ids: Of the items.
        scores: (n,) the policy's own; 0 where it has none.
        propensities: (n,) probabilities, given the candidates on offer.

    Raises:
        InputError: A number is none, or the columns are not equally long.

    Example:
        >>> Candidates(("a", "b"), [0.5, 0.0], [0.75, 0.25])[0]
        Candidate(id='a', score=0.5, propensity=0.75)
    """

    __slots__ = ("ids", "propensities", "scores")

    def __init__(self, ids: Iterable[str], scores: ArrayLike, propensities: ArrayLike) -> None:
        self.ids = tuple(ids)
        self.scores: NDArray[np.float64] = np.asarray(scores, dtype=np.float64)
        self.propensities: NDArray[np.float64] = np.asarray(propensities, dtype=np.float64)
        if not self.scores.shape == self.propensities.shape == (len(self.ids),):
            raise InputError("every candidate needs one score and one propensity")
        if not (np.isfinite(self.scores).all() and np.isfinite(self.propensities).all()):
            raise InputError("a score or a propensity of a candidate is no number")

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> Candidates:
        """The same as columns."""
        if isinstance(candidates, cls):
            return candidates
        columns = ([each.id for each in candidates], [each.score for each in candidates])
        return cls(*columns, [each.propensity for each in candidates])

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> Candidate: ...
    @overload
    def __getitem__(self, place: slice) -> Candidates: ...
    def __getitem__(self, place: int | slice) -> Candidate | Candidates:
        if isinstance(place, slice):
            return Candidates(self.ids[place], self.scores[place], self.propensities[place])
        return Candidate(self.ids[place], float(self.scores[place]), float(self.propensities[place]))

    def __iter__(self) -> Iterator[Candidate]:
        return map(Candidate, self.ids, self.scores.tolist(), self.propensities.tolist())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Candidates):
            same = np.array_equal(self.scores, other.scores) and np.array_equal(self.propensities, other.propensities)
            return same and self.ids == other.ids
        return isinstance(other, Sequence) and len(other) == len(self) and all(map(_same, self, other))

    def __repr__(self) -> str:
        return f"Candidates({len(self)})"

    def stable(self) -> Candidates:
        """With twelve significant digits: the last ones differ between processors, and a replay may run on another."""
        return Candidates(self.ids, _stable(self.scores), _stable(self.propensities))

    def to_json(self) -> str:
        """A list of objects, as logs have it."""
        columns = zip(self.ids, _written(self.scores), _written(self.propensities), strict=True)
        return (
            "["
            + ",".join(
                [
                    f'{{"id":{encode_basestring_ascii(name)},"score":{score},"propensity":{share}}}'
                    for name, score, share in columns
                ]
            )
            + "]"
        )


def _same(one: object, other: object) -> bool:
    return one == other


def _written(numbers: NDArray[np.float64]) -> list[str]:
    # Most of a uniform feed's numbers are one number; compared as bits, since zero has two signs.
    bits = numbers.view(np.int64)
    if len(numbers) and (bits == bits[0]).all():
        return [repr(float(numbers[0]))] * len(numbers)
    return [repr(number) for number in numbers.tolist()]


def _stable(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    bits = numbers.view(np.int64)
    if len(numbers) and (bits == bits[0]).all():
        return np.full(len(numbers), float(f"{numbers[0]:.12g}"))
    return np.array([float(f"{number:.12g}") for number in numbers.tolist()])


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a policy decided."""

    item: FeedItem
    reason: str
    """Short stable code, e.g. ``"exploit"``."""
    candidates: Sequence[Candidate]
    """Their propensities sum to one."""
    propensity: float
    """That of the item shown."""


def drawn(
    stock: Stock,
    rows: Rows,
    chances: NDArray[np.float64],
    place: int,
    reason: str,
    scores: NDArray[np.float64] | None = None,
) -> Shown:
    """One of some rows, with everything that is told of it.

    Args:
        stock: The items.
        rows: (n,) on offer.
        chances: (n,) probability of each; they sum to one.
        place: Which of the rows is shown.
        reason: Short stable code.
        scores: (n,) the policy's own; ``None`` for none.
    """
    told = np.zeros(len(rows)) if scores is None else scores
    candidates = Candidates([stock.ids[row] for row in rows.tolist()], told, chances)
    return Shown(stock.items[rows[place]], reason, candidates, float(chances[place]))


def place_in(chances: NDArray[np.float64], uniform: float) -> int:
    """Which of several probabilities a uniform number falls on: inverts their cumulated sum."""
    return min(int(np.searchsorted(np.cumsum(chances), uniform, side="right")), len(chances) - 1)


def drawn_evenly(stock: Stock, rows: Rows, reason: str, uniform: float) -> Shown:
    """One of some rows, each with equal probability."""
    even = np.full(len(rows), 1 / len(rows))
    return drawn(stock, rows, even, place_in(even, uniform), reason)


def drawn_or_explored(
    state: FeedState,
    chances: NDArray[np.float64],
    scores: NDArray[np.float64],
    reason: str,
    luck: tuple[float, float, float],
) -> Shown:
    """One of the items on offer: in a share of the steps any of them (reason ``"explore"``), else by their chances.

    Args:
        state: Its offer.
        chances: (n,) probability of each where it does not explore.
        scores: (n,) the policy's own.
        reason: Short stable code of a step that does not explore.
        luck: The share, a uniform number that tells whether it explores, and one that tells which item.
    """
    share, explores, uniform = luck
    even = np.full(len(chances), 1 / len(chances))
    component, why = (even, "explore") if explores < share else (chances, reason)
    mixture = (1 - share) * chances + share * even
    return drawn(state.stock, state.offer, mixture, place_in(component, uniform), why, scores)


def check_shown(shown: Shown, state: FeedState, name: str) -> None:
    """Hold a decision against what every policy promises: by its chances sessions are reweighted.

    Args:
        shown: What a policy decided.
        state: By which it did.
        name: Of the policy.

    Raises:
        InputError: It shows what is not left to show, or the chances that it tells are none.
    """
    item_id, offered = shown.item.item_id, Candidates.of(shown.candidates)
    if state.stock.row(item_id) not in state.unseen:
        wrong = f"shows {item_id!r:.80}, which was shown before or is not in this session"
    elif item_id not in offered.ids:
        wrong = f"shows {item_id!r:.80}, which is not among its candidates"
    elif (offered.propensities < 0).any() or abs(float(offered.propensities.sum()) - 1) > _ROUNDING:
        wrong = "tells chances of its candidates that do not sum to one"
    elif abs(float(offered.propensities[offered.ids.index(item_id)]) - shown.propensity) > _ROUNDING:
        wrong = f"tells two chances of {item_id!r:.80}"
    else:
        return
    raise InputError(f"the policy {name!r:.80} {wrong}", "mend it, or make it a function that gives chances alone")
