"""``instrument search``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import ObjectiveName
from valuespectrum.cli.console.groups import AnsweringGiven, settings_of
from valuespectrum.cli.console.options import (
    KeywordsOption,
    ModelsOption,
    PersonaFileOption,
    PersonasOption,
    PricesOption,
    SeedOption,
    pairs,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingGiven:
    """What is typed after ``instrument search``."""

    model: ModelsOption
    out: Annotated[Path, typer.Option(help="Folder of the search; the same command continues it.", metavar="DIR")]
    judge: Annotated[
        list[str] | None,
        typer.Option(
            help="Model that says which values an answer carries. May be repeated. Default: the first --model.",
            metavar="SPEC",
            show_default=False,
        ),
    ] = None
    final: Annotated[
        list[str] | None,
        typer.Option(help="Further model for final scores. May be repeated.", metavar="SPEC", show_default=False),
    ] = None
    persona: PersonasOption = None
    personas: PersonaFileOption = None
    questions: Annotated[
        Path | None,
        typer.Option(
            help="Topics to begin with, one a line: a question, or an argument, a tab and a question. Default: ours.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None
    corpus: Annotated[
        Path | None,
        typer.Option(help="Search the clips of this corpus instead.", metavar="DIR", show_default=False),
    ] = None
    keywords: KeywordsOption = None
    top_k: Annotated[int, typer.Option(help="Clips of each search word to search among.", min=1)] = 10
    clips: Annotated[int, typer.Option(help="Clips of each value in the set that is written.", min=1)] = 5
    objective: Annotated[
        ObjectiveName | None,
        typer.Option(
            help="reasons: S of what answers carry; liking: how far models like a clip differently. Default: liking "
            "for clips, reasons for questions.",
            show_default=False,
        ),
    ] = None
    pulls: Annotated[int, typer.Option(help="How often an arm of the bandit is chosen.", min=1)] = 200
    each: Annotated[int, typer.Option(help="Questions sampled at each pull; each model writes one to each.", min=1)] = 3
    at_once: Annotated[int, typer.Option(help="Arms chosen together, so that they share batches.", min=1)] = 1
    most_alike: Annotated[
        float, typer.Option(help="Drop a question whose similarity to its three nearest is above.", min=0.01, max=1.0)
    ] = 0.85
    gain: Annotated[float, typer.Option(help="Go on rewriting while S rises by more.", min=0.0)] = 0.5
    deepest: Annotated[int, typer.Option(help="Most rewritings of a question.", min=0)] = 3
    keep: Annotated[
        float | None,
        typer.Option(
            help="Share of what was found, the best, that gets final scores. Default: 0.25 of clips, else 1.",
            min=0.01,
            max=1.0,
            show_default=False,
        ),
    ] = None
    option: Annotated[
        list[str] | None,
        typer.Option(
            help="How S is reckoned: denominator, pairs, question, beta or opinions. May be repeated.",
            metavar="NAME=VALUE",
            show_default=False,
        ),
    ] = None
    invent: Annotated[int, typer.Option(help="Topics that the models invent first.", min=0)] = 0
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be asked at most, and what it would cost.")
    ] = False
    seed: SeedOption = 0
    prices: PricesOption = None


def search(given: TellingGiven, answering: AnsweringGiven, as_json: JsonOption = False) -> None:
    """Search for questions, or clips, on which models part company by their values.

    Models write questions, answer them with three points, and a judge says which values these carry (AdAEM). With
    --corpus, the neighbours of clips that told models apart are tried, and a sharpened set is written, which
    `bench --stimuli` takes.
    """
    option = pairs("--option", given.option or [], "question=reward")
    settings = settings_of(api.SearchSettings, given, answering, option=option)
    with Terminal(as_json) as terminal:
        terminal.show(api.search_telling(given.model, given.out, settings, terminal))
