"""Portraits on respondents whose values are planted: recovered, centred by the mean of all items, with leans beside."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planted_instruments import answered, measured, member, pictures, setting, twin

from agents.answers.respondent import BARE
from agents.models.base import Ask
from agents.models.parsing.parse import parse_answer
from agents.personas.persona import load_personas
from bench.truth.portraits import planted_portraits
from valuespectrum.instruments.base import Recoverable, Setting, Tabled
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.portraits.asking import PortraitWay, option_choices
from valuespectrum.instruments.portraits.forms import own_form
from valuespectrum.instruments.portraits.instrument import PortraitInstrument
from valuespectrum.instruments.portraits.options import PortraitOptions
from valuespectrum.instruments.registry import load_instrument
from valuespectrum.instruments.roles import roles
from valuespectrum.reference.planted import said_shares
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.facets.tables import check_comparable
from valuespectrum.scoring.recovery import spearman
from valuespectrum.theory.value_sets import GROUPS, NINETEEN, TEN
from vectorstore.foundation.errors import InputError

SCORING = ScoringOptions(draws=100)


def _asks(**options: Any) -> list[Ask]:
    return list(PortraitInstrument(PortraitOptions(**options)).questions(Setting((BARE,))))


@cache
def _answers(who: str, **options: Any) -> pd.DataFrame:
    return answered(_asks(**options), twin(who))


def _measured(who: str, **options: Any) -> Measurement:
    return measured(PortraitInstrument(PortraitOptions(**options)), _answers(who, **options), SCORING)


def _centred(found: Measurement) -> dict[str, float]:
    return {value: score.centred.mean for value, score in found.scores.items() if score.centred.mean is not None}


@pytest.mark.parametrize("scoring", ["ten", "nineteen"])
@pytest.mark.parametrize("who", ["amber", "pearl"])
def test_planted_values_come_back(who: str, scoring: str) -> None:
    """What is planted in words, not in pictures: pearl's circle is turned between the two."""
    found = _measured(who, scoring=scoring)
    instrument = PortraitInstrument(PortraitOptions(scoring=scoring))
    assert isinstance(instrument, Recoverable) and isinstance(instrument, Tabled)
    goal = instrument.expected_centred(said_shares(member(who)))
    assert (spearman(_centred(found), goal) or 0) > 0.95
    inside = [
        (score.centred.low or 0) <= goal[value] <= (score.centred.high or 0) for value, score in found.scores.items()
    ]
    assert sum(inside) >= 0.85 * len(inside)
    assert found.verdicts[0].startswith("describes itself more by")
    assert "other items of the same values" in found.covers and "clip" not in found.covers
    assert not [finding for finding in found.guards if finding.flagged]


def test_scores_are_centred_on_all_items_and_not_on_values() -> None:
    """Among the ten, face counts for none and universalism has most items: MRAT is over all 76 all the same."""
    found = _measured("amber")
    ratings = found.table
    assert ratings is not None and found.overall.mean is not None
    means = {value: score.estimate.mean or 0.0 for value, score in found.scores.items()}
    by_value = np.mean(list(means.values()))
    assert abs(found.overall.mean - by_value) > 0.02, "here the two differ, so that the test can fail"
    for value, score in found.scores.items():
        assert score.centred.mean == pytest.approx(means[value] - found.overall.mean, abs=1e-9)
    refined = _measured("amber", scoring="nineteen")
    every = [score.estimate.mean for score in refined.scores.values()]
    assert refined.overall.mean == pytest.approx(np.mean([each or 0.0 for each in every]), abs=1e-9)
    assert found.overall.mean == pytest.approx(refined.overall.mean, abs=1e-9)


@pytest.mark.parametrize("scoring", ["ten", "nineteen", "four"])
def test_one_portrait_of_each_value_tells_numbers_without_intervals(scoring: str) -> None:
    found = _measured("amber", rounds=1, scoring=scoring)
    assert all(score.status == "ok" and score.rank is None for score in found.scores.values())
    for told in (*(score.estimate for score in found.scores.values()), found.overall):
        assert told.mean is not None and told.low is None and "one item of a refined value" in told.why
    goal = PortraitInstrument(PortraitOptions(scoring=scoring, rounds=1)).expected_centred(said_shares(member("amber")))
    assert (spearman(_centred(found), goal) or 0) > 0.9
    assert found.covers == "" and "was not tested: one item of a refined value" in found.verdicts[0]


