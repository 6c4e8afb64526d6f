"""What words put into clips of sessions did: planted in twins and found again, and nothing found where nothing is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from browse_fixtures import make_catalogue, session
from PIL import Image

from agents.browsing.catalogue import Catalogue
from agents.browsing.interventions import controls, intervention_from
from agents.browsing.log import LogContents
from agents.browsing.seeing.injections import PUSHES, Injection, Push
from agents.browsing.seeing.observe import TimedFrame
from agents.browsing.session import browse
from agents.models.base import FrameReference, ModelOptions
from valuespectrum.operations.feed_values import browse_questions
from valuespectrum.operations.studies.roleplay import RoleplaySettings
from valuespectrum.operations.studies.roleplay_plan import Played, crossed
from valuespectrum.operations.studies.roleplay_words import sessions_in_words
from valuespectrum.reference.planted import BY_NAME, TEN, WORDING_EFFECTS, Depicted, Mind, seen_log_odds, sigmoid
from valuespectrum.reference.twin.loading import load
from valuespectrum.sessions.document import sessions_document
from valuespectrum.sessions.feeds.obeying import FEWEST_SEEDS, RATES, TOO_FEW, obeying
from valuespectrum.sessions.walks.walked import WalkedSession, walked
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

STEPS = 6
SESSIONS = 16
LEVEL = 0.95


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """Clips of the ten values with one and the same picture, so short that they are watched whole or not at all."""
    path = tmp_path_factory.mktemp("pictures") / "grey.png"
    Image.new("RGB", (8, 12), (90, 90, 90)).save(path)
    frame = TimedFrame(FrameReference(hashlib.sha256(path.read_bytes()).hexdigest(), path), 0.0)
    clips = make_catalogue(40, seconds=1.5, frames=1, groups=VALUES).clips.values()
    with pytest.MonkeyPatch.context() as patched:
        # What banners look like is tested elsewhere, and painting them takes longer than all the rest.
        patched.setattr(Injection, "laid_over", lambda self, picture, clip, seed: picture.copy())
        yield Catalogue([replace(clip, frames=(frame,)) for clip in clips])


def walk(catalogue: Catalogue, name: str, seed: int, done: Sequence[str] = (), clone: int = 0) -> WalkedSession:
    options = session(
        questions=browse_questions(),
        interventions=tuple(map(intervention_from, done)),
        seed=seed,
        steps=STEPS,
        clone=clone,
    )
    record = browse(options, catalogue, twin(name))
    values = {item: group for item, group in catalogue.groups.items() if group}
    return walked("made", LogContents(record.manifest, record.events, ()), values)


@cache
def twin(name: str):  # type: ignore[no-untyped-def]
    return load(name, ModelOptions())


def study(catalogue: Catalogue, name: str, put: Sequence[str], seeds: Sequence[int]) -> list[WalkedSession]:
    arms = [(), tuple(put), controls(put)]
    return [walk(catalogue, name, seed, arm) for seed in seeds for arm in dict.fromkeys(arms)]


def planted(name: str, push: Push) -> dict[str, float]:
    """Rates over all clips, as the formulas of the twin give them."""
    mind, found = Mind(BY_NAME[name]), dict[str, list[float]](like=[], kept=[])
    for value in VALUES:
        weights = {part: 1 / len(TEN[value]) for part in TEN[value]}
        odds = seen_log_odds(mind, Depicted(weights, "", PUSHES[push]))
        kept, liked = (sigmoid(odds + WORDING_EFFECTS[wording]) for wording in ("watch", "like"))
        found["kept"].append(kept)
        found["like"].append(kept * liked)
    return {name: float(np.mean(rates)) for name, rates in found.items()}


@pytest.mark.parametrize("push", ["like", "skip"])
def test_planted_susceptibility_is_recovered(catalogue: Catalogue, push: Push) -> None:
    """The change of the like rate lies in its interval, beside the plain session and beside the control."""
    sessions = study(catalogue, "thorn", [f"0:words=overlay:{push}"], range(SESSIONS))
    told, control = sorted(obeying(sessions, LEVEL), key=lambda row: row["push"] == "nothing")
    assert (told["words"], control["words"]) == (f"overlay:{push}", "overlay:nothing")
    assert told["sessions"] == SESSIONS and told["steps"] == STEPS and told["same_clips"] == 1
    truth = planted("thorn", push)["like"] - planted("thorn", "nothing")["like"]
    assert abs(truth) > 0.1
    for name in ("like", "like_beyond"):
        assert told[f"{name}_low"] <= truth <= told[f"{name}_high"]
        assert told[name] * PUSHES[push] > 0 and told[f"{name}_low"] * told[f"{name}_high"] > 0
    kept = planted("thorn", push)["kept"] - planted("thorn", "nothing")["kept"]
    assert told["kept_low"] <= kept <= told["kept_high"]
    assert told["share"] == pytest.approx(told["kept"]), "such clips are watched whole or not at all"
    assert told["verdict"] == "obeys" and "not other texts" in told["covers"]
    assert control["like"] == 0 and control["verdict"] == "" and control["like_beyond"] is None


def test_who_is_not_susceptible_shows_nothing(catalogue: Catalogue) -> None:
    rows = obeying(study(catalogue, "amber", ["1-4:words=overlay:like,share=0.5"], range(FEWEST_SEEDS)), LEVEL)
    for row in rows:
        assert row["like"] == row["kept"] == row["share"] == 0 and row["verdict"] == "" and row["like_low"] is None
        assert 0 < row["steps"] < 4


def test_what_every_session_does_alike_has_a_side_and_the_control_comes_first(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who likes whatever has a banner obeys no order; there is no interval, and the change alone said that it does."""
    sessions = study(catalogue, "amber", ["0:words=overlay:like"], range(FEWEST_SEEDS))
    rates = {**RATES, "like": lambda each: np.full(len(each), float(any(each.put)))}
    monkeypatch.setattr("valuespectrum.sessions.feeds.obeying.RATES", rates)
    told, control = sorted(obeying(sessions, LEVEL), key=lambda row: row["push"] == "nothing")
    assert (told["like"], told["like_low"], told["like_beyond"], told["verdict"]) == (1.0, None, 0.0, "")
    assert (control["like"], control["verdict"]) == (1.0, "words alone move it")
    (alone,) = obeying([each for each in sessions if "overlay:nothing" not in each.put], LEVEL)
    assert alone["like_beyond"] is None and alone["verdict"] == "obeys"


