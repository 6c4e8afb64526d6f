"""``score``: from stored answers to scores, and scores as tables for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from agents.answers.respondent import columns_of
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import OverName, ReadoutName
from valuespectrum.operations.shared.outcomes import Outcome, flat
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from valuespectrum.scoring.estimate import HEADLINE
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    import pandas as pd

    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.scoring.cells import ScoringOptions
    from valuespectrum.theory.value_sets import ValueSet

_WIDE = 10.0
"""Numbers from which on one decimal is enough."""


@dataclass(frozen=True, slots=True)
class ScoreSettings(CheckedSettings):
    """How answers become scores; the names are those of the options of ``valuespectrum score``."""

    bounds: ClassVar[Bounds] = {"draws": (100, ENDLESS), "minimum_mass": (0, 1)}

    readout: ReadoutName = "auto"
    """What of an answer is scored."""
    draws: int = 2000
    """Draws behind the chances of ranks."""
    minimum_mass: float = 0.1
    """Least probability of yes and no together for an answer to count."""
    seed: int | None = None
    """Of what is drawn; ``None`` for that of the run, with which it was scored before."""
    ratings: Path | None = None
    """Folder of ratings: profiles corrected for what they say of the pictures are added."""
    rater: tuple[str, ...] = ()
    """Whose labels correct; all that can, where none is named."""
    other_wordings: bool = True
    """Whether intervals cover other wordings like those asked; else these wordings alone, which is then said."""
    over: OverName = "search-words"
    """What intervals draw again with clips: the search words that found them, or who published them."""


@dataclass(frozen=True, repr=False)
class Scores(Outcome):
    """The scores of a run: a profile for each respondent."""

    run: Path
    """Run folder, for ``report`` and ``export``."""

    @property
    def caution(self) -> str:
        """Why the numbers mean nothing; empty when there is no such reason."""
        return str(self.document["caution"])

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each respondent and value: liking, centred liking, intervals, counts."""
        return [
            {**columns_of(one)._asdict(), "value": value, **flat(row)}
            for one in self.document["respondents"]
            for value, row in one.get("profile", {}).items()
        ]

    def personas(self) -> pd.DataFrame:
        """How far each persona moved each model, a row each."""
        import pandas as pd

        return pd.DataFrame([flat(row) for row in self.document["personas"]])


def score(run: str | PathLike[str], settings: ScoreSettings | None = None, teller: Teller | None = None) -> Scores:
    """Make the scores of a run again from its stored answers; needs no model and no corpus.

    Args:
        run: Run folder.
        settings: How.
        teller: Who is told what was not scored.

    Returns:
        The scores, as ``scores.json`` in the run folder holds them.

    Raises:
        InputError: The folder is no run, or holds no answers.
        ModelError: Every ask to a model failed, or nothing that it said could be scored.

    Example::

        vs.score("runs/reference-like").to_pandas()
    """
    from valuespectrum.measuring.run_scores import score_run
    from valuespectrum.runs.failures import told
    from valuespectrum.scoring.cells import ScoringOptions
    from valuespectrum.sessions.run_logs import left_out_in_words
    from valuespectrum.steering.sweep.choosing import FOUND

    settings, teller = settings or ScoreSettings(), teller or Unattended()
    options = ScoringOptions(
        seed=_seed_of(user_path(run)) if settings.seed is None else settings.seed,
        draws=settings.draws,
        minimum_mass=settings.minimum_mass,
        readout=settings.readout,
        over_wordings=settings.other_wordings,
        over=settings.over,
    )
    # A sweep tries what may break a model: settings that answer nothing have no scores, and the others have theirs.
    scores = score_run(user_path(run), options, silent=(user_path(run) / FOUND).is_file())
    if settings.ratings is not None:
        scores = _corrected(user_path(run), settings, options)
    for line in told(scores):
        teller.say(line)
    for line in left_out_in_words(scores.get("sessions", {}).get("left_out", ())):
        teller.warn(line)
    teller.warn(scores["caution"])
    return Scores(scores, describe(scores), user_path(run))


