"""Measures the claims of the documentation and writes ``bench/results.json``: one row per claim.

A row is ``name, value, unit, goal, holds, sides, machine, command``; ``sides`` holds the numbers behind the value.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.answers import measure_answers
from bench.common import Row
from bench.engine import measure_engines, measure_lmms_eval, measure_questionnaires
from bench.feeds import measure_feeds
from bench.fitting import measure_fitting
from bench.index import measure_second_run, measure_vectors
from bench.ingest import measure_busy, measure_cheaper, measure_memory, measure_peer, measure_throughput
from bench.journey import measure_calibration, measure_help, measure_quickstart
from bench.ordinal import measure_ordinal
from bench.sessions import measure_sessions
from bench.staircases import measure_staircases
from bench.steering import measure_steering
from bench.telling import measure_telling
from vectorstore.foundation.json_types import Json

RESULTS = Path(__file__).parent / "results.json"


def _journey(calibrate: bool) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        rows = measure_help() + measure_quickstart(Path(folder) / "out")
        return rows + measure_calibration(Path(folder) / "out") if calibrate else rows


_PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "quickstart": lambda _: _journey(calibrate=False),
    "calibrate": lambda _: _journey(calibrate=True),
    "throughput": lambda chosen: measure_throughput(chosen.clips, chosen.rounds, chosen.folder),
    "cheaper": lambda chosen: measure_cheaper(chosen.clips),
    "busy": lambda chosen: measure_busy(chosen.clips),
    "memory": lambda chosen: measure_memory(many=chosen.many),
    "vectors": lambda chosen: measure_vectors(chosen.vectors),
    "second-run": lambda _: measure_second_run(),
    "answers": lambda chosen: measure_answers(chosen.answers),
    "ordinal": lambda _: measure_ordinal(),
    "sessions": lambda chosen: measure_sessions(chosen.sessions, chosen.steps),
    "staircases": lambda chosen: measure_staircases(chosen.walkers, chosen.staircases),
    "feeds": lambda chosen: measure_feeds(chosen.many_clips, chosen.agents, chosen.long),
    "telling": lambda _: measure_telling(1500, 1600),
    "engine": lambda chosen: measure_engines(chosen.slow),
    "questionnaires": lambda chosen: measure_questionnaires(chosen.respondents, chosen.slow),
    "engine-peer": lambda chosen: measure_lmms_eval(chosen.peer, chosen.asks),
    "fitting": lambda _: measure_fitting(),
    "steering": lambda chosen: measure_steering(chosen.turns),
    "peer": lambda chosen: measure_peer(chosen.peer, chosen.clips),
}
_GROUPS = {"ingest": ("throughput", "cheaper", "busy", "memory"), "index": ("vectors", "second-run")}


def main() -> int:
    """Measure everything or some parts; exit code 1 when a claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[*_GROUPS, *_PARTS], action="append", help="more than once for several")
    parser.add_argument("--clips", type=int, default=120, help="short videos to ingest")
    parser.add_argument("--folder", type=Path, help="clips of your own for the throughput, instead of made ones")
    parser.add_argument("--rounds", type=int, default=3, help="how often the sides of the throughput take turns")
    parser.add_argument("--many", type=int, default=5000, help="tiny clips to ingest for the peak of memory")
    parser.add_argument("--vectors", type=int, default=200_000, help="vectors to store and search")
    parser.add_argument("--answers", type=int, default=1_000_000, help="simulated asks to plan, answer and resume")
    parser.add_argument("--sessions", type=int, default=200, help="browsing sessions to walk at once")
    parser.add_argument("--walkers", type=int, default=24, help="respondents who walk up staircases at once")
    parser.add_argument("--staircases", type=int, default=50, help="dilemmas for each of them")
    parser.add_argument("--steps", type=int, default=50, help="clips that each session is shown")
    parser.add_argument("--many-clips", type=int, default=50_000, help="clips of the catalogue of a feed")
    parser.add_argument("--agents", type=int, default=50, help="sessions of a crowd on that feed")
    parser.add_argument("--long", type=int, default=500, help="clips that each of the crowd is shown")
    parser.add_argument("--respondents", type=int, default=24, help="respondents who are put the questionnaire")
    parser.add_argument("--turns", type=int, default=9, help="how often steered and plain models take turns")
    parser.add_argument("--slow", type=int, default=12, help="asks through the slow ways of asking")
    parser.add_argument("--asks", type=int, default=200, help="asks put to both sides of engine-peer")
    parser.add_argument(
        "--peer", metavar="PYTHON", help="interpreter with clip-video-encode (peer) or lmms-eval (engine-peer)"
    )
    chosen = parser.parse_args()
    if not chosen.peer and {"peer", "engine-peer"} & set(chosen.only or []):
        parser.error("--only peer and --only engine-peer need --peer PYTHON")
    names = [part for name in chosen.only or [] for part in _GROUPS.get(name, (name,))]
    usual = [name for name in _PARTS if name not in ("quickstart", "peer", "engine-peer")]
    parts = names or [*usual, *(["peer"] if chosen.peer else [])]
    holds = True
    for name in parts:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        rows = _PARTS[name](chosen)
        _keep(rows)
        holds = holds and all(row.holds is not False for row in rows)
        for row in rows:
            _say(row)
    return 0 if holds else 1


def _keep(rows: list[Row]) -> None:
    """Write rows at once, in place of earlier ones of the same name: a part can be measured again alone."""
    kept: dict[str, Json] = {}
    if RESULTS.exists():
        kept = {row["name"]: row for row in json.loads(RESULTS.read_text(encoding="utf-8"))}
    kept |= {row.name: row.to_json() for row in rows}
    RESULTS.write_text(json.dumps(list(kept.values()), indent=1) + "\n", encoding="utf-8")


def _say(row: Row) -> None:
    verdict = {True: "holds", False: "FAILS", None: "     "}[row.holds]
    goal = f" (goal {row.goal})" if row.goal else ""
    print(f"{verdict}  {row.name}: {row.value} {row.unit}{goal}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
