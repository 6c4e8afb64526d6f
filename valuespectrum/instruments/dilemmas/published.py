"""Dilemmas out of a file in the layout of Multi-step Moral Dilemmas (Wu et al., EMNLP 2025).

One JSON object for each dilemma: ``norm``, ``idx``, and for every step X ``step X_situation``, ``step X_dilemma`` (or
``step X_conflict``), ``step X_choiceA``, ``step X_choiceA_value``, and the same of B; our own files have
``step X_choiceA_chances``, too, where judges left the value in doubt. The published files write labels
in mixed case and Self-Direction as ``self``, and several dilemmas share an ``idx``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from valuespectrum.instruments.dilemmas.items import LABEL_SETS, STEPS, Course, DilemmaStep, Escalation, EscalationSet
from valuespectrum.theory.value_sets import MORAL_FOUNDATIONS_6, TEN, ValueSet
from vectorstore.foreign.documents import read_json
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line

LARGEST = 64 * 2**20
"""Bytes; 3,302 published dilemmas have about 16 million."""
MOST_DILEMMAS = 20_000
_ROUNDED = 0.01
"""How far probabilities, which are rounded, may be from adding up to 1."""
_LONGEST = 20_000
"""Characters of a text; the longest published one has a few hundred."""
HINT = "name a file in the layout of Multi-step Moral Dilemmas (docs/instruments/dilemmas.md)"
_SPELLED: Mapping[str, str] = {"self": "self_direction"}
"""Labels of the published files that are written otherwise."""


@dataclass(frozen=True, slots=True)
class DilemmaFile:
    """What a file holds."""

    path: Path
    found: EscalationSet
    labels: Mapping[str, int]
    """Value to how many courses are labelled with it."""
    same_values: int
    """Steps both of whose courses have the same value: they say nothing about values, and are left out of scores."""
    different_idx: int
    """How many there are; dilemmas that share one are told apart by a number behind it."""
    rewritten: int
    """Labels that were written otherwise: in capitals, or ``self``."""


def label_names(values: ValueSet) -> Mapping[str, str]:
    """How labels of a set may be written, in small letters, to the dimension."""
    written: dict[str, str] = {}
    for name, label in zip(values.dimensions, values.labels, strict=True):
        written |= {name: name, label.lower().replace(" ", ""): name, name.replace("_", "-"): name}
        written[name.replace("_", " ")] = name
    return written | {text: name for text, name in _SPELLED.items() if name in values}


def read_dilemmas(path: Path, labels: str = "") -> DilemmaFile:
    """Read a file of dilemmas.

    Args:
        path: The file.
        labels: Name of the set that its labels are of; empty to see which one it is.

    Raises:
        InputError: It is missing, too large, or not of that layout; a text is missing; a label is of no set or of
            another one; the message names the first such place in one line.
    """
    document = read_json(path, "dilemmas", HINT, LARGEST)
    if not isinstance(document, list) or not document:
        raise InputError(f"dilemmas {path}: a list of dilemmas is needed", HINT)
    if len(document) > MOST_DILEMMAS:
        raise InputError(f"dilemmas {path}: {len(document):,} dilemmas are more than {MOST_DILEMMAS:,}", "split it")
    values = _set_of(document, labels, path)
    reader = _EntryReader(path, label_names(values))
    idx = [reader.idx(entry, place) for place, entry in enumerate(document)]
    names = _named(idx)
    dilemmas = tuple(
        Escalation(name, reader.steps(entry, place), reader.text(entry, "norm", place, needed=False))
        for place, (name, entry) in enumerate(zip(names, document, strict=True))
    )
    steps = [step for each in dilemmas for step in each.steps]
    counted = Counter(course.value for step in steps for course in step.courses)
    shared = sum(count for count in Counter(idx).values() if count > 1)
    same = sum(step.courses[0].value == step.courses[1].value for step in steps)
    found = EscalationSet(values, dilemmas, tuple(_told(shared, reader.rewritten, same)))
    in_order = {value: counted[value] for value in values.dimensions}
    return DilemmaFile(path, found, in_order, same, len(set(idx)), reader.rewritten)


def once_each(found: EscalationSet) -> EscalationSet:
    """Dilemmas without those that are told in the words of an earlier one, as five of the published samples are.

    They are asked once, and would be two units of what is drawn again. Courses may stand in another order.
    """
    kept: dict[object, Escalation] = {}
    for each in found.dilemmas:
        courses = [frozenset(course.text for course in step.courses) for step in each.steps]
        story = [(step.situation, step.conflict) for step in each.steps]
        kept.setdefault((*story, *courses), each)
    lost = len(found.dilemmas) - len(kept)
    told = (f"{lost} dilemmas are told in the words of an earlier one and left out",) if lost else ()
    return EscalationSet(found.labels, tuple(kept.values()), (*found.notes, *told))


def _told(shared: int, rewritten: int, same: int) -> list[str]:
    told = []
    if shared:
        told.append(f"{shared} dilemmas share their idx with another one and are told apart by a number behind it")
    if rewritten:
        told.append(f"{rewritten} labels were written otherwise (capitals, or self for self-direction)")
    if same:
        told.append(f"{same} steps have one value on both sides and say nothing about values")
    return told


def _set_of(document: Sequence[object], wanted: str, path: Path) -> ValueSet:
    """The set of values that the labels are of; all of one and never of two."""
    if wanted:
        if wanted not in LABEL_SETS:
            raise InputError(f"dilemmas have no labels of {wanted!r:.40}", f"one of {', '.join(LABEL_SETS)}")
        return LABEL_SETS[wanted]
    written = [_in_small_letters(str(value)) for value in _labels(document)]
    known = {values.name: sum(each in label_names(values) for each in written) for values in (TEN, MORAL_FOUNDATIONS_6)}
    best = max(known, key=lambda name: known[name])
    if known[best] == 0:
        first = one_line(written[0]) if written else "none"
        raise InputError(f"dilemmas {path}: labels such as {first!r:.60} are of no set of values", HINT)
    if both := [name for name, count in known.items() if count and name != best]:
        raise InputError(f"dilemmas {path}: labels of {best} and of {both[0]} stand in one file", "never mix them")
    return LABEL_SETS[best]


def _in_small_letters(label: str) -> str:
    """A label without what makes no other one of it."""
    return label.strip().lower().replace(" / ", "/")


def _labels(document: Sequence[object]) -> list[object]:
    keys = [f"step {number}_choice{mark}_value" for number in range(1, STEPS + 1) for mark in "AB"]
    return [entry[key] for entry in document if isinstance(entry, dict) for key in keys if key in entry]


def _named(idx: Sequence[str]) -> list[str]:
    """Names that are told apart: the second dilemma with an idx has ``/2`` behind it."""
    seen: Counter[str] = Counter()
    names = []
    for each in idx:
        seen[each] += 1
        names.append(each if seen[each] == 1 else f"{each}/{seen[each]}")
    if len(set(names)) < len(names):
        raise InputError("an idx looks like the number of another one", "write plain numbers")
    return names


def _is_chance(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number <= 1


class _EntryReader:
    """Takes the parts of a dilemma out of its object."""

    def __init__(self, path: Path, written: Mapping[str, str]) -> None:
        self._path = path
        self._written = written
        self._names = frozenset(written.values())
        self.rewritten = 0

    def idx(self, entry: object, place: int) -> str:
        """The number of a dilemma."""
        found = entry.get("idx") if isinstance(entry, dict) else None
        if isinstance(found, bool) or not isinstance(found, int | str) or not str(found).strip():
            raise self._wrong(place, "has no idx")
        if len(str(found)) > 40:
            raise self._wrong(place, "has an idx of more than 40 characters")
        return one_line(str(found))

    def steps(self, entry: Mapping[str, object], place: int) -> tuple[DilemmaStep, ...]:
        """The five steps."""
        if f"step {STEPS + 1}_situation" in entry:
            raise self._wrong(place, f"has more than {STEPS} steps")
        return tuple(self._step(entry, number, place) for number in range(1, STEPS + 1))

    def text(self, entry: Mapping[str, object], key: str, place: int, needed: bool = True) -> str:
        """One text."""
        found = entry.get(key, "" if not needed else None)
        if not isinstance(found, str) or (needed and not found.strip()):
            raise self._wrong(place, f"has no text under {key!r}")
        if len(found) > _LONGEST:
            raise self._wrong(place, f"has more than {_LONGEST:,} characters under {key!r}")
        return found.strip()

    def _step(self, entry: Mapping[str, object], number: int, place: int) -> DilemmaStep:
        conflicts = [key for key in (f"step {number}_dilemma", f"step {number}_conflict") if key in entry]
        if not conflicts:
            raise self._wrong(place, f"has neither 'step {number}_dilemma' nor 'step {number}_conflict'")
        first, second = (self._course(entry, f"step {number}_choice{mark}", place) for mark in "AB")
        if first.text == second.text:
            raise self._wrong(place, f"has twice the same choice at step {number}")
        situation = self.text(entry, f"step {number}_situation", place)
        return DilemmaStep(number, (first, second), situation, self.text(entry, conflicts[0], place))

    def _course(self, entry: Mapping[str, object], key: str, place: int) -> Course:
        written = self.text(entry, f"{key}_value", place)
        value = self._written.get(_in_small_letters(written))
        if value is None:
            raise self._wrong(place, f"has the label {one_line(written)!r:.60} under {key!r}, of another set or none")
        self.rewritten += int(written != written.lower() or written in _SPELLED)
        return Course(self.text(entry, key, place), value, self._chances(entry, f"{key}_chances", place))

    def _chances(self, entry: Mapping[str, object], key: str, place: int) -> tuple[tuple[str, float], ...]:
        """Values that a course may serve; none where the label is certain."""
        found = entry.get(key, {})
        if not isinstance(found, dict) or not all(_is_chance(each) for each in found.values()):
            raise self._wrong(place, f"has no probabilities under {key!r}")
        if found and abs(sum(found.values()) - 1) > _ROUNDED:
            raise self._wrong(place, f"has probabilities under {key!r} that do not add up to 1")
        unknown = [str(name) for name in found if name not in self._names]
        if unknown:
            raise self._wrong(
                place, f"has the label {one_line(unknown[0])!r:.60} under {key!r}, of another set or none"
            )
        return tuple((str(name), float(chance)) for name, chance in found.items())

    def _wrong(self, place: int, what: str) -> InputError:
        return InputError(f"dilemmas {self._path}: dilemma {place + 1} {what}", HINT)
