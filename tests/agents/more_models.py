"""Further tiny models: hybrids with recurrent layers, sliding windows, and older relatives of the first six."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tiny_models import CHATML, QWEN_SPECIALS, SMOLVLM, qwen_tokenizer, save, strengthen, text_sizes

VISION = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
SQUARE = {"image_size": 32, "patch_size": 8}
QWEN_TEMPLATE = CHATML.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")


def qwen2_vl(folder: Path, seed: int = 6) -> Path:
    """Qwen2-VL: M-RoPE in sections, pictures of any size."""
    from transformers import (
        Qwen2VLConfig,
        Qwen2VLForConditionalGeneration,
        Qwen2VLImageProcessor,
        Qwen2VLProcessor,
        Qwen2VLVideoProcessor,
    )

    tokenizer = qwen_tokenizer(QWEN_SPECIALS)
    identifier = tokenizer.convert_tokens_to_ids
    config = Qwen2VLConfig(
        text_config={
            **text_sizes(tokenizer),
            "rope_parameters": {"rope_type": "default", "mrope_section": [4, 2, 2], "rope_theta": 10000.0},
            "bos_token_id": None,
            "eos_token_id": tokenizer.eos_token_id,
        },
        vision_config={"depth": 2, "embed_dim": 32, "hidden_size": 64, "num_heads": 2, "mlp_ratio": 2},
        image_token_id=identifier("<|image_pad|>"),
        video_token_id=identifier("<|video_pad|>"),
        vision_start_token_id=identifier("<|vision_start|>"),
        vision_end_token_id=identifier("<|vision_end|>"),
    )
    size = {"shortest_edge": 28 * 28, "longest_edge": 112 * 112}
    processor = Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(size=size),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(size=size),
        chat_template=QWEN_TEMPLATE,
    )
    return save(strengthen(Qwen2VLForConditionalGeneration(config), seed), processor, folder)


def qwen3_5(folder: Path, seed: int = 7) -> Path:
    """Qwen3.5: three recurrent layers for each attending one, M-RoPE."""
    from transformers import (
        Qwen2VLImageProcessor,
        Qwen3_5Config,
        Qwen3_5ForConditionalGeneration,
        Qwen3VLProcessor,
        Qwen3VLVideoProcessor,
    )

    tokenizer = qwen_tokenizer(QWEN_SPECIALS)
    identifier = tokenizer.convert_tokens_to_ids
    config = Qwen3_5Config(
        text_config={
            **text_sizes(tokenizer),
            "num_hidden_layers": 4,
            "head_dim": 16,
            "linear_key_head_dim": 16,
            "linear_value_head_dim": 16,
            "linear_num_key_heads": 2,
            "linear_num_value_heads": 4,
            "layer_types": ["linear_attention", "linear_attention", "linear_attention", "full_attention"],
            "rope_parameters": {
                "rope_type": "default",
                "mrope_section": [4, 2, 2],
                "mrope_interleaved": True,
                "partial_rotary_factor": 1.0,
                "rope_theta": 10000.0,
            },
        },
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 64,
            "num_position_embeddings": 64,
        },
        image_token_id=identifier("<|image_pad|>"),
        video_token_id=identifier("<|video_pad|>"),
        vision_start_token_id=identifier("<|vision_start|>"),
        vision_end_token_id=identifier("<|vision_end|>"),
    )
    size = {"shortest_edge": 32 * 32, "longest_edge": 224 * 224}
    processor = Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(patch_size=16, temporal_patch_size=2, merge_size=2, size=size),
        tokenizer=tokenizer,
        video_processor=Qwen3VLVideoProcessor(patch_size=16, size=size),
        chat_template=QWEN_TEMPLATE,
    )
    return save(strengthen(Qwen3_5ForConditionalGeneration(config), seed), processor, folder)


def lfm2_vl(folder: Path, seed: int = 8) -> Path:
    """LFM2-VL: short convolutions between attending layers, pictures as padded patches."""
    from transformers import Lfm2VlConfig, Lfm2VlForConditionalGeneration, Lfm2VlImageProcessor, Lfm2VlProcessor

    marks = ("<image>", "<|image_start|>", "<|image_end|>", "<|img_thumbnail|>")
    tokenizer = qwen_tokenizer(("<|im_start|>", "<|im_end|>", *marks))
    config = Lfm2VlConfig(
        text_config={
            "model_type": "lfm2",
            **text_sizes(tokenizer),
            "num_hidden_layers": 3,
            "block_auto_adjust_ff_dim": False,
            "layer_types": ["conv", "full_attention", "conv"],
            "bos_token_id": None,
            "eos_token_id": tokenizer.eos_token_id,
        },
        vision_config={"model_type": "siglip2_vision_model", **VISION, "patch_size": 8, "num_patches": 64},
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        projector_hidden_size=64,
    )
    processor = Lfm2VlProcessor(
        image_processor=Lfm2VlImageProcessor(
            encoder_patch_size=8, tile_size=64, min_image_tokens=4, max_image_tokens=16, do_image_splitting=False
        ),
        tokenizer=tokenizer,
        chat_template=CHATML.replace("IMAGE", "<image>"),
    )
    return save(strengthen(Lfm2VlForConditionalGeneration(config), seed), processor, folder)


def idefics3(folder: Path, seed: int = 9) -> Path:
    """Idefics 3: a Llama behind tiles of pictures."""
    from transformers import (
        Idefics3Config,
        Idefics3ForConditionalGeneration,
        Idefics3ImageProcessor,
        Idefics3Processor,
    )

    marks = ("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>", "<|im_start|>")
    tiles = tuple(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7))
    tokenizer = qwen_tokenizer((*marks, "<|im_end|>", *tiles), end="<end_of_utterance>")
    config = Idefics3Config(
        text_config={"model_type": "llama", **text_sizes(tokenizer)},
        vision_config={**VISION, **SQUARE},
        scale_factor=2,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
    )
    processor = Idefics3Processor(
        image_processor=Idefics3ImageProcessor(size={"longest_edge": 64}, max_image_size={"longest_edge": 32}),
        tokenizer=tokenizer,
        image_seq_len=4,
        chat_template=SMOLVLM,
    )
    return save(strengthen(Idefics3ForConditionalGeneration(config), seed), processor, folder)


def llava_mistral(folder: Path, seed: int = 10) -> Path:
    """LLaVA over a Mistral: every layer looks back through a sliding window only."""
    from transformers import CLIPImageProcessor, LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor

    tokenizer = qwen_tokenizer(("<|im_start|>", "<|im_end|>", "<image>"))
    config = LlavaConfig(
        text_config={"model_type": "mistral", **text_sizes(tokenizer), "sliding_window": 24},
        vision_config={"model_type": "clip_vision_model", **VISION, **SQUARE, "projection_dim": 32},
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
    )
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
        tokenizer=tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHATML.replace("IMAGE", "<image>"),
    )
    return save(strengthen(LlavaForConditionalGeneration(config), seed), processor, folder)


MORE_BUILDERS: dict[str, Callable[[Path], Path]] = {
    "qwen2_vl": qwen2_vl,
    "qwen3_5": qwen3_5,
    "lfm2_vl": lfm2_vl,
    "idefics3": idefics3,
    "llava_mistral": llava_mistral,
}
"""Family name to a function that writes a tiny model of it into a folder."""
