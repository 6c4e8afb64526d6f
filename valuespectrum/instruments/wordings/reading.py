"""From YAML files to wordings and statements; what is wrong is told in one line that names file and line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NoReturn

from valuespectrum.instruments.wordings.items import OWN_ITEMS, TEXTS, ItemWording, Statement, UserItems
from valuespectrum.instruments.wordings.languages import ENGLISH, OWN_DATA, languages
from valuespectrum.theory.values import VALUES
from vectorstore.foreign.documents import Written, read_regular, read_written
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import JOINERS, unseen

_LONGEST, _MOST = 2000, 500
"""Characters of a text, entries of a list."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_DESIRABILITY = (1.0, 9.0)
_LARGEST = 2**20
"""Bytes of a file of items."""
_LARGEST_NAMED = 64 * 2**20
"""Bytes of any file that an instrument asks out of; who reads it has a smaller limit, or this one: of dilemmas."""
_HINT = "docs/measurement.md shows such a file (Your own items)"
_ITEMS = ("instrument", "language", "alone", "wordings", "statements")
_BORROWED = "@"
"""Begins a text of ours that is one of the like question's: ``@watch positive``."""


@dataclass(frozen=True, slots=True)
class _ItemsFile:
    """A document that is read, for messages."""

    path: Path
    what: str

    def wrong(self, line: int, problem: str, hint: str = _HINT) -> NoReturn:
        """Refuse it.

        Raises:
            InputError: Always.
        """
        raise InputError(f"{self.what} {self.path}, line {line}: {problem}", hint)

    def mapping(self, node: Written, what: str) -> Mapping[str, Written]:
        """A mapping that is not empty."""
        if not isinstance(node.value, dict) or not node.value:
            self.wrong(node.line, f"{what} is no mapping")
        return node.value

    def listed(self, node: Written, what: str) -> Sequence[Written]:
        """A list that is neither empty nor endless."""
        if not isinstance(node.value, list) or not 1 <= len(node.value) <= _MOST:
            self.wrong(node.line, f"{what} is no list of 1 to {_MOST} entries")
        return node.value

    def text(self, node: Written, what: str) -> str:
        """A text that says something."""
        if not isinstance(node.value, str) or not node.value.strip():
            self.wrong(node.line, f"{what} is no text")
        if len(node.value) > _LONGEST:
            self.wrong(node.line, f"{what} is longer than {_LONGEST:,} characters")
        strange = unseen(node.value, but=f"\n{JOINERS}")
        if strange:
            self.wrong(node.line, f"{what} holds a character that is not seen, U+{ord(strange):04X}", "take it out")
        return node.value

    def known(self, entries: Mapping[str, Written], names: Sequence[str], what: str) -> None:
        """Refuse keys that mean nothing."""
        for name, node in entries.items():
            if name not in names:
                self.wrong(node.line, f"{what} has no {name!r:.40}", f"it has: {', '.join(names)}")

    def one(self, entries: Mapping[str, Written], name: str, what: str, line: int) -> Written:
        """An entry that must be there."""
        if name not in entries:
            self.wrong(line, f"{what} has no {name!r}")
        return entries[name]


@cache
def read_wordings(path: Path, instrument: str) -> Mapping[str, tuple[ItemWording, ...]]:
    """Wordings of an instrument by language, out of a file of ours.

    Raises:
        InputError: Something in it is wrong.
    """
    file = _ItemsFile(path, "wordings")
    root = file.mapping(read_written(path, "wordings"), "the file")
    return {code: _wordings(file, node, instrument, code) for code, node in root.items()}


def _wordings(file: _ItemsFile, node: Written, instrument: str, language: str) -> tuple[ItemWording, ...]:
    found = tuple(_wording(file, each, instrument, language) for each in file.listed(node, "wordings"))
    names = [each.name for each in found]
    for place, name in enumerate(names):
        if name in names[:place]:
            file.wrong(node.line, f"two wordings are called {name!r}", "give each its own name")
    return found


def _wording(file: _ItemsFile, node: Written, instrument: str, language: str) -> ItemWording:
    entries = file.mapping(node, "a wording")
    file.known(entries, ("name", *TEXTS[instrument]), f"a wording of {instrument}")
    name = file.text(file.one(entries, "name", "a wording", node.line), "name")
    if not _NAME.fullmatch(name):
        file.wrong(entries["name"].line, f"{name!r:.60} is no name", "small letters, digits, _ and -, up to 40")
    texts = {}
    for each, places in TEXTS[instrument].items():
        written = file.one(entries, each, f"the wording {name!r}", node.line)
        texts[each] = _whole(file, written, f"{each!r} of the wording {name!r}", places, language)
    if len(set(texts.values())) < len(texts):
        file.wrong(node.line, f"two texts of the wording {name!r} are the same", "write each in its own words")
    return ItemWording(name, texts, language)


