"""Stands for vLLM where it is not installed: takes what it takes, refuses the rest, and computes with transformers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


class RefusalError(Exception):
    """As vLLM's, which is no ValueError."""


@dataclass(frozen=True)
class SamplingParams:
    """Those of vLLM's that are used."""

    max_tokens: int = 16
    temperature: float = 1.0
    seed: int | None = None
    logprobs: int | None = None
    logprob_token_ids: list[int] | None = None
    logit_bias: dict[int, float] = field(default_factory=dict)
    detokenize: bool = True

    def __post_init__(self) -> None:
        assert self.logprob_token_ids is None or 0 < len(self.logprob_token_ids) <= 128
        assert self.logprobs is None or self.logprob_token_ids is None


class LLM:
    """A model of transformers behind vLLM's face."""

    def __init__(
        self,
        *,
        model: str,
        revision: str | None,
        dtype: str,
        seed: int,
        enable_prefix_caching: bool,
        trust_remote_code: bool | None = None,
        load_format: str = "auto",
        max_logprobs: int = 20,
    ) -> None:
        assert trust_remote_code is False and load_format == "safetensors"
        self.most_told = max_logprobs
        import torch
        from transformers import AutoModelForImageTextToText, AutoProcessor

        self.model: Any = AutoModelForImageTextToText.from_pretrained(model, dtype=getattr(torch, dtype)).eval()
        self.processor = AutoProcessor.from_pretrained(model)
        config = SimpleNamespace(hf_config=self.model.config, dtype=self.model.dtype)
        self.llm_engine = SimpleNamespace(model_config=config)
        self.asked: list[SamplingParams] = []

    def generate(
        self, prompts: Sequence[Mapping[str, Any]], sampling_params: Sequence[SamplingParams], *, use_tqdm: bool
    ) -> list[Any]:
        """All or nothing, as vLLM does it."""
        assert not use_tqdm and len(prompts) == len(sampling_params) > 0
        return [self._one(prompt, wanted) for prompt, wanted in zip(prompts, sampling_params, strict=True)]

    def _one(self, prompt: Mapping[str, Any], wanted: SamplingParams) -> Any:
        import torch

        assert set(prompt) <= {"prompt_token_ids", "multi_modal_data"}
        self.asked.append(wanted)
        if wanted.logprobs == -1 != self.most_told:
            raise RefusalError(f"Requested sample logprobs of all, which is greater than max allowed: {self.most_told}")
        text = self.processor.tokenizer.decode(prompt["prompt_token_ids"])
        inputs = dict(self.processor(text=[text], return_tensors="pt", images=self._images(prompt)))
        length = inputs["input_ids"].shape[1]
        if length + 1 > self.model.config.get_text_config().max_position_embeddings:
            raise RefusalError(f"a prompt of {length} tokens\nis too long")
        said: list[int] = []
        told: list[dict[int, Any]] = []
        generator = torch.Generator().manual_seed(wanted.seed or 0)
        with torch.inference_mode():
            while len(said) < wanted.max_tokens:
                logits = self.model(**self._longer(inputs, said), use_cache=False).logits[0, -1].float()
                listed = torch.log_softmax(logits, dim=-1)
                named = wanted.logprob_token_ids or (range(len(listed)) if wanted.logprobs == -1 else ())
                told.append({token: SimpleNamespace(logprob=float(listed[token])) for token in named})
                for token, bias in wanted.logit_bias.items():
                    logits[token] += bias
                said.append(self._next(logits, wanted, generator))
                if said[-1] == self.processor.tokenizer.eos_token_id:
                    break
        completion = SimpleNamespace(token_ids=said, logprobs=told)
        return SimpleNamespace(outputs=[completion], prompt_token_ids=inputs["input_ids"][0].tolist())

    @staticmethod
    def _images(prompt: Mapping[str, Any]) -> Any:
        return prompt["multi_modal_data"]["image"] if "multi_modal_data" in prompt else None

    @staticmethod
    def _longer(inputs: Mapping[str, Any], said: Sequence[int]) -> dict[str, Any]:
        import torch

        added = torch.tensor([list(said)], dtype=torch.long)
        longer = {"input_ids": added, "attention_mask": torch.ones_like(added), "mm_token_type_ids": 0 * added}
        return {
            name: torch.cat([value, longer[name]], 1) if name in longer else value for name, value in inputs.items()
        }

    @staticmethod
    def _next(logits: Any, wanted: SamplingParams, generator: Any) -> int:
        import torch

        if not wanted.temperature:
            return int(logits.argmax())
        return int(torch.multinomial(torch.softmax(logits / wanted.temperature, -1), 1, generator=generator))


@contextmanager
def installed() -> Iterator[None]:
    """The stand-in under the name of vLLM for the length of a block."""
    package: Any = ModuleType("vllm")
    package.exceptions = ModuleType("vllm.exceptions")
    package.exceptions.VLLMValidationError = RefusalError
    package.LLM, package.SamplingParams, package.__version__ = LLM, SamplingParams, "stand-in"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "vllm", package)
        patch.setitem(sys.modules, "vllm.exceptions", package.exceptions)
        yield
