"""Kill runs at random moments: the store must verify, the run must complete, and no stored answer is asked for again.

As a script: killed_run.py FOLDER MODEL EVENT NUMBER goes through one run in this process and kills it, as a power cut
would, at the NUMBER-th occurrence of EVENT: ``asked`` (asks are handed to the model), ``stored`` (an answer was taken),
or ``sql`` (any statement); 0 never kills and prints how often each event occurred. MODEL is ``simulated``, the folder
of a model for transformers, or ``openai:...``.

By hand: ``python -m tests.agents.killed_run --kills 50`` kills so many times, a third each a simulated model, a small
transformers model and a client of a server, at moments of all kinds and at moments of the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from agents.answers.export import verify_answers
from agents.answers.planner import answer_all
from agents.answers.store import AnswerStore, ask_key
from agents.models.base import Answer, Ask, Choice, FrameReference, Model, ModelOptions, Stimulus

EVENTS = ("asked", "stored", "sql", "clock")

Count = Callable[[str], None]


class Noting:
    """Another model, whose asks are written to a file before they are answered."""

    def __init__(self, model: Model, log: Path, count: Count) -> None:
        self._model, self._count = model, count
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.id, self.settings = model.id, model.settings

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for start in range(0, len(asks), 16):
            part = asks[start : start + 16]
            os.write(self._log, "".join(f"{ask_key(ask, self._model)}\n" for ask in part).encode())
            self._count("asked")
            yield from self._model.score(part)

    generate = score


def grid(folder: Path, frames: int, items: int = 5) -> list[Ask]:
    """Asks about pictures of a folder, made there when they are missing; two of them for two reasons."""
    import hashlib

    from PIL import Image

    asks = []
    for number in range(frames):
        path = folder / f"{number}.png"
        if not path.exists():
            Image.new("RGB", (64, 64), (25 * number % 256, 90, 200 - number)).save(path)
        frame = FrameReference(hashlib.sha256(path.read_bytes()).hexdigest(), path)
        asks += [
            Ask(
                Stimulus((frame,)),
                f"Do you like picture {item}?",
                (Choice("yes", ("yes",)), Choice("no", ("no",))),
                f"You are person {persona}.",
                max_tokens=2,
                tags={"frame": number, "persona": persona, "item": item},
            )
            for persona in range(3)
            for item in range(items)
        ]
    return asks


def load(name: str) -> Model:
    """The model to ask."""
    if name == "simulated":
        from agents.models.local import simulated

        return simulated.load("security=1", ModelOptions())
    if name.startswith("openai:"):
        from agents.models.served import openai

        return openai.load(name.removeprefix("openai:"), ModelOptions())
    from agents.models.local import transformers
    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch(threads=1)
    return transformers.load(name, ModelOptions())


def do_run(folder: Path, name: str, count: Count) -> None:
    """The run, from its beginning or from where it was killed."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    model = Noting(load(name), folder / "asked.txt", count)
    (folder / "ready").touch()
    asks = grid(folder / "pictures", frames=12 if Path(name).is_dir() else 40)
    with AnswerStore(folder / "answers.sqlite") as store:
        answer_all(model, asks, store, lambda done, total: count("stored"))


def main(arguments: Sequence[str]) -> None:
    """Go through a run, counting events."""
    folder, name, event, number = Path(arguments[0]), arguments[1], arguments[2], int(arguments[3])
    seen: Counter[str] = Counter()
    connect = sqlite3.connect

    def count(what: str) -> None:
        seen[what] += 1
        if what == event and seen[what] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def counting_connect(*positional: object, **named: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*positional, **named)  # type: ignore[call-overload]
        connection.set_trace_callback(lambda statement: count("sql"))
        return connection

    sqlite3.connect = counting_connect  # type: ignore[assignment]
    do_run(folder, name, count)
    print(json.dumps(seen))


def run_child(folder: Path, name: str, event: str, moment: float) -> subprocess.CompletedProcess[str]:
    """The run in a process of its own, killed at the moment named; of ``clock`` in seconds after loading."""
    command = [sys.executable, __file__, str(folder), name, event, str(int(moment))]
    if event != "clock":
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    (folder / "ready").unlink(missing_ok=True)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (folder / "ready").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(moment)
    process.kill()
    out, errors = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, out, errors)


