"""Perplexity: how much a model is surprised by what another one says, most of all itself before it was steered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, isfinite

from agents.models.base import Ask
from agents.models.capabilities import TorchModel


def perplexity(model: TorchModel, said: Sequence[tuple[Ask, str]]) -> float | None:
    """Perplexity of answers, ``exp`` of the mean negative log-probability of their tokens after their prompts.

    Args:
        model: Who is surprised; take the model as it is, not the steered one, which likes its own words.
        said: Asks with the words that answered them; empty words count nowhere.

    Returns:
        At least 1; ``None`` where there is no word, or one that the model holds to be impossible.
    """
    import torch

    total, count = 0.0, 0
    with torch.inference_mode():
        for ask, text in said:
            if not text.strip():
                continue
            prompt = len(model.prompt_inputs(ask)["input_ids"][0])
            inputs = dict(model.prompt_inputs(replace(ask, prefill=ask.prefill + text)))
            ids = inputs["input_ids"][0]
            logits = model.torch_model(**inputs, use_cache=False).logits[0]
            shares = torch.log_softmax(logits[prompt - 1 : -1].float(), dim=-1)
            found = shares.gather(1, ids[prompt:, None].to(shares.device))
            total, count = total - float(found.sum()), count + len(found)
    return exp(total / count) if count and isfinite(total) else None
