"""Asks in batches: each answered once or failed with a reason, also when the client is killed at the worst moment."""

from __future__ import annotations

import json
import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_server import LINES, Batching, BatchServer, serving_batches
from fault_server import KEY, Behaviour, yes_share
from served_models import NO, QUICK, YES, likes
from test_openai_resume import committed
from tiny_models import PictureMaker

from agents.answers import planner
from agents.answers.planner import answer_all
from agents.answers.store import AnswerStore
from agents.models.base import Answer, Ask, ModelOptions, Stimulus, Turn
from agents.models.batches import client as client_module
from agents.models.batches.batch_session import BatchOptions
from agents.models.batches.client import BatchClient, BatchState
from agents.models.batches.journal import Journal
from agents.models.batches.lines import Told, merge, read_lines, request_line
from agents.models.served.openai import OpenAIModel, Server, load
from agents.models.served.reading import ServerAnswer
from agents.models.wire.address import Address, Key, ServerOptions
from agents.models.wire.pace import Usage
from agents.models.wire.transport import AttemptError, RequestFailure
from vectorstore.foundation.errors import CorpusLockedError, InputError, ModelError, SchemaError

ASKS = [likes(number) for number in range(60)]


def model_at(
    server: BatchServer,
    folder: Path,
    asked: ServerOptions | None = None,
    prices: dict[str, float] | None = None,
    **batches: Any,
) -> OpenAIModel:
    address, key = Address("toy-1", server.url), Key(KEY, "VALUESPECTRUM_API_KEY_127_0_0_1")
    options = BatchOptions(folder, **{"first_pause": 0.01, "longest_pause": 0.02, **batches})
    reached = Server(address, key, asked or ServerOptions(), QUICK, prices or {}, options)
    return OpenAIModel(reached, ModelOptions(), random.Random(0))


def is_right(ask: Ask, answer: Answer) -> bool:
    share = yes_share(ask.question)
    return answer.log_probabilities == pytest.approx({"yes": math.log(share), "no": math.log(0.95 - share)})


def requests_in(folder: Path) -> int:
    """Requests that the journal still holds."""
    (path,) = folder.glob("*.sqlite")
    with sqlite3.connect(path) as database:
        (count,) = database.execute("SELECT count(*) FROM request").fetchone()
    database.close()
    return int(count)


def test_batches_give_what_single_requests_give(tmp_path: Path, make_picture: PictureMaker) -> None:
    frame = make_picture(1)
    lost = replace(make_picture(2), path=tmp_path / "gone.png")
    seen = [Ask(Stimulus((shown,)), "Do you like it?", (YES, NO), "You are Ada.") for shown in (frame, lost)]
    told = (Turn("user", "What is this?", (frame,)), Turn("assistant", "A house."))
    seen += [replace(seen[0], turns=told), replace(seen[0], turns=told[:1])]
    free = Ask(Stimulus(), "Describe number 1.")
    with serving_batches(batching=Batching(seconds=0.05)) as server:
        batched = model_at(server, tmp_path, most_lines=25)
        single = OpenAIModel(
            Server(batched._session.transport.address, Key(KEY, ""), ServerOptions(), QUICK, {}), ModelOptions()
        )
        answers = [*batched.score([*ASKS, *seen]), *batched.generate([free])]
        expected = [*single.score([*ASKS, *seen]), *single.generate([free])]
    assert answers == expected
    assert dict(batched.settings) == dict(single.settings) and batched.id == single.id
    assert [bool(answer.error) for answer in answers] == [False] * 61 + [True, False, False, False]
    assert [len(server.given.files[f"file-{number}"].splitlines()) for number in (0, 1, 2)] == [25, 25, 13]
    assert requests_in(tmp_path) == 0


def test_a_run_waits_for_one_batch_and_not_for_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "WINDOW", 10)
    with serving_batches() as server, AnswerStore(tmp_path / "answers.sqlite") as store:
        answer_all(model_at(server, tmp_path / "journal"), ASKS, store)
        assert store.table()["answered"].all()
    assert len(server.given.batches) == 1


def test_samples_in_batches(tmp_path: Path) -> None:
    with serving_batches(Behaviour(refused_parameters=("n",))) as server:
        (answer,) = model_at(server, tmp_path, ServerOptions(samples=6)).score([likes(3)])
    assert isinstance(answer, ServerAnswer)
    assert sum(answer.counts.values()) == 6
    assert len(server.given.asked) == 6


