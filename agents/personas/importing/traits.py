"""Lists of traits in the way of Persona-Chat: lines of text, or JSON with lists of sentences.

Three layouts are told apart by what stands in the file:

- text, a trait a line, a blank line between two persons;
- dialogues with numbered lines, of which those that begin with ``your persona:`` are the traits, and a line number 1
  begins a new person;
- JSON, or JSON a line: lists of sentences, or objects with such a list under ``personality``, ``persona``, ``traits``;
  a document may have lists of such persons by name (``train``, ``valid``).

Nobody says what such a person values: the target stays open until it is given or judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from agents.personas.importing.rows import Collected, Imported, ImportOptions, numbered, opened, tidy, unreadable
from vectorstore.foreign.documents import parse_json
from vectorstore.foundation.errors import InputError

_WHAT = "list of traits"
_LISTS = ("personality", "persona", "traits", "profile")
_NUMBERED = re.compile(r"(\d{1,6})\s+(.*)", re.DOTALL)
_YOURS = "your persona:"
_THEIRS = "partner's persona:"
_MOST_TRAITS = 50


def import_traits(path: Path, options: ImportOptions) -> Imported:
    """Read lists of traits.

    Args:
        path: Text, JSON, or JSON a line.
        options: How many, and how the file is read.

    Returns:
        Personas whose words stay as they are, apart from blanks, and the rows that cannot be used.

    Raises:
        InputError: The file cannot be read, or holds no such list.
    """
    collected = Collected(options, "traits")
    with opened(path, options, _WHAT) as file:
        beginning = file.read(200).lstrip()
        file.seek(0)
        is_json = beginning[:1] in ("[", "{")
        found = _from_json(file.read(), path, collected, options) if is_json else _from_text(file, collected, options)
        for line, traits in found:
            if collected.full:
                collected.left += 1
            elif not traits:
                collected.refuse(line, "holds no trait")
            elif problem := next(filter(None, (unreadable(words, options.encoding) for words in traits)), ""):
                # Of a document that is read as a whole nobody has looked at the lines.
                collected.refuse(line, problem)
            elif len(traits) > _MOST_TRAITS:
                collected.refuse(line, f"more than {_MOST_TRAITS} traits")
            else:
                collected.add(line, {"traits": list(dict.fromkeys(traits))}, path.name)
    return collected.done(path, _WHAT)


def _from_json(text: str, path: Path, collected: Collected, options: ImportOptions) -> Iterator[tuple[int, list[str]]]:
    """Persons of one document, by place, or of one a line; a line that is no JSON is noted."""
    try:
        document = parse_json(text, f"{_WHAT} {path}")
    except InputError:
        lines = [line for line in text.split("\n") if line.strip()]
        if text.lstrip().startswith("[") and not all(line.rstrip().endswith(("]", "}")) for line in lines):
            raise
        yield from _from_json_lines(text, collected, options)
        return
    yield from ((place, _listed(person)) for place, person in enumerate(_persons(document), start=1))


def _from_json_lines(text: str, collected: Collected, options: ImportOptions) -> Iterator[tuple[int, list[str]]]:
    for number, line in numbered(text.split("\n")):
        if not line.strip():
            continue
        if problem := unreadable(line, options.encoding):
            collected.refuse(number, problem)
            continue
        try:
            row = parse_json(line, "row")
        except InputError as error:
            collected.refuse(number, error.message)
            continue
        yield from ((number, _listed(person)) for person in _persons(row))


def _persons(document: object) -> list[object]:
    """The persons of a document: one, a list of them, or such lists by name, as ``train`` and ``valid``."""
    if isinstance(document, dict) and not any(isinstance(document.get(name), list) for name in _LISTS):
        parts = [part for part in document.values() if _of_persons(part)]
        return [person for part in parts for person in part] or [document]
    return document if isinstance(document, list) and _of_persons(document) else [document]


def _of_persons(part: object) -> bool:
    """Whether it is a list of persons; a person is a list of sentences, or has one."""
    return isinstance(part, list) and any(isinstance(each, list | dict) for each in part)


def _listed(row: object) -> list[str]:
    if isinstance(row, dict):
        row = next((row[name] for name in _LISTS if isinstance(row.get(name), list)), [])
    return [words for words in map(tidy, row) if words] if isinstance(row, list) else []


def _from_text(lines: Iterator[str], collected: Collected, options: ImportOptions) -> Iterator[tuple[int, list[str]]]:
    begun, traits, dialogue = 1, list[str](), False
    for number, line in numbered(lines):
        if problem := unreadable(line, options.encoding):
            collected.refuse(number, problem)
            continue
        found = _NUMBERED.fullmatch(line)
        if found and (found[2].startswith((_YOURS, _THEIRS)) or dialogue):
            dialogue = True
            if int(found[1]) == 1 and traits:
                yield begun, traits
                traits = []
            if found[2].startswith(_YOURS):
                begun = begun if traits else number
                traits.append(tidy(found[2].removeprefix(_YOURS)))
        elif line.strip():
            begun = begun if traits else number
            traits.append(tidy(line))
        elif traits:
            yield begun, traits
            traits = []
    if traits:
        yield begun, traits
