from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_pages import COVERS, data, profile, read

from valuespectrum.reporting.elements.charts import CODES, exposure_codes, exposure_shares, value_circle
from valuespectrum.reporting.elements.data import (
    Estimate,
    ModelProfile,
    ReportData,
    ValueRow,
)
from valuespectrum.reporting.elements.words import (
    PUBLISHED,
    clean,
    findings,
    headline,
    moved_in_words,
)
from valuespectrum.reporting.measured import read_personas, read_profiles
from valuespectrum.reporting.page import render, write_report
from valuespectrum.runs.manifest import Manifest
from valuespectrum.scoring.facets.findings import NO_SPREAD
from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.scoring.personas.placebos import ALIKE
from valuespectrum.theory.values import HIGHER_ORDER, LABELS, VALUES
from vectorstore.foundation.errors import StorageError
from vectorstore.foundation.json_types import Json

HOSTILE = "</p><script>alert(1)</script><img src=x onerror=alert(2)> & \"quoted\" 'single' \u202e\x00 {{ 7 * 7 }}"


def test_the_page_is_whole_and_loads_nothing() -> None:
    reader = read(render(data()))
    names = {tag for tag, _ in reader.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "form", "base"}
    for tag, attributes in reader.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/jpeg;base64,")), (tag, attributes)
    assert not re.search(r"url\(|@import|https?://", render(data()).replace("http-equiv", ""))


def test_ids_are_unique_and_charts_speak() -> None:
    reader = read(render(data()))
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    pointers = [str(attributes["href"])[1:] for tag, attributes in reader.tags if tag == "textpath"]
    assert set(pointers) <= set(ids) and len(pointers) == len(VALUES) + len(HIGHER_ORDER)
    charts = [tag for tag, _ in reader.tags].count("svg")
    assert charts and charts == len(re.findall(r"<svg[^>]*role=\"img\"[^>]*><title>", render(data())))
    assert all(attributes.get("alt") is not None for tag, attributes in reader.tags if tag == "img")


def test_text_from_outside_stays_text() -> None:
    page = render(data(HOSTILE))
    reader = read(page)
    assert "script" not in {tag for tag, _ in reader.tags}
    assert len([tag for tag, _ in reader.tags if tag == "img"]) == len(
        [t for t, _ in read(render(data())).tags if t == "img"]
    )
    assert "alert(1)" in " ".join(reader.text) and "{{ 7 * 7 }}" in page
    assert "\u202e" not in page and "\x00" not in page


def test_long_text_is_cut() -> None:
    assert len(render(data("word " * 50_000))) < len(render(data())) + 60_000


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.integers(1, 100))
def test_clean_text_is_one_printable_short_line(text: str, longest: int) -> None:
    cleaned = clean(text, longest)
    assert len(cleaned) <= longest
    assert all(letter.isprintable() for letter in cleaned)
    assert cleaned == cleaned.strip()


def test_the_headline_does_not_claim_more_than_the_numbers() -> None:
    assert "of universalism and benevolence more" in headline(data())
    assert "of stimulation and self-direction less than of values in general" in headline(data())
    flat = data(profiles=(profile(p=0.4),))
    assert "no preference for pictures" in headline(flat)
    unsure = replace(profile(), rows=tuple(replace(row, p_adjusted=0.2) for row in profile().rows))
    assert "more than of others, but not surely of which" in headline(data(profiles=(unsure,)))
    assert "was not tested" in headline(data(profiles=(profile(p=None),)))
    assert "nothing about what" in headline(data(profiles=(replace(profile(), doubted=True),)))
    assert "nothing about what" in headline(replace(data(), profiles=(), cautions=("this is no such clip",)))
    assert "not to conclude from" in headline(data(profiles=(replace(profile(), published=True),)))
    unmeasured = ModelProfile("m", tuple(ValueRow(value, Estimate(None), Estimate(None)) for value in VALUES))
    assert "Too little" in headline(data(profiles=(unmeasured,)))
    assert read(render(data(profiles=(unmeasured,))))


def test_instruments_of_calibration_are_named_as_such() -> None:
    assert "Instruments of calibration" in render(data())
    real = ReportData("t", (profile("hf:somebody/model", planted=False),))
    page = render(real)
    assert "Instruments of calibration" not in page
    assert "lanted" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S)


