"""A respondent that answers every kind of item by the planted formulas, without a network."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.models.ask_key import TAGS_READ, ask_content, canonical_json
from agents.models.base import Answer, Ask, Choice, ModelOptions
from agents.models.evidence import counted
from agents.models.model_names import ModelId
from agents.models.parsing.parse import parse_answer
from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.items.base import Shares
from valuespectrum.reference.respondents import member_entries
from valuespectrum.reference.twin.reading import TAGS, Understood, read_tags, understand
from vectorstore.foundation.errors import ModelError
from vectorstore.foundation.random_streams import stream

_LEAST = 1e-12
"""Probability of what is never said; zero has no logarithm."""
_LOST_MASS = 0.02
"""Probability of all options together where the question is not understood."""
_MOST_PARTS = 16


@dataclass(frozen=True, slots=True)
class TwinAnswer(Answer):
    """An answer with the words of each sample."""

    drawn: tuple[str, ...] = ()
    """In the order of drawing."""


class TwinModel:
    """Answers every kind of item of the reference world by the planted formulas, without a network.

    Words are the most probable ones; with samples, and in repeats of free texts (``Ask.draw`` above 0), they are drawn.

    Args:
        member: Who answers.
        options: Seed, samples, temperature.
        name: In the id; the member's own when empty.

    Raises:
        ModelError: Samples or temperature make no sense.
    """

    def __init__(self, member: CohortMember, options: ModelOptions | None = None, name: str = "") -> None:
        self._options = options or ModelOptions()
        if self._options.samples < 0 or self._options.temperature <= 0:
            raise ModelError("samples must not be negative, and their temperature must be above 0")
        self.member = member
        stated = canonical_json(member_entries(member))
        digest = hashlib.sha256(stated.encode()).hexdigest()[:12]
        self._id = str(ModelId("simulated", name or member.name, digest))
        samples = f"{self._options.samples} samples, " if self._options.samples else ""
        self._settings = {
            "respondent": stated,
            "rule": "twin 1",
            "decoding": f"{samples}temperature {self._options.temperature:g}, seed {self._options.seed}",
            TAGS_READ: TAGS,
        }

    @property
    def id(self) -> str:
        """``simulated:`` with the name and a digest of everything planted: ``simulated:amber@0a1b2c3d4e5f``."""
        return self._id

    @property
    def settings(self) -> Mapping[str, str]:
        """Everything planted, how words are drawn, and which tags are read."""
        return self._settings

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order, with log-probabilities or counts, and text."""
        return (self._answer(ask) for ask in asks)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order with text only."""
        for ask in asks:
            understood = understand(ask, self.member)
            text = understood if isinstance(understood, str) else self._text(ask, understood)
            yield Answer(text=text, parsed=parse_answer(text, ask.choices), tokens=_tokens(ask))

    def _answer(self, ask: Ask) -> Answer:
        understood = understand(ask, self.member)
        if isinstance(understood, str):
            return self._lost(ask, understood)
        if not ask.choices:
            return Answer(text=self._text(ask, understood), tokens=_tokens(ask))
        shares = understood.question.shares(understood.mind, understood.scenes, understood.said) or {}
        options = chosen(shares, ask.choices)
        if not any(options.values()):
            return self._lost(ask, "None of these is an answer.")
        if self._options.samples:
            return self._sampled(ask, shares)
        said = max(shares, key=lambda text: shares[text]).strip()
        return Answer(
            log_probabilities={name: math.log(max(share, _LEAST)) for name, share in options.items()},
            text=said,
            parsed=parse_answer(said, ask.choices),
            tokens=_tokens(ask),
        )

    def _lost(self, ask: Ask, text: str) -> Answer:
        """Says that nothing can be said; no option has a probability that counts."""
        parsed = parse_answer(text, ask.choices)
        if ask.choices and self._options.samples:
            texts = (text,) * self._options.samples
            return TwinAnswer(
                text=text,
                parsed=parsed,
                tokens=_tokens(ask),
                counts=counted([parsed] * len(texts), ask.choices),
                drawn=texts,
            )
        mass = {choice.name: math.log(_LOST_MASS / len(ask.choices)) for choice in ask.choices}
        return Answer(log_probabilities=mass, text=text, parsed=parsed, tokens=_tokens(ask))

    def _sampled(self, ask: Ask, shares: Shares) -> Answer:
        rng = self._chance(ask)
        texts = [_drawn(shares, self._options.temperature, rng).strip() for _ in range(self._options.samples)]
        classes = [parse_answer(text, ask.choices) for text in texts]
        most = Counter(classes).most_common(1)[0][0]
        return TwinAnswer(
            text=texts[classes.index(most)],
            parsed=most,
            tokens=_tokens(ask),
            counts=counted(classes, ask.choices),
            drawn=tuple(texts),
        )

    def _text(self, ask: Ask, understood: Understood) -> str:
        """A whole answer in words, part by part."""
        rng = self._chance(ask) if self._options.samples or ask.draw else None
        said = list(understood.said)
        for _ in range(_MOST_PARTS):
            shares = understood.question.shares(understood.mind, understood.scenes, said)
            if shares is None:
                break
            best = max(shares, key=lambda text: shares[text])
            said.append(best if rng is None else _drawn(shares, self._options.temperature, rng))
        return "".join(said[len(understood.said) :]).strip()

    def _chance(self, ask: Ask) -> np.random.Generator:
        """A generator that belongs to this ask, what it shows, and the seed."""
        content = canonical_json([self._settings["respondent"], ask_content(ask), read_tags(ask.tags)])
        digest = hashlib.sha256(content.encode()).digest()
        return stream(self._options.seed, "answers", int.from_bytes(digest[:4], "big"))


def chosen(shares: Shares, choices: Sequence[Choice]) -> dict[str, float]:
    """Probability of each option: that of the texts that are written as it is."""
    named = {
        form.strip().casefold(): choice.name for choice in choices for form in (*choice.surfaces, choice.name)[::-1]
    }
    found = dict.fromkeys((choice.name for choice in choices), 0.0)
    for text, share in shares.items():
        if name := named.get(text.strip().casefold()):
            found[name] += share
    return found


def _drawn(shares: Shares, temperature: float, rng: np.random.Generator) -> str:
    texts = list(shares)
    plain = np.array([shares[text] for text in texts])
    # Relative to the largest, which stays: near a temperature of 0 all of them would come to nothing.
    raised = (plain / plain.max()) ** (1 / temperature)
    return texts[int(np.searchsorted(np.cumsum(raised / raised.sum())[:-1], rng.random(), side="right"))]


def _tokens(ask: Ask) -> int:
    words = [ask.system, *(turn.words for turn in ask.turns), ask.stimulus.caption, ask.question, ask.prefill]
    return len(" ".join(words).split())
