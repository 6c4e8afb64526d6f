"""Portraits after a clip: whether what somebody has just seen moves what it says of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Ask, Stimulus
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.portraits.keys import AnswerScale
from valuespectrum.instruments.portraits.ratings import PortraitRatings, mean_over_items
from valuespectrum.instruments.question_list import put_to
from valuespectrum.instruments.wordings.describing_oneself import AFTER_SEEING
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.stimuli.presenting.conditions import SHOWN_VALUE
from valuespectrum.stimuli.presenting.exhibit import Exhibit, OneFrame, Showing
from valuespectrum.stimuli.retrieval import StimulusRow
from valuespectrum.theory.value_sets import GROUPS
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SEEN = "seen"
"""Tag that names the value that the clip stands for; ``value`` is that of the portrait."""
_TEN_OF = {part: value for value, parts in GROUPS["schwartz_19", "schwartz_10"].items() for part in parts}


class SeenPortraits:
    """Rounds of portraits after clips, put to every respondent: the next round after the next clip.

    A round has one portrait of each value, so that no clip is followed by more of one value than of another.

    Args:
        setting: Whom to ask after which clips, shown how.
        rounds: Asks without a picture, by round.

    Raises:
        InputError: The setting has no corpus.
    """

    def __init__(self, setting: Setting, rounds: Sequence[Sequence[Ask]]) -> None:
        if setting.pictures is None:
            raise InputError("these portraits follow clips, and there is no corpus", "name one with --corpus")
        self._setting = setting
        self._rounds = [tuple(each) for each in rounds]
        self._showing: Showing = setting.showing or OneFrame(setting.pictures, setting.shown)

    def __len__(self) -> int:
        shown = (len(self._showing.exhibits(row)) * len(self._round(place)) for place, row in self._rows())
        return sum(shown) * len(self._setting.respondents)

    def __iter__(self) -> Iterator[Ask]:
        for place, row in self._rows():
            for exhibit in self._showing.exhibits(row):
                for role in self._setting.respondents:
                    yield from (put_to(role, _after(exhibit, row, ask)) for ask in self._round(place))

    @property
    def digest(self) -> str:
        """SHA-256 over rows, what they show, and the portraits."""
        digest = hashlib.sha256()
        for _, row in self._rows():
            digest.update(canonical_json(asdict(row) | {"standing": None, "similarity": None}).encode())
            for exhibit in self._showing.exhibits(row):
                digest.update(exhibit.content.encode())
        for role in self._setting.respondents:
            for ask in (ask for asks in self._rounds for ask in asks):
                put = put_to(role, ask)
                digest.update(canonical_json([ask_content(put), dict(put.tags)]).encode())
        return f"sha256:{digest.hexdigest()}"

    def picture_path(self, picture_sha: str) -> Path:
        """Where a picture can be read now."""
        return self._showing.picture_path(picture_sha)

    def _rows(self) -> Iterator[tuple[int, StimulusRow]]:
        """Rows with their place among those of their value."""
        counts: dict[str, int] = {}
        for row in self._setting.rows:
            yield counts.setdefault(row.value, 0), row
            counts[row.value] += 1

    def _round(self, place: int) -> tuple[Ask, ...]:
        return self._rounds[place % len(self._rounds)]


def _after(exhibit: Exhibit, row: StimulusRow, ask: Ask) -> Ask:
    clip: dict[str, str | int | float] = {
        "clip": row.clip_id,
        "frame": row.frame_id,
        "keyword": row.keyword,
        SEEN: row.value,
    }
    return replace(
        ask,
        stimulus=Stimulus(exhibit.frames),
        question=exhibit.question(AFTER_SEEING + ask.question),
        tags={**ask.tags, **exhibit.tags, **clip},
    )


def moved_by_own(answers: pd.DataFrame, rated: PortraitRatings, scale: AnswerScale, level: float) -> Estimate | None:
    """How much more a portrait is like somebody after clips of its own value than after those of others, in steps.

    Args:
        answers: With ``seen`` where clips were shown before; rows as in ``rated.numbers``.
        rated: What was said.
        scale: Of the form.
        level: Coverage aimed at.

    Returns:
        Mean over items that were put after both, with an interval over items; ``None`` where no clips were shown.
    """
    if SEEN not in answers:
        return None
    sign = (answers["keyed"].astype(int) * answers["polarity"].astype(int)).to_numpy(np.float64)
    own = answers["value"].map(lambda value: _TEN_OF.get(value, value)) == _in_view(answers)
    table = answers[["item"]].assign(own=own, like=sign * (rated.numbers - scale.middle)).dropna(subset=["like"])
    sides = table.groupby(["item", "own"])["like"].mean().unstack("own").reindex(columns=[True, False]).dropna()
    return mean_over_items(sides[True] - sides[False], level)


def _in_view(answers: pd.DataFrame) -> pd.Series[str]:
    """The value of what was seen: that of the clip, or of another one that was shown in its place."""
    if SHOWN_VALUE not in answers:
        return answers[SEEN]
    lent = answers[SHOWN_VALUE].fillna("").astype(str)
    return lent.where(lent != "", answers[SEEN].astype(str))
