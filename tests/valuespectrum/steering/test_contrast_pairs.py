"""Pairs differ in the choice alone, come from files safely, and are written by a model through a procedure."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.models.base import Answer, Ask
from agents.procedures.procedure import alone
from valuespectrum.steering.pairs.base import ContrastPair, PairSet
from valuespectrum.steering.pairs.grammar import SOURCES, UNMATCHED, own_pairs
from valuespectrum.steering.pairs.reading import COLUMNS, read_pairs, write_pairs
from valuespectrum.steering.pairs.writing import WRITER, WritingOptions, write_contrast
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.errors import InputError


def shared(pair: ContrastPair) -> float:
    """Share of the words of the shorter text that the other has."""
    one, other = (set(text.lower().split()) for text in (pair.positive, pair.negative))
    return len(one & other) / min(len(one), len(other))


@pytest.mark.parametrize("value", VALUES)
def test_pairs_share_everything_but_the_choice(value: str) -> None:
    pairs = own_pairs(value).pairs
    assert len(pairs) >= 100
    assert len({text for pair in pairs for text in (pair.positive, pair.negative)}) == 2 * len(pairs)
    assert {pair.form for pair in pairs} == {"statement", "story", "question"}
    for pair in pairs:
        assert "{" not in pair.positive + pair.negative
        assert shared(pair) >= 0.4
        assert LABELS[value].lower() not in (pair.positive + pair.negative).lower()
        assert abs(len(pair.positive.split()) - len(pair.negative.split())) <= 5
    lengths = [len(pair.positive) - len(pair.negative) for pair in pairs]
    assert abs(sum(lengths)) / len(lengths) < 6, "the longer text must not give a side away"
    loose = own_pairs(value, UNMATCHED)
    assert not loose.controlled and len(loose.pairs) >= 100
    assert sum(map(shared, loose.pairs)) / len(loose.pairs) < 0.2
    assert all(LABELS[value].lower() in pair.positive.lower() for pair in loose.pairs)


def test_a_hundred_pairs_take_every_situation_in_turn() -> None:
    chosen = own_pairs("power").first(100)
    counts = [sum(pair.situation == name for pair in chosen.pairs) for name in {p.situation for p in chosen.pairs}]
    assert len(counts) == 14 and max(counts) - min(counts) <= 1
    assert chosen.digest == own_pairs("power").first(100).digest != own_pairs("power").first(100, seed=1).digest


def test_what_shares_a_line_is_held_out_together() -> None:
    """A text that stands in two pairs would be known from the one that is not held out."""
    told = [ContrastPair(f"I lead in case {turn}.", f"I obey in case {turn // 3}.") for turn in range(30)]
    groups = PairSet("power", tuple(told), "file").groups
    assert len(set(groups)) == 10 and all(len(set(groups[turn : turn + 3])) == 1 for turn in range(0, 30, 3))
    apart = own_pairs("power")
    situations = [pair.situation for pair in apart.pairs]
    assert not apart.mixed and len(set(zip(apart.groups, situations, strict=True))) == len(set(situations)) == 14
    assert len(set(apart.groups)) == 14


def test_pairs_that_all_say_the_same_are_said_to_be_mixed() -> None:
    told = own_pairs("power", "traits")
    assert told.mixed and set(told.groups) == {pair.situation for pair in told.pairs}
    assert not PairSet("power", own_pairs("power").pairs[:3], "file").mixed, "one situation is no mixture"


def test_what_there_is_not_is_named() -> None:
    with pytest.raises(InputError, match="no value 'order'"):
        own_pairs("order")
    with pytest.raises(InputError, match="no pairs 'mine'"):
        own_pairs("power", "mine")
    few = PairSet("power", own_pairs("power").pairs[:12], "file")
    with pytest.raises(InputError, match="power: 12 pairs, and at least 20 are needed"):
        few.require()
    with pytest.raises(InputError, match="pair 1 of power says the same twice"):
        PairSet("power", (ContrastPair("a", "a "),), "file")
    assert all(own_pairs("power", source).require() for source in SOURCES)


def test_files_are_read_as_published_and_written_back(tmp_path: Path) -> None:
    path, pairs = tmp_path / "security.csv", own_pairs("security")
    write_pairs(pairs, path)
    assert [(pair.positive, pair.situation) for pair in read_pairs(path, "security").pairs] == [
        (pair.positive, pair.situation) for pair in pairs.pairs
    ]
    formulas = PairSet("security", (ContrastPair("- I lock it.", "@home it is open", "=form", "'tis so"),), "file")
    write_pairs(formulas, path)
    assert "'- I lock it." in path.read_text() and read_pairs(path, "security").pairs == formulas.pairs
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, ("I lock the door.", "I leave\nthe door open.")])
    assert read_pairs(path, "security").pairs == (ContrastPair("I lock the door.", "I leave\nthe door open."),)


@pytest.mark.parametrize(
    "content, told",
    [
        (b"text\nI lock the door.\n", "no pairs with the columns"),
        (b"question_1,question_2\n", "no pairs with the columns"),
        (b"question_1,question_2\nI lock the door.,\n", "row 2: a pair lacks a text"),
        (b"question_1,question_2\nI lock.,I lock.\n", "says the same twice"),
        (b'question_1,question_2\n"I lock.,I open.\n', "cannot be read"),
        (b"question_1,question_2\n\xff\xfe,b\n", "cannot be read"),
        (b"question_1,question_2\n" + b"a" * 5000 + b",b\n", "longer than 4,000"),
    ],
)
def test_bad_files_get_one_line(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as refused:
        read_pairs(path, "security")
    assert "\n" not in refused.value.message
    with pytest.raises(InputError, match="cannot be read"):
        read_pairs(tmp_path / "none.csv", "security")


class Author:
    """Writes texts when asked for texts, and the opposite of a text when asked for that, mostly."""

    id, settings = "author@1", dict[str, str]()

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            if "numbered" in ask.question:
                lines = [f"{n}. At the gate {n} of the park {ask.draw} I lock my bag." for n in range(1, 11)]
                thought = "<think>1. At gate 0 I lock my bag.\n2. No, vary it.</think>"
                yield Answer(text=f"{thought}Here they are:\n" + "\n".join(lines))
            elif "gate 3 " in ask.question:
                yield Answer(text="Bananas are yellow.")
            elif "gate 4 " in ask.question:
                yield Answer(error="it broke")
            else:
                text = ask.question.rpartition('Text: "')[2].rstrip('"')
                yield Answer(text=f"<think>The opposite of {text}</think>" + text.replace("lock", "leave"))

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        raise AssertionError("nothing is to be chosen")


def test_a_model_writes_pairs_and_what_does_not_match_is_left_out_and_counted() -> None:
    made: Any = alone(write_contrast("Security", "safety and stability", WritingOptions(40)), {WRITER: Author()})
    assert len(made.pairs.pairs) == 16  # of twenty texts, two parks with ten gates, two each have no opposite
    assert all(pair.negative == pair.positive.replace("lock", "leave") for pair in made.pairs.pairs)
    assert made.dropped == {"no line of its own": 6, "written before": 40, "another situation": 2, "failed": 2}
    with pytest.raises(InputError, match="0 pairs"):
        alone(write_contrast("Security", "safety", WritingOptions(0)), {})


class Settled:
    """Says the same whenever it is asked the same, as a model does that draws nothing."""

    id, settings = "settled@1", dict[str, str]()

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            if "numbered" in ask.question:
                case = hashlib.sha256(ask.question.encode()).hexdigest()[:8]
                yield Answer(text="\n".join(f"{n}. In case {n} of {case} I lock my bag." for n in range(1, 11)))
            else:
                yield Answer(text=ask.question.rpartition('Text: "')[2].rstrip('"').replace("lock", "leave"))

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        raise AssertionError("nothing is to be chosen")


def test_a_model_that_draws_nothing_writes_as_many_pairs_as_are_wanted() -> None:
    made: Any = alone(write_contrast("Security", "safety and stability", WritingOptions(100)), {WRITER: Settled()})
    assert len(made.pairs.pairs) == 100 and not made.dropped
    assert len({pair.positive for pair in made.pairs.pairs}) == 100
