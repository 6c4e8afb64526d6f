"""Value vectors on the reference VLM, whose values are planted: ``python -m bench.truth.steering [--open-sealed]``.

Vectors are fitted once, to pairs of the trait bank put as a person's words to ``reference:amber``. Blocks and strength
are chosen on two respondents of the open cohort by half of the items; the other half, and with ``--open-sealed`` the
sealed cohort, say what that comes to. Items are portraits made of statements that no pair has, and like questions about
frames, both scored from log-probabilities. Units that intervals are over: respondents. What is planted is never looked
at: the question is whether the measured profile moves.
"""

from __future__ import annotations

import argparse
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.models.base import Ask, FrameReference, ModelOptions, Stimulus
from agents.models.engines.adapter import ModelAdapter
from agents.models.local.transformers import TransformersModel
from agents.models.steering.edits import Edit
from agents.models.steering.hooks import Steering
from agents.personas.persona import load_trait_bank
from agents.personas.prompts import anchor_prompt, simple_prompt
from valuespectrum.instruments.wordings.describing_oneself import PORTRAITS
from valuespectrum.instruments.wordings.speaking import PICTURE_DIRECTION, TEXT_STRENGTH
from valuespectrum.reference.cohort import DEFAULT, SEALED_NAMES
from valuespectrum.reference.drawing import draw_frame
from valuespectrum.reference.kinds import KINDS
from valuespectrum.reference.models import load
from valuespectrum.reference.painting.settings import random_setting
from valuespectrum.reference.planted import TEN
from valuespectrum.reference.speech import speech
from valuespectrum.reference.twin.arrays import like_cells
from valuespectrum.steering.pairs.grammar import TRAITS, own_pairs
from valuespectrum.steering.vectors.fitting import ValueVectors, VectorFitOptions, fit_vectors
from valuespectrum.steering.vectors.placing import Placing, statement_contexts
from valuespectrum.steering.vectors.ways import SteeringPlan, Way, edits_of
from valuespectrum.theory.value_sets import NINETEEN
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.disk import write_durably

if TYPE_CHECKING:
    import torch

Floats = NDArray[np.float64]
OPEN = ("amber", "birch")
"""Of the open cohort, by which blocks and strength are chosen."""
BLOCKS: tuple[tuple[int, ...], ...] = ((0,), (1,), (0, 1))
STRENGTHS = (2.0, 4.0, 8.0)
VALID = 0.95
"""Least probability of an answer that is one of the options, on average: what is steered beyond answers nothing."""
TARGET = 0.99
"""``P0`` of the least shift."""
SIDES = ("text", "frames")
_SEED = 4711
_ROWS = 64
_TASKS_EVERY = 3
_EXAMPLES = 30
_ON_ALL = 3
FEW = 3
"""Respondents on whom the further ways are shown; the first ones."""
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "text": tuple("123456"),
    "frames": ("yes", "no"),
    "direction": ("lived", "denied", "absent"),
    "strength": tuple("12345"),
}


@dataclass(frozen=True, slots=True)
class StudyItem:
    """One ask and what its answer means."""

    ask: Ask
    kind: str
    """``text``, ``frames``, or a task of knowledge: ``direction``, ``strength``."""
    value: str
    """One of the ten; empty for tasks."""
    sign: int = 1
    """Of what a high answer says of the value."""
    half: int = 0
    right: str = ""
    """Right answer of a task."""


def study_items(folder: Path) -> list[StudyItem]:
    """Portraits, like questions and tasks; frames are drawn into a folder."""
    cells = [(like_cells()[0], 1), (like_cells()[3], -1)]  # liked with yes first, disliked with no first
    items: list[StudyItem] = []
    parts = [(value, part) for value, several in TEN.items() for part in several]
    for number, (value, part) in enumerate(parts):
        kinds = [kind for kind in KINDS if kind.value == part and kind.misread is None and not kind.refused][:2]
        for half, kind in enumerate(kinds):
            words = PORTRAITS[half == 0].write(statement=speech()[part]["positive"][half])
            items.append(StudyItem(Ask(Stimulus(), words), "text", value, 1 - 2 * half, half))
            frame, (cell, sign) = _drawn(kind.name, folder), cells[(number + half) % 2]
            items.append(StudyItem(Ask(Stimulus((frame,)), cell.text), "frames", value, sign, half))
            items += _tasks(part, frame, half) if number % _TASKS_EVERY == 0 else []
    return items