def test_the_title_names_the_models_and_the_contents_lead_everywhere() -> None:
    page = render(data())
    assert "<title>reference:amber, reference:birch · plain</title>" in page
    reader = read(page)
    ids = {attributes["id"] for _, attributes in reader.tags if "id" in attributes}
    links = [str(attributes["href"])[1:] for tag, attributes in reader.tags if tag == "a"]
    headings = [attributes["id"] for tag, attributes in reader.tags if tag == "h2"]
    assert set(links) <= ids
    assert [link for link in dict.fromkeys(links)] == headings  # noqa: C416


def test_claims_about_personas_come_from_verdicts() -> None:
    said = moved_in_words(["moved"] * 3 + ["moved away"])
    assert said.startswith("3 of 4 personas moved the answers") and "at most 0.1 would seem to, on average" in said
    assert "1 moved them away" in said
    told = " ".join(findings(data()))
    assert "0 of 1 personas" in told and "1 did neither, as far as can be told" in told
    (role,) = data().personas
    unknown = replace(role, verdict="unknown", why="one placebo text was measured, 5 are needed")
    told = " ".join(findings(replace(data(), personas=(unknown,))))
    assert "0 of 1 personas" not in told and "What 1 personas did is not known." in told
    assert "Unknown: one placebo text was measured" in render(replace(data(), personas=(unknown,)))


def test_wordings_of_a_persona_are_not_called_further_personas() -> None:
    said = moved_in_words(["moved", "moved", "unknown", "moved away"], ["boss", "boss@2", "boss@3", "monk"])
    assert said.startswith("2 of 3 roles of 2 personas moved") and "what 1 roles of 2 personas did" in said
    assert moved_in_words(["moved"], ["boss@2"]).startswith("1 of 1 personas moved")
    (role,) = data().personas
    told = " ".join(findings(replace(data(), personas=(role, replace(role, persona="p@2")))))
    assert "0 of 2 roles of 1 persona moved" in told


def test_the_panel_says_what_a_persona_did_and_how_sure_that_is() -> None:
    (role,) = data().personas
    page = render(data())
    assert '+0.70 <span class="range">[+0.40, +0.90]</span>' in page and "0.80 of 0.75" in page
    assert "Not distinguishable from any text." in page and "covers other placebo texts" in page
    assert "Power +1.20 [+0.50, +1.90]" in page and 'class="whisker"' in page
    calm = replace(role, clear=())
    assert "No shift of a single value stands out" in render(replace(data(), personas=(calm,)))


def test_shifts_are_told_on_the_scale_and_over_the_values_that_were_measured() -> None:
    """Shifts of steps are below one, and those of refined values have no place on the circle of ten."""
    (role,) = data().personas
    steps = replace(role, in_log_odds=False, shifts={"power": Estimate(0.34, 0.1, 0.58)})
    page = render(replace(data(), personas=(steps,)))
    assert "Power +0.34 [+0.10, +0.58]" in page and 'class="bars"' in page
    points = replace(role, in_log_odds=False, shifts={"power": Estimate(34.2, 10.0, 58.4)})
    assert "Power +34 [+10, +58]" in render(replace(data(), personas=(points,)))
    shifts = {"hedonism": Estimate(0.3, 0.1, 0.5), "universalism_nature": Estimate(-0.5, -0.8, -0.2)}
    refined = replace(steps, shifts=shifts, clear=("universalism_nature",))
    page = render(replace(data(), personas=(refined,)))
    assert "Universalism nature −0.50 [−0.80, −0.20]" in page and "Hedonism shift +0.30" in page
    assert 'class="bars"' not in page


def test_a_sanitised_persona_a_judged_target_and_how_a_model_plays_are_said() -> None:
    (role,) = data().personas
    assert "anitised" not in render(data()) and "judged by" not in render(data())
    told = replace(role, played="sanitised", played_why="what is not is left out <b>", judge="openai:judge\u202e")
    page = render(
        replace(data(), personas=(told,), playing=(("", "m (simple) plays nicer persons than it was told: x."),))
    )
    assert '<span class="badge">sanitised</span>' in page and "left out &lt;b&gt;" in page
    assert "Target judged by openai:judge." in page and "plays nicer persons than it was told: x." in page