def _seed_of(run: Path) -> int:
    """The seed of a run that has answers: by another one the same answers come to other intervals."""
    from valuespectrum.runs.run import answers_path, read_manifest

    answers_path(run)
    return read_manifest(run).asked.seed


def _corrected(run: Path, settings: ScoreSettings, options: ScoringOptions) -> Json:
    from valuespectrum.measuring.pictures.corrected import correct_run
    from valuespectrum.stimuli.ratings.folder import Ratings

    assert settings.ratings is not None
    return correct_run(run, Ratings(settings.ratings), options, settings.rater)


def describe(scores: Json) -> str:
    """Scores as tables for a person, with what they have to be read with."""
    from valuespectrum.reporting.elements.words import models_apart

    with models_apart(one["model"] for one in scores["respondents"]):
        return _described(scores)


def _described(scores: Json) -> str:
    from agents.personas.reserved import NO_PERSONA
    from valuespectrum.instruments.registry import published_as
    from valuespectrum.theory.value_sets import ValueSet

    bare = [one for one in scores["respondents"] if one["persona"] == NO_PERSONA]
    sets = {name: ValueSet.from_json(described) for name, described in scores["value_sets"].items()}
    tables = [(one, sets[one["value_set"]], published_as(one["instrument"])) for one in bare]
    parts = [_published(one, values, title) if title else _profile(one, values) for one, values, title in tables]
    corrected = [text for one in bare if (text := _set_right(one, sets[one["value_set"]]))]
    shown = _presentations(scores.get("presentations"))
    return "\n\n".join([*parts, *corrected, *shown, *_personas(scores["personas"], scores.get("playing", []))])


def _set_right(one: Json, values: ValueSet) -> str:
    """One respondent before and after corrections for its pictures; empty where there were none."""
    from valuespectrum.reporting.elements.corrected import WAYS, read_corrected
    from valuespectrum.reporting.elements.words import with_interval

    found = read_corrected(one)
    if found is None:
        return ""
    rows = [
        (
            values.label(row.value),
            *("-" if cell is None else f"{with_interval(cell[0], 2, True)}{' *' * cell[1]}" for cell in row.cells),
        )
        for row in found.rows
    ]
    slopes = [f"{name} {with_interval(slope, 2, True)}" for name, slope in found.slopes]
    lines = [
        f"{found.model}, set right for its pictures",
        table((f"centred {found.unit}", *(name for name, _ in WAYS)), rows),
    ]
    lines += ["* stands out among ten values"]
    lines += [f"{found.unit} for one standard deviation within values: {', '.join(slopes)}"] if slopes else []
    return "\n".join([*lines, *(f"Note: {note}." for note in found.notes)])


