"""Published facts of the slider measure, made again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from valuespectrum.cli import main
from valuespectrum.instruments.svo import angle as angles
from valuespectrum.instruments.svo import payoffs
from valuespectrum.reproduction import social_value_orientation as target
from valuespectrum.reproduction.rows import reproduced


def test_every_published_number_is_made_again() -> None:
    rows = target.social_value_orientation()
    assert [row.name for row in rows if row.passes is not True] == []
    ours = {row.name: row.ours for row in rows}
    assert ours["random answers, prosocial, per cent"] == pytest.approx(50.68, abs=0.005)
    assert ours["ideal angle, individualistic, lowest"] == pytest.approx(-7.82, abs=0.005)


def test_random_shares_by_enumeration_lie_where_draws_do() -> None:
    rng = np.random.default_rng(1)
    table = payoffs.payoffs()[:6]
    picked = rng.integers(9, size=(40_000, 6))
    means = table[np.arange(6), picked].mean(axis=1)
    ratio = np.degrees(np.arctan((means[:, 1] - 50) / (means[:, 0] - 50)))
    assert ratio.mean() == pytest.approx(angles.random_angles().mean(), abs=0.15)
    drawn = np.mean((ratio > 22.45) & (ratio <= 57.15))
    assert drawn == pytest.approx(angles.random_shares()["prosocial"], abs=0.01)


@pytest.mark.parametrize("what", ["payoff", "border", "ideal"])
def test_a_fact_that_moved_is_noticed(what: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    facts = json.loads(target.PUBLISHED.read_text(encoding="utf-8"))
    if what == "payoff":
        facts["payoffs"]["2"]["other"][4] = 32
    elif what == "border":
        facts["boundaries"]["prosocial and individualistic"] = "22.40"
    else:
        facts["ideals"]["altruistic"] = ["61.40", "61.40"]
    moved = tmp_path / "facts.json"
    moved.write_text(json.dumps(facts), encoding="utf-8")
    monkeypatch.setattr(target, "PUBLISHED", moved)
    assert not reproduced("svo", target.social_value_orientation())["passed"]


def test_the_verb_prints_published_ours_and_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "svo", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    row = next(row for row in found["rows"] if row["name"] == "ideal angle, altruistic")
    assert found["passed"] and row["published"] == 61.39
    assert row["difference"] == pytest.approx(row["ours"] - 61.39)
    assert main(["reproduce", "svo", "facts.csv"]) == 2
