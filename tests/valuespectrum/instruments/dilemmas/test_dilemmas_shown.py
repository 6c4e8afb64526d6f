"""Dilemmas beside pictures: words and pictures are crossed, and told apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planted_instruments import NoPictures, answered, measured

from agents.answers.respondent import BARE
from agents.models.base import ModelOptions
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.dilemmas.shown.asking import ShownDilemmaOptions
from valuespectrum.instruments.dilemmas.shown.instrument import DilemmasShown
from valuespectrum.instruments.dilemmas.shown.levels import levels_of, read_levels
from valuespectrum.reference.drawing import matched_pair
from valuespectrum.reference.kinds import KINDS
from valuespectrum.reference.planted import BY_NAME, SHOWN_PULL
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.stimuli.retrieval import StimulusRow
from valuespectrum.theory.value_sets import NINETEEN
from vectorstore.foundation.errors import InputError

PAIRS = [kind for kind in KINDS if kind.group == "pure" and len(kind.versions) == 2][:8]
"""Scene kinds whose matched pair lives one refined value and denies it, in the same place, by the same cast."""


def world(tmp_path: Path, pairs: int = 8) -> tuple[Setting, ShownDilemmaOptions]:
    """Matched pairs of the scene library as clips, and the table that says which is graver."""
    rows, shown, table = [], {}, ["clip,sequence,level,value"]
    for place, kind in enumerate(PAIRS[:pairs]):
        (value,) = kind.versions[0].weights
        for level, take in enumerate(matched_pair(kind.name, place, "value"), 1):
            clip = f"{kind.name}-{take.version}"
            rows.append(StimulusRow("power", "power 0", 1, 0.5, 1.0, f"{clip}/0", clip, clip))
            shown[f"{clip}/0"] = {"look": f"{take.kind}:{take.version}"}
            table.append(f"{clip},{kind.name},{level},{value}")
    (tmp_path / "levels.csv").write_text("\n".join(table), encoding="utf-8")
    setting = Setting((BARE,), rows, NoPictures(), 0, shown)
    return setting, ShownDilemmaOptions(levels=str(tmp_path / "levels.csv"))


def answers_of(name: str, tmp_path: Path, samples: int = 0, **changes: Any) -> pd.DataFrame:
    setting, options = world(tmp_path)
    member = replace(BY_NAME[name], **changes)
    model = TwinModel(member, ModelOptions(samples=samples), name)
    return answered(DilemmasShown(options).questions(setting), model)


@pytest.mark.parametrize(("name", "text"), [("quartz", -0.45), ("birch", 0.0)])
def test_words_and_pictures_are_told_apart(name: str, text: float, tmp_path: Path) -> None:
    found = measured(DilemmasShown(), answers_of(name, tmp_path))
    assert found.scores["text_drift"].estimate.mean == pytest.approx(text, abs=0.01)
    # From lived (weight 1) to denied (-0.8), a share of answers to hard scenes being about something else.
    wanted = -1.8 * SHOWN_PULL
    assert wanted - 1e-6 <= (found.scores["picture_drift"].estimate.mean or 0.0) <= 0.7 * wanted
    assert found.scores["both"].estimate.mean == pytest.approx(0.0, abs=0.02)
    assert found.n_units == 8 and "sequences of clips (8)" in found.covers


def test_drawn_answers_have_intervals_over_sequence(tmp_path: Path) -> None:
    found = measured(DilemmasShown(), answers_of("quartz", tmp_path, samples=1, pressure=1.2))
    text = found.scores["text_drift"].estimate
    assert text.high is not None and text.high < 0 and "slopes are in share of answers" in found.notes


def test_a_drift_that_is_the_same_everywhere_is_told_and_one_of_two_sequences_is_not(tmp_path: Path) -> None:
    table = answers_of("quartz", tmp_path)
    toward = -0.3 * table["step"] * np.where((table["priced"] == 1) == (table["order"] == 0), 1.0, -1.0)
    table["log_probability_A"], table["log_probability_B"] = -np.logaddexp(0, -toward), -np.logaddexp(0, toward)
    found = measured(DilemmasShown(), table)
    assert found.scores["text_drift"].estimate.why == "the same in every sequence"
    assert found.verdicts == (
        "as words get graver choices change by -0.30 (log-odds, in every sequence alike)",
        "as pictures get graver no change of choices is shown",
    )
    two = measured(DilemmasShown(), table[table["sequence"].isin([kind.name for kind in PAIRS[:2]])])
    assert two.verdicts[0] == "as words get graver nothing is known: too few sequences"


def test_one_clip_that_stays_tells_of_words_only(tmp_path: Path) -> None:
    setting, _ = world(tmp_path)
    model = TwinModel(BY_NAME["quartz"], ModelOptions(), "quartz")
    table = answered(DilemmasShown().questions(setting), model)
    found = measured(DilemmasShown(), table)
    assert found.scores["text_drift"].estimate.mean == pytest.approx(-0.45, abs=0.01)
    assert found.scores["picture_drift"].estimate.mean is None
    assert any("every sequence has one level" in said for said in found.verdicts)
    assert len(table) == 16 * DilemmasShown().cost(1)


def test_levels_that_nobody_answered_about_are_not_said_to_be_lacking(tmp_path: Path) -> None:
    table = answers_of("quartz", tmp_path)
    graver = table["level"] == 2
    table.loc[graver, [name for name in table if str(name).startswith("log_probability")]] = np.nan
    table.loc[graver, "parsed"] = "refusal"
    found = measured(DilemmasShown(), table)
    assert found.scores["text_drift"].estimate.mean == pytest.approx(-0.45, abs=0.01)
    assert found.scores["picture_drift"].estimate.why == "no sequence was answered about at two levels"


def test_all_clips_of_a_sequence_are_asked_the_same(tmp_path: Path) -> None:
    setting, options = world(tmp_path, 2)
    asks = list(DilemmasShown(options).questions(setting))
    by_clip: dict[str, list[str]] = {}
    for ask in asks:
        by_clip.setdefault(str(ask.tags["clip"]), []).append(ask.question)
    lived, denied, *_ = by_clip.values()
    assert lived == denied and len(lived) == 20
    assert DilemmasShown(options).questions(setting).digest != DilemmasShown().questions(setting).digest


def test_a_cell_that_was_answered_in_one_order_says_nothing(tmp_path: Path) -> None:
    table = answers_of("quartz", tmp_path)
    hit = table["order"] == 1
    names = [name for name in table if str(name).startswith("log_probability")]
    table.loc[hit, names] = np.nan
    table.loc[hit, "parsed"] = "refusal"
    found = measured(DilemmasShown(), table)
    assert found.scores["text_drift"].estimate.mean is None and found.rates["refusal"].mean == 0.5


def test_a_clip_that_was_not_found_is_named(tmp_path: Path) -> None:
    setting, options = world(tmp_path, 3)
    assert len(levels_of(setting.rows, options.table)) == 6
    with pytest.raises(InputError, match=f"1 of 6 clips were not found for any value, the first '{PAIRS[0].name}"):
        levels_of(setting.rows[1:], options.table)


WRONG = {
    "no column": "clip,sequence,level\na,b,1",
    "no value": "clip,sequence,level,value\na,b,1,kindness\nc,b,2,kindness",
    "no level": "clip,sequence,level,value\na,b,x,power\nc,b,2,power",
    "level 0": "clip,sequence,level,value\na,b,0,power\nc,b,2,power",
    "one level": "clip,sequence,level,value\na,b,1,power",
    "a level twice": "clip,sequence,level,value\na,b,1,power\nc,b,1,power",
    "a clip twice": "clip,sequence,level,value\na,b,1,power\na,b,2,power",
    "two values": "clip,sequence,level,value\na,b,1,power\nc,b,2,security",
    "empty": "clip,sequence,level,value\n,b,1,power",
    "nothing": "",
    "half a quote": 'clip,sequence,level,value\n"a,b,1,power',
}


@pytest.mark.parametrize("name", WRONG)
def test_tables_that_are_wrong_are_named_in_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "levels.csv").write_text(WRONG[name], encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_levels(tmp_path / "levels.csv")
    assert "\n" not in caught.value.message
    with pytest.raises(InputError):
        read_levels(tmp_path)


def test_a_value_may_be_written_as_people_write_it(tmp_path: Path) -> None:
    rows = "clip,sequence,level,value\na,b,1,Self-direction\nc,b,2,self_direction\nd,e,1,POWER\nf,e,2,power\n"
    (tmp_path / "levels.csv").write_text(rows, encoding="utf-8")
    found = [each.value for each in read_levels(tmp_path / "levels.csv")]
    assert found == ["self_direction", "self_direction", "power", "power"]


def test_pairs_of_the_scene_library_live_and_deny_one_value() -> None:
    for kind in PAIRS:
        lived, denied = (version.weights for version in kind.versions)
        assert list(lived) == list(denied) and set(lived) <= set(NINETEEN.dimensions)
        assert sum(denied.values()) < 0 < sum(lived.values())
