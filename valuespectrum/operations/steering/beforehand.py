"""What a sweep cannot take: told before a model is loaded, vectors are fitted and everything is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.foundation.errors import CorpusError, InputError, SchemaError

if TYPE_CHECKING:
    from valuespectrum.instruments.base import Instrument
    from valuespectrum.runs.manifest import Manifest


def refuse_unpaired(instrument: Instrument, value: str) -> None:
    """Refuse an instrument by which a steered model cannot be held against the same as it is, unit by unit.

    Args:
        instrument: Which one asks.
        value: The one that is steered.

    Raises:
        InputError: It does not measure the value, other models judge its answers, or everybody is asked other items.
    """
    from valuespectrum.instruments.base import AsksItemsOf, WithJudges

    if value not in instrument.value_set.dimensions:
        raise InputError(
            f"the instrument {instrument.name!r} measures {instrument.value_set.title}, among which there is no "
            f"{value!r}",
            "name one that measures the ten values",
        )
    if isinstance(instrument, WithJudges):
        raise InputError(
            f"the instrument {instrument.name!r} has answers judged by other models, which a sweep does not ask",
            "name one without judges, such as portraits",
        )
    if isinstance(instrument, AsksItemsOf):
        raise InputError(
            f"the instrument {instrument.name!r} asks each respondent other items, so that a change cannot be told "
            "item by item",
            f"name {instrument.items_of}, whose items it asks",
        )


def refuse_empty(corpus: Path) -> None:
    """Look whether there is anything to ask about.

    Raises:
        CorpusError: There is no such corpus, or it holds no pictures.
    """
    from vectorstore.corpus import Corpus

    with Corpus.open(corpus) as opened:
        if not opened.clip_ids():
            raise CorpusError(f"{corpus} holds no pictures", "add some with valuespectrum ingest")


def refuse_other_options(run: Path, said: Mapping[str, object]) -> None:
    """Refuse a run whose sweep tried something else: vectors would be fitted before that is found out.

    Args:
        run: Folder of the run.
        said: What is tried now, by the names of options, as the manifest keeps it.

    Raises:
        InputError: It did.
    """
    begun = _begun(run)
    told = begun.provenance.get("options") if begun else None
    before: Mapping[str, object] = told if isinstance(told, Mapping) else {}
    for name, now in said.items():
        if name in before and before[name] != now:
            raise InputError(
                f"{run} holds a sweep with --{name} {_in_words(before[name])}, not {_in_words(now)}",
                "name it as then, or another folder with --run",
            )


def _begun(run: Path) -> Manifest | None:
    """The manifest of a run that was begun; none where there is none, or a damaged one, which is told when it opens."""
    from valuespectrum.runs.run import read_manifest

    try:
        return read_manifest(run)
    except (InputError, SchemaError):
        return None


def _in_words(said: object) -> str:
    """What was said of an option; nothing is what is usual."""
    return (", ".join(map(str, said)) if isinstance(said, list) else str(said)) or "left out"


def refuse_other_model(run: Path, model: str) -> None:
    """Refuse a run that holds what another model answered.

    Args:
        run: Folder of the run.
        model: Id of the model as it is.

    Raises:
        InputError: It does.
    """
    from agents.models.model_names import ModelId

    begun = _begun(run)
    asked = list(begun.settings.get("models", {})) if begun else []
    if asked and model not in asked:
        others = ", ".join(sorted({str(ModelId.parse(each).without_steering) for each in asked}))
        raise InputError(f"{run} holds a sweep of {others}, not of {model}", "name another folder with --run")
