"""Corpora with something wrong in them, one thing at a time, put to the verbs that read and write corpora.

Nothing may end in a traceback, with an exit code other than 0 or 2 (1 where ``verify`` says that something is wrong),
wait for ever, or take much memory. Run it as::

    python -m tests.vectorstore.mutated_corpora --mutations 1000 --seed 0
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import re
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from valuespectrum.cli.exit_codes import run
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import ValueSpectrumError
from vectorstore.ledger.records import ClipLink, Failure, Source
from vectorstore.snapshots.snapshot import take_snapshot

sys.path[:0] = [str(Path(__file__).parent)]

from corpus_parts import add, embed, sha  # noqa: E402 - found only now

VALUES: tuple[Any, ...] = (
    "", "text", "0", "-1", "1e999", "NaN", "null", "[]", "{}", "[1]", '[["a"]]', '{"a": NaN}', "[" * 990 + "]" * 990,
    "[" + "9" * 5000 + "]", '"\\ud800"', "a\x00b", "\x1b[31m", "x" * 2_000_000, "../../victim", "/etc/passwd", "0" * 64,
    "g" * 64, "2026-02-31T00:00:00+00:00", "2026-01-01", -1, 0, 2, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 0.5, -0.0,
    1e308, float("inf"), float("-inf"), None, b"", b"\xff\xfe", b"\x00" * 48, b"\x7c\x00" * 24, b"\x00" * 200_000,
)  # fmt: skip
ORDERS = (
    "CREATE TRIGGER more AFTER INSERT ON event BEGIN DELETE FROM video; END",
    "CREATE TRIGGER more BEFORE UPDATE ON embedding BEGIN SELECT raise(ABORT, 'no'); END",
    "CREATE VIEW more AS SELECT * FROM video", "CREATE TABLE more (a)", "DROP TABLE event", "DROP TABLE embedding",
    "CREATE INDEX more ON frame (time)", "DROP INDEX frame_by_picture", "ALTER TABLE clip_link ADD COLUMN more",
    "CREATE VIRTUAL TABLE more USING fts5(a)", "PRAGMA user_version = 99", "PRAGMA user_version = 1",
    "PRAGMA user_version = -1", "PRAGMA application_id = 1", "PRAGMA journal_mode = DELETE", "DELETE FROM setting",
    "DELETE FROM model", "DELETE FROM recipe", "DELETE FROM video", "DELETE FROM source", "DELETE FROM frame",
    "DELETE FROM embedding", "UPDATE embedding SET indexed = 0", "UPDATE embedding SET vector = substr(vector, 3)",
    "UPDATE frame SET duplicate_of = frame_id", "UPDATE model SET dimension = dimension * 2", "ANALYZE",
    "PRAGMA page_size = 512; VACUUM",
)  # fmt: skip
VERBS: dict[str, list[str]] = {  # What has no command line of its own is in ``_search``.
    "info": ["corpus", "info", "CORPUS", "--json"],
    "search": ["corpus", "search", "CORPUS", "--clip", sha("clip 1"), "--engine", "exact", "--json"],
    "search chroma": [],
    "verify": ["corpus", "verify", "CORPUS", "--json"],
    "snapshots": ["corpus", "snapshot", "CORPUS"],
    "snapshot": ["corpus", "snapshot", "CORPUS", "new", "--json"],
    "diff": ["corpus", "diff", "CORPUS", "one", "two", "--json"],
    "export": ["corpus", "export", "CORPUS", "OUT", "--vectors", "--json"],
    "links": ["corpus", "export", "CORPUS", "OUT.jsonl", "--links", "--json"],
    "remove": ["corpus", "remove", "CORPUS", "--clip", sha("clip 2"), "--yes", "--json"],
    "rebuild": ["corpus", "rebuild", "CORPUS", "--json"],
    "refresh": ["corpus", "refresh", "CORPUS", "--dry-run", "--json"],
}  # fmt: skip
_PROGRESS = re.compile(r"( \.\.\.|: for \d+ s|: \d+ of \d+)$")
"""Lines that say how far a verb is."""
SLOW = ("search chroma", "verify", "snapshot", "remove", "rebuild")
"""Verbs that start a process or open the index."""


def make_corpus(folder: Path, frames: int = 300) -> None:
    """A small corpus with one row or more in every table that has any, and a graph on disk."""
    with Corpus.ensure(folder) as corpus:
        corpus.keep_uploader_names(True)
        for number in range(4):
            add(corpus, f"clip {number}", frames, duplicates=number == 3)
        said = Source("https://videos.test/1", "1", "Title", "", ("a",), "youtube", "CC0", "@Ann", "2026-01-02")
        corpus.link_source(said, sha("clip 0"))
        corpus.add_clip_links([ClipLink(sha("clip 0"), sha("clip 1"), share=0.5)])
        corpus.add_failure(Source("/bad", "1"), Failure("/bad", "network", "no"), "2030-01-01T00:00:00+00:00")
        embed(corpus)
        corpus.add_event("refresh", {"links_checked": 1})
        corpus.curation.remember("ingested_sources", [json.dumps({"text": "/videos", "options": {}})])
        corpus.curation.set_setting("ingested_how", "{}")
        for name in ("one", "two"):
            take_snapshot(corpus, name)


def _other_value(random_: random.Random, ledger: sqlite3.Connection) -> str:
    tables = [row[0] for row in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    filled = [table for table in tables if ledger.execute(f"SELECT 1 FROM {table}").fetchone()]
    table = random_.choice(sorted(filled))
    column = random_.choice([row[1] for row in ledger.execute(f"PRAGMA table_info({table})")])
    value = random_.choice(VALUES)
    every = random_.random() < 0.2
    (count,) = ledger.execute(f"SELECT count(*) FROM {table}").fetchone()
    row = f"(SELECT rowid FROM {table} ORDER BY rowid LIMIT 1 OFFSET {random_.randrange(count)})"
    where = "" if every else f"WHERE rowid = {row}"
    ledger.execute("PRAGMA ignore_check_constraints = ON")
    odd = "CAST(? AS TEXT)" if isinstance(value, bytes) and random_.random() < 0.5 else "?"
    with contextlib.suppress(sqlite3.IntegrityError):
        ledger.execute(f"UPDATE OR REPLACE {table} SET {column} = {odd} {where}", (value,))
    return f"{table}.{column} = {value!r:.40} {'everywhere' if every else 'once'}"


def _other_setting(random_: random.Random, ledger: sqlite3.Connection) -> str:
    name = random_.choice(["index_place", "key", "ingested_sources", "ingested_how", "keeps_uploader_names"])
    value = random_.choice(
        [*VALUES, '{"generation": "x/../../victim"}', '{"generation": 2}', '["{}"]', '["[]"]', '{"frames": "x"}',
         '{"limits": 7}', '{"limits": {"seconds": "x"}}', '["{\\"text\\": 7, \\"options\\": {}}"]']
    )  # fmt: skip
    with contextlib.suppress(sqlite3.IntegrityError):
        ledger.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))
    return f"setting {name} = {value!r:.40}"


def _order(random_: random.Random, ledger: sqlite3.Connection) -> str:
    order = random_.choice(ORDERS)
    ledger.executescript(order)
    return order


def mutate_ledger(random_: random.Random, folder: Path) -> str:
    """Change something through SQLite; what."""
    how = random_.choices((_other_value, _other_setting, _order), (70, 15, 15))[0]
    with contextlib.closing(sqlite3.connect(folder / "corpus.sqlite", isolation_level=None)) as ledger:
        return how(random_, ledger)


def mutate_file(random_: random.Random, path: Path) -> str:
    """Change bytes of a file, or put something else in its place; what."""
    size = path.stat().st_size
    how = random_.choice(("flip", "flip", "flip", "cut", "grow", "blank", "sparse", "gone", "link", "pipe", "folder"))
    if how == "flip":
        content = bytearray(path.read_bytes())
        for _ in range(random_.choice((1, 8, 200)) if size else 0):
            content[random_.randrange(size)] = random_.randrange(256)
        path.write_bytes(content)
    elif how in ("cut", "sparse"):
        os.truncate(path, random_.randrange(size + 1) if how == "cut" else 20 * 2**30)
    elif how in ("grow", "blank"):
        path.write_bytes(path.read_bytes() + random_.randbytes(4096) if how == "grow" else bytes(size))
    else:
        path.unlink()
        make: dict[str, Callable[[], object]] = {
            "gone": lambda: None,
            "link": lambda: path.symlink_to("/etc/passwd"),
            "pipe": lambda: os.mkfifo(path),
            "folder": lambda: path.mkdir(),
        }
        make[how]()
    return f"{how} {path.name}"


def put(verb: str, folder: Path, out: Path) -> tuple[int, str]:
    """Run a verb in this process; exit code and what it printed, or a traceback."""
    arguments = [part.replace("CORPUS", str(folder)).replace("OUT", str(out)) for part in VERBS[verb]]
    said, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
        try:
            code = run(arguments) if arguments else _search(folder)
        except SystemExit as error:
            code = int(error.code or 0)
        except BaseException:
            return -1, traceback.format_exc()
    return code, said.getvalue() + told.getvalue()


def _search(folder: Path) -> int:
    try:
        with Corpus.open(folder) as corpus:
            print(len(corpus.search(np.ones(24), engine="chroma")))
    except ValueSpectrumError as error:
        print(error.message)
        return 2
    return 0


def is_right(verb: str, code: int, said: str) -> bool:
    """Whether a verb ended as it may."""
    may_fail = verb == "verify"
    # On a busy machine a verb says what it is at before it says what is wrong.
    complaint = [line for line in said.strip().splitlines() if not _PROGRESS.search(line)]
    one_line = code != 2 or len(complaint) == 1
    return code in ((0, 1, 2) if may_fail else (0, 2)) and one_line and "Traceback" not in said


def _peak() -> int:
    """Most MB that this process or one of its children ever took; of other tests, too, if they run in it."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


