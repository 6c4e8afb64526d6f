"""Walks through feeds: what was shown, and what was done about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from valuespectrum.reporting.elements.charts import ACTIONS
from valuespectrum.reporting.elements.data import ReportData, ReportedSession, SessionStep
from valuespectrum.reporting.elements.words import clean
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.theory.values import VALUES

WINDOW = 10
"""Items over which the exposure of a session is averaged."""
STRIP = 40
"""Most pictures in the film strip of a session."""


@PANELS.register("sessions")
class SessionsPanel(Panel):
    """A section for each session."""

    id = "sessions"
    place = 40

    def applies(self, data: ReportData) -> bool:
        """Whether there are sessions."""
        return bool(data.sessions)

    def title(self, data: ReportData) -> str:
        """Heading of a section that stands alone."""
        return "A walk through a feed"

    def contents(self, data: ReportData) -> Sequence[tuple[str, str]]:
        """One entry for each session."""
        return [(f"session-{place}", heading) for place, heading in enumerate(self._headings(data), start=1)]

    def context(self, data: ReportData) -> Mapping[str, object]:
        """What is counted and cut short."""
        return {
            "headings": self._headings(data),
            "actions": ACTIONS,
            "window": WINDOW,
            "pictured": _pictured,
            "shown_values": _shown_values,
            "action_counts": _action_counts,
        }

    def _headings(self, data: ReportData) -> list[str]:
        """Of every section, with the name of the log where there are several."""
        title, several = self.title(data), len(data.sessions) > 1
        return [f"{title}: {clean(each.log, 80)}" if several and each.log else title for each in data.sessions]


def _pictured(session: ReportedSession) -> list[SessionStep]:
    return [step for step in session.steps if step.picture][:STRIP]


def _shown_values(session: ReportedSession) -> list[str]:
    shown = {step.value for step in session.steps}
    return [value for value in (*VALUES, "") if value in shown]


def _action_counts(session: ReportedSession) -> list[tuple[str, int]]:
    return Counter(step.action for step in session.steps).most_common()