def test_personas_of_several_runs_stand_under_their_runs() -> None:
    (role,) = data().personas
    first, second = replace(role, run="one"), replace(role, run="<two>", pull=Estimate(40.0), in_log_odds=False)
    plays = (("one", "m plays as told: first."), ("<two>", "m plays as told: second."))
    whole = replace(data(), personas=(first, replace(second, verdict="moved away"), first), playing=plays)
    panel = render(whole).split('aria-labelledby="personas"')[1].split("</section>")[0]
    lead, one, two = panel.split("<h3>Run ")
    assert one.startswith("one<") and two.startswith("&lt;two&gt; ") and "<table" not in lead
    assert one.count("<figure") == 2 and two.count("<figure") == 1 and "moved away" not in one
    assert "first." in one and "second." in two and "second." not in one
    assert "−40" in two and "−40" not in one, "a run in points has an axis of its own"
    told = [sentence for sentence in findings(whole) if "persona" in sentence]
    assert [sentence.partition(":")[0] for sentence in told] == ["In the run one", "In the run <two>"]
    assert "<h3>Run" not in render(data())


def test_every_interval_says_what_was_drawn_again() -> None:
    page = " ".join(read(render(data())).text)
    captions = re.findall(r"<caption>(.*?)</caption>", render(data()))
    units = ("over clips", "over placebo texts", "over values")
    assert captions and all(any(unit in each for unit in units) for each in captions if "interval" in each)
    assert COVERS in page
    assert "F = 12.0 (8.4 and 31 degrees of freedom) over 10 values, p < 0.0001" in page


def test_numbers_without_interval_say_why() -> None:
    rows = tuple(replace(row, headline=Estimate(1.0, why=NO_SPREAD)) for row in profile().rows)
    page = render(data(profiles=(replace(profile(), rows=rows),)))
    assert f"no interval: {NO_SPREAD}" in page and "<sup>‡</sup>" in page and "[+1.00, +1.00]" not in page
    still = replace(data().personas[0], beyond=Estimate(0.5, why=ALIKE), aligned=None, ceiling=None)
    page = render(replace(data(), personas=(still,)))
    assert "no interval: the placebo texts all did exactly the same" in page and "+0.50<sup>=</sup>" in page
    untested = replace(still, shifts={"power": Estimate(1.2, why=ALIKE)}, clear=())
    assert "are not tested" in render(replace(data(), personas=(untested,)))


def test_every_model_has_a_dot_for_every_value_and_whiskers_where_an_interval_is_known() -> None:
    sure = tuple(replace(row, headline=Estimate(0.8, -0.2, 1.8)) for row in profile().rows)
    unsure = tuple(replace(row, headline=Estimate(0.8, why=NO_SPREAD)) for row in profile().rows)
    shown = [replace(profile(model), rows=rows) for model, rows in (("a", sure), ("b", unsure), ("c", sure))]
    page = render(data(profiles=tuple(shown)))
    beside = page.split('<div class="wide-grid beside">')[1].split('<div class="grid">')[0]
    assert beside.count("<table") == len(VALUES)
    for value in VALUES:
        assert beside.count(f'class="dot v-{value}"') == 3
        assert beside.count(f'class="interval v-{value}"') == 2
    assert "[−0.20, +1.80]" in beside and "<span>−2</span>" in beside
    assert "Rank correlation with what was planted: a 1.00, b 1.00 and c 1.00." in beside


def test_points_and_log_odds_are_never_on_one_scale() -> None:
    points = tuple(replace(row, headline=row.centred) for row in profile().rows)
    page = render(data(profiles=(profile("a"), replace(profile("b"), rows=points, published=True, in_log_odds=False))))
    first, second = page.split('<div class="wide-grid beside">')[1:]
    assert first.count("<table") == second.split('<div class="grid">')[0].count("<table") == len(VALUES)
    assert "centred log-odds: 1 of 2 profiles" in page and "centred points of 100: 1 of 2 profiles" in page


def test_answers_that_were_read_in_two_ways_are_never_on_one_scale() -> None:
    """Counted draws shrink otherwise than log-probabilities: `compare` refuses the two, and a page draws them apart."""
    drawn = [replace(profile(model), read="counted draws") for model in ("b", "c")]
    page = render(data(profiles=(replace(profile("a"), read="log-probabilities"), *drawn)))
    first, second = page.split('<div class="wide-grid beside">')[1:]
    assert first.count('class="dot v-power"') == 1
    assert second.split('<div class="grid">')[0].count('class="dot v-power"') == 2
    assert "centred log-odds, by log-probabilities: 1 of 3 profiles" in page
    assert "centred log-odds, by counted draws: 2 of 3 profiles" in page
    alike = render(data(profiles=tuple(drawn)))
    assert "In centred log-odds." in alike and alike.count('<div class="wide-grid beside">') == 1


