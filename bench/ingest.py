"""Measures bringing clips in: against the machine's bound, a plain pipeline, busy cores, cheaper clips, many clips."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.clips import FULL, short_videos, tiny_videos
from bench.common import CACHE, CORES, Row, child, load, median
from bench.variants import random_weights
from vectorstore.foundation.json_types import Json

_COMMAND = "python -m bench.measure --only ingest"
_BUSY_CLIPS = 12
_FEW, _MANY = 100, 5000


class _Runner:
    """Runs variants over the same clips and remembers what each took.

    Args:
        clips: How many.
        own: A folder with that many clips, in place of made ones.
    """

    def __init__(self, clips: int, own: Path | None = None) -> None:
        self.full, self.small = (own, own) if own else short_videos(clips)
        self._weights = random_weights(CACHE / "vit-b-32.pt")
        self._clips = clips
        self.seen: dict[str, list[Json]] = {}

    def run(self, name: str, variant: str, *settings: object, clips: Path | None = None, count: int = 0) -> Json:
        """One run of a variant; ``name`` is what its numbers are kept under."""
        arguments = [variant, clips or self.full, self._weights, count or self._clips, *settings]
        found = child("bench.variants", arguments)
        self.seen.setdefault(name, []).append(found | {"load": load()})
        return found

    def run_on_all_cores(self, variant: str) -> None:
        """One run per core at the same time, each with its part of the clips; kept as one, with the sums of costs."""
        with ThreadPoolExecutor(CORES) as threads:
            parts = [[variant, self.full, self._weights, self._clips, f"part={k}/{CORES}"] for k in range(CORES)]
            found = list(threads.map(lambda arguments: child("bench.variants", arguments), parts))
        whole: Json = {name: sum(part[name] for part in found) for name in ("frames", "cpu")}
        wall = max(part["wall"] for part in found)
        whole |= {"wall": wall, "per_second": round(whole["frames"] / wall, 2), "load": load()}
        self.seen.setdefault(variant, []).append(whole)

    def middle(self, name: str, what: str = "per_second") -> float:
        """Median over the runs of one name."""
        return median([run[what] for run in self.seen[name]])

    def sides(self, *names: str) -> Json:
        """All numbers of these names."""
        return {name: self.seen[name] for name in names}


def measure_throughput(clips: int, rounds: int, own: Path | None = None) -> list[Row]:
    """Frames per second of the whole way, beside its parts alone and beside a plain pipeline, in turn.

    Ratios are of runs of one round, since the same work takes more or less processor time a few minutes later.

    Args:
        clips: How many made ones.
        rounds: How often; every other time in the opposite order.
        own: A folder of clips to take instead, all of them.
    """
    clips = len(list(own.iterdir())) if own else clips
    runner = _Runner(clips, own)
    for clip in runner.full.iterdir():
        # Whichever side comes first would read them from the disk, the others from memory.
        clip.read_bytes()
    sides: list[Callable[[], object]] = [
        lambda: runner.run("ours", "ours"),
        lambda: runner.run_on_all_cores("bare"),
        lambda: runner.run("naive", "naive"),
    ]
    for turn in range(rounds):
        for side in sides[:: -1 if turn % 2 else 1]:
            side()
    pairs = list(zip(runner.seen["ours"], runner.seen["bare"], runner.seen["naive"], strict=True))
    share = median([bare["cpu"] / (CORES * ours["wall"]) for ours, bare, _ in pairs])
    used = median([ours["cpu"] / (CORES * ours["wall"]) for ours, _, _ in pairs])
    useful = median([bare["cpu"] / ours["cpu"] for ours, bare, _ in pairs])
    ratio = median([plain["wall"] / ours["wall"] for ours, _, plain in pairs], digits=2)
    limit = median([plain["wall"] * CORES / bare["cpu"] for _, bare, plain in pairs], digits=2)
    name = f"ingest, {clips} clips " + ("of your own" if own else "720x1280")
    return [
        Row(
            f"{name}: share of the bound of decoding and encoding alone, all cores at work",
            share, "share", ">= 0.94", share >= 0.94, runner.sides("ours", "bare"), _COMMAND,
        ),
        Row(f"{name}: share of all cores in use", used, "share", ">= 0.94", used >= 0.94, {}, _COMMAND),
        Row(
            f"{name}: share of its processor time that decoding and encoding take",
            useful, "share", "", None, {}, _COMMAND,
        ),
        Row(
            f"{name}, beside a plain pipeline (decord, fp32, a batch per clip, in turn)",
            ratio, "times", ">= 3", ratio >= 3, runner.sides("ours", "naive"), _COMMAND,
        ),
        Row(f"{name}: the bound beside the plain pipeline", limit, "times", "", None, {}, _COMMAND),
    ]  # fmt: skip


def measure_cheaper(clips: int) -> list[Row]:
    """What makes frames cheaper: what each gains, and how far vectors and answers are from those without."""
    from bench.retrieval import compare

    runner = _Runner(clips)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)

        def run(kept: str, *settings: str, clips: Path | None = None) -> None:
            runner.run(kept, "ours", *settings, "--keep", base / kept, clips=clips)

        run("as decoded", f"short_side={min(FULL)}")
        run("full")
        run("keyframes", "sampling=keyframe")
        run("360p", clips=runner.small)
        run("360p keyframes", "sampling=keyframe", clips=runner.small)
        costs = {
            ("resizing in the decoder", "as decoded", "full"): compare(base / "as decoded", base / "full"),
            ("keyframes", "full", "keyframes"): compare(base / "full", base / "keyframes"),
            ("360p", "full", "360p"): compare(base / "full", base / "360p"),
            ("360p keyframes", "full", "360p keyframes"): compare(base / "full", base / "360p keyframes"),
        }
    rows = []
    for (title, dear, cheap), cost in costs.items():
        # Clips, not frames: short clips have fewer keyframes than were asked for.
        gain, cheaper = (round(runner.middle(dear, what) / runner.middle(cheap, what), 2) for what in ("wall", "cpu"))
        sides = runner.sides(dear, cheap) | cost
        rows += [
            Row(f"{title}: clips per second over those without", gain, "times", "", None, sides, _COMMAND),
            Row(f"{title}: processor time without over that with", cheaper, "times", "", None, {}, _COMMAND),
            Row(
                f"{title}: cosine of vectors to those without, nearest in time",
                cost["cosine"], "", "", None, cost, _COMMAND,
            ),
            Row(
                f"{title}: first ten clips of a text search that stay the same",
                cost["overlap_at_10"], "share", "", None, cost, _COMMAND,
            ),
        ]  # fmt: skip
    return rows


def measure_busy(clips: int) -> list[Row]:
    """The same with one core taken by somebody else."""
    runner, few = _Runner(clips), min(clips, _BUSY_CLIPS)
    for variant in ("ours", "naive"):
        runner.run(f"{variant} idle", variant, count=few)
        with _spinning():
            runner.run(f"{variant} busy", variant, count=few)
    kept = {name: runner.middle(f"{name} busy") / runner.middle(f"{name} idle") for name in ("ours", "naive")}
    # On a machine of one core nothing is left, and what the system's scheduler gives is shared.
    left = (CORES - 1) / CORES if CORES > 1 else 0.5
    share, plain = (round(kept[name] / left, 3) for name in ("ours", "naive"))
    sides = runner.sides("ours idle", "ours busy") | {"kept": round(kept["ours"], 3), "left": left}
    others = runner.sides("naive idle", "naive busy") | {"kept": round(kept["naive"], 3), "left": left}
    name = "one core busy: frames per second over what the cores left allow"
    return [
        Row(f"{name}, ingest", share, "share", ">= 0.8", share >= 0.8, sides, _COMMAND),
        Row(f"{name}, plain pipeline", plain, "share", "", None, others, _COMMAND),
    ]


def measure_memory(few: int = _FEW, many: int = _MANY) -> list[Row]:
    """Peak memory over few and many clips: as users run it, and what the parts do that the model's size hides."""
    weights, found = random_weights(CACHE / "vit-b-32.pt"), {}
    for name, variant in (("whole", ["ours"]), ("bare", ["memory", "index=no"]), ("index", ["memory", "index=yes"])):
        for count in (few, many):
            arguments = [variant[0], tiny_videos(count), weights, count, *variant[1:]]
            found[name, count] = child("bench.variants", arguments, timeout=3600)
    rows = []
    for name, what in (("whole", "ingesting"), ("bare", "ingesting without model and index")):
        ratio = round(found[name, many]["peak_memory"] / found[name, few]["peak_memory"], 3)
        sides = {f"{count} clips": found[name, count] for count in (few, many)}
        title = f"peak memory of {what}, {many:,} clips over {few:,}"
        goal, holds = ("<= 1.15", ratio <= 1.15) if name == "whole" else ("", None)
        rows.append(Row(title, ratio, "times", goal, holds, sides, _COMMAND))
    vectors = found["index", many]["frames"]
    added = found["index", many]["peak_memory"] - found["bare", many]["peak_memory"]
    each = round(1000 * added / vectors, 1)
    sides = {name: found[name, many] for name in ("index", "bare")}
    title = f"memory that Chroma takes for 1,000 vectors of 512 numbers, at {vectors:,}"
    return [*rows, Row(title, each, "MB", "", None, sides, _COMMAND)]


@contextlib.contextmanager
def _spinning() -> Iterator[None]:
    """One process that wants a whole core."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def measure_peer(python: str, clips: int) -> list[Row]:
    """Beside clip-video-encode, which takes every n-th frame; n such that it embeds as many frames as we do.

    Args:
        python: Interpreter that can import ``clip_video_encode``.
        clips: How many.
    """
    runner = _Runner(clips)
    runner.run("ours", "ours")
    arguments: Sequence[object] = [runner.full, CACHE / "vit-b-32.pt", clips]
    runner.seen["peer"] = [child("bench.peer", arguments, python) | {"load": load()}]
    ratio = round(runner.middle("ours") / runner.middle("peer"), 2)
    name = "ingest beside clip-video-encode 1.3.0, frames per second, same clips and architecture"
    return [Row(name, ratio, "times", ">= 3", ratio >= 3, runner.sides("ours", "peer"), f"{_COMMAND} --peer PYTHON")]