def _drawn(kind: str, folder: Path) -> FrameReference:
    setting = random_setting(np.random.default_rng([_SEED, [each.name for each in KINDS].index(kind)]), 1.0)
    content = io.BytesIO()
    draw_frame(f"{kind}:endorsed", setting).save(content, "PNG")
    path = folder / f"{kind}.png"
    write_durably(path, content.getvalue())
    return FrameReference(hashlib.sha256(content.getvalue()).hexdigest(), path)


def _tasks(part: str, frame: FrameReference, half: int) -> list[StudyItem]:
    """What has nothing to do with whom is asked: which value a frame shows, how strongly a text stands for one."""
    other = NINETEEN.dimensions[(NINETEEN.position(part) + 7) % len(NINETEEN)]
    asked, right = (part, "lived") if half else (other, "absent")
    text = speech()[part]["positive"][half]
    judged, strength = (part, "4") if half else (other, "1")
    names = {value: NINETEEN.label(value).lower() for value in (part, other)}
    direction = PICTURE_DIRECTION.write(value=names[asked])
    return [
        StudyItem(Ask(Stimulus((frame,)), direction), "direction", "", 1, half, right),
        StudyItem(
            Ask(Stimulus(), TEXT_STRENGTH.write(text=text, value=names[judged])), "strength", "", 1, half, strength
        ),
    ]


class Reading:
    """Many items read in one pass for each length of prompt, under any edits and any respondent.

    Args:
        model: The respondent that prompts are written for; others differ from it in one token.
        items: What is asked.
    """

    def __init__(self, model: TransformersModel, items: Sequence[StudyItem]) -> None:
        self.model, self.items = model, items
        adapter = ModelAdapter(model.torch_model, model.tokenizer)
        self._adapter = adapter
        self._names = {name: self._token(f"<|{name}|>") for name in (*OPEN, DEFAULT, *SEALED_NAMES)}
        self._features: dict[str, tuple[object, Mapping[str, torch.Tensor]]] = {}

    def _token(self, text: str) -> int:
        return self.model.tokenizer.encode(text, add_special_tokens=False)[0]

    def __call__(
        self, who: str, edits: Sequence[Edit] = (), chosen: Sequence[int] | None = None, system: str = ""
    ) -> tuple[Floats, Floats]:
        """Answers as numbers, and how sure it is that they are answers.

        Args:
            who: A respondent.
            edits: Of its blocks.
            chosen: Which items; all when left out.
            system: A system prompt.

        Returns:
            For each chosen item what it says of its value, centred on no opinion (steps of a scale, log-odds, or 1 for
            a right answer), and the probability that one of its options is said.
        """
        import torch

        places = range(len(self.items)) if chosen is None else chosen
        numbers, masses = np.full(len(self.items), np.nan), np.full(len(self.items), np.nan)
        steering = Steering(self.model.torch_model, edits, self.model.tokenizer)
        with torch.inference_mode(), steering.on():
            for batch in self._batches(who, places, system):
                for place, row in zip(batch, self._last(who, batch, system), strict=True):
                    numbers[place], masses[place] = self._read(self.items[place], row)
        kept = list(places)
        return numbers[kept], masses[kept]

    def _batches(self, who: str, places: Sequence[int], system: str) -> Iterator[list[int]]:
        pictured = [
            [place for place in places if bool(self.items[place].ask.frames) == shown] for shown in (False, True)
        ]
        for some in pictured:
            order = sorted(some, key=lambda place: len(self._ids(who, place, system)))
            yield from (order[start : start + _ROWS] for start in range(0, len(order), _ROWS))

    def _ids(self, who: str, place: int, system: str) -> list[int]:
        known = self._prompts.setdefault((place, system), [])
        if not known:
            ask = replace(self.items[place].ask, system=system)
            known += self.model.prompt_inputs(ask)["input_ids"][0].tolist()
        own = self._names[DEFAULT]
        return [self._names[who] if token == own else token for token in known]

    @cached_property
    def _prompts(self) -> dict[tuple[int, str], list[int]]:
        return {}

    def _last(self, who: str, batch: Sequence[int], system: str) -> torch.Tensor:
        """Log-probabilities after the last token of each prompt, shape ``(rows, vocabulary)``."""
        import torch

        rows = [self._ids(who, place, system) for place in batch]
        longest = max(map(len, rows))
        ids, mask = torch.zeros(len(rows), longest, dtype=torch.long), torch.zeros(len(rows), longest, dtype=torch.long)
        for number, row in enumerate(rows):
            ids[number, : len(row)], mask[number, : len(row)] = torch.tensor(row), 1
        ends = mask.sum(1) - 1
        columns, where = torch.unique(ends, return_inverse=True)
        inputs = self._pictures(batch, ids)
        logits = self.model.torch_model(
            input_ids=ids, attention_mask=mask, use_cache=False, logits_to_keep=columns, **inputs
        ).logits
        return torch.log_softmax(logits[torch.arange(len(rows)), where].float(), dim=-1)

    def _pictures(self, batch: Sequence[int], ids: torch.Tensor) -> dict[str, object]:
        import torch

        asks = [self.items[place].ask for place in batch]
        if not asks[0].frames:
            return {}
        for ask in asks:
            sha = ask.frames[0].picture_sha
            if sha not in self._features:
                found = self.model.prompt_inputs(ask)
                shown = {name: found[name] for name in ("pixel_values", "image_grid_thw")}
                self._features[sha] = (self._adapter.encode(shown), shown)
        features, shown_ = zip(*(self._features[ask.frames[0].picture_sha] for ask in asks), strict=True)
        kinds = torch.eq(ids, self._adapter.picture_token or 0).long()
        return {**self._adapter.feature_inputs(features, shown_), "mm_token_type_ids": kinds}

    def _read(self, item: StudyItem, row: torch.Tensor) -> tuple[float, float]:
        tokens = [self._token(option) for option in _OPTIONS[item.kind]]
        shares = row[tokens].exp().double().numpy()
        mass = float(shares.sum())
        shares = shares / mass
        if item.right:
            return float(_OPTIONS[item.kind][int(shares.argmax())] == item.right), mass
        if item.kind == "frames":
            return item.sign * float(row[tokens[0]] - row[tokens[1]]), mass
        return item.sign * (float(shares @ np.arange(1, 7)) - 3.5), mass


