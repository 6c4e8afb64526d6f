"""Cut the power of a real file system in the middle of verbs, and right after them.

The verbs work on an ext4 of their own in a file, with its helpful habits switched off (``noauto_da_alloc``, an interval
of ten minutes between commits). At a moment drawn at random the file system is shut down without flushing anything, its
journal included, as file systems themselves are tested. It is mounted again like any disk after a power cut, the same
command is given again, and the result must be that of an undisturbed run.

By hand, as root on Linux: ``python -m tests.valuespectrum.power_cuts --cuts 60``.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import random
import shutil
import signal
import struct
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

from verb_world import VERBS, child, finished

_SHUTDOWN, _WITHOUT_FLUSHING = 0x8004587D, 2
"""FS_IOC_SHUTDOWN and its flag."""
_SIZE = 400 * 2**20
_MOUNT = "loop,noauto_da_alloc,commit=600,data=writeback"


class Disk:
    """An ext4 file system in a file."""

    def __init__(self, image: Path, place: Path) -> None:
        self._image, self._place = image, place

    def __enter__(self) -> Path:
        self._place.mkdir(exist_ok=True)
        subprocess.run(["mount", "-o", _MOUNT, str(self._image), str(self._place)], check=True)
        return self._place

    def __exit__(self, *_: object) -> None:
        for _attempt in range(100):
            # Children of a killed process end a moment after it.
            if not subprocess.run(["umount", str(self._place)], check=False, capture_output=True).returncode:
                return
            time.sleep(0.2)
        raise RuntimeError(f"{self._place} is still in use")


def fresh(base: Path, work: Path) -> Path:
    """A copy of a file system in a file of its own: the kernel may still be busy with the one before."""
    for old in work.glob("disk-*"):
        old.unlink()
    descriptor, name = tempfile.mkstemp(prefix="disk-", dir=work)
    os.close(descriptor)
    shutil.copyfile(base, name)
    return Path(name)


def shut_down(folder: Path) -> None:
    """Stop a file system as if the power were gone: nothing reaches the disk any more, the journal included."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_FLUSHING))
    finally:
        os.close(descriptor)


def cut(verb: str, moment: float | None, base: Path, work: Path) -> dict[str, Any]:
    """Cut the power at a moment (seconds after the verb began; ``None``: right after its end), and examine."""
    image = fresh(base, work)
    with Disk(image, work / "mounted") as folder:
        process = child(verb, folder)
        assert process.stdout is not None
        process.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        shut_down(folder)
        code = process.poll()
        if code is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    with Disk(image, work / "mounted") as folder:
        lost = finished(f"result:{verb}", folder) if code == 0 and moment is None else ""
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
    subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(base)], check=True)
    with Disk(base, work / "mounted") as folder:
        finished("prepare", folder)
    expected: dict[str, tuple[str, float]] = {}
    for turn in range(cuts):
        verb = list(VERBS)[turn % len(VERBS)]
        if verb not in expected:
            with Disk(fresh(base, work), work / "mounted") as folder:
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


if __name__ == "__main__":
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
