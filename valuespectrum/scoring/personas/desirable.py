"""Which values people call desirable: what a model that plays a nicer person keeps of a role."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.theory.values import VALUES

PEOPLE: Mapping[str, int] = {
    **dict.fromkeys(VALUES, 0),
    "self_direction": 1,
    "benevolence": 1,
    "universalism": 1,
    "stimulation": -1,
    "power": -1,
}
"""Values that people put first (1) and last (-1); 0 for those whose standing is not clear.

A value is first or last if its centred mean lies at least 0.35 rating steps above or below the mean in both samples of
people whose numbers come with us: the General Social Survey of 2012 and the United States sample of the PVQ-40
(``reproduction/published/human_values.json``). Achievement (-0.40 and -0.34) falls just short of that. What people put
first is a stand-in for what is well thought of."""
