"""A few pictures with the questions that were asked about them and what came back."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.reporting.elements.data import ExampleAnswer, ReportData
from valuespectrum.reporting.elements.words import clean, percent
from valuespectrum.reporting.panels.base import PANELS, Panel


@PANELS.register("examples")
class ExamplesPanel(Panel):
    """Pictures, questions, answers."""

    id = "examples"
    place = 60

    def applies(self, data: ReportData) -> bool:
        """Whether there are examples; without a corpus there are none."""
        return bool(data.examples)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Examples: picture, question, answer"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """How an answer's odds are written and drawn."""
        return {"odds": _odds, "meter": _meter}


def _odds(answer: ExampleAnswer) -> str:
    shares = [f"{clean(choice, 20)} {percent(share)}" for choice, share in answer.probabilities.items()]
    rest = 1 - sum(answer.probabilities.values())
    return ", ".join([*shares, *([f"other words {percent(rest)}"] if rest > 0.005 else [])])


def _meter(answer: ExampleAnswer) -> list[tuple[str, float]]:
    names = ("first", "second")
    return [(name, round(100 * share, 1)) for name, share in zip(names, answer.probabilities.values(), strict=False)]
