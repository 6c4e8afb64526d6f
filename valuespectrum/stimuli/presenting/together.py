"""Several clips in one question: what is shown of each in turn, and the words that tell them apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.models.base import FrameReference
from valuespectrum.instruments.wordings.liking import GROUPED
from valuespectrum.stimuli.presenting.exhibit import Exhibit, Showing
from valuespectrum.stimuli.presenting.presentation import PRESENTATION, Presentation
from valuespectrum.stimuli.presenting.words import NUMBERED
from valuespectrum.stimuli.retrieval import StimulusRow

PLACES = ("first", "second", "third", "fourth")
"""What the clips of a question are called, in the order shown."""
_TOLD = ("look", "time_of_day", "overlay_push")
"""Tags of one picture for respondents that see nothing (``reference.twin.reading``), beside ``weight_<value>``."""


def numbered(name: str, place: int) -> str:
    """The tag of the thing in a place, from 0: that of the first has no number, so that it is the ask's own.

    Example:
        >>> numbered("clip", 0), numbered("clip", 1)
        ('clip', 'clip_2')
    """
    return name if place == 0 else f"{name}_{place + 1}"


@dataclass(frozen=True, slots=True)
class Together:
    """The clips of one question under one condition."""

    exhibits: tuple[Exhibit, ...]
    """One a clip, in the order shown, all of the same condition."""

    @property
    def presentation(self) -> Presentation:
        """The condition."""
        return self.exhibits[0].presentation

    @property
    def frames(self) -> tuple[FrameReference, ...]:
        """All pictures, clip by clip."""
        return tuple(frame for each in self.exhibits for frame in each.frames)

    def question(self, question: str) -> str:
        """A question as it is put about these clips: which pictures belong together, then whose words say what."""
        for place, each in reversed(list(zip(PLACES, self.exhibits, strict=False))):
            if each.words:
                template = NUMBERED[self.presentation.worded]
                question = template.write(place=place, words=each.words.text, question=question)
        groups = ", ".join(self._groups())
        return GROUPED.write(groups=groups, question=question) if groups else question

    def _groups(self) -> Iterator[str]:
        """Which pictures are of which clip; nothing where each has one at most."""
        if all(len(each.frames) <= 1 for each in self.exhibits):
            return
        last = 0
        for place, each in zip(PLACES, self.exhibits, strict=False):
            first, last = last + 1, last + len(each.frames)
            yield f"pictures {first} to {last} are the {place}" if first < last else f"picture {last} is the {place}"

    @property
    def tags(self) -> dict[str, str | int | float]:
        """Of its asks: the condition, and of every clip what stands in its place and what its picture shows.

        Of a clip in several pictures the look of the first is told, since numbers tell clips apart here.
        """
        tags: dict[str, str | int | float] = {}
        for place, each in enumerate(self.exhibits):
            for name, value in _of_clip(each.tags).items():
                kind, _, of = name.partition("_")
                if kind == "weight":
                    tags[f"weight_{place + 1}_{of}"] = value
                elif name in _TOLD:
                    tags[f"{name}_{place + 1}"] = value
                elif name != PRESENTATION or place == 0:
                    tags[numbered(name, place)] = value
        return tags


def together(showing: Showing, rows: Sequence[StimulusRow]) -> list[Together]:
    """Several clips under every condition that there is for all of them, the default first."""
    by_clip = [{each.presentation: each for each in showing.exhibits(row)} for row in rows]
    shared = [condition for condition in by_clip[0] if all(condition in shown for shown in by_clip)]
    return [Together(tuple(shown[condition] for shown in by_clip)) for condition in shared]


def _of_clip(tags: Mapping[str, str | int | float]) -> dict[str, str | int | float]:
    """Tags of a clip in one picture; of one in several (``look_1``, ``look_2``) the first look alone."""
    looks = {name for name in tags if name.startswith("look_")}
    told = {name: value for name, value in tags.items() if name not in looks}
    return told | ({"look": tags["look_1"]} if "look_1" in looks else {})