def test_leans_are_told_and_move_nothing() -> None:
    plain, leaning = _measured("amber,scale=0,acquiescence=0"), _measured("amber,scale=0.3,acquiescence=0.3")
    assert leaning.bias["acquiescence"].side == leaning.bias["scale_lean"].side == 1
    assert plain.bias["acquiescence"].mean == pytest.approx(0.0, abs=0.05)
    off = [abs(_centred(leaning)[value] - _centred(plain)[value]) for value in TEN.dimensions]
    assert max(off) < 0.15


def test_words_and_digits_tell_the_same() -> None:
    digits, words = _measured("amber", rounds=3), _measured("amber", rounds=3, labels="words")
    assert _centred(words) == pytest.approx(_centred(digits), abs=1e-6)
    assert digits.bias["label_order"].mean is None and words.bias["label_order"].side == 1
    both = _asks(labels="both", rounds=1)
    mixed = _measured("amber", rounds=3, labels="both", wordings=1)
    assert _centred(mixed) == pytest.approx(_centred(_measured("amber", rounds=3, wordings=1)), abs=1e-6)
    assert mixed.bias["label_order"].mean == pytest.approx(mixed.bias["scale_lean"].mean)
    assert len(both) == 19 * 4 * 4
    assert {len(ask.choices) for ask in both} == {6}
    assert {ask.choices[0].surfaces[0] for ask in both} == {"1", "not like me at all", "very much like me"}


def test_answers_that_tell_nothing_are_named() -> None:
    constant = _measured("maple")
    assert [finding.name for finding in constant.guards if finding.flagged] == ["constant"]
    instrument = PortraitInstrument()
    silent = _answers("amber").assign(parsed="refusal")
    silent = silent.drop(columns=[name for name in silent if str(name).startswith("log_probability")])
    nothing = measured(instrument, silent, SCORING)
    assert all(score.estimate.mean is None for score in nothing.scores.values())
    assert nothing.verdicts[0].startswith("nothing is told") and nothing.rates["refusal"].mean == 1.0
    few = measured(instrument, silent.assign(parsed=["4", "2"] * 2 + ["refusal"] * (len(silent) - 4)), SCORING)
    assert "was not tested: too few items" in few.verdicts[0], "portraits are no clips"
    assert nothing.n_unscored == 76 and "answered" in [each.name for each in nothing.guards if each.flagged]


def test_the_faker_is_flagged_and_nobody_else() -> None:
    """Ocean shows openly what others like, and half of it when told to be honest."""
    for who, faker in (("ocean", True), ("amber", False), ("yarrow", False)):
        found = _measured(who, frame_of_mind="all", rounds=2, wordings=1)
        flagged = [finding.name for finding in found.guards if finding.flagged]
        assert ("open_faking" in flagged) is faker, who
        assert found.scalars["faking"].mean is not None and found.scalars["faking"].mean > 0
    one = _measured("ocean", rounds=2, wordings=1)
    assert "open_faking" not in one.scalars


def test_draws_are_read_like_probabilities() -> None:
    table = answered(_asks(rounds=3, wordings=1), twin("amber", samples=8))
    found = measured(PortraitInstrument(PortraitOptions(rounds=3, wordings=1)), table, SCORING)
    probable = _measured("amber", rounds=3, wordings=1)
    assert (spearman(_centred(found), _centred(probable)) or 0) > 0.9
    rated = PortraitInstrument(PortraitOptions(rounds=3, wordings=1)).rated(table, SCORING)
    assert rated.kind == "samples" and set(rated.asked["value"]) == set(NINETEEN.dimensions)
    assert rated.weights.sum(axis=1).max() == 8


def test_one_direction_leaves_the_lean_in_and_says_so() -> None:
    found = _measured("amber", directions="ascending", rounds=3)
    assert found.bias["scale_lean"].mean is None
    (directions,) = [finding for finding in found.guards if finding.name == "directions"]
    assert directions.state == "unknown" and "in one direction alone" in directions.statement
    assert found.scores["power"].estimate.mean is not None