@dataclass(frozen=True, eq=False)
class Profiles:
    """What some items say of one respondent."""

    centred: Mapping[str, Floats]
    """Side to the ten values, less their mean."""
    valid: float
    """Mean probability of an answer."""
    knowledge: float
    """Share of tasks that are done right."""


def profiles(items: Sequence[StudyItem], numbers: Floats, masses: Floats) -> Profiles:
    """Means by value and side."""
    found = {}
    for side in SIDES:
        means = np.array(
            [
                np.mean(
                    [n for item, n in zip(items, numbers, strict=True) if item.kind == side and item.value == value]
                )
                for value in VALUES
            ]
        )
        found[side] = means - means.mean()
    tasks = [n for item, n in zip(items, numbers, strict=True) if item.right]
    asked = [m for item, m in zip(items, masses, strict=True) if not item.right]
    return Profiles(found, float(np.mean(asked)), float(np.mean(tasks)))


@dataclass(frozen=True, eq=False)
class Study:
    """Everything that is measured with."""

    reading: Reading
    vectors: Mapping[str, ValueVectors]
    held: Mapping[int, list[int]]
    """Half to the places of its items."""

    def change(
        self, who: str, half: int, edits: Sequence[Edit] = (), system: str = ""
    ) -> tuple[Mapping[str, Floats], Profiles]:
        """What steering does to the centred profile: side to the ten values; and the profile that came out."""
        chosen = self.held[half]
        items = [self.reading.items[place] for place in chosen]
        before = self._plain(who, half)
        after = profiles(items, *self.reading(who, edits, chosen, system))
        return {side: after.centred[side] - before.centred[side] for side in SIDES}, after

    def _plain(self, who: str, half: int) -> Profiles:
        if (who, half) not in self._kept:
            chosen = self.held[half]
            items = [self.reading.items[place] for place in chosen]
            self._kept[who, half] = profiles(items, *self.reading(who, (), chosen))
        return self._kept[who, half]

    @cached_property
    def _kept(self) -> dict[tuple[str, int], Profiles]:
        return {}


