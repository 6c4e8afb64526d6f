"""Rows of JSON: one object a line, or one array of objects.

An object that goes on in further lines is read as the one row that it is, so that an object inside it is never taken
for a row. Where that fails, what was read of it is left out, and reading goes on with the line that broke it.
"""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from ingest.sources.tables.columns import MAX_ROW, Columns, TableRow
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line

_BLOCK = 2**16
_REMEMBERED = 100
"""Shapes of rows whose columns are looked up once."""
_NO_SPACE = re.compile(r"[^ \t\r\n]")
_ARRAY = re.compile(r"\s*\[\s*[{\]]")
_TOO_LONG = f"longer than {MAX_ROW:,} characters"


class _Repeating(dict[str, object]):
    """An object that has names more than once, of which it does not say which value holds.

    Args:
        pairs: All of it.
    """

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        counts = Counter(name for name, _ in pairs)
        self.repeated = frozenset(name for name, count in counts.items() if count > 1)


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of the file."""

    number: int
    content: object = None
    problem: str = ""
    lines: int = 1


def json_rows(text: TextIO, name: str, columns: Columns) -> Iterator[TableRow]:
    """The rows of a file.

    Args:
        text: At its beginning.
        name: Of the table, for messages.
        columns: Wanted ones.

    Raises:
        InputError: The file lacks a column that is needed (known at its end only), or it is an array that is damaged.
    """
    shapes = _Shapes(columns)
    start = text.read(_BLOCK)
    text.seek(0)
    for value in _array(text, name) if _ARRAY.match(start) else _lines(text):
        if value.problem:
            yield TableRow(value.number, problem=value.problem, stands_for=value.lines)
        elif not isinstance(value.content, dict):
            yield TableRow(value.number, problem="not a JSON object")
        else:
            yield shapes.row(value.number, value.content)
    # A line may lack what others have, so what the whole lacks is known only now.
    columns.check(list(shapes.present), name)


class _Shapes:
    """Which names of objects are wanted, looked up once for all objects with the same names."""

    def __init__(self, columns: Columns) -> None:
        self.present: dict[str, None] = {}
        self._columns = columns
        self._known: dict[tuple[str, ...], dict[str, str]] = {}

    def row(self, number: int, content: dict[str, object]) -> TableRow:
        names = tuple(content)
        if (found := self._known.get(names)) is None:
            if twice := self._columns.repeated(names):
                return _there_twice(number, twice)
            found = self._columns.among(names)
            self.present.update(dict.fromkeys(found.values()))
            if len(self._known) < _REMEMBERED:
                self._known[names] = found
                self.present.update(dict.fromkeys(names))
        repeated = content.repeated if isinstance(content, _Repeating) else ()
        if twice := next((name for name in found.values() if name in repeated), ""):
            return _there_twice(number, twice)
        return TableRow(number, {wanted: content[name] for wanted, name in found.items()})


def _there_twice(number: int, name: str) -> TableRow:
    return TableRow(number, problem=f"the name {name[:40]!a} is there twice")


class _Numbered:
    """Lines with their numbers; the rest of one that is too long is passed over, and some can be given back."""

    def __init__(self, text: TextIO) -> None:
        self.number = 0
        self._text = text
        self._held: deque[str] = deque()

    def next(self) -> str:
        """The next line, of one that is too long the beginning; empty at the end."""
        line = self._held.popleft() if self._held else self._text.readline(MAX_ROW + 1)
        self.number += bool(line)
        if len(line) > MAX_ROW and line[-1] not in "\r\n":
            while (more := self._text.readline(_BLOCK)) and more[-1] not in "\r\n":
                pass
        return line

    def give_back(self, lines: list[str]) -> None:
        """Read these again."""
        self.number -= len(lines)
        self._held.extendleft(reversed(lines))


def _lines(text: TextIO) -> Iterator[_Value]:
    source = _Numbered(text)
    while line := source.next():
        number = source.number
        if not line.strip():
            continue
        if len(line) > MAX_ROW:
            yield _Value(number, problem=_TOO_LONG)
            continue
        content, end, problem = _decode(line)
        if not problem and line[end:].strip() in ("", ","):
            yield _Value(number, content)
        elif problem and end >= len(line.rstrip()):
            yield _over_lines(line, source)
        else:
            yield _Value(number, problem=problem or "more than one JSON value in a line")


def _over_lines(line: str, source: _Numbered) -> _Value:
    """An object that its first line does not end, tried at twice its length each time: that takes linear time."""
    number, parts, size, tried = source.number, [line], len(line), 0
    while True:
        following = source.next()
        parts += [following] if following else []
        size += len(following)
        is_last = not following or size > MAX_ROW
        if not is_last and size < 2 * tried:
            continue
        tried = size
        joined = "".join(parts)
        content, end, problem = _decode(joined)
        if not problem or is_last or end < len(joined.rstrip()):
            break
    used = len(parts) if problem and (size > MAX_ROW or end < 0) else _lines_up_to(parts, end)
    if not problem and "".join(parts[:used])[end:].strip():
        problem = "more than one JSON value in a line"
    elif problem and following and used > 1 and end >= 0:
        # The line that broke it may be a sound one.
        used -= 1
    source.give_back(parts[used:])
    return _Value(number, content, problem, used)


def _lines_up_to(parts: list[str], end: int) -> int:
    """How many of these lines it takes to come to a place."""
    for used, part in enumerate(parts, start=1):
        end -= len(part)
        if end <= 0:
            return used
    return len(parts)


def _array(text: TextIO, name: str) -> Iterator[_Value]:
    window = _Window(text, name)
    window.take("[", 1)
    number, mark = 1, window.next()
    while mark != "]":
        yield window.value(number)
        number += 1
        mark = window.take(",]", number)
    window.end()


class _Window:
    """A part of an array, moved along it."""

    def __init__(self, text: TextIO, name: str) -> None:
        self._text = text
        self._name = name
        self._buffer = ""
        self._place = 0

    def next(self) -> str:
        """The next character that is no space, not taken; empty at the end."""
        while True:
            self._place = _past_space(self._buffer, self._place)
            if self._place < len(self._buffer) or not self._read_on():
                return self._buffer[self._place : self._place + 1]

    def take(self, marks: str, number: int) -> str:
        """Take one of these characters."""
        mark = self.next()
        if not mark or mark not in marks:
            raise self._damaged(number, f"{' or '.join(marks)} is missing")
        self._place += 1
        return mark

    def value(self, number: int) -> _Value:
        """Take one value."""
        self.next()
        while True:
            content, end, problem = _decode(self._buffer, self._place)
            # What ends where the window does may go on.
            if not problem and end < len(self._buffer):
                size, self._place = end - self._place, end
                return _Value(number, content, _TOO_LONG if size > MAX_ROW else "")
            if len(self._buffer) - self._place > 2 * MAX_ROW:
                raise self._damaged(number, problem or _TOO_LONG)
            if not self._read_on():
                raise self._damaged(number, problem or "the array does not end")

    def end(self) -> None:
        """Nothing may follow."""
        if self.next():
            raise InputError(f"{self._name}: something follows the JSON array", "write one array, or one object a line")

    def _read_on(self) -> bool:
        self._buffer = self._buffer[self._place :]
        self._place = 0
        more = self._text.read(max(_BLOCK, len(self._buffer)))
        self._buffer += more
        return bool(more)

    def _damaged(self, number: int, problem: str) -> InputError:
        return InputError(
            f"{self._name}: the JSON array is damaged in its element {number}: {problem}",
            "what follows cannot be told apart; write one object a line, which stands such damage",
        )


def _past_space(text: str, start: int) -> int:
    """Place of the next character that is no space; the length where there is none."""
    found = _NO_SPACE.search(text, start)
    return found.start() if found else len(text)


def _decode(text: str, start: int = 0) -> tuple[object, int, str]:
    """A value at a place, where it ends or where it is broken, and how."""
    start = _past_space(text, start)
    try:
        content, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return None, error.pos, f"not JSON: {error.msg}"
    except (ValueError, RecursionError) as error:
        # Nobody says where.
        return None, -1, f"not JSON: {one_line(error)}"
    return content, end, ""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    return content if len(content) == len(pairs) else _Repeating(pairs)


_DECODER = json.JSONDecoder(object_pairs_hook=_object)
