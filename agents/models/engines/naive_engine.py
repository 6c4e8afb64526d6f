"""How asks reach a transformers model: one at a time, or with everything shared that can be shared.

``naive`` is the reference: the processor and the model as their makers meant them, one ask at a time.
``shared`` gives the same answers: each picture is encoded once, each common beginning (persona and picture) is
computed once and its cache repeated, and only the differing endings are paid for, in batches. ``tree`` gives them
in one pass: beginnings and endings stand in one row, each token seeing the tokens of its own prompt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from agents.models.base import Ask
from agents.models.engines.adapter import ModelAdapter
from agents.models.templates.prompting import PER_TOKEN, PromptWriter
from vectorstore.foundation.errors import MediaError
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the words of one sample are drawn."""

    seed: int
    """Of this sample alone: neither engine nor batch moves its draws."""
    temperature: float
    never: tuple[int, ...] = ()
    """Token ids that are no words: what stands for a piece of a picture."""


@dataclass(frozen=True, slots=True)
class Work:
    """One ask with what is wanted of it."""

    ask: Ask
    choice_tokens: tuple[tuple[int, ...], ...] = ()
    """Token ids of each choice; empty when only text is wanted."""
    suffix: tuple[int, ...] = ()
    """Token ids after the prompt: the beginning of an answer, after which the choices are read."""
    text: bool = True
    """Whether words are wanted."""
    sampling: Sampling | None = None
    """Words are drawn in place of the most probable ones."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said, in tokens."""

    log_probabilities: tuple[float, ...] = ()
    tokens: tuple[int, ...] = ()
    prompt_length: int = 0
    error: str = ""


class Engine(Protocol):
    """Answers a window of work."""

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work."""


def read_choices(logits: Tensor, work: Work) -> tuple[tuple[float, ...], int]:
    """Log-probability of each choice over the full vocabulary, and the most probable token."""
    import torch

    log_probabilities = torch.log_softmax(logits.float(), dim=-1)
    by_choice = tuple(float(torch.logsumexp(log_probabilities[list(ids)], dim=0)) for ids in work.choice_tokens)
    return by_choice, int(logits.argmax())


def needs_text(work: Work, first: int) -> bool:
    """Whether more than the most probable first token is wanted: not when that token is one of the choices."""
    if work.sampling is not None:
        return True
    return work.ask.max_tokens > 1 and not any(first in ids for ids in work.choice_tokens)


def next_token(logits: Tensor, work: Work, step: int) -> int:
    """The most probable token, or one drawn by a number that depends on the sample and the step alone."""
    if work.sampling is None:
        return int(logits.argmax())
    import torch

    weights = torch.softmax(logits.cpu().double() / work.sampling.temperature, dim=-1)
    weights[list(work.sampling.never)] = 0
    chances = weights.cumsum(dim=-1)
    drawn = stream(work.sampling.seed, "answer", step).random() * float(chances[-1])
    return min(int(torch.searchsorted(chances, drawn, right=True)), len(chances) - 1)


def length_error(adapter: ModelAdapter, length: int, ask: Ask) -> str:
    """Reason for refusing a prompt that does not fit, else empty."""
    limit = adapter.context_length
    if limit is None or length + ask.max_tokens <= limit:
        return ""
    return f"prompt of {length} tokens and {ask.max_tokens} more do not fit the model's context of {limit}"


class NaiveEngine:
    """One ask at a time through the processor, ``forward`` and ``generate``."""

    def __init__(self, adapter: ModelAdapter, writer: PromptWriter) -> None:
        self._adapter = adapter
        self._writer = writer

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work."""
        return [self._single(single) for single in work]

    def _single(self, work: Work) -> Reply:
        import torch

        try:
            inputs = self._adapter.to_device(self._writer.whole(work.ask))
        except MediaError as error:
            return Reply(error=error.message)
        prompt = inputs["input_ids"][0]
        length = len(prompt) + len(work.suffix)
        objection = self._adapter.steering_objection(prompt.tolist()) if self._adapter.steering else ""
        if refused := objection or length_error(self._adapter, length, work.ask):
            return Reply(prompt_length=length, error=refused)
        inputs = _lengthened(inputs, work.suffix)
        with torch.inference_mode(), self._adapter.prompt_of(len(prompt)):
            if not work.choice_tokens:
                return Reply((), self._words(inputs, work), length)
            logits = self._adapter.model(**inputs, logits_to_keep=1).logits[0, -1]
            by_choice, first = read_choices(logits, work)
            text = self._words(inputs, work) if work.text and needs_text(work, first) else (first,)
        return Reply(by_choice, text if work.text else (), length)

    def _words(self, inputs: dict[str, Tensor], work: Work) -> tuple[int, ...]:
        if work.sampling is not None:
            return self._drawn(inputs, work)
        return self._generated(inputs, work.ask.max_tokens)

    def _drawn(self, inputs: dict[str, Tensor], work: Work) -> tuple[int, ...]:
        """Draw words one by one, the whole prompt computed anew for each."""
        said: tuple[int, ...] = ()
        while len(said) < work.ask.max_tokens and not self._adapter.stop_tokens & set(said):
            logits = self._adapter.model(**_lengthened(inputs, said), use_cache=False, logits_to_keep=1).logits[0, -1]
            said += (next_token(logits, work, len(said)),)
        return said

    def _generated(self, inputs: dict[str, Tensor], most: int) -> tuple[int, ...]:
        from transformers import GenerationConfig

        model, stops = self._adapter.model, sorted(self._adapter.stop_tokens)
        plain = GenerationConfig(
            do_sample=False,
            max_new_tokens=most,
            eos_token_id=stops or None,
            pad_token_id=stops[0] if stops else 0,
            bos_token_id=None,
        )
        # What a configuration leaves open is taken from that of the model's files, as penalties and beams.
        shipped, model.generation_config = model.generation_config, GenerationConfig()
        try:
            rows = model.generate(**inputs, generation_config=plain)
        finally:
            model.generation_config = shipped
        tokens = [int(token) for token in rows[0, inputs["input_ids"].shape[1] :]]
        return tuple(_until_stop(tokens, self._adapter.stop_tokens))


def _lengthened(inputs: dict[str, Tensor], more: Sequence[int]) -> dict[str, Tensor]:
    """Inputs of one prompt with further tokens of text after it."""
    if not more:
        return inputs
    import torch

    added = {"input_ids": torch.tensor([list(more)]), "attention_mask": torch.ones(1, len(more), dtype=torch.long)}
    added |= {name: torch.zeros(1, len(more), dtype=torch.long) for name in PER_TOKEN}
    return {
        name: torch.cat([tensor, added[name].to(tensor.device, tensor.dtype)], dim=1) if name in added else tensor
        for name, tensor in inputs.items()
    }


def _until_stop(tokens: Sequence[int], stops: frozenset[int]) -> Iterator[int]:
    """Tokens up to the first stop token, which is kept: an answer of nothing is then still an answer."""
    for token in tokens:
        yield token
        if token in stops:
            return
