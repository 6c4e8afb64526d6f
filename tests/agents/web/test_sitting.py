"""One person's session over HTTP: asked, shown, written down, and taken up again."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browse_fixtures import QUESTIONS
from page_world import PORTRAITS, Asking, chosen, open_page, page_catalogue, study

from agents.browsing.doing.actions import AFTER_WATCHING, further_acts
from agents.browsing.log import read_log
from agents.browsing.options import SessionOptions
from agents.browsing.person import PERSON, PersonWalk
from agents.browsing.replay import ReplayReport, replay
from agents.browsing.replay_alone import replay_alone
from agents.feeds.policy import read_policy
from agents.web.answers_file import answers_path, read_answers
from agents.web.forms import PersonAnswer, attention_form, end_form
from agents.web.options import PageOptions, Portraits, PortraitStatement
from agents.web.seats import ManySeats, OneSeat
from agents.web.sitting import FeedStudy
from vectorstore.foundation.errors import InputError, SchemaError

PLAIN = PageOptions(attention_every=0)


def reaction(step: int, **changes: Any) -> dict[str, Any]:
    return {"step": step, "action": "watch", "watched": 2.5, "in_front": 3.0, "shown_as": "pictures", **changes}


def walk(asking: Asking, most: int = 100) -> dict[str, Any]:
    """Answer every form and watch clips until there is no more, or the clip of a step is in front."""
    state: dict[str, Any] = asking.get("/api/state")
    while True:
        if "form" in state:
            if state["form"]["kind"] == "end":
                return state
            told = {"kind": state["form"]["kind"], "answers": chosen(state["form"])}
            status, state = asking.post("/api/answer", told)
        elif state["step"] == most:
            return state
        else:
            status, state = asking.post("/api/react", reaction(state["step"]))
        assert status == 200, state


def test_further_acts_move_the_feed_and_are_repeated_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts = AFTER_WATCHING
    told = study(page_catalogue(tmp_path / "p"), replace(PLAIN, acts=acts), actions=further_acts(acts))
    log = tmp_path / "log.jsonl"
    with open_page(told, log) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking, 0)
        assert asking.get("/api/state")["clip"]["acts"] == list(acts)
        done = {"further": ["follow", "comment"], "comment": " well\u202e \n done ", "action": "like"}
        assert asking.post("/api/react", reaction(0, **done))[0] == 200
        assert asking.post("/api/react", reaction(1, further=["comment"], comment="\u200b "))[0] == 200
        assert asking.post("/api/react", reaction(2, further=["exit"]))[0] == 400
        assert asking.post("/api/react", reaction(2, comment="x" * 2000, further=["comment"]))[0] == 400
    events = read_log(log).events
    assert [(event.further, event.comment) for event in events] == [(("comment", "follow"), "well done"), ((), None)]
    with OneSeat(told, log):  # walks the log again, byte by byte
        pass
    walked, weights = PersonWalk(told.session, told.catalogue), []
    monkeypatch.setattr(walked._walk, "move_on", lambda shown, watched, weight: weights.append(weight))
    assert walked.repeat(events[0]) == events[0]
    assert weights == [pytest.approx(told.session.behaviour.weights.like + 0.5 + 1.5)]


def test_what_the_page_was_not_opened_for_cannot_be_done(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with open_page(study(page_catalogue(tmp_path / "p"), PLAIN), log) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking, 0)
        status, told = asking.post("/api/react", reaction(0, further=["share"]))
        assert status == 409 and "nobody can share here" in told["error"]
        assert asking.post("/api/react", reaction(0))[0] == 200
    assert b"further" not in log.read_bytes() and len(read_log(log).events) == 1
    with pytest.raises(InputError, match="nothing to dislike with"):
        replace(PLAIN, acts=("dislike",))  # what agents alone can do


def test_a_session_from_consent_to_thanks(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with open_page(study(page_catalogue(tmp_path / "p")), log) as link:
        asking = Asking(link)
        asking.enter()
        form = asking.get("/api/state")["form"]
        assert form["kind"] == "consent" and not log.exists() and not answers_path(log).exists()
        assert "told" in form and not form["told"], "what is written down is not told to the browser"
        asking.post("/api/answer", {"kind": "consent"})
        before = asking.get("/api/state")["form"]
        assert before["kind"] == "portraits" and before["labels"] == list(PORTRAITS.labels)
        end = walk(asking)["form"]
    contents = read_log(log)
    assert contents.manifest.human and str(contents.manifest.model["id"]).startswith(PERSON)
    assert len(contents.events) == 6 and not any(event.refusal for event in contents.events)
    answers = read_answers(answers_path(log))
    kinds = [record["kind"] for record in answers]
    assert kinds[:2] == ["consent", "portraits"] and kinds[-1] == "portraits"
    assert {path.stat().st_mode & 0o777 for path in (log, answers_path(log))} == {0o600}
    checks = [record for record in answers if record["kind"] == "attention"]
    assert [record["step"] for record in checks] == [3, 6]
    assert all(record["answers"] == {"attention": record["asked"]} for record in checks)
    number = str(answers[0]["participant"])
    assert contents.manifest.model["id"] == PERSON + number and any(number in text for text in end["paragraphs"])
    orders = [list(dict(record["answers"])) for record in answers if record["kind"] == "portraits"]  # type: ignore[call-overload]
    assert sorted(orders[0]) == sorted(orders[1])


def test_what_was_done_is_what_is_logged(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    catalogue = page_catalogue(tmp_path / "p")
    with open_page(study(catalogue, PLAIN), log) as link:
        asking = Asking(link)
        asking.enter()
        asking.post("/api/answer", {"kind": "consent"})
        for told in (
            {"action": "like", "watched": 7.25, "in_front": 8.0, "rating": 5},
            {"action": "skip", "watched": 1.5, "in_front": 1.5},
            {"action": "watch", "watched": 0.4, "in_front": 0.4},
            {"action": "watch", "watched": 0.0, "in_front": 20.0},
            {"action": "not_interested", "watched": 0.5, "in_front": 0.5, "rating": 1},
        ):
            state = asking.get("/api/state")
            assert asking.post("/api/react", reaction(state["step"], **told))[0] == 200
    events = read_log(log).events
    assert [event.action for event in events] == ["like", "skip", "skip", "watch", "not_interested"]
    assert [event.rating for event in events] == [1.0, None, None, None, 0.0]
    assert [event.watch_frac for event in events] == [1.0, 0.5, pytest.approx(0.133333), 0.0, pytest.approx(0.166667)]
    assert [event.watch_s for event in events] == [7.25, 1.5, 0.4, 0.0, 0.5]
    assert [event.latency_ms for event in events] == [8000.0, 1500.0, 400.0, 20000.0, 500.0]
    assert [len(event.shown) for event in events] == [3, 2, 1, 1, 1], "the pictures whose time had come"
    for event in events:
        stored = {frame.reference.picture_sha: frame.time for frame in catalogue.clips[event.item_id].frames}
        assert all(stored[each.frame_sha] == each.t_video for each in event.shown)


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "buy"},
        {"watched": -1},
        {"watched": 1e9},
        {"in_front": "long"},
        {"rating": 0},
        {"rating": 6},
        {"rating": 2.5},
        {"shown_as": "hologram"},
        {"step": 1},
        {"step": -1},
        {"step": 10**12},
        {"item": "another"},
    ],
)
def test_what_nobody_can_do_leaves_nothing(tmp_path: Path, wrong: dict[str, Any]) -> None:
    log = tmp_path / "log.jsonl"
    with open_page(study(page_catalogue(tmp_path / "p", 3), PLAIN), log) as link:
        asking = Asking(link)
        asking.enter()
        asking.post("/api/answer", {"kind": "consent"})
        status, told = asking.post("/api/react", {**reaction(0), **wrong})
        assert status in (400, 409) and set(told) == {"error"}
        assert asking.get("/api/state")["step"] == 0
        assert str(tmp_path) not in json.dumps(told)
    assert read_log(log).events == () and len(read_answers(answers_path(log))) == 1


def test_infinities_are_no_seconds(tmp_path: Path) -> None:
    with open_page(study(page_catalogue(tmp_path / "p", 3), PLAIN), tmp_path / "log.jsonl") as link:
        asking = Asking(link)
        asking.enter()
        asking.post("/api/answer", {"kind": "consent"})
        for seconds in (float("nan"), float("inf")):
            assert asking.post("/api/react", reaction(0, watched=seconds))[0] == 400


def test_answers_count_once_and_in_their_turn(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with open_page(study(page_catalogue(tmp_path / "p")), log) as link:
        asking = Asking(link)
        asking.enter()
        assert asking.post("/api/react", reaction(0))[0] == 409, "nobody agreed to anything yet"
        assert asking.post("/api/leave", {})[0] == 200 and not log.exists()
        asking.post("/api/answer", {"kind": "consent"})
        assert asking.post("/api/answer", {"kind": "consent"})[0] == 409
        form = asking.get("/api/state")["form"]
        for answers in ({}, {"p0": 1}, {**chosen(form), "p9": 1}, {**chosen(form), "p0": 9}, {**chosen(form), "p0": 0}):
            assert asking.post("/api/answer", {"kind": "portraits", "answers": answers})[0] == 409
        asking.post("/api/answer", {"kind": "portraits", "answers": chosen(form)})
        first = asking.post("/api/react", reaction(0))
        again = asking.post("/api/react", reaction(0, action="like"))
        assert first == again and first[0] == 200
    assert [event.action for event in read_log(log).events] == ["watch"]


def test_a_failed_check_of_attention_is_written_down_as_it_was(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with open_page(study(page_catalogue(tmp_path / "p"), PageOptions(attention_every=1)), log) as link:
        asking = Asking(link)
        asking.enter()
        asking.post("/api/answer", {"kind": "consent"})
        asking.post("/api/react", reaction(0))
        right = chosen(asking.get("/api/state")["form"])["attention"]
        wrong = right % 5 + 1
        assert asking.post("/api/answer", {"kind": "attention", "answers": {"attention": wrong}})[0] == 200
    record = read_answers(answers_path(log))[-1]
    assert record["asked"] == right and record["answers"] == {"attention": wrong}


def test_checks_of_attention_differ_and_follow_from_the_seed() -> None:
    asked = [attention_form(3, step).told["asked"] for step in range(60)]
    assert set(asked) == {1, 2, 3, 4, 5} and asked == [attention_form(3, step).told["asked"] for step in range(60)]


def test_whoever_leaves_is_asked_nothing_more(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    told = study(page_catalogue(tmp_path / "p"))
    with open_page(told, log) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking, most=2)
        assert asking.post("/api/leave", {})[1]["form"]["kind"] == "end"
        assert asking.post("/api/react", reaction(2))[0] == 409
    with open_page(told, log) as link:
        asking = Asking(link)
        asking.enter()
        assert asking.get("/api/state")["form"]["kind"] == "end"
    assert len(read_log(log).events) == 2 and read_answers(answers_path(log))[-1] == {"kind": "left", "step": 2}


def test_what_was_pressed_is_kept_or_nobody_has_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: io.FileIO, line: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    log, last = tmp_path / "log.jsonl", {"last": reaction(2, action="like")}
    with open_page(study(page_catalogue(tmp_path / "p"), PLAIN), log) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking, 2)
        with monkeypatch.context() as disk:
            disk.setattr("agents.browsing.log._write", full)
            assert asking.post("/api/leave", last)[0] == 503
        assert asking.get("/api/state")["step"] == 2
        assert asking.post("/api/leave", {"last": reaction(2, action="buy")})[0] == 400
        for _ in range(2):
            assert asking.post("/api/leave", last)[1]["form"]["kind"] == "end"
    assert [event.action for event in read_log(log).events] == ["watch", "watch", "like"]
    assert read_answers(answers_path(log))[-1] == {"kind": "left", "step": 3}


def test_a_clip_that_another_tab_left_keeps_nobody_from_leaving(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with open_page(study(page_catalogue(tmp_path / "p"), PLAIN), log) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking, 2)
        assert asking.post("/api/leave", {"last": reaction(0, action="like")})[1]["form"]["kind"] == "end"
    assert [event.action for event in read_log(log).events] == ["watch", "watch"]


def test_a_feed_that_cannot_go_on_shows_no_clip_again(tmp_path: Path) -> None:
    """Its last clip is left by then: a second time in the log it could neither be repeated nor taken up."""
    program, log = tmp_path / "feed.py", tmp_path / "log.jsonl"
    program.write_text("def lost(state):\n    return [1.0] * (len(state.offer) if len(state.history) < 2 else 0)\n")
    told = study(page_catalogue(tmp_path / "p"), PLAIN, policy=read_policy(f"file:{program}:lost"))
    with open_page(told, log) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking, 1)
        for step in (1, 2):
            status, said = asking.post("/api/react", reaction(step))
            assert status == 409 and "cannot go on" in said["error"]
        assert asking.ask("GET", "/api/state")[0] == 409
        assert len(read_log(log).events) == 2
        assert asking.post("/api/leave", {"last": reaction(1)})[1]["form"]["kind"] == "end"
    with OneSeat(told, log) as opened:
        sitting = opened.seat("")
        assert sitting.now() == end_form(sitting.participant, 2)


def test_a_session_goes_on_in_a_new_server_as_if_there_had_been_one(tmp_path: Path) -> None:
    told = study(page_catalogue(tmp_path / "p"), policy=read_policy("similar"))
    whole, parts = tmp_path / "whole.jsonl", tmp_path / "parts.jsonl"
    with open_page(told, whole) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking)
    for most in (0, 1, 1, 3, 100):
        with open_page(told, parts) as link:
            asking = Asking(link)
            asking.enter()
            walk(asking, most)
        # What a power cut leaves of the last line.
        for path in (parts, answers_path(parts)):
            with path.open("ab") as file:
                file.write(b'{"step":')
    with open_page(told, parts):
        pass
    number = [read_log(path).manifest.model["id"] for path in (whole, parts)]
    assert number[0] != number[1]
    one, other = (path.read_bytes().partition(b"\n")[2] for path in (whole, parts))
    assert one == other


def test_what_could_not_be_written_can_be_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(file: io.FileIO, line: bytes) -> None:
        file.write(line[: len(line) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    told = study(page_catalogue(tmp_path / "p"), PLAIN, policy=read_policy("similar"))
    whole, log = tmp_path / "whole.jsonl", tmp_path / "log.jsonl"
    with open_page(told, whole) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking)
    with open_page(told, log) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking, 2)
        with monkeypatch.context() as full:
            full.setattr("agents.browsing.log._write", half)
            assert asking.post("/api/react", reaction(2))[0] == 503
        walk(asking)
    one, other = (path.read_bytes().partition(b"\n")[2] for path in (whole, log))
    assert one == other, "neither half a line nor a step that counted twice"
    with OneSeat(told, log):  # walks the log again, byte by byte
        pass


KILLED = """
import sys; sys.path[:0] = {paths!r}
from pathlib import Path
from page_world import *
folder = Path({folder!r})
with open_page(study(page_catalogue(folder / "p"), PageOptions(attention_every=0)), folder / "log.jsonl") as link:
    print(link, flush=True)
    sys.stdin.read()
