"""Rows of a file of somebody's: read within limits, decoded, and named where they cannot be used."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.personas.persona import Persona, persona_of
from vectorstore.foreign.documents import read_regular
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import visible_line

MOST_BYTES = 256 * 2**20
"""Largest file; a wave of a survey has about a hundred million."""
LONGEST_LINE = 2**17
MOST_PERSONAS = 10_000
"""Personas that one import may make; more would not fit into a persona file."""
_UNREADABLE = "\ufffd"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16", "utf-32")
"""Begin the names of encodings in which every other byte of a text may be zero."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be used."""

    line: int
    """From 1; where it begins."""
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held."""

    personas: tuple[Persona, ...]
    bad: tuple[BadRow, ...] = ()
    left: int = 0
    """Rows that were not looked at, because there were enough personas."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How much of a file is taken, and how it is read."""

    most: int = 200
    """Personas at most, the first ones."""
    encoding: str = "utf-8"
    """Where the file does not say itself (by a byte order mark)."""
    prefix: str = ""
    """Begins the ids; by default the name of the format."""

    def __post_init__(self) -> None:
        if not 1 <= self.most <= MOST_PERSONAS:
            raise InputError(f"{self.most} personas cannot be imported at once", f"ask for 1 to {MOST_PERSONAS:,}")
        try:
            codecs.lookup(self.encoding)
        except (LookupError, ValueError) as error:
            raise InputError(f"there is no encoding {self.encoding!r:.40}", "for example utf-8 or latin-1") from error


def opened(path: Path, options: ImportOptions, what: str) -> io.TextIOWrapper:
    """The text of a file; what its encoding cannot say is a mark that ``unreadable`` finds.

    Args:
        path: The file; neither a pipe nor a device.
        options: Its encoding.
        what: What it is, for the message.

    Raises:
        InputError: It is missing, too large, or no text.
    """
    try:
        content = read_regular(path, MOST_BYTES)
    except OSError as error:
        raise InputError(f"cannot read {what} {path}: {error.strerror or error}") from error
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), options.encoding)
    if b"\0" in content[:4096] and not codecs.lookup(encoding).name.startswith(_WIDE):
        raise InputError(f"{what} {path} is no text", f"unpack it first, or name its encoding (not {encoding})")
    try:
        return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="replace", newline=None)
    except LookupError as error:
        raise InputError(f"{encoding!r:.40} is no encoding of texts", "for example utf-8 or latin-1") from error


def numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, from 1."""
    return enumerate((line.rstrip("\n") for line in lines), start=1)


def unreadable(line: str, encoding: str) -> str:
    """What is wrong with a line before anything is made of it; empty for nothing."""
    if len(line) > LONGEST_LINE:
        return f"longer than {LONGEST_LINE:,} characters"
    if _UNREADABLE in line:
        return f"not written in {encoding}: name its encoding with --encoding"
    return "holds a zero character" if "\0" in line else ""


def tidy(text: object) -> str:
    """Words on one line, with nothing that a terminal or a prompt would take for more; empty for what is no text."""
    return visible_line(" ".join(text.split())) if isinstance(text, str) else ""


class Collected:
    """Personas and bad rows as they come.

    Args:
        options: How many are wanted, and how they are called.
        kind: What they are called where the options do not say.
    """

    def __init__(self, options: ImportOptions, kind: str) -> None:
        self._options, self._prefix = options, options.prefix or kind
        self.personas: list[Persona] = []
        self.bad: list[BadRow] = []
        self.left = 0
        self._known: set[str] = set()

    @property
    def full(self) -> bool:
        """Whether there are as many as were wanted."""
        return len(self.personas) >= self._options.most

    def refuse(self, line: int, why: str) -> None:
        """Note a row that cannot be used."""
        self.bad.append(BadRow(line, why))

    def add(self, line: int, row: dict[str, object], source: str) -> None:
        """Take a persona, unless it breaks the format of a persona file, or says what an earlier one says.

        Args:
            line: Where it begins.
            row: It, as it would stand in a persona file; its id and name are given here.
            source: Name of the file.
        """
        content = repr(row)
        if content in self._known:
            self.refuse(line, "says the same as an earlier one")
            return
        number = len(self.personas) + 1
        named = {"id": f"{self._prefix}-{number:05}", "name": f"{self._prefix} {number}", **row}
        try:
            persona = persona_of(named, f"line {line}", source)
        except InputError as error:
            self.refuse(line, error.message.removeprefix(f"line {line}: "))
            return
        self._known.add(content)
        self.personas.append(persona)

    def done(self, path: Path, what: str) -> Imported:
        """Everything that was found.

        Raises:
            InputError: That is nothing.
        """
        if not self.personas:
            first = f"; line {self.bad[0].line}: {self.bad[0].why}" if self.bad else ""
            raise InputError(f"{path} holds no {what} that could be used{first}", "docs/personas.md shows the formats")
        return Imported(tuple(self.personas), tuple(self.bad), self.left)
