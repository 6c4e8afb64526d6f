from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agents.personas.choosing import select
from agents.personas.persona import load_personas
from valuespectrum.cli.console.terminal import Terminal
from valuespectrum.operations.quickstart import QuickstartOptions, quickstart
from valuespectrum.theory.values import VALUES

MODEL = "simulated:universalism=2,benevolence=1.5,tradition=1,self_direction=0.5,hedonism=-0.5,achievement=-1,power=-2"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[QuickstartOptions, dict[str, Any]]:
    options = QuickstartOptions(
        tmp_path_factory.mktemp("quickstart") / "out",
        clips=24,
        model=MODEL,
        personas=("bon_vivant", "tycoon"),
        session_steps=6,
    )
    with Terminal(as_json=False) as terminal:
        return options, quickstart(options, terminal).to_dict()


def test_the_summary_says_what_was_done(made: tuple[QuickstartOptions, dict[str, Any]]) -> None:
    options, summary = made
    assert json.loads((options.out / "summary.json").read_text(encoding="utf-8")) == summary
    assert summary["clips"] == 24 and summary["frames"] == 8 * 24 and summary["answers"] > 0
    assert list(summary["planted_profile"]) == list(VALUES)
    assert set(summary["recovered_profile"]) <= set(VALUES)
    roles = {*options.personas, *(f"{name} (profile)" for name in options.personas)}
    assert set(summary["persona_alignment"]) == roles
    for value, liking in summary["recovered_profile"].items():
        assert liking == pytest.approx(summary["planted_profile"][value], abs=1e-6)


def test_the_report_shows_all_of_it(made: tuple[QuickstartOptions, dict[str, Any]]) -> None:
    options, summary = made
    page = (options.out / str(summary["report"])).read_text(encoding="utf-8")
    for heading in (
        "likes pictures of",
        "What personas did",
        "A walk through a feed",
        "Examples",
        "comes from",
    ):
        assert heading in page
    assert page.count("data:image/jpeg") >= 6 + 4


def test_run_again_it_asks_nothing(made: tuple[QuickstartOptions, dict[str, Any]]) -> None:
    options, summary = made
    stores = [options.out / "runs" / name / "answers.sqlite" for name in ("profile", "personas")]
    before = [_stamps(store) for store in stores]
    log = (options.out / "session.jsonl").read_bytes()
    with Terminal(as_json=False) as terminal:
        again = quickstart(options, terminal).to_dict()
    assert {**again, "seconds": 0} == {**summary, "seconds": 0}
    assert [_stamps(store) for store in stores] == before
    assert (options.out / "session.jsonl").read_bytes() == log


def _stamps(store: Path) -> list[tuple[str, str]]:
    import contextlib
    import sqlite3

    with contextlib.closing(sqlite3.connect(store)) as database:
        return database.execute("SELECT hex(key), created FROM answer JOIN ask ON id = ask ORDER BY key").fetchall()


def test_the_personas_of_the_quickstart_exist() -> None:
    options = QuickstartOptions(Path("out"))
    chosen = select(load_personas(), options.personas)
    assert len(chosen) == len(options.personas) == 8 and options.session_persona in options.personas


def test_what_was_planted_in_a_model_that_nobody_made_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = dict.fromkeys(("planted_profile", "spearman", "max_abs_error", "interval_coverage"))
    found = {"clips": 24, "answers": 960, "seconds": 3.0, "persona_alignment": {}, "report": "report.html"}
    summary = found | nothing | {"recovered_profile": {"power": 61.2}}
    monkeypatch.setattr("valuespectrum.operations.quickstart._run", lambda options, teller: summary)
    said = quickstart(QuickstartOptions(Path("out"), model="hf:some/model"))
    rows = {row["value"]: row for row in said.rows()}
    assert list(rows) == list(VALUES)
    assert rows["power"] == {"value": "power", "planted": None, "recovered": 61.2}
    assert "960 answers about 24 clips in 3 s\n" in str(said) and "rank correlation" not in str(said)
