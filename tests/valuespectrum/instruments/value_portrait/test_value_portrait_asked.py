"""Value Portrait asked of respondents whose values are planted, and of anybody about the items of a clone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planted_instruments import answered, measured, member, pictures, setting, twin
from value_portrait_clones import LABELS, make_clone

from agents.answers.respondent import BARE
from agents.models.base import Answer, Ask
from bench.truth.value_portrait import planted_responses
from valuespectrum.cli import main
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.value_portrait.clone import Clone
from valuespectrum.instruments.value_portrait.instrument import ValuePortrait
from valuespectrum.instruments.value_portrait.options import ValuePortraitOptions
from valuespectrum.instruments.value_portrait.ratings import order_sensitivity, prompt_sensitivity
from valuespectrum.instruments.value_portrait.rules import REVERSED, VERSIONS
from valuespectrum.instruments.value_portrait.scores import sensitivity
from valuespectrum.reference.planted import liking, said_shares
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.recovery import spearman
from valuespectrum.theory.value_sets import BIG_FIVE, FOUR, TEN
from vectorstore.foundation.errors import InputError

SCORING = ScoringOptions(draws=100)
DATA = Path(__file__).parents[5] / "shared" / "data" / "value_portrait"
"""Where somebody who has the data of others puts them, beside the repository; they are never part of it."""


def _instrument(**options: Any) -> ValuePortrait:
    return ValuePortrait(ValuePortraitOptions(**options))


def _asks(**options: Any) -> list[Ask]:
    return list(_instrument(**options).questions(Setting((BARE,))))


@cache
def _answers(who: str, **options: Any) -> pd.DataFrame:
    return answered(_asks(**options), twin(who))


def _measured(who: str, **options: Any) -> Measurement:
    return measured(_instrument(**options), _answers(who, **options), SCORING)


def _centred(found: Measurement) -> dict[str, float]:
    return {value: score.centred.mean for value, score in found.scores.items() if score.centred.mean is not None}


def test_wordings_are_compared_by_the_published_rule_where_answers_are_missing() -> None:
    """Llama 3.1 8B has gaps: .163743 was published, over wordings answered in both orders, and not .163776."""
    drawn = np.random.default_rng(5)
    names = [name for version in VERSIONS for name in (version, f"{version}{REVERSED}")]
    told = {
        f"1/{number}": {name: float(drawn.integers(1, 4)) for name in names if drawn.random() < 0.7}
        for number in range(300)
    }
    ours = prompt_sensitivity(told, {response: response for response in told}, 0.95)
    assert ours.mean == pytest.approx(sensitivity(told).prompt, abs=1e-12)


def test_orders_are_compared_by_wording_as_published_where_answers_are_missing() -> None:
    told = {f"1/{number}": {"v1": 2.0, "v1_reversed": 2.0 + (number < 6)} for number in range(12)}
    told["1/0"] |= {"v2": 3.0, "v2_reversed": 3.0}
    told["1/1"] |= {"v2": 3.0, "v2_reversed": 3.0}
    ours = order_sensitivity(told, {response: response for response in told}, 0.95)
    # Half of twelve in one wording and none of two in the other; pooled it would be 6 of 14.
    assert ours.mean == pytest.approx(0.25) and sensitivity(told).order_mean == pytest.approx(0.25)
    assert ours.low is not None and ours.high is not None and 0 < ours.low < 0.25 < ours.high < 1


@pytest.mark.parametrize("who", ["amber", "pearl", "wheat"])
def test_what_is_planted_in_words_comes_back(who: str) -> None:
    found = _measured(who)
    goal = _instrument().expected_centred(said_shares(member(who)))
    assert (spearman(_centred(found), goal) or 0) >= 0.9
    inside = [
        (score.centred.low or 0) <= goal[value] <= (score.centred.high or 0) for value, score in found.scores.items()
    ]
    assert sum(inside) >= 8
    assert "other items (6 a value) to other queries (6 a value)" in found.covers
    assert set(FOUR.dimensions) <= set(found.scalars)
    assert any("nobody rated them" in note for note in found.notes)
    assert not [finding for finding in found.guards if finding.flagged]


def test_intervals_hold_what_is_planted_when_responses_are_drawn_anew() -> None:
    """The larger study is ``python -m bench.truth.value_portrait``."""
    found, flat = planted_responses(5, seed=3), planted_responses(3, seed=3, flat=True)
    assert found.coverage >= 0.86 and found.spearman >= 0.93 and found.differ == 1.0
    assert flat.stands_out <= 0.34


def test_somebody_without_values_has_none() -> None:
    found = _measured("jade")
    assert found.differences is not None
    p = found.differences["p"]
    assert isinstance(p, float) and p > 0.05
    assert found.verdicts[0].startswith("no value stands out")


def test_one_answer_to_everything_is_flagged() -> None:
    found = _measured("maple")
    assert [finding.name for finding in found.guards if finding.flagged] == ["constant"]


def test_somebody_who_fakes_openly_is_flagged() -> None:
    found = _measured("ocean", frame_of_mind="all", wordings=1)
    honest = _measured("birch", frame_of_mind="all", wordings=1)
    assert [finding.name for finding in found.guards if finding.flagged] == ["open_faking"]
    assert not [finding.name for finding in honest.guards if finding.flagged]


def test_the_order_of_the_list_is_taken_out_and_told() -> None:
    """Grove leans to the end of a list, krill to its beginning."""
    leans = [_measured(who).bias["scale_lean"].mean or 0.0 for who in ("grove", "krill")]
    assert leans[0] > 0.2 and leans[1] < -0.2
    sensitive = _measured("grove").bias["order_sensitivity"]
    assert sensitive.mean is not None and sensitive.low is not None and sensitive.low > 0


def test_the_published_rule_is_made_of_what_was_said() -> None:
    found, answers = _measured("amber"), _answers("amber")
    table = found.details["published_rule"]
    assert isinstance(table, dict) and set(table) == {*TEN.dimensions, *FOUR.dimensions}
    numbers = answers.assign(number=answers["parsed"].map({label: n for n, label in enumerate(LABELS, 1)}))
    means = numbers.groupby("item").agg(number=("number", "mean"), value=("value", "first"))
    goal = means.groupby("value")["number"].mean() - means["number"].mean()
    assert {value: table[value]["centred"] for value in TEN.dimensions} == pytest.approx(goal.to_dict())


def test_answers_in_words_alone_are_read() -> None:
    answers = answered(_asks(), twin("amber"), text_only=True)
    found = measured(_instrument(), answers, SCORING)
    assert (spearman(_centred(found), _centred(_measured("amber"))) or 0) > 0.9
    assert "greedy_text" in str(found.details["readout"])


@pytest.mark.parametrize("who", ["amber", "pearl"])
def test_responses_about_what_is_seen_show_what_is_liked_in_pictures(who: str) -> None:
    instrument = _instrument(about="clips")
    asks = instrument.questions(setting(pictures(clips=6)))
    found = measured(instrument, answered(asks, twin(who)), SCORING)
    assert found.unit == "clip" and len(list(asks)) == instrument.cost(60)
    goal = {value: liking(member(who), value) for value in TEN.dimensions}
    assert (spearman(_centred(found), goal) or 0) >= 0.95


class SaysOne:
    """Says one of the six phrases whatever is asked, in a sentence of its own for every seventh ask."""

    id, settings = "fake:one@1", {"kind": "fake"}

    def __init__(self, said: Mapping[str, str]) -> None:
        self._said = said

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return self.generate(asks)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            said = self._said.get(str(ask.tags["item"]), "I am an AI and have no thoughts of my own.")
            yield Answer(text=said, parsed=said if said in LABELS else "refusal")


def test_items_of_a_clone_are_asked_and_scored_by_their_tags(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone")
    instrument = _instrument(items=str(clone))
    asks = list(instrument.questions(Setting((BARE,))))
    assert len(asks) == instrument.cost(0) == 12 * 6
    rng = np.random.default_rng(3)
    said = {str(ask.tags["item"]): LABELS[int(rng.integers(6))] for ask in asks}
    answers = answered(asks, SaysOne(said))
    found = measured(instrument, answers, SCORING)
    table = found.details["published_rule"]
    assert isinstance(table, dict)
    queries = json.loads((clone / "data/query-response-tagged/query-response-tagged.json").read_text())
    for family, key in ((TEN, "correlations"), (BIG_FIVE, "bfi_correlations")):
        for dimension in family.dimensions:
            numbers = [
                LABELS.index(said[f"{query['portrait_id']}/{output['id']}"]) + 1
                for query in queries
                for output in query["outputs"]
                for name, rho in output[key]
                if name.lower() == dimension and rho > 0.3
            ]
            assert (dimension in table) == bool(numbers)
            if numbers:
                assert table[dimension]["mean"] == pytest.approx(np.mean(numbers))
                assert table[dimension]["items"] == len(numbers)
    assert any("some would come by chance" in note for note in found.notes)
    assert not any("41 to 48 people" in note for note in found.notes), "which rated the published responses"
    assert any("in our words" in note for note in found.notes)
    assert any("serve several values" in note for note in found.notes)


def test_refusals_are_counted_and_are_no_numbers(tmp_path: Path) -> None:
    instrument = _instrument(items=str(make_clone(tmp_path / "clone")))
    asks = list(instrument.questions(Setting((BARE,))))
    said = {str(ask.tags["item"]): "like me" for ask in asks if str(ask.tags["item"]).endswith("/1")}
    found = measured(instrument, answered(asks, SaysOne(said)), SCORING)
    assert found.rates["refusal"].mean == pytest.approx(2 / 3)
    assert all(score.estimate.mean in (None, 5.0) for score in found.scores.values())


def test_who_answers_nothing_has_no_score_and_is_said_to_be_silent() -> None:
    asks = _asks(wordings=1)
    found = measured(_instrument(wordings=1), answered(asks, SaysOne({})), SCORING)
    assert found.n_units == 0 and found.rates["refusal"].mean == 1.0
    assert all(score.estimate.mean is None for score in found.scores.values())
    assert found.verdicts[0].startswith("nothing is told")


def test_published_answers_scored_by_the_instrument_give_the_published_scores() -> None:
    """From asks and stored answers of a real model, not from the averages of its repository."""
    if not DATA.exists():
        pytest.skip("the published data are not there: clone github.com/holi-lab/ValuePortrait")
    clone, model = Clone(DATA), "gpt-4o-mini-2024-07-18"
    raw, instrument = clone.raw(model), _instrument(items=str(DATA))
    rows = []
    for ask in instrument.questions(Setting((BARE,))):
        version = f"{ask.tags['wording']}{'_reversed' if ask.tags['first'] == 'least' else ''}"
        said = LABELS[int(raw[version][str(ask.tags["item"])].numeric_response or 0) - 1]
        rows.append({**ask.tags, "text": said, "parsed": said, "error": ""})
    found = measured(instrument, pd.DataFrame(rows), SCORING)
    table, published = found.details["published_rule"], clone.scored(model)
    assert isinstance(table, dict) and table.keys() == published.keys()
    for name, score in published.items():
        assert table[name]["centred"] == pytest.approx(score.centered_mean, abs=1e-9)
        assert table[name]["items"] == score.n
    assert found.scores["benevolence"].estimate.mean == pytest.approx(published["benevolence"].original_mean)
    assert found.bias["prompt_sensitivity"].mean == pytest.approx(0.351923, abs=1e-6)
    assert set(found.scalars) == {*FOUR.dimensions, *BIG_FIVE.dimensions}
    # With an interval over responses, queries and wordings nothing of this profile stands out.
    assert found.differences is not None and found.differences["p"] == pytest.approx(0.13, abs=0.01)
    assert any("41 to 48 people" in note for note in found.notes)
    assert "other items (19 a value) to other queries (17 a value)" in found.covers


def test_published_words_are_taken_from_a_clone(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone")
    for version in ("v1", "v2", "v3"):
        for end, listed in (("", LABELS[::-1]), ("_reversed", LABELS)):
            folder = clone / "lm_evaluation/prompts" / f"{version}{end}"
            folder.mkdir(parents=True)
            lines = "\n".join(listed)
            (folder / "reddit_prompt.txt").write_text(f"{version} {{title}} {{text}} {{content}}\n{lines}")
            (folder / "sharegpt_prompt.txt").write_text(f"{version} {{text}} {{content}}\n{lines}")
    first = next(iter(_instrument(items=str(clone)).questions(Setting((BARE,)))))
    assert first.question.startswith("v1 What about 9001? Our answer 1 to question 9001.\nvery much like me")
    assert first.tags["words"] == "published"
    other = clone / "lm_evaluation/prompts/v2/sharegpt_prompt.txt"
    other.write_text(other.read_text().replace("a little like me\n", ""))
    with pytest.raises(InputError, match="does not list the six answers in the order of v2"):
        _instrument(items=str(clone)).questions(Setting((BARE,)))
    other.unlink()
    with pytest.raises(InputError, match="half a clone"):
        _asks(items=str(clone))
    with pytest.raises(InputError, match="half a clone"):
        _instrument(items=str(clone)).cost(0)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"wordings": 4}, "wordings must lie in 1..3"),
        ({"about": "films"}, "responses are about texts or clips"),
        ({"about": "clips", "items": "x"}, "published ones answer texts"),
        ({"frame_of_mind": "gloomy"}, "no frame of mind"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        ValuePortraitOptions(**options)


def test_an_option_that_means_nothing_about_clips_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(InputError, match="tagged_only=true means nothing with about=clips"):
        _instrument(about="clips", tagged_only=True).cost(3)


def test_it_runs_end_to_end_and_is_another_run_with_other_items(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["instrument", "run", "value-portrait", "--model", "simulated:amber", "--run", str(tmp_path / "run")]
    few = ["--option", "wordings=1"]
    assert main([*run, *few, "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["instrument"] == "value-portrait" and scores["respondents"][0]["families"]["schwartz_4"]
    assert main([*run, *few, "--items", str(make_clone(tmp_path / "clone"))]) == 2
    assert main(["score", str(tmp_path / "run")]) == 0