def test_one_number_throughout_is_not_said_to_be_one_direction_or_no_reversed_wording() -> None:
    table = _answers("amber", rounds=2).assign(parsed="4")
    table = table.drop(columns=[name for name in table if str(name).startswith("log_probability")])
    found = measured(PortraitInstrument(PortraitOptions(rounds=2)), table, SCORING)
    told = {finding.name: finding for finding in found.guards}
    assert told["constant"].flagged and told["directions"].state == told["negation"].state == "unknown"
    assert all("all alike" in told[name].statement for name in ("directions", "negation"))
    noise = np.random.default_rng(0).normal(scale=1e-13, size=(len(table), 6))
    chances = {f"log_probability_{number}": np.log(1 / 6) + noise[:, number - 1] for number in range(1, 7)}
    rounded = measured(PortraitInstrument(PortraitOptions(rounds=2)), table.assign(**chances), SCORING)
    states = {finding.name: finding.state for finding in rounded.guards}
    assert states["directions"] == states["negation"] == "unknown", "rounding correlates with nothing"


def test_four_values_and_what_humility_and_face_count_for() -> None:
    official = _measured("amber", scoring="four")
    assert [score.n_units for score in official.scores.values()] == [16, 12, 20, 20]
    beside = _measured("amber", scoring="four", humility="self_transcendence", face="conservation")
    assert [score.n_units for score in beside.scores.values()] == [16, 12, 24, 24]
    apart = _measured("amber", humility="apart")
    assert apart.scores["tradition"].n_units == 4
    assert _measured("amber").scores["tradition"].n_units == 8
    assert official.overall.mean == pytest.approx(beside.overall.mean)


def test_options_that_make_no_sense_are_refused() -> None:
    for options, complaint in (
        ({"form": "pvq_50"}, "no scoring key 'pvq_50'"),
        ({"form": "pvq_40", "scoring": "nineteen"}, "does not tell the values"),
        ({"form": "svs", "labels": "words"}, "not every number"),
        ({"file": "texts.csv"}, "which questionnaire"),
        ({"rounds": "9"}, r"rounds must lie in 1\.\.4"),
        ({"labels": "letters"}, "labels is one of"),
    ):
        with pytest.raises(InputError, match=complaint):
            load_instrument("portraits", options)
    with pytest.raises(InputError, match="not ours to pass on"):
        load_instrument("portraits", {"form": "pvq_40"}).cost(0)


@pytest.mark.parametrize(
    ("options", "idle"),
    [
        ({"humility": "self_transcendence"}, "humility=self_transcendence"),
        ({"humility": "apart", "scoring": "four"}, "humility=apart"),
        ({"humility": "apart", "scoring": "nineteen"}, "humility=apart"),
        ({"humility": "apart", "form": "pvq_40", "file": "texts.csv"}, "humility=apart"),
        ({"face": "conservation"}, "face=conservation"),
        ({"face": "conservation", "scoring": "four", "form": "pvq_21", "file": "texts.csv"}, "face=conservation"),
        ({"rounds": "2", "form": "pvq_rr", "file": "texts.csv"}, "rounds=2"),
        ({"directions": "descending", "form": "svs", "file": "texts.csv"}, "directions=descending"),
        ({"wordings": "1", "form": "pvq_40", "file": "texts.csv"}, "wordings=1"),
        ({"text_language": "de"}, "text_language=de"),
    ],
)
def test_options_that_mean_nothing_are_refused_before_anything_is_asked(options: dict[str, str], idle: str) -> None:
    instrument = load_instrument("portraits", options)
    with pytest.raises(InputError, match=f"{idle} means nothing with form=") as refused:
        instrument.cost(1)
    assert refused.value.hint == "leave it out"


def _file(path: Path, rows: str) -> Path:
    path.write_text(rows, encoding="utf-8")
    return path


def test_a_form_of_the_users_is_asked_and_scored(tmp_path: Path) -> None:
    """Texts that the reference world knows stand in for official ones, which are nobody's to pass on."""
    said = iter(item for item in own_form().items)
    rows = "\n".join(f'{number},"{next(said).paraphrases[0]}"' for number in range(1, 41))
    path = _file(tmp_path / "texts.csv", f"number,text\n{rows}\n")
    instrument = load_instrument("portraits", {"form": "pvq_40", "file": str(path)})
    asks = list(instrument.questions(Setting((BARE,))))  # type: ignore[attr-defined]
    assert len(asks) == 80 and "Here is a description of somebody" in asks[0].question
    table = pd.DataFrame([{**ask.tags, "parsed": str(1 + number % 6), "error": ""} for number, ask in enumerate(asks)])
    found = measured(instrument, table, SCORING)
    assert found.n_units == 40 and found.scores["stimulation"].n_units == 3
    assert any("contamination" in note for note in found.notes)
    assert found.details["readout"] == "steps of 1 to 6 of pvq_40, greedy_text"
    ours = _measured("amber", rounds=2, wordings=1).table
    assert found.table is not None and ours is not None
    # Both have an item p01, which is another one in each.
    with pytest.raises(InputError, match="not compared with answers read by steps of 1 to 6 of pvq_40"):
        check_comparable([ours, found.table])
    assert found.bias["acquiescence"].mean is None


