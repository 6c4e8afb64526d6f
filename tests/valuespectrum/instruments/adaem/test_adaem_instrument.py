"""From found questions to a measurement: asked, judged, scored again without a model, shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import valuespectrum as vs
from agents.answers.respondent import BARE
from agents.answers.store import AnswerStore
from agents.judges.cases import Case
from agents.judges.watching import closed_trial
from agents.models.base import REFUSAL, Answer, Ask, ModelOptions
from agents.models.token_estimates import letters
from agents.procedures.procedure import alone
from valuespectrum.instruments.adaem.asking import Answered, Answerer, JudgedAsking, answered, named_values
from valuespectrum.instruments.adaem.instrument import Adaem, AdaemOptions
from valuespectrum.instruments.adaem.measured import StoredJudge, asked_hash, no_vectors
from valuespectrum.instruments.adaem.novelty import Texts
from valuespectrum.instruments.adaem.scorers import LikingScorer
from valuespectrum.instruments.adaem.stems import PlainReasons, PointsReply, Stem
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.judging.labels import labels_of
from valuespectrum.instruments.judging.plain import PlainCarries, judge_form
from valuespectrum.measuring.run_scores import score_run
from valuespectrum.operations.searches.saving import asks_saved, saving_in_words
from valuespectrum.reference.cohort import COHORT, Leans
from valuespectrum.reference.items.arguing import ReasonsAsked
from valuespectrum.reference.kinds import KINDS
from valuespectrum.reference.planted import Mind, asked_reason_shares
from valuespectrum.reference.speech import actions
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.runs.run import read_manifest
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.telling.informativeness import TellingOptions
from valuespectrum.scoring.units import Units
from valuespectrum.theory.value_sets import NINETEEN, TEN
from vectorstore.foundation.errors import InputError


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search") / "found"
    settings = vs.SearchSettings(judge=("simulated:grove",), final=("simulated:ember",), pulls=8, each=1, at_once=4)
    found = vs.search_telling(["simulated:amber", "simulated:birch", "simulated:cedar"], folder, settings)
    assert found.document["n_questions"] >= 10 and "Self-direction" in str(found) and len(found.rows()) == 10
    assert {each["kind"] for each in found.document["judge_remarks"] if each["flagged"]} == set()
    return folder


def test_a_search_says_beforehand_what_it_asks_at_most(search: Path, tmp_path: Path) -> None:
    settings = vs.SearchSettings(judge=("simulated:grove",), pulls=8, each=1, dry_run=True)
    planned = vs.search_telling(["simulated:amber", "simulated:birch"], tmp_path / "none", settings)
    assert not (tmp_path / "none").exists() and planned.document["dry_run"]
    most = {row["role"]: row["asks"] for row in planned.rows()}
    assert set(most) == {"subject", "subject search 2", "judge"} and all(most.values())
    told = json.loads((search / "search.json").read_text())
    assert sum(row["asks"] for row in told["budget"]) > 0 and told["informativeness"]["seeds"] == 8


def test_what_a_search_costs_goes_by_the_models_as_they_were_named(tmp_path: Path) -> None:
    own, priced = "openai:gpt-4o@http://127.0.0.1:9/v1", "openai:other@http://127.0.0.1:9/v1"
    priced += "?price_input=1&price_output=2&samples=3&thinking=on&thinking_tokens=50"
    settings = vs.SearchSettings(judge=(priced,), pulls=8, each=1, dry_run=True)
    planned = vs.search_telling([own, priced], tmp_path / "none", settings).document["budget"]
    subject, second, judge = planned
    assert (subject["dollars"], subject["prices"]) == (None, ""), "a server of one's own has no price of OpenAI's"
    for row in (second, judge):
        assert row["prices"] == "named in the model's spec"
        assert row["dollars"] == pytest.approx((row["prompt_tokens"] + 2 * row["reply_tokens"]) / 1e6)
    assert second["reply_tokens"] == second["asks"] * (400 + 50), "what is written is written once"
    assert judge["reply_tokens"] == judge["asks"] * 3 * (16 + 50)


@pytest.mark.parametrize("persona", [(), ("bon_vivant",)])
def test_nobody_is_asked_more_than_was_said(
    persona: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[str] = Counter()
    said: Counter[str] = Counter()

    def counting(name: str) -> Callable[[TwinModel, Sequence[Ask]], Iterator[Answer]]:
        answer: Callable[[TwinModel, Sequence[Ask]], Iterator[Answer]] = getattr(TwinModel, name)

        def counted(self: TwinModel, asks: Sequence[Ask]) -> Iterator[Answer]:
            asked[self.id] += len(asks)
            said[self.id] += sum(map(letters, asks))
            return answer(self, asks)

        return counted

    for name in ("score", "generate"):
        monkeypatch.setattr(TwinModel, name, counting(name))
    settings = vs.SearchSettings(judge=("simulated:grove",), pulls=1, each=1, persona=persona)
    found = vs.search_telling(["simulated:amber", "simulated:birch"], tmp_path / "found", settings).document
    primed = [each for each in found["cautions"] if each.startswith("2 of the roles that are told to hold")]
    assert len(primed) == len(persona)
    most = {row["model"]: row["asks"] for row in found["budget"]}
    assert set(asked) == set(most) and all(asked[model] <= most[model] for model in asked), (asked, most)
    tokens = {row["model"]: row["prompt_tokens"] for row in found["budget"]}
    assert all(said[model] <= 4 * tokens[model] for model in said), (said, tokens)


@pytest.mark.parametrize(("earlier", "stays"), [({"stimuli": "s"}, False), ([], True)])
def test_a_set_of_an_earlier_search_does_not_stay_beside_another_search(
    earlier: object, stays: bool, tmp_path: Path
) -> None:
    """What no search says that it wrote is the user's, and stays."""
    folder = tmp_path / "found"
    folder.mkdir()
    (folder / "stimuli.json").write_text("{}")
    (folder / "search.json").write_text(json.dumps(earlier))
    settings = vs.SearchSettings(judge=("simulated:grove",), pulls=1, each=1)
    vs.search_telling(["simulated:amber", "simulated:birch"], folder, settings)
    assert (folder / "stimuli.json").exists() == stays and (folder / "questions.json").exists()


