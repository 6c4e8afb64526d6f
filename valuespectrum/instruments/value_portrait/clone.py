"""A clone of the published repository: which files it has, and what is wrong with one that is not whole.

Every file is read within limits of size and depth, its shape and its numbers are checked, and nothing in it is run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from valuespectrum.instruments.value_portrait.items import LAYOUT_HINT, TAGGED, Response, read_responses
from valuespectrum.instruments.value_portrait.rules import FAMILIES, REVERSED, VERSIONS, published_rules
from valuespectrum.instruments.value_portrait.tagging import RatedResponse
from vectorstore.foreign.documents import check_shape, read_json
from vectorstore.foundation.errors import InputError

PROMPTS = Path("lm_evaluation/prompts")
"""Its wordings: a folder for each version and order."""
CORRELATIONS = Path("data/correlation_results/pvq_correlation_results.json")
SURVEY = Path("data/prolific/survey/main/survey.json")
PROFILES = Path("data/prolific/value/main/value.json")
RAW = Path("lm_evaluation/outputs/final")
AVERAGED = Path("lm_evaluation/average_outputs")
SCORED = Path("lm_evaluation/score_results/final_results_0.3_pos_centered")
NEEDED = (TAGGED, CORRELATIONS, SURVEY, PROFILES, RAW, AVERAGED, SCORED)
"""What published numbers are made again from."""
_ALL = tuple(name for version in VERSIONS for name in (version, f"{version}{REVERSED}"))
_RAW_NAME = re.compile(rf"(?P<model>.+?)_(?P<version>{'|'.join(VERSIONS)})(?P<order>{REVERSED})?_results\.json")
_AVERAGED_END = "_averaged_results.json"
_SCORED_END = "_averaged_results_0.3_pos_centered_scores.json"
_MOST_FILES = 3000
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One answer as it was published."""

    portrait_id: int
    option_id: int
    numeric_response: float | None = None
    raw_response: str | None = None


@dataclass(frozen=True, slots=True)
class Averaged:
    """One response with the answers of a model to all versions."""

    portrait_id: int
    option_id: int
    version_responses: dict[str, float]
    numeric_response: float | None = None
    correlations: list[tuple[str, float]] = field(default_factory=list)
    higher_pvq_correlations: list[tuple[str, float]] = field(default_factory=list)
    bfi_correlations: list[tuple[str, float]] = field(default_factory=list)

    @property
    def tags(self) -> tuple[str, ...]:
        """Dimensions that it counts for by what stands beside the answers.

        A response whose first version failed has nothing there: the published averages take these lists from the first
        answer that was read, and a failed one has none.
        """
        listed = (*self.correlations, *self.higher_pvq_correlations, *self.bfi_correlations)
        told = {name.lower(): rho for name, rho in listed}
        return published_rules().tags(f"{self.portrait_id}/{self.option_id}", told)