def test_a_phone_shows_every_column() -> None:
    page = render(data())
    small = page.split("@media (max-width: 560px)")[1].split("@media print")[0]
    assert "optional" not in page and not re.search(r"\.(number|range)[^{]*{[^}]*display: none", small)
    for label in ("Beyond a placebo text", "Pull", "Keep", "Aligned, of at most", "Verdict"):
        assert f'data-label="{label}"' in page


def test_values_have_names_where_they_have_colours() -> None:
    page = render(data())
    assert len(set(CODES.values())) == len(VALUES)
    for marks in (page.split('class="codes"')[1], page.split('class="exposure"')[1]):
        assert any(f">{code}</span>" in marks for code in CODES.values())
    shown = data().sessions[0]
    heights = [height for _, height in exposure_codes(shown, 10)]
    assert heights == sorted(heights, reverse=True)


def _manifest(**settings: object) -> Manifest:
    return Manifest({"battery": {"name": "like"}, "models": {}, "personas": [], "roles": [], "seed": 0} | settings, {})


def test_a_warning_is_red_and_takes_the_planted_truth_away() -> None:
    page = render(replace(data(), cautions=("the reference embedder knows nothing but drawn clips",)))
    assert 'class="notice alarm" role="alert"' in page
    for sentence in findings(replace(data(), cautions=("x",))):
        assert "closer" not in sentence
    manifest = _manifest(models={"reference:amber@1": {}})
    scores = {"respondents": [_respondent()]}
    assert read_profiles(scores, manifest)[0].recovery is not None
    (warned,) = read_profiles(scores, manifest, checkable=False)
    assert warned.recovery is None and all(row.planted is None for row in warned.rows)
    assert "not compared" in warned.notes[-1]


def test_planted_liking_is_set_beside_liking_alone() -> None:
    """What share of clips is watched on, or how interesting they are, is another percentage."""
    manifest = _manifest(models={"reference:amber@1": {}})
    for instrument in ("behaviour", "isq"):
        (found,) = read_profiles({"respondents": [_respondent() | {"instrument": instrument}]}, manifest)
        assert found.recovery is None and all(row.planted is None for row in found.rows)
        assert found.truth is not None and "another percentage" in found.notes[-1]
    pairs: Json = {**_respondent(), "instrument": "pairs"}
    pairs["profile"] = {value: {**row, "centred_log_odds": 0.1} for value, row in pairs["profile"].items()}
    assert read_profiles({"respondents": [pairs]}, manifest)[0].recovery is not None


def _respondent() -> dict[str, object]:
    row = {"mean": 50.0, "low": 40.0, "high": 60.0, "why": "", "centred": 0.0, "centred_low": -9.0, "centred_high": 9.0}
    row |= {"rank": 1, "rank_low": 1, "rank_high": 10, "n_units": 9, "n_answers": 72}
    return {
        **{"model": "reference:amber@1", "persona": "none", "strategy": "none", "placebo": False, "n_asks": 9},
        **{"profile": dict.fromkeys(VALUES, row), "bias": {}, "rates": {}, "differences": None, "notes": []},
        **{"overall": {"mean": 50.0, "low": 40.0, "high": 60.0}, "n_units": 90},
        **{"value_set": "schwartz_10", "instrument": "vqa"},
    }


def test_a_run_of_the_published_protocol_carries_its_caveat() -> None:
    table = {"scores": dict.fromkeys(VALUES, 50.0), "n": dict.fromkeys(VALUES, 9)}
    paper = _respondent() | {"instrument": "paper", "paper": table}
    liked = _respondent() | {"paper": table}
    assert not read_profiles({"respondents": [liked]}, _manifest())[0].published, "a key decides nothing"
    (found,) = read_profiles({"respondents": [paper]}, _manifest())
    assert found.published and found.recovery is None
    assert all(row.rank is None and row.centred.low is None for row in found.rows)
    page = render(data(profiles=(found,)))
    assert PUBLISHED in page and "counts as a no" in page and "never as a dislike" not in page
    assert "asked four ways" not in page and "likes pictures of universalism" not in page
    bare = {name: part for name, part in paper.items() if name != "profile"}
    assert read_profiles({"respondents": [bare]}, _manifest())[0].published


def test_how_refusals_count_is_said_of_each_way_of_asking() -> None:
    table = {"scores": dict.fromkeys(VALUES, 50.0), "n": dict.fromkeys(VALUES, 9)}
    (found,) = read_profiles({"respondents": [_respondent() | {"instrument": "paper", "paper": table}]}, _manifest())
    refused = {"refusal": Estimate(0.2, 0.1, 0.3)}
    own, protocol = replace(profile(), rates=refused), replace(found, rates=refused)
    page = render(data(profiles=(protocol,)))
    assert "a no by the published protocol" in page and "never counted as dislike" not in page
    page = render(data(profiles=(own, protocol)))
    assert "never counted as dislike, but as a no by the published protocol" in page
    assert "never as a dislike, but by the published protocol, where it counts as a no" in page
    assert "asked four ways" in page and "asks in one form only, they are part of the values" in page


