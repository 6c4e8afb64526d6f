"""How many asks the adaptive tests save, and what it costs: ``python -m bench.truth.adaptive --cohort open``.

Twins answer the whole form and the adaptive test. Told for each readout: the share of the form's asks, the correlation
of both profiles (over values within a respondent, its median over respondents; over respondents within a value, its
median over values), how often posterior intervals of the trait hold what is planted, and why tests ended. Error and
number of asks may be tuned on the open cohort or on drawn respondents; ``--open-sealed`` asks those that are reported
on.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from agents.answers.respondent import BARE
from agents.models.base import Answer, Ask, Model, ModelOptions
from agents.procedures.procedure import Named
from valuespectrum.instruments.adaptive.banks import Bank, own_bank
from valuespectrum.instruments.adaptive.clips import AdaptiveClips, ClipTestOptions
from valuespectrum.instruments.adaptive.options import StopOptions
from valuespectrum.instruments.adaptive.portraits import AdaptivePortraits, PortraitTestOptions
from valuespectrum.instruments.base import Adaptive, Instrument, Listed, Setting
from valuespectrum.instruments.battery import ItemOptions
from valuespectrum.instruments.further.scale7 import SevenSteps
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.portraits.instrument import PortraitInstrument
from valuespectrum.instruments.portraits.options import PortraitOptions
from valuespectrum.reference.cohort import COHORT, CohortMember
from valuespectrum.reference.drawing import looks_of, plan_corpus, take_of
from valuespectrum.reference.planted import TEN, ten_values
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.reference.sealed import sealed_cohort
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.graded.items import Floats
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import StimulusRow

if TYPE_CHECKING:
    import pandas as pd

Stopping = TypeVar("Stopping", bound=StopOptions)
OPENED_BY = "bench --open-sealed"
CLIPS = 500
"""In the corpus that clips are taken from: what our corpus for calibration has."""
READOUTS: Mapping[str, tuple[ModelOptions, ScoringOptions]] = {
    "log_probability": (ModelOptions(), ScoringOptions()),
    "greedy_text": (ModelOptions(), ScoringOptions(readout="text")),
    "one_draw": (ModelOptions(samples=1, seed=5), ScoringOptions()),
}
"""How answers come: the distribution, its most probable word, or one word that is drawn."""


@dataclass(frozen=True)
class Compared:
    """A test and the whole form that it stands for."""

    test: Adaptive
    form: Listed
    bank: Bank
    setting: Setting
    medium: str
    """``words`` or ``pictures``."""
    item: str
    """Tag that names an item."""


@dataclass(frozen=True)
class Outcome:
    """What came of one respondent."""

    name: str
    asks: int
    form_asks: int
    form: Floats
    """Shape (values,)."""
    test: Floats
    inside: Floats
    """Shape (values,): whether the interval of the trait holds what is planted."""
    reasons: tuple[str, ...]
    constant: bool
    """Whether much of what it answers is the same whatever is asked: the median takes it in, coverage does not."""
    asked: frozenset[str]
    """Items that were asked."""

    @property
    def r(self) -> float:
        """Correlation of both profiles over values that both know; NaN where one of them is flat."""
        known = np.isfinite(self.form) & np.isfinite(self.test)
        form, test = self.form[known], self.test[known]
        if len(form) < 3 or np.ptp(form) == 0 or np.ptp(test) == 0:
            return float("nan")
        return float(np.corrcoef(form, test)[0, 1])


class NoPictures:
    """A corpus of which nothing is looked at: twins are told what clips show."""

    def picture_path(self, picture_sha: str) -> Path:
        """Nowhere."""
        return Path(picture_sha)


def portraits(options: PortraitTestOptions) -> Compared:
    """Our portraits."""
    form = PortraitInstrument(PortraitOptions(scoring=options.scoring))
    return Compared(AdaptivePortraits(options), form, own_bank("portraits"), Setting([BARE]), "words", "graded_item")


def clips(options: ClipTestOptions, seed: int = 11) -> Compared:
    """Drawn clips that live a value, each for its own: what a search without errors finds."""
    drawn = [each for each in plan_corpus(CLIPS, seed) if each.version == "endorsed"]
    value_of = {part: value for value, parts in TEN.items() for part in parts}
    rows, shown = [], {}
    for place, clip in enumerate(drawn):
        (part,) = clip.weights
        if part in value_of:
            frame = f"{clip.name}/0"
            rows.append(StimulusRow(value_of[part], part, place + 1, 0.5, 1.0, frame, clip.name, f"{place:064x}"))
            time = take_of(clip.kind, clip.version, clip.seed).setting.time_of_day
            shown[frame] = {"look": looks_of(clip.kind, clip.version)[0], "time_of_day": time}
    setting = Setting([BARE], rows, NoPictures(), shown=shown)
    form = SevenSteps(ItemOptions(wordings=1))
    return Compared(AdaptiveClips(options), form, own_bank("clips"), setting, "pictures", "clip")


def outcome(compared: Compared, member: CohortMember, readout: str) -> Outcome:
    """Ask one twin everything, and by the adaptive test."""
    model_options, scoring = READOUTS[readout]
    model = TwinModel(member, model_options)
    whole = table(asked(compared.form.questions(compared.setting), model))
    (named,) = compared.test.procedures(compared.setting)
    part = table(driven(named, model))
    form, test = measured(compared.form, whole, scoring), measured(compared.test, part, scoring)
    values = compared.test.value_set.dimensions
    return Outcome(
        member.name,
        len(part),
        len(whole),
        np.array([_known(form.scores[value].estimate.mean) for value in values]),
        np.array([_known(test.scores[value].estimate.mean) for value in values]),
        _inside(compared, member, part, scoring),
        tuple(each["stopped"] for each in test.details["adaptive"]["values"].values()),  # type: ignore[index]
        member.leans.constant > 0,
        frozenset(part["value"] + " " + part[compared.item]),
    )


def _known(mean: float | None) -> float:
    return float("nan") if mean is None else mean


def _inside(compared: Compared, member: CohortMember, answers: pd.DataFrame, scoring: ScoringOptions) -> Floats:
    from valuespectrum.instruments.adaptive.asking import TURNED, towards
    from valuespectrum.instruments.adaptive.known import known_values
    from valuespectrum.scoring.choices.reading import read_options

    categories = next(iter(compared.bank.pools.values())).items.categories
    read = read_options(answers, [str(number) for number in range(1, categories + 1)], scoring)
    shares = towards(read, answers[TURNED].to_numpy(float))
    known = known_values(answers, shares, compared.bank, compared.test.options.rule, compared.test.unit)  # type: ignore[attr-defined]
    planted = member.words if compared.medium == "words" else ten_values(member.pictures)
    found = []
    for value, each in known.items():
        scale = compared.bank.log_odds[value]
        low, high = each.found.interval(scoring.level)
        truth = (planted[value] - scale.mean) / scale.sd
        found.append(float(low <= truth <= high) if each.answered else np.nan)
    return np.array(found)


def asked(asks: Iterable[Ask], model: Model) -> list[tuple[Ask, Answer]]:
    """A list of asks with their answers."""
    listed = list(asks)
    return list(zip(listed, model.score(listed), strict=True))


def driven(named: Named[object], model: Model) -> list[tuple[Ask, Answer]]:
    """What a procedure asks, with the answers."""
    heard: list[tuple[Ask, Answer]] = []
    procedure = named.procedure
    try:
        wanted = next(procedure)
        while True:
            answered = asked([each.ask for each in wanted], model)
            heard += answered
            wanted = procedure.send([answer for _, answer in answered])
    except StopIteration:
        return heard


def table(heard: Sequence[tuple[Ask, Answer]]) -> pd.DataFrame:
    """Answers as a store's table has them."""
    import pandas as pd

    return pd.DataFrame(
        {
            **ask.tags,
            "parsed": answer.parsed,
            "error": answer.error,
            **{f"log_probability_{name}": number for name, number in answer.log_probabilities.items()},
            **{f"count_{name}": number for name, number in answer.counts.items()},
        }
        for ask, answer in heard
    )


