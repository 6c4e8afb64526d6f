"""When an intervention works: a gate looks at the words of a question, never at pictures, and opens or stays shut."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from agents.models.steering.written import Arrays, Document
from vectorstore.foreign.typed import finite, listed, text
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.plugins import Extensions, guarded


@runtime_checkable
class Scorer(Protocol):
    """Says how much a text is about something."""

    @property
    def kind(self) -> str:
        """The name that files have for scorers of its kind."""

    def __call__(self, question: str) -> float:
        """A finite number; equal texts get equal ones."""

    def written(self) -> tuple[Document, Arrays]:
        """What is needed to make it again: plain JSON, and arrays by name (float32 or int64)."""


ReadScorer = Callable[[Mapping[str, object], Arrays], Scorer]
"""Makes a scorer of what its ``written`` gave; raises ``ValueError`` or ``InputError`` for anything else."""

_TRIED = "Is this a question?"
_WRITTEN = (np.float32, np.int64)


def _reader(found: object) -> ReadScorer | None:
    return cast(ReadScorer, found) if callable(found) else None


GATES = Extensions("valuespectrum.gates", "kind of gate", _reader, "read(document, arrays) -> Scorer is needed")
"""What reads scorers out of files, by the kind that the file names."""


@dataclass(frozen=True)
class Gate:
    """Opens for questions whose score is above a threshold, or below a low one (ConVA has both).

    Raises:
        InputError: A threshold is no number, or the lower one is above the other, so that it would never be shut.
    """

    scorer: Scorer
    above: float
    below: float | None = None

    def __post_init__(self) -> None:
        if not all(math.isfinite(bound) for bound in (self.above, self.below or 0.0)):
            raise InputError("a gate's thresholds must be finite")
        if self.below is not None and self.below > self.above:
            raise InputError(
                f"a gate that opens above {self.above:g} and below {self.below:g} is never shut",
                "name a lower threshold that is lower",
            )

    def opens(self, question: str) -> bool:
        """Whether the intervention works for a question.

        Raises:
            ValueSpectrumError: The scorer fails, or gives what is no number.
        """
        what = f"a gate of kind {self.scorer.kind!r:.40}"
        score = guarded(self.scorer, f"{what} cannot score", lambda: float(self.scorer(question)))
        if not math.isfinite(score):
            raise InputError(f"{what} gives {score}, which is no score", "remove its package, or the gate")
        return score > self.above or (self.below is not None and score < self.below)

    def check(self) -> None:
        """Score something, so that a gate that cannot is found out before a model is asked.

        Raises:
            ValueSpectrumError: It cannot: its encoder is missing, or another one by now.
        """
        self.opens(_TRIED)


def written_gate(gate: Gate) -> tuple[Document, dict[str, NDArray[np.generic]]]:
    """A gate as JSON and arrays.

    Raises:
        InputError: The scorer cannot be written, or has numbers of a kind that files do not hold.
    """
    what = f"a gate of kind {gate.scorer.kind!r:.40}"
    document, arrays = guarded(gate.scorer, f"{what} cannot be written", gate.scorer.written)
    if not all(part.dtype.type in _WRITTEN for part in arrays.values()):
        raise InputError(f"{what} has arrays of another kind than float32 or int64", "remove its package")
    told = {"kind": gate.scorer.kind, "above": gate.above, "below": gate.below, "scorer": document}
    return told, {f"gate.{name}": part for name, part in arrays.items()}


def read_gate(document: Mapping[str, object], arrays: Arrays) -> Gate:
    """A gate out of a file.

    Raises:
        ValueError: Something in it is not what it should be.
        InputError: Nothing here reads scorers of its kind, or what does cannot.
    """
    kind = text(document.get("kind"), "kind of gate")
    told = document.get("scorer")
    if not isinstance(told, Mapping):
        raise ValueError("scorer is no object")
    own = {name.removeprefix("gate."): part for name, part in arrays.items() if name.startswith("gate.")}
    below = document.get("below")
    above = finite(document.get("above"), "above")
    return Gate(_scorer(kind, told, own), above, None if below is None else finite(below, "below"))


def _scorer(kind: str, told: Mapping[str, object], arrays: Arrays) -> Scorer:
    read = GATES.load(kind)
    made = guarded(read, f"its gate of kind {kind!r:.40} cannot be read", lambda: read(told, arrays))
    if not isinstance(made, Scorer) or made.kind != kind:
        raise InputError(f"what reads gates of kind {kind!r:.40} makes no scorer of that kind", "remove its package")
    return made


@dataclass(frozen=True)
class WordScorer:
    """A logistic model of which words a text has: ``sigmoid(bias + sum of the weights of its words)``.

    Raises:
        InputError: There are not as many weights as words.
    """

    words: tuple[str, ...]
    """In small letters."""
    weights: NDArray[np.float32]
    bias: float = 0.0
    kind: str = "words"

    def __post_init__(self) -> None:
        if self.weights.shape != (len(self.words),) or not np.isfinite(self.weights).all():
            raise InputError(f"{self.weights.shape} weights for {len(self.words)} words")

    def __call__(self, question: str) -> float:
        """A probability; each word counts once."""
        present = set(words_of(question))
        total = self.bias + sum(
            float(weight) for word, weight in zip(self.words, self.weights, strict=True) if word in present
        )
        return 1 / (1 + math.exp(-max(-700.0, min(700.0, total))))

    def written(self) -> tuple[Document, Arrays]:
        """Words, bias and weights."""
        return {"words": list(self.words), "bias": self.bias}, {"weights": self.weights}


def words_of(question: str) -> list[str]:
    """The words of a text in small letters, in their order, without what stands between them."""
    letters = "".join(letter if letter.isalnum() or letter in "'-" else " " for letter in question.lower())
    return letters.split()


@GATES.register("words")
def read_words(document: Mapping[str, object], arrays: Arrays) -> WordScorer:
    """A scorer of words out of a file: a ``ReadScorer``.

    Raises:
        ValueError: Something in it is not what it should be.
        InputError: There are not as many weights as words.
    """
    words = tuple(text(word, "word") for word in listed(document.get("words"), "words"))
    if set(document) != {"words", "bias"} or set(arrays) != {"weights"}:
        raise ValueError("a scorer of words has words, a bias and weights")
    return WordScorer(words, np.asarray(arrays["weights"], dtype=np.float32), finite(document["bias"], "bias"))
