"""Items in groups of stored runs: groups by what was asked, planted clips found, and refusals in one line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from compared_runs import clip_world, planted, write_run

import valuespectrum as vs
from agents.answers.respondent import BARE, RespondentColumns
from agents.models.base import Answer, Ask
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from valuespectrum.cli import main
from valuespectrum.comparing.groups.functioning import (
    Across,
    FunctioningOptions,
    comparable,
    functioning_of_runs,
    gathered,
)
from valuespectrum.comparing.groups.item_scores import ItemScores, _AskedItems, _scores, people_scores
from valuespectrum.comparing.rated import RatedSources
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.portraits.instrument import PortraitInstrument
from valuespectrum.instruments.portraits.keys import scoring_key
from valuespectrum.instruments.portraits.options import PortraitOptions
from valuespectrum.operations.validity.functioning import _steps, functioning
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.functioning.invariance import LEVELS_REFUSED
from valuespectrum.theory.value_sets import NINETEEN, TEN
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

PEOPLE, STRANGE, OFF = 16, "power-1", 3.0


class Swayed(SimulatedModel):
    """Likes one clip more than its value says."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask, answer in zip(asks, super().score(asks), strict=True):
            if ask.tags["clip"] != STRANGE:
                yield answer
                continue
            off = OFF * int(ask.tags["polarity"])
            odds = {**answer.log_probabilities, "yes": answer.log_probabilities["yes"] + off}
            total = np.logaddexp.reduce(list(odds.values()))
            yield replace(answer, log_probabilities={name: each - total for name, each in odds.items()})


def crowd(kind: type[SimulatedModel], seed: int) -> list[SimulatedModel]:
    drawn = np.random.default_rng(seed).normal(0.0, 1.0, (PEOPLE, len(VALUES)))
    return [
        kind(SimulatedProfile(values=dict(zip(VALUES, row.tolist(), strict=True)), noise=0.4), seed + at)
        for at, row in enumerate(drawn)
    ]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("groups")
    write_run(folder / "plain", crowd(SimulatedModel, 1), clip_world(3), wordings=1)
    write_run(folder / "swayed", crowd(Swayed, 100), clip_world(3), wordings=1)
    write_run(folder / "small", [planted(1)], clip_world(3), wordings=1)
    return folder


def test_a_clip_that_one_group_likes_for_itself_is_found_and_levels_are_refused(runs: Path) -> None:
    found = functioning([runs / "plain", runs / "swayed"])
    (named,) = [each for each in found.document["items"] if each["flags"]]
    assert named["item"] == STRANGE and named["size"] == "large" and named["shifts"][0]["mean"] > 1
    values = found.document["values"]
    assert values["power"]["scalar"]["status"] == "fails" and values["power"]["differences"][0]["mean"] is None
    assert all(row["scalar"]["status"] != "fails" for value, row in values.items() if value != "power")
    assert "levels are not compared: scalar invariance fails" in str(found) and "refused" in str(found)
    assert len(found.to_pandas()) == 30 and not found.document["paired"]


def said(person: int, condition: str = "frame", instrument: str = "like") -> ItemScores:
    rows = pd.DataFrame({"value": ["power"] * 3, "item": ["a", "b", "c"], "version": ["like", "de", "de"]})
    who = RespondentColumns(f"m:{person}@1", "tycoon")
    return ItemScores(Path("run"), who, condition, instrument, TEN, "samples", rows.assign(score=float(person)), 0)


def test_the_same_people_in_two_groups_are_two_cases_each() -> None:
    everybody = [said(person, condition) for person in range(12) for condition in ("frame", "caption")]
    cases = gathered(everybody, "stimulus")
    assert cases.groups == ("frame", "caption") and cases.counts == (12, 12) and cases.paired
    assert cases.items == ("a", "b", "c") and cases.scores.shape == (24, 3)
    assert (cases.scores[cases.respondent == 5] == 5.0).all()


def test_wordings_of_a_persona_and_runs_of_one_respondent_are_one_case() -> None:
    worded = [
        replace(
            said(person, condition),
            who=RespondentColumns(f"m:{person}@1", f"tycoon{mark}"),
            rows=said(person).rows.assign(score=person + shift),
        )
        for person in range(12)
        for condition in ("frame", "caption")
        for mark, shift in (("", -1.0), ("@2", 0.0), ("@3", 1.0))
    ]
    cases, once = (
        gathered(each, "stimulus")
        for each in (worded, [said(person, way) for person in range(12) for way in ("frame", "caption")])
    )
    assert cases.counts == once.counts == (12, 12) and cases.scores == pytest.approx(once.scores)
    other = [replace(said(person), rows=said(person).rows.assign(score=3.0 * person)) for person in range(12)]
    twice = gathered([*worded, *other], "stimulus")
    assert twice.counts == (12, 12)
    # Three wordings and the same persona again in another run: four numbers, none of which hides the others.
    assert (twice.scores[(twice.respondent == 5) & (twice.group == 0)] == (4 + 5 + 6 + 15) / 4).all()


