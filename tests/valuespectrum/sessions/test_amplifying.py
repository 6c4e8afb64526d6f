"""Whether a feed amplifies what a persona aims at: on twins through the whole machinery, and on made sessions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from session_worlds import session_of

from bench.truth.amplification import Walks, catalogue, rows_of, told, valued
from valuespectrum.reference.cohort import COHORT
from valuespectrum.sessions.feeds.amplifying import NO_CLONES, amplified, exposure_to, policy_rows
from valuespectrum.sessions.walks.walked import WalkedSession, Walker

TARGET = {"power": 1.0, "security": -1.0}
SMALL = Walks(seeds=8, steps=60, clips=660)


@pytest.mark.parametrize("blind", [False, True])
def test_similar_amplifies_the_values_of_a_persona_and_a_blind_feed_does_not(blind: bool) -> None:
    """A respondent that obeys three quarters of a guard; what it is in full is in ``docs/statistics/feeds.md``."""
    walks = replace(SMALL, blind=blind)
    fjord = [member for member in COHORT if member.name == "fjord"]
    watch = [persona for persona in valued() if persona.id == "night_watch"]
    (row,) = rows_of(fjord, walks, catalogue(walks), watch)
    assert row["policy"] == "similar:decay=0.9,temperature=0.05,exploration=0.1" and row["than"] == "random"
    assert row["verdict"] == ("not beyond clones" if blind else "amplified"), row
    assert (row["towards"] > 0.2) is not blind
    assert told([row])[row["verdict"]] == 1


def sessions(policy: str, shown: dict[int, list[str]], clone: int = 0) -> list[WalkedSession]:
    return [
        replace(
            session_of(values, seed=seed), walker=Walker("m", "p"), policy=policy, clone=clone, seed=seed, target=TARGET
        )
        for seed, values in shown.items()
    ]


def test_exposure_is_that_of_the_target_beyond_the_catalogue() -> None:
    assert exposure_to(session_of(["power", "security"]), TARGET) == 0
    assert exposure_to(session_of(["power"] * 3 + ["security"]), TARGET) == pytest.approx(0.5)


EVEN = ["power", "security"] * 10
MORE = ["power"] * 15 + ["security"] * 5


def test_a_difference_must_exceed_what_clones_differ_by() -> None:
    base = sessions("random", dict.fromkeys(range(4), EVEN))
    more = {seed: ["power"] * (15 + seed) + ["security"] * (5 - seed) for seed in range(4)}
    once = sessions("similar", more)
    alone = amplified(once, base, TARGET, 0.95)
    assert (alone.verdict, alone.why, alone.floor) == ("unknown", NO_CLONES, None)
    alike = sessions("similar", {seed: [*values[1:], "security"] for seed, values in more.items()}, clone=1)
    found = amplified([*once, *alike], base, TARGET, 0.95)
    assert found.verdict == "amplified" and found.floor is not None and 0 < found.floor < (found.more.mean or 0)
    # By hand: every pair of clones lies 0.1 apart, so the variance of each pair is 0.005, with four degrees of freedom.
    assert found.floor == pytest.approx(2.776445 * (2 * 0.005 / 8) ** 0.5, rel=1e-5)
    far = sessions("similar", dict.fromkeys(range(4), EVEN[::-1]), clone=1)
    assert amplified([*once, *far], base, TARGET, 0.95).verdict == "not beyond clones"
    assert amplified(base, [*once, *alike], TARGET, 0.95).verdict == "turned away"
    same = amplified([*once, *(replace(each, clone=1) for each in once)], base, TARGET, 0.95)
    assert (same.floor, same.verdict) == (0.0, "amplified"), "clones that did the same are clones"


def test_rows_say_what_the_model_as_itself_got_of_the_same_target() -> None:
    seeds = dict.fromkeys(range(3), MORE)
    own = [*sessions("random", dict.fromkeys(range(3), EVEN)), *sessions("similar", seeds)]
    bare = [replace(each, walker=Walker("m"), target=None) for each in own]
    (row,) = policy_rows([*own, *bare], 0.95)
    assert row["towards"] == pytest.approx(0.5) and row["beyond_bare"] == 0 and row["verdict"] == "unknown"
    (row,) = policy_rows(own, 0.95)
    assert row["beyond_bare"] is None
