"""Make a gate out of examples, and see on others whether it tells the two sides apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.models.steering.gates import Gate, Scorer, WordScorer, words_of
from valuespectrum.steering.gating.encoded import EncodedClassifier, NamedEncoder, NearnessScorer
from valuespectrum.steering.gating.examples import GateExample, GateExamples
from valuespectrum.steering.gating.thresholds import GateOptions, dividing
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

KINDS = ("classifier", "embedding")
"""A logistic regression on words or on vectors; nearness to the texts that are for."""
HELD_OUT = 0.3
"""Share of the situations that are held out."""
FEWEST = 10
"""Situations of a side from which on some are held out."""
LEAST = 0.7
"""Share of held-out texts of either side that must be told rightly."""
_CERTAIN = 0.5
_SOFTNESS = {False: 1.0, True: 10.0}
"""Inverse of the L2 penalty on words, and on vectors: of length one, their differences are small."""
_ITERATIONS = 10_000
Sides = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FittedGate:
    """A gate with what is known of it."""

    gate: Gate
    told: Mapping[str, str | int | float]
    """For a manifest: examples, and how it does on those that were held out."""
    notes: tuple[str, ...] = ()
    """What it has to be read with, in words."""


def fit_gate(kind: str, found: GateExamples, options: GateOptions, value: str = "") -> FittedGate:
    """Make a gate.

    What is held out are whole situations, of either side; the gate is the one that was made of the others, so that what
    is told of it holds of it.

    Args:
        kind: ``"classifier"`` or ``"embedding"``.
        found: Texts of both sides; for an embedding with a threshold those that are for are enough.
        options: Encoder and thresholds.
        value: Whose published thresholds are meant.

    Raises:
        InputError: An option makes no sense, there are too few texts, or the two sides cannot be told apart.
        ValueSpectrumError: The encoder cannot be loaded.
    """
    if kind not in KINDS:
        raise InputError(f"there is no gate {kind!r:.60}", f"choose {' or '.join(KINDS)}")
    if kind == "embedding" and not options.encoder:
        raise InputError("a gate by embedding needs an encoder", "e.g. --gate-option encoder=reference")
    above, below = options.thresholds(value)
    examples = found.examples
    told: dict[str, str | int | float] = {
        "gate_examples": len(examples),
        "gate_source": found.source,
        "gate_sha256": found.digest,
    }
    if fewest_situations(examples) < FEWEST:
        return _unmeasured(kind, examples, options, (above, below), told)
    held = held_out(examples, options.drawn_by)
    kept = [each for each, out in zip(examples, held, strict=True) if not out]
    scorer, edge = _made(kind, kept, options.encoder)
    tried = [each for each, out in zip(examples, held, strict=True) if out]
    scores, sides = np.array([scorer(each.text) for each in tried]), _sides(tried)
    opens, shut = _shares(scores > edge, sides)
    if min(opens, shut) < LEAST:
        raise InputError(
            f"the gate does not tell the texts apart: of held-out ones it opens for {opens:.0%} of {sides.sum()} that "
            f"are for, and stays shut for {shut:.0%} of {(~sides).sum()} that are against (at least {LEAST:.0%} each)",
            "add examples, or name an encoder that understands them, e.g. --gate-option encoder=SPEC",
        )
    gate = Gate(scorer, edge if above is None else above, below)
    passed = np.array([gate.opens(each.text) for each in tried])
    opens, shut = _shares(passed, sides)
    told |= {"gate_held_out": len(tried), "gate_accuracy": round(float((passed == sides).mean()), 4)}
    told |= {"gate_opens": round(opens, 4), "gate_stays_shut": round(shut, 4)}
    return FittedGate(gate, told, _notes(opens, shut, options))


def held_out(examples: Sequence[GateExample], seed: int) -> Sides:
    """Which examples are held out: whole situations, of each side as large a share.

    Args:
        examples: Equal texts, and texts of one situation, stay together.
        seed: Another seed, others.
    """
    groups = _groups(examples)
    of_group: dict[str, set[bool]] = {}
    for group, each in zip(groups, examples, strict=True):
        of_group.setdefault(group, set()).add(each.opens)
    out: set[str] = set()
    for kind in ({True}, {False}, {True, False}):
        alike = [group for group, sides in of_group.items() if sides == kind]
        order = stream(seed, "steering/gate held out").permutation(len(alike))
        out |= {alike[place] for place in order[: round(HELD_OUT * len(alike))]}
    return np.array([group in out for group in groups])


def fewest_situations(examples: Sequence[GateExample]) -> int:
    """Situations of the side that has fewer."""
    groups = _groups(examples)
    return min(
        len({group for group, each in zip(groups, examples, strict=True) if each.opens is side})
        for side in (True, False)
    )


def _groups(examples: Sequence[GateExample]) -> list[str]:
    return [each.situation or " ".join(words_of(each.text)) for each in examples]


def _sides(examples: Sequence[GateExample]) -> Sides:
    return np.array([each.opens for each in examples])


def _shares(passed: Sides, sides: Sides) -> tuple[float, float]:
    return float(passed[sides].mean()), float((~passed[~sides]).mean())


def _unmeasured(
    kind: str,
    examples: Sequence[GateExample],
    options: GateOptions,
    thresholds: tuple[float | None, float | None],
    told: Mapping[str, str | int | float],
) -> FittedGate:
    """A gate out of so few texts that none can be held out: nearness with a threshold that somebody names.

    Raises:
        InputError: It is anything else.
    """
    above, below = thresholds
    texts = [each.text for each in examples if each.opens]
    if kind != "embedding" or above is None or not texts:
        raise InputError(
            f"too few examples: {fewest_situations(examples)} situations of one side, and at least {FEWEST} of each "
            "are needed",
            "add texts that are for and texts that are against",
        )
    note = "too few texts to hold some out: whether the gate tells them apart was not measured"
    return FittedGate(Gate(_nearness(texts, NamedEncoder.load(options.encoder)), above, below), told, (note,))


def _notes(opens: float, shut: float, options: GateOptions) -> tuple[str, ...]:
    notes = []
    if min(opens, shut) < LEAST:
        notes.append(
            f"at the thresholds that were named the gate opens for {opens:.0%} of held-out texts that are for, and "
            f"stays shut for {shut:.0%} of those that are against"
        )
    if options.above == "published":
        notes.append("published thresholds are about the scores of the published detector, which this gate is not")
    return tuple(notes)


def _made(kind: str, examples: Sequence[GateExample], encoder: str) -> tuple[Scorer, float]:
    """A scorer, and the score that divides the examples."""
    if not encoder:
        return _word_classifier(examples), _CERTAIN
    loaded = NamedEncoder.load(encoder)
    if kind == "embedding":
        scorer = _nearness([each.text for each in examples if each.opens], loaded)
        return scorer, _dividing_nearness(examples, loaded)
    vectors = np.stack([loaded.vector(each.text) for each in examples]).astype(np.float64)
    weights, bias = _logistic(vectors, _sides(examples), encoded=True)
    return EncodedClassifier(loaded, weights.astype(np.float32), bias), _CERTAIN


def _nearness(texts: Sequence[str], encoder: NamedEncoder) -> NearnessScorer:
    return NearnessScorer(encoder, np.stack([encoder.vector(each) for each in dict.fromkeys(texts)]))


def _dividing_nearness(examples: Sequence[GateExample], encoder: NamedEncoder) -> float:
    """Where nearness divides examples, each as near to those of other situations as a new text would be."""
    vectors = np.stack([encoder.vector(each.text) for each in examples]).astype(np.float64)
    groups, sides = np.array(_groups(examples)), _sides(examples)
    near = vectors @ vectors[sides].T
    near[groups[:, None] == groups[sides]] = -1.0
    return dividing(near.max(axis=1), sides)


def _word_classifier(examples: Sequence[GateExample]) -> WordScorer:
    from scipy.sparse import csr_matrix

    texts = [sorted(set(words_of(each.text))) for each in examples]
    counted = Counter(word for text in texts for word in text)
    known = {word: place for place, word in enumerate(sorted(word for word, count in counted.items() if count > 1))}
    if not known:
        raise InputError("the gate does not tell the texts apart: no two of them share a word", "add examples")
    cells = [(row, known[word]) for row, text in enumerate(texts) for word in text if word in known]
    rows, columns = zip(*cells, strict=True)
    present = csr_matrix((np.ones(len(cells)), (rows, columns)), shape=(len(texts), len(known)))
    weights, bias = _logistic(present, _sides(examples), encoded=False)
    return WordScorer(tuple(known), weights.astype(np.float32), bias)


def _logistic(
    numbers: NDArray[np.float64] | csr_matrix, sides: Sides, encoded: bool
) -> tuple[NDArray[np.float64], float]:
    """Weights and offset; both sides weigh alike, however many texts they have."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_SOFTNESS[encoded], class_weight="balanced", max_iter=_ITERATIONS, tol=1e-6)
    model.fit(numbers, sides)
    return np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0])
