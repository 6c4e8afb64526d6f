"""Revealed profiles and verdicts, on planted walkers: a small slice of ``bench.truth.sessions``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from session_worlds import PlantedFeed, walk

from agents.personas.persona import load_personas
from bench.truth.sessions import BARE, PERSONA, Planted, judged, measured, study, targets
from valuespectrum.operations.studies.roleplay_plan import Effort, planned_power, power_in_words
from valuespectrum.operations.studies.roleplay_words import in_words, sessions_in_words
from valuespectrum.scoring.estimate import HEADLINE
from valuespectrum.scoring.facets.inference import holm
from valuespectrum.scoring.personas.placebos import FEWEST_PLACEBOS
from valuespectrum.scoring.personas.power import PersonaStudy, chance_of_moved, sessions_noise
from valuespectrum.scoring.pictures.bootstrap import NO_SPREAD
from valuespectrum.sessions.document import SessionScoring, sessions_document
from valuespectrum.sessions.revealed.clip_effects import clip_variance
from valuespectrum.sessions.revealed.decisions import Decisions
from valuespectrum.sessions.revealed.mixed import Influences, MixedFit, fit_mixed
from valuespectrum.sessions.revealed.profiles import Revealed, RevealOptions, consecutive, reveal
from valuespectrum.sessions.revealed.roles import session_personas, worded_personas
from valuespectrum.sessions.revealed.stability import STRETCHES, fading, separability, stability
from valuespectrum.sessions.stated import stated_and_revealed, stated_profiles
from valuespectrum.sessions.walks.walked import WalkedSession, Walker
from valuespectrum.theory.value_sets import TEN
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError

SMALL = Planted(seeds=6, steps=40, texts=FEWEST_PLACEBOS)
LIKES = dict(zip(VALUES, np.linspace(-1.5, 1.5, len(VALUES)).tolist(), strict=True))


def test_a_persona_that_does_nothing_is_not_called_moved() -> None:
    found = measured(replace(SMALL, text_sd=0.2), 12, seed=1)
    assert found["moved"] + found["moved away"] <= 1 / 12
    assert found["profile"] >= 0.88 and found["shifts"] >= 0.88


def test_half_of_a_persona_is_found_and_told() -> None:
    found = measured(Planted(0.5), 8, seed=2)
    assert found["moved"] >= 7 / 8
    assert found["keep"] >= 6 / 8 and found["pull"] >= 6 / 8 and found["profile"] >= 0.88


def test_several_wordings_find_half_of_a_persona_where_any_words_do_much() -> None:
    """One wording finds it in two of three, three wordings in nearly all."""
    sessions, _, target = study(Planted(0.5, 0.5, wordings=3), np.random.default_rng(2))
    aim = dict(zip(VALUES, target.tolist(), strict=True))
    revealed, names = reveal(sessions), [PERSONA.persona, *(f"{PERSONA.persona}@{number}" for number in (2, 3))]
    (row,) = worded_personas(revealed, dict.fromkeys(names, aim))
    assert (row["persona"], row["wordings"], row["verdict"]) == (PERSONA.persona, 3, "moved")
    alone = list(session_personas(revealed, dict.fromkeys(names, aim)))
    assert [each["persona"] for each in alone] == names
    assert row["beyond"] == pytest.approx(np.mean([each["beyond"] for each in alone]))
    assert row["beyond_se"] < min(each["beyond_se"] for each in alone)
    assert list(worded_personas(revealed, {PERSONA.persona: aim})) == []


def test_a_value_that_was_not_told_leaves_the_others_in_log_odds() -> None:
    profile = {value: {HEADLINE: float(at), "centred": 25.0 * at} for at, value in enumerate(VALUES)}
    lacking = profile | {VALUES[0]: {HEADLINE: None, "centred": None}}
    row = {"value_set": TEN.name, "model": "simulated:amber@1", "persona": "none", "strategy": "simple"}
    (told,) = stated_profiles([row | {"profile": lacking}]).values()
    assert np.isnan(told[0]) and told[1:].tolist() == [float(at) for at in range(1, 10)]
    steps = {value: {"centred": float(at)} for at, value in enumerate(VALUES)}
    (told,) = stated_profiles([row | {"profile": steps}]).values()
    assert told.tolist() == [float(at) for at in range(10)]


def test_the_plan_says_what_the_study_finds() -> None:
    """Power as drawn for a plan, beside the shares of ``bench.truth.sessions`` (300 studies each)."""
    aims = list(targets())

    def chance(obedience: float, text_sd: float, wordings: int = 1, sessions: int = 10) -> float:
        found = chance_of_moved(obedience, text_sd, aims, PersonaStudy(8, wordings, sessions_noise(sessions, 50, 10)))
        assert found is not None
        return found

    assert chance(0.5, 0.5, wordings=3) == pytest.approx(0.853, abs=0.06)
    assert chance(0.0, 0.5, wordings=3) < 0.025
    assert chance(0.5, 0.5) < chance(0.5, 0.5, sessions=20) < 0.7 < chance(0.5, 0.5, 2) < 0.9 < chance(0.5, 0.5, 3, 20)
    assert chance_of_moved(0.5, 0.5, aims, PersonaStudy(4)) is None
    assert chance_of_moved(0.5, 0.5, [np.zeros(10)], PersonaStudy(8)) is None
    little, much = planned_power(load_personas(), Effort(1, 8, 10), 50)
    assert (little.text_sd, much.text_sd) == (0.3, 0.5) and little.moved > 0.8 > 0.6 > much.moved
    assert much.enough == Effort(3, 8, 20)
    assert "--persona-wordings 3 --placebos 8 --sessions 20" in power_in_words([much], Effort(1, 8, 10))[0]
    assert planned_power(load_personas(), Effort(1, 4, 10), 50) == planned_power([], Effort(1, 8, 10), 50) == []
    two = planned_power(load_personas(), Effort(1, 8, 2), 50)
    assert [each.moved for each in two] == [0, 0] and all(each.enough != Effort(1, 8, 2) for each in two)


def test_a_persona_without_enough_placebo_texts_gets_no_verdict() -> None:
    row, *_ = judged(Planted(0.9, texts=4, seeds=4), np.random.default_rng(0))
    assert row["verdict"] == "unknown" and "placebo" in row["why"]
    assert row["towards"]["persona"]["mean"] > row["towards"]["bare"]["mean"]


def test_with_fewer_than_three_sessions_nobody_gets_a_verdict() -> None:
    """However far a persona lies from its texts: over values and texts alone fewer sessions would seem surer."""
    row, *_ = judged(Planted(0.9, seeds=2), np.random.default_rng(0))
    assert row["verdict"] == "unknown" and "fewer than 3 sessions" in row["why"] and row["covers"] == ""
    for name in ("keep", "pull", "beyond"):
        assert row[name] is not None and row[f"{name}_low"] is None and row[f"{name}_why"] == row["why"]
    shifts = row["shifts"].values()
    assert shifts and all(each["low"] is None and each["why"] == row["why"] for each in shifts)


def test_a_row_says_what_its_intervals_cover_and_its_ceiling() -> None:
    row, *_ = judged(Planted(0.75, seeds=6), np.random.default_rng(3))
    assert "seeds like these 6, drawn once for all roles, and clips" in row["covers"]
    assert row["ceiling"] < 1 and row["aligned_of_ceiling"] == pytest.approx(row["aligned"] / row["ceiling"])
    low, high = row["aligned_of_ceiling_low"], row["aligned_of_ceiling_high"]
    if low is None:
        assert row["aligned_of_ceiling_why"] == NO_SPREAD, "ranks are few: all draws may come to one number"
    else:
        assert low <= row["aligned_of_ceiling"] <= high and low < high
    assert row["steerability"] <= 1 and set(row["towards"]) == {"bare", "persona", "placebos"}


def test_a_feed_that_follows_does_not_pass_for_liking() -> None:
    """Liked clips are shown more often there; clip effects and chances take that out."""
    feed = PlantedFeed(follow=0.7, clips=150, clip_sd=0.8).drawn()
    sessions = [walk(feed, Walker("a"), LIKES, seed, luck=seed) for seed in range(25)]
    truth = np.array(list(LIKES.values()))
    found = reveal(sessions)
    assert found.effective < 1 and found.reweighted
    clipped = [
        np.mean(feed.effects[[at for at, name in enumerate(feed.value_of) if name == value]]) for value in VALUES
    ]
    meant = truth + np.array(clipped) - np.mean(clipped)
    apart = found.profile(Walker("a")) - meant
    assert np.median(np.abs(apart)) < 0.35 and abs(np.polyfit(meant, apart, 1)[0]) < 0.25


def test_few_decisions_are_not_taken_too_far() -> None:
    """32 decisions about each value, 24 of which agree: the log-odds of these are 1.10, and on average too large."""
    item, sessions = np.repeat(np.arange(40), 8), np.tile(np.arange(8), 40)
    nobody, sample = np.zeros(320, dtype=np.int_), np.zeros(8, dtype=np.int_)
    y = (sessions < np.where(item // 4 % 2, 2, 6)).astype(float)
    loadings = np.eye(10)[np.arange(40) // 4]
    found = fit_mixed(Decisions(nobody, nobody, item, sessions, sample, y, np.ones(320), loadings, 1, 1))
    # Half a decision more on either side is free of what few decisions add (Haldane 1956).
    wanted = np.log(24.5 / 8.5) * np.where(np.arange(10) % 2, -1.0, 1.0)
    assert found.beta[0] == pytest.approx(wanted, abs=0.015) and np.log(24 / 8) > np.log(24.5 / 8.5) + 0.03


def test_roles_that_share_their_luck_tell_no_more_about_clips_than_one_does() -> None:
    """Twelve roles that do the same are one role: what they agree about must not count as what everybody likes."""
    feed = PlantedFeed(clips=250, clip_sd=1.2).drawn()
    one = [walk(feed, Walker("m", "p0", "simple"), LIKES, seed) for seed in range(8)]
    others = [replace(each, walker=Walker("m", f"p{role}", "simple")) for role in range(1, 12) for each in one]
    alone, together = reveal(one), reveal([*one, *others])
    assert alone.fit.clip_sd == pytest.approx(together.fit.clip_sd) and alone.fit.clip_sd > 0.2
    own = alone.profile(one[0].walker)
    assert np.abs(together.profile(one[0].walker) - own).max() < 0.08
    anew = [replace(each, clone=1 + place // 8) for place, each in enumerate(others)]
    apart = reveal([*one, *anew]).profile(one[0].walker) - own
    assert np.abs(apart).max() > 0.08, "with luck of their own they would tell more"


@pytest.mark.parametrize("said", [1.0, 0.0])
def test_a_value_of_which_all_was_decided_alike_is_not_sure_for_that(said: float) -> None:
    """Sessions that all say the same do not differ, and the number is where the prior stops it."""
    value, other = VALUES[4], VALUES[6]
    sessions = []
    for seed in range(6):
        each = walk(PlantedFeed(steps=40, clips=60).drawn(), Walker("a"), LIKES, seed)
        there = np.array([shown == value for shown in each.values])
        liked = np.where(there, said or np.nan, each.liked)
        sessions.append(replace(each, kept=np.where(there, said, each.kept), liked=liked))
    found = reveal(sessions)
    told = {name: each.estimate for name, each in found.estimates(Walker("a")).items()}
    alike, mixed = told[value], told[other]
    assert alike.mean is not None and alike.se is not None and mixed.se is not None
    assert (alike.mean > 2) if said else (alike.mean < -2)
    assert alike.se > 2 * mixed.se and (alike.high or 0) - (alike.low or 0) > 4
    place = found.place(Walker("a"))
    spread = found.drawn[:, place].std(axis=0)
    assert spread[4] == pytest.approx(alike.se, rel=0.25) and spread[6] < 0.5 * spread[4]
    never = [replace(each, liked=np.where(each.kept == 1, 0.0, np.nan)) for each in sessions]
    watched = {name: each.estimate.se or 0.0 for name, each in reveal(never).estimates(Walker("a")).items()}
    assert watched[value] > 2 * watched[other], "who never likes anything tells nothing by that"


def test_what_was_not_decided_is_no_number() -> None:
    sessions = [walk(PlantedFeed(steps=40, clips=40).drawn(), Walker("a"), LIKES, seed) for seed in range(4)]
    silent = [_without(each, VALUES[0]) for each in sessions]
    found = reveal(silent)
    assert np.isnan(found.profile(Walker("a"))[0]) and found.estimates(Walker("a"))[VALUES[0]].estimate.mean is None
    nothing = [replace(each, kept=np.full(40, np.nan), liked=np.full(40, np.nan)) for each in sessions]
    with pytest.raises(InputError, match="nothing was decided"):
        reveal(nothing)
    few = reveal(sessions[:2]).estimates(Walker("a"))[VALUES[1]].estimate
    assert few.mean is not None and few.low is None and "sessions" in few.why


def _without(session: WalkedSession, *values: str) -> WalkedSession:
    there = np.array([each in values for each in session.values])
    return replace(session, kept=np.where(there, np.nan, session.kept), liked=np.where(there, np.nan, session.liked))


def test_fewer_than_three_sessions_have_no_interval_whatever_the_number() -> None:
    feed = PlantedFeed(steps=40, clips=60).drawn()
    walkers = [Walker("m"), Walker("m", "p", "simple")]
    bare = [walk(feed, walkers[0], {}, seed) for seed in range(2)]
    sessions = [*bare, *(walk(feed, walkers[1], LIKES, seed) for seed in range(2))]
    (row,) = session_personas(reveal(sessions), {"p": {value: odds / 1.5 for value, odds in LIKES.items()}})
    for name in ("aligned_of_ceiling", "bare_of_ceiling", "steerability"):
        assert row[f"{name}_low"] is None and row[f"{name}_high"] is None
    assert row["aligned_of_ceiling"] is not None and "sessions" in row["aligned_of_ceiling_why"]
    (told,) = stated_and_revealed(sessions, dict.fromkeys(walkers, np.array(list(LIKES.values()))))
    for gap in told["gap"]:
        assert gap["correlation"] is not None and gap["correlation_low"] is None
        assert "sessions" in gap["correlation_why"]


def test_a_role_that_decided_nothing_is_nowhere_on_the_axis_and_says_nothing_about_clips() -> None:
    sessions, _, target = study(SMALL, np.random.default_rng(5))
    aim = dict(zip(VALUES, target.tolist(), strict=True))
    silent = [_without(each, *VALUES) if each.walker == PERSONA else each for each in sessions]
    (row,) = session_personas(reveal(silent), {PERSONA.persona: aim})
    assert set(row["towards"]) == {"bare", "placebos"} and row["verdict"] == "unknown"
    (whole,) = session_personas(reveal(sessions), {PERSONA.persona: aim})
    assert set(whole["towards"]) == {"bare", "persona", "placebos"}
    item = np.repeat(np.arange(40), 6)
    liked = (np.arange(240) % 6 < np.where(item // 10 % 2, 5, 1)).astype(float)
    nobody, everybody = np.zeros(240, dtype=np.int_), np.zeros(1, dtype=np.int_)
    alone = Decisions(
        nobody, nobody, item, nobody, everybody, liked, np.ones(240), np.eye(10)[np.arange(40) % 10], 1, 1
    )
    assert clip_variance(replace(alone, roles=3)) == pytest.approx(clip_variance(alone)) and clip_variance(alone) > 0.1


def test_a_session_in_which_nothing_was_decided_does_not_count() -> None:
    feed, walker = PlantedFeed(steps=60, clips=60).drawn(), Walker("a")
    first, *others = [walk(feed, walker, LIKES, seed) for seed in range(3)]
    found = reveal([first, *(_without(each, *VALUES) for each in others)])
    assert found.sessions[walker] == 1 and len(found.fit.influences.sessions) == 1
    for each in found.estimates(walker).values():
        assert each.estimate.mean is not None and each.estimate.low is None and "sessions" in each.estimate.why
    np.testing.assert_array_equal(found.profile(walker), reveal([first]).profile(walker))


def test_a_placebo_text_that_decided_too_little_is_left_out_where_others_are_enough() -> None:
    sessions, _, target = study(replace(SMALL, texts=FEWEST_PLACEBOS + 1), np.random.default_rng(5))
    last = f"placebo-{FEWEST_PLACEBOS + 1}"
    quiet = [_without(each, *VALUES) if each.walker.persona == last and each.seed > 1 else each for each in sessions]
    (row,) = session_personas(reveal(quiet), {PERSONA.persona: dict(zip(VALUES, target.tolist(), strict=True))})
    assert row["placebo_texts"] == FEWEST_PLACEBOS and row["beyond_low"] is not None


def test_roles_stand_on_the_axis_by_the_values_that_all_of_them_decided_about() -> None:
    feed = PlantedFeed(steps=60, clips=60).drawn()
    walkers = [Walker("m"), Walker("m", "p", "simple")]
    bare = [walk(feed, walkers[0], {}, seed) for seed in range(4)]
    role = [walk(feed, walkers[1], LIKES, seed) for seed in range(4)]
    first, *rest = VALUES
    aims = dict.fromkeys(VALUES, 0.0) | {first: 1.0, rest[-1]: 1.0}
    lacking = [*bare, *(_without(each, first) for each in role)]
    (row,) = session_personas(reveal(lacking), {"p": aims})
    (other,) = session_personas(reveal(lacking), {"p": aims | {first: 0.0}})
    assert row["towards"] == other["towards"], "what one of them never decided about counts for none"


def test_intervals_over_clips_are_wider_and_are_right_where_clips_vary() -> None:
    held: dict[bool, list[bool]] = {True: [], False: []}
    for trial in range(8):
        feed = PlantedFeed(clips=60, clip_sd=0.8, seed=trial).drawn()
        sessions = [walk(feed, Walker("a"), LIKES, seed) for seed in range(100 * trial, 100 * trial + 12)]
        for over_clips in held:
            found = reveal(sessions, RevealOptions(over_clips=over_clips)).estimates(Walker("a"))
            for value, true in LIKES.items():
                low, high = found[value].estimate.low, found[value].estimate.high
                assert low is not None and high is not None
                held[over_clips].append(low <= true <= high)
    assert np.mean(held[True]) >= 0.9 > np.mean(held[False])


def test_separate_walkers_are_told_apart_and_clones_are_not() -> None:
    feed = PlantedFeed(steps=60).drawn()
    same = [walk(feed, Walker("m", str(each)), LIKES, seed, luck=each) for each in range(4) for seed in range(8)]
    turned = list(LIKES.values())
    others = {each: dict(zip(VALUES, np.roll(turned, 3 * each).tolist(), strict=True)) for each in range(4)}
    apart = [
        walk(feed, Walker("m", str(each)), others[each], seed, luck=each) for each in range(4) for seed in range(8)
    ]
    low, high = (separability(reveal(some), [Walker("m", str(each)) for each in range(4)]) for some in (same, apart))
    assert low.mean is not None and high.mean is not None and low.single is not None and high.single is not None
    assert low.mean < 0.6 and high.mean > 0.85 and 0 <= low.single <= low.mean < high.single < high.mean
    stable = stability(apart, RevealOptions())
    assert stable.rank_order is not None and stable.rank_order_by_luck is not None
    assert abs(stable.rank_order - stable.rank_order_by_luck) < 0.25
    assert separability(reveal(same), []).mean is None


def test_luck_that_all_walkers_share_tells_none_of_them_from_another() -> None:
    """Sessions move all profiles by the same, so that what they differ by is theirs, and one session is as unsure."""
    walkers = [Walker("m", str(role)) for role in range(3)]
    beta = np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 1.0, -1.0, 0.0], [0.0, 0.0, 1.0, -1.0]])
    shared = np.tile(np.array([1.0, -1.0, 0.5, -0.5])[:, None, None], (1, 3, 4))
    own = shared * np.array([1.0, -1.0, 1.0])[None, :, None]
    nobody = np.zeros(4, dtype=np.int_)
    found = []
    for moved in (shared, own):
        influences = Influences(moved, moved, moved, nobody, nobody, np.zeros((3, 4)), np.zeros((3, 4, 4)))
        fit = MixedFit(beta, np.full((3, 4), 9), influences, 0.0)
        sessions = dict.fromkeys(walkers, 4)
        whole = tuple((each, "") for each in walkers)
        found.append(separability(Revealed(whole, fit, RevealOptions(), sessions, True, 1.0, True), walkers))
    between = float(beta.var(axis=0, ddof=1).mean())
    assert found[0].mean == pytest.approx(1) and found[0].single == pytest.approx(between / (between + 2.5 * 4))
    assert found[1].mean is not None and found[1].mean < 0.5, "with luck of their own they are told apart by luck"


@pytest.mark.parametrize("turned", [1.0, -1.0])
def test_wordings_are_no_further_personas(turned: float) -> None:
    """Two wordings that do the same are one persona; two that do the opposite leave nothing of it."""
    feed, likes = PlantedFeed(steps=60).drawn(), list(LIKES.values())
    sessions = []
    for role in range(4):
        own = dict(zip(VALUES, np.roll(likes, 3 * role).tolist(), strict=True))
        other = {value: turned * each for value, each in own.items()}
        for seed in range(8):
            sessions.append(walk(feed, Walker("m", f"p{role}", "simple"), own, seed, luck=role))
            sessions.append(walk(feed, Walker("m", f"p{role}@2", "simple"), other, seed, luck=4 + role))
    walkers = list(dict.fromkeys(each.walker for each in sessions))
    found = separability(reveal(sessions), walkers)
    assert found.walkers == 4 and found.mean is not None and found.single is not None
    assert (found.mean > 0.85 and found.single > 0.3) if turned > 0 else (found.mean < 0.5 and found.single < 0.2)
    assert separability(reveal(sessions), walkers[:4]).mean is None, "four wordings of two personas"
    few = [each for each in sessions if each.walker in walkers[:4]]
    assert stability(few, RevealOptions()).rank_order is None
    roles = [Walker("m", f"placebo-{number}", "simple") for number in range(3)]
    texts = [walk(feed, each, LIKES, seed, luck=9) for each in roles for seed in range(8)]
    assert stability([*few, *texts], RevealOptions()).rank_order is None, "placebo texts are no personas"
    assert stability(texts, RevealOptions()).rank_order_by_luck is None


def test_clones_of_a_seed_are_one_session() -> None:
    """What more clones tell is what luck in acting makes, not how another session would go."""
    feed = PlantedFeed(steps=40, clips=60).drawn()
    cloned = [
        [replace(walk(feed, Walker("a"), LIKES, seed, luck=clone), clone=clone) for clone in range(3)]
        for seed in range(3)
    ]
    alone = walk(feed, Walker("b"), LIKES, 7)
    for some in (cloned[0], [*cloned[0], alone]):
        told = reveal(some).estimates(Walker("a"))[VALUES[1]].estimate
        assert told.mean is not None and told.low is None and "sessions" in told.why
    several = [each for own in cloned for each in own]
    found = reveal([*several, alone])
    assert not found.paired and dict(found.sessions) == {Walker("a"): 3, Walker("b"): 1}
    assert len(found.fit.influences.sessions) == 4
    (row,) = sessions_document(several)["conditions"][0]["walkers"]
    assert row["sessions"] == 9 and row["measures"]["kept"]["n"] == 3
    people = [replace(each, walker=Walker("human:a", human=True)) for each in cloned[0]]
    assert reveal(people).sessions[people[0].walker] == 3, "one seed shows people the same clips, and is no clone"


@pytest.mark.parametrize("fades", [False, True])
def test_a_pull_that_fades_is_seen_to_fade(fades: bool) -> None:
    feed, target = PlantedFeed(steps=100, clips=200).drawn(), np.array([1, 1, -1, 0, 0, 0, 0, 0, 0, -1.0])
    bare = np.array(list(LIKES.values()))[::-1] * 0.5
    strong, weak = (dict(zip(VALUES, (bare + pull * target).tolist(), strict=True)) for pull in (2.0, 0.2))
    sessions = []
    for seed in range(12):
        first, second = (
            walk(feed, Walker("m", "p", "simple"), strong, seed),
            walk(feed, Walker("m", "p", "simple"), weak, seed),
        )
        half = np.arange(100) < (50 if fades else 100)
        mixed = {name: np.where(half, getattr(first, name), getattr(second, name)) for name in ("kept", "liked")}
        sessions.append(replace(first, **mixed))
    found = fading(reveal(sessions, part_of=consecutive(STRETCHES)), sessions[0].walker, bare, target, 100)
    change = found.slope.estimate
    assert change.low is not None and change.high is not None
    if fades:
        assert change.high < 0 and found.half_life.mean is not None and 20 < found.half_life.mean < 120
    else:
        assert change.low < 0 < change.high and found.half_life.high is None
    short = fading(reveal(sessions), sessions[0].walker, bare, target, 100)
    assert short.half_life.mean is None and short.half_life.why


def test_the_document_has_a_condition_for_each_model_and_policy() -> None:
    sessions, _, target = study(replace(SMALL, obedience=0.75), np.random.default_rng(5))
    aim = dict(zip(VALUES, target.tolist(), strict=True))
    aimed = [replace(each, target=aim if each.walker == PERSONA else dict.fromkeys(VALUES, 0.0)) for each in sessions]
    other = [replace(each, policy="similar") for each in aimed]
    found = sessions_document([*aimed, *other], SessionScoring(window=10))
    assert [each["policy"] for each in found["conditions"]] == ["random", "similar"]
    one = found["conditions"][0]
    assert [row["persona"] for row in one["personas"]] == ["role"] and len(one["walkers"]) == 7
    assert one["walkers"][1]["beside_bare"]["kept"]["n"] == 6
    assert {row["policy"] for row in found["policies"]} == {"similar"} and found["policies"][0]["towards"] == 0
    assert found["conditions"][0]["personalisation"][0]["first"] == BARE.words
    assert "confounds" in found["published"]


def test_feeds_are_held_against_that_of_the_bare_model_whoever_is_named_first() -> None:
    """Logs come by their names, and most personas stand before ``none``: pairs beyond 45 are left out, and counted."""
    feed = PlantedFeed(steps=20).drawn()
    roles = [Walker("m", f"p{number}", "simple") for number in range(11)]
    (found,) = sessions_document([walk(feed, each, LIKES, 0) for each in (*roles, Walker("m"))])["conditions"]
    firsts = [each["first"] for each in found["personalisation"]]
    assert firsts[:11] == [Walker("m").words] * 11 and len(firsts) == 45
    assert found["personalisation_left_out"] == 66 - 45


def test_how_far_feeds_lie_apart_is_told_and_tested_for_all_pairs_at_once() -> None:
    feed, roles = PlantedFeed(steps=40, clips=200, follow=1.0).drawn(), [Walker("m", "a", "simple"), Walker("m")]
    tastes: tuple[dict[str, float], ...] = (LIKES, {}, {value: -odds for value, odds in LIKES.items()})
    walkers = zip([*roles, Walker("m", "b", "simple")], tastes, strict=True)
    document = sessions_document([walk(feed, each, likes, seed) for each, likes in walkers for seed in range(4)])
    rows = document["conditions"][0]["personalisation"]
    assert len(rows) == 3 and rows[0]["first"] == rows[1]["first"] == Walker("m").words
    p = np.array([row["p"] for row in rows])
    assert [row["p_adjusted"] for row in rows] == holm(p).tolist() and (holm(p) >= p).all()
    told = sessions_in_words(document)
    assert "How far feeds of two lie apart" in told and all(f"{row['net']:+.2f}" in told for row in rows)
    assert rows[0]["p_least"] == 1 / 8 and "no p here can be below 0.38" in told, "four seeds have eight exchanges"


def test_who_leaves_early_has_no_narrower_feed_beside_the_bare_model() -> None:
    """Over the steps that both have nothing differs; entropies of fewer steps are lower in themselves."""
    bare = [walk(PlantedFeed(steps=40).drawn(), Walker("m"), LIKES, seed) for seed in range(3)]
    left = [replace(each.until(10), walker=Walker("m", "p", "simple")) for each in bare]
    (found,) = sessions_document([*bare, *left])["conditions"]
    whole, short = found["walkers"]
    assert short["steps"] == 30 and short["measures"]["entropy"]["mean"] < whole["measures"]["entropy"]["mean"]
    assert {each["mean"] for each in short["beside_bare"].values()} <= {0.0, None}
    assert short["beside_bare"]["entropy"]["mean"] == 0


def test_a_clip_that_roles_met_at_other_steps_was_decided_about_by_other_luck() -> None:
    """Feeds that follow their walkers show one clip now and then: only what hangs on one draw counts as one."""
    feed = PlantedFeed(clip_sd=1.2).drawn()
    sessions = [walk(feed, Walker("m", f"p{role}", "simple"), LIKES, seed) for role in range(3) for seed in range(6)]
    later = []
    for place, each in enumerate(sessions):
        order = np.roll(np.arange(len(each)), place // 6)
        items, values = (tuple(np.array(told)[order].tolist()) for told in (each.items, each.values))
        kept, liked, share = (told[order] for told in (each.kept, each.liked, each.share))
        later.append(replace(each, items=items, values=values, kept=kept, liked=liked, share=share))
    together, apart = (reveal(some).profile(sessions[0].walker) for some in (sessions, later))
    assert np.abs(together - apart).max() > 0.005


def test_a_study_says_why_a_persona_is_not_judged_and_what_intervals_cover() -> None:
    rows = [
        {"persona": name, "strategy": "simple", "verdict": verdict, "why": why, "covers": covers}
        for name, verdict, why, covers in (
            ("boss", "unknown", "too few placebo texts", ""),
            ("monk", "unknown", "too few placebo texts", ""),
            ("heir", "moved", "drawn to its target", "All cover other clips."),
        )
    ]
    told = in_words({"personas": rows})
    assert told.count("unknown: too few placebo texts") == 1 and "drawn to its target" not in told
    assert told.count("All cover other clips.") == 1