def test_answers_about_values_with_too_few_of_them_count_for_the_mean_rating(tmp_path: Path) -> None:
    """MRAT is over all items that were answered, also over those of a value that has no score of its own."""
    rows = "\n".join(f'{number},"Somebody number {number}."' for number in range(1, 41))
    path = _file(tmp_path / "texts.csv", f"number,text\n{rows}\n")
    instrument = PortraitInstrument(PortraitOptions(form="pvq_40", file=str(path)))
    asks = list(instrument.questions(Setting((BARE,))))
    ratings = {f"p{number:02d}": 1 + number % 6 for number in range(1, 41)}
    like = [ratings[str(ask.tags["item"])] for ask in asks]
    said = [each if ask.tags["polarity"] == 1 else 7 - each for ask, each in zip(asks, like, strict=True)]
    table = pd.DataFrame([{**ask.tags, "parsed": str(each), "error": ""} for ask, each in zip(asks, said, strict=True)])
    table.loc[table["item"].isin(["p06", "p15"]), "parsed"] = "refusal"
    found = measured(instrument, table, SCORING)
    mean = np.mean([rating for item, rating in ratings.items() if item not in ("p06", "p15")])
    assert found.overall.mean == pytest.approx(mean) and found.overall.low is not None
    power = found.scores["power"].centred
    assert power.mean == pytest.approx(np.mean([ratings[item] for item in ("p02", "p17", "p39")]) - mean)
    assert power.low is not None
    assert found.scores["stimulation"].estimate.mean is None and found.scores["stimulation"].status == "too few items"
    assert found.details["centred_on"] == "the mean rating of all 38 items that were answered"
    assert any("stimulation" in note and "counts for the mean rating" in note for note in found.notes)


def test_what_was_seen_moves_no_twin_and_whom_it_moves_is_seen() -> None:
    """The first rounds after clips of each value; a respondent who is primed rates portraits of the clip higher."""
    instrument = PortraitInstrument(PortraitOptions(after="clips", wordings=1, rounds=3))
    rows = pictures(3)
    about = setting(rows)
    asks = list(instrument.questions(about))
    assert len(asks) == instrument.cost(len(rows)) == len(instrument.questions(about)) == 30 * 19 * 4  # type: ignore[arg-type]
    assert asks[0].frames and asks[0].question.startswith("You have just seen this. Somebody says")
    shown = {(ask.tags["seen"], ask.tags["item"]) for ask in asks}
    assert len(shown) == 10 * 57, "every portrait follows a clip of every value"
    table = answered(asks, twin("amber"))
    found = measured(instrument, table, SCORING)
    assert _centred(found) == pytest.approx(_centred(_measured("amber", wordings=1, rounds=3)), abs=1e-9)
    assert found.scalars["moved_by_own_clips"].mean == pytest.approx(0.0, abs=1e-12)
    assert "does not cover other clips before them" in found.covers
    plain = instrument.questions(setting(rows)).digest
    assert plain == instrument.questions(about).digest != instrument.questions(setting(rows[1:])).digest
    numbers = [f"log_probability_{number}" for number in range(1, 7)]
    ten_of = {part: value for value, parts in GROUPS["schwartz_19", "schwartz_10"].items() for part in parts}
    own = table["value"].map(ten_of) == table["seen"]
    most = np.where(table["keyed"] * table["polarity"] > 0, "6", "1")
    for number in numbers:
        table.loc[own & (most == number[-1]), number] = 0.0
        table.loc[own & (most != number[-1]), number] = -30.0
    moved = measured(instrument, table, SCORING).scalars["moved_by_own_clips"]
    assert moved.low is not None and moved.low > 1.0
    others = dict(zip(TEN.dimensions, (*TEN.dimensions[1:], TEN.dimensions[0]), strict=True))
    lent = table.assign(seen=table["seen"].map(others), shown_value=table["seen"])
    # What counts is the clip that was shown in the place of another.
    assert measured(instrument, lent, SCORING).scalars["moved_by_own_clips"] == moved
    with pytest.raises(InputError, match="there is no corpus"):
        instrument.questions(Setting((BARE,)))
    assert PortraitInstrument().pictures is None and instrument.pictures == "exclusive"