def main(mutations: int, seed: int, verbose: bool = False, frames: int = 300) -> list[str]:
    """Try many; what went wrong, in words.

    Args:
        mutations: How many.
        seed: Which.
        verbose: Print each.
        frames: Of each of the four clips; below 250 there is no graph on disk.
    """
    wrong: list[str] = []
    codes: Counter[tuple[str, int]] = Counter()
    started, began = time.monotonic(), _peak()
    with tempfile.TemporaryDirectory() as scratch:
        base, folder, out = (Path(scratch) / name for name in ("base", "corpus", "out"))
        make_corpus(base, frames)
        shutil.copytree(base, folder)
        for number in range(mutations):
            random_ = random.Random(f"{seed} {number}")
            what, slow = _mutate(random_, folder)
            for verb in (*random_.sample([verb for verb in VERBS if verb not in SLOW], 3), *random_.sample(SLOW, slow)):
                code, said = put(verb, folder, out)
                codes[verb, code] += 1
                if verbose:
                    print(f"{number}: {what}: {verb}: {code} {said.strip()[:160] if code else ''}", flush=True)
                if not is_right(verb, code, said):
                    wrong.append(f"{number}: {what}: {verb} ended with {code}: {said[-3000:]}")
                shutil.rmtree(out, ignore_errors=True)
                out.with_suffix(".jsonl").unlink(missing_ok=True)
            _restore(base, folder)
    peak = _peak()
    for verb in VERBS:
        ends = {code: count for (name, code), count in sorted(codes.items()) if name == verb}
        print(f"{verb}: {ends}")
    print(f"{mutations} mutations, {sum(codes.values())} verbs, {len(wrong)} wrong, at most {peak} MB, "
          f"{time.monotonic() - started:.0f} s")  # fmt: skip
    if peak > max(2500, began):
        wrong.append(f"a process took {peak} MB")
    return wrong


