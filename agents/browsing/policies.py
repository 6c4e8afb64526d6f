"""Feed policies: what a browsing agent is shown next, and with what probability.

A third-party policy is a class behind an entry point of the group ``valuespectrum.policies``: it has a ``name``, a
frozen dataclass ``Options``, a constructor that takes one instance of it, and ``next``. It keeps no state of its
own, so that a session can be taken up again or replayed: everything that happened is in ``FeedState``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, cast, runtime_checkable

import numpy as np

from vectorstore.foundation.errors import InputError
from vectorstore.foundation.plugins import Extensions, checked_options

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


_FAINTEST = 1e-12
_NEEDS = "a class with name, Options (a frozen dataclass) and next is needed"


@dataclass(frozen=True, slots=True, eq=False)
class FeedItem:
    """One clip as a policy sees it."""

    item_id: str
    """Clip id."""
    frame_id: str
    """The frame that stands for the clip."""
    group: str | None
    """What quotas and exposure are counted by, e.g. the clip's value; ``None`` for no group."""
    vector: np.ndarray
    """(dimension,) embedding of the clip, unit length or zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Engagement:
    """One item that was shown and how it was received."""

    item: FeedItem
    weight: float
    """Positive for interest, negative for disinterest, 0 for no signal."""


@dataclass(frozen=True, slots=True, eq=False)
class FeedState:
    """Everything that a policy may use."""

    catalogue: Sequence[FeedItem]
    """All items of the session."""
    candidates: Sequence[FeedItem]
    """Items on offer now: none of them was shown before."""
    history: Sequence[Engagement] = ()
    """Oldest first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One item that could have been shown."""

    id: str
    score: float
    """The policy's own score; 0 where it has none."""
    propensity: float
    """Probability of being shown, given the candidates on offer."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a policy decided."""

    item: FeedItem
    reason: str
    """Short stable code, e.g. ``"exploit"``."""
    candidates: tuple[Candidate, ...]
    """Their propensities sum to one."""
    propensity: float
    """That of the item shown."""


@runtime_checkable
class Policy(Protocol):
    """Decides what is shown next."""

    name: ClassVar[str]
    Options: ClassVar[type]

    @property
    def options(self) -> DataclassInstance:
        """The instance of ``Options`` in use."""

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Choose one of the candidates, or ``None`` when nothing is left to show."""


class PolicyKind(Protocol):
    """A class of policies: what an extension of this kind is."""

    name: str
    Options: type

    def __call__(self, options: object) -> Policy:
        """Make a policy from an instance of its ``Options``."""


def _policy_kind(found: object) -> PolicyKind | None:
    wanted = isinstance(found, type) and all(hasattr(found, part) for part in ("name", "Options", "next"))
    return cast(PolicyKind, found) if wanted and is_dataclass(cast(PolicyKind, found).Options) else None


POLICIES = Extensions("valuespectrum.policies", "policy", _policy_kind, _NEEDS)
"""Feed policies by name."""


def _place(shares: np.ndarray, uniform: float) -> int:
    """Invert the cumulated probabilities."""
    return min(int(np.searchsorted(np.cumsum(shares), uniform, side="right")), len(shares) - 1)


def _shown(items: Sequence[FeedItem], scores: np.ndarray, shares: np.ndarray, place: int, reason: str) -> Shown:
    candidates = tuple(
        Candidate(item.item_id, float(score), float(share))
        for item, score, share in zip(items, scores, shares, strict=True)
    )
    return Shown(items[place], reason, candidates, candidates[place].propensity)


def _uniform(items: Sequence[FeedItem], reason: str, uniform: float) -> Shown:
    even = np.full(len(items), 1 / len(items))
    return _shown(items, np.zeros(len(items)), even, _place(even, uniform), reason)


# ---------------------------------------------------------------------------------------------- random


@dataclass(frozen=True, slots=True)
class RandomOptions:
    """A random feed has nothing to set."""


@POLICIES.register("random")
@dataclass(frozen=True, slots=True)
class Random:
    """Every candidate with equal probability, without replacement."""

    options: RandomOptions = RandomOptions()
    name: ClassVar[str] = "random"
    Options: ClassVar[type] = RandomOptions

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw uniformly."""
        return _uniform(state.candidates, "random", rng.random()) if state.candidates else None


# ---------------------------------------------------------------------------------------------- balanced


@dataclass(frozen=True, slots=True)
class BalancedOptions:
    """How groups take turns."""

    first_row: int = 0
    """Row of the Latin square that the session starts with; give parallel sessions different rows."""
    include_ungrouped: bool = False
    """Whether items without a group form a group of their own; otherwise they are never shown."""

    def __post_init__(self) -> None:
        if self.first_row < 0:
            raise InputError(f"first_row must not be negative, got {self.first_row}")


