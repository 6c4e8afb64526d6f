"""Item parameters of clips from a pilot: ``python -m valuespectrum.calibration.graded_pilot RUN... --out FILE``.

The pilot is one run or several of ``scale7`` on the same corpus. Each model in each role is a respondent (placebo texts
are none; wordings and ways to tell a role are no further roles), each clip an item of the value that it was found for,
and all answers of a respondent about a clip are one.
The file is what ``adaptive-clips`` takes as ``parameters``. There have to be ten respondents at least, and some dozens
for slopes that mean something; few respondents make the traits' scale theirs.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.answers.table import by_respondent
from agents.personas.reserved import in_first_wording
from valuespectrum.instruments.adaptive.banks import UNSETTLED, Bank, ItemPool, write_bank
from valuespectrum.instruments.further.scale7 import SevenSteps
from valuespectrum.instruments.registry import load_installed
from valuespectrum.measuring.stored_answers import scored_answers
from valuespectrum.runs.run import open_answers, read_manifest
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.graded.fitting import FitOptions, fit
from valuespectrum.scoring.graded.items import Floats
from valuespectrum.scoring.ordinal.rated import RatedAnswers
from vectorstore.foundation.errors import InputError, ValueSpectrumError

if TYPE_CHECKING:
    import pandas as pd

_BESIDE = 3.0
"""Answers that are added to every item: pilots are small."""
_LEAST_SHARE = 0.5
"""Share of the respondents who have to have answered about a clip."""


def pilot_bank(rated: Sequence[RatedAnswers], source: str) -> Bank:
    """Parameters of the clips that a pilot asked about.

    Args:
        rated: Answers of each respondent, whose items are ``VALUE CLIP``.
        source: Where they are from, for the provenance, which names values whose fit did not settle, too.

    Raises:
        InputError: There are too few respondents who answered, or no clip about which half of them did.
    """
    tables = [table for table in map(_by_clip, rated) if table]
    listed = sorted({key for table in tables for key in table})
    pools, unsettled = {}, list[str]()
    for value in dict.fromkeys(value for value, _ in listed):
        clips = [clip for each, clip in listed if each == value]
        answers = np.stack([_rows(table, value, clips) for table in tables])
        heard = (answers.sum(axis=2) > 0).mean(axis=0) >= _LEAST_SHARE
        if heard.any():
            kept = tuple(clip for clip, told in zip(clips, heard, strict=True) if told)
            fitted = fit(answers[:, heard], FitOptions(beside=_BESIDE))
            pools[value] = ItemPool(kept, fitted.items)
            unsettled += [] if fitted.converged else [value]
    if not pools:
        raise InputError(
            f"there is no clip about which half of the {len(tables)} respondents that answered told something",
            "look at the refused and unreadable answers of the pilot",
        )
    provenance = {"respondents": f"{len(tables)} of a pilot", "source": source, "method": "marginal maximum likelihood"}
    return Bank(pools, provenance | ({UNSETTLED: ", ".join(unsettled)} if unsettled else {}), {})


def pilot_answers(folder: Path) -> Iterator[RatedAnswers]:
    """Answers of every respondent of a run but placebos, which are the model as itself several times.

    A role in several wordings, or told in several ways, is one respondent: its answers hang together.

    Raises:
        InputError: It is no run of ``scale7``, or holds no answers.
    """
    import pandas as pd

    settings = read_manifest(folder).settings
    battery = dict(settings["battery"])
    instrument = load_installed(battery.pop("name"), battery, str(folder))
    if not isinstance(instrument, SevenSteps):
        raise InputError(f"{folder} is a run of {instrument.name}", "a pilot is a run of scale7")
    with open_answers(folder) as store:
        table = scored_answers(store, settings)
    roles: dict[tuple[str, str], list[pd.DataFrame]] = {}
    for who, answers in by_respondent(table):
        if not who.placebo:
            roles.setdefault((who.model, in_first_wording(who.persona)), []).append(answers)
    for several in roles.values():
        yield instrument.rated(pd.concat(several, ignore_index=True), ScoringOptions())


def _by_clip(rated: RatedAnswers) -> Mapping[tuple[str, str], Floats]:
    """Value and clip to mean shares of the steps."""
    shares = rated.weights / rated.weights.sum(axis=1, keepdims=True)
    places = rated.asked.groupby("item", sort=False).indices
    found = {}
    for item, rows in places.items():
        value, _, clip = str(item).partition(" ")
        found[value, clip] = np.asarray(shares[rows].mean(axis=0))
    return found


def _rows(table: Mapping[tuple[str, str], Floats], value: str, clips: Sequence[str]) -> Floats:
    steps = next(iter(table.values())).shape
    return np.stack([table.get((value, clip), np.zeros(steps)) for clip in clips])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write item parameters; 2 where a run cannot be used."""
    parser = argparse.ArgumentParser(description="Estimate item parameters of clips from runs of scale7.")
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        if len({run.resolve() for run in given.runs}) < len(given.runs):
            raise InputError("a run is named twice, and its respondents would count twice", "name every run once")
        if given.out.exists():
            raise InputError(f"{given.out} is there already", "name another file, or take it away")
        rated = [each for run in given.runs for each in pilot_answers(run)]
        bank = pilot_bank(rated, ", ".join(run.name for run in given.runs))
        write_bank(bank, given.out)
    except ValueSpectrumError as error:
        parser.exit(2, f"{error}\n")
    if UNSETTLED in bank.provenance:
        told = f"the fit did not settle for {bank.provenance[UNSETTLED]}"
        print(f"caution: {told}: their parameters are for a trial; ask more respondents, or about more clips")
    print(f"written: {given.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