def test_thirty_per_cent_of_bad_lines_and_calls(tmp_path: Path) -> None:
    asks = [likes(number) for number in range(300)]
    with serving_batches(Behaviour(seed=1), Batching(seconds=0.02, lines=0.3, calls=0.3)) as server:
        model = model_at(server, tmp_path, most_lines=100)
        answers = list(model.score(asks))
    assert set(server.given.faults) == set(LINES)
    failed = [answer for answer in answers if answer.error]
    assert 0 < len(failed) < 30
    for ask, answer in zip(asks, answers, strict=True):
        assert answer.error or is_right(ask, answer)
    for answer in failed:
        assert "no answer in" in answer.error and KEY not in answer.error
    batches = {each["input_file_id"] for each in server.given.batches.values()}
    assert len(batches) == len(server.given.batches), "a batch whose making was not answered is not made again"


@pytest.mark.parametrize("kind", sorted(LINES))
def test_every_bad_line_is_an_answer_or_a_reason(tmp_path: Path, kind: str) -> None:
    with serving_batches(batching=Batching(lines=0.5, kinds=(kind,))) as server:
        answers = list(model_at(server, tmp_path, attempts=1).score(ASKS))
    assert server.given.faults[kind] > 10
    harmless = kind in ("twice", "error and answer")
    assert sum(bool(answer.error) for answer in answers) == (0 if harmless else server.given.faults[kind])
    assert all(answer.error or is_right(ask, answer) for ask, answer in zip(ASKS, answers, strict=True))


def test_an_expired_batch_keeps_what_was_answered_and_the_next_run_asks_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    with (
        serving_batches(batching=Batching(end="expired", answered=0.5)) as server,
        AnswerStore(tmp_path / "a") as store,
    ):
        model = model_at(server, folder)
        answer_all(model, ASKS, store)
        first = len(server.given.asked)
        table = store.table()
        assert first == 60 and 10 < table["answered"].sum() < 50
        assert table.loc[table["error"] != "", "error"].str.contains("batch_expired").all()
        server.batching = Batching()
        answer_all(model, ASKS, store)
        assert store.table()["answered"].all()
        assert len(server.given.asked) - first == 60 - table["answered"].sum()


def test_requests_that_failed_leave_the_journal_before_anything_else_can_happen(tmp_path: Path) -> None:
    with serving_batches(batching=Batching(lines=0.5, kinds=("500",))) as server:
        answers = iter(model_at(server, tmp_path, attempts=1).score(ASKS))
        first = next(answers)
        failed = server.given.faults["500"]
        assert failed > 10 and requests_in(tmp_path) == len(ASKS) - failed
        assert sum(bool(answer.error) for answer in (first, *answers)) == failed
    assert requests_in(tmp_path) == 0


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_batches_that_come_to_nothing_stop_the_command(tmp_path: Path, end: str) -> None:
    given: list[Answer] = []
    with serving_batches(batching=Batching(end=end, answered=0.0)) as server:
        with pytest.raises(ModelError, match="cannot be asked any more") as told:
            given.extend(model_at(server, tmp_path).score(ASKS))
        assert len(given) == 60 and all(end in answer.error for answer in given)
        assert KEY not in told.value.message + "".join(answer.error for answer in given)
        server.batching = Batching()
        assert all(
            is_right(ask, answer) for ask, answer in zip(ASKS, model_at(server, tmp_path).score(ASKS), strict=True)
        )


def test_a_picture_that_is_refused_fails_its_asks_in_a_batch_and_ends_nothing(
    tmp_path: Path, make_picture: PictureMaker
) -> None:
    """A run that goes on asks what failed alone, and that may be about one picture."""
    refused: dict[str, Any] = {"error": {"message": "this image is too large"}}
    with serving_batches() as server:
        model = model_at(server, tmp_path)
        server.behaviour = replace(server.behaviour, answer=lambda body, document: (400, refused))
        about_one = [replace(likes(number), stimulus=Stimulus((make_picture(1),))) for number in range(30)]
        assert all("too large" in answer.error for answer in model.score(about_one))
        different = [replace(likes(1), stimulus=Stimulus((make_picture(number),))) for number in range(30)]
        with pytest.raises(ModelError, match="none of 30 requests of a batch was answered, the first: HTTP 400"):
            list(model.score(different))


