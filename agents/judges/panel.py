"""Several judges on the same cases: a procedure, what they agree on, and what they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agents.judges.cases import Case, JudgeForm, JudgeVerdict
from agents.models.base import Answer, Ask
from agents.procedures.procedure import Addressed, Procedure

JUDGE = "judge"
"""Role of the first judge in a cast."""


def judge_role(number: int) -> str:
    """Role of a judge in a cast.

    Args:
        number: From 0.

    Example:
        >>> judge_role(0), judge_role(2)
        ('judge', 'judge 3')
    """
    return JUDGE if number == 0 else f"{JUDGE} {number + 1}"


Panel = Mapping[str, JudgeForm]
"""Role of every judge to how it is asked: judges of one panel may need different words."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What judging took of one judge."""

    asks: int = 0
    """Different asks; whether they were stored before is the store's affair."""
    tokens: int = 0
    """Tokens of their prompts, where the judge counts them."""

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.asks + other.asks, self.tokens + other.tokens)


@dataclass(frozen=True, slots=True)
class PanelVerdicts:
    """What a panel says of some cases."""

    cases: tuple[Case, ...]
    verdicts: Mapping[str, tuple[JudgeVerdict, ...]]
    """Role to a verdict on each case."""
    spent: Mapping[str, Spent] = field(default_factory=dict)
    """Role to what it took."""

    def consensus(self, least: int = 0) -> tuple[str, ...]:
        """What enough judges say of each case; empty where they do not agree.

        Args:
            least: Judges who must say the same; 0 for more than half of the panel, so that one who says nothing
                counts against.
        """
        wanted = least or len(self.verdicts) // 2 + 1
        found = []
        for said in zip(*self.verdicts.values(), strict=True):
            votes = Counter(verdict.choice for verdict in said if verdict.choice).most_common(2)
            tied = len(votes) == 2 and votes[0][1] == votes[1][1]
            found.append(votes[0][0] if votes and votes[0][1] >= wanted and not tied else "")
        return tuple(found)

    def coded(self, choices: Sequence[str]) -> list[list[float]]:
        """Verdicts as numbers, for statistics of agreement.

        Args:
            choices: Names of options; the place of one is its number.

        Returns:
            Shape (cases, judges); NaN where a judge gave no verdict.
        """
        places = {name: float(place) for place, name in enumerate(choices)}
        return [
            [places.get(verdict.choice, float("nan")) for verdict in said]
            for said in zip(*self.verdicts.values(), strict=True)
        ]


def judged(cases: Sequence[Case], panel: Panel) -> Procedure[PanelVerdicts]:
    """Put cases before a panel: one round of asks, each different one once.

    Other procedures use it by ``found = yield from judged(cases, panel)``.

    Args:
        cases: In any order.
        panel: Roles with forms.
    """
    asked: dict[str, list[list[int]]] = {}
    wanted: list[Addressed] = []
    for role, form in panel.items():
        places: dict[tuple[object, ...], int] = {}
        asked[role] = [[_placed(ask, role, places, wanted) for ask in form.asks(case)] for case in cases]
    answers: Sequence[Answer] = (yield wanted) if wanted else ()
    verdicts = {
        role: tuple(
            form.read(case, [answers[place] for place in places])
            for case, places in zip(cases, asked[role], strict=True)
        )
        for role, form in panel.items()
    }
    spent = dict.fromkeys(panel, Spent())
    for each, answer in zip(wanted, answers, strict=True):
        spent[each.to] += Spent(1, answer.tokens)
    return PanelVerdicts(tuple(cases), verdicts, spent)


def _placed(ask: Ask, role: str, places: dict[tuple[object, ...], int], wanted: list[Addressed]) -> int:
    """Where an ask stands among those that are put; it is added where it is new."""
    key = (ask.question, ask.system, ask.stimulus, ask.turns, ask.draw, ask.choices, tuple(sorted(ask.tags.items())))
    if key not in places:
        places[key] = len(wanted)
        wanted.append(Addressed(ask, role))
    return places[key]
