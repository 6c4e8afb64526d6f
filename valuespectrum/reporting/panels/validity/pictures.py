"""Whether pictures show what they stand for, and what a profile is when it is set right for it."""

from __future__ import annotations

from collections.abc import Mapping

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.corrected import WAYS, read_corrected
from valuespectrum.reporting.elements.data import Estimate, ReportData, ReportedRun
from valuespectrum.reporting.elements.words import number, with_interval
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json


@PANELS.register("pictures")
class PicturesPanel(Panel):
    """Wrong clips, agreement of raters, balance, and profiles before and after."""

    id = "pictures"
    place = 52

    def applies(self, data: ReportData) -> bool:
        """Whether anybody rated the pictures."""
        return any(run.scores.get("pictures") for run in data.runs)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Do the pictures show what they stand for?"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """What raters say of every run that has ratings, and the profiles of its models."""
        return {"rated": [_rated(name, run) for name, run in data.named_runs if run.scores.get("pictures")]}


def _rated(name: str, run: ReportedRun) -> Mapping[str, object]:
    told = run.scores["pictures"]
    balance = told["balance"]
    return {
        "name": name,
        "told": told,
        "wrong": _wrong(told),
        "wrong_shares": [Estimate.read(row, "wrong") for row in told["wrong"].values() if row["n_clips"]],
        "agreed": _agreed(told),
        "alphas": [each for row in told["agreement"].values() if (each := _alpha(row)).mean is not None],
        "nuisances": list(next(iter(balance.values()), {})),
        "balance": balance,
        "matched_balance": _matched_balance(run),
        "corrected": [found for one in _bare(run) if (found := read_corrected(one))],
        "ways": WAYS,
    }


def _wrong(told: Json) -> list[tuple[str, str, int, str]]:
    """Value, share of wrong clips in percent, clips, and what they show instead."""
    rows = []
    for value in VALUES:
        if value in told["wrong"] and told["wrong"][value]["n_clips"]:
            row = told["wrong"][value]
            other = [f"{name.replace('_', '-')} {count}" for name, count in row["shown"].items() if name != value]
            share = with_interval(Estimate.read(row, "wrong").moved(100), 0)
            rows.append((value, share, row["n_clips"], ", ".join(other[:3])))
    return rows


def _agreed(told: Json) -> list[tuple[str, str, str, int]]:
    named = {"value": "which value", "state": "endorsed, violated or absent", "strength": "how strongly"}
    return [
        (
            words,
            with_interval(_alpha(told["agreement"][name]), 2),
            number(told["agreement"][name]["share"], 2),
            told["agreement"][name]["n_pictures"],
        )
        for name, words in named.items()
        if told["agreement"].get(name, {}).get("alpha") is not None
    ]


def _alpha(row: Json) -> Estimate:
    return Estimate.read(row, "alpha")


def _bare(run: ReportedRun) -> list[Json]:
    return [one for one in run.scores["respondents"] if one["persona"] == NO_PERSONA and one.get("corrected")]


def _matched_balance(run: ReportedRun) -> Json:
    """Value and nuisance to imbalance in matched sets, which are the same for all models but for what they left out."""
    found = (one["corrected"].get("matched") for one in _bare(run))
    first: Json = next((each for each in found if each and each["size"]), {"balance": {}})
    return {value: {name: pair[-1] for name, pair in row.items()} for value, row in first["balance"].items()}