@dataclass
class Watch:
    """What a run has stored and asked so far."""

    folder: Path
    stored: dict[str, str] = field(default_factory=dict)
    """Key to its answer, as stored."""
    lines: int = 0

    def check(self) -> str:
        """What is wrong after a kill, in words; empty when all is well."""
        log = self.folder / "asked.txt"
        asked = log.read_text().splitlines() if log.exists() else []
        again = set(asked[self.lines :]) & set(self.stored)
        self.lines = len(asked)
        if again:
            return f"{len(again)} stored answers were asked for again"
        if not (self.folder / "answers.sqlite").exists():
            return "answers are gone" if self.stored else ""
        with AnswerStore(self.folder / "answers.sqlite") as store:
            problems = verify_answers(store).problems
            table = store.table()
        rows = table[table["answered"]] if len(table) else table
        columns = [name for name in rows.columns if name.startswith("log_")]
        now = {str(row["key"]): repr([row["text"], *row[columns]]) for _, row in rows.iterrows()}
        if problems:
            return problems[0]
        if any(now.get(key) != answer for key, answer in self.stored.items()):
            return "a stored answer is gone or another one"
        self.stored = now
        return ""


def finish(folder: Path, name: str, watch: Watch) -> str:
    """Go through the rest undisturbed; what is wrong then, in words."""
    do_run(folder, name, lambda event: None)
    if wrong := watch.check():
        return wrong
    expected = len(grid(folder / "pictures", frames=12 if Path(name).is_dir() else 40))
    return "" if len(watch.stored) == expected else f"{len(watch.stored)} answers instead of {expected}"


def many_kills(kills: int, seed: int, base: Path, names: Sequence[str]) -> Iterator[tuple[str, str, float, int, str]]:
    """Kill so many times and check after each; a run that got to its end is followed by a new one.

    Yields:
        Model, event, moment, answers stored so far, and what is wrong (nothing, when all is well).
    """
    draw = random.Random(seed)
    for place, name in enumerate(names):
        whole = base / f"whole-{place}"
        whole.mkdir(parents=True)
        started = time.monotonic()
        counts = json.loads(run_child(whole, name, "none", 0).stdout.splitlines()[-1])
        counts["clock"] = min(5.0, time.monotonic() - started) / 2
        wanted = kills // len(names) + (place < kills % len(names))
        done = number = 0
        while done < wanted:
            folder = base / f"killed-{place}-{number}"
            folder.mkdir()
            number, watch, ended = number + 1, Watch(folder), False
            while done < wanted and not ended:
                event = draw.choice(EVENTS)
                # Early in what remains, so that one run is killed several times.
                reach = counts[event] / draw.choice((1, 4))
                moment = draw.uniform(0, reach) if event == "clock" else float(draw.randint(1, max(1, int(reach))))
                killed = run_child(folder, name, event, moment)
                ended = killed.returncode == 0
                done += not ended
                wrong = watch.check() if killed.returncode in (0, -signal.SIGKILL) else killed.stderr
                yield name, event, moment, len(watch.stored), wrong
            wrong = finish(folder, name, watch)
            yield name, "end", 0.0, len(watch.stored), wrong


def tiny_model(folder: Path) -> str:
    """Folder of a small model for transformers."""
    from tiny_models import BUILDERS

    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch(threads=1)
    next(iter(BUILDERS.values()))(folder)
    return str(folder)


if __name__ == "__main__":
    if sys.argv[1:] and not sys.argv[1].startswith("-"):
        main(sys.argv[1:])
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--kills", type=int, default=50)
        parser.add_argument("--seed", type=int, default=0)
        chosen = parser.parse_args()
        from fault_server import Behaviour, serving

        with tempfile.TemporaryDirectory() as work, serving(Behaviour(key="", seconds=0.003)) as server:
            models = ("simulated", tiny_model(Path(work) / "model"), f"openai:toy-1@{server.url}")
            for row in many_kills(chosen.kills, chosen.seed, Path(work) / "runs", models):
                print(Path(row[0]).name, *row[1:4], row[4] or "well", flush=True)
                if row[4]:
                    sys.exit(1)
