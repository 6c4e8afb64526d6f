"""Sessions out of their logs: what an agent did, what was asked without memory, what was done to the feed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browse_fixtures import QUESTIONS, TASTE, Leaning, make_catalogue, session
from report_pages import data
from report_pages import read as look_at
from session_worlds import session_of

from agents.browsing.doing.memory import MemoryOptions
from agents.browsing.doing.weariness import WearinessOptions
from agents.browsing.interventions import intervention_from
from agents.browsing.log import Event, LogContents, PutWords, encode
from agents.browsing.options import Behaviour, EngagementWeights
from agents.browsing.seeing.observe import ObserverOptions
from agents.browsing.session import browse
from agents.feeds.policy import load_policy, read_policy
from agents.models.base import Answer, Ask
from agents.personas.persona import load_personas
from valuespectrum.operations.studies.roleplay import replay_roleplay
from valuespectrum.operations.studies.roleplay_words import sessions_in_words
from valuespectrum.reporting.page import render
from valuespectrum.runs.feed import feed_path, shared_log
from valuespectrum.runs.manifest import CorpusRecord, Manifest
from valuespectrum.runs.run import write_json
from valuespectrum.sessions.document import sessions_document
from valuespectrum.sessions.feeds.measures import session_measures
from valuespectrum.sessions.feeds.reacting import interventions
from valuespectrum.sessions.run_logs import SESSIONS, left_out_rows, sessions_of_run
from valuespectrum.sessions.walks.apart import told_apart
from valuespectrum.sessions.walks.walked import WalkedSession, Walker, one_stock, policy_words, read_walked, walked
from vectorstore.foundation.errors import InputError

CATALOGUE = make_catalogue(60)
VALUES = {item: group for item, group in CATALOGUE.groups.items() if group}


def read(
    model: Leaning, steps: int = 30, policy: str = "random", seed: int = 3, done: str = "", **told: object
) -> WalkedSession:
    put = tuple(map(intervention_from, done.split()))
    options = session(policy=load_policy(policy, **told), steps=steps, seed=seed, interventions=put)
    record = browse(options, CATALOGUE, model)
    lines = (encode(record.manifest), *map(encode, record.events))
    return walked("made", LogContents(record.manifest, record.events, lines), VALUES)


def test_what_was_refused_or_failed_decides_nothing() -> None:
    found = read(Leaning(TASTE, refuses="security", fails="hedonism"), policy="balanced")
    undecided = np.isnan(found.kept)
    assert {found.values[at] for at in np.flatnonzero(undecided)} == {"security", "hedonism"}
    assert found.refused.sum() == 10 and np.isnan(found.liked[undecided]).all()
    measures = session_measures(found)
    assert measures["refused"] == pytest.approx(1 / 3) and measures["undecided"] == pytest.approx(2 / 3)


def test_chances_are_one_where_all_clips_are_alike() -> None:
    assert read(Leaning(TASTE)).chance == pytest.approx(np.ones(30))
    following = read(Leaning(TASTE), policy="similar").chance
    assert following[0] == pytest.approx(1) and following.max() > 1.5


def test_skipped_clips_were_not_asked_about_and_watched_ones_were() -> None:
    found = read(Leaning(TASTE))
    assert np.isnan(found.liked[found.kept == 0]).all() and not np.isnan(found.liked[found.kept == 1]).any()
    assert (found.share[found.kept == 0] == 0).all() and (found.share[found.kept == 1] > 0).all()
    assert found.stock == {"hedonism": 20, "power": 20, "security": 20}


def test_further_acts_are_liking_and_answers_without_memory_tell_history() -> None:
    record = browse(session(steps=4), CATALOGUE, Leaning({}))
    first, second, *rest = record.events
    told: list[Event] = [
        replace(first, action="watch", rating=None, further=("save",), chances={"like": 0.8}, fresh={"like": 0.5}),
        replace(second, action="watch", rating=None, chances={"like": 0.8, "glance": None}, fresh={"glance": 0.5}),
        *rest,
    ]
    found = walked("made", LogContents(record.manifest, tuple(told), ()), VALUES)
    assert found.liked[0] == 1 and np.isnan(found.liked[1])
    assert found.history[0] == pytest.approx(0.3) and np.isnan(found.history[1:]).all()


def test_what_memory_does_is_told_where_there_is_any() -> None:
    class Reminded(Leaning):
        """Likes everything more once it remembers anything."""

        def _answer(self, ask: Ask) -> Answer:
            plain = self.taste
            self.taste = {group: odds + 1.0 for group, odds in plain.items()} if ask.turns else plain
            answer = super()._answer(ask)
            self.taste = plain
            return answer

    found = []
    for seed in range(3):
        options = session(steps=12, seed=seed, memory=MemoryOptions("transcript", 3))
        record = browse(options, CATALOGUE, Reminded(TASTE))
        found.append(walked(f"{seed}", LogContents(record.manifest, record.events, ()), VALUES))
    document = sessions_document(found)
    effect = document["conditions"][0]["walkers"][0]["history_effect"]
    assert effect["low"] > 0 and "history_effect" in sessions_in_words(document)
    assert "history_effect" not in sessions_in_words(sessions_document([read(Leaning(TASTE))]))


def test_interventions_are_held_against_the_pair_without() -> None:
    pairs = []
    for seed in range(4):
        plain = read(Leaning(TASTE), steps=40, seed=seed)
        done = replace(
            plain, interventions=((20, "swap"),), intervened=True, liked=np.where(np.arange(40) < 20, 0.0, 1.0)
        )
        pairs += [plain, done]
    (row,) = interventions(pairs, window=10, level=0.95)
    assert row["intervention"] == "swap" and row["step"] == 20 and row["sessions"] == 4
    assert row["entropy"] == row["kept"] == 0 and row["like"] > 0 and row["escapes_watched"] == 4
    assert interventions([each for each in pairs if not each.intervened], 10, 0.95) == []


@pytest.mark.parametrize("steps", [14, 20])
def test_what_an_intervention_did_is_told_over_the_steps_that_both_have(steps: int) -> None:
    """One agent may leave before the other: fewer steps have a lower entropy, and nothing was done to it."""
    plain = session_of(["power"] * 10 + ["power", "security"] * 2 + ["hedonism", "tradition"] * 3)
    values = plain.values[:steps]
    done = replace(session_of(values), interventions=((10, "swap"),), intervened=True, stock=plain.stock)
    (row,) = interventions([plain, done], window=10, level=0.95)
    assert row["entropy"] == row["kept"] == row["like"] == 0


def test_what_is_liked_after_an_intervention_is_of_what_was_shown() -> None:
    """Who skips what it watched without liking likes as much as before, and more of what it watches."""
    values = ["power", "security"] * 6
    before = session_of(values, ["watch", "like"] * 6)
    after = replace(session_of(values, ["skip", "like"] * 6), interventions=((4, "swap"),), intervened=True)
    (row,) = interventions([before, after], window=4, level=0.95)
    assert row["like"] == 0 and row["kept"] == -0.5


def test_what_was_done_is_one_row_whatever_its_luck_and_another_where_more_was_done() -> None:
    seeds, told = range(6), ("10-19:words=order:like,share=0.3", "10:reset", "10:reset 20:cool_down")
    walks = {done: [read(Leaning(TASTE), seed=seed, done=done) for seed in seeds] for done in ("", *told)}
    firsts = {each.interventions[0][0] for each in walks[told[0]] if each.interventions}
    assert len(firsts) > 1, "luck says at which steps words are put in"
    sessions = [each for own in walks.values() for each in own]
    rows = interventions(sessions, window=10, level=0.95)
    names = (told[0], told[1], "10:reset; 20:cool_down")
    assert [(row["intervention"], row["step"], row["sessions"]) for row in rows] == [(name, 10, 6) for name in names]
    assert all(row["kept"] is not None for row in rows)
    words = sessions_in_words(sessions_document(sessions))
    shown = words[words.index("What was done to sessions") :].split("\n\n")[0]
    assert "10:reset; 20:cool_down" in shown and "words=" not in shown, "what words did is told with their control"


def test_it_is_said_where_no_session_is_without_what_was_done() -> None:
    plain, done = (read(Leaning(TASTE), done=told) for told in ("", "10:reset"))
    told = sessions_document([done])
    assert told["done_to_all"] in sessions_in_words(told) and told["conditions"][0]["sessions"] == 1
    page = " ".join(look_at(render(replace(data(), walks=(told,)))).text)
    assert " ".join(told["done_to_all"].split()) in " ".join(page.split())
    both = sessions_document([plain, done])
    assert both["done_to_all"] == "" and both["conditions"][0]["sessions"] == 1


def test_clones_are_held_against_clones_with_their_luck() -> None:
    first = [read(Leaning(TASTE), steps=40, seed=seed) for seed in range(3)]
    clones = [replace(each, clone=1, liked=np.zeros(40)) for each in first]
    plain = [*first, *clones]
    done = [replace(each, interventions=((20, "swap"),), intervened=True) for each in plain]
    (row,) = interventions([*plain, *done], window=10, level=0.95)
    assert row["sessions"] == 6 and row["like"] == row["kept"] == row["entropy"] == 0, "nothing was done to them"


def test_sessions_that_differ_in_what_is_seen_asked_or_done_are_not_of_one_walker() -> None:
    asked = replace(QUESTIONS, prefill="I say")
    ways: list[dict[str, Any]] = [
        {},
        {"memory": MemoryOptions("transcript", 3)},
        {"observer": ObserverOptions("frames", beside=("caption",))},
        {"weariness": WearinessOptions(fatigue=0.5)},
        {"behaviour": Behaviour(deterministic=True)},
        {"behaviour": Behaviour(weights=EngagementWeights(like=2.0))},
        {"questions": asked},
    ]
    found: list[WalkedSession] = []
    for way in ways:
        for seed in range(2):
            record = browse(session(steps=24, seed=seed, **way), CATALOGUE, Leaning(TASTE))
            # As it is read from a file: in lists, without what is at its default.
            manifest = json.loads(encode(record.manifest))
            again = replace(record.manifest, observer=manifest["observer"], session=manifest["session"])
            found.append(walked(f"{len(found)}", LogContents(again, record.events, ()), VALUES))
    apart = told_apart(found)
    assert [each.walker for each in told_apart(apart)] == [each.walker for each in apart]
    names = [each.walker.model for each in apart]
    assert names[::2] == names[1::2] and len(set(names)) == len(ways)
    seen = ("memory.mode=transcript", 'beside=["caption"]', "fatigue=0.5")
    done = ("behaviour.deterministic=true", "behaviour.weights.like=2.0", "questions.prefill=I say")
    for name, words in zip(names[2::2], (*seen, *done), strict=True):
        assert words in name
    assert [row["sessions"] for row in sessions_document(found)["conditions"]] == [2] * len(ways)
    alike = [*found[:2], replace(found[2], settings={"memory.mode": "x"}, walker=Walker("human:1", human=True))]
    assert [each.walker for each in told_apart(alike)] == [each.walker for each in alike]


def test_words_in_clips_that_are_none_are_told_of_their_log() -> None:
    """And not of all that are compared with it."""
    record = browse(session(steps=2), CATALOGUE, Leaning(TASTE))
    events = (replace(record.events[0], put=PutWords("nowhere:like", "words")), *record.events[1:])
    lines = (encode(record.manifest), *map(encode, events))
    with pytest.raises(InputError, match="'nowhere:like' is nothing that can be put into a clip"):
        walked("made", LogContents(record.manifest, events, lines), VALUES)


@pytest.mark.parametrize("aim", ["much", None, [1.0]])
def test_a_target_that_is_none_is_refused_in_one_line(aim: Any) -> None:
    record = browse(session(steps=2), CATALOGUE, Leaning(TASTE))
    persona = {**record.manifest.persona, "id": "p", "target_profile": {"power": aim}}
    contents = LogContents(replace(record.manifest, persona=persona), record.events, ())
    with pytest.raises(InputError, match="session made has a target"):
        walked("made", contents, VALUES)


def test_a_model_that_was_asked_or_read_in_another_way_is_another_walker() -> None:
    """Words of one answer are no probabilities; another seed of what is drawn is luck."""
    record = browse(session(steps=6), CATALOGUE, Leaning(TASTE))
    found = []
    for choices, decoding in (("text", "seed 1"), ("text", "seed 2"), ("first token", "seed 1")):
        params = {"choices": choices, "decoding": decoding, "device": decoding}
        manifest = replace(record.manifest, model={"id": "m", "params": params})
        found.append(walked(decoding, LogContents(manifest, record.events, ()), VALUES))
    names = [each.walker.model for each in told_apart(found)]
    assert names == ["m (model.choices=text)", "m (model.choices=text)", "m (model.choices=first token)"]
    assert [each.walker.model for each in told_apart(found[:2])] == ["m", "m"]


def test_personas_of_one_id_with_other_words_or_another_target_are_not_one_walker() -> None:
    tycoon = next(each for each in load_personas() if each.id == "tycoon")
    aims = replace(tycoon, target={**tycoon.target, "power": -1.0})
    found: list[WalkedSession] = []
    for persona in (None, tycoon, replace(tycoon, wording=2), aims):
        record = browse(session(steps=6), CATALOGUE, Leaning(TASTE), persona)
        found.append(walked(f"{len(found)}", LogContents(record.manifest, record.events, ()), VALUES))
    assert found[1].role == found[3].role != found[2].role and not found[0].role
    apart = told_apart(found)
    bare, *played = (each.walker for each in apart)
    assert bare == found[0].walker and {each.model for each in played} == {"leaning"}
    assert len(set(played)) == 3 and all(each.persona.startswith("tycoon#") for each in played)
    assert [each.walker for each in told_apart(apart)] == [each.walker for each in apart]
    assert [each.walker for each in told_apart(found[:2] * 2)] == [each.walker for each in found[:2] * 2]
    texts = [replace(found[1], walker=Walker("m", "placebo-3", "simple"), role=role) for role in "ab"]
    one, other = (each.walker for each in told_apart(texts))
    assert one != other and one.placebo and other.placebo, "texts for personas of other lengths are other texts"


def test_feeds_that_had_other_numbers_of_clips_on_offer_are_not_of_one_policy() -> None:
    found = []
    for pool in (256, 20):
        record = browse(session(steps=6, pool=pool), CATALOGUE, Leaning(TASTE))
        found.append(walked(f"{pool}", LogContents(record.manifest, record.events, ()), VALUES))
    person = replace(found[0], walker=Walker("human:1", human=True))
    apart = told_apart([*found, person])
    assert [each.policy for each in apart] == ["random:pool=256", "random:pool=20", "random:pool=256"]
    assert [each.policy for each in told_apart(apart)] == [each.policy for each in apart]
    following = replace(found[1], policy="similar:decay=0.9")
    assert [each.policy for each in told_apart([found[0], following])] == ["random", "similar:decay=0.9"]


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    found = read(Leaning(TASTE), steps=5)
    with pytest.raises(InputError, match="different catalogues"):
        one_stock([found, replace(found, stock={"power": 3})])
    record = browse(session(steps=2), CATALOGUE, Leaning({}))
    with pytest.raises(InputError, match="no steps"):
        walked("empty", LogContents(record.manifest, (), ()), VALUES)
    log = tmp_path / "alone.jsonl"
    log.write_bytes(b"".join([encode(record.manifest), *map(encode, record.events)]))
    with pytest.raises(InputError, match="nothing says which values"):
        read_walked(log)
    assert read_walked(log, VALUES).walker.persona == "none"
    assert policy_words({"name": "similar", "params": None}) == "similar"


def test_one_damaged_log_of_a_run_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    """A session that was stopped before its first step is no damage."""
    folder, record = tmp_path / SESSIONS, browse(session(steps=3), CATALOGUE, Leaning(TASTE))
    lines = [encode(record.manifest), *map(encode, record.events)]
    by_value = {value: [clip for clip, own in VALUES.items() if own == value] for value in sorted(set(VALUES.values()))}
    settings = {"catalogue": CATALOGUE.content_hash(), "corpus": {"hash": "a" * 64, "embedder": "e"}}
    folder.mkdir()
    made = Manifest(settings, {}, kind="feed", corpus=CorpusRecord(values=by_value))
    write_json(feed_path(shared_log(folder)), made.document)
    damaged = folder / "damaged.jsonl"
    for name, content in (("whole", lines), ("begun", lines[:1]), ("damaged", [lines[0], b'{"step":0}\n', *lines[2:]])):
        (folder / f"{name}.jsonl").write_bytes(b"".join(content))
    found, left_out = sessions_of_run(tmp_path)
    assert [each.name for each in found] == ["whole"] and list(left_out) == [damaged]
    assert f"{damaged}, line 2: " in left_out[damaged]
    document = sessions_document(found) | {"left_out": left_out_rows(left_out)}
    page = " ".join(" ".join(look_at(render(replace(data(), walks=(document,)))).text).split())
    assert "damaged.jsonl is left out: " in page
    (folder / "whole.jsonl").unlink()
    with pytest.raises(InputError, match=r"damaged\.jsonl, line 2"):
        sessions_of_run(tmp_path)
    damaged.unlink()
    assert sessions_of_run(tmp_path) == ([], {})


DIGITS = 8 * "ab"


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("yoked", {"log": "a/m-boss-similar-12.jsonl", "content": DIGITS}, "yoked:log=m-boss-similar"),
        ("yoked", {"log": "/b/m-boss-similar-3-clone1-control.jsonl"}, "yoked:log=m-boss-similar-control"),
        ("replay", {"log": "mine.jsonl", "content": DIGITS}, "replay:log=mine"),
        ("popular", {"counts": "/a/c.csv", "content": DIGITS}, "popular:counts=c.csv,content=abababab"),
        ("file:/a/b/mine.py:fresh", {"x": 2.0, "content": DIGITS}, "file:mine.py:fresh:x=2.0,content=abababab"),
    ],
)
def test_where_a_file_lies_is_no_part_of_a_policy(name: str, params: dict[str, Any], words: str) -> None:
    assert policy_words({"name": name, "params": params}) == words


def test_sessions_that_are_yoked_to_the_feeds_of_one_walker_are_of_one_condition(tmp_path: Path) -> None:
    """Each has a log of its own to be yoked to; what was done to one is held against the other through that feed."""
    found: list[WalkedSession] = []
    for seed in range(3):
        folder = tmp_path / f"{seed}"
        folder.mkdir()
        log = folder / f"leaning-none-similar-{seed}.jsonl"
        browse(session(policy=load_policy("similar"), steps=12, seed=seed), CATALOGUE, Leaning({"power": 3.0}), log=log)
        found += [read(Leaning(TASTE), 12, "yoked", seed=0, done=done, log=str(log)) for done in ("", "4:reset")]
    assert {each.policy for each in found} == {"yoked:log=leaning-none-similar"}
    assert len({each.feed for each in found}) == 3
    document = sessions_document([replace(each, seed=place // 2) for place, each in enumerate(found)])
    (condition,) = document["conditions"]
    assert condition["sessions"] == 3 and condition["walkers"][0]["measures"]["kept"]["n"] == 3
    (row,) = interventions(found, window=4, level=0.95)
    assert row["kept"] == row["entropy"] == 0, "one seed, and yet each beside its own feed"


def test_where_no_value_was_shown_before_none_comes_back() -> None:
    made = session_of(["none"] * 10 + ["power", "security"] * 5)
    plain = replace(made, stock={**made.stock, "none": 10})
    done = replace(plain, interventions=((10, "swap"),), intervened=True)
    (row,) = interventions([plain, done], window=4, level=0.95)
    assert (row["escapes_watched"], row["escaped"], row["escape"], row["relapse"]) == (0, 0, None, None)
    assert row["distance"] is not None


def test_one_damaged_log_of_a_run_is_named_and_the_others_are_walked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, record = tmp_path / SESSIONS, browse(session(steps=3), CATALOGUE, Leaning(TASTE))
    lines = [encode(record.manifest), *map(encode, record.events)]
    folder.mkdir()
    for name, content in (("whole", lines), ("damaged", [lines[0], b'{"step":0}\n', *lines[2:]])):
        (folder / f"{name}.jsonl").write_bytes(b"".join(content))
    monkeypatch.setattr("valuespectrum.operations.studies.roleplay.open_feed", lambda *given: (None, CATALOGUE))
    found = replay_roleplay(tmp_path, tmp_path)
    damaged, whole = found.rows()
    assert whole["identical"] and not damaged["identical"] and "line 2" in str(damaged["difference"])
    assert not found.identical and "1 of 2 sessions" in found.text
    (folder / "whole.jsonl").unlink()
    with pytest.raises(InputError, match="line 2"):
        replay_roleplay(tmp_path, tmp_path)


def test_a_study_under_a_policy_of_a_file_is_walked_again_where_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, folder = tmp_path / "feed.py", tmp_path / SESSIONS
    program.write_text("def even(state, power: float = 1.0):\n    return [1.0] * len(state.offer)\n")
    named = f"file:{program}:even,power=2"
    for place, policy in enumerate((named, "random")):
        browse(session(policy=read_policy(policy), steps=3), CATALOGUE, Leaning(TASTE), log=folder / f"{place}.jsonl")
    monkeypatch.setattr("valuespectrum.operations.studies.roleplay.open_feed", lambda *given: (None, CATALOGUE))
    assert replay_roleplay(tmp_path, tmp_path, policy=(named,)).identical
    for others, said in (((), "not run because a log says so"), ((named.replace("=2", "=3"),), "another policy")):
        found = replay_roleplay(tmp_path, tmp_path, policy=others)
        assert [row["identical"] for row in found.rows()] == [False, True] and said in found.text


def test_a_study_whose_corpus_has_grown_or_is_gone_is_checked_by_its_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, corpus = tmp_path / SESSIONS / "a.jsonl", tmp_path / "corpus"
    browse(session(steps=3), CATALOGUE, Leaning(TASTE), log=log)
    settings = {"catalogue": CATALOGUE.content_hash(), "corpus": {"hash": "a" * 64, "embedder": "e"}}
    made = Manifest(settings, {}, kind="feed", corpus=CorpusRecord(values={"power": ["clip000"]}))
    write_json(feed_path(shared_log(log.parent)), made.document)
    run, clips = Manifest({}, {}, corpus=CorpusRecord("corpus")), [CATALOGUE]
    monkeypatch.setattr("valuespectrum.runs.run.read_manifest", lambda folder: run)
    monkeypatch.setattr("valuespectrum.operations.studies.roleplay.open_feed", lambda *given: (None, clips[0]))
    gone = replay_roleplay(tmp_path)
    assert gone.identical and gone.to_dict()["checked"] == "answers" and "is not here, so what" in gone.text
    corpus.mkdir()
    (corpus / "corpus.sqlite").touch()
    assert replay_roleplay(tmp_path).to_dict()["checked"] == "everything"
    clips[0] = make_catalogue(61)
    grown = replay_roleplay(tmp_path)
    assert grown.identical and grown.to_dict()["checked"] == "answers" and "holds other clips" in grown.text
    assert not replay_roleplay(tmp_path, corpus).identical, "this one was asked for"
