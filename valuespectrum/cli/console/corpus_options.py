"""What the ``corpus`` verbs share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ingest.embedding.base import Embedder
    from vectorstore.corpus import Corpus

CorpusArgument = Annotated[Path, typer.Argument(help="Corpus folder.", metavar="CORPUS", show_default=False)]
ChromaOption = Annotated[str | None, typer.Option(help="Server that keeps the index.", metavar="URL")]


def embedder_choice(corpus: Corpus, spec: str = "") -> tuple[str, str]:
    """Spec and number format of the embedder that is meant.

    Args:
        corpus: Open.
        spec: What the user named; empty for the embedder with the most vectors of the corpus.

    Raises:
        InputError: No embedder was named, and the corpus has no vectors or does not know how its embedder was named.
    """
    from ingest.embedding.embedder_names import EmbedderId
    from ingest.embedding.torch_embedder import long_name
    from vectorstore.foundation.errors import InputError

    default = corpus.default_embedder()
    # The latest of several that a user typed in the same way; one in another number format is another embedder.
    known = [one for one in corpus.embedders() if (one.spec == spec if spec else one.embedder_id == default)]
    if not spec and not (known and known[-1].spec):
        raise InputError(f"{corpus.folder} does not say which embedder made it", "name it with --embedder")
    halved = bool(known) and EmbedderId.parse(known[-1].embedder_id).says(long_name("bf16"))
    return spec or known[-1].spec, "bf16" if halved else "fp32"


def load_corpus_embedder(corpus: Corpus, spec: str = "") -> Embedder:
    """The embedder that is meant, as the corpus knows it.

    Raises:
        InputError: As ``embedder_choice``.
        EmbedderError: It cannot be loaded.
    """
    return load_in_format(*embedder_choice(corpus, spec))


def load_in_format(spec: str, dtype: str) -> Embedder:
    """An embedder in a number format; one that has no choice of formats is not asked for one.

    Raises:
        InputError: Unknown scheme or number format.
        EmbedderError: It cannot be loaded.
    """
    from ingest.embedding.base import load_embedder

    return load_embedder(spec) if dtype == "fp32" else load_embedder(spec, dtype=dtype)


def refuse_existing(target: Path) -> None:
    """A list is written to a new file only.

    Raises:
        InputError: There is something already.
    """
    from vectorstore.foundation.errors import InputError

    if target.exists():
        raise InputError(f"{target} is there already", "name a new file")


def number_lines(found: Mapping[str, object]) -> list[str]:
    """Names and numbers, one a line."""
    return [f"  {name:<14}{_shown(value)}" for name, value in found.items()]


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "-" if value is None else str(value)
