"""Twins answer by the planted formulas what they read, and say so where they cannot read it."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from reference_items import draw_question, draw_seen, scenes, tags

from agents.answers.respondent import BARE
from agents.models.ask_key import ask_key
from agents.models.base import Answer, Ask, Choice, FrameReference, Model, ModelOptions, Stimulus, Turn
from agents.models.local import simulated
from agents.personas.persona import load_personas, load_trait_bank
from agents.personas.prompts import profile_prompt, simple_prompt
from valuespectrum.instruments.battery import ItemOptions
from valuespectrum.instruments.isq import questionnaire_forms
from valuespectrum.instruments.like import LikeBattery
from valuespectrum.instruments.wordings.choosing import STAIRCASE
from valuespectrum.instruments.wordings.questionnaire import PAPER_QUESTION
from valuespectrum.reference import planted
from valuespectrum.reference.cohort import COHORT, CohortMember
from valuespectrum.reference.items.base import REFUSAL, PlantedItem, Question
from valuespectrum.reference.items.catalogue import KINDS, UNTAUGHT
from valuespectrum.reference.items.choosing import Staircase
from valuespectrum.reference.items.liking import Describe, Like
from valuespectrum.reference.items.oneself import Importance
from valuespectrum.reference.items.speaking import Reasons
from valuespectrum.reference.kinds import KINDS as SCENE_KINDS
from valuespectrum.reference.planted import BY_NAME, Depicted, Mind
from valuespectrum.reference.respondents import draw_respondents, member_entries, member_of, read_member
from valuespectrum.reference.speech import actions
from valuespectrum.reference.truth import is_synthetic, planted_profile
from valuespectrum.reference.twin.agreement import agreement, written_ask
from valuespectrum.reference.twin.arrays import like_answers, like_cells
from valuespectrum.reference.twin.loading import load
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.reference.twin.reading import (
    NO_PICTURE_SEEN,
    NOT_UNDERSTOOD,
    Understood,
    captioned_scene,
    look_scene,
    persona_target,
    scenes_of,
)
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError, ModelError

AMBER = BY_NAME["amber"]
YES_NO = (Choice("yes", ("yes", "Yes", "YES")), Choice("no", ("no", "No", "NO")))
LIKE = like_cells()[0]
LOOK = "justice_scales:endorsed"
kinds = pytest.mark.parametrize("kind", (*KINDS, *UNTAUGHT), ids=lambda kind: kind.kind)


def answer_to(model: Model, ask: Ask) -> Answer:
    (answer,) = model.score([ask])
    return answer


def like_ask(**tags: str | int | float) -> Ask:
    return Ask(Stimulus(), LIKE.text, YES_NO, tags=tags)


def yes(model: Model, ask: Ask) -> float:
    return math.exp(answer_to(model, ask).log_probabilities["yes"])


def planted_yes(mind: Mind, shown: Depicted) -> float:
    odds = planted.seen_log_odds(mind, shown) + planted.WORDING_EFFECTS["like"]
    return planted.yes_probability(mind, odds, 1, True)


@pytest.mark.parametrize("spec", ["", "security=2,power=-1", "security=1,refusal_rate=0.3,noise=0.5", "humour=2"])
def test_profiles_stay_what_they_were(spec: str) -> None:
    new, old = (loader(spec, ModelOptions(seed=3)) for loader in (load, simulated.load))
    asks = [like_ask(weight_security=1.0, weight_power=0.1 * number) for number in range(5)]
    assert isinstance(new, simulated.SimulatedModel)
    assert (new.id, new.settings) == (old.id, old.settings)
    assert list(new.score(asks)) == list(old.score(asks))
    assert [ask_key(ask, new) for ask in asks] == [ask_key(ask, old) for ask in asks]


def test_malformed_profiles_are_refused_as_they_were() -> None:
    for spec in ("ambr", "security", "security=much", "refusal_rate=2"):
        with pytest.raises(InputError) as new:
            load(spec, ModelOptions())
        with pytest.raises(InputError) as old:
            simulated.load(spec, ModelOptions())
        assert str(new.value) == str(old.value)


def test_the_scheme_leads_to_the_twins() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["entry-points"]["valuespectrum.models"]["simulated"] == f"{load.__module__}:load"


@kinds
def test_every_kind_is_answered_by_its_shares(kind: type[PlantedItem]) -> None:
    rng = np.random.default_rng(8)
    target = {value: float(rng.choice([-1.0, 1.0])) for value in VALUES[:3]}
    bank = load_trait_bank()
    system = simple_prompt([bank[value]["positive" if level > 0 else "negative"][0] for value, level in target.items()])
    for member in COHORT[::5]:
        for words, role in (("", None), (system, target)):
            question, seen = draw_question(kind, rng, "fake_good" if role else "")
            mind, shown = Mind(member, role), scenes(seen)
            said: list[str] = []
            while (shares := question.shares(mind, shown, said)) is not None:
                ask = written_ask(Understood(question, mind, shown, tuple(said)), tags=tags(seen), system=words)
                answer = answer_to(TwinModel(member), ask)
                given = [math.exp(answer.log_probabilities[text.strip()]) for text in shares]
                assert given == pytest.approx(list(shares.values()), abs=1e-9)
                assert answer.text == max(shares, key=lambda text: shares[text]).strip()
                said.append(list(shares)[int(rng.integers(len(shares)))])


def test_free_texts_are_put_together_part_by_part() -> None:
    ask = Ask(Stimulus(), Reasons().text)
    (answer,) = TwinModel(AMBER).generate([ask])
    lines = answer.text.split("\n")
    assert [line[:10] for line in lines] == ["1. I care ", "2. I care ", "3. I care "]
    assert answer_to(TwinModel(AMBER), ask) == answer
    (begun,) = TwinModel(AMBER).generate([replace(ask, prefill="1. I care a little")])
    assert begun.text.startswith("about ") and "\n2. I care" in begun.text
    (other,) = TwinModel(AMBER).generate([replace(ask, prefill="Answer:")])
    assert other.text == answer.text
    (described,) = TwinModel(AMBER).generate([Ask(Stimulus(), Describe().text, tags={"look": LOOK})])
    assert described.text == "balanced scales of justice with equal people."


def test_repeats_of_free_texts_are_drawn_and_stay_what_they_are() -> None:
    ask, model = Ask(Stimulus(), Reasons().text), TwinModel(AMBER)
    drawn = [next(model.generate([replace(ask, draw=number)])).text for number in range(1, 60)]
    assert len(set(drawn)) > 50
    assert next(model.generate([replace(ask, draw=7)])).text == drawn[6]
    other = TwinModel(AMBER, ModelOptions(seed=1))
    assert next(other.generate([replace(ask, draw=7)])).text != drawn[6]
    cold = TwinModel(AMBER, ModelOptions(temperature=0.01))
    frozen = answer_to(TwinModel(AMBER, ModelOptions(samples=9, temperature=1e-5)), like_ask(look=LOOK))
    assert sorted(frozen.counts.values()) == [0, 9], "what is likeliest alone, however cold"
    strengths = [next(cold.generate([replace(ask, draw=number)])).text.split(" about")[0] for number in range(1, 5)]
    assert set(strengths) == {next(model.generate([ask])).text.split(" about")[0]}


def test_samples_are_counted_at_their_temperature() -> None:
    night = BY_NAME["night"]
    ask = like_ask(look=LOOK)
    shares = Question(LIKE).shares(Mind(night), [look_scene(LOOK)]) or {}
    answer = answer_to(TwinModel(night, ModelOptions(samples=4000)), ask)
    assert not answer.log_probabilities and sum(answer.counts.values()) == 4000
    said = {name: count / 4000 for name, count in answer.counts.items()}
    expected = {"yes": shares["yes"], "no": shares["no"], "refusal": shares[REFUSAL]}
    assert said == pytest.approx(expected, abs=0.03)
    assert answer == answer_to(TwinModel(night, ModelOptions(samples=4000)), replace(ask, tags={**ask.tags, "clip": 1}))
    assert answer != answer_to(TwinModel(night, ModelOptions(samples=4000)), replace(ask, draw=1))
    hot = answer_to(TwinModel(night, ModelOptions(samples=4000, temperature=50)), ask)
    assert all(abs(count / 4000 - 1 / 3) < 0.03 for count in hot.counts.values())
    lost = answer_to(TwinModel(night, ModelOptions(samples=3)), replace(ask, question="Who are you?"))
    assert lost.counts == {"yes": 0, "no": 0, "unparsed": 3}


@pytest.mark.parametrize("options", [ModelOptions(samples=-1), ModelOptions(temperature=0.0)])
def test_impossible_samples_are_refused(options: ModelOptions) -> None:
    with pytest.raises(ModelError):
        TwinModel(AMBER, options)


def test_what_it_does_not_know_it_does_not_answer_by_chance() -> None:
    model, known = TwinModel(AMBER), like_ask(look=LOOK)
    for ask, text, parsed in (
        (replace(known, question="Do you like jazz? Answer yes or no."), NOT_UNDERSTOOD, "unparsed"),
        (replace(known, tags={}), NO_PICTURE_SEEN, "no_picture"),
        (replace(known, choices=(Choice("A", ("A",)), Choice("B", ("B",)))), "None of these is an answer.", "unparsed"),
    ):
        answer = answer_to(model, ask)
        assert (answer.text, answer.parsed) == (text, parsed)
        assert answer.mass < 0.1
    (free,) = model.generate([Ask(Stimulus(), "Tell me a story.")])
    assert free.text == NOT_UNDERSTOOD
    seen = answer_to(model, Ask(Stimulus((FrameReference("0" * 64, Path()),)), LIKE.text, YES_NO))
    assert math.exp(seen.log_probabilities["yes"]) == pytest.approx(planted_yes(Mind(AMBER), Depicted({})))


def test_personas_are_read_as_training_writes_them() -> None:
    rng, bank = np.random.default_rng(2), load_trait_bank()
    for _ in range(50):
        target = {value: float(rng.choice([-1.0, 1.0])) for value in rng.permutation(VALUES)[: rng.integers(1, 7)]}
        traits = [
            str(text)
            for value, level in target.items()
            for text in rng.permutation(bank[value]["positive" if level > 0 else "negative"])[: rng.integers(1, 3)]
        ]
        assert persona_target(simple_prompt([str(text) for text in rng.permutation(traits)])) == target
        levels = {value: float(rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0])) for value in VALUES}
        assert persona_target(profile_prompt(levels)) == levels
    for persona in load_personas():
        said = persona_target(simple_prompt([trait.text for trait in persona.traits])) or {}
        assert {value: level for value, level in persona.target.items() if level} == pytest.approx(said)
    for unknown in ("", "You are a helpful assistant.", simple_prompt(["I play the flute."])):
        assert persona_target(unknown) is None


def test_personas_move_answers_by_the_obedience() -> None:
    target = {"universalism": -1.0}
    system = simple_prompt([load_trait_bank()["universalism"]["negative"][0]])
    ask = replace(like_ask(look=LOOK, time_of_day="night"), system=system)
    shown = look_scene(LOOK, "night").shown
    assert yes(TwinModel(AMBER), ask) == pytest.approx(planted_yes(Mind(AMBER, target), shown))


def test_pictures_are_told_by_tags() -> None:
    model, mind = TwinModel(AMBER), Mind(AMBER)
    parts = {"universalism_concern": 1 / 3, "universalism_nature": 1 / 3, "universalism_tolerance": 1 / 3}
    for told, shown in (
        ({"weight_universalism": 1.0}, Depicted(parts)),
        ({"weight_humility": -0.8}, Depicted({"humility": -0.8})),
        ({"weight_humility": 0.5, "weight_power": 0.5, "time_of_day": "night"},
         Depicted({"humility": 0.5, "power_dominance": 0.25, "power_resources": 0.25}, "night")),
        ({"look": LOOK, "weight_power": 1.0}, look_scene(LOOK).shown),
        ({"weight_nothing": 1.0, "time_of_day": "day"}, Depicted({}, "day")),
    ):  # fmt: skip
        assert yes(model, like_ask(**told)) == pytest.approx(planted_yes(mind, shown))
    thorn = BY_NAME["thorn"]
    pushed = yes(TwinModel(thorn), like_ask(look=LOOK, overlay_push=-1))
    assert pushed == pytest.approx(planted_yes(Mind(thorn), replace(look_scene(LOOK).shown, push=-1)))
    ask = like_ask(look=LOOK)
    assert ask_key(ask, model) != ask_key(replace(ask, tags={"look": "justice_scales:violated"}), model)
    assert ask_key(ask, model) == ask_key(replace(ask, tags={**ask.tags, "clip": "x"}), model)


@pytest.mark.parametrize("told", [{"look": "justice_scales:upside_down"}, {"look": "x"}, {"time_of_day": "noon"}])
def test_impossible_tags_are_refused(told: Mapping[str, str]) -> None:
    with pytest.raises(InputError):
        answer_to(TwinModel(AMBER), like_ask(**told))


def test_frames_in_order_tell_what_one_frame_does_not() -> None:
    kind = next(kind for kind in SCENE_KINDS if kind.group == "ordered")
    first, last = (f"{kind.name}:{look}" for look in kind.looks)

    def weights(*looks: str) -> Mapping[str, float]:
        named: dict[str, str | int | float] = {f"look_{number}": look for number, look in enumerate(looks, start=1)}
        (scene,) = scenes_of(Ask(Stimulus(), LIKE.text, tags=named), 1) or ()
        return scene.shown.weights

    assert weights(first, first, last) == kind.version("forward").weights
    assert weights(last, first) == kind.version("backward").weights
    named: dict[str, str | int | float] = {"look_1": last, "look_2": first, "time_of_day": "night", "overlay_push": 1}
    (lit,) = scenes_of(Ask(Stimulus(), LIKE.text, tags=named), 1) or ()
    assert lit == look_scene(f"{kind.name}:backward", "night", 1)
    assert weights(first, first) == weights(last) == look_scene(first).shown.weights
    assert weights(LOOK, LOOK) == look_scene(LOOK).shown.weights
    assert weights(LOOK, first)["universalism_concern"] >= 0.5


def test_captions_tell_what_tags_do_not() -> None:
    umber = BY_NAME["umber"]
    caption = look_scene(LOOK, "night").description
    alone = Ask(Stimulus(caption=caption), LIKE.text, YES_NO)
    seen = captioned_scene(caption)
    assert seen is not None and seen.shown == look_scene(LOOK, "night").shown
    assert yes(TwinModel(umber), alone) == pytest.approx(planted_yes(Mind(umber), seen.shown))
    over = captioned_scene(f'{caption}, with the words "SWIPE AWAY"')
    assert over is not None and over.shown.push == -1
    both = replace(alone, tags={"weight_humility": 1.0})
    told = Depicted({"humility": 1.0}, caption=seen.shown.weights)
    assert yes(TwinModel(umber), both) == pytest.approx(planted_yes(Mind(umber), told))
    unknown = replace(both, stimulus=Stimulus(caption="a cat"))
    assert yes(TwinModel(umber), unknown) == pytest.approx(planted_yes(Mind(umber), Depicted({"humility": 1.0})))
    assert captioned_scene("a cat") is None


def test_earlier_turns_pull() -> None:
    slate, mind = BY_NAME["slate"], Mind(BY_NAME["slate"])
    ask, shown = like_ask(look=LOOK), [look_scene(LOOK)]

    def after(*turns: Turn) -> float:
        return yes(TwinModel(slate), replace(ask, turns=turns))

    said = {last: (Question(LIKE).item.shares(replace(mind, last=last), shown, ()) or {})["yes"] for last in (-1, 0, 1)}
    asked = Turn("user", LIKE.text)
    assert after(asked, Turn("assistant", "Yes.")) == pytest.approx(said[1])
    assert after(asked, Turn("assistant", "no")) == pytest.approx(said[-1])
    assert after(asked, Turn("assistant", "no"), asked, Turn("assistant", "yes")) == pytest.approx(said[1])
    lost = (Turn("user", "Hm?"), Turn("assistant", "no"))
    assert after(asked, Turn("assistant", "yes"), *lost) == pytest.approx(said[0])
    assert after(asked, Turn("assistant", "perhaps")) == pytest.approx(said[0])
    first, *_, second = actions()
    steps = [Staircase(first, second, step, 1) for step in (1, 2)]
    climbed = Ask(
        Stimulus(),
        steps[1].text,
        (Choice("A", ("A",)), Choice("B", ("B",))),
        turns=(Turn("user", steps[0].text), Turn("assistant", "b")),
    )
    expected = steps[1].shares(replace(mind, last=-1), (), ()) or {}
    assert math.exp(answer_to(TwinModel(slate), climbed).log_probabilities["A"]) == pytest.approx(expected["A"])
    assert STAIRCASE.read(steps[1].text) is not None


def test_every_respondent_is_stated_by_what_is_planted_in_it(tmp_path: Path) -> None:
    for member in (*COHORT, *draw_respondents(5)):
        again = member_of(member_entries(member))
        assert planted.truth_of(again) == {**planted.truth_of(member), "beside": {}}
        assert TwinModel(again).id == TwinModel(member).id
    file = tmp_path / "mine.yaml"
    file.write_text("base: amber\nelevation: 0.5\nleans: {yes: 0}\nhumility: 2\n", encoding="utf-8")
    found, pairs = (read_member(text) for text in (str(file), "amber,elevation=0.5,yes=0,humility=2"))
    assert found is not None and found == pairs
    member = found[1]
    assert (member.leans.yes, member.leans.order, member.elevation) == (0, 0.35, 0.5)
    assert member.pictures["humility"] == pytest.approx(AMBER.pictures["humility"] + 0.2 + 2)
    assert member.pictures["face"] == pytest.approx(AMBER.pictures["face"] + 0.2)
    assert load(str(file), ModelOptions()).id.startswith("simulated:amber,")
    assert planted.truth_of(member_of(member_entries(member))) == planted.truth_of(member)


def test_values_can_be_stated_without_a_circle() -> None:
    found = read_member("humility=2,power=-1,order=0.5,sanitises=1,profile_of=birch")
    assert found is not None
    named, member = found
    assert member.sanitises and member.leans.order == 0.5
    stated = {"humility": 2.0, "power_dominance": -1.0, "power_resources": -1.0}
    assert member.pictures == {value: stated.get(value, 0.0) for value in member.pictures}
    assert member.foundations == BY_NAME["birch"].foundations
    assert named == "humility=2,order=0.5,power=-1,etc"


@pytest.mark.parametrize(
    "spec",
    ["amber,nothing=1", "amber,order=much", "amber,refuses=2", "amber,yes=inf", "humility=x", "face=1,yes_lean=1"],
)
def test_malformed_respondents_are_refused(spec: str) -> None:
    with pytest.raises(InputError):
        load(spec, ModelOptions())


def test_the_base_of_a_file_must_be_known(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("base: somebody\n", encoding="utf-8")
    with pytest.raises(InputError, match="somebody"):
        load(str(file), ModelOptions())


def test_ids_and_settings_tell_respondents_apart() -> None:
    models = [load(spec, ModelOptions()) for spec in ("amber", "birch", "amber,yes=0", "krill")]
    assert len({model.id for model in models}) == 4 and isinstance(models[0], Model)
    assert models[0].id.startswith("simulated:amber@") and is_synthetic(models[0].id)
    assert models[0].id == TwinModel(AMBER).id
    truth = planted_profile(models[0].id, models[0].settings)
    assert truth is not None and set(truth) == set(VALUES)
    told = planted.seen_log_odds(Mind(AMBER), Depicted({"power_dominance": 0.5, "power_resources": 0.5}))
    assert truth["power"] == pytest.approx(100 * planted.sigmoid(told))
    other = planted_profile(models[1].id, models[1].settings)
    assert truth != other


def test_questions_of_the_batteries_are_understood() -> None:
    asks = [
        Ask(Stimulus(), form.question, form.choices, tags={"weight_power": 1.0})
        for form in (*LikeBattery(ItemOptions(3))._forms(BARE), *questionnaire_forms())
    ]
    assert len(asks) == 20
    for answer in TwinModel(AMBER).score(asks):
        assert answer.mass == pytest.approx(1) and answer.parsed
    (said,) = TwinModel(AMBER).generate([Ask(Stimulus(), PAPER_QUESTION, tags={"weight_power": 1.0})])
    assert said.text in ("yes", "no")


def test_the_like_battery_finds_what_is_called_planted() -> None:
    model = TwinModel(BY_NAME["fjord"])
    truth = planted_profile(model.id, model.settings) or {}
    for value in VALUES:
        asks = [Ask(Stimulus(), cell.text, YES_NO, tags={f"weight_{value}": 1.0}) for cell in like_cells()]
        signs = [cell.form.polarity for cell in like_cells()]
        odds = [
            sign * (answer.log_probabilities["yes"] - answer.log_probabilities["no"])
            for sign, answer in zip(signs, model.score(asks), strict=True)
        ]
        assert 100 * planted.sigmoid(float(np.mean(odds))) == pytest.approx(truth[value])


def test_drawn_respondents_spread_like_the_cohort() -> None:
    drawn = draw_respondents(600, seed=4)
    assert drawn[:20] == draw_respondents(20, seed=4) != draw_respondents(20)
    assert len({member.name for member in drawn}) == 600
    for name in ("elevation", "yes", "order", "scale", "svo_angle"):
        ours, theirs = ([member_entries(member).get(name, 0.0) for member in each] for each in (drawn, COHORT))
        assert np.mean(ours) == pytest.approx(np.mean(theirs), abs=6 if name == "svo_angle" else 0.25)
        assert np.std(ours) == pytest.approx(np.std(theirs), rel=0.6)
    peaks = Counter(int(member.peak // 60) for member in drawn)
    assert min(peaks.values()) > 60
    for what in ("faking", "gap", "refuses", "sanitises"):
        assert 0.02 < np.mean([bool(getattr(member, what)) for member in drawn]) < 0.08
    assert 0.02 < np.mean([member.leans.constant > 0 for member in drawn]) < 0.08
    assert 0.02 < np.mean([member.amplitude == 0 for member in drawn]) < 0.08


def test_arrays_answer_as_twins_do() -> None:
    rng = np.random.default_rng(3)
    members: list[CohortMember] = [*COHORT[9:24:2], *draw_respondents(4)]
    seen = draw_seen(rng, 12)
    hard = [kind for kind in SCENE_KINDS if kind.misread][:2]
    refused = [kind for kind in SCENE_KINDS if kind.refused][:1]
    seen += [(f"{kind.name}:{kind.versions[0].name}", "sunset", 1) for kind in (*hard, *refused)]
    questions = (*like_cells(3), *(Like.draw(rng) for _ in range(4)))
    system = profile_prompt({"security": 1.0, "power": -0.5})
    for target, words in ((None, ""), (persona_target(system), system)):
        found = like_answers(members, [look_scene(*each) for each in seen], questions, target)
        for person, member in enumerate(members):
            asks = [
                Ask(
                    Stimulus(),
                    question.text,
                    (Choice("yes", (question.form.yes,)), Choice("no", (question.form.no,))),
                    words,
                    tags=tags([each]),
                )
                for each in seen
                for question in questions
            ]
            given = np.array([math.exp(each.log_probabilities["yes"]) for each in TwinModel(member).score(asks)])
            answered = 1 - found.refused[person][:, None]
            assert np.abs(given.reshape(len(seen), -1) - answered * found.yes[person]).max() < 1e-9


def test_arrays_know_captions_and_make_columns() -> None:
    told = Depicted({"humility": 1.0}, "day", caption={"face": 1.0})
    scene = replace(look_scene(LOOK), shown=told)
    found = like_answers([BY_NAME["umber"], BY_NAME["night"]], [scene] * 1500)
    expected = planted_yes(Mind(BY_NAME["umber"]), told)
    assert found.yes[0, 0, 0] == pytest.approx(expected)
    columns = found.columns(seed=1)
    assert {len(column) for column in columns.values()} == {2 * 1500 * 8}
    assert np.allclose(columns["yes"] + columns["no"] + columns["refusal"], 1)
    night = columns["respondent"] == "night"
    assert np.mean(columns["said"][night] == "refusal") == pytest.approx(0.35, abs=0.02)
    assert np.mean(columns["said"][night] == "yes") == pytest.approx(columns["yes"][night].mean(), abs=0.02)
    assert "said" not in found.columns()
    assert columns["wording"][0] == "like" and columns["polarity"][2] == -1 and columns["first"][1] == "no"


def test_agreement_is_told_for_each_kind() -> None:
    rng = np.random.default_rng(1)
    asks = []
    for kind in (Like, Importance, Reasons):
        for _ in range(5):
            question, seen = draw_question(kind, rng)
            asks.append(written_ask(Understood(question, Mind(AMBER), scenes(seen)), tags=tags(seen)))
    itself = agreement(TwinModel(AMBER), TwinModel(AMBER), asks)
    assert {kind: each.asks for kind, each in itself.items()} == dict.fromkeys(
        ("like", "importance", "three reasons"), 5
    )
    assert all(each.error == each.largest == 0 for each in itself.values())
    other = agreement(TwinModel(BY_NAME["krill"]), TwinModel(AMBER), asks)
    assert other["like"].error == pytest.approx(other["like"].largest) and other["like"].error > 0.05
    assert next(iter(other.values())).largest == max(each.largest for each in other.values())
    picture = FrameReference("0" * 64, Path())
    later = Question(LIKE, before=((LIKE, "no"), (LIKE, "yes")))
    ask = written_ask(Understood(later, Mind(AMBER), (look_scene(LOOK),)), [picture], {"look": LOOK})
    assert [len(turn.frames) for turn in ask.turns] == [1, 0, 0, 0] and ask.frames == (picture,)
    with pytest.raises(ValueError, match="said"):
        written_ask(Understood(Question(LIKE), Mind(AMBER), (look_scene(LOOK),), ("yes",)))
