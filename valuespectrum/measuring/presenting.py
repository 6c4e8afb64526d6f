"""How the clips of a benchmark are shown: from its options to exhibits."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agents.models.ask_key import TAGS_READ, canonical_json
from agents.models.base import Model
from agents.models.model_names import ModelSpec
from valuespectrum.instruments.base import Instrument, OwnShowing
from valuespectrum.measuring.captions import prompt_hash
from valuespectrum.reference.recognition import frame_tags, is_drawn
from valuespectrum.stimuli.presenting.conditions import ClipPictures, ClipTexts, Conditions, Material
from valuespectrum.stimuli.presenting.exhibit import OneFrame, TagMapping
from valuespectrum.stimuli.presenting.made import MadePictures
from valuespectrum.stimuli.presenting.presentation import ONE_FRAME, Presentation
from valuespectrum.stimuli.presenting.words import read_transcripts
from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.text import quotable
from vectorstore.ledger.records import Clip, Frame

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus

PRESENTATIONS = "presentations"
"""Setting of a run that names its conditions, the default first; absent where there is one picture alone."""
PICTURES = "pictures"
"""Folder of the pictures that are made for a run, in its folder."""


@dataclass(frozen=True, slots=True)
class PresentOptions:
    """How clips are shown."""

    presentations: tuple[Presentation, ...] = (ONE_FRAME,)
    """The one that scores rest on first (``read_presentations``)."""
    transcripts: Path | None = None
    """What is said in clips, CSV with the columns ``clip`` and ``text``, in place of what the corpus knows."""
    spoken: Mapping[str, str] = field(default_factory=dict)
    """What the corpus knows to be said, by clip id; see ``with_words_of``."""
    captioners: Mapping[str, Model] = field(default_factory=dict)
    """Models that describe pictures, by spec; needed to ask, not to plan."""

    @property
    def described_by(self) -> tuple[str, ...]:
        """Specs of the models that describe pictures."""
        return tuple(dict.fromkeys(each.captioner for each in self.presentations if each.captioner))

    @property
    def is_default(self) -> bool:
        """Whether every clip is shown in the one picture that was found, and in no other way."""
        return self.presentations == (ONE_FRAME,)

    def refuse_for(self, instrument: Instrument) -> None:
        """Refuse an instrument for which other ways of showing clips have no meaning, before anything is begun.

        Raises:
            InputError: It shows clips in its own way, and another one is wished.
        """
        if isinstance(instrument, OwnShowing) and not self.is_default:
            raise InputError(
                f"--present means nothing to {instrument.name}: {instrument.own_showing}",
                "leave it out, or name an instrument that asks about clips, e.g. --battery like",
            )

    @property
    def needs_transcripts(self) -> bool:
        """Whether a condition shows what is said in clips."""
        return any(each.words == "transcript" for each in self.presentations)

    def with_words_of(self, corpus: Corpus) -> PresentOptions:
        """The same with what a corpus knows to be said, where that is shown and no file is named."""
        if not self.needs_transcripts or self.transcripts is not None:
            return self
        spoken = {clip_id: quotable(each.text) for clip_id, each in corpus.spoken()}
        return replace(self, spoken={clip_id: text for clip_id, text in spoken.items() if text})

    def said_in_clips(self) -> Mapping[str, str]:
        """The transcripts, where a condition needs them.

        Raises:
            InputError: They cannot be read, or there are some that nothing needs.
        """
        if self.transcripts is not None and not self.needs_transcripts:
            raise InputError("--transcripts without a condition that shows them", "add --present transcript")
        return read_transcripts(self.transcripts) if self.transcripts is not None else self.spoken

    def strange_transcripts(self, corpus: Corpus) -> str:
        """What to tell of a file of transcripts that is partly about other clips; empty where there is nothing to tell.

        Raises:
            InputError: As ``said_in_clips``.
        """
        said = self.said_in_clips() if self.transcripts is not None else {}
        strange = sorted(said.keys() - corpus.clip_ids())
        if not strange:
            return ""
        return (
            f"{self.transcripts}: {len(strange):,} of {len(said):,} transcripts are of no clip of the corpus, and are "
            f"not used, first {strange[0][:80]!r}; clips are named by their whole ids (`corpus search --json`)"
        )

    def settings(self) -> Json:
        """What a manifest keeps, since other conditions are another run; nothing of the default.

        Raises:
            InputError: The transcripts cannot be read.
        """
        if self.is_default:
            return {}
        said = self.said_in_clips()
        settings: Json = {PRESENTATIONS: [each.name for each in self.presentations]}
        if said:
            settings["transcripts"] = hashlib.sha256(canonical_json(said).encode()).hexdigest()
        if self.captioners:
            named = {str(ModelSpec.parse(spec).answering): model for spec, model in self.captioners.items()}
            settings["captioners"] = {
                spec: {"model": model.id, "settings": dict(model.settings), "prompt": prompt_hash()}
                for spec, model in named.items()
            }
        return settings


@dataclass(frozen=True, slots=True)
class FoundClips:
    """The clips of a run, found and not shown yet."""

    rows: Sequence[StimulusRow]
    corpus: ClipPictures
    told: Mapping[str, Mapping[str, str | int]]
    """Frame id to what respondents that see nothing are told of it; empty where there are none."""

    @classmethod
    def of(cls, rows: Sequence[StimulusRow], corpus: ClipPictures, models: Sequence[Model]) -> FoundClips:
        """With what has to be told, where one of the models, captioners included, sees nothing."""
        blind = any("look" in model.settings.get(TAGS_READ, "").split() for model in models)
        return cls(rows, corpus, shown_in(corpus, rows) if blind else {})

    @property
    def one_frame(self) -> OneFrame:
        """The one picture of each."""
        return OneFrame(self.corpus, self.told)


@dataclass(frozen=True, slots=True)
class ShownClips:
    """The clips of a run as they are shown."""

    found: FoundClips
    conditions: Conditions | None = None
    """``None`` for the one picture of each."""

    @property
    def clips(self) -> Mapping[str, int]:
        """How many clips there are under each condition; empty for one picture alone."""
        return self.conditions.clips if self.conditions else {}


def shown_in(corpus: ClipPictures, rows: Sequence[StimulusRow]) -> dict[str, dict[str, str | int]]:
    """What frames of drawn clips show (``recognition.frame_tags``), by frame id; frames of other clips are left out."""
    drawn = {row.frame_id for row in rows if is_drawn(corpus.clip(row.clip_id))}
    tell = _teller_of(corpus)
    return {frame_id: tell(corpus.frame(frame_id)) for row in rows if (frame_id := row.frame_id) in drawn}


def show(
    present: PresentOptions,
    found: FoundClips,
    described: Mapping[tuple[str, str], tuple[str, str]],
    made: MadePictures,
    seed: int,
) -> ShownClips:
    """Show the clips of a run under all its conditions.

    Args:
        present: Which conditions.
        found: Which clips.
        described: Captions by captioner's spec and picture.
        made: Where pictures are made.
        seed: Of the run.

    Raises:
        InputError: A condition has no clip at all.
        MediaError: A picture that is needed cannot be read.
        StorageError: Made pictures cannot be written.
    """
    if present.is_default:
        return ShownClips(found)
    tell: Callable[[Frame], TagMapping] | None = _teller_of(found.corpus) if found.told else None
    texts = ClipTexts(present.said_in_clips(), described)
    return ShownClips(
        found, Conditions(present.presentations, Material(found.rows, found.corpus, made, texts, tell, seed))
    )


def _teller_of(corpus: ClipPictures) -> Callable[[Frame], dict[str, str | int]]:
    """What a frame shows, where it is of a drawn clip."""
    clips: dict[str, Clip] = {}

    def tell(frame: Frame) -> dict[str, str | int]:
        if frame.clip_id not in clips:
            clips[frame.clip_id] = corpus.clip(frame.clip_id)
        return frame_tags(clips[frame.clip_id], frame.time)

    return tell
