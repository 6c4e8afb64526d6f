"""A file in the place of a folder is told in one line, whatever is to be written there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agents.judges.people import write_queue
from valuespectrum.instruments.adaem.question_file import write_questions
from valuespectrum.instruments.adaptive.banks import own_bank, write_bank
from valuespectrum.instruments.decisions.scenes.files import write_scenes
from valuespectrum.steering.pairs.grammar import own_pairs
from valuespectrum.steering.pairs.reading import write_pairs
from valuespectrum.stimuli.chosen import write_stimuli
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.errors import StorageError

WRITERS: dict[str, Callable[[Path], None]] = {
    "questions": lambda path: write_questions(path, (), (), TEN, {"form": "published"}),
    "scenes": lambda path: write_scenes(path, ()),
    "pairs": lambda path: write_pairs(own_pairs("security"), path),
    "clips": lambda path: write_stimuli(path, (), {}, {}),
    "bank": lambda path: write_bank(own_bank("portraits"), path),
    "cases": lambda path: write_queue(path, ()),
}


@pytest.mark.parametrize("what", WRITERS)
def test_a_file_in_the_place_of_a_folder_is_one_line(what: str, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(StorageError) as told:
        WRITERS[what](tmp_path / "notes" / "out.json")
    assert "out.json" in told.value.message and "\n" not in told.value.message
    assert (tmp_path / "notes").read_text() == "mine"
