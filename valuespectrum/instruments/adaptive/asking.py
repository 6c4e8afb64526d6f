"""One respondent's adaptive test as a procedure: a question about every value that is not known yet, round by round."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from agents.answers.respondent import Role
from agents.answers.schema import CHOICE_COLUMN, COUNT_COLUMN
from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Answer, Ask
from agents.procedures.procedure import Addressed, Procedure
from valuespectrum.instruments.adaptive.value_test import Choosing, ItemCandidates, ValueTest
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import OptionAnswers, read_options
from valuespectrum.scoring.graded.items import Floats
from vectorstore.foundation.random_streams import stream

GRADED_ITEM, TURNED, LEFT = "graded_item", "turned", "left"
"""Tags of every ask: the item of the bank, whether a high number says much of the value (1) or little (-1), and how
many items of the value were left after it."""


@dataclass(frozen=True)
class Pool:
    """What may be asked about one value: the asks of every item, by cell."""

    ids: tuple[str, ...]
    candidates: ItemCandidates
    asks: Sequence[Mapping[int, Ask]]
    """For each item: cell to ask, with the tag ``turned``."""


@dataclass(frozen=True)
class Plan:
    """How one respondent is tested."""

    role: Role
    pools: Mapping[str, Pool]
    """By value."""
    choosing: Choosing
    seed: int
    name: str
    """Of the instrument, for its random streams."""

    @property
    def digest(self) -> str:
        """What tells it from any other plan: items and their parameters, asks, stopping, seed."""
        told: list[object] = [self.seed, asdict(self.choosing), self.role.system]
        for value, pool in self.pools.items():
            items = pool.candidates.items
            asked = [[ask_content(ask) for ask in cells.values()] for cells in pool.asks]
            told.append([value, pool.ids, items.slopes.tolist(), items.cuts.tolist(), asked])
        return hashlib.sha256(canonical_json(told).encode()).hexdigest()[:16]


def adaptive_test(plan: Plan) -> Procedure[Mapping[str, ValueTest]]:
    """Ask about every value until it is known well enough.

    All values that are not are asked about at once, so a round has one ask for each, and respondents share batches.

    Args:
        plan: Whom, about what, how long.

    Returns:
        The tests at their ends.
    """
    tests = {value: _begun(plan, value, turn) for turn, value in enumerate(plan.pools)}
    going = dict(tests)
    while going := {value: test for value, test in going.items() if not test.reason}:
        chosen = {value: test.next() for value, test in going.items()}
        asks = [_tagged(plan.pools[value], going[value], *picked) for value, picked in chosen.items()]
        answers = yield [Addressed(ask) for ask in asks]
        heard = towards(*read_answers(asks, answers))
        for (value, picked), shares in zip(chosen.items(), heard, strict=True):
            tests[value].hear(*picked, shares)
    return tests


def _begun(plan: Plan, value: str, turn: int) -> ValueTest:
    name = f"{plan.name}/{value}/{plan.role.persona}/{plan.role.strategy}"

    def draw(step: int, known: str) -> float:
        return float(stream(plan.seed, f"{name}/{known}", step).random())

    # Values take turns in which pair of cells comes first, so that leans cancel over values too.
    cells = plan.pools[value].candidates.cells.shape[1]
    return ValueTest(plan.pools[value].candidates, plan.choosing, draw, 2 * turn % cells)


def _tagged(pool: Pool, test: ValueTest, place: int, cell: int) -> Ask:
    ask = pool.asks[place][cell]
    left = int(test.free.sum()) - 1
    return replace(ask, tags={**ask.tags, GRADED_ITEM: pool.ids[place], LEFT: left})


def read_answers(asks: Sequence[Ask], answers: Sequence[Answer]) -> tuple[OptionAnswers, Floats]:
    """What answers say, by the rule by which stored ones are read, and whether each scale was turned.

    Args:
        asks: With the same options.
        answers: To each.
    """
    import pandas as pd

    rows = [
        {"parsed": answer.parsed, "error": answer.error}
        | {f"{CHOICE_COLUMN}{name}": number for name, number in answer.log_probabilities.items()}
        | {f"{COUNT_COLUMN}{name}": float(number) for name, number in answer.counts.items()}
        for answer in answers
    ]
    names = [choice.name for choice in asks[0].choices]
    read = read_options(pd.DataFrame(rows), names, ScoringOptions())
    return read, np.array([float(ask.tags[TURNED]) for ask in asks])


def towards(read: OptionAnswers, turned: Floats) -> Floats:
    """Shares of the categories of each answer, the one that says most of the value last; zeros for no answer.

    Args:
        read: What was answered, options by number.
        turned: Shape (asks,): -1 where a high number says little of the value.
    """
    shares = np.nan_to_num(read.shares)
    return np.asarray(np.where(turned[:, None] < 0, shares[:, ::-1], shares))
