"""How asks reach a transformers model: one at a time, or with everything shared that can be shared.

``naive`` is the reference: the processor and the model as their makers meant them, one ask at a time.
``shared`` gives the same answers: each picture is encoded once, each common beginning (persona and picture) is
computed once and its cache repeated, and only the differing endings are paid for, in batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from agents.models.adapter import ModelAdapter
from agents.models.base import Ask
from agents.models.pictures import read_picture
from agents.models.prompting import PromptWriter
from vectorstore.errors import MediaError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Work:
    """One ask with what is wanted of it."""

    ask: Ask
    choice_tokens: tuple[tuple[int, ...], ...] = ()
    """Token ids of each choice; empty when only text is wanted."""


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
    """Whether the answer goes on after its first token: not when that token is one of the choices."""
    return not any(first in ids for ids in work.choice_tokens)


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
            pictures = [read_picture(frame) for frame in work.ask.stimulus.frames]
            inputs = self._adapter.to_device(self._writer.tensors(self._writer.render(work.ask), pictures))
        except MediaError as error:
            return Reply(error=error.message)
        length = inputs["input_ids"].shape[1]
        if too_long := length_error(self._adapter, length, work.ask):
            return Reply(prompt_length=length, error=too_long)
        with torch.inference_mode():
            if not work.choice_tokens:
                return Reply((), self._generated(inputs, work.ask.max_tokens), length)
            logits = self._adapter.model(**inputs, logits_to_keep=1).logits[0, -1]
            by_choice, first = read_choices(logits, work)
            text = self._generated(inputs, work.ask.max_tokens) if needs_text(work, first) else (first,)
        return Reply(by_choice, text, length)

    def _generated(self, inputs: dict[str, Tensor], most: int) -> tuple[int, ...]:
        from transformers import GenerationConfig

        stops = sorted(self._adapter.stop_tokens)
        plain = GenerationConfig(
            do_sample=False,
            max_new_tokens=most,
            eos_token_id=stops or None,
            pad_token_id=stops[0] if stops else 0,
            bos_token_id=None,
        )
        rows = self._adapter.model.generate(**inputs, generation_config=plain)
        tokens = [int(token) for token in rows[0, inputs["input_ids"].shape[1] :]]
        return tuple(_until_stop(tokens, self._adapter.stop_tokens))


def _until_stop(tokens: Sequence[int], stops: frozenset[int]) -> Iterator[int]:
    """Tokens up to the first stop token, which is kept: an answer of nothing is then still an answer."""
    for token in tokens:
        yield token
        if token in stops:
            return
