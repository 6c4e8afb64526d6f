"""YAML, JSON and CSV that people write or hand on: hostile until checked, and wrong in one line.

A document is read within limits of size and depth, from a regular file. YAML has neither aliases, which blow a small
file up, nor keys that silently replace each other; JSON has neither such keys, nor NaN, nor halves of characters.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line

if TYPE_CHECKING:
    import yaml
    from yaml._yaml import Mark as FastMark

    _Mark = yaml.error.Mark | FastMark

DEEPEST = 100
"""Levels of lists and mappings inside each other; our own documents have at most ten."""
LARGEST = 16 * 2**20
"""Bytes of a document, unless its reader says otherwise."""
MOST_COLUMNS = 5000
"""Of a table; people's surveys have some hundred."""

_NULL = "tag:yaml.org,2002:null"
_HALVES = re.compile("[\ud800-\udfff]")
_LONG = re.compile(r"[eE]\+?[0-9]{3}|[0-9]{300}")
"""What a number has that may be too large for any float, which would make it infinite without a word."""
_LONGEST_WHOLE = 200
"""Characters of a whole number of YAML, in any base: below what no float holds, and what Python does not print."""

Checked = TypeVar("Checked")


def read_yaml(path: Path, what: str, hint: str = "", largest: int = LARGEST) -> object:
    """Read a YAML file; JSON is YAML, too.

    Args:
        path: The file.
        what: What it is, as a person would call it: ``"price table"``.
        hint: What to do when it is not that.
        largest: Bytes.

    Returns:
        Mappings, lists, texts, numbers, dates; ``None`` for an empty file.

    Raises:
        InputError: It is missing, too large, too deep, or not YAML.
    """
    text = _text(path, what, hint, largest)
    import yaml

    try:
        _look_over(text)
        return yaml.load(text, Loader=_plain_loader())
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(f"{what} {path} is not YAML: {_in_short(error)}", hint) from error


@dataclass(frozen=True, slots=True)
class Written:
    """A part of a YAML document as it stands there: texts are not taken for numbers, dates or truth."""

    value: str | list[Written] | dict[str, Written] | None
    """A text, a list, a mapping, or ``None`` where nothing is written."""
    line: int
    """Where it begins, from 1; an entry of a mapping begins at its name."""


def read_written(path: Path, what: str, hint: str = "", largest: int = LARGEST) -> Written:
    """Read a YAML file with what is written in it and where, for messages that name a line.

    Args:
        path: The file.
        what: What it is, as a person would call it.
        hint: What to do when it is not that.
        largest: Bytes.

    Raises:
        InputError: It is missing, too large, too deep, or not YAML.
    """
    text = _text(path, what, hint, largest)
    import yaml

    try:
        _look_over(text)
        node = yaml.compose(text, Loader=_fast_loader())
        return Written(None, 1) if node is None else _written(node)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(f"{what} {path} is not YAML: {_in_short(error)}", hint) from error


def read_json(path: Path, what: str, hint: str = "", largest: int = LARGEST) -> object:
    """Read a JSON file.

    Args:
        path: The file.
        what: What it is, as a person would call it.
        hint: What to do when it is not that.
        largest: Bytes.

    Raises:
        InputError: It is missing, too large, too deep, or not JSON.
    """
    return parse_json(_text(path, what, hint, largest), f"{what} {path}", hint)


def parse_json(text: str, where: str, hint: str = "") -> object:
    """Parse JSON out of a file of somebody's.

    Args:
        text: The document.
        where: What it is and where, for the message.
        hint: What to do when it is wrong.

    Raises:
        InputError: It is no JSON, or holds what our own output never does.

    Example:
        >>> parse_json('{"a": 1}', "scores")
        {'a': 1}
    """
    try:
        finite, whole = (_finite, _whole) if _LONG.search(text) else (None, None)
        document = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=finite,
            parse_int=whole,
            object_pairs_hook=_keys_once,
        )
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where} is not JSON: {_in_short(error)}", hint) from error
    # Only escapes can bring in halves of characters, since the file itself is UTF-8.
    if "\\u" in text and _HALVES.search(json.dumps(document, ensure_ascii=False)):
        raise InputError(f"{where} holds half of a character", hint)
    return document