def _profile(one: Json, values: ValueSet) -> str:
    """One respondent over any value set; numbers on different scales are neither centred nor compared."""
    from valuespectrum.instruments.measurement import read_name
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import short_model, with_interval
    from valuespectrum.reporting.measured import beside_scores, limits

    unit, measured = one["unit"], one["profile"]
    liked = "identification" in one
    scales = [HEADLINE, ""] if liked else ["", "centred"] if values.one_scale else [""]
    estimates = {name: [Estimate.read(row, scale) for scale in scales] for name, row in measured.items()}

    def beside(name: str) -> list[list[Estimate]]:
        """For each scale, the numbers that a number of this name is written like."""
        return [*map(list, zip(*estimates.values(), strict=True))] if values.one_scale else [estimates[name]]

    rows = [
        (
            values.label(name),
            *(
                with_interval(each, 2 if scale == HEADLINE else 1 if liked else _digits(alike), bool(scale))
                for scale, each, alike in zip(scales, estimates[name], beside(name), strict=True)
            ),
            *([_probability(row)] if values.one_scale else []),
            row["n_units"],
        )
        for name, row in measured.items()
    ]
    leans, lost = beside_scores(one)
    titles = {HEADLINE: "centred log-odds [95 %]", "centred": "centred [95 %]"}
    header = ("value", *(titles.get(scale, f"{'points' if liked else 'score'} [95 %]") for scale in scales))
    return "\n".join(
        (
            f"{short_model(one['model'])}, {read_name(one['instrument'])}",
            table((*header, *(["p, Holm"] if values.one_scale else []), f"{unit}s"), rows),
            *_footnotes([*(each for listed in estimates.values() for each in listed), *leans.values(), *lost.values()]),
            *(f"{name}: {with_interval(Estimate.read(row), 2)}" for name, row in one["scalars"].items()),
            *_hung_on(leans, lost),
            *_read_with(one, values.one_scale),
            *(f"{verdict[:1].upper()}{verdict[1:]}." for verdict in one["verdicts"]),
            *(f"Note: {note}." for note in [*one["notes"], *limits(one)]),
        )
    )


def _hung_on(leans: Mapping[str, Estimate], lost: Mapping[str, Estimate]) -> list[str]:
    """Leans of a respondent, and its answers that do not count, a line each; nothing where there are none."""
    from valuespectrum.reporting.elements.words import with_interval

    hung = "; ".join(f"{name.replace('_', ' ')} {with_interval(each, 2, True)}" for name, each in leans.items())
    gone = "; ".join(f"{name.replace('_', ' ')} {with_interval(each, 1)} %" for name, each in lost.items())
    told = (("Leans, and what answers hang on", hung), ("Answers that do not count", gone))
    return [f"{title}: {said}." for title, said in told if said]


def _digits(alike: Sequence[Estimate]) -> int:
    """Decimals of numbers on a scale: two tell steps and shares apart, one does for degrees and percent."""
    return 2 if max((abs(each.mean) for each in alike if each.mean is not None), default=0.0) < _WIDE else 1


def _probability(row: Json) -> str:
    """The adjusted p of a dimension, for a table."""
    return _small(row.get("p_adjusted"))


def _small(p: float | None) -> str:
    """A p to three digits."""
    return "–" if p is None else "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _read_with(one: Json, one_scale: bool) -> list[str]:
    """What the intervals are about, and whether dimensions differ at all."""
    from valuespectrum.reporting.measured import read_differences
    from valuespectrum.scoring.answered.verdicts import tested_in_words

    differ, covers = read_differences(one["differences"]), [one["covers"]] if one.get("covers") else []
    if not one_scale:
        return covers
    tested = f"not tested{f': {differ.why}' if differ.why else ''}" if differ.p is None else tested_in_words(differ)
    return [*covers, f"Whether values differ at all: {tested}."]


def _published(one: Json, values: ValueSet, title: str) -> str:
    """One respondent by a published rule (``instruments.base.Published``)."""
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import PUBLISHED, number, short_model, with_interval

    exact = one.get("profile") or {}
    rows = [
        (
            values.label(value),
            with_interval(Estimate.read(exact[value]), 1) if value in exact else number(share, 1),
            one["paper"]["n"][value],
        )
        for value, share in one["paper"]["scores"].items()
    ]
    heading = f"{short_model(one['model'])}, {title}"
    lines = (heading, table(("value", f"score [95 %, exact over {one['unit']}s]", "answers"), rows), PUBLISHED)
    return "\n".join(lines)


