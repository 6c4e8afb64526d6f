"""From judged answers to a table of sets: the one way from what was said to what every statistic starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.scoring.cells import DRAWN_TEXT, KEYWORD
from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.tables import Layout, SetTable, collect
from valuespectrum.scoring.readouts.evidence import Cells, Kind, cells_of
from valuespectrum.scoring.readouts.identify import Identification, Status
from valuespectrum.scoring.readouts.liking import Liking, estimate_liking
from valuespectrum.theory.value_sets import ValueSet

if TYPE_CHECKING:
    import pandas as pd

SEARCH_WORD = "search_word"
"""Column of a table of sets that names what clips were found by."""
LOG_ODDS = "log-odds"
SEVEN_STEPS = "steps of 1 to 7"
PERCENT = "percent"
"""Units of numbers of sets."""


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
    words: dict[tuple[str, str], str]
    """Search word that found a clip for a value, by (value, clip); what is not known is left out."""

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
        judged: Rows of one respondent as ``scoring.cells.judge`` returns them; with a column ``keyword`` where it is
            known which search word found a clip, and ``drawn_text`` where single texts were drawn.
        value_set: Dimensions in order.

    Raises:
        InputError: A value is no dimension of the set.
    """
    drawn = DRAWN_TEXT in judged and bool(judged[DRAWN_TEXT].any())
    cells = cells_of(judged, value_set.dimensions, greedy=not drawn)
    liking, words = estimate_liking(cells), search_words(judged)
    return AnsweredSets(cells, liking, set_table(cells, liking.effects.theta[0], value_set, words), words)


def set_table(cells: Cells, scores: Floats, value_set: ValueSet, words: dict[tuple[str, str], str]) -> SetTable | None:
    """Numbers of sets with the names of what they are about.

    Args:
        cells: Whose names these are.
        scores: Shape (values, clips, wordings), NaN for nothing.
        value_set: Dimensions in order.
        words: (value, clip) to search word.

    Returns:
        ``None`` where there is no number.
    """
    import pandas as pd

    value, clip, wording = np.nonzero(~np.isnan(scores))
    if not len(value):
        return None
    names, found_by = (np.full(scores.shape[:2], "", dtype=object) for _ in range(2))
    for row, (dimension, clips) in enumerate(zip(cells.values, cells.clips, strict=True)):
        names[row, : len(clips)] = clips
        found_by[row, : len(clips)] = [words.get((dimension, each), "") for each in clips]
    frame = pd.DataFrame(
        {
            "value": np.array(cells.values, dtype=object)[value],
            "clip": names[value, clip],
            "wording": np.array(cells.wordings, dtype=object)[wording],
            "theta": scores[value, clip, wording],
        }
    )
    if words:
        frame[SEARCH_WORD] = found_by[value, clip]
    return collect([frame], Layout(value_set, SEARCH_WORD if words else "", readout=cells.kind))


def search_words(answers: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Search word that found a clip for a value; the first by name where several did.

    Args:
        answers: Rows with ``value`` and ``clip``, and ``keyword`` where it is known.
    """
    if KEYWORD not in answers:
        return {}
    found = answers[["value", "clip", KEYWORD]].drop_duplicates().dropna().astype(str)
    ordered = found[found[KEYWORD] != ""].sort_values(KEYWORD, ascending=False)
    return {
        (value, clip): word
        for value, clip, word in zip(ordered["value"], ordered["clip"], ordered[KEYWORD], strict=True)
    }