def _whole(file: _ItemsFile, node: Written, what: str, places: Sequence[str], language: str) -> str:
    """A text that names its places, each once, and no other."""
    text = file.text(node, what)
    if text.startswith(_BORROWED):
        name, _, side = text.removeprefix(_BORROWED).partition(" ")
        return _borrowed(file, node, name, side, language)
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        file.wrong(node.line, f"{what} has a brace that is not closed", "write {{ and }} for braces that are meant")
    named = [str(place) for _, place, _, _ in parts]
    if any(layout or conversion for _, _, layout, conversion in parts):
        file.wrong(node.line, f"{what} says how a place is to be laid out", "write the name of the place alone")
    if sorted(named) != sorted(places):
        wanted = ", ".join(f"{{{place}}}" for place in places) or "none"
        given = ", ".join(f"{{{place}}}" for place in named) or "none"
        file.wrong(node.line, f"{what} has the places {given}; needed: {wanted}, once each")
    return text


def _borrowed(file: _ItemsFile, node: Written, name: str, side: str, language: str) -> str:
    for each in read_wordings(OWN_DATA / "like.yaml", "like").get(language, ()):
        if each.name == name and side in each.texts:
            return each.texts[side]
    file.wrong(node.line, f"the like question has no text {name!r} {side!r} in {language}")


def read_statements(path: Path, language: str) -> tuple[Statement, ...]:
    """Statements in one language, out of a file of ours: value to statements with their words in every language.

    Raises:
        InputError: Something in it is wrong.
    """
    file = _ItemsFile(path, "statements")
    found = []
    for value, node in file.mapping(read_written(path, "statements"), "the file").items():
        for each in file.listed(node, value):
            entries = file.mapping(each, "a statement")
            if language in entries:
                text = file.text(entries[language], "a statement")
                found.append(
                    Statement(text, _value(file, value, node.line), _rated(file, entries, each.line), language)
                )
    return tuple(found)


def _value(file: _ItemsFile, value: str, line: int) -> str:
    if value not in VALUES:
        file.wrong(line, f"there is no value {value!r:.40}", f"one of {', '.join(VALUES)}")
    return value


def _rated(file: _ItemsFile, entries: Mapping[str, Written], line: int) -> float:
    node = file.one(entries, "desirability", "a statement", line)
    low, high = _DESIRABILITY
    try:
        rating = float(file.text(node, "desirability"))
    except ValueError:
        rating = float("nan")
    if not low <= rating <= high:
        file.wrong(node.line, f"desirability must be a number from {low:g} to {high:g}, got {node.value!r:.40}")
    return rating


def read_user_items(path: Path) -> UserItems:
    """Wordings and statements of a user.

    Raises:
        InputError: The file is missing or something in it is wrong; the message names the line.
    """
    file = _ItemsFile(path, "items file")
    root = read_written(path, "items file", _HINT, _LARGEST)
    entries = file.mapping(root, "the file")
    file.known(entries, _ITEMS, "an items file")
    named = file.one(entries, "instrument", "the file", root.line)
    instrument = file.text(named, "instrument")
    if instrument not in OWN_ITEMS:
        file.wrong(named.line, f"items cannot be added to {instrument!r:.40}", f"one of {', '.join(OWN_ITEMS)}")
    language = _language(file, entries)
    wordings = _wordings(file, entries["wordings"], instrument, language) if "wordings" in entries else ()
    statements = _own_statements(file, entries["statements"], instrument, language) if "statements" in entries else ()
    if not wordings and not statements:
        file.wrong(root.line, "it has neither wordings nor statements")
    return UserItems(instrument, wordings, statements, _alone(file, entries))


def items_digest(path: Path) -> str:
    """Names what is written in a user's file, whatever an instrument asks out of it.

    Raises:
        InputError: It cannot be read, or is larger than any such file.
    """
    try:
        return hashlib.sha256(read_regular(path, _LARGEST_NAMED)).hexdigest()
    except OSError as error:
        raise InputError(f"cannot read items file {path}: {error.strerror or error}", _HINT) from error


def _language(file: _ItemsFile, entries: Mapping[str, Written]) -> str:
    if "language" not in entries:
        return ENGLISH
    code = file.text(entries["language"], "language")
    if code not in languages():
        file.wrong(entries["language"].line, f"no option words in {code!r:.20}", f"known: {', '.join(languages())}")
    return code


def _alone(file: _ItemsFile, entries: Mapping[str, Written]) -> bool:
    if "alone" not in entries:
        return False
    said = entries["alone"].value
    if said not in ("true", "false"):
        file.wrong(entries["alone"].line, f"alone must be true or false, got {said!r:.40}")
    return said == "true"


def _own_statements(file: _ItemsFile, node: Written, instrument: str, language: str) -> tuple[Statement, ...]:
    if instrument != "forced-choice":
        file.wrong(node.line, f"statements belong to forced-choice, not to {instrument}")
    found: list[Statement] = []
    for each in file.listed(node, "statements"):
        entries = file.mapping(each, "a statement")
        file.known(entries, ("text", "value", "desirability"), "a statement")
        text = file.text(file.one(entries, "text", "a statement", each.line), "text")
        if "\n" in text:
            file.wrong(entries["text"].line, "a statement has one line")
        value = file.text(file.one(entries, "value", "a statement", each.line), "value")
        rated = _rated(file, entries, each.line)
        if text in [other.text for other in found]:
            file.wrong(entries["text"].line, f"the statement {text!r:.60} comes twice", "keep one of them")
        found.append(Statement(text, _value(file, value, entries["value"].line), rated, language))
    return tuple(found)
