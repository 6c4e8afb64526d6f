"""Sessions in numbers: no persona, persona and placebo texts on one axis, and walkers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.browsing.log import NO_ACTION
from valuespectrum.reporting.elements.charts import ACTIONS
from valuespectrum.reporting.elements.data import Estimate, ReportData, ReportedSession, SessionStep
from valuespectrum.reporting.elements.whiskers import marks, span_of, whisker
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.sessions.feeds.measures import MEASURES
from vectorstore.foundation.json_types import Json

NOT_SHOWN = "not shown"
ROLES: Mapping[str, str] = {"bare": "no persona", "persona": "persona", "placebos": "placebo texts"}
"""Kinds of roles, in the order in which they stand on the axis."""
SHOWN: Mapping[str, str] = {
    "entropy": "Entropy",
    "drift": "Drift",
    "exploit_beyond_chance": "Exploit beyond chance",
    "kept": "Watched on",
    "like": "Liked",
    "refused": "Refused",
}
"""Numbers of a session that the page has room for."""


@dataclass(frozen=True, slots=True)
class RoleOnAxis:
    """One kind of role of one persona on the axis."""

    label: str
    towards: Estimate
    value: str
    """Whose colour it has."""


@PANELS.register("walks")
class WalksPanel(Panel):
    """What sessions say: personas on an axis, and everybody who walked."""

    id = "walks"
    place = 35

    def applies(self, data: ReportData) -> bool:
        """Whether sessions were put into numbers."""
        return bool(data.walks)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "What sessions say"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """The axis that all personas share, and how to draw on it."""
        span = span_of(each for document in data.walks for one in document["conditions"] for each in _towards(one))
        return {
            "ends": marks(span),
            "on_axis": on_axis,
            "whisker": lambda one: whisker(one.towards, span, one.value, one.label),
            "estimate": Estimate.read,
            "shown": SHOWN,
            "meaning": MEASURES,
            "walkers": walkers,
            "towards": _towards,
            "measured": _measured,
            "unknown": _unknown,
            "in_words": in_words,
            "strip": strip,
        }


def on_axis(row: Json) -> list[RoleOnAxis]:
    """No persona, persona and placebo texts, as far as they walked; a persona of whom nothing is known, and why."""
    best = max(row["target"], key=lambda value: row["target"][value], default="")
    found = [
        RoleOnAxis(label, Estimate.read(row["towards"][name]), best if name == "persona" else "")
        for name, label in ROLES.items()
        if name in row.get("towards", {})
    ]
    return found or [RoleOnAxis(ROLES["persona"], Estimate(None, why=str(row.get("why", ""))), "")]


def strip(pair: Json, who: str) -> ReportedSession:
    """What one of two did with the clips of one feed, as a session to be drawn.

    Args:
        pair: A row of ``sessions.people.beside.side_by_side``.
        who: ``person`` or ``agent``.
    """
    column = 2 if who == "person" else 3
    done = [(row[0], row[1], NOT_SHOWN if row[column] is None else _readable(row[column])) for row in pair["clips"]]
    steps = (SessionStep(place, clip, "", value, action) for place, (clip, value, action) in enumerate(done, start=1))
    return ReportedSession(str(pair[who]["model"]), "", str(pair["policy"]), int(pair["seed"]), tuple(steps))


def in_words(action: str | None) -> str:
    """What was done with a clip; ``None`` for one that was not met.

    Example:
        >>> in_words("like"), in_words("none"), in_words(None)
        ('liked', 'no readable answer', 'not shown')
    """
    return NOT_SHOWN if action is None else ACTIONS.get(_readable(action), action)


def _readable(action: str) -> str:
    return "" if action == NO_ACTION else action


def walkers(condition: Json) -> Sequence[Json]:
    """Everybody who walked under a condition but placebo texts, people last."""
    return sorted((row for row in condition["walkers"] if not row["placebo"]), key=lambda row: bool(row["human"]))


def _towards(condition: Json) -> list[Estimate]:
    """Everything that stands on the axis under a condition."""
    return [one.towards for row in condition["personas"] for one in on_axis(row)]


def _unknown(condition: Json) -> list[str]:
    """Why there is no verdict about personas of whom there are numbers; the others say it in their row."""
    rows = [row for row in condition["personas"] if row["verdict"] == "unknown" and row.get("towards")]
    return list(dict.fromkeys(why for row in rows if (why := str(row.get("why", "")))))


def _measured(condition: Json) -> list[Estimate]:
    """Every number in the table of those who walked."""
    return [Estimate.read(row["measures"].get(name)) for row in walkers(condition) for name in SHOWN]
