from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browse_fixtures import QUESTIONS, TASTE, Leaning, make_catalogue
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.browsing.catalogue import Catalogue
from agents.browsing.log import SessionLog, encode, read_log
from agents.browsing.options import SessionOptions
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.session import SessionRecord, browse
from agents.feeds.policy import load_policy
from agents.models.base import Answer, Ask
from agents.personas.persona import load_personas
from vectorstore.foundation.errors import CorpusLockedError, InputError, ModelError, SchemaError, StorageError
from vectorstore.foundation.locks import hold_alone

CATALOGUE = make_catalogue(30)
PERSONA = load_personas()[0]
OPTIONS = SessionOptions(QUESTIONS, seed=5, steps=8, policy=load_policy("similar"), pool=20)
MANIFEST_FIELDS = """schema, run_id, seed, streams, catalogue_hash, n_items, policy, persona, model, observer, memory,
code_version, human, session"""
EVENT_FIELDS = """step, t_sim, item_id, policy_reason, candidates, shown, prompt_hash, raw_answer, parsed, refusal,
logprobs, action, watch_s, watch_frac, rating, memory_in_hash, memory_out_hash, intervention, latency_ms, tokens,
cache_hit, error"""


def names(text: str) -> list[str]:
    return text.replace(",", " ").split()


def respondent() -> Leaning:
    return Leaning(TASTE, yes_lean=0.5, refuses="hedonism")


def run(log: Path | None, options: SessionOptions = OPTIONS, model: Any = None) -> SessionRecord:
    return browse(options, CATALOGUE, model or respondent(), PERSONA, log)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    log = tmp_path_factory.mktemp("whole") / "session.jsonl"
    run(log)
    return log.read_bytes()


class Interrupted(Leaning):
    """Fails as a whole at a later question."""

    def __init__(self, after: int) -> None:
        super().__init__(TASTE, yes_lean=0.5, refuses="hedonism")
        self._after = after

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        if len(self.asked) >= self._after:
            raise ModelError("the server is gone")
        return super().score(asks)


def test_field_names_are_those_of_the_schema(whole: bytes) -> None:
    manifest, *events = [json.loads(line) for line in whole.splitlines()]
    assert list(manifest) == names(MANIFEST_FIELDS)
    assert set(manifest["policy"]) == {"name", "params"}
    assert set(manifest["persona"]) == {"id", "kind", "text_hash", "target_profile"}
    assert set(manifest["model"]) == {"id", "params"}
    assert set(manifest["observer"]) == {"mode", "n_frames", "rule", "resolution"}
    assert set(manifest["streams"]) == {"catalogue", "candidates", "policy", "sampling"}
    assert len(events) == 8
    for step, event in enumerate(events):
        assert list(event) == names(EVENT_FIELDS)
        assert event["step"] == step and event["latency_ms"] is None
        assert all(set(candidate) == {"id", "score", "propensity"} for candidate in event["candidates"])
        assert all(set(frame) == {"frame_sha", "t_video"} for frame in event["shown"])
        assert sum(candidate["propensity"] for candidate in event["candidates"]) == pytest.approx(1)
        assert event["item_id"] in {candidate["id"] for candidate in event["candidates"]}


def test_equal_sessions_write_equal_bytes_and_the_clock_is_not_in_them(tmp_path: Path, whole: bytes) -> None:
    record = run(tmp_path / "deep" / "folder" / "again.jsonl")
    assert (tmp_path / "deep" / "folder" / "again.jsonl").read_bytes() == whole
    assert b"".join([encode(record.manifest), *map(encode, record.events)]) == whole
    assert run(None) == record


def test_a_log_reads_back_as_it_was_written(tmp_path: Path, whole: bytes) -> None:
    (tmp_path / "log.jsonl").write_bytes(whole)
    contents = read_log(tmp_path / "log.jsonl")
    assert b"".join([encode(contents.manifest), *map(encode, contents.events)]) == whole
    assert contents.length == len(whole)


