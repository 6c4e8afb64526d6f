"""Written cases for the parser of answers, and how well it does: ``python -m tests.agents.parser_cases [FILE ...]``.

A case is a line of a file in ``parse_cases``: which options, the right class, and the words, with ``\\n`` for a line
break. Classes were written down by what a reader would say, not by what the parser says. Every ``heldout_*.tsv`` was
written after the sets before it were read right; how it was read before anything was mended stands in
``docs/measurement.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agents.models.base import Choice
from agents.models.parsing.parse import parse_answer

FOLDER = Path(__file__).with_name("parse_cases")
OPTIONS = {
    "yes_no": (Choice("yes", ("yes", "Yes", "YES")), Choice("no", ("no", "No", "NO"))),
    "rating": tuple(Choice(str(digit), (str(digit),)) for digit in range(10)),
    "actions": (
        Choice("watch", ("watch",)),
        Choice("skip", ("skip",)),
        Choice("not_interested", ("not interested",)),
    ),
}


@dataclass(frozen=True)
class Case:
    """One written case."""

    file: str
    options: str
    right: str
    text: str

    @property
    def got(self) -> str:
        """What the parser says."""
        return parse_answer(self.text, OPTIONS[self.options])


@dataclass(frozen=True)
class Figures:
    """How one class does."""

    name: str
    cases: int
    precision: float
    recall: float


def read_cases(paths: Iterable[Path] = ()) -> list[Case]:
    """All cases, or those of some files."""
    cases = []
    for path in sorted(list(paths) or FOLDER.glob("*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            options, right, text = line.split("\t", 2)
            cases.append(Case(path.stem, options, right, text.replace("\\n", "\n")))
    return cases


def figures(cases: Iterable[Case]) -> list[Figures]:
    """Precision and recall of every class; digits and actions are one class each, right when it is the right one."""
    pairs = [(case.right, case.got) for case in cases]
    rows = []
    for name in ("yes", "no", "rating", "action", "refusal", "no_picture", "unparsed"):
        right = sum(one == other and _kind(one) == name for one, other in pairs)
        said, there = sum(_kind(other) == name for _, other in pairs), sum(_kind(one) == name for one, _ in pairs)
        rows.append(Figures(name, there, right / said if said else 1.0, right / there if there else 1.0))
    return rows


def _kind(name: str) -> str:
    if name.isdecimal():
        return "rating"
    return "action" if name in ("watch", "skip", "not_interested") else name


def main(names: list[str]) -> int:
    """Print the figures, and every case that is read otherwise."""
    cases = read_cases(map(Path, names))
    for case in cases:
        if case.got != case.right:
            print(f"{case.file}: {case.text!r} is {case.right}, read as {case.got}")
    print(f"{len(cases)} cases in {len({case.file for case in cases})} files\n\n{'class':12}cases  precision  recall")
    for row in figures(cases):
        print(f"{row.name:12}{row.cases:5}{row.precision:11.3f}{row.recall:8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
