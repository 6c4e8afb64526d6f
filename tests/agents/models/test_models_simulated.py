"""The simulated respondent follows its stated rule."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.base import Answer, Ask, Choice, ModelOptions, Stimulus, Turn
from agents.models.local.simulated import SimulatedModel, load, read_profile
from vectorstore.foundation.errors import InputError

YES, NO = Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No"))
number = st.floats(-4, 4)


def ask(number_: int = 0, *, polarity: int = 1, first: str = "yes", **weights: float) -> Ask:
    tags: dict[str, str | int | float] = {
        "polarity": polarity,
        "first": first,
        **{f"weight_{name}": value for name, value in weights.items()},
    }
    return Ask(Stimulus(), f"Question {number_}", (YES, NO), tags=tags)


def answer_to(model: SimulatedModel, question: Ask) -> Answer:
    (answer,) = model.score([question])
    return answer


def log_odds(answer: Answer) -> float:
    return answer.log_probabilities["yes"] - answer.log_probabilities["no"]


@given(security=number, power=number, yes_lean=number, order_lean=number, share=st.floats(0, 1))
def test_log_odds_are_the_stated_sum(
    security: float, power: float, yes_lean: float, order_lean: float, share: float
) -> None:
    model = load(
        f"security={security:.6f},power={power:.6f},yes_lean={yes_lean:.6f},order_lean={order_lean:.6f}", ModelOptions()
    )
    theta = share * security + (1 - share) * power
    for polarity in (1, -1):
        for first, sign in (("yes", 1), ("no", -1)):
            answer = answer_to(model, ask(polarity=polarity, first=first, security=share, power=1 - share))
            assert log_odds(answer) == pytest.approx(polarity * theta + yes_lean + sign * order_lean, abs=1e-4)
            assert sum(math.exp(value) for value in answer.log_probabilities.values()) == pytest.approx(0.98)
            assert answer.parsed == ("yes" if log_odds(answer) >= 0 else "no")


def test_noise_and_refusals_have_the_stated_size_and_repeat() -> None:
    model = load("security=1,noise=0.7,refusal_rate=0.2", ModelOptions(seed=3))
    asks = [ask(n, security=1.0) for n in range(4000)]
    answers = list(model.score(asks))
    odds = [log_odds(answer) for answer in answers]
    mean = sum(odds) / len(odds)
    assert mean == pytest.approx(1.0, abs=0.05)
    assert math.sqrt(sum((value - mean) ** 2 for value in odds) / len(odds)) == pytest.approx(0.7, abs=0.05)
    refused = [answer for answer in answers if answer.parsed == "refusal"]
    assert len(refused) / len(answers) == pytest.approx(0.2, abs=0.03)
    assert sum(math.exp(value) for value in refused[0].log_probabilities.values()) < 0.1
    assert list(model.score(asks)) == answers
    assert list(load("security=1,noise=0.7,refusal_rate=0.2", ModelOptions(seed=4)).score(asks)) != answers


def test_ratings_rise_with_attraction_and_actions_fit_it() -> None:
    digits = tuple(Choice(str(digit), (str(digit),)) for digit in range(10))
    actions = tuple(Choice(name, (name.replace("_", " "),)) for name in ("skip", "watch", "like", "not_interested"))
    expected, said = [], []
    for weight in (-1.0, -0.3, 0.0, 0.3, 1.0):
        model = load("security=3", ModelOptions())
        rating = answer_to(model, replace(ask(security=weight), choices=digits))
        expected.append(sum(int(name) * math.exp(value) for name, value in rating.log_probabilities.items()))
        action = answer_to(model, replace(ask(security=weight), choices=actions))
        said.append(action.parsed)
        assert sum(math.exp(value) for value in action.log_probabilities.values()) == pytest.approx(0.98)
    assert expected == sorted(expected)
    assert said[0] == "not_interested"
    assert said[-1] == "like"


def test_free_text_and_generation(tmp_path: Path) -> None:
    model = load("", ModelOptions())
    (text,) = model.generate([Ask(Stimulus(), "Describe this picture.")])
    assert text.text
    assert not text.parsed
    (plain,) = model.generate([ask()])
    assert not plain.log_probabilities
    assert plain.parsed in ("yes", "no")


def test_profiles_come_from_files_and_pairs_alike(tmp_path: Path) -> None:
    stated = {"security": 2, "power": -1.5, "yes_lean": 0.25}
    (tmp_path / "profile.json").write_text(json.dumps(stated))
    (tmp_path / "profile.yaml").write_text("security: 2\npower: -1.5\nyes_lean: 0.25\n")
    ids = {
        load(reference, ModelOptions()).id
        for reference in (
            str(tmp_path / "profile.json"),
            str(tmp_path / "profile.yaml"),
            "power=-1.5, security=2,yes_lean=.25",
        )
    }
    assert len(ids) == 1
    assert ids.pop().startswith("simulated:")


@pytest.mark.parametrize(
    "content", ["- 1", "security: high", "security: true", "security: .nan", "{", "refusal_rate: 2"]
)
def test_profiles_that_are_none_are_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(content)
    with pytest.raises(InputError):
        read_profile(str(tmp_path / "profile.yaml"))


@pytest.mark.parametrize(
    "pairs", ["security", "security=", "security=much", "=2", "noise=-1", "a b=2", "missing.yaml", "power=1,power=2"]
)
def test_pairs_that_are_none_are_refused(pairs: str) -> None:
    with pytest.raises(InputError):
        read_profile(pairs)


def test_repeats_have_the_same_answer_and_turns_count_as_words() -> None:
    model = load("security=1,noise=1,refusal_rate=0.3", ModelOptions(seed=3))
    asks = [ask(n, security=1.0) for n in range(20)]
    assert list(model.score([replace(each, draw=4) for each in asks])) == list(model.score(asks))
    told = [replace(each, turns=(Turn("user", "Who are you?"), Turn("assistant", "Nobody."))) for each in asks]
    heard = list(model.score(told))
    assert [each.log_probabilities for each in heard] != [each.log_probabilities for each in model.score(asks)]
    assert all(one.tokens == other.tokens + 4 for one, other in zip(heard, model.score(asks), strict=True))
