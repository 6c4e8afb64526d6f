"""Groups of options that several verbs share, and how what was typed becomes settings of the library."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, TypeVar, cast

import typer

from valuespectrum import api
from valuespectrum.cli.console.options import (
    BatchOption,
    DeviceOption,
    DtypeOption,
    EmbedderOption,
    EngineOption,
    FormOption,
    FrameOption,
    FramesOption,
    ItemsOption,
    KeywordsOption,
    LanguageOption,
    LayoutOption,
    PersonaFileOption,
    PersonasOption,
    PlacebosOption,
    PresentOption,
    SamplesOption,
    StrategiesOption,
    TemperatureOption,
    TopOption,
    TranscriptsOption,
    refuse_without,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Settings = TypeVar("Settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalGiven:
    """How a model in this process is run."""

    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"
    engine: EngineOption = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweringGiven(LocalGiven):
    """How models are run and read, and who embeds."""

    embedder: EmbedderOption = ""
    batch_size: BatchOption = 32
    layout: LayoutOption = "persona-first"
    samples: SamplesOption = 0
    temperature: TemperatureOption = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesGiven:
    """Which personas are played, and against what they are held."""

    persona: PersonasOption = None
    personas: PersonaFileOption = None
    strategy: StrategiesOption = None
    placebos: PlacebosOption = api.PLACEBO_TEXTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsGiven:
    """What is asked, in which words, and about which clips."""

    language: LanguageOption = ""
    form: FormOption = None
    frame_of_mind: FrameOption = None
    items: ItemsOption = None
    top_k: TopOption = 5
    keywords: KeywordsOption = None
    present: PresentOption = None
    frames: FramesOption = 1
    transcripts: TranscriptsOption = None


def refuse_ways_of_nobody(context: typer.Context, roles: RolesGiven) -> None:
    """Refuse options that say how personas are put and held to something, where none is played.

    Raises:
        InputError: One was typed.
    """
    if not roles.persona and roles.personas is None:
        refuse_without(context, ("strategy", "placebos"), "--persona")


def settings_of(kind: type[Settings], *typed: DataclassInstance, **other: object) -> Settings:
    """Settings of the library, out of groups of options.

    A setting takes what was typed under its name: of several words a tuple, of a choice its word. What was not typed
    stays as the library has it.

    Args:
        kind: Class of the settings.
        typed: Groups of options; what has no setting of its name is left alone.
        other: Settings that are not simply what was typed.
    """
    known = {field.name for field in fields(cast("type[DataclassInstance]", kind))}
    found = {name: getattr(group, name) for group in typed for name in (field.name for field in fields(group))}
    taken = {name: _plain(value) for name, value in found.items() if name in known and value is not None}
    return kind(**{**taken, **other})


def _plain(value: object) -> object:
    if isinstance(value, list):
        return tuple(map(_plain, value))
    return value.value if isinstance(value, Enum) else value
