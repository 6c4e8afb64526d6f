"""What the ``corpus`` verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CorpusArgument = Annotated[Path, typer.Argument(help="Corpus folder.", metavar="CORPUS", show_default=False)]
ChromaOption = Annotated[str | None, typer.Option(help="Server that keeps the index.", metavar="URL")]