@pytest.mark.parametrize("end", ["succeeded", "Completed", "timeout-exceeded", "ended"])
def test_an_end_by_another_name_is_one(tmp_path: Path, end: str) -> None:
    with serving_batches(batching=Batching(end=end)) as server:
        answers = list(model_at(server, tmp_path).score(ASKS))
    assert all(is_right(ask, answer) for ask, answer in zip(ASKS, answers, strict=True))


def test_files_by_other_names_are_read_and_asked_for_once(tmp_path: Path) -> None:
    """Killed when the batch was made, it is found again by what it was made of."""
    with serving_batches(batching=Batching(names="mistral", seconds=0.05)) as server:
        assert run_client(server, tmp_path, "made") == -signal.SIGKILL
        assert run_client(server, tmp_path, "never") == 0
        assert sorted(server.given.asked) == sorted(ask.question for ask in ASKS)
        server.batching.lines, server.batching.kinds = 0.5, ("500",)
        failed = [
            answer.error for answer in model_at(server, tmp_path / "other", attempts=1).score(ASKS) if answer.error
        ]
    answers = committed(tmp_path / "answers.sqlite")
    assert set(answers) == {ask.question for ask in ASKS}
    assert len(failed) == server.given.faults["500"] > 10 and all("oops" in error for error in failed)


@pytest.mark.parametrize("asks", [3, 60])
def test_answers_that_are_not_told_are_not_paid_again(tmp_path: Path, asks: int) -> None:
    with serving_batches(batching=Batching(told=False)) as server:
        for _ in range(2):
            with pytest.raises(ModelError, match="batch_of_file-0 was answered, but it names no file of them"):
                list(model_at(server, tmp_path).score(ASKS[:asks]))
        server.batching.told = True
        answers = list(model_at(server, tmp_path).score(ASKS[:asks]))
    assert all(is_right(ask, answer) for ask, answer in zip(ASKS[:asks], answers, strict=True))
    assert len(server.given.asked) == asks


def test_a_file_that_names_no_request_is_not_paid_again(tmp_path: Path) -> None:
    with serving_batches(batching=Batching(lines=1.0, kinds=("without a name",))) as server:
        for _ in range(2):
            with pytest.raises(
                ModelError, match="in file output_file_id_batch_of_file-0 none of its requests is named"
            ):
                list(model_at(server, tmp_path).score(ASKS))
    assert len(server.given.asked) == len(ASKS)


