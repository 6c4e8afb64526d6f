"""Options that several verbs share, and how they become objects."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Collection, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import EngineName, LayoutName, ModelFormat
from valuespectrum.cli.console.config import places_in_file
from vectorstore.foundation.errors import InputError


def one_of(names: Callable[[], list[str]]) -> Callable[[str], list[str]]:
    """What a shell may complete the beginning of a name to."""
    return lambda incomplete: [name for name in names() if name.startswith(incomplete)]


class StrategyChoice(StrEnum):
    """``StrategyName`` for an option that may be repeated, for which typer takes no literals."""

    simple = "simple"
    profile = "profile"
    isq = "isq"
    anchor = "anchor"
    interview = "interview"


class OutcomeChoice(StrEnum):
    """What people and agents did with clips, for an option that may be repeated."""

    watch = "watch"
    like = "like"
    time = "time"


CorpusOption = Annotated[Path | None, typer.Option(help="Corpus folder.", metavar="DIR", show_default=False)]
ModelHelp = (
    "Model spec: reference[:NAME], hf:REPO_OR_PATH, openai:MODEL[@BASE_URL], vllm:REPO_OR_PATH, "
    "inspect:PROVIDER/MODEL, simulated:PROFILE."
)
EmbedderOption = Annotated[str, typer.Option(help="Embedder spec; by default the one that made the corpus.")]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda, ...")]
DtypeOption = Annotated[ModelFormat, typer.Option(help="Number format.")]
BatchOption = Annotated[int, typer.Option(help="Questions in one forward pass.", min=1)]
EngineOption = Annotated[EngineName, typer.Option(help="How a local model is asked.")]
SeedOption = Annotated[int, typer.Option(help="Seed of everything that is drawn.", min=0)]
PersonaFileOption = Annotated[
    Path | None,
    typer.Option("--personas", help="Persona file (YAML) in place of the built-in personas.", metavar="FILE"),
]


LayoutOption = Annotated[
    LayoutName, typer.Option(help="image-first is faster with many personas, and another question to a model.")
]
SamplesOption = Annotated[
    int, typer.Option(help="Answers to draw for each question; 0 reads the probabilities themselves.", min=0)
]
TemperatureOption = Annotated[float, typer.Option(help="Temperature of drawn answers.", min=0.01)]
LanguageOption = Annotated[
    str,
    typer.Option(
        help="Languages of the questions with commas: en, de, fr, es, zh (all but en unreviewed). Default: en.",
        metavar="CODES",
        show_default=False,
    ),
]
FormOption = Annotated[
    api.FormName | None,
    typer.Option(help="unforced adds an option that says neither. Default: forced.", show_default=False),
]
FrameOption = Annotated[
    api.FrameName | None,
    typer.Option(
        help="Say before each question to be honest, or to make the best impression; all tells how far these differ.",
        show_default=False,
    ),
]
ItemsOption = Annotated[
    Path | None,
    typer.Option(
        help="File of your own wordings (YAML); for value-portrait, a clone of its repository.",
        metavar="FILE",
        show_default=False,
    ),
]
StrategiesOption = Annotated[
    list[StrategyChoice] | None,
    typer.Option("--strategy", help="How personas are put; by default simple. May be repeated.", show_default=False),
]
ModelsOption = Annotated[
    list[str],
    typer.Option("--model", help=f"{ModelHelp} May be repeated.", metavar="SPEC", show_default=False),
]
PersonasOption = Annotated[
    list[str] | None,
    typer.Option(
        "--persona",
        help="Persona by name, or all. May be repeated.",
        show_default=False,
        autocompletion=one_of(lambda: ["all", *api.known_personas()]),
    ),
]
PlacebosOption = Annotated[
    int,
    typer.Option(
        help="Texts without values that personas are held against; from 5 on there are verdicts.",
        min=0,
        max=api.MOST_PLACEBO_TEXTS,
    ),
]
TopOption = Annotated[int, typer.Option("--top-k", help="Clips per keyword.", min=1)]
KeywordsOption = Annotated[Path | None, typer.Option(help="Keyword list (YAML) in place of our own.", metavar="FILE")]
PresentOption = Annotated[
    list[str] | None,
    typer.Option(
        help="How clips are shown: frame, frames:N, sheet:N, shuffled:N, mismatched, blank, noise, text, caption, "
        "transcript, described:MODEL, or PICTURE+WORDS. May be repeated, to compare. Default: frame.",
        metavar="HOW",
        show_default=False,
    ),
]
FramesOption = Annotated[int, typer.Option(help="Pictures of each clip, in order: --present frames:N.", min=1, max=64)]
TranscriptsOption = Annotated[
    Path | None,
    typer.Option(
        help="What is said in clips (CSV: clip, text), in place of what the corpus knows, for --present transcript.",
        metavar="FILE",
    ),
]
StimuliOption = Annotated[
    Path | None,
    typer.Option(help="Set of clips (JSON) in place of search words; `instrument search` writes one.", metavar="FILE"),
]
StressOption = Annotated[
    str,
    typer.Option(
        help="injection: ask again with words in the clips that tell the model what to answer, and compare; "
        "injection:PLACE for one place (overlay, order, speech, answer).",
        metavar="KIND",
        show_default=False,
    ),
]
PricesOption = Annotated[Path | None, typer.Option(help="Price table (YAML) in place of our own.", metavar="FILE")]


def pairs(option: str, words: list[str], example: str) -> dict[str, str]:
    """``["url=link"]`` as ``{"url": "link"}``.

    Args:
        option: As it is typed, for the message.
        words: Its values.
        example: One that makes sense.

    Raises:
        InputError: A word has no ``=`` or an empty side, or a name comes twice.
    """
    given: dict[str, str] = {}
    for word in words:
        name, _, value = word.partition("=")
        if not name or not value:
            raise InputError(f"{option} {word}: not NAME=VALUE", f"write for example {option} {example}")
        if name in given:
            raise InputError(f"{option} {word}: {name} is named twice", "name it once")
        given[name] = value
    return given


def numbers(option: str, words: str) -> dict[str, float]:
    """``"power=1,security=-0.5"`` as ``{"power": 1.0, "security": -0.5}``.

    Args:
        option: As it is typed, for the message.
        words: Its value.

    Raises:
        InputError: As :func:`pairs`, or something is no number.
    """
    example = "power=1,security=-0.5"
    given = pairs(option, [word.strip() for word in words.split(",") if word.strip()], example)
    try:
        return {name.strip(): float(value) for name, value in given.items()}
    except ValueError as error:
        raise InputError(f"{option}: {error}", f"write for example {option} {example}") from error


def refuse_beside(context: typer.Context, chosen: str, useful: Collection[str]) -> None:
    """Refuse options that mean nothing beside another.

    A file of options may hold some for other jobs, which are passed over, unless the same file holds the other, too,
    and says something that is not usual.

    Args:
        context: Of the verb.
        chosen: The other, as it is typed.
        useful: Parameters that mean something beside it.

    Raises:
        InputError: One was given that does not.
    """
    for name, option, place in _given_beside(context, chosen):
        if name not in useful and name not in ("as_json", "config"):
            raise InputError(f"{place}{option} means nothing beside {chosen}", f"leave {option} out")


def refuse_without(context: typer.Context, needy: Collection[str], needed: str) -> None:
    """Refuse options that mean nothing without another; those of a file of options may be for other jobs.

    Args:
        context: Of the verb.
        needy: Parameters that need it.
        needed: The other, as it is typed; it is known to be absent.

    Raises:
        InputError: One was typed.
    """
    for name, option in _typed(context):
        if name in needy:
            raise InputError(f"{option} means nothing without {needed}", f"add {needed}, or leave {option} out")


def refuse_idle(context: typer.Context, idle: Collection[str], chosen: str) -> None:
    """Refuse some options that mean nothing beside another; of a file of options as ``refuse_beside``.

    Args:
        context: Of the verb.
        idle: Parameters that mean nothing beside it.
        chosen: The other, as it is typed; it is known to be there.

    Raises:
        InputError: One was given.
    """
    for name, option, place in _given_beside(context, chosen):
        if name in idle:
            raise InputError(f"{place}{option} means nothing beside {chosen}", f"leave {option} out")


def _given_beside(context: typer.Context, chosen: str) -> Iterator[tuple[str, str, str]]:
    """Parameter, option and place (of those in a file, for messages) of everything that was given for this job."""
    yield from ((name, option, "") for name, option in _typed(context))
    places = places_in_file(context)
    found = [each for each in context.command.params if each.name in places]
    if chosen.partition(" ")[0] not in [each.opts[0] for each in found]:
        return
    for each in found:
        # What a run recorded names every option, those that are as usual, too.
        if each.name and context.params.get(each.name) != each.default:
            yield each.name, each.opts[0], f"{places[each.name]}: "


def _typed(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Parameter and option of everything that was typed."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name) if parameter.name else None
        if parameter.name and source is not None and source.name == "COMMANDLINE":
            yield parameter.name, parameter.opts[0]


def typed_command() -> str:
    """What the user typed, without machine-dependent beginnings."""
    return shlex.join(["valuespectrum", *sys.argv[1:]])
