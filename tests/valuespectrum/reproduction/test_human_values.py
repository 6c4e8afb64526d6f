"""Answers of people: read, refused, and scored as others score them."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from valuespectrum.cli import main
from valuespectrum.comparing.rated import RatedSources, rated_table
from valuespectrum.instruments.portraits.keys import scoring_key
from valuespectrum.reproduction.human_values import FACTS, portraits, read_answers, read_people, sample_rows, samples
from valuespectrum.reproduction.r_data import read_slots, read_table
from valuespectrum.reproduction.targets import reproduce_target
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.errors import InputError

DATA = Path(__file__).parents[4] / "shared" / "data" / "human"
"""Where somebody who has the data of others puts them, beside the repository; they are never part of it."""
FILES = {"gss-2012": "polychoric_gss12_values.rda", "us-pvq40": "smacof_PVQ40.rda"}


def _int(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}i", *numbers)


def _text(word: str) -> bytes:
    return _int(0x40009, len(word)) + word.encode()


def _symbol(word: str) -> bytes:
    return _int(1) + _text(word)


def rda(table: dict[str, list[float]], levels: dict[str, list[str]] | None = None) -> bytes:
    """A data frame of whole numbers and one of reals, as R writes them (version 3); columns with levels are factors."""
    columns = b""
    for number, (name, values) in enumerate(table.items()):
        if levels and name in levels:
            columns += _int(0x30D, len(values)) + _int(*(-(2**31) if np.isnan(v) else int(v) for v in values))
            listed = _int(16, len(levels[name])) + b"".join(map(_text, levels[name]))
            columns += _int(0x402) + _symbol("levels") + listed + _int(254)
        elif number % 2:
            columns += _int(14, len(values)) + struct.pack(f">{len(values)}d", *values)
        else:
            columns += _int(13, len(values)) + _int(*(-(2**31) if np.isnan(v) else int(v) for v in values))
    names = _int(16, len(table)) + b"".join(map(_text, table))
    rows = _int(13, 2, -(2**31), -len(next(iter(table.values()))))
    attributes = _int(0x402) + _symbol("names") + names + _int(0x402) + _symbol("row.names") + rows + _int(254)
    frame = _int(0x213, len(table)) + columns + attributes
    return b"RDX3\nX\n" + _int(3, 0x40300, 0x30500, 5) + b"UTF-8" + _int(0x402) + _symbol("data") + frame + _int(254)


TABLE = {"a": [1.0, float("nan"), 3.0], "b": [0.5, -2.0, 7.25]}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_table_of_r_is_read(pack: type[bytes], tmp_path: Path) -> None:
    path = tmp_path / "table.rda"
    path.write_bytes(pack(rda(TABLE)))
    found = read_table(path)
    assert list(found) == ["a", "b"]
    assert np.array_equal(np.stack(list(found.values())), np.array(list(TABLE.values())), equal_nan=True)


SCALE = ["not like me at all", "not like me", "a little like me", "somewhat like me", "like me", "very much like me"]


def test_a_factor_is_the_numbers_that_its_levels_name(tmp_path: Path) -> None:
    """Nobody chose 1, so that R keeps 2 as the first of the levels; the place of a level is another number."""
    path = tmp_path / "table.rda"
    path.write_bytes(
        rda({"a": [1.0, float("nan"), 3.0], "b": [2.0, 1.0, 2.0]}, {"a": ["2", "3", "5"], "b": ["4", "6"]})
    )
    found = read_table(path)
    assert np.array_equal(found["a"], [2, np.nan, 5], equal_nan=True) and np.array_equal(found["b"], [6, 4, 6])
    path.write_bytes(rda({"a": [1.0, 2.0]}, {"a": ["1 - very much like me", "6 - not like me at all"]}))
    assert np.array_equal(read_table(path)["a"], [1, 6])
    path.write_bytes(rda({"a": [1.0, 6.0], "b": [3.0, 2.0]}, {"a": SCALE, "b": SCALE}))
    assert np.array_equal(read_table(path)["b"], [3, 2])


def test_levels_in_words_that_are_no_steps_of_one_scale_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.rda"
    path.write_bytes(rda({"a": [1.0, 6.0], "b": [3.0, 2.0]}, {"a": SCALE, "b": SCALE[1:]}))
    with pytest.raises(InputError, match="column 'b' has other levels than 'a'"):
        read_table(path)
    path.write_bytes(rda({"a": [1.0, 6.0]}, {"a": sorted(SCALE)}))
    with pytest.raises(InputError, match=r"levels of column 'a' are in the order of the alphabet \('a little like me'"):
        read_table(path)
    path.write_bytes(rda({"a": [1.0, 7.0]}, {"a": SCALE}))
    with pytest.raises(InputError, match="no data file of R with a table of numbers"):
        read_table(path)


def test_what_r_keeps_in_short_is_read(tmp_path: Path) -> None:
    """A factor that R knows to be sorted, and names that were numbers: a pair of what is kept and what is known."""
    whole, path = rda({"a": [1.0, 2.0, 2.0], "b": [0.5, -2.0, 7.25]}), tmp_path / "table.rda"
    levels = _int(0x402) + _symbol("levels") + _int(16, 2) + _text("3") + _text("6") + _int(254)
    wrapped = _int(238, 2) + _symbol("wrap_integer") + _int(254, 2, 13, 3, 1, 2, 2) + _int(13, 2, 1, 1) + levels
    names = _int(238, 2) + _symbol("deferred_string") + _int(254, 2, 13, 2, 7, 8) + _int(13, 1, 0) + _int(254)
    for kept, short in (
        (_int(13, 3, 1, 2, 2), wrapped),
        (_int(16, 2) + _text("a") + _text("b"), names),
    ):
        assert whole.count(kept) == 1
        whole = whole.replace(kept, short)
    path.write_bytes(whole)
    found = read_table(path)
    assert (
        list(found) == ["7", "8"] and np.array_equal(found["7"], [3, 6, 6]) and np.array_equal(found["8"], TABLE["b"])
    )
    for cut in range(7, len(whole) - 4, 3):
        path.write_bytes(whole[:cut])
        with pytest.raises(InputError):
            read_table(path)


@pytest.mark.timeout(60)
def test_a_file_of_r_of_no_end_of_parts_is_refused(tmp_path: Path) -> None:
    """Four bytes say that there is nothing, and eight that a list is empty: some kilobytes would fill the memory."""
    path = tmp_path / "object.rda"
    path.write_bytes(gzip.compress(_object(_int(19, 2**22) + _int(16, 0) * 2**22)))
    assert path.stat().st_size < 2**18
    with pytest.raises(InputError, match="S4 object"):
        read_slots(path)


def test_what_is_no_table_of_r_is_refused_in_a_line(tmp_path: Path) -> None:
    whole = rda(TABLE)
    path = tmp_path / "table.rda"
    for raw in (b"", b"hello", b"\x1f\x8bnot really", *(whole[:cut] for cut in range(7, len(whole) - 4, 3))):
        path.write_bytes(raw)
        with pytest.raises(InputError):
            read_table(path)
    rng = np.random.default_rng(1)
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[int(rng.integers(len(whole)))] = int(rng.integers(256))
        path.write_bytes(bytes(damaged))
        try:
            read_table(path)
        except InputError as error:
            assert error.message and error.hint


def test_columns_without_a_name_of_their_own_are_no_table(tmp_path: Path) -> None:
    whole, path = rda(TABLE), tmp_path / "table.rda"
    names = _int(16, 2) + _text("a") + _text("b")
    for other in (_int(16, 1) + _text("a"), _int(16, 2) + _text("a") + _text("a"), _int(16, 0), _int(19, 1) + names):
        assert whole.count(names) == 1
        path.write_bytes(whole.replace(names, other))
        with pytest.raises(InputError, match="no data file of R with a table of numbers"):
            read_table(path)


def _object(slot: bytes) -> bytes:
    """An S4 object with one slot."""
    named = _int(0x402) + _symbol("slot") + slot + _int(254)
    return b"RDX2\nX\n" + _int(2, 0x30500, 0x20300, 0x402) + _symbol("bank") + _int(0x219) + named + _int(254)


@pytest.mark.timeout(60)
def test_a_small_file_of_r_does_not_grow(tmp_path: Path) -> None:
    """Names that hold lists of earlier names, ten times each; and numbers that are kept in short, over and over."""
    path = tmp_path / "object.rda"
    doubled = b"".join(_int(1) + _int(19, 10) + _int(255 | number << 8) * 10 for number in range(3, 33))
    short = _int(238, 2) + _symbol("compact_intseq") + _int(254, 14, 3) + struct.pack(">3d", 5e6, 1, 1) + _int(254)
    path.write_bytes(_object(_int(19, 1) + short.replace(struct.pack(">d", 5e6), struct.pack(">d", 4))))
    assert np.array_equal(np.array(read_slots(path)["slot"]), [[1, 2, 3, 4]])
    for slot in (_int(19, 31) + _symbol("x") + doubled, _int(19, 2) + 2 * short):
        path.write_bytes(_object(slot))
        with pytest.raises(InputError, match="S4 object"):
            read_slots(path)


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_a_table_of_r_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "table.rda")
    with pytest.raises(InputError, match="not a regular file"):
        read_table(tmp_path / "table.rda")


def people(n: int = 300) -> NDArray[np.float64]:
    """PVQ-21 answers of people whose values are on a circle and whose means are those of people."""
    rng = np.random.default_rng(2)
    means = json.loads(FACTS.read_text(encoding="utf-8"))["gss-2012"]["numbers"]
    ratings = np.empty((n, 21))
    turn = {value: number * np.pi / 5 for number, value in enumerate(_circle())}
    own = rng.normal(size=(n, 2))
    for value, items in scoring_key("pvq_21").numbers.items():
        middle = 4 + float(means[f"centred mean of {value}"]) + own @ [np.cos(turn[value]), np.sin(turn[value])] * 0.7
        for item in items:
            ratings[:, item - 1] = np.clip(np.round(middle + 0.8 * rng.normal(size=n)), 1, 6)
    return ratings


def _circle() -> tuple[str, ...]:
    from valuespectrum.theory.values import VALUES

    return VALUES


def _written(path: Path, ratings: NDArray[np.float64]) -> Path:
    np.savetxt(path, ratings, delimiter=",", header=",".join(f"i{n}" for n in range(ratings.shape[1])), comments="")
    return path


def test_other_people_are_scored_and_do_not_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _written(tmp_path / "people.csv", people())
    assert main(["reproduce", "gss-2012", str(path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    rows = {row["name"]: row for row in found["rows"]}
    assert not found["passed"] and rows["respondents"]["ours"] == 300 and rows["respondents"]["pass"] is False
    assert rows["circle, rank correlation"]["ours"] > 0.8
    assert rows["omega of power"]["ours"] is None, "two items are no factor"


def test_what_is_missing_backwards_or_other_is_refused(tmp_path: Path) -> None:
    ratings = people(60)
    sample = {"form": "pvq_21", "scale": [1, 6], "reversed": False}
    with pytest.raises(InputError, match="reads backwards"):
        read_answers(_written(tmp_path / "back.csv", 7 - ratings), sample)
    answers = read_answers(_written(tmp_path / "back.csv", 7 - ratings), {**sample, "reversed": True})
    assert np.array_equal(answers.ratings, ratings)
    as_published = {"form": "pvq_21", "scale": [1, 6]}
    survey = read_answers(_written(tmp_path / "back.csv", 7 - ratings), as_published)
    assert np.array_equal(survey.ratings, ratings), "the European Social Survey codes 1 as very much like me"
    with pytest.raises(InputError, match="20 columns"):
        read_answers(_written(tmp_path / "few.csv", ratings[:, :20]), sample)
    zero = ratings.copy()
    zero[0, 0] = 0
    assert np.isnan(read_answers(_written(tmp_path / "zero.csv", zero), sample).ratings[0, 0])
    rows = {row.name: row.ours for row in sample_rows("gss-2012", tmp_path / "zero.csv")}
    assert rows["numbers off the scale, which are left out"] == 1.0
    (tmp_path / "words.csv").write_text("a,b\nx,y\n")
    with pytest.raises(InputError, match="no table of numbers"):
        read_answers(tmp_path / "words.csv", sample)
    (tmp_path / "huge.csv").write_bytes(b"")
    os.truncate(tmp_path / "huge.csv", 2**27)
    with pytest.raises(InputError, match="is larger than"):
        read_answers(tmp_path / "huge.csv", sample)
    for name in ("portraits", *samples()):
        with pytest.raises(InputError, match="not ours to pass on"):
            reproduce_target(name)
        with pytest.raises(InputError, match="does not exist"):
            reproduce_target(name, tmp_path / "missing.rda")
    with pytest.raises(InputError):
        sample_rows("gss-2012", None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda ratings: ratings[:0], "holds no answer from 1 to 6"),
        (lambda ratings: np.full_like(ratings, np.nan), "holds no answer from 1 to 6"),
        (lambda ratings: ratings - 1, "on another scale: nobody says 6, and [2-9]% of all numbers are 0"),
        (lambda ratings: ratings + 1, "on another scale: nobody says 1, and [0-9]+% of all numbers are 7"),
        (lambda ratings: ratings * 16, "holds no answer from 1 to 6"),
        (lambda ratings: ratings * 2, "% of its numbers are no whole numbers from 1 to 6"),
        (lambda ratings: ratings + 0.5 * (np.arange(21) < 10), "48% of its numbers are no whole numbers from 1 to 6"),
        (lambda ratings: np.where(np.arange(21) == 16, np.nan, ratings), "nobody answered the item 'i16'"),
    ],
)
def test_a_table_without_answers_or_on_another_scale_is_named_as_such(
    change: Callable[[NDArray[np.float64]], NDArray[np.float64]], told: str, tmp_path: Path
) -> None:
    """Each was said to read backwards, which sent people to turn round what was never there."""
    path = _written(tmp_path / "people.csv", change(people(60)))
    with pytest.raises(InputError, match=told):
        sample_rows("gss-2012", path)
    if "nobody answered" not in told:
        with pytest.raises(InputError, match=told):
            rated_table([path], RatedSources(key="pvq_21"))


def test_numbers_off_the_scale_are_counted_whatever_they_are(tmp_path: Path) -> None:
    ratings = people(60)
    ratings[:4, 2] = (88, np.inf, -np.inf, 2.5)
    rows = {row.name: row.ours for row in sample_rows("gss-2012", _written(tmp_path / "people.csv", ratings))}
    assert rows["numbers off the scale, which are left out"] == 4.0
    few = np.clip(people(60), 2, 6)
    few[:6, 2] = 7
    rows = {row.name: row.ours for row in sample_rows("gss-2012", _written(tmp_path / "people.csv", few))}
    assert rows["numbers off the scale, which are left out"] == 6.0, "a code of what was not answered, by so few"


def test_items_are_named_and_in_their_order(tmp_path: Path) -> None:
    """Columns are read by place: a first row of answers would be lost, and v10 before v2 be other items."""
    ratings, path, sample = people(60), tmp_path / "people.csv", {"form": "pvq_21", "scale": [1, 6], "reversed": False}
    np.savetxt(path, ratings, delimiter=",", fmt="%d")
    with pytest.raises(InputError, match="has answers in its first row, and no names"):
        read_answers(path, sample)
    gaps = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text("\n".join([gaps[0].replace("1", "").replace("2", "NA"), gaps[1]]), encoding="utf-8")
    with pytest.raises(InputError, match="has answers in its first row, and no names"):
        read_answers(path, sample)
    for names in ([f"v{number}" for number in range(1, 22)], [str(number) for number in range(1, 22)], ["q"] * 21):
        np.savetxt(path, ratings, delimiter=",", header=",".join(names), comments="")
        assert np.array_equal(read_answers(path, sample).ratings, ratings)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",", ";").replace(".", ","), encoding="utf-8")
    assert np.array_equal(read_answers(path, sample).ratings, ratings), "as spreadsheets of many countries write it"
    np.savetxt(path, ratings, delimiter=",", header=",".join(f"v{number}" for number in range(1, 22)), comments="")
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *(f'"{number}",{row}' for number, row in enumerate(rows))]), encoding="utf-8")
    assert np.array_equal(read_answers(path, sample).ratings, ratings), "with the names of rows, as R writes them"
    for blank in ('""', "", " "):
        lines = [f"{blank},{header}", *(f'"person {number}",{row}' for number, row in enumerate(rows))]
        path.write_text("\n".join(lines), encoding="utf-8")
        assert np.array_equal(read_answers(path, sample).ratings, ratings), "with a name of nothing above them"
    path.write_text("\n".join(["," * 20, *rows]), encoding="utf-8")
    assert len(read_people(path)) == 21, "where no column has a name, the first is none of names"
    path.write_text("\n".join([header, *(f"{row}," for row in rows)]), encoding="utf-8")
    with pytest.raises(InputError, match="has a separator at the end of its rows"):
        read_answers(path, sample)
    alphabetical = sorted(f"v{number}" for number in range(1, 22))
    np.savetxt(path, ratings, delimiter=",", header=",".join(alphabetical), comments="")
    with pytest.raises(InputError, match="column 2 is called 'v10', so that items are not in their order"):
        read_answers(path, sample)
    with pytest.raises(InputError, match=r"holds no answers with 21 .*column 2 is called 'v10'"):
        portraits(tmp_path)
    doubled = ["trust", *(f"v{number}" for number in range(2, 21)), "trust"]
    np.savetxt(path, ratings, delimiter=",", header=",".join(doubled), comments="")
    with pytest.raises(InputError, match="has the column 'trust' twice"):
        read_answers(path, sample)
    path.write_bytes(path.read_bytes().replace(b"trust", b"vertr\xe4gt"))
    with pytest.raises(InputError, match="no text in UTF-8") as refused:
        read_answers(path, sample)
    assert refused.value.hint == "save it as CSV in UTF-8", "it may be a spreadsheet, or a file of another program"


@pytest.mark.parametrize("name", ["gss-2012", "portraits"])
def test_data_that_are_missing_are_exit_code_2(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", name]) == 2
    assert f"{name} needs data that are not ours to pass on" in capsys.readouterr().err


def test_samples_are_told_by_their_items(tmp_path: Path) -> None:
    folder = tmp_path / "people"
    folder.mkdir()
    with pytest.raises(InputError, match="holds no answers with 21"):
        portraits(folder)
    path = _written(folder / "people.csv", people(60))
    (folder / "notes.csv").write_text("a,b\nx,y\n")
    alone, within = portraits(path), portraits(folder)
    assert alone == within and alone[0].name == "gss-2012: respondents"
    for number in range(101):
        (folder / f"a{number}.txt").touch()
    assert portraits(folder)[0].ours == 60, "what is no table does not stand in the way"
    for number in range(101):
        (folder / f"a{number}.csv").touch()
    with pytest.raises(InputError, match="more than 100 tables"):
        portraits(folder)
    for table in sorted(folder.glob("a*.csv")):
        table.unlink()
    with pytest.raises(InputError, match=r"20 columns, not 21 \(gss-2012\) or 40 \(us-pvq40\)"):
        portraits(_written(tmp_path / "other.csv", people(60)[:, :20]))
    _written(folder / "twice.csv", people(60))
    with pytest.raises(InputError, match="both answers to gss-2012"):
        portraits(folder)


def test_people_hold_benevolence_dear_and_power_not() -> None:
    """The coding trap: published answers run from 1, very much like me, and unturned make people love power."""
    path = DATA / FILES["us-pvq40"]
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository: it is not ours to pass on")
    sample = json.loads(FACTS.read_text(encoding="utf-8"))["us-pvq40"]
    means = dict(zip(TEN.dimensions, np.nanmean(read_answers(path, sample).centred(), axis=0), strict=True))
    assert means["benevolence"] > 0 > means["power"]
    with pytest.raises(InputError, match="reads backwards"):
        read_answers(path, {**sample, "reversed": False})


def test_both_samples_at_once() -> None:
    if not all((DATA / name).exists() for name in FILES.values()):
        pytest.skip("the answers are not beside the repository: they are not ours to pass on")
    found = reproduce_target("portraits", DATA)
    assert found["passed"] and sum(row["pass"] is True for row in found["rows"]) == 47
    rows = {row["name"]: row for row in found["rows"]}
    assert rows["us-pvq40: alpha of power"]["published"] == 0.753
    assert abs(rows["us-pvq40: MRAT"]["difference"]) < 1e-3


@pytest.mark.parametrize("name", FILES)
def test_answers_of_people_give_the_numbers_that_others_reckon(name: str) -> None:
    path = DATA / FILES[name]
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository: it is not ours to pass on")
    found = reproduce_target(name, path)
    assert [row for row in found["rows"] if row["pass"] is False] == [] and found["passed"]
    rows = {row["name"]: row["ours"] for row in found["rows"]}
    if name == "gss-2012":
        assert rows["circle, rank correlation"] == pytest.approx(0.869, abs=1e-3)
    assert (
        rows["metric map, places off the circular order"] == 0 and rows["metric map, congruence with the circle"] > 0.95
    )


def test_the_slots_of_an_object_of_r_are_read(tmp_path: Path) -> None:
    numbers = _int(14, 2) + struct.pack(">2d", 1.5, -2.0)
    nested = _int(19, 2) + numbers + numbers
    slots = {"slopes": numbers, "model": _int(16, 1) + _text("grm"), "cuts": nested}
    attributes = b"".join(_int(0x402) + _symbol(name) + slot for name, slot in slots.items()) + _int(254)
    whole = b"RDX2\nX\n" + _int(2, 0x30500, 0x20300, 0x402) + _symbol("bank") + _int(0x219) + attributes + _int(254)
    path = tmp_path / "object.rda"
    path.write_bytes(whole)
    found = read_slots(path)
    assert list(found) == list(slots) and found["model"] == ["grm"]
    assert np.array_equal(np.array(found["cuts"]), [[1.5, -2.0]] * 2)
    with pytest.raises(InputError, match="table of numbers"):
        read_table(path)
    for raw in (rda(TABLE), *(whole[:cut] for cut in range(7, len(whole) - 4, 3))):
        path.write_bytes(raw)
        with pytest.raises(InputError, match="S4 object"):
            read_slots(path)
