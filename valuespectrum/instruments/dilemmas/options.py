"""Options of the dilemmas: whose, how many, what of earlier steps is in view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from valuespectrum.instruments.dilemmas.grammar import OWN_SCORED, own_dilemmas
from valuespectrum.instruments.dilemmas.items import LABEL_SETS, EscalationSet
from valuespectrum.instruments.dilemmas.published import once_each, read_dilemmas
from valuespectrum.instruments.wordings.reading import items_digest
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

History = Literal["full", "choices", "none", "shuffled"]
"""What of its earlier steps a respondent has in view: situations and its own choices; its own choices alone; nothing;
situations and choices in a drawn order."""
_ROUNDS, _MOST_ROUNDS = 18, 200
"""Where nothing is said, and the most."""


@dataclass(frozen=True, slots=True)
class DilemmaOptions:
    """Which dilemmas, put how."""

    file: str = ""
    """Dilemmas in the layout of Multi-step Moral Dilemmas; our own when empty."""
    values: str = ""
    """Which values: ``ten`` or ``nineteen`` for our own dilemmas; for a file the set of its labels (``schwartz_10``,
    ``moral_foundations_6``), or empty to see which one it is."""
    rounds: int = _ROUNDS
    """Of our own dilemmas: in each round every value is in one of them."""
    most: int = 0
    """Dilemmas of a file that are asked, from the first; 0 for all, but for those that come again."""
    history: History = "full"
    """``full``, ``choices``, ``none`` or ``shuffled``."""
    unforced: bool = False
    """Whether neither may be answered."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers."""

    def __post_init__(self) -> None:
        if self.history not in get_args(History):
            raise InputError(f"there is no history {self.history!r:.40}", f"one of {', '.join(get_args(History))}")
        if not 1 <= self.rounds <= _MOST_ROUNDS:
            raise InputError(f"rounds must lie in 1..{_MOST_ROUNDS}, got {self.rounds}")
        if self.most < 0 or (self.most and not self.file):
            raise InputError("most is for dilemmas of a file, and not negative", "name rounds for our own")
        if self.file and self.rounds != _ROUNDS:
            raise InputError("rounds is for dilemmas of our own, and a file was named", "name most for those of a file")
        known = LABEL_SETS if self.file else OWN_SCORED
        if self.values and self.values not in known:
            raise InputError(f"no such dilemmas are about {self.values!r:.40}", f"one of {', '.join(known)}")

    def dilemmas(self, seed: int) -> EscalationSet:
        """What is asked.

        Args:
            seed: Of our own dilemmas.

        Raises:
            InputError: The file is missing or wrong.
        """
        if not self.file:
            return own_dilemmas(OWN_SCORED[self.values or "ten"], self.rounds, seed)
        read = once_each(read_dilemmas(user_path(self.file), self.values).found)
        kept = read.dilemmas[: self.most] if self.most else read.dilemmas
        return EscalationSet(read.labels, kept, read.notes)

    @property
    def scored(self) -> ValueSet:
        """The values that are scored.

        Raises:
            InputError: The file is missing or wrong.
        """
        if not self.file:
            return OWN_SCORED[self.values or "ten"]
        return LABEL_SETS[self.values] if self.values else read_dilemmas(user_path(self.file)).found.labels

    @property
    def own_items(self) -> Mapping[str, str]:
        """What a manifest keeps of the user's file, since others are another run: a hash; nothing of none.

        Raises:
            InputError: It cannot be read.
        """
        return {"items": items_digest(user_path(self.file))} if self.file else {}
