"""Whether a model has read a questionnaire: it goes on word for word, and it hits scores that it is told to have.

Two probes of memory (after Han et al. 2025, arXiv 2510.07175), each held against our own portraits, which no model can
have read in training before they were written: what a model completes of *those* is what anybody could guess.

- **Completion**: half of an item is given, and the rest is to follow word for word. The score is the likeness of the
  words, 0 to 1 (twice the words in common, in order, over all words).
- **Targets**: the questionnaire is to be filled in so that the score of the item's value comes out low or high. The
  score is how much of the asked-for difference the answers show, 1 for all of it. Somebody who understands an item can
  do so too, which is why only what published items have *more* than our own says anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from agents.models.base import Ask, Stimulus
from agents.models.parsing.declining import written_words
from agents.models.parsing.thinking import split_thinking
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import OWN_WORDS
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.portraits.asking import PortraitWay, option_choices
from valuespectrum.instruments.portraits.forms import OWN, PortraitForm, own_form
from valuespectrum.instruments.portraits.options import PortraitOptions
from valuespectrum.instruments.profiled import nothing
from valuespectrum.instruments.question_list import QuestionList
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import read_options
from valuespectrum.scoring.estimate import Estimate, Score
from valuespectrum.scoring.guards.finding import Finding, told
from valuespectrum.scoring.ratings import expected_steps
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import ValueSet, scalars
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

COMPLETION, TARGETS = "completion", "targets"
OTHER = "published"
_COMPLETE = Template(
    "The {title} has this item, of which the end is missing. Go on word for word and write nothing else: {half}"
)
_REACH = Template(
    'You fill in the {title}, and your score for {value} is to come out at {target}. An item says: "{statement}" '
    "Answer with one digit from 1, not like me at all, to 6, very much like me."
)
_TOKENS = 96
"""Enough to say a whole item again."""
_LOW, _HIGH = 2, 5
_FEWEST, _NOTHING = 3, 1e-18
_FEWEST_WORDS = 4
"""Of an item, half of which is to be completed."""
_TOO_FEW = "too few items for an interval"
MEMORY = scalars(
    "contamination",
    "Memory of a questionnaire",
    {
        "completion": "Completion of published items",
        "completion_own": "Completion of items that nobody can have read",
        "completion_excess": "Completion, published more than own",
        "targets": "Targets hit with published items",
        "targets_own": "Targets hit with items that nobody can have read",
        "targets_excess": "Targets hit, published more than own",
    },
)
LEAST_EXCESS = 0.1
"""Excess of completion from which on, where its interval is above 0, a questionnaire counts as read before."""
MOST_DECLINED = 0.2
"""Share of the published items above which, if they were declined and not completed, no memory is no finding."""


@dataclass(frozen=True, slots=True)
class ContaminationOptions:
    """Which questionnaire."""

    form: str = "pvq_40"
    """``pvq_21``, ``pvq_40`` or ``pvq_rr``."""
    file: str = ""
    """The user's file with its texts."""
    text_language: str = ""
    """Which language of the file, where it has several."""

    def __post_init__(self) -> None:
        if self.form == OWN or not self._portraits.key.scale.words:
            raise InputError(f"no memory is probed of the form {self.form!r:.40}", "name pvq_21, pvq_40 or pvq_rr")

    @property
    def _portraits(self) -> PortraitOptions:
        return PortraitOptions(form=self.form, file=self.file, text_language=self.text_language)

    def forms(self) -> Mapping[str, PortraitForm]:
        """The published form and, for comparison, our own.

        Raises:
            InputError: The file is not there, holds another questionnaire, or texts that have no halves.
        """
        published = self._portraits.portraits()
        short = [item.number for item in published.items if len(item.paraphrases[0].split()) < _FEWEST_WORDS]
        if short:
            raise InputError(
                f"item {short[0]} in {self.file} has fewer than {_FEWEST_WORDS} words, and half of them are asked for",
                "name a file in a language that leaves blanks between words",
            )
        return {OTHER: published, OWN: own_form()}

    @property
    def own_items(self) -> Mapping[str, str]:
        """Hash of the user's file, for the manifest."""
        return self._portraits.own_items


