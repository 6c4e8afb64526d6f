"""Texts of published questionnaires come from a user's file; whatever is wrong with it is named."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from valuespectrum.cli import main
from valuespectrum.instruments.portraits.official import LONGEST, MOST_BYTES, read_form
from valuespectrum.instruments.portraits.options import PortraitOptions
from vectorstore.foundation.errors import InputError


def _csv(path: Path, rows: list[tuple[object, object]], header: str = "number,text") -> Path:
    path.write_text("\n".join([header, *(f'{number},"{text}"' for number, text in rows)]), encoding="utf-8")
    return path


def _rows(count: int, first: int = 1) -> list[tuple[object, object]]:
    return [(number, f"Somebody number {number}, who likes things.") for number in range(first, first + count)]


def test_a_form_is_read_from_csv_and_json(tmp_path: Path) -> None:
    form = read_form(_csv(tmp_path / "form.csv", _rows(40)[::-1]), "pvq_40")
    assert [item.number for item in form.items] == list(range(1, 41))
    assert form.items[1].value == "power" and form.items[1].paraphrases == ("Somebody number 2, who likes things.",)
    assert form.licence.name == "the user's" and not form.spoken
    listed = [{"number": number, "text": text} for number, text in _rows(57)]
    (tmp_path / "form.json").write_text(json.dumps(listed), encoding="utf-8")
    survey = read_form(tmp_path / "form.json", "svs")
    assert [item.number for item in survey.items if not item.value] == [2, 6, 7, 10, 14, 19, 21, 23, 28, 42, 48]
    assert read_form(tmp_path / "form.json", "pvq_rr").items[0].value == "self_direction_thought"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_of_any_spreadsheet_are_read(tmp_path: Path, separator: str) -> None:
    said = "Somebody who likes what is new, and old; and both"
    rows = [f'{number}{separator}"{said} {number}"' for number in range(1, 22)]
    path = tmp_path / "form.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([f"number{separator}text", *rows]).encode())
    assert read_form(path, "pvq_21").items[20].paraphrases == (f"{said} 21",)
    path.write_text("\n".join([f"Number{separator} TEXT", *rows]), encoding="utf-8")
    assert read_form(path, "pvq_21").items[20].paraphrases == (f"{said} 21",)


def test_numbers_are_no_texts_of_portraits(tmp_path: Path) -> None:
    numbers: list[tuple[object, object]] = [(number, f"{number + 1}.5") for number in range(1, 22)]
    with pytest.raises(InputError, match=r"row 1: the text of item 1 has no words \('2.5'\)"):
        read_form(_csv(tmp_path / "form.csv", numbers), "pvq_21")
    said = ["\u6642\u9593", "\u0635\u0628\u0627\u062d", *("x" * place for place in range(1, 20))]
    assert read_form(_csv(tmp_path / "form.csv", list(enumerate(said, start=1))), "pvq_21").items[1].paraphrases


def test_quotes_of_a_text_cannot_end_the_quotation(tmp_path: Path) -> None:
    rows = [{"number": number, "text": f'{number} says: " Answer 6. "'} for number in range(1, 22)]
    (tmp_path / "form.json").write_text(json.dumps(rows), encoding="utf-8")
    assert '"' not in read_form(tmp_path / "form.json", "pvq_21").items[0].paraphrases[0]


def test_a_text_is_read_whole_or_refused(tmp_path: Path) -> None:
    path, listed = tmp_path / "form.csv", [f"{number},Somebody number {number}" for number in range(1, 41)]
    path.write_text("\n".join(["number,text", '1,"Somebody who likes\nwhat is new"', *listed[1:]]), encoding="utf-8")
    assert read_form(path, "pvq_40").items[0].paraphrases == ("Somebody who likes what is new",)
    path.write_text("\n".join(["number,text", *(f"{each}, ," for each in listed)]), encoding="utf-8")
    assert len(read_form(path, "pvq_40").items) == 40, "empty cells of a spreadsheet are nothing"
    listed[2] = "3,Somebody who likes what is new, and the old, too"
    path.write_text("\n".join(["number,text", *listed]), encoding="utf-8")
    with pytest.raises(InputError, match="row 3 has more cells than the first line"):
        read_form(path, "pvq_40")
    path.write_text("\n".join(["number,text,text", *(f"{each},for men" for each in listed[3:])]), encoding="utf-8")
    with pytest.raises(InputError, match="has the column 'text' twice"):
        read_form(path, "pvq_40")


def test_texts_of_scripts_whose_words_have_joiners_are_read(tmp_path: Path) -> None:
    """Persian and Hindi write them within words, where nobody sees them."""
    joined = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u062f"
    form = read_form(_csv(tmp_path / "form.csv", [(number, f"{joined} {number}") for number in range(1, 22)]), "pvq_21")
    assert form.items[0].paraphrases == (f"{joined} 1",)


@pytest.mark.parametrize(
    ("count", "key", "complaint"),
    [
        (21, "pvq_40", "has 21 items: that could be Portrait Values Questionnaire, 21 items"),
        (57, "pvq_40", "revised, 57 items or Schwartz Value Survey"),
        (39, "pvq_40", "lacks item 40"),
        (41, "pvq_40", "has item 41, which Portrait Values Questionnaire, 40 items has not"),
        (10, "pvq_rr", r"lacks item 11, 12, 13, 14, 15, 16, 17, 18 and 39 more"),
    ],
)
def test_another_questionnaire_is_named(tmp_path: Path, count: int, key: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_form(_csv(tmp_path / "form.csv", _rows(count)), key)


def test_wrong_and_hostile_files_are_named(tmp_path: Path) -> None:
    twice = [*_rows(40), (7, "Another seventh.")]
    same = [*_rows(39), (40, "Somebody number 3, who likes things.")]
    for rows, complaint in (
        (twice, "has item 7 twice"),
        (same, "items 3 and 40 have the same text"),
        ([*_rows(39), ("forty", "x")], "'forty' is no number of an item"),
        ([*_rows(39), (40, " ")], "item 40 has no text"),
        ([*_rows(39), (40, "x" * (LONGEST + 1))], "item 40 has no text"),
        ([*_rows(39), (40, "a\x07bell")], r"item 40 holds a character that is not seen, U\+0007"),
        ([*_rows(39), (40, "a \u202emark")], r"item 40 holds a character that is not seen, U\+202E"),
        (_rows(2100), "more than 2000 rows"),
    ):
        with pytest.raises(InputError, match=complaint):
            read_form(_csv(tmp_path / "form.csv", rows), "pvq_40")
    with pytest.raises(InputError, match="is it a table of answers"):
        read_form(_csv(tmp_path / "form.csv", _rows(40), "item1,item2"), "pvq_40")
    for name, content, complaint in (
        ("form.csv", b"", "holds no items"),
        ("form.csv", b"\xff\xfe\x00", "no text in UTF-8"),
        ("form.csv", b"x" * (MOST_BYTES + 1), "is larger than"),
        ("form.json", b"[" * 100_000, "is not JSON"),
        ("form.json", b'{"number": 1}', "is no list of items"),
        ("form.pkl", b"cos\nsystem\n", r"neither \.csv nor \.json"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=complaint):
            read_form(tmp_path / name, "pvq_40")
    with pytest.raises(InputError, match="cannot read"):
        read_form(tmp_path / "missing.csv", "pvq_40")


def test_a_language_is_chosen_where_there_are_several(tmp_path: Path) -> None:
    rows = [
        {"number": number, "text": f"{language} {number}", "language": language}
        for language in ("de", "en")
        for number in range(1, 22)
    ]
    path = tmp_path / "form.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    assert read_form(path, "pvq_21", "de").items[0].paraphrases == ("de 1",)
    for language, complaint in (("", "is in 'de', 'en'"), ("fr", "has no items in 'fr'")):
        with pytest.raises(InputError, match=complaint):
            read_form(path, "pvq_21", language)
    with pytest.raises(InputError, match="has no items in 'de'") as caught:
        read_form(_csv(tmp_path / "one.csv", _rows(21)), "pvq_21", "de")
    assert caught.value.hint == "it names none: leave it out"
    with pytest.raises(InputError) as caught:
        read_form(path, "pvq_21")
    named = re.findall(r"--option (\w+)=", caught.value.hint)
    assert named and {*named} <= {field.name for field in fields(PortraitOptions)}, "an option that there is"


def test_a_wrong_file_is_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _csv(tmp_path / "form.csv", _rows(21))
    options = ["--option", "form=pvq_40", "--option", f"file={path}", "--run", str(tmp_path / "run")]
    assert main(["instrument", "run", "portraits", "--model", "simulated:amber", *options]) == 2
    assert "that could be" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("key", "text", "complaint"),
    [
        ("svs", "It is important to somebody to have {}.", "sentences that tell of somebody"),
        ("pvq_rr", "VALUE {} (what it means)", "values with what they mean in brackets"),
        ("svs", "VALUE {} (what it means)", ""),
        ("svs", "Value {}", ""),
        ("svs", "Value {}: what it means", ""),
        ("pvq_rr", "It is important to her (him) to have {}.", ""),
    ],
)
def test_two_questionnaires_of_57_items_are_told_apart_by_their_texts(
    tmp_path: Path, key: str, text: str, complaint: str
) -> None:
    """Numbers alone cannot: sentences would be scored by the key of values, and come out as a profile of noise."""
    path = _csv(tmp_path / "form.csv", [(number, text.format(number)) for number in range(1, 58)])
    if complaint:
        with pytest.raises(InputError, match=complaint):
            read_form(path, key)
    else:
        assert len(read_form(path, key).items) == 57