"""


def test_a_killed_server_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    here = Path(__file__).parent
    paths = [str(here), str(here.parent), str(here.parents[2])]
    script = KILLED.format(paths=paths, folder=str(tmp_path))
    done = 0
    for _ in range(2):
        server = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert server.stdout is not None and server.stdin is not None
        asking = Asking(server.stdout.readline().decode().strip())
        asking.enter()
        assert walk(asking, most=done + 2)["step"] == done + 2
        done += 2
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        server.stdin.close()
        server.stdout.close()
        assert len(read_log(tmp_path / "log.jsonl").events) == done


def test_logs_of_something_else_are_not_written_to(tmp_path: Path) -> None:
    catalogue = page_catalogue(tmp_path / "p")
    log = tmp_path / "log.jsonl"
    with open_page(study(catalogue), log) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking, most=2)
    before = log.read_bytes(), answers_path(log).read_bytes()
    with pytest.raises(InputError, match="another session"):
        OneSeat(study(catalogue, seed=4), log)
    with pytest.raises(InputError, match="another session"):
        OneSeat(study(catalogue, PageOptions(consent="Something else.")), log)
    with pytest.raises(InputError, match="cannot be repeated"):
        _edited(log, study(catalogue))
    log.write_bytes(before[0])
    answers_path(log).unlink()
    with pytest.raises(InputError, match="without a consent"):
        OneSeat(study(catalogue), log)
    answers_path(log).write_bytes(before[1].replace(b"person/1", b"person/9"))
    with pytest.raises(SchemaError):
        OneSeat(study(catalogue), log)
    answers_path(log).write_bytes(b"nonsense\n" + before[1])
    with pytest.raises(InputError, match="line 1"):
        OneSeat(study(catalogue), log)
    assert log.read_bytes() == before[0]


def _edited(log: Path, told: FeedStudy) -> OneSeat:
    log.write_bytes(re.sub(rb'"watch_frac":[0-9.]+', b'"watch_frac":0.01', log.read_bytes()))
    return OneSeat(told, log)


def test_each_browser_has_a_seat_of_its_own_and_finds_it_again(tmp_path: Path) -> None:
    told, folder = study(page_catalogue(tmp_path / "p"), PLAIN), tmp_path / "logs"
    with open_page(told, folder) as link:
        people = [Asking(link), Asking(link)]
        for place, asking in enumerate(people):
            asking.enter()
            walk(asking, most=1 + place)
        cookies = dict(people[0].cookies)
    logs = sorted(folder.glob("*.jsonl"))
    assert len(logs) == 2 and sorted(len(read_log(log).events) for log in logs) == [1, 2]
    secret = cookies["valuespectrum-person"]
    assert not any(secret in path.name or secret in path.read_text() for path in folder.iterdir())
    with open_page(told, folder) as link:
        again = Asking(link)
        again.cookies = {"valuespectrum-person": secret}
        again.enter()
        assert again.get("/api/state")["step"] == 1
    # Another feed is another session, with another number.
    with open_page(study(page_catalogue(tmp_path / "p"), PLAIN, seed=9), folder) as link:
        other = Asking(link)
        other.cookies = {"valuespectrum-person": secret}
        other.enter()
        walk(other, most=1)
    assert len(list(folder.glob("*.jsonl"))) == 3


def test_a_page_that_asks_something_else_begins_a_session_of_its_own(tmp_path: Path) -> None:
    """A browser that was there before is not shut out, and finds both again."""
    catalogue, folder = page_catalogue(tmp_path / "p"), tmp_path / "logs"
    cookies: dict[str, str] = {}

    def visit(page: PageOptions, most: int, **changes: Any) -> int:
        with open_page(study(catalogue, page, **changes), folder) as link:
            asking = Asking(link)
            asking.cookies = dict(cookies)
            asking.enter()
            begun = asking.get("/api/state").get("step", -1)
            walk(asking, most)
            cookies["valuespectrum-person"] = asking.cookies["valuespectrum-person"]
            return int(begun)

    other, acting = replace(PLAIN, ratings=False), {"actions": further_acts(("share",))}
    assert visit(PLAIN, 2) == -1, "nobody agreed to anything yet"
    assert visit(other, 1) == visit(replace(PLAIN, acts=("share",)), 3, **acting) == -1
    assert (visit(PLAIN, 2), visit(other, 1), visit(replace(PLAIN, acts=("share",)), 3, **acting)) == (2, 1, 3)
    assert visit(PLAIN, 4, steps=9) == 2, "a longer one goes on"
    assert visit(PLAIN, 1, steps=3) == -1, "a shorter one is another"
    assert len(list(folder.glob("*.jsonl"))) == 4


def test_people_are_not_told_where_files_lie(tmp_path: Path) -> None:
    told, folder = study(page_catalogue(tmp_path / "p"), PLAIN), tmp_path / "logs"
    with open_page(told, folder) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking, most=1)
        cookies = dict(asking.cookies)
    (answers,) = folder.glob("*.person.ndjson")
    answers.write_bytes(b"nonsense\n" + answers.read_bytes())
    with open_page(told, folder) as link:
        again = Asking(link)
        again.enter()
        again.cookies["valuespectrum-person"] = cookies["valuespectrum-person"]
        for status, _, body in (
            again.ask("GET", "/api/state"),
            again.ask("POST", "/api/leave", {"Origin": f"http://{again.netloc}", "Content-Type": "application/json"}),
        ):
            assert status == 409 and "tell whoever invited you" in json.loads(body)["error"]
            assert str(tmp_path).encode() not in body and answers.name.encode() not in body


def test_whoever_agreed_to_nothing_makes_room_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.web.seats._MOST", 3)
    told, agrees = study(page_catalogue(tmp_path / "p", 3), PLAIN), PersonAnswer("consent")
    with ManySeats(told, tmp_path / "logs") as seats:
        first, reading = seats.seat("first"), seats.seat("reading")
        first.answer(agrees)
        for number in range(20):
            seats.seat(f"somebody without a cookie, {number}")
        assert seats.seat("first") is first
        with pytest.raises(InputError, match="open the page again"):
            reading.answer(agrees)
        for name in ("reading", "third"):
            seats.seat(name).answer(agrees)
        with pytest.raises(InputError, match="3 people"):
            seats.seat("fourth")
    assert len(list((tmp_path / "logs").glob("*.jsonl"))) == 3


def test_people_and_agents_with_one_seed_see_one_feed(tmp_path: Path) -> None:
    from browse_fixtures import TASTE, Leaning

    from agents.browsing.session import browse

    catalogue = page_catalogue(tmp_path / "p")
    session = SessionOptions(questions=QUESTIONS, seed=3, steps=6)
    agent = browse(session, catalogue, Leaning(TASTE))
    with open_page(FeedStudy(session, catalogue, PLAIN), tmp_path / "log.jsonl") as link:
        asking = Asking(link)
        asking.enter()
        walk(asking)
    person = read_log(tmp_path / "log.jsonl")
    assert [event.item_id for event in person.events] == [event.item_id for event in agent.events]
    assert [event.candidates for event in person.events] == [event.candidates for event in agent.events]
    assert person.manifest.catalogue_hash == agent.manifest.catalogue_hash
    assert person.manifest.policy == agent.manifest.policy and not agent.manifest.human


def test_the_page_hides_captions_unless_they_are_wanted(tmp_path: Path) -> None:
    catalogue = page_catalogue(tmp_path / "p", 3, caption="<b>like me</b>")
    for captions in (False, True):
        page = PageOptions(attention_every=0, captions=captions)
        with open_page(study(catalogue, page), tmp_path / f"{captions}.jsonl") as link:
            asking = Asking(link)
            asking.enter()
            clip = asking.post("/api/answer", {"kind": "consent"})[1]["clip"]
            assert ("<b>like me</b>" in clip["caption"]) is captions
        assert read_log(tmp_path / f"{captions}.jsonl").manifest.session["page"]["captions"] is captions


@pytest.mark.parametrize(
    "make",
    [
        lambda: PageOptions(consent=" \n "),
        lambda: PageOptions(consent="a" * 30_000),
        lambda: PageOptions(attention_every=-1),
        lambda: Portraits((PortraitStatement("a", "x"),), ("only one",)),
        lambda: Portraits((PortraitStatement("a", "x"), PortraitStatement("a", "y")), ("no", "yes")),
    ],
)
def test_pages_that_make_no_sense_are_refused(make: Any) -> None:
    with pytest.raises(InputError):
        make()


def test_a_log_of_a_person_can_be_replayed_and_edits_are_found(tmp_path: Path) -> None:
    catalogue = page_catalogue(tmp_path / "p")
    log = tmp_path / "log.jsonl"
    with open_page(study(catalogue, PLAIN, policy=read_policy("similar")), log) as link:
        asking = Asking(link)
        asking.enter()
        walk(asking)
    assert replay(log, catalogue) == ReplayReport(True, 6, True) == replay_alone(log)
    whole = log.read_bytes()
    # An action steers what comes next, a time moves the clock.
    for before, after in ((b'"action":"watch"', b'"action":"not_interested"'), (b'"watch_s":2.5', b'"watch_s":2.0')):
        log.write_bytes(whole.replace(before, after, 1))
        assert not replay(log, catalogue).identical
    assert not replay_alone(log).identical
