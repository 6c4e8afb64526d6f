"""Models, personas and embedders as a user names them, loaded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agents.personas.reserved import MOST_PLACEBO_TEXTS, NO_PERSONA, is_placebo_text
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.models.base import Model, ModelOptions
    from agents.personas.persona import Persona
    from agents.personas.prompts import Strategy
    from ingest.embedding.base import Embedder
    from ingest.engines.local import IngestEngine
    from valuespectrum.operations.shared.telling import Teller
    from vectorstore.corpus import Corpus


def check_specs(
    specs: Sequence[str], options: ModelOptions, prices: Path | None = None, *, repeats: bool = False
) -> None:
    """Refuse what loading would refuse, as far as that can be told without loading (``foresight.check_models``).

    Args:
        specs: Model specs.
        options: How they would be loaded.
        prices: A price table of the user's.
        repeats: Whether free text is asked for again, which is then drawn at the temperature.

    Raises:
        InputError: None was named, one twice, a scheme is unknown, or one cannot be asked in this way.
        ModelError: A name, an option or this machine cannot be.
    """
    from valuespectrum.checks.foresight import check_models
    from valuespectrum.costs.prices import load_prices
    from valuespectrum.costs.spending import with_prices

    table = load_prices(prices)
    check_models([with_prices(spec, table) for spec in specs], options, repeats=repeats)


def load_models(
    specs: Sequence[str], options: ModelOptions, prices: Path | None = None, *, repeats: bool = False
) -> list[Model]:
    """Load the models that were named.

    Args:
        specs: Model specs.
        options: How they are loaded.
        prices: A price table of the user's; budgets in money go by it, unless the spec names prices.
        repeats: Whether free text is asked for again, which is then drawn at the temperature.

    Raises:
        InputError: None was named, one twice, a scheme is unknown, or one cannot be asked in this way.
        ModelError: One cannot be loaded.
    """
    from agents.models.registry import load_model
    from valuespectrum.costs.prices import load_prices
    from valuespectrum.costs.spending import with_prices

    table = load_prices(prices)
    check_specs(specs, options, prices, repeats=repeats)
    return [load_model(with_prices(spec, table), options) for spec in specs]


def watching_models(models: Iterable[Model], options: ModelOptions, teller: Teller) -> list[Model]:
    """Models as they can be shown videos; says of which the engine that was chosen for it cannot show any.

    Args:
        models: As they were loaded.
        options: How.
        teller: Who is told.

    Raises:
        InputError: One cannot be shown videos.
    """
    from agents.models.capabilities import objection_to_video, watching

    found = []
    for model in models:
        found.append(watching(model, options))
        if found[-1] is not model:
            teller.say(f"{model.id}: videos are shown by the plain engine: {objection_to_video(model)}")
    return found


def chosen_personas(names: Sequence[str], file: Path | None) -> tuple[Persona, ...]:
    """The personas that were named; ``all``, or a file without names, gives all.

    Raises:
        InputError: A name is unknown or the file cannot be used.
    """
    from agents.personas.choosing import select
    from agents.personas.persona import load_personas

    if not names and file is None:
        return ()
    known = load_personas(file)
    return known if not names or "all" in names else select(known, list(names))


def warn_of_placebos(teller: Teller, chosen: Iterable[Persona | None], file: Path | None) -> None:
    """Say so when a placebo is, in all but its name, another persona of its file (``shuffled.another_persona``)."""
    from agents.personas.persona import load_personas
    from agents.personas.shuffled import another_persona

    for each in chosen:
        other = another_persona(each, load_personas(file)) if each and each.kind == "permuted" else ""
        if each and other:
            teller.warn(f"{each.id} is no placebo: its profile is that of another persona of the file, {other}")


def feed_roles(names: Sequence[str], file: Path | None, strategy: Strategy) -> dict[str, Persona | None]:
    """Whom sessions play, by id: the model as itself (``none``), personas, then placebo texts (``placebo-3``).

    Args:
        names: As the user named them; none for all personas.
        file: Persona file in place of the built-in personas.
        strategy: How roles are put; placebo texts are written for one, and are those of a benchmark with seed 0.

    Raises:
        InputError: A name is unknown or the file cannot be used.
    """
    from agents.personas.choosing import select
    from agents.personas.persona import load_personas
    from agents.personas.placebo import placebos

    roles: dict[str, Persona | None] = {NO_PERSONA: None} if NO_PERSONA in names else {}
    texts = [name for name in names if is_placebo_text(name)]
    named = [name for name in names if name != NO_PERSONA and name not in texts]
    if named or not names:
        roles |= {persona.id: persona for persona in chosen_personas(named or ["all"], file)}
    if texts:
        known = placebos(load_personas(file), strategy, MOST_PLACEBO_TEXTS, seed=0)
        roles |= {text.id: text for text in select(known, texts)}
    return roles


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

    default = corpus.default_embedder()
    # The latest of several that a user typed in the same way; one in another number format is another embedder.
    known = [one for one in corpus.embedders() if (one.spec == spec if spec else one.embedder_id == default)]
    if not spec and not (known and known[-1].spec):
        raise InputError(f"{corpus.folder} does not say which embedder made it", "name it with --embedder")
    halved = bool(known) and EmbedderId.parse(known[-1].embedder_id).says(long_name("bf16"))
    return spec or known[-1].spec, "bf16" if halved else "fp32"


def corpus_embedder(corpus: Corpus, spec: str = "") -> Embedder:
    """The embedder that was named, or the one that made the corpus, as the corpus knows it.

    Raises:
        InputError: As ``embedder_choice``.
        EmbedderError: It cannot be loaded; or the corpus alone names it, and it is not on this disk.
    """
    chosen, dtype = embedder_choice(corpus, spec)
    return embedder_in_format(chosen, dtype, "" if spec else f"the corpus {corpus.folder}")


def embedder_in_format(spec: str, dtype: str, named_by: str = "") -> Embedder:
    """An embedder in a number format; one that has no choice of formats is not asked for one.

    Args:
        spec: Embedder spec.
        dtype: Number format.
        named_by: What names it, where that is not the user: then it is taken from this disk.

    Raises:
        InputError: Unknown scheme or number format.
        EmbedderError: It cannot be loaded.
    """
    from ingest.embedding.base import load_embedder, named_embedder

    with named_embedder(spec, named_by):
        return load_embedder(spec) if dtype == "fp32" else load_embedder(spec, dtype=dtype)


@contextlib.contextmanager
def chosen_encoder(
    spec: str, dtype: str, engine: str, address: str | None, named_by: str = ""
) -> Iterator[Embedder | IngestEngine]:
    """An embedder, or an engine that has one and works elsewhere; ``named_by`` as for ``embedder_in_format``.

    Raises:
        InputError: Unknown engine, embedder or number format; or Ray is not installed, or no cluster answers.
        EmbedderError: The embedder cannot be loaded.
    """
    check_engine(engine, address)
    if engine == "ray":
        from ingest.engines.ray import RayEngine, RayOptions

        with RayEngine(RayOptions(spec, dtype, address, named_by=named_by)) as cluster:
            yield cluster
    else:
        yield embedder_in_format(spec, dtype, named_by)


def check_engine(engine: str, address: str | None) -> None:
    """Refuse an engine that there is not, before anything is opened.

    Raises:
        InputError: It is unknown, or the address is of no use to it.
    """
    if engine not in ("local", "ray"):
        raise InputError(f"unknown engine {engine!r}", "known are: local, ray")
    if address and engine != "ray":
        raise InputError("--ray-address without --engine ray", "add --engine ray")


def warn_of_pictures(teller: Teller, corpus: Corpus, embedder_id: str, models: Sequence[str] = ()) -> None:
    """Say so when something that knows drawn clips only is given others (``truth.caution``)."""
    from valuespectrum.measuring.benchmark import drawn_pictures
    from valuespectrum.reference.truth import caution

    teller.warn(caution(embedder_id, models, drawn_pictures(corpus, embedder_id, models)))
