"""The instrument: planted strengths of six everyday values found again, and what is no answer, said so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fault_server import KEY, Behaviour, FaultServer, serving

from agents.answers.respondent import BARE
from agents.answers.store import AnswerStore
from agents.models.base import NO_PICTURE, REFUSAL, Answer, Ask, Model, ModelOptions
from agents.procedures.conductor import conduct
from agents.procedures.procedure import SUBJECT, alone
from agents.procedures.stored import replay
from bench.truth.adaptive import driven, measured, table
from valuespectrum.cli import main
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.decisions.asking import listings, ordering, read_ratings, said_first, written_ratings
from valuespectrum.instruments.decisions.choosing.orders import average_overlap
from valuespectrum.instruments.decisions.instrument import EverydayDecisions
from valuespectrum.instruments.decisions.measured import ListedOrder, agreement_numbers, revealed_weights
from valuespectrum.instruments.decisions.network.deciding import Decider
from valuespectrum.instruments.decisions.options import DecisionsOptions
from valuespectrum.instruments.decisions.reading import VALUES, DecidedOnce, DecisionAnswers, read_decisions
from valuespectrum.instruments.decisions.scenes.files import write_scenes
from valuespectrum.instruments.decisions.scenes.grammar import drawn_scenes
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.reference.items.deciding import SceneDeed
from valuespectrum.reference.planted import BY_NAME, Mind, deed_utilities
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.logit import FARTHEST, HALF, fitted_weights, inverted_weights
from vectorstore.foundation.errors import InputError

SCORING = ScoringOptions()
AMBER = BY_NAME["amber"]


def taken(model: Model, seed: int = 0, **options: Any) -> tuple[pd.DataFrame, Measurement]:
    test = EverydayDecisions(DecisionsOptions(**options))
    heard = [pair for named in test.procedures(Setting((BARE,), seed=seed)) for pair in driven(named, model)]
    answers = table(heard)
    return answers, measured(test, answers, SCORING)


def twin(name: str, samples: int = 0, **changed: Any) -> TwinModel:
    return TwinModel(replace(BY_NAME[name], **changed), ModelOptions(samples=samples), name)


@pytest.fixture(scope="module")
def amber() -> tuple[pd.DataFrame, Measurement]:
    return taken(twin("amber"))


def test_planted_strengths_come_back(amber: tuple[pd.DataFrame, Measurement]) -> None:
    answers, found = amber
    assert len(answers) == 6 + 24 * 2 * 3 == EverydayDecisions().cost(0)
    means = {value: score.estimate.mean for value, score in found.scores.items()}
    assert all(abs((means[value] or 9) - AMBER.everyday[value]) < 0.6 for value in VALUES)
    inside = [
        (score.estimate.low or 9) <= AMBER.everyday[value] <= (score.estimate.high or -9)
        for value, score in found.scores.items()
    ]
    assert sum(inside) >= 5
    assert found.overall.mean == pytest.approx(np.mean([mean or 0 for mean in means.values()]))
    assert {guard.name: guard.state for guard in found.guards} == {
        "follows_values": "holds", "takes_first_listed": "holds",
    }  # fmt: skip


def test_the_lean_to_what_is_listed_first_stands_apart(amber: tuple[pd.DataFrame, Measurement]) -> None:
    lean = amber[1].bias["first_listed"].mean
    assert lean == pytest.approx(2 * AMBER.leans.order, abs=0.25)


def test_agreement_with_stated_wishes_stands_beside_chance(amber: tuple[pd.DataFrame, Measurement]) -> None:
    scalars = amber[1].scalars
    assert scalars["chance_os_sim"].mean == pytest.approx(5 / 8) and scalars["chance_first_acc"].mean == 0.25
    stated, above = scalars["stated_os_sim"], scalars["stated_os_sim_above_chance"]
    assert above.mean == pytest.approx((stated.mean or 0) - 5 / 8) and (above.low or -1) > 0
    assert scalars["stated_agreement"].mean == pytest.approx(1.0, abs=0.15)
    details: Any = amber[1].details["decisions"]
    assert set(details["stated"]) == set(VALUES) and details["whole_orders"] == 48


def test_wishes_of_somebody_else_are_followed_by_obedience() -> None:
    found = taken(twin("amber"), scenes=30, arrangements=2, told=2)[1]
    follows = found.scalars["follows"]
    assert follows.mean is not None and follows.low is not None
    # Of wishes told from 0 to 1: obedience times the reach of a persona; own strengths count for the rest.
    assert follows.mean == pytest.approx(AMBER.obedience * 2.0, abs=0.5) and follows.low > 0.5
    deaf = taken(twin("amber", obedience=0.0), scenes=12, told=2)[1]
    assert abs(deaf.scalars["follows"].mean or 9) < 0.6


def test_decisions_for_somebody_else_leave_own_weights_as_they_are() -> None:
    """Who obeys follows own values less there: the same answers for oneself tell the same weights."""
    without, beside = (taken(twin("amber"), scenes=10, told=told)[1] for told in (0, 3))
    for value in VALUES:
        assert beside.scores[value].estimate.mean == pytest.approx(without.scores[value].estimate.mean, abs=1e-6)
        assert beside.scores[value].estimate.low == pytest.approx(without.scores[value].estimate.low, abs=1e-6)
    assert beside.bias["first_listed"].mean == pytest.approx(without.bias["first_listed"].mean, abs=1e-6)
    assert beside.scalars["follows"].mean == pytest.approx(AMBER.obedience * 2.0, abs=0.6)
    assert without.scalars["follows"].mean is None


def test_what_is_told_of_somebody_else_is_the_planted_formula() -> None:
    mind, ratings = Mind(AMBER), [(1.0, 0, 0, 0, 0, 0.0), (0.0, 0, 0, 0, 0, -1.0)]
    assert deed_utilities(mind, ratings) == [AMBER.everyday["curiosity"], -AMBER.everyday["fairness"]]
    wishes = dict.fromkeys(VALUES, 0.5) | {"curiosity": 1.0}
    own, other = deed_utilities(mind, ratings, wishes)
    assert own == pytest.approx(0.25 * AMBER.everyday["curiosity"] + 0.75 * 2.0)
    assert other == pytest.approx(-0.25 * AMBER.everyday["fairness"])


def test_drawn_answers_tell_the_same_with_wider_intervals() -> None:
    drawn, told = (taken(twin("birch", samples), scenes=16)[1] for samples in (10, 0))
    widths = [
        np.mean([(score.estimate.high or 0) - (score.estimate.low or 0) for score in each.scores.values()])
        for each in (drawn, told)
    ]
    assert 0 < widths[1] < widths[0]
    strongest = max(VALUES, key=lambda value: abs(BY_NAME["birch"].everyday[value]))
    assert abs((drawn.scores[strongest].estimate.mean or 9) - BY_NAME["birch"].everyday[strongest]) < 1.0


class SaysSo:
    """A model that says one text to everything."""

    settings: Mapping[str, str] = {}

    def __init__(self, text: str, parsed: str = "") -> None:
        self.id, self._text, self._parsed = f"says:{text}@1", text, parsed

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            first = ask.choices[0].name if ask.choices else ""
            yield Answer(text=self._text, parsed=first if self._parsed == "first" else self._parsed)

    generate = score


def test_refusals_become_no_number() -> None:
    answers, found = taken(SaysSo("I cannot.", REFUSAL), scenes=6)
    # An order breaks off at its first answer that is none.
    assert len(answers) == 6 + 6 * 2 and found.rates["refusal"].mean == 1.0
    assert all(score.estimate.mean is None for score in found.scores.values())
    assert found.scalars["stated_agreement"].mean is None and found.n_units == 0
    assert json.dumps(found.to_json())


def test_whoever_takes_what_is_listed_first_is_named() -> None:
    found = taken(SaysSo("the first", "first"), scenes=6)[1]
    guard = next(guard for guard in found.guards if guard.name == "takes_first_listed")
    assert guard.flagged and "100%" in guard.statement and guard.statement in found.notes
    assert found.scalars["printed_os_sim"].mean == 1.0 and found.scores["safety"].estimate.mean is None
    assert any("draw several" in said for said in found.verdicts)
    assert found.scalars["steady_os_sim"].mean == pytest.approx(np.mean([0, 0, 2 / 3, 1.0]))
    once = taken(SaysSo("the first", "first"), scenes=6, ranked=False)[1]
    assert once.guards[1].flagged and "100%" in once.guards[1].statement, "also where no order is asked for"


def test_somebody_without_everyday_values_is_told_apart() -> None:
    flat = twin("amber")
    flat.member.__dict__["everyday"] = dict.fromkeys(VALUES, 0.0)
    found = taken(flat)[1]
    assert all((score.estimate.low or -1) < 0 < (score.estimate.high or 1) for score in found.scores.values())
    assert not any("towards 0" in note for note in found.notes)
    strong = twin("amber")
    strong.member.__dict__["everyday"] = dict.fromkeys(VALUES, 0.0) | {"curiosity": 4.0}
    assert any("weights beyond 2 (1 of 6)" in note for note in taken(strong)[1].notes)


def test_an_order_is_asked_step_by_step_and_lasts_as_long_as_there_are_answers() -> None:
    listing = next(listings(DecisionsOptions(acts=4), 0))
    found = alone(ordering(BARE, listing, True), {SUBJECT: twin("amber")})
    assert sorted(found) == [0, 1, 2, 3]
    assert len(alone(ordering(BARE, listing, False), {SUBJECT: twin("amber")})) == 1
    assert alone(ordering(BARE, listing, True), {SUBJECT: SaysSo("no", "unparsed")}) == ()


def test_orders_of_a_list_are_turned_round_in_pairs() -> None:
    drawn = list(listings(DecisionsOptions(scenes=3, arrangements=4, told=1), 0))
    assert len(drawn) == 15
    own = [each for each in drawn if each.name == "s001" and not each.wishes]
    assert own[1].order == own[0].order[::-1] and own[3].order == own[2].order[::-1]
    assert sum(bool(each.wishes) for each in drawn) == 3


def test_first_is_the_likeliest_the_most_drawn_or_the_one_that_is_said() -> None:
    logs = Answer(text="", log_probabilities={"act1": -3.0, "act3": -1.0})
    assert said_first(logs, (0, 2)) == 2
    assert said_first(Answer(text="", counts={"act1": 4, "act3": 1}, parsed="act3"), (0, 2)) == 0
    assert said_first(Answer(text="", parsed="act3"), (0, 2)) == 2
    assert said_first(Answer(text="", parsed="act2"), (0, 2)) is None
    assert said_first(Answer(text="", error="gone", parsed="act3"), (0, 2)) is None


def test_what_is_hardly_about_the_acts_puts_none_of_them_first() -> None:
    """As where it is scored: an order breaks off there, and nothing is asked about what a murmur would leave."""
    murmur = Answer(text="I cannot.", parsed=REFUSAL, log_probabilities={"act1": -8.0, "act3": -9.0})
    assert said_first(murmur, (0, 2)) is None
    assert said_first(Answer(counts={"act1": 1, "act3": 0, "unparsed": 19}, parsed="unparsed"), (0, 2)) is None
    assert said_first(Answer(counts={"act1": 0, "act3": 0, "unparsed": 3}, parsed="unparsed"), (0, 2)) is None
    assert said_first(Answer(log_probabilities={"act1": -0.1, "act3": -3.0}, parsed=NO_PICTURE), (0, 2)) is None
    # Of what a server did not list nobody knows how likely it is: there the words say.
    assert said_first(Answer(log_probabilities={"act1": -2.0}, text="C", parsed="act3"), (0, 2)) == 2


def test_of_acts_that_were_drawn_equally_often_the_one_that_came_first_is_taken() -> None:
    """Not the one that stands first in the file, by which everybody would be alike."""
    assert said_first(Answer(counts={"act1": 2, "act3": 2}, parsed="act3"), (0, 2)) == 2
    assert said_first(Answer(counts={"act1": 2, "act3": 2}, parsed="act1"), (0, 2)) == 0


def decided(left: tuple[int, ...], shares: Sequence[float], said: str) -> DecidedOnce:
    ratings = np.zeros(6), np.zeros((3, 6))
    return DecidedOnce("s1", "o01", left, np.array(shares), (0, 1, 2), ratings, np.zeros(0), said)


def test_an_order_is_what_was_taken_away_step_by_step() -> None:
    def orders(*steps: DecidedOnce) -> list[tuple[int, ...]]:
        return list(DecisionAnswers(steps, (), np.zeros(0, dtype=object), {}, "samples").orders().values())

    tied, last = decided((0, 1, 2), (0.5, 0.5, 0.0), "act2"), decided((0, 2), (0.5, 0.5), "act3")
    assert orders(tied, last) == [(1, 2, 0)] == orders(last, tied)
    assert orders(tied) == [] == orders(last), "a step is lacking"
    # Read by words where probabilities led on: what is said to come first is not what was taken away.
    assert orders(decided((0, 1, 2), (1.0, 0.0, 0.0), "act1"), last) == []


def test_ratings_go_through_a_tag() -> None:
    rows = [(0.5, 0, -1, 0, 0, 0.25), (0, 0.125, 0, 0, 0, 0), (1, 1, 1, 1, 1, 1)]
    scene, acts = read_ratings(written_ratings(rows))
    assert scene.tolist() == list(rows[0]) and acts.tolist() == [list(map(float, row)) for row in rows[1:]]


def test_weights_are_found_by_an_independent_maximum() -> None:
    """Against scipy on the same likelihood, with options that are gone."""
    from scipy.optimize import minimize

    rng = np.random.default_rng(2)
    described = rng.normal(size=(60, 4, 3))
    described[::3, 3] = np.nan
    there = ~np.isnan(described[..., 0])
    raised = np.where(there, np.exp(np.nan_to_num(described) @ np.array([1.0, -0.5, 0.2])), 0.0)
    shares = np.stack([rng.multinomial(5, row / row.sum()) for row in raised]).astype(float)

    def loss(weights: np.ndarray) -> float:
        logs = np.where(there, np.nan_to_num(described) @ weights, -np.inf)
        logs = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
        return float(-(shares * np.where(there, logs, 0)).sum())

    wanted = minimize(loss, np.zeros(3)).x
    assert fitted_weights(described, shares) == pytest.approx(wanted, abs=1e-4)


def test_weights_of_probabilities_are_those_of_a_regression_with_a_constant_for_each_ask() -> None:
    """Against dummy variables, with options that are gone; what options have beside it leaves weights alone."""
    rng, weights = np.random.default_rng(4), np.array([1.5, -1.0, 0.25])
    described = rng.normal(size=(400, 4, 3))
    described[::3, 3] = np.nan
    there = ~np.isnan(described[..., 0])
    utilities = np.nan_to_num(described) @ weights + rng.normal(0, 1.5, there.shape)
    shares = np.where(there, np.exp(utilities), 0.0)
    shares /= shares.sum(axis=1, keepdims=True)
    asks = np.broadcast_to(np.arange(400)[:, None], there.shape)[there]
    constants = (asks[:, None] == np.arange(400)).astype(float)
    wanted = np.linalg.lstsq(np.hstack([described[there], constants]), np.log(shares[there]))[0][:3]
    found = inverted_weights(described, shares, "alike")
    assert found == pytest.approx(wanted, abs=1e-9) and found == pytest.approx(weights, abs=0.15)
    assert fitted_weights(described, shares)[0] < 1.25
    ruled_out = shares.copy()
    ruled_out[0, 0] = 0.0
    least = ruled_out.copy()
    least[0, 0] = np.exp(-FARTHEST) * ruled_out[0].max()
    for counting in ("alike", "likely"):
        bounded = inverted_weights(described, least, counting)
        assert inverted_weights(described, ruled_out, counting) == pytest.approx(bounded, abs=1e-12)
        assert bounded == pytest.approx(weights, abs=0.4), "one answer drives nothing"


def test_likely_options_count_as_much_as_the_weights_that_are_found_say() -> None:
    """The weights solve the least squares, by scipy, that their own probabilities weigh; exact logits are exact."""
    from scipy.optimize import least_squares
    from scipy.special import softmax

    rng, weights = np.random.default_rng(6), np.array([2.0, -1.5, 0.5])
    described = rng.normal(size=(80, 4, 3))

    def shared(utilities: np.ndarray) -> np.ndarray:
        return np.asarray(softmax(utilities, axis=1))

    assert inverted_weights(described, shared(described @ weights)) == pytest.approx(weights, abs=1e-6)
    shares = shared(described @ weights + rng.normal(0, 0.7, (80, 4)))
    found = inverted_weights(described, shares)
    chances = shared(described @ found)
    counts = np.sqrt(chances / (chances + HALF))

    def off(given: np.ndarray) -> np.ndarray:
        left = np.log(shares) - described @ given[:3] - given[3:, None]
        return np.asarray((counts * left).ravel())

    assert found == pytest.approx(least_squares(off, np.zeros(83)).x[:3], abs=1e-5)


def test_noise_in_small_probabilities_moves_weights_less_where_likely_options_count_more() -> None:
    from scipy.special import softmax

    rng, weights = np.random.default_rng(7), np.array([4.0, -3.0, 1.0])
    described = rng.normal(size=(150, 4, 3))
    off: dict[str, list[float]] = {"alike": [], "likely": []}
    for _ in range(20):
        logs = described @ weights + rng.normal(0, 0.4, (150, 4))
        shares = np.round(softmax(logs, axis=1), 4)
        for counting, numbers in off.items():
            numbers.append(float(np.abs(inverted_weights(described, shares, counting) - weights).max()))  # type: ignore[arg-type]
    assert np.mean(off["likely"]) < 0.3 < np.mean(off["alike"])


def test_a_run_is_taken_up_again_and_scored_without_a_model(tmp_path: Path) -> None:
    test, setting = EverydayDecisions(DecisionsOptions(scenes=4)), Setting((BARE,))
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        first = list(conduct(test.procedures(setting), {SUBJECT: twin("amber")}, store))
        assert list(replay(test.procedures(setting), store)) == first


def test_scenes_of_the_user_are_asked_and_others_are_another_run(tmp_path: Path) -> None:
    path = tmp_path / "scenes.json"
    write_scenes(path, list(drawn_scenes(4, 9, "tried", 3)))
    options = DecisionsOptions(items=str(path), scenes=3)
    assert options.own_items["items"] and len(options.asked_scenes(0)) == 3
    answers, found = taken(twin("amber"), items=str(path), scenes=3)
    assert len(answers) == 6 + 3 * 2 * 2 == EverydayDecisions(options).cost(0) and found.n_units == 3
    assert EverydayDecisions(DecisionsOptions(items=str(path))).cost(0) == 6 + 4 * 2 * 2, "there are only four"
    several = [*drawn_scenes(1, 9, "tried", 3), *drawn_scenes(1, 9, "others", 8)]
    write_scenes(tmp_path / "several.json", several)
    uneven = EverydayDecisions(DecisionsOptions(items=str(tmp_path / "several.json")))
    assert uneven.cost(0) == 6 + (2 + 7) * 2, "each scene has its own acts"
    write_scenes(path, list(drawn_scenes(4, 10, "tried", 3)))
    assert options.own_items != DecisionsOptions().own_items


def test_a_scene_that_comes_twice_is_refused(tmp_path: Path) -> None:
    """Its answers would be two units, whose intervals would be too narrow."""
    one, other = drawn_scenes(2, 9, "tried", 3)
    write_scenes(tmp_path / "scenes.json", [one, other, replace(one, acts=one.acts[::-1])])
    with pytest.raises(InputError, match="scene 3 is scene 1 again"):
        DecisionsOptions(items=str(tmp_path / "scenes.json")).asked_scenes(0)
    assert len(DecisionsOptions(items=str(tmp_path / "scenes.json"), scenes=2).asked_scenes(0)) == 2


def test_values_that_no_act_is_rated_for_are_not_said_to_weigh_nothing(tmp_path: Path) -> None:
    def rated(ratings: Sequence[float]) -> tuple[float, ...]:
        return tuple(each * (value in ("curiosity", "safety")) for value, each in zip(VALUES, ratings, strict=True))

    scenes = [
        replace(scene, acts=tuple(replace(act, ratings=rated(act.ratings)) for act in scene.acts), ratings=(0.0,) * 6)
        for scene in drawn_scenes(40, 9, "tried", 4)
    ]
    write_scenes(tmp_path / "scenes.json", scenes)
    found = taken(twin("amber"), items=str(tmp_path / "scenes.json"), scenes=40)[1]
    assert found.scores["curiosity"].estimate.low is not None and found.scores["energy"].estimate.mean is None
    (unrated,) = (said for said in found.verdicts if said.startswith("what acts are rated for"))
    assert unrated == "what acts are rated for does not tell: energy, happiness, intimacy, fairness"
    guard = next(guard for guard in found.guards if guard.name == "follows_values")
    assert guard.state in ("holds", "flagged") and guard.number is not None
    assert found.scalars["stated_agreement"].why == "what acts are rated for does not tell every value"


def test_values_that_ratings_do_not_tell_apart_have_no_weight() -> None:
    """Two of which acts differ alike, and one in which acts of a scene do not differ: the smallest weights are none."""
    rng, several = np.random.default_rng(3), []
    for number in range(20):
        acts = np.zeros((4, 6))
        acts[:, 0] = acts[:, 1] = rng.uniform(-1, 1, 4)
        acts[:, 2], acts[:, 3] = rng.uniform(-1, 1, 4), 0.5
        shares, listed = np.exp(2 * acts[:, 2]), tuple(rng.permutation(4).tolist())
        told = (0, 1, 2, 3), shares / shares.sum(), listed, (np.zeros(6), acts), np.zeros(0)
        several.append(DecidedOnce(f"s{number}", "o01", *told))
    answers = DecisionAnswers(tuple(several), (), np.zeros(0, dtype=object), {}, "log_probability")
    found = revealed_weights(answers, SCORING)
    assert np.isnan(found.whole[:6]).tolist() == [True, True, False, True, True, True]
    assert found.whole[2] == pytest.approx(2.0, abs=1e-6) and found.whole[6] == pytest.approx(0.0, abs=1e-6)
    assert found.estimate(lambda each: float(each[0]), 0.95).why == "nothing that was asked tells it"


@pytest.mark.parametrize("options", [{"scenes": 1}, {"acts": 10}, {"arrangements": 0}, {"told": 21}])
def test_options_out_of_range_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(InputError, match="must lie in"):
        DecisionsOptions(**options)  # type: ignore[arg-type]


def test_acts_of_a_file_are_those_that_it_has() -> None:
    with pytest.raises(InputError, match="acts is for scenes of ours"):
        DecisionsOptions(items="scenes.json", acts=6)


def test_planted_strengths_must_be_known() -> None:
    with pytest.raises(InputError, match="nobody knows the everyday values"):
        EverydayDecisions().expected({"security": 50.0})


def test_a_deed_is_read_back_as_it_is_written() -> None:
    deed = SceneDeed.draw(np.random.default_rng(0))
    assert SceneDeed.read(deed.text) == deed
    other = replace(deed, wishes=(0.1, 0.5, 0.9, 0.25, 1.0, 0.0))
    assert SceneDeed.read(other.text) == other and SceneDeed.read(other.text.replace("curiosity", "glory")) is None
    assert SceneDeed.read(deed.text.replace("You are A", "You are B")) is None


def test_a_cohort_is_calibrated_by_its_twins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tuple(BY_NAME[name] for name in ("amber", "night"))
    monkeypatch.setattr("valuespectrum.reference.cohort.COHORT", few)
    asked = [
        "calibrate",
        "--instrument",
        "decisions",
        "--twins",
        "--run",
        str(tmp_path / "run"),
        "--option",
        "scenes=9",
    ]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["scale"] == "log-odds" and found["figures_over"] == 1 and found["spearman_median"] > 0.7
    assert found["respondents"][0]["planted"] == dict(AMBER.everyday)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    def longest(question: str, dice: Any) -> dict[str, str]:
        lines = [line for line in question.splitlines() if line[1:3] == ": "]
        said = max(lines, key=len)[0] if lines else "4"
        return {"role": "assistant", "content": f"{said}."}

    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    with serving(Behaviour(message=longest, logprobs=False)) as started:
        yield started


def test_a_served_model_is_asked_by_the_same_code(
    server: FaultServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = f"openai:toy-1@{server.url}?scoring=text"
    asked = ["instrument", "run", "decisions", "--model", spec, "--run", str(tmp_path / "run"), "--option", "scenes=4"]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["decisions"]["whole_orders"] == 8 and found["profile"]["safety"]["mean"] is None
    assert found["scalars"]["steady_os_sim"]["mean"] > 0.9


def test_a_local_model_is_asked_by_the_same_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        pytest.skip("torchvision does not fit the torch that is installed")
    from tiny_models import qwen3_vl

    spec = f"hf:{qwen3_vl(tmp_path / 'weights')}"
    asked = ["instrument", "run", "decisions", "--model", spec, "--option", "scenes=2", "--option", "acts=2"]
    assert main([*asked, "--run", str(tmp_path / "run"), "--json"]) in (0, 2)
    scores = json.loads((tmp_path / "run" / "scores.json").read_text(encoding="utf-8"))
    assert scores["n_asks"] == 6 + 4


def test_answers_of_a_table_are_read_by_what_was_left(amber: tuple[pd.DataFrame, Measurement]) -> None:
    read = read_decisions(amber[0], SCORING)
    assert len(read.decided) == 144 and len(read.orders()) == 48 and read.kind == "log_probability"
    assert all(sorted(order) == [0, 1, 2, 3] for order in read.orders().values())
    assert read.orders(for_other=True) == {}


def test_asks_that_failed_change_nothing_about_how_the_others_are_read(amber: tuple[pd.DataFrame, Measurement]) -> None:
    answers = amber[0].copy()
    lost = (answers["left"] == "0 1").to_numpy()
    assert lost.any()
    answers.loc[lost, [name for name in answers if str(name).startswith("log_probability_")]] = np.nan
    answers.loc[lost, "parsed"], answers.loc[lost, "error"] = "", "gone"
    read, without = read_decisions(answers, SCORING), read_decisions(answers[~lost], SCORING)
    assert read.kind == "log_probability" and len(read.decided) == 144 - lost.sum()
    found, wanted = (revealed_weights(each, SCORING).whole[:7] for each in (read, without))
    assert found == pytest.approx(wanted) and found[:6] == pytest.approx(
        [AMBER.everyday[value] for value in VALUES], abs=0.6
    )


def test_two_scenes_tell_weights_without_saying_how_sure_they_are() -> None:
    said = taken(twin("amber"), scenes=2)[1].verdicts
    begun = "not known how surely (too few scenes)", "what acts are rated for does not tell"
    assert said and all(each.startswith(begun) for each in said)


def test_a_list_is_set_beside_itself_turned_round_also_where_an_order_broke_off() -> None:
    listed = [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)]
    orders = [ListedOrder("s1", each, (0, 1, 2), None) for each in listed]
    orders[1] = ListedOrder("s1", listed[1], (2, 1, 0), None)
    whole, without = (agreement_numbers(each, {}, Decider())["steady_os_sim"] for each in (orders, orders[1:]))
    assert whole["s1"] == pytest.approx((average_overlap((0, 1, 2), (2, 1, 0)) + 1) / 2)
    assert without == {"s1": 1.0}, "the second is no list of the third turned round"


def test_chance_and_the_list_stand_together_where_no_wish_was_said() -> None:
    numbers = agreement_numbers([ListedOrder("s1", (0, 1, 2), (2, 1, 0), None)], {}, Decider())
    assert numbers["chance_os_sim"] == {"s1": pytest.approx(4 / 6)} and numbers["chance_first_acc"]["s1"] == 1 / 3
    assert set(numbers) == {"chance_os_sim", "chance_first_acc", "printed_os_sim", "printed_first_acc"}
