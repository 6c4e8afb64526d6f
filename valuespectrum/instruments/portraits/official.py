"""Texts of published questionnaires out of a user's file: they are not ours to pass on, and are checked by number."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from valuespectrum.instruments.base import Licence
from valuespectrum.instruments.portraits.forms import PortraitForm, PortraitItem
from valuespectrum.instruments.portraits.keys import ScoringKey, scoring_key, scoring_keys
from vectorstore.foreign.documents import cell_separator, check_width, parse_json, read_regular, repeated_column
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import JOINERS, unseen

MOST_BYTES = 2**20
"""A questionnaire has a few kilobytes."""
LONGEST = 600
"""Characters of one item."""
_MOST_ROWS = 2000
_GLOSSED, _SENTENCE = 0.8, 8
"""Share of texts that end in brackets from which on they are values with what they mean; words of a sentence."""
_HOW = "a row an item: number, text and, where there are several, language (CSV), or a list of such objects (JSON)"


@dataclass(frozen=True, slots=True)
class _ItemRow:
    number: int
    text: str
    language: str


def read_form(path: Path, key: str, language: str = "") -> PortraitForm:
    """Read the texts of a published questionnaire.

    Args:
        path: ``.csv`` (commas, semicolons or tabs) or ``.json``, UTF-8: ``number`` from 1, ``text`` and, where there
            are several, ``language``.
        key: Which questionnaire it is (``pvq_21``, ``pvq_40``, ``pvq_rr``, ``svs``).
        language: Which language to take; may be empty where there is one.

    Raises:
        InputError: It is no such file, or another questionnaire: what is wrong is named.

    Example::

        read_form(Path("pvq40.csv"), "pvq_40")
    """
    wanted = scoring_key(key)
    rows = [_row(each, number, path) for number, each in enumerate(_records(path), start=1)]
    languages = sorted({row.language for row in rows})
    if language and language not in languages:
        has = f"it has {', '.join(map(repr, languages))}" if any(languages) else "it names none: leave it out"
        raise InputError(f"{path} has no items in {language!r:.40}", has)
    if not language and len(languages) > 1:
        raise InputError(f"{path} is in {', '.join(map(repr, languages))}", "name one with --option text_language=")
    chosen = sorted((row for row in rows if not language or row.language == language), key=lambda row: row.number)
    _check_numbers([row.number for row in chosen], wanted, path)
    _check_texts(chosen, path)
    _check_kind(chosen, wanted, path)
    items = tuple(PortraitItem(row.number, wanted.value_of(row.number), (row.text,)) for row in chosen)
    licence = Licence("the user's", f"{path.name}; texts of {wanted.title} are free for research only")
    return PortraitForm(wanted.name, wanted, items, licence, language or (languages[0] or "en"))


def _records(path: Path) -> Sequence[Mapping[str, object]]:
    try:
        text = read_regular(path, MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text in UTF-8", "save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}", _HOW) from error
    if path.suffix.lower() == ".json":
        return _from_json(text, path)
    if path.suffix.lower() == ".csv":
        return _from_csv(text, path)
    raise InputError(f"{path} is neither .csv nor .json", _HOW)


def _from_json(text: str, path: Path) -> list[Mapping[str, object]]:
    found = parse_json(text, str(path), _HOW)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InputError(f"{path} is no list of items", _HOW)
    return _bounded(found, path)


def _from_csv(text: str, path: Path) -> list[Mapping[str, object]]:
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=cell_separator(text), strict=True)
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        check_width(len(names), str(path))
        reader.fieldnames = names
        rows = [dict(row) for _, row in zip(range(_MOST_ROWS + 1), reader, strict=False)]
    except csv.Error as error:
        raise InputError(f"{path} is no table in CSV: {error}", _HOW) from error
    if twice := repeated_column(names):
        told = f"{path} has the column {twice!r:.40} twice"
        raise InputError(told, "a form for women and one for men are two languages: a row each, and a column language")
    for number, row in enumerate(rows, start=1):
        if any(cell.strip() for cell in row.get(None) or ()):
            told = f"{path}, row {number} has more cells than the first line"
            raise InputError(told, "put a text that has a comma between quotation marks")
    return _bounded(rows, path)


def _bounded(rows: Sequence[Mapping[str, object]], path: Path) -> list[Mapping[str, object]]:
    if not rows:
        raise InputError(f"{path} holds no items", _HOW)
    if len(rows) > _MOST_ROWS:
        raise InputError(f"{path} has more than {_MOST_ROWS} rows: it is no questionnaire", _HOW)
    missing = [name for name in ("number", "text") if name not in rows[0]]
    if missing:
        there = ", ".join(str(name)[:20] for name in list(rows[0])[:6])
        raise InputError(f"{path} has no {' and no '.join(missing)} (it has {there}): is it a table of answers?", _HOW)
    return list(rows)


def _row(record: Mapping[str, object], place: int, path: Path) -> _ItemRow:
    number, text, language = (record.get(name) for name in ("number", "text", "language"))
    try:
        counted = int(str(number).strip())
    except ValueError:
        raise InputError(f"{path}, row {place}: {number!r:.40} is no number of an item", _HOW) from None
    said = " ".join(str(text).split()) if isinstance(text, str) else ""
    if strange := unseen(said, but=JOINERS):
        told = f"{path}, row {place}: item {counted} holds a character that is not seen, U+{ord(strange):04X}"
        raise InputError(told, "take it out")
    if not said.strip(f" {JOINERS}") or len(said) > LONGEST:
        raise InputError(f"{path}, row {place}: item {counted} has no text of 1 to {LONGEST} characters", _HOW)
    if not any(character.isalpha() for character in said):
        raise InputError(f"{path}, row {place}: the text of item {counted} has no words ({said!r:.40})", _HOW)
    return _ItemRow(counted, said.replace('"', "'"), str(language or "").strip()[:20])


def _check_numbers(numbers: Sequence[int], wanted: ScoringKey, path: Path) -> None:
    """Refuse a file that is not the questionnaire that is meant, and say which it could be."""
    twice = sorted(number for number, count in Counter(numbers).items() if count > 1)
    if twice:
        raise InputError(f"{path} has item {_listed(twice)} twice", "keep one text of every number")
    whole = set(range(1, wanted.items + 1))
    if set(numbers) == whole:
        return
    other = [key.title for key in scoring_keys().values() if set(numbers) == set(range(1, key.items + 1))]
    if other:
        raise InputError(
            f"{path} has {len(numbers)} items: that could be {' or '.join(other)}, and is not {wanted.title}",
            "name the questionnaire that it is with --option form=",
        )
    missing, strange = sorted(whole - set(numbers)), sorted(set(numbers) - whole)
    wrong = [f"lacks item {_listed(missing)}"] if missing else []
    wrong += [f"has item {_listed(strange)}, which {wanted.title} has not"] if strange else []
    raise InputError(f"{path} {' and '.join(wrong)}", f"numbers run from 1 to {wanted.items}")


def _check_kind(rows: Sequence[_ItemRow], wanted: ScoringKey, path: Path) -> None:
    """Refuse portraits as values of the survey that has as many items, and values as portraits; unclear texts pass.

    The survey has a few words for each value, most of them with what it means in brackets behind; portraits are
    sentences.
    """
    glossed = sum(row.text.endswith((")", ").")) for row in rows) / len(rows)
    words = sorted(len(row.text.split()) for row in rows)[len(rows) // 2]
    portraits = bool(wanted.scale.words)
    other = glossed >= _GLOSSED if portraits else glossed <= 1 - _GLOSSED and words >= _SENTENCE
    if other:
        reads = "values with what they mean in brackets" if portraits else "sentences that tell of somebody"
        raise InputError(
            f"{path} holds {reads}: these are no items of {wanted.title}",
            "name the questionnaire that it is with --option form=",
        )


def _check_texts(rows: Sequence[_ItemRow], path: Path) -> None:
    first: dict[str, int] = {}
    for row in rows:
        if row.text in first:
            raise InputError(f"{path}: items {first[row.text]} and {row.number} have the same text", "look them up")
        first[row.text] = row.number


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:8]))
    return f"{shown} and {len(numbers) - 8} more" if len(numbers) > 8 else shown
