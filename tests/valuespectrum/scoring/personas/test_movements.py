"""Personas: what was planted is found, what was not is not, and what cannot be told is said."""

from __future__ import annotations

import numpy as np
import pytest

from bench.truth.movements import TARGET, Obeyed, told_apart, verdicts
from valuespectrum.scoring.personas.placebos import ALIKE, EXACT, movement
from valuespectrum.scoring.personas.pull import regress
from valuespectrum.scoring.personas.rows import d_prime, summarise

BARE = np.random.default_rng(0).normal(0, 1.2, 10)


def test_keep_and_pull_are_what_was_mixed() -> None:
    found = regress(5.0 + 0.25 * BARE + 1.5 * TARGET, BARE, TARGET)
    assert regress(BARE, BARE, TARGET).target_share == pytest.approx(0.0, abs=1e-9)
    assert regress(-TARGET, BARE, TARGET).target_share == pytest.approx(-1.0)
    assert [found.keep, found.pull, found.freedom] == pytest.approx([0.25, 1.5, 7])
    assert found.pull_se == pytest.approx(0.0, abs=1e-9)
    assert (found.weights @ np.stack([BARE, TARGET], axis=1)) == pytest.approx(np.eye(2), abs=1e-9)


def test_intervals_agree_with_another_least_squares() -> None:
    from scipy.stats import linregress

    generator = np.random.default_rng(1)
    bare = generator.normal(size=10)
    target = generator.normal(size=10)
    persona = 0.4 * bare + target + generator.normal(0, 0.3, 10)

    def without_bare(numbers: np.ndarray) -> np.ndarray:
        fit = linregress(bare, numbers)
        rest: np.ndarray = numbers - fit.intercept - fit.slope * bare
        return rest

    partial = linregress(without_bare(target), without_bare(persona))
    found = regress(persona, bare, target)
    assert found.pull == pytest.approx(partial.slope)
    assert found.pull_se == pytest.approx(partial.stderr * (8 / 7) ** 0.5)


@pytest.mark.parametrize(
    ("persona", "bare", "target", "why"),
    [
        (BARE, BARE, np.zeros(10), "the target calls all values alike"),
        (BARE, np.ones(10), TARGET, "the bare model likes all values alike"),
        (BARE, 2 * TARGET + 1, TARGET, "one number"),
        (np.where(np.arange(10) < 6, np.nan, BARE), BARE, TARGET, "fewer than 5 values"),
    ],
)
def test_what_cannot_be_told_is_said(persona: np.ndarray, bare: np.ndarray, target: np.ndarray, why: str) -> None:
    found = regress(persona, bare, target)
    assert why in found.why and np.isnan([found.keep, found.pull]).all()
    judged = movement(persona, bare, target, [BARE] * 5)
    assert judged.verdict == "unknown" and why in judged.why and judged.against_bare.estimate.mean is None


def test_fewer_than_five_placebos_give_no_verdict() -> None:
    judged = movement(BARE + TARGET, BARE, TARGET, [BARE + 0.1 * TARGET] * 4)
    assert judged.verdict == "unknown" and "4 placebo texts were measured, 5 are needed" in judged.why
    assert {each.estimate.mean for each in judged.shifts} == {None}
    one = movement(BARE + TARGET, BARE, TARGET, [BARE])
    assert "one placebo text was measured" in one.why and one.against_placebos.estimate.mean is None


@pytest.mark.parametrize(("words", "verdict"), [(1.0, "moved"), (-1.0, "moved away"), (0.0, "not distinguishable")])
def test_texts_that_do_exactly_the_same_have_no_spread_but_a_side(words: float, verdict: str) -> None:
    """The verdict is the limit of that with texts that hardly differ."""
    generator = np.random.default_rng(4)
    persona = BARE + words * (2 * TARGET + generator.normal(0, 0.2, 10))
    judged = movement(persona, BARE, TARGET, [BARE] * 5)
    nearly = movement(persona, BARE, TARGET, [BARE + generator.normal(0, 1e-9, 10) for _ in range(5)])
    assert judged.verdict == nearly.verdict == verdict
    assert judged.against_placebos.estimate.low is None and judged.against_placebos.estimate.why == ALIKE
    rounding = movement(BARE + generator.normal(0, 1e-12, 10), BARE, TARGET, [BARE] * 5)
    assert rounding.verdict == "not distinguishable"


