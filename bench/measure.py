"""Measures the claims of the documentation and writes ``bench/results.json``: one row per claim.

A row is ``name, value, unit, goal, holds, sides, machine, command``; ``sides`` holds the numbers behind the value.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROGRAM = str(Path(sys.executable).with_name("valuespectrum"))
MACHINE = f"{platform.platform(terse=True)}, {os.cpu_count()} cores, Python {platform.python_version()}"
HELP_RUNS = 7

Json = dict[str, Any]


def main() -> int:
    """Measure everything; exit code 1 when a claim does not hold."""
    rows: list[Json] = [measure_help()]
    with tempfile.TemporaryDirectory() as folder:
        rows += measure_quickstart(Path(folder) / "out")
        rows += measure_calibration(Path(folder) / "out")
    (Path(__file__).parent / "results.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    for row in rows:
        print(
            f"{'holds' if row['holds'] else 'FAILS'}  {row['name']}: {row['value']} {row['unit']} (goal {row['goal']})"
        )
    return 0 if all(row["holds"] for row in rows) else 1


def measure_help() -> Json:
    """Median time to the help text."""
    command = [PROGRAM, "--help"]
    times = []
    for _ in range(HELP_RUNS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(round(time.perf_counter() - started, 3))
    value = statistics.median(times)
    return row("time to the help text", value, "s", "< 0.3", value < 0.3, {"runs": times}, command)


def measure_quickstart(out: Path) -> list[Json]:
    """The whole job once, on a fresh folder."""
    command = [PROGRAM, "quickstart", "--out", str(out), "--json"]
    summary = run(command)
    alignment = summary["persona_alignment"]
    better = sum(each["aligned"] > each["placebo"] for each in alignment.values())
    inside = round(10 * summary["interval_coverage"])
    planted = {"planted": summary["planted_profile"], "recovered": summary["recovered_profile"]}
    return [
        row("quickstart", summary["seconds"], "s", "<= 120", summary["seconds"] <= 120, {}, command),
        row("clips of the quickstart", summary["clips"], "clips", ">= 200", summary["clips"] >= 200, {}, command),
        row(
            "rank correlation of recovered with planted values",
            round(summary["spearman"], 3),
            "",
            ">= 0.9",
            summary["spearman"] >= 0.9,
            planted,
            command,
        ),
        row("planted values inside their interval", inside, "of 10", ">= 8", inside >= 8, {}, command),
        row(
            "personas that align better than their placebo",
            better,
            f"of {len(alignment)}",
            "all",
            better == len(alignment),
            alignment,
            command,
        ),
    ]


def measure_calibration(out: Path) -> list[Json]:
    """The cohort, on the corpus of the quickstart."""
    command = [PROGRAM, "calibrate", "--corpus", str(out / "corpus"), "--run", str(out / "calibration"), "--json"]
    found = run(command)
    each = {respondent["name"]: respondent["spearman"] for respondent in found["respondents"]}
    misses = {"misses": found["misses"], "claimed": found["expected_coverage"]}
    median = round(found["spearman_median"], 3)
    return [
        row("median rank correlation over the cohort", median, "", ">= 0.9", median >= 0.9, each, command),
        row(
            "planted values of the cohort inside their intervals",
            round(found["coverage"], 3),
            "share",
            ">= 0.8",
            found["coverage"] >= 0.8,
            misses,
            command,
        ),
    ]


def run(command: list[str]) -> Json:
    """Run a verb with ``--json``; its progress goes to our standard error."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def row(name: str, value: float, unit: str, goal: str, holds: bool, sides: Json, command: list[str]) -> Json:
    """One line of the results."""
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "goal": goal,
        "holds": bool(holds),
        "sides": sides,
        "machine": MACHINE,
        "command": " ".join(["valuespectrum", *command[1:]]),
    }


if __name__ == "__main__":
    sys.exit(main())
