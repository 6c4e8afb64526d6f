"""Checks of attention that a person answered on the page, out of the file beside the log."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Attention(NamedTuple):
    """Checks that somebody reads along."""

    failed: int
    checks: int


def attention_beside(log: Path) -> Attention | None:
    """How a person answered; ``None`` where no answers lie beside the log, as with sessions from elsewhere.

    Raises:
        InputError: The answers are damaged.
        SchemaError: Another release wrote them.
        StorageError: The disk fails.
    """
    from agents.web.answers_file import answers_path, read_answers

    records = read_answers(answers_path(log))
    checks = [each for each in records if each["kind"] == "attention"]
    failed = sum(each.get("answers") != {"attention": each.get("asked")} for each in checks)
    return Attention(failed, len(checks)) if records else None