def test_intervals_cover_what_is_planted_when_items_are_drawn_anew() -> None:
    """A small part of ``python -m bench.truth.portraits``: 8 respondents with values and 8 without."""
    found = planted_portraits(8, options=PortraitOptions(wordings=1))
    assert 0.88 <= found.coverage <= 1.0 and found.spearman > 0.9 and found.differ >= 0.8
    flat = planted_portraits(8, flat=True, options=PortraitOptions(wordings=1))
    assert flat.differ <= 0.25 and flat.stands_out <= 0.25


def test_the_sanitiser_is_told_from_who_obeys() -> None:
    """Raven plays the nice part of a persona alone; all is judged on ratings as it is on log-odds of liking."""
    personas = load_personas(None)[::5]
    instrument = PortraitInstrument(PortraitOptions(rounds=2, wordings=1, directions="ascending"))
    asks = list(instrument.questions(Setting(roles(personas, ("simple",), 6, 0))))
    targets = {persona.id: persona.target for persona in personas}
    for who, verdict in (("raven", "sanitised"), ("amber", "obeyed")):
        table = answered(asks, twin(who)).assign(instrument="portraits")
        (played,) = score_answers(table, SCORING, targets, {"portraits": instrument})["playing"]
        assert played["verdict"] == verdict, played["why"]


def test_likeness_to_people_has_its_sources() -> None:
    people = _measured("amber").details["shape"]["people"]  # type: ignore[index]
    assert {row["name"] for row in people} == {"pan_cultural_49", "raters_569", "us_adults_151", "gss_2012"}
    assert all(row["source"] and row["spearman"] is not None for row in people)


@pytest.mark.parametrize("ascending", [True, False])
def test_labels_that_begin_like_others_are_told_apart_in_words(ascending: bool) -> None:
    """ "Not like me" begins "not like me at all", and "like me" ends both."""
    choices = option_choices(own_form(), PortraitWay("words", ascending))
    for choice in choices:
        for said in (choice.surfaces[0], choice.surfaces[1], f"{choice.surfaces[1]}."):
            assert parse_answer(said, choices) == choice.name
    assert [choice.name for choice in choices] == [f"place_{number}" for number in range(1, 7)]
    assert choices[0].surfaces[0] == ("not like me at all" if ascending else "very much like me")


def test_items_of_no_value_count_for_the_mean_rating_of_the_survey(tmp_path: Path) -> None:
    rows = "\n".join(f'{number},"Guiding principle {number}"' for number in range(1, 58))
    path = _file(tmp_path / "texts.csv", f"number,text\n{rows}\n")
    instrument = PortraitInstrument(PortraitOptions(form="svs", file=str(path)))
    asks = list(instrument.questions(Setting((BARE,))))
    assert len(asks) == 57 and asks[0].choices[0].name == "-1"
    assert "from -1 to 7: -1, opposed to my values, 0, not important" in asks[0].question
    noise = np.random.default_rng(1).integers(0, 2, len(asks))
    said = [3 + int(extra) if ask.tags["value"] else -1 for ask, extra in zip(asks, noise, strict=True)]
    table = pd.DataFrame([{**ask.tags, "parsed": str(each), "error": ""} for ask, each in zip(asks, said, strict=True)])
    found = measured(instrument, table, SCORING)
    assert found.overall.mean == pytest.approx(np.mean(said)), "all 57, and not the 46 that are scored"
    assert all((score.centred.mean or 0) > 0 for score in found.scores.values())
    assert sum(score.n_units for score in found.scores.values()) == 46


def test_broader_values_of_a_shape_are_centred_as_scores_are() -> None:
    """Those that nineteen values make are those that are scored over the ten, on the mean rating of all items."""
    refined, ten = _measured("amber", scoring="nineteen"), _measured("amber")
    broader = refined.details["shape"]["broader"]["schwartz_10"]  # type: ignore[index]
    for value, score in ten.scores.items():
        assert broader[value]["mean"] == pytest.approx(score.centred.mean, abs=1e-9)
        assert broader[value]["se"] == pytest.approx(score.centred.se, rel=1e-6)
    wave = ten.details["shape"]["wave"]  # type: ignore[index]
    means = [score.centred.mean or 0.0 for score in ten.scores.values()]
    assert wave["elevation"] == pytest.approx(np.mean(means)) and abs(np.mean(means)) > 0.02
