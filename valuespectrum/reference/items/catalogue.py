"""All kinds of items, and how a text is read back as one of them."""

from __future__ import annotations

from functools import cache

from valuespectrum.instruments.wordings.describing_oneself import INSTRUCTIONS
from valuespectrum.reference.items import aiming, arguing, choosing, deciding, liking, oneself, responding, speaking
from valuespectrum.reference.items.base import PlantedItem, Question

KINDS: tuple[type[PlantedItem], ...] = (
    liking.Like,
    liking.QuestionnaireTerm,
    liking.Rating,
    liking.LikingScale,
    liking.Captioned,
    liking.CaptionAlone,
    liking.TranscriptAlone,
    liking.Pair,
    liking.OneOfFour,
    liking.Describe,
    oneself.Portrait,
    oneself.LabelledPortrait,
    oneself.Importance,
    oneself.Foundation,
    oneself.Wish,
    oneself.BetterDescription,
    choosing.Dilemma,
    choosing.Staircase,
    choosing.Payoff,
    choosing.Slider,
    choosing.Moves,
    speaking.Reasons,
    speaking.ReasonsSeen,
    speaking.TextValue,
    speaking.TextStrength,
    speaking.PictureValue,
    speaking.PictureDirection,
    speaking.Rewrite,
)
"""Every kind of item that the reference models are taught."""
UNTAUGHT: tuple[type[PlantedItem], ...] = (
    choosing.SliderShown,
    choosing.StaircaseShown,
    aiming.Traits,
    aiming.Goal,
    aiming.AimedSlider,
    deciding.SceneDeed,
    responding.WrittenResponse,
    responding.SeenResponse,
    arguing.ReasonsAsked,
)
"""Kinds that twins alone answer."""

BY_KIND: dict[str, type[PlantedItem]] = {item.kind: item for item in KINDS}


@cache
def read_item(text: str) -> PlantedItem | None:
    """The item that is written so; ``None`` where no kind of item is."""
    found = (kind.read(text) for kind in (*KINDS, *UNTAUGHT))
    return next((item for item in found if item is not None), None)


def read_question(text: str) -> Question | None:
    """The same with an instruction before it."""
    for instruction, words in sorted(INSTRUCTIONS.items(), key=lambda pair: -len(pair[1])):
        if text.startswith(words):
            item = read_item(text.removeprefix(words))
            if item is not None:
                return Question(item, instruction)
    return None