# ------------------------------------------------------------------------------------------ taking up


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_log_cut_anywhere_is_completed_to_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, data: st.DataObject
) -> None:
    log = tmp_path_factory.getbasetemp() / "cut.jsonl"
    cut = data.draw(st.integers(0, len(whole)))
    log.write_bytes(whole[:cut])
    model = respondent()
    run(log, model=model)
    assert log.read_bytes() == whole
    steps_left = 8 - max(0, whole[:cut].count(b"\n") - 1)
    assert len({ask.tags["step"] for ask in model.asked}) == steps_left


@pytest.mark.parametrize("damage", [b'{"step":', b"\x00\x00\x00\n", b"null\n", b'{"step": 3}\n', b"\xff\xfe"])
def test_a_damaged_last_line_is_dropped(tmp_path: Path, whole: bytes, damage: bytes) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:4]) + damage)
    run(log)
    assert log.read_bytes() == whole


def test_a_model_that_fails_leaves_a_log_that_can_be_taken_up(tmp_path: Path, whole: bytes) -> None:
    log = tmp_path / "log.jsonl"
    with pytest.raises(ModelError):
        run(log, model=Interrupted(after=25))
    assert 1 < log.read_bytes().count(b"\n") < 9
    seen: list[int] = []
    browse(OPTIONS, CATALOGUE, respondent(), PERSONA, log, on_event=lambda event: seen.append(event.step))
    assert log.read_bytes() == whole
    assert seen == list(range(8))


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = ["tests/agents", "tests/agents/browsing"]
from test_session_log import run
import test_session_log
from agents.browsing.log import SessionLog
append, written = SessionLog.append, []
def then_die(self, event):
    append(self, event)
    written.append(event)
    if len(written) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
SessionLog.append = then_die
run(Path(sys.argv[1]))
"""


def test_a_killed_process_is_taken_up(tmp_path: Path, whole: bytes) -> None:
    log = tmp_path / "log.jsonl"
    done = subprocess.run([sys.executable, "-c", KILLED, str(log)], check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == -signal.SIGKILL
    assert log.read_bytes() == b"".join(whole.splitlines(keepends=True)[:4])
    run(log)
    assert log.read_bytes() == whole


def test_a_finished_session_asks_nothing_more(tmp_path: Path, whole: bytes) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(whole)
    model = respondent()
    run(log, model=model)
    assert model.asked == [] and log.read_bytes() == whole


def test_the_log_of_another_session_is_not_touched(tmp_path: Path, whole: bytes) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(whole)
    for options, named in (
        (replace(OPTIONS, seed=6), "seed"),
        (replace(OPTIONS, steps=7), "8 steps"),
        (replace(OPTIONS, steps=9, pool=19), "session"),
        (replace(OPTIONS, policy=load_policy("random")), "policy"),
    ):
        with pytest.raises(InputError, match=f"another session.*{named}"):
            run(log, options)
    with pytest.raises(InputError, match="persona"):
        browse(OPTIONS, CATALOGUE, respondent(), None, log)
    assert log.read_bytes() == whole


def test_a_file_that_is_no_log_is_not_touched(tmp_path: Path, whole: bytes) -> None:
    for content in (b"my notes", b"my notes\nmore\n", b"{}\n", b"[" * 100_000 + b"\n"):
        log = tmp_path / "notes.txt"
        log.write_bytes(content)
        with pytest.raises((InputError, SchemaError)):
            run(log)
        assert log.read_bytes() == content
    for path in (tmp_path, Path("/dev/null")):
        with pytest.raises(InputError, match="is not a file"):
            run(path)


def test_an_edited_log_is_not_taken_up(tmp_path: Path, whole: bytes) -> None:
    log = tmp_path / "log.jsonl"
    edited = whole.replace(b'"action":"skip"', b'"action":"like"', 1)
    log.write_bytes(edited)
    with pytest.raises(InputError, match=r"step \d cannot be repeated: action is \"like\" in the log"):
        run(log)
    assert log.read_bytes() == edited


def test_two_processes_do_not_write_one_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    manifest = run(None).manifest
    with SessionLog.open(log, manifest), pytest.raises(CorpusLockedError, match="another process"):
        run(log)
    run(log)


def test_a_log_that_was_replaced_before_it_was_held_is_opened_again(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by another process that let a shorter session go on, and came first."""
    log, replaced = tmp_path / "log.jsonl", iter([True])
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:4]))

    def hold_later(descriptor: int, what: str) -> None:
        if next(replaced, False):
            longer = tmp_path / "longer"
            longer.write_bytes(log.read_bytes())
            longer.replace(log)
        hold_alone(descriptor, what)

    monkeypatch.setattr("agents.browsing.log.hold_alone", hold_later)
    run(log)
    assert log.read_bytes() == whole and next(replaced, None) is None


