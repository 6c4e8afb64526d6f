"""Kill writers of a corpus at random moments; the same command again must end in the corpus of an undisturbed run.

As a script: killed_ingest.py WORK SOURCE CORPUS EVENT NUMBER runs one piece of work in this process and kills it, as a
power cut would, at the NUMBER-th occurrence of EVENT: a stage of the pipeline, ``fsync``, or ``sql`` (any statement);
0 never kills and prints how often each event occurred.

By hand: ``python -m tests.ingest.killed_ingest --kills 100`` kills the ingest of a made folder so many times.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from colour_embedder import ColourEmbedder

from ingest.decoding.decode import DecodeOptions
from ingest.pipeline import IngestOptions, ingest
from ingest.reembed import reembed
from ingest.refresh import RefreshOptions, find_again, run_refresh
from vectorstore.corpus import Corpus
from vectorstore.ledger.records import Removal

WORKS = ("ingest", "redo", "reembed", "refresh", "rebuild", "remove")
EVENTS = ("decode", "embed", "index", "fsync", "sql")

_VOLATILE = {"added_at", "attempts", "at"}
_UNCOMPARED = {"event", "setting", "sqlite_sequence"}


def do_work(work: str, source: str, folder: str, count: Callable[[str], None]) -> None:
    """One piece of work: everything it needs has been done by ``prepare``."""

    def progress(stage: str, done: int, total: int) -> None:
        count(stage)

    with Corpus.ensure(folder) as corpus:
        if work == "reembed":
            reembed(corpus, ColourEmbedder("other"), progress, batch=6)
        elif work == "refresh":
            run_refresh(corpus, find_again(corpus), ColourEmbedder(), RefreshOptions(IngestOptions(batch=6)), progress)
        elif work == "rebuild":
            corpus.rebuild_index()
        elif work == "remove":
            corpus.remove(Removal("source", (min(str(path) for path in Path(source).iterdir()),)))
        else:
            decode = DecodeOptions(frames=5 if work == "redo" else 8)
            options = IngestOptions(decode, batch=6, redo_frames=work == "redo")
            ingest([source], corpus, ColourEmbedder(), options, progress)


def prepare(work: str, source: str, folder: Path) -> None:
    """What must be there before the work begins."""
    if work == "refresh":
        with Corpus.ensure(folder) as corpus:
            ingest([source], corpus, ColourEmbedder(), IngestOptions(batch=6, max_items=2))
    elif work != "ingest":
        do_work("ingest", source, str(folder), lambda event: None)


def fingerprint(folder: Path) -> dict[str, Any]:
    """Everything that may not depend on having been killed: ledger rows, pictures, vectors, index."""
    with Corpus.open(folder, write=True) as corpus:
        found: dict[str, Any] = {"hash": corpus.content_hash(), "links": corpus.clip_links()}
        for name in corpus.embedder_ids():
            frame_ids, vectors = corpus.vectors(name)
            hits = corpus.search(np.ones(vectors.shape[1]), len(frame_ids), name, engine="chroma", unique=False)
            found[name] = [frame_ids, np.round(vectors, 3).tolist(), sorted(hit.frame.frame_id for hit in hits)]
    with sqlite3.connect(folder / "corpus.sqlite") as ledger:
        tables = {row[0] for row in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in sorted(tables - _UNCOMPARED):
            names = [row[1] for row in ledger.execute(f"PRAGMA table_info({table})") if row[1] not in _VOLATILE]
            kept = [name for name in names if not (name.endswith(("_number",)) or name in ("vector",))]
            found[f"table {table}"] = sorted(ledger.execute(f"SELECT {', '.join(kept)} FROM {table}"), key=repr)
    ledger.close()
    found["pictures"] = sorted(str(path.relative_to(folder)) for path in (folder / "frames").rglob("*.*"))
    return found


def run_child(work: str, source: Path, folder: Path, event: str, number: int) -> subprocess.CompletedProcess[str]:
    """Do the work in a process of its own, which is killed at the moment named."""
    command = [sys.executable, __file__, work, str(source), str(folder), event, str(number)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def main(arguments: list[str]) -> None:
    """Do the work, counting events."""
    work, source, folder, event, number = *arguments[:4], int(arguments[4])
    seen: Counter[str] = Counter()
    fsync, connect = os.fsync, sqlite3.connect

    def count(what: str) -> None:
        seen[what] += 1
        if what == event and seen[what] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def counting_fsync(descriptor: int) -> None:
        count("fsync")
        fsync(descriptor)

    def counting_connect(*positional: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*positional, **named)
        connection.set_trace_callback(lambda statement: count("sql"))
        return connection

    os.fsync = counting_fsync  # type: ignore[assignment]
    sqlite3.connect = counting_connect  # type: ignore[assignment]
    do_work(work, source, folder, count)
    print(json.dumps(seen))


def many_kills(kills: int, seed: int) -> None:
    """Kill again and again, at moments drawn at random, and compare with an undisturbed run each time."""
    from videos import VideoWriter, write_numbered

    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        for hue in range(6):
            write_numbered(base / "source" / f"{hue}.mp4", VideoWriter(hue=40 * hue))
        for work in WORKS:
            prepare(work, str(base / "source"), base / f"before-{work}")
            whole = base / f"whole-{work}"
            if (base / f"before-{work}").exists():
                shutil.copytree(base / f"before-{work}", whole)
            counts = json.loads(run_child(work, base / "source", whole, "none", 0).stdout.splitlines()[-1])
            expected = fingerprint(whole)
            for turn in range(kills // len(WORKS) + (WORKS.index(work) < kills % len(WORKS))):
                event = draw.choice([event for event in EVENTS if counts.get(event)])
                number = draw.randint(1, counts[event])
                folder = base / "killed"
                shutil.rmtree(folder, ignore_errors=True)
                if (base / f"before-{work}").exists():
                    shutil.copytree(base / f"before-{work}", folder)
                killed = run_child(work, base / "source", folder, event, number)
                again = run_child(work, base / "source", folder, "none", 0)
                same = again.returncode == 0 and fingerprint(folder) == expected
                print(work, turn, event, number, killed.returncode, "same" if same else "DIFFERENT", flush=True)
                if not same:
                    print(again.stderr, file=sys.stderr)
                    sys.exit(1)


if __name__ == "__main__":
    if sys.argv[1:] and not sys.argv[1].startswith("-"):
        main(sys.argv[1:])
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--kills", type=int, default=100)
        parser.add_argument("--seed", type=int, default=0)
        chosen = parser.parse_args()
        many_kills(chosen.kills, chosen.seed)
