"""What the ``corpus`` verbs share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

CorpusArgument = Annotated[Path, typer.Argument(help="Corpus folder.", metavar="CORPUS", show_default=False)]
ChromaOption = Annotated[str | None, typer.Option(help="Server that keeps the index.", metavar="URL")]


def embedder_spec(corpus: Any) -> str:
    """What the user typed to get the embedder with the most vectors of a corpus.

    Raises:
        InputError: The corpus has no vectors, or does not know how its embedder was named.
    """
    from vectorstore.errors import InputError

    default = corpus.default_embedder()
    spec = next((one.spec for one in corpus.embedders() if one.embedder_id == default), "")
    if not spec:
        raise InputError(f"{corpus.folder} does not say which embedder made it", "name it with --embedder")
    return str(spec)


def refuse_existing(target: Path) -> None:
    """A list is written to a new file only.

    Raises:
        InputError: There is something already.
    """
    from vectorstore.errors import InputError

    if target.exists():
        raise InputError(f"{target} is there already", "name a new file")


def number_lines(found: Mapping[str, object]) -> list[str]:
    """Names and numbers, one a line."""
    return [f"  {name:<14}{_shown(value)}" for name, value in found.items()]


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "-" if value is None else str(value)
