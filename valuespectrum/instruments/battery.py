"""What batteries have in common: forms of questions, options, and in which words and frames of mind they ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from agents.models.base import Choice
from valuespectrum.instruments.base import Licence
from valuespectrum.instruments.registry import NEWER
from valuespectrum.instruments.wordings.bank import Selection, user_items
from valuespectrum.instruments.wordings.items import ItemWording
from valuespectrum.instruments.wordings.languages import ENGLISH, INSTRUCTIONS, Tongue, tongue
from valuespectrum.instruments.wordings.liking import WORDINGS
from valuespectrum.instruments.wordings.reading import items_digest
from valuespectrum.scoring.cells import NEITHER
from valuespectrum.scoring.estimate import CLIP
from valuespectrum.scoring.instructions.parts import INSTRUCTION_TAG
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import TEN, ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

DIGITS: tuple[str, ...] = tuple(str(digit) for digit in range(10))
"""Names of the options of a rating."""
RATINGS: tuple[Choice, ...] = tuple(Choice(digit, (digit,)) for digit in DIGITS)
ORDERS: tuple[tuple[str, str], ...] = (("yes", "no"), ("no", "yes"))
"""Both orders in which yes and no can be listed."""
ANSWER_TOKENS, REPLY_TOKENS = 12, 32
"""Longest answer to a closed and to an open question."""
OWN_WORDS = Licence("Apache-2.0", "this project")
"""Of questions that we wrote."""
ABOUT_PICTURES = ("value", "clip", "frame", "wording", "polarity", "first")
"""Tags of every ask about a picture that a score looks at."""


@dataclass(frozen=True, slots=True)
class Form:
    """One question as it is put."""

    item: str
    wording: str
    polarity: int
    """1 where yes means more of what is measured, -1 where it means less."""
    first: str
    """The option word that is listed first; empty where there is no order."""
    question: str
    choices: tuple[Choice, ...] = ()
    """Empty for an open question."""
    instruction: str = ""
    """Frame of mind that the question sets; empty for the neutral one."""
    further: tuple[tuple[str, str | int | float], ...] = ()
    """Further tags of its asks."""

    @property
    def tags(self) -> dict[str, str | int | float]:
        """Tags of its asks."""
        return {
            "item": self.item,
            "wording": self.wording,
            "polarity": self.polarity,
            "order": f"{self.first}-first" if self.first else "",
            "first": self.first,
            **({INSTRUCTION_TAG: self.instruction} if self.instruction else {}),
            **dict(self.further),
        }


@dataclass(frozen=True, slots=True)
class BatteryOptions:
    """Which battery, and in how many words."""

    name: str = "like"
    """An instrument that shows pictures."""
    wordings: int = 2
    """How many wordings, from the first."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers a closed question."""

    @property
    def params(self) -> dict[str, str | int | float | bool]:
        """Options of the instrument: those that are not as usual, so that one that has no such options can be named."""
        usual = BatteryOptions()
        given: dict[str, str | int | float | bool] = {}
        if self.wordings != usual.wordings:
            given["wordings"] = self.wordings
        if self.prefill != usual.prefill:
            given["prefill"] = self.prefill
        return given


@dataclass(frozen=True, slots=True)
class WordingOptions:
    """Options of the batteries; all have the same, so that a run can be taken up whichever it is of."""

    wordings: int = 2
    """How many wordings, from the first."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers a closed question."""

    def __post_init__(self) -> None:
        if not 1 <= self.wordings <= len(WORDINGS):
            raise InputError(f"wordings must lie in 1..{len(WORDINGS)}, got {self.wordings}")


class PictureBattery:
    """What the batteries about pictures have in common; each says what it asks and how it is scored."""

    Options = WordingOptions
    value_set: ClassVar[ValueSet] = TEN
    unit: ClassVar[str] = CLIP
    pictures: ClassVar[Assignment | None] = "exclusive"
    columns: ClassVar[tuple[str, ...]] = ABOUT_PICTURES
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()

    def __init__(self, options: WordingOptions | None = None) -> None:
        self.options = options or WordingOptions()


