"""Rules of every panel: tables fit their box and are named, reasons stand beside numbers, others' words stay words."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from report_pages import conditions, data, group, profile, read

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting import page as pages
from valuespectrum.reporting.elements.data import Estimate, ReportData, ReportedRun
from valuespectrum.reporting.elements.instruments import APART
from valuespectrum.reporting.elements.words import mark
from valuespectrum.reporting.load import one_level
from valuespectrum.reporting.page import render
from valuespectrum.runs.manifest import Manifest
from valuespectrum.scoring.facets import findings
from valuespectrum.scoring.personas.placebos import ALIKE, EXACT
from valuespectrum.theory.value_sets import TEN
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

TEMPLATES = sorted(Path(pages.__file__).parent.rglob("*.jinja"))
HOSTILE = "<script>alert(1)</script>\"'{{ 7 * 7 }}\u202e\x00" + "word " * 2000
WHY = "of this very reason"


def estimate(why: str = "") -> Json:
    """A number with its interval, or with the reason why there is none."""
    return Estimate(0.5, why=why).to_json() if why else Estimate(0.5, 0.1, 0.9).to_json()


def comparison(text: str, why: str = "") -> Json:
    """Two respondents, one value, one clip; and a trend."""
    row = {**estimate(why), "p_adjusted": None, "verdict": "not known", "why": text}
    clip = {"clip": text, "value": text, "mean": 1.0, "low": 0.1, "high": 2.0, "size": text}
    slope = {"values": {"power": {**Estimate(0.5, why=why).to_json("centred"), "centred_p_adjusted": None}}}
    pair = {
        **{"first": text, "second": text, "values": {"power": row}, "ranks": {"first": {}, "second": {}}},
        **{"differ": {"p_adjusted": None}, "general": estimate(why), "covers": text, "notes": [text], "left_out": []},
        "clips": {"why": "", "flagged": [clip], "tested": 1, "rate": 0.05, "spread": None},
    }
    return {
        **{
            "value_set": TEN.to_json(),
            "unit": text,
            "places_left_out": [text],
            "level": 0.95,
            "margin": 0.5,
            "left_out": [{"label": text, "why": text}],
        },
        **{"comparisons": [pair], "places": [{"respondent": text, "values": {}}]},
        "drift": {"at": [0, 1], "unit": text, "slope": {**slope, "covers": text}},
    }


def steered(text: str, why: str = "") -> Json:
    """A model before and after steering, one value."""
    both = {"before": estimate(why), "after": estimate(why)}
    pair = {
        **{"before": {"label": text}, "after": {"label": text}, "unit": text, "level": 0.95, "verdict": text},
        **{"value_set": TEN.to_json(), "target": {"value": "power", "direction": text, "told_by": text}},
        "values": {"power": {**estimate(why), "p": None, "p_adjusted": None, "changed": None, "group": "target"}},
        **{"groups": {"rest": estimate(why)}, "general": estimate(why), "p_differ": None, "covers": text},
        **{"lost": {"before": 0.0, "after": 0.1}, "rates": {"refusal": both}, "notes": [text]},
        **{"beside": {text: {"before": 1.0, "after": 2.0}}, "not_measured": [text], "n_units": 1, "n_wordings": 1},
    }
    return {"pairs": [pair], "left_out": [{"label": text, "why": text}], "fixed": text}


def scores(text: str, why: str = "") -> Json:
    """What panels read from scores themselves."""
    one = {
        **{"model": f"hf:{text}", "persona": NO_PERSONA, "strategy": NO_PERSONA},
        **{"instrument": text, "readout": text, "profile": {}},
        "reliability": {"g": estimate(why), "repeats": {"mean": None, "why": text}, "omega_power": estimate()},
        "shape": {
            "wave": {"told": text},
            "broader": {},
            "axes": {"openness_over_conservation": estimate(why)},
            "people": [{"title": text, "source": text, "spearman": None}],
        },
    }
    told = {"respondents": 3, "complete": 3, "why": text, "notes": [text], "value_set": text, "people": {}}
    told |= {"instrument": text, "readout": text}
    return {"respondents": [one], "presentations": conditions("plain"), "structure": [told]}


def whole(text: str, why: str = "") -> ReportData:
    """A page with panels that others' words come to."""
    run = ReportedRun(Path("run"), Manifest({}, {}), scores(text, why))
    groups = (group(text, why), group(text, why, scale=APART))
    compared, changed = comparison(text, why), steered(text, why)
    return replace(data(text), runs=(run,), comparison=compared, before_after=changed, groups=groups)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_table_scrolls_in_its_own_box_and_has_a_caption(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    found = re.findall(r"(\S+)\s*<table[^>]*>\s*(\S{0,8})", text)
    assert len(found) == text.count("<table")
    assert all(before.endswith('scroll">') and after == "<caption" for before, after in found), found
    assert not re.search(r"<th(?! scope=)[\s>]", text)


def test_tables_go_by_the_box_that_they_are_in() -> None:
    css = (Path(pages.__file__).parent / "report.css").read_text(encoding="utf-8")
    assert re.search(r"\.scroll \{[^}]*overflow-x: auto;[^}]*container-type: inline-size", css)
    windowed = css.split("@media (max-width: 560px)")[1].split("@media print")[0]
    assert not re.search(r"(^|[\s,])(table|td|th|\.forest|\.stacked)\b", windowed)


def test_reasons_that_we_give_have_marks_of_their_own() -> None:
    names = ("ONE_WORDING", "ONE_CLUSTER", "NO_SPREAD", "APART", "TOO_FEW", "NO_CLIPS", "NOT_CROSSED", "ONE_VALUE")
    assert {name for name in vars(findings) if name.isupper()} == set(names)
    known = [str(getattr(findings, name)).format(cluster="search word") for name in names]
    known += [ALIKE, EXACT, "not identifiable", "order only"]
    marks = [mark(Estimate(None, why=reason)) for reason in known]
    assert len(set(marks)) == len(marks) and "*" not in marks
    assert mark(Estimate(1.0, why="too few dilemmas")) == mark(Estimate(1.0, why="too few clips"))


def test_a_number_without_interval_has_its_reason_beside_it_in_every_panel() -> None:
    bare = Estimate(0.5, why=WHY)
    rows = tuple(replace(row, headline=bare, liking=bare) for row in profile().rows)
    model = replace(profile(), rows=rows, bias={"yes_lean_points": bare}, rates={"refusal": bare})
    (role,) = data().personas
    played = replace(role, keep=bare, pull=bare, beyond=bare, shifts=dict.fromkeys(VALUES, bare), clear=())
    shown = conditions("plain")
    number = bare.to_json()
    shown["conditions"][0] |= {"kept": number, "visual_share": number, "general": number, "values": {"power": number}}
    base = whole("plain", WHY)
    run = replace(base.runs[0], scores=base.runs[0].scores | {"presentations": shown})
    page = render(replace(base, profiles=(model, model), personas=(played,), runs=(run,)))
    for part in page.split("<section ")[1:]:
        body = part.partition("</section>")[0]
        if "<sup>*</sup>" in body or re.search(r"\d \*", body):
            assert f"<sup>*</sup> no interval: {WHY}." in body, body[:80]
    assert len(re.findall(WHY, page)) >= 8


def test_what_pictures_do_is_told_in_what_it_is_in() -> None:
    shown = conditions("plain")
    number = Estimate(0.5, why=WHY).to_json()
    shown["conditions"][0] |= {"why": "", "unit": "steps of 1 to 7", "general": number, "values": {"power": number}}
    base = whole("plain", WHY)
    run = replace(base.runs[0], scores=base.runs[0].scores | {"presentations": shown})
    page = render(replace(base, runs=(run,)))
    assert "Centred steps of 1 to 7 with" in page and "Liked less in general, steps of 1 to 7" in page


def test_others_words_stay_words_of_bounded_length_in_every_panel() -> None:
    page, plain = render(whole(HOSTILE)), render(whole("plain"))
    reader = read(page)
    assert [tag for tag, _ in reader.tags] == [tag for tag, _ in read(plain).tags]
    assert "\u202e" not in page and "\x00" not in page and "{{ 7 * 7 }}" in page
    assert len(page) < len(plain) + 150_000


def test_the_page_says_at_which_level_its_intervals_are() -> None:
    profiles = tuple(replace(each, level=0.9) for each in data().profiles)
    groups = tuple(replace(each, level=0.9) for each in data().groups)
    page = render(replace(data(), profiles=profiles, groups=groups))
    assert "95 %" not in page and "90 % intervals over clips" in page
    runs = [
        ReportedRun(Path(name), Manifest({}, {}), {"scoring": {"level": at}}) for name, at in (("a", 0.9), ("b", 0.95))
    ]
    assert one_level(runs[:1]) == 0.9
    with pytest.raises(InputError, match="a was scored with intervals at 90 %, b at 95 %"):
        one_level(runs)


def test_a_caption_claims_no_wordings_that_the_intervals_do_not_cover() -> None:
    """What intervals cover is in one place, the sentence of the scores: COVERS is silent about wordings."""
    page = render(data())
    assert "95 % intervals over clips and what else is told below" in page
    assert "where several were asked" not in page and "where they are over other wordings" in page
    untold = replace(data(), profiles=tuple(replace(each, covers="") for each in data().profiles))
    assert "95 % intervals over clips; the marks" in render(untold)


def test_profiles_are_on_log_odds_by_what_they_are_and_not_by_their_numbers() -> None:
    zero = Estimate(0.0, why=findings.NO_SPREAD)
    flat = replace(profile(), rows=tuple(replace(row, centred=zero, headline=zero) for row in profile().rows))
    assert "in_log_odds" in {each.name for each in fields(flat)} and flat.in_log_odds
    assert "Centred log-odds" in render(data(profiles=(flat,)))
