"""Texts for which a gate is to open, and texts for which it is to stay shut: of a file, or of our own pairs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.models.ask_key import canonical_json
from valuespectrum.steering.pairs.grammar import GRAMMAR, UNMATCHED, own_pairs
from valuespectrum.theory.values import VALUES
from vectorstore.foreign.documents import read_rows
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

COLUMNS = ("text", "label")
"""Columns of a file of examples; ``situation`` may be beside them."""
_SIDES = {"for": True, "against": False}
_LARGEST = 2**24
_MOST = 20_000
_LONGEST = 4_000
"""Characters of a text."""


@dataclass(frozen=True, slots=True)
class GateExample:
    """A text with what a gate is to do about it."""

    text: str
    opens: bool
    situation: str = ""
    """What texts have in common that are held out together; empty where nobody knows."""


@dataclass(frozen=True, slots=True)
class GateExamples:
    """Texts of both sides."""

    examples: tuple[GateExample, ...]
    source: str
    """Where they come from: one of the sources of pairs, or ``"file"``."""

    @property
    def digest(self) -> str:
        """SHA-256 over texts and sides, for a manifest."""
        told = [[each.text, each.opens] for each in self.examples]
        return hashlib.sha256(canonical_json(told).encode()).hexdigest()


def gate_examples(named: str, value: str) -> GateExamples:
    """Examples of a file, or of our own pairs.

    Args:
        named: A CSV file with the columns ``text`` and ``label`` (``for`` or ``against``), and ``situation`` where
            several texts have one; or ``grammar``, ``unmatched``.
        value: Whose pairs are meant; empty for none.

    Returns:
        Of our own pairs both texts of each are for, since they are about the value; of ``unmatched`` ones that which
        names it. Those of the other nine are against, and so are texts of ``unmatched`` ones that name none.

    Raises:
        InputError: There is no such file or value, or the file holds something else.
    """
    if named not in (GRAMMAR, UNMATCHED):
        return GateExamples(tuple(_of_file(user_path(Path(named)))), "file")
    if value not in VALUES:
        raise InputError(
            f"a gate out of the pairs {named} is about one of the ten values, not {value or 'none'!r:.60}",
            "name it with --gate-option value=VALUE, or name a file of examples",
        )
    own = list(_of_pairs(value, named, opens=True))
    others = [each for other in VALUES if other != value for each in _of_pairs(other, named, opens=False)]
    return GateExamples((*own, *others[:: len(VALUES) - 1]), named)


def _of_pairs(value: str, source: str, opens: bool) -> Iterator[GateExample]:
    for pair in own_pairs(value, source).pairs:
        yield GateExample(pair.positive, opens, pair.situation)
        if source == UNMATCHED:  # its second text is about something else
            yield GateExample(pair.negative, False, pair.situation)
        else:
            yield GateExample(pair.negative, opens, pair.situation)


def _of_file(path: Path) -> Iterator[GateExample]:
    hint = f"a CSV file with the columns {' and '.join(COLUMNS)}, where a label is for or against"
    rows = read_rows(path, "examples", COLUMNS, hint, _LARGEST)
    if len(rows) > _MOST:
        raise InputError(f"{path}: {len(rows):,} examples, and at most {_MOST:,} are read", "leave some out")
    for number, row in enumerate(rows, start=2):
        words, label = ((row[name] or "").strip() for name in COLUMNS)
        if not words or len(words) > _LONGEST:
            raise InputError(f"{path}, row {number}: a text is empty or longer than {_LONGEST:,} characters", hint)
        if label not in _SIDES:
            raise InputError(f"{path}, row {number}: {label!r:.40} is no label", hint)
        yield GateExample(words, _SIDES[label], (row.get("situation") or "").strip()[:200])
