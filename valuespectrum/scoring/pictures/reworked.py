"""What corrections share: a table of which clips are taken out, and means that are weighted anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.facets.analysis import Difference, adjust
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.findings import Inferred, found, known
from valuespectrum.scoring.facets.inference import Errors, Tested, omnibus
from valuespectrum.scoring.facets.tables import SetTable


@dataclass(frozen=True, slots=True)
class Reworked:
    """Centred log-odds after a correction."""

    values: Mapping[str, Inferred]
    differ: Difference
    why: str = ""
    """Why there is no correction; empty where there is one."""

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        rows = {value: finding.to_json("centred") for value, finding in self.values.items()}
        return {"values": rows, "differ": self.differ.to_json(), "why": self.why}


def restricted(table: SetTable, keep: Bools) -> SetTable:
    """The same table without some of its clips.

    Args:
        table: Log-odds by value, clip and wording.
        keep: Shape (values, clips): which places stay.
    """
    gone = ~keep
    return replace(
        table,
        log_odds=np.where(gone[..., None], np.nan, table.log_odds),
        clips=np.where(gone, -1, table.clips),
        clusters=np.where(gone, -1, table.clusters),
        repeats=np.where(gone[..., None], 0.0, table.repeats),
        squares=np.where(gone[..., None], 0.0, table.squares),
    )


def with_covariance(errors: Errors, extra: Floats) -> Errors:
    """Errors of means that have a further covariance, shape (..., values, values)."""
    return replace(errors, shared=errors.shared + extra)


def concluded(
    values: tuple[str, ...], centred: Tested, means: Floats, errors: Errors, why: tuple[str, ...], facets: Facets
) -> Reworked:
    """Findings with adjusted p-values, as for a profile without a correction.

    Args:
        values: Names.
        centred: Corrected centred log-odds.
        means: What they are weighted means of, for the omnibus test: all equal when nothing differs.
        errors: Of the means.
        why: Reason why the interval of each value is not known; empty where it is.
        facets: Level.
    """
    test = omnibus(means, errors)
    count = int(errors.chosen.sum())
    sure = errors.chosen & np.array([not reason for reason in why])
    differ = Difference(why=next(filter(None, why), ""), values=count)
    if sure.sum() == count:
        ratio, above, below, p = (known(float(each)) for each in (test.ratio, test.above, test.below, test.p))
        differ = Difference(ratio, above, below, p, count)
    adjusted = adjust(np.where(sure, centred.p, np.nan), differ)
    rows = {
        value: found(centred, place, facets.level, why[place], adjusted)
        for place, value in enumerate(values)
        if errors.chosen[place]
    }
    return Reworked(rows, differ)


def refused(why: str) -> Reworked:
    """No correction, and why."""
    return Reworked({}, Difference(why=why), why)
