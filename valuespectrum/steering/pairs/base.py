"""Pairs of texts: one stands for a value, the other for its opposite."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agents.models.ask_key import canonical_json
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

FEWEST_PAIRS = 20
"""Pairs below which nothing is fitted: a third is held out, and a share of fewer says nothing."""
PUBLISHED_PAIRS = 100
"""Pairs of each value that ConVA uses (Jin et al., ACL 2025; ``num_train_pairs`` of its code)."""


@dataclass(frozen=True, slots=True)
class ContrastPair:
    """Two texts about one person in one situation, or at least two texts."""

    positive: str
    """Stands for the value."""
    negative: str
    """Stands for its opposite."""
    form: str = ""
    """``statement``, ``story``, ``question``, or whatever a file says."""
    situation: str = ""
    """What both have in common: pairs of one situation are held out together. Empty where nobody knows."""


@dataclass(frozen=True, slots=True)
class PairSet:
    """Pairs for one value.

    Raises:
        InputError: A text is empty, or a pair has one text twice.
    """

    value: str
    pairs: tuple[ContrastPair, ...]
    source: str
    """Where they come from, for a manifest: ``"grammar"``, ``"file"``, ``"generated"``."""
    controlled: bool = True
    """Whether the two texts of a pair share everything but the choice."""

    def __post_init__(self) -> None:
        for number, pair in enumerate(self.pairs, start=1):
            if not pair.positive.strip() or not pair.negative.strip():
                raise InputError(f"pair {number} of {self.value} has an empty text", "leave it out")
            if pair.positive.strip() == pair.negative.strip():
                raise InputError(f"pair {number} of {self.value} says the same twice: {pair.positive!r:.80}")

    def first(self, count: int, seed: int = 0) -> PairSet:
        """So many pairs, each situation and form in turn, in an order that the seed draws.

        Args:
            count: How many; fewer where there are not so many.
            seed: Another seed, other pairs.
        """
        rng = stream(seed, f"steering/pairs/{self.value}")
        drawn = [self.pairs[place] for place in rng.permutation(len(self.pairs))]
        turns: dict[str, int] = {}
        placed = []
        for pair in drawn:
            turns[pair.situation] = turns.get(pair.situation, 0) + 1
            placed.append((turns[pair.situation], pair))
        placed.sort(key=lambda each: each[0])  # stable: within a turn as drawn
        return replace(self, pairs=tuple(pair for _, pair in placed[:count]))

    def require(self, least: int = FEWEST_PAIRS) -> PairSet:
        """The same, if there are enough.

        Raises:
            InputError: There are too few.
        """
        if len(self.pairs) < least:
            raise InputError(
                f"{self.value}: {len(self.pairs)} pairs, and at least {least} are needed",
                f"add pairs; the published method takes {PUBLISHED_PAIRS}",
            )
        return self

    @property
    def digest(self) -> str:
        """SHA-256 over the texts, for a manifest."""
        return hashlib.sha256(
            canonical_json([[each.positive, each.negative] for each in self.pairs]).encode()
        ).hexdigest()

    @property
    def groups(self) -> tuple[str, ...]:
        """What each pair is held out with: those of its situation, and those that have a line in common with them.

        Where that would be more than half of all pairs, only situations are held together (``mixed``).
        """
        return tuple(map(_situation, self.pairs)) if self.mixed else self._related()

    @property
    def mixed(self) -> bool:
        """Whether lines run through so many situations that a pair which is held out is known from others."""
        related = self._related()
        most = max(Counter(related).values(), default=0)
        return 2 * most > len(related) and len(set(map(_situation, self.pairs))) > len(set(related))

    def _related(self) -> tuple[str, ...]:
        """For each pair one name for all that situations and lines join."""
        above: dict[str, str] = {}

        def root(name: str) -> str:
            while above.setdefault(name, name) != name:
                name = above[name]
            return name

        for pair in self.pairs:
            for line in _lines(pair):
                above[root(f"line {line}")] = root(f"situation {_situation(pair)}")
        return tuple(root(f"situation {_situation(pair)}") for pair in self.pairs)

    @property
    def texts(self) -> Sequence[str]:
        """All positive texts, then all negative ones."""
        return [each.positive for each in self.pairs] + [each.negative for each in self.pairs]


def _situation(pair: ContrastPair) -> str:
    """The situation of a pair; where nobody says one, its positive text."""
    return pair.situation or pair.positive


def _lines(pair: ContrastPair) -> Iterator[str]:
    return (line.strip() for text in (pair.positive, pair.negative) for line in text.splitlines() if line.strip())
