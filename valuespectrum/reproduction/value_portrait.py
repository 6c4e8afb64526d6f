"""Value Portrait, made again from a clone of its repository: tags from people, item means, scores, sensitivities.

Every number that differs from the published one carries its reason, and the reason is checked: where a rater's profile
is in doubt, the one that gives all published correlations is looked for; where a summary is older than the answers, it
is set beside those that were there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import fmean

from agents.models.base import Choice
from agents.models.parsing.parse import parse_answer
from valuespectrum.instruments.value_portrait.clone import Averaged, Clone, RawAnswer
from valuespectrum.instruments.value_portrait.rules import FAMILIES, RATING, VERSIONS, published_rules
from valuespectrum.instruments.value_portrait.scores import (
    PublishedScore,
    Sensitivity,
    item_means,
    published_scores,
    sensitivity,
)
from valuespectrum.reproduction.rows import ComparedNumber, printed
from valuespectrum.reproduction.value_portrait_people import people_rows
from valuespectrum.scoring.recovery import spearman
from valuespectrum.theory.value_sets import FOUR, TEN
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

FACTS = Path(__file__).parent / "published" / "value_portrait.json"
"""What was published, with its source."""
EXACT = 1e-9
_STRICT = tuple(Choice(label, (label, label.capitalize())) for label in RATING)


def value_portrait(data: Path | None) -> list[ComparedNumber]:
    """Everything that was published beside ours.

    Args:
        data: A clone of the repository, or a part of one with the folders of ``clone.NEEDED``.

    Raises:
        InputError: It is no clone, half a clone, or a file of it is not what it should be.
    """
    if data is None:
        raise InputError("value-portrait needs a clone of the published repository", "name its folder")
    clone = Clone(data)
    answers = {model: _answers(clone, model) for model in clone.models}
    return [
        *_tag_rows(clone),
        *people_rows(clone, _facts()["tags"]),
        *(row for model in clone.models for row in _raw_rows(clone, model)),
        *_score_rows(clone),
        *_sensitivity_rows(answers),
    ]


@cache
def _facts() -> Json:
    facts: Json = json.loads(FACTS.read_text(encoding="utf-8"))
    return facts


def _answers(clone: Clone, model: str) -> dict[str, dict[str, float]]:
    return {response: each.version_responses for response, each in clone.averaged(model).items()}


def _tag_rows(clone: Clone) -> Iterator[ComparedNumber]:
    facts, rules = _facts(), published_rules()
    tagged = [
        (each.id, name) for each in clone.responses.values() for name, rho in each.correlations.items()
        if rho > rules.threshold
    ]  # fmt: skip
    yield ComparedNumber("responses", float(len(clone.responses)), facts["responses"], 0.0)
    for family in FAMILIES.values():
        of_family = [response for response, name in tagged if name in family]
        note = f"responses whose ratings correlate above {rules.threshold:g}"
        yield ComparedNumber(f"tags, {family.title}", float(len(of_family)), facts["tags"][family.name], 0.0, "", note)
    count = Counter(name for _, name in tagged)
    for value, published in facts["tags_by_value"].items():
        yield ComparedNumber(f"tags, {TEN.label(value)}", float(count[value]), published, 0.0)
    responses = {response for response, name in tagged if name in TEN}
    yield ComparedNumber("responses with a tag of the ten", float(len(responses)), facts["tagged_responses"], 0.0)
    against = sum(
        rho < -rules.threshold for each in clone.responses.values() for name, rho in each.correlations.items()
        if name in TEN
    )  # fmt: skip
    note = "they tag nothing, by the published rule"
    yield ComparedNumber(
        "pairs that speak against one of the ten", float(against), facts["negative_pairs"], 0.0, "", note
    )


def _raw_rows(clone: Clone, model: str) -> Iterator[ComparedNumber]:
    versions, averaged = clone.raw(model), clone.averaged(model)
    if not versions:
        yield ComparedNumber(f"{model}, item means", None, note="its raw answers are not in this clone")
        return
    means = item_means({response: _numbers(versions, response) for response in clone.responses})
    published = {each: row.numeric_response for each, row in averaged.items() if row.numeric_response is not None}
    both = [abs(means[each] - mean) for each, mean in published.items() if each in means]
    yield ComparedNumber(f"{model}, responses with a mean", float(len(means)), float(len(published)), 0.0)
    yield ComparedNumber(f"{model}, largest difference of item means", max(both, default=None), 0.0, 0.0)
    everything = [answer for listed in versions.values() for answer in listed.values()]
    yield from _reading_rows(model, everything)


def _reading_rows(model: str, everything: Sequence[RawAnswer]) -> Iterator[ComparedNumber]:
    """How the words of a model are read: by the published rule, and by ours, which takes back what is taken back."""
    spoken = [(each, each.raw_response) for each in everything if each.raw_response]
    for what, heard in (
        ("the published rule reads otherwise than is stored", published_rules().rating),
        ("our strict reading hears otherwise", _strictly),
    ):
        other = [said for answer, said in spoken if heard(said) != answer.numeric_response]
        example = f", such as {other[0][:60]!r}" if other else ""
        note = f"of {len(spoken)} with words{example}"
        yield ComparedNumber(f"{model}, answers that {what}", float(len(other)), note=note)
    failed = sum(each.numeric_response is None for each in everything)
    yield ComparedNumber(f"{model}, answers without a number", float(failed), note="left out of the means")


def _numbers(versions: Mapping[str, Mapping[str, RawAnswer]], response: str) -> dict[str, float]:
    told = {version: listed[response].numeric_response for version, listed in versions.items()}
    return {version: number for version, number in told.items() if number is not None}


def _strictly(words: str) -> int | None:
    return RATING.get(parse_answer(words, _STRICT))


def _score_rows(clone: Clone) -> Iterator[ComparedNumber]:
    tags = {response: each.tags for response, each in clone.responses.items()}
    every: list[Mapping[str, PublishedScore]] = []
    differences: list[float] = []
    for model in clone.models:
        averaged = clone.averaged(model)
        means = item_means({response: each.version_responses for response, each in averaged.items()})
        ours = published_scores(means, {response: each.tags for response, each in averaged.items()})
        every.append(ours)
        compared = list(_model_rows(clone, model, ours))
        differences += [abs(row.difference) for row in compared if row.difference is not None]
        yield from compared
        lost = [each for each, row in averaged.items() if {*tags[each]} != {*row.tags}]
        if lost:
            yield _lost_row(model, lost, averaged, (ours, published_scores(means, tags)))
    note = f"{len(every)} models, {sum(map(len, FAMILIES.values()))} dimensions; --json has each"
    yield ComparedNumber("largest difference of all scores", max(differences, default=None), 0.0, EXACT, "", note)
    yield from _headline_rows(clone, every)


def _lost_row(
    model: str,
    lost: Sequence[str],
    averaged: Mapping[str, Averaged],
    scores: tuple[Mapping[str, PublishedScore], Mapping[str, PublishedScore]],
) -> ComparedNumber:
    """Responses that stand beside other tags in a model's averages than in the questionnaire, and what that does."""
    stored, whole = scores
    moved = [(abs(whole[name].centred - stored[name].centred), name) for name in stored if name in whole]
    why = "its averages carry other tags than the questionnaire"
    if all(VERSIONS[0] not in averaged[each].version_responses for each in lost):
        why = "the answer to the first version failed, and the published averages take tags from it"
    note = f"{', '.join(lost[:3])}: {why}"
    if moved:
        most, name = max(moved)
        note = f"{note}; with them the largest change of a score is {most:.4f} ({name})"
    return ComparedNumber(f"{model}, responses whose tags were lost", float(len(lost)), note=note)


