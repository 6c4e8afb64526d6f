"""Options of verbs that let agents walk through a feed: what is seen, remembered, done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

ObserveOption = Annotated[
    str,
    typer.Option(
        help="What is seen of a clip: frames, frames:N, shuffled:N, video:N (in video tokens, where the"
        " model takes videos), sheet:N, page (in a browser), caption, transcript or none;"
        " +caption, +transcript, +creator, +likes, +topics for words beside it.",
        metavar="HOW",
    ),
]
MemoryOption = Annotated[
    str,
    typer.Option(
        help="What is remembered: none, transcript:N (the last N clips), summary:N (own words, every N clips),"
        " retrieval:N (the N most similar).",
        metavar="WHAT",
    ),
]
FreshOption = Annotated[
    int,
    typer.Option(help="With --memory: every so many steps also ask without it; 0 for never.", min=0),
]
ActOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Also ask about dislike, comment, share, save, follow, not_interested or exit. May be repeated.",
        show_default=False,
    ),
]
FatigueOption = Annotated[float, typer.Option(help="Log-odds that a minute of watching takes from going on.", min=0)]
BoredomOption = Annotated[float, typer.Option(help="Log-odds that more of the same takes from going on.", min=0)]
InterveneOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Do something after so many clips, e.g. 20:swap_policy=random, 20-29:cool_down or"
        " 20-29:words=overlay:like (words put into clips); a paired session without it is walked too. May be repeated.",
        metavar="AFTER:WHAT",
        show_default=False,
    ),
]
CheckOption = Annotated[
    int,
    typer.Option(
        help="Before the first clip and after every so many, ask whether the role is still played; 0 for never.", min=0
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkGiven:
    """How agents walk."""

    observe: ObserveOption = "frames"
    memory: MemoryOption = "none"
    fresh_every: FreshOption = 1
    act: ActOption = None
    fatigue: FatigueOption = 0.0
    boredom: BoredomOption = 0.0
    intervene: InterveneOption = None
    check_every: CheckOption = 0


def swapped_programs(walk: WalkGiven) -> list[str]:
    """Interventions that swap in a function of a file; a replay runs those alone that are typed again."""
    return [each for each in walk.intervene or () if ":swap_policy=file:" in each]
