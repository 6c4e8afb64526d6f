"""How well batteries recover what is planted in twins, over corpora drawn afresh: bias, error, ranks, coverage, alarms.

Every corpus has clips, search words and respondents of its own. Half of the respondents have the values that were drawn
for them, the others are the same without any, for false alarms. Standard errors are clustered: respondents of one
corpus share its clips, so their intervals of one value are not as many trials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from valuespectrum.calibration.corpora import Battery, World, draw_answers, draw_corpus, read, truth
from valuespectrum.calibration.recovered import Recovered, recovered, recovered_as_published
from valuespectrum.measuring.levels import LEVELS
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.scoring.facets.clusters import Integers
from valuespectrum.scoring.guards.known import mean_over
from valuespectrum.scoring.off_circle import correlation, without_circle
from valuespectrum.scoring.readouts.evidence import IN_WORDS, Floats, Kind
from valuespectrum.scoring.structure.circle import angles, pearson, ranked
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

WORDS = 10
"""Search words of a value, as in our list and as published."""
_PUBLISHED_CLIPS, _CLIPS = 5, 3
"""Clips of each search word: as published, and once a clip that stands for several values stands for one."""
_STRAYS = 0.3


def _level(name: str) -> Battery:
    """The like battery of a level of ``bench --battery``."""
    like = next(part for part in LEVELS[name].parts if part.instrument == "like")
    return Battery(name, WORDS, _CLIPS, int(like.params["wordings"]))


BATTERIES: tuple[Battery, ...] = (
    # A clip may stand for every value whose words are near it, whatever it shows. Where three in ten of 500 places are
    # such strays, 35 clips a value are left, which are what our batteries ask about: three or four a search word.
    Battery("paper", WORDS, _PUBLISHED_CLIPS, wordings=1, cells=(0,), strays=_STRAYS),
    *map(_level, ("quick", "standard", "full")),
)
"""The levels of ``bench --battery``, of several instruments the like battery, with the search words that all have."""
KINDS: tuple[Kind, ...] = ("log_probability", "samples", "sampled_text", "greedy_text")


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """How much is drawn."""

    corpora: int = 20
    respondents: int = 12
    """Respondents with values in each corpus; as many more have none."""
    seed: int = 0
    level: float = 0.95
    world: World = field(default_factory=World)
    batteries: tuple[Battery, ...] = BATTERIES
    kinds: tuple[Kind, ...] = KINDS


@dataclass(frozen=True, slots=True)
class _InOneReadout:
    """One battery in one readout; arrays of a first axis for corpora, then respondents."""

    truth: Floats
    """Planted log-odds, (..., values)."""
    counted: Floats
    """1 for who answers by their values, NaN for who gives one answer to much of what is asked."""
    valued: Recovered
    """What is found of those with values."""
    flat: Recovered
    """What is found of those without."""


def run_study(options: StudyOptions, progress: Callable[[int, int], None] | None = None) -> Json:
    """Draw corpora and respondents, ask, score, and compare with what was planted.

    Args:
        options: How much is drawn.
        progress: Told how many corpora are done, and of how many.

    Returns:
        ``corpora, respondents, seed, world, expected_coverage``, ``batteries`` (what each asks), and ``rows``: for
        every battery and readout ``told`` (share of respondents of whom log-odds are told; ``None`` where nobody
        answers by their values), ``bias`` and ``slope`` of
        log-odds, ``rmse`` (centred log-odds), ``rmse_points`` (centred points of 100), ``spearman`` (mean),
        ``off_circle`` (correlation off the circle), ``coverage``, ``omnibus`` and ``family`` (type-I errors), the last
        three with ``_se``; ``None`` for what a readout does not tell.
    """
    heard: dict[tuple[str, Kind], list[_InOneReadout]] = {}
    for number in range(options.corpora):
        for name, kind, found in _one_corpus(options, number):
            heard.setdefault((name, kind), []).append(found)
        if progress is not None:
            progress(number + 1, options.corpora)
    return {
        "corpora": options.corpora,
        "respondents": options.respondents,
        "seed": options.seed,
        "world": asdict(options.world),
        "expected_coverage": options.level,
        "batteries": [
            {
                "name": each.name,
                "asks": each.asks,
                "clips": each.words * each.clips,
                "wordings": each.wordings,
                "strays": each.strays,
            }
            for each in options.batteries
        ],
        "rows": [
            {"battery": name, "readout": kind, "readout_in_words": IN_WORDS[kind], **_figures(_together(parts))}
            for (name, kind), parts in heard.items()
        ],
    }


def clustered(numbers: Floats, clusters: Integers) -> tuple[float | None, float | None]:
    """Mean of what is known with its standard error over clusters (sandwich, K / (K - 1)).

    Args:
        numbers: Any shape; NaN is left out.
        clusters: The same shape; equal numbers belong together.

    Returns:
        ``None`` where nothing is known, or one cluster alone has no error.

    Example:
        >>> mean, error = clustered(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0, 0, 1, 1]))
        >>> mean, error
        (0.5, 0.5)
    """
    known = ~np.isnan(numbers)
    if not known.any():
        return None, None
    mean = float(numbers[known].mean())
    _, group = np.unique(clusters[known], return_inverse=True)
    sums = np.bincount(group, numbers[known] - mean)
    count = len(sums)
    if count < 2:
        return mean, None
    return mean, float(np.sqrt((sums**2).sum() * count / (count - 1)) / known.sum())


def _one_corpus(options: StudyOptions, number: int) -> Iterator[tuple[str, Kind, _InOneReadout]]:
    count = options.respondents
    members = draw_respondents((number + 1) * count, options.seed)[-count:]
    people = [*members, *(replace(member, amplitude=0.0) for member in members)]
    counted = np.array([np.nan if member.leans.constant else 1.0 for member in members])
    for battery in options.batteries:
        generator = stream(options.seed, f"calibration/corpora/{battery.name}", number)
        corpus = draw_corpus(options.world, battery, generator)
        answers, planted = draw_answers(options.world, corpus, people, generator), truth(people)
        for kind in options.kinds:
            cells = read(answers, battery, kind, generator)
            if battery.balanced:
                found = recovered(cells, corpus.clusters, planted, options.level)
            else:
                found = recovered_as_published(cells, planted, options.level)
            halves = found.part(slice(count)), found.part(slice(count, None))
            yield battery.name, kind, _InOneReadout(planted[:count], counted, *halves)


def _together(parts: list[_InOneReadout]) -> _InOneReadout:
    return _InOneReadout(
        np.stack([part.truth for part in parts]),
        np.stack([part.counted for part in parts]),
        Recovered.stacked([part.valued for part in parts]),
        Recovered.stacked([part.flat for part in parts]),
    )


def _figures(heard: _InOneReadout) -> Json:
    from scipy.special import expit

    corpora, _, values = heard.truth.shape
    kept = heard.counted[..., None]
    found, planted = heard.valued.log_odds * kept, heard.truth * kept
    centred, goal = _centred(found), _centred(np.where(np.isnan(found), np.nan, planted))
    points = _centred(heard.valued.points * kept)
    liked = _centred(np.where(np.isnan(points), np.nan, 100.0 * expit(planted)))
    number = np.broadcast_to(np.arange(corpora)[:, None, None], planted.shape)
    coverage, coverage_se = clustered(heard.valued.inside * kept, number * values + np.arange(values))
    rates = {
        name: clustered(each * heard.counted, number[..., 0])
        for name, each in (("omnibus", heard.flat.omnibus), ("family", heard.flat.family))
    }
    told, counted = ~np.isnan(found).all(axis=-1), float(np.nansum(heard.counted))
    return {
        # Nobody may be left who answers by their values: where few are drawn, all can be among those who do not.
        "told": float(told.sum()) / counted if counted else None,
        "bias": _known(found - planted),
        "slope": _slope(goal, centred),
        "rmse": _root(centred - goal),
        "rmse_points": _root(points - liked),
        "spearman": _spearman(heard.valued.order * kept, planted),
        "off_circle": _off_circle(centred, goal),
        "coverage": coverage,
        "coverage_se": coverage_se,
        **{f"{name}{end}": pair[at] for name, pair in rates.items() for at, end in enumerate(("", "_se"))},
    }


def _centred(numbers: Floats) -> Floats:
    return np.asarray(numbers - mean_over(numbers, -1)[..., None])


def _known(numbers: Floats) -> float | None:
    known = numbers[~np.isnan(numbers)]
    return float(known.mean()) if len(known) else None


def _root(numbers: Floats) -> float | None:
    square = _known(numbers**2)
    return None if square is None else float(np.sqrt(square))


def _slope(goal: Floats, found: Floats) -> float | None:
    """Log-odds found for one that was planted; below 1 profiles come out too flat."""
    known = ~np.isnan(found)
    return float((goal[known] * found[known]).sum() / (goal[known] ** 2).sum()) if known.any() else None


def _spearman(order: Floats, planted: Floats) -> float | None:
    """Mean over respondents whose every value is in order and who have values to order."""
    whole = ~np.isnan(order).any(axis=-1) & (np.ptp(planted, axis=-1) > 0.0)
    each = [float(pearson(ranked(one), ranked(other))) for one, other in zip(order[whole], planted[whole], strict=True)]
    return _known(np.array(each))


def _off_circle(found: Floats, goal: Floats) -> float | None:
    whole = ~np.isnan(found).any(axis=-1)
    rest = without_circle(angles(TEN))
    return correlation(*((each[whole] @ rest).ravel() for each in (found, goal))) if whole.any() else None