def _model_rows(clone: Clone, model: str, ours: Mapping[str, PublishedScore]) -> Iterator[ComparedNumber]:
    published = clone.scored(model)
    for family in FAMILIES.values():
        for name in family.dimensions:
            if name in ours or name in published:
                found = ours[name].centred if name in ours else None
                known = published[name].centered_mean if name in published else None
                yield ComparedNumber(f"{model}, {family.label(name)}", found, known, EXACT)
    both = [(ours[name], each) for name, each in published.items() if name in ours]
    apart = [
        max(abs(one.mean - other.original_mean), abs(one.deviation - other.std_dev), abs(one.items - other.n))
        for one, other in both
    ]
    what = "largest difference of raw means, deviations and numbers of items"
    yield ComparedNumber(f"{model}, {what}", max(apart, default=None), 0.0, EXACT)


def _headline_rows(clone: Clone, every: list[Mapping[str, PublishedScore]]) -> Iterator[ComparedNumber]:
    models = f"over {len(every)} models"
    middle = {
        value: fmean(row[value].centred for row in every if value in row)
        for value in (*TEN.dimensions, *FOUR.dimensions)
        if any(value in row for row in every)
    }
    for value, mean in middle.items():
        family = TEN if value in TEN else FOUR
        yield ComparedNumber(f"mean of {family.label(value)} {models}", mean)
    people = {value: fmean(each[value] for each in clone.profiles.values()) for value in TEN.dimensions}
    known = {value: mean for value, mean in middle.items() if value in TEN}
    note = f"{len(clone.profiles)} people, their own scores of the PVQ-21"
    yield ComparedNumber(
        f"rank correlation of these means with those of the raters {models}", spearman(known, people), note=note
    )


