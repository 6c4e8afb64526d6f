"""Whether items work alike in groups of respondents of stored runs, and what may be compared between the groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from agents.answers.respondent import RespondentColumns
from agents.models.model_names import shortest_names
from agents.personas.reserved import in_first_wording
from valuespectrum.comparing.groups.item_scores import PEOPLE, ItemScores, item_scores, people_scores
from valuespectrum.comparing.rated import STEPS, RatedSources
from valuespectrum.comparing.respondents import refuse_twice
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.comparing.differential import RATE
from valuespectrum.scoring.functioning.cases import FEWEST_CASES, Cases
from valuespectrum.scoring.functioning.graded import graded_functions
from valuespectrum.scoring.functioning.invariance import ValueInvariance, value_invariance
from valuespectrum.scoring.functioning.items import ItemFunction, item_functions
from valuespectrum.scoring.guards.known import mean_over
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

Across = Literal["run", "model", "persona", "stimulus", "wording"]
MOST_GROUPS = 8
"""Groups above which a reader would be lost in pairs of them."""


@dataclass(frozen=True, slots=True)
class FunctioningOptions:
    """What makes the groups, and how much is claimed."""

    across: Across = "run"
    """Runs (of other languages, stimuli, models), or what is in one: models, personas, ways of showing clips,
    wordings."""
    rate: float = RATE
    """Share of wrong ones among the items that are found, at most, on average."""
    form: str = ""
    """Questionnaire that files with one person a line hold, such as ``pvq_40``; empty where a line is one answer."""
    turned: bool = False
    """Whether files count 1 as most like the respondent."""
    graded: bool = False
    """Whether a graded response model is asked as well, item by item, which takes longer."""
    scoring: ScoringOptions = field(default_factory=ScoringOptions)


def functioning_of_runs(runs: Sequence[Path], options: FunctioningOptions) -> Json:
    """Look for items that work differently in groups of respondents; needs neither corpus nor model.

    Args:
        runs: Run folders; and files of people's answers or other ratings (CSV, ``.rda``), each a group of its own.
        options: What makes the groups.

    Returns:
        ``across, groups`` (``name, cases``), ``respondents, paired, instrument, value_set, scale, rate, level``,
        ``items`` (``items.ItemFunction``, and under ``graded`` what the other model says), ``values``
        (``invariance.ValueInvariance``), ``covers``, ``notes`` and ``verdicts``.

    Raises:
        InputError: A run cannot be read, instruments or readouts differ, or a group is missing, too many or too small.
        ModelError: Every ask to a model failed.
    """
    found = _read(runs, options)
    comparable(found)
    cases = gathered(found, options.across)
    items = item_functions(cases, options.rate, options.scoring.level)
    graded = [each.to_json() for each in graded_functions(cases, items)] if options.graded else [None] * len(items)
    values = [value for value in found[0].value_set.dimensions if len(cases.of_value(value))]
    decided = [value_invariance(cases, items, value, options.scoring.level) for value in values]
    return {
        "across": options.across,
        "groups": [{"name": name, "cases": count} for name, count in zip(cases.groups, cases.counts, strict=True)],
        "respondents": len(np.unique(cases.respondent)),
        "paired": cases.paired,
        "instrument": found[0].instrument,
        "value_set": found[0].value_set.to_json(),
        "scale": f"steps of 1 to {found[0].steps}" if found[0].steps else found[0].readout,
        "rate": options.rate,
        "level": options.scoring.level,
        "items": [each.to_json() | {"graded": other} for each, other in zip(items, graded, strict=True)],
        "values": {each.value: each.to_json() for each in decided},
        "covers": _covers(found, cases),
        "notes": _notes(cases, items, options.across),
        "verdicts": verdicts(decided, found[0].value_set.label),
    }


def _read(places: Sequence[Path], options: FunctioningOptions) -> list[ItemScores]:
    """Item scores of everybody in runs and files.

    Raises:
        InputError: A place cannot be read or is named twice, files are to be split by what only runs have, or something
            says how they are read and there are none.
    """
    files = [place for place in places if place.is_file()]
    refuse_twice(files, "file")
    for name, said in (("form", options.form), ("turned", options.turned)):
        if said and not files:
            raise InputError(f"--{name} means nothing without a file of answers", "leave it out")
    if files and options.across != "run":
        raise InputError(f"{files[0]} is one group: it has no {options.across}", "leave out --across")
    runs = [place for place in places if not place.is_file()]
    refuse_twice(runs)
    found = [each for run in runs for each in item_scores(run, options.scoring, options.across == "stimulus")]
    steps = next((each.steps for each in found if each.steps), 0)
    sources = RatedSources(turned=options.turned, key=options.form)
    return found + [each for file in files for each in people_scores(file, steps or STEPS, sources)]


def gathered(found: Sequence[ItemScores], across: Across) -> Cases:
    """Respondents in groups, by the items that all groups were asked.

    Wordings of a persona are one respondent, as is one who answered in several runs of a group: the mean of what each
    said to an item counts.

    Raises:
        InputError: There is one group, or too many, or one is too small, or nothing is shared.
    """
    said: dict[tuple[str, RespondentColumns], dict[tuple[str, str], list[float]]] = {}
    models = shortest_names(each.who.model for each in found)
    for each in found:
        who = each.who._replace(persona=in_first_wording(each.who.persona))
        for group, rows in _groups(each, across, models):
            mean = rows.groupby(["value", "item"])["score"].mean()
            mine = said.setdefault((group, who), {})
            for (value, item), score in zip(
                mean.index.to_frame().itertuples(index=False, name=None), mean, strict=True
            ):
                mine.setdefault((str(value), str(item)), []).append(float(score))
    scores = {
        case: {item: float(mean_over(np.array(several), 0)) for item, several in mine.items()}
        for case, mine in said.items()
    }
    groups = list(dict.fromkeys(group for group, _ in scores))
    _enough(groups, Counter(group for group, _ in scores), across)
    asked = [{item for (mine, _), row in scores.items() if mine == group for item in row} for group in groups]
    position = found[0].value_set.position
    items = sorted(set.intersection(*asked), key=lambda each: (position(each[0]), each[1]))
    if not items:
        raise InputError("the groups were not asked the same items", "compare runs of one form")
    people = {who: place for place, who in enumerate(dict.fromkeys(who for _, who in scores))}
    table = np.array([[row.get(item, np.nan) for item in items] for row in scores.values()], dtype=np.float64)
    return Cases(
        tuple(groups),
        np.array([groups.index(group) for group, _ in scores], dtype=np.int64),
        np.array([people[who] for _, who in scores], dtype=np.int64),
        tuple(item for _, item in items),
        tuple(value for value, _ in items),
        table,
    )


def _groups(each: ItemScores, across: Across, models: Mapping[str, str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Name of each group that a respondent's answers are in, and the answers."""
    match across:
        case "wording":
            yield from ((str(version), rows) for version, rows in each.rows.groupby("version"))
        case "run":
            yield str(each.run), each.rows
        case "model":
            yield models[each.who.model], each.rows
        case "persona":
            yield in_first_wording(each.who.persona), each.rows
        case "stimulus":
            yield each.condition or "text", each.rows


