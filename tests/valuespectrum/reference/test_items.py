"""Every kind of item can be read back, and its shares are the planted ones."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from reference_items import draw_question, scenes

from valuespectrum.instruments.wordings.choosing import SLIDER_ITEMS, allocations
from valuespectrum.instruments.wordings.describing_oneself import INSTRUCTIONS
from valuespectrum.reference import planted
from valuespectrum.reference.cohort import COHORT, DESIRABLE, CohortMember, Leans
from valuespectrum.reference.items.base import REFUSAL, PlantedItem, Question, Scene
from valuespectrum.reference.items.catalogue import KINDS, read_question
from valuespectrum.reference.items.choosing import Dilemma, Moves, Payoff, Slider, Staircase
from valuespectrum.reference.items.liking import ORDERS, Captioned, Like, LikingScale, Pair
from valuespectrum.reference.items.oneself import Importance, LabelledPortrait, Portrait
from valuespectrum.reference.items.speaking import Reasons, Rewrite, TextStrength, TextValue
from valuespectrum.reference.kinds import KINDS as SCENE_KINDS
from valuespectrum.reference.planted import BY_NAME, Depicted, Mind
from valuespectrum.reference.speech import actions, reason, statements
from valuespectrum.reference.twin.arrays import like_cells
from valuespectrum.reference.twin.reading import look_scene
from valuespectrum.theory.value_sets import NINETEEN

LEANING = CohortMember("leaning", 0.2, 1.2, 70, Leans(0.7, -0.4, 0.3, 0.25), daylight_taste=0.4)
PLAIN = CohortMember("plain", 0.2, 1.2, 70)
SCENE = look_scene("justice_scales:endorsed", "night")
kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)


def logit(share: float) -> float:
    return math.log(share / (1 - share))


def shares_of(item: PlantedItem, mind: Mind, *shown: Scene, said: tuple[str, ...] = ()) -> dict[str, float]:
    return dict(Question(item).shares(mind, shown, said) or {})


@kinds
def test_what_is_written_is_read_back(kind: type[PlantedItem]) -> None:
    rng = np.random.default_rng(5)
    for number in range(100):
        instruction = list(INSTRUCTIONS)[number % len(INSTRUCTIONS)]
        question, _ = draw_question(kind, rng, instruction)
        assert read_question(question.text) == question
    assert kind.read("What is the time?") is None and kind.read("") is None


def test_numbers_off_the_scale_are_no_question() -> None:
    first, second = list(actions())[:2]
    step = Staircase(first, second, 4, 1).text
    rewriting = Rewrite("I care very much about justice for all.", "power_dominance", 2).text
    for text, place in ((step, "Step {} of"), (rewriting, "strength {} of")):
        right = "4" if text == step else "2"
        assert place.format(right) in text and read_question(text)
        for number in ("45", "12", "0", "-1", "6", "two"):
            assert not read_question(text.replace(place.format(right), place.format(number)))
    for text in (Payoff((80, 60), (50, 30)).text, Slider(tuple(allocations(0, 1.0))).text):
        assert read_question(text) and not read_question(text.replace("50", "5" * 5000, 1))


@kinds
def test_shares_sum_to_one_at_every_part(kind: type[PlantedItem]) -> None:
    rng = np.random.default_rng(6)
    target = {"power": 1.0, "benevolence": -1.0}
    for member in COHORT:
        question, seen = draw_question(kind, rng, list(INSTRUCTIONS)[int(rng.integers(len(INSTRUCTIONS)))])
        mind, shown = Mind(member, target if rng.random() < 0.5 else None), scenes(seen)
        said: list[str] = []
        while (shares := question.shares(mind, shown, said)) is not None:
            assert sum(shares.values()) == pytest.approx(1, abs=1e-9) and min(shares.values()) >= 0
            said.append(list(shares)[int(rng.integers(len(shares)))])
            assert len(said) <= 7
        assert said


def test_leans_cancel_over_the_four_cells() -> None:
    mind = Mind(LEANING)
    theta = planted.seen_log_odds(mind, SCENE.shown)
    for first in (0, 4):
        cells = like_cells()[first : first + 4]
        effect = planted.WORDING_EFFECTS[cells[0].form.wording]
        odds = [logit(shares_of(cell, mind, SCENE)["yes"]) for cell in cells]
        signed = [each * cell.form.polarity for each, cell in zip(odds, cells, strict=True)]
        assert np.mean(signed) == pytest.approx(theta + effect, abs=1e-9)
        assert np.mean(odds) == pytest.approx(LEANING.leans.yes, abs=1e-9)
        yes_first = [each for each, cell in zip(odds, cells, strict=True) if cell.form.yes_first]
        assert np.mean(yes_first) - np.mean(odds) == pytest.approx(LEANING.leans.order, abs=1e-9)
    assert sum(planted.WORDING_EFFECTS.values()) == pytest.approx(0, abs=1e-12)


def test_liking_by_hand() -> None:
    held = LEANING.pictures["universalism_concern"]
    assert SCENE.shown.weights == {"universalism_concern": 1.0}
    assert planted.seen_log_odds(Mind(LEANING), SCENE.shown) == pytest.approx(held - 0.4, abs=1e-12)
    obeyed = 0.25 * (held - 0.4) + 0.75 * planted.REACH * -0.5
    assert planted.seen_log_odds(Mind(LEANING, {"universalism": -0.5}), SCENE.shown) == pytest.approx(obeyed)
    other = {"humility": 1.0}
    told = replace(SCENE.shown, caption=other)
    expected = 0.7 * held + 0.3 * LEANING.pictures["humility"] - 0.4
    assert planted.seen_log_odds(Mind(LEANING), told) == pytest.approx(expected)


def test_a_caption_in_the_question_weighs_as_planted() -> None:
    umber, like = BY_NAME["umber"], like_cells()[0]
    caption = next(each.versions[0].caption for each in SCENE_KINDS if each.value == "humility")
    item = Captioned(caption, like)
    expected = 0.2 * umber.pictures["universalism_concern"] + 0.8 * umber.pictures["humility"]
    found = item.log_odds(Mind(umber), [Scene(SCENE.shown)])
    assert found == pytest.approx(expected + planted.WORDING_EFFECTS["like"], abs=1e-9)


def test_ratings_by_hand_and_in_both_directions() -> None:
    nobody = Mind(CohortMember("nobody", 0.0, 0.0, 0))
    middle = shares_of(LikingScale(True), nobody, SCENE)
    bell = [math.exp(-0.5 * (step / planted.RATING_SPREAD) ** 2) for step in (-3, -2, -1, 0, 1, 2, 3)]
    assert list(middle.values()) == pytest.approx([each / sum(bell) for each in bell])
    up, down = (list(shares_of(LikingScale(way), Mind(PLAIN), SCENE).values()) for way in (True, False))
    assert up == pytest.approx(down[::-1])
    leaning = [
        sum(int(digit) * share for digit, share in shares_of(LikingScale(way), Mind(LEANING), SCENE).items())
        for way in (True, False)
    ]
    assert sum(leaning) > 8, "a lean towards high numbers shows in the sum of both directions"


def test_portraits_agree_in_digits_and_words_and_know_acquiescence() -> None:
    statement = next(text for text, weights in statements().items() if weights == {"humility": 1.0})
    opposite = next(text for text, weights in statements().items() if weights == {"humility": -1.0})
    for ascending in (True, False):
        digits = shares_of(Portrait(statement, ascending), Mind(LEANING))
        labels = shares_of(LabelledPortrait(statement, ascending), Mind(LEANING))
        assert list(digits.values()) == pytest.approx(list(labels.values()))
        assert (list(labels)[-1] == "very much like me") is ascending
    agreeing = replace(PLAIN, leans=Leans(acquiescence=1.0))
    for said in (statement, opposite):
        means = [
            sum(int(digit) * share for digit, share in shares_of(Portrait(said, True), Mind(member)).items())
            for member in (PLAIN, agreeing)
        ]
        assert means[1] > means[0]
    plain, leaning = (shares_of(Importance("humility", True), Mind(member)) for member in (PLAIN, agreeing))
    assert plain == pytest.approx(leaning), "importance is no agreement"


def test_choices_lose_the_order_lean_when_options_change_places() -> None:
    texts = list(actions())
    first, second = texts[0], texts[-1]
    difference = LEANING.words[actions()[first]] - LEANING.words[actions()[second]]
    odds = [logit(shares_of(Dilemma(*pair), Mind(LEANING))["A"]) for pair in ((first, second), (second, first))]
    assert odds[0] - odds[1] == pytest.approx(2 * difference)
    assert odds[0] + odds[1] == pytest.approx(4 * LEANING.leans.order)
    other = look_scene("justice_scales:violated", "night")
    swapped = [logit(shares_of(Pair(), Mind(LEANING), *pair)["first"]) for pair in ((SCENE, other), (other, SCENE))]
    gap = planted.seen_log_odds(Mind(LEANING), SCENE.shown) - planted.seen_log_odds(Mind(LEANING), other.shown)
    assert (swapped[0] - swapped[1]) / 2 == pytest.approx(gap)


def test_prices_press_by_the_planted_amount_a_step() -> None:
    quartz, texts = BY_NAME["quartz"], list(actions())
    odds = [logit(shares_of(Staircase(texts[0], texts[-1], step, 0), Mind(quartz))["A"]) for step in range(1, 6)]
    assert np.diff(odds) == pytest.approx([-quartz.pressure] * 4)
    other = [logit(shares_of(Staircase(texts[0], texts[-1], step, 1), Mind(quartz))["A"]) for step in range(1, 6)]
    assert np.diff(other) == pytest.approx([quartz.pressure] * 4)


def test_what_was_answered_before_pulls_by_the_planted_inertia() -> None:
    slate, like, texts = BY_NAME["slate"], like_cells(), list(actions())
    mind = Mind(slate)
    alone = logit(dict(Question(like[0]).shares(mind, [SCENE]) or {})["yes"])
    for before, answer, sign in ((like[0], "yes", 1), (like[2], "yes", -1), (like[2], "no", 1), (like[1], "no", -1)):
        question = Question(like[0], before=((before, answer),))
        odds = logit(dict(question.shares(mind, [SCENE]) or {})["yes"])
        assert odds - alone == pytest.approx(sign * slate.inertia)
    here, earlier = Staircase(texts[0], texts[-1], 2, 0), Staircase(texts[-1], texts[0], 1, 0)
    for answer, sign in (("A", -1), ("B", 1)):
        both = [
            logit(dict(Question(here, before=before).shares(mind, ()) or {})["A"])
            for before in ((), ((earlier, answer),))
        ]
        assert both[1] - both[0] == pytest.approx(sign * slate.inertia)
    unlike = Question(like[0], before=((Reasons(), "1. I care"),))
    assert dict(unlike.shares(mind, [SCENE]) or {}) == shares_of(like[0], mind, SCENE)


def test_allocations_by_hand() -> None:
    viola = BY_NAME["viola"]
    angle = math.radians(viola.svo_angle)
    utilities = [
        planted.PAYOFF_SCALE * (math.cos(angle) * own + math.sin(angle) * other - 0.5 * abs(own - other))
        for own, other in ((80, 20), (50, 50))
    ]
    odds = logit(shares_of(Payoff((80, 20), (50, 50)), Mind(viola))["A"])
    assert odds == pytest.approx(utilities[0] - utilities[1] + 2 * viola.leans.order)
    items = [allocations(item) for item in range(6)]
    measured = [planted.ideal_angle(CohortMember("x", 0, 0, 0, svo_angle=angle), items) for angle in (-16, 5, 30, 60)]
    assert measured == sorted(measured) and measured[0] < 0 < measured[2]
    assert len(SLIDER_ITEMS) == 15
    shares = shares_of(Slider(tuple(items[0])), Mind(replace(PLAIN, svo_angle=45.0)))
    assert list(shares) == list("ABCDEFGHI") and max(shares, key=lambda letter: shares[letter]) == "A"


def test_moves_are_ranked_by_plackett_and_luce() -> None:
    item = Moves(tuple(planted.MOVES))
    utilities = list(planted.move_utilities(Mind(PLAIN), SCENE.shown).values())
    raised = np.exp(utilities)
    first = shares_of(item, Mind(PLAIN), SCENE)
    assert list(first.values()) == pytest.approx(list(raised / raised.sum()))
    second = shares_of(item, Mind(PLAIN), SCENE, said=("skip",))
    left = np.delete(raised, 1)
    words = ["watch", "skip", "like", "comment", "share", "save"]
    assert list(first) == words
    assert [each.strip() for each in second] == [word for word in words if word != "skip"]
    assert list(second.values()) == pytest.approx(list(left / left.sum()))
    assert Question(item).shares(Mind(PLAIN), [SCENE], words) is None


def test_stances_are_refused_and_tasks_are_not() -> None:
    night, like = BY_NAME["night"], like_cells()[0]
    refused = next(kind for kind in SCENE_KINDS if kind.refused)
    shown = look_scene(f"{refused.name}:{refused.versions[0].name}")
    assert shares_of(like, Mind(night), SCENE)[REFUSAL] == pytest.approx(night.refuses)
    both = 1 - (1 - night.refuses) * (1 - night.refusal_rate)
    assert shares_of(like, Mind(night), shown)[REFUSAL] == pytest.approx(both)
    assert shares_of(like, Mind(BY_NAME["amber"]), shown)[REFUSAL] == pytest.approx(0.6)
    assert REFUSAL not in shares_of(like, Mind(BY_NAME["amber"]), SCENE)
    assert Question(like).shares(Mind(night), [SCENE], [REFUSAL]) is None
    assert REFUSAL not in shares_of(TextValue(reason("humility", 3, 0)), Mind(night))


def test_hard_kinds_are_misread_by_the_planted_share() -> None:
    hard = [kind for kind in SCENE_KINDS if kind.misread is not None]
    assert hard
    for kind in hard:
        assert kind.misread is not None
        seen, taken_for = (
            look_scene(f"{kind.name}:endorsed", "day"),
            look_scene(kind.misread.look, "day"),
        )
        right, wrong = (
            shares_of(like_cells()[0], Mind(PLAIN), Scene(shown))["yes"] for shown in (seen.shown, taken_for.shown)
        )
        expected = (1 - kind.misread.share) * right + kind.misread.share * wrong
        assert shares_of(like_cells()[0], Mind(PLAIN), seen)["yes"] == pytest.approx(expected)


def test_instructions_move_words_and_pictures_as_planted() -> None:
    for member in (BY_NAME["amber"], BY_NAME["ocean"]):
        plain, good, honest = (
            planted.profile(Mind(member, frame=frame), "words") for frame in ("", "fake_good", "honest")
        )
        for value, desirable in DESIRABLE.items():
            assert good[value] == pytest.approx(0.25 * member.words[value] + 0.75 * desirable)
            undone = member.pictures[value] * (1 - member.faking / 2) + member.faking / 2 * desirable
            assert honest[value] == pytest.approx(undone)
            assert plain[value] == pytest.approx(member.words[value])
    question = Question(like_cells()[0], "fake_good")
    assert question.mind(Mind(PLAIN)).frame == "fake_good"


def test_judges_err_by_the_planted_rate() -> None:
    named = shares_of(TextValue(reason("humility", 5, 1)), Mind(PLAIN))
    assert named == pytest.approx(
        {"humility": 0.9, "benevolence: dependability": 0.05, "conformity: interpersonal": 0.05}
    )
    strengths = shares_of(TextStrength(reason("humility", 5, 1), "humility"), Mind(PLAIN))
    assert max(strengths, key=lambda digit: strengths[digit]) == "5"
    elsewhere = shares_of(TextStrength(reason("humility", 5, 1), "face"), Mind(PLAIN))
    assert max(elsewhere, key=lambda digit: elsewhere[digit]) == "1"


def test_reasons_stand_for_what_is_held_and_what_is_seen() -> None:
    held = planted.reason_shares(Mind(PLAIN))
    raised = np.exp(list(PLAIN.words.values()))
    assert held == pytest.approx(list(raised / raised.sum()))
    seen = dict(zip(NINETEEN.dimensions, planted.reason_shares(Mind(PLAIN), SCENE.shown), strict=True))
    plain = dict(zip(NINETEEN.dimensions, held, strict=True))
    assert seen["universalism_concern"] > plain["universalism_concern"]


def test_words_over_pictures_push_only_the_susceptible() -> None:
    thorn = BY_NAME["thorn"]
    odds = [planted.seen_log_odds(Mind(thorn), Depicted({}, push=push)) for push in (-1, 0, 1)]
    assert odds == pytest.approx([-thorn.susceptibility, 0.0, thorn.susceptibility])
    assert {len({Like.read(cell.text) for cell in like_cells(wordings)}) for wordings in (3,)} == {12}
    assert ORDERS[0] == ("yes", "no")
