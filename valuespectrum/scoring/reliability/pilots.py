"""From what respondents answered to the variance components that a plan starts from.

A profile is meant to hold in one role, so components are those within roles, averaged over the roles of a model: what a
persona does to values is no error. Roles as a facet of their own, ``persona``, show how much it does; they count as
error only where the values of a model *across* roles are meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.scoring.answered.sets import AnsweredSets
from valuespectrum.scoring.facets.tables import SetTable
from valuespectrum.scoring.readouts.evidence import FIRST, POLARITY
from valuespectrum.scoring.reliability.components import Components, Floats, Integers, Pilot
from valuespectrum.scoring.reliability.decisions import DRAW, VALUE
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

WORD, CLIP, WORDING, ORDER, PERSONA = "search word", "clip", "wording", "order", "persona"
_SCORE = "score"


@dataclass(frozen=True, slots=True)
class ToldRows:
    """What one respondent said, a row for each answer that counts."""

    rows: pd.DataFrame
    """Columns ``value, clip, wording, score``; ``search word`` and ``order`` where they are known."""
    noise: float = 0.0
    """Variance that the draw of answers gives to a score; 0 where nothing is drawn."""
    draws: float = 0.0
    """Answers drawn to an ask; 0 where none are."""
    language: str = ""
    """In which it was asked, where that is known: what languages do to values is no error of a profile in one."""


@dataclass(frozen=True, slots=True)
class Studied:
    """Components of one model."""

    components: Components
    pilot: Pilot
    """The design of one role, or of all where they are a facet."""
    roles: int
    """Roles that the components are averaged over."""


def told_by_cells(sets: AnsweredSets) -> ToldRows | None:
    """What one respondent said in balanced cells; of probabilities for each order of the options apart.

    Args:
        sets: Its sets.

    Returns:
        ``None`` where liking is not told.
    """
    cells, theta = sets.cells, sets.liking.effects.theta[0]
    if cells.kind == "log_probability":
        share = cells.share()[0] * POLARITY
        both = [share[..., first == FIRST].mean(axis=-1) for first in (1.0, -1.0)]
        scores = np.where(np.isnan(theta)[..., None], np.nan, np.stack(both, axis=-1))
        return _told(sets, scores, (ORDER,))
    noise = sets.liking.effects.variance[0]
    known = noise[np.isfinite(noise) & np.isfinite(theta)]
    found = _told(sets, theta, ())
    if found is None or cells.kind != "samples" or not len(known):
        return found
    return replace(found, noise=float(known.mean()), draws=float(cells.said[cells.said > 0].mean()))


def told_by_table(table: SetTable) -> ToldRows:
    """What one respondent said to an instrument without balanced cells."""
    rows = table.frame().rename(columns={table.layout.score: _SCORE})
    return ToldRows(rows.rename(columns={table.layout.cluster: WORD}) if table.layout.cluster else rows)


def study_roles(told: Sequence[ToldRows]) -> Studied:
    """Components within roles, averaged over them.

    Args:
        told: What a model said in each of its roles, itself among them.

    Raises:
        InputError: Nobody said anything, or a facet has one level.
    """
    if not told:
        raise InputError("the pilot tells no liking, so nothing can be planned from it", "look at its scores")
    found = [_studied([each.rows], _facets(told)) for each in told]
    components, pilot = _averaged(found)
    return Studied(_with_draws(components, pilot, told), pilot, len(told))


def study_across(told: Sequence[ToldRows], personas: Sequence[str]) -> Studied:
    """Components with personas as a facet, averaged over languages; of a persona in several wordings the mean counts.

    Args:
        told: What a model said in each of its roles.
        personas: Which persona each is; wordings of one have one name.

    Raises:
        InputError: There is one persona, or another facet has one level.
    """
    import pandas as pd

    facets = (*_facets(told), PERSONA)
    spoken: dict[str, list[pd.DataFrame]] = {}
    for each, name in zip(told, personas, strict=True):
        spoken.setdefault(each.language, []).append(each.rows.assign(**{PERSONA: name}))
    several = [rows for rows in spoken.values() if len({str(each[PERSONA].iloc[0]) for each in rows}) > 1]
    found = []
    for rows in several or spoken.values():
        every = pd.concat(rows, ignore_index=True).groupby(list(facets), sort=False, observed=True)
        found.append(_studied([every[_SCORE].mean().reset_index()], facets))
    components, pilot = _averaged(found)
    return Studied(_with_draws(components, pilot, told), pilot, 1)


def search_words(told: Sequence[ToldRows]) -> int | None:
    """Most search words that a value has; ``None`` where they are not known."""
    if not all(WORD in each.rows for each in told):
        return None
    return int(max(each.rows.groupby(VALUE)[WORD].nunique().max() for each in told))


def _told(sets: AnsweredSets, scores: Floats, further: tuple[str, ...]) -> ToldRows | None:
    import pandas as pd

    cells = sets.cells
    at = np.nonzero(np.isfinite(scores))
    if not len(at[0]):
        return None
    pairs = [(cells.values[v], cells.clips[v][c]) for v, c in zip(at[0].tolist(), at[1].tolist(), strict=True)]
    columns: dict[str, object] = {
        VALUE: [value for value, _ in pairs],
        CLIP: [clip for _, clip in pairs],
        WORDING: np.array(cells.wordings, dtype=object)[at[2]],
        _SCORE: scores[at],
    }
    columns |= {name: at[3 + place].astype(str) for place, name in enumerate(further)}
    if sets.found_by.facet:
        columns[WORD] = [sets.found_by.names.get(pair, pair[1]) for pair in pairs]
    return ToldRows(pd.DataFrame(columns))


def _facets(told: Sequence[ToldRows]) -> tuple[str, ...]:
    """Facets that all roles have, search words only where they can be told from clips: some found two, no value one."""
    words = all(WORD in each.rows and _clustered(each.rows) for each in told)
    orders = all(ORDER in each.rows for each in told)
    return (VALUE, *((WORD,) if words else ()), CLIP, WORDING, *((ORDER,) if orders else ()))


def _clustered(rows: pd.DataFrame) -> bool:
    clips = rows[[VALUE, WORD, CLIP]].drop_duplicates()
    several = clips.groupby([VALUE, WORD]).size().max() > 1
    return bool(several and clips.groupby(VALUE)[WORD].nunique().max() > 1)


def _studied(rows: Sequence[pd.DataFrame], facets: Sequence[str]) -> tuple[Components, Pilot]:
    import pandas as pd

    whole = pd.concat(rows, ignore_index=True)
    levels: dict[str, Integers] = {name: np.asarray(pd.factorize(whole[name])[0], dtype=np.int64) for name in facets}
    nested = {CLIP: WORD, WORD: VALUE} if WORD in facets else {CLIP: VALUE}
    pilot = Pilot.of(levels, nested)
    return pilot.components(whole[_SCORE].to_numpy(dtype=np.float64)), pilot


def _averaged(found: Sequence[tuple[Components, Pilot]]) -> tuple[Components, Pilot]:
    """Mean components of those effects that all have, with the design of the first."""
    first, pilot = found[0]
    kept = [effect for effect in first.variances if all(effect in each.variances for each, _ in found)]
    variances = {effect: float(np.mean([each.variances[effect] for each, _ in found])) for effect in kept}
    return replace(first, variances=variances), pilot


def _with_draws(found: Components, pilot: Pilot, told: Sequence[ToldRows]) -> Components:
    """The same with what draws add taken out of what all facets share, and shown for one draw."""
    if not all(each.draws for each in told):
        return found
    noise, draws = float(np.mean([each.noise for each in told])), float(np.mean([each.draws for each in told]))
    whole = frozenset(pilot.facets)
    variances = {**found.variances, whole: found.variances[whole] - noise, whole | {DRAW}: noise * draws}
    return replace(found, variances=variances, sizes={**found.sizes, DRAW: round(draws)})


def shares(found: Components, levels: Mapping[str, int]) -> dict[frozenset[str], float]:
    """Share of a centred score's squared error that each effect has in a design."""
    sizes = {
        effect: found.variance(*effect) / float(np.prod([levels[name] for name in effect if name != VALUE]))
        for effect in found.variances
        if VALUE in effect and len(effect) > 1
    }
    total = sum(sizes.values())
    return {effect: each / total if total > 0 else 0.0 for effect, each in sizes.items()}
