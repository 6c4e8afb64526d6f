"""What must be asked of an engine to answer one ask, and how the replies make the answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.models.ask_key import ask_content, canonical_json, repeats_setting, repeats_words
from agents.models.base import Answer, Ask, ModelOptions
from agents.models.choice_tokens import DRESS, ChoiceReading, ChoiceTokens
from agents.models.engines.naive_engine import Reply, Sampling, Work
from agents.models.evidence import counted
from agents.models.parsing.parse import parse_answer
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import numpy as np

Decode = Callable[[Sequence[int]], str]
"""From token ids to words, without special tokens."""


@dataclass(frozen=True, slots=True)
class LocalAnswer(Answer):
    """An answer with what an engine tells beside it."""

    completion_tokens: int = 0
    """Tokens of the words, of all samples together where they were drawn."""
    drawn: tuple[str, ...] = ()
    """The words of each sample, in the order of drawing."""


@dataclass(frozen=True, slots=True)
class Readout:
    """Work for one ask, with what becomes of the replies."""

    work: tuple[Work, ...]
    answer: Callable[[Sequence[Reply]], Answer]
    """Made of the replies to the work, and to further work where there is some."""
    further: Callable[[Sequence[Reply]], tuple[Work, ...]] = lambda replies: ()
    """What the replies to the work make necessary."""


def words_only(ask: Ask, options: ModelOptions, never: tuple[int, ...], decode: Decode) -> Readout:
    """Free text: the most probable one, and in repeats of it one that is drawn.

    Args:
        ask: What is asked.
        options: Temperature of repeats, and their seed.
        never: Token ids that are not drawn.
        decode: Makes words of tokens.
    """
    sampling = None
    if repeats_words(ask):
        # Without samples the seed is not in the settings, and equal keys mean equal answers.
        seed = int(_chance(ask, options.seed if options.samples else options.repeats_seed).integers(0, 2**62))
        sampling = Sampling(seed, options.temperature, never)
    return Readout((Work(ask, sampling=sampling),), lambda replies: _answer(ask, replies[0], {}, decode))


def first_token(ask: Ask, reading: ChoiceReading, decode: Decode) -> Readout:
    """Options told apart by the first token of the answer's first word, and the text beside them."""

    def further(replies: Sequence[Reply]) -> tuple[Work, ...]:
        opening = _opening(replies[0], decode)
        return (Work(ask, reading.first_tokens, suffix=opening, text=False),) if opening else ()

    def answer(replies: Sequence[Reply]) -> Answer:
        said, *_, read = (replies[0], *replies)
        if read.error:
            return Answer(tokens=said.prompt_length, error=read.error)
        names = [choice.name for choice in ask.choices]
        return _answer(ask, said, dict(zip(names, read.log_probabilities, strict=False)), decode)

    return Readout((Work(ask, reading.first_tokens),), answer, further)


def whole_forms(ask: Ask, reading: ChoiceReading, decode: Decode) -> Readout:
    """Options told apart by their full likelihood: one piece of work for each beginning that forms have."""
    points = reading.reading_points

    def work(opening: tuple[int, ...]) -> tuple[Work, ...]:
        return tuple(
            Work(ask, tuple((token,) for token in tokens), suffix=opening + beginning, text=False)
            for beginning, tokens in points.items()
        )

    def further(replies: Sequence[Reply]) -> tuple[Work, ...]:
        opening = _opening(replies[0], decode)
        return work(opening) if opening else ()

    def answer(replies: Sequence[Reply]) -> Answer:
        said, read = replies[0], replies[-len(points) :]
        failed = next((reply for reply in read if reply.error), None)
        if failed is not None:
            return Answer(tokens=said.prompt_length, error=failed.error)
        single = {
            beginning: dict(zip(tokens, reply.log_probabilities, strict=True))
            for (beginning, tokens), reply in zip(points.items(), read, strict=True)
        }
        names = [choice.name for choice in ask.choices]
        found = dict(zip(names, reading.log_probabilities(single), strict=True))
        return _answer(ask, said, found, decode)

    return Readout((Work(ask), *work(())), answer, further)


