"""``bench --plan``: what a pilot says about how much to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import ClassVar

from valuespectrum.operations.bench import BenchSettings, item_params
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.outcomes import Outcome, flat
from valuespectrum.operations.shared.tables import in_dollars, table
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.text import percent
from vectorstore.foundation.user_paths import user_path


@dataclass(frozen=True, slots=True)
class DesignSettings(CheckedSettings):
    """What a plan is to reach; the names are those of the options of ``valuespectrum bench``."""

    bounds: ClassVar[Bounds] = {"target_se": (1e-6, ENDLESS), "detect": (1e-6, ENDLESS)}

    target_se: float | None = None
    """Standard error of a value's centred score."""
    detect: float | None = None
    """Difference of one value between two models that is to be found four times in five, looked at alone."""
    across_personas: bool = False
    """Whether the values of a model across its roles are meant, and not those in one role."""
    prices: Path | None = None
    """Price table (YAML) in place of our own."""
    seed: int = 0


@dataclass(frozen=True, repr=False)
class DesignPlan(Outcome):
    """How many clips, wordings, orders, personas and draws reach a wish, and what they cost."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each model: the design that is planned; empty numbers where none reaches the wish."""
        return [{"model": one["model"], **flat(one["plan"] or {})} for one in self.document["models"]]


def check_pilot(settings: BenchSettings | None = None, wish: DesignSettings | None = None) -> None:
    """Refuse a pilot from which nothing could be planned, before anything is asked for it.

    What only answers tell is told by ``plan_design``.

    Args:
        settings: How the pilot would be asked, as for ``bench``.
        wish: What is to be planned.

    Raises:
        InputError: Its answers make no table of clips, it asks in one wording, or personas are to be planned and none
            is played.

    Example::

        vs.check_pilot(vs.BenchSettings(wordings=3), vs.DesignSettings(target_se=0.15))
    """
    from valuespectrum.measuring.benchmark import picture_instrument
    from valuespectrum.measuring.levels import single
    from valuespectrum.measuring.pilot import refuse_pilot

    settings, wish = settings or BenchSettings(), wish or DesignSettings()
    instrument = picture_instrument(*single(settings.battery, item_params(settings)))
    roles = 1 if not settings.persona and settings.personas is None else 2
    refuse_pilot(instrument, roles, across_personas=wish.across_personas)


def plan_design(pilot: str | PathLike[str], settings: DesignSettings | None = None) -> DesignPlan:
    """Study the variance components of a pilot run, and say which design reaches a wish at the least cost.

    Args:
        pilot: Folder of a run with two wordings or more.
        settings: What is wished for; by default to find a difference of half a log-odds between two models, half a step
            of ratings or 12 percent.

    Raises:
        InputError: The folder is no run, or the pilot cannot show how a facet varies.

    Example::

        vs.plan_design("runs/pilot", vs.DesignSettings(target_se=0.15)).to_pandas()
    """
    from valuespectrum.measuring.pilot import PlanOptions, plan_from_pilot

    wished = settings or DesignSettings()
    options = PlanOptions(
        wished.target_se, wished.detect, wished.across_personas, wished.prices, wished.seed, usual=True
    )
    found = plan_from_pilot(user_path(pilot), options)
    left_out = "\n".join(f"Left out: {each}." for each in found["left_out"])
    parts = [_wish_in_words(found), *map(_model_in_words, found["models"]), left_out]
    return DesignPlan(found, "\n\n".join(filter(None, parts)))


def _wish_in_words(found: Json) -> str:
    wish = found["wish"]
    wished = [f"a standard error of {wish['standard_error']:g}"] if wish["standard_error"] is not None else []
    if wish["difference"] is not None:
        wished.append(
            f"to find a difference of {wish['difference']:g} between two models four times in five, where one value is "
            "looked at"
        )
    whose = "across its roles" if wish["across_personas"] else "in one role"
    most = "at most " if wish["difference"] is not None else ""
    return (
        f"Wished, in centred {wish['unit']} of a value of a model {whose}: {' and '.join(wished)}; that needs a "
        f"standard error of {most}{wish['needed_standard_error']:.3f}. Studied: {found['pilot']}"
    )


def _model_in_words(one: Json) -> str:
    header = ("what varies", "sd", "share of the present error")
    rows = [
        (name, f"{row['sd']:.2f}", percent(row["share"], "") if row["share"] else "-")
        for name, row in one["components"].items()
    ]
    parts = [f"{one['model']}\n{table(header, rows)}"]
    if one["languages"] > 1:
        parts.append(f"Planned for one of its {one['languages']} languages: wordings and asks are counted in each.")
    if one["roles"] > 1 and "persona" not in one["sizes"]:
        parts.append(f"Planned for one of its {one['roles']} roles: asks, answers and cost are those of each.")
    if one["across"]:
        roles = [f"{name} {row['sd']:.2f}" for name, row in one["across"].items() if "persona" in name.split(" x ")]
        parts.append(f"Between its {one['roles']} roles, sd: {', '.join(roles)}.")
    designs = [("asked now", one["now"]), ("planned", one["plan"])]
    designs += [(_wordings(count), each) for count, each in enumerate(one["by_wordings"], start=1)]
    shown = [(name, *_cells(each)) for name, each in designs]
    heads = ("design", "levels", "asks", "answers", "cost", "standard error", "other pilots", "G", "D", "detectable")
    return "\n\n".join([*parts, table(heads, shown), _verdict(one)])


def _wordings(count: int) -> str:
    return "one wording" if count == 1 else f"{count} wordings"


def _cells(design: Json | None) -> tuple[str, ...]:
    if design is None:
        return ("no number of clips reaches it", *("-",) * 8)
    levels = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in design["levels"].items())
    cost = "-" if design["dollars"] is None else in_dollars(design["dollars"])
    error = f"{design['standard_error_low']:.3f} to {design['standard_error_high']:.3f}"
    numbers = ["-" if design[name] is None else f"{design[name]:.2f}" for name in ("g", "d", "detectable")]
    counts = [f"{design[name]:,}" for name in ("asks", "answers")]
    return (levels, *counts, cost, f"{design['standard_error']:.3f}", error, *numbers)


def _verdict(one: Json) -> str:
    plan, alone = one["plan"], one["one_wording"]
    if plan is None:
        return "No design with the wordings and search words that there are reaches the wish: write more of them."
    needs = (
        f"The plan needs {plan['answers']:,} answers and a corpus with {plan['clips_a_value']:,} clips of each value"
    )
    if alone is None:
        return f"{needs}; one wording never comes there, however many clips."
    share = f"{percent(plan['answers'] / alone['answers'], '')} of what one wording with more clips would take"
    return f"{needs}: {share}, with which no score has an interval."