def test_what_does_not_go_together_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    for settings in (
        vs.SearchSettings(corpus=tmp_path, invent=2),
        vs.SearchSettings(corpus=tmp_path, questions=tmp_path / "topics.txt"),
        vs.SearchSettings(objective="liking"),
        vs.SearchSettings(corpus=tmp_path, most_alike=0.5),
        vs.SearchSettings(corpus=tmp_path, deepest=1),
        vs.SearchSettings(corpus=tmp_path, option={"pairs": "sum"}),
        vs.SearchSettings(clips=3),
        vs.SearchSettings(gain=0.1),
        vs.SearchSettings(option={"denominator": "min"}),
        vs.SearchSettings(option={"beta": "nan"}),
    ):
        with pytest.raises(InputError):
            vs.search_telling(["simulated:amber", "simulated:birch"], tmp_path / "found", settings)
    assert not (tmp_path / "found").exists()


def test_repairs_of_s_are_options_of_a_search() -> None:
    named = {"denominator": "plus-one", "pairs": "sum", "question": "reward", "beta": "2", "opinions": "false"}
    assert vs.SearchSettings(option=named).options.telling == TellingOptions("plus-one", "sum", "reward", 2.0, False)
    assert vs.SearchSettings().options.telling == TellingOptions()


def test_the_same_search_again_asks_nothing(search: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: TwinModel, *_: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr(TwinModel, "score", never)
    monkeypatch.setattr(TwinModel, "generate", never)
    before = json.loads((search / "search.json").read_text())
    settings = vs.SearchSettings(judge=("simulated:grove",), final=("simulated:ember",), pulls=8, each=1, at_once=4)
    again = vs.search_telling(["simulated:amber", "simulated:birch", "simulated:cedar"], search, settings)
    assert json.loads(json.dumps(again.document)) == before


def test_respondents_are_measured_judged_scored_again_and_shown(search: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    option = {"questions": str(search / "questions.json"), "judge": "simulated:grove"}
    scores = vs.run_instrument(
        "adaem", ["simulated:haven", "simulated:grove"], run, vs.InstrumentSettings(option=option)
    ).document
    rows = {row["model"].split("@")[0]: row for row in scores["respondents"]}
    assert set(rows) == {"simulated:haven", "simulated:grove"}, "the judge is no respondent"
    flagged = {
        name: [g for g, told in row["guards"].items() if told["state"] == "flagged"] for name, row in rows.items()
    }
    assert flagged["simulated:haven"] == []
    assert [name.rpartition(": ")[2] for name in flagged["simulated:grove"]] == ["is the subject"]
    assert any("same model as itself" in note for note in rows["simulated:grove"]["notes"])
    haven = rows["simulated:haven"]["adaem"]
    assert set(haven["win_rates"]) == set(TEN.dimensions) and len(haven["opponents"]) == 4
    assert haven["judge_error"]["sensitivity"] == 1.0 and haven["points"]["security"]["low"] is not None
    assert json.loads(json.dumps(score_run(run, ScoringOptions()))) == json.loads((run / "scores.json").read_text())
    (judge,) = read_manifest(run).settings["judges"]
    assert judge.startswith("simulated:grove@"), "with its revision"
    page = Path(vs.report([run]).document["report"]).read_text()
    assert "Questions on which reasons differ most" in page and "same model as itself" in page
    assert haven["answers"][0]["question"] in page


def test_who_took_part_in_the_search_is_named(search: Path, tmp_path: Path) -> None:
    option = {"questions": str(search / "questions.json"), "judge": "simulated:grove"}
    settings = vs.InstrumentSettings(option=option)
    scores = vs.run_instrument("adaem", ["simulated:haven", "simulated:ember"], tmp_path / "run", settings).document
    told = {row["model"].split("@")[0]: " ".join(row["notes"]) for row in scores["respondents"]}
    assert "simulated:ember took part in the search" in told["simulated:ember"]
    assert "took part in the search" not in told["simulated:haven"]


def test_several_judges_are_set_beside_each_other(search: Path, tmp_path: Path) -> None:
    option = {"questions": str(search / "questions.json"), "judge": "simulated:grove,simulated:dune"}
    settings = vs.InstrumentSettings(option=option)
    scores = vs.run_instrument("adaem", "simulated:haven", tmp_path / "run", settings).document
    (row,) = scores["respondents"]
    assert row["adaem"]["judge_agreement"]["alpha"] == 1.0, "judges that say the most probable value agree here"
    assert {name.partition(":")[0] for name in row["guards"] if "judge" in name} == {"judge simulated"}
    assert sum("dune" in name for name in row["guards"]) == sum("grove" in name for name in row["guards"]) == 6


def test_a_judge_that_declines_what_was_said_is_named_though_its_trial_is_fine(
    search: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = TwinModel.score
    known = [text.rstrip(".") for label in labels_of(TEN) for text in label.examples]

    def score(self: TwinModel, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask, said in zip(asks, answer(self, asks), strict=True):
            tried = any(text in ask.question for text in known)
            declines = self.id.startswith("simulated:grove") and not tried and len(ask.question) % 2
            yield Answer(text="I'm sorry, I can't judge that.", parsed=REFUSAL) if declines else said

    monkeypatch.setattr(TwinModel, "score", score)
    settings = vs.SearchSettings(judge=("simulated:grove",), pulls=4, each=1)
    found = vs.search_telling(["simulated:amber", "simulated:birch"], tmp_path / "found", settings)
    assert {each["kind"] for each in found.document["judge_remarks"] if each["flagged"]} == {"refuses"}
    option = {"questions": str(search / "questions.json"), "judge": "simulated:grove"}
    (row,) = vs.run_instrument(
        "adaem", "simulated:haven", tmp_path / "run", vs.InstrumentSettings(option=option)
    ).document["respondents"]
    flagged = [name for name, told in row["guards"].items() if name.startswith("judge") and told["state"] == "flagged"]
    assert [name.rpartition(": ")[2] for name in flagged] == ["refuses"]


@pytest.mark.parametrize(
    ("worth", "saved", "said"),
    [
        (Estimate(2.0, 1.5, 2.75), 1.0, "saved"),
        (Estimate(1.25, 0.75, 1.5), 0.25, "it is not shown that the set saves asks"),
        (Estimate(0.75, why="it hangs on one"), -0.25, "no interval: it hangs on one: nothing is saved"),
        (Estimate(None, why="fewer than 5"), None, "how many asks the set saves is not known: fewer than 5"),
    ],
)
def test_what_a_set_saves_in_asks_is_told(worth: Estimate, saved: float | None, said: str) -> None:
    found = asks_saved(40, worth)
    assert found["sharpened"] == 40 * found["a_clip"] > 0
    assert found["saved"] == (None if saved is None else saved * found["sharpened"])
    assert saving_in_words(found).endswith(said)


def test_nobody_to_judge_is_refused_before_anything_is_begun(tmp_path: Path) -> None:
    assert Adaem().cost(0) == 20 and len(Adaem().items) == 20
    with pytest.raises(InputError):
        vs.run_instrument("adaem", "simulated:haven", tmp_path / "run")
    with pytest.raises(InputError):
        list(Adaem(AdaemOptions(questions=str(tmp_path / "nothing.json"), judge="a")).procedures(Setting(())))


def test_a_stored_judge_says_what_is_stored_and_fails_else() -> None:
    ask = PlainReasons().ask(Stem("general"), BARE, 0)
    judge = StoredJudge("j", {asked_hash(ask): Answer(parsed="power")})
    other = PlainReasons().ask(Stem("x", "Else?"), BARE, 0)
    assert [answer.parsed or answer.error for answer in judge.score([ask, other])] == ["power", "not stored"]


@pytest.mark.parametrize("action", [0, 30, 60])
def test_reasons_about_a_question_have_the_planted_shares(action: int) -> None:
    """What twins say, judged by a judge without error, beside the formula."""
    names = list(actions())
    item = ReasonsAsked(names[action], names[(action + 41) % len(names)] if action else "")
    member = COHORT[2]
    persons = [Answerer("a", "r", PlainReasons())]
    cast = {"r": TwinModel(member, ModelOptions(seed=1)), "judge": TwinModel(COHORT[6])}
    found = np.zeros(len(TEN))
    for draw in range(1, 101):
        asking = JudgedAsking({"judge": PlainCarries()}, TEN, Texts(no_vectors), TellingOptions(opinions=False), draw)
        (one,) = alone(answered([Stem("q", item.question)], persons, asking), cast)
        if one.points[0] is not None:
            found += one.points[0].sum(axis=0)
    shares = asked_reason_shares(Mind(member), [actions()[each] for each in (item.action, item.other) if each])
    of = {part: value for value in TEN.dimensions for part in NINETEEN.dimensions if part.startswith(value)}
    expected = np.zeros(len(TEN))
    for part, share in zip(NINETEEN.dimensions, shares, strict=True):
        if part in of:
            expected[TEN.position(of[part])] += 300 * share
    assert np.abs(found - expected).max() < 4 * np.sqrt(300) * 0.5


def test_a_run_is_not_scored_again_with_other_questions_than_were_asked(search: Path, tmp_path: Path) -> None:
    """A search that is made again into the same folder leaves other questions, and other answers of opponents."""
    questions, run = tmp_path / "questions.json", tmp_path / "run"
    whole = (search / "questions.json").read_text(encoding="utf-8")
    questions.write_text(whole, encoding="utf-8")
    option = {"questions": str(questions), "judge": "simulated:grove"}
    first = vs.run_instrument("adaem", "simulated:haven", run, vs.InstrumentSettings(option=option)).document
    fewer = json.loads(whole)
    fewer["questions"].pop()
    questions.write_text(json.dumps(fewer), encoding="utf-8")
    with pytest.raises(InputError, match="other questions than stand in the file"):
        score_run(run, ScoringOptions())
    questions.write_text(whole, encoding="utf-8")
    again = json.loads(json.dumps(score_run(run, ScoringOptions())))
    assert again["respondents"][0]["adaem"] == json.loads(json.dumps(first["respondents"]))[0]["adaem"]


def test_who_gives_no_reasons_is_told_so_and_what_did_not_come_back_is_no_refusal() -> None:
    """Eighteen of twenty questions were put, one failed, and two judges are left with nothing to agree on."""
    asked = [stem.id for stem in AdaemOptions().found().stems][:18]
    own = [
        {"model": "a:m@1", "question": each, "text": "I can't answer that.", "error": "gone" * (each == asked[0])}
        for each in asked
    ]
    judges = [{"model": f"simulated:{name}@1", "judged": "x", "error": ""} for name in ("dune", "grove")]
    answers = pd.DataFrame([*own, *judges]).assign(parsed="").fillna("")
    found = Adaem().measure(answers, Units.of([], "question"), ScoringOptions())
    silent = found.rates["no answer"]
    assert silent.mean == 1.0 and silent.n == 17
    told: Any = found.details["adaem"]
    assert told["judge_agreement"]["alpha"] is None and told["judge_agreement"]["n_points"] == 0
    assert found.guards == () and any("were not tried to the end" in note for note in found.notes)
    assert all(score.estimate.mean is None for score in found.scores.values())


def test_an_answer_with_a_point_that_is_left_open_does_not_count_as_one_that_names_nothing() -> None:
    asked = [stem.id for stem in AdaemOptions().found().stems][:6]
    thirds = ["Clouds are grey."] * 3 + ["Trees are green."] * 3
    own = [
        {"model": "a:m@1", "question": each, "text": f"1. Power counts.\n2. Rain is wet.\n3. {third}"}
        for each, third in zip(asked, thirds, strict=True)
    ]
    verdicts = []
    for text in ("Power counts.", "Rain is wet.", "Clouds are grey.", "Trees are green."):
        for value in TEN.dimensions:
            (ask,) = judge_form("a:j@1", TEN, "carries").asks(Case("", text, value))
            said = "yes" if (text, value) == ("Power counts.", "power") else "no"
            parsed = "unparsed" if (text, value) == ("Clouds are grey.", "security") else said
            verdicts.append({"model": "a:j@1", "judged": asked_hash(ask), "parsed": parsed})
    answers = pd.DataFrame([*own, *verdicts]).assign(error="").fillna("")
    found = Adaem().measure(answers, Units.of([], "question"), ScoringOptions())
    for value, named, answers_heard in (("power", 100.0, 6), ("tradition", 0.0, 6), ("security", 0.0, 3)):
        score = found.scores[value]
        assert score.estimate.mean == pytest.approx(named) and score.n_answers == answers_heard
    note = "3 of 18 points have a value that judges leave open: their answers are left out of these values"
    assert note in found.notes


def test_what_judges_leave_open_of_an_answer_is_no_game_of_that_value() -> None:
    told = named_values(np.array([[1.0, *[0.0] * 9], [*[0.0] * 9, np.nan]]))
    replies = (PointsReply(("a", "b")), None)
    one = Answered(Stem("x"), replies, (None, None), np.zeros(10, bool), None, named=(told, None))
    assert one.carried().tolist() == [[1, *[0] * 8, -1], [-1] * 10]


def test_what_was_not_put_to_judges_yet_is_no_failure_of_theirs(search: Path, tmp_path: Path) -> None:
    """A run that is broken off has no trial, or half of one, and points that nobody was asked about."""
    option = {"questions": str(search / "questions.json"), "judge": "simulated:grove"}
    vs.run_instrument("adaem", "simulated:haven", tmp_path / "run", vs.InstrumentSettings(option=option))
    with AnswerStore(tmp_path / "run" / "answers.sqlite") as store:
        table = store.table()
    cases = closed_trial(labels_of(TEN), 100).cases
    tried = table["judged"].isin({asked_hash(ask) for case in cases for ask in PlainCarries().asks(case)})
    half = (table["judged"].fillna("") != "") & (np.arange(len(table)) % 2 == 0)
    asked = Adaem(AdaemOptions(option["questions"], option["judge"]))
    for lost, known in ((half, False), (half & ~tried, True)):
        found = asked.measure(table[~lost], Units.of([], "question"), ScoringOptions())
        assert not [guard.name for guard in found.guards if guard.flagged]
        assert bool(found.guards) is known
        assert any("were not tried to the end" in note for note in found.notes) is not known


def test_leans_are_in_no_liking_of_a_clip_and_tell_nobody_apart() -> None:
    plain = replace(COHORT[0], leans=Leans())
    cast = {"plain": TwinModel(plain), "leaning": TwinModel(replace(plain, leans=Leans(yes=0.7, order=0.9)))}
    people = [Answerer(name, name, PlainReasons()) for name in cast]
    stems = [Stem(f"c{place}", tags={"look": f"{kind.name}:{kind.looks[0]}"}) for place, kind in enumerate(KINDS[:4])]
    for each in alone(LikingScorer().scored(stems, people, False), cast):
        assert each.liking[0] == pytest.approx(each.liking[1]) and each.total == pytest.approx(0.0, abs=1e-6)


def test_liking_that_is_certain_is_a_liking() -> None:
    """Options of which one has no probability at all: whoever dislikes so surely is as far apart as can be."""

    class Certain:
        def __init__(self, likes: bool) -> None:
            self.id, self._likes = f"a:{likes}@1", likes
            self.settings: dict[str, str] = {}

        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            for ask in asks:
                said = "yes" if (ask.tags["polarity"] == 1) is self._likes else "no"
                yield Answer({"yes": -1e9, "no": -1e9, said: 0.0}, parsed=said)

        generate = score

    cast = {"fond": Certain(True), "cold": Certain(False)}
    people = [Answerer(name, name, PlainReasons()) for name in cast]
    (found,) = alone(LikingScorer().scored([Stem("c", "?")], people, False), cast)
    assert found.liking == (745.0, -745.0) and found.total == pytest.approx(100.0)
