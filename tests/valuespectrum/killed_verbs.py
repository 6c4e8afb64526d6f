"""Kill every verb at moments drawn at random; the same command again must end like an undisturbed run.

By hand: ``python -m tests.valuespectrum.killed_verbs --kills 100``.
"""

from __future__ import annotations

import argparse
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

sys.path.insert(0, str(Path(__file__).parent))

from verb_world import VERBS, child, finished


def many_kills(kills: int, seed: int, work: Path) -> Iterator[tuple[str, float, bool, str]]:
    """Kill so many times, verb by verb.

    Yields:
        The verb, the moment in seconds after it began, whether it had ended by itself, and what is wrong.
    """
    draw = random.Random(seed)
    # Always under the same name: a corpus knows the paths of what it was made from.
    folder, base = work / "world", work / "base"
    folder.mkdir()
    finished("prepare", folder)
    shutil.copytree(folder, base)
    expected: dict[str, tuple[str, float]] = {}
    for turn in range(kills):
        verb = list(VERBS)[turn % len(VERBS)]
        shutil.rmtree(folder)
        shutil.copytree(base, folder)
        if verb not in expected:
            begun = time.monotonic()
            finished(verb, folder)
            expected[verb] = finished(f"result:{verb}", folder), time.monotonic() - begun
            shutil.rmtree(folder)
            shutil.copytree(base, folder)
        wanted, took = expected[verb]
        moment = draw.uniform(0, took / 2)
        process = child(verb, folder)
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        ended = process.returncode == 0
        process.communicate()
        found = finished(f"examine:{verb}", folder)
        wrong = found["bad"] or (["it ends differently"] if found["result"] != wanted else [])
        yield verb, moment, ended, "; ".join(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    ends: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        for verb, moment, ended, wrong in many_kills(chosen.kills, chosen.seed, Path(name)):
            ends["wrong" if wrong else "ended before" if ended else "well"] += 1
            print(f"{verb} at {moment:.1f} s", "(ended)" * ended, wrong or "well", flush=True)
    print(dict(ends))
    sys.exit(bool(ends["wrong"]))