def prepare(folder: Path) -> Study:
    """Load, draw and fit."""
    model = load(DEFAULT, ModelOptions(engine="naive"))
    options = VectorFitOptions(Placing("persona", statement_contexts(20)), examples=_EXAMPLES)
    vectors = fit_vectors(model, {value: own_pairs(value, TRAITS).first(_EXAMPLES) for value in VALUES}, options)
    items = study_items(folder)
    held = {half: [place for place, item in enumerate(items) if item.half == half] for half in (0, 1)}
    return Study(Reading(model, items), vectors, held)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where and how strongly a value is steered."""

    layers: tuple[int, ...]
    strength: float


Grid = Mapping[tuple[str, int, tuple[int, ...], float], tuple[Floats, float, float]]
"""Value, half, blocks and strength to the change of the ten values (mean of both sides), validity and knowledge."""


def grid(study: Study, values: Sequence[str] = VALUES, way: Way = "fixed") -> Grid:
    """Every combination of blocks and strength on the open cohort, on both halves."""
    found = {}
    for value in values:
        for layers in BLOCKS:
            for strength in STRENGTHS:
                edits = edits_of(study.vectors[value], SteeringPlan(layers, way, strength))
                for half in (0, 1):
                    told = [study.change(who, half, edits) for who in OPEN]
                    moved = np.mean([np.mean([each[side] for side in SIDES], axis=0) for each, _ in told], axis=0)
                    valid = min(after.valid for _, after in told)
                    found[value, half, layers, strength] = (
                        moved,
                        valid,
                        float(np.mean([a.knowledge for _, a in told])),
                    )
    return found


def choose(found: Grid, value: str, half: int = 0) -> Chosen:
    """The combination that moves the value most on one half among those under which answers stay answers."""
    place = VALUES.index(value)
    allowed = {key: each for key, each in found.items() if key[:2] == (value, half) and each[1] >= VALID}
    best = max(allowed, key=lambda key: float(allowed[key][0][place]))
    return Chosen(best[2], best[3])


def regret(found: Grid, value: str, chosen: Chosen) -> float:
    """What the choice moves on the half that it was not made by, as a share of the most that any choice moves there."""
    place = VALUES.index(value)
    other = {
        key[2:]: float(each[0][place]) for key, each in found.items() if key[:2] == (value, 1) and each[1] >= VALID
    }
    return other.get((chosen.layers, chosen.strength), float("nan")) / max(other.values())


Steered = Callable[[str, Chosen], tuple[tuple[Edit, ...], str]]
"""From a value and what was chosen to edits and a system prompt."""


def ways(study: Study, who: int = 0) -> dict[str, Steered]:
    """Ways to steer by name; a random direction is another one for every respondent."""

    def along(way: Way, away: bool = False) -> Steered:
        def steer(value: str, chosen: Chosen) -> tuple[tuple[Edit, ...], str]:
            strength = 1.0 if way == "least" else chosen.strength
            plan = SteeringPlan(chosen.layers, way, strength, TARGET, away, seed=who)
            return edits_of(study.vectors[value], plan), ""

        return steer

    return {
        "vectors": along("fixed"),
        "vectors, away": along("fixed", away=True),
        "random": along("random"),
        "least shift": along("least"),
        "means": along("means"),
        "prompt, value named": lambda value, chosen: ((), anchor_prompt({value: 1.0})),
        "prompt, persona": lambda value, chosen: ((), simple_prompt(load_trait_bank()[value]["positive"][:2])),
    }


@dataclass(frozen=True, eq=False)
class Moved:
    """What one way does to one value over respondents."""

    moved: Mapping[str, Floats]
    """Side to the change of the ten values of each respondent, shape ``(respondents, 10)``."""
    valid: float
    knowledge: float


def measure(study: Study, who: Sequence[str], chosen: Mapping[str, Chosen]) -> dict[str, dict[str, Moved]]:
    """Every way on every value, on the half that nothing was chosen by: way to value."""
    found: dict[str, dict[str, Moved]] = {}
    for value, best in chosen.items():
        for turn, way in enumerate(ways(study)):
            rows: dict[str, list[Floats]] = {side: [] for side in SIDES}
            valid, knowledge = [], []
            for number, name in enumerate(who if turn < _ON_ALL else who[:FEW]):
                edits, system = ways(study, number)[way](value, best)
                moved, after = study.change(name, 1, edits, system)
                for side in SIDES:
                    rows[side].append(moved[side])
                valid.append(after.valid)
                knowledge.append(after.knowledge)
            told = Moved({side: np.array(each) for side, each in rows.items()}, min(valid), float(np.mean(knowledge)))
            found.setdefault(way, {})[value] = told
    return found


def interval(numbers: Floats) -> tuple[float, float, float]:
    """Mean and 95 % interval of Student's t over respondents."""
    from scipy.special import stdtrit

    mean, count = float(numbers.mean()), len(numbers)
    half = float(stdtrit(count - 1, 0.975)) * float(numbers.std(ddof=1)) / np.sqrt(count)
    return mean, mean - half, mean + half


def around(value: str) -> dict[str, list[int]]:
    """Places of the other values: neighbours (one step on the circle), opposites (four or five), the rest."""
    place = VALUES.index(value)
    steps = {other: min((other - place) % 10, (place - other) % 10) for other in range(10) if other != place}
    return {
        "neighbours": [other for other, far in steps.items() if far == 1],
        "opposites": [other for other, far in steps.items() if far >= 4],
        "rest": [other for other, far in steps.items() if 1 < far < 4],
    }


