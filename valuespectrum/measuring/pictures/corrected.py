"""Scores of a run set right for wrong clips and nuisances, before and after, written beside the plain ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from shlex import quote

import numpy as np

from agents.answers.respondent import columns_of
from agents.personas.reserved import NO_PERSONA
from valuespectrum.measuring.pictures.found import pictures_of_run
from valuespectrum.measuring.pictures.witnesses import Witnesses, agreements, blind_raters, witnesses
from valuespectrum.measuring.set_tables import set_tables
from valuespectrum.runs.run import read_manifest, read_scores, write_json
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.facets.analysis import reckon
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import SetTable
from valuespectrum.scoring.pictures.attenuation import correct
from valuespectrum.scoring.pictures.balance import Nuisances, balance_table, placed
from valuespectrum.scoring.pictures.covariates import adjust
from valuespectrum.scoring.pictures.latent import LEAST_SHARED
from valuespectrum.scoring.pictures.matching import TOLERANCE, Matched, match
from valuespectrum.scoring.pictures.relabelling import wrong_clips
from valuespectrum.scoring.pictures.reworked import Reworked, concluded, refused, restricted
from valuespectrum.stimuli.ratings.folder import RatedFrames, Ratings
from valuespectrum.stimuli.ratings.labels import ShownPicture
from valuespectrum.theory.value_sets import TEN
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

NOT_CORRECTED = (
    f"not corrected: fewer than {LEAST_SHARED} clips were named by two raters, so errors of a rater would pass for "
    "wrong clips; let a second rater label the same ones"
)


@dataclass(frozen=True, slots=True)
class PictureKnowledge:
    """Everything that is known of the pictures of a run."""

    witnesses: Witnesses
    raters: Mapping[str, str]
    """Name to kind and source, of those that were used."""
    agreement: Json
    rated: RatedFrames | None
    pictures: Sequence[ShownPicture]
    """Everything that was shown."""
    notes: tuple[str, ...] = field(default=())

    @property
    def nuisances(self) -> Nuisances:
        """Ratings of clips."""
        if self.rated is None:
            return Nuisances((), {})
        frames = dict.fromkeys((each.clip, each.frame) for each in self.pictures)
        return Nuisances(self.rated.names, self.rated.by_clip(frames))

    @property
    def clips(self) -> dict[str, list[str]]:
        """Clips that stand for every value."""
        found: dict[str, dict[str, None]] = {value: {} for value in VALUES}
        for each in self.pictures:
            found.setdefault(each.value, {})[each.clip] = None
        return {value: list(clips) for value, clips in found.items()}

    def to_json(self, level: float) -> Json:
        """What is about all respondents of a run."""
        wrong = wrong_clips(self.witnesses.relabels, VALUES, level)
        return {
            "raters": dict(self.raters),
            "rater_errors": dict(self.witnesses.errors),
            "agreement": self.agreement,
            "wrong": {value: each.to_json() for value, each in wrong.items()},
            "balance": balance_table(self.clips, self.nuisances),
            "nuisances": list(self.rated.names) if self.rated else [],
            "nuisance_version": self.rated.version if self.rated else "",
            "unavailable": dict(self.rated.unavailable) if self.rated else {},
            "notes": list(self.notes),
        }


def known_of(
    pictures: Sequence[ShownPicture], ratings: Ratings, found_by: str, raters: Sequence[str] = (), level: float = 0.95
) -> PictureKnowledge:
    """Gather what ratings say about pictures.

    Args:
        pictures: What was shown, and what for.
        ratings: The folder.
        found_by: Id of the embedder that found them.
        raters: Whose labels count; all that can, where none is named.
        level: Coverage aimed at.

    Raises:
        InputError: A rater is unknown, or cannot be used.
    """
    used, left_out = blind_raters(ratings, found_by, raters)
    labels = {each.name: ratings.labels(each.name) for each in used}
    told = witnesses(pictures, labels)
    # Raters who cannot be used are none here either: how far they agree says nothing about the labels that count.
    agreed = {name: each.to_json() for name, each in agreements(labels, level).items()}
    notes = [*left_out, *(f"{each.name}: {note}" for each in used for note in each.notes)]
    if told.relabels and not told.told_apart:
        notes.append("the errors of raters are not known: what a rater gets wrong counts as a wrong clip here")
    if told.alone:
        notes.append(f"{told.alone} clips that one rater alone named are left out of wrong clips and corrections")
    return PictureKnowledge(
        told,
        {each.name: f"{each.kind} {each.source}".strip() for each in used},
        agreed,
        ratings.nuisances(),
        pictures,
        tuple(notes),
    )


def correct_run(run: Path, ratings: Ratings, scoring: ScoringOptions, raters: Sequence[str] = ()) -> Json:
    """Add corrected profiles to the scores of a run.

    Args:
        run: Folder of the run, scored.
        ratings: What is known of its pictures.
        scoring: As the scores were made.
        raters: Whose labels count.

    Returns:
        The scores with ``pictures``, and ``corrected`` with every respondent without a persona, as written.

    Raises:
        InputError: The run showed no pictures, or nothing is known of any of them.
    """
    scores = read_scores(run)
    pictures, found_by = pictures_of_run(run)
    known = known_of(pictures, ratings, found_by, raters, scoring.level)
    if not known.witnesses.relabels and not known.nuisances.rated:
        raise InputError(
            f"{ratings.folder} knows none of the pictures that {run} showed",
            f"rate them: valuespectrum corpus label CORPUS --run {quote(str(run))}",
        )
    facets = Facets(scoring.level, scoring.over_wordings, least_clips=scoring.minimum_clips)
    tables = {who: each.told for who, each in set_tables(run, scoring).items()}
    for row in scores["respondents"]:
        told = tables.get(columns_of(row))
        if (
            row["persona"] == NO_PERSONA
            and told is not None
            and told.table is not None
            and row["value_set"] == TEN.name
        ):
            row["corrected"] = {"unit": told.unit, **corrections(told.table, known, facets, scoring.seed)}
    scores["pictures"] = known.to_json(scoring.level)
    itself = [name for name in known.raters if ratings.rater(name).source in read_manifest(run).asked.models]
    scores["pictures"]["notes"] += [
        f"{name} is the model that is measured: what it likes may be what it sees, so let another one judge"
        for name in itself
    ]
    write_json(run / "scores.json", scores)
    return scores


def corrections(table: SetTable, known: PictureKnowledge, facets: Facets, seed: int) -> Json:
    """One profile before and after: for wrong clips, for nuisances, and in matched sets.

    Args:
        table: Log-odds of one respondent.
        known: Of its pictures.
        facets: Over what to generalize.
        seed: Of the templates of matched sets.
    """
    nuisances = known.nuisances
    relabelled = correct(table, known.witnesses.shown, facets)
    if known.witnesses.shown and not known.witnesses.told_apart:
        relabelled = replace(relabelled, after=refused(NOT_CORRECTED))
    found: Json = {"relabelled": relabelled.to_json()}
    if not nuisances.rated:
        return found
    spread, unused = placed(table, nuisances)
    names = [name for name in nuisances.names if name not in unused]
    if not names:
        return found | {"adjusted": adjust(table, nuisances, facets).to_json()}
    matched = match(spread, np.asarray((table.clips >= 0) & np.isfinite(spread).all(axis=-1)), stream(seed, "matching"))
    return found | {
        "adjusted": adjust(table, nuisances, facets).to_json(),
        "matched": {
            "size": matched.size,
            "worst": matched.worst if matched.size else None,
            "balanced": bool(matched.size) and matched.worst <= TOLERANCE,
            "after": _in_matched(table, matched, facets).to_json(),
            "balance": {
                value: {
                    name: [_known(before), _known(after)] for name, before, after in zip(names, one, other, strict=True)
                }
                for value, one, other in zip(table.values, matched.before, matched.after, strict=True)
            },
        },
    }


def _in_matched(table: SetTable, matched: Matched, facets: Facets) -> Reworked:
    if not matched.size:
        return refused("too few rated clips to choose among")
    plain = reckon(restricted(table, matched.keep), facets)
    return concluded(table.values, plain.centred, plain.across.means, plain.errors, plain.why, facets)


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