def test_leans_are_said_to_be_taken_out_where_questions_are_asked_in_four_ways() -> None:
    assert "asked four ways" in render(data())
    counted = replace(profile(), bias={}, instrument="pairs")
    page = render(data(profiles=(counted,)))
    assert "asked four ways" not in page and "Refusals" in page


def test_limits_of_an_answering_are_told() -> None:
    spoken = _respondent() | {"refusal_by_value": {"power": 0.3, "tradition": 0.0}}
    spoken["identification"] = {"status": "order only", "why": "single most likely texts have no chances"}
    (found,) = read_profiles({"respondents": [spoken]}, _manifest())
    page = render(data(profiles=(profile(), found)))
    assert "Power 30%" in page and "Tradition 0%" not in page
    assert "only the order of values is told" in headline(data(profiles=(found,)))
    silent = replace(found, identified=("not identifiable", "negation is not understood (r = -0.99)"))
    assert "cannot be told from its answers: negation is not understood" in headline(data(profiles=(silent,)))


def test_a_flagged_guard_is_named_in_the_headline_and_told_in_its_panel() -> None:
    failed = Finding("refusals", "flagged", 0.001, 0.05, "40% of the asks about Power were refused")
    flagged = replace(profile(), guards=(*profile().guards, failed))
    assert headline(data(profiles=(flagged,))).endswith("Flagged: refusals differ between values.")
    page = render(data(profiles=(flagged,)))
    assert "<strong>flagged</strong>" in page and failed.statement in page
    assert "Flagged" not in headline(data()) and "nothing flagged" in render(data())


def test_scores_of_a_release_with_one_placebo_text_say_that_it_cannot_tell() -> None:
    people = [{"id": "a", "name": "Ann", "target": {}}]
    roles = [{"persona": "a", "strategy": "simple", "placebo": False, "system": "I sail."}]
    row = {"model": "m", "strategy": "simple", "target": dict.fromkeys(VALUES, 0.0), "aligned": 0.5, "moved": "closer"}
    scores = {"respondents": [], "personas": [row | {"persona": "a", "gain": 0.4, "placebo": 0.1}]}
    (found,) = read_personas(scores, _manifest(roles=roles, personas=people))
    assert (found.name, found.prompt, found.verdict) == ("Ann", "I sail.", "unknown")
    assert "one placebo text, which cannot tell" in found.why and found.beyond.mean is None
    page = render(replace(data(), personas=(found,)))
    assert "one placebo text, which cannot tell" in page and "closer" not in page


def test_a_shift_stands_out_however_small_its_p() -> None:
    shift: dict[str, float | None] = {"mean": 9.0, "low": 8.9, "high": 9.1}
    chances = {"power": 0.0, "security": 0.01, "hedonism": 0.2, "tradition": None}
    row = {"model": "m", "persona": "a", "strategy": "simple", "target": dict.fromkeys(VALUES, 0.0), "aligned": 0.5}
    row |= {"verdict": "moved", "why": "", "shifts": {value: shift | {"p_adjusted": p} for value, p in chances.items()}}
    (found,) = read_personas({"respondents": [], "personas": [row]}, _manifest())
    assert found.clear == ("power", "security")


def test_the_circle_draws_liking_to_scale() -> None:
    chart = str(value_circle(profile(), "c"))
    assert all(LABELS[value] in chart for value in VALUES)
    radii = [
        float(radius)
        for radius in re.findall(r'class="edge"|A([\d.]+) [\d.]+ 0 0 1 [^"]*" class="edge"', chart)
        if radius
    ]
    assert radii == sorted(radii) and len(set(radii)) == len(VALUES)


def test_exposure_shares_sum_to_one() -> None:
    session = data().sessions[0]
    shares = exposure_shares(session, window=5)
    assert len(shares) == len(session.steps)
    assert all(abs(sum(row.values()) - 1) < 1e-9 for row in shares)
    assert shares[-1][""] == pytest.approx(1 / 5)


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.html"
    write_report(data(), path)
    assert path.read_text(encoding="utf-8") == render(data())
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        write_report(data(), tmp_path / "file" / "report.html")
