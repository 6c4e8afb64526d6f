"""Who there is to compare: every respondent of some runs with its table of sets, under a name that no other has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from agents.answers.respondent import Respondent, RespondentColumns
from agents.models.model_names import ModelId, ModelSpec
from agents.personas.reserved import EVERY_PERSONA, NO_PERSONA
from valuespectrum.measuring.set_tables import set_tables
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.run import read_manifest
from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import CLIP
from valuespectrum.scoring.facets.tables import SetTable
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

_NAMED = 8
"""Names that a message lists."""


class Someone(Protocol):
    """Whoever answered in a run."""

    @property
    def run(self) -> Path:
        """Its run."""

    @property
    def who(self) -> RespondentColumns:
        """What stands for it in the run."""

    @property
    def respondent(self) -> Respondent:
        """With all conditions under which it answered."""


Anyone = TypeVar("Anyone", bound=Someone)


@dataclass(frozen=True, slots=True)
class RunRespondent:
    """One respondent of one run."""

    run: Path
    who: RespondentColumns
    manifest: Manifest
    instrument: str
    told: ToldSets
    label: str = ""
    """For people; no two share one."""
    unit: str = CLIP
    """What the clips of its sets are called, where they are items."""

    @property
    def respondent(self) -> Respondent:
        """With all conditions under which it answered."""
        return self.manifest.asked.cast[self.who]

    @property
    def corpus(self) -> str:
        """Hash of the corpus that it was shown; empty where there was none."""
        shown = self.manifest.asked.shown
        return shown.corpus_hash if shown else ""

    @property
    def table(self) -> SetTable:
        """Its sets.

        Raises:
            InputError: Its answers do not tell them.
        """
        if self.told.table is None:
            raise InputError(f"the answers of {self.label} tell no liking: {self.told.why}", "leave it out")
        return self.told.table

    def to_json(self) -> Json:
        """As a comparison keeps it."""
        return {
            "label": self.label,
            "respondent": self.respondent.id,
            **self.who._asdict(),
            "run": str(self.run),
            "instrument": self.instrument,
            "readout": self.told.readout,
            "status": self.told.status,
            "why": self.told.why,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be compared."""

    models: tuple[str, ...] = ()
    """Ids, specs or names, in the order in which they are wanted; empty for all."""
    personas: tuple[str, ...] = (NO_PERSONA,)
    """Ids, ``none`` for the model as itself, ``all`` for it and every persona; placebos never."""


def everybody(runs: Sequence[Path], scoring: ScoringOptions) -> list[RunRespondent]:
    """Everybody in some runs, in their order.

    Raises:
        InputError: A folder is no run, holds no answers, or is named twice.
        ModelError: Every ask to a model failed.
    """
    refuse_twice(runs)
    found = []
    for run in runs:
        manifest = read_manifest(run)
        for who, sets in set_tables(run, scoring).items():
            found.append(RunRespondent(run, who, manifest, sets.instrument, sets.told, unit=sets.unit))
    return [replace(each, label=label) for each, label in zip(found, labels(found), strict=True)]


def refuse_twice(places: Sequence[Path], what: str = "run") -> None:
    """Refuse to take one run, or one file, for two.

    Args:
        places: As they were named; two paths may lead to one place.
        what: They are.

    Raises:
        InputError: One is named twice.
    """
    twice = [str(place) for place, count in Counter(place.resolve() for place in places).items() if count > 1]
    if twice:
        raise InputError(f"the {what} {twice[0]} is named twice", f"name every {what} once")


def choose(found: Sequence[Anyone], wanted: Wanted) -> list[Anyone]:
    """Those who are wanted, in the order in which they are.

    Raises:
        InputError: Nobody answers to one of the names.
    """
    models = dict.fromkeys(each.who.model for each in found)
    personas = dict.fromkeys(each.who.persona for each in found if not each.who.placebo)
    for name in wanted.models:
        if not any(is_called(model, name) for model in models):
            raise InputError(f"no run here holds the model {name!r:.80}", f"there are: {_listed(models)}")
    for name in wanted.personas:
        if name != EVERY_PERSONA and name not in personas:
            raise InputError(f"no run here holds the persona {name!r:.80}", f"there are: {_listed(personas)}")
    every = EVERY_PERSONA in wanted.personas
    chosen = [
        each
        for each in found
        if not each.who.placebo
        and (every or each.who.persona in wanted.personas)
        and (not wanted.models or any(is_called(each.who.model, name) for name in wanted.models))
    ]

    def place(each: Anyone) -> tuple[int, int]:
        model = next((at for at, name in enumerate(wanted.models) if is_called(each.who.model, name)), 0)
        return model, 0 if every else wanted.personas.index(each.who.persona)

    return sorted(chosen, key=place)


def is_called(model: str, name: str) -> bool:
    """Whether a name of the user's means a model: its id, that without its revision, its bare name, or its spec."""
    known = ModelId.parse(model)
    return name in (model, known.short, known.name) or (":" in name and ModelSpec.parse(name).could_name(known))


def _listed(names: dict[str, None]) -> str:
    shown = ", ".join(list(names)[:_NAMED]) or "nobody"
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def labels(found: Sequence[Someone]) -> list[str]:
    """The shortest names that tell them all apart, in their order."""
    ways: tuple[Callable[[Someone], str], ...] = (
        lambda each: _words(each, each.respondent.model.short),
        lambda each: _words(each, each.who.model),
        lambda each: f"{_words(each, each.respondent.model.short)} in {each.run.name}",
        lambda each: f"{_words(each, each.who.model)} in {each.run.name}",
        lambda each: f"{_words(each, each.who.model)} in {each.run}",
    )
    names = [ways[0](each) for each in found]
    for way in ways[1:]:
        for name in [name for name, count in Counter(names).items() if count > 1]:
            longer = [way(each) if old == name else old for each, old in zip(found, names, strict=True)]
            # One that tells nobody apart only makes the next one longer still.
            names = longer if len(set(longer)) > len(set(names)) else names
    return names


def _words(each: Someone, model: str) -> str:
    role = each.respondent.role
    return model if role.is_bare and role.strategy == NO_PERSONA else f"{model} as {role.words}"