def test_a_full_disk_is_one_clear_line_and_loses_no_step(tmp_path: Path, whole: bytes) -> None:
    log = tmp_path / "log.jsonl"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) // 2, before[1]))
    try:
        with pytest.raises(StorageError, match="no space left"):
            run(log)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert whole.startswith(log.read_bytes())
    run(log)
    assert log.read_bytes() == whole


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_one_clear_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="cannot write"):
        run(tmp_path / "log.jsonl")


# ------------------------------------------------------------------------------------------ reading


def as_log(folder: Path, content: bytes) -> Path:
    path = folder / "log.jsonl"
    path.write_bytes(content)
    return path


def test_malformed_logs_are_refused_with_the_place(tmp_path: Path, whole: bytes) -> None:
    lines = whole.splitlines(keepends=True)
    with pytest.raises(InputError, match="there is no session log"):
        read_log(tmp_path / "absent.jsonl")
    with pytest.raises(InputError, match="not a session log"):
        read_log(as_log(tmp_path, b""))
    with pytest.raises(SchemaError, match=r"line 1: schema 'valuespectrum\.session/2'"):
        read_log(as_log(tmp_path, whole.replace(b"session/1", b"session/2", 1)))
    with pytest.raises(InputError, match="line 3"):
        read_log(as_log(tmp_path, b"".join([*lines[:2], b"{}\n", *lines[3:]])))
    with pytest.raises(InputError, match="line 3: step 2 where 1 belongs"):
        read_log(as_log(tmp_path, b"".join([*lines[:2], *lines[3:]])))


# ------------------------------------------------------------------------------------------ replay


@pytest.mark.parametrize("policy", ["random", "balanced", "similar"])
@pytest.mark.parametrize("strategy", ["simple", "profile"])
def test_replay_without_a_model_gives_the_same_log(tmp_path: Path, policy: str, strategy: Any) -> None:
    log = tmp_path / "log.jsonl"
    run(log, replace(OPTIONS, policy=load_policy(policy), strategy=strategy, items=25, steps=12))
    before = log.read_bytes()
    report = replay(log, CATALOGUE)
    assert (report.identical, report.complete, report.steps, report.difference) == (True, True, 12, "")
    assert log.read_bytes() == before


def test_replay_of_an_interrupted_session_says_so(tmp_path: Path, whole: bytes) -> None:
    report = replay(as_log(tmp_path, b"".join(whole.splitlines(keepends=True)[:4]) + b'{"st'), CATALOGUE)
    assert report.identical and not report.complete and report.steps == 3


