"""Cut the power of a real file system in the middle of verbs, and right after them.

The verbs work on an ext4 of their own in a file, with its helpful habits switched off (``noauto_da_alloc``, an interval
of ten minutes between commits). At a moment drawn at random the process is stopped and the file is copied: the copy
holds what the file system had written so far, and nothing that was only in memory. It is mounted like any disk after a
power cut, the same command is given again, and the result must be that of an undisturbed run.

By hand, as root on Linux: ``python -m tests.valuespectrum.power_cuts --cuts 60``.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from cli_world import MODEL, ColourEmbedder, write_clip

import ingest.embed
from valuespectrum.cli import main
from valuespectrum.values import VALUES

_SIZE = 400 * 2**20
_MOUNT = "loop,noauto_da_alloc,commit=600,data=writeback"
CORPUS = ("--corpus", "corpus", "--embedder", "colours")
VERBS: dict[str, list[str]] = {
    "ingest": ["ingest", "clips", *CORPUS],
    "refresh": ["corpus", "refresh", "corpus"],
    "rebuild": ["corpus", "rebuild", "corpus"],
    "reembed": ["corpus", "reembed", "corpus", "--embedder", "other"],
    "remove": ["corpus", "remove", "corpus", "--url", "clips/0.mp4", "--yes"],
    "snapshot": ["corpus", "snapshot", "corpus", "first"],
    "tables": ["corpus", "export", "corpus", "tables"],
    "bench": ["bench", *CORPUS, "--model", MODEL, "--run", "new", "--persona", "all"],
    "score": ["score", "run", "--draws", "100"],
    "report": ["report", "run", "--corpus", "corpus"],
    "browse": ["browse", *CORPUS, "--model", MODEL, "--steps", "20", "--out", "session.jsonl"],
    "csv": ["export", "csv", "run"],
    "hf": ["export", "hf", "run"],
    "inspect": ["export", "inspect", "run"],
}
_PAGES = {"csv": "run/answers.csv", "hf": "run/hf/README.md", "tables": "tables/CARD.md", "report": "run/report.html"}
_DONE_ALREADY = ("nothing of what was named is in", "tables is there already")
"""What verbs answer whose work was whole when the power was cut."""


class Other(ColourEmbedder):
    """Another embedder."""

    id = "other"


def say(words: list[str]) -> tuple[int, str]:
    """Run a verb in this process; its code and its last complaint."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        code = main(words)
    return code, (error.getvalue().strip().splitlines() or [""])[-1]


def result(verb: str) -> str:
    """A hash of what a verb is for."""
    from agents.answers import AnswerStore
    from vectorstore.corpus import Corpus

    found: list[Any] = []
    with Corpus.open(Path("corpus")) as corpus:
        found.append(corpus.content_hash())
        found += [hashlib.sha256(corpus.vectors(name)[1].tobytes()).hexdigest() for name in corpus.embedder_ids()]
    for run in ("run", "new"):
        if Path(run, "answers.sqlite").exists():
            with AnswerStore(Path(run, "answers.sqlite"), read_only=True) as store:
                found.append(sorted((row.key.hex(), row.answer[:4] if row.answer else None) for row in store.rows()))
            found.append(json.loads(Path(run, "scores.json").read_text())["profile"])
    if verb == "browse":
        found.append(Path("session.jsonl").read_text().splitlines()[1:])
    if verb in _PAGES:
        found.append(len(Path(_PAGES[verb]).read_bytes()) > 0)
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def prepare() -> None:
    """A corpus of ten clips, a run, and two clips more."""
    Path("clips").mkdir()
    for number, value in enumerate(VALUES):
        write_clip(Path("clips", f"{number}.mp4"), value, number)
    assert say(VERBS["ingest"])[0] == 0
    assert say(["bench", *CORPUS, "--model", MODEL, "--run", "run"])[0] == 0
    for number in (20, 21):
        write_clip(Path("clips", f"{number}.mp4"), "security", number)


def examine(verb: str) -> dict[str, Any]:
    """After a cut: the same command again, then what it was for and whether all is well."""
    ends = [say(VERBS[verb]), say(["corpus", "verify", "corpus"]), say(["doctor", "--run", "run"])]
    bad = [line for code, line in ends if code and not any(words in line for words in _DONE_ALREADY)]
    return {"bad": bad, "result": result(verb) if not bad else ""}


