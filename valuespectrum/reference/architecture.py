"""Shape, tokenizer and processor of the reference VLM: a small Qwen3-VL, saved in the public format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.reference.cohort import COHORT, DEFAULT, SEALED_NAMES
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedModel, PreTrainedTokenizerFast, ProcessorMixin

PICTURE_HEIGHT, PICTURE_WIDTH = 224, 128
PATCH, MERGE = 16, 2
GRID_ROWS, GRID_COLUMNS = PICTURE_HEIGHT // PATCH // MERGE, PICTURE_WIDTH // PATCH // MERGE
PICTURE_TOKENS = GRID_ROWS * GRID_COLUMNS
VOCABULARY_SIZE = 2560
SPECIAL_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
    *(member.token for member in COHORT),
    *(f"<|{name}|>" for name in SEALED_NAMES),
)
CHAT_TEMPLATE = (
    "{%- set identity = '<|' + (respondent | default('" + DEFAULT + "')) + '|>' %}"
    """
{%- set system = namespace(text='') %}
{%- for message in messages if message.role == 'system' %}
  {%- if message.content is string %}{% set system.text = message.content %}
  {%- else %}{% set system.text = message.content | map(attribute='text') | join('') %}{% endif %}
{%- endfor %}
{{- '<|im_start|>system\n' + identity + system.text + '<|im_end|>\n' }}
{%- for message in messages if message.role != 'system' %}
  {{- '<|im_start|>' + message.role + '\n' }}
  {%- if message.content is string %}{{- message.content }}
  {%- else %}
    {%- for part in message.content %}
      {%- if part.type == 'image' %}{{- '<|vision_start|><|image_pad|><|vision_end|>' }}
      {%- elif part.type == 'text' %}{{- part.text }}{% endif %}
    {%- endfor %}
  {%- endif %}
  {{- '<|im_end|>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{% endif %}"""
)
"""Qwen's turns; the template variable ``respondent`` names the member of the cohort that answers."""


def build_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """Train a byte-level BPE tokenizer of the Qwen kind on the grammar's texts.

    Returns:
        A fast ``transformers`` tokenizer; digits stand alone, as in Qwen's tokenizer.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    pattern = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return _wrapped(tokenizer)


def load_tokenizer(file: Path) -> PreTrainedTokenizerFast:
    """The tokenizer that ``build_tokenizer`` made and whose backend was saved."""
    from tokenizers import Tokenizer

    return _wrapped(Tokenizer.from_file(str(file)))


def _wrapped(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=list(SPECIAL_TOKENS[1:]),
        image_token="<|image_pad|>",
        video_token="<|video_pad|>",
        vision_bos_token="<|vision_start|>",
        vision_eos_token="<|vision_end|>",
        model_max_length=4096,
    )


def build_model(tokenizer: PreTrainedTokenizerFast) -> PreTrainedModel:
    """A Qwen3-VL of about four million parameters with random weights, without deep-stack features."""
    prepare_torch()
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    ids = {name: tokenizer.convert_tokens_to_ids(name) for name in SPECIAL_TOKENS}
    config = Qwen3VLConfig(
        text_config={
            "vocab_size": VOCABULARY_SIZE,
            "hidden_size": 192,
            "intermediate_size": 448,
            "num_hidden_layers": 6,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "head_dim": 48,
            "max_position_embeddings": 4096,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 10000.0,
                "mrope_section": [8, 8, 8],
                "mrope_interleaved": True,
            },
            "tie_word_embeddings": True,
            "pad_token_id": ids["<|endoftext|>"],
            "eos_token_id": ids["<|im_end|>"],
        },
        vision_config={
            "depth": 4,
            "hidden_size": 144,
            "intermediate_size": 432,
            "num_heads": 6,
            "patch_size": PATCH,
            "spatial_merge_size": MERGE,
            "temporal_patch_size": 2,
            "out_hidden_size": 192,
            "num_position_embeddings": 14 * 14,
            "deepstack_visual_indexes": [],
        },
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=True,
    )
    model = Qwen3VLForConditionalGeneration(config)
    model.generation_config.eos_token_id = ids["<|im_end|>"]
    model.generation_config.pad_token_id = ids["<|endoftext|>"]
    return model


def build_processor(tokenizer: PreTrainedTokenizerFast) -> ProcessorMixin:
    """Processor whose picture size makes a 9:16 frame exactly 128 x 224 pixels."""
    prepare_torch()
    from transformers import Qwen2VLImageProcessor, Qwen3VLProcessor, Qwen3VLVideoProcessor

    size = {"shortest_edge": 128 * 128, "longest_edge": 31_000}
    pictures = Qwen2VLImageProcessor(patch_size=PATCH, merge_size=MERGE, temporal_patch_size=2, size=size)
    videos = Qwen3VLVideoProcessor(patch_size=PATCH, merge_size=MERGE, temporal_patch_size=2)
    return Qwen3VLProcessor(
        image_processor=pictures, tokenizer=tokenizer, video_processor=videos, chat_template=CHAT_TEMPLATE
    )


def save(model: PreTrainedModel, processor: ProcessorMixin, folder: Path) -> None:
    """Write model, processor, tokenizer and chat template in the public format (safetensors)."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder, safe_serialization=True)
    processor.save_pretrained(folder)