def measured(instrument: Instrument, answers: pd.DataFrame, scoring: ScoringOptions) -> Measurement:
    """What an instrument makes of a table."""
    pairs = answers[["value", instrument.unit]].drop_duplicates().itertuples(index=False, name=None)
    return instrument.measure(answers, Units.of(pairs, instrument.unit), scoring)


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Over respondents."""
    kept = [each for each in outcomes if np.isfinite(each.r)]
    whole = [each for each in kept if np.isfinite(each.form + each.test).all()]
    form, test = (
        np.stack([each - each.mean() for each in side])
        for side in zip(*((one.form, one.test) for one in whole), strict=True)
    )
    across = [float(np.corrcoef(form[:, place], test[:, place])[0, 1]) for place in range(form.shape[1])]
    exposed = Counter(item for each in outcomes for item in each.asked)
    reasons = [reason for each in outcomes for reason in each.reasons]
    return {
        "respondents": len(outcomes),
        "r_median": float(np.median([each.r for each in kept])),
        "r_least": min(each.r for each in kept),
        "r_across_median": float(np.median(across)),
        "asks": float(np.median([each.asks for each in outcomes])),
        "share": float(np.median([each.asks / each.form_asks for each in outcomes])),
        "coverage": float(np.nanmean(np.concatenate([each.inside for each in outcomes if not each.constant]))),
        "precise": reasons.count("precise") / len(reasons),
        "most_exposed": max(exposed.values()) / len(outcomes),
        "items_asked": len(exposed),
    }


def _cohort(name: str, opened: bool) -> Sequence[CohortMember]:
    if opened:
        return sealed_cohort(OPENED_BY)
    return COHORT if name == "open" else draw_respondents(24, seed=99)


def _stopping(options: Stopping, error: float | None, among: int | None) -> Stopping:
    return replace(options, error=error or options.error, among=among or options.among)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cohort", choices=["open", "drawn"], default="open")
    parser.add_argument("--open-sealed", action="store_true", help="the sealed cohort in place of the open one")
    parser.add_argument("--items", choices=["portraits", "clips"], default="portraits")
    parser.add_argument("--readout", choices=[*READOUTS], nargs="+", default=[*READOUTS])
    parser.add_argument("--error", type=float, help="in place of the instrument's own")
    parser.add_argument("--among", type=int, help="in place of the instrument's own")
    given = parser.parse_args()
    if given.items == "portraits":
        compared = portraits(_stopping(PortraitTestOptions(), given.error, given.among))
    else:
        compared = clips(_stopping(ClipTestOptions(), given.error, given.among))
    for readout in given.readout:
        members = _cohort(given.cohort, given.open_sealed)
        found = [outcome(compared, member, readout) for member in members]
        print(
            "sealed" if given.open_sealed else given.cohort,
            given.items,
            readout,
            {name: round(number, 3) for name, number in figures(found).items()},
        )
        print("  ", " ".join(f"{each.name} {each.r:.3f}/{each.asks}" for each in found))


if __name__ == "__main__":
    _main()
