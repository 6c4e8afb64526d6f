"""How near the counterfactual loop brings reasons to wanted values: ``python -m bench.truth.counterfactual``.

Respondents of a cohort give reasons, a judge attributes values to them, and the loop rewrites them towards target
profiles over the ten values: some above 1, drawn with their scores, all others at 1. Beside it stand their own reasons,
the value prompt (the profile as a role) and the loop without each of its parts. Respondents are twins, whose judge errs
as planted (ten of a hundred judgements name a neighbour, strengths are off by half a step), or with
``--models reference`` the trained model. Errors are told by the judge, and by what the reasons mean in truth. Intervals
are over respondents. ``--open-sealed`` takes the sealed cohort.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from agents.models.base import Model, ModelOptions, Stimulus
from agents.models.registry import load_model
from agents.procedures.conductor import conduct
from agents.procedures.procedure import SUBJECT, Named
from valuespectrum.reference.cohort import COHORT, DEFAULT, CohortMember
from valuespectrum.reference.planted import BY_NAME, TEN
from valuespectrum.reference.sealed import sealed_cohort
from valuespectrum.reference.speech import meaning
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.steering.counterfactual.loop import LoopOptions
from valuespectrum.steering.counterfactual.objective import LOWEST, ValueObjective, deviation
from valuespectrum.steering.counterfactual.plain import PlainVoice, reasons_of
from valuespectrum.steering.counterfactual.summary import BesidePrompt, beside_prompt, estimated, summary
from valuespectrum.steering.counterfactual.value_system import circle_system
from valuespectrum.steering.counterfactual.voice import ATTRIBUTOR, REWRITER, LoopParts, ValueQuestion
from valuespectrum.theory import value_sets
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.random_streams import stream

OPENED_BY = "bench --open-sealed"
WAYS: dict[str, tuple[LoopParts, int]] = {
    "loop": (LoopParts(), 1),
    "loop, three rounds": (LoopParts(), 3),
    "without relations": (LoopParts(relations=False), 1),
    "without concepts": (LoopParts(concepts=False), 1),
    "without counterfactual": (LoopParts(counterfactual=False), 1),
    "without all three": (LoopParts(relations=False, concepts=False, counterfactual=False), 1),
}


@dataclass(frozen=True, slots=True)
class Design:
    """What is asked."""

    objectives: int = 6
    draws: int = 2
    theta: float = 1.0
    wanted: int = 3
    """Values above 1 in each objective; there are three reasons."""
    seed: int = 0
    models: str = "twins"
    """Or ``reference``: the trained model, which draws nothing, so that one draw is all that there is."""


def drawn_objective(design: Design, number: int) -> ValueObjective:
    """A target profile: some values at 2 to 5, all others at 1."""
    generator = stream(design.seed, "counterfactual/objective", number)
    chosen = generator.permutation(len(VALUES))[: design.wanted]
    scores = dict.fromkeys(VALUES, float(LOWEST))
    return ValueObjective(scores | {VALUES[at]: float(generator.integers(2, 6)) for at in chosen})


def meant(response: str) -> dict[str, float | None]:
    """What reasons stand for in truth: the strongest for each of the ten values; unknown where one is no sentence."""
    found: dict[str, float] = dict.fromkeys(VALUES, float(LOWEST))
    texts = reasons_of(response)
    for text in texts:
        known = meaning(text)
        if known is None:
            return dict.fromkeys(VALUES)
        for value, parts in TEN.items():
            if any(known.weights.get(part, 0.0) > 0 for part in parts):
                found[value] = max(found[value], known.strength)
    return {**found} if texts else dict.fromkeys(VALUES)


def answering(member: CohortMember, design: Design, judging: bool = False) -> Model:
    """Who answers for a respondent."""
    if design.models == "reference":
        return load_model(f"reference:{member.name}", ModelOptions(device="cpu"))
    return TwinModel(member, ModelOptions(samples=int(judging), seed=design.seed), "judge" if judging else member.name)


def steered(members: Sequence[CohortMember], design: Design, way: str) -> list[tuple[str, BesidePrompt]]:
    """Every respondent's answers, steered in one way, with its name."""
    voice, system = PlainVoice(), circle_system(value_sets.TEN)
    parts, rounds = WAYS[way]
    options = LoopOptions(design.theta, rounds, parts)
    judge = answering(BY_NAME[DEFAULT], design, judging=True)
    found: list[tuple[str, BesidePrompt]] = []
    for member in members:
        subject = answering(member, design)
        named = []
        for number, draw in product(range(design.objectives), range(1, design.draws + 1)):
            question = ValueQuestion(f"{number}/{draw}", voice.question(Stimulus()), draw=draw)
            procedure = beside_prompt(question, drawn_objective(design, number), system, voice, options)
            named.append(Named(question.id, procedure))
        cast = {SUBJECT: subject, ATTRIBUTOR: judge, REWRITER: subject}
        found += [(member.name, each) for each in conduct(named, cast)]
    return found


