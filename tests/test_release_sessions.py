"""Sessions that release 0.1 logged are walked again, and come out byte for byte when browsed anew.

A reference model of that release is not there any more; its answers are, and what it was asked is compared by hash.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from release_world import RELEASE, EarlierEmbedder, copy, earlier_weights, model_of_log, recorded

from agents.browsing.catalogue import Catalogue
from agents.browsing.options import SessionOptions
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.session import browse
from agents.feeds.policy import load_policy
from agents.models.base import Model, ModelOptions
from agents.models.registry import load_model
from agents.personas.choosing import select
from agents.personas.persona import load_personas
from valuespectrum.cli import main
from valuespectrum.operations.feed_values import browse_questions, clip_values, value_catalogue
from vectorstore.corpus import Corpus

RECORDED = RELEASE / "sessions"
LOGS = sorted(RECORDED.glob("*.jsonl"))
COMMANDS: dict[str, list[str]] = recorded("sessions")
BY_COMMAND_LINE = "similar-tycoon_profile-1"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """The clips of the corpus that was browsed."""
    embedder = EarlierEmbedder()
    with Corpus.open(copy("corpus", tmp_path_factory.mktemp("release"))) as corpus:
        yield value_catalogue(corpus, embedder, clip_values(corpus, embedder))


def comparable(log: Path) -> bytes:
    """A log without the only thing in it that is another in every release: the number of the release."""
    return re.sub(rb'"code_version":"[^"]*"', b'"code_version":""', log.read_bytes(), count=1)


@cache
def loaded(spec: str, seed: int) -> Model:
    return load_model(spec, ModelOptions(seed=seed))


def browse_again(name: str, catalogue: Catalogue, log: Path) -> None:
    """What the recorded command does, without reading corpus and keywords for each session anew."""
    verb, *words = COMMANDS[name]
    told = dict(zip(words[::2], words[1::2], strict=True))
    assert verb == "browse"
    seed = int(told.get("--seed", 0))
    session = SessionOptions(
        questions=browse_questions(),
        seed=seed,
        steps=int(told["--steps"]),
        policy=load_policy(told["--policy"]),
        corpus=told["--corpus"],
    )
    if told.get("--strategy"):
        session = replace(session, strategy="profile")
        assert told["--strategy"] == "profile"
    role = select(load_personas(), [told["--persona"]])[0] if "--persona" in told else None
    model = (
        model_of_log(RECORDED / f"{name}.jsonl") if told["--model"] == "reference" else loaded(told["--model"], seed)
    )
    browse(session, catalogue, model, role, log)


def test_policies_personas_seeds_and_models_were_recorded() -> None:
    assert {log.stem for log in LOGS} == set(COMMANDS)
    manifests = [json.loads(log.read_bytes().partition(b"\n")[0]) for log in LOGS]
    assert {each["policy"]["name"] for each in manifests} == {"balanced", "random", "similar"}
    assert {each["persona"]["kind"] for each in manifests} == {"none", "simple", "profile"}
    assert len({each["seed"] for each in manifests}) > 1
    assert {each["model"]["id"].partition(":")[0] for each in manifests} == {"simulated", "reference"}
    assert len({comparable(log) for log in LOGS}) == len(LOGS)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_a_session_browsed_again_is_the_same_byte_for_byte(log: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    browse_again(log.stem, catalogue, tmp_path / "again.jsonl")
    assert comparable(tmp_path / "again.jsonl") == comparable(log)


def test_so_does_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy("corpus", tmp_path)
    earlier_weights(monkeypatch)
    with chdir(tmp_path):
        assert main([*COMMANDS[BY_COMMAND_LINE], "--out", "again.jsonl"]) == 0
    assert comparable(tmp_path / "again.jsonl") == comparable(RECORDED / f"{BY_COMMAND_LINE}.jsonl")


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_an_old_log_is_replayed_without_its_model(log: Path, catalogue: Catalogue) -> None:
    walked = replay(log, catalogue)
    assert walked.identical, walked.difference
    assert walked.complete and walked.steps == 4
    assert replay_alone(log).identical


def test_an_old_log_is_taken_up_again(tmp_path: Path, catalogue: Catalogue) -> None:
    whole = RECORDED / f"{BY_COMMAND_LINE}.jsonl"
    begun = tmp_path / "begun.jsonl"
    begun.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:3]))
    browse_again(BY_COMMAND_LINE, catalogue, begun)
    assert begun.read_bytes() == whole.read_bytes()
