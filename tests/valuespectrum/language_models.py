"""Small text models of transformers, drawn anew."""

from __future__ import annotations

from pathlib import Path

from vectorstore.foundation.torch_setup import prepare_torch


def write_language_model(folder: Path) -> Path:
    """A T5 that knows six words, with its tokenizer, as a hub repository holds it."""
    prepare_torch(1)
    import torch
    import transformers as t
    from tokenizers import Tokenizer, models, pre_tokenizers

    torch.manual_seed(0)
    words = ["<pad>", "<unk>", "open", "the", "trunk", "rest"]
    inner = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = t.PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="<pad>", unk_token="<unk>")
    config = t.T5Config(
        vocab_size=len(words), d_model=8, d_kv=4, d_ff=16, num_layers=1, num_heads=2, decoder_start_token_id=0
    )
    t.T5Model(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