def test_a_feed_that_ran_out_is_complete(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    ungrouped = [replace(clip, item=replace(clip.item, group=None)) for clip in list(CATALOGUE.clips.values())[:9]]
    catalogue = Catalogue([*ungrouped, *list(CATALOGUE.clips.values())[9:12]])
    browse(replace(OPTIONS, policy=load_policy("balanced")), catalogue, respondent(), None, log)
    report = replay(log, catalogue)
    assert (report.identical, report.complete, report.steps) == (True, True, 3)


def edit_event(change: Callable[[dict[str, Any]], None]) -> Callable[[list[bytes]], None]:
    def edit(lines: list[bytes]) -> None:
        event = json.loads(lines[4])
        change(event)
        lines[4] = json.dumps(event, separators=(",", ":")).encode() + b"\n"

    return edit


def set_text(event: dict[str, Any]) -> None:
    event["raw_answer"][0] = "edited"


def drop_answer(event: dict[str, Any]) -> None:
    for name in ("raw_answer", "parsed", "logprobs", "tokens"):
        event[name].pop()


def flip_answers(event: dict[str, Any]) -> None:
    """Make the answers say the opposite of the action that the log holds."""
    yes, no = {"yes": -0.01, "no": -6.0}, {"yes": -6.0, "no": -0.01}
    keep_watching, scroll_on = [yes, yes, no, no], [no, no, yes, yes]
    skipped = event["action"] in ("skip", "not_interested")
    event["logprobs"][:4] = keep_watching if skipped else scroll_on
    event["parsed"] = ["unparsed" for _ in event["parsed"]]


def spaced(lines: list[bytes]) -> None:
    lines[4] = lines[4].replace(b'{"step":3', b'{"step": 3')


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (edit_event(lambda event: event.update(action="watch")), "action"),
        (edit_event(lambda event: event.update(item_id="clip999")), "item_id"),
        (edit_event(lambda event: event.update(t_sim=0.5)), "t_sim"),
        (edit_event(lambda event: event["candidates"][0].update(propensity=0.5)), "candidates"),
        (edit_event(lambda event: event.update(prompt_hash="0" * 64)), "prompt_hash"),
        (edit_event(drop_answer), "raw_answer"),
        (edit_event(flip_answers), "line 5"),
        (spaced, "another form"),
    ],
)
def test_replay_reports_the_first_difference(
    tmp_path: Path, whole: bytes, edit: Callable[[list[bytes]], None], named: str
) -> None:
    lines = whole.splitlines(keepends=True)
    edit(lines)
    report = replay(as_log(tmp_path, b"".join(lines)), CATALOGUE)
    assert not report.identical
    assert report.difference.startswith("line 5") and named in report.difference


def test_a_changed_text_alone_changes_no_action_and_so_goes_unnoticed(tmp_path: Path, whole: bytes) -> None:
    # A replay checks what follows from the answers; the answers themselves it has to believe.
    lines = whole.splitlines(keepends=True)
    edit_event(set_text)(lines)
    assert replay(as_log(tmp_path, b"".join(lines)), CATALOGUE).identical


def test_replay_needs_the_same_clips(tmp_path: Path, whole: bytes) -> None:
    other = Catalogue(list(CATALOGUE.clips.values())[1:])
    report = replay(as_log(tmp_path, whole), other)
    assert not report.identical and "catalogue_hash" in report.difference


@pytest.mark.parametrize(
    "edit",
    [
        lambda manifest: manifest["session"].pop("questions"),
        lambda manifest: manifest["session"].update(steps="many"),
        lambda manifest: manifest["session"].update(pool=0),
        lambda manifest: manifest["policy"].update(name="nowhere"),
        lambda manifest: manifest["policy"].pop("params"),
        lambda manifest: manifest["policy"].update(params=[1]),
        lambda manifest: manifest["observer"].update(mode="smell"),
        lambda manifest: manifest["session"]["behaviour"].update(chunk_s=-1),
        lambda manifest: manifest.update(seed=-3),
    ],
)
def test_hostile_manifests_are_refused(tmp_path: Path, whole: bytes, edit: Callable[[dict[str, Any]], Any]) -> None:
    lines = whole.splitlines(keepends=True)
    manifest = json.loads(lines[0])
    edit(manifest)
    lines[0] = json.dumps(manifest, separators=(",", ":")).encode() + b"\n"
    with pytest.raises(InputError):
        replay(as_log(tmp_path, b"".join(lines)), CATALOGUE)


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"NaN"])
def test_a_number_that_is_none_is_refused(tmp_path: Path, whole: bytes, number: bytes) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(whole.replace(b'"t_sim":0.0', b'"t_sim":' + number))
    with pytest.raises(InputError, match="number"):
        read_log(log)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_damage_ends_in_a_report_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:place] + data.draw(st.binary(max_size=4)) + whole[place + data.draw(st.integers(0, 4)) :]
    log = tmp_path_factory.getbasetemp() / "damaged.jsonl"
    log.write_bytes(damaged)
    try:
        report = replay(log, CATALOGUE)
    except (InputError, SchemaError):
        return
    assert report.steps <= 9