def told(found: Sequence[tuple[str, BesidePrompt]]) -> str:
    """One row: errors after and before and with the value prompt, by the judge and in truth."""
    names = [name for name, _ in found]
    by_answer = {id(each): name for name, each in found}
    document = summary([each for _, each in found], lambda each: by_answer[id(each)])
    row = [document[side]["mae_sum"]["mean"] for side in ("before", "value_prompt", "after")]
    row += [document[side]["spearman"]["mean"] for side in ("value_prompt", "after")]
    apart = document["after_less_prompt"]
    truth = np.array([_truth(each) for _, each in found])
    true = estimated(truth[:, 2] - truth[:, 1], names, 0.95)
    ends = [apart["mean"], apart["low"], apart["high"], *_means(truth), true.mean, true.low, true.high]
    return " ".join("     -" if number is None else f"{number:6.2f}" for number in (*row, *ends))


def _means(truth: np.ndarray) -> list[float | None]:
    known = [column[np.isfinite(column)] for column in truth.T]
    return [float(each.mean()) if len(each) else None for each in known]


def _truth(each: BesidePrompt) -> tuple[float, float, float]:
    """Summed errors of the first answer, the value prompt and the last, by what they mean."""
    texts = (each.trace.first, each.prompted, each.trace.last)
    totals = [deviation(meant(text), each.trace.objective).total for text in texts]
    first, prompted, last = (np.nan if total is None else total for total in totals)
    return first, prompted, last


def main() -> None:
    """Print a row for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open-sealed", action="store_true", help="the sealed cohort in place of the open one")
    parser.add_argument("--objectives", type=int, default=6)
    parser.add_argument("--draws", type=int, default=2)
    parser.add_argument("--theta", type=float, default=1.0)
    parser.add_argument("--wanted", type=int, default=3, help="values above 1 in each target profile")
    parser.add_argument("--models", choices=("twins", "reference"), default="twins")
    parser.add_argument("--first", type=int, default=None, help="so many respondents alone")
    parser.add_argument("--only", choices=tuple(WAYS))
    given = parser.parse_args()
    members = (sealed_cohort(OPENED_BY) if given.open_sealed else COHORT)[: given.first]
    draws = 1 if given.models == "reference" else given.draws
    design = Design(given.objectives, draws, given.theta, given.wanted, models=given.models)
    name = "sealed" if given.open_sealed else "open"
    answers = design.objectives * design.draws
    asked = f"{design.models}, {answers} answers each, {design.wanted} values wanted, theta {design.theta:g}"
    print(f"{name} cohort, {len(members)} respondents, {asked}")
    print("summed error over ten values, Spearman; differences: loop less value prompt, 95 % over respondents")
    print(
        "by the judge: own, prompt, loop; rho prompt, loop; difference, from, to"
        " | in truth: own, prompt, loop; difference, from, to"
    )
    for way in WAYS:
        if given.only in (None, way):
            print(f"{way:24s} {told(steered(members, design, way))}", flush=True)


if __name__ == "__main__":
    main()