def _presentations(shown: Json | None) -> list[str]:
    """The table of other ways of showing clips; nothing where there was one."""
    from agents.personas.reserved import NO_PERSONA
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import short_model, with_interval

    rows = [row for row in (shown or {}).get("conditions", []) if row["persona"] == row["strategy"] == NO_PERSONA]
    put = [row for row in rows if row.get("injection")]
    rows = [row for row in rows if not row.get("injection")]
    if not rows or shown is None:
        return _injections(put)
    kept = [Estimate.read(row["kept"]).moved(100) for row in rows]
    visual = [Estimate.read(row["visual_share"]).moved(100) for row in rows]
    cells = [
        (short_model(row["model"]), row["presentation"], *map(with_interval, shares), _small(_p_of(row)))
        for row, *shares in zip(rows, kept, visual, strict=True)
    ]
    header = ("model", f"shown as, beside {shown['base']}", "kept % [95 %]", "visual share % [95 %]", "differ, p")
    unknown = [f"{row['presentation']}: {row['why']}" for row in rows if row["why"]]
    return ["\n".join([table(header, cells), *_footnotes(kept + visual), *unknown]), *_injections(put)]


def _injections(put: list[Json]) -> list[str]:
    """The table of words that were put into clips; nothing where none were."""
    from valuespectrum.reporting.elements.words import number, short_model, with_interval
    from valuespectrum.reporting.panels.validity.injections import injection_row

    if not put:
        return []
    rows = list(map(injection_row, put))
    cells = [
        (
            short_model(row.model),
            row.place,
            row.told,
            number(row.without, 1),
            with_interval(row.change, 1, True),
            with_interval(row.beyond, 1, True),
            row.obeys,
        )
        for row in rows
    ]
    header = ("model", "put into clips", "tells it", "liked without %", "change [95 %]", "beyond control [95 %]", "")
    said = f"change of the like rate in percentage points, paired over clips; covers {rows[0].covers}"
    numbers = [each for row in rows for each in (row.change, row.beyond)]
    return ["\n".join([table(header, cells), *_footnotes(numbers), said])]


def _p_of(row: Json) -> float | None:
    found: float | None = (row.get("differ") or {}).get("p")
    return found


def _personas(rows: list[Json], playing: list[Json]) -> list[str]:
    """The table of personas and the sentences about it; nothing without personas."""
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import (
        moved_in_words,
        number,
        playing_in_words,
        short_model,
        with_interval,
    )

    if not rows:
        return []
    several = len({row["model"] for row in rows}) > 1
    names = ("keep", "pull", "beyond")
    found = [[Estimate.read(row, name) for name in names] for row in rows]
    cells = [
        (
            *([short_model(row["model"])] if several else []),
            row["persona"],
            row["strategy"],
            *(with_interval(each, 2, sign) for each, sign in zip(numbers, (False, True, True), strict=True)),
            f"{number(row['aligned'], 2)} of {number(row['ceiling'], 2)}",
            row["verdict"],
        )
        for row, numbers in zip(rows, found, strict=True)
    ]
    header = (
        *(["model"] if several else []),
        *("persona", "strategy", "keep [95 %]", "pull [95 %]", "beyond a placebo text [95 %]"),
        *("aligned, of at most", "verdict"),
    )
    notes = _footnotes([each for numbers in found for each in numbers])
    unknown = dict.fromkeys(row["why"] for row in rows if row["verdict"] == "unknown")
    covers = dict.fromkeys(row["covers"] for row in rows if row["covers"])
    said = moved_in_words([row["verdict"] for row in rows], [row["persona"] for row in rows])
    nicer = [f"{row['persona']}: sanitised, {row['played']['why']}" for row in rows if _is_sanitised(row)]
    played = [playing_in_words(row) for row in playing]
    unknowns = (f"unknown: {why}" for why in unknown)
    return ["\n".join([table(header, cells), *notes, *unknowns, said, *nicer, *played, *covers])]


def _is_sanitised(row: Json) -> bool:
    return (row.get("played") or {}).get("verdict") == "sanitised"


def _footnotes(estimates: list[Estimate]) -> list[str]:
    """Why numbers of a table are none or have no interval, a line for each reason."""
    from valuespectrum.reporting.elements.words import reasons

    return [f"{sign} {why}" for sign, why in reasons(estimates)]