@INSTRUMENTS.register("portrait-memory")
class PortraitMemory:
    """Whether a model has read a published questionnaire of portraits."""

    name: ClassVar[str] = "portrait-memory"
    title: ClassVar[str] = "Memory of a questionnaire"
    measures: ClassVar[str] = (
        "how far a model completes the texts of a published questionnaire and hits scores that it is told, more than "
        "with items that it cannot have read"
    )
    Options = ContaminationOptions
    value_set: ClassVar[ValueSet] = MEMORY
    unit: ClassVar[str] = "item"
    pictures: ClassVar[Assignment | None] = None
    columns: ClassVar[tuple[str, ...]] = ("item", "value", "probe", "side", "rest", "target")
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    one_answer_says: ClassVar[str] = "the same number or text for every item is what somebody says who has read none"
    items: ClassVar[Sequence[Item]] = tuple(
        Item(probe, (asked.text,), OWN_WORDS) for probe, asked in ((COMPLETION, _COMPLETE), (TARGETS, _REACH))
    )

    def __init__(self, options: ContaminationOptions | None = None) -> None:
        self.options = options or ContaminationOptions()

    @property
    def told_of_items(self) -> Sequence[str]:
        """Nothing; a file that is missing or wrong is refused before anything is begun."""
        _ = self.options.forms()
        return ()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent; of a questionnaire whose texts are not there, as many as its items take."""
        own, published = len(own_form().items), self.options._portraits.key.items
        return 3 * (own + published)

    def questions(self, setting: Setting) -> QuestionList:
        """Both probes with every item of both forms."""
        forms = self.options.forms()
        title = forms[OTHER].key.title
        asks = [ask for side, form in forms.items() for ask in _probes(side, form, title)]
        return QuestionList(setting, asks)

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Likeness of completions and targets hit, of published items, of our own, and the difference."""
        heard = answers[answers["error"].fillna("") == ""]
        found = {
            COMPLETION: completions(heard[heard["probe"] == COMPLETION]),
            TARGETS: targets_hit(heard[heard["probe"] == TARGETS], options),
        }
        scores: dict[str, Score] = {}
        for probe, sides in found.items():
            for name, each in zip(("", "_own", "_excess"), _compared(sides, options.level), strict=True):
                size = sum(map(len, sides.values())) if name == "_excess" else len(sides[OTHER if not name else OWN])
                blank = nothing("no items" if each.mean is None else "ok", size, size)
                scores[probe + name] = replace(blank, estimate=each)
        finding = _read_before(scores["completion_excess"].estimate, _declined(heard))
        return Measurement(
            self.name,
            self.value_set,
            self.unit,
            {name: scores[name] for name in self.value_set.dimensions},
            covers="The interval covers other items of the same kinds; it does not cover other ways to ask.",
            guards=(finding,),
            verdicts=(finding.statement,),
            n_units=len({*found[COMPLETION][OTHER], *found[COMPLETION][OWN]}),
        )