def _mutate(random_: random.Random, folder: Path) -> tuple[str, int]:
    """Change one thing; what, and how many slow verbs it is worth."""
    if random_.random() < 0.7:
        return mutate_ledger(random_, folder), int(random_.random() < 0.5)
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.parent.name != "frames"]
    return mutate_file(random_, random_.choice(sorted(files))), 2


def _restore(base: Path, folder: Path) -> None:
    """Put back what was changed; the index is left alone where it was, so that it is not looked at each time."""
    same = {
        path.relative_to(base)
        for path in (base / "chroma").rglob("*")
        if path.is_file() and _same(path, folder / path.relative_to(base))
    }
    whole = len(same) == sum(path.is_file() for path in (base / "chroma").rglob("*"))
    for entry in folder.iterdir():
        if entry.name == "chroma" and whole:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for entry in base.iterdir():
        if entry.is_dir() and not (folder / entry.name).exists():
            shutil.copytree(entry, folder / entry.name)
        elif entry.is_file():
            shutil.copy2(entry, folder / entry.name)


def _same(one: Path, other: Path) -> bool:
    regular = other.is_file() and not other.is_symlink() and one.stat().st_size == other.stat().st_size
    return regular and one.read_bytes() == other.read_bytes()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as memory:
        os.environ["XDG_CACHE_HOME"] = memory
        found = main(options.mutations, options.seed, options.verbose)
    print("\n".join(found))
    sys.exit(bool(found))
