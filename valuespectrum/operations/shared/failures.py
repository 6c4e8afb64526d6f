"""Failed sources as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vectorstore.foundation.escaping import printable_line

if TYPE_CHECKING:
    from vectorstore.ledger.records import Failure


def failure_lines(word: str, failures: Sequence[Failure], most: int | None = None) -> list[str]:
    """Failures for a person, those that say the same in one line.

    Args:
        word: Said before each.
        failures: Any number.
        most: Lines; how many failures are left out is said.
    """
    from ingest.report import alike

    kinds = alike(failures)
    lines = [
        printable_line(f"{word}: {failure.source}: {failure.detail}{f' (and {count - 1:,} more alike)' * (count > 1)}")
        for failure, count in kinds[:most]
    ]
    rest = sum(count for _, count in kinds[len(lines) :])
    return [*lines, f"... and {rest:,} more {word}"] if rest else lines