T = TypeVar("T")
_Row = TypeVar("_Row", RawAnswer, Averaged)


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A published score."""

    centered_mean: float
    original_mean: float
    std_dev: float
    n: int


@dataclass(frozen=True, slots=True)
class _Scored:
    scores: dict[str, dict[str, StoredScore]]


@dataclass(frozen=True, slots=True)
class _Correlation:
    portrait_id: int
    option_id: int
    pvq_dimension: str
    spearman_corr: float
    spearman_p_value: float


@dataclass(frozen=True, slots=True)
class _Rated:
    option_id: int
    data: list[tuple[float, str]]


@dataclass(frozen=True)
class Clone:
    """A clone, or a part of one that has everything that is needed.

    Raises:
        InputError: It lacks something of ``NEEDED``; the message names all of it.
    """

    root: Path

    def __post_init__(self) -> None:
        if not self.root.is_dir():
            raise InputError(f"{self.root} is no folder", LAYOUT_HINT)
        missing = [str(part) for part in NEEDED if not (self.root / part).exists()]
        if len(missing) == len(NEEDED):
            raise InputError(f"{self.root} is no clone of the Value Portrait repository", LAYOUT_HINT)
        if missing:
            raise InputError(f"{self.root} is half a clone: it lacks {', '.join(missing)}", LAYOUT_HINT)

    @cached_property
    def responses(self) -> Mapping[str, Response]:
        """The 520 items by id."""
        found = read_responses(self.root)
        if any(response.designed for response in found):
            raise InputError(f"{self.root / TAGGED} holds items without human ratings", LAYOUT_HINT)
        wanted = [name for family in FAMILIES.values() for name in family.dimensions]
        for response in found:
            if lacking := [name for name in wanted if name not in response.correlations]:
                raise InputError(
                    f"{self.root / TAGGED}: response {response.id} has no correlation with {lacking[0]}", LAYOUT_HINT
                )
        return {response.id: response for response in found}

    @cached_property
    def correlations(self) -> Mapping[tuple[str, str], tuple[float, float]]:
        """(response, value) to the published correlation and its p."""
        rows = self._read(list[_Correlation], self.root / CORRELATIONS)
        found = {
            (f"{row.portrait_id}/{row.option_id}", row.pvq_dimension.lower()): (row.spearman_corr, row.spearman_p_value)
            for row in rows
        }
        wanted = {(response, value) for response in self.responses for value in FAMILIES["pvq"].dimensions}
        if len(found) < len(rows) or found.keys() != wanted:
            raise InputError(
                f"{self.root / CORRELATIONS} has {len(rows)} rows; every one of the {len(self.responses)} responses "
                f"must have each of the ten values once",
                LAYOUT_HINT,
            )
        return found

    @cached_property
    def profiles(self) -> Mapping[str, Mapping[str, float]]:
        """Rater to dimension to score, centred as published."""
        read = self._read(dict[str, dict[str, dict[str, float]]], self.root / PROFILES)
        found = {}
        for rater, families in read.items():
            told = {name.lower(): score for family in families.values() for name, score in family.items()}
            wanted = [name for family in FAMILIES.values() for name in family.dimensions]
            if lacking := [name for name in wanted if not -10 < told.get(name, 99.0) < 10]:
                raise InputError(f"{self.root / PROFILES}: rater {rater!r:.40} has no number for {lacking[0]}")
            if not (rater.isprintable() and len(rater) <= _LONGEST_NAME):
                raise InputError(f"{self.root / PROFILES}: {rater!r:.60} is no id of a rater")
            found[rater] = told
        middle = {each: sum(told[each] for told in found.values()) for each in ("benevolence", "power")}
        if not middle["benevolence"] > 0 > middle["power"]:
            raise InputError(
                f"{self.root / PROFILES} reads backwards: people value power above benevolence in it", LAYOUT_HINT
            )
        return found

    @cached_property
    def groups(self) -> tuple[tuple[RatedResponse, ...], ...]:
        """Who rated what: each group of people has responses of its own."""
        read = self._read(list[dict[str, list[_Rated]]], self.root / SURVEY)
        groups = tuple(
            tuple(self._rated(query, each) for query, listed in group.items() for each in listed) for group in read
        )
        rated = [each.response for group in groups for each in group]
        if sorted(rated) != sorted(self.responses):
            raise InputError(
                f"{self.root / SURVEY} holds ratings of {len(rated)} responses; each of the {len(self.responses)} "
                "must be rated in one group",
                LAYOUT_HINT,
            )
        return groups

    def _rated(self, query: str, each: _Rated) -> RatedResponse:
        raters, ratings = tuple(rater for _, rater in each.data), tuple(rating for rating, _ in each.data)
        where = f"{self.root / SURVEY}, response {query[:20]}/{each.option_id}"
        if strange := [rater for rater in raters if rater not in self.profiles]:
            raise InputError(f"{where}: nothing is known of the rater {strange[0]!r:.40}", LAYOUT_HINT)
        if len(set(raters)) < max(3, len(raters)):
            raise InputError(f"{where}: fewer than three raters, or one of them twice", LAYOUT_HINT)
        if wild := [rating for rating in ratings if rating not in range(1, 7)]:
            raise InputError(f"{where}: {wild[0]!r:.20} is no rating from 1 to 6", LAYOUT_HINT)
        return RatedResponse(f"{query}/{each.option_id}", raters, ratings)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Models with averaged answers; every one has scores, too.

        Raises:
            InputError: One of the two is missing.
        """
        averaged, scored = self._names(AVERAGED, _AVERAGED_END), self._names(SCORED, _SCORED_END)
        apart = sorted(set(averaged) ^ set(scored))
        if apart or not averaged:
            told = f"{apart[0]} has averaged answers or scores, not both" if apart else "no model has answers"
            raise InputError(f"{self.root} is half a clone: {told}", LAYOUT_HINT)
        return averaged

    def averaged(self, model: str) -> Mapping[str, Averaged]:
        """Response to the answers of a model, all versions side by side."""
        if model not in self._averages:
            self._averages[model] = self._read_averaged(model)
        return self._averages[model]

    @cached_property
    def _averages(self) -> dict[str, Mapping[str, Averaged]]:
        return {}

    def _read_averaged(self, model: str) -> Mapping[str, Averaged]:
        file = self.root / AVERAGED / f"{model}{_AVERAGED_END}"
        found = self._by_response(self._read(list[Averaged], file), file)
        for response, each in found.items():
            numbers = [*each.version_responses.values(), *([each.numeric_response] if each.version_responses else [])]
            strange = [version for version in each.version_responses if version not in _ALL]
            if strange or any(number is None or not 1.0 <= number <= 6.0 for number in numbers):
                raise InputError(f"{file}, response {response}: an answer is no number from 1 to 6, or of no version")
        return found

    def scored(self, model: str) -> Mapping[str, StoredScore]:
        """Dimension to the published score of a model."""
        file = self.root / SCORED / f"{model}{_SCORED_END}"
        families = self._read(_Scored, file).scores
        return {name.lower(): each for family in families.values() for name, each in family.items()}

    def raw(self, model: str) -> Mapping[str, Mapping[str, RawAnswer]]:
        """Version to response to answer; empty for a model whose raw answers are not there.

        Raises:
            InputError: Those of some versions are there, and not those of others.
        """
        files = self._raw_files.get(model, {})
        if files and (lacking := [version for version in _ALL if version not in files]):
            raise InputError(
                f"{self.root} is half a clone: {RAW} has no {model}_{lacking[0]}_results.json", LAYOUT_HINT
            )
        return {version: self._by_response(self._read(list[RawAnswer], file), file) for version, file in files.items()}

    @cached_property
    def _raw_files(self) -> Mapping[str, Mapping[str, Path]]:
        found: dict[str, dict[str, Path]] = {}
        for file in self._files(RAW, "*/*.json"):
            if named := _RAW_NAME.fullmatch(file.name):
                versions = found.setdefault(named["model"], {})
                version = named["version"] + (named["order"] or "")
                if version in versions:
                    raise InputError(f"{versions[version]} and {file} are both of {named['model']}, {version}")
                versions[version] = file
        return found

    def _names(self, folder: Path, end: str) -> tuple[str, ...]:
        names = tuple(file.name.removesuffix(end) for file in self._files(folder, f"*{end}"))
        if strange := [name for name in names if not name.isprintable()]:
            raise InputError(f"{self.root / folder}: {strange[0]!r:.80} is no name of a model", LAYOUT_HINT)
        return names

    def _files(self, folder: Path, pattern: str) -> Sequence[Path]:
        files = sorted((self.root / folder).glob(pattern))
        if len(files) > _MOST_FILES:
            raise InputError(f"{self.root / folder} holds more than {_MOST_FILES:,} files", LAYOUT_HINT)
        return files

    def _by_response(self, rows: Sequence[_Row], file: Path) -> dict[str, _Row]:
        found = {f"{row.portrait_id}/{row.option_id}": row for row in rows}
        if len(found) < len(rows) or found.keys() != self.responses.keys():
            raise InputError(
                f"{file} has {len(rows)} answers; each of the {len(self.responses)} responses must be there once",
                LAYOUT_HINT,
            )
        return found

    def _read(self, shape: type[T], file: Path) -> T:
        what = "Value Portrait file"
        return check_shape(shape, read_json(file, what, LAYOUT_HINT), f"{what} {file}", LAYOUT_HINT)
