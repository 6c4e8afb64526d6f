"""Tiny randomly initialised models of public families, saved to disk in the public format.

Each has a real processor and a tokenizer trained on the spot, so they load through the same doors as the models
people use. Weights are larger than usual initial ones, so that pictures and words matter to the answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

SENTENCES = (
    "Do you like the content of this picture? Answer with one word, yes or no.",
    "Do you dislike the content of this picture? Answer with one word, no or yes.",
    "Would you keep watching? Yes. No. YES NO Yes No yes no 0 1 2 3 4 5 6 7 8 9",
    "What do you do with this video? Choose one word, watch, skip or like. Watch Skip Like",
    "You are a person who cares about safety, order and tradition. system user assistant System User Assistant",
    "Describe this picture in one sentence. The picture shows a house by the sea at night.",
)

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}IMAGE"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

GEMMA = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "<start_of_turn>{{ message['role'] }}\n"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<start_of_image>"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)

SMOLVLM = (
    "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}: "
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<image>"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)


def byte_pair_vocabulary(size: int = 420) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Train byte-level BPE on the sentences; returns vocabulary and merges."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=sorted(alphabet), show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [tuple(pair) for pair in model["merges"]]


def qwen_tokenizer(specials: tuple[str, ...], extra: Mapping[str, str] | None = None) -> Any:
    """A Qwen2 tokenizer with the given special tokens after the trained vocabulary."""
    from transformers import Qwen2Tokenizer

    vocabulary, merges = byte_pair_vocabulary()
    vocabulary["<|endoftext|>"] = len(vocabulary)
    options: dict[str, Any] = {"extra_special_tokens": dict(extra)} if extra else {}
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=merges, eos_token="<|im_end|>", **options)
    tokenizer.add_special_tokens({"additional_special_tokens": list(specials)}, replace_extra_special_tokens=False)
    return tokenizer


def strengthen(model: Any, seed: int) -> Any:
    """Draw all matrices again with a wider spread, in evaluation mode."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim >= 2:
                width = parameter.shape[-1] if parameter.ndim == 2 else parameter[0].numel()
                parameter.normal_(0.0, 1.2 / width**0.5, generator=generator)
    return model.eval()


def save(model: Any, processor: Any, folder: Path) -> Path:
    """Write model and processor the way ``save_pretrained`` does."""
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


QWEN_SPECIALS = ("<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")


def _qwen_template() -> str:
    return CHATML.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")


def qwen3_vl(folder: Path, seed: int = 0, deepstack: tuple[int, ...] = (0, 1), hidden: int = 64) -> Path:
    """Qwen3-VL: interleaved M-RoPE and deep-stacked picture features."""
    from transformers import (
        Qwen2VLImageProcessor,
        Qwen3VLConfig,
        Qwen3VLForConditionalGeneration,
        Qwen3VLProcessor,
        Qwen3VLVideoProcessor,
    )

    tokenizer = qwen_tokenizer(QWEN_SPECIALS)
    identifier = tokenizer.convert_tokens_to_ids
    config = Qwen3VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": hidden,
            "intermediate_size": 2 * hidden,
            "num_hidden_layers": 3,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": hidden // 4,
            "rope_parameters": {
                "rope_type": "default",
                "mrope_section": _mrope_section(hidden // 4),
                "mrope_interleaved": True,
                "rope_theta": 10000.0,
            },
            "pad_token_id": tokenizer.pad_token_id,
        },
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "patch_size": 16,
            "spatial_merge_size": 2,
            "out_hidden_size": hidden,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": list(deepstack),
        },
        image_token_id=identifier("<|image_pad|>"),
        video_token_id=identifier("<|video_pad|>"),
        vision_start_token_id=identifier("<|vision_start|>"),
        vision_end_token_id=identifier("<|vision_end|>"),
        tie_word_embeddings=False,
    )
    size = {"shortest_edge": 32 * 32, "longest_edge": 224 * 224}
    processor = Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(patch_size=16, temporal_patch_size=2, merge_size=2, size=size),
        tokenizer=tokenizer,
        video_processor=Qwen3VLVideoProcessor(patch_size=16, size=size),
        chat_template=_qwen_template(),
    )
    return save(strengthen(Qwen3VLForConditionalGeneration(config), seed), processor, folder)


def _mrope_section(head_dimension: int) -> list[int]:
    half = head_dimension // 2
    return [half - 2 * (half // 3), half // 3, half // 3]


BUILDERS: dict[str, Callable[[Path], Path]] = {"qwen3_vl": qwen3_vl}