def check_shape(shape: type[Checked], document: object, where: str, hint: str = "") -> Checked:
    """A document as a pydantic model or any type that pydantic knows.

    Args:
        shape: The type.
        document: As it was parsed.
        where: What it is and where, for the message.
        hint: What to do when it is wrong.

    Raises:
        InputError: Something in it is missing or of another type; the message names the first such place.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(shape).validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "as a whole"
        raise InputError(f"{where}: {place[:120]!r}: {first['msg'][:200]}", hint) from error
    except RecursionError as error:
        raise InputError(f"{where} is nested too deeply", hint) from error


def read_rows(
    path: Path, what: str, columns: Sequence[str], hint: str, largest: int = LARGEST, *, empty: bool = False
) -> list[dict[str, str | None]]:
    """The rows of a CSV file with a header; a row that is too short has ``None`` for what it lacks.

    Args:
        path: The file; semicolons or tabs may stand between its cells, as spreadsheets of many countries write them.
        what: What its rows are, as a person would call them: ``"examples"``.
        columns: Which there must be, in small letters; others may be beside them. Those of the file may have capitals.
        hint: What to do when it is not that.
        largest: Bytes.
        empty: Whether a file without rows will do.

    Raises:
        InputError: It is missing, too large, no CSV, without rows, lacks a column or has one twice, or a row has cells
            beyond the last column.
    """
    try:
        text = read_regular(path, largest).decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text), delimiter=cell_separator(text), strict=True)
        names = [_column(name, columns) for name in reader.fieldnames or ()]
        check_width(len(names), f"{path}: {what}")
        reader.fieldnames = names
        rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: {what} cannot be read ({one_line(error)})", hint) from error
    if twice := repeated_column(names):
        raise InputError(f"{path}: {what} with the column {twice!r:.80} twice", "leave one of them, or rename it")
    for number, row in enumerate(rows, start=2):
        if any(cell.strip() for cell in row.pop(None, None) or ()):
            raise InputError(
                f"{path}, row {number}: more cells than the first row has", "put a text that has a comma in quotes"
            )
    if not rows and empty:
        return []
    if not rows or not set(columns) <= set(rows[0]):
        *first, last = columns
        listed = f"{', '.join(first)} and {last}" if first else last
        raise InputError(f"{path}: no {what} with the column{'s' if first else ''} {listed}", hint)
    return rows


def _column(name: str, known: Sequence[str]) -> str:
    plain = name.strip().lower()
    return plain if plain in known else name


def cell_separator(table: str) -> str:
    """What stands between the cells of a table, as spreadsheets of several countries write it; a comma where nothing.

    Args:
        table: Its text; the first line is looked at.

    Example:
        >>> cell_separator("number;text"), cell_separator("number"), cell_separator("a,b;c,d")
        (';', ',', ',')
    """
    return max(",;\t", key=table.partition("\n")[0].count)


def check_width(cells: int, where: str) -> None:
    """Refuse a table of no end of columns: readers fill short rows up, so that a small file would fill the memory.

    Args:
        cells: Of its first line.
        where: What it is and where, for the message.

    Raises:
        InputError: There are more than ``MOST_COLUMNS``.
    """
    if cells > MOST_COLUMNS:
        raise InputError(
            f"{where} has {cells:,} columns; {MOST_COLUMNS:,} are the most", "name the table that is meant"
        )


def repeated_column(names: Sequence[str]) -> str:
    """The first name that a table has twice, of which readers would keep the last column alone; empty for none.

    Example:
        >>> repeated_column(["number", "text", "", "text", ""]), repeated_column(["number", "text"])
        ('text', '')
    """
    counts = Counter(name.strip() for name in names)
    return next((name for name, count in counts.items() if name and count > 1), "")


def read_regular(path: Path, largest: int) -> bytes:
    """The content of a regular file; a pipe or a device is not waited for.

    Raises:
        OSError: It cannot be read.
        InputError: It is something else, or larger than ``largest`` bytes.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path} is not a regular file", "name a file")
        # A file that grows meanwhile is no larger than what was allowed, either.
        content = file.read(largest + 1) if status.st_size <= largest else b""
    if status.st_size > largest or len(content) > largest:
        raise InputError(f"{path} is larger than {largest:,} bytes", "name a smaller file")
    return content


def _text(path: Path, what: str, hint: str, largest: int) -> str:
    try:
        return read_regular(path, largest).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {what} {path}: {error.strerror or error}", hint) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{what} {path} is not UTF-8 text", "save it as UTF-8") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _keys_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    built = dict(pairs)
    if len(built) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        repeated = next(key for key, count in counts.items() if count > 1)
        raise ValueError(f"repeated key {repeated!r:.80}")
    return built


def _finite(number: str) -> float:
    found = float(number)
    if not isfinite(found):
        raise ValueError(f"{number:.20} is too large for a number")
    return found


def _whole(number: str) -> int:
    _finite(number)
    return int(number)


def _in_short(error: Exception) -> str:
    import yaml

    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem}, line {error.problem_mark.line + 1}"
    return one_line(error)


def _look_over(text: str) -> None:
    """Refuse aliases and depth before anything is built.

    Raises:
        yaml.YAMLError: There are aliases, or too many levels.
    """
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=_fast_loader()):
        if isinstance(event, yaml.events.AliasEvent):
            _refuse("aliases (*name) are not accepted", event.start_mark)
        depth += isinstance(event, yaml.events.CollectionStartEvent) - isinstance(event, yaml.events.CollectionEndEvent)
        if depth > DEEPEST:
            _refuse("nested too deeply", event.start_mark)


def _refuse(problem: str, mark: _Mark | None) -> NoReturn:
    import yaml

    raise yaml.constructor.ConstructorError(None, None, problem, mark)  # type: ignore[arg-type]  # C's marks will do


def _written(node: yaml.Node) -> Written:
    import yaml

    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        entries: dict[str, Written] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                _refuse("a key is no text", key.start_mark)
            if key.value in entries:
                _refuse(f"repeated key {key.value!r}", key.start_mark)
            entries[key.value] = replace(_written(value), line=key.start_mark.line + 1)
        return Written(entries, line)
    if isinstance(node, yaml.SequenceNode):
        return Written([_written(each) for each in node.value], line)
    return Written(None if node.tag == _NULL else node.value, line)


def _fast_loader() -> type[yaml.SafeLoader]:
    """The loader in C where PyYAML has it: six times as fast, and its parser needs no stack."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _plain_loader() -> type[yaml.SafeLoader]:
    import yaml

    class PlainLoader(_fast_loader()):  # type: ignore[misc]
        """Safe YAML without silently repeated keys, and without numbers that no float holds."""

        def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
            if len(node.value) > _LONGEST_WHOLE:
                _refuse("a number of too many digits", node.start_mark)
            return int(super().construct_yaml_int(node))

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
            keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
            repeated = sorted(str(key) for key, count in keys.items() if count > 1)
            if repeated:
                _refuse(f"repeated key {repeated[0]!r}", node.start_mark)
            built: dict[object, object] = super().construct_mapping(node, deep=deep)
            return built

    PlainLoader.add_constructor("tag:yaml.org,2002:int", PlainLoader.construct_yaml_int)
    return PlainLoader
