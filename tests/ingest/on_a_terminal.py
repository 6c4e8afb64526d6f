"""A program with a terminal that has files of strangers decoded; prints what became of attempts to reach it.

on_a_terminal.py FOLDER
"""

from __future__ import annotations

import fcntl
import json
import sys
import termios
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import escapes

from ingest.decoding.decode import DecodeOptions
from ingest.examining.worker_pool import DecodePool

NAMES = ("type into the user's terminal", "open the user's terminal")


def main() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    folder = Path(sys.argv[1])
    target = escapes.Target(str(folder), 0, 0, 0)
    outcomes = {"here": escapes.attempt(NAMES[1], target)}
    with DecodePool(1, DecodeOptions(), "escapes:decode_and_try") as pool:
        for name in NAMES:
            path = folder / "told.mp4"
            path.write_text(json.dumps({"name": name, "target": asdict(target)}))
            failure = pool.submit(path).result().failure
            outcomes[name] = failure.message if failure else "NOT STOPPED"
    (folder / "outcomes").write_text(json.dumps(outcomes))


if __name__ == "__main__":
    main()
