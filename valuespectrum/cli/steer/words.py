"""``steer words``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import StrategyName
from valuespectrum.cli.console.options import PersonaFileOption
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsGiven:
    """What is typed after ``steer words``."""

    out: Annotated[Path, typer.Option(help="File to write.")] = Path("words.json")
    value: Annotated[
        str, typer.Option(help="One of the ten values, with its definition.", metavar="VALUE", show_default=False)
    ] = ""
    away: Annotated[bool, typer.Option("--away", help="Away from the value in place of towards it.")] = False
    persona: Annotated[str, typer.Option(help="The words of a persona.", metavar="NAME", show_default=False)] = ""
    personas: PersonaFileOption = None
    strategy: Annotated[StrategyName, typer.Option(help="How a persona is put.")] = "simple"
    text: Annotated[str, typer.Option(help="Words of yours.", metavar="WORDS", show_default=False)] = ""
    name: Annotated[str, typer.Option(help="What words of yours are called.")] = "words"


def words(given: WordsGiven, as_json: JsonOption = False) -> None:
    """Write an intervention in words, which any kind of model can be steered by.

    A steered model is told them before whatever else it is told to be; --steer takes the file as any other.
    """
    with Terminal(as_json) as terminal:
        settings = api.WordsSettings(
            given.value, given.away, given.persona, given.personas, given.strategy, given.text, given.name
        )
        terminal.show(api.make_words(given.out, settings))
