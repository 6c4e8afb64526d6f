"""The like battery in six wordings, other languages, with a way out, and in three frames of mind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from bench_fakes import AxesEmbedder, words, world

from agents.answers.respondent import BARE
from agents.models.base import Ask
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.battery import ItemOptions
from valuespectrum.instruments.like import LikeBattery
from valuespectrum.instruments.registry import load_instrument, settings_of
from valuespectrum.reference.cohort import COHORT
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.stimuli.retrieval import RetrievalOptions, retrieve
from vectorstore.foundation.errors import InputError

ROWS = retrieve(world(clips=2), AxesEmbedder(), words(1), RetrievalOptions(top_k=1))[:3]


def _asks(options: ItemOptions) -> list[Ask]:
    battery = LikeBattery(options)
    asks = list(battery.questions(Setting((BARE,), ROWS, world())))
    assert len(asks) == battery.cost(len(ROWS))
    return asks


@pytest.mark.parametrize(
    "options",
    [
        ItemOptions(wordings=6),
        ItemOptions(language="de,zh"),
        ItemOptions(form="unforced", language="es"),
        ItemOptions(frame_of_mind="all"),
        ItemOptions(frame_of_mind="honest", language="fr"),
    ],
)
def test_every_picture_is_asked_about_in_balanced_cells(options: ItemOptions) -> None:
    asks = _asks(options)
    names = ("clip", "wording", "polarity", "first", "instruction")
    cells = Counter(tuple(ask.tags.get(name, "") for name in names) for ask in asks)
    assert set(cells.values()) == {1}
    assert len({ask.question for ask in asks}) * len(ROWS) == len(asks), "every cell has words of its own"
    assert {len(ask.choices) for ask in asks} == {3 if options.form == "unforced" else 2}


def test_the_usual_options_ask_what_was_always_asked() -> None:
    """Tags and words enter keys and digests: a run of an older release goes on."""
    assert settings_of(load_instrument("like")) == {"name": "like", "wordings": 2, "prefill": ""}
    assert settings_of(load_instrument("like", {"language": "de"}))["language"] == "de"
    asks = _asks(ItemOptions())
    assert not any("instruction" in ask.tags for ask in asks)
    assert asks[0].question == "Do you like the content of this picture? Answer with one word, yes or no."
    assert [choice.surfaces for choice in asks[0].choices] == [("yes", "Yes", "YES"), ("no", "No", "NO")]


def test_an_instruction_stands_before_the_words_and_in_a_tag() -> None:
    asks = _asks(ItemOptions(wordings=1, frame_of_mind="all"))
    by_frame = {ask.tags.get("instruction", ""): ask.question for ask in asks}
    assert by_frame["honest"].startswith("Answer honestly. ")
    assert by_frame["fake_good"].startswith("Answer so that you make the best impression on others. ")
    assert set(by_frame) == {"", "honest", "fake_good"}
    alone = _asks(ItemOptions(wordings=1, frame_of_mind="honest"))
    assert all(ask.question.startswith("Answer honestly. ") and "instruction" not in ask.tags for ask in alone)


def test_the_twin_answers_all_six_wordings_and_the_first_of_other_languages() -> None:
    twin = TwinModel(COHORT[0])
    for options in (ItemOptions(wordings=6, frame_of_mind="all"), ItemOptions(wordings=1, language="de,fr,es,it")):
        asks = _asks(options)
        assert {answer.parsed for answer in twin.score(asks)} <= {"yes", "no"}


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    for name, given, complaint in (
        ("like", {"language": "tlh"}, "no questions are written in the language 'tlh'"),
        ("like", {"items": str(tmp_path / "none.yaml")}, "cannot read items file"),
        ("like", {"wordings": 7}, r"wordings must lie in 1\.\.6"),
        ("like", {"form": "loose"}, "option form"),
        ("like", {"frame_of_mind": "drunk"}, "option frame_of_mind"),
        ("paper", {"language": "de"}, "no option 'language'"),
    ):
        with pytest.raises(InputError, match=complaint):
            load_instrument(name, given).cost(1)
