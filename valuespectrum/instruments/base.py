"""The contract of every instrument: what it asks, and how stored answers become a measurement.

The two work without each other: a run is scored again without a model, and planned without an answer. An instrument is
a class with a frozen dataclass ``Options`` and a constructor that takes one; it keeps nothing between calls.
``valuespectrum.instruments.registry`` says how it gets known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from agents.answers.planner import AskSource
from agents.answers.respondent import Role
from agents.procedures.procedure import Named
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.scoring.answered.sets import AnsweredSets, ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.ordinal.rated import RatedAnswers
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.presenting.exhibit import Showing
from valuespectrum.stimuli.retrieval import Assignment, StimulusRow
from valuespectrum.theory.value_sets import ValueSet

if TYPE_CHECKING:
    import pandas as pd


JUDGED = "judged"
"""Tag of asks to judges (``WithJudges``): what such an ask is found by."""


@dataclass(frozen=True, slots=True)
class Licence:
    """Under which terms the words of an item may be passed on."""

    name: str
    """For example ``"MIT"``, or ``"quoted"`` for a sentence out of a publication."""
    source: str
    """Who wrote them."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question of an instrument."""

    id: str
    """The tag ``item`` of its asks."""
    texts: tuple[str, ...]
    """Its words, once for each wording and polarity; ``{options}`` and the like stand for what is filled in."""
    licence: Licence
    dimensions: tuple[str, ...] = ()
    """What it says something about; empty where that is up to what is shown."""


class Pictures(Protocol):
    """What an instrument needs of a corpus."""

    def picture_path(self, picture_sha: str) -> Path:
        """File of a stored picture."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Whom an instrument asks about what."""

    respondents: Sequence[Role]
    rows: Sequence[StimulusRow] = ()
    """Pictures with the value they stand for; empty for an instrument that shows none."""
    pictures: Pictures | None = None
    """Where the picture files are; ``None`` for an instrument that shows none."""
    seed: int = 0
    """Root seed of whatever is drawn; each draw has a stream of its own."""
    shown: Mapping[str, Mapping[str, str | int]] = field(default_factory=dict)
    """Frame id to tags of asks about it: what those are told of it who answer by rule and see nothing; empty where
    nobody reads them, and for real clips."""
    showing: Showing | None = None
    """How clips are shown; ``None`` for the one picture of each row."""
    nuisances: Callable[[], Mapping[str, Mapping[str, float]]] | None = None
    """Measures of frames what is not a value, such as brightness, by frame id: pictures that are set beside each other
    are chosen to be alike in it. ``None`` where nothing can be known."""


@runtime_checkable
class Instrument(Protocol):
    """A complete procedure that yields a measurement."""

    @property
    def name(self) -> str:
        """What it is called on the command line and in ``scores.json``."""

    @property
    def title(self) -> str:
        """For people, a few words."""

    @property
    def measures(self) -> str:
        """What it measures and how, one sentence."""

    @property
    def value_set(self) -> ValueSet:
        """Dimensions of its measurements."""

    @property
    def unit(self) -> str:
        """The tag that names what is drawn again for intervals: ``clip``, ``item``, ``dilemma``, ``session``."""

    @property
    def pictures(self) -> Assignment | None:
        """Which clips it is shown: each for one value, or overlapping; ``None`` for none."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Tags that its asks have beside those of the respondent and ``item``; ``value`` and the unit are among them.

        ``value`` is the dimension that an ask is about, or empty.
        """

    @property
    def examples(self) -> tuple[Mapping[str, str | int], ...]:
        """Tags of asks that a report may show as examples, with what is seen; empty for none."""

    @property
    def items(self) -> Sequence[Item]:
        """Its questions; those that are made on the way are left out."""

    @property
    def options(self) -> object:
        """The options in force, a frozen dataclass of plain values."""

    def cost(self, pictures: int) -> int:
        """Asks to one respondent (at most, where the number depends on answers).

        Args:
            pictures: How many pictures are shown.
        """

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Make a measurement out of the stored answers of one respondent.

        Args:
            answers: One row per ask: its tags, and what came back; failed asks are among them.
            units: Those that all respondents were asked about.
            options: Level, readout, what intervals cover.
        """


@runtime_checkable
class Listed(Instrument, Protocol):
    """An instrument whose questions are known beforehand."""

    def questions(self, setting: Setting) -> AskSource:
        """What to ask, as a list that is made on demand; answers go by its tags."""


@runtime_checkable
class Adaptive(Instrument, Protocol):
    """An instrument whose next question depends on the answers."""

    def procedures(self, setting: Setting) -> Iterable[Named[object]]:
        """One procedure or more for each respondent, whose name is in theirs; answers go by the tags of the asks.

        The conductor drives them for every model as ``subject``; what they return is not looked at, since measuring
        has the stored answers.
        """


@runtime_checkable
class WithJudges(Protocol):
    """An adaptive instrument whose answers other models judge; their asks carry the tag ``judged``.

    They are in the cast as ``judge``, ``judge 2`` and so on, and ``measure`` is given their rows beside a
    respondent's own: what two respondents said alike is judged once.
    """

    @property
    def judges(self) -> Sequence[str]:
        """Models that judge, as specs."""


@runtime_checkable
class Tabled(Protocol):
    """An instrument whose answers make a table of sets: a number for every dimension, clip and wording.

    Comparisons, plans and structure start from such tables (``measuring.set_tables``), whatever the instrument is.
    """

    def sets(self, answers: pd.DataFrame, options: ScoringOptions) -> ToldSets:
        """What the stored answers of one respondent say set by set.

        Args:
            answers: One row per ask: its tags, and what came back; failed asks are among them.
            options: Readout and least mass.
        """


@runtime_checkable
class Rated(Protocol):
    """An instrument whose answers are steps of a scale: ordinal models of several respondents start from them."""

    def rated(self, answers: pd.DataFrame, options: ScoringOptions) -> RatedAnswers:
        """What the stored answers of one respondent say, ask by ask, on a scale that rises.

        Args:
            answers: One row per ask: its tags, and what came back; failed asks are among them.
            options: Readout and least mass.
        """


@runtime_checkable
class OwnItems(Protocol):
    """Options of an instrument that may name a file of the user's with further questions, or with all of them."""

    @property
    def own_items(self) -> Mapping[str, str]:
        """What a manifest keeps of the file, since other questions are another run: a hash; nothing of none.

        Raises:
            InputError: It cannot be read.
        """


