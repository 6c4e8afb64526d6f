"""The reference embedder: a small open_clip model trained on the drawn world."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.embedding.open_clip import OpenClipEmbedder
from vectorstore.foundation.errors import EmbedderError
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    import tokenizers
    import torch

FOLDER = Path(__file__).parent / "weights" / "embedder"
CONTEXT_LENGTH = 24
VOCABULARY_SIZE = 2048
END = "<|end|>"
ARCHITECTURE: dict[str, object] = {
    "embed_dim": 128,
    "vision_cfg": {"timm_model_name": "test_resnet", "image_size": [112, 64]},
    "text_cfg": {
        "context_length": CONTEXT_LENGTH,
        "vocab_size": VOCABULARY_SIZE,
        "width": 128,
        "heads": 4,
        "layers": 2,
        "pool_type": "argmax",
    },
}
"""open_clip model configuration; pictures are 112 high and 64 wide, the end token has the highest id and is pooled.

The pictures go through a small convolutional network: from nothing and on as few pictures as ours it learns shapes with
a twentieth of the computation that a transformer of patches takes.
"""


def build_tokenizer(texts: Iterable[str]) -> tokenizers.Tokenizer:
    """Train a byte-level BPE tokenizer whose last id ends every text."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE - 1,
        special_tokens=["<|pad|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    while tokenizer.get_vocab_size() < VOCABULARY_SIZE - 1:
        tokenizer.add_special_tokens([f"<|unused{tokenizer.get_vocab_size()}|>"])
    tokenizer.add_special_tokens([END])
    return tokenizer


def wrap_tokenizer(file: Path) -> Callable[[str | list[str]], torch.Tensor]:
    """A function from texts to the (n, 24) id tensor that open_clip expects."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    end = tokenizer.token_to_id(END)

    def tokenize(texts: str | list[str]) -> torch.Tensor:
        import torch

        rows = torch.zeros(1 if isinstance(texts, str) else len(texts), CONTEXT_LENGTH, dtype=torch.long)
        for row, text in enumerate([texts] if isinstance(texts, str) else texts):
            ids = [*tokenizer.encode(text).ids[: CONTEXT_LENGTH - 1], end]
            rows[row, : len(ids)] = torch.tensor(ids)
        return rows

    return tokenize


def load(reference: str = "") -> OpenClipEmbedder:
    """Load the committed reference embedder.

    Args:
        reference: Must be empty; there is one reference embedder.

    Raises:
        EmbedderError: Another name was given, or the weights are missing or damaged.
    """
    if reference:
        raise EmbedderError(f"there is no reference embedder {reference!r}", "write --embedder reference")
    prepare_torch()
    tokenizer_file = FOLDER / "tokenizer.json"
    if not tokenizer_file.is_file():
        raise EmbedderError(f"no reference embedder at {FOLDER}", "run make train-reference")
    return OpenClipEmbedder.from_files(
        FOLDER / "reference-clip.json", FOLDER / "reference-clip.safetensors", tokenizer=wrap_tokenizer(tokenizer_file)
    )