LIKE_SIDES = ("positive", "negative")
"""Texts of the like question of which yes means liking, and not liking."""
ALL_FRAMES = "all"
AnswerForm = Literal["forced", "unforced"]
FrameOfMind = Literal["neutral", "honest", "fake_good", "all"]


@dataclass(frozen=True, slots=True)
class ItemOptions(WordingOptions):
    """In which words an instrument asks."""

    language: str = field(default=ENGLISH, metadata=NEWER)
    """Languages by code, with commas between them: ``en``, ``de``, ``en,zh``."""
    form: AnswerForm = field(default="forced", metadata=NEWER)
    """Whether an option says neither or cannot say (``unforced``)."""
    frame_of_mind: FrameOfMind = field(default="neutral", metadata=NEWER)
    """What is said before each question; ``all`` asks in all three, and says how far faking moves the profile."""
    items: str = field(default="", metadata=NEWER)
    """A file of the user's items (YAML)."""

    def chosen(self, instrument: str) -> tuple[ItemWording, ...]:
        """Wordings that are asked.

        Raises:
            InputError: There are fewer, not in these languages, or the file of items is wrong.
        """
        return self.selection(instrument).chosen()

    def selection(self, instrument: str) -> Selection:
        """What is asked of our items and the user's."""
        return Selection(instrument, self.wordings, self.language, user_items(self.items, instrument))

    @property
    def own_items(self) -> Mapping[str, str]:
        """What a manifest keeps of the user's file, since other items are another run: a hash; nothing of none.

        Raises:
            InputError: It cannot be read.
        """
        return {"items": items_digest(user_path(self.items))} if self.items else {}

    @property
    def instructions(self) -> tuple[str, ...]:
        """Frames of mind, the one that is scored first."""
        return INSTRUCTIONS if self.frame_of_mind == ALL_FRAMES else (self.frame_of_mind,)

    @property
    def unforced(self) -> bool:
        """Whether there is an option that says neither."""
        return self.form == "unforced"

    def instruction_tag(self, frame: str) -> str:
        """Tag of an instruction; none for the frame of mind that is scored, so that its answers are the profile."""
        return frame if frame != self.instructions[0] else ""


def yes_no_forms(item: str, wording: ItemWording, sides: Sequence[str], options: ItemOptions) -> Iterator[Form]:
    """A yes/no question in four cells, both ways round in both orders of the options, in each frame of mind.

    Args:
        item: Tag.
        wording: Its words.
        sides: Texts of which yes means more and less of what is measured.
        options: Form and frames of mind.
    """
    spoken = tongue(wording.language)
    beside = (NEITHER,) if options.unforced else ()
    choices = tuple(spoken.choice(name) for name in ("yes", "no", *beside))
    for frame in options.instructions:
        for polarity, side in zip((1, -1), sides, strict=True):
            for order in ORDERS:
                words = wording.texts[side].format(options=spoken.join((*order, *beside)))
                question = spoken.instructions[frame] + words
                yield Form(item, wording.tag, polarity, order[0], question, choices, options.instruction_tag(frame))


def marked_forms(item: str, wording: ItemWording, text: str, marks: Sequence[str], options: ItemOptions) -> list[Form]:
    """A question whose answer is one of some marks, digits or letters, in each frame of mind.

    Args:
        item: Tag.
        wording: Its words.
        text: Which of its texts.
        marks: The options; in the unforced form the last one says that none can be told.
        options: Form and frames of mind.
    """
    spoken = tongue(wording.language)
    further = spoken.cannot_say.format(answer=marks[-1]) if options.unforced else ""
    choices = tuple(Choice(mark, (mark,)) for mark in marks)
    return [
        Form(
            item,
            wording.tag,
            1,
            "",
            spoken.instructions[frame] + wording.texts[text] + further,
            choices,
            options.instruction_tag(frame),
        )
        for frame in options.instructions
    ]


def unreviewed(options: ItemOptions, instrument: str) -> tuple[str, ...]:
    """Notes on languages whose questions no native speaker has read."""
    # Runs are scored without the file of the user's items, which may be gone by then.
    listed: list[Tongue] = [tongue(code) for code in Selection(instrument, language=options.language).languages]
    named = [each.name for each in listed if not each.reviewed]
    if not named:
        return ()
    return (f"no native speaker has reviewed the questions in {', '.join(named)}",)
