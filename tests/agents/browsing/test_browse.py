from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from math import exp, log
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from browse_fixtures import QUESTIONS, TASTE, Leaning, make_catalogue, session, sha
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.doing.decisions import Decision, DecisionOptions, Interview, YesNoQuestion, checked
from agents.browsing.options import Behaviour, BrowseQuestions, EngagementWeights
from agents.browsing.seeing.observe import ObserverOptions, TimedFrame, observe
from agents.browsing.session import browse
from agents.feeds.items import FeedItem
from agents.feeds.policy import load_policy
from agents.feeds.shown import Candidate, Shown
from agents.models.base import Answer, Ask, Choice, FrameReference, Model, Stimulus
from agents.models.local.simulated import SimulatedModel, read_profile
from agents.personas.persona import load_personas
from agents.personas.prompts import simple_prompt
from agents.procedures.procedure import SUBJECT, alone
from vectorstore.foundation.errors import InputError, ModelError

CATALOGUE = make_catalogue()
DETERMINISTIC = Behaviour(deterministic=True)


def decide(model: Model, options: DecisionOptions | None = None) -> Decision:
    interview = Interview("", options or DecisionOptions(), tags={"weight_power": 1.0})
    return alone(interview.decide(QUESTIONS.glance, Stimulus()), {SUBJECT: model})


def logistic(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


# ------------------------------------------------------------------------------------------ decisions


@settings(deadline=None)
@given(st.floats(-4, 4), st.floats(-3, 3), st.floats(-3, 3))
def test_leans_cancel_from_balanced_cells(taste: float, yes_lean: float, first_lean: float) -> None:
    model = Leaning({"power": taste}, yes_lean, first_lean)
    assert decide(model).probability == pytest.approx(logistic(taste), abs=1e-6)
    assert [ask.question for ask in model.asked] == [
        "Would you keep watching? yes or no.",
        "Would you keep watching? no or yes.",
        "Would you scroll on? yes or no.",
        "Would you scroll on? no or yes.",
    ]
    biased = decide(Leaning({"power": taste}, yes_lean, first_lean), DecisionOptions(balanced=False))
    assert biased.probability == pytest.approx(logistic(taste + yes_lean + first_lean), abs=1e-6)


def test_the_leans_of_the_simulated_model_cancel_too() -> None:
    model = SimulatedModel(read_profile("power=1.5,yes_lean=0.8,order_lean=-0.6"))
    assert decide(model).probability == pytest.approx(logistic(1.5), abs=1e-6)


class Fixed:
    """Gives the same answers to every question."""

    id = "fixed"
    settings: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, *answers: Answer) -> None:
        self.answers = answers

    def score(self, asks: Any) -> Any:
        return iter(self.answers)

    generate = score


YES, NO = Answer(text="yes", parsed="yes"), Answer(text="no", parsed="no")
REFUSAL, NONSENSE = Answer(text="Sorry.", parsed="refusal"), Answer(text="Hm", parsed="unparsed")
FAILED = Answer({"yes": -0.1, "no": -2.0}, error="timeout")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((YES, YES, NO, NO), Decision(cast(float, pytest.approx(0.95)))),
        ((NO, NO, YES, YES), Decision(cast(float, pytest.approx(0.05)))),
        ((YES, YES, YES, YES), Decision(cast(float, pytest.approx(0.5)))),
        ((YES, REFUSAL, NO, FAILED), Decision(cast(float, pytest.approx(0.95)))),
        ((YES, REFUSAL, NONSENSE, FAILED), Decision(None)),
        ((REFUSAL, REFUSAL, NO, NO), Decision(None, refused=True)),
        ((REFUSAL, NONSENSE, NONSENSE, FAILED), Decision(None)),
        ((FAILED,) * 4, Decision(None)),
        ((Answer({"yes": float("nan"), "no": -0.1}, parsed="refuse"),) * 4, Decision(None)),
        ((Answer({"yes": float("-inf"), "no": float("-inf")}),) * 4, Decision(None)),
        ((Answer({"yes": 3.0, "no": -0.1}),) * 4, Decision(None)),
    ],
)
def test_what_answers_without_probabilities_come_to(answers: tuple[Answer, ...], expected: Decision) -> None:
    assert decide(Fixed(*answers)) == expected


LOST = [{0}, {1}, {2}, {3}, {0, 2}, {1, 3}, {0, 1}, {2, 3}, {0, 3}, {1, 2}, {0, 1, 2}]


