"""From judged answers to a table of sets: the one way from what was said to what every statistic starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.scoring.cells import CLIP_SOURCE, DRAWN_TEXT, KEYWORD
from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.tables import SEARCH_WORD, SOURCE, Layout, NumberedSets, SetTable, arranged
from valuespectrum.scoring.readouts.evidence import Cells, Kind, cells_of
from valuespectrum.scoring.readouts.identify import Identification, Status
from valuespectrum.scoring.readouts.liking import Liking, estimate_liking
from valuespectrum.theory.value_sets import ValueSet

if TYPE_CHECKING:
    import pandas as pd

LOG_ODDS = "log-odds"
SEVEN_STEPS = "steps of 1 to 7"
PERCENT = "percent"
"""Units of numbers of sets."""
FACETS: Mapping[str, str] = {CLIP_SOURCE: SOURCE, KEYWORD: SEARCH_WORD}
"""Column of a table of answers to that of a table of sets which names what clips came by; the first that is there
counts."""


@dataclass(frozen=True, slots=True)
class FoundBy:
    """What clips came by."""

    facet: str = ""
    """Column of a table of sets: ``source`` or ``search_word``; empty where nothing is known."""
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(value, clip) to who published it, or the word that found it; what is not known is left out."""

    def beside(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of sets with that column, where anything is known.

        Args:
            rows: With ``value`` and ``clip``.
        """
        if not self.facet:
            return rows
        pairs = zip(rows["value"].astype(str), rows["clip"].astype(str), strict=True)
        return rows.assign(**{self.facet: [self.names.get(pair, "") for pair in pairs]})


@dataclass(frozen=True, slots=True)
class ToldSets:
    """What any instrument says of one respondent set by set: what comparisons, plans and structure start from."""

    table: SetTable | None
    """Scores by dimension, clip and wording; ``None`` where the answers do not tell them."""
    readout: str
    """How answers were read; tables of two readouts are never compared (``facets.comparison`` refuses them)."""
    status: Status
    why: str
    """What the answers do not tell, in words; empty when they tell everything."""
    unit: str = LOG_ODDS
    """What the numbers are in, for people."""


@dataclass(frozen=True, slots=True)
class AnsweredSets:
    """Sets of four cells that one respondent answered."""

    cells: Cells
    liking: Liking
    table: SetTable | None
    """Log-odds of liking; ``None`` where the answers do not tell liking as a number."""
    found_by: FoundBy

    @property
    def kind(self) -> Kind:
        """How answers were read."""
        return self.liking.kind

    @property
    def told(self) -> Identification:
        """Whether the answers tell liking at all, and why not."""
        return self.liking.told[0]

    @property
    def sets(self) -> ToldSets:
        """What others start from."""
        return ToldSets(self.table, self.kind, self.told.status, self.told.why)


def answered_sets(judged: pd.DataFrame, value_set: ValueSet) -> AnsweredSets:
    """Liking of every set, incomplete ones among them, with what is not identifiable left open.

    Args:
        judged: Rows of one respondent as ``scoring.cells.judge`` returns them; with ``drawn_text`` where single texts
            were drawn, and what ``found_by`` looks for.
        value_set: Dimensions in order.

    Raises:
        InputError: A value is no dimension of the set.
    """
    drawn = DRAWN_TEXT in judged and bool(judged[DRAWN_TEXT].any())
    cells = cells_of(judged, value_set.dimensions, greedy=not drawn)
    liking, found = estimate_liking(cells), found_by(judged)
    return AnsweredSets(cells, liking, set_table(cells, liking.effects.theta[0], value_set, found), found)


def set_table(cells: Cells, scores: Floats, value_set: ValueSet, found: FoundBy) -> SetTable | None:
    """Numbers of sets with the names of what they are about.

    Args:
        cells: Whose names these are.
        scores: Shape (values, clips, wordings), NaN for nothing.
        value_set: Dimensions in order.
        found: What clips came by.

    Returns:
        ``None`` where there is no number.
    """
    value, clip, wording = np.nonzero(~np.isnan(scores))
    if not len(value):
        return None
    clips = sorted({*chain(*cells.clips)})
    place = {name: at for at, name in enumerate(clips)}
    codes = np.zeros(scores.shape[:2], dtype=np.int64)
    for row, listed in enumerate(cells.clips):
        codes[row, : len(listed)] = [place[name] for name in listed]
    numbers = scores[value, clip, wording]
    owner = np.array([value_set.position(name) for name in cells.values])[value]
    sets = NumberedSets(
        owner, codes[value, clip], wording, np.ones(len(numbers)), numbers, numbers**2, clips, cells.wordings
    )
    drawn = cells.kind in ("samples", "sampled_text")
    return arranged(sets, found.names, Layout(value_set, found.facet, readout=cells.kind, drawn=drawn))


def found_by(answers: pd.DataFrame) -> FoundBy:
    """What clips came by: who published them where the table has that, else the search words.

    Args:
        answers: Rows with ``value`` and ``clip``, and ``clip_source`` or ``keyword`` where it is known; the first by
            name counts where several found a clip.
    """
    column = next((name for name in FACETS if name in answers), "")
    if not column:
        return FoundBy()
    named = answers[["value", "clip", column]].drop_duplicates().dropna().astype(str)
    ordered = named[named[column] != ""].sort_values(column, ascending=False)
    names = {
        (value, clip): name
        for value, clip, name in zip(ordered["value"], ordered["clip"], ordered[column], strict=True)
    }
    return FoundBy(FACETS[column], names) if names else FoundBy()
