"""The clips of a run under all its conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from agents.browsing.seeing.injections import Injection, words_after
from agents.browsing.seeing.sheet import contact_sheet
from agents.models.base import FrameReference
from agents.models.picture_watch import NOTHING_SHOWN
from agents.models.pictures import read_picture
from valuespectrum.stimuli.presenting.drawn import blank, noise
from valuespectrum.stimuli.presenting.exhibit import ClipWords, Exhibit, TagMapping, condition_tag, told_weight
from valuespectrum.stimuli.presenting.frames import in_order, out_of_order, spread
from valuespectrum.stimuli.presenting.made import MadePictures
from valuespectrum.stimuli.presenting.presentation import Presentation
from valuespectrum.stimuli.presenting.strangers import strangers
from valuespectrum.stimuli.presenting.words import TEMPLATES
from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream
from vectorstore.foundation.text import quotable
from vectorstore.ledger.records import Clip, Frame

SHOWN_CLIP, SHOWN_VALUE = "shown_clip", "shown_value"
"""Tags of a mismatched picture: whose it is, and what that stands for."""
_MOST_TOLD = 8
"""Pictures of a clip of which a respondent that sees nothing is told (``reference.twin.reading``)."""


class ClipPictures(Protocol):
    """What is needed of a corpus to show its clips in every way."""

    def clip(self, clip_id: str) -> Clip:
        """Everything known about one."""

    def frame(self, frame_id: str) -> Frame:
        """One frame."""

    def frames(self, clip_id: str) -> Sequence[Frame]:
        """All frames of a clip."""

    def picture_path(self, picture_sha: str) -> Path:
        """File of a stored picture."""


@dataclass(frozen=True, slots=True)
class ClipTexts:
    """What words there are about clips beside their captions."""

    transcripts: Mapping[str, str] = field(default_factory=dict)
    """By clip id."""
    described: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """By captioner's spec and picture: what it wrote, and the key of its answer."""


@dataclass(frozen=True, slots=True)
class Material:
    """What exhibits are made of."""

    rows: Sequence[StimulusRow]
    corpus: ClipPictures
    made: MadePictures
    texts: ClipTexts = field(default_factory=ClipTexts)
    tell: Callable[[Frame], TagMapping] | None = None
    """What respondents that see nothing are told of a frame; ``None`` where nobody reads it."""
    seed: int = 0


