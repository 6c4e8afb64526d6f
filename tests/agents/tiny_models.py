"""Tiny randomly initialised models of public families, saved to disk in the public format.

Each has a real processor and a tokenizer trained on the spot, so they load through the same doors as the models
people use. Weights are larger than usual initial ones, so that pictures and words matter to the answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agents.models.base import FrameReference

PictureMaker = Callable[..., FrameReference]
FolderMaker = Callable[[str], Path]

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


def qwen_tokenizer(specials: tuple[str, ...], extra: Mapping[str, str] | None = None, end: str = "<|im_end|>") -> Any:
    """A Qwen2 tokenizer with the given special tokens after the trained vocabulary."""
    from transformers import Qwen2Tokenizer

    vocabulary, merges = byte_pair_vocabulary()
    vocabulary["<|endoftext|>"] = len(vocabulary)
    options: dict[str, Any] = {"extra_special_tokens": dict(extra)} if extra else {}
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=merges, eos_token=end, **options)
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
            **text_sizes(tokenizer),
            "hidden_size": hidden,
            "num_hidden_layers": 3,
            "head_dim": hidden // 4,
            "rope_parameters": {
                "rope_type": "default",
                "mrope_section": _mrope_section(hidden // 4),
                "mrope_interleaved": True,
                "rope_theta": 10000.0,
            },
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


def qwen2_5_vl(folder: Path, seed: int = 1) -> Path:
    """Qwen2.5-VL: M-RoPE and windowed attention over pictures."""
    from transformers import (
        Qwen2_5_VLConfig,
        Qwen2_5_VLForConditionalGeneration,
        Qwen2_5_VLProcessor,
        Qwen2VLImageProcessor,
        Qwen2VLVideoProcessor,
    )

    tokenizer = qwen_tokenizer(QWEN_SPECIALS)
    identifier = tokenizer.convert_tokens_to_ids
    config = Qwen2_5_VLConfig(
        text_config={
            **text_sizes(tokenizer),
            "rope_parameters": {"rope_type": "default", "mrope_section": [4, 2, 2], "rope_theta": 10000.0},
            "bos_token_id": None,
            "eos_token_id": tokenizer.eos_token_id,
        },
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 64,
            "fullatt_block_indexes": [1],
            "window_size": 56,
        },
        image_token_id=identifier("<|image_pad|>"),
        video_token_id=identifier("<|video_pad|>"),
        vision_start_token_id=identifier("<|vision_start|>"),
        vision_end_token_id=identifier("<|vision_end|>"),
    )
    size = {"shortest_edge": 28 * 28, "longest_edge": 112 * 112}
    processor = Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(size=size),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(size=size),
        chat_template=_qwen_template(),
    )
    return save(strengthen(Qwen2_5_VLForConditionalGeneration(config), seed), processor, folder)


def smolvlm(folder: Path, seed: int = 2) -> Path:
    """SmolVLM: pictures split into tiles with row and column marks."""
    from transformers import (
        SmolVLMConfig,
        SmolVLMForConditionalGeneration,
        SmolVLMImageProcessor,
        SmolVLMProcessor,
        SmolVLMVideoProcessor,
    )

    marks = ("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>", "<video>", "<|im_start|>")
    tiles = tuple(f"<row_{row}_col_{column}>" for row in range(1, 5) for column in range(1, 5))
    tokenizer = qwen_tokenizer((*marks, "<|im_end|>", *tiles), end="<end_of_utterance>")
    config = SmolVLMConfig(
        text_config={"model_type": "llama", **text_sizes(tokenizer)},
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": 32,
            "patch_size": 8,
        },
        scale_factor=2,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
    )
    sizes = {"size": {"longest_edge": 64}, "max_image_size": {"longest_edge": 32}}
    processor = SmolVLMProcessor(
        image_processor=SmolVLMImageProcessor(**sizes),
        tokenizer=tokenizer,
        video_processor=SmolVLMVideoProcessor(**sizes, num_frames=2, fps=1),
        image_seq_len=4,
        chat_template=SMOLVLM,
    )
    return save(strengthen(SmolVLMForConditionalGeneration(config), seed), processor, folder)


def llava_onevision(folder: Path, seed: int = 3) -> Path:
    """LLaVA-OneVision: crops on a grid of any shape, packed with newline features."""
    from transformers import (
        LlavaOnevisionConfig,
        LlavaOnevisionForConditionalGeneration,
        LlavaOnevisionImageProcessor,
        LlavaOnevisionProcessor,
        LlavaOnevisionVideoProcessor,
    )

    tokenizer = qwen_tokenizer(("<|im_start|>", "<|im_end|>", "<image>", "<video>"))
    grid = [[32, 32], [32, 64], [64, 32], [64, 64]]
    config = LlavaOnevisionConfig(
        text_config={"model_type": "qwen2", **text_sizes(tokenizer)},
        vision_config={
            "model_type": "siglip_vision_model",
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": 32,
            "patch_size": 8,
            "vision_use_head": False,
        },
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        video_token_index=tokenizer.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=grid,
    )
    size = {"height": 32, "width": 32}
    processor = LlavaOnevisionProcessor(
        image_processor=LlavaOnevisionImageProcessor(size=size, image_grid_pinpoints=grid),
        tokenizer=tokenizer,
        video_processor=LlavaOnevisionVideoProcessor(size=size),
        num_image_tokens=16,
        vision_feature_select_strategy="full",
        chat_template=CHATML.replace("IMAGE", "<image>"),
    )
    return save(strengthen(LlavaOnevisionForConditionalGeneration(config), seed), processor, folder)


def gemma3(folder: Path, seed: int = 4) -> Path:
    """Gemma 3: sliding windows, two-way attention inside pictures, no system role."""
    from transformers import Gemma3Config, Gemma3ForConditionalGeneration, Gemma3ImageProcessor, Gemma3Processor

    tokenizer = gemma_tokenizer()
    identifier = tokenizer.convert_tokens_to_ids
    config = Gemma3Config(
        text_config={
            **text_sizes(tokenizer),
            "num_hidden_layers": 4,
            "head_dim": 16,
            "query_pre_attn_scalar": 16,
            "sliding_window": 24,
            "layer_types": ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
            "eos_token_id": tokenizer.eos_token_id,
            "bos_token_id": tokenizer.bos_token_id,
        },
        vision_config={
            "model_type": "siglip_vision_model",
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": 32,
            "patch_size": 8,
            "vision_use_head": False,
        },
        mm_tokens_per_image=4,
        boi_token_index=identifier("<start_of_image>"),
        eoi_token_index=identifier("<end_of_image>"),
        image_token_index=identifier("<image_soft_token>"),
    )
    processor = Gemma3Processor(
        image_processor=Gemma3ImageProcessor(size={"height": 32, "width": 32}),
        tokenizer=tokenizer,
        image_seq_length=4,
        chat_template=GEMMA,
    )
    return save(strengthen(Gemma3ForConditionalGeneration(config), seed), processor, folder)


def internvl(folder: Path, seed: int = 5) -> Path:
    """InternVL: pictures cut into tiles of one size, pixels shuffled into tokens."""
    from transformers import (
        GotOcr2ImageProcessor,
        InternVLConfig,
        InternVLForConditionalGeneration,
        InternVLProcessor,
        InternVLVideoProcessor,
    )

    extra = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    tokenizer = qwen_tokenizer(("<|im_start|>", "<|im_end|>"), extra)
    config = InternVLConfig(
        text_config={"model_type": "qwen2", **text_sizes(tokenizer)},
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": [32, 32],
            "patch_size": [8, 8],
        },
        image_token_id=tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=4,
    )
    size = {"height": 32, "width": 32}
    processor = InternVLProcessor(
        image_processor=GotOcr2ImageProcessor(size=size, max_patches=4),
        tokenizer=tokenizer,
        video_processor=InternVLVideoProcessor(size=size),
        image_seq_length=4,
        chat_template=CHATML.replace("IMAGE", "<IMG_CONTEXT>\n"),
    )
    return save(strengthen(InternVLForConditionalGeneration(config), seed), processor, folder)


def gemma_tokenizer() -> Any:
    """A Gemma tokenizer: spaces as visible marks, bytes as a fallback, picture tokens by name."""
    from tokenizers import Tokenizer, models, normalizers, trainers
    from transformers import GemmaTokenizer

    specials = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    byte_tokens = [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=[*specials, *byte_tokens], show_progress=False)
    tokenizer.train_from_iterator([word for line in SENTENCES for word in line.replace(" ", "| ").split("|")], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    merges = [tuple(pair) for pair in model["merges"]]
    pictures = {
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
        "image_token": "<image_soft_token>",
    }
    gemma = GemmaTokenizer(vocab=model["vocab"], merges=merges, extra_special_tokens=pictures)
    turns = {"additional_special_tokens": ["<start_of_turn>", "<end_of_turn>"]}
    gemma.add_special_tokens(turns, replace_extra_special_tokens=False)
    return gemma


def text_sizes(tokenizer: Any) -> dict[str, Any]:
    """Settings of a tiny language model for a tokenizer."""
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 1024,
        "pad_token_id": tokenizer.pad_token_id,
    }


BUILDERS: dict[str, Callable[[Path], Path]] = {
    "qwen3_vl": qwen3_vl,
    "qwen2_5_vl": qwen2_5_vl,
    "smolvlm": smolvlm,
    "llava_onevision": llava_onevision,
    "gemma3": gemma3,
    "internvl": internvl,
}
"""Family name to a function that writes a tiny model of it into a folder."""
