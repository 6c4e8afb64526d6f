"""Measures the whole journey on the reference world: help, quickstart, calibration."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from bench.common import PROGRAM, Row, median, program, told

_HELP_RUNS = 7


def measure_help() -> list[Row]:
    """Median time to the help text."""
    times = []
    for _ in range(_HELP_RUNS):
        started = time.perf_counter()
        subprocess.run([PROGRAM, "--help"], check=True, capture_output=True)
        times.append(round(time.perf_counter() - started, 3))
    value = median(times)
    return [Row("time to the help text", value, "s", "< 0.3", value < 0.3, {"runs": times}, "valuespectrum --help")]


def measure_quickstart(out: Path) -> list[Row]:
    """The whole job once, on a fresh folder."""
    arguments = ("quickstart", "--out", str(out))
    summary, command = program(*arguments), told(*arguments)
    alignment = summary["persona_alignment"]
    moved = sum(each["verdict"] == "moved" for each in alignment.values())
    inside = round(10 * summary["interval_coverage"])
    seconds, clips, agreement = summary["seconds"], summary["clips"], summary["spearman"]
    planted = {"planted": summary["planted_profile"], "recovered": summary["recovered_profile"]}
    return [
        Row("quickstart", seconds, "s", "<= 120", seconds <= 120, {}, command),
        Row("clips of the quickstart", clips, "clips", ">= 200", clips >= 200, {}, command),
        Row(
            "rank correlation of recovered with planted values",
            round(agreement, 3), "", ">= 0.9", agreement >= 0.9, planted, command,
        ),
        Row("planted values inside their interval", inside, "of 10", ">= 8", inside >= 8, {}, command),
        Row(
            "personas that moved the answers further than any placebo text would",
            moved, f"of {len(alignment)}", "all", moved == len(alignment), alignment, command,
        ),
    ]  # fmt: skip


def measure_calibration(out: Path) -> list[Row]:
    """The cohort, on the corpus of the quickstart."""
    arguments = ("calibrate", "--corpus", str(out / "corpus"), "--run", str(out / "calibration"))
    found, command = program(*arguments), told(*arguments)
    each = {respondent["name"]: respondent["spearman"] for respondent in found["respondents"]}
    misses = {"misses": found["misses"], "claimed": found["expected_coverage"]}
    agreement, coverage = round(found["spearman_median"], 3), round(found["coverage"], 3)
    off_circle = round(found["off_circle"]["r"], 3)
    return [
        Row("median rank correlation over the cohort", agreement, "", ">= 0.9", agreement >= 0.9, each, command),
        Row(
            "planted values of the cohort inside their intervals",
            coverage, "share", ">= 0.8", coverage >= 0.8, misses, command,
        ),
        Row(
            "correlation of planted and recovered values off the circle, over the cohort",
            off_circle, "", ">= 0.9", off_circle >= 0.9, found["off_circle"], command,
        ),
    ]  # fmt: skip
