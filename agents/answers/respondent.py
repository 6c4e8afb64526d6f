"""Who answers: a model in a role. One type with one id, for planner, store, scores and report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from agents.answers.schema import StoredRow
from agents.answers.stored_json import read_persona, read_respondent, read_tags
from agents.models.ask_key import canonical_json
from agents.models.base import Model
from agents.models.model_names import ModelId
from agents.personas.reserved import NO_PERSONA, is_placebo_text

NO_INTERVENTION = "none"
"""In the place of a steering file: the model as it was loaded."""


class RespondentColumns(NamedTuple):
    """What stands for a respondent in tables of answers and scores: a column for each field, in this order.

    Example:
        >>> role = RespondentColumns("m", "tycoon", "simple")
        >>> role.bare == RespondentColumns("m")
        True
        >>> role.but("placebo")
        {'model': 'm', 'persona': 'tycoon', 'strategy': 'simple'}
    """

    model: str
    persona: str = NO_PERSONA
    strategy: str = NO_PERSONA
    placebo: bool = False

    @property
    def bare(self) -> RespondentColumns:
        """The same model as itself."""
        return self._replace(persona=NO_PERSONA, strategy=NO_PERSONA, placebo=False)

    def but(self, *left_out: str) -> dict[str, str | bool]:
        """All columns but these, by name, in their order."""
        return {name: part for name, part in self._asdict().items() if name not in left_out}


@dataclass(frozen=True, slots=True)
class Role:
    """What a model is told to be."""

    persona: str = NO_PERSONA
    """Id of the persona, ``"none"`` for the bare model, ``"placebo-3"`` for a placebo text; placebos of earlier
    releases carry the id of the persona that they were made for."""
    strategy: str = NO_PERSONA
    """How the persona is put into words, e.g. ``"simple"``; ``"none"`` for the bare model."""
    placebo: bool = False
    system: str = ""
    """System prompt; empty for the bare model."""

    @classmethod
    def of_tags(cls, tags: Mapping[str, object], system: str = "") -> Role:
        """The role that an ask was put to, by its tags and its system prompt."""
        persona, strategy = str(tags.get("persona", NO_PERSONA)), str(tags.get("strategy", NO_PERSONA))
        return cls(persona, strategy, bool(tags.get("placebo", 0)), system)

    @property
    def is_bare(self) -> bool:
        """Whether the model plays nobody; instruments may still tell it something (``strategy``)."""
        return self.persona == NO_PERSONA

    @property
    def words(self) -> str:
        """The role for people.

        Example:
            >>> Role().words, Role("tycoon", "simple").words, Role("placebo-3", "profile", True).words
            ('none', 'tycoon', 'placebo-3 (profile)')
        """
        told = self.placebo and not is_placebo_text(self.persona)
        asides = [self.strategy] * (self.strategy not in (NO_PERSONA, "simple")) + ["placebo"] * told
        return f"{self.persona} ({', '.join(asides)})" if asides else self.persona


BARE = Role()
"""The model as itself."""


@dataclass(frozen=True, slots=True)
class Respondent:
    """The unit whose values are measured: model x role x intervention x conditions of decoding."""

    model: ModelId
    role: Role = BARE
    conditions: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Settings of the model: engine, number format, layout, decoding, versions, as they enter keys."""
    intervention: str = NO_INTERVENTION
    """Id of the steering file that changed the model."""

    @classmethod
    def of(cls, model: Model, role: Role = BARE) -> Respondent:
        """A loaded model in a role."""
        return cls(ModelId.parse(model.id), role, dict(model.settings))

    @property
    def id(self) -> str:
        """The one id: words for people, then 16 digits of the hash of all parts. Compared, never taken apart.

        Example:
            >>> Respondent(ModelId.parse("reference:amber@01"), Role("tycoon", "simple", system="You are ...")).id
            'reference:amber/tycoon#b6dda1e1187f8add'
        """
        role = [self.role.persona, self.role.strategy, self.role.placebo, self.role.system]
        parts = [str(self.model), role, self.intervention, dict(self.conditions)]
        digest = hashlib.sha256(canonical_json(parts).encode()).hexdigest()
        return f"{self.model.short}/{self.role.words}#{digest[:16]}"

    @property
    def columns(self) -> RespondentColumns:
        """What stands for it in tables of answers and scores; within one run no two respondents share it."""
        return RespondentColumns(str(self.model), self.role.persona, self.role.strategy, self.role.placebo)

    def playing(self, role: Role) -> Respondent:
        """The same model in a role."""
        return replace(self, role=role)


def columns_of(row: Mapping[str, object]) -> RespondentColumns:
    """What stands for a respondent in a row of such a table."""
    role = Role.of_tags(row)
    return RespondentColumns(str(row["model"]), role.persona, role.strategy, role.placebo)


def respondent_of(row: StoredRow) -> Respondent:
    """Who a planned ask is put to.

    Raises:
        SchemaError: What is stored cannot be read.
    """
    return stored_respondent(row.respondent, row.parts[1], row.tags)


def stored_respondent(model: str, persona: str, tags: str) -> Respondent:
    """The respondent that a store tells in three columns of JSON: a model with its settings, a persona, tags.

    Raises:
        SchemaError: What is stored cannot be read.
    """
    return stored_model(model).playing(Role.of_tags(read_tags(tags), read_persona(persona)))


def stored_model(text: str) -> Respondent:
    """A model as itself, by the JSON that a store keeps of it: its id and its settings.

    Raises:
        SchemaError: What is stored cannot be read.
    """
    name, settings = read_respondent(text)
    return Respondent(ModelId.parse(name), conditions=settings)


def cast_of(models: Mapping[str, Mapping[str, str]], roles: Iterable[Role]) -> dict[RespondentColumns, Respondent]:
    """Every model in every role, by what stands for it in tables.

    Args:
        models: Model id to its settings.
        roles: Roles that each of them plays.
    """
    listed = list(roles)
    respondents = (
        Respondent(ModelId.parse(name), role, dict(given)) for name, given in models.items() for role in listed
    )
    return {each.columns: each for each in respondents}