class Disk:
    """An ext4 file system in a file."""

    def __init__(self, image: Path, place: Path) -> None:
        self._image, self._place = image, place

    def __enter__(self) -> Path:
        self._place.mkdir(exist_ok=True)
        subprocess.run(["mount", "-o", _MOUNT, str(self._image), str(self._place)], check=True)
        return self._place

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", str(self._place)], check=True)


def child(task: str, folder: Path) -> subprocess.Popen[str]:
    """A task of this file in a process of its own."""
    command = [sys.executable, __file__, task, str(folder)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True)


def finished(task: str, folder: Path) -> Any:
    """What a task that ran undisturbed printed."""
    process = child(task, folder)
    out, error = process.communicate(timeout=600)
    if process.returncode:
        raise SystemExit(f"{task}: {error[-2000:]}")
    return json.loads(out.splitlines()[-1])


def cut(verb: str, moment: float | None, base: Path, work: Path) -> dict[str, Any]:
    """Cut the power at a moment (seconds after the verb began; ``None``: right after its end), and examine."""
    image, copy = work / "disk", work / "copy"
    shutil.copyfile(base, image)
    with Disk(image, work / "mounted") as folder:
        process = child(verb, folder)
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGSTOP)
        code = process.poll()
        subprocess.run(["cp", "--sparse=always", str(image), str(copy)], check=True)
        os.killpg(process.pid, signal.SIGKILL) if code is None else None
        process.communicate()
    with Disk(copy, work / "mounted") as folder:
        lost = ""
        if code == 0 and moment is None:
            lost = finished(f"result:{verb}", folder)
        return {"ended": code is not None, "lost": lost, **finished(f"examine:{verb}", folder)}


def many_cuts(cuts: int, seed: int, work: Path) -> Iterator[tuple[str, str, str]]:
    """Cut so many times.

    Yields:
        The verb, when, and what is wrong (nothing, when all is well).
    """
    draw = random.Random(seed)
    base = work / "base"
    with base.open("wb") as file:
        file.truncate(_SIZE)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(base)], check=True)
    with Disk(base, work / "mounted") as folder:
        finished("prepare", folder)
    expected: dict[str, tuple[str, float]] = {}
    for turn in range(cuts):
        verb = list(VERBS)[turn % len(VERBS)]
        if verb not in expected:
            shutil.copyfile(base, work / "disk")
            with Disk(work / "disk", work / "mounted") as folder:
                begun = time.monotonic()
                finished(verb, folder)
                took = time.monotonic() - begun
                expected[verb] = finished(f"result:{verb}", folder), took
        wanted, took = expected[verb]
        moment = draw.uniform(0, took) if turn // len(VERBS) % 4 else None
        found = cut(verb, moment, base, work)
        wrong = [*found["bad"]]
        wrong += ["what had been finished was lost"] if found["lost"] and found["lost"] != wanted else []
        wrong += ["it ends differently"] if not wrong and found["result"] != wanted else []
        when = "after its end" if moment is None else f"at {moment:.1f} of {took:.1f} s" + " (ended)" * found["ended"]
        yield verb, when, "; ".join(wrong)


def do(task: str) -> Any:
    """A task of a child."""
    print("begun", flush=True)
    if task == "prepare":
        return prepare()
    kind, _, verb = task.rpartition(":")
    if kind:
        return {"result": result, "examine": examine}[kind](verb)
    code, line = say(VERBS[task])
    assert code == 0, line
    return code


if __name__ == "__main__":
    if len(sys.argv) == 3 and not sys.argv[1].startswith("-"):
        loader = lambda spec, *_, **__: Other() if spec == "other" else ColourEmbedder()  # noqa: E731
        ingest.embed.load_embedder = loader
        os.chdir(sys.argv[2])
        print(json.dumps(do(sys.argv[1])), flush=True)
        # What ends now ends without a goodbye: whoever cuts the power copies the disk at once.
        os._exit(0)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    ends: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        for verb, when, wrong in many_cuts(chosen.cuts, chosen.seed, Path(name)):
            ends["well" if not wrong else "wrong"] += 1
            print(verb, when, wrong or "well", flush=True)
    print(dict(ends))
    sys.exit(bool(ends["wrong"]))
