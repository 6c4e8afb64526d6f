"""The slider measure with the people of a picture as the other side: the angle towards each kind of people."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from agents.models.ask_key import canonical_json
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import OWN_WORDS, Form
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.profiled import UnitScores, profiled
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.svo.angle import angle_of, reach
from valuespectrum.instruments.svo.arranging import FACTOR, FIRST, Arrangement, Arranging, Marks, Payoffs, arranged
from valuespectrum.instruments.svo.payoffs import OPTIONS, PRIMARY, STEPS, Floats, item_id
from valuespectrum.instruments.svo.people.differing import differing
from valuespectrum.instruments.svo.people.kinds import read_people
from valuespectrum.instruments.svo.saying import by_chance
from valuespectrum.instruments.svo.shares import taken
from valuespectrum.instruments.wordings.choosing import SLIDER_SHOWN
from valuespectrum.instruments.wordings.reading import items_digest
from valuespectrum.scoring.cells import KEYWORD, ScoringOptions
from valuespectrum.scoring.choices.reading import read_options, verdict_rates
from valuespectrum.scoring.estimate import CLIP, Estimate
from valuespectrum.scoring.jackknife import jackknifed
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.presenting.conditions import SHOWN_CLIP
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import TEN, ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    import pandas as pd

PEOPLE = "people"
"""Tag: kind of people that a clip shows."""
LEAST_P = 0.05
"""Level of the test that kinds differ."""
_MOST_TOLD = 12
"""Kinds whose angle is told in words."""


@dataclass(frozen=True, slots=True)
class ShownOptions:
    """Options of the instrument."""

    people: str = ""
    """CSV of the user's with the columns ``clip`` and ``kind``; without it a clip's kind is the value it stands for."""
    marks: Marks = "neutral"
    """Marks of the options."""
    payoffs: Payoffs = "rescaled"
    """Whether points are shown on other scales."""

    @property
    def own_items(self) -> Mapping[str, str]:
        """What a manifest keeps of the user's file, since other kinds are another run.

        Raises:
            InputError: It cannot be read.
        """
        return {"items": items_digest(user_path(self.people))} if self.people else {}


@INSTRUMENTS.register("svo-shown")
class SvoShown:
    """Social value orientation towards the people of pictures."""

    name: ClassVar[str] = "svo-shown"
    title: ClassVar[str] = "Social value orientation towards people shown"
    measures: ClassVar[str] = (
        "how much the points of the people in a picture count beside one's own, as an angle, by the value it stands for"
    )
    Options = ShownOptions
    value_set: ClassVar[ValueSet] = TEN
    about_others: ClassVar[str] = "how much is given to people who live a value, which is not how dear it is"
    unit: ClassVar[str] = CLIP
    pictures: ClassVar[Assignment | None] = "exclusive"
    columns: ClassVar[tuple[str, ...]] = ("value", CLIP, PEOPLE, FIRST, FACTOR)
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    items: ClassVar[Sequence[Item]] = tuple(Item(item_id(item), (SLIDER_SHOWN.text,), OWN_WORDS) for item in PRIMARY)

    def __init__(self, options: ShownOptions | None = None) -> None:
        self.options: ShownOptions = options or ShownOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent, at most; a wrong file is refused before anything is begun."""
        if self.options.people:
            read_people(user_path(self.options.people))
        return len(PRIMARY) * pictures

    def questions(self, setting: Setting) -> ShownAsks:
        """The six primary items about every clip that shows somebody, each clip in one arrangement."""
        return ShownAsks(setting, self.options)

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Angle by value, over clips whose six items were all answered, and by kind of people with a test."""
        read = read_options(answers, STEPS, options)
        clips = clip_angles(answers, read.shares)
        found = profiled(self, answers, UnitScores(clips, "angle", reach()), units, options)
        people = _people(clips, options)
        # Without a table of the user's, kinds are values, and their angles are the profile.
        towards = tuple(_towards(people["kinds"])) if self.options.people else ()
        rates = verdict_rates(read, answers[CLIP], options.level)
        return replace(
            found,
            rates={name: Estimate.read(row) for name, row in rates.items()},
            verdicts=(*found.verdicts, *towards, _in_words(people["test"]), by_chance()),
            notes=(*found.notes, "nobody looked whether there are people in the pictures, except in a file of yours"),
            # The shape of a profile is one of values of one's own: broader ones, the circle, and likeness to people.
            details={**{name: each for name, each in found.details.items() if name != "shape"}, "svo_people": people},
        )


class ShownAsks(PictureAsks):
    """Slider items about every clip that shows somebody; arrangements go round so that each kind meets all of them.

    Args:
        setting: Whom to ask about which clips.
        options: Kinds of people, and how items are shown.

    Raises:
        InputError: The file of kinds is wrong, or names none of the clips that were found.
    """

    def __init__(self, setting: Setting, options: ShownOptions) -> None:
        kinds = _kinds(setting, options)
        rows = [row for row in setting.rows if row.clip_id in kinds]
        if setting.rows and not rows:
            raise InputError(f"{options.people} names none of the clips that were found", "name clips of the corpus")
        drawn = arranged(Arranging(OPTIONS, options.marks, options.payoffs), setting.seed, SvoShown.name)
        turns: Counter[str] = Counter()
        self._forms_about: dict[str, tuple[Form, ...]] = {}
        for clip in dict.fromkeys(row.clip_id for row in rows):
            self._forms_about[clip] = _forms(drawn[turns[kinds[clip]] % OPTIONS], kinds[clip])
            turns[kinds[clip]] += 1
        super().__init__(replace(setting, rows=rows), lambda role: next(iter(self._forms_about.values()), ()))

    @property
    def digest(self) -> str:
        """That of the clips, with what is asked about each."""
        asked = [[clip, [[form.question, form.tags] for form in forms]] for clip, forms in self._forms_about.items()]
        return f"sha256:{hashlib.sha256(canonical_json([super().digest, asked]).encode()).hexdigest()}"

    def _put(self, forms: Sequence[Form], clip: str) -> Sequence[Form]:
        return self._forms_about[clip]


def clip_angles(answers: pd.DataFrame, shares: Floats) -> pd.DataFrame:
    """The angle towards the people of every clip whose six items were all answered.

    Args:
        answers: Slider asks of one respondent.
        shares: Shape (asks, 9): shares of the options of each.

    Returns:
        One row a clip: ``value, clip``, ``people`` and ``word`` (kind and search word of the clip that was shown, empty
        where unknown), ``angle``, ``answers``.
    """
    import pandas as pd

    words = _of_shown(answers, KEYWORD) if KEYWORD in answers else ""
    shown = answers[["value", CLIP, "item"]].assign(**{PEOPLE: _of_shown(answers, PEOPLE)}, word=words)
    told = shown.reset_index(drop=True)
    found = told.join(pd.DataFrame(taken(answers, shares), columns=["own", "other"])).dropna(subset=["own"])
    names = ["value", CLIP, PEOPLE, "word"]
    clips = found.groupby(names, sort=False).agg(
        own=("own", "mean"), other=("other", "mean"), answers=("item", "nunique")
    )
    whole = clips[clips["answers"] == len(PRIMARY)].reset_index()
    return whole.assign(angle=angle_of(whole[["own", "other"]].to_numpy(float)))


def _of_shown(answers: pd.DataFrame, column: str) -> pd.Series[str]:
    """What is told of the clip that was shown, which may be another one in its place (mismatched); empty if unknown."""
    own = answers[column].fillna("").astype(str)
    if SHOWN_CLIP not in answers:
        return own
    lent = answers[SHOWN_CLIP].fillna("").astype(str)
    of_clip = dict(zip(answers[CLIP].astype(str), own, strict=True))
    return own.where(lent == "", lent.map(lambda clip: of_clip.get(clip, "")))


def _kinds(setting: Setting, options: ShownOptions) -> Mapping[str, str]:
    if options.people:
        return read_people(user_path(options.people))
    return {row.clip_id: row.value for row in setting.rows}


def _forms(arrangement: Arrangement, kind: str) -> tuple[Form, ...]:
    return tuple(
        Form(
            item_id(item),
            "",
            1,
            str(arrangement.orders[item][0] + 1),
            arrangement.question(item, SLIDER_SHOWN),
            arrangement.choices(item),
            further=((PEOPLE, kind), (FACTOR, arrangement.factor)),
        )
        for item in PRIMARY
    )


def _people(clips: pd.DataFrame, options: ScoringOptions) -> Json:
    """The angle towards each kind of people, and the test that kinds differ."""
    kinds = {}
    known = clips[clips[PEOPLE] != ""]
    for kind, rows in known.groupby(PEOPLE, sort=True):
        angles = rows["angle"].tolist()
        found = jackknifed(_mean, angles, options.level, options.minimum_clips, ("clip", "clips"))
        kinds[str(kind)] = {**found.to_json(), "n_clips": len(angles)}
    test = differing(known["angle"].to_numpy(float), list(known[PEOPLE]), list(known["word"]), options.seed)
    return {"kinds": kinds, "intervals_over": CLIP, "test": asdict(test)}


def _mean(angles: Sequence[float]) -> float:
    return float(np.mean(angles)) if len(angles) else float("nan")


def _towards(kinds: Json) -> Iterator[str]:
    """The angle towards each kind of people, in words."""
    for kind, row in list(kinds.items())[:_MOST_TOLD]:
        clips = f"{row['n_clips']} clip" + "s" * (row["n_clips"] != 1)
        ends = "" if row["low"] is None else f" [{row['low']:.1f}, {row['high']:.1f}]"
        why = f": {row['why']}" if row["low"] is None else ""
        yield f"The angle towards people of the kind {kind} is {row['mean']:.1f} degrees{ends} over {clips}{why}"
    if len(kinds) > _MOST_TOLD:
        yield f"{len(kinds) - _MOST_TOLD} further kinds of people stand in svo_people of the scores"


def _in_words(test: Json) -> str:
    if test["p"] is None:
        return f"Whether the angle hangs on the people shown is not known: {test['why']}"
    alike = f" of one {test['within']}" if test["within"] else ""
    dealt = f"labels were dealt out again over {test['unit']}s{alike}, p = {test['p']:.3g}"
    if test["p"] < LEAST_P:
        return f"The angle hangs on the kind of people shown ({dealt})"
    return f"That the angle hangs on the kind of people shown is not to be seen ({dealt})"
