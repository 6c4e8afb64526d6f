"""Options that several verbs share, and how they become objects."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.models.base import Model, ModelOptions
    from agents.personas.persona import Persona
    from ingest.embedding.base import Embedder
    from valuespectrum.cli.console.terminal import Terminal
    from vectorstore.corpus import Corpus

CorpusOption = Annotated[Path, typer.Option(help="Corpus folder.", metavar="DIR", show_default=False)]
ModelHelp = (
    "Model spec: reference[:NAME], hf:REPO_OR_PATH, openai:MODEL[@BASE_URL], vllm:REPO_OR_PATH, "
    "inspect:PROVIDER/MODEL, simulated:PROFILE."
)
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


LayoutOption = Annotated[
    str, typer.Option(help="persona-first, or image-first: faster with many personas, and another question to a model.")
]
SamplesOption = Annotated[
    int, typer.Option(help="Answers to draw for each question; 0 reads the probabilities themselves.", min=0)
]
TemperatureOption = Annotated[float, typer.Option(help="Temperature of drawn answers.", min=0.01)]


def load_models(specs: list[str], options: ModelOptions, prices: Path | None = None) -> list[Model]:
    """Load the models that were named.

    Args:
        specs: Model specs.
        options: How they are loaded.
        prices: A price table of the user's; budgets in money go by it, unless the spec names prices.

    Raises:
        InputError: None was named, one twice, a scheme is unknown, or one cannot be asked in this way.
        ModelError: One cannot be loaded.
    """
    from agents.models.registry import load_model
    from valuespectrum.checks.foresight import check_models
    from valuespectrum.costs.prices import load_prices
    from valuespectrum.costs.spending import with_prices

    table = load_prices(prices)
    check_models([with_prices(spec, table) for spec in specs], options)
    return [load_model(with_prices(spec, table), options) for spec in specs]


def how_asked(model: Model) -> dict[str, str]:
    """The engine that asks a model and why, with what else decides how it is asked."""
    told = {name: model.settings[name] for name in ("engine", "layout", "dtype", "choices") if name in model.settings}
    return told | {"explanation": str(getattr(model, "explanation", ""))}


def chosen_personas(names: list[str], file: Path | None) -> tuple[Persona, ...]:
    """The personas that were named; ``all``, or a file without names, gives all.

    Raises:
        InputError: A name is unknown or the file cannot be used.
    """
    from agents.personas.persona import load_personas, select

    if not names and file is None:
        return ()
    known = load_personas(file)
    return known if not names or "all" in names else select(known, names)


def corpus_embedder(corpus: Any, spec: str) -> Embedder:
    """The embedder that was named, or the one that made the corpus."""
    from valuespectrum.cli.console.corpus_options import load_corpus_embedder

    return load_corpus_embedder(corpus, spec)


def warn_of_pictures(terminal: Terminal, corpus: Corpus, embedder_id: str, models: Sequence[str] = ()) -> None:
    """Say so when something that knows drawn clips only is given others (``truth.caution``)."""
    from valuespectrum.measuring.benchmark import drawn_pictures
    from valuespectrum.reference.truth import caution

    terminal.warn(caution(embedder_id, models, drawn_pictures(corpus, embedder_id, models)))


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
