"""Sessions as an instrument: acts are those of the session itself, and the planted order comes back."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from planted_instruments import SCORING, centred, measured, pictures, planted, setting, twin

from agents.browsing.walk import Walk
from agents.models.base import Ask
from agents.procedures.procedure import SUBJECT, Addressed, Procedure, alone
from valuespectrum.instruments.further.behaviour import BehaviourInFeed, BehaviourOptions, acts_by_clip, session_acts
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.runs.parts.acts_schema import ClipActs
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError

SMALL = BehaviourOptions(wordings=3, sessions=3, steps=20)


def _recorded(procedure: Procedure[object], model: TwinModel, rows: list[dict[str, Any]]) -> Procedure[object]:
    """The same procedure, each ask kept with its answer."""
    wanted = next(procedure)
    while True:
        answers = yield wanted
        for each, answer in zip(wanted, answers, strict=True):
            logs = {f"log_probability_{name}": log for name, log in answer.log_probabilities.items()}
            said = {"text": answer.text, "parsed": answer.parsed, "error": answer.error, "model": model.id}
            rows.append({**each.ask.tags, **logs, **said, "question": each.ask.question, "frame": "f"})
        try:
            wanted = procedure.send(answers)
        except StopIteration:
            return None


def _answers(options: BehaviourOptions, stated: str = "amber", clips: int = 6) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    model = twin(stated)
    for named in BehaviourInFeed(options).procedures(setting(pictures(clips))):
        alone(_recorded(named.procedure, model, rows), {SUBJECT: model})
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def amber() -> pd.DataFrame:
    return _answers(SMALL)


def test_acts_are_those_of_the_session(amber: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    events = []
    step = Walk.step

    def noted(self: Walk, place: int) -> Procedure[Any]:
        event = yield from step(self, place)
        events.append(event)
        return event

    monkeypatch.setattr(Walk, "step", noted)
    acts = session_acts(_answers(SMALL), SCORING)
    monkeypatch.undo()
    done = [(event.item_id, float(event.action in ("watch", "like"))) for event in events if event is not None]
    found = acts.sort_values(["session", "step"])
    assert list(zip(found["clip"], found["watched"], strict=True)) == done
    rated = [0.0 if event.rating is None else event.rating for event in events if event is not None]
    assert found["liked"].to_numpy(float) == pytest.approx(rated, abs=0.05)
    assert session_acts(amber, SCORING).equals(acts)


def test_sessions_are_balanced_and_each_in_its_own_words(amber: pd.DataFrame) -> None:
    assert set(amber["wording"]) == {"watch", "appeal", "enjoy"}
    assert amber.groupby("session")["wording"].nunique().tolist() == [1, 1, 1]
    shown = Counter(amber.drop_duplicates(["session", "step"])["value"])
    assert set(shown) == set(VALUES) and max(shown.values()) - min(shown.values()) <= 2
    cells = Counter(zip(*(amber[name] for name in ("session", "step", "item", "polarity", "first")), strict=True))
    assert set(cells.values()) == {1}
    assert len(amber) <= BehaviourInFeed(SMALL).cost(60)


def test_what_is_liked_is_watched_more(amber: pd.DataFrame) -> None:
    found = measured(BehaviourInFeed(SMALL), amber)
    truth = planted("amber")
    scores = [centred(found)[value] for value in VALUES]
    assert np.corrcoef(scores, [truth[value] for value in VALUES])[0, 1] > 0.6
    assert all(0 <= (score.estimate.mean or 0) <= 100 for score in found.scores.values())
    assert set(found.details["liked_of_shown"]) == set(VALUES)  # type: ignore[call-overload]


def test_what_is_never_said_of_a_value_is_no_number(amber: pd.DataFrame) -> None:
    """A model that watches on, and says of no picture of a value whether it likes it."""
    value = str(amber.loc[amber["item"] == "react", "value"].mode().iloc[0])
    silent = (amber["value"] == value) & (amber["item"] == "react")
    logs = [str(name) for name in amber if str(name).startswith("log_probability_")]
    went_on = amber.groupby(["session", "step"])["item"].transform("nunique").eq(2)
    answers = amber[(amber["value"] != value) | went_on]
    answers = answers.assign(**{name: answers[name].mask(silent) for name in logs})
    answers["parsed"] = answers["parsed"].mask(silent, "refusal")
    document = measured(BehaviourInFeed(SMALL), answers).to_json()
    json.dumps(document, allow_nan=False)
    liked = cast("dict[str, float | None]", document["liked_of_shown"])
    assert [each for each, number in liked.items() if number is None] == [value] and len(liked) > 1


def test_a_picture_of_which_one_polarity_is_lost_is_no_act(amber: pd.DataFrame) -> None:
    """The walk decided nothing there, and so went on; it would count as one that was left."""
    logs = [str(name) for name in amber if str(name).startswith("log_probability_")]
    lost = (amber["item"] == "glance") & (amber["polarity"] == -1) & (amber["step"] == 0)
    answers = amber.assign(**{name: amber[name].mask(lost) for name in logs})
    answers["parsed"] = answers["parsed"].mask(lost, "unparsed")
    acts = session_acts(answers, SCORING)
    assert 0 not in set(acts["step"])
    whole = session_acts(amber, SCORING)
    assert acts.equals(whole[whole["step"] != 0].reset_index(drop=True))


def test_every_act_is_counted_with_its_clip(amber: pd.DataFrame) -> None:
    acts = session_acts(amber, SCORING)
    by_clip: dict[str, Any] = measured(BehaviourInFeed(SMALL), amber).details["acts_by_clip"]  # type: ignore[assignment]
    assert sum(did["shown"] for did in by_clip.values()) == len(acts)
    assert sum(did["watched"] for did in by_clip.values()) == acts["watched"].sum()
    assert {clip: did["value"] for clip, did in by_clip.items()} == dict(zip(acts["clip"], acts["value"], strict=True))
    assert {did["frame"] for did in by_clip.values()} == {"f"}
    for clip, did in by_clip.items():
        ClipActs.model_validate(did)
        assert did["liked"] == pytest.approx(acts.loc[acts["clip"] == clip, "liked"].mean())
    unanswered = acts.assign(liked=np.nan)
    assert all(did["liked"] is None for did in acts_by_clip(unanswered, amber).values())


def test_other_words_change_the_questions_and_not_the_walk() -> None:
    options = BehaviourOptions(wordings=1, sessions=1, steps=3, language="de", form="unforced")
    (named,) = BehaviourInFeed(options).procedures(setting(pictures(2)))
    asks: list[Ask] = [each.ask for each in next(named.procedure)]
    assert all(isinstance(Addressed(each), Addressed) and "keins" in each.question for each in asks)
    assert [choice.name for choice in asks[0].choices] == ["yes", "no", "neither"]
    assert {each.tags["wording"] for each in asks} == {"de/watch"}
    named.procedure.close()


def test_a_feed_needs_pictures_and_steps() -> None:
    with pytest.raises(InputError, match="steps must lie in"):
        BehaviourOptions(steps=0)
    empty = BehaviourInFeed().procedures(type(setting(pictures(1)))(()))
    with pytest.raises(InputError, match="there is no corpus"):
        next(iter(empty))
