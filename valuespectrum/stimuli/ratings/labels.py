"""What a rater says about a picture, and what the picture was found for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from valuespectrum.theory.values import VALUES

NO_VALUE = "none"
"""Named where a picture expresses none of the values."""
NAMES: tuple[str, ...] = (*VALUES, NO_VALUE)
"""What a rater may name."""
State = Literal["endorsed", "violated", "absent", ""]
"""Whether a value is lived or denied in a picture, or neither; empty where the rater does not say."""
STATES: tuple[State, ...] = get_args(State)
STRENGTHS = (1.0, 5.0)
"""Weakest and strongest."""
RaterKind = Literal["judge", "embedding", "people"]


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture that a benchmark shows, and what for."""

    value: str
    keyword: str
    frame: str
    clip: str
    picture: str
    """SHA-256 of the stored picture."""


@dataclass(frozen=True, slots=True)
class PictureLabel:
    """One value in one picture, by one rater who was not told what it was found for."""

    frame: str
    clip: str
    value: str
    """One of ``NAMES``."""
    state: State
    strength: float | None = None
    """How strongly the value is expressed, 1 to 5; ``None`` where nobody said."""
    named: bool = False
    """Whether it is the value that the picture expresses most: one a picture."""
    certainty: float | None = None
    """Probability that the rater gave to this name, 0 to 1; ``None`` of raters who have no probabilities."""


@dataclass(frozen=True, slots=True)
class RaterRecord:
    """Who labelled."""

    name: str
    kind: RaterKind
    source: str
    """Id of the model or embedder; empty for people."""
    version: str
    """Of the questions or the rule."""
    notes: tuple[str, ...] = ()
    """What its labels have to be read with."""

    def may_judge(self, embedder_id: str) -> bool:
        """Whether its labels say anything about what an embedder found: the same embedder only repeats itself."""
        return self.kind != "embedding" or self.source != embedder_id


def named_by_clip(labels: Iterable[PictureLabel]) -> dict[str, tuple[str, State]]:
    """What each clip expresses most, over its labelled frames: the most frequent name, the first of several.

    Example:
        >>> named_by_clip([PictureLabel("f", "c", "power", "endorsed", named=True), PictureLabel("f", "c", "face", "")])
        {'c': ('power', 'endorsed')}
    """
    votes: dict[str, Counter[tuple[str, State]]] = {}
    for label in labels:
        if label.named:
            votes.setdefault(label.clip, Counter())[label.value, label.state] += 1
    return {clip: counted.most_common(1)[0][0] for clip, counted in votes.items()}


def states_by_picture(labels: Iterable[PictureLabel]) -> Mapping[tuple[str, str], State]:
    """(frame, value) to its state, where the rater said one; a picture without any value has none of them."""
    found: dict[tuple[str, str], State] = {}
    for label in labels:
        if label.value == NO_VALUE:
            found |= {(label.frame, value): "absent" for value in VALUES if (label.frame, value) not in found}
        elif label.state:
            found[label.frame, label.value] = label.state
    return found