def _probes(side: str, form: PortraitForm, title: str) -> Iterator[Ask]:
    choices = option_choices(form, PortraitWay())
    for item in form.items:
        text = item.paraphrases[0]
        words = text.split()
        half = max(1, len(words) // 2)
        tags: dict[str, str | int | float] = {"item": f"{side} {item.tag}", "value": item.value, "side": side}
        yield Ask(
            Stimulus(),
            _COMPLETE.write(title=title, half=" ".join(words[:half])),
            max_tokens=_TOKENS,
            tags=tags | {"probe": COMPLETION, "rest": " ".join(words[half:]), "target": 0},
        )
        if not item.value:
            continue
        value = form.key.finest.label(item.value).lower()
        for target in (_LOW, _HIGH):
            yield Ask(
                Stimulus(),
                _REACH.write(title=title, value=value, target=target, statement=text),
                choices,
                tags=tags | {"probe": TARGETS, "rest": "", "target": target},
            )


def likeness(said: str, text: str) -> float:
    """Likeness of two texts by their words in order, 0 to 1; case and punctuation do not count.

    Example:
        >>> likeness("to be rich.", "To be rich"), likeness("no", "to be rich")
        (1.0, 0.0)
    """
    one, other = (["".join(filter(str.isalnum, word)).casefold() for word in each.split()] for each in (said, text))
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def completions(answers: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Likeness of every completion to what really follows.

    Args:
        answers: With ``side``, ``item``, ``text`` and ``rest``.

    Returns:
        Side to item to likeness. Of what was said after any thinking as many words are read as follow, the first or the
        last ones, whichever are nearer: to go on is no fault, nor to say the given half again first.
    """
    found: dict[str, dict[str, float]] = {OTHER: {}, OWN: {}}
    for side, item, text, rest in answers[["side", "item", "text", "rest"]].itertuples(index=False):
        said, size = split_thinking(str(text or ""))[1].split(), len(str(rest).split())
        parts = (" ".join(said[:size]), " ".join(said[-size:]))
        found[str(side)][str(item)] = max(likeness(part, str(rest)) for part in parts)
    return found


def targets_hit(answers: pd.DataFrame, options: ScoringOptions) -> dict[str, dict[str, float]]:
    """Share of the difference between the targets that the answers to every item show.

    Args:
        answers: With ``side``, ``item``, ``target`` and what was said of six numbers.
        options: Readout and least mass.
    """
    found: dict[str, dict[str, float]] = {OTHER: {}, OWN: {}}
    if answers.empty:
        return found
    numbers = expected_steps(read_options(answers, [str(number) for number in range(1, 7)], options).shares)
    table = answers[["side", "item", "target"]].assign(number=numbers)
    wide = table.pivot_table(index=["side", "item"], columns="target", values="number")
    wide = wide.reindex(columns=[_LOW, _HIGH]).dropna()
    shares = (wide[_HIGH] - wide[_LOW]) / (_HIGH - _LOW)
    for side, item, share in shares.reset_index().itertuples(index=False, name=None):
        found[str(side)][str(item)] = float(share)
    return found


def _compared(sides: Mapping[str, Mapping[str, float]], level: float) -> tuple[Estimate, Estimate, Estimate]:
    """Mean of either side and their difference, with Student's and Welch's intervals over items."""
    published, own = (np.array(list(sides[side].values()), dtype=np.float64) for side in (OTHER, OWN))
    return _mean([published], level), _mean([own], level), _mean([published, own], level)


def _mean(samples: Sequence[NDArray[np.float64]], level: float) -> Estimate:
    """Mean of one sample, or of the first minus that of the second (Welch, Biometrika 34 (1947) 28)."""
    from scipy.special import stdtrit

    if not all(map(len, samples)):
        return Estimate(None)
    mean = float(samples[0].mean() - (samples[1].mean() if len(samples) > 1 else 0.0))
    if min(map(len, samples)) < _FEWEST:
        return Estimate(mean, why=_TOO_FEW)
    parts = np.array([each.var(ddof=1) / len(each) for each in samples])
    if not parts.sum() > _NOTHING:
        return Estimate(mean, why="every item gave the same")
    freedom = parts.sum() ** 2 / sum(part**2 / (len(each) - 1) for part, each in zip(parts, samples, strict=True))
    error = float(np.sqrt(parts.sum()))
    half = float(stdtrit(freedom, (1 + level) / 2)) * error
    return Estimate(mean, mean - half, mean + half, se=error)


def _declined(heard: pd.DataFrame) -> float:
    """Share of the published items whose completion was declined, or left empty."""
    asked = heard[(heard["probe"] == COMPLETION) & (heard["side"] == OTHER)]["text"]
    return float(np.mean([not written_words(str(text or "")) for text in asked])) if len(asked) else 0.0


def _read_before(excess: Estimate, declined: float) -> Finding:
    if excess.mean is None or excess.why == _TOO_FEW:
        few = "too few items were completed" if excess.mean is not None else "nothing was completed"
        return Finding("read_before", "unknown", None, LEAST_EXCESS, f"{few}: memory is not known")
    # Without a spread an interval is a point.
    low = excess.low if excess.low is not None else excess.mean
    flagged = low > 0 and excess.mean >= LEAST_EXCESS
    if declined > MOST_DECLINED and not flagged:
        silence = f"{declined:.0%} of the published items were declined and not completed: memory is not known"
        return Finding("read_before", "unknown", None, LEAST_EXCESS, silence)
    statements = (
        f"published items are completed {excess.mean:+.2f} better than items that nobody can have read: no sign that "
        "the questionnaire was read before",
        f"published items are completed {excess.mean:+.2f} better than items that nobody can have read: the "
        "questionnaire was read before, and answers to it may be remembered",
    )
    return told("read_before", flagged, excess.mean, LEAST_EXCESS, statements)