@pytest.mark.parametrize("lost", LOST)
def test_a_lean_to_yes_does_not_pass_for_a_decision_where_cells_were_lost(lost: set[int]) -> None:
    """The four log-odds of yes are those of a taste of 1 with a lean of .7 to yes."""
    cells = [1 + 0.7, 1 + 0.7, -1 + 0.7, -1 + 0.7]
    told = [Answer({"yes": log(logistic(odds)), "no": log(logistic(-odds))}) for odds in cells]
    found = decide(Fixed(*(FAILED if place in lost else each for place, each in enumerate(told)))).probability
    in_balance = any(not lost & pair for pair in ({0, 2}, {1, 3}))
    assert found == (pytest.approx(logistic(1.0)) if in_balance else None)


def test_extreme_probabilities_stay_finite() -> None:
    sure = Answer({"yes": 0.0, "no": float("-inf")})
    unsure = Answer({"yes": float("-inf"), "no": 0.0})
    decision = decide(Fixed(sure, sure, unsure, unsure))
    assert decision.probability is not None and 0.999 < decision.probability <= 1


def test_what_says_nothing_decides_nothing() -> None:
    """Draws that are no option, and options that nearly never come, once made likes and skips."""
    for silent in ({"unparsed": 5}, {"yes": 0, "no": 0, "refusal": 2, "unparsed": 3}, {"no_picture": 1}):
        assert decide(Fixed(*(Answer(parsed="unparsed", counts=silent),) * 4)).probability is None
    assert decide(Fixed(*(Answer({"yes": -9.0, "no": -5.0}, "Hm", "unparsed"),) * 4)) == Decision(None)
    blind = Answer({"yes": -3.0, "no": -0.1}, "No image was provided.", "no_picture")
    assert decide(Fixed(*(blind,) * 4)) == Decision(None)


def test_what_is_complete_wins_over_words() -> None:
    wont = Answer({"yes": log(0.1), "no": log(0.4)}, "I would not keep watching.", "refusal")
    keep = Answer({"yes": log(0.1), "no": log(0.4)}, "No", "no")
    assert decide(Fixed(wont, wont, keep, keep)) == decide(Fixed(keep, keep, wont, wont))
    drawn = {"yes": 6, "no": 0, "unparsed": 4}, {"yes": 0, "no": 6, "refusal": 4}
    yes, no = (Answer(parsed="refusal", counts=counts) for counts in drawn)
    assert decide(Fixed(yes, yes, no, no)).probability == pytest.approx(13 / 14)


def test_a_strong_lean_takes_nothing_of_the_decision() -> None:
    """Log-odds were cut at 20 before they were averaged."""
    cells = [(30 + 1, -31.0), (30 + 1, -31.0), (30 - 1, -29.0), (30 - 1, -29.0)]
    answers = [Answer({"yes": 0.0, "no": less}) for _, less in cells]
    assert decide(Fixed(*answers)).probability == pytest.approx(1 / (1 + exp(-1)))


def test_a_model_that_loses_answers_is_an_error() -> None:
    with pytest.raises(ModelError, match="3 answers to 4"):
        decide(Fixed(YES, YES, NO))


def test_answers_are_cut_to_what_an_answer_may_hold() -> None:
    ask = Ask(Stimulus(), "q", (Choice("yes", ("yes",)),))
    assert checked(Answer({"yes": -1.0, "other": -2.0}, "x" * 9999, "shout", -3), ask) == Answer(
        {"yes": -1.0}, "x" * 2000, "unparsed", 0
    )


def test_options_may_be_other_words_and_braces_are_just_text() -> None:
    question = YesNoQuestion("{x} {options}?", yes=Choice("watch", ("watch", "Watch")), no=Choice("skip", ("skip",)))
    answer = Answer({"watch": log(0.8), "skip": log(0.2)})
    model, interview = Fixed(answer, answer), Interview("", DecisionOptions())
    decision = alone(interview.decide(question, Stimulus()), {SUBJECT: model})
    assert decision.probability == pytest.approx(0.8)
    assert [ask.question for ask in interview.asks] == ["{x} watch or skip?", "{x} skip or watch?"]
    with pytest.raises(InputError, match="no place"):
        YesNoQuestion("Do you like it?")
    with pytest.raises(InputError, match="two different"):
        YesNoQuestion("{options}", no=Choice("yes", ("no",)))


