"""Adaptive tests of twins: what is asked, when they end, what it comes to; and of models that answer nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from agents.answers.respondent import BARE, Role
from agents.answers.store import AnswerStore
from agents.models.base import REFUSAL, Answer, Ask, Model, ModelOptions
from agents.procedures.conductor import conduct
from agents.procedures.procedure import SUBJECT
from agents.procedures.stored import replay
from bench.truth.adaptive import Compared, asked, clips, driven, figures, measured, outcome, portraits, table
from valuespectrum.calibration import graded_pilot
from valuespectrum.calibration.graded_pilot import main as pilot_main
from valuespectrum.calibration.graded_pilot import pilot_answers, pilot_bank
from valuespectrum.instruments.adaptive.banks import own_bank, read_bank, write_bank
from valuespectrum.instruments.adaptive.clips import AdaptiveClips, ClipTestOptions
from valuespectrum.instruments.adaptive.guards import same_answer
from valuespectrum.instruments.adaptive.known import Drawn, scores_of
from valuespectrum.instruments.adaptive.portraits import AdaptivePortraits, PortraitTestOptions
from valuespectrum.instruments.adaptive.value_test import Choosing, ItemCandidates, ValueTest
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.portraits.forms import own_form
from valuespectrum.instruments.registry import InstrumentChoice, refuse_other_file
from valuespectrum.instruments.wordings.reading import items_digest
from valuespectrum.measuring.instrument_run import InstrumentOptions, run_instrument
from valuespectrum.reference.planted import BY_NAME
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.graded.choosing import StopRule
from valuespectrum.scoring.graded.fitting import FitOptions, FittedItems, fit
from valuespectrum.scoring.graded.items import Floats, GradedItems
from valuespectrum.scoring.ordinal.rated import RatedAnswers
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.errors import InputError

SCORING = ScoringOptions(draws=400)
ROLES = (BARE, Role("other", "simple", False, "You are somebody else."))


class Says:
    """A model that says the same to everything."""

    settings: Mapping[str, str] = {}

    def __init__(self, text: str, parsed: str) -> None:
        self.id = f"says:{text}@1"
        self._answer = Answer(text=text, parsed=parsed)
        self.windows: list[int] = []

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        self.windows.append(len(asks))
        return (self._answer for _ in asks)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return self.score(asks)


def taken(compared: Compared, model: Model) -> tuple[pd.DataFrame, Measurement]:
    """What is asked of the bare model, and what it comes to."""
    (named,) = compared.test.procedures(compared.setting)
    answers = table(driven(named, model))
    return answers, measured(compared.test, answers, SCORING)


@pytest.fixture(scope="module")
def by_portraits() -> Compared:
    return portraits(PortraitTestOptions())


@pytest.fixture(scope="module")
def by_clips() -> Compared:
    return clips(ClipTestOptions())


@pytest.mark.parametrize("readout", ["log_probability", "greedy_text"])
def test_portraits_say_what_the_whole_form_says(by_portraits: Compared, readout: str) -> None:
    found = figures([outcome(by_portraits, BY_NAME[name], readout) for name in ("amber", "dune", "krill")])
    assert found["r_median"] >= 0.95 and found["share"] <= 0.4


def test_clips_say_what_all_clips_say(by_clips: Compared) -> None:
    found = figures([outcome(by_clips, BY_NAME[name], "log_probability") for name in ("amber", "dune", "krill")])
    assert found["r_median"] >= 0.95 and found["share"] <= 0.4


def test_each_item_is_asked_once_and_directions_and_keyings_are_balanced(by_portraits: Compared) -> None:
    answers, found = taken(by_portraits, TwinModel(BY_NAME["amber"]))
    assert not answers.duplicated(["graded_item"]).any()
    assert (answers["turned"] == answers["keyed"] * answers["polarity"]).all()
    for value, rows in answers.groupby("value"):
        assert rows["keyed"].sum() == 0 and set(rows["keyed"].iloc[:2]) == {1, -1}, value
        assert len(set(rows["polarity"].iloc[:2])) == 1, "leans cancel within a pair"
    firsts = answers.groupby("value", sort=False)["polarity"].first()
    assert abs(firsts.sum()) <= 1, "values take turns in which direction comes first"
    course = found.details["adaptive"]
    assert isinstance(course, dict) and course["asks"] == len(answers) < 0.4 * course["form_asks"]
    assert {each["stopped"] for each in course["values"].values()} <= {"precise", "most asks"}


def test_leans_are_found_whoever_has_them(by_portraits: Compared) -> None:
    amber, krill = (taken(by_portraits, TwinModel(BY_NAME[name]))[1] for name in ("amber", "krill"))
    for name in ("scale_lean", "acquiescence"):
        assert amber.bias[name].side == 1 and krill.bias[name].side == -1, name
    profiles = [[score.centred.mean or 0.0 for score in each.scores.values()] for each in (amber, krill)]
    assert np.asarray(np.corrcoef(profiles))[0, 1] > 0.97, "the same values under opposite leans"


def test_answers_of_a_run_that_was_cut_go_on_and_replay(by_portraits: Compared, tmp_path: Path) -> None:
    test, setting = by_portraits.test, Setting(ROLES)
    model = TwinModel(BY_NAME["dune"], ModelOptions(samples=1))

    def ends(driving: Iterator[object]) -> list[list[list[int]]]:
        return [[each.asked for each in tests.values()] for tests in driving]  # type: ignore[attr-defined]

    whole = ends(conduct(test.procedures(setting), {SUBJECT: model}))
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        cut = conduct([next(iter(test.procedures(setting)))], {SUBJECT: model}, store)
        assert isinstance(cut, Generator)
        next(cut)
        cut.close()
        assert ends(conduct(test.procedures(setting), {SUBJECT: model}, store)) == whole
        assert ends(replay(test.procedures(setting), store)) == whole
    assert whole[0] != whole[1], "another role has luck of its own"


def test_not_everybody_is_asked_the_same() -> None:
    asked_of = {}
    for among in (1, 3):
        compared = portraits(PortraitTestOptions(error=0.6, among=among))
        tables = [taken(compared, TwinModel(BY_NAME[name]))[0] for name in ("amber", "dune", "isle")]
        asked_of[among] = [set(table["graded_item"]) for table in tables]
    items = {among: len(set.union(*each)) for among, each in asked_of.items()}
    assert items[3] > 1.15 * items[1], items
    assert len({frozenset(each) for each in asked_of[3]}) == 3


def test_respondents_share_batches(by_portraits: Compared) -> None:
    model = Says("3", "3")
    roles = [Role(f"r{number}", "simple", False, f"You are {number}.") for number in range(8)]
    found = list(conduct(by_portraits.test.procedures(Setting(roles)), {SUBJECT: model}))
    asks = sum(model.windows)
    assert len(found) == 8 and max(model.windows) == 8 * 19 and asks / len(model.windows) > 50


def test_who_refuses_everything_gets_no_numbers(by_portraits: Compared) -> None:
    answers, found = taken(by_portraits, Says("I cannot answer that.", REFUSAL))
    assert len(answers) == 12 * 19, "it is asked until the most asks, and no longer"
    assert all(score.estimate.mean is None and score.status == "no answers" for score in found.scores.values())
    assert (
        found.overall.mean is None
        and found.rates["refusal"].mean == 1.0
        and found.reliability["posterior"].mean is None
    )
    guards = {finding.name: finding for finding in found.guards}
    assert guards["precise"].flagged and guards["constant"].state == "unknown"
    assert (found.n_units, found.n_unscored) == (0, answers["item"].nunique())
    assert Measurement.from_json(found.to_json()) == found


def test_a_value_of_which_a_part_was_not_answered_says_which(by_portraits: Compared) -> None:
    answers, whole = taken(by_portraits, TwinModel(BY_NAME["amber"]))
    found = measured(by_portraits.test, answers[answers["value"] != "humility"], SCORING)
    assert whole.scores["tradition"].status == "ok"
    told = found.scores["tradition"]
    assert told.estimate.mean is None and told.n_answers > 0 and told.status == "no answers about humility"


def test_a_refused_item_is_no_answer_and_its_cell_is_asked_again(by_portraits: Compared) -> None:
    answers, found = taken(by_portraits, TwinModel(BY_NAME["night"], ModelOptions(samples=1, seed=3)))
    refused = answers["parsed"] == REFUSAL
    assert refused.sum() > 20
    told = found.details["adaptive"]
    assert isinstance(told, dict)
    for value, rows in answers.assign(refused=refused).groupby("value"):
        assert told["values"][value]["answered"] == int((~rows["refused"]).sum())
        assert abs(rows[~rows["refused"]]["keyed"].sum()) <= 2
    silent = int(refused.groupby(answers["item"]).all().sum())
    assert (found.n_units, found.n_unscored) == (answers["item"].nunique() - silent, silent)


def test_tests_stop_at_the_end_of_the_bank_and_say_so(by_clips: Compared) -> None:
    rows = [row for row in by_clips.setting.rows if row.value == "power"][:3]
    few = replace(by_clips, setting=replace(by_clips.setting, rows=rows))
    answers, found = taken(few, TwinModel(BY_NAME["amber"], ModelOptions(samples=1)))
    course = found.details["adaptive"]
    assert isinstance(course, dict) and course["values"]["power"]["stopped"] == "end of the bank" and len(answers) == 3
    assert found.scores["power"].status == "ok" and found.scores["security"].status == "no answers"
    part = measured(by_clips.test, answers.iloc[:2], SCORING).details["adaptive"]
    assert isinstance(part, dict) and part["values"]["power"]["stopped"] == "unfinished", "a run that was stopped"


def test_constant_answers_are_flagged_and_honest_ones_are_not(by_portraits: Compared) -> None:
    flagged = {
        name: [finding.name for finding in taken(by_portraits, TwinModel(BY_NAME[name]))[1].guards if finding.flagged]
        for name in ("maple", "amber", "jade", "yarrow", "krill")
    }
    assert "constant" in flagged.pop("maple")
    assert not any("constant" in each for each in flagged.values())
    assert same_answer(np.eye(6)[[4] * 9]).flagged and same_answer(np.zeros((0, 6))).state == "unknown"
    _, found = taken(by_portraits, Says("5", "5"))
    assert any("given whatever is asked" in note for note in found.notes)


def test_clips_without_parameters_are_taken_for_typical_ones_and_that_is_said(by_clips: Compared) -> None:
    unknown = Setting([BARE], by_clips.setting.rows, by_clips.setting.pictures)
    (named,) = AdaptiveClips().procedures(unknown)
    answers = table(driven(named, Says("6", "6")))
    assert set(answers["graded_item"]) == {"typical"}
    found = measured(AdaptiveClips(), answers, SCORING)
    assert any("taken for typical" in note for note in found.notes)


def test_a_file_of_parameters_names_its_clips(by_clips: Compared, tmp_path: Path) -> None:
    bank, rows = own_bank("clips"), by_clips.setting.rows[:40]
    pools = {row.value: bank.pool(row.value) for row in rows}
    path = tmp_path / "pilot.json"
    write_bank(bank, path)
    assert read_bank(path).digest == bank.digest and set(pools) <= set(bank.pools)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_bank(path).digest == bank.digest, "as some editors save it"
    with pytest.raises(InputError, match="no clip of the corpus has item parameters"):
        list(AdaptiveClips(ClipTestOptions(parameters=str(path))).procedures(by_clips.setting))
    assert ClipTestOptions(parameters=str(path)).own_items["items"] and not ClipTestOptions().own_items
    mine, asked_with = AdaptiveClips(ClipTestOptions(parameters=str(path))), items_digest(path)
    refuse_other_file(mine, {"items": asked_with}, "run")
    refuse_other_file(AdaptiveClips(), {}, "run")
    with pytest.raises(InputError, match="asked other item parameters than stand in the file"):
        refuse_other_file(mine, {"items": asked_with[::-1]}, "run")


def test_parameters_of_clips_come_from_a_pilot(by_clips: Compared, tmp_path: Path) -> None:
    rows = [row for row in by_clips.setting.rows if row.value in ("power", "benevolence", "security")][:36]
    setting = replace(by_clips.setting, rows=rows)
    people = [member for member in draw_respondents(26, seed=40) if not member.leans.constant]
    pilot = []
    for member in people:
        answers = table(asked(by_clips.form.questions(setting), TwinModel(member)))
        pilot.append(by_clips.form.rated(answers, SCORING))  # type: ignore[attr-defined]
    bank = pilot_bank(pilot, "trial")
    assert {clip for pool in bank.pools.values() for clip in pool.ids} == {row.clip_id for row in rows}
    write_bank(bank, tmp_path / "pilot.json")
    test = AdaptiveClips(ClipTestOptions(parameters=str(tmp_path / "pilot.json")))
    (named,) = test.procedures(setting)
    answers = table(driven(named, TwinModel(BY_NAME["fjord"])))
    found = measured(test, answers, SCORING)
    means = {value: score.estimate.mean for value, score in found.scores.items() if score.status == "ok"}
    assert set(means) == {row.value for row in rows} and set(answers["graded_item"]) <= {row.clip_id for row in rows}
    assert max(means, key=lambda value: means[value] or 0.0) == "benevolence", "of the three fjord likes it most"
    (untold,) = [note for note in found.notes if note.startswith("nothing was asked about")]
    assert "hedonism" in untold and "power" not in untold
    assert not any("were not asked about" in note for note in found.notes)
    fewer = json.loads((tmp_path / "pilot.json").read_text(encoding="utf-8"))
    for clip in list(fewer["items"]["power"])[:2]:
        del fewer["items"]["power"][clip]
    (tmp_path / "fewer.json").write_text(json.dumps(fewer), encoding="utf-8")
    test = AdaptiveClips(ClipTestOptions(parameters=str(tmp_path / "fewer.json")))
    (named,) = test.procedures(setting)
    notes = measured(test, table(driven(named, TwinModel(BY_NAME["fjord"]))), SCORING).notes
    assert "clips that were found and have no item parameters were not asked about: power 2" in notes
    with pytest.raises(InputError, match="fewer than 10"):
        pilot_bank(pilot[:4], "trial")
    # Who refused everything says nothing about clips, and does not stop those who did.
    silent = replace(pilot[0], asked=pilot[0].asked.iloc[:0], weights=pilot[0].weights[:0])
    assert pilot_bank([*pilot, silent], "trial").digest == bank.digest
    with pytest.raises(InputError, match="no clip about which half of the 0 respondents"):
        pilot_bank([silent] * 12, "trial")


def test_placebo_texts_and_other_wordings_are_no_respondents_of_a_pilot(
    by_clips: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = replace(by_clips.setting, rows=by_clips.setting.rows[:4])
    own = table(asked(by_clips.form.questions(setting), TwinModel(BY_NAME["amber"]))).assign(model="m", placebo=False)
    stored = pd.concat(
        [
            own,
            own.assign(persona="placebo-1", strategy="simple", placebo=True),
            *(own.assign(persona=name, strategy="simple") for name in ("tycoon", "tycoon@2")),
        ]
    )
    asked_with = SimpleNamespace(settings={"battery": {"name": "scale7"}})
    monkeypatch.setattr(graded_pilot, "read_manifest", lambda folder: asked_with)
    monkeypatch.setattr(graded_pilot, "open_answers", lambda folder: nullcontext())
    monkeypatch.setattr(graded_pilot, "scored_answers", lambda store, settings: stored)
    told, role = pilot_answers(Path("run"))
    assert len(told.asked) == len(own)
    assert len(role.asked) == 2 * len(own), "two wordings of a role are one respondent"


def test_values_whose_fit_did_not_settle_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, names = np.random.default_rng(2), ["power a", "power b", "security c", "security d"]
    asked_about = pd.DataFrame({"value": [name.split()[0] for name in names], "item": names, "version": ""})
    pilot = [
        RatedAnswers(asked_about, np.eye(7)[np.clip(3 + level + rng.integers(-1, 2, 4), 0, 6)], "greedy_text", 0)
        for level in rng.integers(-2, 3, 40)
    ]
    settles = True

    def fitted(answers: Floats, options: FitOptions) -> FittedItems:
        return replace(fit(answers, replace(options, most=3)), converged=settles)

    monkeypatch.setattr("valuespectrum.calibration.graded_pilot.fit", fitted)
    assert "unsettled" not in pilot_bank(pilot, "trial").provenance
    settles = False
    assert pilot_bank(pilot, "trial").provenance["unsettled"] == "power, security"


def test_a_pilot_that_cannot_be_used_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for runs, said in (([tmp_path / "none"], "none"), ([tmp_path, tmp_path], "named twice")):
        with pytest.raises(SystemExit) as ended:
            pilot_main([*map(str, runs), "--out", str(tmp_path / "bank.json")])
        told = capsys.readouterr().err
        assert ended.value.code == 2 and said in told and told.count("\n") == 1
    (tmp_path / "bank.json").write_text("mine")
    with pytest.raises(SystemExit) as ended:
        pilot_main([str(tmp_path / "none"), "--out", str(tmp_path / "bank.json")])
    assert ended.value.code == 2 and "bank.json is there already" in capsys.readouterr().err
    assert (tmp_path / "bank.json").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[]", "bank"),
        ('{"provenance": {}, "log_odds": {}, "items": {}}', "holds no items"),
        (
            '{"provenance": {}, "log_odds": {}, "items": {"power": {"a": {"slope": 1, "cuts": [2, 1]}}}}',
            "'a'.*increase",
        ),
        ('{"provenance": {}, "log_odds": {}, "items": {"power": {"a": {"slope": "x", "cuts": [1]}}}}', "slope"),
        ('{"provenance": {}, "log_odds": {}, "items": {"power": {"a": {"slope": 1e9, "cuts": [1]}}}}', "outside"),
        (
            '{"provenance": {}, "log_odds": {}, "items": {"power": {"a": {"slope": 1, "cuts": [1]}, '
            '"b": {"slope": 1, "cuts": [1, 2]}}}}',
            "different numbers",
        ),
        ("not json", "bank"),
    ],
)
def test_wrong_files_of_parameters_are_named_as_such(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "bank.json"
    path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        read_bank(path)


def test_parameters_of_another_scale_are_refused_before_anything_is_begun(tmp_path: Path) -> None:
    """Portraits have six steps, and clips are asked about in seven."""
    path = tmp_path / "bank.json"
    write_bank(own_bank("portraits"), path)
    with pytest.raises(InputError, match="have 6 answers, and clips are asked about in 7 steps"):
        AdaptiveClips(ClipTestOptions(parameters=str(path))).cost(10)


def test_files_that_are_missing_or_huge_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_bank(tmp_path / "none.json")
    huge = tmp_path / "huge.json"
    huge.write_bytes(b" " * (8 * 2**20 + 1))
    with pytest.raises(InputError, match="larger than"):
        read_bank(huge)


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_a_bank_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "bank.json")
    with pytest.raises(InputError, match="not a regular file"):
        read_bank(tmp_path / "bank.json")


def test_our_banks_have_every_item_and_say_where_they_are_from() -> None:
    portrait_bank, clip_bank = own_bank("portraits"), own_bank("clips")
    texts = {
        f"{item.tag}/{kind}{n}"
        for item in own_form().items
        for kind, said in (("p", item.paraphrases), ("r", item.reversed))
        for n in range(1, len(said) + 1)
    }
    assert {name for pool in portrait_bank.pools.values() for name in pool.ids} == texts
    for bank in (portrait_bank, clip_bank):
        assert bank.provenance["seed"] and "twins drawn afresh" in str(bank.provenance["respondents"])
        assert all(
            pool.full_score(np.array([-2.0, 0.0, 2.0])).tolist() == sorted(pool.full_score(np.array([-2.0, 0.0, 2.0])))
            for pool in bank.pools.values()
        )
    assert all((pool.items.slopes > 0.3).all() for pool in portrait_bank.pools.values())
    lived = [
        slope
        for pool in clip_bank.pools.values()
        for name, slope in zip(pool.ids, pool.items.slopes, strict=True)
        if "violated" in name
    ]
    assert np.mean(np.array(lived) < 0) > 0.9, "what denies a value is liked less the more it is held"


def test_items_that_no_cell_holds_are_no_items_that_are_left() -> None:
    items = GradedItems(np.ones(3), np.array([[-1.0, 1.0]] * 3))
    cells = np.array([[True, False], [False, False], [False, True]])
    candidates = ItemCandidates(items, cells, np.zeros(3, dtype=np.intp))
    test = ValueTest(candidates, Choosing(StopRule(least=2, most=12), 1), lambda step, known: 0.0)
    while not test.reason:
        test.hear(*test.next(), np.array([0.0, 1.0, 0.0]))
    assert sorted(test.asked) == [0, 2] and test.reason == "end of the bank"


def test_every_place_has_a_chance_also_one_that_was_never_drawn() -> None:
    draws = np.array([[5.0, 5.1, 4.9], [2.0, 1.0, 1.5], [2.5, 0.5, 1.0]])
    drawn = Drawn(TEN.dimensions[:3], draws.mean(axis=1), draws, draws, (2.5, draws.mean(axis=0)))
    members = {value: (value,) for value in TEN.dimensions}
    found = scores_of(TEN, drawn, {}, members, 0.95)
    assert [found[value].chances for value in drawn.values] == [
        (1.0, 0.0, 0.0),
        pytest.approx((0.0, 2 / 3, 1 / 3)),
        pytest.approx((0.0, 1 / 3, 2 / 3)),
    ]


def test_a_run_ends_in_scores(tmp_path: Path) -> None:
    choice = InstrumentChoice("adaptive-portraits", {"scoring": "nineteen", "error": "0.5"})
    options = InstrumentOptions(tmp_path / "run", scoring=SCORING, choice=choice)
    scores = run_instrument(options, [TwinModel(BY_NAME["amber"])])
    (respondent,) = scores["respondents"]
    assert len(respondent["profile"]) == 19 and respondent["adaptive"]["asks"] == respondent["n_asks"]
    assert respondent["covers"].startswith("posterior intervals") and scores["n_planned"] == respondent["n_asks"]
    assert AdaptivePortraits(PortraitTestOptions(scoring="nineteen")).value_set.name == respondent["value_set"]


@pytest.mark.parametrize("wrong", [{"error": 0}, {"among": 0}, {"most": 1}, {"scoring": "six"}])
def test_options_that_make_no_test_are_refused(wrong: dict[str, float]) -> None:
    from valuespectrum.instruments.registry import load_instrument

    with pytest.raises(InputError):
        load_instrument("adaptive-portraits", wrong)
