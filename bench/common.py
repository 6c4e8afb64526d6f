"""What all measurements share: rows, costs, child processes, and where made clips are kept."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from vectorstore.foundation.json_types import Json

PROGRAM = str(Path(sys.executable).with_name("valuespectrum"))
ROOT = Path(__file__).parents[1]
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
CACHE = Path(tempfile.gettempdir()) / "valuespectrum-bench"
"""Made clips and weights, kept between runs: all follow from seeds."""


def processor() -> str:
    """The processor's name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


MACHINE = f"{platform.platform(terse=True)}, {CORES} cores, {processor()}, Python {platform.python_version()}"


@dataclass(frozen=True, slots=True)
class Row:
    """One claim and what was found."""

    name: str
    value: float
    unit: str
    goal: str
    holds: bool | None
    """``None`` where there is no goal: the number is told for comparison."""
    sides: Json = field(default_factory=dict)
    """The numbers behind the value."""
    command: str = ""

    def to_json(self) -> Json:
        """The row as ``results.json`` has it."""
        return asdict(self) | {"machine": MACHINE}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took."""

    wall: float
    """Seconds."""
    cpu: float
    """Processor seconds of this process and of its children that have ended."""


class Clock:
    """Measures what happens between entering and leaving."""

    def __enter__(self) -> Clock:
        self._wall, self._cpu = time.perf_counter(), _processor_seconds()
        return self

    def __exit__(self, *_: object) -> None:
        self.cost = Cost(time.perf_counter() - self._wall, _processor_seconds() - self._cpu)


def _processor_seconds() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, whose))


def peak_memory() -> float:
    """Most memory this process ever held, MB."""
    with contextlib.suppress(OSError):
        # What getrusage tells on Linux includes the process that started this one.
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    # Linux counts in KiB, macOS in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def child(module: str, arguments: Sequence[object], python: str = sys.executable, timeout: float = 3600) -> Json:
    """Run a module in a process of its own; the last line that it prints is JSON."""
    command = [python, "-m", module, *map(str, arguments)]
    # Thread counts are part of what is compared, so none may be forced from outside.
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment, timeout=timeout
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def program(*arguments: str) -> Json:
    """Run a verb with ``--json``; its progress goes to our standard error."""
    done = subprocess.run([PROGRAM, *arguments, "--json"], check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def told(*arguments: str) -> str:
    """A command as a reader types it."""
    return " ".join(["valuespectrum", *arguments, "--json"])


def median(values: Sequence[float], digits: int = 3) -> float:
    """Rounded median."""
    return round(statistics.median(values), digits)


def load() -> float:
    """How many processes wanted a core during the last minute: others disturb a measurement."""
    return round(os.getloadavg()[0], 1)


def disk_megabytes(folder: Path) -> float:
    """Space that the files of a folder take, MB."""
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 1)