# ------------------------------------------------------------------------------------------ observing


FRAMES = tuple(TimedFrame(FrameReference(sha(str(number)), Path("x")), float(number)) for number in range(8))
SEEN = CatalogueClip(FeedItem("seen", "seen/0", None, np.zeros(1, np.float32)), FRAMES, 8.0, "hello")


@settings(deadline=None)
@given(st.integers(1, 10), st.floats(0, 10), st.sampled_from(["spread", "latest"]))
def test_frames_are_shown_in_order_and_not_before_their_time(count: int, until: float, rule: Any) -> None:
    seen = observe(SEEN, ObserverOptions(n_frames=count, rule=rule), until)
    times = [frame.time for frame in seen.frames]
    available = [frame.time for frame in FRAMES if frame.time <= until]
    assert times == sorted(set(times))
    assert len(times) == min(count, len(available))
    assert times[-1] == available[-1]
    assert rule == "latest" or count == 1 or times[0] == 0
    assert seen.stimulus == Stimulus(tuple(frame.reference for frame in seen.frames))


def test_spread_frames_lie_evenly() -> None:
    times = [frame.time for frame in observe(SEEN, ObserverOptions(n_frames=3), 99).frames]
    assert times in ([0, 3, 7], [0, 4, 7])


def test_a_glance_shows_the_first_frame_and_other_modes_show_no_frames() -> None:
    assert observe(SEEN, ObserverOptions(n_frames=4)).frames == FRAMES[:1]
    assert observe(SEEN, ObserverOptions("caption"), 3).stimulus == Stimulus(caption="hello")
    assert observe(SEEN, ObserverOptions("none")).stimulus == Stimulus()
    with pytest.raises(InputError, match="without frames"):
        observe(replace(SEEN, frames=()), ObserverOptions())
    for options in ({"mode": "smell"}, {"rule": "any"}, {"n_frames": 0}, {"beside": ("smell",)}, {"shuffled": True}):
        with pytest.raises(InputError):
            ObserverOptions(**options)


# ------------------------------------------------------------------------------------------ catalogue