def _signed(way: str) -> int:
    return -1 if way.endswith("away") else 1


def moves(found: Mapping[str, Mapping[str, Moved]], way: str, value: str, side: str) -> tuple[bool, bool, bool]:
    """Whether a value moves the wanted way.

    Returns:
        Beyond its interval; and also further that way than along the respondent's own random direction, as far as the
        interval of the difference tells; and also further than that direction moves it either way.
    """
    place, sign = VALUES.index(value), _signed(way)
    own = sign * found[way][value].moved[side][:, place]
    luck = sign * found["random"][value].moved[side][: len(own), place]
    beyond = interval(own)[1] > 0
    further = beyond and interval(own - luck)[1] > 0
    return beyond, further, further and interval(own - np.abs(luck))[1] > 0


def tell(found: Mapping[str, Mapping[str, Moved]]) -> None:
    """Print everything."""
    for way, by_value in found.items():
        for side in SIDES:
            own = np.array([each.moved[side][:, VALUES.index(value)] for value, each in by_value.items()])
            parts = [
                f"{name} {np.mean([by_value[v].moved[side][:, around(v)[name]].mean() for v in by_value]):+.2f}"
                for name in ("neighbours", "opposites", "rest")
            ]
            told = [moves(found, way, value, side) for value in by_value] if way != "random" else [(False,) * 3]
            moved = "/".join(str(sum(each)) for each in zip(*told, strict=True))
            valid = min(each.valid for each in by_value.values())
            known = np.mean([each.knowledge for each in by_value.values()])
            count = len(next(iter(by_value.values())).moved[side])
            print(
                f"{way:22s} {side:7s} n {count} own {own.mean():+.2f} {' '.join(parts)} moved {moved} "
                f"valid >= {valid:.2f} tasks right {known:.2f}"
            )
    for value in next(iter(found.values())):
        for side in SIDES:
            spans = {way: interval(found[way][value].moved[side][:, VALUES.index(value)]) for way in found}
            print(value, side, " ".join(f"{way}: {m:+.2f} [{a:+.2f}, {b:+.2f}]" for way, (m, a, b) in spans.items()))


def composition(study: Study, who: Sequence[str], chosen: Mapping[str, Chosen]) -> Iterator[tuple[str, str, float]]:
    """Two values steered together: the share that is left of what each moves alone, over both sides."""
    for place, value in enumerate(VALUES):
        pair = value, VALUES[(place + 3) % 10]
        plans = [SteeringPlan(chosen[each].layers, "fixed", chosen[each].strength) for each in pair]
        single = [edits_of(study.vectors[each], plan) for each, plan in zip(pair, plans, strict=True)]
        both = sorted((edit for some in single for edit in some), key=lambda edit: edit.layer)
        moved = []
        for name in who:
            together, _ = study.change(name, 1, both)
            for each, edits in zip(pair, single, strict=True):
                alone, _ = study.change(name, 1, edits)
                at = VALUES.index(each)
                moved.append([np.mean([told[side][at] for side in SIDES]) for told in (together, alone)])
        totals = np.array(moved).sum(axis=0)
        yield (*pair, float(totals[0] / totals[1]))


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open-sealed", action="store_true", help="measure the sealed cohort, too")
    parser.add_argument("--compose", action="store_true", help="steer two values together, too")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        study = prepare(Path(folder))
        for value, fitted in study.vectors.items():
            print(value, "held-out accuracy", {layer: round(share, 2) for layer, share in fitted.accuracies.items()})
        found = grid(study)
        chosen = {value: choose(found, value) for value in VALUES}
        for value, best in chosen.items():
            dose = [found[value, 1, best.layers, strength] for strength in STRENGTHS]
            place = VALUES.index(value)
            told = " ".join(
                f"{strength:g}: {moved[place]:+.2f} (valid {valid:.2f}, tasks {known:.2f})"
                for strength, (moved, valid, known) in zip(STRENGTHS, dose, strict=True)
            )
            print(
                value,
                best.layers,
                f"{best.strength:g}",
                f"share of the optimum {regret(found, value, best):.2f};",
                told,
            )
        if given.open_sealed:
            print("sealed cohort")
            tell(measure(study, SEALED_NAMES, chosen))
        if given.compose:
            for value, other, share in composition(study, OPEN, chosen):
                print(f"{value} and {other} together: {share:.2f} of what each moves alone")


if __name__ == "__main__":
    _main()
