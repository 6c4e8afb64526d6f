"""The panel about pictures, and that no page says more than which pictures a model likes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_pages import data, profile, read

from valuespectrum.reporting.elements.corrected import read_corrected
from valuespectrum.reporting.elements.data import Estimate, ReportedRun
from valuespectrum.reporting.elements.words import findings, headline
from valuespectrum.reporting.page import render
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.parts.pictures_schema import CorrectedPart, PicturesPart
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

ROOT = Path(__file__).parents[3]
HOSTILE = "<script>alert(1)</script>"


def reworked(centre: float, p: float | None = 0.5, why: str = "") -> Json:
    row = {"centred": centre, "centred_low": centre - 0.3, "centred_high": centre + 0.3, "centred_why": ""}
    values = {} if why else {value: row | {"centred_p_adjusted": p} for value in VALUES}
    return {"values": values, "differ": {}, "why": why}


def corrected(why: str = "") -> Json:
    return {
        "relabelled": {"before": reworked(0.4), "after": reworked(0.6, 0.001)},
        "adjusted": {
            "before": reworked(0.4),
            "after": reworked(0.1),
            "slopes": {"prettiness": {"mean": 0.5, "low": 0.2, "high": 0.8}},
            "unused": {},
        },
        "matched": {
            "size": 0 if why else 6,
            "worst": None if why else 0.8,
            "balanced": False,
            "after": reworked(0.0, why=why),
            "balance": {value: {"prettiness": [1.0, None if why else 0.2]} for value in VALUES},
        },
    }


def pictures() -> Json:
    wrong = {
        "wrong": 0.25,
        "wrong_low": 0.1,
        "wrong_high": 0.5,
        "n_clips": 12,
        "other": 0.25,
        "violated": 0.0,
        "nothing": 0.0,
        "shown": {"power": 9, HOSTILE: 3},
    }
    agreed = {"alpha": 0.71, "alpha_low": 0.6, "alpha_high": 0.8, "alpha_why": "", "share": 0.8, "n_pictures": 40}
    silent = {"alpha": None, "alpha_low": None, "alpha_high": None, "alpha_why": "no", "share": None, "n_pictures": 0}
    return {
        "raters": {"anna": "people", HOSTILE: HOSTILE},
        "agreement": {"value": agreed, "state": silent, "strength": silent},
        "wrong": dict.fromkeys(VALUES, wrong),
        "balance": {value: {"prettiness": 1.0, HOSTILE: None} for value in VALUES},
        "unavailable": {"faces": "OpenCV is not installed"},
        "notes": [HOSTILE],
    }


def page(respondent: Json) -> str:
    scores = {"pictures": pictures(), "respondents": [respondent]}
    run = ReportedRun(Path("run"), Manifest({}, {}), scores)
    return render(replace(data(), runs=(run,)))


def test_the_page_shows_wrong_clips_agreement_balance_and_profiles_before_and_after() -> None:
    respondent = {"model": "m", "persona": "none", "corrected": corrected()}
    CorrectedPart.model_validate(corrected())
    PicturesPart.model_validate(pictures())
    found = page(respondent)
    text = " ".join(" ".join(read(found).text).split())
    assert "Do the pictures show what they stand for?" in text and "25 [10, 50]" in text
    assert "which value 0.71 [0.60, 0.80] over 40 pictures" in text
    assert "<strong>+0.60 [+0.30, +0.90]</strong>" in found and "<strong>+0.40" not in found
    assert "prettiness +0.50 [+0.20, +0.80]" in text and "still up to 0.8 standard deviations apart" in text
    assert "Not measured: faces" in text and HOSTILE not in found


def test_every_run_with_ratings_is_shown_under_its_name() -> None:
    runs = []
    for name, model, raters in (("first", "model-a", "anna"), ("second", "model-b", "berta")):
        respondent = {"model": model, "persona": "none", "corrected": corrected()}
        scores = {"pictures": pictures() | {"raters": {raters: "people"}}, "respondents": [respondent]}
        runs.append(ReportedRun(Path(name), Manifest({}, {}), scores))
    text = " ".join(" ".join(read(render(replace(data(), runs=tuple(runs)))).text).split())
    start = text.index("Raters looked at them without being told")
    places = [text.index(words, start) for words in ("Run first", "anna", "model-a", "Run second", "berta", "model-b")]
    assert places == sorted(places)
    one = " ".join(" ".join(read(render(replace(data(), runs=tuple(runs[:1])))).text).split())
    assert "anna" in one and "Run first" not in one and "berta" not in one


def test_what_cannot_be_corrected_is_said() -> None:
    found = read_corrected({"model": "m", "corrected": corrected("too few rated clips")})
    assert found is not None and found.notes == ("matched clips: too few rated clips",)
    assert all(row.cells[3] is None and row.cells[0] is not None for row in found.rows)
    assert read_corrected({"model": "m"}) is None and read_corrected({"model": "m", "corrected": None}) is None


def test_numbers_are_told_in_what_they_are_in() -> None:
    """Ratings are set right in steps of their scale, and log-odds where nothing else is said."""
    rated = {**corrected(), "unit": "steps of 1 to 7"}
    for part, unit in ((rated, "steps of 1 to 7"), (corrected(), "log-odds")):
        text = " ".join(" ".join(read(page({"model": "m", "persona": "none", "corrected": part})).text).split())
        assert f"centred {unit} with" in text and f"within values, {unit} for one standard deviation" in text


def test_without_ratings_there_is_no_such_panel() -> None:
    run = ReportedRun(Path("run"), Manifest({}, {}), {"pictures": None, "respondents": []})
    assert "Do the pictures show" not in render(replace(data(), runs=(run,)))


TOO_MUCH = re.compile(
    r"\b(?:acts? on|behaves? by|holds|embod(?:y|ies)|lives? by) (?:\w+ ){0,2}values?\b"
    r"|\bvalues? (?:that )?(?:it|they|(?:[\w-]+ ){0,3}models?) (?:acts? on|holds?|lives? by)\b",
    re.I,
)
"""Claims that liking pictures does not bear."""
TOLD = [
    *(ROOT / "valuespectrum" / "reporting").rglob("*.jinja"),
    *(ROOT / "valuespectrum" / "reporting").rglob("*.py"),
    *(ROOT / "valuespectrum" / "operations").rglob("*.py"),
    *(ROOT / "valuespectrum" / "cli").rglob("*.py"),
    *(ROOT / "docs").rglob("*.md"),
    ROOT / "README.md",
    ROOT / "pyproject.toml",
]


@pytest.mark.parametrize(
    "claim", ["which human values a vision-language model acts on", "values that it holds", "acts on its values"]
)
def test_such_claims_are_recognised(claim: str) -> None:
    assert TOO_MUCH.search(claim)


def test_nothing_says_that_a_model_acts_on_values() -> None:
    told = {path: TOO_MUCH.search(" ".join(path.read_text(encoding="utf-8").split())) for path in TOLD}
    assert {str(path.relative_to(ROOT)): found[0] for path, found in told.items() if found} == {}


def test_the_sentence_at_the_top_says_likes_pictures_of() -> None:
    plain = profile()
    flat = replace(plain, rows=tuple(replace(row, centred=Estimate(0.0, -1.0, 1.0)) for row in plain.rows))
    variants = [plain, flat, profile(p=0.9), profile(p=None), replace(plain, rows=plain.rows[:1])]
    for each in variants:
        told = data(profiles=(each,))
        sentence = headline(told)
        assert "likes pictures of" in sentence or "preference for pictures of" in sentence, sentence
        assert not TOO_MUCH.search(" ".join([sentence, *findings(told)]))
