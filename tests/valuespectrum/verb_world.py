"""Verbs on a small world of their own, each in a process that may be ended at any moment, and what they must come to.

A task of this file: ``python verb_world.py TASK FOLDER`` where TASK is ``prepare``, a verb, ``result:VERB`` or
``examine:VERB``; it prints ``begun`` when everything is imported, and its result as JSON.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from cli_world import MODEL, ColourEmbedder, write_clip

import ingest.embedding.base
from agents.personas.persona import load_personas
from valuespectrum.cli import main
from valuespectrum.theory.values import VALUES

CORPUS = ("--corpus", "corpus", "--embedder", "colours")
PERSONAS = [word for persona in load_personas()[:15] for word in ("--persona", persona.id)]
VERBS: dict[str, list[str]] = {
    "ingest": ["ingest", "clips", *CORPUS],
    "refresh": ["corpus", "refresh", "corpus"],
    "rebuild": ["corpus", "rebuild", "corpus"],
    "reembed": ["corpus", "reembed", "corpus", "--embedder", "other"],
    "remove": ["corpus", "remove", "corpus", "--url", "clips/0.mp4", "--yes"],
    "snapshot": ["corpus", "snapshot", "corpus", "first"],
    "tables": ["corpus", "export", "corpus", "tables"],
    "bench": ["bench", *CORPUS, "--model", MODEL, "--run", "new", *PERSONAS],
    "score": ["score", "run", "--draws", "100"],
    "report": ["report", "run", "--corpus", "corpus"],
    "browse": ["browse", *CORPUS, "--model", MODEL, "--steps", "20", "--out", "session.jsonl"],
    "csv": ["export", "csv", "run"],
    "hf": ["export", "hf", "run"],
    "inspect": ["export", "inspect", "run"],
}
_PAGES = {"csv": "run/answers.csv", "hf": "run/hf/README.md", "tables": "tables/CARD.md", "report": "run/report.html"}
_DONE_ALREADY = ("tables is there already",)
"""What verbs answer whose work was whole when they were ended."""


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
    from agents.answers.store import AnswerStore
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
    """After an end: the same command again, then what it was for and whether all is well."""
    ends = [say(VERBS[verb]), say(["corpus", "verify", "corpus"]), say(["doctor", "--run", "run"])]
    bad = [line for code, line in ends if code and not any(words in line for words in _DONE_ALREADY)]
    return {"bad": bad, "result": result(verb) if not bad else ""}


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
    ingest.embedding.base.load_embedder = lambda spec, *_, **__: Other() if spec == "other" else ColourEmbedder()
    os.chdir(sys.argv[2])
    print(json.dumps(do(sys.argv[1])), flush=True)
    # What ends now ends without a goodbye: whoever cuts the power copies the disk at once.
    os._exit(0)