def test_a_line_that_holds_the_answer_itself_is_one(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    empty = {"code": None, "message": ""}
    lines: list[dict[str, object]] = [
        {"custom_id": "vs-1", "response": {"choices": [], "object": "chat.completion"}, "error": empty},
        {"custom_id": "vs-2", "response": {"status_code": 200, "body": {"choices": []}}, "error": {}},
        {"custom_id": "vs-3", "response": {"id": "r"}, "error": {"code": None, "message": "no room"}},
        {"custom_id": "vs-4", "response": {"status_code": 400, "body": None}, "error": {"message": "bad"}},
        {"custom_id": "vs-5", "response": {"status_code": 200, "body": {"choices": []}}, "error": {"message": "bad"}},
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert {line.request: line.status for line in read_lines(path, 1000)} == {
        "vs-1": 200,
        "vs-2": 200,
        "vs-3": 0,
        "vs-4": 400,
        "vs-5": 0,
    }


def test_two_answers_to_one_request_are_none_however_many_lines_there_are() -> None:
    def told(*lines: Told[str]) -> Told[str]:
        first = lines[0]
        for line in lines[1:]:
            first = merge(first, line)
        return first

    used = Usage(5, 1)
    one, other = (Told(answer, None, again=False, used=used, charged=True) for answer in ("yes", "no"))
    failed: Told[str] = Told(None, RequestFailure("busy"), again=True, used=used, charged=False)
    for lines in ((one, other, one), (one, other, other), (failed, other, one, failed, one)):
        assert told(*lines).failure == RequestFailure("two different answers in one batch")
    assert told(failed, one, failed, one) == one


@pytest.mark.parametrize("end", ["error", "rejected"])
def test_a_failure_by_another_name_stops_the_command(tmp_path: Path, end: str) -> None:
    with (
        serving_batches(batching=Batching(end=end, answered=0.0)) as server,
        pytest.raises(ModelError, match="cannot be asked any more"),
    ):
        list(model_at(server, tmp_path).score(ASKS))


def test_a_state_that_nobody_knows_is_told_and_not_waited_for(tmp_path: Path) -> None:
    with serving_batches(batching=Batching(end="mystified")) as server:
        with pytest.raises(ModelError, match="batch_of_file-0 is 'mystified'"):
            list(model_at(server, tmp_path).score(ASKS))
        server.given.batches["batch_of_file-0"]["status"] = "completed"
        answers = list(model_at(server, tmp_path).score(ASKS))
    assert all(is_right(ask, answer) for ask, answer in zip(ASKS, answers, strict=True))
    assert len(server.given.asked) == len(ASKS)


@pytest.mark.parametrize("late", [0.0, 0.1])
def test_more_than_a_provider_takes_at_once_waits_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: float
) -> None:
    def state(client: BatchClient, name: str) -> BatchState:
        time.sleep(late)
        return prompt_state(client, name)

    # Seen late, a batch and the one that was refused because of it have ended at the same time.
    prompt_state = BatchClient.state
    monkeypatch.setattr(BatchClient, "state", state)
    with serving_batches(batching=Batching(seconds=0.05, most_waiting=25)) as server:
        answers = list(model_at(server, tmp_path, most_lines=20).score(ASKS))
        assert all(is_right(ask, answer) for ask, answer in zip(ASKS, answers, strict=True))
        assert sorted(server.given.asked) == sorted(ask.question for ask in ASKS)
        with pytest.raises(ModelError, match="a batch failed: Enqueued token limit reached"):
            list(model_at(server, tmp_path, most_lines=40).score(ASKS))
    assert requests_in(tmp_path) == 0


def test_budgets_hold_and_leave_nothing_behind(tmp_path: Path) -> None:
    given: list[Answer] = []
    with serving_batches() as server:
        model = model_at(server, tmp_path, ServerOptions(budget_tokens=3000))
        with pytest.raises(ModelError, match="budget of 3,000 tokens is used up"):
            given.extend(model.score(ASKS))
        used = model.budget.used
        assert 2500 < used.prompt + used.completion <= 3000
        assert len(given) == len(server.given.asked)
        paid = model_at(server, tmp_path, ServerOptions(budget_money=0.005), {"input": 2.0, "output": 10.0})
        with pytest.raises(ModelError, match="in money is used up"):
            list(paid.score(ASKS))
    assert 0.004 < paid.budget.spent <= 0.005
    assert requests_in(tmp_path) == 0


PLACES = os.pathsep.join(str(Path(__file__).parents[up]) for up in (2, 4))
CLIENT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from agents.answers.store import AnswerStore
from agents.answers.planner import answer_all
from test_openai_batches import ASKS, dying_at, model_at
class At:
    url = sys.argv[1]
dying_at(sys.argv[4])
with AnswerStore(Path(sys.argv[2]) / "answers.sqlite") as store:
    answer_all(model_at(At, Path(sys.argv[2]) / "journal", most_lines=40), ASKS, store)
"""
MOMENTS = ("planned", "sent", "uploaded", "made", "created", "answered", "stored")


def dying_at(moment: str) -> None:
    """Let this process die, as a power cut would, right after the moment named."""

    def then_die(kind: type, name: str) -> None:
        method = getattr(kind, name)

        def dying(*given: Any, **named: Any) -> Any:
            method(*given, **named)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(kind, name, dying)

    places: dict[str, tuple[type, str]] = {
        "planned": (Journal, "plan"),
        "sent": (BatchClient, "upload"),
        "uploaded": (Journal, "uploaded"),
        "made": (BatchClient, "create"),
        "created": (Journal, "created"),
        "answered": (BatchClient, "download"),
        "stored": (AnswerStore, "add"),
    }
    if moment in places:
        then_die(*places[moment])


def run_client(server: BatchServer, folder: Path, moment: str) -> int:
    environment = {**os.environ, "PYTHONPATH": PLACES, "OMP_NUM_THREADS": "1"}
    folder.mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        CLIENT,
        server.url,
        str(folder),
        str(Path(__file__).parent),
        moment,
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@pytest.mark.timeout(120)
def test_killed_at_every_step_nothing_is_asked_twice(tmp_path: Path) -> None:
    with serving_batches(batching=Batching(seconds=0.05)) as server:
        for moment in MOMENTS:
            known = set(committed(tmp_path / "answers.sqlite"))
            assert run_client(server, tmp_path, moment) == -signal.SIGKILL, moment
            assert known <= set(committed(tmp_path / "answers.sqlite"))
        assert run_client(server, tmp_path, "never") == 0
    answers = committed(tmp_path / "answers.sqlite")
    assert set(answers) == {ask.question for ask in ASKS}
    assert all(is_right(ask, answers[ask.question]) for ask in ASKS)
    assert sorted(server.given.asked) == sorted(ask.question for ask in ASKS), "each was in one batch, and only once"
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert KEY.encode() not in b"".join(file.read_bytes() for file in files)


@pytest.mark.timeout(120)
def test_killed_at_moments_of_the_clock(tmp_path: Path) -> None:
    dice = random.Random(4)
    with serving_batches(Behaviour(seed=2), Batching(seconds=0.1, calls=0.2)) as server:
        for _ in range(2):
            environment = {**os.environ, "PYTHONPATH": PLACES}
            command = [sys.executable, "-c", CLIENT, server.url, str(tmp_path), str(Path(__file__).parent), "never"]
            probed = len(server.seen.bodies)
            client = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
            while len(server.seen.bodies) == probed and client.poll() is None:
                time.sleep(0.002)
            time.sleep(dice.uniform(0, 0.3))
            client.kill()
            client.wait()
        assert run_client(server, tmp_path, "never") == 0
    assert len(committed(tmp_path / "answers.sqlite")) == 60
    assert sorted(server.given.asked) == sorted(ask.question for ask in ASKS)


def test_a_server_that_does_not_list_its_batches_is_not_paid_twice(tmp_path: Path) -> None:
    with serving_batches(batching=Batching(lists=False)) as server:
        assert run_client(server, tmp_path, "made") == -signal.SIGKILL
        asked = len(server.given.asked)
        with pytest.raises(ModelError, match="does not list its batches") as told:
            list(model_at(server, tmp_path / "journal").score(ASKS))
        assert len(server.given.asked) == asked
    assert "file-0" in told.value.hint and str(tmp_path) in told.value.hint


def test_a_batch_that_is_not_on_the_pages_looked_through_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving_batches(batching=Batching(page=2)) as server:
        model = model_at(server, tmp_path, most_lines=15)
        list(model.score(ASKS))
        with BatchClient(model._session.transport, tmp_path / "journal", random.Random(0)) as client:
            monkeypatch.setattr(client_module, "_PAGES", 2)
            found = client.find("file-0")
            assert found is not None and found.name == "batch_of_file-0"
            assert client.find("file-9") is None
            monkeypatch.setattr(client_module, "_PAGES", 1)
            with pytest.raises(ModelError, match="more batches than the 1 pages") as told:
                client.find("file-0")
            server.batching.names = "mistral"
            monkeypatch.setattr(client_module, "_PAGES", 5)
            with pytest.raises(ModelError, match="ends before all of them"):
                client.find("file-0")
    assert "file-0" in told.value.hint and str(tmp_path) in told.value.hint


def test_a_batch_that_is_listed_late_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to its making was lost, and for a moment no list has it."""
    sent, listed = BatchClient._json, BatchClient._find
    made, looks = [], []

    def lost(self: BatchClient, method: str, path: str, **content: Any) -> object:
        told = sent(self, method, path, **content)
        if (method, path) == ("POST", "/batches"):
            made.append(path)
            raise AttemptError("the connection broke")
        return told

    def late(self: BatchClient, file: str) -> BatchState | None:
        looks.append(file)
        return listed(self, file) if len(looks) > 2 else None

    body = {"model": "toy-1", "messages": [{"role": "user", "content": "Do you like it?"}]}
    requests = tmp_path / "requests.jsonl"
    requests.write_bytes(request_line("vs-1", json.dumps(body).encode()))
    with serving_batches(batching=Batching(seconds=60)) as server:
        transport = model_at(server, tmp_path)._session.transport
        with BatchClient(transport, tmp_path / "journal", random.Random(0)) as client:
            file = client.upload(requests)
            monkeypatch.setattr(BatchClient, "_json", lost)
            monkeypatch.setattr(BatchClient, "_find", late)
            assert client.create(file, "24h").name == f"batch_of_{file}"
            assert len(made) == 1 and len(server.given.asked) == 1
            looks.clear()
            found = client.find(file)
            assert found is not None and found.name == f"batch_of_{file}"


def test_batches_of_another_account_are_not_asked_again(tmp_path: Path) -> None:
    with serving_batches(batching=Batching(seconds=0.05)) as server:
        assert run_client(server, tmp_path, "created") == -signal.SIGKILL
        server.given.batches.clear()
        with pytest.raises(ModelError, match="says nothing about batch batch_of_file-0") as told:
            list(model_at(server, tmp_path / "journal").score(ASKS))
    assert "use the key that it was made with" in told.value.hint


def test_answers_that_the_server_threw_away_are_said_to_be_gone(tmp_path: Path) -> None:
    with serving_batches() as server:
        assert run_client(server, tmp_path, "answered") == -signal.SIGKILL
        del server.given.files["output_file_id_batch_of_file-0"]
        with pytest.raises(ModelError, match="does not give the answers in file output_file_id_batch") as told:
            list(model_at(server, tmp_path / "journal").score(ASKS))
        assert len(server.given.asked) == 60
    assert "are its answers still there" in told.value.hint


def test_servers_without_batches_are_named(tmp_path: Path) -> None:
    refusal = pytest.raises(ModelError, match="takes no files of requests: HTTP 404")
    with serving_batches(batching=Batching(offered=False)) as server, refusal as told:
        list(model_at(server, tmp_path).score(ASKS))
    assert "batch=1" in told.value.hint


def test_one_process_at_a_time_and_other_releases_are_refused(tmp_path: Path) -> None:
    with Journal(tmp_path, "openai:m@http://a/v1") as journal, pytest.raises(CorpusLockedError, match="batches of"):
        Journal(tmp_path, "openai:m@http://a/v1")
    with sqlite3.connect(journal.path) as database:
        database.execute("PRAGMA user_version = 9")
    database.close()
    with pytest.raises(SchemaError, match="schema 9"):
        Journal(tmp_path, "openai:m@http://a/v1")


def test_chosen_in_the_spec(tmp_path: Path) -> None:
    with serving_batches(Behaviour(key="")) as server:
        model = load(f"toy-1@{server.url}?batch=1&batch_folder={tmp_path / 'kept'}&batch_window=1h", ModelOptions())
        answers = list(model.score(ASKS[:2]))
        with pytest.raises(InputError, match="neither 0 nor 1"):
            load(f"toy-1@{server.url}?batch=2", ModelOptions())
    assert all(is_right(ask, answer) for ask, answer in zip(ASKS, answers, strict=False))
    (batch,) = server.given.batches.values()
    assert batch["completion_window"] == "1h"
    assert {path.suffix for path in (tmp_path / "kept").iterdir()} == {".sqlite", ".lock"}


def test_batches_of_mistral_are_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MISTRAL_HOSTS", frozenset({"127.0.0.1"}))
    with serving_batches(batching=Batching(names="mistral", jobs=True)) as server:
        model = model_at(server, tmp_path, most_lines=5)
        answers = list(model.score(ASKS[:30]))
        with BatchClient(model._session.transport, tmp_path / "journal", random.Random(0)) as client:
            made, never = client.find("file-0"), client.find("file-99")
    assert all(is_right(ask, answer) for ask, answer in zip(ASKS, answers, strict=False))
    assert made is not None and (made.name, made.status) == ("batch_of_file-0", "completed") and never is None
    assert [batch["completion_window"] for batch in server.given.batches.values()] == ["24h"] * 6
    assert requests_in(tmp_path) == 0


@pytest.mark.parametrize(("window", "hours"), [("24h", 24), ("7d", 168), ("soon", None), ("0h", None), ("24", None)])
def test_mistral_is_told_hours(window: str, hours: int | None) -> None:
    there = Address("m", "https://api.mistral.ai/v1")
    client_module.check_window(replace(there, base_url="https://api.openai.com/v1"), window)
    if hours is None:
        with pytest.raises(InputError, match="batch_window"):
            client_module.check_window(there, window)
    else:
        client_module.check_window(there, window)
        assert client_module._hours(window) == hours
