"""Every pair of verbs at once, each in a process of its own, on one corpus and one run.

A verb may say that another is at work (exit code 2, one line). No pair may end in a traceback, in a false alarm of
``verify``, or with a row lost. Run it as::

    python -m tests.valuespectrum.paired_verbs --pairs 96 --seed 0
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusLockedError

sys.path[:0] = [str(Path(__file__).parent)]

from cli_world import MODEL, write_clip  # noqa: E402 - found only now

_CODE = "import sys; from valuespectrum.cli.exit_codes import run; sys.exit(run(sys.argv[1:]))"
_LONGEST = 600.0


@dataclass(frozen=True, slots=True)
class Verb:
    """A command line; CORPUS, MORE, RUN, OUT and CLIP stand for what each pair has of its own."""

    words: str
    may_wait: bool = True
    """Whether it may say that another process is at work, and do nothing."""
    needs_answers: bool = False
    """Whether it may say that a run has just begun and has nothing yet, or is none."""
    brings: int = 0
    """Clips that there are more of when it has ended well."""

    def arguments(self, names: dict[str, str]) -> list[str]:
        return [names.get(word, word) for word in self.words.split()] + ["--json"]


VERBS: dict[str, Verb] = {
    "info": Verb("corpus info CORPUS", may_wait=False),
    "search": Verb("corpus search CORPUS --clip CLIP --engine exact", may_wait=False),
    "export": Verb("corpus export CORPUS OUT --vectors", may_wait=False),
    "verify": Verb("corpus verify CORPUS", may_wait=False),
    "snapshot": Verb("corpus snapshot CORPUS now"),
    "rebuild": Verb("corpus rebuild CORPUS"),
    "refresh": Verb("corpus refresh CORPUS"),
    "ingest": Verb("ingest MORE --corpus CORPUS --embedder reference", brings=2),
    "remove": Verb("corpus remove CORPUS --clip GONE --yes", brings=-1),
    "reembed": Verb("corpus reembed CORPUS --embedder reference"),
    "bench": Verb("bench --corpus CORPUS --model MODEL --model simulated:power=1 --run RUN --top-k 1"),
    "score": Verb("score RUN --draws 100", needs_answers=True),
    "report": Verb("report RUN --corpus CORPUS", needs_answers=True),
    "compare": Verb("compare RUN", needs_answers=True),
    "csv": Verb("export csv RUN", needs_answers=True),
    "inspect": Verb("export inspect RUN", needs_answers=True),
    "doctor": Verb("doctor --run RUN", needs_answers=True),
}
"""Whoever adds a verb that works on a corpus or a run adds it here."""


def make_world(folder: Path) -> dict[str, str]:
    """Six clips in a corpus, two more to come; ids of a clip that stays and of one that goes."""
    for number in range(8):
        home = folder / ("clips" if number < 6 else "more")
        home.mkdir(parents=True, exist_ok=True)
        write_clip(home / f"{number}.mp4", ("hedonism", "power", "security")[number % 3], number)
    _put(["ingest", str(folder / "clips"), "--corpus", str(folder / "corpus"), "--embedder", "reference"], folder)
    with Corpus.open(folder / "corpus") as corpus:
        clips = sorted(corpus.clip_ids())
    return {"CLIP": clips[0], "GONE": clips[1], "MODEL": MODEL}


def _put(arguments: list[str], folder: Path) -> None:
    subprocess.run([sys.executable, "-c", _CODE, *arguments], check=True, cwd=folder, capture_output=True)


def _start(verb: Verb, names: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _CODE, *verb.arguments(names)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def try_pair(one: str, other: str, world: Path, ids: dict[str, str], delay: float) -> tuple[list[str], list[str]]:
    """Run two verbs at once; what is wrong, and how both ended.

    Args:
        one: Name of the verb that is started first.
        other: Name of the verb that is started after it.
        world: Of ``make_world``; left as it is.
        ids: Of ``make_world``.
        delay: Seconds between the two.
    """
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        shutil.copytree(world / "corpus", place / "corpus")
        named = {"CORPUS": place / "corpus", "MORE": world / "more", "RUN": place / "run"}
        names = ids | {name: str(path) for name, path in named.items()}
        processes = []
        for number, verb in enumerate((one, other)):
            processes.append(_start(VERBS[verb], names | {"OUT": str(place / f"out{number}")}))
            time.sleep(delay if number == 0 else 0)
        ends = [process.communicate(timeout=_LONGEST) for process in processes]
        said: list[str] = []
        clips = 6
        for verb, process, (out, err) in zip((one, other), processes, ends, strict=True):
            end = _judge(VERBS[verb], process.returncode, out.decode(), err.decode())
            said.append("done" if process.returncode == 0 else end[:60] or "waits")
            wrong += [f"{verb}: {end}"] if end else []
            clips += VERBS[verb].brings if process.returncode == 0 else 0
        # The same clip or the same list twice counts once.
        clips -= VERBS[one].brings if one == other and said == ["done", "done"] else 0
        wrong += _look(place / "corpus", clips)
    return [f"{one} beside {other}: {line}" for line in wrong], said


def _judge(verb: Verb, code: int, out: str, err: str) -> str:
    """What is wrong with how a verb ended; empty when nothing is."""
    if code == 0 and "Traceback" not in err:
        return ""
    if code == 2 and verb.may_wait and "Traceback" not in err:
        error = json.loads(out)["error"]
        early = ("has just begun", "there is no run", "has no ", "holds no answers", "not finished")
        if error["kind"] == "locked" or (verb.needs_answers and any(words in error["message"] for words in early)):
            return ""
    return f"ended with {code}: {out[-500:]} {err[-1500:]}"


def _look(corpus: Path, clips: int) -> list[str]:
    try:
        with Corpus.open(corpus, write=True) as opened:
            problems = [f"{problem.kind} {problem.where}" for problem in opened.verify()]
            found = len(opened.clips())
    except CorpusLockedError as error:
        return [error.message]
    return problems + ([] if found == clips else [f"{found} clips where {clips} belong"])


def main(pairs: int, seed: int) -> list[str]:
    """Try pairs in a drawn order; what is wrong, in words."""
    wrong: list[str] = []
    ends: Counter[str] = Counter()
    random_ = random.Random(seed)
    # Two readers cannot disturb each other.
    readers = {"info", "search", "export", "doctor"}
    chosen = [pair for pair in itertools.product(VERBS, VERBS) if not set(pair) <= readers]
    random_.shuffle(chosen)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        ids = make_world(Path(scratch))
        for one, other in itertools.islice(itertools.cycle(chosen), pairs):
            faults, said = try_pair(one, other, Path(scratch), ids, random_.choice((0.0, 0.3, 1.0, 2.0)))
            print(f"{one} beside {other}: {', '.join(said)}", flush=True)
            wrong += faults
            ends.update(said)
    print(f"{pairs} pairs, {ends['done']} verbs done, {ends['waits']} told that another is at work, "
          f"{len(wrong)} wrong, {time.monotonic() - started:.0f} s")  # fmt: skip
    return wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=96)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as memory:
        os.environ["XDG_CACHE_HOME"] = memory
        found = main(options.pairs, options.seed)
    print("\n".join(found))
    sys.exit(bool(found))
