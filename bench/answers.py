"""What planning, keeping and scoring a million answers costs, apart from the model that gives them.

Each side runs in a process of its own: ``python -m bench.answers fill|resume|score|score-records COUNT FOLDER``. The
asks are those of the like battery, over made-up pictures, for eleven roles; the model answers at once, and stops before
the last ask.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agents.answers.planner import answer_plan, plan
from agents.answers.respondent import Role
from agents.answers.store import AnswerStore
from agents.models.base import Answer, Ask
from bench.common import Clock, Row, child, disk_megabytes, load, peak_memory
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.like import LikeBattery
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.stimuli.retrieval import StimulusRow
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas

_ROLES = 11
_FORMS = 8
_COMMAND = "python -m bench.measure --only answers"


def measure_answers(count: int) -> list[Row]:
    """Memory of the planner, cost of an answer, time to the first new ask, time and memory of scoring.

    Args:
        count: Asks; the memory is compared with that of a tenth of them.
    """
    fewer = count // 10
    with tempfile.TemporaryDirectory() as folder:
        few = child("bench.answers", ["fill", fewer, Path(folder) / "few"], timeout=1800)
        many = child("bench.answers", ["fill", count, Path(folder) / "many"], timeout=3600)
        again = child("bench.answers", ["resume", count, Path(folder) / "many"])
        scored = child("bench.answers", ["score", count, Path(folder) / "many"])
        by_records = child("bench.answers", ["score-records", fewer, Path(folder) / "few"])
    growth = round(many["plan_peak_mb"] / few["plan_peak_mb"], 3)
    cost = round(many["answer_ms"], 3)
    first = round(again["first_ask_s"], 2)
    took, held = round(scored["seconds"], 1), round(scored["peak_mb"])
    sides = {f"{fewer:,}": few, f"{count:,}": many}
    ways = {"columns": scored, f"a record a row, {fewer:,} answers": by_records}
    return [
        Row("memory of planning ten times as many asks", growth, "times", "<= 1.15", growth <= 1.15, sides, _COMMAND),
        Row("bookkeeping of an answer", cost, "ms", "<= 0.5", cost <= 0.5, sides, _COMMAND),
        Row(f"first new ask of a run of {count:,} answers", first, "s", "< 5", first < 5, again, _COMMAND),
        Row(f"scoring of {count:,} stored answers", took, "s", "< 20", took < 20, ways, _COMMAND),
        Row(f"memory of scoring {count:,} answers", held, "MB", "< 2048", held < 2048, ways, _COMMAND),
    ]


class _Pictures:
    """Files that are not there: only hashes are stored."""

    def picture_path(self, picture_sha: str) -> Path:
        return Path(picture_sha)


class _Instant:
    """Answers at once, and stops at an ask of a given number."""

    id = "instant@1"
    settings: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, stop_at: int) -> None:
        self._left = stop_at
        self.first_asked = 0.0

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """The same answer to everything."""
        self.first_asked = self.first_asked or time.perf_counter()
        for _ in asks:
            if not self._left:
                raise KeyboardInterrupt
            self._left -= 1
            yield Answer({"yes": -0.105360515657826, "no": -2.407945608651872}, "Yes", "yes", 512)

    generate = score


def _asks(count: int) -> PictureAsks:
    rows = [
        StimulusRow(
            value=VALUES[number % len(VALUES)],
            keyword=f"keyword {number % 100}",
            rank=number % 5 + 1,
            similarity=0.2 + number / 10**7,
            standing=2.0,
            frame_id=f"{number:064x}-0",
            clip_id=f"{number:064x}",
            picture_sha=hashlib.sha256(str(number).encode()).hexdigest(),
        )
        for number in range(-(-count // (_ROLES * _FORMS)))
    ]
    roles = [Role(f"persona_{number}", "profile", False, f"You are person {number}. " * 40) for number in range(_ROLES)]
    return LikeBattery().questions(Setting(roles, rows, _Pictures()))


def fill(count: int, folder: Path) -> Json:
    """Plan and answer all asks but the last."""
    folder.mkdir(parents=True)
    asks = _asks(count)
    model = _Instant(len(asks) - 1)
    with AnswerStore(folder / "answers.sqlite") as store:
        before = peak_memory()
        with Clock() as planning:
            work = plan(asks, model, store)
        planned = peak_memory()
        with Clock() as answering, contextlib.suppress(KeyboardInterrupt):
            answer_plan(work, model, store)
    return {
        "asks": len(asks),
        "plan_peak_mb": round(planned, 1),
        "before_planning_mb": round(before, 1),
        "whole_peak_mb": round(peak_memory(), 1),
        "plan_us": round(planning.cost.wall / len(asks) * 1e6, 1),
        "plan_cpu_us": round(planning.cost.cpu / len(asks) * 1e6, 1),
        "answer_ms": answering.cost.wall / len(asks) * 1e3,
        "answer_cpu_ms": round(answering.cost.cpu / len(asks) * 1e3, 4),
        "answers_per_second": round(len(asks) / answering.cost.wall),
        "store_mb": disk_megabytes(folder),
        "load": load(),
    }


def resume(count: int, folder: Path) -> Json:
    """Take the run up again until the model is asked something new; then check the whole store."""
    from agents.answers.export import verify_answers

    asks, model = _asks(count), _Instant(1)
    started = time.perf_counter()
    with AnswerStore(folder / "answers.sqlite") as store:
        work = plan(asks, model, store)
        answer_plan(work, model, store)
        with Clock() as checking:
            found = verify_answers(store)
    return {
        "first_ask_s": model.first_asked - started,
        "stored": work.stored,
        "asked": work.to_ask,
        "verified": found.checked,
        "problems": len(found.problems),
        "verify_s": round(checking.cost.wall, 1),
        "peak_mb": round(peak_memory(), 1),
        "load": load(),
    }


def score(count: int, folder: Path) -> Json:
    """From the store to scores of all respondents."""
    from valuespectrum.measuring.stored_answers import NOT_SCORED

    return _scored(count, folder, lambda store: store.table(leave_out=NOT_SCORED))


def score_records(count: int, folder: Path) -> Json:
    """The same the way it was first done: a dictionary a row, and a table out of them."""
    import pandas

    from agents.answers.table import records

    return _scored(count, folder, lambda store: pandas.DataFrame(list(records(store.rows()))))


def _scored(count: int, folder: Path, read: Callable[[AnswerStore], pandas.DataFrame]) -> Json:
    from valuespectrum.measuring.stored_answers import collected
    from valuespectrum.runs.scores import score_answers
    from valuespectrum.scoring.cells import ScoringOptions

    with AnswerStore(folder / "answers.sqlite", read_only=True) as store, Clock() as whole:
        with Clock() as reading:
            answers = collected(read(store))
        scores = score_answers(answers, ScoringOptions())
    return {
        "answers": len(answers),
        "planned": count,
        "respondents": len(scores["respondents"]),
        "seconds": whole.cost.wall,
        "cpu_s": round(whole.cost.cpu, 1),
        "reading_s": round(reading.cost.wall, 1),
        "reading_cpu_s": round(reading.cost.cpu, 1),
        "peak_mb": round(peak_memory(), 1),
        "load": load(),
    }


if __name__ == "__main__":
    work, number, place = sys.argv[1:]
    works = {"fill": fill, "resume": resume, "score": score, "score-records": score_records}
    print(json.dumps(works[work](int(number), Path(place))))