# ------------------------------------------------------------------------------------------ going on, and without clips


def test_more_steps_continue_a_session_and_give_the_log_of_the_longer_one(tmp_path: Path, whole: bytes) -> None:
    log, straight = as_log(tmp_path, whole), tmp_path / "straight.jsonl"
    longer = replace(OPTIONS, steps=14)
    model = respondent()
    asked: list[str | int | float] = []
    score = model.score
    model.score = lambda asks: (asked.append(asks[0].tags["step"]), score(asks))[1]  # type: ignore[func-returns-value, method-assign]
    record = browse(longer, CATALOGUE, model, PERSONA, log)
    assert len(record.events) == 14 and min(map(int, asked)) == 8, "what the log holds is not asked again"
    run(straight, longer)
    assert log.read_bytes() == straight.read_bytes()
    assert replay(log, CATALOGUE).complete


def test_a_session_that_was_killed_while_it_got_longer_goes_on(tmp_path: Path, whole: bytes) -> None:
    log = as_log(tmp_path, b"".join(whole.splitlines(keepends=True)[:5]) + b'{"st')
    run(log, replace(OPTIONS, steps=10))
    run(tmp_path / "straight.jsonl", replace(OPTIONS, steps=10))
    assert log.read_bytes() == (tmp_path / "straight.jsonl").read_bytes()


def test_where_the_corpus_lies_makes_no_other_session(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    run(log, replace(OPTIONS, corpus="here"))
    before = log.read_bytes()
    run(log, replace(OPTIONS, corpus="there"))
    assert log.read_bytes() == before and read_log(log).manifest.session["corpus"] == "here"


@pytest.mark.parametrize("policy", ["random", "balanced", "similar"])
def test_a_log_alone_follows_from_its_answers(tmp_path: Path, policy: str) -> None:
    log = tmp_path / "log.jsonl"
    run(log, replace(OPTIONS, policy=load_policy(policy), steps=12))
    report = replay_alone(log)
    assert (report.identical, report.complete, report.steps, report.difference) == (True, True, 12, "")


def _twice(lines: list[bytes]) -> None:
    first, second = json.loads(lines[1]), json.loads(lines[2])
    second["item_id"] = first["item_id"]
    lines[2] = json.dumps(second, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (edit_event(lambda event: event.update(action="not_interested")), "action"),
        (edit_event(lambda event: event.update(t_sim=event["t_sim"] + 7.5)), "t_sim"),
        (edit_event(lambda event: event.update(refusal=True)), "refusal"),
        (edit_event(lambda event: event["candidates"][0].update(propensity=0.9)), "propensities"),
        (_twice, "shown before"),
    ],
)
def test_a_log_alone_that_was_edited_does_not_pass(
    tmp_path: Path, whole: bytes, change: Callable[[list[bytes]], None], complaint: str
) -> None:
    lines = whole.splitlines(keepends=True)
    change(lines)
    report = replay_alone(as_log(tmp_path, b"".join(lines)))
    assert not report.identical and complaint in report.difference and report.difference.startswith("line ")
