"""A clip as it is shown under one condition: what every instrument about pictures makes its asks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from agents.models.ask_key import canonical_json
from agents.models.base import FrameReference
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.stimuli.presenting.presentation import ONE_FRAME, PRESENTATION, Presentation
from valuespectrum.stimuli.retrieval import StimulusRow

TagMapping = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class ClipWords:
    """Words of somebody else's about a clip, as they stand before a question: between quotation marks."""

    template: Template
    """With the places ``words`` and ``question``."""
    text: str
    """On one line, of bounded length, without quotation marks of its own (``words.quotable``)."""

    def before(self, question: str) -> str:
        """The question with the words before it."""
        return self.template.write(words=self.text, question=question)


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One clip under one condition."""

    presentation: Presentation
    frames: tuple[FrameReference, ...]
    """What is shown, in order; none for a question without a picture."""
    words: ClipWords | None = None
    tags: TagMapping = field(default_factory=dict)
    """Of its asks: the condition, what stands in the place of the clip, and what respondents that see nothing are
    told."""

    def question(self, question: str) -> str:
        """A question as it is put about this exhibit."""
        return self.words.before(question) if self.words else question

    @property
    def content(self) -> str:
        """Everything that asks about it are made of, as JSON."""
        words = [self.words.template.text, self.words.text] if self.words else []
        return canonical_json([[frame.picture_sha for frame in self.frames], words, dict(self.tags)])


class Showing(Protocol):
    """How the clips of a run are shown."""

    def exhibits(self, row: StimulusRow) -> Sequence[Exhibit]:
        """A clip under every condition, the default first; those that there are not for it are left out."""

    def picture_path(self, picture_sha: str) -> Path:
        """File of a picture that is shown, of the corpus or made for the run."""


class StoredPictures(Protocol):
    """What is needed of a corpus to show the pictures that were found in it."""

    def picture_path(self, picture_sha: str) -> Path:
        """File of a stored picture."""


class OneFrame:
    """The default: the one picture that was found.

    Args:
        pictures: Where they are.
        told: Frame id to what respondents that see nothing are told of it.
    """

    def __init__(self, pictures: StoredPictures, told: Mapping[str, TagMapping] | None = None) -> None:
        self._pictures, self._told = pictures, told or {}

    def exhibits(self, row: StimulusRow) -> Sequence[Exhibit]:
        """The picture, without a tag for the condition: so it was before there were others."""
        frame = FrameReference(row.picture_sha, self.picture_path(row.picture_sha))
        return (Exhibit(ONE_FRAME, (frame,), tags=told_weight(row) | dict(self._told.get(row.frame_id, {}))),)

    def picture_path(self, picture_sha: str) -> Path:
        """Where it lies in the corpus."""
        return self._pictures.picture_path(picture_sha)


def told_weight(row: StimulusRow) -> dict[str, str | int | float]:
    """What a simulated respondent is told of a picture that stands for a value."""
    return {f"weight_{row.value}": 1.0}


def condition_tag(presentation: Presentation) -> dict[str, str | int | float]:
    """The tag of a condition; none for the default, whose asks stay what they were.

    Example:
        >>> condition_tag(Presentation("blank")), condition_tag(ONE_FRAME)
        ({'presentation': 'blank'}, {})
    """
    return {} if presentation == ONE_FRAME else {PRESENTATION: presentation.name}