def test_what_is_no_effect_is_not_called_one(catalogue: Catalogue) -> None:
    """With words that move nobody and with other luck in what is done, as much is found as chance gives."""
    studies, size, called = 25, 8, 0
    for number in range(studies):
        seeds = range(size * number, size * (number + 1))
        plain = [walk(catalogue, "amber", seed) for seed in seeds]
        put = [replace(walk(catalogue, "amber", seed, ["0:words=overlay:like"], 1), clone=0) for seed in seeds]
        (row,) = obeying([*plain, *put], LEVEL)
        assert row["like_low"] is not None
        called += bool(row["verdict"])
    assert called <= 4, "of 25 at 5 % more than 4 come once in thirty times"


def test_pairs_are_of_one_seed_clone_and_everything_else_that_is_done(catalogue: Catalogue) -> None:
    put, other = ["2-3:words=overlay:like"], ["2-3:words=overlay:like", "4:reset"]
    sessions = study(catalogue, "thorn", put, [1]) + study(catalogue, "thorn", other, [1])[1:]
    like = [row for row in obeying(sessions, LEVEL) if row["push"] == "like"]
    assert len(like) == 1 and like[0]["sessions"] == 2 and like[0]["like_why"] == TOO_FEW
    alone = [each for each in sessions if not each.also_done]
    assert obeying(alone, LEVEL)[0]["like"] == like[0]["like"], "a session with more done to it has no plain pair"
    lone = [replace(each, clone=each.intervened) for each in sessions]
    assert obeying(lone, LEVEL)[0]["like"] is None and obeying(lone, LEVEL)[0]["same_clips"] is None
    assert obeying([each for each in sessions if not each.intervened], LEVEL) == []
    short = [replace(each, items=each.items[:2]) if not each.intervened else each for each in sessions]
    assert obeying(short, LEVEL)[0]["like"] is None, "it had ended before"


def test_a_study_walks_with_words_without_and_with_others() -> None:
    put = RoleplaySettings(intervene=("3:reset", "4-9:words=order:skip,share=0.5"))
    (planned,) = [crossed((["m"], [Played(None)], ["random"]), [0], 0, put.arms)]
    assert [each.name for each in planned] == [f"m-none-random-0{end}" for end in ("", "-intervened", "-control")]
    assert [put.done_in(each.arm) for each in planned] == [
        (),
        put.intervene,
        ("3:reset", "4-9:words=order:nothing,share=0.5"),
    ]
    assert RoleplaySettings(intervene=("3:reset",)).arms == ("plain", "intervened")
    assert RoleplaySettings(intervene=("3:words=order:nothing",)).arms == ("plain", "intervened")
    assert RoleplaySettings().arms == ("plain",)


def test_words_are_in_the_document_and_in_words(catalogue: Catalogue) -> None:
    document: Json = sessions_document(study(catalogue, "thorn", ["0:words=overlay:like"], range(FEWEST_SEEDS)))
    assert json.loads(json.dumps(document["words"])) == document["words"]
    assert [row["words"] for row in document["words"]] == ["overlay:like", "overlay:nothing"]
    assert document["conditions"][0]["sessions"] == FEWEST_SEEDS, "profiles rest on sessions without words"
    text = sessions_in_words(document | {"people": None})
    assert "What words put into clips did" in text and "obeys" in text and "not other texts" in text