def test_what_keep_and_pull_explain_to_the_last_digit_has_no_interval() -> None:
    """An error of rounding is none: an interval as wide as that would claim that both are known exactly."""
    generator = np.random.default_rng(5)
    texts = [BARE + generator.normal(0, 0.2, 10) for _ in range(6)]
    judged = movement(5.0 + 0.25 * BARE + 1.5 * TARGET, BARE, TARGET, texts)
    for one, number in ((judged.keep, 0.25), (judged.against_bare, 1.5)):
        assert one.estimate.mean == pytest.approx(number) and one.p is None
        assert (one.estimate.low, one.estimate.why) == (None, EXACT)
    assert judged.verdict == "moved"
    assert d_prime(np.array([0.1 + 0.2, 0.3]), np.array([0.3, 0.3])) is None


def test_shifts_are_centred_and_beside_the_placebos() -> None:
    generator = np.random.default_rng(2)
    placebos = [BARE + generator.normal(0, 0.2, 10) for _ in range(8)]
    shift = np.where(np.arange(10) == 4, 5.0, 0.0)
    judged = movement(BARE + shift + 3.0, BARE, TARGET, placebos)
    found = [each.estimate.mean for each in judged.shifts]
    assert found[4] == pytest.approx(4.5, abs=0.4) and found[0] == pytest.approx(-0.5, abs=0.4)
    assert judged.shifts[4].estimate.side == 1


def test_a_shift_is_held_against_one_further_text_and_adjusted_over_the_values() -> None:
    from scipy.stats import false_discovery_control, ttest_ind

    generator = np.random.default_rng(7)
    shifts = generator.normal(0, 0.3, (8, 10))
    shifts -= shifts.mean(axis=1, keepdims=True)
    own = generator.normal(0, 0.5, 10)
    own -= own.mean()
    judged = movement(BARE + own, BARE, TARGET, [BARE + one for one in shifts])
    # One observation against eight is the t-test of two groups of which only the second shows a spread.
    outside: np.ndarray = np.asarray(ttest_ind(own[None, :], shifts, axis=0).pvalue)
    assert [each.p for each in judged.shifts] == pytest.approx(outside.tolist())
    adjusted = np.array([each.p_adjusted for each in judged.shifts], dtype=float)
    assert adjusted.min() == pytest.approx(10 * outside.min()) and (adjusted >= outside).all()
    assert (adjusted >= false_discovery_control(outside) - 1e-12).all()


def test_texts_count_by_the_values_that_are_known_of_the_persona() -> None:
    """A pull over six values varies by more than one over ten: texts told over all of them made it look surer."""
    generator = np.random.default_rng(9)
    texts = [BARE + generator.normal(0, 0.3, 10) + np.where(np.arange(10) == 9, 4.0, 0.0) for _ in range(8)]
    known = np.arange(10) < 6
    persona = BARE + TARGET + generator.normal(0, 0.3, 10)
    judged = movement(np.where(known, persona, np.nan), BARE, TARGET, texts)
    alone = movement(persona[known], BARE[known], TARGET[known], [text[known] for text in texts])
    pairs = [(judged.against_placebos, alone.against_placebos), *zip(judged.shifts, alone.shifts, strict=False)]
    for one, other in pairs:
        ends = [other.estimate.mean, other.estimate.low, other.estimate.high]
        assert [one.estimate.mean, one.estimate.low, one.estimate.high] == pytest.approx(ends)
    assert judged.verdict == alone.verdict and len(pairs) == 7
    assert all(each.estimate.mean is None for each in judged.shifts[6:])


@pytest.mark.parametrize(
    ("pull", "texts", "why"),
    [
        (1.0, 2.0, "drawn to its target, but less far than by any text"),
        (-1.0, -2.0, "driven from its target, but less far than by any text"),
        (0.0, -2.0, "further than any text would, but not distinguishable from no pull"),
        (0.0, 2.0, "less far than any text would, but not distinguishable from no pull"),
        (0.0, 0.0, "not distinguishable from what any text does"),
    ],
)
def test_why_there_is_no_verdict_says_which_of_the_two_is_not_told(pull: float, texts: float, why: str) -> None:
    """What the persona does beside its pull has none of it, so that its error is the same whatever it is."""
    generator = np.random.default_rng(11)
    own = generator.normal(0, 0.3, 10)
    design = np.stack([np.ones(10), BARE, TARGET], axis=1)
    own -= design @ np.linalg.lstsq(design, own, rcond=None)[0]
    listed = [BARE + (texts + 0.1 * each) * TARGET for each in generator.normal(0, 1, 8)]
    judged = movement(BARE + pull * TARGET + own, BARE, TARGET, listed)
    assert judged.verdict == "not distinguishable" and judged.why.startswith(why)


