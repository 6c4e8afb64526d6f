"""Options that several verbs share, and how they become objects."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from agents.models.base import Model, ModelOptions
    from agents.personas import Persona
    from ingest.embed import Embedder

CorpusOption = Annotated[Path, typer.Option(help="Corpus folder.", metavar="DIR", show_default=False)]
ModelHelp = "Model spec: reference[:NAME], hf:REPO_OR_PATH, openai:MODEL[@BASE_URL], simulated:PROFILE."
EmbedderOption = Annotated[str, typer.Option(help="Embedder spec; by default the one that made the corpus.")]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda, ...")]
DtypeOption = Annotated[str, typer.Option(help="auto, float32, bfloat16, float16.")]
BatchOption = Annotated[int, typer.Option(help="Questions in one forward pass.", min=1)]
EngineOption = Annotated[str, typer.Option(help="auto, naive, shared or tree.")]
SeedOption = Annotated[int, typer.Option(help="Seed of everything that is drawn.", min=0)]
PersonaFileOption = Annotated[
    Path | None,
    typer.Option("--personas", help="Persona file (YAML) in place of the built-in personas.", metavar="FILE"),
]


def load_models(specs: list[str], options: ModelOptions) -> list[Model]:
    """Load the models that were named.

    Raises:
        InputError: None was named, one twice, or a scheme is unknown.
        ModelError: One cannot be loaded.
    """
    from agents.models.registry import load_model
    from vectorstore.errors import InputError

    if not specs:
        raise InputError("no model was named", "name one with --model, e.g. --model reference")
    if len(set(specs)) < len(specs):
        raise InputError("a model was named twice", "name each model once")
    return [load_model(spec, options) for spec in specs]


def chosen_personas(names: list[str], file: Path | None) -> tuple[Persona, ...]:
    """The personas that were named; ``all``, or a file without names, gives all.

    Raises:
        InputError: A name is unknown or the file cannot be used.
    """
    from agents.personas import load_personas, select

    if not names and file is None:
        return ()
    known = load_personas(file)
    return known if not names or "all" in names else select(known, names)


def corpus_embedder(corpus: Any, spec: str) -> Embedder:
    """The embedder that was named, or the one that made the corpus."""
    from valuespectrum.cli.corpus_common import load_corpus_embedder

    return load_corpus_embedder(corpus, spec)


def typed_command() -> str:
    """What the user typed, without machine-dependent beginnings."""
    return shlex.join(["valuespectrum", *sys.argv[1:]])


def slug(text: str) -> str:
    """Text as part of a file name.

    Example:
        >>> slug("hf:Qwen/Qwen3-VL")
        'hf-Qwen-Qwen3-VL'
    """
    return re.sub(r"[^A-Za-z0-9._=-]+", "-", text).strip("-.")[:60] or "run"
