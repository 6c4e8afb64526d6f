"""How far the numbers of each profile would come out again, as a page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.elements.words import alike, mark, number, respondents_named, with_interval
from valuespectrum.theory.values import LABELS
from vectorstore.foundation.json_types import Json

COEFFICIENTS: tuple[tuple[str, str, str], ...] = (
    ("g", "G", "share of differences between values that other clips, and what else intervals cover, give again"),
    ("d", "D", "the same for where values stand, and not for their order alone"),
    ("halves_clips", "Halves of clips", "profiles out of two halves of the clips or search words, at full length"),
    ("halves_wordings", "Halves of wordings", "profiles out of two halves of the wordings, at full length"),
    ("repeats", "Repeats", "profiles out of two halves of the drawn answers, at full number"),
)
"""Name in the scores, label, explanation."""


def coefficients(data: ReportData) -> Mapping[str, object]:
    """Coefficients of the bare models of all runs as a page shows them; empty where none were reckoned.

    Args:
        data: Of a page.

    Returns:
        ``models``; ``coefficients`` (label, explanation, one text a model), ``estimates`` (those of them that are
        known) and ``missing`` (why the others are not, in words); ``items`` (value, alpha and omega of each model) and
        ``item_estimates``.
    """
    named = _known(data)
    if not named:
        return {}
    known = [one for _, one in named]
    names = respondents_named(known, [run for run, _ in named])
    values = [value for value in LABELS if any(f"omega_{value}" in one["reliability"] for one in known)]
    return {
        "models": names,
        "coefficients": [
            (label, explanation, [_written(_read(one, name)) for one in known])
            for name, label, explanation in COEFFICIENTS
        ],
        "items": [
            (LABELS[value], [[_plain(each) for each in _items(one, value)] for one in known]) for value in values
        ],
        "item_estimates": [each for one in known for value in values for each in _items(one, value)],
        "estimates": [row for one in known for _, row in _rows(one) if row.mean is not None],
        "missing": _shared((_missing(one), name) for name, one in zip(names, known, strict=True)),
    }


def _known(data: ReportData) -> list[tuple[str, Json]]:
    """Bare models with coefficients, each with its run."""
    return [
        (name, one)
        for name, run in data.named_runs
        for one in run.scores["respondents"]
        if "g" in one.get("reliability", {}) and one["persona"] == one["strategy"] == NO_PERSONA
    ]


def _read(one: Json, name: str) -> Estimate:
    return Estimate.read(one["reliability"].get(name))


def _items(one: Json, value: str) -> list[Estimate]:
    return [_read(one, f"{name}_{value}") for name in ("alpha", "omega")]


def _rows(one: Json) -> list[tuple[str, Estimate]]:
    return [(label, _read(one, name)) for name, label, _ in COEFFICIENTS]


def _written(found: Estimate) -> str:
    return number(None) if found.mean is None else with_interval(found, 2)


def _plain(found: Estimate) -> str:
    """The number alone: intervals of so many would hide it."""
    return number(found.mean, 2) if found.mean is not None else f"{number(None)} {mark(found)}".rstrip()


def _shared(missing: Iterable[tuple[str, str]]) -> list[str]:
    """The same reason once, with whose it is where it is not everybody's."""
    whose = alike(missing)
    everybody = len(whose) == 1
    return [why if everybody else f"{why} ({', '.join(names)})" for why, names in whose.items() if why]


def _missing(one: Json) -> str:
    """Why coefficients are missing, by their labels."""
    return "; ".join(f"{label}: {row.why}" for label, row in _rows(one) if row.mean is None and row.why)