@POLICIES.register("balanced")
@dataclass(frozen=True, slots=True)
class Balanced:
    """Equal quotas: each round shows every group once, in an order that balances what follows what.

    The orders are the rows of a Williams square (Williams 1949, "Experimental designs balanced for the estimation
    of residual effects"). Within a group every item has equal probability. A group that has run out is passed over.
    """

    options: BalancedOptions = BalancedOptions()
    name: ClassVar[str] = "balanced"
    Options: ClassVar[type] = BalancedOptions

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw from the group whose turn it is.

        Raises:
            InputError: No item of the catalogue has a group.
        """
        names = {item.group for item in state.catalogue if item.group is not None or self.options.include_ungrouped}
        if not names:
            raise InputError("the balanced policy needs items with groups", "use the policy random instead")
        groups = sorted(names, key=lambda name: (name is None, name or ""))
        stock: dict[str | None, list[FeedItem]] = {group: [] for group in groups}
        for item in state.candidates:
            if item.group in stock:
                stock[item.group].append(item)
        if not any(stock.values()):
            return None
        shown = Counter(past.item.group for past in state.history)
        rounds = min(shown[group] for group in groups if stock[group])
        rows = williams_square(len(groups))
        order = rows[(self.options.first_row + rounds) % len(rows)]
        turn = next(groups[place] for place in order if stock[groups[place]] and shown[groups[place]] == rounds)
        return _uniform(stock[turn], f"quota:{turn or 'none'}", rng.random())


def williams_square(count: int) -> list[list[int]]:
    """Orders of ``count`` things in which each comes first, second, ... and after each other equally often.

    Returns:
        ``count`` rows for an even number, twice as many for an odd one.

    Example:
        >>> williams_square(4)
        [[0, 3, 1, 2], [1, 0, 2, 3], [2, 1, 3, 0], [3, 2, 0, 1]]
    """
    zigzag = [-(place // 2 + 1) if place % 2 == 0 else place // 2 + 1 for place in range(count - 1)]
    first = [0, *(step % count for step in zigzag)]
    rows = [[(place + shift) % count for place in first] for shift in range(count)]
    return rows if count % 2 == 0 else [*rows, *([*reversed(row)] for row in rows)]


# ---------------------------------------------------------------------------------------------- similar


@dataclass(frozen=True, slots=True)
class SimilarOptions:
    """How strongly, and how long, engagement steers the feed."""

    decay: float = 0.9
    """Factor by which an engagement weighs less with every later item, above 0 to 1."""
    temperature: float = 0.1
    """Of the softmax over similarities, above 0: small values show only the most similar items."""
    exploration: float = 0.1
    """Share of steps that draw uniformly, 0 to 1."""

    def __post_init__(self) -> None:
        if not 0 < self.decay <= 1:
            raise InputError(f"decay must lie above 0 and up to 1, got {self.decay}")
        if not 1e-6 <= self.temperature <= 1e6:
            raise InputError(f"temperature must lie in 0.000001..1000000, got {self.temperature}")
        if not 0 <= self.exploration <= 1:
            raise InputError(f"exploration must lie in 0..1, got {self.exploration}")


@POLICIES.register("similar")
@dataclass(frozen=True, slots=True)
class Similar:
    """More of what was engaged with: softmax of the similarity to the user vector, with a share of exploration.

    The user vector is the decayed, engagement-weighted mean of the vectors of the items shown; negative engagement
    pushes it away. It is not brought to unit length, so that a user who sent weak or mixed signals gets a
    feed that is closer to uniform.
    """

    options: SimilarOptions = SimilarOptions()
    name: ClassVar[str] = "similar"
    Options: ClassVar[type] = SimilarOptions

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw by similarity, or uniformly while there is no signal yet."""
        if not state.candidates:
            return None
        explores, uniform = (float(draw) for draw in rng.random(2))
        user = self.user_vector(state.history)
        if user is None:
            return _uniform(state.candidates, "cold_start", uniform)
        # Sums along rows instead of a matrix product: their rounding does not depend on the linear algebra library.
        vectors = np.stack([item.vector for item in state.candidates]).astype(np.float64)
        scores = (vectors * user).sum(axis=1)
        exploit = np.exp((scores - scores.max()) / self.options.temperature)
        exploit /= exploit.sum()
        even = np.full(len(scores), 1 / len(scores))
        share = self.options.exploration
        component, reason = (even, "explore") if explores < share else (exploit, "exploit")
        mixture = (1 - share) * exploit + share * even
        return _shown(state.candidates, scores, mixture, _place(component, uniform), reason)

    def user_vector(self, history: Sequence[Engagement]) -> np.ndarray | None:
        """(dimension,) float64 of length at most 1; ``None`` without any signal."""
        ages = range(len(history) - 1, -1, -1)
        signals = [
            (weight, past.item.vector)
            for past, age in zip(history, ages, strict=True)
            if abs(weight := past.weight * self.options.decay**age) > _FAINTEST
        ]
        if not signals:
            return None
        total = sum(abs(weight) for weight, _ in signals)
        mean = sum(weight / total * vector.astype(np.float64) for weight, vector in signals)
        return np.asarray(mean)


# ---------------------------------------------------------------------------------------------- registry


def load_policy(name: str, **params: object) -> Policy:
    """Make a policy by name.

    Args:
        name: A built-in policy or one that an installed package offers.
        params: Options of the policy; text such as ``"0.2"`` is converted.

    Raises:
        InputError: The policy is unknown, or an option is unknown or out of range.
    """
    kind = POLICIES.load(name)
    return kind(checked_options(f"policy {name!r}", kind.Options, params))


def policy_params(policy: Policy) -> dict[str, object]:
    """The options of a policy, ready for JSON."""
    return asdict(policy.options)