def clip(item_id: str = "a", seconds: float = 1.0, times: tuple[float, ...] = (0.0,), size: int = 3) -> CatalogueClip:
    frames = tuple(TimedFrame(FrameReference(sha(f"{item_id}{time}"), Path("x")), time) for time in times)
    return CatalogueClip(FeedItem(item_id, f"{item_id}/0", None, np.ones(size, np.float32)), frames, seconds)


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        ([], "no clips"),
        ([clip(), clip()], "twice"),
        ([clip(), clip("b", size=2)], "'b'.*vector"),
        ([clip("b", seconds=0.0)], "'b'.*length"),
        ([clip("b", seconds=float("nan"))], "'b'.*length"),
        ([clip("b", times=())], "'b'.*no frames"),
        ([clip("b", times=(1.0, 0.0))], "'b'.*order"),
    ],
)
def test_catalogues_refuse_clips_that_cannot_be_browsed(clips: list[CatalogueClip], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Catalogue(clips)


def test_the_catalogue_hash_covers_content_but_not_order() -> None:
    clips = [clip("a"), clip("b", times=(0.0, 0.5))]
    content_hash = Catalogue(clips).content_hash()
    assert Catalogue(clips[::-1]).content_hash() == content_hash
    changed = [
        clip("c"),
        clip("a", seconds=2.0),
        clip("a", times=(0.0, 0.7)),
        replace(clip("a"), caption="x"),
        replace(clip("a"), tags={"weight_power": 1}),
        replace(clip("a"), item=replace(clip("a").item, group="power")),
        replace(clip("a"), item=replace(clip("a").item, vector=np.zeros(3, np.float32))),
    ]
    assert len({Catalogue([other, clips[1]]).content_hash() for other in changed} | {content_hash}) == len(changed) + 1


# ------------------------------------------------------------------------------------------ sessions


def test_a_deterministic_agent_does_what_is_more_probable() -> None:
    model = Leaning(TASTE, yes_lean=1.0, first_lean=-0.5)
    events = browse(session(behaviour=DETERMINISTIC), CATALOGUE, model).events
    assert len(events) == 12
    for event in events:
        group = CATALOGUE.groups[event.item_id]
        # A log-odds of zero is a tie, which counts as no.
        assert event.action == {"power": "like", "security": "skip", "hedonism": "not_interested"}[str(group)]
        assert event.watch_frac == (1.0 if group == "power" else 0.0)
        assert event.error is None and not event.refusal
        assert len(event.raw_answer) == len(event.parsed) == len(event.logprobs) == len(event.tokens)


def test_the_actions_drawn_are_as_frequent_as_their_probabilities() -> None:
    catalogue = make_catalogue(600, seconds=4.0, groups=("power",))
    keep, like = logistic(0.4), logistic(0.4)
    events = browse(session(steps=600, pool=50), catalogue, Leaning({"power": 0.4})).events
    counts = Counter(event.action for event in events)
    assert counts["not_interested"] == 0
    assert abs(counts["skip"] / 600 - (1 - keep)) < 4 * (keep * (1 - keep) / 600) ** 0.5
    watched = counts["watch"] + counts["like"]
    assert abs(counts["like"] / watched - like) < 4 * (like * (1 - like) / watched) ** 0.5
    whole = sum(event.watch_frac == 1 for event in events)
    assert abs(whole / watched - keep) < 4 * (keep * (1 - keep) / watched) ** 0.5
    assert {event.watch_s for event in events} == {0.0, 2.0, 4.0}


def test_watching_goes_on_chunk_by_chunk_and_shows_no_future() -> None:
    options = session(behaviour=replace(DETERMINISTIC, chunk_s=2.0), steps=1)
    model = Leaning({"power": 3.0})
    [event] = browse(options, make_catalogue(1, seconds=5.0, groups=("power",)), model).events
    pictures = [ask.stimulus.frames[0].picture_sha for ask in model.asked[::4]]
    # Glance at 0 s, on after 2 s and 4 s, liking after 5 s; frames lie at 0, 1.25, 2.5 and 3.75 s.
    assert pictures == [sha("0/0"), sha("0/1"), sha("0/3"), sha("0/3")]
    assert [frame.t_video for frame in event.shown] == [0.0, 1.25, 3.75]
    assert event.watch_s == 5.0
    long = browse(replace(options, behaviour=replace(DETERMINISTIC, max_chunks=3)), make_catalogue(1, 600.0), model)
    assert len(long.events[0].raw_answer) <= 4 * (1 + 2 + 1)


def test_simulated_time_is_glances_and_watching() -> None:
    events = browse(session(), CATALOGUE, Leaning(TASTE)).events
    for before, after in pairwise(events):
        assert after.t_sim == pytest.approx(before.t_sim + 1.0 + before.watch_s)


def test_a_policy_of_others_that_fails_is_named() -> None:
    class Lost:
        name = "lost"
        options = load_policy("random").options

        def next(self, state: Any, rng: Any) -> None:
            raise IndexError("no candidate\nleft")

    with pytest.raises(InputError, match="the policy 'lost' cannot choose: no candidate left"):
        browse(session(policy=Lost()), CATALOGUE, Leaning(TASTE))


@pytest.mark.parametrize(
    ("chances", "own", "said"),
    [
        ((1.0, 1.0), 1.0, "do not sum to one"),
        ((1.5, -0.5), 1.5, "do not sum to one"),
        ((0.5, 0.5), 1.0, "tells two chances"),
        ((), 1.0, "not among its candidates"),
        ((1.0,), 1.0, "was shown before"),
    ],
)
def test_a_policy_of_others_is_held_to_what_policies_promise(chances: Any, own: float, said: str) -> None:
    """By its chances sessions are reweighted: those that are none would be in every number, without a word."""

    class Mine:
        name = "mine"
        options = load_policy("random").options

        def next(self, state: Any, rng: Any) -> Shown:
            items = state.stock.items[: len(chances)]
            offered = [Candidate(each.item_id, 0.0, chance) for each, chance in zip(items, chances, strict=True)]
            return Shown(state.stock.items[0], "mine", offered, own)

    with pytest.raises(InputError, match=f"the policy 'mine' .*{said}"):
        browse(session(policy=Mine()), CATALOGUE, Leaning(TASTE))


@pytest.mark.parametrize("refused", [True, False])
def test_refusals_and_errors_are_no_actions_and_no_signals(refused: bool) -> None:
    model = Leaning(TASTE, refuses="power" if refused else "", fails="" if refused else "power")
    policy = load_policy("similar", exploration=0)
    events = browse(session(policy=policy, behaviour=DETERMINISTIC, steps=12), CATALOGUE, model).events
    silent = [event for event in events if CATALOGUE.groups[event.item_id] == "power"]
    assert len(silent) == 4
    assert all(event.action == "none" and event.refusal is refused and event.watch_s == 0 for event in silent)
    assert all((event.error is None) is refused for event in silent)
    weights = EngagementWeights(skip=-1.0, not_interested=-1.0)
    only_refusals = make_catalogue(6, groups=("power",))
    behaviour = replace(DETERMINISTIC, weights=weights)
    events = browse(session(policy=policy, behaviour=behaviour), only_refusals, model).events
    assert {event.policy_reason for event in events} == {"cold_start"}


def test_the_similar_feed_learns_what_is_liked() -> None:
    catalogue = make_catalogue(90)
    policy = load_policy("similar", temperature=0.1, exploration=0.1)
    shares = []
    for name in ("similar", "random"):
        options = session(policy=policy if name == "similar" else load_policy(name), steps=25)
        events = browse(options, catalogue, Leaning(TASTE)).events
        shares.append(sum(catalogue.groups[event.item_id] == "power" for event in events) / len(events))
    assert shares[0] > 0.6 > 0.5 > shares[1]


def test_persona_words_reach_the_model_and_the_manifest() -> None:
    persona = load_personas()[0]
    model = Leaning(TASTE)
    record = browse(session(steps=1), CATALOGUE, model, persona)
    prompt = simple_prompt([trait.text for trait in persona.traits])
    assert {ask.system for ask in model.asked} == {prompt}
    assert record.manifest.persona == {
        "id": persona.id,
        "kind": "simple",
        "text_hash": sha(prompt),
        "target_profile": dict(persona.target),
    }
    assert browse(session(steps=1), CATALOGUE, model).manifest.persona["kind"] == "none"


def test_changing_one_stream_does_not_move_the_others() -> None:
    plain = browse(session(), CATALOGUE, Leaning(TASTE)).events
    other_taste = browse(session(), CATALOGUE, Leaning({"power": -2.0})).events
    # Another respondent on a random feed sees the same items: clones and controls can be compared step by step.
    assert [event.item_id for event in plain] == [event.item_id for event in other_taste]
    other_seed = browse(session(seed=4), CATALOGUE, Leaning(TASTE)).events
    assert [event.item_id for event in plain] != [event.item_id for event in other_seed]


def test_pools_and_drawn_catalogues_bound_what_is_on_offer() -> None:
    catalogue = make_catalogue(40)
    record = browse(session(items=20, pool=5, steps=99), catalogue, Leaning(TASTE))
    assert record.manifest.n_items == len(record.events) == 20
    assert all(len(event.candidates) <= 5 for event in record.events)
    assert all(sum(each.propensity for each in event.candidates) == pytest.approx(1) for event in record.events)


@pytest.mark.parametrize(
    "make",
    [
        lambda: session(steps=0),
        lambda: session(seed=-1),
        lambda: session(strategy="isq"),
        lambda: Behaviour(chunk_s=0),
        lambda: Behaviour(max_chunks=0),
        lambda: Behaviour(not_interested_below=2),
        lambda: EngagementWeights(like=float("nan")),
        lambda: DecisionOptions(text_certainty=1.0),
        lambda: DecisionOptions(refusal_share=0.0),
    ],
)
def test_dials_out_of_range_are_refused(make: Any) -> None:
    with pytest.raises(InputError):
        make()


def test_captions_are_what_a_reader_sees() -> None:
    model = Leaning(TASTE)
    browse(session(observer=ObserverOptions("caption"), steps=2), CATALOGUE, model)
    assert all(ask.stimulus.caption.startswith("a clip of") and not ask.stimulus.frames for ask in model.asked)


def test_questions_may_have_one_polarity_only() -> None:
    questions = BrowseQuestions(YesNoQuestion("Watch? {options}"), YesNoQuestion("Like? {options}"), "Answer:")
    model = Leaning({"power": 3.0, "security": 3.0, "hedonism": 3.0})
    events = browse(session(questions=questions, behaviour=DETERMINISTIC, steps=3), CATALOGUE, model).events
    assert {event.action for event in events} == {"like"}
    assert {ask.prefill for ask in model.asked} == {"Answer:"}