@runtime_checkable
class TellsOfItems(Protocol):
    """An instrument that has something to say of a file of the user's before it asks, such as what was put right."""

    @property
    def told_of_items(self) -> Sequence[str]:
        """Sentences; none where there is no file.

        Raises:
            InputError: It cannot be read.
        """


@runtime_checkable
class Celled(Protocol):
    """An instrument that asks every set in balanced cells, whose orders and draws can be told apart."""

    def answered(self, answers: pd.DataFrame, options: ScoringOptions) -> AnsweredSets:
        """What the stored answers of one respondent say in each cell, and the liking that they tell.

        Args:
            answers: One row per ask: its tags, and what came back; failed asks are among them.
            options: Readout and least mass.
        """


@runtime_checkable
class Recoverable(Protocol):
    """An instrument that can be set beside planted values."""

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """What it should find of a respondent whose true liking is known.

        Args:
            planted: Each of the ten values with its true liking, 0 to 100.

        Returns:
            Dimension of the instrument's value set to number on its scale.
        """


@runtime_checkable
class Scaled(Protocol):
    """An instrument that is set beside planted values on a scale of its own, which is not liking of 0 to 100."""

    scale: ClassVar[str]
    """What its numbers are, for people, e.g. ``"log-odds"``."""


@runtime_checkable
class Stepped(Protocol):
    """An instrument that tells steps of a scale, beside which no liking of 0 to 100 can be set."""

    steps: ClassVar[tuple[int, int]]
    """Lowest and highest number of its scale."""


@runtime_checkable
class SaidInSteps(Stepped, Recoverable, Protocol):
    """An instrument in which respondents rate what is said, and whose headline is the centred rating.

    It is set beside what is planted in words: ``expected`` and ``expected_centred`` take each of the nineteen refined
    values with where its rating should lie, 0 to 100 of the length of the scale.
    """

    def expected_centred(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """What it should find as centred numbers; arguments as of ``expected``."""


@runtime_checkable
class ChosenInWords(Recoverable, Protocol):
    """An instrument in which courses are chosen that are told in words.

    It is set beside what is planted in words: ``expected`` takes each of the nineteen refined values with its utility
    in log-odds, and further planted numbers by name, such as ``pressure``.
    """

    chosen_in_words: ClassVar[str]
    """What its numbers are, e.g. ``"preference score"``."""


@runtime_checkable
class Published(Protocol):
    """An instrument that scores by a rule which others published: to compare with, not to conclude from.

    Its measurements have the detail ``paper`` with the table by that rule: ``scores`` (0 to 100, ``None`` without
    answers) and ``n`` (answers), both by dimension. That table is shown in place of the profile, and nothing in it is
    ranked, centred with an interval, or set beside planted values.
    """

    published: ClassVar[str]
    """What the table is called, e.g. ``"published protocol"``."""


@runtime_checkable
class OwnShowing(Protocol):
    """An instrument about pictures that shows clips in a way of its own, for which ``--present`` has no meaning."""

    own_showing: ClassVar[str]
    """Why, for the message, e.g. ``"a feed shows clips as they pass"``."""


@runtime_checkable
class WithOrWithoutClips(Protocol):
    """An instrument that can be asked with clips or without any, by one of its options."""

    clips_by: ClassVar[tuple[str, str, str]]
    """The option, its value without clips, and its value with clips: ``("after", "nothing", "clips")``."""


@runtime_checkable
class AboutOthers(Protocol):
    """An instrument whose numbers by value say something of what is shown, and not how dear a value is to somebody."""

    about_others: ClassVar[str]
    """What they say, for the message, e.g. ``"how much is given to people who live a value"``."""


@runtime_checkable
class AsksItemsOf(Protocol):
    """An instrument that asks the items of another one in its own way: that the two agree is no second opinion."""

    items_of: ClassVar[str]
    """Name of the other one, e.g. ``"portraits"``."""


@runtime_checkable
class ShowsPictures(Protocol):
    """A kind of instruments, and one of them, that says whether it asks about pictures."""

    @property
    def pictures(self) -> object:
        """``None`` where it never does."""


@runtime_checkable
class MayRepeat(Protocol):
    """An instrument to which one answer to everything says something: it is not refused as no profile."""

    one_answer_says: ClassVar[str]
    """What, for the reader of the code, e.g. ``"nothing is remembered"``."""


@runtime_checkable
class ScoredWithFile(Protocol):
    """An instrument whose scores are reckoned with the file of the user's that its options name, as it was asked."""

    @property
    def scored_with_file(self) -> str:
        """What is in it, for the message, e.g. ``"questions"``; empty where the answers alone are enough."""


class InstrumentType(Protocol):
    """What is registered: a class whose instances are instruments."""

    name: ClassVar[str]
    Options: ClassVar[type]

    def __call__(self, options: object, /) -> Instrument:
        """An instrument with these options."""
