"""Which luck sessions share: clones all but that of what is done, yoked ones everything, the feed included."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from browse_fixtures import QUESTIONS, TASTE, Leaning, make_catalogue

from agents.browsing.interventions import intervention_from
from agents.browsing.log import encode
from agents.browsing.options import SessionOptions
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.session import SessionRecord, browse
from agents.feeds.policy import read_policy
from vectorstore.foundation.errors import InputError

CATALOGUE = make_catalogue(60)
OPTIONS = SessionOptions(QUESTIONS, seed=5, steps=25, policy=read_policy("random"), pool=20)
OTHER = {"power": -2.0, "security": 1.0, "hedonism": 2.0}


def walked(options: SessionOptions, log: Path | None = None, taste: dict[str, float] = TASTE) -> SessionRecord:
    return browse(options, CATALOGUE, Leaning(taste), None, log)


def acts(record: SessionRecord) -> list[tuple[str, float]]:
    return [(event.action, event.watch_s) for event in record.events]


def feed(record: SessionRecord) -> list[object]:
    return [(event.item_id, list(event.candidates)) for event in record.events]


def test_a_clone_shares_everything_but_the_luck_of_what_is_done() -> None:
    original, *clones = [walked(replace(OPTIONS, clone=clone)) for clone in range(4)]
    for clone in clones:
        # A random feed does not follow what is done, so that all of it must be the same.
        assert feed(clone) == feed(original)
        assert acts(clone) != acts(original)
        for one, other in zip(original.events, clone.events, strict=True):
            asked = min(len(one.raw_answer), len(other.raw_answer))
            assert asked >= 4 and one.logprobs[:asked] == other.logprobs[:asked]
        streams, theirs = original.manifest.streams, clone.manifest.streams
        assert {name for name in streams if streams[name] != theirs[name]} == {"sampling"}
    assert len({str(acts(record)) for record in clones}) == 3


def test_clones_act_as_often_as_other_seeds_do() -> None:
    def likes(records: list[SessionRecord]) -> float:
        events = [event for record in records for event in record.events]
        return sum(event.action == "like" for event in events) / len(events)

    clones = [walked(replace(OPTIONS, clone=clone)) for clone in range(12)]
    seeds = [walked(replace(OPTIONS, seed=seed)) for seed in range(12)]
    assert likes(clones) == pytest.approx(likes(seeds), abs=0.12) and 0.1 < likes(clones) < 0.6


def test_a_clone_is_replayed_and_the_original_says_nothing_of_clones(tmp_path: Path) -> None:
    options = replace(OPTIONS, policy=read_policy("similar"))
    clone, original = walked(replace(options, clone=2), tmp_path / "clone.jsonl"), walked(options)
    assert replay(tmp_path / "clone.jsonl", CATALOGUE).identical and replay_alone(tmp_path / "clone.jsonl").identical
    assert clone.manifest.session["clone"] == 2 and clone.manifest.run_id != original.manifest.run_id
    assert b"clone" not in encode(original.manifest)
    with pytest.raises(InputError, match="no clone -1"):
        replace(OPTIONS, clone=-1)


# ------------------------------------------------------------------------------------------ yoked


def yoked_to(log: Path) -> SessionOptions:
    return replace(OPTIONS, policy=read_policy(f"yoked:{log}"))


def test_whoever_is_yoked_gets_the_feed_that_grew_around_another(tmp_path: Path) -> None:
    log = tmp_path / "grown.jsonl"
    grown = walked(replace(OPTIONS, policy=read_policy("similar")), log)
    own = walked(replace(OPTIONS, policy=read_policy("similar")), None, OTHER)
    yoked = walked(yoked_to(log), tmp_path / "yoked.jsonl", OTHER)
    assert feed(yoked) == feed(grown) and feed(own) != feed(grown)
    assert [event.policy_reason for event in yoked.events] == [f"yoked:{each.policy_reason}" for each in grown.events]
    assert acts(yoked) != acts(grown)
    assert yoked.manifest.streams == grown.manifest.streams
    # With the same answers the shared luck makes the same acts.
    assert acts(walked(yoked_to(log))) == acts(grown)


def test_a_yoked_session_is_replayed_with_the_other_log_and_checked_without_it(tmp_path: Path) -> None:
    log = tmp_path / "grown.jsonl"
    walked(replace(OPTIONS, policy=read_policy("similar"), steps=10), log)
    yoked = walked(yoked_to(log), tmp_path / "yoked.jsonl", OTHER)
    assert len(yoked.events) == 10
    walk = replay(tmp_path / "yoked.jsonl", CATALOGUE)
    assert walk.identical and walk.complete
    log.unlink()
    assert replay_alone(tmp_path / "yoked.jsonl").identical
    with pytest.raises(InputError, match="cannot read the session log"):
        replay(tmp_path / "yoked.jsonl", CATALOGUE)


def test_a_log_that_was_edited_is_no_feed_to_be_yoked_to(tmp_path: Path) -> None:
    log = tmp_path / "grown.jsonl"
    walked(replace(OPTIONS, steps=3), log)
    yoked = yoked_to(log)
    first, *lines = log.read_text().splitlines()
    edited = [json.dumps({**json.loads(line), "item_id": "clip059"}, separators=(",", ":")) for line in lines]
    log.write_text("\n".join([first, *edited, ""]))
    with pytest.raises(InputError, match="shows something else"):
        read_policy(f"yoked:{log},content={yoked.policy.options.content}")  # type: ignore[attr-defined]


def test_a_log_without_chances_is_replayed_and_nobody_is_yoked_to_it(tmp_path: Path) -> None:
    """As those of people who watched elsewhere."""
    log = tmp_path / "watched.jsonl"
    walked(replace(OPTIONS, steps=3), log)
    first, *lines = log.read_text().splitlines()
    silent = [json.dumps({**json.loads(line), "candidates": []}, separators=(",", ":")) for line in lines]
    log.write_text("\n".join([first, *silent, ""]))
    with pytest.raises(InputError, match="with which chances"):
        walked(yoked_to(log))
    shown = walked(replace(OPTIONS, policy=read_policy(f"replay:{log}"))).events
    assert [event.item_id for event in shown] == [json.loads(line)["item_id"] for line in lines]


def test_a_function_of_a_file_walks_and_is_replayed(tmp_path: Path) -> None:
    (tmp_path / "feed.py").write_text(
        "def late(state, power: int = 3):\n    return [(k + 1) ** power for k in range(len(state.offer))]\n"
    )
    log = tmp_path / "log.jsonl"
    policy = read_policy(f"file:{tmp_path / 'feed.py'}:late,power=2")
    record = walked(replace(OPTIONS, policy=policy, steps=6), log)
    assert record.manifest.policy["params"]["power"] == 2
    assert replay(log, CATALOGUE, policy).identical
    with pytest.raises(InputError, match="had another policy"):
        replay(log, CATALOGUE, read_policy(f"file:{tmp_path / 'feed.py'}:late,power=3"))


def test_a_feed_that_was_swapped_for_a_function_of_a_file_is_replayed(tmp_path: Path) -> None:
    program, log = tmp_path / "feed.py", tmp_path / "log.jsonl"
    program.write_text(
        "def late(state, power: int = 3):\n    return [(k + 1) ** power for k in range(len(state.offer))]\n"
    )
    written = f"2:swap_policy=file:{program}:late,power=2"
    swap = intervention_from(written)
    assert ",content=" in swap.words and intervention_from(f"2:swap_policy={swap.words}") == swap
    walked(replace(OPTIONS, interventions=(swap,), steps=6), log)
    assert replay(log, CATALOGUE, swapped=(intervention_from(written).words,)).identical
    for others in ((), (intervention_from(f"2:swap_policy=file:{program}:late,power=3").words,)):
        with pytest.raises(InputError, match="not run because a log says so"):
            replay(log, CATALOGUE, swapped=others)
    program.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(InputError, match="not run because a log says so"):
        replay(log, CATALOGUE)
    assert not (tmp_path / "ran").exists() and replay_alone(log).identical
    program.write_text("def late(state, power: int = 3):\n    return [1.0 for _ in state.offer]\n")
    with pytest.raises(InputError, match="not run because a log says so"):
        replay(log, CATALOGUE, swapped=(intervention_from(written).words,))


def test_no_file_is_run_because_a_log_names_it(tmp_path: Path) -> None:
    program, log = tmp_path / "feed.py", tmp_path / "log.jsonl"
    program.write_text("def late(state):\n    return [1.0] * len(state.offer)\n")
    walked(replace(OPTIONS, policy=read_policy(f"file:{program}:late"), steps=3), log)
    program.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    swapped = tmp_path / "swapped.jsonl"
    swap = {"kind": "swap_policy", "step": 1, "last": None, "words": f"file:{program}:late", "system": ""}
    first, *lines = log.read_text().splitlines()
    manifest = json.loads(first)
    edited = {
        **manifest,
        "policy": {"name": "random", "params": {}},
        "session": {**manifest["session"], "interventions": [swap]},
    }
    swapped.write_text("\n".join([json.dumps(edited, separators=(",", ":")), *lines, ""]))
    for hostile in (log, swapped):
        with pytest.raises(InputError, match="not run because a log says so"):
            replay(hostile, CATALOGUE)
    assert replay_alone(log).identical and replay_alone(swapped).identical
    assert not (tmp_path / "ran").exists()
