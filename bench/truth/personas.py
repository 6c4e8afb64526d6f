"""What is said of personas, on twins of the reference respondents: ``python -m bench.truth.personas``.

Twins answer the like questions by the planted formulas, thousands at a time. Beside what is planted every role, texts
of placebos included, moves every value, meets every clip and every wording in its own way, and every set has noise. All
is read as stored answers are: by the readout of liking, set by set.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.personas.persona import Persona, load_personas
from agents.personas.shuffled import shuffled
from valuespectrum.reference.cohort import COHORT, DESIRABLE, CohortMember
from valuespectrum.reference.items.base import Scene
from valuespectrum.reference.planted import DAYLIGHT, TEN, Depicted
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.reference.twin.arrays import like_answers, like_cells
from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.personas.desirable import PEOPLE
from valuespectrum.scoring.personas.placebos import Movement, movement
from valuespectrum.scoring.personas.role_sets import BARE, PERSONA, TEXTS, RoleSets
from valuespectrum.scoring.personas.sanitised import (
    EsteemedTarget,
    Sanitising,
    sanitising,
    sanitising_over,
    standing_of,
)
from valuespectrum.scoring.readouts.evidence import Cells, Floats
from valuespectrum.scoring.readouts.liking import estimate_liking
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.random_streams import stream

WORDINGS = 3
_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Words:
    """What words do beside what they say; standard deviations in log-odds."""

    text: float = 0.3
    """Of what every role moves every value by."""
    clip: float = 0.3
    """Of how every role meets a clip."""
    wording: float = 0.1
    """Of how every role meets a wording of the question, value by value."""
    noise: float = 0.25
    """Of a set of answers."""
    texts: int = 8
    """Placebo texts."""
    clips: int = 12
    """Clips of every value."""
    deaf: float = 1.0
    """How much of a rejection is heard: 0 for a model that hears only what a persona holds."""

    @property
    def scenes(self) -> list[Scene]:
        """Pictures of all values in their order, of all their parts, at all times of day."""
        found = []
        for value in VALUES:
            every = [(part, time) for time in DAYLIGHT for part in TEN[value]]
            chosen = [every[place % len(every)] for place in range(self.clips)]
            found += [Scene(Depicted({part: 1.0}, time), f"{part} {time}") for part, time in chosen]
        return found


def told(
    member: CohortMember, targets: Sequence[Mapping[str, float] | None], words: Words, generator: np.random.Generator
) -> Floats:
    """What one respondent says in several roles.

    Args:
        member: Who answers.
        targets: Of each role; ``None`` for placebo texts and for the model as itself.
        words: What words do besides; the second role is the model as itself, which hears none.
        generator: Source of all draws.

    Returns:
        Log-odds of liking, shape (roles, values, clips, wordings); NaN where the answers do not tell it.
    """
    shape = (len(targets), len(VALUES), words.clips, WORDINGS)

    def drawn(sd: float, *axes: int) -> Floats:
        return np.asarray(sd * generator.standard_normal([shape[axis] if axis in axes else 1 for axis in range(4)]))

    beside = drawn(words.text, 0, 1) + drawn(words.clip, 0, 1, 2) + drawn(words.wording, 0, 1, 3)
    beside[BARE] = 0.0
    beside = beside + drawn(words.noise, 0, 1, 2, 3)
    questions, scenes, said = like_cells(WORDINGS), words.scenes, []
    for target, own in zip(targets, beside, strict=True):
        heard = target and {value: aim * (words.deaf if aim < 0 else 1.0) for value, aim in target.items()}
        added = np.repeat(own.reshape(1, len(scenes), WORDINGS), 4, axis=2)
        said.append(like_answers([member], scenes, questions, heard, added).yes[0])
    yes = np.clip(np.array(said), _LEAST, 1 - _LEAST).reshape(*shape, 4)
    log_odds = np.log(yes) - np.log1p(-yes)
    return estimate_liking(Cells("log_probability", log_odds, np.ones(log_odds.shape), VALUES)).effects.theta


def role_sets(table: Floats) -> RoleSets:
    """The same as a run tells it: roles over each other, set by set."""
    clips = np.arange(table.shape[1] * table.shape[2]).reshape(table.shape[1], -1)
    return RoleSets(table, Clusters.of(clips), None, Facets())


@dataclass(frozen=True, slots=True)
class Played:
    """One persona played by one respondent."""

    member: CohortMember
    persona: Persona
    moved: Movement
    parts: Sanitising


def play(
    member: CohortMember,
    persona: Persona,
    words: Words,
    generator: np.random.Generator,
    desirable: Mapping[str, float] = PEOPLE,
) -> Played:
    """Measure one persona beside the bare model and placebo texts, as a run does."""
    table = told(member, [persona.target, None, *[None] * words.texts], words, generator)
    sets, aim = role_sets(table), _numbers(persona.target)
    bare, shifts = table[BARE].mean(axis=(1, 2)), sets.shifts()
    profile, texts = bare + shifts[PERSONA], list(bare + shifts[TEXTS])
    moved = movement(profile, bare, aim, texts, sets)
    standing = standing_of(VALUES, desirable)
    return Played(member, persona, moved, sanitising(profile, bare, EsteemedTarget(aim, standing), texts, sets))


def play_all(
    member: CohortMember,
    personas: Sequence[Persona],
    words: Words,
    generator: np.random.Generator,
    desirable: Mapping[str, float] = PEOPLE,
) -> Sanitising:
    """How one respondent plays several personas."""
    count = len(personas)
    table = told(
        member, [personas[0].target, None, *[p.target for p in personas[1:]], *[None] * words.texts], words, generator
    )
    means = table.mean(axis=(2, 3))
    profiles = [means[0], *means[2 : count + 1]]
    aims = [_numbers(persona.target) for persona in personas]
    return sanitising_over(profiles, aims, means[BARE], list(means[count + 1 :]), standing_of(VALUES, desirable))


def _numbers(target: Mapping[str, float]) -> Floats:
    return np.array([target[value] for value in VALUES])


# ------------------------------------------------------------------------------------------ what is counted


def valued() -> list[Persona]:
    """Our own personas that hold values."""
    return [persona for persona in load_personas() if persona.kind == "values"]


def twins(count: int, seed: int, **planted: float | bool) -> list[CohortMember]:
    """Respondents like those of the cohort, all alike in what is named."""
    return [replace(member, **{"sanitises": False, **planted}) for member in draw_respondents(count, seed)]  # type: ignore[arg-type]


def called_moved(obedience: float, words: Words, count: int, seed: int) -> Counter[str]:
    """Verdicts about personas that are obeyed so far, each by another twin."""
    personas, generator = valued(), stream(seed, f"bench/personas/moved/{obedience}")
    members = twins(count, seed, obedience=obedience)
    return Counter(
        play(member, personas[place % len(personas)], words, generator).moved.verdict
        for place, member in enumerate(members)
    )


def recovered(words: Words, count: int, seed: int) -> dict[str, float]:
    """Share of intervals of keep that hold one minus the planted obedience, which is drawn between 0 and 0.95."""
    personas, generator = valued(), stream(seed, "bench/personas/obedience")
    held, wide = [], []
    for place, member in enumerate(twins(count, seed)):
        planted = float(generator.uniform(0, 0.95))
        found = play(replace(member, obedience=planted), personas[place % len(personas)], words, generator)
        keep = found.moved.keep.estimate
        if keep.low is not None and keep.high is not None:
            held.append(1 - keep.high <= planted <= 1 - keep.low)
            wide.append(keep.high - keep.low)
    return {"coverage": float(np.mean(held)), "width": float(np.median(wide)), "twins": len(held)}


def nearer_than_placebo(
    kind: str, words: Words, seed: int, members: Sequence[CohortMember] = COHORT
) -> dict[str, float]:
    """How often a profile lies nearer to the target under a persona than under its own shuffle."""
    generator, wins = stream(seed, f"bench/personas/{kind}"), []
    for persona in valued():
        placebo = shuffled(persona, "scrambled" if kind == "scrambled" else "permuted", seed)
        heard = placebo.target if any(placebo.target.values()) else None
        aim, pairs = _numbers(persona.target), []
        for member in members:
            means = told(member, [persona.target, None, heard], words, generator).mean(axis=(2, 3))
            if not np.isnan(means).any():
                pairs.append([float(np.corrcoef(means[place], aim)[0, 1]) for place in (0, 2)])
        wins.append((float(np.mean(np.diff(pairs, axis=1) < 0)), *np.mean(pairs, axis=0).tolist()))
    table = np.array(wins)
    return {
        "personas": float((table[:, 1] > table[:, 2]).mean()),
        "pairs": float(table[:, 0].mean()),
        "persona": float(table[:, 1].mean()),
        "placebo": float(table[:, 2].mean()),
    }


@dataclass(frozen=True, slots=True)
class Case:
    """How a model plays."""

    name: str
    obedience: tuple[float, float]
    sanitises: bool = False
    deaf: float = 1.0


CASES: tuple[Case, ...] = (
    Case("sanitised", (0.5, 0.9), True),
    Case("obeyed", (0.5, 0.9)),
    Case("obeyed, rejections half heard", (0.5, 0.9), deaf=0.5),
    Case("ignored", (0.0, 0.0)),
)


def flagged(
    case: Case, words: Words, count: int, seed: int, desirable: Mapping[str, float], personas: int = 0
) -> Counter[str]:
    """Verdicts on how models play, over several personas each, or over one each.

    Args:
        case: How they play.
        words: What words do besides.
        count: Models.
        seed: Of all draws.
        desirable: What is taken to be well thought of.
        personas: Drawn for each model; 0 for one persona each.
    """
    known, generator = valued(), stream(seed, f"bench/personas/sanitised/{case.name}/{personas}")
    members = twins(count, seed, sanitises=case.sanitises)
    words, verdicts = replace(words, deaf=case.deaf), Counter[str]()
    for place, drawn in enumerate(members):
        member = replace(drawn, obedience=float(generator.uniform(*case.obedience)))
        if personas:
            chosen = [known[each] for each in generator.choice(len(known), personas, replace=False)]
            verdicts[play_all(member, chosen, words, generator, desirable).verdict] += 1
        else:
            verdicts[play(member, known[place % len(known)], words, generator, desirable).parts.verdict] += 1
    return verdicts


PLANTED: Mapping[str, float] = {value: float(np.mean([DESIRABLE[part] for part in TEN[value]])) for value in VALUES}
"""What the planted sanitiser thinks well of."""


def lines(count: int, seed: int) -> Iterator[str]:
    """All tables."""
    for text in (0.3, 0.5):
        words = Words(text=text)
        for obedience in (0.0, 0.5):
            yield f"text sd {text}, obedience {obedience}: {_shares(called_moved(obedience, words, count, seed))}"
        yield f"text sd {text}, obedience recovered: {_rounded(recovered(words, count, seed))}"
    for kind in ("scrambled", "permuted"):
        yield f"nearer to its target than its {kind} placebo: {_rounded(nearer_than_placebo(kind, Words(), seed))}"
    for text in (0.3, 0.5):
        for name, desirable in (("planted", PLANTED), ("people", PEOPLE)):
            for personas in (15, 8, 0):
                for case in CASES:
                    found = flagged(case, Words(text=text), count // (3 if personas else 1), seed, desirable, personas)
                    yield f"text sd {text}, {name}, {personas or 1} personas, {case.name}: {_shares(found)}"


def _shares(found: Counter[str]) -> str:
    total = sum(found.values())
    return ", ".join(f"{name} {count / total:.3f}" for name, count in found.most_common())


def _rounded(found: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {number:.3f}" for name, number in found.items())


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    for line in lines(chosen.trials, chosen.seed):
        print(line, flush=True)


if __name__ == "__main__":
    main()
