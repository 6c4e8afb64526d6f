"""The reliability panel shows coefficients of bare models and why some are missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from report_pages import data, read

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.data import Estimate, ReportedRun
from valuespectrum.reporting.page import render
from valuespectrum.reporting.panels.base import panels_for
from valuespectrum.runs.manifest import Manifest


def test_coefficients_and_what_is_missing_are_shown() -> None:
    rows = {
        "g": Estimate(0.91, 0.8, 0.97),
        "d": Estimate(0.84, why="for D none is worked out"),
        "halves_clips": Estimate(0.9),
        "halves_wordings": Estimate(None, why="two wordings with every value are needed"),
        "repeats": Estimate(None, why="every question was answered once"),
        "alpha_power": Estimate(0.7, 0.5, 0.8),
        "omega_power": Estimate(None, why="2 items, one factor needs three: read alpha"),
    }
    one = {
        "model": "hf:<i>/x@1",
        "instrument": "vqa",
        "persona": NO_PERSONA,
        "strategy": NO_PERSONA,
        "reliability": {name: row.to_json() for name, row in rows.items()},
    }
    scores = {"respondents": [one, {**one, "persona": "tycoon"}, {**one, "reliability": {}}]}
    shown = replace(data(), runs=(ReportedRun(Path("run"), Manifest({}, {}), scores),))
    assert "structure" in [panel.id for panel in panels_for(shown)]
    text = render(shown)
    read(text)
    assert "0.91 [0.80, 0.97]" in text and text.count("hf:&lt;i&gt;/x</th>") == 1
    assert "Halves of wordings: two wordings with every value are needed; Repeats: every question" in text
    # Scored within the wordings asked, G says nothing of others.
    assert "that other clips, and what else intervals cover, give again" in text
    section = text[text.index('<section aria-labelledby="structure">') :].partition("</section>")[0]
    assert "0.70" in section and "<i>" not in section


def test_scores_without_coefficients_have_no_such_panel() -> None:
    assert "structure" not in [panel.id for panel in panels_for(data())]
