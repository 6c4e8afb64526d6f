"""Dose and response of value vectors and value neurons, side effects included: ``python -m bench.truth.doses``.

Blocks (and thresholds of neurons) are chosen on the open cohort as in ``bench/truth/steering.py`` and ``neurons.py``;
the sealed cohort shows every dose on the half of the items that nothing was chosen by. Intervals are Student's t over
its respondents, each with its mean over the ten values; they do not cover other items. ``--figure FILE`` draws it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from markupsafe import Markup

from agents.models.steering.edits import Edit
from bench.truth.neurons import PAIRS, choose_neurons, edits_by
from bench.truth.steering import SIDES, Study, around, choose, grid, interval, prepare
from valuespectrum.reference.cohort import SEALED_NAMES
from valuespectrum.reporting.elements.svg import as_file, element, picture
from valuespectrum.steering.neurons.aspects import opposed_asks, trait_aspects
from valuespectrum.steering.neurons.firing import opposed_firing
from valuespectrum.steering.neurons.fitting import portrait_questions
from valuespectrum.steering.vectors.ways import SteeringPlan, edits_of
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.disk import write_durably

DOSES: Mapping[str, tuple[float, ...]] = {"vectors": (1.0, 2.0, 4.0, 8.0, 16.0), "neurons": (1.0, 2.0, 4.0, 8.0)}
"""Strengths of vectors, gammas of neurons."""
TARGET, RANDOM, VALID, TASKS = "target", "random", "answers that are options", "other tasks right"
Dosed = Callable[[str, float, int | None], tuple[Edit, ...]]
"""From a value, a dose and the number of a random direction or mask (``None``: none) to edits."""
_COLOURS = {TARGET: "#1b6ca8", "neighbours": "#2a8c5a", "opposites": "#a33b4a", "rest": "#c27c0e", RANDOM: "#7a8292"}
_SHARES = {VALID: "#1b6ca8", TASKS: "#c27c0e"}
_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 190.0, 130.0, 40.0, 40.0, 60.0


@dataclass(frozen=True, slots=True)
class DoseRow:
    """What one dose does, over the ten values."""

    dose: float
    changes: Mapping[tuple[str, str], tuple[float, float, float]]
    """Side and group (target, neighbours, opposites, rest, random) to mean and interval over respondents."""
    shares: Mapping[str, float]
    """Least probability that an answer is an option, and mean share of other tasks that are done right."""


def vectors(study: Study) -> Dosed:
    """Fixed shifts along probes, at the blocks that the open cohort chooses."""
    found = grid(study)
    chosen = {value: choose(found, value).layers for value in VALUES}

    def edits(value: str, dose: float, luck: int | None) -> tuple[Edit, ...]:
        plan = SteeringPlan(chosen[value], "fixed" if luck is None else "random", dose, seed=luck or 0)
        return edits_of(study.vectors[value], plan)

    return edits


def neurons(study: Study) -> Dosed:
    """Boosts of neurons, with the threshold and blocks that the open cohort chooses."""
    firings = {
        value: opposed_firing(
            study.reading.model, opposed_asks(trait_aspects(value, portrait_questions(1), PAIRS), PAIRS), "asked"
        )
        for value in VALUES
    }
    chosen = {value: choose_neurons(study, firings[value], value)[0] for value in VALUES}
    return lambda value, dose, luck: edits_by(firings[value], replace(chosen[value], gamma=dose), luck)


def responses(study: Study, who: Sequence[str], doses: Sequence[float], edits: Dosed) -> Iterator[DoseRow]:
    """Every dose put to every respondent, on the half that nothing was chosen by."""
    for dose in doses:
        rows: dict[tuple[str, str], list[list[float]]] = {}
        valid, tasks = [], []
        for number, name in enumerate(who):
            own: dict[tuple[str, str], list[float]] = {}
            for value in VALUES:
                moved, after = study.change(name, 1, edits(value, dose, None))
                by_luck, _ = study.change(name, 1, edits(value, dose, number))
                valid.append(after.valid)
                tasks.append(after.knowledge)
                places = {TARGET: [VALUES.index(value)], **around(value)}
                for side in SIDES:
                    for group, some in places.items():
                        own.setdefault((side, group), []).append(float(moved[side][some].mean()))
                    own.setdefault((side, RANDOM), []).append(float(by_luck[side][places[TARGET]].mean()))
            for key, numbers in own.items():
                rows.setdefault(key, []).append(numbers)
        changes = {key: interval(np.array(numbers).mean(axis=1)) for key, numbers in rows.items()}
        yield DoseRow(dose, changes, {VALID: min(valid), TASKS: float(np.mean(tasks))})


def drawn(found: Mapping[str, Sequence[DoseRow]]) -> str:
    """A row of charts for each method: change on text, change on frames, and what happens to answers."""
    parts: list[Markup] = []
    for line, (method, rows) in enumerate(found.items()):
        top = _TOP + line * (_HEIGHT + _GAP)
        reach = max(abs(end) for row in rows for three in row.changes.values() for end in three)
        for place, side in enumerate(SIDES):
            curves = {group: [row.changes[side, group] for row in rows] for group in _COLOURS}
            parts += _chart((place, top), f"{method}, {side}", rows, curves, (-reach, reach))
        shares = {name: [(row.shares[name],) * 3 for row in rows] for name in _SHARES}
        parts += _chart((len(SIDES), top), f"{method}, answers", rows, shares, (0.0, 1.0))
    legend = [*_COLOURS.items(), *_SHARES.items()]
    bottom = _TOP + len(found) * (_HEIGHT + _GAP)
    x = _LEFT
    for name, colour in legend:
        parts.append(_text(name, x, bottom, colour))
        x += 20 + 6.5 * len(name)
    parts.insert(0, element("rect", x=0, y=0, width="100%", height="100%", fill="#ffffff"))
    box = (0.0, 0.0, _LEFT + (len(SIDES) + 1) * (_WIDTH + _GAP), bottom + 20)
    return as_file(picture(parts, box, "Dose and response", "changes of centred scores by dose; the sealed cohort"))


def _chart(
    where: tuple[int, float],
    title: str,
    rows: Sequence[DoseRow],
    curves: Mapping[str, Sequence[tuple[float, float, float]]],
    ends: tuple[float, float],
) -> Iterator[Markup]:
    left, top = _LEFT + where[0] * (_WIDTH + _GAP), where[1]

    def at(place: int, number: float) -> tuple[float, float]:
        x = left + _WIDTH * (place + 0.5) / len(rows)
        return x, top + _HEIGHT * (1 - (number - ends[0]) / (ends[1] - ends[0]))

    yield _text(title, left, top - 8, "#1d2330")
    for number in sorted({*ends, 0.0}):
        y = at(0, number)[1]
        yield element("line", x1=left, x2=left + _WIDTH, y1=y, y2=y, stroke="#d5d9e0")
        yield _text(f"{number:.1f}", left - 26, y + 4, "#7a8292")
    for place, row in enumerate(rows):
        yield _text(f"{row.dose:g}", at(place, 0.0)[0] - 4, top + _HEIGHT + 14, "#7a8292")
    for name, points in curves.items():
        colour = (_COLOURS | _SHARES)[name]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(place, each[0]) for place, each in enumerate(points)))
        yield element("polyline", points=path, fill="none", stroke=colour, stroke_width=2 if name == TARGET else 1.2)
        for place, (_, low, high) in enumerate(points):
            x = at(place, low)[0]
            yield element("line", x1=x, x2=x, y1=at(place, low)[1], y2=at(place, high)[1], stroke=colour)


def _text(words: str, x: float, y: float, colour: str) -> Markup:
    return element("text", words, x=x, y=y, fill=colour, font_size=11.5, font_family="system-ui, sans-serif")


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figure", type=Path, help="an SVG file")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        study, found = prepare(Path(folder)), {}
        for method, prepared in (("vectors", vectors), ("neurons", neurons)):
            found[method] = list(responses(study, SEALED_NAMES, DOSES[method], prepared(study)))
            for row in found[method]:
                told = [
                    f"{side} {group} {mean:+.2f} [{low:+.2f}, {high:+.2f}]"
                    for (side, group), (mean, low, high) in row.changes.items()
                ]
                told += [f"{name} {share:.2f}" for name, share in row.shares.items()]
                print(f"{method} {row.dose:g}: {'; '.join(told)}", flush=True)
    if given.figure:
        write_durably(given.figure, drawn(found).encode())


if __name__ == "__main__":
    _main()