def _opening(said: Reply, decode: Decode) -> tuple[int, ...]:
    """Tokens before the first word of what was said (line breaks, blanks, quotes, asterisks), where a word follows."""
    for length, token in enumerate(said.tokens):
        if decode((token,)).strip(DRESS):
            return said.tokens[:length]
    return ()


def drawn(ask: Ask, options: ModelOptions, never: tuple[int, ...], decode: Decode) -> Readout:
    """Options by how many of the answers that are drawn say them.

    Draws depend on the seed and on what is asked alone: neither on the engine nor on other asks.

    Args:
        ask: An ask with options.
        options: How many samples, their temperature and the seed.
        never: Token ids that are not drawn.
        decode: Makes words of tokens.
    """
    generator = _chance(ask, options.seed)
    seeds = [int(each) for each in generator.integers(0, 2**62, options.samples)]

    def answer(replies: Sequence[Reply]) -> Answer:
        failed = next((reply for reply in replies if reply.error), None)
        if failed is not None:
            return Answer(tokens=failed.prompt_length, error=failed.error)
        texts = [decode(reply.tokens) for reply in replies]
        classes = [parse_answer(text, ask.choices) for text in texts]
        most = Counter(classes).most_common(1)[0][0]
        return LocalAnswer(
            text=texts[classes.index(most)],
            parsed=most,
            tokens=replies[0].prompt_length,
            completion_tokens=sum(len(reply.tokens) for reply in replies),
            counts=counted(classes, ask.choices),
            drawn=tuple(texts),
        )

    samplings = [Sampling(each, options.temperature, never) for each in seeds]
    return Readout(tuple(Work(ask, sampling=sampling) for sampling in samplings), answer)


def _chance(ask: Ask, seed: int) -> np.random.Generator:
    """A generator that belongs to this ask, to the number of its repeat, and to a seed."""
    content = hashlib.sha256(canonical_json(ask_content(ask)).encode()).digest()
    return stream(seed, "answers", int.from_bytes(content[:4], "big"))


def _answer(ask: Ask, reply: Reply, log_probabilities: Mapping[str, float], decode: Decode) -> Answer:
    if reply.error:
        return Answer(tokens=reply.prompt_length, error=reply.error)
    text = decode(reply.tokens)
    return LocalAnswer(
        log_probabilities=log_probabilities,
        text=text,
        parsed=parse_answer(text, ask.choices),
        tokens=reply.prompt_length,
        completion_tokens=len(reply.tokens),
    )


def described(options: ModelOptions) -> dict[str, str]:
    """How words and choices are read, as settings of a model."""
    if options.samples:
        return {
            "decoding": f"temperature {options.temperature:g}, seed {options.seed}",
            "choices": f"{options.samples} samples, Jeffreys' prior",
        }
    return {
        "decoding": "greedy without penalties; a first token that is a choice is the whole text",
        "choices": "first tokens, full vocabulary",
        **repeats_setting(options.temperature, options.repeats_seed),
    }


@dataclass(frozen=True, slots=True)
class Reader:
    """Finds out how asks are read under one tokenizer."""

    choices: ChoiceTokens
    options: ModelOptions
    """Samples, their temperature and seed."""
    picture_token: int | None
    """Stands for a piece of a picture and is never said."""
    decode: Decode
    video_token: int | None = None
    """Stands for a piece of a video, and is never said of one."""

    def __call__(self, ask: Ask) -> Readout:
        """What is to be done for an ask.

        Raises:
            ModelError: If its options cannot be told apart.
        """
        if not ask.choices:
            return self.words(ask)
        if self.options.samples:
            return drawn(ask, self.options, self._never(ask), self.decode)
        reading = self.choices(ask.choices)
        return (whole_forms if reading.forms else first_token)(ask, reading, self.decode)

    def words(self, ask: Ask) -> Readout:
        """What is to be done for free text alone, whatever the options of an ask."""
        return words_only(ask, self.options, self._never(ask), self.decode)

    def _never(self, ask: Ask) -> tuple[int, ...]:
        kinds = (self.picture_token, self.video_token if ask.stimulus.times else None)
        return tuple(token for token in kinds if token is not None)
