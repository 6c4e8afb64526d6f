"""Damage runs at random, as disks and strangers do: whatever reads them answers, or says in one line what is wrong.

By hand: ``python -m tests.valuespectrum.mutated_runs --mutations 1000`` prints how the verbs ended.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from small_run import write_run

from valuespectrum.cli import main

WRONG: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, 10**30, "", "x", "\x1b[31m", "\u202e", "<script>", "none"),
    *([], {}, [[]], {"": None}, [1, "a"]),
)  # fmt: skip
VERBS = ("score", "report", "csv", "parquet", "hf", "inspect", "doctor")
_SLOW = 20.0
"""Seconds of the processor."""


def commands(run: Path, out: Path) -> dict[str, list[str]]:
    """Every verb that reads a run."""
    forms = {form: ["export", form, str(run), "--out", str(out / form)] for form in ("csv", "parquet", "hf", "inspect")}
    return {
        "score": ["score", str(run), "--draws", "100"],
        "report": ["report", str(run), "--out", str(out / "report.html")],
        **forms,
        "doctor": ["doctor", "--run", str(run)],
    }


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with every key or index in it."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, part in list(items):
        yield document, key
        if isinstance(part, dict | list):
            yield from places(part)


def spoil_json(path: Path, draw: random.Random) -> str:
    """Change one place of a JSON file, or the file itself."""
    text = path.read_text(encoding="utf-8")
    kind = draw.choice(("value", "value", "value", "value", "gone", "key", "bytes", "cut", "empty", "whole"))
    if kind in ("value", "gone", "key"):
        document = json.loads(text)
        inside, key = draw.choice(list(places(document)))
        if kind == "value":
            inside[key] = draw.choice(WRONG)
        elif kind == "key" and isinstance(inside, dict):
            inside[draw.choice(("x", "", "none", "\x00"))] = inside.pop(key)
        else:
            del inside[key]
        path.write_text(json.dumps(document), encoding="utf-8")
        return f"{path.name}: {kind} of {key!r:.40}"
    content = bytearray(text.encode())
    if kind == "bytes":
        for _ in range(draw.randint(1, 4)):
            content[draw.randrange(len(content))] = draw.randrange(256)
    elif kind == "cut":
        del content[draw.randrange(len(content)) :]
    else:
        content = bytearray() if kind == "empty" else bytearray(json.dumps(draw.choice(WRONG)).encode())
    path.write_bytes(content)
    return f"{path.name}: {kind}"


def spoil_rows(path: Path, draw: random.Random) -> str:
    """Change some cells of a column of the answers, past all checks of SQLite, or the schema, or single bytes."""
    kind = draw.choice(
        ("cells", "cells", "cells", "json", "json", "bytes", "cut", "trigger", "view", "drop", "version")
    )
    if kind in ("bytes", "cut"):
        content = bytearray(path.read_bytes())
        if kind == "cut":
            del content[draw.randrange(len(content)) :]
        else:
            for _ in range(draw.randint(1, 8)):
                content[draw.randrange(len(content))] = draw.randrange(256)
        path.write_bytes(content)
        return f"{path.name}: {kind}"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        table = draw.choice([name for name in tables if not name.startswith("sqlite_")])
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        column = draw.choice(columns)
        database.execute("PRAGMA ignore_check_constraints = ON")
        where = f"rowid % {draw.choice((1, 3, 7))} = 0" if table != "listed" else "ask % 3 = 0"
        if kind == "cells":
            wrong = draw.choice(
                (None, 1.5, -1, 2**62, "x", "", b"\xff\x00", "9" * 400, b"\x80" * 32, "{}", "[]", "null")
            )
            with contextlib.suppress(sqlite3.IntegrityError):
                database.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (wrong,))
        elif kind == "json":
            _spoil_inner(database, table, column, draw)
        elif kind == "trigger":
            database.execute(f"CREATE TRIGGER spy AFTER INSERT ON {table} BEGIN DELETE FROM answer; END")
        elif kind == "view":
            database.execute("ALTER TABLE answer RENAME TO hidden")
            database.execute("CREATE VIEW answer AS SELECT * FROM hidden")
        elif kind == "drop":
            database.execute("PRAGMA foreign_keys = OFF")
            database.execute(f"DROP TABLE {table}")
        else:
            database.execute(f"PRAGMA user_version = {draw.choice((0, 99, -1))}")
    return f"{path.name}: {kind} of {table}.{column}"


def _spoil_inner(database: sqlite3.Connection, table: str, column: str, draw: random.Random) -> None:
    """Change one place inside JSON cells."""
    for number, cell in (
        database.execute(f"SELECT rowid, {column} FROM {table} LIMIT 3").fetchall() if table != "listed" else ()
    ):
        try:
            document = json.loads(cell)
        except (TypeError, ValueError):
            continue
        found = list(places(document)) if isinstance(document, dict | list) else []
        if found:
            inside, key = draw.choice(found)
            inside[key] = draw.choice(WRONG)
            with contextlib.suppress(sqlite3.IntegrityError):
                database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (json.dumps(document), number))


SPOILERS: dict[str, Callable[[Path, random.Random], str]] = {
    "run.json": spoil_json,
    "scores.json": spoil_json,
    "answers.sqlite": spoil_rows,
}


def call(words: list[str]) -> tuple[int | str, str]:
    """Exit code, or the name of what escaped; and the last line of complaints."""
    out, error = io.StringIO(), io.StringIO()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            code: int | str = main(words)
    except BaseException as escaped:
        import traceback

        frames = traceback.extract_tb(escaped.__traceback__)
        return type(escaped).__name__, f"{escaped} at {frames[-1].filename}:{frames[-1].lineno}"
    if resource.getrusage(resource.RUSAGE_SELF).ru_utime - before > _SLOW:
        return "slow", ""
    lines = [line for line in error.getvalue().splitlines() if line.startswith("error")]
    if code == 2 and len(lines) != 1:
        return "no line", error.getvalue()[-300:]
    return code, lines[-1] if lines else ""


def many_mutations(mutations: int, seed: int, base: Path) -> Iterator[tuple[str, str, int | str, str]]:
    """Damage a fresh copy so many times and read it with verbs in turn.

    Yields:
        What was damaged, the verb, how it ended (0, 2, or what escaped), and its line.
    """
    whole = write_run(base / "whole")
    with contextlib.closing(sqlite3.connect(whole / "answers.sqlite")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for turn in range(mutations):
        draw = random.Random(f"{seed}/{turn}")
        run, out = base / "run", base / "out"
        for folder in (run, out):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, run)
        out.mkdir()
        name = draw.choice(list(SPOILERS))
        damaged = SPOILERS[name](run / name, draw)
        listed = commands(run, out)
        verb = VERBS[turn % len(VERBS)]
        yield f"{turn} {damaged}", verb, *call(listed[verb])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    ends: Counter[tuple[str, int | str]] = Counter()
    begun = time.monotonic()
    bad = 0
    with tempfile.TemporaryDirectory() as work:
        for damaged, verb, ended, line in many_mutations(chosen.mutations, chosen.seed, Path(work)):
            ends[verb, ended] += 1
            if ended not in (0, 1, 2) or (ended == 1 and verb != "doctor"):
                bad += 1
                print(damaged, verb, ended, line, flush=True)
    print(
        f"{chosen.mutations} mutations, {bad} tracebacks or silent ends, {time.monotonic() - begun:.0f} s", dict(ends)
    )
    sys.exit(bool(bad))