def _enough(groups: Sequence[str], counts: Mapping[str, int], across: Across) -> None:
    """Refuse groups of which nothing can be said.

    Raises:
        InputError: There is one, there are too many, or one has too few respondents.
    """
    if len(groups) < 2:
        there = f"only {groups[0]!r:.80}" if groups else "nobody"
        raise InputError(f"items are compared across groups ({across}), and there is {there}", "see --across")
    if len(groups) > MOST_GROUPS:
        raise InputError(f"{len(groups)} groups, and at most {MOST_GROUPS} are compared", "see --across, or fewer runs")
    small = [group for group in groups if counts[group] < FEWEST_CASES]
    if small:
        raise InputError(
            f"{small[0]!r:.80} has {counts[small[0]]} respondents, and a group needs {FEWEST_CASES}",
            "ask more models or personas",
        )


def comparable(found: Sequence[ItemScores]) -> None:
    """Refuse scores that are not on one scale.

    Raises:
        InputError: There are none, or of several instruments or readouts.
    """
    if not found:
        raise InputError("no run here holds answers to items", "name runs of portraits, of the like battery, ...")
    for what, several in (
        ("instruments", dict.fromkeys(each.instrument for each in found if each.instrument != PEOPLE)),
        ("value sets", dict.fromkeys(each.value_set.name for each in found)),
        ("readouts", dict.fromkeys(each.readout for each in found if each.readout != PEOPLE)),
        ("scales", dict.fromkeys(each.steps for each in found)),
    ):
        if len(several) > 1:
            raise InputError(
                f"items of several {what} are not compared: {' and '.join(map(str, several))}", "compare runs alike"
            )


def verdicts(decided: Sequence[ValueInvariance], label: Callable[[str], str]) -> list[str]:
    """What may be said of each value, and of all.

    Args:
        decided: Values.
        label: How a value is written for people.
    """
    count = Counter(each.scalar.status for each in decided)
    told = ", ".join(f"{status} for {count[status]}" for status in ("holds", "fails", "not shown") if count[status])
    return [f"scalar invariance {told}", *(f"{label(each.value)}: {each.told}" for each in decided)]


def _covers(found: Sequence[ItemScores], cases: Cases) -> str:
    models = len({each.who.model for each in found})
    few = models < FEWEST_CASES
    count = f"{models} {'model' if models == 1 else 'models'}"
    who = f"respondents ({count} in roles: other models are not covered)" if few else "respondents"
    once = ", who count as independent where they are in several groups" if cases.paired else ""
    return f"Tests and intervals are over {who}{once}, for these items and these ways of asking."


def _notes(cases: Cases, items: Sequence[ItemFunction], across: Across) -> list[str]:
    told = ["a shift that all items of a value share cannot be told from a difference of the respondents themselves"]
    if cases.paired:
        told.append(
            "the same respondents are in several groups and count as independent: where they answer an item alike in "
            "both, tests find less than they could, and no more than is stated"
        )
    if untested := [each for each in items if each.why]:
        told.append(f"{len(untested)} of {len(items)} items were not tested, the first since {untested[0].why}")
    if across in ("model", "persona"):
        told.append("what is found is about these models or roles, and not about others of their kind")
    return told