def test_wordings_make_groups_of_the_items_that_both_asked() -> None:
    everybody = [said(person) for person in range(12)]
    with pytest.raises(InputError, match="not asked the same items"):
        gathered(everybody, "wording")
    asked = [replace(each, rows=pd.concat([each.rows, each.rows.assign(version="like")])) for each in everybody]
    assert gathered(asked, "wording").items == ("b", "c")


def test_two_revisions_of_a_model_are_two_groups() -> None:
    everybody = [
        replace(said(0), who=RespondentColumns(f"m:x@{revision}", f"persona{at}"))
        for revision in (1, 2)
        for at in range(12)
    ]
    cases = gathered(everybody, "model")
    assert cases.groups == ("m:x@1", "m:x@2") and cases.counts == (12, 12)


def test_answers_to_several_instruments_have_no_items_in_common() -> None:
    with pytest.raises(InputError, match="several instruments are not compared: like and scale7"):
        comparable([said(1), said(2, instrument="scale7")])


@pytest.mark.parametrize(
    ("names", "across", "told"),
    [
        (["plain"], "run", "items are compared across groups"),
        (["plain", "small"], "run", "has 1 respondents, and a group needs 10"),
        (["plain"], "model", "16 groups, and at most 8"),
        (["plain"], "stimulus", "there is only 'frame'"),
    ],
)
def test_groups_that_tell_nothing_are_refused(runs: Path, names: list[str], across: Across, told: str) -> None:
    with pytest.raises(InputError, match=told):
        functioning_of_runs([runs / name for name in names], FunctioningOptions(across))