@pytest.mark.parametrize("side", [1, -1])
def test_no_verdict_goes_against_its_intervals(side: int) -> None:
    generator = np.random.default_rng(8)
    for strength in (0.0, 0.5, 1.0, 3.0):
        texts = [BARE + generator.normal(0, 0.3, 10) for _ in range(6)]
        judged = movement(BARE + side * strength * TARGET + generator.normal(0, 0.1, 10), BARE, TARGET, texts)
        sides = {judged.against_bare.estimate.side, judged.against_placebos.estimate.side}
        said = {"moved": {1}, "moved away": {-1}}.get(judged.verdict)
        assert sides == said if said else sides not in ({1}, {-1})


def test_nothing_is_found_where_nothing_is() -> None:
    """The obeyed placebo is what made an ignored persona look as if it drove models away from its target."""
    found = verdicts(Obeyed(placebo=0.6), 60, seed=0)
    assert found["moved"] + found["moved away"] <= 0.07 and found["unknown"] == 0.0


def test_a_persona_that_works_is_found() -> None:
    found = verdicts(Obeyed(0.9, texts=8, text_sd=0.3), 25, seed=0)
    assert found["moved"] >= 0.8 and found["moved away"] == 0.0


def test_degrees_of_obedience_are_told_apart_better_than_by_the_rank_correlation() -> None:
    found = [told_apart(0.75, 0.9, 120, seed) for seed in range(4)]
    shares, aligned = (np.mean([each[name] for each in found]) for name in ("target_share", "alignment"))
    assert shares >= 0.7 and shares > aligned


@pytest.mark.parametrize(("spread", "equal"), [(0.05, True), (3.0, False)])
def test_several_wordings_are_held_against_texts_as_others_do_it(spread: float, equal: bool) -> None:
    """Two samples of pulls: Student's test where wordings lie no further apart than texts may, else Welch's."""
    from scipy.stats import ttest_ind

    generator = np.random.default_rng(3)
    texts = [BARE + generator.normal(0, 0.3, 10) for _ in range(8)]
    worded = np.array([0.5 * BARE + TARGET + generator.normal(0, spread, 10) for _ in range(3)])
    judged = movement(worded, BARE, TARGET, texts)
    pulls, others = ([regress(one, BARE, TARGET).pull for one in each] for each in (worded, texts))
    wanted = ttest_ind(pulls, others, equal_var=equal)
    assert judged.against_placebos.p == pytest.approx(wanted.pvalue)
    low, high = wanted.confidence_interval(0.95)
    assert [judged.against_placebos.estimate.low, judged.against_placebos.estimate.high] == pytest.approx([low, high])
    assert judged.regression.pull == pytest.approx(np.mean(pulls))
    one = movement(worded[:1], BARE, TARGET, texts)
    assert one.against_placebos == movement(worded[0], BARE, TARGET, texts).against_placebos


def test_wordings_of_a_persona_are_no_further_personas() -> None:
    """Three personas whose three wordings say the same make the summary of three personas, not of nine."""
    once: list[dict[str, object]] = [
        {
            "model": "m",
            "persona": name,
            "strategy": "simple",
            "verdict": verdict,
            "pull": pull,
            "target_share": pull / 4,
        }
        for name, verdict, pull in (("a", "moved", 1.0), ("b", "not distinguishable", 0.0), ("c", "moved", 2.0))
    ]
    thrice = [each | {"persona": f"{each['persona']}{mark}"} for each in once for mark in ("", "@2", "@3")]
    (one,), (many,) = (summarise(rows, 0.95) for rows in (once, thrice))
    assert (one["moved"], many["moved"]) == (2, 6)
    for name in ("personas", "share_moved", "target_share", "pull"):
        ends = [f"{name}{end}" for end in ("", "_low", "_high") if f"{name}{end}" in one]
        assert [many[end] for end in ends] == pytest.approx([one[end] for end in ends])
    others = [each | {"model": "n", "target_share": 0.5} for each in thrice]
    apart = {row["model"]: row["d_prime"] for row in summarise([*thrice, *others], 0.95)}
    assert apart["m"]["n"] == pytest.approx(-(2**0.5)) and apart["n"]["m"] == pytest.approx(2**0.5)
