"""A client that is killed again and again asks nothing twice after its answer was committed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from fault_server import KEY, Behaviour, FaultServer, parts_of, serving, yes_share

from agents.answers.export import verify_answers
from agents.answers.store import AnswerStore
from agents.models.base import Answer, Ask, Choice, Stimulus

YES, NO = Choice("yes", ("yes", "Yes", "YES")), Choice("no", ("no", "No", "NO"))
ASKS = [Ask(Stimulus(), f"Do you like number {number}? yes or no", (YES, NO)) for number in range(200)]
KILLS = 4

PLACES = os.pathsep.join(str(Path(__file__).parents[up]) for up in (2, 4))
CLIENT = """
import random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from agents.answers.store import AnswerStore
from agents.models.wire.address import Address, ServerOptions
from agents.models.wire.transport import TransportOptions
from agents.models.base import ModelOptions
from agents.models.served.openai import OpenAIModel, Server
from agents.answers.planner import answer_all
from test_openai_resume import ASKS
address = Address("toy-1", sys.argv[1])
patience = TransportOptions(timeout=1.0, attempts=8, patience=20.0, first_wait=0.02, longest_wait=0.1)
model = OpenAIModel(Server(address, address.key(), ServerOptions(concurrency=8), patience, {}), ModelOptions())
with AnswerStore(Path(sys.argv[2])) as store:
    answer_all(model, ASKS, store)
"""


def start(server: FaultServer, store: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "VALUESPECTRUM_API_KEY_127_0_0_1": KEY, "PYTHONPATH": PLACES}
    command = [sys.executable, "-W", "error", "-c", CLIENT, server.url, str(store), str(Path(__file__).parent)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


def committed(path: Path) -> dict[str, Answer]:
    """Questions with a good answer on disk."""
    if not path.exists():
        return {}
    with AnswerStore(path) as store:
        found = [(ask.question, store.answer(key)) for ask, key in store.planned()]
    return {question: answer for question, answer in found if answer is not None and not answer.error}


def test_killed_clients_go_on_where_they_were(tmp_path: Path) -> None:
    path, dice = tmp_path / "answers.sqlite", random.Random(0)
    with serving(Behaviour(faults=0.3, seed=3, seconds=0.01)) as server:
        for kill in range(KILLS + 1):
            known, begun = set(committed(path)), len(server.seen.bodies)
            client = start(server, path)
            if kill < KILLS:
                goal = begun + dice.randrange(1, 60)
                while len(server.seen.bodies) < goal and client.poll() is None:
                    time.sleep(0.001)
                client.send_signal(signal.SIGKILL)
            _, errors = client.communicate(timeout=60)
            assert client.returncode == (-signal.SIGKILL if kill < KILLS else 0), errors.decode()
            asked_now = {parts_of(body)[0] for body in server.seen.bodies[begun:]}
            assert not asked_now & known
    with AnswerStore(path) as store:
        assert verify_answers(store).problems == ()
    answers = committed(path)
    assert set(answers) == {ask.question for ask in ASKS}
    for question, answer in answers.items():
        assert answer.parsed == ("yes" if yes_share(question) >= 0.5 else "no")
    asked_twice = len(server.seen.answered) - len(set(server.seen.answered))
    assert asked_twice < KILLS * 40, "only what was under way is asked again"
    assert KEY.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
