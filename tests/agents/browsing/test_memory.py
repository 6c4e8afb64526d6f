"""What is remembered, what it does to answers, and that the same is asked without it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import log as ln
from pathlib import Path
from typing import Any

import pytest
from browse_fixtures import TASTE, Leaning, logit, make_catalogue, session

from agents.browsing.doing.memory import MemoryOptions, memory_from
from agents.browsing.log import read_log
from agents.browsing.options import Behaviour
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.session import browse
from agents.models.ask_key import canonical_json
from agents.models.base import Answer, Ask
from vectorstore.foundation.errors import InputError

CATALOGUE = make_catalogue(40)
MODES = ("transcript", "summary", "retrieval")


@dataclass
class Swayed(Leaning):
    """Answers by taste, and by how much of what it is told of it liked: a planted history effect."""

    sway: float = 0.0
    sums_up: str = "I liked some."

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            plain = self._answer(ask)
            liked = sum("and liked it" in turn.words for turn in ask.turns if turn.role == "assistant")
            odds = plain.log_probabilities["yes"] - plain.log_probabilities["no"]
            moved = odds + int(ask.tags["polarity"]) * self.sway * liked
            share = 0.9 / (1 + 2.718281828459045**-moved)
            yield replace(plain, log_probabilities={"yes": ln(share), "no": ln(0.9 - share)})

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            self.asked.append(ask)
            yield Answer(text=self.sums_up)


def told(turns: Sequence[tuple[str, str]]) -> int:
    return sum("and liked it" in words for role, words in turns if role == "assistant")


@pytest.mark.parametrize("mode", MODES)
def test_a_planted_history_effect_is_the_difference_of_the_two_answers(mode: Any) -> None:
    """Every question with memory is also asked without; their difference is what history does, to the digit."""
    model = Swayed({"power": 0.3, "security": -0.2, "hedonism": 0.1}, sway=0.35)
    events = browse(session(steps=25, memory=MemoryOptions(mode, 4)), CATALOGUE, model).events
    seen = 0
    for event in events:
        assert event.memory is not None and event.chances is not None and event.fresh is not None
        assert set(event.fresh) == set(event.chances) & {"glance", "like"}
        for name, alone in event.fresh.items():
            within = event.chances[name]
            assert alone is not None and within is not None
            assert logit(within) - logit(alone) == pytest.approx(0.35 * told(event.memory), abs=1e-6)
        seen += told(event.memory) > 0
    assert seen > 3


@pytest.mark.parametrize("mode", MODES)
def test_without_an_effect_there_is_none(mode: Any) -> None:
    events = browse(session(memory=MemoryOptions(mode, 3)), CATALOGUE, Swayed(TASTE)).events
    assert all(event.fresh and event.fresh.items() <= (event.chances or {}).items() for event in events)


def test_the_fresh_question_has_no_turns_and_the_same_words() -> None:
    model = Swayed(TASTE)
    events = browse(session(memory=MemoryOptions("transcript", 2, fresh_every=3)), CATALOGUE, model).events
    assert [bool(event.fresh) for event in events] == [place % 3 == 0 for place in range(12)]
    at = [ask for ask in model.asked if ask.tags["step"] == 3]
    names = events[3].asked
    assert names is not None and len(names) == len(at)
    glance = [ask for ask, name in zip(at, names, strict=True) if name == "glance"]
    fresh = [ask for ask, name in zip(at, names, strict=True) if name == "fresh_glance"]
    assert [replace(ask, turns=()) for ask in glance] == fresh and all(ask.turns for ask in glance)
    never = browse(session(memory=MemoryOptions("transcript", fresh_every=0)), CATALOGUE, Swayed(TASTE)).events
    assert all(event.fresh is None for event in never)


def test_a_transcript_tells_the_last_clips_with_their_pictures() -> None:
    model = Swayed({"power": 5.0, "security": 5.0, "hedonism": 5.0})
    deterministic = Behaviour(deterministic=True)
    events = browse(session(memory=MemoryOptions("transcript", 2), behaviour=deterministic), CATALOGUE, model).events
    last = next(ask for ask in model.asked if ask.tags["step"] == 11 and ask.turns)
    assert [turn.role for turn in last.turns] == ["user", "assistant"] * 2
    assert [turn.words for turn in last.turns][:2] == [
        "Video 10 of your feed.",
        "I watched 5 of 5 seconds and liked it.",
    ]
    shown = {frame.frame_sha for event in events[9:11] for frame in event.shown}
    assert {frame.picture_sha for turn in last.turns for frame in turn.frames} <= shown
    words = Swayed(TASTE)
    browse(session(memory=MemoryOptions("transcript", 2, pictures=False)), CATALOGUE, words)
    assert not any(frame for ask in words.asked for turn in ask.turns for frame in turn.frames)


def test_retrieval_tells_the_most_similar_clips() -> None:
    model = Swayed(TASTE)
    events = browse(session(steps=30, memory=MemoryOptions("retrieval", 2)), CATALOGUE, model).events
    for event in events[15:]:
        assert event.memory is not None
        numbers = [int(words.split()[1]) for role, words in event.memory if role == "user"]
        assert numbers == sorted(numbers) and len(numbers) == 2
        groups = {CATALOGUE.groups[events[number - 1].item_id] for number in numbers}
        assert groups == {CATALOGUE.groups[event.item_id]}


@pytest.mark.parametrize(
    ("sums_up", "kept"),
    [("It was\nmostly power.", "It was mostly power."), ("I'm sorry, but I can't help with that.", ""), ("", "")],
)
def test_a_summary_is_the_models_own_or_none(sums_up: str, kept: str) -> None:
    """What was refused is no memory: the clips stay in sight instead, and not without bound."""
    model = Swayed(TASTE, sums_up=sums_up)
    events = browse(session(steps=20, memory=MemoryOptions("summary", 4)), CATALOGUE, model).events
    assert [event.step for event in events if event.asked and event.asked[-1] == "summary"] == [3, 7, 11, 15, 19]
    memory = events[-1].memory
    assert memory is not None
    if kept:
        assert memory[1] == ("assistant", kept) and len(memory) == 2 + 2 * 3
    else:
        assert len(memory) == 2 * 8 and all(words.startswith("Video") for role, words in memory if role == "user")


@pytest.mark.parametrize("mode", MODES)
def test_memory_is_logged_with_hashes_replayed_and_taken_up(tmp_path: Path, mode: Any) -> None:
    log, cut = tmp_path / "log.jsonl", tmp_path / "cut.jsonl"
    options = session(memory=MemoryOptions(mode, 3))
    browse(options, CATALOGUE, Swayed(TASTE, sway=0.4), log=log)
    manifest, events = read_log(log).manifest, read_log(log).events
    assert manifest.memory == mode
    assert replay(log, CATALOGUE).identical, replay(log, CATALOGUE).difference
    assert replay_alone(log).identical, replay_alone(log).difference
    assert len({event.memory_out_hash for event in events}) == len(events)
    assert events[0].memory == () and events[0].memory_in_hash == hashlib.sha256(b"[]").hexdigest()
    words = [[role, said, []] for role, said in events[5].memory or ()]
    pictures_left_out = hashlib.sha256(canonical_json(words).encode()).hexdigest()
    assert events[5].memory_in_hash not in (None, pictures_left_out)
    cut.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:8]))
    browse(options, CATALOGUE, Swayed(TASTE, sway=0.4), log=cut)
    assert cut.read_bytes() == log.read_bytes()


def test_memory_is_read_as_it_is_written() -> None:
    assert memory_from("none") == MemoryOptions() and memory_from("summary:7") == MemoryOptions("summary", 7)
    assert memory_from("transcript:00005").length == 5, "and not of its first letters"
    for text in ("", "elephant", "transcript:x", "transcript:0", "retrieval:101", "retrieval:10000", "summary:-1"):
        with pytest.raises(InputError):
            memory_from(text)
