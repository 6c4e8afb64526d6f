"""What was planted in a model is printed whole; where nobody knows it, nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_pages import data, profile

from valuespectrum.reference.cohort import COHORT, OFF_CIRCLE
from valuespectrum.reference.planted import BY_NAME
from valuespectrum.reference.truth import EARLIER_WEIGHTS
from valuespectrum.reporting.measured import read_profiles
from valuespectrum.reporting.page import render
from valuespectrum.reporting.planted import read_truth
from valuespectrum.runs.manifest import Manifest
from valuespectrum.theory.value_sets import NINETEEN
from valuespectrum.theory.values import VALUES


@pytest.mark.parametrize("name", BY_NAME)
def test_the_nineteen_and_every_trait_are_told(name: str) -> None:
    member, truth = BY_NAME[name], read_truth(f"reference:{name}@01", {})
    assert truth is not None
    assert [each.label for each in truth.values] == list(NINETEEN.labels)
    assert [each.pictures for each in truth.values] == list(member.pictures.values())
    assert [each.words for each in truth.values] == list(member.words.values())
    assert truth.off_circle == (None if member.amplitude == 0 else pytest.approx(OFF_CIRCLE))
    told = dict(truth.traits)
    assert ("gives one answer whatever is asked" in told) == bool(member.leans.constant)
    assert ("says what others like when asked openly" in told) == bool(member.faking)
    assert ("obeys personas only towards the desirable" in told) == member.sanitises
    assert told["moral foundations"].count(",") == 5 and told["everyday values"].count(",") == 5


def test_what_makes_each_of_the_cohort_special_is_a_trait_of_its_own() -> None:
    names = [dict(truth.traits) for member in COHORT if (truth := read_truth(f"reference:{member.name}@01", {}))]
    assert len({trait for told in names for trait in told}) == 5 + 12 + 3


@pytest.mark.parametrize("model", ["hf:a/b@1", "reference:acorn@01", f"reference:amber@{EARLIER_WEIGHTS[0]}"])
def test_of_others_nothing_is_told(model: str) -> None:
    assert read_truth(model, {}) is None


def test_the_page_prints_it() -> None:
    page = render(data(profiles=(profile("reference:ocean@1"), profile("hf:a/b", planted=False))))
    part = page[page.index('<section aria-labelledby="planted">') :]
    part = part[: part.index("</section>")]
    assert "42% of the variance" in part and "says what others like when asked openly" in part
    assert all(f'<th scope="row">{label}</th>' in part for label in NINETEEN.labels) and "a/b" not in part
    assert "What was planted" not in render(data(profiles=(profile("hf:a/b", planted=False),)))


def test_how_well_the_part_off_the_circle_was_found_is_said() -> None:
    found = profile()
    assert found.recovery is not None
    told = replace(found, recovery=replace(found.recovery, off_circle=0.93))
    assert "off the circle of values r = 0.93" in render(data(profiles=(told,)))
    assert "off the circle of values r" not in render(data(profiles=(found,)))


def test_earlier_weights_are_shown_and_not_compared() -> None:
    row = {"mean": 50.0, "low": 40.0, "high": 60.0, "why": "", "centred": 0.0, "centred_low": -9.0, "centred_high": 9.0}
    row |= {"rank": 1, "rank_low": 1, "rank_high": 10, "n_units": 9, "n_answers": 72}
    model = f"reference:amber@{EARLIER_WEIGHTS[0]}"
    one = {
        **{"model": model, "persona": "none", "strategy": "none", "placebo": False, "n_asks": 9, "n_units": 90},
        **{"profile": dict.fromkeys(VALUES, row), "bias": {}, "rates": {}, "differences": None, "notes": []},
        **{"overall": {"mean": 50.0}, "value_set": "schwartz_10", "instrument": "like"},
    }
    settings = {"battery": {"name": "like"}, "models": {model: {}}, "personas": [], "roles": [], "seed": 0}
    (found,) = read_profiles({"respondents": [one]}, Manifest(settings, {}))
    assert found.recovery is None and found.truth is None and "earlier release" in found.notes[-1]
