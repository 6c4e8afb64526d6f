"""What is asked, what comes back, and what answers: the contract of every model.

A third-party model is a class with ``id``, ``score`` and ``generate`` behind an entry point of the
group ``valuespectrum.models``: the entry point's name is the scheme of the model spec
(``hf:REPO``), its object a function ``load(reference: str, options: ModelOptions) -> Model``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import exp, isfinite
from pathlib import Path
from typing import Literal, Protocol, get_args, runtime_checkable

from vectorstore.foundation.errors import InputError

REFUSAL = "refusal"
"""Class of an answer that declines to answer."""
NO_PICTURE = "no_picture"
"""Class of an answer that says that there is no picture to be seen: it is about no picture, whatever else it says."""
UNPARSED = "unparsed"
"""Class of an answer that is none of the options and nothing of the above."""
NO_CHOICE = (REFUSAL, NO_PICTURE, UNPARSED)
"""Classes of answers that are none of the options; no option may have such a name."""


@dataclass(frozen=True, slots=True)
class FrameReference:
    """A picture by its content hash, with the file to read it from."""

    picture_sha: str
    """SHA-256 of the stored picture file, hexadecimal."""
    path: Path
    """Where the picture can be read now; not part of any identity."""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """What is shown: frames in order, as pictures or as one video, a caption, or nothing at all.

    Raises:
        InputError: If a video has fewer than two frames, or its times are not those of its frames in order.
    """

    frames: tuple[FrameReference, ...] = ()
    caption: str = ""
    times: tuple[float, ...] = ()
    """Seconds into the clip, one for each frame: then the frames are one video, shown in the video tokens of a model
    that takes any (``capabilities.VideoModel``). Empty where each frame is a picture of its own."""

    def __post_init__(self) -> None:
        if not self.times:
            return
        if len(self.frames) < 2 or len(self.times) != len(self.frames):
            raise InputError(
                f"a video of {len(self.frames)} frames with {len(self.times)} times", "two frames at least, a time each"
            )
        sound = all(isfinite(time) and time >= 0 for time in self.times)
        if not sound or list(self.times) != sorted(self.times):
            raise InputError(f"the times of a video must be seconds that never go back, got {self.times!r:.80}")


TurnRole = Literal["user", "assistant"]
"""Who speaks in an earlier turn; what the model is told to be stands in ``Ask.system``."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of a conversation, before the ask itself.

    Raises:
        InputError: If there is no such role, an assistant shows pictures, or a user neither says nor shows anything.
    """

    role: TurnRole
    words: str = ""
    """What was said. Thinking before an assistant's words is left out of prompts, as models are used to."""
    frames: tuple[FrameReference, ...] = ()
    """What was shown, before the words."""

    def __post_init__(self) -> None:
        if self.role not in get_args(TurnRole):
            raise InputError(f"a turn cannot be that of {self.role!r:.40}", f"choose {' or '.join(get_args(TurnRole))}")
        if self.role == "assistant" and self.frames:
            raise InputError("an assistant's turn shows pictures", "models say words: show them in a user's turn")
        if self.role == "user" and not self.words and not self.frames:
            raise InputError("a user's turn neither says nor shows anything", "leave it out")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer option and every written form that counts as it."""

    name: str
    """Stable name, e.g. ``"yes"``."""
    surfaces: tuple[str, ...]
    """Written forms, e.g. ``("yes", "Yes", "YES")``; models add the leading-space variants."""

    def __post_init__(self) -> None:
        if self.name in NO_CHOICE:
            raise InputError(
                f"an option cannot be called {self.name!r}: that is a class of answers", "name it otherwise"
            )


@dataclass(frozen=True, slots=True)
class Ask:
    """One item put to one respondent about one stimulus."""

    stimulus: Stimulus
    question: str
    """The user's words."""
    choices: tuple[Choice, ...] = ()
    """Empty for free text."""
    system: str = ""
    """The persona prompt; empty for no persona."""
    prefill: str = ""
    """Opening words put into the model's mouth, e.g. ``"Answer:"``."""
    max_tokens: int = 12
    """Longest text answer in tokens."""
    tags: Mapping[str, str | int | float] = field(default_factory=dict)
    """Bookkeeping (clip, value, cell, persona). Never shown to the model, never part of a key, with one
    exception: simulated models read what their settings name (``reads_tags``), e.g. ``weight_<value>``."""
    turns: tuple[Turn, ...] = ()
    """What was said and shown before, in order: the question, with its stimulus, is the user's next turn."""
    draw: int = 0
    """Number of a repeat, from 0, for answers drawn at a temperature: each has a random stream and a key of its own.
    Free text is the most probable one at 0 and drawn in its repeats; of choices every repeat has the same answer where
    nothing is drawn."""

    def __post_init__(self) -> None:
        if self.draw < 0:
            raise InputError(f"repeats are counted from 0, there is no draw {self.draw}")
        if self.stimulus.times and any(turn.frames for turn in self.turns):
            raise InputError("a video stands alone, and earlier turns show pictures", "tell them in words")

    @property
    def frames(self) -> tuple[FrameReference, ...]:
        """All pictures in the order in which they are shown: those of earlier turns, then those of the stimulus."""
        return tuple(frame for turn in self.turns for frame in turn.frames) + self.stimulus.frames


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one ask.

    A kind of model that is told more gives a subclass with further fields of plain JSON, which are stored as details.
    """

    log_probabilities: Mapping[str, float] = field(default_factory=dict)
    """Choice name to the log of the summed probability of its written forms (full vocabulary)."""
    text: str = ""
    """What the model says: greedy continuation, decoded, without special tokens."""
    parsed: str = ""
    """Class the strict parser gave the text: a choice name or one of ``NO_CHOICE``; empty for free text, unless a
    server says that this is a refusal."""
    tokens: int = 0
    """Tokens in the prompt, image tokens included."""
    error: str = ""
    """Reason when the ask failed; an answer with an error is never a value answer."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many drawn answers were of which class (a choice name or one of ``NO_CHOICE``); empty where none were drawn.
    An answer has log-probabilities or counts: what was drawn is no probability, and a prior is no evidence."""

    @property
    def readable(self) -> int:
        """Drawn answers that are one of the options."""
        return sum(count for name, count in self.counts.items() if name not in NO_CHOICE)

    @property
    def mass(self) -> float:
        """Probability that the answer is any of the options, or their share of what was drawn, 0 to 1; else 0."""
        if self.counts:
            return self.readable / max(1, sum(self.counts.values()))
        told = sum(exp(value) for value in self.log_probabilities.values())
        return min(1.0, told) if isfinite(told) else 0.0

    @property
    def mismatch(self) -> bool:
        """Whether the words are not the most probable option; false where one of the two is missing."""
        if not self.log_probabilities or not self.parsed:
            return False
        return self.parsed != max(self.log_probabilities, key=lambda name: self.log_probabilities[name])

    @property
    def details(self) -> dict[str, object]:
        """What was told beside the choice: the fields that a subclass adds, where they hold anything."""
        further = (each.name for each in fields(self) if each.name not in _PLAIN_FIELDS)
        told = ((name, getattr(self, name)) for name in further)
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in told if value}


_PLAIN_FIELDS = frozenset(each.name for each in fields(Answer))


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """How a model is loaded and run."""

    device: str = "auto"
    dtype: str = "auto"
    batch_size: int = 32
    engine: str = "auto"
    """``"naive"`` (one ask at a time), ``"shared"`` (frames encoded once, beginnings computed once) or ``"tree"`` (all
    asks about a frame in one pass); ``"auto"`` takes the fastest exact one."""
    seed: int = 0
    layout: str = "persona-first"
    """Or ``"image-first"``: pictures before personas, so that personas share them; answers differ between the two."""
    samples: int = 0
    """Answers in words drawn for each ask, whose shares become its distribution; 0 reads the distribution itself."""
    temperature: float = 1.0
    """Of the samples, and of repeats of free text; above 0."""
    steer: tuple[str, ...] = ()
    """Interventions on the model's blocks, ``FILE`` or ``FILE:strength=NUMBER``, in the order in which they work."""
    repeats_seed: int = 0
    """Of repeats of free text where no samples are drawn: ``seed`` is in no key then."""


@runtime_checkable
class Model(Protocol):
    """Something that answers."""

    @property
    def id(self) -> str:
        """Name with revision: equal ids mean equal answers for equal asks."""

    @property
    def settings(self) -> Mapping[str, str]:
        """Everything else that can change an answer: engine, dtype, decoding, library versions."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order, with log-probabilities of each ask's choices and the greedy text."""

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order with free text only."""