def test_on_the_command_line(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = [str(runs / "plain"), str(runs / "swayed")]
    assert main(["compare", *both, "--functioning", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == vs.functioning([runs / "plain", runs / "swayed"]).to_dict()
    assert main(["compare", *both, "--functioning", "--drift"]) == 2
    assert "--drift means nothing beside --functioning" in capsys.readouterr().err
    assert main(["compare", *both, "--across", "model"]) == 2
    assert "means nothing without --functioning" in capsys.readouterr().err


def test_how_files_are_read_means_nothing_without_any(runs: Path) -> None:
    for options, told in (
        (FunctioningOptions(form="svs"), "--form means nothing"),
        (FunctioningOptions(turned=True), "--turned means nothing"),
    ):
        with pytest.raises(InputError, match=told):
            functioning_of_runs([runs / "plain", runs / "swayed"], options)


def test_a_run_without_item_scores_is_named(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("valuespectrum.comparing.groups.item_scores._scores", lambda *asked: None)
    with pytest.raises(InputError, match="small holds no item scores"):
        functioning_of_runs([runs / "small"], FunctioningOptions())


def test_people_in_files_are_groups(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    held = generator.normal(3.5, 1.0, (60, 1))
    places = []
    for name, easier in (("here", 0.0), ("there", 2.0)):
        said = np.clip(np.rint(held + generator.normal(0.0, 0.6, (60, 4)) + [easier, 0, 0, 0]), 1, 6)
        rows = pd.DataFrame(said, columns=[*"abcd"]).reset_index(names="person").melt("person", var_name="item")
        rows = rows.assign(
            respondent=name, value="power", rating=rows["value"].astype(int), person=name + rows["person"].astype(str)
        )
        places.append(tmp_path / f"{name}.csv")
        rows[["respondent", "person", "value", "item", "rating"]].to_csv(places[-1], index=False)
    found = functioning_of_runs(places, FunctioningOptions())
    assert [each["cases"] for each in found["groups"]] == [60, 60] and found["scale"] == "steps of 1 to 6"
    assert [each["item"] for each in found["items"] if each["flags"]] == ["a"]
    with pytest.raises(InputError, match="is one group: it has no persona"):
        functioning_of_runs(places, FunctioningOptions("persona"))


def test_a_questionnaire_with_nine_steps_brings_its_own_scale(tmp_path: Path) -> None:
    """The value survey runs from -1 to 7, and is not read on the six steps of portraits."""
    generator, key = np.random.default_rng(4), scoring_key("svs")
    ease = np.zeros(key.items)
    for value, easier in (("benevolence", 1.5), ("power", -1.5)):
        ease[np.array(key.numbers[value]) - 1] = easier
    places = [tmp_path / name / "answers.csv" for name in ("here", "there")]
    for place in places:
        place.parent.mkdir()
        said = np.clip(np.rint(3 + ease + generator.normal(0.0, 1.5, (40, key.items))), -1, 7)
        names = ",".join(f"i{number}" for number in range(1, key.items + 1))
        np.savetxt(place, said, delimiter=",", header=names, comments="")
    found = functioning_of_runs(places, FunctioningOptions(form="svs"))
    assert found["scale"] == "steps of 1 to 9" and len(found["items"]) == 46
    assert found["respondents"] == 80 and not found["paired"]


def test_people_who_are_numbered_anew_in_every_respondent_are_not_one(tmp_path: Path) -> None:
    """Two samples in one file, each with people 0 to 11: 24 people, and not 12 who answered everything twice."""
    sizes = {"north": 2, "south": 5}
    rows = [
        (name, person, "power", item, rating)
        for name, rating in sizes.items()
        for person in range(12)
        for item in "abc"
    ]
    place = tmp_path / "both.csv"
    pd.DataFrame(rows, columns=["respondent", "person", "value", "item", "rating"]).to_csv(place, index=False)
    found = people_scores(place, 6, RatedSources())
    assert len({each.who for each in found}) == len(found) == 24
    again = [replace(each, run=Path("again")) for each in found]
    cases = gathered([*found, *again], "run")
    assert cases.counts == (24, 24) and set(cases.scores.flatten()) == set(map(float, sizes.values()))


def test_who_said_nothing_is_no_case_of_another_set_of_values() -> None:
    """Ratings are of the nineteen values that portraits are written for; without any, those that are scored are ten."""
    instrument = PortraitInstrument(PortraitOptions(rounds=1, wordings=1))
    rows = [{**ask.tags, "parsed": "4", "error": ""} for ask in instrument.questions(Setting((BARE,)))]
    asked = _AskedItems(Path("run"), RespondentColumns("m@1"), "", "own ")
    told = _scores(asked, instrument, pd.DataFrame(rows), ScoringOptions())
    assert told is not None and told.value_set == NINETEEN
    # Of hedonism there are ten values, too.
    once = [row | {"parsed": "4" if row["value"] == "hedonism" else "refusal"} for row in rows]
    told = _scores(asked, instrument, pd.DataFrame(once), ScoringOptions())
    assert told is not None and told.value_set == NINETEEN and set(told.rows["value"]) == {"hedonism"}
    assert _scores(asked, instrument, pd.DataFrame(rows).assign(parsed="refusal"), ScoringOptions()) is None


def test_a_difference_that_is_not_known_is_not_called_refused() -> None:
    few = Estimate(None, why="too few respondents answered all its items")
    step = {"status": "not shown", "why": "nothing was found, but 0.90 log-odds could have been missed"}
    row: Json = {**dict.fromkeys(("configural", "metric", "scalar"), step), "differences": [few.to_json()]}
    document: Json = {"groups": [{"name": "a"}, {"name": "b"}], "values": {"power": row}, "scale": "steps of 1 to 6"}
    assert f"not known: {few.why}" in _steps(document, TEN) and "refused" not in _steps(document, TEN)
    refused = Estimate(None, why=f"{LEVELS_REFUSED} (1 of 4 items: p07 (large))")
    row["differences"] = [refused.to_json()]
    assert "refused" in _steps(document, TEN)


def test_a_value_of_which_one_item_was_answered_is_told_apart_from_none(tmp_path: Path) -> None:
    """There is no mean of the other items then, and nothing is warned of on standard error."""
    generator, key = np.random.default_rng(5), scoring_key("pvq_21")
    ease = np.zeros(key.items)
    for value, easier in (("benevolence", 1.0), ("power", -1.0)):
        ease[np.array(key.numbers[value]) - 1] = easier
    places = [tmp_path / f"{name}.csv" for name in ("here", "there")]
    for place in places:
        said = np.clip(np.rint(3.5 + ease + generator.normal(0.0, 1.2, (30, key.items))), 1, 6)
        said[:, key.numbers["tradition"][0] - 1] = np.nan
        names = ",".join(f"i{number}" for number in range(1, key.items + 1))
        np.savetxt(place, said, delimiter=",", header=names, comments="")
    found = functioning_of_runs(places, FunctioningOptions(form="pvq_21"))
    assert found["values"]["tradition"]["configural"]["status"] == "not shown"