def _sensitivity_rows(answers: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Iterator[ComparedNumber]:
    facts = _facts()["sensitivity"]
    found: dict[str, Sensitivity] = {}
    for model, told in answers.items():
        known = facts["models"].get(model)
        if known is None:
            own = sensitivity(told)
            yield ComparedNumber(f"{model}, order sensitivity", own.order_mean, note="the published summary lacks it")
            yield ComparedNumber(f"{model}, prompt sensitivity", own.prompt, note="the published summary lacks it")
            continue
        there = [version for version, items in zip(VERSIONS, known["items"], strict=True) if items]
        found[model] = sensitivity(told, there)
        yield from _model_sensitivity(model, found[model], known, told)
    yield from _average_rows(found, facts)


def _model_sensitivity(
    model: str, own: Sensitivity, known: Json, told: Mapping[str, Mapping[str, float]]
) -> Iterator[ComparedNumber]:
    now = sensitivity(told).items
    then = dict(zip(VERSIONS, known["items"], strict=True))
    note = ""
    if any(now[version] and not then[version] for version in VERSIONS):
        note = f"the published summary is older than the other versions: {', '.join(own.order)} alone were there"
    for version, published in zip(VERSIONS, known["order"], strict=True):
        if published is not None:
            why = "" if own.items[version] == then[version] else _newer(own.items[version], then[version])
            name = f"{model}, order sensitivity, wording {version}"
            yield printed(name, own.order[version], published, why, note)
    if known["prompt"] is not None:
        why = "" if {**own.items} == {each: then[each] for each in own.items} else _newer(own.items, then)
        yield printed(f"{model}, prompt sensitivity", own.prompt, known["prompt"], why, note)


def _newer(now: object, then: object) -> str:
    return (
        f"the summary counts {then} responses answered in both orders, the averages hold {now}: they are of two states"
    )


def _average_rows(found: Mapping[str, Sensitivity], facts: Json) -> Iterator[ComparedNumber]:
    if not found:
        return
    ours = _averages(list(found.values()))
    whole = len(found) == len(facts["models"])
    for name, published in facts["averages"].items():
        over = f"{name}, mean over {len(found)} models"
        if whole:
            yield printed(over, ours[name], published)
        else:
            yield ComparedNumber(
                over, ours[name], note=f"over all {len(facts['models'])} that were summed up: {published}"
            )


def _averages(found: list[Sensitivity]) -> dict[str, float | None]:
    by_wording = {each: _mean([one.order.get(each) for one in found]) for each in VERSIONS}
    steps = [_mean([one.order_steps.get(each) for one in found]) for each in VERSIONS]
    spread = [_mean(list(one.deviations.values())) for one in found]
    return {
        **{f"order sensitivity, wording {version}": share for version, share in by_wording.items()},
        "order sensitivity": _mean(list(by_wording.values())),
        "prompt sensitivity": _mean([one.prompt for one in found]),
        "order sensitivity in steps": _mean(steps),
        "prompt sensitivity in steps": _mean([one.prompt_steps for one in found]),
        "steps between all versions": _mean([one.all_steps for one in found]),
        "deviation over responses": _mean(spread),
    }


def _mean(numbers: list[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return fmean(known) if known else None