class Conditions:
    """Every clip of a run under every condition, made beforehand: what is missing is known before anybody is asked.

    Args:
        presentations: Conditions, the default first.
        material: Clips and words.

    Raises:
        InputError: A condition has no clip at all, since no words are known of any, or each has a single picture.
        MediaError: A picture that is needed for a contact sheet cannot be read.
        StorageError: Pictures that are made cannot be written.
    """

    def __init__(self, presentations: Sequence[Presentation], material: Material) -> None:
        self._material = material
        self._strangers: dict[StimulusRow, StimulusRow] = {}
        if any(each.picture == "mismatched" for each in presentations):
            lent = strangers(material.rows, material.seed)
            self._strangers = dict(zip(material.rows, lent, strict=True))
        self._exhibits = {
            row: tuple(one for each in presentations if (one := self._exhibit(each, row))) for row in material.rows
        }
        material.made.settle()
        self.clips = {each.name: self._shown_clips(each) for each in presentations}
        """How many clips there are for each condition: those for which it has no words, or no order, are left out."""
        for each in presentations:
            if material.rows and not self.clips[each.name]:
                raise _wordless(each)

    def exhibits(self, row: StimulusRow) -> Sequence[Exhibit]:
        """A clip under every condition that there is for it."""
        return self._exhibits[row]

    def picture_path(self, picture_sha: str) -> Path:
        """File of a picture, of the corpus or made."""
        return self._material.made.path(picture_sha) or self._material.corpus.picture_path(picture_sha)

    def _shown_clips(self, presentation: Presentation) -> int:
        shown = ((row, each) for row, listed in self._exhibits.items() for each in listed)
        return len({row.clip_id for row, each in shown if each.presentation == presentation})

    def _exhibit(self, presentation: Presentation, row: StimulusRow) -> Exhibit | None:
        words, told = self._words(presentation, row)
        if presentation.worded != "none" and words is None:
            return None
        frames, shown = self._pictures(presentation, row)
        if presentation.picture == "shuffled" and len(frames) < 2:
            # One picture has no other order: what order tells would seem the smaller for it.
            return None
        if presentation.injected and presentation.injected.place == "overlay":
            frames = tuple(self._laid_over(frame, presentation.injected, row.clip_id) for frame in frames)
            shown = {**shown, **presentation.injected.tags}
        return Exhibit(presentation, frames, words, {**condition_tag(presentation), **told, **shown})

    def _words(self, presentation: Presentation, row: StimulusRow) -> tuple[ClipWords | None, TagMapping]:
        """What stands before the question, and tags that say who wrote it; none where nothing is known."""
        texts, told = self._material.texts, {}
        match presentation.words:
            case "none":
                text = ""
            case "caption":
                text = quotable(self._material.corpus.clip(row.clip_id).caption)
            case "transcript":
                text = texts.transcripts.get(row.clip_id, "")
            case "described":
                text, key = texts.described.get((presentation.captioner, row.picture_sha), ("", ""))
                told = {"caption_key": key}
        if presentation.injected and (text or presentation.words == "none"):
            text = self._with_words_put(text, presentation.injected, row.clip_id)
        return (ClipWords(TEMPLATES[presentation.worded], text), told) if text else (None, {})

    def _with_words_put(self, text: str, injection: Injection, clip_id: str) -> str:
        """Words of a clip and, after them, those that were put there; an overlay changes no words."""
        if injection.place == "overlay":
            return text
        return words_after(text, injection.words(clip_id, self._material.seed))

    def _laid_over(self, shown: FrameReference, injection: Injection, clip_id: str) -> FrameReference:
        """A picture with words over it, made once."""
        seed = self._material.seed
        recipe = ["overlay", shown.picture_sha, injection.words(clip_id, seed), seed, clip_id]
        return self._material.made.get(recipe, lambda: injection.laid_over(read_picture(shown), clip_id, seed))

    def _pictures(self, presentation: Presentation, row: StimulusRow) -> tuple[tuple[FrameReference, ...], TagMapping]:
        """What is shown, and what is told of it."""
        match presentation.picture:
            case "none":
                return (), {}
            case "frame":
                return (self._reference(row.picture_sha),), told_weight(row) | self._told([self._frame(row)])
            case "mismatched":
                other = self._strangers[row]
                lent: TagMapping = {SHOWN_CLIP: other.clip_id, SHOWN_VALUE: other.value}
                told = told_weight(other) | self._told([self._frame(other)])
                return (self._reference(other.picture_sha),), told | dict(lent)
            case "blank" | "noise":
                return (self._nothing(presentation, row),), {f"weight_{row.value}": 0.0, NOTHING_SHOWN: 1}
            case "frames" | "sheet" | "shuffled":
                frames = in_order(self._material.corpus.frames(row.clip_id), presentation.count)
                if presentation.picture == "shuffled":
                    frames = out_of_order(frames, self._material.seed)
                shown = tuple(self._reference(frame.picture_sha) for frame in frames)
                told = told_weight(row) | self._told(frames) | {"frames_shown": len(frames)}
                return ((self._sheet(shown),) if presentation.picture == "sheet" else shown), told

    def _nothing(self, presentation: Presentation, row: StimulusRow) -> FrameReference:
        """A picture of nothing of the size of the one that was found, so that it takes as many tokens."""
        frame = self._frame(row)
        size = (frame.width, frame.height)
        if presentation.picture == "blank":
            return self._material.made.get(["blank", *size], lambda: blank(size))
        seed = self._material.seed
        return self._material.made.get(
            ["noise", *size, seed, row.clip_id], lambda: noise(size, stream(seed, f"noise/{row.clip_id}"))
        )

    def _sheet(self, shown: Sequence[FrameReference]) -> FrameReference:
        recipe = ["sheet", *(frame.picture_sha for frame in shown)]
        return self._material.made.get(recipe, lambda: contact_sheet([read_picture(frame) for frame in shown]))

    def _frame(self, row: StimulusRow) -> Frame:
        return self._material.corpus.frame(row.frame_id)

    def _reference(self, picture_sha: str) -> FrameReference:
        return FrameReference(picture_sha, self._material.corpus.picture_path(picture_sha))

    def _told(self, frames: Sequence[Frame]) -> dict[str, str | int | float]:
        """What is told of pictures of one clip: of several, the look of each by its number."""
        tell = self._material.tell
        if tell is None:
            return {}
        each = [dict(tell(frame)) for frame in spread(frames, _MOST_TOLD)]
        if len(each) == 1:
            return each[0]
        looks = {f"look_{number}": one.pop("look") for number, one in enumerate(each, start=1) if "look" in one}
        return each[0] | looks


def _wordless(presentation: Presentation) -> InputError:
    """Why there is no clip for a condition."""
    lacking = {
        "caption": ("no clip has a caption", "captions come with a source's descriptions; leave the condition out"),
        "transcript": (
            "no clip has a transcript",
            "put subtitles beside the videos and run `corpus refresh`, or name a file with --transcripts FILE",
        ),
        "described": (f"{presentation.captioner} described no picture", "look at its answers in captions.sqlite"),
    }
    what, instead = lacking.get(presentation.words, ("there is no clip", "look at the corpus"))
    if presentation.picture == "shuffled":
        told = "" if presentation.words == "none" else f"{what}, or "
        what = f"{told}no clip has several pictures, which could be in another order"
        instead = "ingest with more frames a clip, or leave the condition out"
    return InputError(f"--present {presentation.name[:80]}: {what}", instead)
